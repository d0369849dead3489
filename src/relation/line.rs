//! The line a rule is matched against: a sentence, spelled token by token.
//!
//! A token is spelled as the words and list entries that rules can ask for, by number, so
//! that patterns compile to short regular expressions over bytes:
//!
//! | token | bytes |
//! |---|---|
//! | word | `01` (`04` a function word, `05` a number), `w` and its number, list tags, `03` |
//! | punctuation | `02`, `w` and its number, list tags, `03` |
//! | name | its role, type and form, `S` and number of each list it holds an entry of, `03` |
//! | start, end of sentence | `10`, `11` |
//!
//! A number is three bytes from `80` up; words that no rule asks for have none. A list tag is `S`
//! for an entry of one word, `B`, `C`, `E` for the first, middle and last word of a longer one,
//! and the list's number. A role is `06` (subject), `07` (object), `08` (another name), or `0e` (any
//! of them, in the first pass, which tells what patterns are worth trying on pairs). Type and form are one letter:
//! `P`, `O`, `L`, `M`, `D`, small for adjectives.
//!
//! Names of one type joined by commas and "and" or "or" are spelled as one name, so that what is
//! said of a list is said of each of its members.

mod alphabet;
mod sentence;
mod slots;
mod tokens;

use crate::relation::line::alphabet::{SENTENCE_END, SENTENCE_START, TOKEN_END};
use crate::relation::line::slots::is_conjunction;

pub(crate) use alphabet::{
    ANY_ROLE, FUNCTION_WORD, NUMBER, OBJECT, OTHER, PUNCT, SUBJECT, Spelling, WORD, is_name, is_token,
    number, spelled_letter, type_letter,
};
pub(crate) use sentence::{TaggedSentence, pieces};
#[cfg(test)]
pub(crate) use slots::LONGEST_COORDINATION;
pub(crate) use slots::Slot;
pub(crate) use tokens::TokenKind;

/// How the coordinated names of a sentence are spelled.
#[derive(Debug, Clone, Copy)]
pub(crate) enum View {
    /// Every list of names as one name. The places are the slots.
    Slots,
    /// The names of one list apart. The places are these names.
    Apart(usize),
    /// One list as two names joined by "and". The places are these two.
    Two(usize),
}

/// A spelled sentence.
#[derive(Debug, Default)]
pub(crate) struct Line {
    pub(crate) bytes: Vec<u8>,
    /// Where each item starts in `bytes`, and the end.
    starts: Vec<usize>,
    /// The tokens of each item, first and last; those of the sentence's edges are its edges.
    items: Vec<(usize, usize)>,
    /// The items that can be subject or object.
    pub(crate) places: Vec<usize>,
}

/// Items around the two names that a pattern can see.
const SIGHT: usize = 30;

impl TaggedSentence<'_> {
    /// Spells the sentence; every name may have any role.
    pub(crate) fn line(&self, view: View, spelling: &Spelling) -> Line {
        let mut writer = Writer { sentence: self, spelling, line: Line::default() };
        if self.starts {
            writer.line.item((0, 0), |bytes| bytes.push(SENTENCE_START));
        }
        let mut slots = self.slots.iter().enumerate().peekable();
        let mut at = 0;
        while at < self.tokens.len() {
            let Some((i, slot)) = slots.next_if(|(_, slot)| slot.first == at) else {
                writer.token(at);
                at += 1;
                continue;
            };
            match view {
                View::Apart(apart) if apart == i => writer.names_apart(slot),
                View::Two(two) if two == i => writer.two_names(slot),
                View::Slots => writer.place(slot, (slot.first, slot.last)),
                View::Apart(_) | View::Two(_) => writer.name(slot, (slot.first, slot.last)),
            }
            at = slot.last + 1;
        }
        let Writer { mut line, .. } = writer;
        if self.ends {
            let end = self.tokens.len().saturating_sub(1);
            line.item((end, end), |bytes| bytes.push(SENTENCE_END));
        }
        line.starts.push(line.bytes.len());
        line
    }
}

/// Writes the items of a line.
struct Writer<'s, 'd> {
    sentence: &'s TaggedSentence<'d>,
    spelling: &'s Spelling,
    line: Line,
}

