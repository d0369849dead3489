//! The scores as plain-text tables, for people.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::eval::attributes::AttributeScore;
use crate::eval::bootstrap::{Difference, Figure, Interval, Part};
use crate::eval::counts::{Counts, Macro};
use crate::eval::entities::Scheme;
use crate::eval::errors::{Advantage, advantage_counts};
use crate::eval::evaluation::Evaluation;
use crate::eval::gold::Gold;
use crate::eval::relations::Mode;
use crate::eval::report::table::{TextTable, pc};
use crate::eval::resolution::Clusters;

/// Relations by predicate, for people: triples where the gold names its entities, else strict.
///
/// See the [example](crate::eval::report#example).
pub fn by_predicate(gold: &Gold, evaluation: &Evaluation) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "Gold: {} documents ({})", gold.documents.len(), gold.formats.join(", "));
    relation_table(&mut out, evaluation, evaluation.main_mode(), evaluation.intervals());
    via_table(&mut out, evaluation);
    notes_list(&mut out, evaluation);
    out
}

/// The tables for people.
///
/// See the [example](crate::eval::report#example).
pub fn text(gold: &Gold, evaluation: &Evaluation) -> String {
    let mut out = String::new();
    let intervals = evaluation.intervals();
    let _ = writeln!(out, "Gold: {} documents ({})", gold.documents.len(), gold.formats.join(", "));
    if !evaluation.scope.entity_types.is_empty() {
        entity_tables(&mut out, evaluation, intervals);
    }
    if !evaluation.scope.relations.is_empty() {
        for mode in evaluation.relations.modes() {
            relation_table(&mut out, evaluation, mode, intervals);
        }
        via_table(&mut out, evaluation);
        attribute_table(&mut out, evaluation);
        rule_table(&mut out, evaluation);
    }
    reliability_tables(&mut out, evaluation);
    if let Some(r) = &evaluation.resolution {
        let _ = writeln!(
            out,
            "\nEntity resolution, over the {} of {} named gold mentions found with exactly their span",
            r.mentions, r.gold_mentions
        );
        let mut table = TextTable::new(&["", "precision", "recall", "F1"]);
        for (where_, clusters) in [("across articles", &r.across), ("within articles", &r.within)] {
            let Clusters { precision, recall, pairs } = clusters;
            table.row([format!("B-cubed, {where_}"), pc(*precision), pc(*recall), pc(clusters.f1())]);
            table.row([
                format!("pairwise, {where_}"),
                pc(pairs.precision()),
                pc(pairs.recall()),
                pc(pairs.f1()),
            ]);
        }
        out.push_str(&table.finish());
        let _ = writeln!(out, "{} of them have the very name of the gold", r.same_name);
    }
    notes_list(&mut out, evaluation);
    out
}

fn notes_list(out: &mut String, evaluation: &Evaluation) {
    if !evaluation.notes.is_empty() {
        out.push_str("\nNotes\n");
        for note in &evaluation.notes {
            let _ = writeln!(out, "- {note}");
        }
    }
}

type Intervals = BTreeMap<Figure, Interval>;

fn entity_tables(out: &mut String, evaluation: &Evaluation, intervals: &Intervals) {
    let entities = &evaluation.entities;
    out.push_str("\nEntities, exact span and type (%)\n");
    let mut table = TextTable::new(&COUNT_HEADER);
    for (entity_type, counts) in &entities.by_type {
        table.row(count_cells(entity_type.as_str(), *counts));
    }
    table.row(count_cells("micro", entities.micro()));
    table.row(macro_cells(entities.by_type.values()));
    out.push_str(&table.finish());
    interval_line(out, intervals, Figure::Entities);
    out.push_str("\nEntities, other schemes of SemEval-2013 (%)\n");
    let mut table = TextTable::new(&[
        "",
        "precision",
        "recall",
        "F1",
        "correct",
        "incorrect",
        "partial",
        "missed",
        "spurious",
    ]);
    for (scheme, c) in &entities.schemes {
        let name = match scheme {
            Scheme::Strict => "strict: span and type",
            Scheme::Boundary => "boundary: span only",
            Scheme::Type => "type: on any overlap",
            Scheme::Partial => "partial: overlap is half",
        };
        let counts = [c.correct, c.incorrect, c.partial, c.missed, c.spurious].map(|n| n.to_string());
        let ratios = [name.to_owned(), pc(c.precision()), pc(c.recall()), pc(c.f1())];
        table.row(ratios.into_iter().chain(counts));
    }
    out.push_str(&table.finish());
    confusion_table(out, evaluation);
}

