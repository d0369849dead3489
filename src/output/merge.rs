//! Merges the results of several runs into that of one run over all inputs.
//!
//! The runs' articles follow one another in the order in which the runs are given; those of shards of one run in
//! the order of its inputs, where the first of them is given. An article that an earlier run has had too, with the same
//! id and content, is passed over; another of the same id gets a number, as in one run.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::iter::Peekable;
use std::path::{Path, PathBuf};

use crate::entity::Decision;
use crate::error::{Error, Result};
use crate::input::{Earlier, Shard};
use crate::output::aggregate::Budget;
use crate::output::entries::Entries;
use crate::output::file::{Made, check_folder};
use crate::output::log::is_finished;
use crate::output::record::Entry;
use crate::output::run::{OF_TABLES, settings_of_both};
use crate::output::tables::check_free;
use crate::output::{Making, Run, Seconds, Tables};
use crate::relation::Predicates;
use crate::text::{Digest, hash64};

/// The outputs of several runs, ready to be joined.
///
/// See the [example](crate::output#example).
#[derive(Debug)]
pub struct Parts {
    /// Whole runs, each in as many folders as it has shards, in the order of their articles.
    wholes: Vec<Whole>,
}

/// A run, and its folders in the order of its shards.
#[derive(Debug, Default)]
struct Whole {
    parts: Vec<(PathBuf, Run)>,
}

impl Parts {
    /// Opens output folders of `extract` and `merge`.
    ///
    /// # Errors
    /// If a folder holds no finished run, a shard is missing or there twice, or the runs were made with different
    /// models, rules or options.
    pub fn open(folders: &[PathBuf]) -> Result<Self> {
        let mut wholes: Vec<Whole> = Vec::new();
        for folder in folders {
            let run = Run::read(folder)?;
            if !is_finished(folder, &run) {
                let what = run.shard.map_or("the run".to_owned(), |shard| format!("shard {shard}"));
                return Err(Error::Usage(format!(
                    "{}: {what} is not finished. Run its command again with --resume",
                    folder.display()
                )));
            }
            let of_one = |whole: &&mut Whole| whole.parts.iter().all(|(_, other)| are_of_one(other, &run));
            match wholes.iter_mut().find(of_one) {
                Some(whole) => whole.parts.push((folder.clone(), run)),
                None => wholes.push(Whole { parts: vec![(folder.clone(), run)] }),
            }
        }
        for whole in &mut wholes {
            whole.parts.sort_by_key(|(_, run)| run.shard.map(Shard::number));
        }
        let parts = Parts { wholes };
        parts.are_alike()?;
        parts.wholes.iter().try_for_each(|whole| parts.is_whole(whole))?;
        Ok(parts)
    }

    fn all(&self) -> impl Iterator<Item = &(PathBuf, Run)> {
        self.wholes.iter().flat_map(|whole| &whole.parts)
    }

    fn are_alike(&self) -> Result<()> {
        let mut all = self.all();
        let Some((first_folder, first)) = all.next() else {
            return Err(Error::Usage("there is nothing to merge".into()));
        };
        for (folder, run) in all {
            if let Some(what) = first.difference(run) {
                return Err(unlike(first_folder, folder, &what));
            }
        }
        Ok(())
    }

    /// Whether all shards of a run are there, each once.
    fn is_whole(&self, whole: &Whole) -> Result<()> {
        for (i, (folder, run)) in (1..).zip(&whole.parts) {
            let Some(shard) = run.shard else { continue };
            if shard.number().get() < i {
                let message = format!("shard {shard} is there twice ({}). Leave one out", folder.display());
                return Err(Error::Usage(message));
            }
            if shard.number().get() > i {
                return Err(self.missing(whole, i, shard));
            }
        }
        match whole.parts.last() {
            Some((_, Run { shard: Some(shard), .. })) if shard.number() != shard.of() => {
                Err(self.missing(whole, shard.number().get() + 1, *shard))
            }
            _ => Ok(()),
        }
    }

    /// The message for a run without shard `number`: perhaps that shard was made from other articles.
    fn missing(&self, whole: &Whole, number: u64, shard: Shard) -> Error {
        let (folder, run) = &whole.parts[0];
        let is_it = |other: &&(PathBuf, Run)| {
            other.1.shard.is_some_and(|it| it.of() == shard.of() && it.number().get() == number)
        };
        let other = self.all().find(is_it);
        match other.and_then(|(other, its)| Some((other, run.difference_of_shards(its)?))) {
            Some((other, what)) => unlike(folder, other, &what),
            None => Error::Usage(format!(
                "shard {number}/{} is missing. Run it, or give its folder too",
                shard.of()
            )),
        }
    }

    /// Makes the tables that one run over all inputs would have made, and the record of that run: the seconds are the
    /// sums. Predicates and decisions are those of the runs. The third is how many articles were there already.
    ///
    /// # Errors
    /// If what is kept of a run cannot be read, or `folder` cannot be written to.
    pub fn tables(&self, folder: &Path, making: Making<'_>) -> Result<(Tables, Run, u64)> {
        self.check_folder(folder)?;
        let _made = Made::new(folder)?;
        let now = self.run(&making);
        let predicates = Predicates::with(now.predicates.clone());
        let decisions: Vec<Decision> = now.decisions.iter().map(Decision::from).collect();
        let making = Making { predicates: &predicates, decisions: &decisions, ..making };
        let found = Found::default();
        let mut tables =
            Tables::make(|| Ok(Merged::new(&self.wholes, &found)), folder, making, Budget::default())?;
        let (skipped, warnings) = tables.take_problems();
        let sum = |seconds: fn(&Run) -> f64| self.all().map(|(_, run)| seconds(run)).sum();
        let inputs = match &self.wholes[..] {
            [_] => now.inputs.clone(),
            _ => Some(found.inputs.into_inner()),
        };
        let run = Run {
            inputs,
            counts: tables.counts().clone(),
            seconds: Seconds {
                start_up: sum(|run| run.seconds.start_up),
                extraction: sum(|run| run.seconds.extraction),
            },
            skipped,
            warnings,
            unused_aliases: tables.unused().to_vec(),
            ..now
        };
        Ok((tables, run, found.passed_over.get()))
    }

