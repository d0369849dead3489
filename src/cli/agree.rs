//! `triplewire agree`: agreement of two people who labelled the same texts.

use std::path::PathBuf;

use crate::cli::Outcome;
use crate::cli::evaluate::FORMATS;
use crate::cli::print::print;
use crate::cli::problems::{problems_csv, tell};
use crate::eval::agreement::{self, Agreement};
use crate::eval::gold;
use crate::output::{check_folder, create_folder, write_whole};

/// Arguments of `triplewire agree`.
#[derive(Debug, clap::Args)]
#[command(after_help = FORMATS)]
pub(crate) struct Args {
    /// The labels of the first person: a file or a folder; the format is told by its content
    #[arg(value_name = "LABELS_A")]
    a: PathBuf,
    /// The labels of the second, in the same or another format
    #[arg(value_name = "LABELS_B")]
    b: PathBuf,
    /// Where the articles of a folder of CSV labels are, if not in text files beside it: any input
    /// of `extract`
    #[arg(long, value_name = "INPUT")]
    texts: Vec<PathBuf>,
    /// Write agreement.json, disagreements.csv and problems.csv there
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Print one JSON object instead of tables
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: Args) -> anyhow::Result<Outcome> {
    args.out.as_deref().map(check_folder).transpose()?;
    let mut a = gold::read(&args.a, &args.texts)?;
    let mut b = gold::read(&args.b, &args.texts)?;
    let problems = [std::mem::take(&mut a.problems), std::mem::take(&mut b.problems)].concat();
    tell(&problems, Some(args.out.is_some()));
    let agreement = Agreement::of(a, b)?;
    let object = agreement::json(&agreement);
    let listed = match &args.out {
        Some(out) => {
            create_folder(out)?;
            write_whole(&out.join("agreement.json"), format!("{object:#}\n").as_bytes())?;
            write_whole(&out.join("problems.csv"), &problems_csv(&problems)?)?;
            let listed = write_whole(&out.join("disagreements.csv"), &agreement.disagreements_csv()?)?;
            Some(listed.display().to_string())
        }
        None => None,
    };
    let printed =
        if args.json { format!("{object:#}\n") } else { agreement::text(&agreement, listed.as_deref()) };
    print(printed)?;
    Ok(if problems.iter().any(|p| p.skipped) { Outcome::SomeSkipped } else { Outcome::Done })
}
