//! The end of an extraction: tables, the record of the run, the summary.

use std::ops::ControlFlow;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::cli::extract::args::Args;
use crate::cli::print::print;
use crate::cli::progress::Progress;
use crate::cli::summary::Summary;
use crate::cli::{Outcome, view};
use crate::error::{Error, Result};
use crate::input::{Fingerprint, Shard};
use crate::output::{Making, Output, Run, Seconds};
use crate::pipeline::Ending;
use crate::timings::{Stage, Stopwatch, measure};

/// Extracted articles, before their tables are made.
pub(super) struct Extracted {
    pub(super) output: Output,
    pub(super) ending: Ending,
    pub(super) some_skipped: bool,
    /// What tells the articles of this input from those of another.
    pub(super) fingerprint: Fingerprint,
    /// Articles that the result already had.
    pub(super) passed_over: u64,
    pub(super) clock: Clock,
}

impl Extracted {
    /// Makes the tables and the record of the run, and prints the summary.
    pub(super) fn finish(
        self,
        args: &Args,
        out: &Path,
        making: Making<'_>,
        mut run: Run,
        progress: &Progress,
    ) -> anyhow::Result<Outcome> {
        let Extracted { mut output, ending, mut some_skipped, fingerprint, passed_over, clock } = self;
        run.processor_seconds = args.timings.then(|| {
            let stages = clock.stopwatch.read();
            stages.seconds().map(|(stage, seconds)| (stage.to_owned(), seconds.into())).collect()
        });
        let mut tables = measure(Stage::Writing, || output.tables(making))?;
        if ending == Ending::Complete && output.articles() == 0 && is_whole(args) {
            let (skipped, _) = tables.take_problems();
            drop(tables);
            output.discard();
            return Err(nothing_read(skipped.len(), out).into());
        }
        run.complete = ending == Ending::Complete;
        run.inputs = (run.complete && !args.dealt).then(|| fingerprint.hex());
        run.counts = tables.counts().clone();
        run.seconds = clock.seconds();
        (run.skipped, run.warnings) = tables.take_problems();
        // Another shard may use it.
        if args.shard == Shard::WHOLE {
            run.unused_aliases = tables.unused().to_vec();
        }
        run.unused_aliases.iter().for_each(|line| progress.print(line));
        let added = output.adds().then(|| output.articles());
        some_skipped |= run.skipped.len() as u64 > output.skipped_before();
        run = output.with_base(run);
        let connected = tables.most_connected().to_vec();
        let mut files = tables.name(&run)?;
        output.close(run.complete)?;
        // A page of an earlier run would look like this one's.
        if args.view || view::is_in(out) {
            files.push(measure(Stage::Writing, || view::write(out, None))?.0);
        }
        if !args.quiet {
            let added = added.map(|added| (added, passed_over));
            report(added, Summary { run: &run, connected: &connected, files: &files })?;
        }
        if args.timings {
            print(format_args!("\n{}", clock.stopwatch.read()))?;
        }
        Ok(Outcome::of(ending, some_skipped))
    }
}

/// The times of a run.
pub(super) struct Clock {
    pub(super) start: Instant,
    /// Time from the start to the first article.
    pub(super) start_up: Duration,
    /// Seconds of the runs that this one continues.
    pub(super) before: f64,
    pub(super) stopwatch: Stopwatch,
}

impl Clock {
    /// The times so far.
    fn seconds(&self) -> Seconds {
        Seconds {
            start_up: self.start_up.as_secs_f64(),
            extraction: self.before + (self.start.elapsed() - self.start_up).as_secs_f64(),
        }
    }
}

/// Ends a run that does not change the folder, with a message, and breaks with whether it was stopped. Else continues
/// with the output.
pub(super) fn unchanged(
    output: Output,
    ending: Ending,
    passed_over: u64,
    out: &Path,
    progress: &Progress,
) -> Result<ControlFlow<bool, Output>> {
    let (articles, out) = (output.articles(), out.display());
    if ending == Ending::Stopped && articles == 0 {
        progress.print(&format!("stopped before the first article; {out} is as it was"));
        output.discard();
        return Ok(ControlFlow::Break(true));
    }
    if ending == Ending::Stopped && output.adds() {
        // The existing result is complete; with a part of the new articles it would not be.
        progress.print(&format!(
            "stopped behind {articles} new articles; {out} is as it was (--resume continues)"
        ));
        output.pause()?;
        return Ok(ControlFlow::Break(true));
    }
    if output.adds() && articles == 0 && passed_over > 0 {
        progress.print(&format!("nothing new: {passed_over} articles are there already; {out} is as it was"));
        output.discard();
        return Ok(ControlFlow::Break(false));
    }
    Ok(ControlFlow::Continue(output))
}

/// Prints the summary; if articles were added, also how many, and how many were passed over.
fn report(added: Option<(u64, u64)>, summary: Summary<'_>) -> Result<()> {
    if let Some((added, there)) = added {
        print(format_args!("{added} articles added; {there} were there already\n\nThe result now:\n"))?;
    }
    print(summary)
}

/// Whether the inputs are the whole input, not a part dealt out by somebody else, which may be empty.
fn is_whole(args: &Args) -> bool {
    args.shard == Shard::WHOLE && !args.dealt && !args.may_be_empty
}

/// The error if there is no article.
fn nothing_read(skipped: usize, out: &Path) -> Error {
    let why = match skipped {
        0 => "there are no articles in the inputs".to_owned(),
        1 => "the only input could not be read (see above)".to_owned(),
        _ => format!("none of {skipped} inputs could be read (see above)"),
    };
    Error::Usage(format!("nothing to extract from: {why}. Nothing was written to {}", out.display()))
}
