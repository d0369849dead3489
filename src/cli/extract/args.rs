//! The arguments of `triplewire extract`, and what follows from them.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::cli::inputs::Inputs;
use crate::cli::setup::{Hashes, Setup};
use crate::cli::values::{at_least_one, seconds};
use crate::error::{Error, Result};
use crate::input::{self, Articles, Shard};
use crate::output::{DecisionRecord, Format, ModelRecord, Run, Settings, Style};
use crate::pipeline::{Limits, Pipeline};
use crate::story;

/// Arguments of `triplewire extract`.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Args {
    /// Folder to write the output files to, or - for a line of JSON per article on standard output
    #[arg(long, value_name = "DIR", required_unless_present = "estimate")]
    pub(super) out: Option<PathBuf>,
    /// Extract from a sample only, say how long the whole input will take and how large its output
    /// will be, and write nothing
    #[arg(long)]
    pub(super) estimate: bool,
    /// Continue a run that was killed, interrupted, or stopped by a full disk
    #[arg(long)]
    pub(super) resume: bool,
    /// Replace a finished result of other inputs or settings that is in the folder
    #[arg(long, conflicts_with = "add")]
    pub(super) overwrite: bool,
    /// Put the articles behind those of the finished result in the folder, as if one run had read all; those that
    /// are there already, with the same id and content, are passed over
    #[arg(long, conflicts_with_all = ["estimate", "shard", "dealt"])]
    pub(super) add: bool,
    /// Extract part I of N only, from 1/N to N/N: every N-th article; see `triplewire merge`
    #[arg(long, value_name = "I/N", default_value_t = Shard::WHOLE, hide_default_value = true)]
    pub(super) shard: Shard,
    /// Standard input has the articles of this --shard only: whoever writes them has dealt them out
    #[arg(long)]
    pub(super) dealt: bool,
    /// Leave out articles that take longer than this on one core
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub(super) article_timeout: Option<Duration>,
    /// Leave out articles whose text has more bytes than this
    #[arg(long, value_name = "BYTES", value_parser = at_least_one::<usize>, default_value_t = Limits::default().bytes)]
    pub(super) max_article_size: usize,
    #[command(flatten)]
    pub(super) setup: Setup,
    /// Format of the tables (`triplewire export` makes a workbook, a database or a graph of them)
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: Format,
    /// Write CSV for Excel: byte-order mark, Windows line ends, no cell that runs as a formula
    #[arg(long)]
    pub(super) excel: bool,
    #[command(flatten)]
    pub(super) inputs: Inputs,
    /// Count an article that tells a story again (a copy of an agency report) like any other in
    /// entities, triples and cooccurrences, and write no duplicates.csv
    #[arg(long)]
    pub(super) keep_duplicates: bool,
    /// Join no names across articles: what two articles call Ana Ruiz and A. Ruiz stays two entities
    #[arg(long)]
    pub(super) no_merge: bool,
    /// Write only relations and triples that touch one of these: a name or identifier a line, or a table with a
    /// column entity, name or id
    #[arg(long, value_name = "FILE")]
    pub(super) only: Option<PathBuf>,
    /// No progress bar and no summary; skipped inputs are still named
    #[arg(long)]
    pub(super) quiet: bool,
    /// Write view.html beside the tables: one page to explore them in a browser, as `triplewire view` does
    #[arg(long, conflicts_with = "estimate")]
    pub(super) view: bool,
    /// Print where the processor's time goes, stage by stage, and note it in run.json
    #[arg(long, conflicts_with = "estimate")]
    pub(super) timings: bool,
    /// Whether an empty input is allowed.
    #[arg(skip)]
    pub(super) may_be_empty: bool,
}

impl Args {
    /// Opens the articles.
    pub(super) fn articles(&self) -> Result<Articles> {
        self.inputs.open(self.out.as_deref(), self.dealt)
    }

    /// The shard of the inputs.
    pub(super) fn part(&self) -> Result<Shard> {
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
    pub(super) fn pipeline(&self) -> Result<(Pipeline, Hashes)> {
        let (pipeline, hashes) = self.setup.pipeline()?;
        let limits = Limits { bytes: self.max_article_size, time: self.article_timeout };
        Ok((pipeline.with_limits(limits), hashes))
    }

    /// The record of a run before it starts.
    pub(super) fn run(&self, pipeline: &Pipeline, hashes: Hashes) -> Run {
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
    pub(in crate::cli) fn style(&self) -> Result<Style> {
        style(self.format, self.excel)
    }

    /// Refuses options that make sense only for the command line.
    ///
    /// # Errors
    /// If there is such an option.
    pub(in crate::cli) fn go_with_a_library(&self) -> Result<()> {
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

    /// The same for handed-over articles: those of one shard, if one is named.
    pub(in crate::cli) fn for_library(&self, shard: Option<Shard>, out: &Path) -> Self {
        let (out, dealt) = (Some(out.to_owned()), shard.is_some());
        Args { out, shard: shard.unwrap_or(Shard::WHOLE), dealt, may_be_empty: true, ..self.clone() }
    }

    /// How articles are read.
    pub(in crate::cli) fn reading(&self) -> input::Options {
        self.inputs.options()
    }

    pub(super) fn recorded_shard(&self) -> Option<Shard> {
        Some(self.shard).filter(|&shard| shard != Shard::WHOLE)
    }

    /// The settings that a result depends on: not engine, threads, format or version.
    pub(super) fn lasting(&self, run: &Run) -> Settings {
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

    /// The settings that must not change when `run` is continued. The format of the tables may.
    pub(super) fn settings(&self, run: &Run) -> Settings {
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

/// How tables are written.
pub(crate) fn style(format: Format, excel: bool) -> Result<Style> {
    if excel && format != Format::Csv {
        return Err(Error::Usage("--excel goes with --format csv. Leave one of them out".into()));
    }
    Ok(Style { format, excel })
}
