//! `INFO.XML`: what the catalogue of add-ins of 1C's standard library (БСП, «Внешние компоненты») fills its fields from.
//!
//! There is no schema; this is the form that the code of БСП 3.2 reads first (`ВнешниеКомпонентыСлужебный`,
//! `ЗаполнитьРеквизитыПоInfoXML`): root `drivers`, in it `component` with the attributes `progid`, of which the part
//! after the first dot becomes the identifier, `name` and `version`. It was not tried in 1C.

/// The name that БСП looks for, in the root of the archive.
pub const FILE_NAME: &str = "INFO.XML";

/// The description of the package.
#[must_use]
pub fn write(version: &str) -> String {
    let version = four_numbers(version);
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<drivers>\n\t<component progid=\"AddIn.Vestnik\" type=\"native\" \
         name=\"Вестник: события в реальном времени\" version=\"{version}\"/>\n</drivers>\n"
    )
}

/// БСП compares versions of four numbers.
fn four_numbers(version: &str) -> String {
    let release = version.split(['-', '+']).next().unwrap_or_default();
    let missing = 4_usize.saturating_sub(release.split('.').count());
    format!("{release}{}", ".0".repeat(missing))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_holds_what_the_catalogue_reads() {
        let text = write("0.1.0-rc.1");
        let document = roxmltree::Document::parse(&text).unwrap();
        assert_eq!(document.root_element().tag_name().name(), "drivers");
        let component = document.root_element().first_element_child().unwrap();
        assert_eq!(component.tag_name().name(), "component");
        assert_eq!(component.attribute("progid"), Some("AddIn.Vestnik"));
        assert_eq!(component.attribute("version"), Some("0.1.0.0"));
        assert!(component.attribute("name").is_some_and(|name| name.starts_with("Вестник")));
    }
}
