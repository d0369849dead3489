//! What no rule may make of a sentence: a line of `silent/cases.tsv` has a sentence with its names in brackets, a
//! predicate, and the triple that a careless rule would give.

use std::path::Path;

use triplewire::model::{EngineChoice, Model};
use triplewire::relation::{Bracketed, Certainty, Matcher, RuleSet};

#[test]
fn careless_triples_are_not_told() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/newswire");
    let model = Model::open(&folder, EngineChoice::Rten, 1).unwrap();
    let matcher = Matcher::new(&RuleSet::built_in()).unwrap();
    let mut told = Vec::new();
    let table = include_str!("silent/cases.tsv");
    assert!(table.lines().count() > 50);
    for line in table.lines() {
        let [written, _, careless] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let mut read = Bracketed::sentence(written);
        read.parse(&model).unwrap();
        for relation in matcher.relations(read.document()).iter().filter(|relation| !relation.negated) {
            if read.told(relation) == careless {
                told.push(format!("{careless}: {}, by {}", read.text, relation.rule));
            }
        }
    }
    // A tree may be wrong where the processor computes a little otherwise.
    assert!(told.len() <= 1, "{}", told.join("\n"));
}

#[test]
fn what_a_sentence_takes_for_granted_has_no_source() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/newswire");
    let model = Model::open(&folder, EngineChoice::Rten, 1).unwrap();
    let matcher = Matcher::new(&RuleSet::built_in()).unwrap();
    let table = [
        ("Officials said that the [LOC/adj Spanish] border with [LOC France] was shut.", Certainty::Stated),
        ("Officials said that [LOC Spain] borders on [LOC France].", Certainty::Reported),
    ];
    for (written, certainty) in table {
        let mut read = Bracketed::sentence(written);
        read.parse(&model).unwrap();
        let relations = matcher.relations(read.document());
        let found: Vec<_> =
            relations.iter().map(|relation| (relation.predicate.as_str(), relation.certainty)).collect();
        assert_eq!(found, [("borders", certainty)], "{written}");
    }
}
