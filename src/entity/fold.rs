//! Folding: when two spellings are the same name.
//!
//! All comparisons of names use one of two foldings: [`Plain`] is a text without diacritics, in which the alias tables
//! are searched; [`key`] is a name without anything that writers vary.

use unicode_normalization::char::{decompose_canonical, is_combining_mark};

use crate::text::Span;

/// Appends `c` without diacritics to `out`: `ğ` is `g`, `ı` is `i`, `’` is `'`, any dash is `-`, `ß` is `ss`, a lone
/// combining mark is nothing. Case is kept.
fn unmarked(c: char, mut out: impl FnMut(char)) {
    if c.is_ascii() {
        out(c);
    } else if c.is_whitespace() {
        out(' ');
    } else {
        decompose_canonical(c, |part| match undecomposed(part) {
            Some(letters) => letters.chars().for_each(&mut out),
            None if is_combining_mark(part) => {}
            None => out(part),
        });
    }
}

/// Letters that Unicode does not decompose.
fn undecomposed(c: char) -> Option<&'static str> {
    Some(match c {
        'ı' => "i",
        'ł' => "l",
        'Ł' => "L",
        'ø' => "o",
        'Ø' => "O",
        'đ' | 'ð' => "d",
        'Đ' | 'Ð' => "D",
        'ß' => "ss",
        'ẞ' => "SS",
        'æ' => "ae",
        'Æ' => "Ae",
        'œ' => "oe",
        'Œ' => "Oe",
        '’' | '‘' | 'ʼ' | 'ʻ' | 'ʿ' | 'ʾ' | '′' => "'",
        '‐' | '‑' | '‒' | '–' | '—' | '−' => "-",
        _ => return None,
    })
}

/// A text without diacritics and with single blanks, that knows where each of its bytes came from.
#[derive(Debug)]
pub struct Plain {
    /// The folded text. Case is kept.
    pub text: String,
    /// `(plain, original)`: from byte `plain` on, bytes run in step with the original from byte
    /// `original` on, until the next entry.
    steps: Vec<(usize, usize)>,
}

impl Plain {
    /// Folds `original`.
    pub fn of(original: &str) -> Self {
        let mut text = String::with_capacity(original.len());
        let mut steps = vec![(0, 0)];
        let mut in_step = true;
        let mut after_blank = false;
        for (at, c) in original.char_indices() {
            let blank = c.is_whitespace();
            if blank && after_blank {
                in_step = false;
                continue;
            }
            after_blank = blank;
            if !in_step || !c.is_ascii() {
                match steps.last_mut() {
                    Some(last) if last.0 == text.len() => last.1 = at,
                    _ => steps.push((text.len(), at)),
                }
            }
            unmarked(if blank { ' ' } else { c }, |c| text.push(c));
            in_step = c.is_ascii();
        }
        if !in_step {
            match steps.last_mut() {
                Some(last) if last.0 == text.len() => last.1 = original.len(),
                _ => steps.push((text.len(), original.len())),
            }
        }
        Plain { text, steps }
    }

    /// Where the bytes `start..end` of the folded text lie in the original; both must be the edges
    /// of whole characters of the original.
    pub fn original(&self, start: usize, end: usize) -> Span {
        let start = self.byte(start);
        Span::new(start, self.byte(end).max(start))
    }

    fn byte(&self, plain: usize) -> usize {
        let step = self.steps.partition_point(|&(from, _)| from <= plain) - 1;
        let (from, original) = self.steps[step];
        // A character may fold to more bytes than it has.
        let next = self.steps.get(step + 1).map_or(usize::MAX, |&(_, original)| original);
        (original + (plain - from)).min(next)
    }
}

/// A name without what writers vary: case, diacritics, full stops, apostrophes, hyphens, blanks. Words are separated by
/// one blank; initials in a row are one word.
///
/// `U.S.` and `US` are `us`, `Da'esh` is `daesh`, `George H. W. Bush` is `george hw bush`.
pub fn key(name: &str) -> String {
    let mut folded = String::with_capacity(name.len());
    for c in name.chars() {
        unmarked(c, |c| match c {
            '\'' => {}
            '&' => folded.push_str(" and "),
            _ if c.is_ascii_alphanumeric() => folded.push(c.to_ascii_lowercase()),
            _ if c.is_alphanumeric() => {
                folded.extend(c.to_lowercase().filter(|&c| !is_combining_mark(c)));
            }
            _ => folded.push(' '),
        });
    }
    join_initials(&folded)
}

