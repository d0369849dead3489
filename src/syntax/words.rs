//! What the model was given, cut and joined into words as treebanks have them.
//!
//! A model whose every piece is labelled is given runs of letters and digits, and other characters one by one. It
//! joins what belongs to one word ("U.S.", "'s") by the relation `part`.

use crate::text::Span;

/// A word: its place, and which of the model's units it begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Joined {
    pub(super) span: Span,
    /// `None` for a given word that begins within a unit ("not" in "cannot").
    pub(super) unit: Option<usize>,
}

/// Joins units into words. `is_part` says of a unit whether the model takes it for the rest of the word before.
/// No word crosses the border of a name, none has a blank in it, and none of several units ends with a dash.
pub(super) fn join(
    text: &str,
    units: &[Span],
    names: &[Span],
    is_part: impl Fn(usize) -> bool,
) -> Vec<Joined> {
    let mut words: Vec<Joined> = Vec::new();
    for (unit, &span) in units.iter().enumerate() {
        let border = |name: &Span| {
            name.start == span.start
                || unit.checked_sub(1).is_some_and(|before| name.end == units[before].end)
        };
        match words.last_mut() {
            Some(word) if word.span.end == span.start && is_part(unit) && !names.iter().any(border) => {
                let goes_on =
                    units.get(unit + 1).is_some_and(|next| next.start == span.end) && is_part(unit + 1);
                if is_dash(span.of(text)) && !goes_on {
                    words.push(Joined { span, unit: Some(unit) });
                } else {
                    word.span.end = span.end;
                }
            }
            _ => words.push(Joined { span, unit: Some(unit) }),
        }
    }
    for i in 1..words.len() {
        let [verb, not] = [words[i - 1].span, words[i].span];
        let is_not = matches!(not.of(text), "'t" | "'T" | "’t" | "’T") && verb.end == not.start;
        // "don" and "'t" are "do" and "n't".
        if is_not
            && !names.iter().any(|name| name.end == verb.end)
            && verb.len() > 1
            && verb.of(text).ends_with(['n', 'N'])
        {
            words[i - 1].span.end -= 1;
            words[i].span.start -= 1;
        }
    }
    words
}

fn is_dash(unit: &str) -> bool {
    matches!(unit, "-" | "‐" | "‑" | "–")
}

/// Words that are given, each with the first of the units that begin in it.
pub(super) fn given(units: &[Span], words: &[Span]) -> Vec<Joined> {
    let mut unit = 0;
    let with_unit = |&span: &Span| {
        while units.get(unit).is_some_and(|unit| unit.start < span.start) {
            unit += 1;
        }
        let begins_here = units.get(unit).is_some_and(|unit| unit.start < span.end);
        Joined { span, unit: begins_here.then_some(unit) }
    };
    words.iter().map(with_unit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Units as the model gets them, those with `~` in front being parts of the word before.
    fn joined(units: &str, names: &[Span]) -> String {
        let mut text = String::new();
        let (mut spans, mut parts) = (Vec::new(), Vec::new());
        for unit in units.split_inclusive(' ').flat_map(|group| group.split_inclusive('|')) {
            let word = unit.trim_end_matches('|').trim_start_matches('~');
            parts.push(unit.starts_with('~'));
            spans.push(Span::new(text.len(), text.len() + word.trim().len()));
            text.push_str(word);
        }
        let words = join(&text, &spans, names, |unit| parts[unit]);
        words.iter().map(|word| word.span.of(&text)).collect::<Vec<_>>().join("|")
    }

    #[test]
    fn units_of_a_table() {
        let table = [
            ("the U|~.|~S|~. said", "the|U.S.|said"),
            ("Spain|'|~s king", "Spain|'s|king"),
            ("we don|'|~t", "we|do|n't"),
            ("CAN|’|~T", "CA|N’T"),
            ("two ~words", "two|words"),
            ("5|~.|~3 %", "5.3|%"),
            ("U|~.|~S|~.|~-|led", "U.S.|-|led"),
            ("al|~-|~Assad", "al-Assad"),
            ("", ""),
        ];
        for (units, expected) in table {
            assert_eq!(joined(units, &[]), expected, "{units}");
        }
        // The model takes all of "Turkey-based" for a word, and Turkey for a name.
        assert_eq!(joined("Turkey|~-|based", &[Span::new(0, 6)]), "Turkey|-|based");
    }

    #[test]
    fn given_words_have_the_first_unit_that_begins_in_them() {
        // "don't cannot" as units and as words.
        let units = [Span::new(0, 3), Span::new(3, 4), Span::new(4, 5), Span::new(6, 12)];
        let words = [Span::new(0, 2), Span::new(2, 5), Span::new(6, 9), Span::new(9, 12)];
        let found: Vec<Option<usize>> = given(&units, &words).iter().map(|word| word.unit).collect();
        assert_eq!(found, [Some(0), Some(1), Some(3), None]);
    }
}
