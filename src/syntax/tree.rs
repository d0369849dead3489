//! Scores to trees.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

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
                all[relation] - log_sum(all.iter().copied())
            };
            let surest = dependents.iter().copied().max_by(|a, b| sure(a).total_cmp(&sure(b)));
            for i in dependents.into_iter().filter(|&i| Some(i) != surest) {
                // What another dependent of the head has of the other sets.
                let taken = |other: &&[Deprel]| *other == set || holders.contains(&(heads[i], other[0]));
                barred[i].extend(ONCE.into_iter().filter(taken).flatten());
                relations[i] = words[i]
                    .unit
                    .and_then(|unit| self.relation(self.relation_scores(scores, unit), &barred[i]));
                let relation = relations[i].map(|relation| self.relations[relation]);
                let of = relation.and_then(|relation| ONCE.into_iter().find(|of| of.contains(&relation)));
                holders.extend(of.map(|of| (heads[i], of[0])));
            }
        }
    }
}

/// The index of the highest score among those that may be; the first of equals.
fn best(scores: &[f32], may_be: impl Fn(usize) -> bool) -> Option<usize> {
    let mut best: Option<usize> = None;
    for (i, &score) in scores.iter().enumerate() {
        if best.is_none_or(|best| score > scores[best]) && may_be(i) {
            best = Some(i);
        }
    }
    best
}

fn log_sum(scores: impl Iterator<Item = f32> + Clone) -> f32 {
    let top = scores.clone().fold(f32::NEG_INFINITY, f32::max);
    top + libm::logf(scores.map(|score| libm::expf(score - top)).sum::<f32>())
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

/// For each word the log-probabilities of the words that may be its head, and of being the root: in the order of the
/// words, and for each in that of its heads.
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
        let total = log_sum(arcs[start..].iter().map(|arc: &Arc| arc.score));
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
    let between = between(groups, arcs);
    let of_groups = |arc: &Arc| (groups[arc.dependent], groups[arc.head]);
    let outer: Vec<Arc> = between
        .iter()
        .map(|arc| Arc { dependent: groups[arc.dependent], head: groups[arc.head], score: arc.score })
        .collect();
    let mut heads: Vec<Option<usize>> = vec![None; words.len()];
    let mut tops: Vec<Option<usize>> = vec![None; count];
    for (group, head) in best_tree(count, &outer).into_iter().enumerate() {
        let Ok(arc) = between.binary_search_by_key(&(group, head.unwrap_or(group)), of_groups) else {
            continue;
        };
        let arc = between[arc];
        tops[group] = Some(arc.dependent);
        heads[arc.dependent] = head.map(|_| arc.head);
    }
    let mut first = 0;
    for group in groups.chunk_by(|a, b| a == b) {
        let inside = first..first + group.len();
        first = inside.end;
        if let Some(top) = tops[group[0]]
            && inside.len() > 1
        {
            hang_on(top, inside, arcs, &mut heads);
        }
    }
    heads
}

/// The best arc between words of each two groups, by group of the dependent and of the head; that of a group to itself
/// is its best root.
fn between(groups: &[usize], arcs: &[Arc]) -> Vec<Arc> {
    let mut best: Vec<Arc> = Vec::with_capacity(arcs.len());
    for of_group in arcs.chunk_by(|a, b| groups[a.dependent] == groups[b.dependent]) {
        let is_outer = |arc: &&Arc| arc.head == arc.dependent || groups[arc.head] != groups[arc.dependent];
        let mut of_group: Vec<Arc> = of_group.iter().filter(is_outer).copied().collect();
        of_group.sort_by_key(|arc| groups[arc.head]);
        for arc in of_group {
            match best.last_mut() {
                Some(last)
                    if groups[last.head] == groups[arc.head]
                        && groups[last.dependent] == groups[arc.dependent] =>
                {
                    if arc.score > last.score {
                        *last = arc;
                    }
                }
                _ => best.push(arc),
            }
        }
    }
    best
}

