//! Главный пример: события телефонной станции приходят в 1С внешними событиями.
//!
//! Без параметров: запускает в этом же процессе сервер, который повторяет записанный обмен настоящей станции
//! Asterisk, загружает собранную библиотеку так, как это делает 1С, и печатает каждое внешнее событие.

use std::error::Error;
use std::fmt::Display;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Parser;
use echo_server::{AfterReplay, Behaviour, Options, Pace, Replay, Server};
use fancy_regex::Regex;
use native_api_host::{Event, Host, Library, Object, locate};

/// What an operator wants to see: the calls on their own telephone.
const OPERATOR: &str =
    r#""type":"(Dial|ChannelStateChange|ChannelHangupRequest|ChannelDestroyed)".*Local/agent5@"#;
/// A request of the exchange's own API over the same socket.
const REQUEST: &str =
    r#"{"type":"RESTRequest","transaction_id":"1","request_id":"1","method":"GET","uri":"asterisk/ping"}"#;
const RECORDING: &str = include_str!("data/ari-queue20.tsv");
/// Most characters of `Данные` on a line.
const SHOWN: usize = 110;

/// События телефонной станции во внешних событиях 1С.
#[derive(Parser)]
#[command(version, help_template = "{about-section}\n{usage-heading} {usage}\n\n{all-args}")]
struct Arguments {
    /// Адрес настоящего сервера (ws:// или wss://); без него — записанный обмен станции Asterisk
    uri: Option<String>,
    /// Регулярное выражение: только сообщения, в которых оно нашлось
    #[arg(long, default_value = OPERATOR)]
    regex: String,
    /// Все сообщения, без отбора
    #[arg(long)]
    all: bool,
    /// Что отправить серверу после подключения
    #[arg(long, default_value = REQUEST)]
    send: String,
    /// Закончить после стольких сообщений
    #[arg(long)]
    count: Option<u64>,
    /// Темп записи: recorded (как было), max или число сообщений в секунду
    #[arg(long, default_value = "recorded")]
    rate: Pace,
    /// Закончить, если столько секунд нет событий
    #[arg(long, default_value_t = 60)]
    quiet: u64,
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
    let regex = if arguments.all { "" } else { arguments.regex.as_str() };
    let server = arguments.uri.is_none().then(|| exchange(arguments.rate)).transpose()?;
    let uri = match (&arguments.uri, &server) {
        (Some(uri), _) => uri.clone(),
        (None, Some(server)) => server.url_with("/ari/events?app=demo&api_key=onec:s3cret"),
        (None, None) => unreachable!("one of the two is there"),
    };

    let file = locate("vestnik").ok_or("библиотека не собрана")?;
    println!("Библиотека   {}", file.file_name().unwrap_or_default().display());
    let object = Library::load(file)?.create("ROM-WebSocket", Host::default())?;
    println!("Версия       {}", text(&object.get("Версия")?));
    println!("Сервер       {}", uri.split('?').next().unwrap_or_default());
    println!("Отбор        {}\n", if regex.is_empty() { "все сообщения" } else { regex });
    object.set("РегулярноеВыражение", regex)?;

    let start = Instant::now();
    if object.call("Подключиться", [uri.as_str()])? != true.into() {
        return Err("Подключиться вернула Ложь".into());
    }
    let delivered = receive(&object, arguments, start)?;
    object.call("Отключиться", ())?;
    let elapsed = start.elapsed();
    Ok(summary(server.as_ref(), arguments.count, regex, delivered, elapsed))
}

/// A server that plays the recorded exchange.
fn exchange(rate: Pace) -> Result<Server, Box<dyn Error>> {
    let replay = Replay::parse(RECORDING, rate)?.then(AfterReplay::Close);
    Ok(Server::start(Options { behaviour: Behaviour::Replay(replay), ..Options::default() })?)
}

/// Prints events until the connection ends, enough have come, or there is silence. How many messages came.
fn receive(object: &Object, arguments: &Arguments, start: Instant) -> Result<u64, Box<dyn Error>> {
    let mut delivered = 0;
    while arguments.count != Some(delivered) {
        let Some(event) = object.next_event(Duration::from_secs(arguments.quiet)) else {
            println!("Событий нет уже {} с.", arguments.quiet);
            break;
        };
        print(&event, start);
        match event.event.as_str() {
            r#"{"Event": "Message"}"# => delivered += 1,
            r#"{"Event": "Connection","State": "Open"}"# => {
                let sent = object.call("Отправить", [arguments.send.as_str()])? == true.into();
                let outcome = if sent { "Истина" } else { "Ложь" };
                println!("{:>9}  Отправить({}) = {outcome}", clock(start.elapsed()), short(&arguments.send));
            }
            _ => break,
        }
    }
    Ok(delivered)
}

fn print(event: &Event, start: Instant) {
    let at = clock(event.at.saturating_duration_since(start));
    println!("{at:>9}  ВнешнееСобытие({}, {}, {})", event.source, event.event, short(&event.data));
}

fn summary(
    server: Option<&Server>,
    count: Option<u64>,
    regex: &str,
    delivered: u64,
    elapsed: Duration,
) -> bool {
    println!("\nИтог за {} с:", clock(elapsed));
    let line = |name: &str, value: &dyn Display| println!("  {name:<12} {value}");
    let Some(server) = server else {
        line("доставлено", &delivered);
        return true;
    };
    // What should have come is found out here, from the recording, not asked of the add-in.
    let recorded = RECORDING.lines().filter_map(|line| line.split_once('\t')).map(|(_, frame)| frame);
    let echoed = server.journal().texts().map(str::to_owned).collect::<Vec<_>>();
    let wanted = Regex::new(regex).expect("the add-in has taken it");
    let received = recorded.clone().chain(echoed.iter().map(String::as_str));
    let matching = received.clone().filter(|frame| wanted.is_match(frame).unwrap_or(true)).count();
    let expected = u64::try_from(matching).unwrap_or(u64::MAX).min(count.unwrap_or(u64::MAX));
    let lost = expected.saturating_sub(delivered);
    if count.is_none() {
        line("получено", &received.clone().count());
        line("отсеяно", &(received.count() - matching));
    }
    line("доставлено", &delivered);
    line("потеряно", &lost);
    lost == 0
}

/// `минуты:секунды.миллисекунды`.
fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    format!("{:02}:{:02}.{:03}", seconds / 60, seconds % 60, time.subsec_millis())
}

fn short(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn text(value: &native_api::Value) -> String {
    match value {
        native_api::Value::String(text) => text.clone(),
        other => format!("{other:?}"),
    }
}
