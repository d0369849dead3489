//! Words as rules see them: normalised, distinguished from punctuation; and their inflections.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::text::{Span, words};

/// A word or a punctuation mark of a pattern or a word list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Lexeme {
    Word(String),
    Punct(String),
}

/// Cuts a piece of a pattern or list as sentences are cut.
pub(crate) fn lexemes(text: &str) -> Vec<Lexeme> {
    let mut found = Vec::new();
    let mut word_end = None;
    for span in words(text, Span::new(0, text.len())) {
        let form = span.of(text);
        // `gov.` is `gov`: the full stop of an abbreviation is not spelled in sentences either.
        if form == "." && word_end == Some(span.start) {
            continue;
        }
        if is_punct(form) {
            found.push(Lexeme::Punct(fold(form).into_owned()));
        } else {
            word_end = Some(span.end);
            found.push(Lexeme::Word(fold(form).into_owned()));
        }
    }
    found
}

/// Whether a word of the text is punctuation: everything without a letter or digit, and `'s`.
pub(crate) fn is_punct(form: &str) -> bool {
    matches!(form, "'s" | "’s" | "'S" | "’S") || !form.chars().any(char::is_alphanumeric)
}

/// The form under which a word is compared: small letters, straight quotes, one kind of long dash,
/// no full stop at the end.
pub(crate) fn fold(form: &str) -> Cow<'_, str> {
    if form.is_ascii() && !form.bytes().any(|b| b.is_ascii_uppercase() || matches!(b, b'.' | b'`' | b'_')) {
        return Cow::Borrowed(form);
    }
    let folded: String = form
        .chars()
        .map(|c| match c {
            '’' | '‘' => '\'',
            '“' | '”' | '«' | '»' | '„' | '`' => '"',
            // News agencies write the long dash as an underscore.
            '–' | '―' | '_' => '—',
            '‐' | '‑' => '-',
            c => c,
        })
        .flat_map(char::to_lowercase)
        .collect();
    match folded.trim_end_matches('.') {
        "" => Cow::Owned(folded),
        word if word.len() == folded.len() => Cow::Owned(folded),
        word => Cow::Owned(word.to_owned()),
    }
}

/// The regular inflections of a folded word, itself first: kill, kills, killed, killing.
///
/// A stemmer would take "reporter" for a form of "report" and "executive" for one of "execute".
/// Where English doubles a letter ("planned") or not ("visited"), both forms are given; the one
/// that does not exist does no harm.
pub(crate) fn inflections(word: &str) -> Vec<String> {
    let vowel = |c: char| matches!(c, 'a' | 'e' | 'i' | 'o' | 'u');
    let ends: Vec<char> = word.chars().rev().take(3).collect();
    let mut forms = vec![word.to_owned()];
    let mut add = |start: &str, ends: &[&str]| forms.extend(ends.iter().map(|e| format!("{start}{e}")));
    match ends.as_slice() {
        ['e', 'i', ..] => {
            add(word, &["s", "d"]);
            add(&format!("{}y", &word[..word.len() - 2]), &["ing"]);
        }
        ['e', ..] => {
            add(word, &["s", "d", "ing"]);
            add(&word[..word.len() - 1], &["ing"]);
        }
        ['y', before, ..] if !vowel(*before) => {
            add(&word[..word.len() - 1], &["ies", "ied"]);
            add(word, &["ing"]);
        }
        ['s' | 'x' | 'z', ..] | ['h', 's' | 'c', ..] => add(word, &["es", "ed", "ing"]),
        [last, before, third, ..]
            if vowel(*before) && !vowel(*third) && !vowel(*last) && last.is_alphabetic() =>
        {
            add(word, &["s", "ed", "ing"]);
            if !matches!(last, 'w' | 'y') {
                add(&format!("{word}{last}"), &["ed", "ing"]);
            }
        }
        _ => add(word, &["s", "es", "ed", "ing"]),
    }
    forms
}

/// The words and punctuation marks that rules and lists speak of, numbered.
#[derive(Debug, Default, Clone)]
pub(crate) struct Vocabulary {
    words: HashMap<String, u32>,
}

impl Vocabulary {
    /// The number of a word or mark, given to it if it has none.
    pub(crate) fn add(&mut self, word: &str) -> u32 {
        let next = u32::try_from(self.words.len()).unwrap_or(u32::MAX);
        *self.words.entry(word.to_owned()).or_insert(next)
    }

    /// The number of a folded word or mark.
    pub(crate) fn number(&self, word: &str) -> Option<u32> {
        self.words.get(word).copied()
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.words.len()
    }
}

/// Whether a folded word is a number.
pub(crate) fn is_number(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit())
        || matches!(
            word,
            "two"
                | "three"
                | "four"
                | "five"
                | "six"
                | "seven"
                | "eight"
                | "nine"
                | "ten"
                | "eleven"
                | "twelve"
                | "dozen"
                | "dozens"
                | "hundred"
                | "hundreds"
                | "thousand"
                | "thousands"
                | "several"
                | "million"
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inflections_of_a_table() {
        let table = [
            ("kill", "kills killed killing"),
            ("arrive", "arrives arrived arriving"),
            ("marry", "marries married marrying"),
            ("obey", "obeys obeyed obeying"),
            ("attack", "attacks attacked attacking"),
            ("clash", "clashes clashed clashing"),
            ("plan", "plans planned planning"),
            ("visit", "visits visited visiting"),
            ("die", "dies died dying"),
            ("flee", "flees fleeing"),
        ];
        for (word, expected) in table {
            let forms = inflections(word);
            assert!(expected.split(' ').all(|form| forms.iter().any(|f| f == form)), "{word}: {forms:?}");
        }
        assert!(!inflections("report").contains(&"reporter".to_owned()));
        inflections("é");
        inflections("ie");
    }

    #[test]
    fn folding() {
        assert_eq!(fold("Gov."), "gov");
        assert_eq!(fold("U.S."), "u.s");
        assert_eq!(fold("’s"), "'s");
        assert_eq!(fold("–"), "—");
        assert_eq!(fold("."), ".");
    }
}
