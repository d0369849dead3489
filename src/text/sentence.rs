//! Sentences.

use std::borrow::Cow;

use crate::text::persons::{self, Mark};
use crate::text::{Span, words};

/// The sentences of `text`, in order, without the white space around them.
///
/// The boundaries inside a paragraph are those of the `sentencex` crate (abbreviations, initials,
/// quotes). A blank line always ends a sentence. A single line break does too, because headlines,
/// captions and by-lines carry no full stop, unless the paragraph looks hard-wrapped or the next
/// line starts in lower case.
///
/// Text that has lost its punctuation is cut before words that hardly ever stand in capitals inside a
/// sentence ("Mr. Ruiz agreed The plan" has two sentences). That finds some of its sentences, not all.
///
/// No sentence is longer than [`LONGEST`] bytes: what is longer is cut, at a punctuation
/// mark or blank where there is one. So whatever is done per sentence is bounded, and a
/// sentence fits into a spreadsheet's cell.
///
/// See the [example](crate::text#example).
pub fn sentences(text: &str) -> Vec<Span> {
    let mut found = Vec::new();
    for paragraph in paragraphs(text) {
        let mut spans: Vec<Span> = Vec::new();
        for boundary in sentencex::get_sentence_boundaries("en", &disguised(paragraph.of(text))) {
            let span =
                Span::new(boundary.start_byte, boundary.end_byte).shifted(paragraph.start).trimmed(text);
            let span = match spans.last_mut() {
                Some(before) => with_closing_quote(text, before, span),
                None => span,
            };
            match spans.last_mut() {
                Some(before) if is_inside_name(text, before.end, span.start) => before.end = span.end,
                _ => spans.push(span),
            }
        }
        for span in spans {
            if is_unpunctuated(span.of(text)) {
                for part in cut_before_starters(text, span) {
                    push_pieces(text, part, &mut found);
                }
            } else {
                push_pieces(text, span, &mut found);
            }
        }
    }
    found
}

/// The paragraph as `sentencex` reads it best, byte for byte as long as it is.
///
/// It has blanks for quotation marks, if one of them has no other half: `sentencex` finds no sentence between the two of a
/// pair, and would take what stands outside of quotes for inside. So it is where a quote goes on in the next paragraph.
/// And it has another word for "May", which `sentencex` takes for an abbreviation: "in May. The court ruled".
fn disguised(paragraph: &str) -> Cow<'_, str> {
    let count = |mark: char| paragraph.matches(mark).count();
    let has_half = !count('"').is_multiple_of(2) || count('“') != count('”');
    let has_may = paragraph.contains(" May. ");
    if !has_half && !has_may {
        return Cow::Borrowed(paragraph);
    }
    let mut disguised = paragraph.replace(" May. ", " Day. ");
    if has_half {
        disguised = disguised.replace('"', " ").replace(['“', '”'], "   ");
    }
    Cow::Owned(disguised)
}

/// A quotation mark at the start of `span` with a blank after it closes the quote of the sentence before.
fn with_closing_quote(text: &str, before: &mut Span, span: Span) -> Span {
    let rest = span.of(text);
    let Some(mark) = rest.chars().next().filter(|&mark| mark == '"' || mark == '”') else { return span };
    if before.end != span.start || !rest[mark.len_utf8()..].starts_with(char::is_whitespace) {
        return span;
    }
    before.end += mark.len_utf8();
    Span::new(before.end, span.end).trimmed(text)
}

/// Whether a boundary between `end` and `start` cuts a name: "D-N.|Y.", "Ms.| Ruiz".
fn is_inside_name(text: &str, end: usize, start: usize) -> bool {
    let Some(before) = text[..end].strip_suffix('.') else { return false };
    let word = before.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    let initial = word.chars().count() == 1 && word.chars().all(char::is_uppercase);
    (initial && end == start && text[start..].starts_with(char::is_alphanumeric))
        || (persons::is_in_capital(word, Mark::Short) && text[start..].starts_with(char::is_uppercase))
}

/// A sentence of at least this many words has a punctuation mark, if only at its end.
const UNPUNCTUATED_WORDS: usize = 12;

