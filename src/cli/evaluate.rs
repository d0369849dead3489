//! `triplewire evaluate`: Compare with hand labels.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::cli::Outcome;
use crate::cli::print::print;
use crate::cli::problems::{problems_csv, tell};
use crate::cli::setup::Setup;
use crate::entity::Aliases;
use crate::error::{Error, Place, Problem};
use crate::eval::bootstrap::{Difference, Figure, differences};
use crate::eval::errors::{Advantage, advantages, advantages_csv, mistakes, mistakes_csv};
use crate::eval::{self, Evaluation, Gold, Judgements, Labels, Map, OnGivenNames, Predict, html, report};
use crate::output::{check_folder, create_folder, write_whole};

/// Arguments of `triplewire evaluate`.
#[derive(Debug, clap::Args)]
#[command(after_help = FORMATS)]
pub(crate) struct Args {
    /// Hand labels: a file or a folder; the format is told by its content
    #[arg(long, value_name = "FILE_OR_DIR", required_unless_present = "judged")]
    gold: Option<PathBuf>,
    /// Instead of labels, a table of relations of which somebody has judged whether the text tells them:
    /// prints their precision by source and rule; with --pred, of those that these outputs still have
    #[arg(long, value_name = "FILE", conflicts_with_all = ["gold", "texts", "map", "gold_entities", "out"])]
    judged: Option<PathBuf>,
    /// Where the articles of a folder of CSV labels are, if not in text files beside it: any input
    /// of `extract`; articles without labels are passed over
    #[arg(long, value_name = "INPUT")]
    texts: Vec<PathBuf>,
    /// Score only these articles of the gold: a text file with one identifier a line
    #[arg(long, value_name = "FILE", conflicts_with = "judged")]
    articles: Option<PathBuf>,
    /// An earlier output of `extract`, or labels in any gold format; twice, to compare two.
    /// Without it, the gold's own texts are run through the program
    #[arg(long, value_name = "DIR")]
    pred: Vec<PathBuf>,
    /// A TOML file that maps our predicates and types to those of the gold
    #[arg(long, value_name = "FILE")]
    map: Option<PathBuf>,
    /// Give the rules the names of the gold, so that they are measured alone
    #[arg(long, conflicts_with = "pred")]
    gold_entities: bool,
    /// Write scores.json, errors.csv, report.html and problems.csv there; with two --pred, errors_b.csv,
    /// report_b.html and comparison.csv too
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Print one JSON object instead of tables
    #[arg(long)]
    json: bool,
    /// Print one table only: relations by predicate, as triples where the gold names its entities
    #[arg(long, value_enum, conflicts_with_all = ["json", "judged"])]
    by: Option<By>,
    #[command(flatten)]
    setup: Setup,
}

/// The rows of the only table.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum By {
    /// The predicate
    Predicate,
}

/// The accepted formats of labels.
pub(crate) const FORMATS: &str = "\
Formats of labels:
  mentions.csv and/or relations.csv in a folder (or in its folder labels), texts as <article>.txt in it, in the
    folder above or in texts beside it, or in any input named with --texts; relations with offsets, or without
    between the entities of mentions.csv; optional = true for what need not be found
  doccano JSON Lines (entities, relations; optional annotated_types)
  Prodigy or spaCy JSON Lines (spans, relations)
  Label Studio JSON export
  CoNLL: token TAB tag (IOB1, IOB2 or IOBES), blank line between sentences, -DOCSTART- between documents
  brat: .ann beside .txt";

pub(crate) fn run(args: Args) -> anyhow::Result<Outcome> {
    let scores = scores(&args)?;
    tell(&scores.problems, Some(args.out.is_some()));
    print(if args.json { format!("{:#}\n", scores.json) } else { scores.text })?;
    Ok(if scores.problems.iter().any(|p| p.skipped) { Outcome::SomeSkipped } else { Outcome::Done })
}

/// The result of a comparison.
pub(super) struct Scores {
    /// As JSON.
    pub(super) json: serde_json::Value,
    /// As text.
    text: String,
    /// Problems of the labels.
    pub(super) problems: Vec<Problem>,
}

/// Compares, and writes the files of `--out`.
pub(super) fn scores(args: &Args) -> anyhow::Result<Scores> {
    let Some(path) = &args.gold else { return judged(args) };
    if args.pred.len() > 2 {
        let message =
            format!("--pred is given {} times. Give it once, or twice to compare two", args.pred.len());
        return Err(Error::Usage(message).into());
    }
    args.out.as_deref().map(check_folder).transpose()?;
    let mut gold = eval::gold::read(path, &args.texts)?;
    gold.predicates = args.setup.all_rules()?.predicates().clone();
    let map = args.map.as_deref().map(|path| Map::read(path, &gold.predicates)).transpose()?;
    let mut problems = gold.problems.clone();
    if let Some(list) = &args.articles {
        keep(&mut gold, list, &mut problems)?;
    }
    let mut evaluations = Vec::new();
    let mut cleaned = Vec::new();
    if map.as_ref().is_some_and(Map::wants_clean_names) {
        let changed = gold.clean_names(&Aliases::built_in());
        cleaned.push(format!(
            "{changed} names of the gold were cut as the program cuts its own (titles, possessives, full stops), \
             because the map asks for it."
        ));
    }
    match &args.pred[..] {
        [] => {
            let mut notes = cleaned.clone();
            let program: Box<dyn Predict> = if args.gold_entities {
                Box::new(OnGivenNames(args.setup.pipeline()?.0))
            } else {
                Box::new(args.setup.pipeline()?.0)
            };
            let (given, program) = (args.gold_entities, program.as_ref());
            let labels = eval::by_program(&gold, map.as_ref(), given, program, &mut problems, &mut notes)?;
            evaluations.push(evaluate(&gold, labels, map.as_ref(), notes));
        }
        paths => {
            for path in paths {
                let mut notes = cleaned.clone();
                let labels = eval::from_files(path, &gold, &mut problems, &mut notes)?;
                evaluations.push(evaluate(&gold, labels, map.as_ref(), notes));
            }
        }
    }
    let comparison = match &evaluations[..] {
        [a, b] => Some(Comparison {
            differences: differences(&a.documents, &b.documents),
            advantages: advantages(&gold, a, b),
        }),
        _ => None,
    };
    let object = json(&gold, &evaluations, comparison.as_ref());
    if let Some(out) = &args.out {
        write_files(out, &gold, &evaluations, comparison.as_ref(), &object, &problems)?;
    }
    let text = text(&gold, &evaluations, comparison.as_ref(), args);
    Ok(Scores { json: object, text, problems })
}

