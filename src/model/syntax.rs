//! Scores of words and arcs, taken out of what an engine gives for windows and put together by sentence.
//!
//! A word stands by its first token, as it did in training. An arc can only join two words of one sentence that
//! are in one window together; a sentence that is longer than a window has its words' heads looked for in the
//! window in which they count (see [`Window`]).

use std::ops::Range;

use crate::model::engine::Scores;
use crate::model::outputs::SyntaxOutputs;
use crate::model::window::{NO_WORD, Window};
use crate::text::Span;

/// What the model says about the syntax of one sentence, before anything is chosen.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SyntaxScores {
    /// The index of the sentence in the article.
    pub sentence: usize,
    /// Its words as the tokenizer was given them, in bytes of the article's text.
    pub words: Vec<Span>,
    /// For each word the scores (logits) of the parts of speech, in the order of [`SyntaxOutputs::tags`].
    pub tags: Vec<f32>,
    /// For each word the scores (logits) of its relation to its head.
    pub relations: Vec<f32>,
    /// For each word where in `arcs` its heads are scored.
    heads: Vec<Heads>,
    arcs: Vec<f32>,
}

/// The words that were considered as heads of one: a run of them.
#[derive(Debug, Clone, PartialEq)]
struct Heads {
    first: usize,
    scores: Range<usize>,
}

impl SyntaxScores {
    /// The words that may be head of a word: the index of the first, and a score (logit) for each from there on.
    /// Its own score is that of being the root.
    pub fn heads(&self, word: usize) -> (usize, &[f32]) {
        let Heads { first, scores } = &self.heads[word];
        (*first, &self.arcs[scores.clone()])
    }

    /// Whether some pairs of words were in no window together, because the sentence is longer than one.
    pub fn is_cut(&self) -> bool {
        self.heads.iter().any(|heads| heads.scores.len() < self.words.len())
    }
}

/// The part of a window that belongs to one sentence.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Part {
    sentence: usize,
    /// Those whose first token counts in this window.
    words: Vec<Span>,
    tags: Vec<f32>,
    relations: Vec<f32>,
    /// All words of the sentence in this window; for each of `words` it has a row in `arcs`.
    candidates: Vec<Span>,
    arcs: Vec<f32>,
}

/// The parts of a window, from the scores of its tokens in row `row` of a batch.
pub(crate) fn parts(window: &Window, scores: &Scores, row: usize, outputs: &SyntaxOutputs) -> Vec<Part> {
    let firsts = first_tokens(window);
    let same = |a: &usize, b: &usize| sentence_of(window, *a) == sentence_of(window, *b);
    firsts.chunk_by(same).map(|tokens| part(window, tokens, scores, row, outputs)).collect()
}

/// The first token of each word that has its first token in the window.
fn first_tokens(window: &Window) -> Vec<usize> {
    let starts = |&token: &usize| {
        token == 0 || window.word_of[token] != window.word_of[token - 1] && window.word_of[token] != NO_WORD
    };
    (0..window.ids.len()).filter(|token| window.word_of[*token] != NO_WORD).filter(starts).collect()
}

fn sentence_of(window: &Window, token: usize) -> usize {
    window.words[window.word_of[token] as usize].sentence
}

fn part(window: &Window, tokens: &[usize], scores: &Scores, row: usize, outputs: &SyntaxOutputs) -> Part {
    let span = |&token: &usize| window.words[window.word_of[token] as usize].span;
    let columns = |token: usize, columns: &[usize], into: &mut Vec<f32>| {
        let all = scores.token(row, token);
        into.extend(columns.iter().map(|&column| all[column]));
    };
    let mut part = Part {
        sentence: sentence_of(window, tokens[0]),
        words: Vec::new(),
        tags: Vec::new(),
        relations: Vec::new(),
        candidates: tokens.iter().map(span).collect(),
        arcs: Vec::new(),
    };
    let mut heads = Vec::with_capacity(tokens.len() * outputs.head.len());
    tokens.iter().for_each(|&token| columns(token, &outputs.head, &mut heads));
    let scale = (outputs.head.len() as f32).sqrt().recip();
    let mut dependent = Vec::with_capacity(outputs.dependent.len());
    for &token in tokens.iter().filter(|token| window.counted.contains(token)) {
        part.words.push(span(&token));
        columns(token, &outputs.tag_columns, &mut part.tags);
        columns(token, &outputs.relation_columns, &mut part.relations);
        dependent.clear();
        columns(token, &outputs.dependent, &mut dependent);
        let rows = heads.chunks_exact(outputs.head.len());
        part.arcs.extend(rows.map(|head| scale * product(&dependent, head)));
    }
    part
}

/// The scalar product, summed in the same order on every machine.
fn product(a: &[f32], b: &[f32]) -> f32 {
    const LANES: usize = 16;
    let (a_blocks, a_rest) = a.as_chunks::<LANES>();
    let (b_blocks, b_rest) = b.as_chunks::<LANES>();
    let mut sums = [0.0; LANES];
    for (a, b) in a_blocks.iter().zip(b_blocks) {
        for (sum, (a, b)) in sums.iter_mut().zip(a.iter().zip(b)) {
            *sum += a * b;
        }
    }
    let rest: f32 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f32>() + rest
}

/// Puts the parts of an article's windows together, a [`SyntaxScores`] for each sentence that has words, in order.
pub(crate) fn sentences<'p>(parts: impl Iterator<Item = &'p Part>) -> Vec<SyntaxScores> {
    let mut found: Vec<SyntaxScores> = Vec::new();
    // For each word of the open sentence the first of the words that may be its head.
    let mut first_heads: Vec<Span> = Vec::new();
    let close = |open: Option<&mut SyntaxScores>, first_heads: &mut Vec<Span>| {
        if let Some(open) = open {
            for (heads, span) in open.heads.iter_mut().zip(first_heads.drain(..)) {
                heads.first = open.words.partition_point(|word| word.start < span.start);
            }
        }
    };
    for part in parts {
        if found.last().is_none_or(|open| open.sentence != part.sentence) {
            close(found.last_mut(), &mut first_heads);
            found.push(SyntaxScores { sentence: part.sentence, ..SyntaxScores::default() });
        }
        let Some(open) = found.last_mut() else { continue };
        let width = part.candidates.len();
        for _ in &part.words {
            let start = open.heads.last().map_or(0, |heads| heads.scores.end);
            open.heads.push(Heads { first: 0, scores: start..start + width });
            first_heads.extend(part.candidates.first());
        }
        open.words.extend_from_slice(&part.words);
        open.tags.extend_from_slice(&part.tags);
        open.relations.extend_from_slice(&part.relations);
        open.arcs.extend_from_slice(&part.arcs);
    }
    close(found.last_mut(), &mut first_heads);
    found.retain(|sentence| !sentence.words.is_empty());
    found
}
