//! Scores of the attributes of a relation: how certain it is, whether it is still so, and when.

use std::collections::BTreeMap;
use std::ops::AddAssign;

use crate::eval::counts::Counts;
use crate::eval::labels::{Document, Labels};
use crate::eval::relations::{Compared, Mode};
use crate::eval::scope::Scope;

/// Additive scores of attributes by column. They are counted over the relations that are found where the gold has
/// them; one that has another value is both wrong and missed.
///
/// See the [example](crate::eval#example).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AttributeScore(pub BTreeMap<&'static str, Counts>);

impl AttributeScore {
    /// Compares the attributes of the relations of one document that both have at the same place.
    pub(super) fn of(document: &Document, predicted: &Labels, scope: &Scope) -> Self {
        let mut score = AttributeScore::default();
        let compared = Compared::by_place(document, predicted, Mode::Boundary, scope);
        for (key, gold) in &compared.gold {
            let Some(found) = compared.found.get(key).and_then(|relations| relations.first()) else {
                continue;
            };
            let (gold, found) = (gold.attributes, found.attributes);
            score.count("certainty", gold.certainty.map(Some), found.certainty.map(Some));
            score.count("status", gold.status.map(Some), found.status.map(Some));
            score.count("event_date", gold.event_date, found.event_date);
        }
        score
    }

    /// Both are `None` where nothing is labelled, and hold `None` where there is no value.
    fn count<T: PartialEq>(
        &mut self,
        column: &'static str,
        gold: Option<Option<T>>,
        found: Option<Option<T>>,
    ) {
        let (Some(gold), Some(found)) = (gold, found) else { return };
        let counts = self.0.entry(column).or_default();
        if gold.is_some() && gold == found {
            counts.tp += 1;
        } else {
            counts.fp += u64::from(found.is_some());
            counts.fn_ += u64::from(gold.is_some());
        }
    }
}

impl AddAssign<&AttributeScore> for AttributeScore {
    fn add_assign(&mut self, other: &AttributeScore) {
        for (column, counts) in &other.0 {
            *self.0.entry(column).or_default() += *counts;
        }
    }
}