/// Keeps only the articles of a list.
pub(super) fn keep(gold: &mut Gold, list: &Path, problems: &mut Vec<Problem>) -> anyhow::Result<()> {
    let content = std::fs::read_to_string(list)
        .map_err(|e| Error::io(list, e, "Give with --articles a text file with one identifier a line"))?;
    let content = content.strip_prefix('\u{feff}').unwrap_or(&content);
    let wanted: BTreeSet<&str> = content.lines().map(str::trim).filter(|id| !id.is_empty()).collect();
    for id in gold.keep(&wanted) {
        let message = format!("article {id} is not in the gold");
        problems.push(Problem::skipped(Place::file(list), message, "Not scored: mend or remove it"));
    }
    if gold.documents.is_empty() {
        let problem = "it has not one article of the gold";
        return Err(Error::config(Place::file(list), problem, "Give one identifier a line").into());
    }
    Ok(())
}

/// Scores judgements.
fn judged(args: &Args) -> anyhow::Result<Scores> {
    let mut problems = Vec::new();
    let path = args.judged.as_deref().unwrap_or(Path::new(""));
    let mut judgements = Judgements::read(path, &mut problems)?;
    if !args.pred.is_empty() {
        judgements = judgements.still_in(&args.pred, &mut problems)?;
    }
    Ok(Scores { json: judgements.json(), text: judgements.text(), problems })
}

fn evaluate(gold: &Gold, labels: Vec<Labels>, map: Option<&Map>, notes: Vec<String>) -> Evaluation {
    let mut evaluation = Evaluation::of(gold, labels, map);
    evaluation.notes.splice(0..0, notes);
    evaluation
}

/// A comparison of the second output with the first.
struct Comparison {
    differences: BTreeMap<Figure, Difference>,
    advantages: Vec<Vec<Advantage>>,
}

fn json(gold: &Gold, evaluations: &[Evaluation], comparison: Option<&Comparison>) -> serde_json::Value {
    let mut objects = evaluations.iter().map(|evaluation| report::json(gold, evaluation));
    let mut object = objects.next().unwrap_or_default();
    if let (Some(b), Some(comparison)) = (objects.next(), comparison) {
        object["b"] = b;
        object["comparison"] = report::differences_json(&comparison.differences);
        object["only_right"] = report::advantages_json(&comparison.advantages);
    }
    object
}

fn text(gold: &Gold, evaluations: &[Evaluation], comparison: Option<&Comparison>, args: &Args) -> String {
    let mut out = String::new();
    if args.gold_entities {
        out.push_str("The names of the gold were given (--gold-entities): only relations are measured.\n");
    }
    for (name, evaluation) in ["A", "B"].iter().zip(evaluations) {
        if evaluations.len() > 1 {
            out.push_str(&format!("== {name} ==\n"));
        }
        out.push_str(&match args.by {
            Some(By::Predicate) => report::by_predicate(gold, evaluation),
            None => report::text(gold, evaluation),
        });
        out.push('\n');
    }
    if let Some(Comparison { differences, advantages }) = comparison {
        out.push_str(&report::differences_text(differences));
        out.push_str(&report::advantages_text(advantages));
    }
    out
}

fn write_files(
    out: &Path,
    gold: &Gold,
    evaluations: &[Evaluation],
    comparison: Option<&Comparison>,
    object: &serde_json::Value,
    problems: &[Problem],
) -> anyhow::Result<()> {
    let write = |name: &str, content: &[u8]| write_whole(&out.join(name), content);
    create_folder(out)?;
    write("scores.json", format!("{object:#}\n").as_bytes())?;
    let names = [("errors.csv", "report.html"), ("errors_b.csv", "report_b.html")];
    for ((table, page), evaluation) in names.into_iter().zip(evaluations) {
        let mistakes = mistakes(gold, evaluation);
        write(table, &mistakes_csv(gold, &mistakes)?)?;
        let scores = report::json(gold, evaluation);
        write(page, html::page(gold, evaluation, &scores, &mistakes).as_bytes())?;
    }
    if let Some(comparison) = comparison {
        write("comparison.csv", &advantages_csv(gold, &comparison.advantages)?)?;
    }
    write("problems.csv", &problems_csv(problems)?)?;
    Ok(())
}
