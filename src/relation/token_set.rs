//! What one token of a pattern may be, as one regular expression.
//!
//! Patterns are full of alternatives of one token: `(ORG | LOC | , | and | the){0,12}`. Written out one
//! after the other they make automata that are several times as large, and there are hundreds of
//! patterns. So such alternatives are joined into a set, which is written with what they share.

use std::collections::{BTreeMap, BTreeSet};

use crate::relation::line::{FUNCTION_WORD, NUMBER, PUNCT, WORD, number};

/// The rest of any token.
const REST: &str = r"[^\x03]*\x03";

/// A set of tokens.
#[derive(Debug, Default)]
pub(crate) struct TokenSet {
    /// Every token that starts with one of these bytes.
    kinds: BTreeSet<u8>,
    /// Words and marks: the byte they start with and the first two of their number, to the third ones.
    words: BTreeMap<[u8; 3], BTreeSet<u8>>,
    /// Entries, of one word, of these lists.
    lists: BTreeSet<u32>,
    /// Names that may have one of these roles and must hold an entry of that list, to their letters.
    names: BTreeMap<(Vec<u8>, Option<u32>), BTreeSet<u8>>,
}

impl TokenSet {
    /// Adds all tokens of the kinds with these first bytes.
    pub(crate) fn add_kinds(&mut self, kinds: &[u8]) {
        self.kinds.extend(kinds);
    }

    /// Adds a word or mark by the byte it starts with and its number.
    pub(crate) fn add_word(&mut self, kind: u8, word: u32) {
        let [high, middle, low] = number(word);
        self.words.entry([kind, high, middle]).or_default().insert(low);
    }

    /// Adds the entries of a list that are one word.
    pub(crate) fn add_list(&mut self, list: u32) {
        self.lists.insert(list);
    }

    /// Adds names by role and letter, perhaps only those that hold an entry of a list.
    pub(crate) fn add_names(&mut self, roles: &[u8], letters: impl Iterator<Item = u8>, holds: Option<u32>) {
        self.names.entry((roles.to_vec(), holds)).or_default().extend(letters);
    }

    /// Adds all tokens of another set.
    pub(crate) fn extend(&mut self, other: TokenSet) {
        self.kinds.extend(other.kinds);
        self.lists.extend(other.lists);
        other.words.into_iter().for_each(|(key, lows)| self.words.entry(key).or_default().extend(lows));
        other.names.into_iter().for_each(|(key, letters)| self.names.entry(key).or_default().extend(letters));
    }

    /// Whether no token is in the set.
    pub(crate) fn is_empty(&self) -> bool {
        self.kinds.is_empty() && self.words.is_empty() && self.lists.is_empty() && self.names.is_empty()
    }

    /// The regular expression of one token of the set; of an empty set, one that matches nothing.
    pub(crate) fn regex(&self) -> String {
        let mut ways: Vec<String> = Vec::new();
        if !self.kinds.is_empty() {
            ways.push(class(&self.kinds));
        }
        for (&[kind, high, middle], lows) in
            self.words.iter().filter(|(key, _)| !self.kinds.contains(&key[0]))
        {
            ways.push(format!(r"\x{kind:02x}w\x{high:02x}\x{middle:02x}{}", class(lows)));
        }
        let mut lists: BTreeMap<[u8; 2], BTreeSet<u8>> = BTreeMap::new();
        for &list in &self.lists {
            let [high, middle, low] = number(list);
            lists.entry([high, middle]).or_default().insert(low);
        }
        ways.extend(lists.iter().map(|(start, lows)| tagged(b"S", start, lows)));
        for ((roles, holds), letters) in self.names.iter().filter(|(_, letters)| !letters.is_empty()) {
            let held = holds.map(held).unwrap_or_default();
            ways.push(format!("{}{}{held}", class(&roles.iter().copied().collect()), class(letters)));
        }
        match ways.as_slice() {
            // No token starts with this byte.
            [] => r"\x00".to_owned(),
            [way] => format!("{way}{REST}"),
            _ => format!("(?:{}){REST}", ways.join("|")),
        }
    }
}

/// The regular expression of an entry of a list, of one word or several.
pub(crate) fn entry(list: u32) -> String {
    let [high, middle, low] = number(list);
    let part = |parts: &[u8]| format!("{}{REST}", tagged(parts, &[high, middle], &BTreeSet::from([low])));
    format!("(?:{}|{}(?:{})*{})", part(b"S"), part(b"B"), part(b"C"), part(b"E"))
}

