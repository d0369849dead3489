//! Coordinated names: names of one type joined by commas and "and" or "or" take part in relations as one.

use crate::relation::Document;
use crate::relation::lexicon::Lexicon;
use crate::relation::line::alphabet::name_letters;
use crate::relation::line::tokens::{Token, TokenKind};

/// Further members of a list take no part in relations: every two of them would be a pair.
pub(crate) const LONGEST_COORDINATION: usize = 30;

/// A name, or several coordinated names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Slot {
    /// The tokens of the names.
    pub(crate) names: Vec<usize>,
    pub(crate) first: usize,
    pub(crate) last: usize,
    pub(crate) letter: u8,
    pub(crate) form: u8,
    /// The lists of which every name holds an entry.
    pub(crate) holds: Vec<u32>,
}

/// The names among tokens, those that are coordinated as one slot.
pub(super) fn slots(document: &Document<'_>, tokens: &[Token], lexicon: &Lexicon) -> Vec<Slot> {
    let names = Names { document, tokens };
    let mut slots = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let Some((letter, form)) = names.letters(at) else {
            at += 1;
            continue;
        };
        let mut members = names.coordinated(at);
        let last = members.last().copied().unwrap_or(at);
        members.truncate(LONGEST_COORDINATION);
        let holds = members
            .iter()
            .map(|&name| lexicon.lists_in(names.form(name)))
            .reduce(|all, one| &all & &one)
            .map(|all| all.into_iter().collect())
            .unwrap_or_default();
        slots.push(Slot { names: members, holds, first: at, last, letter, form });
        at = last + 1;
    }
    slots
}

/// The tokens of a sentence, asked for its names.
struct Names<'a> {
    document: &'a Document<'a>,
    tokens: &'a [Token],
}

impl Names<'_> {
    fn letters(&self, token: usize) -> Option<(u8, u8)> {
        match self.tokens.get(token)?.kind {
            TokenKind::Name(mention) => name_letters(self.document, mention),
            _ => None,
        }
    }

    fn form(&self, token: usize) -> &str {
        self.tokens.get(token).map(|token| token.span.of(self.document.text)).unwrap_or_default()
    }

    /// Whether a name is the first part of a compound: of "Ana Ruiz or the Bolt-backed" Bolt is no member.
    fn is_in_compound(&self, token: usize) -> bool {
        match self.tokens.get(token..token + 2) {
            Some([name, hyphen]) => self.form(token + 1) == "-" && name.span.end == hyphen.span.start,
            _ => false,
        }
    }

    /// The tokens of the names that are coordinated with the name at `first`, itself included.
    fn coordinated(&self, first: usize) -> Vec<usize> {
        let Some((letter, _)) = self.letters(first) else { return Vec::new() };
        let mut names = vec![first];
        // How many of them are members if the list ends here: a comma alone joins nothing.
        let mut joined = 1;
        let mut last = first;
        loop {
            let mut next = last + 1;
            let comma = self.form(next) == ",";
            next += usize::from(comma);
            let conjunction = is_conjunction(self.form(next)) && letter != b'D';
            next += usize::from(conjunction);
            if self.form(next).eq_ignore_ascii_case("the") {
                next += 1;
            }
            // After "A, B and C" a comma starts something else.
            let separated = conjunction || (comma && joined == 1);
            if !separated || self.letters(next) != self.letters(first) || self.is_in_compound(next) {
                break;
            }
            names.push(next);
            last = next;
            if conjunction {
                joined = names.len();
            }
        }
        // "Tampa, Fla., and Erie, Pa." is no list of three places, nor "Rome and Erie, Pa." of two.
        let end = names[joined - 1];
        if letter == b'L' && self.form(end + 1) == "," && self.letters(end + 2) == self.letters(first) {
            joined = 1;
        }
        names.truncate(joined);
        names
    }
}

pub(super) fn is_conjunction(word: &str) -> bool {
    ["and", "or", "&"].iter().any(|c| word.eq_ignore_ascii_case(c))
}