impl Writer<'_, '_> {
    /// A word or a punctuation mark.
    fn token(&mut self, at: usize) {
        let Writer { sentence, spelling, line } = self;
        let token = &sentence.tokens[at];
        line.item((at, at), |bytes| {
            bytes.push(match (token.kind, token.word) {
                (TokenKind::Punct, _) => PUNCT,
                (TokenKind::Number, None) => NUMBER,
                (_, None) => WORD,
                (kind, Some(word)) => spelling.kind_of_word(word, kind == TokenKind::Number),
            });
            if let Some(word) = token.word.filter(|&word| word < spelling.words) {
                bytes.push(b'w');
                bytes.extend_from_slice(&number(word));
            }
            for tag in sentence.tags_of(at) {
                bytes.push(tag.part);
                bytes.extend_from_slice(&number(tag.list));
            }
            bytes.push(TOKEN_END);
        });
    }

    /// A name, or a list of names that is spelled as one.
    fn name(&mut self, slot: &Slot, tokens: (usize, usize)) {
        self.line.item(tokens, |bytes| {
            bytes.extend_from_slice(&[ANY_ROLE, spelled_letter(slot.letter, slot.form == b'a')]);
            for &list in &slot.holds {
                bytes.push(b'S');
                bytes.extend_from_slice(&number(list));
            }
            bytes.push(TOKEN_END);
        });
    }

    /// The same where it can be subject or object.
    fn place(&mut self, slot: &Slot, tokens: (usize, usize)) {
        self.line.places.push(self.line.items.len());
        self.name(slot, tokens);
    }

    fn names_apart(&mut self, slot: &Slot) {
        for at in slot.first..=slot.last {
            match self.sentence.tokens[at].kind {
                TokenKind::Name(_) if slot.names.contains(&at) => self.place(slot, (at, at)),
                TokenKind::Name(_) => self.name(slot, (at, at)),
                _ => self.token(at),
            }
        }
    }

    fn two_names(&mut self, slot: &Slot) {
        self.place(slot, (slot.first, slot.first));
        let mut between = (slot.first..slot.last).rev();
        if let Some(and) = between.find(|&token| is_conjunction(self.sentence.form(token))) {
            self.token(and);
        }
        self.place(slot, (slot.last, slot.last));
    }
}

impl Line {
    fn item(&mut self, tokens: (usize, usize), spell: impl FnOnce(&mut Vec<u8>)) {
        self.starts.push(self.bytes.len());
        self.items.push(tokens);
        spell(&mut self.bytes);
    }

    /// Gives every name the same role.
    pub(crate) fn set_all(&mut self, role: u8) {
        for i in 0..self.items.len() {
            let at = self.starts[i];
            if is_name(self.bytes[at]) {
                self.bytes[at] = role;
            }
        }
    }

    /// Gives the name at a place its role.
    pub(crate) fn set(&mut self, place: usize, role: u8) {
        let at = self.starts[self.places[place]];
        self.bytes[at] = role;
    }

    /// How many items lie between two places.
    pub(crate) fn between(&self, a: usize, b: usize) -> usize {
        self.places[b].abs_diff(self.places[a]).saturating_sub(1)
    }

    /// The letter of the type of the name at a place, whatever its form.
    pub(crate) fn letter(&self, place: usize) -> u8 {
        let at = self.starts[self.places[place]];
        self.bytes[at + 1].to_ascii_uppercase()
    }

    /// The bytes that a pattern sees when it is tried on two places.
    pub(crate) fn sight(&self, a: usize, b: usize) -> std::ops::Range<usize> {
        let (low, high) = (self.places[a].min(self.places[b]), self.places[a].max(self.places[b]));
        let low = low.saturating_sub(SIGHT);
        let high = (high + SIGHT + 1).min(self.items.len());
        self.starts[low]..self.starts[high]
    }

    /// The items that a range of bytes touches.
    pub(crate) fn items_of(&self, bytes: std::ops::Range<usize>) -> std::ops::Range<usize> {
        let first = self.starts.partition_point(|&s| s <= bytes.start) - 1;
        let last = self.starts.partition_point(|&s| s < bytes.end);
        first..last.min(self.items.len()).max(first)
    }

    /// The tokens, first and last, that a range of bytes touches.
    pub(crate) fn tokens_of(&self, bytes: std::ops::Range<usize>) -> (usize, usize) {
        let items = self.items_of(bytes);
        let items = &self.items[items];
        let first = items.iter().map(|t| t.0).min().unwrap_or(0);
        (first, items.iter().map(|t| t.1).max().unwrap_or(first))
    }

    /// Every item: where it starts, and its tokens. See [`is_name`] for the byte there.
    pub(crate) fn items(&self) -> impl Iterator<Item = (usize, (usize, usize))> {
        self.starts.iter().copied().zip(self.items.iter().copied())
    }
}
