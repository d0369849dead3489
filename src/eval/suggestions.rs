//! Rules learnt from hand labels.

use std::collections::{BTreeMap, BTreeSet};

use crate::entity::{Aliases, EntityType, Names, resolve_given};
use crate::error::Result;
use crate::eval::gold::Gold;
use crate::eval::labels::Document;
use crate::eval::map::Map;
use crate::eval::predicted::{certain, flat_mentions};
use crate::relation::{self, Demand, Labelled, Matcher, Predicate, Predicates, RuleSet, Suggestion, suggest};
use crate::text::{Span, sentences};

/// Learns rules from the labels of `gold`, in the terms of our predicates; see [`relation::suggest`].
///
/// # Errors
/// If a pattern is too large to compile.
pub fn suggestions(
    set: &RuleSet,
    aliases: &Aliases,
    gold: &Gold,
    map: Option<&Map>,
    demand: Demand,
) -> Result<Vec<Suggestion>> {
    let mut read = Vec::with_capacity(gold.documents.len());
    for document in &gold.documents {
        let text = &document.article.text;
        let sentences = sentences(text);
        let names = resolve_given(aliases, text, &sentences, certain(&flat_mentions(document, map)));
        read.push((sentences, names));
    }
    let every = gold.documents.iter().flat_map(|d| &d.labels.relations).map(|r| r.predicate.as_str());
    let all: BTreeSet<&str> = every.collect();
    let matcher = Matcher::new(set)?;
    let labelled: Vec<Labelled<'_>> = gold
        .documents
        .iter()
        .zip(&read)
        .map(|(document, (sentences, names))| {
            let mut labelled = labelled(document, sentences, names, map, &all, set.predicates());
            labelled.found = found(&matcher, &labelled, map);
            labelled
        })
        .collect();
    suggest(set, &matcher, &labelled, demand)
}

/// The labelled relations that the present rules find, by whatever predicate becomes the same label.
fn found(
    matcher: &Matcher,
    labelled: &Labelled<'_>,
    map: Option<&Map>,
) -> BTreeSet<(usize, Predicate, usize)> {
    let relations = matcher.relations(labelled.document);
    let same_label = |a: Predicate, b: Predicate| {
        a == b || map.is_some_and(|map| !map.labels_of(a).is_disjoint(&map.labels_of(b)))
    };
    let is_found = |&&(subject, predicate, object): &&(usize, Predicate, usize)| {
        relations.iter().any(|r| {
            let ends =
                (r.subject, r.object) == (subject, object) || (r.object, r.subject) == (subject, object);
            ends && same_label(r.predicate, predicate)
        })
    };
    labelled.relations.iter().filter(is_found).copied().collect()
}

fn labelled<'a>(
    document: &'a Document,
    sentences: &'a [Span],
    names: &'a Names,
    map: Option<&Map>,
    all: &BTreeSet<&str>,
    predicates: &Predicates,
) -> Labelled<'a> {
    let Names { mentions, entities, .. } = names;
    let text = &document.article.text;
    let place: BTreeMap<Span, usize> = mentions.iter().enumerate().map(|(i, m)| (m.span, i)).collect();
    let mut relations = BTreeSet::new();
    for relation in document.labels.relations.iter().filter(|r| !r.negated) {
        let of = |i: usize| place.get(&document.labels.mentions[i].span).copied();
        let (Some(subject), Some(object)) = (of(relation.subject), of(relation.object)) else { continue };
        let types = (mentions[subject].entity_type, mentions[object].entity_type);
        if let Some((predicate, swapped)) = ours(&relation.predicate, types, map, predicates) {
            relations.insert(if swapped {
                (object, predicate, subject)
            } else {
                (subject, predicate, object)
            });
        }
    }
    let labels: Vec<&str> = match &document.annotated_types {
        Some(types) => types.iter().map(String::as_str).collect(),
        None => all.iter().copied().collect(),
    };
    let is_judged = |predicate: &Predicate| match map.filter(|map| map.has_predicates()) {
        Some(map) => map.labels_of(*predicate).iter().any(|label| labels.contains(label)),
        None => labels.contains(&predicate.as_str()),
    };
    let judged = predicates.all().filter(is_judged).collect();
    Labelled {
        document: relation::Document { text, sentences, mentions, entities, syntax: &[] },
        relations,
        judged,
        found: BTreeSet::new(),
    }
}

