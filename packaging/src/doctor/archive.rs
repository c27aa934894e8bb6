//! An archive: its manifest, and the libraries that the manifest names.

use super::{Finding, Section, library};
use crate::archive::{self, Member};
use crate::manifest::{self, Component};
use crate::platform::{Platform, Processor, System};
use crate::text::size;
use crate::{checksum, info};

/// Platforms that most of 1C's clients and servers have.
const COMMON: [(Platform, &str); 3] = [
    (Platform::new(System::Windows, Processor::X86_64), "64-разрядные клиенты и серверы Windows"),
    (Platform::new(System::Windows, Processor::I386), "32-разрядные клиенты Windows"),
    (Platform::new(System::Linux, Processor::X86_64), "клиенты и серверы Linux"),
];

pub(super) fn examine(name: &str, data: &[u8]) -> Vec<Section> {
    let members = match archive::read(data) {
        Ok(members) => members,
        Err(error) => return vec![section(name, vec![Finding::wrong(error.to_string())])],
    };
    let contents = format!("архив, {}, файлов: {}", size(data.len()), members.len());
    let mut top = section(name, vec![Finding::fact(contents)]);
    let Some(manifest) = members.iter().find(|member| member.name.eq_ignore_ascii_case(manifest::FILE_NAME))
    else {
        top.findings.push(no_manifest(&members));
        return vec![top];
    };

    let (components, faults) = manifest::parse(&manifest.data);
    let mut told = section(&manifest.name, Vec::new());
    told.findings.extend(faults.iter().map(|fault| Finding::wrong(fault.to_string())));
    if faults.is_empty() {
        told.findings
            .push(Finding::fact(format!("правила схемы соблюдены, библиотек: {}", components.len())));
    }
    told.findings.extend(platforms(&components));
    told.findings.extend(components.iter().filter_map(|component| absent(component, &members)));
    top.findings.extend(unnamed(&components, &members));
    top.findings.extend(sums(&members));
    if !members.iter().any(|member| member.name.eq_ignore_ascii_case(info::FILE_NAME)) {
        let text = "нет INFO.XML: в справочнике «Внешние компоненты» БСП идентификатор и версию придется ввести вручную";
        top.findings.push(Finding::remark(text));
    }

    let mut sections = vec![top, told];
    for component in components.iter().filter(|component| component.kind.eq_ignore_ascii_case("native")) {
        if let Some(member) = members.iter().find(|member| member.name == component.path) {
            sections.push(examine_library(component, member));
        }
    }
    sections
}

fn section(title: &str, findings: Vec<Finding>) -> Section {
    Section { title: title.to_owned(), findings, loadable: None }
}

fn no_manifest(members: &[Member]) -> Finding {
    let suffix = format!("/{}", manifest::FILE_NAME);
    let deep = members.iter().find(|member| member.name.to_uppercase().ends_with(&suffix));
    Finding::wrong(match deep {
        Some(member) => format!("манифест лежит в папке ({}), а должен лежать в корне архива", member.name),
        None => "нет MANIFEST.XML: архив без манифеста 1С не подключит".to_owned(),
    })
}

/// Where nobody will get a library from this archive.
fn platforms(components: &[Component]) -> Vec<Finding> {
    let has = |platform| components.iter().any(|component| component.platform() == Some(platform));
    let missing = COMMON.iter().filter(|(platform, _)| !has(*platform));
    missing
        .map(|(platform, who)| Finding::remark(format!("нет библиотеки для {platform}: {who} получат Ложь")))
        .collect()
}

/// A library that the manifest names, and the archive does not hold.
fn absent(component: &Component, members: &[Member]) -> Option<Finding> {
    let path = &component.path;
    if path.is_empty() || members.iter().any(|member| member.name == *path) {
        return None;
    }
    let similar = members.iter().find(|member| {
        let name = member.name.rsplit('/').next().unwrap_or_default();
        name.to_lowercase() == path.to_lowercase()
    });
    let line = component.line;
    Some(Finding::wrong(match similar {
        Some(member) => format!("строка {line}: файла {path} в архиве нет, есть {}", member.name),
        None => format!("строка {line}: файла {path} в архиве нет"),
    }))
}

/// Libraries that the archive holds, and the manifest does not name.
fn unnamed(components: &[Component], members: &[Member]) -> Vec<Finding> {
    let is_library = |name: &str| {
        let name = name.to_lowercase();
        name.ends_with(".dll") || name.ends_with(".so")
    };
    let is_named = |name: &str| components.iter().any(|component| component.path == name);
    let unnamed = members.iter().filter(|member| is_library(&member.name) && !is_named(&member.name));
    unnamed.map(|member| Finding::remark(format!("{}: в манифесте этого файла нет", member.name))).collect()
}

/// Whether the files are those that the sums were made of.
fn sums(members: &[Member]) -> Option<Finding> {
    let sums = members.iter().find(|member| member.name == checksum::FILE_NAME)?;
    let sums = String::from_utf8_lossy(&sums.data);
    let is_right = |line: &str| {
        let (sum, name) = line.split_once("  ").unwrap_or_default();
        members.iter().any(|member| member.name == name && checksum::sum(&member.data) == sum)
    };
    Some(match sums.lines().find(|line| !is_right(line)) {
        Some(line) => Finding::wrong(format!("не сходится контрольная сумма: {line}")),
        None => Finding::fact("контрольные суммы сходятся"),
    })
}

fn examine_library(component: &Component, member: &Member) -> Section {
    let mut section = library::examine(&member.name, &member.data, component.platform());
    if !has_version(&member.name) {
        section.findings.push(Finding::remark(
            "в имени файла нет версии: клиент, у которого уже есть файл с таким именем, новую библиотеку не возьмет",
        ));
    }
    section
}

/// Whether a name holds two numbers, one behind the other, that are no part of a processor's name.
fn has_version(name: &str) -> bool {
    let name = name.to_lowercase().replace("x86_64", "").replace("x86-64", "");
    let numbers: Vec<_> = name.split(|c: char| !c.is_ascii_alphanumeric()).collect();
    let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    numbers.windows(2).any(|pair| pair.iter().all(is_number))
}
