//! Features of two names from the tree: the words on the path between them, and its relations.
//!
//! `models/train/pairs.py` makes the same.

use std::ops::Range;

use crate::syntax::{Deprel, Sentence};
use crate::text::Span;

/// Whether at most so many words stand between the two names.
const NEAR: [usize; 8] = [0, 1, 2, 3, 5, 8, 12, 20];
/// Whether at most so many names do.
const AMONG: [usize; 3] = [0, 1, 3];
/// Paths of so many steps or more are one feature.
const LONGEST: usize = 9;

/// What belongs to a word of the path without being on it.
const BESIDE: [Deprel; 5] = [Deprel::Case, Deprel::Mark, Deprel::Cop, Deprel::CompoundPrt, Deprel::AuxPass];

/// How many features there are, given how many relations are distinguished.
pub(super) const fn count(relations: usize) -> usize {
    1 + NEAR.len() + AMONG.len() + 2 * relations + LONGEST + 1
}

/// The words of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NameWords {
    words: Range<usize>,
    /// The one that depends on a word outside the name.
    head: usize,
}

impl NameWords {
    /// Those that touch the name; `None` if there are none.
    pub(super) fn of(sentence: &Sentence, name: Span) -> Option<Self> {
        let first = sentence.words.partition_point(|word| word.span.end <= name.start);
        let count = sentence.words[first..].iter().take_while(|word| word.span.start < name.end).count();
        let words = first..first + count;
        let is_outer = |&word: &usize| sentence.words[word].head.is_none_or(|head| !words.contains(&head));
        let head = words.clone().find(is_outer)?;
        Some(NameWords { words, head })
    }

    pub(super) fn all(&self) -> Range<usize> {
        self.words.clone()
    }

    pub(super) fn count(&self) -> usize {
        self.words.len()
    }
}

/// The features of two names from the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pair {
    /// The words on the path from one to the other, with prepositions, auxiliaries and the like of these and of the names;
    /// without the names' own.
    pub(super) path: Vec<usize>,
    /// The numbers of the features that hold, below [`count`].
    pub(super) features: Vec<usize>,
}

impl Pair {
    /// `among` names stand between the two.
    pub(super) fn of(
        sentence: &Sentence,
        subject: &NameWords,
        object: &NameWords,
        among: usize,
        relations: &[Deprel],
    ) -> Self {
        let is_before = subject.words.start < object.words.start;
        let gap = match is_before {
            true => object.words.start.saturating_sub(subject.words.end),
            false => subject.words.start.saturating_sub(object.words.end),
        };
        let near = NEAR.iter().map(|&most| gap <= most);
        let among = AMONG.iter().map(|&most| among <= most);
        let mut holds: Vec<bool> = std::iter::once(is_before).chain(near).chain(among).collect();
        let base = holds.len();
        holds.resize(count(relations.len()), false);
        let (up, top, down) = path(sentence, subject.head, object.head);
        let number = |word: usize| {
            let relation = sentence.words[word].relation;
            let known = relations.iter().position(|&known| known == relation);
            known.or_else(|| relations.iter().position(|&known| known == Deprel::Dep))
        };
        up.iter().filter_map(|&word| number(word)).for_each(|i| holds[base + i] = true);
        down.iter().filter_map(|&word| number(word)).for_each(|i| holds[base + relations.len() + i] = true);
        holds[base + 2 * relations.len() + (up.len() + down.len()).min(LONGEST)] = true;
        let mut on = vec![false; sentence.words.len()];
        up.iter().chain(&down).chain([&top]).for_each(|&word| on[word] = true);
        let beside = |word: usize| {
            let word = &sentence.words[word];
            BESIDE.contains(&word.relation) && word.head.is_some_and(|head| on[head])
        };
        let is_own = |word: &usize| subject.words.contains(word) || object.words.contains(word);
        Pair {
            path: (0..on.len())
                .filter(|&word| on[word] || beside(word))
                .filter(|word| !is_own(word))
                .collect(),
            features: (0..holds.len()).filter(|&i| holds[i]).collect(),
        }
    }
}

/// The words from `a` up to the one above both, that one, and those from `b` up to it.
fn path(sentence: &Sentence, a: usize, b: usize) -> (Vec<usize>, usize, Vec<usize>) {
    let above = |word: usize| std::iter::successors(Some(word), |&word| sentence.words[word].head);
    let of_b: Vec<usize> = above(b).collect();
    let mut up = Vec::new();
    for word in above(a) {
        if let Some(at) = of_b.iter().position(|&other| other == word) {
            return (up, word, of_b[..at].to_vec());
        }
        up.push(word);
    }
    // A tree has one root, which is above all its words.
    (up, b, of_b)
}