fn confusion_table(out: &mut String, evaluation: &Evaluation) {
    let confusion = &evaluation.entities.confusion;
    let name =
        |t: Option<crate::entity::EntityType>, none: &str| t.map_or(none.to_owned(), |t| t.to_string());
    let mut types: Vec<_> = confusion.keys().flat_map(|(gold, found)| [*gold, *found]).collect();
    // `None` comes first in the order of options, and belongs last in the table.
    types.sort_unstable_by_key(|t| (t.is_none(), *t));
    types.dedup();
    out.push_str("\nConfusion: gold in rows, predicted in columns, where spans overlap\n");
    let header: Vec<String> =
        [String::new()].into_iter().chain(types.iter().map(|t| name(*t, "missed"))).collect();
    let mut table = TextTable::new(&header.iter().map(String::as_str).collect::<Vec<_>>());
    for &gold in &types {
        let cells = types.iter().map(|&found| match (gold, found) {
            (None, None) => String::new(),
            pair => confusion.get(&pair).copied().unwrap_or(0).to_string(),
        });
        table.row([name(gold, "spurious")].into_iter().chain(cells));
    }
    out.push_str(&table.finish());
}

fn relation_table(out: &mut String, evaluation: &Evaluation, mode: Mode, intervals: &Intervals) {
    let _ = writeln!(out, "\nRelations, {} (%)", mode.meaning());
    let mut table = TextTable::new(&COUNT_HEADER);
    let empty = BTreeMap::new();
    let by_type = evaluation.relations.by_type.get(&mode).unwrap_or(&empty);
    for (label, counts) in by_type {
        table.row(count_cells(label, *counts));
    }
    table.row(count_cells("micro", evaluation.relations.micro(mode)));
    table.row(macro_cells(by_type.values()));
    out.push_str(&table.finish());
    interval_line(out, intervals, |part| Figure::Relations(mode, part));
}

fn via_table(out: &mut String, evaluation: &Evaluation) {
    if evaluation.relations.by_via.is_empty() {
        return;
    }
    out.push_str("\nTriples by how the text puts them, as the gold has it (%)\n");
    let mut table = TextTable::new(&["via", "recall", "right", "missed"]);
    for (via, c) in &evaluation.relations.by_via {
        table.row([via.clone(), pc(c.recall()), c.tp.to_string(), c.fn_.to_string()]);
    }
    out.push_str(&table.finish());
}

fn attribute_table(out: &mut String, evaluation: &Evaluation) {
    let AttributeScore(columns) = &evaluation.attributes;
    if columns.is_empty() {
        return;
    }
    out.push_str("\nColumns of the relations found where the gold has them (%)\n");
    let mut table = TextTable::new(&COUNT_HEADER);
    for (column, counts) in columns {
        table.row(count_cells(column, *counts));
    }
    out.push_str(&table.finish());
}

fn rule_table(out: &mut String, evaluation: &Evaluation) {
    let modes: Vec<Mode> = evaluation.relations.modes().collect();
    let counted = evaluation.main_mode();
    let by_rule = |mode| evaluation.relations.by_rule.get(&mode);
    let Some(rules) = by_rule(counted).filter(|rules| !rules.is_empty()) else { return };
    out.push_str("\nRules, share of their relations that the gold has (%)\n");
    let [right, wrong] = ["right", "wrong"].map(|what| format!("{what} ({})", counted.as_str()));
    let names = modes.iter().map(|mode| mode.as_str());
    let header: Vec<&str> = ["rule"].into_iter().chain(names).chain([right.as_str(), &wrong]).collect();
    let mut table = TextTable::new(&header);
    for (rule, counts) in rules {
        let precision = |mode| by_rule(mode).and_then(|rules| rules.get(rule)?.precision());
        let ratios = modes.iter().map(|&mode| pc(precision(mode)));
        let cells = [rule.clone()].into_iter().chain(ratios);
        table.row(cells.chain([counts.tp, counts.fp].map(|n| n.to_string())));
    }
    out.push_str(&table.finish());
}