/// Whether a sentence comes from a text that has lost its punctuation, so that it may be
/// several: twelve words or more (between blanks) and not a single `.`, `,`, `;`, `:`, `!` or `?`.
///
/// See the [example](crate::text#example).
pub fn is_unpunctuated(sentence: &str) -> bool {
    !sentence.contains(['.', ',', ';', ':', '!', '?'])
        && sentence.split_whitespace().nth(UNPUNCTUATED_WORDS - 1).is_some()
}

/// Words whose capital means that a sentence starts, where the word before has none.
const STARTERS: [&str; 38] = [
    "According",
    "After",
    "Although",
    "An",
    "And",
    "As",
    "At",
    "Because",
    "But",
    "During",
    "For",
    "He",
    "However",
    "I",
    "If",
    "In",
    "It",
    "My",
    "On",
    "Our",
    "She",
    "Since",
    "That",
    "The",
    "There",
    "These",
    "They",
    "This",
    "Those",
    "Through",
    "To",
    "Under",
    "We",
    "When",
    "While",
    "With",
    "Yet",
    "You",
];

/// The parts of an unpunctuated `span`, each but the first starting with one of [`STARTERS`].
fn cut_before_starters(text: &str, span: Span) -> Vec<Span> {
    let mut parts = Vec::new();
    let (mut start, mut after_small) = (span.start, false);
    for word in words(text, span) {
        if after_small && STARTERS.binary_search(&word.of(text)).is_ok() {
            parts.push(Span::new(start, word.start).trimmed(text));
            start = word.start;
        }
        // Shorter words are mostly prepositions, after which a name starts: "of The Hague".
        let long_or_number = |c: char| c.is_lowercase() && word.len() > 3 || c.is_ascii_digit();
        after_small = word.of(text).starts_with(long_or_number);
    }
    parts.push(Span::new(start, span.end));
    parts
}

/// Longest sentence, in bytes.
///
/// See the [example](crate::text#example).
pub const LONGEST: usize = 2000;

/// Pushes `span`, cut into pieces of at most [`LONGEST`] bytes.
fn push_pieces(text: &str, mut span: Span, found: &mut Vec<Span>) {
    while span.len() > LONGEST {
        let cut = cut_point(span.of(text)) + span.start;
        found.push(Span::new(span.start, cut).trimmed(text));
        span = Span::new(cut, span.end).trimmed(text);
    }
    if !span.is_empty() {
        found.push(span);
    }
}

/// Where to cut a text longer than [`LONGEST`] bytes: after the last punctuation mark of its
/// second half that a blank follows, else after the last blank, else at the last character boundary.
fn cut_point(slice: &str) -> usize {
    let longest = (0..=LONGEST).rev().find(|&i| slice.is_char_boundary(i)).unwrap_or(slice.len());
    let head = &slice[..longest];
    let blanks = || head.char_indices().rev().filter(|&(i, c)| c.is_whitespace() && i > longest / 2);
    let after_mark =
        |&(i, _): &(usize, char)| head[..i].ends_with(['.', ';', ':', ',', '!', '?', '"', '”', ')']);
    blanks().find(after_mark).or_else(|| blanks().next()).map_or(longest, |(i, _)| i)
}

/// Lines of at least this many characters, and none longer than `WRAP_LONGEST`, look hard-wrapped.
const WRAP_SHORTEST: usize = 50;
const WRAP_LONGEST: usize = 100;

/// Runs of lines that are read as one paragraph.
fn paragraphs(text: &str) -> Vec<Span> {
    let mut found = Vec::new();
    for block in blocks(text) {
        if is_hard_wrapped(block.of(text)) {
            found.push(block);
            continue;
        }
        let mut current: Option<Span> = None;
        for line in lines(text, block) {
            let continues = line.of(text).chars().next().is_some_and(char::is_lowercase);
            current = Some(match current {
                Some(before) if continues => Span::new(before.start, line.end),
                Some(before) => {
                    found.push(before);
                    line
                }
                None => line,
            });
        }
        found.extend(current);
    }
    found
}

/// Runs of non-blank lines.
fn blocks(text: &str) -> Vec<Span> {
    let mut found = Vec::new();
    let mut current: Option<Span> = None;
    for line in raw_lines(text, Span::new(0, text.len())) {
        if line.trimmed(text).is_empty() {
            found.extend(current.take());
        } else {
            current = Some(Span::new(current.map_or(line.start, |c| c.start), line.end));
        }
    }
    found.extend(current);
    found
}

