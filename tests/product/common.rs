//! What every test of the product needs: the built library, an object of it, a peer on loopback.

use std::env;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use echo_server::{Behaviour, Fault, Options, Server};
use native_api::Value;
use native_api_host::{Arguments, Event, Host, Instance, Library, Object, locate};

/// How long a test waits for what must come. Only a failure ever takes so long.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// The name of the class under test.
pub(crate) const ROM: &str = "ROM-WebSocket";

pub(crate) const OPEN: (&str, &str) =
    ("{\"Event\": \"Connection\",\"State\": \"Open\"}", "{\"Connection\": \"Open\"}");
pub(crate) const CLOSE_NORMAL: (&str, &str) = (
    "{\"Event\": \"Connection\",\"State\": \"Close\",\"Reason\": \"Normal\"}",
    "{\"Connection\": \"Close\"}",
);
pub(crate) const CLOSE_DROP: (&str, &str) =
    ("{\"Event\": \"Connection\",\"State\": \"Close\",\"Reason\": \"Drop\"}", "{\"Connection\": \"Close\"}");
pub(crate) const FAIL: (&str, &str) =
    ("{\"Event\": \"Connection\",\"State\": \"Fail\"}", "{\"Connection\": \"Fail\"}");
pub(crate) const MESSAGE: &str = "{\"Event\": \"Message\"}";

/// The library file that cargo built for this test.
pub(crate) fn library() -> Library {
    let file = locate("vestnik").expect("cargo builds the library with its tests");
    Library::load(file).expect("the library loads")
}

/// An object on a current thin client.
pub(crate) fn rom() -> Object {
    rom_on(Host::default())
}

/// An object on `host`.
pub(crate) fn rom_on(host: Host) -> Object {
    library().create(ROM, host).expect("the object is created")
}

/// A server that echoes.
pub(crate) fn echo() -> Server {
    server(Options::default())
}

/// A server with a fault.
pub(crate) fn faulty(fault: &str) -> Server {
    let fault: Fault = fault.parse().expect("a known fault");
    server(Options { fault, ..Options::default() })
}

/// A server that sends the numbers from 1 to `count` to whoever connects.
pub(crate) fn counting(count: u64) -> Server {
    server(Options { behaviour: Behaviour::Greeting(count), ..Options::default() })
}

pub(crate) fn server(options: Options) -> Server {
    Server::start(options).expect("the server starts")
}

/// Waits for the next event.
pub(crate) fn next(object: &Instance) -> Event {
    object.next_event(PATIENCE).expect("an event comes")
}

/// The next event must be this one.
#[track_caller]
pub(crate) fn expect(object: &Instance, (event, data): (&str, &str)) {
    let next = next(object);
    assert_eq!((next.source.as_str(), next.event.as_str(), next.data.as_str()), (ROM, event, data));
}

/// Waits until `condition` holds.
#[track_caller]
pub(crate) fn wait_until(what: &str, condition: impl Fn() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < PATIENCE, "never happened: {what}");
        std::thread::yield_now();
    }
}

/// A property that is a text.
pub(crate) fn text(object: &Instance, name: &str) -> String {
    match object.get(name).unwrap() {
        Value::String(text) => text,
        other => panic!("{name} is {other:?}"),
    }
}

/// Calls a method while the platform has no memory for its result: an exception.
#[track_caller]
pub(crate) fn refused_memory(object: &Instance, method: &str, arguments: impl Arguments) {
    object.faults().allow_allocations(Some(0));
    let outcome = object.call(method, arguments);
    object.faults().allow_allocations(None);
    assert!(outcome.is_err(), "{outcome:?}");
    let error = text(object, "ПоследняяОшибка");
    assert!(error.contains("ожидается память для результата"), "{error}");
}

/// Connects with events on and takes the `Open` event.
#[track_caller]
pub(crate) fn connect(object: &Instance, url: &str) {
    assert_eq!(object.call("Подключиться", [url]).unwrap(), true.into());
    expect(object, OPEN);
}

/// A folder of this process's own: several runs of the tests must not share files that they map or replace.
pub(crate) fn folder() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("product-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// Compiles a library that replaces functions of the C library in a process that preloads it; its path.
#[cfg(target_os = "linux")]
pub(crate) fn shim(name: &str, source: &str) -> String {
    let (file, shim) = (folder().join(format!("{name}.c")), folder().join(format!("lib{name}.so")));
    std::fs::write(&file, source).unwrap();
    let mut compile = Command::new("cc");
    compile.args(["-shared", "-fPIC", "-w", "-O1", "-o"]).arg(&shim).arg(&file);
    assert!(compile.status().unwrap().success());
    shim.to_str().unwrap().to_owned()
}

/// Runs `body` in a process of its own, with these environment variables. The test that calls this is `name`,
/// its full path; the process is this very test program, asked for that one test.
pub(crate) fn in_child(name: &str, variables: &[(&str, &str)], body: impl FnOnce()) {
    const MARK: &str = "VESTNIK_TEST_CHILD";
    if env::var(MARK).is_ok_and(|child| child == name) {
        return body();
    }
    let output = Command::new(env::current_exe().unwrap())
        .args([name, "--exact", "--nocapture"])
        .envs(variables.iter().copied())
        .env(MARK, name)
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success() && out.contains("1 passed"), "{name} in a child:\n{out}\n{err}");
    print!("{out}");
}
