//! A library, as 1C and the system's loader see it.

use super::{Finding, Section};
use crate::library::{EXPORTS, Library, Needed};
use crate::platform::{Platform, System};
use crate::presence::Presence;
use crate::target::{Version, WINDOWS_7};
use crate::text::{list, size};

/// Exports that 1C cannot do without; the others are asked for where they are.
const REQUIRED: [&str; 3] = ["DestroyObject", "GetClassNames", "GetClassObject"];

/// glibc of systems that 1C runs on.
const GLIBC: [(Version, &str); 9] = [
    ((2, 17), "RHEL и CentOS 7"),
    ((2, 24), "Debian 9, Astra Linux 1.6"),
    ((2, 27), "Ubuntu 18.04"),
    ((2, 28), "Debian 10, Astra Linux 1.7, RHEL 8, РЕД ОС 7.3"),
    ((2, 31), "Debian 11, Ubuntu 20.04"),
    ((2, 34), "RHEL 9"),
    ((2, 35), "Ubuntu 22.04"),
    ((2, 36), "Debian 12, Astra Linux 1.8"),
    ((2, 39), "Ubuntu 24.04"),
];

/// Beginnings of names of libraries that are often missing, and where they come from.
const ORIGINS: [(&str, &str); 9] = [
    ("vcruntime", "распространяемый пакет Visual C++"),
    ("msvcp", "распространяемый пакет Visual C++"),
    ("msvcr", "распространяемый пакет Visual C++"),
    ("mfc", "распространяемый пакет Visual C++"),
    ("libgcc_s", "MinGW: библиотеку надо собрать с ключом -static-libgcc"),
    ("libstdc++", "MinGW: библиотеку надо собрать с ключом -static-libstdc++"),
    ("libwinpthread", "MinGW: библиотеку надо собрать с ключом -static"),
    ("libssl", "OpenSSL: у каждой версии системы она своя"),
    ("libcrypto", "OpenSSL: у каждой версии системы она своя"),
];

/// Examines a library; `stated` is the platform that the manifest names for it.
pub(super) fn examine(name: &str, data: &[u8], stated: Option<Platform>) -> Section {
    let title = name.to_owned();
    let library = match Library::parse(data) {
        Ok(library) => library,
        Err(error) => {
            return Section { title, findings: vec![Finding::wrong(error.to_string())], loadable: None };
        }
    };
    let mut findings = vec![platform(&library, data, stated)];
    findings.extend(exports(&library));
    findings.extend(needed(&library));
    findings.extend(least_system(&library));
    if library.executable_stack {
        findings.push(Finding::remark("требует исполняемый стек: glibc 2.41 и новее ее не загрузит"));
    }
    let is_complete = EXPORTS.iter().all(|name| library.exports.iter().any(|export| export == name));
    Section { title, findings, loadable: is_complete.then_some(library.platform) }
}

fn platform(library: &Library, data: &[u8], stated: Option<Platform>) -> Finding {
    let found = library.platform;
    match stated {
        Some(stated) if stated != found => {
            Finding::wrong(format!("в манифесте это библиотека для {stated}, а в файле — для {found}"))
        }
        _ => {
            let version = library.file_version.map(|[a, b, c, d]| format!(", версия {a}.{b}.{c}.{d}"));
            Finding::fact(format!("{found}, {}{}", size(data.len()), version.unwrap_or_default()))
        }
    }
}

fn exports(library: &Library) -> Vec<Finding> {
    let is_exported = |name: &&str| library.exports.iter().any(|export| export == name);
    let missing: Vec<_> = EXPORTS.into_iter().filter(|name| !is_exported(name)).collect();
    let extra = library.exports.iter().filter(|name| !EXPORTS.contains(&name.as_str())).count();
    let mut findings = Vec::new();
    for name in missing {
        let decorated = library.exports.iter().find(|export| export.contains(name));
        findings.push(match decorated {
            Some(decorated) => Finding::wrong(format!(
                "вместо {name} экспортирует {decorated}: нужны extern \"C\", cdecl и файл .def"
            )),
            None if REQUIRED.contains(&name) => {
                Finding::wrong(format!("не экспортирует {name}: 1С не увидит в ней компоненту Native API"))
            }
            None => {
                Finding::remark(format!("не экспортирует {name}: новые возможности платформы ей недоступны"))
            }
        });
    }
    if findings.is_empty() {
        findings.push(Finding::fact("экспортирует пять функций Native API"));
    }
    if extra > 0 && library.platform.system == System::Linux {
        findings.push(Finding::remark(format!(
            "лишних экспортов: {extra}; они могут подменить одноименные функции других компонент или сами быть подменены"
        )));
    }
    findings
}

fn needed(library: &Library) -> Vec<Finding> {
    let with = |presence| {
        let system = library.platform.system;
        library.needed.iter().filter(move |needed| Presence::of_library(system, &needed.name) == presence)
    };
    let names = |needed: &mut dyn Iterator<Item = &Needed>| list(needed.map(|needed| needed.name.clone()));
    let mut findings = Vec::new();
    for needed in with(Presence::Foreign) {
        let name = needed.name.to_ascii_lowercase();
        let origin = ORIGINS.iter().find(|(beginning, _)| name.starts_with(beginning));
        let origin = origin.map(|(_, origin)| format!(" ({origin})")).unwrap_or_default();
        let name = &needed.name;
        findings.push(Finding::remark(format!(
            "нужна библиотека {name}, которой нет в составе системы{origin}: без нее загрузки не будет"
        )));
    }
    let newer = names(&mut with(Presence::Windows10));
    if !newer.is_empty() {
        findings.push(Finding::remark(format!("нужны {newer}: они есть начиная с Windows 10 и Server 2016")));
    }
    let own = names(&mut with(Presence::Everywhere));
    if findings.is_empty() {
        findings.push(Finding::fact(format!("зависит только от системы: {own}")));
    }
    findings
}

/// The oldest system that the library loads on, where that is not said by the libraries that it needs.
fn least_system(library: &Library) -> Option<Finding> {
    let system = library.platform.system;
    if system == System::Linux {
        return library.glibc.map(glibc);
    }
    if let Some((major, minor)) = library.windows.filter(|version| *version > WINDOWS_7) {
        let text = format!("заголовок требует Windows NT {major}.{minor}, то есть новее Windows 7");
        return Some(Finding::remark(text));
    }
    let is_new = |presence| presence == Presence::Windows10;
    let functions = library.needed.iter().flat_map(|needed| &needed.functions);
    let functions = list(functions.filter(|name| is_new(Presence::of_function(system, name))).cloned());
    if !functions.is_empty() {
        return Some(Finding::remark(format!("нужны функции {functions}, которых нет в Windows 7")));
    }
    if library.needed.iter().any(|needed| is_new(Presence::of_library(system, &needed.name))) {
        return None;
    }
    Some(Finding::fact(
        "загружается на Windows 7, Server 2008 R2 и новее, если судить по заголовку и импорту",
    ))
}

fn glibc(version: Version) -> Finding {
    let (major, minor) = version;
    let older = GLIBC.iter().filter(|(other, _)| *other < version).map(|(_, system)| (*system).to_owned());
    let older = list(older);
    if older.is_empty() {
        Finding::fact(format!("нужна glibc {major}.{minor} или новее: она есть везде"))
    } else {
        Finding::remark(format!("нужна glibc {major}.{minor} или новее, поэтому не загрузится на {older}"))
    }
}
