//! The command that builds the package.

use std::collections::BTreeSet;
use std::env;
use std::error::Error;
use std::fs;
use std::path::PathBuf;

use clap::Args;
use packaging::archive::Member;
use packaging::check::{Expectation, check};
use packaging::compile::Compiler;
use packaging::library::Library;
use packaging::package::Package;
use packaging::platform::{Platform, System};
use packaging::target::{PLATFORMS, Target, targets};
use packaging::text::{list, size};
use packaging::toolchain::Toolchain;
use packaging::workspace::Workspace;
use packaging::{checksum, licences};

use crate::examining;

#[derive(Args)]
pub(crate) struct Building {
    /// Только эта платформа, и без нее архива не будет: windows-x86_64, windows-i386, linux-x86_64, linux-i386,
    /// linux-arm64; можно указать несколько
    #[arg(long = "platform", value_name = "ПЛАТФОРМА", value_parser = platform)]
    platforms: Vec<Platform>,
    /// Папка для архива вместо target/package
    #[arg(long, value_name = "ПАПКА")]
    output: Option<PathBuf>,
}

/// A library that was built and is as it has to be.
struct Built {
    platform: Platform,
    target: &'static Target,
    data: Vec<u8>,
    library: Library,
}

impl Building {
    /// Whether everything that was asked for could be built, and is as it has to be.
    pub(crate) fn run(&self) -> Result<bool, Box<dyn Error>> {
        let toolchain = Toolchain::find()?;
        let workspace = Workspace::find(&toolchain)?;
        println!("Вестник {}", workspace.version);
        if workspace.is_changed() {
            println!("Есть изменения, которых нет в фиксации: такой архив никто не повторит.");
        }
        // In the order of the manifest, whatever the order that was asked in.
        let is_wanted = |platform: &Platform| self.platforms.is_empty() || self.platforms.contains(platform);
        let wanted: Vec<_> = PLATFORMS.into_iter().filter(is_wanted).collect();
        let chosen = choose(&toolchain, &wanted);
        if chosen.is_empty() || !self.platforms.is_empty() && chosen.len() < wanted.len() {
            return Ok(false);
        }

        let compiler = Compiler { toolchain: &toolchain, workspace: &workspace };
        let mut built = Vec::new();
        for (platform, target) in &chosen {
            println!("\n{platform}: сборка");
            let data = compiler.library(*platform, target)?;
            built.extend(examine(&compiler, *platform, target, data)?);
        }
        if built.len() < chosen.len() {
            println!("\nАрхива нет: не все библиотеки годятся.");
            return Ok(false);
        }
        self.pack(&toolchain, &workspace, built)
    }

    fn pack(
        &self,
        toolchain: &Toolchain,
        workspace: &Workspace,
        built: Vec<Built>,
    ) -> Result<bool, Box<dyn Error>> {
        table(&built, &workspace.version);
        let licences = texts(toolchain, workspace, &built)?;
        let libraries = built.into_iter().map(|built| (built.platform, built.data)).collect();
        let package =
            Package { version: &workspace.version, time: workspace.commit_time, libraries, licences };
        let archive = package.archive()?;

        let folder = self.output.clone().unwrap_or_else(|| workspace.target_directory.join("package"));
        fs::create_dir_all(&folder)?;
        let file = folder.join(package.file_name());
        fs::write(&file, &archive)?;
        let sum = format!("{}  {}\n", checksum::sum(&archive), package.file_name());
        fs::write(folder.join(format!("{}.sha256", package.file_name())), &sum)?;
        println!("\n{}, {}\nSHA-256 {}", file.display(), size(archive.len()), checksum::sum(&archive));
        println!("INFO.XML для БСП составлен по ее исходному тексту и в 1С не проверен.\n");
        examining::examine(&package.file_name(), &archive, None)
    }
}

/// The target for each platform that this machine can build for; says what is missing for the others.
fn choose(toolchain: &Toolchain, wanted: &[Platform]) -> Vec<(Platform, &'static Target)> {
    let mut chosen = Vec::new();
    for platform in wanted {
        let name = platform.to_string();
        let candidates = targets(*platform);
        let missing: Vec<_> = candidates.iter().map(|target| toolchain.missing(target)).collect();
        if let Some((target, _)) = candidates.iter().zip(&missing).find(|(_, missing)| missing.is_empty()) {
            println!("  {name:<15} {}: {}", target.triple, target.least.text());
            chosen.push((*platform, target));
            continue;
        }
        println!("  {name:<15} здесь не собрать");
        for (target, missing) in candidates.iter().zip(missing) {
            println!("  {:<15} {}: нет", "", target.triple);
            missing.iter().for_each(|missing| println!("  {:<15}   {missing}", ""));
        }
    }
    chosen
}

/// The library, if nothing is wrong with it.
fn examine(
    compiler: &Compiler<'_>,
    platform: Platform,
    target: &'static Target,
    data: Vec<u8>,
) -> Result<Option<Built>, Box<dyn Error>> {
    let library = Library::parse(&data)?;
    let remapped = compiler.remapped()?.into_iter().map(|(folder, _)| folder);
    let folders = remapped.chain([compiler.toolchain.sysroot.clone()]).chain(env::home_dir());
    let folders: Vec<_> = folders.map(|folder| format!("{}/", folder.display())).collect();
    let version = compiler.workspace.version.as_str();
    let defects =
        check(&library, &data, &Expectation { platform, least: target.least, version, folders: &folders });
    for defect in &defects {
        println!("{platform}: {defect}");
    }
    Ok(defects.is_empty().then_some(Built { platform, target, data, library }))
}

/// The figures, in the form in which they stand in `docs/install.md`.
fn table(built: &[Built], version: &str) {
    println!("\n| библиотека | размер | система | зависит от | glibc |\n|---|---|---|---|---|");
    for Built { platform, target, data, library } in built {
        let needed = list(library.needed.iter().map(|needed| needed.name.to_lowercase()));
        let glibc = library.glibc.map_or_else(|| "—".to_owned(), |(major, minor)| format!("{major}.{minor}"));
        let name = platform.library_name(version);
        println!("| `{name}` | {} | {} | {needed} | {glibc} |", size(data.len()), target.least.text());
    }
}

/// Our own licences, those of the crates, and the one of Rust's standard library.
fn texts(
    toolchain: &Toolchain,
    workspace: &Workspace,
    built: &[Built],
) -> Result<Vec<Member>, Box<dyn Error>> {
    let mut linked = BTreeSet::new();
    for built in built {
        linked.extend(workspace.linked(toolchain, built.target.triple)?);
    }
    let with_mingw = built.iter().any(|built| built.platform.system == System::Windows);
    let member = |name: &str, data: Vec<u8>| Member { name: name.to_owned(), data };
    Ok(vec![
        member("LICENSE-MIT.txt", fs::read(workspace.root.join("LICENSE-MIT"))?),
        member("LICENSE-APACHE.txt", fs::read(workspace.root.join("LICENSE-APACHE"))?),
        member("LICENSES.txt", licences::collect(&linked, with_mingw)?.into()),
        member(
            "LICENSES-RUST.html",
            fs::read(toolchain.sysroot.join("share/doc/rust/COPYRIGHT-library.html"))?,
        ),
    ])
}

/// `windows-x86_64` and the like.
fn platform(text: &str) -> Result<Platform, String> {
    let name = |platform: &Platform| platform.to_string().to_lowercase().replace(' ', "-");
    let known = PLATFORMS.into_iter().find(|platform| name(platform) == text);
    known.ok_or_else(|| format!("есть только {}", list(PLATFORMS.iter().map(name))))
}
