//! Sentences to token windows.
//!
//! The tokenizer sees one word at a time, as it did when the models were trained, whose corpora
//! come as words. So the place of every token is known from its word, and no offset of a tokenizer,
//! which changes the text before it cuts it, has to be trusted.

use std::ops::Range;
use std::sync::Arc;

use quick_cache::sync::Cache;
use tokenizers::Tokenizer;

use crate::error::{Error, Result, words};
use crate::model::folder::{LabelledPieces, ModelFolder, TokenTypes};
use crate::text::{self, Span};

/// A run of tokens that goes through the model at once: whole sentences where they fit, else an
/// overlapping piece of one.
///
/// [`Model`](crate::model::Model) has an example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// Token ids, special tokens included.
    pub ids: Vec<u32>,
    /// `token_type_ids`, one for each token.
    pub token_types: Vec<u8>,
    /// For each token the index of its word in `words`, or [`NO_WORD`] for special tokens.
    pub(crate) word_of: Vec<u32>,
    /// The words that have a token in the window, in text order.
    pub(crate) words: Vec<Word>,
    /// The tokens whose scores count. Where windows overlap, each token counts in the window in
    /// which it is farther from the edge.
    pub(crate) counted: Range<usize>,
}

/// In [`Window::word_of`]: a special token.
pub(crate) const NO_WORD: u32 = u32::MAX;

/// A word of a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Word {
    /// Its place in the article's text.
    pub(crate) span: Span,
    /// The index of its sentence in the article.
    pub(crate) sentence: usize,
}

/// Words longer than this (in bytes) are tokenized in parts: no name is that long, and a tokenizer
/// needs dozens of bytes of memory for each byte of a word.
const LONGEST_PART: usize = 4096;

/// Words whose tokens are remembered: a tokenizer takes a hundred times as long as a look into a table, and nine words
/// of ten in news are among its 20,000 most frequent ones. A longer one (in bytes) is hardly met again.
const REMEMBERED: usize = 20_000;
const LONGEST_REMEMBERED: usize = 32;

/// Turns sentences into windows.
#[derive(Debug)]
pub(crate) struct Packer {
    tokenizer: Tokenizer,
    remembered: Cache<String, Arc<[u32]>>,
    /// Special tokens before and after the text, by the tokenizer's own post-processor.
    before: Vec<u32>,
    after: Vec<u32>,
    /// Stands in for a word on which the tokenizer fails.
    unknown: u32,
    /// Whether words are tokenized with a blank in front: byte-level vocabularies have other
    /// tokens for the start of a word than for its middle.
    blank_in_front: bool,
    labelled_pieces: LabelledPieces,
    token_types: TokenTypes,
    /// Tokens in a window without the special ones.
    capacity: usize,
}

/// Tokens of one or more sentences; the fields mean what they mean in [`Window`].
#[derive(Default)]
struct Tokens {
    ids: Vec<u32>,
    token_types: Vec<u8>,
    word_of: Vec<u32>,
    words: Vec<Word>,
}

impl Packer {
    /// Prepares the folder's tokenizer.
    ///
    /// # Errors
    /// See [`ModelFolder::tokenizer`]; or if the special tokens fill the window.
    pub(crate) fn new(folder: &ModelFolder) -> Result<Self> {
        let tokenizer = folder.tokenizer()?;
        let broken = |problem: String| {
            Error::model(folder.path(), problem, "Fetch the tokenizer again from the model's source")
        };
        let encode = |text: &str, special: bool| {
            tokenizer
                .encode(text, special)
                .map_err(|e| broken(format!("the tokenizer fails: {}", words::plain(&e.to_string()))))
        };
        let framed = encode("a", true)?;
        let is_special = framed.get_special_tokens_mask();
        let before = is_special.iter().take_while(|&&special| special == 1).count();
        let after = is_special.iter().rev().take_while(|&&special| special == 1).count();
        if before == is_special.len() {
            return Err(broken("the tokenizer has no token for the letter a".into()));
        }
        let capacity = folder.window.saturating_sub(before + after);
        if capacity < 2 {
            return Err(broken(format!("special tokens fill the window of {}", folder.window)));
        }
        let ids = framed.get_ids();
        let unknown = ["[UNK]", "<unk>", "<UNK>"].iter().find_map(|token| tokenizer.token_to_id(token));
        Ok(Packer {
            before: ids[..before].to_vec(),
            after: ids[ids.len() - after..].to_vec(),
            unknown: unknown.unwrap_or(folder.pad_id()),
            blank_in_front: encode("a", false)?.get_ids() != encode(" a", false)?.get_ids(),
            labelled_pieces: folder.labelled_pieces,
            token_types: folder.token_types,
            capacity,
            remembered: Cache::new(REMEMBERED),
            tokenizer,
        })
    }

