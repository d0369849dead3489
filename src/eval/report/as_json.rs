//! The scores as one JSON object.

use std::collections::BTreeMap;

use serde_json::{Map as Object, Value, json};

use crate::eval::bootstrap::{Difference, Figure, Interval};
use crate::eval::counts::{Counts, Macro, SchemeCounts};
use crate::eval::errors::{Advantage, advantage_counts};
use crate::eval::evaluation::Evaluation;
use crate::eval::gold::Gold;
use crate::eval::relations::Mode;
use crate::eval::reliability::Reliability;
use crate::eval::resolution::{Clusters, Resolution};

/// The JSON object of one evaluation. Undefined figures are `null`.
///
/// See the [example](crate::eval::report#example).
pub fn json(gold: &Gold, evaluation: &Evaluation) -> Value {
    let mut object = json!({
        "entities": entities_json(evaluation),
        "relations": evaluation.relations.modes().map(|mode| relations_json(evaluation, mode)).collect::<Object<String, Value>>(),
    });
    object["reliability"] = json!({
        "entities": reliability_json(&evaluation.entity_reliability),
        "relations": reliability_json(&evaluation.relation_reliability),
    });
    if let Some(triples) = &evaluation.triple_reliability {
        object["reliability"]["triples"] = reliability_json(triples);
    }
    if !evaluation.attributes.0.is_empty() {
        let columns = evaluation.attributes.0.iter();
        object["attributes"] =
            columns.map(|(column, counts)| ((*column).to_owned(), counts_json(*counts))).collect();
    }
    if let Some(resolution) = &evaluation.resolution {
        object["resolution"] = resolution_json(resolution);
    }
    let ends: Object<String, Value> = evaluation
        .intervals()
        .iter()
        .map(|(figure, Interval { low, high })| (figure.name(), json!([low, high])))
        .collect();
    object["intervals"] = Value::Object(ends);
    object["gold"] = json!({
        "formats": gold.formats,
        "documents": gold.documents.len(),
        "problems": gold.problems.len(),
        "skipped": gold.problems.iter().filter(|p| p.skipped).count(),
    });
    object["notes"] = json!(evaluation.notes);
    object
}

/// The scores of names.
fn entities_json(evaluation: &Evaluation) -> Value {
    let entities = &evaluation.entities;
    let by_type: Object<String, Value> =
        entities.by_type.iter().map(|(t, counts)| (t.to_string(), counts_json(*counts))).collect();
    let schemes: Object<String, Value> = entities
        .schemes
        .iter()
        .map(|(scheme, counts)| {
            let by_type: Object<String, Value> = entities
                .schemes_by_type
                .iter()
                .filter_map(|(t, schemes)| Some((t.to_string(), scheme_json(*schemes.get(scheme)?))))
                .collect();
            (scheme.as_str().to_owned(), json!({"micro": scheme_json(*counts), "by_type": by_type}))
        })
        .collect();
    let confusion: Vec<Value> = entities
        .confusion
        .iter()
        .map(|((gold, found), n)| {
            json!({"gold": gold.map(|t| t.as_str()), "predicted": found.map(|t| t.as_str()), "count": n})
        })
        .collect();
    json!({
        "micro": counts_json(entities.micro()),
        "macro": macro_json(entities.by_type.values()),
        "by_type": by_type,
        "schemes": schemes,
        "confusion": confusion,
    })
}

/// The scores of relations in one mode, by its name.
fn relations_json(evaluation: &Evaluation, mode: Mode) -> (String, Value) {
    let empty = BTreeMap::new();
    let by_type = evaluation.relations.by_type.get(&mode).unwrap_or(&empty);
    let by_rule = evaluation.relations.by_rule.get(&mode).unwrap_or(&empty);
    let types: Object<String, Value> =
        by_type.iter().map(|(label, counts)| (label.clone(), counts_json(*counts))).collect();
    let rules: Object<String, Value> = by_rule
        .iter()
        .map(|(rule, c)| (rule.clone(), json!({"precision": c.precision(), "tp": c.tp, "fp": c.fp})))
        .collect();
    let mut value = json!({
        "micro": counts_json(evaluation.relations.micro(mode)),
        "macro": macro_json(by_type.values()),
        "by_type": types,
        "by_rule": rules,
    });
    if mode == Mode::Triples {
        let recalls: Object<String, Value> = evaluation
            .relations
            .by_via
            .iter()
            .map(|(via, c)| (via.clone(), json!({"recall": c.recall(), "tp": c.tp, "fn": c.fn_})))
            .collect();
        value["by_via"] = Value::Object(recalls);
    }
    (mode.as_str().to_owned(), value)
}

/// How well names are joined to entities.
fn resolution_json(resolution: &Resolution) -> Value {
    json!({
        "mentions": resolution.mentions,
        "gold_mentions": resolution.gold_mentions,
        "same_name": resolution.same_name,
        "b_cubed": b_cubed_json(&resolution.across),
        "pairwise": counts_json(resolution.across.pairs),
        "within_articles": {"b_cubed": b_cubed_json(&resolution.within), "pairwise": counts_json(resolution.within.pairs)},
    })
}

fn counts_json(counts: Counts) -> Value {
    json!({
        "precision": counts.precision(),
        "recall": counts.recall(),
        "f1": counts.f1(),
        "tp": counts.tp,
        "fp": counts.fp,
        "fn": counts.fn_,
    })
}

fn scheme_json(counts: SchemeCounts) -> Value {
    json!({
        "precision": counts.precision(),
        "recall": counts.recall(),
        "f1": counts.f1(),
        "correct": counts.correct,
        "incorrect": counts.incorrect,
        "partial": counts.partial,
        "missed": counts.missed,
        "spurious": counts.spurious,
    })
}

fn reliability_json(reliability: &Reliability) -> Value {
    let bands: Vec<Value> = reliability
        .bands()
        .map(|((low, high), band)| {
            json!({
                "low": low, "high": high, "count": band.count,
                "mean_score": band.mean_score(), "precision": band.precision(),
            })
        })
        .collect();
    json!({"expected_calibration_error": reliability.error(), "bands": bands})
}

fn macro_json<'a>(types: impl Iterator<Item = &'a Counts> + Clone) -> Value {
    let Macro { precision, recall, f1 } = Macro::of(types);
    json!({"precision": precision, "recall": recall, "f1": f1})
}

/// Differences of two outputs, by figure.
///
/// See the [example](crate::eval::report#example).
pub fn differences_json(differences: &BTreeMap<Figure, Difference>) -> Value {
    let figures: Object<String, Value> = differences
        .iter()
        .map(|(figure, d)| {
            let interval = d.interval.map(|i| json!([i.low, i.high]));
            let value = json!({
                "a": d.a, "b": d.b, "difference": d.b - d.a, "interval": interval, "p_value": d.p_value,
            });
            (figure.name(), value)
        })
        .collect();
    Value::Object(figures)
}

fn b_cubed_json(clusters: &Clusters) -> Value {
    json!({"precision": clusters.precision, "recall": clusters.recall, "f1": clusters.f1()})
}

/// How many labels only one of two outputs got right. `found`: in the gold, missed by the other;
/// `avoided`: not in the gold, spurious in the other.
///
/// See the [example](crate::eval::report#example).
pub fn advantages_json(advantages: &[Vec<Advantage>]) -> Value {
    let [a, b] = advantage_counts(advantages).map(|[entities, relations, triples]| {
        let both = |[found, avoided]: [u64; 2]| json!({"found": found, "avoided": avoided});
        json!({"entities": both(entities), "relations": both(relations), "triples": both(triples)})
    });
    json!({"a": a, "b": b})
}
