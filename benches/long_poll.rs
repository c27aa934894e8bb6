//! Latency of long polling: from publishing on the stand-in portal to `ВнешнееСобытие`, beside a bare HTTP client that
//! does the same poll of the same messages at the same time.
//!
//! `cargo bench --bench long_poll` prints a table; the goal is a median of at most 5 ms above the bare client's.

use std::error::Error;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use echo_server::{Audience, Portal, PortalOptions};
use http_body_util::{BodyExt, Empty};
use hyper::body::Bytes;
use hyper::client::conn::http1::handshake;
use hyper::{Request, header};
use hyper_util::rt::TokioIo;
use native_api_host::{Host, Library, Object, locate};
use tokio::net::TcpStream;

const MESSAGES: usize = 500;
/// Messages that are not counted: caches are cold.
const WARM_UP: usize = 20;
const PATIENCE: Duration = Duration::from_secs(30);
const GOAL: Duration = Duration::from_millis(5);

fn main() -> Result<(), Box<dyn Error>> {
    let portal = Portal::start(PortalOptions::default())?;
    let object = Library::load(locate("vestnik").ok_or("the library is not built")?)?
        .create("BitrixPull", Host::default())?;
    object.call("Подключиться", [portal.push_url()])?;
    await_event(&object, "\"CheckQueue\"")?;
    let (arrived, arrivals) = channel();
    let (address, target) = (portal.address(), portal.push_url());
    thread::spawn(move || poll(&address.to_string(), &target, &arrived));

    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    for number in 0..WARM_UP + MESSAGES {
        if !portal.wait_for(PATIENCE, |journal| journal.waiting == 2) {
            return Err("nobody polls".into());
        }
        let text = format!(r#"{{"module_id":"bench","command":"number","params":{{"number":{number}}}}}"#);
        let published = Instant::now();
        portal.publish(Audience::Shared, text);
        let event = await_event(&object, "\"Message\"")?;
        let arrival = next(&arrivals)?;
        if number >= WARM_UP {
            ours.push(event.saturating_duration_since(published));
            bare.push(arrival.saturating_duration_since(published));
        }
    }

    println!("{MESSAGES} messages, one at a time, both clients on loopback");
    println!("{:<44} {:>9} {:>9} {:>9}", "", "median", "95 %", "max");
    let (ours, bare) =
        (row("Vestnik, to ВнешнееСобытие", ours), row("bare hyper client, to the end of the body", bare));
    let above = ours.saturating_sub(bare);
    let verdict = if above <= GOAL { "reached" } else { "missed" };
    println!("median above the bare client: {} (goal: at most {}): {verdict}", ms(above), ms(GOAL));
    Ok(())
}

/// When the next event came whose `Событие` holds `wanted`; others are skipped.
fn await_event(object: &Object, wanted: &str) -> Result<Instant, Box<dyn Error>> {
    loop {
        let event = object.next_event(PATIENCE).ok_or("no event came")?;
        if event.event.contains(wanted) {
            return Ok(event.at);
        }
    }
}

fn next(arrivals: &Receiver<Instant>) -> Result<Instant, Box<dyn Error>> {
    Ok(arrivals.recv_timeout(PATIENCE)?)
}

/// Prints a row of the table; the median.
fn row(name: &str, mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    let at = |share: usize| times[(times.len() * share / 100).min(times.len() - 1)];
    println!("{name:<44} {:>9} {:>9} {:>9}", ms(at(50)), ms(at(95)), ms(at(100)));
    at(50)
}

fn ms(time: Duration) -> String {
    format!("{:.3} ms", time.as_secs_f64() * 1000.0)
}

/// Polls for ever, and tells when each answer has come.
fn poll(address: &str, push_url: &str, arrived: &Sender<Instant>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    // Its end, with the portal's or before, is noticed by whoever waits for its arrivals.
    let _: Result<(), Box<dyn Error>> = runtime.block_on(async {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (mut sender, connection) = handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        let target = push_url.split_once(address).map_or("/", |(_, target)| target);
        let mut mid = "0".repeat(26);
        loop {
            let uri = format!("{target}&mid={mid}");
            let request = Request::get(uri).header(header::HOST, address).body(Empty::<Bytes>::new())?;
            sender.ready().await?;
            let body = sender.send_request(request).await?.into_body().collect().await?.to_bytes();
            let now = Instant::now();
            let body = String::from_utf8_lossy(&body);
            if let Some((_, rest)) = body.rsplit_once(r#""mid":""#) {
                mid = rest.chars().take(26).collect();
                arrived.send(now)?;
            }
        }
    });
}
