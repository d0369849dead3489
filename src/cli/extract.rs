//! `triplewire extract`: articles in, CSV files out.

use std::io::{BufWriter, ErrorKind};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use crate::cli::inputs::Inputs;
use crate::cli::print::{print, unprintable};
use crate::cli::progress::Progress;
use crate::cli::setup::{Hashes, Setup};
use crate::cli::summary::Summary;
use crate::cli::values::{at_least_one, seconds};
use crate::cli::{Outcome, estimate, stop, view};
use crate::error::{Error, Result};
use crate::input::{self, Articles, Shard};
use crate::output::{
    DecisionRecord, Format, Lines, Making, ModelRecord, Output, Run, Seconds, Settings, Style, WatchList,
    check_folder, keep_earlier,
};
use crate::pipeline::{Ending, Limits, Pipeline};
use crate::story;
use crate::timings::{self, Stage, Stopwatch, measure};

/// Arguments of `triplewire extract`.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Args {
    /// Folder to write the output files to, or - for a line of JSON per article on standard output
    #[arg(long, value_name = "DIR", required_unless_present = "estimate")]
    out: Option<PathBuf>,
    /// Extract from a sample only, say how long the whole input will take and how large its output
    /// will be, and write nothing
    #[arg(long)]
    estimate: bool,
    /// Continue a run that was killed, interrupted, or stopped by a full disk
    #[arg(long)]
    resume: bool,
    /// Replace a finished result of other inputs or settings that is in the folder
    #[arg(long, conflicts_with = "add")]
    overwrite: bool,
    /// Put the articles behind those of the finished result in the folder, as if one run had read all; those that
    /// are there already, with the same id and content, are passed over
    #[arg(long, conflicts_with_all = ["estimate", "shard", "dealt"])]
    add: bool,
    /// Extract part I of N only, from 1/N to N/N: every N-th article; see `triplewire merge`
    #[arg(long, value_name = "I/N", default_value_t = Shard::WHOLE, hide_default_value = true)]
    shard: Shard,
    /// Standard input has the articles of this --shard only: whoever writes them has dealt them out
    #[arg(long)]
    dealt: bool,
    /// Leave out articles that take longer than this on one core
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    article_timeout: Option<Duration>,
    /// Leave out articles whose text has more bytes than this
    #[arg(long, value_name = "BYTES", value_parser = at_least_one::<usize>, default_value_t = Limits::default().bytes)]
    max_article_size: usize,
    #[command(flatten)]
    setup: Setup,
    /// Format of the tables (`triplewire export` makes a workbook, a database or a graph of them)
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Write CSV for Excel: byte-order mark, Windows line ends, no cell that runs as a formula
    #[arg(long)]
    excel: bool,
    #[command(flatten)]
    inputs: Inputs,
    /// Count an article that tells a story again (a copy of an agency report) like any other in
    /// entities, triples and cooccurrences, and write no duplicates.csv
    #[arg(long)]
    keep_duplicates: bool,
    /// Join no names across articles: what two articles call Ana Ruiz and A. Ruiz stays two entities
    #[arg(long)]
    no_merge: bool,
    /// Write only relations and triples that touch one of these: a name or identifier a line, or a table with a
    /// column entity, name or id
    #[arg(long, value_name = "FILE")]
    only: Option<PathBuf>,
    /// No progress bar and no summary; skipped inputs are still named
    #[arg(long)]
    quiet: bool,
    /// Write view.html beside the tables: one page to explore them in a browser, as `triplewire view` does
    #[arg(long, conflicts_with = "estimate")]
    view: bool,
    /// Print where the processor's time goes, stage by stage, and note it in run.json
    #[arg(long, conflicts_with = "estimate")]
    timings: bool,
    /// Whether no article at all is a result too.
    #[arg(skip)]
    may_be_empty: bool,
}

impl Args {
    /// Opens the articles that are to be extracted.
    fn articles(&self) -> Result<Articles> {
        self.inputs.open(self.out.as_deref(), self.dealt)
    }

    /// The part of the inputs that is to be extracted.
    fn part(&self) -> Result<Shard> {
        if !self.dealt {
            return Ok(self.shard);
        }
        if self.shard == Shard::WHOLE || !self.inputs.are_standard_input() {
            let message = "--dealt goes with --shard i/n and the input -, in which are the articles of that shard. Add \
                           them, or leave it out";
            return Err(Error::Usage(message.into()));
        }
        Ok(Shard::WHOLE)
    }

    /// Opens model, names and rules.
    fn pipeline(&self) -> Result<(Pipeline, Hashes)> {
        let (pipeline, hashes) = self.setup.pipeline()?;
        let limits = Limits { bytes: self.max_article_size, time: self.article_timeout };
        Ok((pipeline.with_limits(limits), hashes))
    }

