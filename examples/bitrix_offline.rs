//! Офлайн-события Битрикс24: от записи в очередь портала до подтверждения из 1С.
//!
//! Без параметров: запускает в этом же процессе подставной портал с сервером Push&Pull, загружает собранную
//! библиотеку так, как это делает 1С, и раз в секунду меняет на портале сделку. Каждая подсказка портала
//! приходит внешним событием; по ней очередь забирается, обрабатывается и подтверждается. Канал по дороге меняется.
//!
//! С параметром `--portal` слушает настоящий портал, а его очередь только читает.

use std::collections::BTreeSet;
use std::env;
use std::error::Error;
use std::fmt::Display;
use std::process::ExitCode;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use clap::Parser;
use echo_server::{Portal, PortalOptions, Renewal};
use native_api::Value;
use native_api_host::{Event, Host, Library, Object, locate};
use serde_json::Value as Json;

/// What happens on the portal, and the connector that 1C has bound it with.
const EVENT: &str = "ONCRMDEALUPDATE";
const CONNECTOR: &str = "OneC";
/// How long the connection and the last events may take. Only a failure takes so long.
const PATIENCE: Duration = Duration::from_secs(60);
/// Where the access token of a real portal is: arguments of a process are seen by others.
const TOKEN: &str = "VESTNIK_ACCESS_TOKEN";
/// Longest silence of a real portal: the add-in reminds of the queue every 600 s.
const SILENCE: Duration = Duration::from_secs(700);

/// Офлайн-события Битрикс24 в 1С: подсказка, получение, подтверждение.
#[derive(Parser)]
#[command(version, help_template = "{about-section}\n{usage-heading} {usage}\n\n{all-args}")]
struct Arguments {
    /// Адрес настоящего портала: слушать его, пока не придет COUNT подсказок. Токен доступа приложения — в переменной
    /// среды VESTNIK_ACCESS_TOKEN; очередь портала не меняется
    #[arg(long)]
    portal: Option<String>,
    /// Сколько раз изменить сделку
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    count: u64,
    /// Пауза между изменениями, мс
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u64).range(0..=60_000))]
    interval: u64,
    /// Чем слушать: ДлинныйОпрос, WebSocket или Авто
    #[arg(long, default_value = "ДлинныйОпрос")]
    transport: String,
    /// Раз в сколько секунд менять канал, от 3 (настоящий портал меняет его раз в 12 часов)
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u64).range(3..))]
    renew_every: u64,
}

