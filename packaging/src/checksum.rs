//! SHA-256 sums, in the form that `sha256sum -c` checks.

use std::fmt::Write;

use sha2::{Digest, Sha256};

use crate::archive::Member;

/// The name of the file with the sums.
pub const FILE_NAME: &str = "SHA256SUMS";

/// The sum of some bytes, in hexadecimal digits.
#[must_use]
pub fn sum(data: &[u8]) -> String {
    let mut text = String::new();
    for byte in Sha256::digest(data) {
        write!(text, "{byte:02x}").expect("a string takes everything");
    }
    text
}

/// A line for each file.
#[must_use]
pub fn sums(members: &[Member]) -> String {
    members.iter().map(|member| format!("{}  {}\n", sum(&member.data), member.name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_the_sum_and_the_name() {
        let member = Member { name: "a.txt".to_owned(), data: b"abc".to_vec() };
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  a.txt\n";
        assert_eq!(sums(&[member]), expected);
    }
}
