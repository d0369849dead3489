//! What `extract` and `evaluate` extract with.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::entity::Aliases;
use crate::error::Result;
use crate::model::{EngineChoice, Model};
use crate::pipeline::{Knowledge, Pipeline};
use crate::relation::{Matcher, RuleSet};

/// What to extract with: the arguments that `extract` and `evaluate` share.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Setup {
    /// Model folder [default: the bundled models/newswire]
    #[arg(long, value_name = "DIR")]
    pub(crate) model: Option<PathBuf>,
    /// What runs the model
    #[arg(long, value_enum, default_value_t)]
    pub(crate) engine: EngineChoice,
    /// Threads that work at once [default: one per core]
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<NonZeroUsize>,
    /// More rules: a rule file, or a folder of them (may be repeated)
    #[arg(long, value_name = "FILE_OR_DIR")]
    pub(crate) rules: Vec<PathBuf>,
    /// Leave the built-in rules out
    #[arg(long)]
    pub(crate) no_default_rules: bool,
    /// Table of names that mean the same: CSV with the columns entity,alias,type,rule
    #[arg(long, value_name = "FILE")]
    pub(crate) aliases: Option<PathBuf>,
}

/// What `run.json` says about names and rules.
pub(crate) struct Hashes {
    pub(crate) rules: String,
    pub(crate) aliases: String,
}

impl Setup {
    /// Reads names and rules.
    pub(crate) fn knowledge(&self) -> Result<(Knowledge, Hashes)> {
        let mut rules = if self.no_default_rules { RuleSet::empty() } else { RuleSet::built_in() };
        for path in &self.rules {
            rules.add_path(path)?;
        }
        let mut aliases = Aliases::built_in();
        if let Some(path) = &self.aliases {
            aliases.add_file(path)?;
        }
        let hashes = Hashes { rules: rules.hash(), aliases: aliases.hash() };
        Ok((Knowledge { aliases, matcher: Matcher::new(&rules)? }, hashes))
    }

    /// Opens everything; names and rules first, because a typing error there should not wait for
    /// the model.
    pub(crate) fn pipeline(&self) -> anyhow::Result<(Pipeline, Hashes)> {
        let (knowledge, hashes) = self.knowledge()?;
        let folder = match &self.model {
            Some(folder) => folder.clone(),
            None => bundled_model()?,
        };
        let model = Model::open(&folder, self.engine, self.threads())?;
        Ok((Pipeline::new(model, knowledge, self.threads())?, hashes))
    }

    /// How many threads work at once.
    pub(crate) fn threads(&self) -> usize {
        let cores = || std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        self.threads.map_or_else(cores, NonZeroUsize::get)
    }
}

/// Where the bundled model lies: under the current folder, beside the program, or in the checkout
/// that the program was built from.
fn bundled_model() -> anyhow::Result<PathBuf> {
    const BUNDLED: &str = "models/newswire";
    let program = std::env::current_exe().ok();
    let beside = program.iter().flat_map(|program| program.ancestors().skip(1).map(Path::to_path_buf));
    std::iter::once(PathBuf::new())
        .chain(beside)
        .chain([PathBuf::from(env!("CARGO_MANIFEST_DIR"))])
        .map(|folder| folder.join(BUNDLED))
        .find(|folder| folder.join("config.json").is_file())
        .with_context(|| format!("the bundled model {BUNDLED} is not here. Name a model folder with --model"))
}
