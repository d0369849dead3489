//! Scores to trees.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{SyntaxOutputs, SyntaxScores};
use crate::syntax::arborescence::{Arc, best_tree};
use crate::syntax::words::{self, Joined};
use crate::syntax::{Deprel, Pos, Sentence, Word, lemma};
use crate::text::Span;

/// Chooses words, tree and relations by a model's scores.
#[derive(Debug, Clone)]
pub struct Parser {
    tags: Vec<Pos>,
    relations: Vec<Deprel>,
    /// Which of `relations` joins the units of a word; it is no relation between words.
    part: Option<usize>,
}

/// The relation by which a model joins the units of a word.
const PART: &str = "part";

/// Of each of these sets of relations a head has one dependent at most.
const ONCE: [&[Deprel]; 2] =
    [&[Deprel::Nsubj, Deprel::NsubjPass, Deprel::Csubj, Deprel::CsubjPass], &[Deprel::Obj]];

/// What a noun without "be" has no dependents by, and what a verb has none by.
const NOT_OF_NOUNS: &[Deprel] = &[
    Deprel::Nsubj,
    Deprel::NsubjPass,
    Deprel::NsubjOuter,
    Deprel::Csubj,
    Deprel::CsubjPass,
    Deprel::Obj,
    Deprel::Iobj,
    Deprel::Aux,
    Deprel::AuxPass,
    Deprel::CompoundPrt,
];
const NOT_OF_VERBS: &[Deprel] = &[
    Deprel::Compound,
    Deprel::Amod,
    Deprel::Flat,
    Deprel::NmodPoss,
    Deprel::NmodDesc,
    Deprel::NmodUnmarked,
    Deprel::Nummod,
    Deprel::Det,
    Deprel::Nmod,
    Deprel::Acl,
    Deprel::AclRelcl,
];

/// What a word behind a preposition is not, and what a word with "be" is not.
const NOT_WITH_CASE: &[Deprel] =
    &[Deprel::Nsubj, Deprel::NsubjPass, Deprel::Obj, Deprel::Iobj, Deprel::Flat, Deprel::NmodDesc];
const NOT_WITH_BE: &[Deprel] = &[
    Deprel::Nsubj,
    Deprel::NsubjPass,
    Deprel::Obj,
    Deprel::Iobj,
    Deprel::Obl,
    Deprel::Nmod,
    Deprel::Compound,
    Deprel::Flat,
];

/// The relations that no dependent has to a head of that part of speech.
fn barred(head: Pos, has_be: bool) -> &'static [Deprel] {
    match head {
        Pos::Noun | Pos::Propn | Pos::Pron if !has_be => NOT_OF_NOUNS,
        Pos::Verb => NOT_OF_VERBS,
        _ => &[],
    }
}

/// The relations by which no word of that part of speech hangs on another.
fn not_for(dependent: Pos) -> &'static [Deprel] {
    match dependent {
        Pos::Punct | Pos::Sym | Pos::X => &[],
        Pos::Verb => &[Deprel::Punct, Deprel::Det, Deprel::Cc, Deprel::Nummod, Deprel::Cop],
        Pos::Noun | Pos::Propn | Pos::Pron => &[Deprel::Punct, Deprel::Aux, Deprel::AuxPass, Deprel::Cop],
        _ => &[Deprel::Punct],
    }
}

impl Parser {
    /// For a model with these outputs. What its names of tags and relations do not tell counts as `X` and `dep`.
    pub fn new(outputs: &SyntaxOutputs) -> Self {
        Parser {
            tags: outputs.tags.iter().map(|tag| tag.parse().unwrap_or(Pos::X)).collect(),
            relations: outputs.relations.iter().map(|name| Deprel::named(name)).collect(),
            part: outputs.relations.iter().position(|name| name == PART),
        }
    }

