//! What a developer of 1C is told.

use packaging::archive::{self, Member};
use packaging::doctor::{Gravity, Section, examine};
use packaging::library::EXPORTS;
use packaging::package::Package;
use packaging::platform::{Platform, Processor, System};

use crate::elf::Elf;
use crate::fixture::{linux, windows};
use crate::pe::Pe;

/// 2026-11-22.
const TIME: i64 = 1_795_358_637;

const PLATFORMS: [Platform; 3] = [
    Platform::new(System::Windows, Processor::X86_64),
    Platform::new(System::Windows, Processor::I386),
    Platform::new(System::Linux, Processor::X86_64),
];

fn package() -> Vec<Member> {
    let data = [
        windows(Processor::X86_64).bytes(),
        windows(Processor::I386).bytes(),
        linux(Processor::X86_64).bytes(),
    ];
    let libraries = PLATFORMS.into_iter().zip(data).collect();
    let package = Package { version: "1.2.3", time: TIME, libraries, licences: Vec::new() };
    archive::read(&package.archive().unwrap()).unwrap()
}

/// The package without its sums, after something was done to it.
fn spoiled(spoil: impl FnOnce(&mut Vec<Member>)) -> Vec<Section> {
    let mut members = package();
    members.pop();
    spoil(&mut members);
    examine("package.zip", &archive::write(&members, TIME).unwrap())
}

/// What is not merely a fact.
fn told(sections: &[Section]) -> Vec<(Gravity, &str)> {
    let findings = sections.iter().flat_map(|section| &section.findings);
    let findings = findings.filter(|finding| finding.gravity != Gravity::Fact);
    findings.map(|finding| (finding.gravity, finding.text.as_str())).collect()
}

fn told_of(name: &str, data: &[u8]) -> Vec<(Gravity, String)> {
    let sections = examine(name, data);
    told(&sections).into_iter().map(|(gravity, text)| (gravity, text.to_owned())).collect()
}

fn replace(members: &mut [Member], old: &str, new: &str) {
    let text = String::from_utf8(members[0].data.clone()).unwrap();
    assert!(text.contains(old), "{text}");
    members[0].data = text.replace(old, new).into();
}

#[test]
fn nothing_is_wrong_with_the_package() {
    let sections = examine("package.zip", &archive::write(&package(), TIME).unwrap());
    assert_eq!(told(&sections), []);
    let titles: Vec<_> = sections.iter().map(|section| section.title.as_str()).collect();
    let expected = [
        "package.zip",
        "MANIFEST.XML",
        "vestnik_windows_x86_64_1_2_3.dll",
        "vestnik_windows_i386_1_2_3.dll",
        "vestnik_linux_x86_64_1_2_3.so",
    ];
    assert_eq!(titles, expected);
    assert_eq!(sections[4].loadable, Some(PLATFORMS[2]));
}

#[test]
fn an_archive_that_1c_cannot_read_is_told() {
    let found = told_of("package.zip", b"<html>");
    assert!(
        matches!(&found[..], [(Gravity::Wrong, text)] if text.starts_with("архив ZIP не читается")),
        "{found:?}"
    );

    let found = spoiled(|members| drop(members.remove(0)));
    assert_eq!(told(&found), [(Gravity::Wrong, "нет MANIFEST.XML: архив без манифеста 1С не подключит")]);
    let found = spoiled(|members| members[0].name = "vestnik/manifest.xml".to_owned());
    let expected = "манифест лежит в папке (vestnik/manifest.xml), а должен лежать в корне архива";
    assert_eq!(told(&found), [(Gravity::Wrong, expected)]);
}