/// Gives the words of a name, all but its head `top`, their heads within it.
fn hang_on(top: usize, name: Range<usize>, arcs: &[Arc], heads: &mut [Option<usize>]) {
    let from = arcs.partition_point(|arc| arc.dependent < name.start);
    let to = arcs.partition_point(|arc| arc.dependent < name.end);
    let within = |arc: &&Arc| {
        let is_root = arc.dependent == arc.head;
        name.contains(&arc.head) && is_root == (arc.dependent == top)
    };
    let mut local: Vec<Arc> = arcs[from..to].iter().filter(within).copied().collect();
    // A word that was not compared with `top`, because a window ends between them, can hang on it nevertheless.
    local.extend(name.clone().map(|dependent| Arc { dependent, head: top, score: f32::NEG_INFINITY }));
    local.sort_by_key(|arc| arc.dependent);
    for arc in &mut local {
        arc.dependent -= name.start;
        arc.head -= name.start;
    }
    for (word, head) in name.clone().zip(best_tree(name.len(), &local)) {
        if word != top {
            heads[word] = Some(head.map_or(top, |head| name.start + head));
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::MadeUp;
    use proptest::prelude::*;

    const TAGS: [&str; 3] = ["NOUN", "VERB", "ADP"];
    const RELATIONS: [&str; 8] = [
        "part",
        "root",
        "nsubj",
        "nsubj:pass",
        "csubj",
        "obj",
        "obl",
        "no:relation of universal dependencies",
    ];

    fn parser() -> Parser {
        let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        Parser::new(&SyntaxOutputs {
            tags: names(&TAGS),
            relations: names(&RELATIONS),
            ..SyntaxOutputs::default()
        })
    }

    /// A sentence whose words stand apart, and its scores: of each word tag, relation and head (itself for the root),
    /// each scored 5 and all else 0.
    fn scored(words: &[(&str, &str, &str, usize)]) -> (String, SyntaxScores) {
        let mut text = String::new();
        let one = |at: usize, count: usize| (0..count).map(|i| if i == at { 5.0 } else { 0.0 }).collect();
        let place = |names: &[&str], name: &str| names.iter().position(|it| *it == name).unwrap();
        let mut rows = Vec::new();
        for &(word, tag, relation, head) in words {
            let span = Span::new(text.len(), text.len() + word.len());
            text = text + word + " ";
            let tags: Vec<f32> = one(place(&TAGS, tag), TAGS.len());
            let relations: Vec<f32> = one(place(&RELATIONS, relation), RELATIONS.len());
            rows.push(MadeUp { span, tags, relations, first_head: 0, heads: one(head, words.len()) });
        }
        (text, SyntaxScores::made_up(rows))
    }

    /// Words as `word/relation/head`.
    fn written(text: &str, sentence: &Sentence) -> String {
        let word = |word: &Word| {
            let head = word.head.map_or("-", |head| sentence.words[head].span.of(text));
            format!("{}/{}/{head}", word.span.of(text), word.relation)
        };
        sentence.words.iter().map(word).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_best_tags_heads_and_relations_are_taken() {
        let (text, scores) = scored(&[
            ("Dogs", "NOUN", "nsubj", 1),
            ("chase", "VERB", "root", 1),
            ("cats", "NOUN", "obj", 1),
            ("in", "ADP", "no:relation of universal dependencies", 4),
            ("gardens", "NOUN", "obl", 1),
        ]);
        let sentence = parser().parse(&text, &scores, &[]);
        let expected = "Dogs/nsubj/chase chase/root/- cats/obj/chase in/dep/gardens gardens/obl/chase";
        assert_eq!(written(&text, &sentence), expected);
        let [dogs, chase, ..] = &sentence.words[..] else { panic!("five words") };
        assert_eq!((dogs.pos, &*dogs.lemma, chase.pos), (Pos::Noun, "dog", Pos::Verb));
    }

    #[test]
    fn the_words_of_a_name_hang_together() {
        let words = [
            ("Bank", "NOUN", "nsubj", 3),
            ("of", "ADP", "obl", 3),
            ("Lima", "NOUN", "obl", 1),
            ("fell", "VERB", "root", 3),
        ];
        let (text, scores) = scored(&words);
        let apart = parser().parse(&text, &scores, &[]);
        assert_eq!(written(&text, &apart), "Bank/nsubj/fell of/obl/fell Lima/obl/of fell/root/-");
        let name = Span::new(0, "Bank of Lima".len());
        let together = parser().parse(&text, &scores, &[name]);
        assert_eq!(written(&text, &together), "Bank/nsubj/fell of/obl/Bank Lima/obl/of fell/root/-");
    }

    #[test]
    fn a_verb_has_one_subject_and_one_object() {
        let (text, mut scores) = scored(&[
            ("we", "NOUN", "nsubj", 2),
            ("dogs", "NOUN", "nsubj", 2),
            ("chase", "VERB", "root", 2),
            ("cats", "NOUN", "obj", 2),
            ("mice", "NOUN", "obj", 2),
        ]);
        // "we" is the surer subject and "cats" the surer object. What comes next for "dogs" is an object too.
        let relation = |word: usize, name: &str| {
            word * RELATIONS.len() + RELATIONS.iter().position(|it| *it == name).unwrap()
        };
        scores.relations[relation(0, "nsubj")] = 9.0;
        scores.relations[relation(3, "obj")] = 9.0;
        scores.relations[relation(1, "csubj")] = 4.0;
        scores.relations[relation(1, "obj")] = 3.0;
        scores.relations[relation(1, "obl")] = 2.0;
        scores.relations[relation(4, "nsubj")] = 4.0;
        scores.relations[relation(4, "obl")] = 3.0;
        let sentence = parser().parse(&text, &scores, &[]);
        let expected = "we/nsubj/chase dogs/obl/chase chase/root/- cats/obj/chase mice/obl/chase";
        assert_eq!(written(&text, &sentence), expected);
    }

    #[test]
    fn words_without_a_unit_hang_on_the_word_before() {
        let (text, scores) = scored(&[("cannot", "VERB", "root", 0), ("dogs", "NOUN", "obj", 0)]);
        let words = [(0, 3), (3, 6), (7, 11)].map(|(start, end)| Span::new(start, end));
        let sentence = parser().parse_words(&text, &scores, &words);
        assert_eq!(written(&text, &sentence), "can/root/- not/dep/can dogs/obj/can");
    }

    #[test]
    fn thousands_of_words_and_names_take_no_time_to_speak_of() {
        let count = 5000;
        let mut text = String::new();
        let mut names = Vec::new();
        let rows: Vec<_> = (0..count)
            .map(|i: usize| {
                let span = Span::new(text.len(), text.len() + 3);
                text += "abc ";
                if i % 2 == 1 {
                    names.push(Span::new(span.start - 4, span.end));
                }
                let first_head = i.saturating_sub(60);
                let heads =
                    (first_head..(i + 60).min(count)).map(|head| ((head * 7 + i) % 13) as f32).collect();
                let (tags, relations) = (vec![0.0; TAGS.len()], vec![0.0; RELATIONS.len()]);
                MadeUp { span, tags, relations, first_head, heads }
            })
            .collect();
        let start = cpu_time::ThreadTime::now();
        let sentence = parser().parse(&text, &SyntaxScores::made_up(rows), &names);
        assert!(sentence.is_cut && sentence.words.len() == count);
        check(&sentence, &names);
        assert!(start.elapsed().as_secs() < 30, "{:?}", start.elapsed());
    }

    /// That a sentence is what it should be whatever the scores.
    fn check(sentence: &Sentence, names: &[Span]) {
        let words = &sentence.words;
        assert!(words.iter().all(|word| word.head.is_none_or(|head| head < words.len())));
        assert!(words.is_empty() || words.iter().filter(|word| word.head.is_none()).count() == 1);
        assert!(words.iter().all(|word| (word.head.is_none()) == (word.relation == Deprel::Root)));
        // Every word leads to the root: 0 is not known yet, 1 on the way, 2 known.
        let mut known = vec![0; words.len()];
        for start in 0..words.len() {
            let mut path = vec![start];
            while let Some(&at) = path.last()
                && known[at] == 0
            {
                known[at] = 1;
                path.extend(words[at].head);
            }
            assert!(path.pop().is_none_or(|end| known[end] == 2 || words[end].head.is_none()), "a cycle");
            path.into_iter().for_each(|at| known[at] = 2);
            known[start] = 2;
        }
        for (head, _) in words.iter().enumerate() {
            for set in ONCE {
                let of_set = words.iter().filter(|it| it.head == Some(head) && set.contains(&it.relation));
                assert!(words.len() > 100 || of_set.count() <= 1, "{set:?} of word {head}");
            }
        }
        for name in names {
            let first = words.partition_point(|word| word.span.start < name.start);
            let last = first + words[first..].partition_point(|word| word.span.end <= name.end);
            let outwards =
                (first..last).filter(|&i| words[i].head.is_none_or(|head| !(first..last).contains(&head)));
            assert!(first == last || outwards.count() == 1, "{name:?}");
        }
    }

    fn score() -> impl Strategy<Value = f32> {
        prop_oneof![8 => -9f32..9.0, 1 => Just(f32::NAN), 1 => Just(f32::INFINITY), 1 => Just(f32::NEG_INFINITY)]
    }

    /// The units of a sentence, some of them touching the one before, as pieces of text with their scores; each has
    /// been compared with a run of units around it.
    fn sentence() -> impl Strategy<Value = (String, SyntaxScores)> {
        let unit = prop::sample::select(vec!["a", "Don", "'", "t", ".", "-", "é", "İ", "words"]);
        let one = move |count: usize| {
            let scores = |count| prop::collection::vec(score(), count);
            let around = (0..count, 1..=count);
            (unit.clone(), any::<bool>(), scores(TAGS.len()), scores(RELATIONS.len()), around, scores(count))
        };
        (0usize..12).prop_flat_map(move |count| prop::collection::vec(one(count.max(1)), count)).prop_map(
            |units| {
                let mut text = String::new();
                let count = units.len();
                let mut rows = Vec::new();
                for (i, (unit, touches, tags, relations, (before, behind), heads)) in
                    units.into_iter().enumerate()
                {
                    text.push_str(if touches { "" } else { " " });
                    let span = Span::new(text.len(), text.len() + unit.len());
                    text.push_str(unit);
                    let (first, end) = (i.saturating_sub(before), (i + behind).min(count));
                    let heads = heads[first..end].to_vec();
                    rows.push(MadeUp { span, tags, relations, first_head: first, heads });
                }
                (text, SyntaxScores::made_up(rows))
            },
        )
    }

    /// Spans between some of these borders, some with a gap before the next one.
    fn between(borders: &[usize], taken: &[bool]) -> Vec<Span> {
        let some: Vec<usize> = borders
            .iter()
            .zip(taken.iter().cycle())
            .filter(|(_, taken)| **taken)
            .map(|(at, _)| *at)
            .collect();
        some.windows(2).step_by(if taken[0] { 1 } else { 2 }).map(|it| Span::new(it[0], it[1])).collect()
    }

    proptest! {
        #[test]
        fn whatever_the_scores_there_is_a_tree(
            (text, scores) in sentence(),
            taken in prop::collection::vec(any::<bool>(), 1..40),
        ) {
            // Names may cut units, and begin or end beyond the sentence.
            let borders: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len(), text.len() + 5]).collect();
            let names = between(&borders, &taken);
            let sentence = parser().parse(&text, &scores, &names);
            check(&sentence, &names);
            let spans: Vec<Span> = sentence.words.iter().map(|word| word.span).collect();
            prop_assert!(spans.iter().all(|span| !span.is_empty()) && spans.is_sorted_by(|a, b| a.end <= b.start));
            let letters = |text: &str| text.replace(' ', "");
            prop_assert_eq!(spans.iter().map(|span| span.of(&text)).collect::<String>(), letters(&text));
        }

        #[test]
        fn whatever_words_are_given_there_is_a_tree_over_them(
            (text, scores) in sentence(),
            taken in prop::collection::vec(any::<bool>(), 1..40),
        ) {
            let borders: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
            let words = between(&borders, &taken);
            let sentence = parser().parse_words(&text, &scores, &words);
            check(&sentence, &[]);
            prop_assert!(sentence.words.iter().map(|word| word.span).eq(words));
        }
    }
}
