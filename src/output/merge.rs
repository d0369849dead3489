//! Joining what several runs found.

use std::fs::File;
use std::io::BufReader;
use std::iter::Peekable;
use std::path::{Path, PathBuf};

use crate::entity::Decision;
use crate::error::{Error, Result};
use crate::input::Shard;
use crate::output::aggregate::Budget;
use crate::output::entries::Entries;
use crate::output::file::create_folder;
use crate::output::log::{self, LOG};
use crate::output::record::Entry;
use crate::output::{Making, Run, Seconds, Tables};
use crate::relation::Predicates;

/// The outputs of all shards of one input, ready to be joined.
#[derive(Debug)]
pub struct Shards {
    /// The log and the run of each shard, the first shard first.
    runs: Vec<(PathBuf, Run)>,
}

impl Shards {
    /// Opens the output folders of `extract --shard`, in any order.
    ///
    /// # Errors
    /// If a folder holds no finished shard, a shard is missing or there twice, or the shards were made
    /// with different models, rules or options.
    pub fn open(folders: &[PathBuf]) -> Result<Self> {
        let mut shards = Vec::new();
        for folder in folders {
            let run = read_run(folder)?;
            let Some(shard) = run.shard else {
                return Err(Error::Usage(format!(
                    "{} is not the output of a shard. Give what `extract --shard i/n` wrote",
                    folder.display()
                )));
            };
            // While a run begins anew in the folder, the record of the earlier one is still there.
            if !run.complete || log::is_at_work(folder) {
                return Err(Error::Usage(format!(
                    "{}: shard {shard} is not finished. Run its command again with --resume",
                    folder.display()
                )));
            }
            shards.push((shard, folder, run));
        }
        shards.sort_by_key(|(shard, ..)| (shard.of(), shard.number()));
        for (i, (shard, folder, run)) in shards.iter().enumerate() {
            let (_, first_folder, first) = &shards[0];
            if let Some(what) = first.difference(run) {
                return Err(Error::Usage(format!(
                    "{} and {} were not made alike: {what}. Run one of them again",
                    first_folder.display(),
                    folder.display()
                )));
            }
            if shard.number().get() != i as u64 + 1 {
                let twice = i > 0 && shards[i - 1].0 == *shard;
                return Err(Error::Usage(if twice {
                    format!("shard {shard} is there twice ({}). Leave one out", folder.display())
                } else {
                    format!("shard {}/{} is missing. Run it, or give its folder too", i + 1, shard.of())
                }));
            }
        }
        if let Some((shard, ..)) =
            shards.first().filter(|(shard, ..)| (shards.len() as u64) < shard.of().get())
        {
            return Err(Error::Usage(format!(
                "shard {}/{} is missing. Run it, or give its folder too",
                shards.len() + 1,
                shard.of()
            )));
        }
        Ok(Shards { runs: shards.into_iter().map(|(_, folder, run)| (folder.join(LOG), run)).collect() })
    }

    /// Makes the tables that one run over the whole input would have made, and the record of that run:
    /// the seconds are the sums. Predicates and decisions are those of the runs.
    ///
    /// # Errors
    /// If a log cannot be read, or `folder` cannot be written to.
    pub fn tables(&self, folder: &Path, making: Making<'_>) -> Result<(Tables, Run)> {
        create_folder(folder)?;
        let is_out = |log: &Path| {
            let shard = log.parent().and_then(|it| it.canonicalize().ok());
            shard.is_some() && shard == folder.canonicalize().ok()
        };
        if self.runs.iter().any(|(log, _)| is_out(log)) {
            let message = "is one of the shards. Choose another folder with --out";
            return Err(Error::Usage(format!("{} {message}", folder.display())));
        }
        let merged = || {
            let logs = self.runs.iter().map(|(log, _)| Ok(Entries::open(log)?.peekable()));
            Ok(InOrder { logs: logs.collect::<Result<_>>()? })
        };
        let first = &self.runs[0].1;
        let predicates = Predicates::with(first.predicates.clone());
        let decisions: Vec<Decision> = first.decisions.iter().map(Decision::from).collect();
        let making = Making { predicates: &predicates, decisions: &decisions, ..making };
        let mut tables = Tables::make(merged, folder, making, Budget::default())?;
        let (skipped, warnings) = tables.take_problems();
        let sum = |seconds: fn(&Run) -> f64| self.runs.iter().map(|(_, run)| seconds(run)).sum();
        let mut settings = first.settings.clone();
        settings.insert("--shard".to_owned(), Shard::WHOLE.to_string());
        let run = Run {
            shard: None,
            settings,
            counts: tables.counts().clone(),
            seconds: Seconds {
                start_up: sum(|run| run.seconds.start_up),
                extraction: sum(|run| run.seconds.extraction),
            },
            processor_seconds: None,
            skipped,
            warnings,
            unused_aliases: tables.unused().to_vec(),
            ..first.clone()
        };
        Ok((tables, run))
    }
}

fn read_run(folder: &Path) -> Result<Run> {
    let path = folder.join("run.json");
    let file = File::open(&path)
        .map_err(|e| Error::io(&path, e, "Give the folders that `extract --shard i/n --out` wrote"))?;
    serde_json::from_reader(BufReader::new(file))
        .map_err(|e| Error::Usage(format!("{}: {e}. Run the extraction that wrote it again", path.display())))
}

/// The entries of several logs in the order of their positions. Those of one article are in one log.
struct InOrder {
    logs: Vec<Peekable<Entries>>,
}

impl Iterator for InOrder {
    type Item = Result<Entry>;

    fn next(&mut self) -> Option<Self::Item> {
        // An error comes at once.
        let position =
            |log: &mut Peekable<Entries>| log.peek().map(|entry| entry.as_ref().map_or(0, Entry::position));
        let positions = self.logs.iter_mut().map(position);
        let (_, next) = positions.enumerate().filter_map(|(i, at)| Some((at?, i))).min()?;
        self.logs[next].next()
    }
}
