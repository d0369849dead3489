//! Scores of names: exact, the schemes of SemEval-2013, and who is taken for whom.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::AddAssign;

use crate::entity::EntityType;
use crate::eval::counts::{Counts, SchemeCounts};
use crate::eval::labels::Labels;
use crate::eval::scope::Scope;
use crate::text::Span;

/// What is compared of a mention.
pub type Name = (Span, EntityType);

/// How much of a mention must be right. The matching is that of SemEval-2013 task 9 as nervaluate
/// does it: predictions in text order each take the best gold mention that is left.
///
/// See the [example](crate::eval#example).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scheme {
    /// Boundaries and type.
    Strict,
    /// Boundaries alone.
    Boundary,
    /// The type, on any overlap.
    Type,
    /// Boundaries alone; an overlap counts half.
    Partial,
}

impl Scheme {
    /// All of them, in the order of reports.
    pub const ALL: [Scheme; 4] = [Scheme::Strict, Scheme::Boundary, Scheme::Type, Scheme::Partial];

    /// The name in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Scheme::Strict => "strict",
            Scheme::Boundary => "boundary",
            Scheme::Type => "type",
            Scheme::Partial => "partial",
        }
    }
}

/// Additive scores of the names of one document or of many.
///
/// See the [example](crate::eval#example).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EntityScore {
    /// Exact span and type.
    pub by_type: BTreeMap<EntityType, Counts>,
    /// Each scheme over all types.
    pub schemes: BTreeMap<Scheme, SchemeCounts>,
    /// Each scheme for the mentions of one type alone.
    pub schemes_by_type: BTreeMap<EntityType, BTreeMap<Scheme, SchemeCounts>>,
    /// Gold type and predicted type of mentions that overlap; `None` for missed and spurious ones.
    pub confusion: BTreeMap<(Option<EntityType>, Option<EntityType>), u64>,
}

impl EntityScore {
    /// Compares the labels of one document.
    pub fn of(gold: &Labels, predicted: &Labels, scope: &Scope) -> Self {
        let (gold, predicted) = (names(gold, scope), names(predicted, scope));
        let mut score = EntityScore::default();
        let (in_gold, found): (BTreeSet<Name>, BTreeSet<Name>) =
            (gold.iter().copied().collect(), predicted.iter().copied().collect());
        for name in &gold {
            let counts = score.by_type.entry(name.1).or_default();
            if found.contains(name) { counts.tp += 1 } else { counts.fn_ += 1 }
        }
        for name in predicted.iter().filter(|name| !in_gold.contains(name)) {
            score.by_type.entry(name.1).or_default().fp += 1;
        }
        for scheme in Scheme::ALL {
            score.schemes.insert(scheme, match_in_order(scheme, &gold, &predicted));
        }
        for &entity_type in score.by_type.keys() {
            let only = |names: &[Name]| -> Vec<Name> {
                names.iter().copied().filter(|name| name.1 == entity_type).collect()
            };
            let (gold, predicted) = (only(&gold), only(&predicted));
            let schemes = Scheme::ALL.map(|scheme| (scheme, match_in_order(scheme, &gold, &predicted)));
            score.schemes_by_type.insert(entity_type, schemes.into_iter().collect());
        }
        for pair in align(&gold, &predicted) {
            let types = (pair.gold.map(|i| gold[i].1), pair.predicted.map(|i| predicted[i].1));
            *score.confusion.entry(types).or_default() += 1;
        }
        score
    }

    /// The counts over all types.
    pub fn micro(&self) -> Counts {
        self.by_type.values().copied().sum()
    }
}

impl AddAssign<&EntityScore> for EntityScore {
    fn add_assign(&mut self, other: &EntityScore) {
        for (key, counts) in &other.by_type {
            *self.by_type.entry(*key).or_default() += *counts;
        }
        for (key, counts) in &other.schemes {
            *self.schemes.entry(*key).or_default() += *counts;
        }
        for (key, schemes) in &other.schemes_by_type {
            let mine = self.schemes_by_type.entry(*key).or_default();
            for (scheme, counts) in schemes {
                *mine.entry(*scheme).or_default() += *counts;
            }
        }
        for (key, n) in &other.confusion {
            *self.confusion.entry(*key).or_default() += n;
        }
    }
}

