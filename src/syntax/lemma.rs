//! Base forms of English words: `was` -> `be`, `forces` -> `force`, `largest` -> `large`.
//!
//! A table holds the irregular words, and rules on the last letters take the others apart. The rules for
//! `-ed` and `-ing` have to decide whether the base had an `e` (`hoping`) or a single consonant (`stopping`);
//! English spelling leaves little doubt, so the table lists only the bases that go against it rather than
//! every verb. The conventions are those of the English Universal Dependencies treebanks EWT and GUM, except
//! that only proper nouns and `I` keep their capitals.

mod closed_class;
mod exceptions;
mod spelling;

use std::borrow::Cow;

use crate::syntax::Pos;
use closed_class::closed_class;
use exceptions::{BaseForms, EXCEPTIONS};
use spelling::{BaseEnd, base_end, is_vowel};

/// The base form of `word`, which stands in the text as a `pos`.
///
/// It is in lower case unless `pos` is [`Pos::Propn`], and is borrowed where it is the beginning of `word`.
/// Hyphenated words take the base form of their last part.
///
/// See the [example](crate::syntax#example).
pub fn lemma(word: &str, pos: Pos) -> Cow<'_, str> {
    match pos {
        Pos::Propn => return proper(word),
        Pos::Num if word.contains(',') => return without_commas(word),
        // `GPS`, unlike `CDs`
        Pos::Noun if word.len() <= 3 && word.ends_with('S') => return lower_case(word),
        _ => {}
    }
    let lower = lower_case(word);
    let edit = match pos {
        Pos::Verb => inflected(&lower, &EXCEPTIONS.verb, verb),
        Pos::Noun => inflected(&lower, &EXCEPTIONS.noun, noun),
        Pos::Adj => inflected(&lower, &EXCEPTIONS.adj, compared),
        Pos::Adv => match EXCEPTIONS.adv.get(&*lower) {
            Some(base) => Edit::Whole(base),
            None => inflected(&lower, &EXCEPTIONS.adj, compared),
        },
        _ => closed_class(&lower, pos).map_or(Edit::NONE, Edit::Whole),
    };
    edit.apply(lower)
}

