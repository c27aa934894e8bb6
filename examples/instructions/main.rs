//! Прогон для подсчета инструкций процессора на сообщение: одна работа, столько-то сообщений. Запускается сценарием
//! `.ci/instructions` под callgrind; без callgrind ничего не показывает.

mod codec;
mod frames;
mod library;
mod server;
mod work;

use std::error::Error;

use clap::{Parser, Subcommand};

use self::work::Work;

/// Одна работа, столько-то сообщений.
#[derive(Parser)]
#[command(version, help_template = "{about-section}\n{usage-heading} {usage}\n\n{all-args}")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Назвать работы, каждую в своей строке: имя и число сообщений для первого из двух прогонов
    List,
    /// Сделать работу
    Run { work: Work, messages: usize },
    /// Быть сервером для работы, пока не закончится ввод
    Serve { work: Work, messages: usize },
}

fn main() -> Result<(), Box<dyn Error>> {
    match Arguments::parse().command {
        Command::List => {
            for work in Work::ALL {
                println!("{work}\t{}", work.messages());
            }
            Ok(())
        }
        Command::Run { work, messages } => match work {
            Work::CodecReceive(kind) => codec::receive(kind, messages),
            Work::CodecSend => codec::send(messages),
            Work::CodecEncode => codec::encode(messages),
            Work::LibraryReceive(kind) => library::receive(kind, messages),
            Work::LibrarySend => library::send(messages),
        },
        Command::Serve { work, messages } => server::run(work, messages),
    }
}
