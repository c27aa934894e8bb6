//! The command that examines an archive or a library.

use std::env;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;
use packaging::archive;
use packaging::doctor::{self, Finding, Gravity, Section, check_class};
use packaging::loading::{Loaded, load};
use packaging::platform::Platform;
use packaging::text::list;

/// What no file tells.
const ADVICE: &str = "\
Если подключение все равно возвращает Ложь:
  - тонкому и веб-клиенту нужна установка: УстановитьВнешнююКомпоненту (или …Асинх) до подключения, и только из архива;
  - третий параметр — ТипВнешнейКомпоненты.Native; второй — любое имя, оно станет второй частью «AddIn.<имя>.<класс>»;
  - разрядность библиотеки — это разрядность процесса 1С (1cv8c, rphost), а не системы;
  - антивирус и политика запуска программ могут не дать загрузить библиотеку из профиля пользователя;
  - на сервере важны права учетной записи, под которой работает rphost, а не ваши.";

#[derive(Args)]
pub(crate) struct Examining {
    /// Архив или библиотека
    #[arg(value_name = "ФАЙЛ")]
    file: PathBuf,
    /// Имя из оператора Новый: есть ли такой класс, например AddIn.Вестник.WebSocket
    #[arg(long, value_name = "ИМЯ")]
    class: Option<String>,
}

impl Examining {
    /// Whether nothing is wrong.
    pub(crate) fn run(&self) -> Result<bool, Box<dyn Error>> {
        let data = fs::read(&self.file).map_err(|error| format!("{}: {error}", self.file.display()))?;
        let name = self.file.file_name().unwrap_or_default().to_string_lossy();
        let is_well = examine(&name, &data, self.class.as_deref())?;
        println!("\n{ADVICE}");
        Ok(is_well)
    }
}

/// Prints what is found, and whether nothing is wrong. `class` is a name for `Новый`.
pub(crate) fn examine(name: &str, data: &[u8], class: Option<&str>) -> Result<bool, Box<dyn Error>> {
    let mut sections = doctor::examine(name, data);
    let here = Platform::current();
    let findings = match sections.iter_mut().find(|section| here.is_some() && section.loadable == here) {
        Some(section) => {
            let data = contents(&section.title, name, data)?;
            section.findings.extend(really_load(&section.title, &data, class)?);
            Vec::new()
        }
        None if class.is_some() => vec![Finding::remark(
            "класс не проверен: классы называет только загруженная библиотека, а для этой системы ее здесь нет",
        )],
        None => Vec::new(),
    };
    sections[0].findings.extend(findings);
    Ok(print(&sections) == 0)
}

/// Prints the findings; how many of them are wrong.
fn print(sections: &[Section]) -> usize {
    for Section { title, findings, .. } in sections {
        println!("{title}");
        for Finding { gravity, text } in findings {
            let mark = match gravity {
                Gravity::Fact => "",
                Gravity::Remark => "внимание",
                Gravity::Wrong => "ошибка",
            };
            println!("  {mark:<9} {text}");
        }
    }
    let findings = || sections.iter().flat_map(|section| &section.findings);
    let count = |gravity| findings().filter(|finding| finding.gravity == gravity).count();
    println!("Ошибок: {}, замечаний: {}.", count(Gravity::Wrong), count(Gravity::Remark));
    count(Gravity::Wrong)
}

/// The file of a section: the library itself, or one out of the archive.
fn contents(title: &str, name: &str, data: &[u8]) -> Result<Vec<u8>, Box<dyn Error>> {
    if title == name {
        return Ok(data.to_vec());
    }
    let member = archive::read(data)?.into_iter().find(|member| member.name == title);
    Ok(member.ok_or("файл пропал из архива")?.data)
}

/// Loads the library, and tells its classes or why it does not load.
fn really_load(name: &str, data: &[u8], class: Option<&str>) -> Result<Vec<Finding>, Box<dyn Error>> {
    let folder = env::temp_dir().join(format!("vestnik-doctor-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let file = folder.join(Path::new(name).file_name().unwrap_or_default());
    let loaded = fs::write(&file, data).map_err(Into::into).and_then(|()| {
        let program = env::current_exe()?;
        load(Command::new(program).arg("classes").arg(&file))
    });
    fs::remove_dir_all(&folder)?;
    let Loaded { classes, attach_type } = match loaded {
        Ok(loaded) => loaded,
        Err(error) => {
            let error = error.to_string().replace(&file.display().to_string(), name);
            return Ok(vec![Finding::wrong(format!("здесь не загружается: {error}"))]);
        }
    };
    let mut findings = Vec::new();
    if classes.is_empty() {
        findings.push(Finding::wrong("загрузилась, но GetClassNames не назвала ни одного класса"));
    } else {
        findings.push(Finding::fact(format!("загрузилась здесь, классы: {}", list(classes.iter().cloned()))));
    }
    findings.push(match attach_type {
        1 => Finding::remark("подключается только неизолированно"),
        2 => Finding::remark("подключается только изолированно"),
        3 => Finding::fact("подключается и изолированно, и нет"),
        other => Finding::wrong(format!("GetAttachType ответила {other}, а бывает 1, 2 или 3")),
    });
    if let Some(name) = class {
        findings.push(match check_class(name, &classes) {
            Ok(()) => Finding::fact(format!("Новый(\"{name}\") создаст объект")),
            Err(text) => Finding::wrong(text),
        });
    }
    Ok(findings)
}
