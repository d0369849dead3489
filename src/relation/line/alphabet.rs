//! The bytes that tokens are spelled with; see the table in [`super`].

use crate::entity::EntityType;
use crate::relation::Document;

/// The first byte of a content word, of a function word and of a number.
pub(crate) const WORD: u8 = 0x01;
pub(crate) const FUNCTION_WORD: u8 = 0x04;
pub(crate) const NUMBER: u8 = 0x05;
/// The first byte of a punctuation mark.
pub(crate) const PUNCT: u8 = 0x02;
/// The first byte of a name is its role.
pub(crate) const SUBJECT: u8 = 0x06;
pub(crate) const OBJECT: u8 = 0x07;
pub(crate) const OTHER: u8 = 0x08;
/// A name that may have any role.
pub(crate) const ANY_ROLE: u8 = 0x0e;
/// The last byte of every token.
pub(crate) const TOKEN_END: u8 = 0x03;
pub(crate) const SENTENCE_START: u8 = 0x10;
pub(crate) const SENTENCE_END: u8 = 0x11;

/// Whether a token that starts with this byte is a name.
pub(crate) fn is_name(first: u8) -> bool {
    matches!(first, SUBJECT | OBJECT | OTHER | ANY_ROLE)
}

/// Whether a token that starts with this byte is a word, a mark or a name, and not an edge of the sentence.
pub(crate) fn is_token(first: u8) -> bool {
    first < SENTENCE_START
}

/// A number as it is spelled.
pub(crate) fn number(n: u32) -> [u8; 3] {
    [0x80 | (n >> 14 & 0x7f) as u8, 0x80 | (n >> 7 & 0x7f) as u8, 0x80 | (n & 0x7f) as u8]
}

/// The letters of a name's type and form (`n` noun, `a` adjective); none if rules cannot name the type. In
/// "Boston-based", the name is Boston.
pub(crate) fn name_letters(document: &Document<'_>, mention: usize) -> Option<(u8, u8)> {
    let mention = document.mentions.get(mention)?;
    let form = if mention.demonym { b'a' } else { b'n' };
    Some((type_letter(document.type_of(mention))?, form))
}

/// The letter of a type.
pub(crate) fn type_letter(entity_type: EntityType) -> Option<u8> {
    Some(match entity_type {
        EntityType::Per => b'P',
        EntityType::Org => b'O',
        EntityType::Loc => b'L',
        EntityType::Misc => b'M',
        EntityType::Date => b'D',
        EntityType::Other(_) => return None,
    })
}

/// The letter of a type in the spelling of a name: small for an adjective.
pub(crate) fn spelled_letter(letter: u8, adjective: bool) -> u8 {
    if adjective { letter.to_ascii_lowercase() } else { letter }
}

/// Which words have a number in a spelled sentence, and by what byte each starts.
#[derive(Debug, Clone, Default)]
pub(crate) struct Spelling {
    /// The words below this number are in patterns, the others only in lists.
    pub(crate) words: u32,
    /// By number, which words are function words: "the", "of", "was".
    pub(crate) function_words: Vec<bool>,
}

impl Spelling {
    /// The first byte of a word.
    pub(crate) fn kind_of_word(&self, word: u32, is_number: bool) -> u8 {
        match self.function_words.get(word as usize) {
            _ if is_number => NUMBER,
            Some(true) => FUNCTION_WORD,
            _ => WORD,
        }
    }
}