/// Joins runs of one-letter words: `george h w bush` is `george hw bush`.
fn join_initials(folded: &str) -> String {
    let mut joined = String::with_capacity(folded.len());
    let mut after_initial = false;
    for word in folded.split(' ').filter(|w| !w.is_empty()) {
        let initial = word.chars().count() == 1 && word.chars().all(char::is_alphabetic);
        let joins = initial && after_initial;
        if !joined.is_empty() && !joins {
            joined.push(' ');
        }
        joined.push_str(word);
        after_initial = initial;
    }
    joined
}

/// Whether `text` is in capitals: at least two words with letters, and hardly a lower-case letter.
pub fn in_capitals(text: &str) -> bool {
    let (mut large, mut small, mut words) = (0usize, 0usize, 0usize);
    for word in text.split_whitespace() {
        let before = large + small;
        for c in word.chars() {
            if c.is_uppercase() {
                large += 1;
            } else if c.is_lowercase() {
                small += 1;
            }
        }
        words += usize::from(large + small > before);
    }
    words >= 2 && large >= 3 * small && large > 0
}

/// Whether every letter of `word` is a capital, and there are at least two.
pub fn is_upper_word(word: &str) -> bool {
    let mut letters = 0usize;
    for c in word.chars().filter(|c| c.is_alphabetic()) {
        if c.is_lowercase() {
            return false;
        }
        letters += 1;
    }
    letters >= 2
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn keys_of_a_table() {
        let table = [
            ("Groß STRAẞE", "gross strasse"),
            ("Erdoğan", "erdogan"),
            ("ERDOĞAN", "erdogan"),
            ("İlhami Balı", "ilhami bali"),
            ("İSTANBUL", "istanbul"),
            ("U.S.", "us"),
            ("U. S.", "us"),
            ("US", "us"),
            ("Da’esh", "daesh"),
            ("Kurdistan  Workers' Party", "kurdistan workers party"),
            ("George H. W. Bush", "george hw bush"),
            ("George H.W. Bush", "george hw bush"),
            ("Hans-Georg Maaßen", "hans georg maassen"),
            ("AT&T", "at and t"),
            ("Ǽ", "ae"),
            ("Ha\u{30c}", "ha"),
            ("...", ""),
        ];
        for (name, expected) in table {
            assert_eq!(key(name), expected, "{name}");
        }
    }

    #[test]
    fn capitals() {
        assert!(in_capitals("TURKEY SAYS IT IS DEALING BLOWS TO IS CELLS"));
        assert!(in_capitals("McCAIN MEETS PUTIN"));
        assert!(!in_capitals("The US and the EU"));
        assert!(!in_capitals("NATO"));
    }

    proptest! {
        #[test]
        fn plain_text_leads_back(text in "([a-zA-Z. ]|[ğıİßæéÇ—’\n]|\\PC|e\u{301}){0,60}") {
            let plain = Plain::of(&text);
            for (at, _) in plain.text.char_indices() {
                prop_assert!(plain.byte(at) <= text.len());
            }
            prop_assert_eq!(plain.byte(plain.text.len()), text.len());
            // Runs of ASCII letters come back as they were.
            for (at, word) in plain.text.match_indices("a") {
                let span = plain.original(at, at + word.len());
                if text.is_char_boundary(span.start) && text.is_char_boundary(span.end) {
                    prop_assert!(unmarked_equal(span.of(&text), "a"));
                }
            }
        }

        #[test]
        fn keys_are_stable(name in "([a-zA-Z.&' -]|\\PC){0,30}") {
            let once = key(&name);
            prop_assert_eq!(key(&once), once.clone());
            prop_assert!(!once.starts_with(' ') && !once.ends_with(' ') && !once.contains("  "));
        }
    }

    fn unmarked_equal(original: &str, plain: &str) -> bool {
        let mut folded = String::new();
        original.chars().for_each(|c| unmarked(c, |c| folded.push(c)));
        folded == plain
    }
}
