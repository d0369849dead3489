//! `triplewire extract`: articles in, CSV files out.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use crate::cli::progress::Progress;
use crate::cli::setup::Setup;
use crate::cli::summary::Summary;
use crate::cli::{Outcome, estimate};
use crate::error::Error;
use crate::input;
use crate::output::{Format, ModelRecord, Output, ProblemRecord, Run, Seconds, Style};
use crate::pipeline::{Delivery, Ending};
use crate::timings::{self, Stage, Stopwatch, measure};

/// Arguments of `triplewire extract`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Text files, .html, .csv/.tsv, .jsonl/.ndjson, .warc (also .gz and .zst), .parquet, folders, or -
    /// for JSONL on standard input
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<PathBuf>,
    /// Folder to write the output files to
    #[arg(long, value_name = "DIR", required_unless_present = "estimate")]
    out: Option<PathBuf>,
    /// Extract from a sample only, say how long the whole input will take and how large its output
    /// will be, and write nothing
    #[arg(long)]
    estimate: bool,
    #[command(flatten)]
    setup: Setup,
    /// Format of the tables
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Write CSV for Excel: byte-order mark, Windows line ends, no cell that runs as a formula
    #[arg(long)]
    excel: bool,
    /// Column (CSV, Parquet) or key (JSONL) that holds the id of an article
    #[arg(long, value_name = "C")]
    id_column: Option<String>,
    /// Column (CSV, Parquet) or key (JSONL) that holds the text of an article
    #[arg(long, value_name = "C")]
    text_column: Option<String>,
    /// Count an article that tells a story again (a copy of an agency report) like any other in
    /// entities, triples and cooccurrences, and write no duplicates.csv
    #[arg(long)]
    keep_duplicates: bool,
    /// No progress bar and no summary; skipped inputs are still named
    #[arg(long)]
    quiet: bool,
    /// Print where the processor's time goes, stage by stage, and note it in run.json
    #[arg(long, conflicts_with = "estimate")]
    timings: bool,
}

pub(crate) fn run(args: Args) -> anyhow::Result<Outcome> {
    let start = Instant::now();
    let style = Style { format: args.format, excel: args.excel };
    if args.excel && args.format != Format::Csv {
        return Err(Error::Usage("--excel goes with --format csv. Leave one of them out".into()).into());
    }
    let options = input::Options {
        id_column: args.id_column,
        text_column: args.text_column,
        pass_over: args.out.iter().cloned().collect(),
    };
    if args.estimate {
        return estimate::run(&args.inputs, options, &args.setup, style, args.keep_duplicates);
    }
    let Some(out) = args.out else { return Err(Error::Usage("say with --out where to write".into()).into()) };
    let articles = input::open(&args.inputs, options)?;
    let mut output = Output::create(&out, style, args.keep_duplicates)?;
    let (pipeline, hashes) = args.setup.pipeline()?;
    let stop = stop_on_ctrl_c();
    let start_up = start.elapsed();
    if args.timings {
        timings::switch_on();
    }
    let stopwatch = Stopwatch::start();

    let mut progress = Progress::new(args.quiet, articles.progress());
    let mut skipped = Vec::new();
    let mut warnings = Vec::new();
    let ending = pipeline.run(articles, &stop, |delivery| {
        match delivery {
            Delivery::Extraction(extraction) => {
                measure(Stage::Writing, || output.add(&extraction))?;
                progress.article_done();
            }
            Delivery::Problem(problem) => {
                progress.print(&problem);
                let list = if problem.skipped { &mut skipped } else { &mut warnings };
                list.push(ProblemRecord::from(&problem));
            }
        }
        Ok(())
    })?;
    progress.finish();

    let model = pipeline.model();
    let run = Run {
        version: env!("CARGO_PKG_VERSION"),
        model: ModelRecord {
            name: model.folder().name.clone(),
            hash: model.folder().hash(model.engine().name())?,
        },
        engine: model.engine().name().to_owned(),
        precision: model.engine().precision(),
        rules_hash: hashes.rules,
        aliases_hash: hashes.aliases,
        threads: args.setup.threads(),
        complete: ending == Ending::Complete,
        counts: output.counts(),
        seconds: Seconds {
            start_up: start_up.as_secs_f64(),
            extraction: (start.elapsed() - start_up).as_secs_f64(),
        },
        processor_seconds: args.timings.then(|| {
            stopwatch.read().seconds().map(|(stage, seconds)| (stage.to_owned(), seconds.into())).collect()
        }),
        skipped,
        warnings,
    };
    let connected = output.most_connected(10);
    let files = measure(Stage::Writing, || output.finish(&run))?;
    if !args.quiet {
        print!("{}", Summary { run: &run, connected: &connected, files: &files });
    }
    if args.timings {
        print!("\n{}", stopwatch.read());
    }
    Ok(match ending {
        Ending::Stopped => Outcome::Interrupted,
        Ending::Complete if run.skipped.is_empty() => Outcome::Done,
        Ending::Complete => Outcome::SomeSkipped,
    })
}

/// A flag that the first Ctrl-C sets; the second ends the program at once.
pub(crate) fn stop_on_ctrl_c() -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    let handler = move || {
        if flag.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
        eprintln!("stopping: writing what is finished. Ctrl-C again stops at once");
    };
    // Without a handler Ctrl-C ends the program as usual, and no file is half-written either.
    let _ = ctrlc::set_handler(handler);
    stop
}
