//! Agreement of two annotators who labelled the same texts.
//!
//! The scores are those of an [`Evaluation`] with A as gold and B as prediction, over everything that either
//! of them labels: F1 is then the same whichever of the two comes first. [`Kappa`] corrects agreement on words
//! for chance.
//!
//! # Example
//!
//! ```
//! use triplewire::eval::agreement::{self, Agreement};
//! use triplewire::eval::gold;
//! use triplewire::text::EntityType;
//!
//! let folder = tempfile::tempdir()?;
//! let file = folder.path().join("first.conll");
//! std::fs::write(&file, "Ana\tB-PER\nleads\tO\nAcme\tB-ORG\n")?;
//! let a = gold::read(&file, &[])?;
//! // The second person takes Acme for a place.
//! let mut b = a.clone();
//! b.documents[0].labels.mentions[1].entity_type = EntityType::Loc;
//!
//! let agreement = Agreement::of(a, b)?;
//! assert_eq!(agreement.disagreement_lines(10), ["first-1: type: A: ORG 10-14 Acme; B: LOC 10-14 Acme"]);
//! assert_eq!(agreement.kappa.as_ref().map(|kappa| kappa.words), Some(3));
//! println!("{}", agreement::text(&agreement, None));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod kappa;
mod report;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::entity::EntityType;
use crate::error::{Error, Result};
use crate::eval::errors::{Mistake, disagreement_lines, disagreements_csv, mistakes};
use crate::eval::evaluation::Evaluation;
use crate::eval::gold::Gold;
use crate::eval::labels::{Document, Labels};
use crate::eval::scope::Scope;
use crate::text::Span;

pub use kappa::{Kappa, TypeKappa};
pub use report::{json, text};

/// The labels of two people, compared.
///
/// See the [example](crate::eval::agreement#example).
#[derive(Debug, Clone)]
pub struct Agreement {
    /// The documents of A that B labelled too.
    pub documents: Gold,
    /// B against A: right means in both, wrong only in B, missed only in A.
    pub evaluation: Evaluation,
    /// Where both have relations: whether they are compared.
    pub has_relations: bool,
    /// Agreement on words; `None` if one of the two has no mentions.
    pub kappa: Option<Kappa>,
    /// What they disagree in, for each document: names in text order, then relations by label.
    pub disagreements: Vec<Vec<Mistake>>,
    /// Documents that only A has, by identifier.
    pub only_a: Vec<String>,
    /// Documents that only B has, by identifier.
    pub only_b: Vec<String>,
    /// What was not compared and why, for people.
    pub notes: Vec<String>,
}

