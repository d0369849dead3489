//! `run.json`: what was run, on what, and what was left out.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::entity::{Asked, Decision};
use crate::error::{Error, Place, Problem, Result, words};
use crate::input::Shard;
use crate::output::file::{Whole, temporary, unwritable};
use crate::relation::Schema;

/// What must not change when a run is continued: for each setting, in words, its value.
///
/// See the [example](crate::output#example).
pub type Settings = BTreeMap<String, String>;

/// The record of a run.
///
/// See the [example](crate::output#example).
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[allow(missing_docs)] // the keys say it
pub struct Run {
    pub version: String,
    pub model: ModelRecord,
    pub engine: String,
    pub precision: String,
    /// Why that engine was taken.
    #[serde(default)]
    pub engine_reason: String,
    pub rules_hash: String,
    pub aliases_hash: String,
    /// The predicates that rule files of the user defined.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub predicates: Vec<Schema>,
    /// Bytes of text above which an article is left out.
    #[serde(default)]
    pub max_article_size: usize,
    /// Seconds after which an article is left out.
    #[serde(default)]
    pub article_timeout: Option<f64>,
    pub threads: usize,
    /// SHA-256 of all articles of the input, ids, texts and what else is known of them; none if the run did not come to its end, or
    /// saw only the articles of its shard.
    #[serde(default)]
    pub inputs: Option<String>,
    /// The settings that change the result, in words: inputs, columns, limits.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub settings: Settings,
    /// The version of the sketches by which copies are found; see [`crate::story::KIND`].
    #[serde(default, skip_serializing_if = "is_first")]
    pub sketches: u32,
    /// Which part of the input, if not the whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<Shard>,
    /// Whether every input was read; false after Ctrl-C.
    pub complete: bool,
    pub counts: Counts,
    pub seconds: Seconds,
    /// Processor seconds of each stage up to the last row of an article, if they were measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub processor_seconds: Option<serde_json::Map<String, serde_json::Value>>,
    /// Inputs that are missing from the output, and why.
    pub skipped: Vec<ProblemRecord>,
    /// Inputs that were mended.
    pub warnings: Vec<ProblemRecord>,
    /// What the user's tables say about names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub decisions: Vec<DecisionRecord>,
    /// Lines of them that changed nothing, and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unused_aliases: Vec<ProblemRecord>,
}

fn is_first(kind: &u32) -> bool {
    *kind == 0
}

/// Settings of how tables are made; see [`crate::output::Making::settings`].
pub(super) const OF_TABLES: [&str; 3] = ["--keep-duplicates", "--no-merge", "--only"];

impl Run {
    /// The record of the run that wrote what is in `folder`.
    ///
    /// # Errors
    /// If there is none.
    pub(super) fn read(folder: &Path) -> Result<Self> {
        let path = folder.join("run.json");
        let remedy = "Give a folder that a finished `extract --out` or `merge` has written";
        let file = File::open(&path).map_err(|e| Error::io(&path, e, remedy))?;
        serde_json::from_reader(BufReader::new(file)).map_err(|e| {
            let problem = format!("it is damaged ({})", words::json(&e));
            Error::config(Place::file(&path), problem, "Run the extraction that wrote it again")
        })
    }

    /// In what two runs differ that makes them find other things in the same article, in words.
    pub fn difference(&self, other: &Run) -> Option<String> {
        let settings = |run: &Run| {
            [
                ("the version", run.version.clone()),
                ("the model", format!("{} ({})", run.model.name, run.model.hash)),
                ("the engine", format!("{}, {}", run.engine, run.precision)),
                ("the rules", run.rules_hash.clone()),
                ("the aliases", run.aliases_hash.clone()),
                ("--max-article-size", run.max_article_size.to_string()),
                ("--article-timeout", run.article_timeout.map_or("none".into(), |it| format!("{it} s"))),
                ("the kind of sketches that tell copies", run.sketches.to_string()),
            ]
        };
        differing(settings(self), settings(other))
    }

    /// The same of runs that are shards of one: they had the same articles.
    pub(super) fn difference_of_shards(&self, other: &Run) -> Option<String> {
        let settings = |run: &Run| {
            [
                ("the hash of the articles", run.inputs.clone().unwrap_or("not known".into())),
                ("the number of shards", run.shard.map_or(1, |it| it.of().get()).to_string()),
            ]
        };
        self.difference(other).or_else(|| differing(settings(self), settings(other)))
    }