/// What became of the portal's events in 1C.
#[derive(Default)]
struct Progress {
    /// Events that the portal's hints have told of.
    hints: u64,
    checks: u64,
    /// Numbers of the deals that were fetched.
    fetched: BTreeSet<u64>,
    /// Events that came again after they had been fetched.
    repeated: u64,
    confirmed: u64,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("Ошибка: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Whether nothing was lost.
fn run(arguments: &Arguments) -> Result<bool, Box<dyn Error>> {
    let file = locate("vestnik").ok_or("библиотека не собрана")?;
    println!("Библиотека   {}", file.file_name().unwrap_or_default().display());
    let object = Library::load(file)?.create("BitrixPull", Host::default())?;
    object.set("Транспорт", arguments.transport.as_str())?;
    if let Some(portal) = &arguments.portal {
        watch(&object, portal, arguments)?;
        return Ok(true);
    }

    let bindings = vec![(EVENT.to_owned(), CONNECTOR.to_owned())];
    let portal = Portal::start(PortalOptions { bindings, ..PortalOptions::default() })?;
    let (access, refresh) = portal.tokens();
    object.set("СерверАвторизации", portal.url())?;
    object.set("Коннектор", CONNECTOR)?;
    object.call("УстановитьТокены", [access, refresh])?;
    connect(&object, portal.url(), arguments)?;

    let start = Instant::now();
    let progress = listen(&object, &portal, arguments, start)?;
    let position = text(&object.get("Позиция")?);
    object.call("Отключиться", ())?;
    Ok(summary(&portal, arguments.count, &progress, &position, start.elapsed()))
}

fn connect(object: &Object, portal: &str, arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    println!("Портал       {portal}");
    println!("Транспорт    {}\n", arguments.transport);
    object.call("Подключиться", [portal])?;
    Ok(())
}

/// Listens to a real portal, and only looks at its queue: what waits there belongs to somebody's 1C.
fn watch(object: &Object, portal: &str, arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let token = env::var(TOKEN).map_err(|_| format!("нет переменной среды {TOKEN}"))?;
    object.call("УстановитьТокены", [token])?;
    connect(object, portal, arguments)?;
    let start = Instant::now();
    let mut hints = 0;
    while hints < arguments.count {
        let event = object.next_event(SILENCE).ok_or("портал молчит слишком долго")?;
        print(&event, start);
        let what = serde_json::from_str::<Json>(&event.event)?;
        if what["State"] == "Fail" {
            return Err(text(&object.get("ПоследняяОшибка")?).into());
        }
        hints += u64::from(what["Event"] == "OfflineEvent");
        if what["Event"] == "OfflineEvent" || what["Event"] == "CheckQueue" {
            let waiting = match object.call("СписокОфлайнСобытий", ())? {
                Value::String(list) => serde_json::from_str::<Vec<Json>>(&list)?.len().to_string(),
                _ => text(&object.get("ПоследняяОшибка")?),
            };
            println!("{:>9}    в очереди портала: {waiting}", clock(start.elapsed()));
        }
    }
    Ok(())
}

/// Changes deals as soon as there is a connection, and does what a form of 1C would, until all have come.
fn listen(
    object: &Object,
    portal: &Portal,
    arguments: &Arguments,
    start: Instant,
) -> Result<Progress, Box<dyn Error>> {
    let changing = Duration::from_millis(arguments.interval.saturating_mul(arguments.count));
    let deadline = start + changing + 2 * PATIENCE;
    thread::scope(|scope| {
        let (stop, stopped) = mpsc::channel();
        let mut stopped = Some(stopped);
        let mut progress = Progress::default();
        while progress.hints < arguments.count || count(&progress.fetched) < arguments.count {
            let left = deadline.saturating_duration_since(Instant::now());
            let Some(event) = object.next_event(left) else { break };
            print(&event, start);
            let what = serde_json::from_str::<Json>(&event.event)?;
            match what["Event"].as_str() {
                Some("Connection") if what["State"] == "Open" => {
                    if let Some(stopped) = stopped.take() {
                        scope.spawn(move || change_deals(portal, arguments, &stopped));
                    }
                }
                Some("OfflineEvent") => {
                    progress.hints += what["Count"].as_u64().unwrap_or_default();
                    fetch(object, &mut progress, start)?;
                }
                Some("CheckQueue") => {
                    progress.checks += 1;
                    fetch(object, &mut progress, start)?;
                }
                _ => {}
            }
        }
        // The changes end with it.
        drop(stop);
        Ok(progress)
    })
}

/// Changes one deal after another on the portal, and its channel in between.
fn change_deals(portal: &Portal, arguments: &Arguments, stopped: &Receiver<()>) {
    let mut renewed = Instant::now();
    for number in 1..=arguments.count {
        let pause = stopped.recv_timeout(Duration::from_millis(arguments.interval));
        if pause != Err(RecvTimeoutError::Timeout) {
            return;
        }
        if renewed.elapsed() >= Duration::from_secs(arguments.renew_every) {
            // What happens next is told on the new channel, before anybody knows of it.
            portal.renew_channel(Renewal::GetConfig);
            renewed = Instant::now();
        }
        portal.raise_offline_event(EVENT, number);
    }
}

/// Fetches and confirms until the portal's queue is empty.
fn fetch(object: &Object, progress: &mut Progress, start: Instant) -> Result<(), Box<dyn Error>> {
    loop {
        let Value::String(answer) = object.call("ПолучитьОфлайнСобытия", ())? else {
            return Err(text(&object.get("ПоследняяОшибка")?).into());
        };
        let answer = serde_json::from_str::<Json>(&answer)?;
        let events = answer["events"].as_array().ok_or("в ответе портала нет событий")?;
        let (Some(process), false) = (answer["process_id"].as_str(), events.is_empty()) else {
            return Ok(());
        };
        let numbers = events.iter().filter_map(|event| event["EVENT_DATA"]["FIELDS"]["ID"].as_u64());
        for number in numbers {
            // Here 1C would ask for the deal and write it down.
            if !progress.fetched.insert(number) {
                progress.repeated += 1;
            }
        }
        if object.call("ПодтвердитьОфлайнСобытия", [process])? != true.into() {
            return Err(text(&object.get("ПоследняяОшибка")?).into());
        }
        progress.confirmed += u64::try_from(events.len())?;
        let total = progress.fetched.len();
        println!("{:>9}    получено и подтверждено {}, всего {total}", clock(start.elapsed()), events.len());
    }
}

fn print(event: &Event, start: Instant) {
    let at = clock(event.at.saturating_duration_since(start));
    println!("{at:>9}  ВнешнееСобытие({}, {})", event.source, event.event);
}

fn summary(portal: &Portal, raised: u64, progress: &Progress, position: &str, elapsed: Duration) -> bool {
    println!("\nИтог за {} с:", clock(elapsed));
    let line = |name: &str, value: &dyn Display| println!("  {name:<20} {value}");
    let lost = raised - count(&progress.fetched);
    line("изменено сделок", &raised);
    line("подсказок портала", &progress.hints);
    line("проверок очереди", &progress.checks);
    line("получено", &progress.fetched.len());
    line("получено повторно", &progress.repeated);
    line("подтверждено", &progress.confirmed);
    line("осталось в очереди", &portal.queue_length());
    line("потеряно", &lost);
    line("Позиция", &position);
    lost == 0 && progress.hints >= raised && portal.queue_length() == 0
}

fn count(numbers: &BTreeSet<u64>) -> u64 {
    u64::try_from(numbers.len()).unwrap_or(u64::MAX)
}

/// `минуты:секунды.миллисекунды`.
fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    format!("{:02}:{:02}.{:03}", seconds / 60, seconds % 60, time.subsec_millis())
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => format!("{other:?}"),
    }
}
