//! Rules learnt from hand labels.

use std::collections::{BTreeMap, BTreeSet};

use crate::entity::{EntityType, Names};
use crate::error::Result;
use crate::eval::gold::Gold;
use crate::eval::labels::Document;
use crate::eval::map::Map;
use crate::eval::predicted::{Given, given};
use crate::pipeline::Pipeline;
use crate::relation::{self, Demand, Labelled, Matcher, Predicate, Predicates, RuleSet, Suggestion, suggest};
use crate::text::Span;

/// Learns frames from the labels of `gold`, in the terms of our predicates; see [`relation::suggest`]. `program` has the
/// present rules, which are those of `set`, and gives the trees.
///
/// ```no_run
/// # fn show(program: &triplewire::pipeline::Pipeline) -> triplewire::Result<()> {
/// use std::path::Path;
///
/// use triplewire::eval::{gold, suggestions};
/// use triplewire::relation::{Demand, RuleSet};
///
/// let gold = gold::read(Path::new("seeds/labels"), &[])?;
/// let demand = Demand { least: 2, precision: 0.8 };
/// for suggestion in suggestions(&RuleSet::built_in(), program, &gold, None, demand)? {
///     println!("{}", suggestion.toml);
/// }
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// Those of the program.
pub fn suggestions(
    set: &RuleSet,
    program: &Pipeline,
    gold: &Gold,
    map: Option<&Map>,
    demand: Demand,
) -> Result<Vec<Suggestion>> {
    let matcher = &program.knowledge().matcher;
    let read = given(program, gold, map)?;
    let every = gold.documents.iter().flat_map(|d| &d.labels.relations).map(|r| r.predicate.as_str());
    let all: BTreeSet<&str> = every.collect();
    let labelled: Vec<Labelled<'_>> = gold
        .documents
        .iter()
        .zip(&read)
        .map(|(document, Given { sentences, names, trees })| {
            let Names { mentions, entities, .. } = names;
            let text = &document.article.text;
            let read = relation::Document { text, sentences, mentions, entities, syntax: trees };
            labelled(document, read, matcher, map, &all, set.predicates())
        })
        .collect();
    suggest(set, matcher, &labelled, demand, |example| program.trees_of(example))
}

fn labelled<'a>(
    document: &'a Document,
    read: relation::Document<'a>,
    matcher: &Matcher,
    map: Option<&Map>,
    all: &BTreeSet<&str>,
    predicates: &Predicates,
) -> Labelled<'a> {
    let mentions = read.mentions;
    let place: BTreeMap<Span, usize> = mentions.iter().enumerate().map(|(i, m)| (m.span, i)).collect();
    // What each mention names: where the gold says it, all that it calls the same; else itself.
    let mut named: Vec<Named<'_>> = (0..mentions.len()).map(Named::Mention).collect();
    for mention in &document.labels.mentions {
        if let (Some(&i), Some(entity)) = (place.get(&mention.span), &mention.entity) {
            named[i] = Named::Entity(entity);
        }
    }
    let mut told: BTreeMap<(Named<'_>, Named<'_>), BTreeSet<(Predicate, bool)>> = BTreeMap::new();
    for relation in document.labels.relations.iter().filter(|r| !r.negated) {
        let of = |i: usize| place.get(&document.labels.mentions[i].span).copied();
        let (Some(subject), Some(object)) = (of(relation.subject), of(relation.object)) else { continue };
        let types = (mentions[subject].entity_type, mentions[object].entity_type);
        if let Some((predicate, swapped)) = ours(&relation.predicate, types, map, predicates) {
            told.entry((named[subject], named[object])).or_default().insert((predicate, swapped));
        }
    }
    // A relation between entities is that of all their mentions that share a sentence.
    let mut relations = BTreeSet::new();
    for (first, one) in mentions.iter().enumerate() {
        let near =
            mentions.iter().enumerate().filter(|(i, other)| *i != first && other.sentence == one.sentence);
        for (second, _) in near {
            for &(predicate, swapped) in told.get(&(named[first], named[second])).into_iter().flatten() {
                relations.insert(if swapped {
                    (second, predicate, first)
                } else {
                    (first, predicate, second)
                });
            }
        }
    }
    let found = found(matcher, read, &relations, &named, map);
    let labels: Vec<&str> = match &document.annotated_types {
        Some(types) => types.iter().map(String::as_str).collect(),
        None => all.iter().copied().collect(),
    };
    let is_judged = |predicate: &Predicate| match map.filter(|map| map.has_predicates()) {
        Some(map) => map.labels_of(*predicate).iter().any(|label| labels.contains(label)),
        None => labels.contains(&predicate.as_str()),
    };
    let judged = predicates.all().filter(is_judged).collect();
    Labelled { document: read, relations, judged, found }
}

/// What a mention names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Named<'g> {
    Entity(&'g str),
    Mention(usize),
}

