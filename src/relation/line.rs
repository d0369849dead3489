//! The line a rule is matched against: a sentence, spelled token by token.
//!
//! A token is spelled as the words and list entries that rules can ask for, by number, so
//! that patterns compile to short regular expressions over bytes:
//!
//! | token | bytes |
//! |---|---|
//! | word | `01` (`04` if it is little, `05` if a number), `w` and its number, list tags, `03` |
//! | punctuation | `02`, `w` and its number, list tags, `03` |
//! | name | its role, type and form, `S` and number of each list it holds an entry of, `03` |
//! | start, end of sentence | `10`, `11` |
//!
//! A number is three bytes from `80` up; words that no rule asks for have none. A list tag is `S`
//! for an entry of one word, `B`, `C`, `E` for the first, middle and last word of a longer one,
//! and the list's number. A role is `06` (subject), `07` (object), `08` (another name), or `0e` (could
//! be any of them, while it is found out which rules are worth trying). Type and form are one letter:
//! `P`, `O`, `L`, `M`, `D`, small for adjectives.
//!
//! Names of one type joined by commas and "and" or "or" are spelled as one name, so that what is
//! said of a list is said of each of its members.

use std::collections::BTreeSet;

use crate::entity::EntityType;
use crate::relation::Document;
use crate::relation::lists::Tagger;
use crate::relation::words::{Vocabulary, fold, is_number, is_punct};
use crate::syntax;
use crate::text::{Span, is_unpunctuated, words};

/// A longer sentence is matched in pieces of this many tokens.
pub(crate) const LONGEST_PIECE: usize = 300;
/// Further members of a list take no part in relations.
pub(crate) const LONGEST_COORDINATION: usize = 30;

/// The first byte of a word, and of a word that is little or a number.
pub(crate) const WORD: u8 = 0x01;
pub(crate) const LITTLE_WORD: u8 = 0x04;
pub(crate) const NUMBER: u8 = 0x05;
/// The first byte of a punctuation mark.
pub(crate) const PUNCT: u8 = 0x02;
/// The first byte of a name is its role.
pub(crate) const SUBJECT: u8 = 0x06;
pub(crate) const OBJECT: u8 = 0x07;
pub(crate) const OTHER: u8 = 0x08;
pub(crate) const ANYONE: u8 = 0x0e;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Word,
    Number,
    Punct,
    /// The mention of that index.
    Name(usize),
}

/// A word, punctuation mark or name of a sentence.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Token {
    pub(crate) span: Span,
    pub(crate) kind: Kind,
    /// The number of the word or mark, if it has one.
    pub(crate) word: Option<u32>,
}

/// That a token is (part of) an entry of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Tag {
    pub(crate) token: usize,
    pub(crate) list: u32,
    /// `S`, `B`, `C` or `E`.
    pub(crate) part: u8,
}

/// The letters of a name's type and form (`n` name, `a` adjective), if rules use it at all. In "Boston-based", the name is
/// Boston.
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

/// The letter of a type as a name of that type, or an adjective made of it, is spelled.
pub(crate) fn spelled_letter(letter: u8, adjective: bool) -> u8 {
    if adjective { letter.to_ascii_lowercase() } else { letter }
}

/// Whether a token that starts with this byte is a name.
pub(crate) fn is_name(first: u8) -> bool {
    matches!(first, SUBJECT | OBJECT | OTHER | ANYONE)
}

/// A sentence, or a piece of a very long one, cut into tokens.
#[derive(Debug)]
pub(crate) struct Sentence<'d> {
    pub(crate) document: Document<'d>,
    /// The index of the sentence in the article.
    index: usize,
    pub(crate) tokens: Vec<Token>,
    pub(crate) tags: Vec<Tag>,
    pub(crate) slots: Vec<Slot>,
    /// Whether it may be several sentences that have lost their punctuation.
    pub(crate) unpunctuated: bool,
    starts: bool,
    ends: bool,
}

/// A name, or several names that share their relations.
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

/// What sentences are cut into tokens and tagged with.
#[derive(Debug)]
pub(crate) struct Speller<'a> {
    pub(crate) vocabulary: &'a Vocabulary,
    pub(crate) tagger: &'a Tagger,
    /// The lists whose entries are looked for inside names.
    pub(crate) held: &'a BTreeSet<u32>,
}

