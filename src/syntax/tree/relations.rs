//! The relation of each word to its head.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::SyntaxScores;
use crate::syntax::tree::Parser;
use crate::syntax::tree::constraints::{NOT_WITH_BE, NOT_WITH_CASE, ONCE, barred, not_for};
use crate::syntax::tree::scores::{best, log_sum};
use crate::syntax::words::Joined;
use crate::syntax::{Deprel, Pos};

impl Parser {
    /// The relation of each word to its head: the best that the head can have.
    pub(super) fn relations(
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

    pub(super) fn relation_scores<'s>(&self, scores: &'s SyntaxScores, unit: usize) -> &'s [f32] {
        let count = self.relations.len();
        &scores.relations[unit * count..(unit + 1) * count]
    }

    /// Where a head has several dependents by relations of `set`, keeps the one that the model is surest of, and
    /// gives the others the best of the other relations that may be.
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
