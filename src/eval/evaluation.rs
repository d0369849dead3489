//! All scores of one set of predictions on one gold.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::eval::attributes::AttributeScore;
use crate::eval::bootstrap::{DocumentCounts, Figure, Interval, intervals};
use crate::eval::entities::EntityScore;
use crate::eval::gold::Gold;
use crate::eval::labels::Labels;
use crate::eval::map::Map;
use crate::eval::relations::{Mode, RelationScore};
use crate::eval::reliability::Reliability;
use crate::eval::resolution::Resolution;
use crate::eval::scope::Scope;

/// Scores, and what they were made from.
///
/// ```no_run
/// # fn score(pipeline: &triplewire::pipeline::Pipeline) -> triplewire::Result<()> {
/// use std::path::Path;
///
/// use triplewire::eval::{Evaluation, Mode, by_program, gold};
///
/// let gold = gold::read(Path::new("seeds/labels"), &[])?;
/// let (mut problems, mut notes) = (Vec::new(), Vec::new());
/// let predicted = by_program(&gold, None, false, pipeline, &mut problems, &mut notes)?;
/// let scores = Evaluation::of(&gold, predicted, None);
/// println!("F1 of triples: {:?}", scores.relations.micro(Mode::Triples).f1());
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Evaluation {
    /// What was scored.
    pub scope: Scope,
    /// The predictions, in the terms of the gold, one for each of its documents.
    pub predicted: Vec<Labels>,
    /// Scores of names.
    pub entities: EntityScore,
    /// Scores of relations.
    pub relations: RelationScore,
    /// Scores of the attributes of relations.
    pub attributes: AttributeScore,
    /// Scores of mentions against how often they are right.
    pub entity_reliability: Reliability,
    /// Scores of relations against how often they are right, in strict mode.
    pub relation_reliability: Reliability,
    /// The same of triples, where the gold names its entities.
    pub triple_reliability: Option<Reliability>,
    /// Scores of entity resolution, where the gold has canonical names.
    pub resolution: Option<Resolution>,
    /// Counts of each document of the gold.
    pub documents: Vec<DocumentCounts>,
    /// What was not scored and why, for people.
    pub notes: Vec<String>,
    intervals: OnceLock<BTreeMap<Figure, Interval>>,
}

impl Evaluation {
    /// Scores `predicted`, one for each document of the gold, in our terms.
    ///
    /// # Panics
    /// If there are not as many predictions as documents.
    pub fn of(gold: &Gold, predicted: Vec<Labels>, map: Option<&Map>) -> Self {
        let scope = Scope::of(gold, map);
        let mut unmapped = BTreeMap::new();
        let predicted: Vec<Labels> = match map {
            Some(map) => predicted.into_iter().map(|labels| map.apply(labels, &mut unmapped)).collect(),
            None => predicted,
        };
        let mut notes = scope.notes(gold, &predicted, map);
        if !unmapped.is_empty() && !scope.relations.is_empty() {
            let items: Vec<String> = unmapped.iter().map(|(p, n)| format!("{p} ({n})")).collect();
            notes.push(format!("Predicted relations that the map has no place for: {}.", items.join(", ")));
        }
        Self::within(scope, gold, predicted, notes)
    }

    /// Scores `predicted`, one for each document of the gold and in its terms, within a scope.
    ///
    /// # Panics
    /// If there are not as many predictions as documents.
    pub(super) fn within(scope: Scope, gold: &Gold, predicted: Vec<Labels>, notes: Vec<String>) -> Self {
        assert_eq!(gold.documents.len(), predicted.len(), "one prediction for each document");
        let mut evaluation = Evaluation {
            entity_reliability: Reliability::of_entities(gold, &predicted, &scope),
            relation_reliability: Reliability::of_relations(gold, &predicted, &scope),
            triple_reliability: scope
                .names_entities
                .then(|| Reliability::of_triples(gold, &predicted, &scope)),
            resolution: Resolution::of(gold, &predicted, &scope),
            scope,
            predicted,
            entities: EntityScore::default(),
            relations: RelationScore::default(),
            attributes: AttributeScore::default(),
            documents: Vec::with_capacity(gold.documents.len()),
            notes,
            intervals: OnceLock::new(),
        };
        for (document, labels) in gold.documents.iter().zip(&evaluation.predicted) {
            let entities = EntityScore::of(&document.labels, labels, &evaluation.scope);
            let relations = RelationScore::of(document, labels, &evaluation.scope);
            evaluation.entities += &entities;
            evaluation.relations += &relations;
            evaluation.attributes += &AttributeScore::of(document, labels, &evaluation.scope);
            let by_mode = Mode::ALL.map(|mode| (mode, relations.micro(mode)));
            evaluation.documents.push(DocumentCounts {
                entities: entities.by_type,
                relations: by_mode.into_iter().collect(),
            });
        }
        evaluation
    }

    /// What says most about relations: triples where the gold names its entities, else strict.
    pub fn main_mode(&self) -> Mode {
        if self.scope.names_entities { Mode::Triples } else { Mode::Strict }
    }

    /// The 95 % intervals of the headline figures: computed when first asked for, because that takes
    /// longer than all the rest.
    pub fn intervals(&self) -> &BTreeMap<Figure, Interval> {
        self.intervals.get_or_init(|| intervals(&self.documents))
    }
}