/// The predicate of ours that a label stands for, and whether its arguments are swapped: where the map makes
/// several the same label, the first that becomes it whatever its arguments are.
fn ours(
    label: &str,
    types: (EntityType, EntityType),
    map: Option<&Map>,
    predicates: &Predicates,
) -> Option<(Predicate, bool)> {
    let Some(map) = map.filter(|map| map.has_predicates()) else {
        return predicates.named(label).map(|predicate| (predicate, false));
    };
    let mut found: Vec<(bool, Predicate, bool)> = Vec::new();
    for predicate in predicates.all() {
        let schema = predicate.schema();
        for (swapped, (subject, object)) in [(false, types), (true, (types.1, types.0))] {
            if schema.subject.contains(&subject)
                && schema.object.contains(&object)
                && let Some(plain) = map.makes(predicate, label, (subject, object), swapped)
            {
                found.push((!plain, predicate, swapped));
            }
        }
    }
    found.sort_by_key(|&(narrow, ..)| narrow);
    found.first().map(|&(_, predicate, swapped)| (predicate, swapped))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::gold;

    /// Twelve texts, four of which say who leads what in a way that no rule knows.
    const LABELLED: [&str; 4] = ["Ana Ruiz", "Bo Lind", "Cy Marsh", "Di Costa"];

    #[test]
    fn a_pattern_that_labels_repeat_is_suggested_with_its_figures_and_tested_examples() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("gold.jsonl");
        let mut lines = String::new();
        for (i, person) in LABELLED.iter().enumerate() {
            let lists = [
                (format!("{person} skippers Bolt."), true),
                (format!("{person} of late skippers Bolt."), false),
                (format!("{person} visits Bolt."), false),
            ];
            for (n, (text, right)) in lists.into_iter().enumerate() {
                let (end, start) = (person.len(), text.len() - 5);
                let relations =
                    if right { r#"[{"id": 3, "from_id": 1, "to_id": 2, "type": "leads"}]"# } else { "[]" };
                lines += &format!(
                    "{{\"id\": \"{i}-{n}\", \"text\": \"{text}\", \"entities\": [\
                     {{\"id\": 1, \"label\": \"PER\", \"start_offset\": 0, \"end_offset\": {end}}}, \
                     {{\"id\": 2, \"label\": \"ORG\", \"start_offset\": {start}, \"end_offset\": {}}}], \
                     \"relations\": {relations}}}\n",
                    start + 4
                );
            }
        }
        std::fs::write(&file, lines).unwrap();
        let gold = gold::read(&file, &[]).unwrap();
        let demand = Demand { least: 3, precision: 0.8 };
        let set = RuleSet::built_in();
        let found = suggestions(&set, &Aliases::built_in(), &gold, None, demand).unwrap();
        let patterns: Vec<&str> = found.iter().map(|s| s.pattern.as_str()).collect();
        assert_eq!(patterns, ["SUBJ skippers OBJ"], "{found:?}");
        let only = &found[0];
        assert_eq!((only.right, only.wrong, only.new, only.labelled), (4, 0, 4, 4));
        assert_eq!(only.unseen.1, 0);

        let rules = dir.path().join("suggested.toml");
        std::fs::write(&rules, &only.toml).unwrap();
        let mut with = set.clone();
        with.add_path(&rules).unwrap();
        let checked =
            relation::check(&with, |_| Ok(Vec::new()), |rule| rule.id.contains("suggested")).unwrap();
        assert!(checked.failures.is_empty() && checked.examples == 6, "{checked:?}\n{}", only.toml);
        assert!(suggestions(&with, &Aliases::built_in(), &gold, None, demand).unwrap().is_empty());
    }
}
