//! The log of objects as its callers use it, with files, threads and processes.

#[path = "../src/log/folder.rs"]
mod folder;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use vestnik::log::{Level, Log};

use self::folder::Folder;

/// Longest wait for anything; only ever hit on failure.
const PATIENCE: Duration = Duration::from_secs(30);
/// Set in a process that a test has started to be a part of it; its value is for that test.
const PART: &str = "VESTNIK_LOG_TEST_PART";

fn log_to(path: &Path) -> Log {
    let log = Log::new("Test");
    log.set_file(path.to_str().expect("a path in Unicode")).expect("a file");
    log
}

fn close(log: &Log) {
    log.close(Instant::now() + PATIENCE);
}

fn lines(path: impl AsRef<Path>) -> Vec<String> {
    fs::read_to_string(path).unwrap_or_default().lines().map(str::to_owned).collect()
}

/// What stands behind `mark` in a line.
fn after<'a>(line: &'a str, mark: &str) -> Option<&'a str> {
    line.split_once(mark).map(|(_, rest)| rest)
}

/// This test once more, in a process of its own.
fn part_of(test: &str, value: impl AsRef<Path>) -> Command {
    let mut command = Command::new(env::current_exe().expect("this program"));
    command.args(["--exact", test, "--nocapture"]).env(PART, value.as_ref()).stdout(Stdio::null());
    command
}

/// Runs the rest of a test with a folder in a process of its own, in which nobody else logs.
fn alone(test: &str, run: impl FnOnce(&Path)) {
    if let Some(folder) = env::var_os(PART) {
        run(folder.as_ref());
        return fs::write(Path::new(&folder).join("done"), "").expect("a file");
    }
    let folder = Folder::new(test);
    assert!(part_of(test, folder.path("")).status().expect("this program").success());
    assert!(folder.path("done").exists(), "there is no test of this name");
}

#[test]
fn without_a_file_nothing_is_written_and_no_text_is_made() {
    for log in [Log::default(), Log::new("Test")] {
        assert_eq!((log.file(), log.level()), (String::new(), Level::Info));
        log.set_level(Level::Trace);
        assert!(!log.enabled(Level::Error));
        log.write(Level::Error, || -> String { unreachable!("nobody reads it") });
        log.set_file("").unwrap();
        close(&log);
    }
}

#[test]
fn a_log_holds_its_level_and_what_is_more_important() {
    let folder = Folder::new("levels");
    let log = log_to(&folder.path("log"));
    let levels = Level::WORDS.iter().map(|(level, name)| (*level, name.en));
    for (threshold, _) in levels.clone() {
        log.set_level(threshold);
        assert_eq!(log.level(), threshold);
        for (level, word) in levels.clone() {
            log.write(level, || format!("{threshold:?} {word}"));
        }
    }
    close(&log);
    let lines = lines(folder.path("log"));
    assert_eq!(lines.len(), 1 + 2 + 3 + 4 + 5);
    for (line, expected) in lines.iter().zip(["error", "error", "warn", "error", "warn", "info", "error"]) {
        assert!(line.ends_with(expected) && line.contains(&format!("Z {expected:<5} ")), "{line}");
    }
}

#[test]
fn a_cyrillic_path_works_and_reads_back_as_it_was_given() {
    let folder = Folder::new("кириллица");
    fs::create_dir(folder.path("Журналы обмена")).unwrap();
    let path = folder.path("Журналы обмена/Вестник №1.log");
    let log = log_to(&path);
    assert_eq!(log.file(), path.to_str().unwrap());
    log.write(Level::Info, || "Соединение установлено");
    close(&log);
    assert!(lines(&path)[0].ends_with(" Соединение установлено"));
}

