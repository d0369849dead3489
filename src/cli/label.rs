//! `triplewire label`: labels of articles, to be corrected.

use std::path::PathBuf;

use crate::cli::inputs::Inputs;
use crate::cli::print::print;
use crate::cli::progress::Progress;
use crate::cli::setup::Setup;
use crate::cli::{Outcome, stop};
use crate::model::Label;
use crate::output::annotation::{Annotations, Tool, Written};
use crate::pipeline::Delivery;
use crate::text::counted;

/// Arguments of `triplewire label`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The tool to correct the labels in; csv is any spreadsheet
    #[arg(long, value_enum, value_name = "TOOL")]
    to: Tool,
    /// New folder to write the labels to
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    setup: Setup,
    #[command(flatten)]
    inputs: Inputs,
    /// No progress bar and no summary; skipped inputs are still named
    #[arg(long)]
    quiet: bool,
}

pub(crate) fn run(args: Args) -> anyhow::Result<Outcome> {
    Annotations::check(&args.out)?;
    let articles = args.inputs.open(Some(&args.out), false)?;
    let (pipeline, _) = args.setup.pipeline()?;
    let types = pipeline.model().folder().labels.iter().filter_map(|label| match label {
        Label::Mention(_, entity_type) => Some(*entity_type),
        Label::Outside => None,
    });
    let mut annotations =
        Annotations::create(&args.out, args.to, types, pipeline.knowledge().matcher.predicates())?;
    let stop = stop::on_ctrl_c("writing what is finished");
    let mut progress = Progress::new(args.quiet, articles.progress());
    let mut some_skipped = false;
    let ending = pipeline.run(articles, &stop, |delivery| {
        if let Delivery::Extraction(extraction) = &delivery {
            annotations.add(extraction)?;
        }
        some_skipped |= progress.tell(&delivery);
        Ok(())
    })?;
    progress.finish();
    let (paths, written) = annotations.finish()?;
    if !args.quiet {
        let Written { articles, mentions, relations, denied } = written;
        let counts = [(articles, "articles"), (mentions, "names"), (relations, "relations")];
        let counts = counts.map(|(count, nouns)| counted(count, nouns));
        print(format_args!("{}\n", counts.join(", ")))?;
        if denied > 0 {
            print(format_args!(
                "{denied} relations that the text denies are left out (--to csv has them)\n"
            ))?;
        }
        for path in paths {
            print(format_args!("  {}\n", path.display()))?;
        }
    }
    Ok(Outcome::of(ending, some_skipped))
}
