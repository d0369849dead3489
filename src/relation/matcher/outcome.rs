//! Which hits of a sentence become relations: of several that say the same, the best.

use std::collections::BTreeMap;

use crate::relation::matcher::hit::{Hit, PairKey, ordered};
use crate::relation::{Document, Matcher, Predicate};

/// What becomes of a hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It is a relation.
    Kept,
    /// A better rule, of that number, finds the same of the pair.
    Beaten(usize),
    /// This predicate of the same pair says more.
    Implied(Predicate),
    /// The sentence says the same of the same entities by these mentions, which are nearer, or by a better rule.
    Elsewhere {
        /// The other subject.
        subject: usize,
        /// The other object.
        object: usize,
    },
}

impl Matcher {
    /// What becomes of each hit of a sentence.
    pub(crate) fn outcomes(&self, document: Document<'_>, hits: &[Hit]) -> Vec<Outcome> {
        let mut outcomes = vec![Outcome::Kept; hits.len()];
        let mut of_pair: BTreeMap<PairKey, Vec<usize>> = BTreeMap::new();
        for (i, hit) in hits.iter().enumerate() {
            of_pair.entry(self.key(hit)).or_default().push(i);
        }
        let mut kept: BTreeMap<PairKey, usize> = BTreeMap::new();
        for (key, same) in of_pair {
            let best = self.best(hits, &same, |_| 0);
            for i in same.into_iter().filter(|&i| i != best) {
                outcomes[i] = Outcome::Beaten(hits[best].rule);
            }
            kept.insert(key, best);
        }
        let says_more = kept.iter().flat_map(|(&(subject, object, strong), &by)| {
            let implied = self.implies.get(&strong).into_iter().flatten();
            implied.map(move |&weak| ((subject, object, weak), strong, by))
        });
        // What the second reader finds hides nothing that a rule finds.
        let implied: Vec<(usize, Predicate)> = says_more
            .filter_map(|(key, strong, by)| Some((*kept.get(&key)?, strong, by)))
            .filter(|&(weak, _, by)| !hits[by].is_learned() || hits[weak].is_learned())
            .map(|(weak, strong, _)| (weak, strong))
            .collect();
        for (i, strong) in implied {
            outcomes[i] = Outcome::Implied(strong);
        }
        kept.retain(|_, i| outcomes[*i] == Outcome::Kept);
        self.keep_each_triple_once(document, hits, &kept, &mut outcomes);
        outcomes
    }

    /// The best of some hits of the same: of built-in rules that of the best score in its file (see
    /// [`crate::relation::Rule::prior`]), and of that and the user's rules the best by score, where the user's need only
    /// be as good. Then the greater `nearness` counts, and the first.
    fn best(&self, hits: &[Hit], of: &[usize], nearness: impl Fn(&Hit) -> isize) -> usize {
        let rule = |i: usize| &self.rules[hits[i].rule];
        let best = |built_in: bool| {
            let ours = of.iter().copied().rev().filter(|&i| rule(i).built_in == built_in);
            ours.max_by(|&a, &b| {
                let nearer = || nearness(&hits[a]).cmp(&nearness(&hits[b]));
                rule(a).prior.total_cmp(&rule(b).prior).then_with(nearer)
            })
        };
        match (best(false), best(true)) {
            (Some(user), Some(ours)) if rule(user).score < rule(ours).score => ours,
            (Some(only), _) | (None, Some(only)) => only,
            (None, None) => 0,
        }
    }

    /// Where a sentence names an entity twice, as in "the Stockholm Center for Freedom (SCF)", a triple
    /// is kept once: by the best rule, and then by the names that are nearest to each other. Second
    /// names are the exception: there each form counts.
    fn keep_each_triple_once(
        &self,
        document: Document<'_>,
        hits: &[Hit],
        kept: &BTreeMap<PairKey, usize>,
        outcomes: &mut [Outcome],
    ) {
        let mut of_triple: BTreeMap<PairKey, Vec<usize>> = BTreeMap::new();
        for (&(subject, object, predicate), &i) in kept.iter().filter(|(key, _)| !key.2.is_alias()) {
            let [subject, object] = [subject, object].map(|mention| document.mentions[mention].entity);
            let (subject, object) = ordered(predicate, subject, object);
            of_triple.entry((subject, object, predicate)).or_default().push(i);
        }
        let nearness = |hit: &Hit| {
            let (subject, object) = (document.mentions[hit.subject].span, document.mentions[hit.object].span);
            let distance = subject.start.max(object.start).saturating_sub(subject.end.min(object.end));
            -(distance as isize)
        };
        for same in of_triple.into_values().filter(|same| same.len() > 1) {
            let best = self.best(hits, &same, nearness);
            for i in same.into_iter().filter(|&i| i != best) {
                outcomes[i] = Outcome::Elsewhere { subject: hits[best].subject, object: hits[best].object };
            }
        }
    }
}
