//! Прогон набора Autobahn через собранную библиотеку: объект `WebSocket`, как на сервере 1С, `Получить` и
//! `Отправить`. Запускается сценарием `.ci/autobahn`.

use std::error::Error;

use clap::Parser;
use native_api::Value;
use native_api_host::{Host, Library, Object, locate};

/// Набор Autobahn через собранную библиотеку.
#[derive(Parser)]
#[command(version, help_template = "{about-section}\n{usage-heading} {usage}\n\n{all-args}")]
struct Arguments {
    /// Адрес сервера набора
    #[arg(default_value = "ws://127.0.0.1:9001")]
    uri: String,
    /// Имя в отчете
    #[arg(long, default_value = "vestnik")]
    agent: String,
}

fn main() -> Result<(), Box<dyn Error>> {
    let Arguments { uri, agent } = Arguments::parse();
    let library = Library::load(locate("vestnik").ok_or("библиотека не собрана")?)?;
    let object = library.create("WebSocket", Host::server())?;
    object.set("Таймаут", 60)?;
    object.set("Сжатие", true)?;

    connect(&object, &format!("{uri}/getCaseCount"))?;
    let Value::String(count) = object.call("Получить", ())? else {
        return Err("нет числа случаев".into());
    };
    let count = count.trim().parse::<u32>()?;
    for case in 1..=count {
        connect(&object, &format!("{uri}/runCase?case={case}&agent={agent}"))?;
        loop {
            match object.call("Получить", ())? {
                Value::Empty => break,
                message => drop(object.call("Отправить", [message])?),
            }
        }
        // The case may wait for our side to notice that it is over.
        object.call("Отключиться", ())?;
        if case % 50 == 0 || case == count {
            println!("{case} из {count}");
        }
    }
    connect(&object, &format!("{uri}/updateReports?agent={agent}"))?;
    object.call("Получить", ())?;
    Ok(())
}

fn connect(object: &Object, uri: &str) -> Result<(), Box<dyn Error>> {
    if object.call("Подключиться", [uri])? == true.into() {
        return Ok(());
    }
    Err(format!("{uri}: {:?}", object.get("ПоследняяОшибка")?).into())
}
