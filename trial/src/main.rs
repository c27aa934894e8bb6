//! `trial`: загружает собранную библиотеку, как 1С, и пробует ее с серверами, которые работают отдельно.
//!
//! It is built for the library's own platform, so that the same trials run on Linux, on Windows and under wine.

#![forbid(unsafe_code)]

mod endings;
mod exports;
mod filter;
mod identity;
mod journal;
mod large;
mod many;
mod members;
mod messages;
mod outcome;
mod servers;
mod silence;
mod stage;
mod stored_keys;
mod timeouts;
mod trust;
mod unloading;
mod versions;
mod waiting;
mod watch;

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use native_api_host::{Library, LoadError};

use crate::outcome::Outcome;
use crate::servers::Servers;
use crate::stage::Stage;

/// Загружает библиотеку компоненты, как 1С, и пробует ее с серверами, которые уже работают.
///
/// Серверы — echo-server; как они запускаются, показывает .ci/trial.
#[derive(Parser)]
#[command(version, help_template = "{about-section}\n{usage-heading} {usage}\n\n{all-args}")]
struct Arguments {
    /// Файл библиотеки
    #[arg(value_name = "БИБЛИОТЕКА")]
    library: PathBuf,
    #[command(flatten)]
    servers: Servers,
    /// Сколько раз завершить объект в каждом состоянии
    #[arg(long, value_name = "ЧИСЛО", default_value_t = 30)]
    rounds: usize,
}

/// Its name and what it does.
type Trial = (&'static str, fn(&Stage) -> Outcome);

/// What is tried, in this order.
const TRIALS: [Trial; 17] = [
    ("экспорт и имена классов", exports::exports),
    ("свойства и методы", members::members),
    ("сообщения по ws", messages::plain),
    ("сообщения по wss, сертификат из файла и из текста", messages::secure),
    ("сжатие", messages::compressed),
    ("чужие сертификаты", trust::strangers),
    ("версии TLS", versions::versions),
    ("сертификат клиента", identity::identities),
    ("ожидание: Таймаут, Запросить, Пинг, Получить", waiting::waiting),
    ("кто не отвечает", timeouts::timeouts),
    ("регулярное выражение с просмотром вперед", filter::filter),
    ("16 МиБ туда и обратно", large::large),
    ("журнал", journal::journal),
    ("много объектов сразу", many::many),
    ("Done в каждом состоянии", endings::endings),
    ("выгрузка библиотеки", unloading::unloading),
    ("после всего", messages::plain),
];

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let library = match Library::load(&arguments.library) {
        Ok(library) => library,
        Err(error) => {
            eprintln!("Ошибка: {}: {}", arguments.library.display(), reason(&error));
            return ExitCode::FAILURE;
        }
    };
    let Arguments { library: file, servers, rounds } = arguments;
    let stage = Stage { file, library, servers, rounds };
    let failed = TRIALS.iter().filter(|(name, trial)| !watch::run(name, || trial(&stage))).count();
    if failed == 0 {
        println!("Все {} проб удались.", TRIALS.len());
        return ExitCode::SUCCESS;
    }
    println!("Не удалось: {failed} из {}.", TRIALS.len());
    ExitCode::FAILURE
}

/// What the system's loader says.
fn reason(error: &LoadError) -> String {
    error.source().map_or_else(|| error.to_string(), ToString::to_string)
}
