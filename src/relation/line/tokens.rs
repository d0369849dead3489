//! Cuts a sentence into words, punctuation marks and names.

use crate::relation::Document;
use crate::relation::line::alphabet::name_letters;
use crate::relation::words::{Vocabulary, fold, is_number, is_punct};
use crate::text::{Span, words};

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenKind {
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
    pub(crate) kind: TokenKind,
    /// The number of the word or mark in the vocabulary.
    pub(crate) word: Option<u32>,
}

/// The tokens of a stretch of an article. `mentions` are the indices of the mentions in it, in order.
pub(super) fn tokens(
    document: &Document<'_>,
    span: Span,
    mentions: &[usize],
    vocabulary: &Vocabulary,
) -> Vec<Token> {
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
        tokens.push(Token { span: name, kind: TokenKind::Name(mention), word: None });
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
            && last.kind == TokenKind::Punct
            && let Some(mark) = doubled(last.span.of(text), form, span.start - last.span.end)
        {
            last.span = Span::new(last.span.start, span.end);
            last.word = vocabulary.number(mark);
            continue;
        }
        let folded = fold(form);
        let kind = match () {
            () if punct => TokenKind::Punct,
            () if is_number(&folded) => TokenKind::Number,
            () => TokenKind::Word,
        };
        if kind == TokenKind::Number
            && let [.., first, comma] = tokens.as_mut_slice()
            && first.kind == TokenKind::Number
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

/// The mark that two in a row stand for: `--` is a dash, `''` and `` ` ` `` are quotation marks.
fn doubled(first: &str, second: &str, blanks: usize) -> Option<&'static str> {
    match (first, second) {
        ("-", "-") if blanks == 0 => Some("—"),
        ("'", "'") | ("`", "`") if blanks <= 1 => Some("\""),
        _ => None,
    }
}

/// Bytes of the longest word whose full stop makes it an abbreviation.
const LONGEST_ABBREVIATION: usize = 5;

/// Removes the full stops of abbreviations, as in "Gov. Ana Ruiz" and "Acme Corp. said"; but not in a quotation of several
/// sentences, "the Bolt Commission. Senator Ruiz has".
fn drop_abbreviation_stops(text: &str, tokens: &mut Vec<Token>) {
    let Some(last_word) = tokens.iter().rposition(|t| t.kind != TokenKind::Punct) else { return };
    let is_short = |token: Token| token.span.len() <= LONGEST_ABBREVIATION;
    let in_capital = |token: Token| token.span.of(text).starts_with(char::is_uppercase);
    let goes_on = |at: usize| text[at..].trim_start().starts_with(char::is_lowercase);
    let mut i = 0;
    let mut before: Option<Token> = None;
    tokens.retain(|token| {
        let attached = token.span.len() == 1
            && token.span.of(text) == "."
            && i < last_word
            && before.is_some_and(|b: Token| {
                b.span.end == token.span.start
                    && match b.kind {
                        TokenKind::Name(_) => goes_on(token.span.end),
                        TokenKind::Word => is_short(b) && (in_capital(b) || goes_on(token.span.end)),
                        _ => false,
                    }
            });
        i += 1;
        before = Some(*token);
        !attached
    });
}