/// The labelled relations that the present rules find, by whatever predicate becomes the same label, and at whatever
/// mentions of the same two.
fn found(
    matcher: &Matcher,
    read: relation::Document<'_>,
    relations: &BTreeSet<(usize, Predicate, usize)>,
    named: &[Named<'_>],
    map: Option<&Map>,
) -> BTreeSet<(usize, Predicate, usize)> {
    let present = matcher.relations(read);
    let same_label = |a: Predicate, b: Predicate| {
        a == b || map.is_some_and(|map| !map.labels_of(a).is_disjoint(&map.labels_of(b)))
    };
    let is_found = |&&(subject, predicate, object): &&(usize, Predicate, usize)| {
        let ends = (named[subject], named[object]);
        present.iter().any(|r| {
            let (Some(one), Some(other)) = (r.subject.mention(), r.object.mention()) else { return false };
            let (one, other) = (named[one], named[other]);
            ((one, other) == ends || (other, one) == ends) && same_label(r.predicate, predicate)
        })
    };
    relations.iter().filter(is_found).copied().collect()
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
    use crate::entity::Aliases;
    use crate::eval::gold;
    use crate::model::{EngineChoice, Model};
    use crate::pipeline::Knowledge;

    const PEOPLE: [&str; 15] = [
        "Ana Ruiz",
        "Bo Lind",
        "Cy Marsh",
        "Di Costa",
        "Ed Horn",
        "Flo Baker",
        "Gil Ortega",
        "Hal Novak",
        "Ida Berg",
        "Jan Kovac",
        "Kim Doyle",
        "Leo Brandt",
        "Mia Silva",
        "Ned Fisher",
        "Ola Nilsen",
    ];
    const FIRMS: [&str; 15] = [
        "Bolt", "Arden", "Corvex", "Dunmore", "Elvia", "Fenwick", "Granite", "Halden", "Inver", "Jorvik",
        "Kestrel", "Lumina", "Marlow", "Norden", "Orchard",
    ];

    /// Labels of these sentences: `SUBJ` and `OBJ` are the names; whether the first owns the second.
    fn labelled_texts(sentences: &[(&str, bool)]) -> String {
        let mut lines = String::new();
        for (i, (person, firm)) in PEOPLE.iter().zip(FIRMS).enumerate() {
            for (n, &(sentence, owns)) in sentences.iter().enumerate() {
                let before = sentence.find("SUBJ").unwrap();
                let text = sentence.replace("SUBJ", person);
                let at = text.find("OBJ").unwrap();
                let text = text.replace("OBJ", firm);
                let relations =
                    if owns { r#"[{"id": 3, "from_id": 1, "to_id": 2, "type": "owns"}]"# } else { "[]" };
                lines += &format!(
                    "{{\"id\": \"{i}-{n}\", \"text\": \"{text}\", \"entities\": [\
                     {{\"id\": 1, \"label\": \"PER\", \"start_offset\": {before}, \"end_offset\": {}}}, \
                     {{\"id\": 2, \"label\": \"ORG\", \"start_offset\": {at}, \"end_offset\": {}}}], \
                     \"relations\": {relations}}}\n",
                    before + person.len(),
                    at + firm.len(),
                );
            }
        }
        lines
    }

    fn pipeline(set: &RuleSet) -> Pipeline {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("models/newswire");
        let model = Model::open(&folder, EngineChoice::Rten, 1).unwrap();
        Pipeline::new(
            model,
            Knowledge { aliases: Aliases::built_in(), matcher: Matcher::new(set).unwrap() },
            1,
        )
        .unwrap()
    }

    #[test]
    fn sentences_that_say_it_alike_suggest_a_frame_with_examples_that_hold() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("gold.jsonl");
        let sentences = [
            ("SUBJ, whose firm OBJ makes kites, welcomed the ruling.", true),
            ("SUBJ, whose lawyer sued OBJ, welcomed the ruling.", false),
            ("SUBJ snapped up OBJ.", true),
            ("SUBJ walked past OBJ.", false),
            ("SUBJ scooped up OBJ.", true),
        ];
        std::fs::write(&file, labelled_texts(&sentences)).unwrap();
        let gold = gold::read(&file, &[]).unwrap();
        let demand = Demand { least: 3, precision: 0.8 };
        let set = RuleSet::empty();
        let program = pipeline(&set);
        let found = suggestions(&set, &program, &gold, None, demand).unwrap();
        let tomls: String = found.iter().map(|s| s.toml.as_str()).collect();
        assert!(
            tomls.contains("verb = [\"scoop up\", \"snap up\"]\nsubject = \"agent\"\nobject = \"patient\"\n"),
            "{tomls}"
        );
        assert!(tomls.contains("noun = [\"firm\"]\nsubject = \"agent\"\nobject = \"who\"\n"), "{tomls}");
        assert_eq!(found.len(), 2, "{tomls}");
        for suggestion in &found {
            assert!(suggestion.wrong == 0 && suggestion.unseen.0 == suggestion.right, "{suggestion:?}");
        }

        let rules = dir.path().join("suggested.toml");
        std::fs::write(&rules, &tomls).unwrap();
        let mut with = set.clone();
        with.add_path(&rules).unwrap();
        let checked =
            relation::check(&with, |read| program.trees_of(read), |rule| rule.id.contains("suggested"))
                .unwrap();
        assert!(checked.failures.is_empty() && checked.examples == 12, "{checked:?}\n{tomls}");
        assert!(suggestions(&with, &pipeline(&with), &gold, None, demand).unwrap().is_empty());
    }

    #[test]
    fn what_is_as_often_wrong_is_not_suggested() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("gold.jsonl");
        std::fs::write(
            &file,
            labelled_texts(&[("SUBJ praised OBJ.", true), ("SUBJ praised OBJ again.", false)]),
        )
        .unwrap();
        let gold = gold::read(&file, &[]).unwrap();
        let set = RuleSet::empty();
        let demand = Demand { least: 3, precision: 0.8 };
        assert!(suggestions(&set, &pipeline(&set), &gold, None, demand).unwrap().is_empty());
    }
}
