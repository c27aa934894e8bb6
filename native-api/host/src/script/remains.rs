//! What an add-in leaves in the process: threads and sockets. Known on Linux only; elsewhere nothing is seen.

use std::collections::{BTreeMap, BTreeSet};
use std::thread;
use std::time::{Duration, Instant};

/// How long what is about to end may take.
const PATIENCE: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(2);
/// The column of a table of sockets that tells which it is (proc_pid_net(5)).
const INODE: usize = 9;

/// Threads of this process, by number, and the sockets that it has on the network, by their handles. A pair of sockets
/// within the machine is none of these: a library may keep one for itself.
pub(super) struct Remains {
    threads: BTreeMap<String, String>,
    sockets: BTreeMap<String, String>,
}

impl Remains {
    pub(super) fn now() -> Self {
        let name = |thread: &str| std::fs::read_to_string(format!("/proc/self/task/{thread}/comm")).ok();
        let file = |file: &str| std::fs::read_link(format!("/proc/self/fd/{file}")).ok();
        let network = network();
        Self {
            threads: list("/proc/self/task", |thread| Some(name(thread)?.trim().to_owned())),
            sockets: list("/proc/self/fd", |number| {
                let target = file(number)?.to_string_lossy().into_owned();
                let socket = target.strip_prefix("socket:[")?.strip_suffix("]")?;
                network.contains(socket).then_some(target)
            }),
        }
    }

    /// Waits until there is nothing that was not there then, but for threads of these names and what they hold.
    pub(super) fn wait_for_none_since(&self, may_stay: &[&str]) -> Result<(), String> {
        let start = Instant::now();
        loop {
            match self.since(may_stay) {
                None => return Ok(()),
                Some(left) if start.elapsed() > PATIENCE => return Err(left),
                Some(_) => thread::sleep(POLL),
            }
        }
    }

    /// What there is now and was not then.
    fn since(&self, may_stay: &[&str]) -> Option<String> {
        let now = Self::now();
        let stays = |name: &String| may_stay.iter().any(|prefix| name.starts_with(prefix));
        let (staying, threads): (Vec<_>, Vec<_>) =
            added(&self.threads, &now.threads).partition(|name| stays(name));
        let sockets = if staying.is_empty() { added(&self.sockets, &now.sockets).count() } else { 0 };
        let left = !threads.is_empty() || sockets > 0;
        left.then(|| {
            format!("after the last object's end there are threads {threads:?} and {sockets} sockets")
        })
    }
}

fn added<'a>(
    before: &'a BTreeMap<String, String>,
    now: &'a BTreeMap<String, String>,
) -> impl Iterator<Item = &'a String> {
    now.iter().filter(|(key, value)| before.get(*key) != Some(*value)).map(|(_, value)| value)
}

/// The machine's TCP and UDP sockets.
fn network() -> BTreeSet<String> {
    let tables = ["tcp", "tcp6", "udp", "udp6"]
        .map(|table| std::fs::read_to_string(format!("/proc/self/net/{table}")));
    let lines = tables.iter().flatten().flat_map(|table| table.lines());
    lines.filter_map(|line| line.split_whitespace().nth(INODE)).map(str::to_owned).collect()
}

/// The entries of a folder that `value` knows something of.
fn list(folder: &str, value: impl Fn(&str) -> Option<String>) -> BTreeMap<String, String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    names.filter_map(|name| value(&name).map(|value| (name, value))).collect()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::net::TcpListener;
    use std::sync::mpsc::channel;

    use super::*;

    #[test]
    fn threads_and_sockets_are_seen_until_they_end() {
        let before = Remains::now();
        let (stop, stopped) = channel::<()>();
        let (started, start) = channel();
        let thread = thread::Builder::new().name("leftover".to_owned()).spawn(move || {
            started.send(()).expect("somebody waits for it");
            let _ = stopped.recv();
        });
        start.recv().expect("it starts, and has its name");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let left = before.since(&[]).expect("a thread and a socket");
        assert!(left.contains("leftover") && left.ends_with("and 1 sockets"), "{left}");
        assert_eq!(before.since(&["left"]), None, "what may stay takes its sockets along");
        drop(stop);
        thread.expect("a thread").join().expect("it ends well");
        drop(listener);
        assert_eq!(before.wait_for_none_since(&[]), Ok(()));
    }
}
