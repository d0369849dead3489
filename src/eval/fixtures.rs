//! Labels for tests.

use crate::entity::EntityType;
use crate::error::Place;
use crate::eval::gold::Gold;
use crate::eval::labels::{Document, Labels, Mention, Relation};
use crate::text::{Article, Span};

/// Labels of a text: each name where it first stands, and relations by the numbers of names.
pub(super) fn labels(text: &str, names: &[(&str, EntityType)], relations: &[(usize, &str, usize)]) -> Labels {
    let mention = |&(name, entity_type): &(&str, EntityType)| {
        let start = text.find(name).unwrap();
        Mention::new(Span::new(start, start + name.len()), entity_type)
    };
    Labels {
        mentions: names.iter().map(mention).collect(),
        relations: relations
            .iter()
            .map(|&(subject, predicate, object)| relation(subject, predicate, object))
            .collect(),
    }
}

pub(super) fn relation(subject: usize, predicate: &str, object: usize) -> Relation {
    Relation { subject, predicate: predicate.to_owned(), object, ..Relation::default() }
}

pub(super) fn document(id: &str, text: &str, labels: Labels) -> Document {
    let article = Article { id: id.to_owned(), text: text.to_owned(), ..Article::default() };
    Document { article, place: Place::line("g", 3), labels, annotated_types: None }
}

pub(super) fn gold(documents: Vec<Document>) -> Gold {
    Gold { documents, has_mentions: true, ..Gold::default() }
}