/// The names in scope, in text order, each once.
pub(crate) fn names(labels: &Labels, scope: &Scope) -> Vec<Name> {
    let scored = labels.mentions.iter().filter(|m| !m.argument_only && scope.has_type(m.entity_type));
    let mut names: Vec<Name> = scored.map(|m| (m.span, m.entity_type)).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// For each gold mention, the furthest end of it and those before it: what makes a search for
/// overlaps quick even where labels are nested.
struct Reach(Vec<usize>);

impl Reach {
    fn of(gold: &[Name]) -> Self {
        let mut furthest = 0;
        Reach(
            gold.iter()
                .map(|(span, _)| {
                    furthest = furthest.max(span.end);
                    furthest
                })
                .collect(),
        )
    }

    /// The indices of the gold mentions that overlap `span`.
    fn overlapping<'a>(&self, gold: &'a [Name], span: Span) -> impl Iterator<Item = usize> + use<'a> {
        let first = self.0.partition_point(|&end| end <= span.start);
        (first..gold.len())
            .take_while(move |&i| gold[i].0.start < span.end)
            .filter(move |&i| gold[i].0.overlaps(span))
    }
}

fn match_in_order(scheme: Scheme, gold: &[Name], predicted: &[Name]) -> SchemeCounts {
    let reach = Reach::of(gold);
    let mut taken = vec![false; gold.len()];
    let mut counts = SchemeCounts::default();
    for &(span, entity_type) in predicted {
        let free = || reach.overlapping(gold, span).filter(|&i| !taken[i]);
        let distance = |i: &usize| gold[*i].0.start.abs_diff(span.start) + gold[*i].0.end.abs_diff(span.end);
        let right = match scheme {
            Scheme::Strict => free().find(|&i| gold[i] == (span, entity_type)),
            Scheme::Boundary | Scheme::Partial => free().find(|&i| gold[i].0 == span),
            Scheme::Type => free().filter(|&i| gold[i].1 == entity_type).min_by_key(distance),
        };
        let (matched, field) = match (right, free().next()) {
            (Some(i), _) => (Some(i), &mut counts.correct),
            (None, Some(i)) if scheme == Scheme::Partial => (Some(i), &mut counts.partial),
            (None, Some(i)) => (Some(i), &mut counts.incorrect),
            (None, None) => (None, &mut counts.spurious),
        };
        *field += 1;
        if let Some(i) = matched {
            taken[i] = true;
        }
    }
    counts.missed = taken.iter().filter(|&&taken| !taken).count() as u64;
    counts
}

/// A gold mention and the prediction that stands for it, by index; one of them may lack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pair {
    pub(crate) gold: Option<usize>,
    pub(crate) predicted: Option<usize>,
}

/// Pairs each gold mention with at most one prediction that overlaps it, best pairs first: same
/// span and type, then same span, then same type, then longest overlap. Both lists in text order.
pub(crate) fn align(gold: &[Name], predicted: &[Name]) -> Vec<Pair> {
    let reach = Reach::of(gold);
    let mut candidates = Vec::new();
    for (p, &(span, entity_type)) in predicted.iter().enumerate() {
        for g in reach.overlapping(gold, span) {
            let shared = gold[g].0.end.min(span.end) - gold[g].0.start.max(span.start);
            let worse = (gold[g].0 != span, gold[g].1 != entity_type);
            candidates.push((worse, usize::MAX - shared, g, p));
        }
    }
    candidates.sort_unstable();
    let (mut of_gold, mut used) = (vec![None; gold.len()], vec![false; predicted.len()]);
    for (_, _, g, p) in candidates {
        if of_gold[g].is_none() && !used[p] {
            of_gold[g] = Some(p);
            used[p] = true;
        }
    }
    let paired = of_gold.iter().enumerate().map(|(g, &predicted)| Pair { gold: Some(g), predicted });
    let spurious = (0..predicted.len()).filter(|&p| !used[p]);
    paired.chain(spurious.map(|p| Pair { gold: None, predicted: Some(p) })).collect()
}
