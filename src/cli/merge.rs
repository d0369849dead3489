//! `triplewire merge`: the outputs of shards in, those of one run out.

use std::path::PathBuf;

use crate::cli::Outcome;
use crate::cli::extract::style;
use crate::cli::print::print;
use crate::cli::summary::Summary;
use crate::output::{Format, Shards};

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
    /// No summary
    #[arg(long)]
    quiet: bool,
}

pub(crate) fn run(args: Args) -> anyhow::Result<Outcome> {
    let style = style(args.format, args.excel)?;
    let (tables, run) = Shards::open(&args.shards)?.tables(&args.out, style, args.keep_duplicates)?;
    let connected = tables.most_connected().to_vec();
    let files = tables.name(&run)?;
    if !args.quiet {
        print(Summary { run: &run, connected: &connected, files: &files })?;
    }
    Ok(if run.skipped.is_empty() { Outcome::Done } else { Outcome::SomeSkipped })
}
