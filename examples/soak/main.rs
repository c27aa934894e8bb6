//! Длительная проверка: много объектов обоих видов, случайные сбои, каждое сообщение под номером.
//!
//! Серверы WebSocket и порталы Битрикс24 работают в этом процессе, библиотека со всеми объектами — в дочернем, чтобы
//! память, дескрипторы и потоки были только ее. Раз в секунду печатается строка, в конце — вывод и график.

mod access;
mod balance;
mod books;
mod client;
mod connection;
mod diary;
mod flatness;
mod fleet;
mod ledger;
mod mischief;
mod peer;
mod plot;
mod portal;
mod process;
mod pull_client;
mod pull_life;
mod report;
mod run;
mod screen;
mod sending;
mod sequence;
mod socket_client;
mod socket_life;
mod span;
mod text;

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use clap::builder::{PathBufValueParser, TypedValueParser};

use crate::screen::Screen;

/// Длительная проверка библиотеки под случайными сбоями: ничего не теряется, не задваивается и не растет.
#[derive(Parser)]
#[command(version, help_template = "{about-section}\n{usage-heading} {usage}\n\n{all-args}")]
struct Arguments {
    /// Сколько минут
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    minutes: u64,
    /// Сколько секунд; вместо минут, для короткой проверки
    #[arg(long, conflicts_with = "minutes", value_parser = clap::value_parser!(u64).range(1..=6_000_000))]
    seconds: Option<u64>,
    /// Сколько объектов каждого из четырнадцати видов
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=20))]
    copies: u8,
    /// Число, от которого зависят все сбои; без него — случайное
    #[arg(long)]
    seed: Option<u64>,
    /// Только строки, без полосы хода
    #[arg(long)]
    plain: bool,
    /// Куда записать график
    #[arg(long, default_value = "target/soak.svg")]
    plot: PathBuf,
    /// Папка для журналов: каждый объект пишет свой
    #[arg(long, value_parser = PathBufValueParser::new().try_map(folder))]
    logs: Option<PathBuf>,
    /// Дочерний процесс
    #[arg(long, hide = true)]
    client: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = if arguments.client {
        client::run(arguments.logs.as_deref()).map(|()| true)
    } else {
        soak(&arguments)
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("Ошибка: {error}");
            ExitCode::FAILURE
        }
    }
}

/// A folder that is there.
fn folder(path: PathBuf) -> Result<PathBuf, &'static str> {
    if path.is_dir() { Ok(path) } else { Err("такой папки нет") }
}

/// Whether all is well.
fn soak(arguments: &Arguments) -> Result<bool, Box<dyn Error>> {
    let time = Duration::from_secs(arguments.seconds.unwrap_or(60 * arguments.minutes));
    let seed = arguments.seed.unwrap_or_else(|| fastrand::u64(..));
    let copies = usize::from(arguments.copies);
    let mut screen = Screen::new(time, arguments.plain);
    screen.head(&fleet::fleet(copies), seed);
    let outcome = run::run(copies, seed, time, arguments.logs.as_deref(), &mut screen)?;
    let verdict = outcome.print();
    if let Some(folder) = arguments.plot.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(&arguments.plot, plot::draw(&outcome, verdict))?;
    println!("  график               {}", arguments.plot.display());
    Ok(verdict)
}
