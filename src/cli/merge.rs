//! `triplewire merge`: joins the outputs of several runs.

use std::path::PathBuf;

use crate::cli::Outcome;
use crate::cli::extract::style;
use crate::cli::print::{complain, print};
use crate::cli::summary::Summary;
use crate::cli::view;
use crate::output::{Format, Making, Parts, WatchList, keep_from_merge};
use crate::relation::Predicates;

/// Arguments of `triplewire merge`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// What `extract --out DIR` or `merge` wrote: runs over other inputs, on other days and machines, in the order that
    /// their articles are to have; or all shards of one run, in any order
    #[arg(required = true, value_name = "DIR")]
    parts: Vec<PathBuf>,
    /// Folder to write the output files to
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Replace a finished result of other inputs or settings that is in the folder
    #[arg(long)]
    overwrite: bool,
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
    /// Write view.html beside the tables; see `extract --view`
    #[arg(long)]
    view: bool,
}

pub(crate) fn run(args: Args) -> anyhow::Result<Outcome> {
    let style = style(args.format, args.excel)?;
    let only = args.only.as_deref().map(WatchList::read).transpose()?;
    let (keep_duplicates, merge, only) = (args.keep_duplicates, !args.no_merge, only.as_ref());
    let making = Making { style, keep_duplicates, merge, only, ..Making::new(Predicates::built_in()) };
    let parts = Parts::open(&args.parts)?;
    parts.check_folder(&args.out)?;
    keep_from_merge(&args.out, &parts.run(&making), args.overwrite)?;
    let (tables, run, passed_over) = parts.tables(&args.out, making)?;
    let connected = tables.most_connected().to_vec();
    let mut files = tables.name(&run)?;
    run.unused_aliases.iter().for_each(complain);
    if args.view || view::is_in(&args.out) {
        files.push(view::write(&args.out, None)?.0);
    }
    if !args.quiet {
        if passed_over > 0 {
            print(format_args!("{passed_over} articles are in several of these; each counts once\n"))?;
        }
        print(Summary { run: &run, connected: &connected, files: &files })?;
    }
    Ok(if run.skipped.is_empty() { Outcome::Done } else { Outcome::SomeSkipped })
}
