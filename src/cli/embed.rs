//! The commands for programs that use this crate as a library, such as the Python module. Results are returned instead
//! of printed.
//!
//! # Example
//!
//! ```
//! use std::ffi::OsString;
//!
//! use triplewire::cli::embed;
//!
//! let rules = embed::rule_set(&[], true)?;
//! assert!(rules.rule("leads/is-leader-of").is_some());
//!
//! let folder = tempfile::tempdir()?;
//! let file = folder.path().join("hand.conll");
//! std::fs::write(&file, "Ana\tB-PER\nleads\tO\nAcme\tB-ORG\n")?;
//! // Labels compared with themselves.
//! let options: [OsString; 4] = ["--gold".into(), file.clone().into(), "--pred".into(), file.into()];
//! let (scores, problems) = embed::evaluate(options)?;
//! assert_eq!(scores["entities"]["micro"]["f1"], 1.0);
//! assert!(problems.is_empty());
//! # Ok::<(), anyhow::Error>(())
//! ```
//!
//! With a model:
//!
//! ```no_run
//! use std::ffi::OsString;
//! use std::io::Cursor;
//! use std::path::Path;
//! use std::sync::Arc;
//!
//! use triplewire::cli::embed::{self, Extractor};
//! use triplewire::export::result::ResultFolder;
//!
//! let extractor = Extractor::open(["--threads", "2"].map(OsString::from))?;
//! let lines = Cursor::new("{\"text\": \"Ana Ruiz leads Acme in Lisbon.\"}\n");
//! let (outcome, said) = extractor.extract(lines, None, Path::new("output"), Arc::default())?;
//! println!("{outcome:?} {said:?}");
//! let result = ResultFolder::open(Path::new("output"))?;
//! for triple in result.triples()? {
//!     let triple = triple?;
//!     println!("{} {} {}", triple.subject, triple.predicate, triple.object);
//! }
//! embed::write(&result, Path::new("copy"), false)?;
//!
//! println!("{}", embed::explain("[PER Ana Ruiz] leads [ORG Acme].".into(), None, Vec::new(), true)?);
//! let (checked, rules) = embed::test_rules(embed::rule_set(&[], true)?, None)?;
//! println!("{} examples of {rules} rules, {} failed", checked.examples, checked.failures.len());
//! # Ok::<(), anyhow::Error>(())
//! ```

use std::ffi::OsString;
use std::io::BufRead;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use clap::{CommandFactory as _, FromArgMatches as _};
use serde_json::Value;

use crate::cli::arguments::{self, Said};
use crate::cli::extract::{self, Opened};
use crate::cli::progress::Progress;
use crate::cli::setup::{Machine, Setup};
use crate::cli::{Cli, Command, Outcome, evaluate, rules, view};
use crate::error::{Error, Problem, Result};
use crate::export::result::ResultFolder;
use crate::input::{self, Shard};
use crate::output::copy_result;
use crate::relation::{Checked, RuleSet};

/// The name of handed-over articles in problems.
const PLACE: &str = "the articles";

/// The prefix of ids for articles without one.
const NAME: &str = "text";

/// `triplewire extract`, opened once and run on many inputs.
///
/// See the [example](crate::cli::embed#example).
pub struct Extractor {
    args: extract::Args,
    opened: Opened,
}

impl Extractor {
    /// Opens model, names and rules by the options of `triplewire extract`.
    ///
    /// # Errors
    /// If an option is wrong, or is for files only; if a model, rule or table cannot be read.
    pub fn open(options: impl IntoIterator<Item = OsString>) -> anyhow::Result<Self> {
        // Placeholders: articles and folder come with each call.
        let Command::Extract(args) = parsed("extract", options, ["-", "--out", "result", "--quiet"])? else {
            unreachable!("`extract` is the command")
        };
        args.go_with_a_library()?;
        let opened = Opened::new(&args, args.style()?)?;
        Ok(Extractor { args, opened })
    }

    /// Extracts from JSON lines and writes a result to `out`, which should be new. With `shard` the articles are one
    /// part of an input, for [`crate::output::Parts`] to merge. Setting `stop` ends it early. Returns the outcome, and
    /// what the command would print on standard error.
    ///
    /// # Errors
    /// If the engine fails, or `out` cannot be written.
    pub fn extract(
        &self,
        lines: impl BufRead + Send + 'static,
        shard: Option<Shard>,
        out: &Path,
        stop: Arc<AtomicBool>,
    ) -> anyhow::Result<(Outcome, Vec<String>)> {
        let start = Instant::now();
        let args = self.args.for_library(shard, out);
        // There may be none.
        let options = input::Options { dealt: true, ..args.reading() };
        let articles = input::lines(lines, PLACE, NAME, options);
        let mut progress = Progress::kept(articles.progress());
        let ended = self.opened.extract(&args, articles, out, &mut progress, || stop, start)?;
        Ok((ended, progress.into_kept()))
    }
}

