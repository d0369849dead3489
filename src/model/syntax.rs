//! Scores of words and arcs, taken out of what an engine gives for windows and put together by sentence.
//!
//! A word stands by its first token, as it did in training. An arc can only join two words of one sentence that
//! are in one window together; a sentence that is longer than a window has its words' heads looked for in the
//! window in which they count (see [`Window`]).

use std::ops::Range;

use triplewire_kernels::scalar_products;

use crate::model::engine::Scores;
use crate::model::outputs::SyntaxOutputs;
use crate::model::window::{NO_WORD, Window};
use crate::text::Span;

/// What the model says about the syntax of one sentence, before anything is chosen.
///
/// See the [example](crate::model#example).
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
    /// For each word its vectors for the second reader, one after the other; none if the model gives none.
    pub vectors: Vec<f32>,
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
    vectors: Vec<f32>,
    /// All words of the sentence in this window; for each of `words` it has a row in `arcs`.
    candidates: Vec<Span>,
    arcs: Vec<f32>,
}

/// The parts of a window, from the scores of its tokens in row `row` of a batch.
pub(crate) fn parts(
    window: &Window,
    scores: &Scores,
    row: usize,
    outputs: &SyntaxOutputs,
    vectors: &[usize],
) -> Vec<Part> {
    let firsts = first_tokens(window);
    let same = |a: &usize, b: &usize| sentence_of(window, *a) == sentence_of(window, *b);
    firsts.chunk_by(same).map(|tokens| part(window, tokens, scores, row, outputs, vectors)).collect()
}

/// The first token in the window of each word. Where the window begins within a word, that is not the word's own first
/// one; it does not count, but the word is there as a head.
fn first_tokens(window: &Window) -> Vec<usize> {
    let word = |token: usize| window.word_of[token];
    let starts = |&token: &usize| word(token) != NO_WORD && (token == 0 || word(token) != word(token - 1));
    (0..window.ids.len()).filter(starts).collect()
}

fn sentence_of(window: &Window, token: usize) -> usize {
    window.words[window.word_of[token] as usize].sentence
}

fn part(
    window: &Window,
    tokens: &[usize],
    scores: &Scores,
    row: usize,
    outputs: &SyntaxOutputs,
    vectors: &[usize],
) -> Part {
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
        vectors: Vec::new(),
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
        columns(token, vectors, &mut part.vectors);
        dependent.clear();
        columns(token, &outputs.dependent, &mut dependent);
        scalar_products(&dependent, &heads, scale, &mut part.arcs);
    }
    part
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
        open.vectors.extend_from_slice(&part.vectors);
        open.arcs.extend_from_slice(&part.arcs);
    }
    close(found.last_mut(), &mut first_heads);
    found.retain(|sentence| !sentence.words.is_empty());
    found
}

/// A word with invented scores.
#[cfg(test)]
#[derive(Debug, Clone)]
pub(crate) struct MadeUp {
    pub(crate) span: Span,
    pub(crate) tags: Vec<f32>,
    pub(crate) relations: Vec<f32>,
    /// The first word that may be its head.
    pub(crate) first_head: usize,
    /// The scores of that one and of those after it.
    pub(crate) heads: Vec<f32>,
}

