//! What 1C gives for a certificate or a key: a text, the name of a file, or bytes.

use std::fs::{self, File};
use std::io::{self, Read};

use native_api::Text;

use crate::transport::tls::pem;
use crate::transport::tls::unusable::{Part, Unusable};

/// Largest content, in bytes; a bundle of all public authorities has about 300 KiB.
const LARGEST: usize = 4 << 20;

/// A certificate or a key as 1C gives it.
#[derive(Clone, Copy)]
pub enum Given<'a> {
    /// PEM, DER or PKCS#12 in Base64, or the path of a file.
    Text(&'a str),
    /// What such a file would hold: PEM, DER or PKCS#12.
    Bytes(&'a [u8]),
}

/// What is behind it.
pub(super) enum Content {
    /// PEM (RFC 7468).
    Pem(String),
    /// ASN.1, as yet unread.
    Der(Vec<u8>),
}

impl Given<'_> {
    /// Reads it; a file is read now, and once.
    ///
    /// # Errors
    /// The text says what is wrong, and nothing of the content or the path.
    pub(super) fn content(self) -> Result<Content, Text> {
        match self {
            Self::Text(text) => {
                if text.len() > LARGEST {
                    Err(TOO_LARGE)
                } else if text.contains(pem::BEGIN) {
                    Ok(Content::Pem(text.to_owned()))
                } else if let Some(der) = pem::decode(text).filter(|der| is_der(der)) {
                    Ok(Content::Der(der))
                } else {
                    read(text.trim()).and_then(|bytes| recognise(&bytes))
                }
            }
            Self::Bytes(bytes) => recognise(bytes),
        }
    }

    /// Reads it as a private key, with the TLS library's means for a PEM text, which may hold none, and for DER.
    ///
    /// # Errors
    /// There is none, or it cannot be read.
    pub(super) fn key<K>(
        self,
        in_pem: impl FnOnce(&str) -> Result<Option<K>, Unusable>,
        from_der: impl FnOnce(&[u8]) -> Result<K, Unusable>,
    ) -> Result<K, Unusable> {
        match self.content().map_err(|why| Unusable::new(Part::Key, why))? {
            Content::Pem(text) => in_pem(&text)?.ok_or(Unusable::fixed(
                Part::Key,
                "PEM без закрытого ключа",
                "PEM without a private key",
            )),
            Content::Der(der) => from_der(&der),
        }
    }
}

const TOO_LARGE: Text = Text::fixed("больше 4 МиБ", "more than 4 MiB");

fn recognise(bytes: &[u8]) -> Result<Content, Text> {
    if bytes.len() > LARGEST {
        return Err(TOO_LARGE);
    }
    // A PEM may begin like a sequence, but no sequence is a text.
    let is_pem = str::from_utf8(bytes).is_ok_and(|text| text.contains(pem::BEGIN));
    if is_der(bytes) && !is_pem {
        return Ok(Content::Der(bytes.to_vec()));
    }
    // The commentary between blocks may be in any code page.
    let text = String::from_utf8_lossy(bytes);
    if text.contains(pem::BEGIN) {
        return Ok(Content::Pem(text.into_owned()));
    }
    pem::decode(&text).filter(|der| is_der(der)).map(Content::Der).ok_or(Text::fixed(
        "данные, которые не являются ни PEM, ни DER, ни PKCS#12",
        "data that are neither PEM nor DER nor PKCS#12",
    ))
}

/// Whether it is one ASN.1 sequence: all that certificates, keys and PKCS#12 are.
fn is_der(bytes: &[u8]) -> bool {
    match *bytes {
        // Of indefinite length: some makers of PKCS#12 write BER.
        [0x30, 0x80, ..] => true,
        [0x30, length @ 0..0x80, ref rest @ ..] => rest.len() == usize::from(length),
        [0x30, count @ 0x81..=0x84, ref rest @ ..] => {
            let (length, value) = rest.split_at(usize::from(count & 0x7f).min(rest.len()));
            let length = length.iter().fold(0_usize, |length, byte| length << 8 | usize::from(*byte));
            value.len() == length
        }
        _ => false,
    }
}

fn read(path: &str) -> Result<Vec<u8>, Text> {
    let unreadable = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::InvalidInput | io::ErrorKind::InvalidFilename => {
            Text::fixed(
                "ни текст PEM, ни имя существующего файла",
                "neither a PEM text nor the name of a file that exists",
            )
        }
        io::ErrorKind::PermissionDenied => {
            Text::fixed("имя файла, который нельзя читать: нет прав", "a file that may not be read")
        }
        _ => Text::made(
            format!("имя файла, который не читается: {error}"),
            format!("a file that cannot be read: {error}"),
        ),
    };
    // Opening a pipe would wait for somebody to write into it.
    if !fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(Text::fixed(
            "имя, которое принадлежит не файлу",
            "the name of something that is no file",
        ));
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(LARGEST as u64 + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequences_are_recognised_by_their_length() {
        assert!(is_der(&[0x30, 0]) && is_der(&[0x30, 1, 5]) && is_der(&[0x30, 0x80, 0, 0]));
        assert!(is_der(&[&[0x30, 0x81, 200][..], &[0; 200]].concat()));
        assert!(is_der(&[&[0x30, 0x82, 1, 0][..], &[0; 256]].concat()));
        for wrong in
            [&[][..], &[0x30], &[0x30, 2, 5], &[0x30, 0x82, 1], &[0x31, 0], &[0x30, 0x85, 0, 0, 0, 0, 0]]
        {
            assert!(!is_der(wrong), "{wrong:?}");
        }
        // A text that begins with the same byte.
        assert!(!is_der(b"0 friendly name\n-----BEGIN CERTIFICATE-----"));
    }

    #[test]
    fn contents_are_told_apart() {
        let content = |given: Given<'_>| given.content();
        assert!(matches!(content(Given::Text("-----BEGIN X-----")), Ok(Content::Pem(_))));
        assert!(matches!(content(Given::Bytes(b"\xef\xbb\xbf-----BEGIN X-----")), Ok(Content::Pem(_))));
        assert!(
            matches!(content(Given::Text(" MAMC\nAQU= ")), Ok(Content::Der(der)) if der == [0x30, 3, 2, 1, 5])
        );
        assert!(matches!(content(Given::Bytes(&[0x30, 0])), Ok(Content::Der(_))));
        let begins_like_der = b"0\x0f -----BEGIN X--";
        assert!(
            is_der(begins_like_der) && matches!(content(Given::Bytes(begins_like_der)), Ok(Content::Pem(_)))
        );
        assert!(content(Given::Bytes(b"")).is_err());
        assert!(content(Given::Bytes(&vec![0x30; LARGEST + 1])).is_err_and(|why| why == TOO_LARGE));
    }

    #[test]
    fn what_is_no_file_is_told_without_its_name() {
        for text in ["", "secret", "no such file.pem", "sec\0ret", &"secret".repeat(10_000)] {
            let why = Given::Text(text).content().err().expect("there is no such file");
            assert!(
                why.en.contains("neither a PEM text nor the name") && !why.ru.contains("secret"),
                "{why:?}"
            );
        }
        let folder = Given::Text(env!("CARGO_MANIFEST_DIR")).content().err().expect("a folder");
        assert!(folder.en.contains("no file"), "{folder:?}");
    }
}
