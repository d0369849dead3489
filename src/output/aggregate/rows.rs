//! The rows of the tables that need all articles.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::output::aggregate::parts::{Entity, Pair, Period, Triple};
use crate::output::row::{CooccurrenceRow, EntityRow, TripleRow};
use crate::output::{Style, rounded};

pub(super) fn entity_row(entity: Entity, style: Style) -> EntityRow {
    let (first_date, last_date) = Period::cells(entity.dates);
    EntityRow {
        entity_id: entity.id,
        entity: style.text(&entity.name.name),
        entity_type: entity.name.entity_type,
        mentions: entity.mentions,
        articles: entity.articles,
        aliases: style.list(most_often_first(entity.forms)),
        external_id: style.text(&entity.external_id.unwrap_or_default()),
        first_date,
        last_date,
    }
}

pub(super) fn triple_row(triple: Triple, style: Style) -> TripleRow {
    let Triple { subject, object, .. } = triple;
    let statement = if triple.negated { triple.denied } else { triple.asserted };
    let (first_date, last_date) = Period::cells(triple.dates);
    TripleRow {
        subject: style.text(&subject.name),
        subject_type: subject.entity_type,
        predicate: triple.predicate,
        object: style.text(triple.alias.as_ref().unwrap_or(&object.name)),
        object_type: object.entity_type,
        articles: triple.articles,
        evidence: triple.evidence,
        score: triple.score,
        negated: triple.negated,
        first_article: style.text(&triple.first.1),
        example: style.text(&triple.example.sentence),
        certainty: statement.certainty.unwrap_or_default(),
        sources: style.list(most_often_first(statement.sources)),
        status: statement.status.unwrap_or_default(),
        first_date,
        last_date,
        event_date: statement.event_date,
        subject_id: triple.ids.0,
        object_id: triple.ids.1,
    }
}

/// `expected`: sentences that would name both if they were independent.
pub(super) fn pair_row(pair: Pair, expected: f64, style: Style) -> CooccurrenceRow {
    let (first, second) = pair.names;
    CooccurrenceRow {
        subject: style.text(&first.name),
        subject_type: first.entity_type,
        object: style.text(&second.name),
        object_type: second.entity_type,
        articles: pair.articles,
        sentences: pair.sentences,
        pmi: rounded(libm::log2(pair.sentences as f64 / expected)),
    }
}

/// What was counted, the most frequent first.
fn most_often_first(counts: BTreeMap<String, u64>) -> Vec<String> {
    let mut counted: Vec<(String, u64)> = counts.into_iter().collect();
    counted.sort_by_key(|(_, count)| Reverse(*count));
    counted.into_iter().map(|(it, _)| it).collect()
}