    /// The words and the tree of a sentence. `names` are those of its names, in order: the words of a name hang
    /// together by one of them, its head.
    pub fn parse(&self, text: &str, scores: &SyntaxScores, names: &[Span]) -> Sentence {
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
        }
    }

    fn tag(&self, scores: &SyntaxScores, unit: usize) -> Pos {
        let count = self.tags.len();
        let of_unit = &scores.tags[unit * count..(unit + 1) * count];
        best(of_unit, |_| true).map_or(Pos::X, |tag| self.tags[tag])
    }

    /// The relation of each word to its head: the best that the head can have.
    fn relations(
        &self,
        scores: &SyntaxScores,
        words: &[Joined],
        groups: &[usize],
        heads: &[Option<usize>],
        tags: &[Pos],
    ) -> Vec<Option<usize>> {
        let first_choice: Vec<Option<usize>> = (0..words.len())
            .map(|i| words[i].unit.and_then(|unit| self.relation(self.relation_scores(scores, unit), &[])))
            .collect();
        let mut has_be = vec![false; words.len()];
        for (i, head) in heads.iter().enumerate() {
            let is_be = first_choice[i].is_some_and(|relation| self.relations[relation] == Deprel::Cop);
            if let Some(head) = head.filter(|_| is_be) {
                has_be[head] = true;
            }
        }
        let mut has_case = vec![false; words.len()];
        for (i, head) in heads.iter().enumerate() {
            let is_case = first_choice[i].is_some_and(|relation| self.relations[relation] == Deprel::Case);
            if let Some(head) = head.filter(|&head| is_case && tags[i] == Pos::Adp && i < head) {
                has_case[head] = true;
            }
        }
        let mut relations: Vec<Option<usize>> = Vec::with_capacity(words.len());
        let mut all_barred: Vec<Vec<Deprel>> = Vec::with_capacity(words.len());
        for (i, word) in words.iter().enumerate() {
            let mut barred = heads[i].map_or(Vec::new(), |head| barred(tags[head], has_be[head]).to_vec());
            // A name does not stand before the word on its left.
            if heads[i].is_some_and(|head| head < i && groups[head] != groups[i]) {
                barred.push(Deprel::Compound);
            }
            barred.extend(not_for(tags[i]));
            if has_case[i] {
                barred.extend(NOT_WITH_CASE);
            }
            if has_be[i] {
                barred.extend(NOT_WITH_BE);
            }
            let unit = word.unit.filter(|_| heads[i].is_some());
            relations.push(unit.and_then(|unit| self.relation(self.relation_scores(scores, unit), &barred)));
            all_barred.push(barred);
        }
        for set in ONCE {
            self.keep_one(scores, words, heads, set, &mut all_barred, &mut relations);
        }
        relations
    }

    /// The best relation between words but for those that are `barred`.
    fn relation(&self, scores: &[f32], barred: &[Deprel]) -> Option<usize> {
        best(scores, |relation| {
            let name = self.relations[relation];
            Some(relation) != self.part && name != Deprel::Root && !barred.contains(&name)
        })
    }

    fn relation_scores<'s>(&self, scores: &'s SyntaxScores, unit: usize) -> &'s [f32] {
        let count = self.relations.len();
        &scores.relations[unit * count..(unit + 1) * count]
    }

    /// Where a head has several dependents by relations of `set`, keeps the one that the model is surest of, and
    /// gives the others the best of the other relations that are not barred for them.
    fn keep_one(
        &self,
        scores: &SyntaxScores,
        words: &[Joined],
        heads: &[Option<usize>],
        set: &[Deprel],
        barred: &mut [Vec<Deprel>],
        relations: &mut [Option<usize>],
    ) {
        let mut by_head: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        // The heads that have a dependent of a set, by the first relation of the set.
        let mut holders: BTreeSet<(Option<usize>, Deprel)> = BTreeSet::new();
        for (i, relation) in relations.iter().enumerate() {
            let (Some(head), Some(relation)) = (heads[i], *relation) else { continue };
            let relation = self.relations[relation];
            if set.contains(&relation) {
                by_head.entry(head).or_default().push(i);
            }
            if let Some(of) = ONCE.into_iter().find(|of| of.contains(&relation)) {
                holders.insert((Some(head), of[0]));
            }
        }
        for dependents in by_head.into_values().filter(|dependents| dependents.len() > 1) {
            let sure = |&i: &usize| {
                let (Some(unit), Some(relation)) = (words[i].unit, relations[i]) else { return f32::MIN };
                let all = self.relation_scores(scores, unit);
                all[relation] - log_sum(all)
            };
            // What another dependent of the head has of the other sets.
            let head = heads[dependents[0]];
            let taken: Vec<Deprel> = ONCE
                .into_iter()
                .filter(|other| *other == set || holders.contains(&(head, other[0])))
                .flatten()
                .copied()
                .collect();
            let surest = dependents.iter().copied().max_by(|a, b| sure(a).total_cmp(&sure(b)));
            for i in dependents.into_iter().filter(|&i| Some(i) != surest) {
                barred[i].extend(&taken);
                relations[i] = words[i]
                    .unit
                    .and_then(|unit| self.relation(self.relation_scores(scores, unit), &barred[i]));
            }
        }
    }
}

/// The index of the highest score among those that may be; the first of equals.
fn best(scores: &[f32], may_be: impl Fn(usize) -> bool) -> Option<usize> {
    let mut best: Option<usize> = None;
    for (i, &score) in scores.iter().enumerate() {
        if may_be(i) && best.is_none_or(|best| score > scores[best]) {
            best = Some(i);
        }
    }
    best
}

fn log_sum(scores: &[f32]) -> f32 {
    let top = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    top + scores.iter().map(|score| (score - top).exp()).sum::<f32>().ln()
}

