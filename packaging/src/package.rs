//! The package: what a developer of 1C loads into a template.

use std::error::Error;

use crate::archive::{self, Member};
use crate::platform::Platform;
use crate::{checksum, info, manifest};

/// What goes into the package.
#[derive(Debug)]
pub struct Package<'a> {
    /// The product's version.
    pub version: &'a str,
    /// When it was made: the time of the commit, in seconds since 1970. БСП shows it as the date of the version.
    pub time: i64,
    /// The libraries, in the order of the manifest.
    pub libraries: Vec<(Platform, Vec<u8>)>,
    /// Texts of licences.
    pub licences: Vec<Member>,
}

impl Package<'_> {
    /// The archive's name.
    #[must_use]
    pub fn file_name(&self) -> String {
        format!("vestnik-{}.zip", self.version)
    }

    /// The archive.
    ///
    /// # Errors
    /// When it cannot be made; see [`archive::write`].
    pub fn archive(&self) -> Result<Vec<u8>, Box<dyn Error>> {
        let names: Vec<_> = self
            .libraries
            .iter()
            .map(|(platform, _)| (*platform, platform.library_name(self.version)))
            .collect();
        let member = |name: &str, data: Vec<u8>| Member { name: name.to_owned(), data };
        let mut members = vec![
            member(manifest::FILE_NAME, manifest::write(&names).into()),
            member(info::FILE_NAME, info::write(self.version).into()),
        ];
        members.extend(
            names.iter().zip(&self.libraries).map(|((_, name), (_, data))| member(name, data.clone())),
        );
        members.extend(self.licences.iter().cloned());
        let sums = checksum::sums(&members);
        members.push(member(checksum::FILE_NAME, sums.into()));
        archive::write(&members, self.time)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::{Processor, System};

    #[test]
    fn the_package_holds_what_its_manifest_names_and_a_sum_of_all() {
        let package = Package {
            version: "1.2.3",
            time: 1_795_358_637,
            libraries: vec![
                (Platform::new(System::Windows, Processor::I386), b"dll".to_vec()),
                (Platform::new(System::Linux, Processor::X86_64), b"so".to_vec()),
            ],
            licences: vec![Member { name: "LICENSES.txt".to_owned(), data: b"MIT".to_vec() }],
        };
        assert_eq!(package.file_name(), "vestnik-1.2.3.zip");
        let archive = package.archive().unwrap();
        assert_eq!(archive, package.archive().unwrap());

        let members = archive::read(&archive).unwrap();
        let names: Vec<_> = members.iter().map(|member| member.name.as_str()).collect();
        let libraries = ["vestnik_windows_i386_1_2_3.dll", "vestnik_linux_x86_64_1_2_3.so"];
        let expected = ["MANIFEST.XML", "INFO.XML", libraries[0], libraries[1], "LICENSES.txt", "SHA256SUMS"];
        assert_eq!(names, expected);
        let (components, faults) = manifest::parse(&members[0].data);
        assert_eq!(faults, []);
        assert_eq!(components.iter().map(|component| component.path.as_str()).collect::<Vec<_>>(), libraries);
        let sums = String::from_utf8(members[5].data.clone()).unwrap();
        assert_eq!(sums, checksum::sums(&members[..5]));
    }
}