impl Speller<'_> {
    /// The lists of which a name holds an entry.
    fn holds(&self, name: &str) -> BTreeSet<u32> {
        let mut found = BTreeSet::new();
        if !self.held.is_empty() {
            let spans = words(name, Span::new(0, name.len()));
            let row: Vec<_> = spans.iter().map(|w| self.vocabulary.number(&fold(w.of(name)))).collect();
            self.tagger.tag(&row, |_, _, list| {
                if self.held.contains(&list) {
                    found.insert(list);
                }
            });
        }
        found
    }
}

/// Cuts sentence number `index` of a document into pieces, most often one. `mentions` are the
/// indices of the mentions in it, in order.
pub(crate) fn pieces<'d>(
    document: Document<'d>,
    index: usize,
    mentions: &[usize],
    speller: &Speller<'_>,
) -> Vec<Sentence<'d>> {
    let Some(&span) = document.sentences.get(index) else { return Vec::new() };
    let tokens = tokens(&document, span, mentions, speller.vocabulary);
    let count = tokens.len().div_ceil(LONGEST_PIECE);
    let unpunctuated = document.text.get(span.start..span.end).is_some_and(is_unpunctuated);
    tokens
        .chunks(LONGEST_PIECE)
        .enumerate()
        .map(|(i, piece)| {
            let tokens = piece.to_vec();
            let slots = slots(&document, &tokens, speller);
            let tags = tags(&tokens, speller.tagger);
            Sentence {
                document,
                index,
                tokens,
                tags,
                slots,
                unpunctuated,
                starts: i == 0,
                ends: i + 1 == count,
            }
        })
        .collect()
}

fn tokens(document: &Document<'_>, span: Span, mentions: &[usize], vocabulary: &Vocabulary) -> Vec<Token> {
    let text = document.text;
    if text.get(span.start..span.end).is_none() {
        return Vec::new();
    }
    let mut tokens: Vec<Token> = Vec::new();
    let mut at = span.start;
    for &mention in mentions {
        let name = document.mentions[mention].name;
        let usable = name.start >= at
            && name.end <= span.end
            && !name.is_empty()
            && text.get(name.start..name.end).is_some()
            && name_letters(document, mention).is_some();
        if !usable {
            continue;
        }
        plain_tokens(text, Span::new(at, name.start), vocabulary, &mut tokens);
        tokens.push(Token { span: name, kind: Kind::Name(mention), word: None });
        at = name.end;
    }
    plain_tokens(text, Span::new(at, span.end), vocabulary, &mut tokens);
    drop_abbreviation_stops(text, &mut tokens);
    tokens
}

fn plain_tokens(text: &str, within: Span, vocabulary: &Vocabulary, tokens: &mut Vec<Token>) {
    for span in words(text, within) {
        let form = span.of(text);
        let punct = is_punct(form);
        if punct
            && let Some(last) = tokens.last_mut()
            && last.kind == Kind::Punct
            && let Some(mark) = doubled(last.span.of(text), form, span.start - last.span.end)
        {
            last.span = Span::new(last.span.start, span.end);
            last.word = vocabulary.number(mark);
            continue;
        }
        let folded = fold(form);
        let kind = match () {
            () if punct => Kind::Punct,
            () if is_number(&folded) => Kind::Number,
            () => Kind::Word,
        };
        if kind == Kind::Number
            && let [.., first, comma] = tokens.as_mut_slice()
            && first.kind == Kind::Number
            && comma.span.of(text) == ","
            && (first.span.end, comma.span.end) == (comma.span.start, span.start)
        {
            // "2,600" is one number.
            first.span = Span::new(first.span.start, span.end);
            first.word = None;
            tokens.pop();
            continue;
        }
        tokens.push(Token { span, kind, word: vocabulary.number(&folded) });
    }
}

/// What two marks in a row stand for: `--` is a dash, `''` and `` ` ` `` are quotation marks.
fn doubled(first: &str, second: &str, blanks: usize) -> Option<&'static str> {
    match (first, second) {
        ("-", "-") if blanks == 0 => Some("—"),
        ("'", "'") | ("`", "`") if blanks <= 1 => Some("\""),
        _ => None,
    }
}