    /// The record of the run that these are parts of, without what is counted. Of several inputs it does not say which
    /// articles they had.
    pub fn run(&self, making: &Making<'_>) -> Run {
        // There is one: `open` has checked it.
        let first = &self.wholes[0].parts[0].1;
        let others = self.all().skip(1);
        let mut settings =
            others.fold(first.settings.clone(), |all, (_, run)| settings_of_both(&all, &run.settings));
        settings.insert("--shard".to_owned(), Shard::WHOLE.to_string());
        // How the parts' tables were made is not how these are.
        settings.retain(|name, _| !OF_TABLES.contains(&name.as_str()));
        settings.extend(making.settings());
        let inputs = match &self.wholes[..] {
            // With --dealt, the whole that the articles are a part of is not known.
            [_] => first.inputs.clone(),
            _ => Some(String::new()),
        };
        Run { shard: None, settings, inputs, processor_seconds: None, ..first.clone() }
    }

    /// Refuses a folder in which one of the parts is.
    ///
    /// # Errors
    /// If it is one, or cannot be written to, or another program has a table there open so that it cannot be replaced.
    pub fn check_folder(&self, folder: &Path) -> Result<()> {
        check_folder(folder)?;
        check_free(folder)?;
        let is_out = |part: &Path| {
            let part = part.canonicalize().ok();
            part.is_some() && part == folder.canonicalize().ok()
        };
        if self.all().any(|(part, _)| is_out(part)) {
            let message = "is one of what is to be merged. Choose another folder with --out";
            return Err(Error::Usage(format!("{} {message}", folder.display())));
        }
        Ok(())
    }
}

/// Whether two runs are shards of one.
fn are_of_one(a: &Run, b: &Run) -> bool {
    let of = |run: &Run| run.shard.map(|shard| (shard.of(), run.inputs.clone()));
    of(a).is_some() && of(a) == of(b)
}

fn unlike(first: &Path, second: &Path, what: &str) -> Error {
    Error::Usage(format!(
        "{} and {} were not made alike: {what}. Run one of them again",
        first.display(),
        second.display()
    ))
}

/// What is known when all entries have been read.
#[derive(Debug, Default)]
struct Found {
    /// Articles that an earlier run has had.
    passed_over: Cell<u64>,
    /// What tells the articles from others.
    inputs: RefCell<String>,
}

/// The entries of several runs as one run would have noted them.
struct Merged<'p> {
    rest: std::slice::Iter<'p, Whole>,
    open: InOrder,
    earlier: Earlier,
    /// The articles of the run that is read: copies in one input are articles of their own.
    of_this: Vec<Digest>,
    articles: u64,
    passed_over: u64,
    /// Problems of the runs before, by their hashes: a file that grows has the bad line of yesterday today too.
    problems: HashSet<u64>,
    problems_of_this: Vec<u64>,
    found: &'p Found,
}

impl<'p> Merged<'p> {
    fn new(wholes: &'p [Whole], found: &'p Found) -> Self {
        Merged {
            rest: wholes.iter(),
            open: InOrder { logs: Vec::new() },
            earlier: Earlier::default(),
            of_this: Vec::new(),
            articles: 0,
            passed_over: 0,
            problems: HashSet::new(),
            problems_of_this: Vec::new(),
            found,
        }
    }

    /// Goes on to the next run. False after the last.
    fn advance(&mut self) -> Result<bool> {
        self.of_this.drain(..).for_each(|digest| self.earlier.remember(&digest));
        self.problems.extend(self.problems_of_this.drain(..));
        let Some(whole) = self.rest.next() else {
            self.found.passed_over.set(self.passed_over);
            self.found.inputs.replace(self.earlier.fingerprint().hex());
            return Ok(false);
        };
        let logs = whole.parts.iter().map(|(folder, _)| Ok(Entries::kept(folder)?.peekable()));
        self.open = InOrder { logs: logs.collect::<Result<_>>()? };
        Ok(true)
    }

    /// Puts an entry after those before; none if its article is there already.
    fn place(&mut self, mut entry: Entry) -> Option<Entry> {
        let place = self.articles;
        let mut id = None;
        if let Some((called, digest)) = entry.article() {
            if self.earlier.has(digest) {
                self.passed_over += 1;
                return None;
            }
            self.of_this.push(*digest);
            id = self.earlier.take(called, digest);
            self.articles += 1;
        }
        if let Entry::Problem(problem) = &entry {
            let hash = hash64(problem.problem());
            if self.problems.contains(&hash) {
                return None;
            }
            self.problems_of_this.push(hash);
        }
        entry.place(place, id);
        Some(entry)
    }
}

impl Iterator for Merged<'_> {
    type Item = Result<Entry>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.open.next() {
                Some(Ok(entry)) => {
                    if let Some(entry) = self.place(entry) {
                        return Some(Ok(entry));
                    }
                }
                Some(Err(error)) => return Some(Err(error)),
                None => match self.advance() {
                    Ok(true) => {}
                    Ok(false) => return None,
                    Err(error) => return Some(Err(error)),
                },
            }
        }
    }
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
