//! What one token of a pattern may be, as one regular expression.
//!
//! Patterns are full of alternatives of one token: `(ORG | LOC | , | and | the){0,12}`. Written out one
//! after the other they make automata that are several times as large, and there are hundreds of
//! patterns. So such alternatives are joined into a set, which is written with what they share.

use std::collections::{BTreeMap, BTreeSet};

use crate::relation::line::{LITTLE_WORD, NUMBER, PUNCT, WORD, number};

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
    let kinds = class(&BTreeSet::from([WORD, PUNCT, LITTLE_WORD, NUMBER]));
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
