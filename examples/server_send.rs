//! Синхронный режим, как на сервере 1С: внешних событий нет, каждый вызов ждет исхода не дольше `Таймаут`.

use std::error::Error;
use std::time::Instant;

use clap::Parser;
use echo_server::{Options, Server};
use native_api::Value;
use native_api_host::{Host, Library, Object, locate};

/// Отправка сообщения из серверной процедуры 1С.
#[derive(Parser)]
#[command(version, help_template = "{about-section}\n{usage-heading} {usage}\n\n{all-args}")]
struct Arguments {
    /// Адрес сервера; без него — эхо-сервер в этом же процессе
    uri: Option<String>,
    /// Что отправить
    #[arg(long, default_value = r#"{"event":"order.created","number":"0000-000042"}"#)]
    message: String,
    /// Таймаут, секунды
    #[arg(long, default_value_t = 5.0)]
    timeout: f64,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let server = arguments.uri.is_none().then(|| Server::start(Options::default())).transpose()?;
    let uri = match (&arguments.uri, &server) {
        (Some(uri), _) => uri.clone(),
        (None, Some(server)) => server.url(),
        (None, None) => unreachable!("one of the two is there"),
    };
    let file = locate("vestnik").ok_or("библиотека не собрана")?;
    let object = Library::load(file)?.create("ROM-WebSocket", Host::server())?;
    object.set("Таймаут", arguments.timeout)?;
    println!("Таймаут = {}", arguments.timeout);

    let done = call(&object, "Подключиться", Some(&uri))?
        && call(&object, "Отправить", Some(&arguments.message))?
        && call(&object, "Отключиться", None)?;
    if let Some(server) = &server {
        println!("Сервер получил: {}", server.journal().texts().collect::<Vec<_>>().join("; "));
    }
    if done {
        Ok(())
    } else {
        Err("сервер недоступен или не ответил вовремя".into())
    }
}

/// Calls a function and prints its outcome and the time that it took.
fn call(object: &Object, name: &str, argument: Option<&str>) -> Result<bool, Box<dyn Error>> {
    let start = Instant::now();
    let outcome = match argument {
        Some(argument) => object.call(name, [argument])?,
        None => object.call(name, ())?,
    };
    let done = outcome == Value::Bool(true);
    let word = if done { "Истина" } else { "Ложь" };
    println!("{name}({}) = {word}, {} мс", argument.unwrap_or_default(), start.elapsed().as_millis());
    Ok(done)
}
