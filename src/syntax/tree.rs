//! From the scores of a model to words with parts of speech, heads and relations.

mod constraints;
mod heads;
mod relations;
mod scores;

use crate::model::{SyntaxOutputs, SyntaxScores};
use crate::syntax::words::{self, Joined};
use crate::syntax::{Deprel, Pos, Sentence, Word, lemma};
use crate::text::Span;
use heads::{arcs, groups, heads_with_names, no_verbs_in_names, one_root};
use scores::best;

/// Chooses words, tree and relations by a model's scores.
///
/// See the [example](crate::syntax#example).
#[derive(Debug, Clone)]
pub struct Parser {
    tags: Vec<Pos>,
    relations: Vec<Deprel>,
    /// Which of `relations` joins the units of a word; it is no relation between words.
    part: Option<usize>,
}

/// The relation by which a model joins the units of a word.
const PART: &str = "part";

impl Parser {
    /// For a model with these outputs. What its names of tags and relations do not tell counts as `X` and `dep`.
    pub fn new(outputs: &SyntaxOutputs) -> Self {
        Parser {
            tags: outputs.tags.iter().map(|tag| tag.parse().unwrap_or(Pos::X)).collect(),
            relations: outputs.relations.iter().map(|name| Deprel::named(name)).collect(),
            part: outputs.relations.iter().position(|name| name == PART),
        }
    }

    /// The words and the tree of a sentence. `names` are those of its names, in order: the words of a name
    /// are a subtree.
    pub fn parse(&self, text: &str, scores: &SyntaxScores, names: &[Span]) -> Sentence {
        let names = inside(scores, names);
        let is_part = |unit: usize| {
            self.part.is_some() && best(self.relation_scores(scores, unit), |_| true) == self.part
        };
        let words = words::join(text, &scores.words, names, is_part);
        self.tree(text, scores, &words, names)
    }

    /// The tree over words that are given, in order.
    pub fn parse_words(&self, text: &str, scores: &SyntaxScores, words: &[Span]) -> Sentence {
        self.tree(text, scores, &words::given(&scores.words, words), &[])
    }

    fn tree(&self, text: &str, scores: &SyntaxScores, words: &[Joined], names: &[Span]) -> Sentence {
        let mut tags: Vec<Pos> =
            words.iter().map(|word| word.unit.map_or(Pos::X, |unit| self.tag(scores, unit))).collect();
        let mut arcs = arcs(scores, words);
        let groups = groups(words, names);
        no_verbs_in_names(&groups, &mut tags, &mut arcs);
        let mut heads = heads_with_names(words, &groups, &arcs);
        one_root(words, &mut heads);
        let relations = self.relations(scores, words, &groups, &heads, &tags);
        let name = |i: usize| match (heads[i], relations[i]) {
            (None, _) => Deprel::Root,
            (_, Some(relation)) => self.relations[relation],
            _ => Deprel::Dep,
        };
        let word = |(i, word): (usize, &Joined)| {
            let lemma = lemma(word.span.of(text), tags[i]).into();
            Word { span: word.span, pos: tags[i], lemma, head: heads[i], relation: name(i) }
        };
        Sentence {
            number: scores.sentence,
            words: words.iter().enumerate().map(word).collect(),
            is_cut: scores.is_cut(),
            vectors: vectors(scores, words),
        }
    }

    fn tag(&self, scores: &SyntaxScores, unit: usize) -> Pos {
        let count = self.tags.len();
        let of_unit = &scores.tags[unit * count..(unit + 1) * count];
        best(of_unit, |_| true).map_or(Pos::X, |tag| self.tags[tag])
    }
}

/// The vectors of each word: those of the unit that it begins with. A word that begins within one has zeros.
fn vectors(scores: &SyntaxScores, words: &[Joined]) -> Vec<f32> {
    let width = scores.vectors.len() / scores.words.len().max(1);
    let mut vectors = vec![0.0; width * words.len()];
    if width > 0 {
        for (vector, word) in vectors.chunks_exact_mut(width).zip(words) {
            if let Some(unit) = word.unit {
                vector.copy_from_slice(&scores.vectors[unit * width..(unit + 1) * width]);
            }
        }
    }
    vectors
}

/// Those of an article's names, in order, that touch the sentence.
fn inside<'n>(scores: &SyntaxScores, names: &'n [Span]) -> &'n [Span] {
    let (Some(first), Some(last)) = (scores.words.first(), scores.words.last()) else { return &[] };
    let from = names.partition_point(|name| name.end <= first.start);
    let names = &names[from..];
    &names[..names.partition_point(|name| name.start < last.end)]
}

#[cfg(test)]
mod tests;
