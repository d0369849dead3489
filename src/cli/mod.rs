//! The command line: one file per subcommand.
//!
//! # Example
//!
//! ```
//! use std::ffi::OsString;
//!
//! use triplewire::cli::run_with;
//!
//! // The code with which the program would end.
//! assert_eq!(run_with(["triplewire", "--version"].map(OsString::from)), 0);
//! assert_eq!(run_with(["triplewire", "extrakt"].map(OsString::from)), 1);
//! ```

mod agree;
mod arguments;
mod defects;
pub mod embed;
mod estimate;
mod evaluate;
mod export;
mod extract;
mod inputs;
mod label;
mod learn;
mod merge;
mod model;
mod names;
mod outcome;
mod parse;
mod print;
mod problems;
mod progress;
mod rules;
mod setup;
mod stop;
mod summary;
mod values;
mod view;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::cli::arguments::Said;
use crate::cli::print::{complain, fail};
use crate::error::Error;

pub use crate::cli::outcome::Outcome;

/// Turns news articles into a spreadsheet of who is connected to whom.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Find entities and relations in articles and write them as CSV files
    Extract(extract::Args),
    /// Join the results of several runs, or of the shards of one
    Merge(merge::Args),
    /// List names that may be of one entity, or of none, to decide on
    Names(names::Args),
    /// Make a workbook, a database or a graph of what `extract` wrote
    Export(export::Args),
    /// Make one page of a result, to explore in a browser without a network
    View(view::Args),
    /// Write what is found in articles as labels to correct in an annotation tool
    Label(label::Args),
    /// Compare extractions with hand labels
    Evaluate(evaluate::Args),
    /// Say how far two people agree who labelled the same texts
    Agree(agree::Args),
    /// Teach the second reader predicates by labelled articles
    Learn(learn::Args),
    /// List, show, test, explain, score and suggest relation rules
    Rules(rules::Args),
    /// Write words, parts of speech, lemmas and trees of sentences as CoNLL-U on standard output
    Parse(parse::Args),
    /// Look at model folders, and fetch models from the hub
    Model(model::Args),
}

/// Runs the command line and says how it ended. Errors are printed on standard error: exit code 1.
///
/// See the [example](crate::cli#example).
pub fn run() -> ExitCode {
    run_with(std::env::args_os()).into()
}

/// Runs these arguments, of which the first is the program's name; returns the exit code.
///
/// See the [example](crate::cli#example).
pub fn run_with(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    defects::note();
    let words: Vec<OsString> = arguments.into_iter().collect();
    let matches = arguments::read(Cli::command(), &words);
    match matches.map(|matches| Cli::from_arg_matches(&matches)) {
        Ok(Ok(cli)) => ended(std::panic::catch_unwind(|| execute(cli.command))),
        // The matches come from this command.
        Ok(Err(error)) | Err(Said::Asked(error)) => {
            let _ = error.print();
            // Help and version are no errors.
            u8::from(error.use_stderr())
        }
        Err(Said::Wrong(what)) => ended(Ok(Err(Error::Usage(what).into()))),
    }
}

fn execute(command: Command) -> anyhow::Result<Outcome> {
    match command {
        Command::Extract(args) => extract::run(args),
        Command::Merge(args) => merge::run(args),
        Command::Names(args) => names::run(args),
        Command::Export(args) => export::run(args),
        Command::View(args) => view::run(args),
        Command::Label(args) => label::run(args),
        Command::Evaluate(args) => evaluate::run(args),
        Command::Agree(args) => agree::run(args),
        Command::Learn(args) => learn::run(args),
        Command::Rules(args) => rules::run(args),
        Command::Parse(args) => parse::run(args),
        Command::Model(args) => model::run(args),
    }
}

/// The exit code of a command's result.
fn ended(outcome: std::thread::Result<anyhow::Result<Outcome>>) -> u8 {
    match outcome {
        Ok(Ok(Outcome::Done)) => 0,
        Ok(Ok(Outcome::SomeSkipped)) => 2,
        Ok(Ok(Outcome::Interrupted)) => 130,
        Ok(Err(error)) => {
            fail(&error);
            1
        }
        Err(_) => {
            complain(defects::told());
            1
        }
    }
}
