//! Bytes to text: UTF-8 where they are UTF-8, Windows-1252 where they are not, no NUL characters.

use encoding_rs::WINDOWS_1252;

use crate::error::{Place, Problem};

/// Text, and what had to be mended to get it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Decoded {
    pub(super) text: String,
    /// How many bytes were no UTF-8 and were read as Windows-1252.
    pub(super) foreign: usize,
    /// How many line ends come before the first of them.
    pub(super) lines_before: u64,
    /// How many NUL characters became blanks.
    pub(super) nuls: usize,
}

/// Decodes the bytes of a text.
///
/// The choice is made anew at every byte that is no UTF-8: a file that somebody pasted together from
/// two encodings comes out right in both halves, and a single broken byte does not garble the rest.
pub(super) fn decode(bytes: Vec<u8>) -> Decoded {
    let mut decoded = match String::from_utf8(bytes) {
        Ok(text) => Decoded { text, ..Decoded::default() },
        Err(error) => decode_mixed(error.as_bytes()),
    };
    decoded.nuls = blank_nuls(&mut decoded.text);
    decoded
}

fn decode_mixed(bytes: &[u8]) -> Decoded {
    let mut decoded = Decoded { text: String::with_capacity(bytes.len() * 9 / 8), ..Decoded::default() };
    for chunk in bytes.utf8_chunks() {
        decoded.text.push_str(chunk.valid());
        if chunk.invalid().is_empty() {
            continue;
        }
        if decoded.foreign == 0 {
            decoded.lines_before = decoded.text.bytes().filter(|&b| b == b'\n').count() as u64;
        }
        decoded.foreign += chunk.invalid().len();
        decoded.text.push_str(&WINDOWS_1252.decode_without_bom_handling(chunk.invalid()).0);
    }
    decoded
}

/// Replaces every NUL by a blank, so that positions stay what they are in the user's own copy of
/// the text. Returns how many there were.
pub(super) fn blank_nuls(text: &mut String) -> usize {
    let nuls = text.bytes().filter(|&b| b == 0).count();
    if nuls > 0 {
        *text = text.replace('\0', " ");
    }
    nuls
}

/// Says that bytes were read as Windows-1252.
pub(super) fn foreign_problem(place: Place, foreign: usize) -> Problem {
    let bytes = if foreign == 1 { "1 byte is".to_owned() } else { format!("{foreign} bytes are") };
    Problem::mended(
        place,
        format!("{bytes} not UTF-8 and read as Windows-1252"),
        "If letters with accents come out wrong, save the file as UTF-8 and run again.",
    )
}

/// Says that NUL characters became blanks.
pub(super) fn nul_problem(place: Place, nuls: usize) -> Problem {
    let characters = if nuls == 1 { "1 NUL character".to_owned() } else { format!("{nuls} NUL characters") };
    Problem::mended(
        place,
        format!("{characters} in the text, each replaced by a blank"),
        "If the article makes no sense, look at what made this file: NULs do not belong in a text.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf8_stays_as_it_is() {
        let decoded = decode("Erdoğan – “yes”\r\n".into());
        assert_eq!(decoded, Decoded { text: "Erdoğan – “yes”\r\n".into(), ..Decoded::default() });
    }

    #[test]
    fn windows_1252_is_read_and_counted() {
        let decoded = decode(b"one\ntwo \x93caf\xe9\x94".to_vec());
        assert_eq!(decoded.text, "one\ntwo “café”");
        assert_eq!((decoded.foreign, decoded.lines_before), (3, 1));
    }

    #[test]
    fn one_broken_byte_does_not_garble_the_rest() {
        let decoded = decode(b"Erdo\xc4\x9fan, caf\xe9, \xe2\x80\x9cyes\xe2\x80\x9d".to_vec());
        assert_eq!(decoded.text, "Erdoğan, café, “yes”");
        assert_eq!(decoded.foreign, 1);
    }

    #[test]
    fn nuls_become_blanks() {
        let decoded = decode(b"a\0b\0".to_vec());
        assert_eq!((decoded.text.as_str(), decoded.nuls), ("a b ", 2));
    }
}
