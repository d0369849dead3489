//! Words: what rules and hand labels count.

use crate::text::Span;

/// The words of `text[within]`, as byte spans into `text`, in order.
///
/// A word is a run of letters, digits and combining marks, with single full stops, apostrophes and
/// hyphens inside kept (`U.S.`, `O'Neill`, `al-Assad`, `3.5`); abbreviations of single letters keep
/// their last full stop (`U.S.`). The English possessive `'s` or `'` is a word of its own. Every
/// other character that is not white space is a word of one character.
///
/// See the [example](crate::text#example).
pub fn words(text: &str, within: Span) -> Vec<Span> {
    let slice = within.of(text);
    let mut found = Vec::new();
    let mut chars = slice.char_indices().peekable();
    while let Some((start, c)) = chars.next() {
        if c.is_whitespace() {
            continue;
        }
        let mut end = start + c.len_utf8();
        if is_word_char(c) {
            end = word_end(slice, start);
            while chars.next_if(|&(i, _)| i < end).is_some() {}
        } else if is_apostrophe(c)
            && let Some(s_end) = possessive_end(slice, start)
        {
            end = s_end;
            while chars.next_if(|&(i, _)| i < end).is_some() {}
        }
        found.push(Span::new(start, end).shifted(within.start));
    }
    found
}

fn is_word_char(c: char) -> bool {
    c.is_alphanumeric() || unicode_normalization::char::is_combining_mark(c)
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’')
}

/// The end of `'s` at `start`, if that is what stands there.
fn possessive_end(slice: &str, start: usize) -> Option<usize> {
    let mut rest = slice[start..].char_indices().skip(1);
    let (i, c) = rest.next()?;
    let after = rest.next().map(|(_, c)| c);
    (matches!(c, 's' | 'S') && !after.is_some_and(is_word_char)).then(|| start + i + c.len_utf8())
}

/// The end of the word that starts at `start`.
fn word_end(slice: &str, start: usize) -> usize {
    let mut end = start;
    let mut chars = slice[start..].char_indices().peekable();
    let mut letters_in_part = 0usize;
    let mut single_letter_parts = 0usize;
    while let Some((i, c)) = chars.next() {
        let at = start + i;
        if is_word_char(c) {
            end = at + c.len_utf8();
            letters_in_part += 1;
            continue;
        }
        let next = chars.peek().map(|&(_, c)| c);
        let joins = matches!(c, '.' | '-' | '‐' | '‑') || is_apostrophe(c);
        if !joins {
            break;
        }
        if c == '.' && letters_in_part == 1 {
            single_letter_parts += 1;
        }
        let possessive = is_apostrophe(c) && possessive_end(slice, at).is_some();
        match next {
            Some(n) if is_word_char(n) && !possessive => letters_in_part = 0,
            // `U.S.` keeps its full stop; `A.` (an initial) too.
            _ if c == '.' && letters_in_part == 1 && single_letter_parts >= 1 => {
                let first = slice[start..].chars().next().unwrap_or(' ');
                if single_letter_parts >= 2 || first.is_uppercase() {
                    end = at + 1;
                }
                break;
            }
            _ => break,
        }
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn split(text: &str) -> Vec<&str> {
        words(text, Span::new(0, text.len())).into_iter().map(|w| w.of(text)).collect()
    }

    #[test]
    fn words_of_a_table() {
        let table = [
            ("Turkey's president, Mr. Erdogan.", "Turkey|'s|president|,|Mr|.|Erdogan|."),
            ("the U.S. and the U.S.-led force", "the|U.S.|and|the|U.S.|-|led|force"),
            ("Bashar al-Assad", "Bashar|al-Assad"),
            ("J. R. O'Neill’s $3.5m", "J.|R.|O'Neill|’s|$|3.5m"),
            ("Kurdistan Workers' Party (PKK)", "Kurdistan|Workers|'|Party|(|PKK|)"),
            ("he said: “No.”", "he|said|:|“|No|.|”"),
            ("İlhami Balı", "İlhami|Balı"),
            ("", ""),
        ];
        for (text, expected) in table {
            assert_eq!(split(text).join("|"), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn words_cover_everything_but_blanks(text in "([a-zA-Z.'’ -]|\\PC){0,80}") {
            let spans = words(&text, Span::new(0, text.len()));
            let mut at = 0;
            for span in spans {
                prop_assert!(text[at..span.start].chars().all(char::is_whitespace));
                prop_assert!(!span.is_empty());
                at = span.end;
            }
            prop_assert!(text[at..].chars().all(char::is_whitespace));
        }
    }
}