/// For each word the log-probabilities of the words that may be its head, and of being the root.
fn arcs(scores: &SyntaxScores, words: &[Joined]) -> Vec<Arc> {
    let mut word_of: Vec<Option<usize>> = vec![None; scores.words.len()];
    for (i, word) in words.iter().enumerate() {
        if let Some(unit) = word.unit {
            word_of[unit] = Some(i);
        }
    }
    let mut arcs = Vec::new();
    for (dependent, word) in words.iter().enumerate() {
        let Some(unit) = word.unit else { continue };
        let (first, of_heads) = scores.heads(unit);
        let start = arcs.len();
        arcs.extend(of_heads.iter().enumerate().filter_map(|(i, &score)| {
            let head = (*word_of.get(first + i)?)?;
            Some(Arc { dependent, head, score })
        }));
        let all: Vec<f32> = arcs[start..].iter().map(|arc: &Arc| arc.score).collect();
        let total = log_sum(&all);
        arcs[start..].iter_mut().for_each(|arc| arc.score -= total);
    }
    arcs
}

/// "Omar Said": a word of a name that looks like a verb is none, and nothing outside the name hangs on it or has it,
/// where another word of the name can stand for the name.
fn no_verbs_in_names(groups: &[usize], tags: &mut [Pos], arcs: &mut Vec<Arc>) {
    let mut is_false = vec![false; groups.len()];
    let mut first = 0;
    for group in groups.chunk_by(|a, b| a == b) {
        let inside = first..first + group.len();
        first = inside.end;
        if tags[inside.clone()].contains(&Pos::Propn) {
            for i in inside {
                if matches!(tags[i], Pos::Verb | Pos::Aux) {
                    (is_false[i], tags[i]) = (true, Pos::Propn);
                }
            }
        }
    }
    arcs.retain(|arc| {
        let leaves = groups[arc.dependent] != groups[arc.head] || arc.dependent == arc.head;
        !leaves || !is_false[arc.dependent] && !is_false[arc.head]
    });
}

/// The head of each word in the best tree in which the words of each name hang together.
fn heads_with_names(words: &[Joined], groups: &[usize], arcs: &[Arc]) -> Vec<Option<usize>> {
    let count = groups.last().map_or(0, |last| last + 1);
    if count == words.len() {
        return best_tree(words.len(), arcs);
    }
    // Between two groups the best arc between words of theirs; within a group none but the roots.
    let mut between: BTreeMap<(usize, usize), Arc> = BTreeMap::new();
    for &arc in arcs {
        let (dependent, head) = (groups[arc.dependent], groups[arc.head]);
        if dependent == head && arc.dependent != arc.head {
            continue;
        }
        let known = between.entry((dependent, head)).or_insert(arc);
        if arc.score > known.score {
            *known = arc;
        }
    }
    let outer: Vec<Arc> =
        between.iter().map(|(&(dependent, head), arc)| Arc { dependent, head, score: arc.score }).collect();
    let mut heads: Vec<Option<usize>> = vec![None; words.len()];
    let mut tops: Vec<Option<usize>> = vec![None; count];
    for (group, head) in best_tree(count, &outer).into_iter().enumerate() {
        let Some(arc) = between.get(&(group, head.unwrap_or(group))) else { continue };
        tops[group] = Some(arc.dependent);
        heads[arc.dependent] = head.map(|_| arc.head);
    }
    let mut first = 0;
    for group in groups.chunk_by(|a, b| a == b) {
        let inside = first..first + group.len();
        if let Some(top) = tops[group[0]].filter(|_| group.len() > 1) {
            let local: Vec<Arc> = arcs
                .iter()
                .filter(|arc| inside.contains(&arc.dependent) && inside.contains(&arc.head))
                .filter(|arc| (arc.dependent == arc.head) == (arc.dependent == top))
                .filter(|arc| arc.dependent != top || arc.head == top)
                .map(|arc| Arc { dependent: arc.dependent - first, head: arc.head - first, ..*arc })
                .collect();
            for (i, head) in best_tree(group.len(), &local).into_iter().enumerate() {
                if first + i != top {
                    heads[first + i] = Some(head.map_or(top, |head| first + head));
                }
            }
        }
        first += group.len();
    }
    heads
}

/// A number for each word, the same for the words of a name, rising.
fn groups(words: &[Joined], names: &[Span]) -> Vec<usize> {
    let mut groups = Vec::with_capacity(words.len());
    let mut name = 0;
    let mut before: Option<usize> = None;
    let mut group = 0;
    for word in words {
        while names.get(name).is_some_and(|name| name.end <= word.span.start) {
            name += 1;
        }
        let inside = names.get(name).is_some_and(|name| name.contains(word.span)).then_some(name);
        if !groups.is_empty() && (inside.is_none() || inside != before) {
            group += 1;
        }
        before = inside;
        groups.push(group);
    }
    groups
}

/// Where words had no arc, or no tree has a single root, all but the first root hang on another word: a word
/// without a unit on the one before it.
fn one_root(words: &[Joined], heads: &mut [Option<usize>]) {
    let with_unit = (0..words.len()).find(|&i| words[i].unit.is_some() && heads[i].is_none());
    let Some(root) = with_unit.or((!words.is_empty()).then_some(0)) else { return };
    for i in 0..words.len() {
        if heads[i].is_none() && i != root {
            heads[i] = Some(if words[i].unit.is_none() && i > 0 { i - 1 } else { root });
        }
    }
}