#[test]
fn secrets_are_masked_and_a_record_is_one_line() {
    let folder = Folder::new("masked");
    let log = log_to(&folder.path("log"));
    log.write(Level::Info, || "GET wss://user:word@host/?api_key=a:b\nAuthorization: Basic YTpi\r\nHost: x");
    close(&log);
    let lines = lines(folder.path("log"));
    assert!(
        lines[0].ends_with(r"GET wss://***@host/?api_key=***\nAuthorization: ***\r\nHost: x"),
        "{lines:?}"
    );
    assert_eq!(lines.len(), 1);
}

#[test]
fn a_path_that_cannot_be_a_log_is_refused_and_the_log_stays_as_it_was() {
    let folder = Folder::new("refused");
    let path = folder.path("log");
    let log = log_to(&path);
    fs::write(folder.path("file"), "").unwrap();
    let mut cases = vec![
        (folder.path(""), "имя папки", "the name of a folder"),
        (folder.path("none/log"), "имя файла в папке, которой нет", "a file in a folder that does not exist"),
        (folder.path("file/log"), "имя файла в папке, которой нет", "a file in a folder that does not exist"),
        (folder.path("a\0b"), "имя, которое принадлежит не файлу", "the name of something that is no file"),
    ];
    if cfg!(unix) {
        assert!(Command::new("mkfifo").arg(folder.path("pipe")).status().unwrap().success());
        for special in [folder.path("pipe"), PathBuf::from("/dev/null")] {
            cases.push((
                special,
                "имя, которое принадлежит не файлу",
                "the name of something that is no file",
            ));
        }
    }
    for (refused, ru, en) in cases {
        let why = log.set_file(refused.to_str().unwrap()).expect_err(en);
        assert_eq!((&*why.ru, &*why.en), (ru, en), "{}", refused.display());
    }
    assert_eq!(log.file(), path.to_str().unwrap());
    log.write(Level::Info, || "still here");
    close(&log);
    assert!(lines(&path)[0].ends_with("still here"));
}

#[test]
fn another_file_takes_over_and_none_ends_the_log() {
    let folder = Folder::new("replaced");
    let log = log_to(&folder.path("first"));
    let clone = log.clone();
    clone.write(Level::Info, || "one");
    log.set_file(folder.path("second").to_str().unwrap()).unwrap();
    clone.write(Level::Info, || "two");
    log.set_file("").unwrap();
    assert_eq!(clone.file(), "");
    clone.write(Level::Info, || -> String { unreachable!("nobody reads it") });
    assert!(lines(folder.path("first"))[0].ends_with("one"));
    assert!(lines(folder.path("second"))[0].ends_with("two"));
    assert_eq!([lines(folder.path("first")).len(), lines(folder.path("second")).len()], [1, 1]);
}

#[test]
fn after_its_end_a_log_stays_off() {
    let folder = Folder::new("closed");
    let log = log_to(&folder.path("log"));
    close(&log);
    log.set_file(folder.path("log").to_str().unwrap()).unwrap();
    assert!(!log.enabled(Level::Error));
    assert_eq!(log.file(), "");
}

#[test]
fn a_file_that_becomes_unwritable_troubles_nobody() {
    alone("a_file_that_becomes_unwritable_troubles_nobody", |folder| {
        let gone = folder.join("gone");
        fs::create_dir(&gone).unwrap();
        let log = log_to(&gone.join("log"));
        fs::remove_dir_all(&gone).unwrap();
        for number in 0..20_000 {
            log.write(Level::Error, || format!("запись {number}"));
        }
        close(&log);
        assert!(!gone.exists());
    });
}