/// Removes the full stops of "Gov. Ana Ruiz" and "Acme Corp. said", which end no sentence.
fn drop_abbreviation_stops(text: &str, tokens: &mut Vec<Token>) {
    let Some(last_word) = tokens.iter().rposition(|t| t.kind != Kind::Punct) else { return };
    let mut i = 0;
    let mut before: Option<Token> = None;
    tokens.retain(|token| {
        let attached = token.span.len() == 1
            && token.span.of(text) == "."
            && i < last_word
            && before.is_some_and(|b: Token| {
                b.span.end == token.span.start
                    && match b.kind {
                        Kind::Name(_) => true,
                        Kind::Word => b.span.len() <= 5,
                        _ => false,
                    }
            });
        i += 1;
        before = Some(*token);
        !attached
    });
}

fn tags(tokens: &[Token], tagger: &Tagger) -> Vec<Tag> {
    let row: Vec<Option<u32>> = tokens.iter().map(|token| token.word).collect();
    let mut tags = Vec::new();
    tagger.tag(&row, |start, length, list| {
        for i in 0..length {
            let part = match (i, length) {
                (_, 1) => b'S',
                (0, _) => b'B',
                (i, n) if i + 1 == n => b'E',
                _ => b'C',
            };
            tags.push(Tag { token: start + i, list, part });
        }
    });
    tags.sort_unstable();
    tags
}

