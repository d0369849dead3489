//! Agreement as one JSON object and as plain-text tables.

use std::fmt::Write as _;

use serde_json::{Map as Object, Value, json};

use crate::eval::agreement::Agreement;
use crate::eval::agreement::kappa::{Kappa, TypeKappa};
use crate::eval::bootstrap::{Figure, Interval, Part};
use crate::eval::counts::{Counts, Macro};
use crate::eval::report::{TextTable, pc};

/// Disagreements, and documents of one only, that are printed.
const MOST_PRINTED: usize = 20;

/// The JSON object. Undefined figures are `null`; so is what is not compared.
///
/// See the [example](crate::eval::agreement#example).
pub fn json(agreement: &Agreement) -> Value {
    let evaluation = &agreement.evaluation;
    let entities = &evaluation.entities;
    let by_type: Object<String, Value> =
        entities.by_type.iter().map(|(t, counts)| (t.to_string(), counts_json(*counts))).collect();
    let relations: Object<String, Value> = evaluation
        .relations
        .modes()
        .map(|mode| {
            let labels = evaluation.relations.by_type.get(&mode).into_iter().flatten();
            let by_type: Object<String, Value> =
                labels.map(|(label, counts)| (label.clone(), counts_json(*counts))).collect();
            let micro = counts_json(evaluation.relations.micro(mode));
            (mode.as_str().to_owned(), json!({"micro": micro, "by_type": by_type}))
        })
        .collect();
    let mut intervals = Object::new();
    let mut ends = |name: String, interval: Option<Interval>| {
        if let Some(Interval { low, high }) = interval {
            intervals.insert(name, json!([low, high]));
        }
    };
    // Precision and recall are of the one against the other: only what is the same both ways is said.
    for (&figure, &interval) in evaluation.intervals() {
        if is_symmetric(figure) {
            ends(figure.name(), Some(interval));
        }
    }
    let kappa = agreement.kappa.as_ref().map(|kappa| {
        ends("kappa.overall".to_owned(), kappa.interval);
        let by_type: Object<String, Value> = kappa
            .by_type
            .iter()
            .map(|(t, k)| {
                ends(format!("kappa.by_type.{t}"), k.interval);
                (t.to_string(), json!({"kappa": k.kappa, "words_a": k.a, "words_b": k.b}))
            })
            .collect();
        json!({"words": kappa.words, "overall": kappa.overall, "by_type": by_type})
    });
    json!({
        "documents": agreement.documents.documents.len(),
        "entities": agreement.kappa.is_some().then(|| json!({
            "micro": counts_json(entities.micro()),
            "macro": {"f1": Macro::of(entities.by_type.values()).f1},
            "by_type": by_type,
        })),
        "relations": agreement.has_relations.then_some(relations),
        "kappa": kappa,
        "intervals": intervals,
        "disagreements": agreement.disagreement_count(),
        "only_in_a": agreement.only_a,
        "only_in_b": agreement.only_b,
        "notes": agreement.notes,
    })
}

fn is_symmetric(figure: Figure) -> bool {
    matches!(figure, Figure::Entities(Part::F1) | Figure::EntitiesMacroF1 | Figure::Relations(_, Part::F1))
}

fn counts_json(c: Counts) -> Value {
    json!({"f1": c.f1(), "both": c.tp, "only_a": c.fn_, "only_b": c.fp})
}

/// The tables for people. `listed` says where all disagreements are; without it, the first are printed.
///
/// See the [example](crate::eval::agreement#example).
pub fn text(agreement: &Agreement, listed: Option<&str>) -> String {
    let mut out = String::new();
    let evaluation = &agreement.evaluation;
    let gold = &agreement.documents;
    let _ =
        writeln!(out, "Labelled by both: {} documents ({})", gold.documents.len(), gold.formats.join(", "));
    for (who, ids) in [("A", &agreement.only_a), ("B", &agreement.only_b)] {
        if !ids.is_empty() {
            let more = if ids.len() > MOST_PRINTED { ", ..." } else { "" };
            let first: Vec<&str> = ids.iter().take(MOST_PRINTED).map(String::as_str).collect();
            let _ = writeln!(out, "Only {who} has {} documents: {}{more}", ids.len(), first.join(", "));
        }
    }
    if let Some(kappa) = &agreement.kappa {
        out.push_str("\nEntities, exact span and type (%)\n");
        let by_type = &evaluation.entities.by_type;
        f1_table(&mut out, by_type.iter().map(|(t, counts)| (t.as_str(), counts)));
        interval_line(&mut out, evaluation.intervals().get(&Figure::Entities(Part::F1)));
        kappa_table(&mut out, kappa);
    }
    for mode in evaluation.relations.modes().filter(|_| agreement.has_relations) {
        let _ = writeln!(out, "\nRelations, {} (%)", mode.meaning());
        let by_type = evaluation.relations.by_type.get(&mode).into_iter().flatten();
        f1_table(&mut out, by_type.map(|(label, counts)| (label.as_str(), counts)));
        interval_line(&mut out, evaluation.intervals().get(&Figure::Relations(mode, Part::F1)));
    }
    let count = agreement.disagreement_count();
    match listed {
        Some(file) => {
            let _ = writeln!(out, "\n{count} disagreements, listed in {file}");
        }
        None => {
            let _ = writeln!(out, "\n{count} disagreements (all of them in disagreements.csv with --out)");
            for line in agreement.disagreement_lines(MOST_PRINTED) {
                let _ = writeln!(out, "- {line}");
            }
        }
    }
    if !agreement.notes.is_empty() {
        out.push_str("\nNotes\n");
        for note in &agreement.notes {
            let _ = writeln!(out, "- {note}");
        }
    }
    out
}

/// The agreement on each word beyond chance.
fn kappa_table(out: &mut String, kappa: &Kappa) {
    let _ = writeln!(
        out,
        "\nCohen's kappa on {} words; categories: the type of the mention on a word, or none",
        kappa.words
    );
    let mut table = TextTable::new(&["", "kappa", "95 % interval", "words A", "words B"]);
    let number = |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.3}"));
    let ends = |interval: Option<Interval>| {
        interval.map_or("-".to_owned(), |i| format!("{:.3} {:.3}", i.low, i.high))
    };
    for (t, k) in &kappa.by_type {
        table.row([t.to_string(), number(k.kappa), ends(k.interval), k.a.to_string(), k.b.to_string()]);
    }
    let words = |n: fn(&TypeKappa) -> u64| kappa.by_type.values().map(n).sum::<u64>().to_string();
    let (a, b) = (words(|k| k.a), words(|k| k.b));
    table.row(["overall".to_owned(), number(kappa.overall), ends(kappa.interval), a, b]);
    out.push_str(&table.finish());
}

fn f1_table<'a>(out: &mut String, rows: impl Iterator<Item = (&'a str, &'a Counts)>) {
    let mut table = TextTable::new(&["", "F1", "both", "only A", "only B"]);
    let mut micro = Counts::default();
    let cells = |name: &str, c: Counts| {
        [name.to_owned(), pc(c.f1()), c.tp.to_string(), c.fn_.to_string(), c.fp.to_string()]
    };
    for (name, &counts) in rows {
        micro += counts;
        table.row(cells(name, counts));
    }
    table.row(cells("micro", micro));
    out.push_str(&table.finish());
}

fn interval_line(out: &mut String, interval: Option<&Interval>) {
    if let Some(Interval { low, high }) = interval {
        let _ = writeln!(
            out,
            "95 % interval of micro F1, over documents: {:.1}-{:.1}",
            100.0 * low,
            100.0 * high
        );
    }
}