    /// Packs sentences into windows, in text order. Every token of every sentence counts in exactly
    /// one window.
    pub(crate) fn windows(&self, text: &str, sentences: &[Span]) -> Vec<Window> {
        let mut windows = Vec::new();
        let mut open = Tokens::default();
        for (number, &sentence) in sentences.iter().enumerate() {
            let tokens = self.tokens(text, sentence, number);
            if open.ids.len() + tokens.ids.len() > self.capacity {
                self.close(&mut open, &mut windows);
            }
            if tokens.ids.len() > self.capacity {
                for piece in cuts(&tokens.word_of, self.capacity) {
                    windows.push(self.window(&tokens, piece.covered, piece.counted));
                }
            } else {
                open.append(tokens);
            }
        }
        self.close(&mut open, &mut windows);
        windows
    }

    /// Makes a window of the collected sentences.
    fn close(&self, open: &mut Tokens, windows: &mut Vec<Window>) {
        let tokens = std::mem::take(open);
        if !tokens.ids.is_empty() {
            let all = 0..tokens.ids.len();
            windows.push(self.window(&tokens, all.clone(), all));
        }
    }

    /// The window of the tokens `covered`.
    fn window(&self, tokens: &Tokens, covered: Range<usize>, counted: Range<usize>) -> Window {
        let (before, after) = (self.before.len(), self.after.len());
        let framed = |inner: &[u32], edge: [&[u32]; 2]| [edge[0], inner, edge[1]].concat();
        let word_of = &tokens.word_of[covered.clone()];
        let (first, last) = match (word_of.first(), word_of.last()) {
            (Some(&first), Some(&last)) => (first, last),
            _ => (0, 0),
        };
        let relative: Vec<u32> = word_of.iter().map(|word| word - first).collect();
        let mut token_types = vec![0; before];
        token_types.extend_from_slice(&tokens.token_types[covered.clone()]);
        token_types.resize(token_types.len() + after, 0);
        Window {
            ids: framed(&tokens.ids[covered.clone()], [&self.before, &self.after]),
            token_types,
            word_of: framed(&relative, [&vec![NO_WORD; before], &vec![NO_WORD; after]]),
            words: tokens.words[first as usize..=last as usize].to_vec(),
            counted: counted.start - covered.start + before..counted.end - covered.start + before,
        }
    }

    fn tokens(&self, text: &str, sentence: Span, number: usize) -> Tokens {
        let words = match self.labelled_pieces {
            LabelledPieces::First => text::words(text, sentence),
            LabelledPieces::Every => units(text, sentence),
        };
        let mut tokens = Tokens::default();
        let mut spaced = String::new();
        for span in words {
            let word = span.of(text);
            let start = tokens.ids.len();
            for part in parts(word) {
                let part = if self.blank_in_front {
                    spaced.clear();
                    spaced.push(' ');
                    spaced.push_str(part);
                    &spaced
                } else {
                    part
                };
                if let Some(ids) = self.remembered.get(part) {
                    tokens.ids.extend_from_slice(&ids);
                } else {
                    let ids = self.ids(part);
                    tokens.ids.extend_from_slice(&ids);
                    if part.len() <= LONGEST_REMEMBERED {
                        self.remembered.insert(part.to_owned(), ids.into());
                    }
                }
            }
            // A character that the tokenizer's normaliser drops has no token.
            if tokens.ids.len() > start {
                let kind = self.token_type(word);
                tokens.token_types.resize(tokens.ids.len(), kind);
                tokens.word_of.resize(tokens.ids.len(), tokens.words.len() as u32);
                tokens.words.push(Word { span, sentence: number });
            }
        }
        tokens
    }