fn slots(document: &Document<'_>, tokens: &[Token], speller: &Speller<'_>) -> Vec<Slot> {
    let letters = |i: usize| match tokens.get(i)?.kind {
        Kind::Name(mention) => name_letters(document, mention),
        _ => None,
    };
    let form = |i: usize| tokens.get(i).map(|t: &Token| t.span.of(document.text)).unwrap_or_default();
    // "Ana Ruiz or the Bolt-backed": the second is not what is spoken of.
    let is_in_compound = |i: usize| match tokens.get(i..i + 2) {
        Some([name, hyphen]) => form(i + 1) == "-" && name.span.end == hyphen.span.start,
        _ => false,
    };
    let mut slots = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let Some(kind) = letters(at) else {
            at += 1;
            continue;
        };
        let mut names = vec![at];
        // How many of them are in the list, were it to end here.
        let mut joined = 1;
        let mut last = at;
        loop {
            let mut next = last + 1;
            let comma = form(next) == ",";
            next += usize::from(comma);
            let word = form(next);
            let conjunction = is_conjunction(word) && kind.0 != b'D';
            next += usize::from(conjunction);
            if form(next).eq_ignore_ascii_case("the") {
                next += 1;
            }
            // After "A, B and C" a comma starts something else.
            let separated = conjunction || (comma && joined == 1);
            if !separated || letters(next) != Some(kind) || is_in_compound(next) {
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
        if kind.0 == b'L' && form(end + 1) == "," && letters(end + 2) == Some(kind) {
            joined = 1;
        }
        names.truncate(joined);
        let last = names.last().copied().unwrap_or(at);
        names.truncate(LONGEST_COORDINATION);
        let holds = names
            .iter()
            .map(|&name| speller.holds(form(name)))
            .reduce(|all, one| &all & &one)
            .map(|all| all.into_iter().collect())
            .unwrap_or_default();
        slots.push(Slot { names, holds, first: at, last, letter: kind.0, form: kind.1 });
        at = last + 1;
    }
    slots
}

fn is_conjunction(word: &str) -> bool {
    ["and", "or", "&"].iter().any(|c| word.eq_ignore_ascii_case(c))
}

/// How much of the vocabulary is spelled.
#[derive(Debug, Clone, Default)]
pub(crate) struct Spelled {
    /// The words below this number are in patterns, the others only in lists.
    pub(crate) words: u32,
    /// By number, which words are little: "the", "of", "was".
    pub(crate) little: Vec<bool>,
}

impl Spelled {
    /// The first byte of a word.
    pub(crate) fn kind_of_word(&self, word: u32, is_number: bool) -> u8 {
        match self.little.get(word as usize) {
            _ if is_number => NUMBER,
            Some(true) => LITTLE_WORD,
            _ => WORD,
        }
    }
}

/// Which names of a sentence are spelled apart.
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

impl<'d> Sentence<'d> {
    /// Its mentions, each with its token, in order.
    pub(crate) fn mentions(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        self.tokens.iter().enumerate().filter_map(|(place, token)| match token.kind {
            Kind::Name(mention) => Some((mention, place)),
            _ => None,
        })
    }

    /// The tree over its words, if the model knows syntax.
    pub(crate) fn tree(&self) -> Option<&'d syntax::Sentence> {
        let trees = self.document.syntax;
        let at = trees.binary_search_by_key(&self.index, |tree| tree.number).ok()?;
        trees.get(at)
    }

    /// Spells the sentence; every name could be anyone.
    pub(crate) fn line(&self, view: View, spelled: &Spelled) -> Line {
        let mut line = Line::default();
        let end = self.tokens.len().saturating_sub(1);
        if self.starts {
            line.item((0, 0), |bytes| bytes.push(0x10));
        }
        let mut slots = self.slots.iter().enumerate().peekable();
        let mut tags = self.tags.iter().peekable();
        let mut at = 0;
        while at < self.tokens.len() {
            while tags.next_if(|tag| tag.token < at).is_some() {}
            match slots.next_if(|(_, slot)| slot.first == at) {
                Some((i, slot)) => {
                    let name = |bytes: &mut Vec<u8>| {
                        bytes.extend_from_slice(&[ANYONE, spelled_letter(slot.letter, slot.form == b'a')]);
                        for &list in &slot.holds {
                            bytes.push(b'S');
                            bytes.extend_from_slice(&number(list));
                        }
                        bytes.push(0x03);
                    };
                    match view {
                        View::Apart(apart) if apart == i => {
                            for at in slot.first..=slot.last {
                                while tags.next_if(|tag| tag.token < at).is_some() {}
                                if matches!(self.tokens[at].kind, Kind::Name(_)) {
                                    if slot.names.contains(&at) {
                                        line.places.push(line.items.len());
                                    }
                                    line.item((at, at), name);
                                } else {
                                    line.item((at, at), |b| {
                                        spell(b, &self.tokens[at], at, &mut tags, spelled)
                                    });
                                }
                            }
                        }
                        View::Two(two) if two == i => {
                            let (first, last) = ((slot.first, slot.first), (slot.last, slot.last));
                            line.places.push(line.items.len());
                            line.item(first, name);
                            let and = (slot.first..slot.last)
                                .rev()
                                .find(|&t| is_conjunction(self.tokens[t].span.of(self.document.text)));
                            if let Some(and) = and {
                                let token = &self.tokens[and];
                                line.item((and, and), |b| spell(b, token, and, &mut tags, spelled));
                            }
                            line.places.push(line.items.len());
                            line.item(last, name);
                        }
                        _ => {
                            if matches!(view, View::Slots) {
                                line.places.push(line.items.len());
                            }
                            line.item((slot.first, slot.last), name);
                        }
                    }
                    at = slot.last + 1;
                }
                None => {
                    line.item((at, at), |bytes| spell(bytes, &self.tokens[at], at, &mut tags, spelled));
                    at += 1;
                }
            }
        }
        if self.ends {
            line.item((end, end), |bytes| bytes.push(0x11));
        }
        line.starts.push(line.bytes.len());
        line
    }

    /// The tags of one token.
    pub(crate) fn tags_of(&self, token: usize) -> impl Iterator<Item = &Tag> {
        let from = self.tags.partition_point(|tag| tag.token < token);
        self.tags[from..].iter().take_while(move |tag| tag.token == token)
    }
}

fn spell<'t>(
    bytes: &mut Vec<u8>,
    token: &Token,
    at: usize,
    tags: &mut std::iter::Peekable<impl Iterator<Item = &'t Tag>>,
    spelled: &Spelled,
) {
    while tags.next_if(|tag| tag.token < at).is_some() {}
    bytes.push(match (token.kind, token.word) {
        (Kind::Punct, _) => PUNCT,
        (Kind::Number, None) => NUMBER,
        (_, None) => WORD,
        (kind, Some(word)) => spelled.kind_of_word(word, kind == Kind::Number),
    });
    if let Some(word) = token.word.filter(|&w| w < spelled.words) {
        bytes.push(b'w');
        bytes.extend_from_slice(&number(word));
    }
    while let Some(tag) = tags.next_if(|tag| tag.token == at) {
        bytes.push(tag.part);
        bytes.extend_from_slice(&number(tag.list));
    }
    bytes.push(0x03);
}

/// A number as it is spelled.
pub(crate) fn number(n: u32) -> [u8; 3] {
    [0x80 | (n >> 14 & 0x7f) as u8, 0x80 | (n >> 7 & 0x7f) as u8, 0x80 | (n & 0x7f) as u8]
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
