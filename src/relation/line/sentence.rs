//! A sentence cut into tokens, with the list entries and the names in it.

use crate::relation::Document;
use crate::relation::keys::Keys;
use crate::relation::lexicon::Lexicon;
use crate::relation::line::alphabet::name_letters;
use crate::relation::line::slots::{Slot, slots};
use crate::relation::line::tokens::{Token, TokenKind, tokens};
use crate::relation::lists::Tagger;
use crate::syntax;
use crate::text::is_unpunctuated;

/// A longer sentence is matched in pieces of this many tokens, so that time stays linear.
pub(crate) const LONGEST_PIECE: usize = 300;

/// That a token is (part of) an entry of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Tag {
    pub(crate) token: usize,
    pub(crate) list: u32,
    /// `S`, `B`, `C` or `E`; see [`crate::relation::line`].
    pub(crate) part: u8,
}

/// A sentence, or a piece of a very long one, cut into tokens and tagged with the lists that they are in.
#[derive(Debug)]
pub(crate) struct TaggedSentence<'d> {
    pub(crate) document: Document<'d>,
    /// The index of the sentence in the article.
    index: usize,
    pub(crate) tokens: Vec<Token>,
    pub(crate) tags: Vec<Tag>,
    pub(crate) slots: Vec<Slot>,
    /// Whether it may be several sentences that have lost their punctuation.
    pub(crate) unpunctuated: bool,
    /// Whether it begins and ends where the whole sentence does.
    pub(super) starts: bool,
    pub(super) ends: bool,
}

/// Cuts sentence number `index` of a document into pieces, most often one. `mentions` are the
/// indices of the mentions in it, in order.
pub(crate) fn pieces<'d>(
    document: Document<'d>,
    index: usize,
    mentions: &[usize],
    lexicon: &Lexicon,
) -> Vec<TaggedSentence<'d>> {
    let Some(&span) = document.sentences.get(index) else { return Vec::new() };
    let tokens = tokens(&document, span, mentions, &lexicon.vocabulary);
    let count = tokens.len().div_ceil(LONGEST_PIECE);
    let unpunctuated = document.text.get(span.start..span.end).is_some_and(is_unpunctuated);
    tokens
        .chunks(LONGEST_PIECE)
        .enumerate()
        .map(|(i, piece)| {
            let tokens = piece.to_vec();
            let slots = slots(&document, &tokens, lexicon);
            let tags = tags(&tokens, &lexicon.tagger);
            let (starts, ends) = (i == 0, i + 1 == count);
            TaggedSentence { document, index, tokens, tags, slots, unpunctuated, starts, ends }
        })
        .collect()
}

fn tags(tokens: &[Token], tagger: &Tagger) -> Vec<Tag> {
    let row: Vec<Option<u32>> = tokens.iter().map(|token| token.word).collect();
    let mut tags = Vec::new();
    tagger.tag(&row, |start, length, list| {
        for i in 0..length {
            let part = match (i, length) {
                (_, 1) => b'S',
                (0, _) => b'B',
                (i, n) if i + 1 == n => b'E',
                _ => b'C',
            };
            tags.push(Tag { token: start + i, list, part });
        }
    });
    tags.sort_unstable();
    tags
}

impl<'d> TaggedSentence<'d> {
    /// Its mentions, each with its token, in order.
    pub(crate) fn mentions(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        self.tokens.iter().enumerate().filter_map(|(place, token)| match token.kind {
            TokenKind::Name(mention) => Some((mention, place)),
            _ => None,
        })
    }

    /// The dependency tree of the sentence, if the model parses.
    pub(crate) fn tree(&self) -> Option<&'d syntax::Sentence> {
        let trees = self.document.syntax;
        let at = trees.binary_search_by_key(&self.index, |tree| tree.number).ok()?;
        trees.get(at)
    }

    /// The tags of one token.
    pub(crate) fn tags_of(&self, token: usize) -> impl Iterator<Item = &Tag> {
        let from = self.tags.partition_point(|tag| tag.token < token);
        self.tags[from..].iter().take_while(move |tag| tag.token == token)
    }

    /// What a pattern can ask of a token.
    pub(crate) fn keys_of(&self, token: usize, keys: Keys) -> impl Iterator<Item = u32> {
        let Token { kind, word, .. } = self.tokens[token];
        let name = match kind {
            TokenKind::Name(mention) => name_letters(&self.document, mention),
            _ => None,
        };
        let name = name.map(|(letter, form)| keys.name(letter, form));
        let number = (kind == TokenKind::Number).then(|| keys.number());
        let word = word.and_then(|w| keys.word(w));
        let lists = self.tags_of(token).map(move |tag| keys.list(tag.list));
        name.into_iter().chain(number).chain(word).chain(lists)
    }

    /// The text of a token, empty after the last.
    pub(crate) fn form(&self, token: usize) -> &'d str {
        self.tokens.get(token).map(|token| token.span.of(self.document.text)).unwrap_or_default()
    }
}
