//! `УстановитьСертификатКлиента`: every form, two at once, refusals in words, and no key that stays on the machine.

use std::path::Path;

use native_api::Value;
use native_api_host::Object;

use crate::outcome::{Checked, Outcome, ensure};
use crate::stage::{Stage, WEBSOCKET, connect, echo, expect_state, finish, next, text};
use crate::stored_keys::{is_wine, stored_keys};

/// Of everything that is encrypted, see `echo-server --help`.
const PASSWORD: &str = "пароль secret";

/// Certificate, password and key, as they are given to the method.
type Given = [Value; 3];

pub(crate) fn identities(stage: &Stage) -> Outcome {
    let before = stored_keys()?;
    let tried = try_all(stage);
    let after = stored_keys()?;
    ensure(before == after, || {
        format!("на компьютере остались ключи: было {before:?}, стало {after:?}; {tried:?}")
    })?;
    Ok(format!("{}; хранилища ключей: {after:?}", tried?))
}

fn try_all(stage: &Stage) -> Outcome {
    let servers = &stage.servers;
    let mut shown = 0;
    for (server, folder) in [
        (&servers.mutual, &servers.mutual_clients),
        (&servers.mutual_tls_1_2, &servers.mutual_tls_1_2_clients),
    ] {
        for (form, given) in forms(folder)? {
            let object = showing(stage, given).map_err(|error| format!("{form}: {error}"))?;
            connect(&object, server).map_err(|error| format!("{form}, {server}: {error}"))?;
            echo(&object, form)?;
            finish(object)?;
            shown += 1;
        }
    }
    let texts = refusals(stage)?;
    two_at_once(stage)?;
    let verified = verified(stage)?;
    misuses(stage)?;
    Ok(format!("{shown} соединений, два сертификата сразу; {verified}; {}", texts.join("; ")))
}

/// What is accepted, with the names of the forms.
fn forms(folder: &Path) -> Checked<Vec<(&'static str, Given)>> {
    let path = |name: &str| path(folder, name);
    let text =
        |name: &str| Ok::<_, std::io::Error>(Value::String(std::fs::read_to_string(folder.join(name))?));
    let bytes = |name: &str| Ok::<_, std::io::Error>(Value::Blob(std::fs::read(folder.join(name))?));
    let (password, nothing) = (|| Value::from(PASSWORD), || Value::from(""));
    Ok(vec![
        ("PFX с RSA, файл", [path("rsa.pfx")?, password(), nothing()]),
        ("PFX с RSA, двоичные данные", [bytes("rsa.pfx")?, password(), nothing()]),
        ("PFX с P-256", [bytes("ec.pfx")?, password(), nothing()]),
        ("PFX по-старому", [bytes("old.pfx")?, password(), nothing()]),
        ("PEM с ключом, текст", [text("ec.pem")?, nothing(), nothing()]),
        ("PEM с ключом, файл", [path("ec.pem")?, nothing(), nothing()]),
        ("ключ отдельно, зашифрован", [text("apart.crt")?, password(), text("apart.key")?]),
        ("ключ отдельно, SEC1", [path("traditional.crt")?, nothing(), path("traditional.key")?]),
    ])
}

/// The servers' words for a certificate that is missing, and for one that they do not know.
fn refusals(stage: &Stage) -> Checked<Vec<String>> {
    let servers = &stage.servers;
    let mut texts = Vec::new();
    for (server, folder) in [
        (&servers.mutual, &servers.mutual_clients),
        (&servers.mutual_tls_1_2, &servers.mutual_tls_1_2_clients),
    ] {
        let nobody = unverifying(stage)?;
        let stranger = showing(stage, [path(folder, "stranger.pem")?, "".into(), "".into()])?;
        for (who, object) in [("без сертификата", nobody), ("с чужим", stranger)] {
            texts.push(format!("{who} — «{}»", refused(object, server)?));
        }
    }
    Ok(texts)
}

