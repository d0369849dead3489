//! Model, names and rules of `extract`, `label` and `evaluate`.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use sha2::{Digest as _, Sha256};

use crate::cli::values::{name, share, threads};
use crate::entity::Aliases;
use crate::error::{Error, Place, Result};
use crate::model::{EngineChoice, Model, find};
use crate::pipeline::{Knowledge, Pipeline};
use crate::relation::{Learned, Matcher, Predicate, Predicates, READER_FILE, Reader, RuleSet, Taught};

/// What runs a model: the arguments that every command with one shares.
#[derive(Debug, Default, Clone, clap::Args)]
pub(crate) struct Machine {
    /// Model folder, or its name if `model list` shows it [default: the bundled models/newswire]
    #[arg(long, value_name = "DIR")]
    pub(crate) model: Option<PathBuf>,
    /// What runs the model
    #[arg(long, value_enum, default_value_t)]
    pub(crate) engine: EngineChoice,
    /// Threads that work at once [default: one per core]
    #[arg(long, value_name = "N", value_parser = threads)]
    pub(crate) threads: Option<NonZeroUsize>,
}

impl Machine {
    /// Opens the model, with `knowledge` for the later stages.
    pub(crate) fn pipeline(&self, knowledge: Knowledge) -> Result<Pipeline> {
        Pipeline::new(self.open()?, knowledge, self.threads())
    }

    /// Opens the model.
    fn open(&self) -> Result<Model> {
        Model::open(&find(self.model.as_deref())?, self.engine, self.threads())
    }

    /// The model's second reader, if there is one and it is to be used.
    pub(crate) fn reader(&self, asked: Learned) -> Result<Option<Reader>> {
        match asked {
            Learned::Off => Ok(None),
            _ => Reader::in_folder(&find(self.model.as_deref())?),
        }
    }

    /// The number of threads.
    pub(crate) fn threads(&self) -> usize {
        let cores = || std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        self.threads.map_or_else(cores, NonZeroUsize::get)
    }
}

/// What to extract with: the arguments that `extract`, `label` and `evaluate` share.
#[derive(Debug, Default, Clone, clap::Args)]
pub(crate) struct Setup {
    #[command(flatten)]
    pub(crate) machine: Machine,
    /// More rules: a rule file, or a folder of them (may be repeated)
    #[arg(long, value_name = "FILE_OR_DIR")]
    pub(crate) rules: Vec<PathBuf>,
    /// Leave the built-in rules out
    #[arg(long)]
    pub(crate) no_default_rules: bool,
    /// Leave a rule out, by its id in `rules list` (may be repeated)
    #[arg(long, value_name = "ID")]
    pub(crate) without_rule: Vec<String>,
    /// Look for these predicates only, separated by commas: leads,works_for
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = name)]
    pub(crate) predicates: Vec<String>,
    /// Leave out relations that score less, from 0 to 1 [default: 0.5 for what only the second reader finds; for what
    /// rules find 0.3 where it has read the names, too, or 0.6 in sentences that have lost their punctuation; else 0]
    #[arg(long, value_name = "X", value_parser = share::<f32>)]
    pub(crate) min_score: Option<f32>,
    /// What the second reader, which learned from labelled news, does: find what no rule finds (add), doubt what
    /// rules find (check), both, or nothing (off); or a file of `triplewire learn`, to do both and find what your own
    /// labels have taught
    #[arg(long, value_name = "WHAT_OR_FILE", value_parser = asked, default_value = "both")]
    pub(crate) learned: Asked,
    /// Table of names that mean the same: CSV with the columns entity,alias,type,rule
    #[arg(long, value_name = "FILE")]
    pub(crate) aliases: Option<PathBuf>,
}

/// The tasks of the second reader, and what the user's labels have taught it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked {
    what: Learned,
    taught: Option<(PathBuf, Taught)>,
}

/// Model, names and rules in `run.json`.
pub(crate) struct Hashes {
    pub(crate) model: String,
    pub(crate) rules: String,
    pub(crate) aliases: String,
}

