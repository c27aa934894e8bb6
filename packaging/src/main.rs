//! `packaging`: собирает архив компоненты для 1С и находит, почему компонента не подключается.

#![forbid(unsafe_code)]

mod building;
mod examining;

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::building::Building;
use crate::examining::Examining;

/// Собирает архив компоненты для 1С: библиотеки, манифест, лицензии, контрольные суммы.
#[derive(Parser)]
#[command(
    version,
    args_conflicts_with_subcommands = true,
    help_template = "{about-section}\n{usage-heading} {usage}\n\n{all-args}"
)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    building: Building,
}

#[derive(Subcommand)]
enum Command {
    /// Собрать архив; то же, что без команды
    Build(Building),
    /// Проверить архив или библиотеку: на что смотреть, если подключение возвращает Ложь
    Doctor(Examining),
    /// Загрузить библиотеку и напечатать ее классы; так doctor загружает ее в дочернем процессе
    #[command(hide = true)]
    Classes { file: PathBuf },
}

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("Ошибка: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Whether all is well.
fn run(arguments: Arguments) -> Result<bool, Box<dyn Error>> {
    match arguments.command.unwrap_or(Command::Build(arguments.building)) {
        Command::Build(building) => building.run(),
        Command::Doctor(examining) => examining.run(),
        Command::Classes { file } => packaging::loading::answer(&file).map(|()| true),
    }
}