/// Connects where that must fail; the library's words for it.
fn refused(object: Object, server: &str) -> Checked<String> {
    object.set("Таймаут", 30)?;
    let answer = object.call("Подключиться", [server])?;
    let why = text(&object, "ПоследняяОшибка")?;
    ensure(answer == false.into() && why.contains("ертификат"), || {
        format!("{server}: {answer:?}, «{why}»")
    })?;
    finish(object)?;
    Ok(why)
}

/// Each object shows its own certificate, whatever others do at the same time.
fn two_at_once(stage: &Stage) -> Checked {
    let servers = &stage.servers;
    let folder = &servers.mutual_clients;
    let rsa = showing(stage, [path(folder, "rsa.pfx")?, PASSWORD.into(), "".into()])?;
    let stranger = showing(stage, [path(folder, "stranger.pem")?, "".into(), "".into()])?;
    let ec = showing(stage, [path(folder, "ec.pfx")?, PASSWORD.into(), "".into()])?;
    connect(&rsa, &servers.mutual)?;
    connect(&ec, &servers.mutual)?;
    refused(stranger, &servers.mutual)?;
    for (object, text) in [(&rsa, "первый"), (&ec, "второй"), (&rsa, "снова первый")] {
        echo(object, text)?;
    }
    finish(rsa)?;
    finish(ec)
}

/// Who shows a certificate looks at the server's no less; what came of it.
fn verified(stage: &Stage) -> Outcome {
    let servers = &stage.servers;
    let certificate =
        || -> Checked<Given> { Ok([path(&servers.mutual_clients, "ec.pem")?, "".into(), "".into()]) };
    let strict = stage.object(WEBSOCKET)?;
    strict.call("УстановитьСертификатКлиента", certificate()?)?;
    strict.call("Подключиться", [servers.secure.as_str()])?;
    expect_state(&strict, "Fail")?;
    finish(strict)?;
    let trusting = stage.trusting()?;
    trusting.call("УстановитьСертификатКлиента", certificate()?)?;
    trusting.call("Подключиться", [servers.secure.as_str()])?;
    let event = next(&trusting)?.event;
    // Wine insists on lists of revoked certificates, and cannot have any.
    let outcome = if is_wine() && event.contains("не отозван ли он") {
        "доверенный сервер wine не проверяет".to_owned()
    } else {
        ensure(event.contains("\"State\": \"Open\""), || format!("доверенный сервер: {event}"))?;
        echo(&trusting, "сервер проверен")?;
        "доверенный сервер проверен".to_owned()
    };
    finish(trusting)?;
    Ok(outcome)
}

/// What cannot be used is refused at once.
fn misuses(stage: &Stage) -> Checked {
    let folder = &stage.servers.mutual_clients;
    for (what, given) in [
        ("неверный пароль PFX", [path(folder, "ec.pfx")?, "не тот".into(), "".into()]),
        ("неверный пароль старого PFX", [path(folder, "old.pfx")?, "не тот".into(), "".into()]),
        ("PFX без пароля", [path(folder, "rsa.pfx")?, "".into(), "".into()]),
        ("неверный пароль ключа", [path(folder, "apart.crt")?, "не тот".into(), path(folder, "apart.key")?]),
        ("чужой ключ", [path(folder, "apart.crt")?, "".into(), path(folder, "traditional.key")?]),
        ("нет ключа", [path(folder, "apart.crt")?, "".into(), "".into()]),
    ] {
        let object = stage.object(WEBSOCKET)?;
        let answer = object.call("УстановитьСертификатКлиента", given);
        ensure(answer.is_err(), || format!("{what}: принято"))?;
        finish(object)?;
    }
    Ok(())
}

/// An object that shows a certificate; the servers' own are beside the point, but for [`verified`].
fn showing(stage: &Stage, given: Given) -> Checked<Object> {
    let object = unverifying(stage)?;
    object.call("УстановитьСертификатКлиента", given)?;
    Ok(object)
}

fn unverifying(stage: &Stage) -> Checked<Object> {
    let object = stage.object(WEBSOCKET)?;
    object.set("ПроверятьСертификат", false)?;
    Ok(object)
}

fn path(folder: &Path, name: &str) -> Checked<Value> {
    let path = folder.join(name);
    Ok(Value::from(path.to_str().ok_or("путь к сертификату не в UTF-8")?))
}
