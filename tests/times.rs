//! When things were so, and whether they still are, with the bundled model: a line of `times/events.tsv` is an article's
//! date, a sentence, a relation of it and the date that the sentence gives for that; one of `times/status.tsv` a
//! sentence, a relation and its status. `times/README.md` tells how the tables came about.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use std::path::{Path, PathBuf};

use triplewire::model::{EngineChoice, Model};
use triplewire::relation::{Bracketed, Matcher, Relation, RuleSet};
use triplewire::text::Date;

/// Least share of the dates found that are right, and of those told that are found.
const PRECISION: f64 = 0.9;
const RECALL: f64 = 0.7;
/// Least share of right statuses.
const RIGHT: f64 = 0.9;

struct Reader {
    model: Model,
    matcher: Matcher,
}

impl Reader {
    fn new() -> Self {
        let model = std::env::var("TRIPLEWIRE_MODEL").map_or(PathBuf::from("models/newswire"), PathBuf::from);
        let model = Path::new(env!("CARGO_MANIFEST_DIR")).join(model);
        let model = Model::open(&model, EngineChoice::Rten, 1).unwrap();
        Reader { model, matcher: Matcher::new(&RuleSet::built_in()).unwrap() }
    }

    /// The relation of that sentence, if a rule finds it.
    fn relation(&self, sentence: &str, told: &str) -> Option<Relation> {
        let mut read = Bracketed::text(sentence);
        read.parse(&self.model).unwrap();
        let is_it = |r: &Relation| read.told(r) == told;
        self.matcher.relations(read.document()).into_iter().find(is_it)
    }
}

fn lines(table: &str) -> Vec<Vec<&str>> {
    table.lines().map(|line| line.split('\t').collect()).collect()
}

#[test]
fn facts_have_the_times_that_their_sentences_give() {
    let reader = Reader::new();
    let (mut right, mut wrong, mut missed, mut unread) = (0, 0, 0, 0);
    for line in lines(include_str!("times/events.tsv")) {
        let [date, sentence, subject, predicate, object, expected] = line[..] else { panic!("{line:?}") };
        let date: Date = date.parse().unwrap();
        let told = format!("{subject} {predicate} {object}");
        let Some(relation) = reader.relation(sentence, &told) else {
            unread += 1;
            continue;
        };
        let found = relation.when.and_then(|when| when.date(Some(date)));
        let found = found.map(|date| date.to_string()).unwrap_or_default();
        match (found == expected, found.is_empty(), expected.is_empty()) {
            (true, false, _) => right += 1,
            (true, true, _) => {}
            (false, true, _) => missed += 1,
            (false, false, is_none) => {
                wrong += 1;
                missed += usize::from(!is_none);
            }
        }
        if found != expected {
            println!("{date}: {sentence}\n  {told}: {found:?} for {expected:?}");
        }
    }
    let (right, wrong, missed) = (f64::from(right), f64::from(wrong), missed as f64);
    println!("{unread} relations not found; right {right}, wrong {wrong}, missed {missed}");
    let (precision, recall) = (right / (right + wrong), right / (right + missed));
    assert!(precision >= PRECISION && recall >= RECALL, "precision {precision:.3}, recall {recall:.3}");
}

#[test]
fn what_has_ended_or_is_to_come_is_told() {
    let reader = Reader::new();
    let (mut right, mut all, mut unread) = (0.0, 0.0, 0);
    for line in lines(include_str!("times/status.tsv")) {
        let [sentence, subject, predicate, object, expected] = line[..] else { panic!("{line:?}") };
        let told = format!("{subject} {predicate} {object}");
        let Some(relation) = reader.relation(sentence, &told) else {
            unread += 1;
            continue;
        };
        all += 1.0;
        if relation.status.as_str() == expected {
            right += 1.0;
        } else {
            println!("{sentence}\n  {told}: {} for {expected}", relation.status.as_str());
        }
    }
    println!("{unread} relations not found; right {right} of {all}");
    assert!(right / all >= RIGHT, "{:.3}", right / all);
}