#[test]
fn a_manifest_that_says_what_is_not_so_is_told() {
    let found = spoiled(|members| replace(members, r#"os="Linux""#, r#"os="linux""#));
    assert_eq!(
        told(&found),
        [(Gravity::Wrong, "строка 5: os=\"linux\", а нужно \"Linux\": регистр букв важен")]
    );

    let found = spoiled(|members| members[2].name = "Vestnik_Windows_x86_64_1_2_3.dll".to_owned());
    let expected = [
        (Gravity::Remark, "Vestnik_Windows_x86_64_1_2_3.dll: в манифесте этого файла нет"),
        (
            Gravity::Wrong,
            "строка 3: файла vestnik_windows_x86_64_1_2_3.dll в архиве нет, есть Vestnik_Windows_x86_64_1_2_3.dll",
        ),
    ];
    assert_eq!(told(&found), expected);

    // The libraries of both kinds of Windows are swapped.
    let found = spoiled(|members| {
        let data = members[2].data.clone();
        members[2].data = std::mem::replace(&mut members[3].data, data);
    });
    let expected = [
        (Gravity::Wrong, "в манифесте это библиотека для Windows x86_64, а в файле — для Windows i386"),
        (Gravity::Wrong, "в манифесте это библиотека для Windows i386, а в файле — для Windows x86_64"),
    ];
    assert_eq!(told(&found), expected);
}

#[test]
fn who_will_get_nothing_is_told() {
    let found = spoiled(|members| {
        let name = "vestnik_windows_i386_1_2_3.dll";
        let line = format!("\t<component os=\"Windows\" path=\"{name}\" type=\"native\" arch=\"i386\"/>\n");
        replace(members, &line, "");
        members.retain(|member| member.name != name && member.name != "INFO.XML");
    });
    let expected = [
        (
            Gravity::Remark,
            "нет INFO.XML: в справочнике «Внешние компоненты» БСП идентификатор и версию придется ввести вручную",
        ),
        (Gravity::Remark, "нет библиотеки для Windows i386: 32-разрядные клиенты Windows получат Ложь"),
    ];
    assert_eq!(told(&found), expected);
}

#[test]
fn a_name_without_a_version_is_told() {
    let found = spoiled(|members| {
        replace(members, "vestnik_linux_x86_64_1_2_3.so", "vestnik_linux_x86_64.so");
        members[4].name = "vestnik_linux_x86_64.so".to_owned();
    });
    assert!(
        matches!(told(&found)[..], [(Gravity::Remark, text)] if text.starts_with("в имени файла нет версии"))
    );
}

#[test]
fn a_file_that_was_changed_is_told() {
    let mut members = package();
    members[4].data.push(0);
    let found = told_of("package.zip", &archive::write(&members, TIME).unwrap());
    assert!(matches!(&found[..], [(Gravity::Wrong, text)]
        if text.starts_with("не сходится контрольная сумма: ") && text.ends_with("  vestnik_linux_x86_64_1_2_3.so")));
}

#[test]
fn what_a_library_lacks_is_told() {
    let good = linux(Processor::X86_64);
    let needed = ["libc.so.6", "libssl.so.1.1"];
    let text = "нужна библиотека libssl.so.1.1, которой нет в составе системы \
                (OpenSSL: у каждой версии системы она своя): без нее загрузки не будет";
    let found = told_of("a.so", &Elf { needed: &needed, ..good.clone() }.bytes());
    assert_eq!(found, [(Gravity::Remark, text.to_owned())]);

    let found = told_of("a.so", &Elf { versions: &["GLIBC_2.28"], ..good.clone() }.bytes());
    let text = "нужна glibc 2.28 или новее, поэтому не загрузится на \
                RHEL и CentOS 7, Debian 9, Astra Linux 1.6, Ubuntu 18.04";
    assert_eq!(found, [(Gravity::Remark, text.to_owned())]);

    let exports = [&EXPORTS[..], &["SSL_new"]].concat();
    let found = told_of("a.so", &Elf { exports: &exports, ..good.clone() }.bytes());
    assert!(
        matches!(&found[..], [(Gravity::Remark, text)] if text.starts_with("лишних экспортов: 1; ")),
        "{found:?}"
    );

    let found = told_of("a.so", &Elf { executable_stack: true, ..good }.bytes());
    assert!(matches!(&found[..], [(Gravity::Remark, text)] if text.starts_with("требует исполняемый стек")));
}

#[test]
fn what_is_no_add_in_is_told() {
    let good = windows(Processor::I386);
    let found = told_of("a.dll", &Pe { exports: &["DllRegisterServer"], ..good.clone() }.bytes());
    let wrong: Vec<_> = found.iter().filter(|(gravity, _)| *gravity == Gravity::Wrong).collect();
    assert_eq!(wrong.len(), 3, "{found:?}");
    assert!(found[1].1.starts_with("не экспортирует GetAttachType: "), "{found:?}");

    let decorated =
        ["DestroyObject", "GetAttachType", "_GetClassNames@0", "GetClassObject", "SetPlatformCapabilities"];
    let found = told_of("a.dll", &Pe { exports: &decorated, ..good.clone() }.bytes());
    let text = "вместо GetClassNames экспортирует _GetClassNames@0: нужны extern \"C\", cdecl и файл .def";
    assert_eq!(found, [(Gravity::Wrong, text.to_owned())]);

    let imports: &[(&str, &[&str])] = &[("kernel32.dll", &["GetSystemTimePreciseAsFileTime"])];
    let found = told_of("a.dll", &Pe { imports, ..good }.bytes());
    let text = "нужны функции GetSystemTimePreciseAsFileTime, которых нет в Windows 7";
    assert_eq!(found, [(Gravity::Remark, text.to_owned())]);

    let text = "это не библиотека Windows или Linux, или файл поврежден";
    assert_eq!(told_of("a.dll", b"MZ and no more"), [(Gravity::Wrong, text.to_owned())]);
}