    /// The same of runs of which one is to add to the tables of the other.
    pub(super) fn difference_of_tables(&self, other: &Run) -> Option<String> {
        let value = |run: &Run, name| run.settings.get(name).map_or("false", String::as_str).to_owned();
        let settings = |run: &Run| OF_TABLES.map(|name| (name, value(run, name)));
        self.difference(other).or_else(|| differing(settings(self), settings(other)))
    }
}

/// The first of settings that differ, in words.
fn differing<const N: usize>(a: [(&str, String); N], b: [(&str, String); N]) -> Option<String> {
    let differing = a.into_iter().zip(b).find(|(a, b)| a != b);
    differing.map(|((what, a), (_, b))| match what {
        "the rules" | "the aliases" => format!("{what} differ"),
        "the hash of the articles" => "the articles differ".to_owned(),
        _ => format!("{what} is {a} in one and {b} in the other"),
    })
}

/// The settings of two runs whose outputs are put together: of those that differ both.
pub(super) fn settings_of_both(first: &Settings, second: &Settings) -> Settings {
    const BETWEEN: &str = "; ";
    let mut both = first.clone();
    for (name, value) in second {
        let joined = both.entry(name.clone()).or_insert_with(|| value.clone());
        if !joined.split(BETWEEN).any(|part| part == value) {
            *joined += BETWEEN;
            *joined += value;
        }
    }
    both
}

/// Which model.
///
/// See the [example](crate::output#example).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct ModelRecord {
    pub name: String,
    /// SHA-256 of the weights the engine used, in hexadecimal.
    pub hash: String,
}

/// How much was found.
///
/// See the [example](crate::output#example).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Counts {
    pub articles: u64,
    /// How many of them repeat a story; see [`crate::story`].
    pub duplicates: u64,
    pub sentences: u64,
    pub mentions: BTreeMap<String, u64>,
    pub entities: u64,
    pub relations: BTreeMap<String, u64>,
    /// Relations that rules find, left out for their scores.
    #[serde(default)]
    pub left_out: u64,
    pub triples: u64,
    pub cooccurrences: u64,
}

/// Wall-clock time.
///
/// See the [example](crate::output#example).
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct Seconds {
    /// Opening model and rules.
    pub start_up: f64,
    /// From the first article to the last row.
    pub extraction: f64,
}

/// A [`Decision`] in `run.json`.
///
/// See the [example](crate::output#example).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct DecisionRecord {
    pub file: String,
    pub line: Option<u64>,
    pub asked: Asked,
    pub entity: String,
    pub alias: String,
}

impl From<&Decision> for DecisionRecord {
    fn from(decision: &Decision) -> Self {
        let Decision { place, asked, entity, alias } = decision.clone();
        DecisionRecord { file: place.file.display().to_string(), line: place.line, asked, entity, alias }
    }
}

impl From<&DecisionRecord> for Decision {
    fn from(record: &DecisionRecord) -> Self {
        let DecisionRecord { file, line, asked, entity, alias } = record.clone();
        Decision { place: Place { line, ..Place::file(file) }, asked, entity, alias }
    }
}

/// A [`Problem`] in `run.json`.
///
/// See the [example](crate::output#example).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct ProblemRecord {
    pub file: String,
    pub line: Option<u64>,
    pub message: String,
    pub remedy: String,
}

impl std::fmt::Display for ProblemRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let place = Place { line: self.line, ..Place::file(&self.file) };
        Problem::mended(place, &self.message, &self.remedy).fmt(f)
    }
}

impl From<&Problem> for ProblemRecord {
    fn from(problem: &Problem) -> Self {
        ProblemRecord {
            file: problem.place.file.display().to_string(),
            line: problem.place.line,
            message: problem.message.clone(),
            remedy: problem.remedy.clone(),
        }
    }
}

/// Writes `run.json` under a temporary name.
pub(super) fn write(folder: &Path, run: &Run) -> Result<Whole> {
    let path = folder.join("run.json");
    let mut file = temporary(&path)?;
    serde_json::to_writer_pretty(&mut file, run)
        .map_err(std::io::Error::from)
        .and_then(|()| file.write_all(b"\n"))
        .map_err(|e| unwritable(&path, e))?;
    Whole::new(path, file)
}