/// The start of a token that has one of these parts of a list's entry.
fn tagged(parts: &[u8], start: &[u8; 2], lows: &BTreeSet<u8>) -> String {
    let kinds = class(&BTreeSet::from([WORD, PUNCT, FUNCTION_WORD, NUMBER]));
    // The letter of a tag is no other byte of a token: numbers are from 80 up.
    let part = class(&parts.iter().copied().collect());
    format!(r"{kinds}[^\x03]*{part}\x{:02x}\x{:02x}{}", start[0], start[1], class(lows))
}

/// That a name holds an entry of a list.
fn held(list: u32) -> String {
    let [high, middle, low] = number(list);
    format!(r"[^\x03]*S\x{high:02x}\x{middle:02x}\x{low:02x}")
}

fn class(bytes: &BTreeSet<u8>) -> String {
    let bytes: Vec<String> = bytes.iter().map(|byte| format!(r"\x{byte:02x}")).collect();
    match bytes.as_slice() {
        [byte] => byte.clone(),
        bytes => format!("[{}]", bytes.concat()),
    }
}

#[cfg(test)]
mod tests {
    use regex::bytes::RegexBuilder;

    use super::*;
    use crate::relation::line::{ANY_ROLE, OTHER, SUBJECT};

    fn matches(regex: &str, token: &[u8]) -> bool {
        let whole = RegexBuilder::new(&format!("^(?:{regex})$")).unicode(false).build().unwrap();
        whole.is_match(token)
    }

    fn token(start: &[u8], word: Option<u32>, tags: &[(u8, u32)]) -> Vec<u8> {
        let mut bytes = start.to_vec();
        if let Some(word) = word {
            bytes.push(b'w');
            bytes.extend(number(word));
        }
        for &(part, list) in tags {
            bytes.push(part);
            bytes.extend(number(list));
        }
        bytes.push(0x03);
        bytes
    }

    #[test]
    fn a_set_matches_its_members_and_nothing_else() {
        let mut set = TokenSet::default();
        set.add_word(WORD, 5);
        set.add_word(WORD, 200);
        set.add_word(PUNCT, 5);
        set.add_list(300);
        set.add_names(&[OTHER, ANY_ROLE], [b'P', b'l'].into_iter(), None);
        set.add_names(&[SUBJECT], [b'O'].into_iter(), Some(7));
        let regex = set.regex();
        for member in [
            token(&[WORD], Some(5), &[]),
            token(&[WORD], Some(200), &[(b'B', 1)]),
            token(&[PUNCT], Some(5), &[]),
            token(&[FUNCTION_WORD], Some(6), &[(b'B', 1), (b'S', 300)]),
            token(&[NUMBER], None, &[(b'S', 300)]),
            token(&[OTHER, b'P'], None, &[]),
            token(&[ANY_ROLE, b'l'], None, &[(b'S', 9)]),
            token(&[SUBJECT, b'O'], None, &[(b'S', 6), (b'S', 7)]),
        ] {
            assert!(matches(&regex, &member), "{member:x?} by {regex}");
        }
        for other in [
            token(&[WORD], Some(6), &[]),
            token(&[WORD], None, &[]),
            token(&[FUNCTION_WORD], Some(5), &[]),
            token(&[WORD], Some(6), &[(b'B', 300)]),
            token(&[OTHER, b'p'], None, &[]),
            token(&[SUBJECT, b'P'], None, &[(b'S', 7)]),
            token(&[SUBJECT, b'O'], None, &[(b'S', 6)]),
            [token(&[WORD], Some(5), &[]), token(&[WORD], Some(5), &[])].concat(),
        ] {
            assert!(!matches(&regex, &other), "{other:x?} by {regex}");
        }
    }

    #[test]
    fn all_words_take_in_each_word() {
        let mut set = TokenSet::default();
        set.add_word(WORD, 5);
        set.add_kinds(&[WORD]);
        assert_eq!(set.regex(), format!(r"\x01{REST}"));
    }

    #[test]
    fn an_empty_set_matches_nothing() {
        assert!(!matches(&TokenSet::default().regex(), b""));
        assert!(!matches(&TokenSet::default().regex(), &token(&[WORD], None, &[])));
    }

    #[test]
    fn an_entry_of_several_words_is_one() {
        let parts = |parts: &[u8]| -> Vec<u8> {
            parts.iter().flat_map(|&part| token(&[WORD], None, &[(part, 3)])).collect()
        };
        for (text, is_entry) in [("S", true), ("BE", true), ("BCCE", true), ("B", false), ("E", false)] {
            assert_eq!(matches(&entry(3), &parts(text.as_bytes())), is_entry, "{text}");
        }
    }
}