impl Setup {
    /// All rules.
    pub(crate) fn all_rules(&self) -> Result<RuleSet> {
        let mut rules = if self.no_default_rules { RuleSet::empty() } else { RuleSet::built_in() };
        self.rules.iter().try_for_each(|path| rules.add_path(path))?;
        if let Some((path, taught)) = &self.learned.taught {
            let schemas = taught.classifiers.iter().map(|classifier| classifier.schema.clone());
            schemas.for_each(|schema| rules.define(schema, Place::file(path)));
        }
        Ok(rules)
    }

    /// Reads names and rules; also returns the hash of the rules and that of the names.
    fn knowledge(&self) -> Result<(Knowledge, [String; 2])> {
        let mut rules = self.all_rules()?;
        self.without_rule.iter().try_for_each(|id| rules.remove(id))?;
        if !self.predicates.is_empty() {
            let wanted = self.predicates.iter().map(|name| predicate(name, rules.predicates()));
            let wanted = wanted.collect::<Result<Vec<_>>>()?;
            rules.keep(&wanted);
        }
        rules.set_least_score(self.min_score);
        let others = || (self.aliases(), rules.hash());
        let ((named, rules_hash), matcher) = rayon::join(others, || Matcher::new(&rules));
        let (aliases, aliases_hash) = named?;
        Ok((Knowledge { aliases, matcher: matcher? }, [rules_hash, aliases_hash]))
    }

    /// Reads the names; also returns their hash.
    fn aliases(&self) -> Result<(Aliases, String)> {
        let mut aliases = Aliases::built_in();
        if let Some(path) = &self.aliases {
            aliases.add_file(path)?;
        }
        let hash = aliases.hash();
        Ok((aliases, hash))
    }

    /// Opens everything in parallel: with one article this is most of the time. An error of names or rules comes before
    /// one of the model.
    pub(crate) fn pipeline(&self) -> Result<(Pipeline, Hashes)> {
        let Asked { what, taught } = &self.learned;
        let open = || {
            let (reader, model) = (self.machine.reader(*what)?, self.machine.open()?);
            let hash = model.folder().hash(model.engine().kind())?;
            Ok((reader, model, hash))
        };
        let (knowledge, opened) = rayon::join(|| self.knowledge(), open);
        let (mut knowledge, [rules, aliases]) = knowledge?;
        let (mut reader, model, hash) = opened?;
        let mut hashes = Hashes { model: hash, rules, aliases };
        if let Some((path, taught)) = taught {
            let misfit =
                |problem| Error::config(Place::file(path), problem, "Learn it again with this --model");
            let own =
                reader.ok_or_else(|| misfit(format!("the model has no second reader ({READER_FILE})")))?;
            reader = Some(own.with(taught).map_err(misfit)?);
        }
        if let Some(reader) = reader {
            hashes.rules = with_reader(&hashes.rules, &reader, &self.learned);
            knowledge.matcher = knowledge.matcher.with_reader(reader, *what);
        }
        Ok((Pipeline::new(model, knowledge, self.machine.threads())?, hashes))
    }
}

/// The hash of rules and a second reader.
fn with_reader(rules: &str, reader: &Reader, asked: &Asked) -> String {
    let taught = asked.taught.as_ref().map(|(_, taught)| taught);
    let both = format!("{rules} {} {:?} {taught:?}", reader.hash(), asked.what);
    base16ct::lower::encode_string(&Sha256::digest(both))
}

fn predicate(name: &str, known: &Predicates) -> Result<Predicate> {
    known.named(name).ok_or_else(|| known.none("--predicates", name))
}

fn asked(text: &str) -> Result<Asked, String> {
    if let Ok(what) = <Learned as clap::ValueEnum>::from_str(text, false) {
        return Ok(Asked { what, taught: None });
    }
    let path = PathBuf::from(text);
    if !path.is_file() {
        let message =
            "there is no such file. Give add, check, both, off, or a file that `triplewire learn` has made";
        return Err(message.into());
    }
    let taught = Taught::open(&path).map_err(|error| match error {
        Error::Config { problem, remedy, .. } => format!("{problem}. {remedy}"),
        other => other.to_string(),
    })?;
    Ok(Asked { what: Learned::Both, taught: Some((path, taught)) })
}
