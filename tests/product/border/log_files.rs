//! Paths that `ФайлЖурнала` is given: only a log is written to, and nothing else is touched.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use native_api_host::Object;

use super::{BITRIX, WEBSOCKET, on_client};
use crate::common::{echo, folder, in_child, text, wait_until};

/// An empty folder of a test's own.
fn place(name: &str) -> PathBuf {
    let place = folder().join(format!("log-files-{name}"));
    // A process of the same number may have died here.
    let _ = fs::remove_dir_all(&place);
    fs::create_dir(&place).unwrap();
    place
}

/// Both classes that have a log refuse the path; why.
#[track_caller]
fn refused(path: &Path) -> String {
    let [first, second] = [WEBSOCKET, BITRIX].map(|class| {
        let object = on_client(class);
        let thrown = object.set("ФайлЖурнала", path.to_str().unwrap()).unwrap_err().text.unwrap();
        assert_eq!(text(&object, "ФайлЖурнала"), "");
        thrown.rsplit_once("получено: ").unwrap().1.to_owned()
    });
    assert_eq!(first, second);
    first
}

/// Logs a connection to `name`.
fn log_to(name: &str) -> Object {
    let (server, object) = (echo(), on_client(WEBSOCKET));
    object.set("ФайлЖурнала", name).unwrap();
    assert_eq!(object.call("Подключиться", [server.url()]).unwrap(), true.into());
    object.done();
    object
}

fn is_log(path: &Path) -> bool {
    fs::read_to_string(path).is_ok_and(|text| text.contains("Соединение установлено"))
}

#[test]
fn what_is_no_log_stays_as_it_is() {
    let place = place("foreign");
    let large = place.join("1Cv8.1CD");
    let contents: [&[u8]; 5] =
        [b"1CDBMSV8\x08\x03\x08\x00", b"[log]\nlevel=1\n", b"\0", b"2026-11-22 log\n", b"MZ\x90\0"];
    for content in contents {
        let path = place.join("foreign");
        fs::write(&path, content).unwrap();
        assert_eq!(refused(&path), "имя файла, в котором не журнал, а что-то другое");
        assert_eq!(fs::read(&path).unwrap(), content);
    }
    // A log of this size would be renamed, and in the end deleted.
    File::create(&large).unwrap().set_len(200 << 20).unwrap();
    assert_eq!(refused(&large), "имя файла, в котором не журнал, а что-то другое");
    assert_eq!(fs::metadata(&large).unwrap().len(), 200 << 20);
    let mut names = fs::read_dir(&place).unwrap().map(|entry| entry.unwrap().file_name()).collect::<Vec<_>>();
    names.sort();
    assert_eq!(names, ["1Cv8.1CD", "foreign"]);
    fs::remove_dir_all(place).unwrap();
}

#[test]
fn what_is_no_file_is_refused_at_once() {
    let place = place("special");
    let no_file = "имя, которое принадлежит не файлу";
    assert_eq!(refused(&place), "имя папки");
    assert_eq!(refused(&place.join("none/log")), "имя файла в папке, которой нет");
    assert_eq!(refused(&place.join("a\0b")), no_file);
    assert_eq!(refused(&place.join("x".repeat(1000))), no_file);
    assert!(fs::read_dir(&place).unwrap().next().is_none(), "nothing is left behind");
    fs::remove_dir_all(place).unwrap();
}

#[test]
#[cfg(unix)]
fn devices_pipes_and_sockets_are_refused_at_once_also_behind_a_link() {
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;
    use std::process::Command;

    let place = place("unix");
    let no_file = "имя, которое принадлежит не файлу";
    assert!(Command::new("mkfifo").arg(place.join("pipe")).status().unwrap().success());
    let _listener = UnixListener::bind(place.join("socket")).unwrap();
    for special in [place.join("pipe"), place.join("socket"), "/dev/null".into(), "/dev/tty".into()] {
        assert_eq!(refused(&special), no_file, "{}", special.display());
        let link = place.join("link");
        symlink(&special, &link).unwrap();
        assert_eq!(refused(&link), no_file, "{}", special.display());
        fs::remove_file(link).unwrap();
    }
    symlink(&place, place.join("to-folder")).unwrap();
    assert_eq!(refused(&place.join("to-folder")), "имя папки");
    symlink(place.join("loop"), place.join("loop")).unwrap();
    assert!(refused(&place.join("loop")).starts_with("имя файла, который не открывается"));
    fs::remove_dir_all(place).unwrap();
}

/// Not even the administrator may write to this one.
#[test]
#[cfg(target_os = "linux")]
fn a_file_that_may_not_be_written_is_refused() {
    assert_eq!(refused(Path::new("/proc/sys/kernel/ostype")), "имя файла, в который нельзя писать: нет прав");
}

#[test]
#[cfg(unix)]
fn a_link_to_a_log_stays_a_link() {
    let place = place("link");
    let (log, link) = (place.join("log"), place.join("link"));
    log_to(log.to_str().unwrap());
    let before = fs::read_to_string(&log).unwrap();
    std::os::unix::fs::symlink(&log, &link).unwrap();
    log_to(link.to_str().unwrap());
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    let after = fs::read_to_string(&log).unwrap();
    assert!(after.starts_with(&before) && after.len() > before.len(), "it is appended to: {after}");
    fs::remove_dir_all(place).unwrap();
}

/// A relative path is meant as it is when it is given: the process may go elsewhere later.
#[test]
fn a_relative_path_is_of_the_folder_at_that_time() {
    in_child("border::log_files::a_relative_path_is_of_the_folder_at_that_time", &[], || {
        let place = place("relative");
        let (here, there) = (place.join("здесь"), place.join("там"));
        for folder in [&here, &there] {
            fs::create_dir(folder).unwrap();
        }
        std::env::set_current_dir(&here).unwrap();
        let (server, object) = (echo(), on_client(WEBSOCKET));
        object.set("ФайлЖурнала", "../здесь/./журнал.log").unwrap();
        std::env::set_current_dir(&there).unwrap();
        assert_eq!(object.call("Подключиться", [server.url()]).unwrap(), true.into());
        wait_until("it is written", || is_log(&here.join("журнал.log")));
        object.done();
        assert!(fs::read_dir(&there).unwrap().next().is_none());
        std::env::set_current_dir("/").unwrap();
        fs::remove_dir_all(place).unwrap();
    });
}