/// Copies a result to another folder, with a new page if it has one; see [`copy_result`].
///
/// See the [example](crate::cli::embed#example).
///
/// # Errors
/// If `to` has a result, or cannot be written.
pub fn write(result: &ResultFolder, to: &Path, overwrite: bool) -> Result<Vec<PathBuf>> {
    let mut files = copy_result(result.run(), result.folder(), to, overwrite)?;
    if view::is_in(to) {
        files.push(view::write(to, None)?.0);
    }
    Ok(files)
}

/// `triplewire evaluate`: the object of `--json`, and problems of the labels.
///
/// See the [example](crate::cli::embed#example).
///
/// # Errors
/// If an option is wrong, or labels cannot be read.
pub fn evaluate(options: impl IntoIterator<Item = OsString>) -> anyhow::Result<(Value, Vec<Problem>)> {
    let Command::Evaluate(args) = parsed("evaluate", options, [])? else {
        unreachable!("`evaluate` is the command")
    };
    let scores = evaluate::scores(&args)?;
    Ok((scores.json, scores.problems))
}

/// The built-in rules, if `built_in`, and those of these files and folders.
///
/// See the [example](crate::cli::embed#example).
///
/// # Errors
/// If a file cannot be read, or a rule is wrong.
pub fn rule_set(paths: &[PathBuf], built_in: bool) -> Result<RuleSet> {
    let mut set = if built_in { RuleSet::built_in() } else { RuleSet::empty() };
    paths.iter().try_for_each(|path| set.add_path(path))?;
    Ok(set)
}

/// `triplewire rules test`; also returns the number of rules tested.
///
/// See the [example](crate::cli::embed#example).
///
/// # Errors
/// If a file cannot be read, or a rule is wrong.
pub fn test_rules(set: RuleSet, file: Option<&Path>) -> anyhow::Result<(Checked, usize)> {
    rules::checked(set, file)
}

/// `triplewire rules explain --json`.
///
/// See the [example](crate::cli::embed#example).
///
/// # Errors
/// If a file cannot be read, a rule is wrong, or there is no model.
pub fn explain(
    text: String,
    model: Option<PathBuf>,
    rules: Vec<PathBuf>,
    built_in: bool,
) -> anyhow::Result<String> {
    let set = rule_set(&rules, built_in)?;
    let machine = Machine { model, ..Machine::default() };
    let setup = Setup { machine, rules, no_default_rules: !built_in, ..Setup::default() };
    Ok(serde_json::to_string(&rules::explained(&set, setup, text)?)?)
}

/// Parses the options of a command, and `more`.
fn parsed<const N: usize>(
    command: &str,
    options: impl IntoIterator<Item = OsString>,
    more: [&str; N],
) -> Result<Command> {
    let arguments = ["triplewire", command].map(OsString::from).into_iter().chain(options);
    let arguments: Vec<OsString> = arguments.chain(more.map(OsString::from)).collect();
    let matches = arguments::read(Cli::command(), &arguments).map_err(|said| match said {
        Said::Asked(help) => Error::Usage(help.to_string()),
        Said::Wrong(what) => Error::Usage(what),
    })?;
    Cli::from_arg_matches(&matches).map(|cli| cli.command).map_err(|error| Error::Usage(error.to_string()))
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn options(given: &[&str]) -> Vec<OsString> {
        given.iter().map(OsString::from).collect()
    }

    #[test]
    fn a_wrong_option_is_said_as_the_command_says_it() {
        let said = |given| Extractor::open(options(given)).err().map(|e| e.to_string()).unwrap_or_default();
        let threads = said(&["--threads", "0"]);
        assert!(threads.starts_with("--threads 0: ") && threads.contains("1 to 1024"), "{threads}");
        let resume = said(&["--resume"]);
        assert!(resume.starts_with("--resume") && resume.contains("goes with the command"), "{resume}");
        assert!(said(&["--model", "nonesuch"]).contains("`triplewire model list`"));
    }

    #[test]
    fn articles_in_memory_give_a_result() {
        let extractor = Extractor::open(options(&["--engine", "rten"])).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let lines = "{\"text\": \"Ana Ruiz leads Acme in Lisbon.\"}\n{\"text\": \" \"}\n";
        let lines = Cursor::new(lines.as_bytes());
        let (ended, said) = extractor.extract(lines, None, folder.path(), Arc::default()).unwrap();
        assert_eq!(ended, Outcome::SomeSkipped);
        assert!(said[0].starts_with("skipped: the articles, line 2: the text is empty"), "{said:?}");
        let result = ResultFolder::open(folder.path()).unwrap();
        let mentions: Vec<_> = result.mentions().unwrap().map(Result::unwrap).collect();
        assert!(mentions.iter().any(|it| it.article == "text#1" && it.text == "Ana Ruiz"), "{mentions:?}");
        // No articles, no result.
        let empty = tempfile::tempdir().unwrap();
        let (ended, said) = extractor.extract(Cursor::new(""), None, empty.path(), Arc::default()).unwrap();
        assert_eq!((ended, said), (Outcome::Done, Vec::new()));
        assert_eq!(ResultFolder::open(empty.path()).unwrap().triples().unwrap().count(), 0);
    }
}