    /// The record of a run in which nothing has happened yet.
    fn run(&self, pipeline: &Pipeline, hashes: Hashes) -> Run {
        let model = pipeline.model();
        Run {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            model: ModelRecord { name: model.folder().name.clone(), hash: hashes.model },
            engine: model.engine().kind().name().to_owned(),
            precision: model.engine().precision(),
            engine_reason: model.engine_reason().to_owned(),
            rules_hash: hashes.rules,
            aliases_hash: hashes.aliases,
            predicates: pipeline
                .knowledge()
                .matcher
                .predicates()
                .of_users()
                .map(|it| it.schema().clone())
                .collect(),
            decisions: pipeline.knowledge().aliases.decisions().iter().map(DecisionRecord::from).collect(),
            max_article_size: self.max_article_size,
            article_timeout: self.article_timeout.map(|it| it.as_secs_f64()),
            threads: self.setup.machine.threads(),
            sketches: story::KIND,
            shard: self.recorded_shard(),
            ..Run::default()
        }
    }

    /// How tables are written.
    pub(super) fn style(&self) -> Result<Style> {
        style(self.format, self.excel)
    }

    /// Refuses what only makes sense for a command.
    ///
    /// # Errors
    /// If there is such an option.
    pub(super) fn go_with_a_library(&self) -> Result<()> {
        let given = [
            ("--estimate", self.estimate),
            ("--resume", self.resume),
            ("--overwrite", self.overwrite),
            ("--add", self.add),
            ("--view", self.view),
            ("--timings", self.timings),
            ("--shard", self.shard != Shard::WHOLE),
            ("--dealt", self.dealt),
            ("INPUT", !self.inputs.are_standard_input()),
        ];
        match given.into_iter().find(|&(_, given)| given) {
            None => Ok(()),
            Some((option, _)) => Err(Error::Usage(format!(
                "{option} goes with the command `triplewire extract`. Leave it out"
            ))),
        }
    }

    /// The same for articles that a program hands over: those of one shard, if one is named.
    pub(super) fn for_library(&self, shard: Option<Shard>, out: &Path) -> Self {
        let (out, dealt) = (Some(out.to_owned()), shard.is_some());
        Args { out, shard: shard.unwrap_or(Shard::WHOLE), dealt, may_be_empty: true, ..self.clone() }
    }

    /// How articles are read.
    pub(super) fn reading(&self) -> input::Options {
        self.inputs.options()
    }

    fn recorded_shard(&self) -> Option<Shard> {
        Some(self.shard).filter(|&shard| shard != Shard::WHOLE)
    }

    /// What makes another result another. Engine, threads and format do not, nor does the version.
    fn lasting(&self, run: &Run) -> Settings {
        let keep = [
            "the model",
            "the hash of the rules",
            "the hash of the aliases",
            "--shard",
            "--article-timeout",
            "--max-article-size",
        ];
        let model = ("the model".to_owned(), run.model.name.clone());
        let settings = self.settings(run).into_iter();
        let kept = settings.filter(|(name, _)| {
            keep.contains(&name.as_str()) || name.ends_with("-column") || name == "--sheet"
        });
        let named = self.inputs.named().into_iter().map(|(name, value)| (name.to_owned(), value));
        kept.chain([model]).chain(named).collect()
    }

    /// What must stay the same when `run` is continued. The format of the tables need not.
    fn settings(&self, run: &Run) -> Settings {
        let timeout = run.article_timeout.map_or("none".to_owned(), |it| format!("{it} s"));
        [
            ("the version of triplewire", run.version.clone()),
            ("the model", format!("{} ({})", run.model.name, run.model.hash)),
            ("the engine", format!("{}, {}", run.engine, run.precision)),
            ("the hash of the rules", run.rules_hash.clone()),
            ("the hash of the aliases", run.aliases_hash.clone()),
            ("--shard", self.shard.to_string()),
            ("--article-timeout", timeout),
            ("--max-article-size", self.max_article_size.to_string()),
        ]
        .into_iter()
        .chain(
            (run.sketches > 0).then(|| ("the kind of sketches that tell copies", run.sketches.to_string())),
        )
        .chain(self.add.then(|| ("--add", true.to_string())))
        .chain(self.inputs.columns())
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
    }
}

