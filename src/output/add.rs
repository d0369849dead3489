//! A finished result that another run adds to.

use std::collections::HashSet;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::input::Earlier;
use crate::output::entries::Entries;
use crate::output::record::Entry;
use crate::output::run::{ProblemRecord, settings_of_both};
use crate::output::{Run, Seconds, Settings};
use crate::text::hash64;

/// The result in `folder` that `run` may add to: its record, and what it was made from. None if there is no result.
pub(super) fn finished(folder: &Path, run: &Run) -> Result<Option<(Run, Entries)>> {
    if !folder.join("run.json").exists() {
        return Ok(None);
    }
    let before = Run::read(folder)?;
    let refusal = |what: String| {
        let remedy = "Run with what it was made with, or choose another folder with --out";
        Error::Usage(format!("nothing can be added to {}: {what}. {remedy}", folder.display()))
    };
    if let Some(shard) = before.shard {
        return Err(refusal(format!("it is shard {shard}, which has to be merged first")));
    }
    if !before.complete {
        return Err(refusal("its run was not finished".to_owned()));
    }
    if let Some(what) = before.difference_of_tables(run) {
        return Err(refusal(what.replace("in one", "there").replace("in the other", "here")));
    }
    Ok(Some((before, Entries::kept(folder)?)))
}

/// What a log begins with that adds to a result, and what the result's record says.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Base {
    /// Bytes of the log that are the result's entries.
    pub(super) bytes: u64,
    /// Articles among them.
    pub(super) articles: u64,
    pub(super) skipped: u64,
    settings: Settings,
    seconds: Seconds,
}

impl Base {
    pub(super) fn new(before: &Run, bytes: u64, articles: u64) -> Self {
        let Run { settings, seconds, skipped, .. } = before;
        let skipped = skipped.len() as u64;
        Base { bytes, articles, skipped, settings: settings.clone(), seconds: *seconds }
    }

    /// The record of the result when a run has added to it.
    pub(super) fn with(&self, run: Run) -> Run {
        Run {
            settings: settings_of_both(&self.settings, &run.settings),
            seconds: Seconds {
                start_up: self.seconds.start_up + run.seconds.start_up,
                extraction: self.seconds.extraction + run.seconds.extraction,
            },
            processor_seconds: None,
            ..run
        }
    }
}

/// What is known of the entries of a result.
#[derive(Default)]
pub(super) struct There {
    pub(super) earlier: Earlier,
    pub(super) articles: u64,
    problems: HashSet<u64>,
}

impl There {
    pub(super) fn see(&mut self, entry: &Entry) {
        if let Some((called, digest)) = entry.article() {
            self.earlier.take(called, digest);
            self.earlier.remember(digest);
            self.articles += 1;
        }
        if let Entry::Problem(problem) = entry {
            self.problems.insert(hash64(problem.problem()));
        }
    }

    /// Whether the result names that already: a file that grows has the bad line of yesterday today too.
    pub(super) fn has(&self, problem: &ProblemRecord) -> bool {
        self.problems.contains(&hash64(problem))
    }
}
