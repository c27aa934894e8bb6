//! A thousand objects connected at once in one process.

use echo_server::Server;
use native_api_host::Object;

use super::{on_server, text};
use crate::common::{PATIENCE, echo, in_child};

const COUNT: usize = 1000;
/// Bytes that one connected object may take.
const LIMIT: usize = 20 << 10;

/// Memory that this process has in use, in bytes, by the kernel's account.
#[cfg(target_os = "linux")]
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/statm").unwrap();
    status.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4096
}

fn ask(object: &Object, question: &str) {
    assert_eq!(
        object.call("Отправить", [question]).unwrap(),
        true.into(),
        "{}",
        text(object, "ПоследняяОшибка")
    );
    assert_eq!(object.call("Получить", [60]).unwrap(), question.into());
}

#[test]
#[cfg(target_os = "linux")]
fn a_thousand_objects_answer_and_take_little() {
    // The server runs in the parent, so that the child's memory is the product's (and the host's).
    let server = std::env::var("URL").is_err().then(echo);
    let url = server.as_ref().map(Server::url).unwrap_or_default();
    in_child("websocket::many::a_thousand_objects_answer_and_take_little", &[("URL", &url)], || {
        let url = std::env::var("URL").unwrap();
        // What the first connection costs, and what the host costs, is not counted.
        let created = (0..COUNT).map(|_| on_server()).collect::<Vec<_>>();
        created[0].call("Подключиться", [url.as_str()]).unwrap();
        ask(&created[0], "первый");
        let before = resident();
        for object in &created[1..] {
            assert_eq!(object.call("Подключиться", [url.as_str()]).unwrap(), true.into());
            ask(object, "есть кто?");
        }
        let each = (resident() - before) / (COUNT - 1);
        let threads = std::fs::read_dir("/proc/self/task").unwrap().count();
        println!("{each} bytes each, {threads} threads in the process");
        assert!(each <= LIMIT, "{each} bytes each");
        // The test's own two, vestnik-net, and maybe a few that end.
        assert!(threads <= 8, "{threads} threads");
        for (number, object) in created.iter().enumerate() {
            ask(object, &number.to_string());
        }
    });
    if let Some(server) = server {
        assert!(server.wait_for(PATIENCE, |journal| journal.connections() == 0));
    }
}
