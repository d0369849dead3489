//! Half-open spans of bytes, and the only conversion between bytes and code points.

use std::fmt;

/// The bytes `start..end` of an article's text; `end` is exclusive.
///
/// In `"NATO met"` the span of `NATO` is `0..4`: it covers bytes 0, 1, 2 and 3, and touches but
/// does not overlap `4..5`, the blank. Both ends lie on character boundaries.
///
/// ```
/// use triplewire::text::Span;
/// let nato = Span::new(0, 4);
/// assert_eq!(nato.of("NATO met"), "NATO");
/// assert!(!nato.overlaps(Span::new(4, 5)));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// The span `start..end`.
    ///
    /// # Panics
    /// If `start > end`.
    pub fn new(start: usize, end: usize) -> Self {
        assert!(start <= end, "a span ends before it starts: {start}..{end}");
        Span { start, end }
    }

    /// The bytes covered.
    pub fn len(self) -> usize {
        self.end - self.start
    }

    /// Whether it covers nothing.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Whether the two share at least one byte.
    pub fn overlaps(self, other: Span) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// Whether every byte of `other` is in `self`.
    pub fn contains(self, other: Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// The slice of `text` it covers.
    pub fn of(self, text: &str) -> &str {
        &text[self.start..self.end]
    }

    /// The same span in a text that has `by` more bytes in front.
    pub fn shifted(self, by: usize) -> Self {
        Span { start: self.start + by, end: self.end + by }
    }

    /// The span without the white space at its ends.
    pub fn trimmed(self, text: &str) -> Self {
        let slice = self.of(text);
        let start = self.start + (slice.len() - slice.trim_start().len());
        Span { start, end: start + slice.trim().len() }
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.start, self.end)
    }
}

/// Converts between byte offsets and Unicode code-point offsets of one text.
///
/// Output files and hand labels count code points (what Python's `len` counts); the program counts
/// bytes. Building is linear in the text, a look-up is at most a scan of 64 bytes.
///
/// See the [example](crate::text#example).
#[derive(Debug)]
pub struct CodePoints<'a> {
    text: &'a str,
    /// `marks[i]` is the number of code points that start before byte `i * STRIDE`; empty for ASCII.
    marks: Vec<usize>,
}

const STRIDE: usize = 64;

impl<'a> CodePoints<'a> {
    /// Indexes `text`.
    pub fn new(text: &'a str) -> Self {
        let marks = if text.is_ascii() {
            Vec::new()
        } else {
            let mut seen = 0;
            let mut marks = vec![0];
            for chunk in text.as_bytes().chunks(STRIDE) {
                seen += count_starts(chunk);
                marks.push(seen);
            }
            marks
        };
        CodePoints { text, marks }
    }

    /// The number of code points before byte offset `byte`.
    pub fn from_byte(&self, byte: usize) -> usize {
        if self.marks.is_empty() {
            return byte;
        }
        let block = byte / STRIDE;
        self.marks[block] + count_starts(&self.text.as_bytes()[block * STRIDE..byte])
    }

    /// The byte offset at which code point number `point` starts; the text's length for the number
    /// of code points; `None` beyond that.
    pub fn to_byte(&self, point: usize) -> Option<usize> {
        if self.marks.is_empty() {
            return (point <= self.text.len()).then_some(point);
        }
        let last_block = self.text.len().saturating_sub(1) / STRIDE;
        let block = (self.marks.partition_point(|&mark| mark <= point) - 1).min(last_block);
        let start = block * STRIDE;
        // The block may start inside a code point that is counted already.
        let bytes = self.text.as_bytes().get(start..)?;
        let mut left = point - self.marks[block];
        for (i, byte) in bytes.iter().enumerate() {
            if is_start(*byte) {
                if left == 0 {
                    return Some(start + i);
                }
                left -= 1;
            }
        }
        (left == 0).then_some(self.text.len())
    }

    /// Code-point start and end (exclusive) of a span of bytes.
    pub fn of_span(&self, span: Span) -> (usize, usize) {
        (self.from_byte(span.start), self.from_byte(span.end))
    }

    /// The span of bytes from code-point offsets; `None` if they are reversed or past the end.
    pub fn to_span(&self, start: usize, end: usize) -> Option<Span> {
        let (start, end) = (self.to_byte(start)?, self.to_byte(end)?);
        (start <= end).then_some(Span { start, end })
    }
}

fn is_start(byte: u8) -> bool {
    byte & 0xC0 != 0x80
}

fn count_starts(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&b| is_start(b)).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn adjacent_spans_do_not_overlap() {
        assert!(!Span::new(0, 4).overlaps(Span::new(4, 8)));
        assert!(Span::new(0, 5).overlaps(Span::new(4, 8)));
        assert!(!Span::new(3, 3).overlaps(Span::new(0, 8)) || Span::new(0, 8).contains(Span::new(3, 3)));
    }

    #[test]
    fn trimming_keeps_the_words() {
        let text = "a  b c \n";
        assert_eq!(Span::new(1, 8).trimmed(text).of(text), "b c");
        assert!(Span::new(1, 3).trimmed(text).is_empty());
    }

    proptest! {
        #[test]
        fn code_points_round_trip(text in "(\\PC|[a-zé–𝔸\n]){0,300}") {
            let points = CodePoints::new(&text);
            let mut expected = 0;
            for (byte, _) in text.char_indices() {
                prop_assert_eq!(points.from_byte(byte), expected);
                prop_assert_eq!(points.to_byte(expected), Some(byte));
                expected += 1;
            }
            prop_assert_eq!(points.from_byte(text.len()), expected);
            prop_assert_eq!(points.to_byte(expected), Some(text.len()));
            prop_assert_eq!(points.to_byte(expected + 1), None);
        }
    }
}
