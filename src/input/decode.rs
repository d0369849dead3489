//! Bytes to text: UTF-8 where they are UTF-8, the encoding that they look like where they are not, no
//! NUL characters.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, WINDOWS_1252};

use super::reader::ReadItem;
use super::repeats::ProblemKind;
use crate::error::{Place, Problem};

/// Text, and what had to be mended to get it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Decoded {
    pub(super) text: String,
    /// How many bytes were no UTF-8.
    pub(super) foreign: usize,
    /// What they were read as.
    pub(super) encoding: &'static str,
    /// How many line ends come before the first of them.
    pub(super) lines_before: u64,
    /// How many NUL characters became blanks.
    pub(super) nuls: usize,
}

/// Decodes the texts of one file. What is not UTF-8 is in one encoding throughout a file: the one
/// that the first such text looks like.
#[derive(Debug, Default)]
pub(super) struct Charset {
    legacy: Option<&'static Encoding>,
}

impl Charset {
    /// Decodes the bytes of a text.
    ///
    /// Where most letters beyond ASCII are UTF-8, the few other bytes are read as Windows-1252 one by
    /// one: a text pasted together from two encodings comes out right in both halves,
    /// and a single broken byte does not garble the rest.
    pub(super) fn decode(&mut self, bytes: Vec<u8>) -> Decoded {
        let mut decoded = match String::from_utf8(bytes) {
            Ok(text) => Decoded { text, ..Decoded::default() },
            Err(error) => self.decode_legacy(error.as_bytes()),
        };
        decoded.nuls = blank_nuls(&mut decoded.text);
        decoded
    }

    fn decode_legacy(&mut self, bytes: &[u8]) -> Decoded {
        let (mut foreign, mut letters) = (0, 0);
        for chunk in bytes.utf8_chunks() {
            foreign += chunk.invalid().len();
            letters += chunk.valid().bytes().filter(|&byte| byte >= 0xc0).count();
        }
        let encoding =
            if letters >= foreign { WINDOWS_1252 } else { *self.legacy.get_or_insert_with(|| guess(bytes)) };
        let text = if encoding == WINDOWS_1252 {
            decode_mixed(bytes)
        } else {
            encoding.decode_without_bom_handling(bytes).0.into_owned()
        };
        let before = bytes.utf8_chunks().next().map_or("", |chunk| chunk.valid());
        Decoded {
            text,
            foreign,
            encoding: encoding.name(),
            lines_before: before.bytes().filter(|&byte| byte == b'\n').count() as u64,
            nuls: 0,
        }
    }
}

/// The encoding, other than UTF-8, that a text looks like.
fn guess(bytes: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    detector.guess(None, Utf8Detection::Deny)
}

fn decode_mixed(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 9 / 8);
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.push_str(&WINDOWS_1252.decode_without_bom_handling(chunk.invalid()).0);
    }
    text
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

/// The problem of a text that was decoded, without its line.
pub(super) fn problems(place: &Place, decoded: &Decoded) -> impl Iterator<Item = ReadItem> {
    let foreign = (decoded.foreign > 0).then(|| {
        let problem = foreign_problem(place.clone(), decoded.foreign, decoded.encoding);
        ReadItem::Problem(ProblemKind::Encoding, problem)
    });
    let nuls = (decoded.nuls > 0)
        .then(|| ReadItem::Problem(ProblemKind::Nul, nul_problem(place.clone(), decoded.nuls)));
    foreign.into_iter().chain(nuls)
}

/// Says that bytes were not UTF-8 and what they were read as.
pub(super) fn foreign_problem(place: Place, foreign: usize, encoding: &str) -> Problem {
    let encoding = encoding.replace("windows", "Windows");
    let bytes = if foreign == 1 { "1 byte is".to_owned() } else { format!("{foreign} bytes are") };
    Problem::mended(
        place,
        format!("{bytes} not UTF-8 and read as {encoding}, which they look like"),
        "If letters come out wrong, save the file as UTF-8 and run again.",
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

    fn decode(bytes: Vec<u8>) -> Decoded {
        Charset::default().decode(bytes)
    }

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

    #[test]
    fn other_encodings_are_detected() {
        use encoding_rs::{BIG5, EUC_KR, SHIFT_JIS, WINDOWS_1250, WINDOWS_1251};

        for (encoding, text) in [
            (WINDOWS_1251, "Президент России Владимир Путин встретился с канцлером Германии в Москве."),
            (
                WINDOWS_1250,
                "Prezident České republiky se sešel s představiteli vlády v Košicích, řekl mluvčí.",
            ),
            (SHIFT_JIS, "日本の首相は東京でドイツの首相と会談した。"),
            (EUC_KR, "대통령은 서울에서 독일 총리를 만났다고 대변인이 밝혔다."),
            (BIG5, "總統在臺北會見了德國總理，並討論了兩國的關係。"),
        ] {
            let mut charset = Charset::default();
            let decoded = charset.decode(encoding.encode(text).0.into_owned());
            assert_eq!((decoded.text.as_str(), decoded.encoding), (text, encoding.name()));
            assert!(decoded.foreign > 0);
            // A later text, too short to tell, is read as the first one was.
            let word = text.split_once(' ').map_or(text, |(word, _)| word);
            assert_eq!(charset.decode(encoding.encode(word).0.into_owned()).text, word);
        }
    }
}