/// What turns a word into its base form.
#[derive(Clone, Copy)]
enum Edit {
    /// Drop so many bytes, all of them ASCII letters, from the end and put others there.
    End(usize, &'static str),
    /// Put another word in its place.
    Whole(&'static str),
    /// The same for the part from this byte on.
    From(usize, &'static str),
}

impl Edit {
    const NONE: Self = Self::End(0, "");

    fn apply(self, word: Cow<'_, str>) -> Cow<'_, str> {
        match (self, word) {
            (Self::Whole(base), _) => Cow::Borrowed(base),
            (Self::End(cut, ""), Cow::Borrowed(word)) => Cow::Borrowed(begin(word, cut)),
            (Self::End(cut, end), Cow::Borrowed(word)) => Cow::Owned([begin(word, cut), end].concat()),
            (Self::End(cut, end), Cow::Owned(mut word)) => {
                word.truncate(begin(&word, cut).len());
                word.push_str(end);
                Cow::Owned(word)
            }
            (Self::From(start, base), word) => {
                Cow::Owned([word.get(..start).unwrap_or_default(), base].concat())
            }
        }
    }
}

/// `word` without its last `cut` bytes; all of it if that would split a character, which no rule does.
fn begin(word: &str, cut: usize) -> &str {
    word.len().checked_sub(cut).and_then(|end| word.get(..end)).unwrap_or(word)
}

/// Lower case, with straight apostrophes.
fn lower_case(word: &str) -> Cow<'_, str> {
    if !word.is_ascii() {
        let lower = word.to_lowercase().replace(['\u{2019}', '\u{2018}'], "'");
        return if lower == word { Cow::Borrowed(word) } else { Cow::Owned(lower) };
    }
    if word.bytes().any(|b| b.is_ascii_uppercase()) {
        return Cow::Owned(word.to_ascii_lowercase());
    }
    Cow::Borrowed(word)
}

/// Looks `word` and then the part after its last hyphen up in `table`, and falls back on `rule`.
fn inflected(word: &str, table: &'static BaseForms, rule: fn(&str) -> Edit) -> Edit {
    if let Some(base) = table.get(word) {
        return Edit::Whole(base);
    }
    let Some(hyphen) = word.rfind('-') else {
        return rule(word);
    };
    let last = &word[hyphen + 1..];
    match table.get(last) {
        Some(base) => Edit::From(hyphen + 1, base),
        None => rule(last),
    }
}

/// `20,000` is the number 20000; `2,5` stays as it is.
fn without_commas(word: &str) -> Cow<'_, str> {
    let digits = |part: &str| part.bytes().take_while(u8::is_ascii_digit).count();
    let mut groups = word.split(',');
    if groups.next().is_some_and(|first| digits(first) > 0) && groups.all(|group| digits(group) == 3) {
        Cow::Owned(word.replace(',', ""))
    } else {
        lower_case(word)
    }
}

/// Names stay as they are, apart from those in the table and the names of peoples and parties in the plural.
fn proper(word: &str) -> Cow<'_, str> {
    if let Some(base) = EXCEPTIONS.propn.get(word) {
        return Cow::Borrowed(base);
    }
    match word.strip_suffix('s') {
        Some(singular) if word.len() > 6 && PEOPLES.iter().any(|end| singular.ends_with(end)) => {
            Cow::Borrowed(singular)
        }
        _ => Cow::Borrowed(word),
    }
}

/// How names of peoples and of followers end; with `an` alone, `Evans` would be a plural.
const PEOPLES: [&str; 13] =
    ["ican", "rian", "tian", "nian", "dian", "sian", "lian", "gian", "pean", "rean", "German", "crat", "ist"];

/// The rules for verbs that the table does not hold.
fn verb(word: &str) -> Edit {
    if let Some(stem) = word.strip_suffix("ing") {
        return participle(stem, 3);
    }
    if let Some(stem) = word.strip_suffix("in'") {
        return participle(stem, 3);
    }
    if word.ends_with("ied") && word.len() > 4 {
        return Edit::End(3, "y");
    }
    if word.ends_with("eed") {
        // `freed` and `guaranteed` are in the table, so this is `need`.
        return Edit::NONE;
    }
    if let Some(stem) = word.strip_suffix("ed") {
        return participle(stem, 2);
    }
    third_person(word)
}

/// The end of the base form whose `-ed` or `-ing`, of `suffix` letters, follows `stem`.
fn participle(stem: &str, suffix: usize) -> Edit {
    let stem = stem.as_bytes();
    if !stem.iter().enumerate().any(|(i, &b)| is_vowel(b) || b == b'y' && i > 0 || !b.is_ascii()) {
        // `bring`, `shed`: the suffix is part of the base.
        return Edit::NONE;
    }
    match base_end(stem) {
        BaseEnd::Same => Edit::End(suffix, ""),
        BaseEnd::AddE => Edit::End(suffix, "e"),
        BaseEnd::Undouble => Edit::End(suffix + 1, ""),
    }
}

/// The rules for the `-s` of verbs.
fn third_person(word: &str) -> Edit {
    let Some(stem) = word.strip_suffix('s') else {
        return Edit::NONE;
    };
    match stem.as_bytes() {
        // `miss`, `focus`
        [.., b's' | b'u' | b'\''] | [] | [_] => Edit::NONE,
        _ => without_s(stem),
    }
}

/// The rules for nouns that the table does not hold.
fn noun(word: &str) -> Edit {
    if word.ends_with("men") {
        return Edit::End(2, "an");
    }
    let Some(stem) = word.strip_suffix('s') else {
        return Edit::NONE;
    };
    match stem.as_bytes() {
        // `1990's`
        [.., digit, b'\''] if digit.is_ascii_digit() => Edit::End(2, "s"),
        // `class`, `virus`, `crisis`
        [.., b's' | b'u' | b'i' | b'\''] | [] | [_] => Edit::NONE,
        // `1990s`
        [.., digit] if digit.is_ascii_digit() => Edit::NONE,
        // `viruses`, unlike `houses` and `causes`
        [.., b'u', b's', b'e'] if !matches!(before_use(stem), Some(b'o' | b'a')) => Edit::End(2, ""),
        _ if stem.ends_with("lyse") => Edit::End(2, "is"),
        // Fields of study, and the names of files and sites.
        _ if SCIENCES.iter().any(|end| stem.ends_with(end)) || stem.contains('.') => Edit::NONE,
        _ => without_s(stem),
    }
}

/// How fields of study end, before their `s`.
const SCIENCES: [&str; 6] = ["matic", "netic", "nomic", "olitic", "physic", "nautic"];

/// The letter before the `use` that `stem` ends in, as in `house`.
fn before_use(stem: &str) -> Option<u8> {
    stem.len().checked_sub(4).map(|i| stem.as_bytes()[i])
}

/// Takes the rest of an ending in `-s` off `stem`, which has already lost its `s`.
fn without_s(stem: &str) -> Edit {
    match stem.as_bytes() {
        // `cities`, unlike `ties`
        [_, _, .., b'i', b'e'] => Edit::End(3, "y"),
        [.., b'c' | b's', b'h', b'e'] | [.., b'x' | b'o', b'e'] => Edit::End(2, ""),
        [.., b's', b's', b'e'] | [.., b'z' | b't', b'z', b'e'] => Edit::End(2, ""),
        _ => Edit::End(1, ""),
    }
}

/// The rules for compared forms that the table does not hold: only `-ier` and `-iest` are sure.
fn compared(word: &str) -> Edit {
    if word.len() > 5 && word.ends_with("iest") {
        Edit::End(4, "y")
    } else if word.len() > 5 && word.ends_with("ier") {
        Edit::End(3, "y")
    } else {
        Edit::NONE
    }
}

#[cfg(test)]
mod tests;