impl Agreement {
    /// Compares the labels of A and B.
    ///
    /// A document is the same if its text is, white space apart; among those of one text, the one with
    /// the same identifier is taken first. Types and relations that only one of the two uses count as
    /// disagreement. Denied relations are compared if both say which are denied; optional ones and those without
    /// places are not.
    ///
    /// # Errors
    /// If they have not one text in common.
    pub fn of(a: Gold, b: Gold) -> Result<Self> {
        let mut notes = Vec::new();
        let has_mentions = a.has_mentions && b.has_mentions;
        if !has_mentions {
            let who = if a.has_mentions { "B" } else { "A" };
            notes.push(format!("Entities are not compared: {who} has no mentions.csv."));
        }
        let negation = a.has_negation && b.has_negation;
        if a.has_negation != b.has_negation {
            let who = if a.has_negation { "A" } else { "B" };
            notes.push(format!("Only {who} says which relations the text denies; those are not compared."));
        }
        let Paired { mut a, mut b, only_a, only_b, formats } = pair(a, b, &mut notes)?;
        let open = |all: &[Document]| {
            let relations = all.iter().flat_map(|d| &d.labels.relations);
            relations.filter(|r| r.optional || r.by_entity).count()
        };
        for (who, open) in [("A", open(&a)), ("B", open(&b))].into_iter().filter(|(_, open)| *open > 0) {
            notes.push(format!(
                "{open} relations of {who} are not compared: they are optional, or have no places in the text."
            ));
        }
        for document in a.iter_mut().chain(&mut b) {
            document.labels.relations.retain(|r| (negation || !r.negated) && !r.optional && !r.by_entity);
        }
        let count = |all: &[Document]| all.iter().map(|d| d.labels.relations.len()).sum::<usize>();
        let has_relations = count(&a) > 0 && count(&b) > 0;
        if !has_relations {
            let who = match (count(&a), count(&b)) {
                (0, 0) => "neither has any",
                (0, _) => "A has none",
                _ => "B has none",
            };
            notes.push(format!("Relations are not compared: {who}."));
            a.iter_mut().chain(&mut b).for_each(|document| document.labels.relations.clear());
        }
        let all = Gold {
            documents: a.iter().chain(&b).cloned().collect(),
            has_mentions,
            has_negation: negation,
            ..Gold::default()
        };
        // Two people are compared label by label, whatever names they gave to entities.
        let mut scope = Scope::of(&all, None);
        scope.names_entities = false;
        if has_mentions {
            // What one has as an argument only, a date say, the other may have as an argument too.
            let labels = all.documents.iter().flat_map(|d| &d.labels.mentions);
            scope.entity_types.extend(labels.map(|m| m.entity_type));
        }
        notes.extend(one_sided(&a, &b, &scope));
        let documents = Gold { documents: a, formats, ..all };
        let labels: Vec<Labels> = b.into_iter().map(|document| document.labels).collect();
        let kappa = has_mentions.then(|| Kappa::of(&documents, &labels, &scope));
        let evaluation = Evaluation::within(scope, &documents, labels, Vec::new());
        let disagreements = mistakes(&documents, &evaluation);
        Ok(Agreement { documents, evaluation, has_relations, kappa, disagreements, only_a, only_b, notes })
    }

    /// The table of `disagreements.csv`.
    ///
    /// # Errors
    /// If the table cannot be written into memory.
    pub fn disagreements_csv(&self) -> csv::Result<Vec<u8>> {
        disagreements_csv(&self.documents, &self.disagreements)
    }

    /// The first `most` disagreements, a line each, for people.
    pub fn disagreement_lines(&self, most: usize) -> Vec<String> {
        disagreement_lines(&self.documents, &self.disagreements, most)
    }

    /// How many disagreements there are.
    pub fn disagreement_count(&self) -> usize {
        self.disagreements.iter().map(Vec::len).sum()
    }
}

/// Documents with the same text, in the order of A.
struct Paired {
    a: Vec<Document>,
    /// With labels that are placed in the texts of A.
    b: Vec<Document>,
    only_a: Vec<String>,
    only_b: Vec<String>,
    formats: Vec<&'static str>,
}

