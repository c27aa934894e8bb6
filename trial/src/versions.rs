//! `МинимальнаяВерсияTLS`: a version that is too old is never taken.

use crate::outcome::{Checked, Outcome, ensure};
use crate::stage::{Stage, WEBSOCKET, finish, text};

pub(crate) fn versions(stage: &Stage) -> Outcome {
    let servers = &stage.servers;
    for version in ["1.1", "1.2", "1.3"] {
        let (connected, why) = connects(stage, version, &servers.outdated)?;
        ensure(!connected && !why.is_empty(), || {
            format!("не ниже {version}, а сервер с TLS 1.0 годится: {why}")
        })?;
    }
    for version in ["1.0", "1.1", "1.2", "1.3"] {
        let (connected, why) = connects(stage, version, &servers.secure)?;
        ensure(connected, || format!("не ниже {version}: {why}"))?;
    }
    let (connected, why) = connects(stage, "1.3", &servers.mutual_tls_1_2)?;
    ensure(!connected && why.contains("1.3"), || format!("не ниже 1.3, а сервер с 1.2 годится: {why}"))?;
    Ok(why)
}

/// Whether a session is made, and if not, why.
fn connects(stage: &Stage, version: &str, url: &str) -> Checked<(bool, String)> {
    let object = stage.object(WEBSOCKET)?;
    object.set("ПроверятьСертификат", false)?;
    object.set("МинимальнаяВерсияTLS", version)?;
    object.set("Таймаут", 30)?;
    let connected = object.call("Подключиться", [url])? == true.into();
    let why = text(&object, "ПоследняяОшибка")?;
    finish(object)?;
    Ok((connected, why))
}