    /// The tokenizer's ids for a part of a word.
    fn ids(&self, part: &str) -> Vec<u32> {
        let encoding = self.tokenizer.encode_fast(part, false);
        encoding.map_or_else(|_| vec![self.unknown], |encoding| encoding.get_ids().to_vec())
    }

    fn token_type(&self, word: &str) -> u8 {
        match self.token_types {
            TokenTypes::Segment => 0,
            TokenTypes::LetterCase => letter_case(word),
        }
    }
}

impl Tokens {
    fn append(&mut self, other: Tokens) {
        let words = self.words.len() as u32;
        self.ids.extend(other.ids);
        self.token_types.extend(other.token_types);
        self.word_of.extend(other.word_of.iter().map(|word| word + words));
        self.words.extend(other.words);
    }
}

/// A word in parts that a tokenizer can hold.
fn parts(word: &str) -> impl Iterator<Item = &str> {
    let mut rest = word;
    std::iter::from_fn(move || {
        let (part, tail) = rest.split_at(rest.floor_char_boundary(LONGEST_PART));
        rest = tail;
        (!part.is_empty()).then_some(part)
    })
}

/// Part of a long sentence.
#[derive(Debug, PartialEq, Eq)]
struct Piece {
    /// The tokens of the window.
    covered: Range<usize>,
    /// Those of them whose scores count.
    counted: Range<usize>,
}

/// Cuts a sentence of more than `capacity` tokens into windows that overlap by a quarter or more,
/// between words wherever a word is shorter than that.
fn cuts(word_of: &[u32], capacity: usize) -> Vec<Piece> {
    let all = word_of.len();
    let starts_word = |at: usize| at == 0 || at == all || word_of[at] != word_of[at - 1];
    let overlap = capacity / 4;
    let mut pieces: Vec<Piece> = Vec::new();
    let mut start = 0;
    let mut counted_from = 0;
    loop {
        let full = (start + capacity).min(all);
        // At least the overlap and some more, so that every window brings us on.
        let end = (start + capacity / 2 + 1..=full).rev().find(|&at| starts_word(at)).unwrap_or(full);
        if end == all {
            pieces.push(Piece { covered: start..end, counted: counted_from..end });
            return pieces;
        }
        // The last window reaches back as far as it can.
        let earliest = (end - overlap).min(all.saturating_sub(capacity)).max(start + 1);
        let next = (earliest..end).find(|&at| starts_word(at)).unwrap_or(earliest);
        let middle = (next + end) / 2;
        let border = (0..=(end - next) / 2)
            .flat_map(|away| [middle - away, middle + away])
            .find(|&at| starts_word(at) && at > counted_from && (next..=end).contains(&at))
            .unwrap_or(middle);
        pieces.push(Piece { covered: start..end, counted: counted_from..border });
        (start, counted_from) = (next, border);
    }
}

/// Maximal runs of letters and digits, and every other character that is not white space by
/// itself, as byte spans into `text`.
///
/// Marks and invisible characters (soft hyphen, joiners) inside a run do not end it: the
/// normalisers of tokenizers drop them.
fn units(text: &str, within: Span) -> Vec<Span> {
    let mut found: Vec<Span> = Vec::new();
    // Whether the last unit is a run, and how far it reaches with trailing invisible characters.
    let mut run: Option<usize> = None;
    for (at, c) in within.of(text).char_indices() {
        let span = Span::new(at, at + c.len_utf8()).shifted(within.start);
        let reaches = run.is_some_and(|end| end == span.start);
        if c.is_alphanumeric() {
            match found.last_mut() {
                Some(last) if reaches => last.end = span.end,
                _ => found.push(span),
            }
            run = Some(span.end);
        } else if reaches && unicode_normalization::char::is_combining_mark(c) {
            if let Some(last) = found.last_mut() {
                last.end = span.end;
            }
            run = Some(span.end);
        } else if reaches && is_invisible(c) {
            run = Some(span.end);
        } else {
            run = None;
            if !c.is_whitespace() {
                found.push(span);
            }
        }
    }
    found
}

