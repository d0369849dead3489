//! `triplewire names`: decisions about names, for an analyst.

use std::path::{Path, PathBuf};

use crate::cli::Outcome;
use crate::cli::print::print;
use crate::cli::values::count;
use crate::output::{Format, Question, Style, check_new, csv_of, questions, write_whole};

/// Arguments of `triplewire names`.
#[derive(Debug, clap::Args)]
#[command(after_help = DECISIONS)]
pub(crate) struct Args {
    /// What `extract` or `merge` wrote
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// File to write the table to [default: standard output]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Replace the file, and the decisions in it
    #[arg(long, requires = "out")]
    overwrite: bool,
    /// Write it for Excel: byte-order mark, Windows line ends, no cell that runs as a formula
    #[arg(long)]
    excel: bool,
    /// The first lines only
    #[arg(long, value_name = "N", value_parser = count::<usize>)]
    most: Option<usize>,
}

const DECISIONS: &str = "\
Write in the column decision, and give the file to --aliases of the next run:
  same     both names are of one entity, which is called as in the column entity
  never    they are not, whatever articles suggest
  drop     the name in the column alias (where that is empty, entity) is no entity at all
  rename   the entity is called as in the column new_name
An empty cell is left undecided.";

pub(crate) fn run(args: Args) -> anyhow::Result<Outcome> {
    let out = args.out.as_deref().filter(|out| *out != Path::new("-"));
    out.map(|out| check_new(out, args.overwrite)).transpose()?;
    let mut lines = questions(&args.folder)?;
    lines.truncate(args.most.unwrap_or(usize::MAX));
    let table = table(lines, args.excel)?;
    match out {
        Some(out) => drop(write_whole(out, &table)?),
        None => print(String::from_utf8_lossy(&table))?,
    }
    Ok(Outcome::Done)
}

fn table(lines: Vec<Question>, excel: bool) -> anyhow::Result<Vec<u8>> {
    let style = Style { format: Format::Csv, excel };
    let mut writer = csv_of::<Question, _>(Vec::new(), excel)?;
    for line in lines {
        writer.serialize(line.styled(style))?;
    }
    Ok(writer.into_inner()?)
}
