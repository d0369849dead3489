//! `triplewire label`: Articles in, labels to correct out.

use std::path::PathBuf;

use crate::cli::Outcome;
use crate::cli::extract::stop_on_ctrl_c;
use crate::cli::print::print;
use crate::cli::progress::Progress;
use crate::cli::setup::Setup;
use crate::input;
use crate::model::Label;
use crate::output::annotation::{Annotations, Tool, Written};
use crate::pipeline::{Delivery, Ending};

/// Arguments of `triplewire label`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// As for `extract`: texts, web pages, tables, JSON lines, archives, folders, or - for JSONL on
    /// standard input
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<PathBuf>,
    /// The tool to correct the labels in; csv is any spreadsheet
    #[arg(long, value_enum, value_name = "TOOL")]
    to: Tool,
    /// New folder to write the labels to
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    setup: Setup,
    /// Column (CSV) or key (JSONL) that holds the id of an article
    #[arg(long, value_name = "C")]
    id_column: Option<String>,
    /// Column (CSV) or key (JSONL) that holds the text of an article
    #[arg(long, value_name = "C")]
    text_column: Option<String>,
    /// No progress bar and no summary; skipped inputs are still named
    #[arg(long)]
    quiet: bool,
}

pub(crate) fn run(args: Args) -> anyhow::Result<Outcome> {
    let options = input::Options {
        id_column: args.id_column,
        text_column: args.text_column,
        pass_over: vec![args.out.clone()],
    };
    let articles = input::open(&args.inputs, options)?;
    let (pipeline, _) = args.setup.pipeline()?;
    let types = pipeline.model().folder().labels.iter().filter_map(|label| match label {
        Label::Mention(_, entity_type) => Some(*entity_type),
        Label::Outside => None,
    });
    let mut annotations = Annotations::create(&args.out, args.to, types)?;
    let stop = stop_on_ctrl_c();
    let mut progress = Progress::new(args.quiet, articles.progress());
    let mut some_skipped = false;
    let ending = pipeline.run(articles, &stop, |delivery| {
        match delivery {
            Delivery::Extraction(extraction) => {
                annotations.add(&extraction)?;
                progress.article_done();
            }
            Delivery::Skipped(_, problem) | Delivery::Problem(problem) => {
                progress.print(&problem);
                some_skipped |= problem.skipped;
            }
        }
        Ok(())
    })?;
    progress.finish();
    let (paths, written) = annotations.finish()?;
    if !args.quiet {
        let Written { articles, mentions, relations, denied } = written;
        print(format_args!("{articles} articles, {mentions} names, {relations} relations\n"))?;
        if denied > 0 {
            print(format_args!(
                "{denied} relations that the text denies are left out (--to csv has them)\n"
            ))?;
        }
        for path in paths {
            print(format_args!("  {}\n", path.display()))?;
        }
    }
    Ok(match ending {
        Ending::Stopped => Outcome::Interrupted,
        Ending::Complete if some_skipped => Outcome::SomeSkipped,
        Ending::Complete => Outcome::Done,
    })
}
