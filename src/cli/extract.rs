//! `triplewire extract`: articles in, CSV files out.

mod args;
mod finish;

use std::io::{BufWriter, ErrorKind};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use crate::cli::extract::finish::{Clock, Extracted, unchanged};
use crate::cli::print::unprintable;
use crate::cli::progress::Progress;
use crate::cli::{Outcome, estimate, stop, view};
use crate::error::{Error, Result};
use crate::input::Articles;
use crate::output::{Lines, Making, Output, Run, Style, WatchList, check_folder, keep_earlier};
use crate::pipeline::{Ending, Pipeline};
use crate::timings::{self, Stage, Stopwatch, measure};

pub(crate) use args::{Args, style};

pub(crate) fn run(args: Args) -> anyhow::Result<Outcome> {
    let style = args.style()?;
    if args.estimate {
        let (part, articles) = (args.part()?, args.articles()?);
        let opened = Opened::new(&args, style)?;
        let threads = args.setup.machine.threads();
        return estimate::run(articles, part, (&opened.pipeline, threads), opened.making(&args));
    }
    let Some(out) = &args.out else {
        return Err(Error::Usage("say with --out where to write".into()).into());
    };
    if out.as_os_str() == "-" {
        let of_tables = args.excel || args.only.is_some() || args.view;
        if args.resume || args.overwrite || args.add || args.timings || of_tables {
            let message = "--out - writes lines of JSON: --resume, --overwrite, --add, --excel, --timings, --only and --view \
                           go with a folder. Leave them out, or give a folder";
            return Err(Error::Usage(message.into()).into());
        }
        return to_stdout(&args);
    }
    to_folder(&args, out, style)
}

fn to_folder(args: &Args, out: &Path, style: Style) -> anyhow::Result<Outcome> {
    let start = Instant::now();
    // Before the model is loaded.
    check_folder(out)?;
    if args.view {
        view::check(&out.join(view::FILE))?;
    }
    args.part()?;
    let articles = args.articles()?;
    let opened = Opened::new(args, style)?;
    let mut progress = Progress::new(args.quiet, articles.progress());
    let stop = || stop::on_ctrl_c("writing what is finished (--resume continues it)");
    let outcome = opened.extract(args, articles, out, &mut progress, stop, start);
    // The program ends here. To give model, rules and names back piece by piece is a thirtieth of the run for one article.
    std::mem::forget(opened);
    outcome
}

/// An opened extraction: all it needs besides articles.
pub(super) struct Opened {
    style: Style,
    only: Option<WatchList>,
    pipeline: Pipeline,
    /// The record of a run before it starts.
    run: Run,
}

impl Opened {
    pub(super) fn new(args: &Args, style: Style) -> Result<Self> {
        let only = args.only.as_deref().map(WatchList::read).transpose()?;
        let (pipeline, hashes) = args.pipeline()?;
        let run = args.run(&pipeline, hashes);
        Ok(Opened { style, only, pipeline, run })
    }

    /// How the tables are made.
    fn making(&self, args: &Args) -> Making<'_> {
        let knowledge = self.pipeline.knowledge();
        Making {
            style: self.style,
            keep_duplicates: args.keep_duplicates,
            merge: !args.no_merge,
            predicates: knowledge.matcher.predicates(),
            decisions: knowledge.aliases.decisions(),
            only: self.only.as_ref(),
            keep: true,
        }
    }

    /// Extracts from `articles` into `out`. `progress` is told of events, and `stop` returns the flag that stops the
    /// run. The shard of `args` may differ from that at opening.
    pub(super) fn extract(
        &self,
        args: &Args,
        mut articles: Articles,
        out: &Path,
        progress: &mut Progress,
        stop: impl FnOnce() -> Arc<AtomicBool>,
        start: Instant,
    ) -> anyhow::Result<Outcome> {
        let Opened { pipeline, run, .. } = self;
        let part = args.part()?;
        let making = self.making(args);
        let mut run = Run { shard: args.recorded_shard(), ..run.clone() };
        run.settings = args.lasting(&run).into_iter().chain(making.settings()).collect();
        if !args.overwrite && !args.add {
            let may_be_other = args.inputs.have_standard_input() && !args.resume;
            keep_earlier(out, &run.settings, may_be_other)?;
        }
        let mut output = Output::open(out, args.shard, args.resume)?;
        if args.add
            && let Some(earlier) = output.behind(&run)?
        {
            articles = articles.behind(earlier);
        }
        let reading = articles.progress();
        let fingerprint = articles.fingerprint();
        let mut items = part.pick(articles);
        output.resume(args.settings(&run), &mut items)?;
        if output.articles() > 0 && !args.quiet {
            progress.print(&format!("continuing behind {} articles", output.articles()));
        }
        let stop = stop();
        let before = output.seconds_before();
        if args.timings {
            timings::switch_on();
        }
        let clock = Clock { start, start_up: start.elapsed(), before, stopwatch: Stopwatch::start() };

        let mut some_skipped = false;
        let ending = pipeline.run(items, &stop, |delivery| {
            measure(Stage::Writing, || output.add(&delivery))?;
            some_skipped |= progress.tell(&delivery);
            Ok(())
        })?;
        progress.finish();
        let passed_over = reading.passed_over();
        let output = match unchanged(output, ending, passed_over, out, progress)? {
            ControlFlow::Continue(output) => output,
            ControlFlow::Break(true) => return Ok(Outcome::Interrupted),
            ControlFlow::Break(false) => return Ok(Outcome::of(ending, some_skipped)),
        };
        let making = Making { keep: ending == Ending::Complete, ..making };
        let extracted = Extracted { output, ending, some_skipped, fingerprint, passed_over, clock };
        extracted.finish(args, out, making, run, progress)
    }
}

fn to_stdout(args: &Args) -> anyhow::Result<Outcome> {
    let part = args.part()?;
    let articles = args.articles()?;
    let (pipeline, _) = args.pipeline()?;
    let mut progress = Progress::new(args.quiet, articles.progress());
    let stop = stop::on_ctrl_c("writing what is finished");
    let mut lines = Lines::new(BufWriter::new(std::io::stdout()), args.shard);
    let mut some_skipped = false;
    let mut left = false;
    let ending = pipeline.run(part.pick(articles), &stop, |delivery| {
        lines.add(&delivery).map_err(|e| {
            left = e.kind() == ErrorKind::BrokenPipe;
            unprintable(e)
        })?;
        some_skipped |= progress.tell(&delivery);
        Ok(())
    });
    progress.finish();
    if left {
        // The reader has closed the pipe (`| head`).
        return Ok(Outcome::Done);
    }
    let ending = ending?;
    Ok(Outcome::of(ending, some_skipped))
}
