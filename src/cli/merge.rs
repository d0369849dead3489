//! `triplewire merge`: the outputs of shards in, those of one run out.

use std::path::PathBuf;

use crate::cli::Outcome;
use crate::cli::extract::style;
use crate::cli::print::{complain, print};
use crate::cli::summary::Summary;
use crate::output::{Format, Making, Shards, WatchList};
use crate::relation::Predicates;

/// Arguments of `triplewire merge`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// What `extract --shard 1/n --out DIR` to `extract --shard n/n --out DIR` wrote, in any order
    #[arg(required = true, value_name = "DIR")]
    shards: Vec<PathBuf>,
    /// Folder to write the output files to
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Format of the tables
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Write CSV for Excel: byte-order mark, Windows line ends, no cell that runs as a formula
    #[arg(long)]
    excel: bool,
    /// Count an article that tells a story again like any other; see `extract --keep-duplicates`
    #[arg(long)]
    keep_duplicates: bool,
    /// Join no names across articles; see `extract --no-merge`
    #[arg(long)]
    no_merge: bool,
    /// Write only relations and triples that touch one of these names; see `extract --only`
    #[arg(long, value_name = "FILE")]
    only: Option<PathBuf>,
    /// No summary
    #[arg(long)]
    quiet: bool,
}

pub(crate) fn run(args: Args) -> anyhow::Result<Outcome> {
    let style = style(args.format, args.excel)?;
    let only = args.only.as_deref().map(WatchList::read).transpose()?;
    let (keep_duplicates, merge, only) = (args.keep_duplicates, !args.no_merge, only.as_ref());
    let making = Making { style, keep_duplicates, merge, only, ..Making::new(Predicates::built_in()) };
    let (tables, run) = Shards::open(&args.shards)?.tables(&args.out, making)?;
    let connected = tables.most_connected().to_vec();
    let files = tables.name(&run)?;
    run.unused_aliases.iter().for_each(complain);
    if !args.quiet {
        print(Summary { run: &run, connected: &connected, files: &files })?;
    }
    Ok(if run.skipped.is_empty() { Outcome::Done } else { Outcome::SomeSkipped })
}
