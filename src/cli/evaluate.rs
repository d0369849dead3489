//! `triplewire evaluate`: Compare with hand labels.

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::Context as _;

use crate::cli::Outcome;
use crate::error::Problem;
use crate::eval::bootstrap::differences;
use crate::eval::{self, Evaluation, Gold, Labels, Map, Predict, report};
use crate::model::EngineChoice;

/// Warnings on standard error before the rest is only counted. What is skipped is always named.
const MOST_WARNINGS: usize = 20;

/// Arguments of `triplewire evaluate`.
#[derive(Debug, clap::Args)]
#[command(after_help = FORMATS)]
pub(crate) struct Args {
    /// Hand labels: a file or a folder; the format is told by its content
    #[arg(long, value_name = "FILE_OR_DIR")]
    gold: PathBuf,
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
    /// Write scores.json and problems.csv there
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Print one JSON object instead of tables
    #[arg(long)]
    json: bool,
    /// The model folder
    #[arg(long, value_name = "DIR", conflicts_with = "pred")]
    model: Option<PathBuf>,
    /// What runs the model
    #[arg(long, value_enum, default_value_t = EngineChoice::Auto)]
    engine: EngineChoice,
    /// More rules: a file or a folder of them
    #[arg(long, value_name = "FILE_OR_DIR", conflicts_with = "pred")]
    rules: Vec<PathBuf>,
    /// Leave the built-in rules out
    #[arg(long, conflicts_with = "pred")]
    no_default_rules: bool,
    /// More names of entities: a CSV with the columns entity,alias,type,rule
    #[arg(long, value_name = "FILE", conflicts_with = "pred")]
    aliases: Option<PathBuf>,
}

const FORMATS: &str = "\
Gold formats:
  mentions.csv and/or relations.csv in a folder, texts as <article>.txt in it or in the folder above
  doccano JSON Lines (entities, relations; optional annotated_types)
  Prodigy or spaCy JSON Lines (spans, relations)
  Label Studio JSON export
  CoNLL: token TAB tag (IOB1, IOB2 or IOBES), blank line between sentences, -DOCSTART- between documents
  brat: .ann beside .txt";

pub(crate) fn run(args: Args) -> anyhow::Result<Outcome> {
    let gold = eval::gold::read(&args.gold)?;
    let map = args.map.as_deref().map(Map::read).transpose()?;
    let mut problems = gold.problems.clone();
    let mut evaluations = Vec::new();
    match &args.pred[..] {
        [] => {
            let program = program(&args)?;
            let mut notes = Vec::new();
            let labels =
                eval::by_program(&gold, map.as_ref(), args.gold_entities, program.as_ref(), &mut notes)?;
            evaluations.push(evaluate(&gold, labels, map.as_ref(), notes));
        }
        [_] | [_, _] => {
            for path in &args.pred {
                let mut notes = Vec::new();
                let labels = eval::from_files(path, &gold, &mut problems, &mut notes)?;
                evaluations.push(evaluate(&gold, labels, map.as_ref(), notes));
            }
        }
        _ => anyhow::bail!("--pred can be given once or twice, not {} times", args.pred.len()),
    }
    tell(&problems, args.out.is_some());
    let object = json(&gold, &evaluations);
    if let Some(out) = &args.out {
        write_files(out, &object, &problems)?;
    }
    let printed =
        if args.json { format!("{object:#}\n") } else { text(&gold, &evaluations, args.gold_entities) };
    std::io::stdout().write_all(printed.as_bytes()).context("standard output cannot be written")?;
    Ok(if problems.iter().any(|p| p.skipped) { Outcome::SomeSkipped } else { Outcome::Done })
}

/// What labels the gold's texts when there is no `--pred`.
fn program(_: &Args) -> anyhow::Result<Box<dyn Predict>> {
    anyhow::bail!("evaluating without --pred is not there yet: run `triplewire extract`, then give --pred")
}

fn evaluate(gold: &Gold, labels: Vec<Labels>, map: Option<&Map>, notes: Vec<String>) -> Evaluation {
    let mut evaluation = Evaluation::of(gold, labels, map);
    evaluation.notes.splice(0..0, notes);
    evaluation
}

fn tell(problems: &[Problem], all_written: bool) {
    let mut warnings = 0;
    for problem in problems {
        warnings += usize::from(!problem.skipped);
        if problem.skipped || warnings <= MOST_WARNINGS {
            eprintln!("{problem}");
        }
    }
    if warnings > MOST_WARNINGS {
        let where_ =
            if all_written { "they are in problems.csv" } else { "--out DIR lists them in problems.csv" };
        eprintln!("{} more warnings: {where_}", warnings - MOST_WARNINGS);
    }
}

fn json(gold: &Gold, evaluations: &[Evaluation]) -> serde_json::Value {
    let mut objects = evaluations.iter().map(|evaluation| report::json(gold, evaluation));
    let mut object = objects.next().unwrap_or_default();
    if let (Some(b), [first, second]) = (objects.next(), evaluations) {
        let found = differences(&first.documents, &second.documents);
        object["b"] = b;
        object["comparison"] = report::differences_json(&found);
    }
    object
}

fn text(gold: &Gold, evaluations: &[Evaluation], gold_entities: bool) -> String {
    let mut out = String::new();
    if gold_entities {
        out.push_str("The names of the gold were given (--gold-entities): only relations are measured.\n");
    }
    for (name, evaluation) in ["A", "B"].iter().zip(evaluations) {
        if evaluations.len() > 1 {
            out.push_str(&format!("== {name} ==\n"));
        }
        out.push_str(&report::text(gold, evaluation));
        out.push('\n');
    }
    if let [a, b] = evaluations {
        out.push_str(&report::differences_text(&differences(&a.documents, &b.documents)));
    }
    out
}

fn write_files(
    out: &std::path::Path,
    object: &serde_json::Value,
    problems: &[Problem],
) -> anyhow::Result<()> {
    let failed = || format!("{}: cannot be written. Give another folder with --out", out.display());
    std::fs::create_dir_all(out).with_context(failed)?;
    write_whole(&out.join("scores.json"), format!("{object:#}\n").as_bytes()).with_context(failed)?;
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(["skipped", "file", "line", "problem", "done"]).with_context(failed)?;
    for problem in problems {
        let file = problem.place.file.display().to_string();
        let line = problem.place.line.map(|n| n.to_string()).unwrap_or_default();
        let skipped = problem.skipped.to_string();
        table
            .write_record([&skipped, &file, &line, &problem.message, &problem.remedy])
            .with_context(failed)?;
    }
    write_whole(&out.join("problems.csv"), &table.into_inner().with_context(failed)?).with_context(failed)
}

/// Under a temporary name first: a reader never sees half a file.
fn write_whole(path: &std::path::Path, content: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(std::path::Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(content)?;
    file.persist(path)?;
    Ok(())
}