#[test]
fn every_record_of_several_objects_is_written_or_counted() {
    const OBJECTS: u32 = 4;
    const RECORDS: u32 = 10_000;
    alone("every_record_of_several_objects_is_written_or_counted", |folder| {
        let path = folder.join("log");
        let logs = (0..OBJECTS).map(|_| log_to(&path)).collect::<Vec<_>>();
        thread::scope(|scope| {
            for log in &logs {
                scope.spawn(move || {
                    for number in 0..RECORDS {
                        log.write(Level::Info, || format!("номер {number}"));
                    }
                });
            }
        });
        logs.iter().for_each(close);
        let lines = lines(&path);
        let number = |line: &String, mark| after(line, mark).and_then(|number| number.parse::<u32>().ok());
        let lost = lines.iter().filter_map(|line| number(line, "Пропущено записей: ")).sum::<u32>();
        let mut written = 0;
        let objects =
            lines.iter().filter_map(|line| after(line, "Test#")?.split(' ').next()).collect::<BTreeSet<_>>();
        for object in objects {
            let own = lines.iter().filter(|line| line.contains(&format!(" Test#{object} ")));
            let numbers = own.filter_map(|line| number(line, "номер ")).collect::<Vec<_>>();
            assert!(numbers.is_sorted_by(|one, next| one < next), "in their order, and none twice");
            written += u32::try_from(numbers.len()).unwrap();
        }
        assert_eq!(written + lost, OBJECTS * RECORDS);
    });
}

#[test]
fn no_line_of_several_processes_is_lost_when_files_are_renamed() {
    const PROCESSES: usize = 3;
    /// They fit into the queue, so none is lost there, and fill two or three files.
    const RECORDS: usize = 4_000;
    const LENGTH: usize = 2_500;
    if let Some(path) = env::var_os(PART) {
        let log = log_to(path.as_ref());
        for number in 0..RECORDS {
            log.write(Level::Info, || format!("{} номер {number}", "x".repeat(LENGTH)));
        }
        return close(&log);
    }
    let folder = Folder::new("processes");
    let test = "no_line_of_several_processes_is_lost_when_files_are_renamed";
    let parts =
        (0..PROCESSES).map(|_| part_of(test, folder.path("log")).spawn().unwrap()).collect::<Vec<_>>();
    let processes = parts.iter().map(Child::id).collect::<Vec<_>>();
    for mut part in parts {
        assert!(part.wait().unwrap().success());
    }
    let files = ["log", "log.1", "log.2", "log.3"].map(|name| folder.path(name));
    let lines = files.iter().flat_map(lines).collect::<Vec<_>>();
    for process in processes {
        let own = lines.iter().filter(|line| line.contains(&format!(" info  {process} Test#")));
        let numbers =
            own.filter_map(|line| after(line, "номер ")?.parse::<u32>().ok()).collect::<BTreeSet<_>>();
        assert_eq!(numbers.len(), RECORDS);
    }
    assert_eq!(lines.len(), PROCESSES * RECORDS, "no line is torn or written twice");
    for full in &files[1..3] {
        assert!(fs::metadata(full).unwrap().len() > 9 << 20, "none is renamed before it is full");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn the_thread_is_there_while_an_object_logs() {
    /// Threads of this process with that name.
    fn threads() -> usize {
        let tasks = fs::read_dir("/proc/self/task").unwrap();
        let names = tasks.filter_map(|task| fs::read_to_string(task.ok()?.path().join("comm")).ok());
        names.filter(|name| name.trim() == "vestnik-log").count()
    }
    fn wait_for(expected: usize) {
        let deadline = Instant::now() + PATIENCE;
        while threads() != expected {
            assert!(Instant::now() < deadline, "{} threads", threads());
            thread::sleep(Duration::from_millis(1));
        }
    }
    alone("the_thread_is_there_while_an_object_logs", |folder| {
        let (path, other) = (folder.join("log"), folder.join("other"));
        let off = Log::new("Test");
        off.write(Level::Error, || "nothing");
        assert_eq!(threads(), 0);
        let (first, second, third) = (log_to(&path), log_to(&path), log_to(&other));
        wait_for(1);
        close(&first);
        second.set_file("").unwrap();
        assert_eq!(threads(), 1, "the third one needs it");
        third.write(Level::Info, || "the last one");
        close(&third);
        wait_for(0);
        assert!(lines(&other)[0].ends_with("the last one"));

        let again = log_to(&path);
        wait_for(1);
        again.write(Level::Info, || "dropped");
        drop(again);
        wait_for(0);
        assert!(lines(&path)[0].ends_with("dropped"));
    });
}
