//! Connections on which nothing happens: memory, threads, processor time.

use std::net::SocketAddr;
use std::path::Path;
use std::thread;
use std::time::Duration;

use native_api_host::{Host, Library};
use tokio::task::LocalSet;

use crate::engine::Engine;
use crate::engine::sockudo::Sockudo;
use crate::engine::tokio_websockets::TokioWebsockets;
use crate::engine::tungstenite::Tungstenite;
use crate::engine::yawc::Yawc;
use crate::goals::OURS;
use crate::handshake;
use crate::options::Options;
use crate::ours::{await_events, finish, open};
use crate::outcome::Outcome;
use crate::peer::Peer;
use crate::process::{self, Values};
use crate::results::{Group, Quantity, Row};
use crate::work::{cpu_time, sent};

/// Connections at once.
const MANY: u32 = 1000;
/// Seconds that engines are watched: they do nothing by themselves.
const ENGINE_SECONDS: u64 = 5;

/// A row for each engine, and for one and many connections of the add-in.
pub(crate) fn run(options: &Options, peer: Peer, library: &Path) -> Outcome<Vec<Row>> {
    let row = |contender: &str, client: &str, count: u32, seconds: u64| -> Outcome<Row> {
        let numbers = [count.to_string(), seconds.to_string(), peer.address().to_string()];
        let arguments = ["idle".to_owned(), client.to_owned()].into_iter().chain(numbers);
        let arguments = arguments.map(Into::into).chain([library.as_os_str().to_owned()]);
        Ok(Row { group: Group::Idle, contender: contender.to_owned(), values: process::run(arguments)? })
    };
    // A minute has two pings.
    let seconds = if options.quick { 10 } else { 60 };
    let mut rows = Vec::new();
    for engine in [Tungstenite::NAME, TokioWebsockets::NAME, Yawc::NAME, Sockudo::NAME] {
        rows.push(row(engine, engine, MANY, ENGINE_SECONDS)?);
    }
    rows.push(row(OURS, OURS, MANY, seconds)?);
    rows.push(row("Vestnik, one connection", OURS, 1, seconds)?);
    Ok(rows)
}

/// Holds connections in this process, where nothing else was before.
pub(crate) fn measure(client: &str, count: u32, seconds: u64, peer: Peer, library: &Path) -> Outcome<Values> {
    process::allow_files()?;
    let time = Duration::from_secs(seconds);
    match client {
        Tungstenite::NAME => hold::<Tungstenite>(count, time, peer.address()),
        TokioWebsockets::NAME => hold::<TokioWebsockets>(count, time, peer.address()),
        Yawc::NAME => hold::<Yawc>(count, time, peer.address()),
        Sockudo::NAME => hold::<Sockudo>(count, time, peer.address()),
        _ => hold_ours(count, time, peer, library),
    }
}

/// A task for each connection, which waits for the next message once the first has come back.
fn hold<E: Engine + 'static>(count: u32, time: Duration, address: SocketAddr) -> Outcome<Values> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(LocalSet::new().run_until(async {
        let connect = async || -> Outcome {
            let mut engine = E::open(handshake::open(address, "/echo").await?, false).await?;
            engine.send(E::message(&sent())).await?;
            engine.next().await?;
            tokio::task::spawn_local(async move {
                // It ends with the process.
                let _ = engine.next().await;
            });
            tokio::task::yield_now().await;
            Ok(())
        };
        connect().await?;
        let before = process::memory()?;
        for _ in 0..count {
            connect().await?;
        }
        let (after, threads, cpu) = (process::memory()?, process::other_threads()?, cpu_time());
        tokio::time::sleep(time).await;
        Ok(values(count, after.saturating_sub(before), threads, cpu_time().saturating_sub(cpu), time))
    }))
}

fn hold_ours(count: u32, time: Duration, peer: Peer, library: &Path) -> Outcome<Values> {
    let library = Library::load(library)?;
    let create = || library.create("WebSocket", Host::default().count_events_only().without_memory_checks());
    let connect = |object: &_| -> Outcome {
        open(object, peer, "/echo")?;
        await_events(object, 1)?;
        object.call("Отправить", [sent()])?;
        await_events(object, 2)
    };
    let first = create()?;
    connect(&first)?;
    let before = process::memory()?;
    let objects = (0..count).map(|_| create()).collect::<Result<Vec<_>, _>>()?;
    let unconnected = process::memory()?.saturating_sub(before);
    objects.iter().try_for_each(connect)?;
    let (after, threads, cpu) = (process::memory()?, process::other_threads()?, cpu_time());
    thread::sleep(time);
    let cpu = cpu_time().saturating_sub(cpu);
    objects.into_iter().try_for_each(finish)?;
    finish(first)?;
    let mut values = values(count, after.saturating_sub(before), threads, cpu, time);
    values.push((Quantity::Unconnected, f64::from(unconnected) / f64::from(count)));
    Ok(values)
}

fn values(count: u32, kib: u32, threads: u32, cpu: Duration, time: Duration) -> Values {
    vec![
        (Quantity::Connections, count.into()),
        (Quantity::Memory, f64::from(kib) / f64::from(count)),
        (Quantity::Threads, threads.into()),
        (Quantity::IdleCpu, cpu.as_secs_f64() * 1e3 * 60.0 / time.as_secs_f64()),
    ]
}
