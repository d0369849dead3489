//! What the program claims about a labelled text, and by what.

use crate::eval::evaluation::Evaluation;
use crate::eval::gold::Gold;
use crate::eval::labels::Relation;
use crate::eval::relations::{Compared, Mode};
use crate::relation::Evidence;

/// A relation that was found in a document, however often it is stated there.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Claim {
    pub(super) is_right: bool,
    /// The rule that each telling is found by, and what its score is made from.
    pub(super) tellings: Vec<(String, Evidence)>,
}

impl Evaluation {
    /// The claims about each document that its labels can judge: triples where the gold names its entities, else
    /// relations by place.
    pub(super) fn claims(&self, gold: &Gold) -> Vec<Vec<Claim>> {
        let documents = gold.documents.iter().zip(&self.predicted);
        documents
            .map(|(document, labels)| match self.main_mode() {
                Mode::Triples => claims(&Compared::triples(document, labels, &self.scope)),
                mode => claims(&Compared::by_place(document, labels, mode, &self.scope)),
            })
            .collect()
    }
}

fn claims<A: Ord>(compared: &Compared<'_, A>) -> Vec<Claim> {
    let telling = |relation: &&Relation| Some((relation.rule.clone()?, relation.evidence?));
    let claim = |(key, relations): (_, &Vec<&Relation>)| Claim {
        is_right: compared.is_right(key),
        tellings: relations.iter().filter_map(telling).collect(),
    };
    compared.found.iter().map(claim).collect()
}
