//! Quotations.

use crate::text::{Span, words};

/// The quotations of a text, in order.
#[derive(Debug, Default)]
pub(super) struct Quotes(Vec<Span>);

impl Quotes {
    /// Those of a text. A quotation ends at the latest with its paragraph: press releases seldom close one that goes
    /// on.
    pub(super) fn of(text: &str, sentences: &[Span]) -> Self {
        let mut found = Vec::new();
        let mut open: Option<usize> = None;
        let mut end = 0;
        for &sentence in sentences {
            if text[..sentence.start].trim_end_matches([' ', '\t']).ends_with('\n') {
                found.extend(open.take().map(|start| Span::new(start, end)));
            }
            for span in words(text, sentence) {
                let (opens, closes) = match span.of(text) {
                    "\"" => (open.is_none(), open.is_some()),
                    "“" => (true, false),
                    "”" => (false, true),
                    _ => (false, false),
                };
                if closes {
                    found.extend(open.take().map(|start| Span::new(start, span.end)));
                } else if opens {
                    open = open.or(Some(span.start));
                }
            }
            end = sentence.end;
        }
        found.extend(open.map(|start| Span::new(start, end)));
        Quotes(found)
    }

    pub(super) fn contains(&self, at: usize) -> bool {
        self.around(at).is_some()
    }

    /// The quotation around a place.
    pub(super) fn around(&self, at: usize) -> Option<Span> {
        let next = self.0.partition_point(|quote| quote.end <= at);
        self.0.get(next).copied().filter(|quote| quote.start <= at)
    }
}

#[cfg(test)]
mod tests {
    use super::Quotes;
    use crate::text::sentences;

    #[test]
    fn places_of_a_table() {
        for (text, expected) in
            [("a \"x y\" b", "xy"), ("“x.” b. “x”", "xx"), ("a “x\n\nb", "x"), ("a ” b", "")]
        {
            let quotes = Quotes::of(text, &sentences(text));
            let inside = text.char_indices().filter(|&(at, c)| c.is_alphabetic() && quotes.contains(at));
            assert_eq!(inside.map(|(_, c)| c).collect::<String>(), expected, "{text}");
        }
    }
}