#[cfg(test)]
impl SyntaxScores {
    /// A sentence of such words.
    pub(crate) fn made_up(words: Vec<MadeUp>) -> Self {
        let mut scores = SyntaxScores::default();
        for MadeUp { span, tags, relations, first_head, heads } in words {
            scores.words.push(span);
            scores.tags.extend(tags);
            scores.relations.extend(relations);
            let start = scores.arcs.len();
            scores.arcs.extend(heads);
            scores.heads.push(Heads { first: first_head, scores: start..scores.arcs.len() });
        }
        scores
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    use crate::model::ModelFolder;
    use crate::model::outputs::Outputs;
    use crate::model::window::{Packer, Word};

    /// The columns of labels in this order.
    fn outputs(names: &[&str]) -> Outputs {
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        Outputs::read(&names.iter().collect::<Vec<_>>()).unwrap().0
    }

    /// Two words between special tokens, the second of two tokens.
    fn window() -> Window {
        Window {
            ids: vec![1, 10, 11, 12, 2],
            token_types: vec![0; 5],
            word_of: vec![NO_WORD, 0, 1, 1, NO_WORD],
            words: [(0, 3), (4, 9)].map(|(a, b)| Word { span: Span::new(a, b), sentence: 0 }).to_vec(),
            counted: 1..4,
        }
    }

    #[test]
    fn columns_are_found_by_name_in_any_order() {
        let names = [
            "head:0",
            "O",
            "rel:obj",
            "dep:0",
            "B-PER",
            "pos:NOUN",
            "head:1",
            "dep:1",
            "rel:nsubj",
            "pos:VERB",
        ];
        let outputs = outputs(&names);
        assert_eq!((outputs.count, &outputs.names[..]), (10, &[1, 4][..]));
        let syntax = outputs.syntax.as_ref().unwrap();
        assert_eq!(syntax.tags, ["NOUN", "VERB"]);
        assert_eq!(syntax.relations, ["obj", "nsubj"]);
        // Of the tokens, the special ones included; that of the second word's second token counts for nothing.
        let first = [5.0, 0.1, 0.2, 1.0, 0.4, 0.5, 6.0, 2.0, 0.8, 0.9];
        let second = [7.0, 1.1, 1.2, 3.0, 1.4, 1.5, 8.0, 4.0, 1.8, 1.9];
        let values = [[9.0; 10], first, second, [9.0; 10], [9.0; 10]].concat();
        let scores = Scores { rows: 1, width: 5, labels: 10, values };
        assert_eq!(scores.of_columns(0, 2, &outputs.names).values, [9.0, 9.0, 0.1, 0.4]);
        let parts = parts(&window(), &scores, 0, syntax, &outputs.vectors);
        let [sentence] = &sentences(parts.iter())[..] else { panic!("{parts:?}") };
        assert_eq!(sentence.words, [Span::new(0, 3), Span::new(4, 9)]);
        assert_eq!(sentence.tags, [0.5, 0.9, 1.5, 1.9]);
        assert_eq!(sentence.relations, [0.2, 0.8, 1.2, 1.8]);
        // dep (1, 2) and (3, 4), head (5, 6) and (7, 8): products over the root of the two numbers.
        let arcs = [[17.0, 23.0], [39.0, 53.0]];
        for (word, row) in arcs.iter().enumerate() {
            let (head, found) = sentence.heads(word);
            assert_eq!((head, found.len()), (0, 2));
            for (found, product) in found.iter().zip(row) {
                assert!((found - product / f32::sqrt(2.0)).abs() < 1e-5, "word {word}: {found}");
            }
        }
        assert!(!sentence.is_cut());
    }

    /// A sentence of many words, and one with a word that is longer than several windows by itself, each followed by a
    /// short one. Scores are invented such that a head is scored by where it begins.
    #[test]
    fn sentences_over_several_windows_have_each_word_once_and_the_right_heads() {
        let packer = Packer::new(&ModelFolder::open(Path::new("models/newswire")).unwrap()).unwrap();
        let outputs = outputs(&["O", "B-PER", "pos:X", "rel:dep", "dep:0", "head:0"]);
        let syntax = outputs.syntax.as_ref().unwrap();
        let many: Vec<String> = (0..400).map(|i| format!("Zyx{i}")).collect();
        // Each letter is a token.
        let long = "中".repeat(900);
        for sentence in [many.join(" "), format!("{} {long} {}", many[..9].join(" "), many[9..40].join(" "))]
        {
            let text = format!("{sentence}\nShe left.");
            let spans = [Span::new(0, sentence.len()), Span::new(sentence.len() + 1, text.len())];
            let windows = packer.windows(&text, &spans);
            assert!(windows.len() > 4);
            let part = |window: &Window| {
                let row = |token: usize| {
                    let begins = match window.word_of[token] {
                        NO_WORD => -1.0,
                        word => window.words[word as usize].span.start as f32,
                    };
                    [0.0, 0.0, begins, 0.0, 1.0, begins]
                };
                let values = (0..window.ids.len()).flat_map(row).collect();
                parts(window, &Scores { rows: 1, width: window.ids.len(), labels: 6, values }, 0, syntax, &[])
            };
            let parts: Vec<Part> = windows.iter().flat_map(part).collect();
            let found = sentences(parts.iter());
            assert_eq!(found.iter().map(|sentence| sentence.sentence).collect::<Vec<_>>(), [0, 1]);
            assert_eq!(found.iter().map(SyntaxScores::is_cut).collect::<Vec<_>>(), [true, false]);
            for SyntaxScores { words, tags, .. } in &found {
                assert!(words.iter().map(|word| word.start as f32).eq(tags.iter().copied()));
            }
            let [first, second] = &found[..] else { panic!("two sentences") };
            let expected: Vec<&str> = sentence.split(' ').collect();
            assert_eq!(first.words.iter().map(|word| word.of(&text)).collect::<Vec<_>>(), expected);
            assert_eq!(second.words.len(), 3);
            for sentence in &found {
                for word in 0..sentence.words.len() {
                    let (head, scores) = sentence.heads(word);
                    assert!((head..head + scores.len()).contains(&word));
                    for (head, &score) in sentence.words[head..].iter().zip(scores) {
                        assert_eq!(score, head.start as f32, "a head of word {word}");
                    }
                }
            }
        }
    }
}
