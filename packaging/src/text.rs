//! Words of Russian texts.

/// A size, in megabytes with one digit after the comma, or in whole kilobytes.
#[must_use]
pub fn size(bytes: usize) -> String {
    if bytes < 1_000_000 {
        return format!("{} КБ", bytes.div_ceil(1000));
    }
    let tenths = (bytes + 50_000) / 100_000;
    format!("{},{} МБ", tenths / 10, tenths % 10)
}

/// Names, separated by commas.
pub fn list(names: impl Iterator<Item = String>) -> String {
    names.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_rounded() {
        assert_eq!(size(1), "1 КБ");
        assert_eq!(size(999_001), "1000 КБ");
        assert_eq!(size(4_081_664), "4,1 МБ");
        assert_eq!(size(9_950_000), "10,0 МБ");
    }
}