fn is_invisible(c: char) -> bool {
    let control = c.is_control() && !c.is_whitespace();
    control || matches!(c, '\u{ad}' | '\u{200c}' | '\u{200d}' | '\u{2060}' | '\u{feff}' | '\u{fffd}')
}

/// The class of [`TokenTypes::LetterCase`].
fn letter_case(word: &str) -> u8 {
    let (mut letters, mut upper, mut lower, mut chars) = (false, 0usize, 0usize, 0usize);
    let mut first_is_upper = false;
    for c in word.chars().filter(|&c| !is_invisible(c) && !unicode_normalization::char::is_combining_mark(c))
    {
        letters |= c.is_alphabetic();
        if c.is_uppercase() {
            upper += 1;
            first_is_upper |= chars == 0;
        }
        lower += usize::from(c.is_lowercase());
        chars += 1;
    }
    match (upper, lower) {
        _ if !letters => 0,
        (0, 1..) => 1,
        (1, 0) if chars == 1 => 2,
        (1.., 0) => 3,
        (1, 1..) if first_is_upper => 2,
        _ => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::path::Path;
    use std::sync::LazyLock;

    static FOLDER: LazyLock<ModelFolder> =
        LazyLock::new(|| ModelFolder::open(Path::new("models/newswire")).unwrap());
    static PACKER: LazyLock<Packer> = LazyLock::new(|| Packer::new(&FOLDER).unwrap());

    #[test]
    fn units_of_a_table() {
        let table = [
            ("The U.S.-led force", "The|U|.|S|.|-|led|force"),
            ("anti-ISIS (2019)", "anti|-|ISIS|(|2019|)"),
            ("£10bn a_b", "£|10bn|a|_|b"),
            ("Erdog\u{306}an, Cafe\u{301}", "Erdog\u{306}an|,|Cafe\u{301}"),
            ("Er\u{ad}do\0g\u{200d}an", "Er\u{ad}do\0g\u{200d}an"),
            ("end\u{ad} \0", "end|\0"),
            ("\u{301}x İ中", "\u{301}|x|İ中"),
            ("", ""),
        ];
        for (text, expected) in table {
            let found: Vec<&str> = units(text, Span::new(0, text.len())).iter().map(|s| s.of(text)).collect();
            assert_eq!(found.join("|"), expected, "{text:?}");
        }
    }

    #[test]
    fn letter_cases_of_a_table() {
        let table = [
            (0, vec!["2019", ",", "€", "_"]),
            (1, vec!["the", "é", "4th", "ß", "ıstanbul", "x"]),
            (2, vec!["The", "I", "É", "Covid19", "İstanbul", "İ", "Абв", "X4y", "E\u{301}", "E\u{301}mile"]),
            (3, vec!["NATO", "U2", "3D", "A1", "G20", "1ST", "АБВ"]),
            (4, vec!["McDonald", "iPhone", "BfV", "中", "eBay"]),
        ];
        for (expected, words) in table {
            for word in words {
                assert_eq!(letter_case(word), expected, "{word}");
            }
        }
    }

    #[test]
    fn whole_sentences_share_a_window_until_it_is_full() {
        let text = "One two three. ".repeat(60);
        let sentences: Vec<Span> = (0..60).map(|i| Span::new(i * 15, i * 15 + 14)).collect();
        let windows = PACKER.windows(&text, &sentences);
        // Four tokens a sentence, 126 in a window.
        let sizes: Vec<usize> = windows.iter().map(|w| w.ids.len()).collect();
        assert_eq!(sizes, [31 * 4 + 2, 29 * 4 + 2]);
        assert!(windows.iter().all(|w| w.ids[0] == 101 && w.ids.last() == Some(&102)));
        assert_eq!(windows[0].token_types[..6], [0, 2, 1, 1, 0, 2]);
        assert_eq!(windows[0].counted, 1..125);
        assert_eq!(windows[1].words[0], Word { span: Span::new(31 * 15, 31 * 15 + 3), sentence: 31 });
    }

    #[test]
    fn text_that_looks_like_a_special_token_is_text() {
        let windows = PACKER.windows("[SEP] [CLS]", &[Span::new(0, 11)]);
        assert_eq!(windows[0].ids.iter().filter(|&&id| id == 101 || id == 102).count(), 2);
    }

    #[test]
    fn a_megabyte_without_a_blank_is_covered() {
        let text = "é".repeat(500_000);
        let windows = PACKER.windows(&text, &[Span::new(0, text.len())]);
        assert!(windows.iter().flat_map(|w| &w.words).all(|w| w.span == Span::new(0, text.len())));
        let text = "ab,".repeat(300_000);
        let windows = PACKER.windows(&text, &[Span::new(0, text.len())]);
        assert_eq!(counted(&windows).len(), 600_000);
    }

    /// The spans of the words of the tokens that count, one for each word.
    fn counted(windows: &[Window]) -> Vec<Span> {
        let tokens = windows.iter().flat_map(|w| w.counted.clone().map(move |t| (w, t)));
        let mut spans: Vec<Span> = tokens
            .filter(|(w, t)| w.word_of[*t] != NO_WORD)
            .map(|(w, t)| w.words[w.word_of[t] as usize].span)
            .collect();
        spans.dedup();
        spans
    }

    fn is_dropped(word: &str) -> bool {
        use tokenizers::{NormalizedString, Normalizer};
        let mut normalized = NormalizedString::from(word);
        if let Some(normalizer) = PACKER.tokenizer.get_normalizer() {
            normalizer.normalize(&mut normalized).unwrap();
        }
        normalized.get().trim().is_empty()
    }

    proptest! {
        #[test]
        fn nothing_is_cut_off(text in "([a-zA-Z .,'\u{301}İ\u{ad}\0-]|\\PC){0,400}|([A-Za-z]{1,9}[ ,]){100,400}") {
            let sentences = text::sentences(&text);
            let windows = PACKER.windows(&text, &sentences);
            let covered = counted(&windows);
            // In order, and no word twice.
            prop_assert!(covered.windows(2).all(|w| w[0].end <= w[1].start));
            for span in sentences.iter().flat_map(|&sentence| units(&text, sentence)) {
                let is_covered = covered.binary_search(&span).is_ok();
                prop_assert!(is_covered || is_dropped(span.of(&text)), "{:?} of {:?}", span.of(&text), text);
            }
            for window in &windows {
                prop_assert!(window.ids.len() <= FOLDER.window);
                prop_assert_eq!(window.ids.len(), window.token_types.len());
                prop_assert_eq!(window.ids.len(), window.word_of.len());
                for word in &window.words {
                    prop_assert!(text.get(word.span.start..word.span.end).is_some());
                    prop_assert!(sentences[word.sentence].contains(word.span));
                }
            }
        }

        #[test]
        fn cuts_count_every_token_once(lengths in prop::collection::vec(1usize..20, 1..200), capacity in 14usize..130) {
            let word_of: Vec<u32> =
                lengths.iter().enumerate().flat_map(|(i, &n)| vec![i as u32; n]).collect();
            let pieces = cuts(&word_of, capacity);
            let mut next = 0;
            for (i, piece) in pieces.iter().enumerate() {
                prop_assert!(piece.covered.len() <= capacity);
                prop_assert!(piece.covered.start <= piece.counted.start);
                prop_assert!(piece.counted.end <= piece.covered.end);
                prop_assert_eq!(piece.counted.start, next);
                prop_assert!(i == 0 || piece.covered.start > pieces[i - 1].covered.start);
                next = piece.counted.end;
            }
            prop_assert_eq!(next, word_of.len());
        }

        #[test]
        fn cuts_leave_context_on_both_sides(all in 127usize..2000) {
            let word_of: Vec<u32> = (0..all as u32).collect();
            for piece in cuts(&word_of, 126) {
                prop_assert!(piece.covered.start == 0 || piece.counted.start - piece.covered.start >= 15);
                prop_assert!(piece.covered.end == all || piece.covered.end - piece.counted.end >= 15);
            }
        }
    }
}