fn pair(a: Gold, b: Gold, notes: &mut Vec<String>) -> Result<Paired> {
    let solid = |gold: &Gold| -> Vec<String> {
        gold.documents.iter().map(|d| without_blanks(&d.article.text)).collect()
    };
    let (texts_a, texts_b) = (solid(&a), solid(&b));
    let by_id: BTreeMap<&str, usize> =
        b.documents.iter().enumerate().map(|(i, d)| (d.article.id.as_str(), i)).collect();
    let mut of_a: Vec<Option<usize>> = a
        .documents
        .iter()
        .zip(&texts_a)
        .map(|(d, text)| by_id.get(d.article.id.as_str()).copied().filter(|&i| texts_b[i] == *text))
        .collect();
    let mut free: BTreeMap<&str, VecDeque<usize>> = BTreeMap::new();
    let taken: BTreeSet<usize> = of_a.iter().flatten().copied().collect();
    for (i, text) in texts_b.iter().enumerate().filter(|(i, _)| !taken.contains(i)) {
        free.entry(text).or_default().push_back(i);
    }
    for (pair, text) in of_a.iter_mut().zip(&texts_a).filter(|(pair, _)| pair.is_none()) {
        *pair = free.get_mut(text.as_str()).and_then(VecDeque::pop_front);
    }
    let only_b: BTreeSet<usize> = free.into_values().flatten().collect();
    let changed: Vec<&str> = a
        .documents
        .iter()
        .zip(&of_a)
        .map(|(d, pair)| (d.article.id.as_str(), pair))
        .filter(|(id, pair)| pair.is_none() && by_id.contains_key(id))
        .map(|(id, _)| id)
        .collect();
    if !changed.is_empty() {
        notes.push(format!("In both, but with different texts, and not compared: {}.", changed.join(", ")));
    }
    let mut formats = a.formats.clone();
    formats.extend(b.formats.iter().filter(|format| !a.formats.contains(format)));
    let only_b = only_b.into_iter().map(|i| b.documents[i].article.id.clone()).collect();
    let mut paired = Paired { a: Vec::new(), b: Vec::new(), only_a: Vec::new(), only_b, formats };
    for (mut document, pair) in a.documents.into_iter().zip(of_a) {
        let Some(i) = pair else {
            paired.only_a.push(document.article.id);
            continue;
        };
        let mut other = b.documents[i].clone();
        other.labels = moved(other.labels, &other.article.text, &document.article.text);
        let types = both_annotated(document.annotated_types.take(), other.annotated_types.take());
        document.annotated_types.clone_from(&types);
        other.annotated_types = types;
        paired.a.push(document);
        paired.b.push(other);
    }
    if paired.a.is_empty() {
        let name = |ids: &[String]| ids.first().map_or_else(|| "nothing".to_owned(), |id| format!("`{id}`"));
        return Err(Error::Usage(format!(
            "the two have not one text in common (A has {}, B {}, for one). Give labels of the same texts",
            name(&paired.only_a),
            name(&paired.only_b)
        )));
    }
    Ok(paired)
}

/// What two copies of one text have in common: tools differ in what they do to line breaks and blanks.
fn without_blanks(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// Labels on `from`, put on `to`, which differs from it in white space only.
fn moved(mut labels: Labels, from: &str, to: &str) -> Labels {
    if from == to {
        return labels;
    }
    let solid = |text: &str| -> Vec<Span> {
        let solid = text.char_indices().filter(|(_, c)| !c.is_whitespace());
        solid.map(|(start, c)| Span::new(start, start + c.len_utf8())).collect()
    };
    let (from, to) = (solid(from), solid(to));
    for mention in &mut labels.mentions {
        let first = from.partition_point(|c| c.start < mention.span.start);
        let last = from.partition_point(|c| c.end < mention.span.end);
        if let (Some(first), Some(last)) = (to.get(first), to.get(last)) {
            mention.span = Span::new(first.start, last.end.max(first.end));
        }
    }
    labels
}

/// The relation types for which both labelled a document; `None` for all.
fn both_annotated(a: Option<BTreeSet<String>>, b: Option<BTreeSet<String>>) -> Option<BTreeSet<String>> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.intersection(&b).cloned().collect()),
        (a, b) => a.or(b),
    }
}