fn reliability_tables(out: &mut String, evaluation: &Evaluation) {
    let all = [
        ("Entities, score against precision (strict)", Some(&evaluation.entity_reliability)),
        ("Relations, score against precision (strict)", Some(&evaluation.relation_reliability)),
        ("Triples, best score against precision", evaluation.triple_reliability.as_ref()),
    ];
    for (what, reliability) in all {
        let Some((reliability, error)) = reliability.and_then(|r| Some((r, r.error()?))) else { continue };
        let _ = writeln!(out, "\n{what}; expected calibration error {error:.3}");
        let mut table = TextTable::new(&["score", "predictions", "mean score (%)", "precision (%)"]);
        for ((low, high), band) in reliability.bands() {
            let ratios = [pc(band.mean_score()), pc(band.precision())];
            table.row([format!("{low:.1}-{high:.1}"), band.count.to_string()].into_iter().chain(ratios));
        }
        out.push_str(&table.finish());
    }
}

fn interval_line(out: &mut String, intervals: &Intervals, figure: impl Fn(Part) -> Figure) {
    let parts = [("precision", Part::Precision), ("recall", Part::Recall), ("F1", Part::F1)];
    let items: Vec<String> = parts
        .iter()
        .filter_map(|(name, part)| {
            let Interval { low, high } = intervals.get(&figure(*part))?;
            Some(format!("{name} {:.1}-{:.1}", 100.0 * low, 100.0 * high))
        })
        .collect();
    if !items.is_empty() {
        let _ = writeln!(out, "95 % intervals of micro, over documents: {}", items.join(", "));
    }
}

/// How two outputs differ, for people.
///
/// See the [example](crate::eval::report#example).
pub fn differences_text(differences: &BTreeMap<Figure, Difference>) -> String {
    let mut table = TextTable::new(&["figure (%)", "A", "B", "B - A", "95 % interval", "p"]);
    for (figure, d) in differences {
        let signed = |x: f64| format!("{:+.1}", 100.0 * x);
        let interval = d.interval.map_or("-".to_owned(), |i| format!("{} {}", signed(i.low), signed(i.high)));
        let p = format!("{:.3}", d.p_value);
        table.row([figure.name(), pc(Some(d.a)), pc(Some(d.b)), signed(d.b - d.a), interval, p]);
    }
    format!(
        "\nB against A on the same documents; p: approximate randomisation, two-sided\n{}",
        table.finish()
    )
}

/// How many labels only one of two outputs got right, for people.
///
/// See the [example](crate::eval::report#example).
pub fn advantages_text(advantages: &[Vec<Advantage>]) -> String {
    let mut table = TextTable::new(&[
        "",
        "entities found",
        "made-up avoided",
        "relations found",
        "made-up avoided",
        "triples found",
        "made-up avoided",
    ]);
    for (name, whats) in ["only A", "only B"].iter().zip(advantage_counts(advantages)) {
        let counts = whats.into_iter().flatten().map(|n: u64| n.to_string());
        table.row([(*name).to_owned()].into_iter().chain(counts));
    }
    format!("\nRight in one output only (listed in comparison.csv with --out)\n{}", table.finish())
}

const COUNT_HEADER: [&str; 7] = ["", "precision", "recall", "F1", "right", "wrong", "missed"];

fn count_cells(name: &str, c: Counts) -> impl Iterator<Item = String> {
    let ratios = [name.to_owned(), pc(c.precision()), pc(c.recall()), pc(c.f1())];
    ratios.into_iter().chain([c.tp, c.fp, c.fn_].map(|n| n.to_string()))
}

fn macro_cells<'a>(types: impl Iterator<Item = &'a Counts> + Clone) -> [String; 7] {
    let mean = Macro::of(types);
    let none = String::new;
    ["macro".to_owned(), pc(mean.precision), pc(mean.recall), pc(mean.f1), none(), none(), none()]
}