fn is_hard_wrapped(block: &str) -> bool {
    let lengths: Vec<usize> = block.lines().map(|l| l.trim().chars().count()).collect();
    let Some((_, all_but_last)) = lengths.split_last() else { return false };
    all_but_last.len() >= 2 && all_but_last.iter().all(|l| (WRAP_SHORTEST..=WRAP_LONGEST).contains(l))
}

fn lines(text: &str, block: Span) -> impl Iterator<Item = Span> {
    raw_lines(text, block).map(move |line| line.trimmed(text)).filter(|line| !line.is_empty())
}

fn raw_lines(text: &str, block: Span) -> impl Iterator<Item = Span> {
    let mut start = block.start;
    block.of(text).split_inclusive(['\n', '\u{2028}', '\u{2029}']).map(move |line| {
        let span = Span::new(start, start + line.len());
        start = span.end;
        span
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn split(text: &str) -> Vec<&str> {
        sentences(text).into_iter().map(|s| s.of(text)).collect()
    }

    #[test]
    fn sentences_of_a_table() {
        let table = [
            ("One. Two.", "One.|Two."),
            (
                "The U.S. President met Lt. Gen. Smith. He left.",
                "The U.S. President met Lt. Gen. Smith.|He left.",
            ),
            (
                "Rep. Lee, D-N.Y., and Sen. Ruiz, R-S.C., left. So did I.",
                "Rep. Lee, D-N.Y., and Sen. Ruiz, R-S.C., left.|So did I.",
            ),
            ("It is a shop where Ms. Ruiz works.", "It is a shop where Ms. Ruiz works."),
            ("HEADLINE HERE\nSen. Allen spoke.", "HEADLINE HERE|Sen. Allen spoke."),
            ("A line that is cut\nin the middle.", "A line that is cut\nin the middle."),
            ("A\n\n\n  B  \n", "A|B"),
            (
                "Mr Ruiz told the board of The Hague Trust that it was over The board agreed In Rome nobody did",
                "Mr Ruiz told the board of The Hague Trust that it was over|The board agreed|In Rome nobody did",
            ),
            (
                "World War I and The Tonight Show in one headline",
                "World War I and The Tonight Show in one headline",
            ),
            // Of a quote that begins or goes on elsewhere there is one half.
            ("It is over.\" The board agreed. It left.", "It is over.\"|The board agreed.|It left."),
            ("“It is over. The board agreed.", "“It is over.|The board agreed."),
            ("It is over.” The board agreed.", "It is over.”|The board agreed."),
            ("\"It is over. We agreed,\" he said. It left.", "\"It is over. We agreed,\" he said.|It left."),
            ("It ends in May. Ana Ruiz left.", "It ends in May.|Ana Ruiz left."),
            ("", ""),
            (" \n\t\n", ""),
        ];
        for (text, expected) in table {
            assert_eq!(split(text).join("|"), expected, "{text:?}");
        }
    }

    #[test]
    fn hard_wrapped_paragraphs_are_joined() {
        let text = "The first line of this paragraph was cut by a mail program at\n\
                    Seventy-two characters, as was usual in the nineteen-nineties and\n\
                    later.";
        assert_eq!(split(text).len(), 1);
    }

    #[test]
    fn long_sentences_are_cut_at_a_mark_or_a_blank() {
        let with_comma = format!("{}, {}", "a".repeat(1500), "b ".repeat(600));
        let pieces = split(&with_comma);
        assert_eq!(pieces[0].len(), 1501);
        let without_blank = "x".repeat(5 * LONGEST + 1);
        assert_eq!(split(&without_blank).len(), 6);
        assert!(split(&"é".repeat(LONGEST)).iter().all(|s| s.len() <= LONGEST));
    }

    proptest! {
        #[test]
        fn nothing_is_lost(text in "([A-Za-z .?!\"\n]|\\PC){0,200}") {
            let mut at = 0;
            for span in sentences(&text) {
                prop_assert!(text[at..span.start].chars().all(char::is_whitespace));
                prop_assert!(!span.of(&text).trim().is_empty());
                at = span.end;
            }
            prop_assert!(text[at..].chars().all(char::is_whitespace));
        }
    }
}
