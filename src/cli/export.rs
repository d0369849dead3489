//! `triplewire export`: a result folder in, a file for another tool out.

use std::path::PathBuf;

use crate::cli::Outcome;
use crate::cli::print::print;
use crate::cli::values::{count, name, share};
use crate::export::result::ResultFolder;
use crate::export::{Asked, Filter, Target, export};

/// Arguments of `triplewire export`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// What `extract --out DIR` or `merge --out DIR` wrote
    #[arg(value_name = "DIR")]
    result: PathBuf,
    /// What to make of it
    #[arg(long, value_enum, value_name = "FORMAT")]
    to: Target,
    /// The file to write (parquet, neo4j: the folder) [default: one in DIR]
    #[arg(long, value_name = "PATH")]
    out: Option<PathBuf>,
    /// Leave out triples that score less, from 0 to 1
    #[arg(long, value_name = "X", value_parser = share::<f64>)]
    min_score: Option<f64>,
    /// Leave out triples that fewer articles tell
    #[arg(long, value_name = "N", value_parser = count::<u64>)]
    min_articles: Option<u64>,
    /// Export these predicates only, separated by commas: leads,works_for
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = name)]
    predicates: Vec<String>,
    /// Export only triples of these types of entities (PER, ORG, LOC, MISC, DATE), of this certainty (stated,
    /// reported, alleged) or status (current, former, planned), asserted or denied ones, or ones that tell of an
    /// entity of that name or id; separated by commas, or repeated
    #[arg(long, value_name = "LIST", value_parser = name)]
    only: Vec<String>,
    /// Replace an earlier export
    #[arg(long)]
    overwrite: bool,
    /// No summary
    #[arg(long)]
    quiet: bool,
}

pub(crate) fn run(args: Args) -> anyhow::Result<Outcome> {
    let result = ResultFolder::open(&args.result)?;
    let asked = Asked {
        min_score: args.min_score.unwrap_or(0.0),
        min_articles: args.min_articles.unwrap_or(0),
        predicates: args.predicates,
        only: args.only,
    };
    let filter = Filter::new(&asked, &result)?;
    let exported = export(&result, args.to, args.out.as_deref(), &filter, args.overwrite)?;
    if !args.quiet {
        print(exported)?;
    }
    Ok(Outcome::Done)
}