/// Types and relations that only one of the two uses at all: more likely another scheme than another
/// opinion.
fn one_sided(a: &[Document], b: &[Document], scope: &Scope) -> Vec<String> {
    let types = |all: &[Document]| -> BTreeMap<String, u64> {
        let mentions = all.iter().flat_map(|d| &d.labels.mentions).filter(|m| !m.argument_only);
        let scored = mentions.map(|m| m.entity_type).filter(|&t: &EntityType| scope.has_type(t));
        count(scored.map(|t| t.to_string()))
    };
    let relations = |all: &[Document]| -> BTreeMap<String, u64> {
        count(all.iter().flat_map(|d| &d.labels.relations).map(|r| r.predicate.clone()))
    };
    let mut notes = Vec::new();
    for (what, a, b) in [("types", types(a), types(b)), ("relations", relations(a), relations(b))] {
        for (who, mine, other) in [("A", &a, &b), ("B", &b, &a)] {
            let only: Vec<String> = mine
                .iter()
                .filter(|(label, _)| !other.contains_key(*label))
                .map(|(label, n)| format!("{label} ({n})"))
                .collect();
            if !only.is_empty() {
                notes.push(format!("Only {who} uses these {what} at all: {}.", only.join(", ")));
            }
        }
    }
    notes
}

fn count(labels: impl Iterator<Item = String>) -> BTreeMap<String, u64> {
    labels.fold(BTreeMap::new(), |mut counts, label| {
        *counts.entry(label).or_default() += 1;
        counts
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entity::EntityType::{Loc, Org, Per};
    use crate::eval::fixtures::{self, gold};
    use crate::eval::relations::Mode;

    fn document(
        id: &str,
        text: &str,
        names: &[(&str, EntityType)],
        relations: &[(usize, &str, usize)],
    ) -> Document {
        fixtures::document(id, text, fixtures::labels(text, names, relations))
    }

    const TEXT: &str = "Ana Ruiz leads Acme in Bonn.";

    #[test]
    fn texts_are_the_same_whatever_their_blanks_and_names() {
        let a = gold(vec![
            document("x", TEXT, &[("Ana Ruiz", Per), ("Acme", Org)], &[(0, "leads", 1)]),
            document("y", "Only here.", &[], &[]),
            document("z", "One text.", &[], &[]),
        ]);
        let b = gold(vec![
            document("z", "Another text.", &[], &[]),
            document(
                "d-7",
                "Ana  Ruiz\r\nleads Acme in Bonn .",
                &[("Ana  Ruiz", Per), ("Acme", Loc)],
                &[(0, "leads", 1)],
            ),
        ]);
        let agreement = Agreement::of(a, b).unwrap();
        assert_eq!(
            (&agreement.only_a[..], &agreement.only_b[..]),
            (&["y".into(), "z".into()][..], &["z".into()][..])
        );
        let micro = agreement.evaluation.entities.micro();
        assert_eq!((micro.tp, micro.fp, micro.fn_), (1, 1, 1));
        assert_eq!(agreement.evaluation.relations.micro(Mode::Strict).tp, 0);
        assert_eq!(agreement.evaluation.relations.micro(Mode::Boundary).tp, 1);
        assert!(agreement.notes.iter().any(|note| note.contains("different texts")), "{:?}", agreement.notes);
        assert!(agreement.notes.iter().any(|note| note == "Only B uses these types at all: LOC (1)."));
        let lines = agreement.disagreement_lines(20);
        assert_eq!(lines[0], "x: type: A: ORG 15-19 Acme; B: LOC 15-19 Acme");
        assert_eq!(agreement.disagreement_count(), lines.len());
    }

    #[test]
    fn relations_are_compared_only_where_both_have_them() {
        let names = [("Ana Ruiz", Per), ("Acme", Org)];
        let a = gold(vec![document("x", TEXT, &names, &[(0, "leads", 1)])]);
        let b = gold(vec![document("x", TEXT, &names, &[])]);
        let agreement = Agreement::of(a, b).unwrap();
        assert!(!agreement.has_relations && agreement.disagreement_count() == 0);
        assert_eq!(agreement.notes, ["Relations are not compared: B has none."]);
    }

    #[test]
    fn nothing_in_common_is_an_error() {
        let error = Agreement::of(gold(vec![document("x", TEXT, &[], &[])]), gold(Vec::new())).unwrap_err();
        assert!(error.to_string().contains("not one text in common (A has `x`, B nothing"), "{error}");
    }
}