pub(crate) fn run(args: Args) -> anyhow::Result<Outcome> {
    let style = args.style()?;
    if args.estimate {
        let (part, articles) = (args.part()?, args.articles()?);
        let (pipeline, _) = args.pipeline()?;
        let threads = args.setup.machine.threads();
        return estimate::run(articles, part, (&pipeline, threads), style, args.keep_duplicates);
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
    args.part()?;
    let articles = args.articles()?;
    let opened = Opened::new(args, style)?;
    let mut progress = Progress::new(args.quiet, articles.progress());
    let stop = || stop::on_ctrl_c("writing what is finished (--resume continues it)");
    opened.extract(args, articles, out, &mut progress, stop, start)
}

/// All that an extraction needs besides articles.
pub(super) struct Opened {
    style: Style,
    only: Option<WatchList>,
    pipeline: Pipeline,
    /// The record of a run in which nothing has happened yet.
    run: Run,
}

impl Opened {
    pub(super) fn new(args: &Args, style: Style) -> Result<Self> {
        let only = args.only.as_deref().map(WatchList::read).transpose()?;
        let (pipeline, hashes) = args.pipeline()?;
        let run = args.run(&pipeline, hashes);
        Ok(Opened { style, only, pipeline, run })
    }

    /// Extracts from `articles` into `out`. `progress` is told what happens, and `stop` is asked for the flag that
    /// stops it. `args` may have another shard than those it was opened with. The steps follow each other and share most
    /// of what they work on, so that they stand in one function.
    pub(super) fn extract(
        &self,
        args: &Args,
        mut articles: Articles,
        out: &Path,
        progress: &mut Progress,
        stop: impl FnOnce() -> Arc<AtomicBool>,
        start: Instant,
    ) -> anyhow::Result<Outcome> {
        let &Opened { style, ref only, ref pipeline, ref run } = self;
        let part = args.part()?;
        let predicates = pipeline.knowledge().matcher.predicates();
        let decisions = pipeline.knowledge().aliases.decisions();
        let (keep_duplicates, merge, keep) = (args.keep_duplicates, !args.no_merge, true);
        let making =
            Making { style, keep_duplicates, merge, predicates, decisions, only: only.as_ref(), keep };
        let mut run = Run { shard: args.recorded_shard(), ..run.clone() };
        run.settings = args.lasting(&run).into_iter().chain(making.settings()).collect();
        if !args.overwrite && !args.resume && !args.add {
            keep_earlier(out, &run.settings, args.inputs.have_standard_input())?;
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
        let before = output.seconds_before();
        let stop = stop();
        let start_up = start.elapsed();
        if args.timings {
            timings::switch_on();
        }
        let stopwatch = Stopwatch::start();

        let mut some_skipped = false;
        let ending = pipeline.run(items, &stop, |delivery| {
            measure(Stage::Writing, || output.add(&delivery))?;
            some_skipped |= progress.tell(&delivery);
            Ok(())
        })?;
        progress.finish();
        let mut output = match unchanged(output, ending, reading.passed_over(), out, progress)? {
            ControlFlow::Continue(output) => output,
            ControlFlow::Break(true) => return Ok(Outcome::Interrupted),
            ControlFlow::Break(false) => return Ok(Outcome::of(ending, some_skipped)),
        };

        run.processor_seconds = args.timings.then(|| {
            stopwatch.read().seconds().map(|(stage, seconds)| (stage.to_owned(), seconds.into())).collect()
        });
        let making = Making { keep: ending == Ending::Complete, ..making };
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
        run.seconds = Seconds {
            start_up: start_up.as_secs_f64(),
            extraction: before + (start.elapsed() - start_up).as_secs_f64(),
        };
        (run.skipped, run.warnings) = tables.take_problems();
        // What one shard does not use another may.
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
        // A page of an earlier run would pass for this one's.
        if args.view || out.join(view::FILE).exists() {
            files.push(measure(Stage::Writing, || view::write(out, None))?.0);
        }
        if !args.quiet {
            let added = added.map(|added| (added, reading.passed_over()));
            report(added, Summary { run: &run, connected: &connected, files: &files })?;
        }
        if args.timings {
            print(format_args!("\n{}", stopwatch.read()))?;
        }
        Ok(Outcome::of(ending, some_skipped))
    }
}

/// Ends a run that changes nothing in the folder, and says so: whether it was stopped; else gives back the output.
fn unchanged(
    output: Output,
    ending: Ending,
    passed_over: u64,
    out: &Path,
    progress: &Progress,
) -> Result<ControlFlow<bool, Output>> {
    let (articles, out) = (output.articles(), out.display());
    if ending == Ending::Stopped && articles == 0 {
        progress.print(&format!("stopped before the first article; {out} is as it was"));
        return Ok(ControlFlow::Break(true));
    }
    if ending == Ending::Stopped && output.adds() {
        // The result that is there is whole; with a part of the new articles it would not be.
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

/// Prints the summary: if articles were added, how many, and how many were passed over.
fn report(added: Option<(u64, u64)>, summary: Summary<'_>) -> Result<()> {
    if let Some((added, there)) = added {
        print(format_args!("{added} articles added; {there} were there already\n\nThe result now:"))?;
    }
    print(summary)
}

/// Whether the inputs are all there is, and not the part of somebody who deals them out, who may have none left.
fn is_whole(args: &Args) -> bool {
    args.shard == Shard::WHOLE && !args.dealt && !args.may_be_empty
}

/// What is said when there is no article at all.
fn nothing_read(skipped: usize, out: &Path) -> Error {
    let why = match skipped {
        0 => "there are no articles in the inputs".to_owned(),
        1 => "the only input could not be read (see above)".to_owned(),
        _ => format!("none of {skipped} inputs could be read (see above)"),
    };
    Error::Usage(format!("nothing to extract from: {why}. Nothing was written to {}", out.display()))
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
        // As with `| head`: whoever reads it has seen enough.
        return Ok(Outcome::Done);
    }
    let ending = ending?;
    Ok(Outcome::of(ending, some_skipped))
}

/// How tables are written.
pub(crate) fn style(format: Format, excel: bool) -> Result<Style> {
    if excel && format != Format::Csv {
        return Err(Error::Usage("--excel goes with --format csv. Leave one of them out".into()));
    }
    Ok(Style { format, excel })
}
