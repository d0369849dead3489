//! The log of a run, by which a run that was killed at any moment can be continued.
//!
//! The folder `.triplewire` inside the output folder holds the log, `extractions.jsonl`, to which
//! entries are appended, and `checkpoint.json`, which says up to where the log is safe on disk.
//! After every [`ARTICLES`] articles or [`INTERVAL`] the log is synced and the checkpoint replaced in
//! one step. Whatever the log holds after the checkpoint when a run is continued is cut off and done
//! again. The tables are made from the log when all is read; until then the output folder keeps what
//! an earlier run wrote.

use std::collections::BTreeSet;
use std::fs::{self, File, TryLockError};
use std::io::{BufReader, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::error::{Error, Problem, Result, words};
use crate::input::{Earlier, Item, Shard};
use crate::output::Run;
use crate::output::add::{Base, There};
use crate::output::entries::Entries;
use crate::output::file::{PARTIAL, create_folder, temporary, unwritable};
use crate::output::record::{Entry, Record};
use crate::output::run::{ProblemRecord, Settings};
use crate::pipeline::Delivery;
use crate::system;

/// The folder of the log, inside the output folder.
const FOLDER: &str = ".triplewire";

const LOG: &str = "extractions.jsonl";

/// Locked while the run goes on. Not the log itself, which the run reads while it writes to it: on Windows no process reads what
/// is locked.
const LOCK: &str = "lock";

const CHECKPOINT: &str = "checkpoint.json";

/// Articles, and time, after which a checkpoint is made.
const ARTICLES: u64 = 64;
const INTERVAL: Duration = Duration::from_secs(5);

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Checkpoint {
    settings: Settings,
    /// Bytes of the log that are on disk.
    bytes: u64,
    /// Items of the input that were taken: articles and problems.
    items: u64,
    /// Articles in the log.
    articles: u64,
    /// SHA-256 of these items.
    inputs: String,
    /// Wall-clock seconds spent on them.
    seconds: f64,
    /// What the log begins with, if the run adds to a result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    base: Option<Base>,
}

/// The folder of a log, locked: one run at a time writes to it.
struct LockedFolder {
    folder: PathBuf,
    /// Whether there was no output folder before.
    is_new: bool,
    /// Kept while the run goes on.
    lock: Option<File>,
    /// Whether nothing is in it that a run could continue.
    is_empty: bool,
}

impl LockedFolder {
    /// Makes the folder in `out`, if need be, and takes it.
    fn take(out: &Path) -> Result<Self> {
        let folder = out.join(FOLDER);
        let is_new = !out.exists();
        create_folder(out)?;
        fs::create_dir_all(&folder).map_err(|e| unwritable(&folder, e))?;
        let path = folder.join(LOCK);
        let lock = File::options()
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(|e| unwritable(&path, e))?;
        match lock.try_lock() {
            Err(TryLockError::WouldBlock) => {
                return Err(Error::Usage(format!(
                    "another run is writing to {}. Wait for it, or choose another folder with --out",
                    out.display()
                )));
            }
            // Some network file systems know no locks.
            Err(TryLockError::Error(_)) | Ok(()) => {}
        }
        Ok(LockedFolder { folder, is_new, lock: Some(lock), is_empty: false })
    }

    fn remove(&mut self) -> std::io::Result<()> {
        self.is_empty = false;
        self.lock.take().map_or(Ok(()), |lock| system::remove_locked(&self.folder, lock))
    }
}

impl Drop for LockedFolder {
    fn drop(&mut self) {
        // A run that failed before its first checkpoint leaves nothing behind.
        if self.is_empty {
            let _ = self.remove();
            if self.is_new {
                // Only if it is empty.
                let _ = self.folder.parent().map(fs::remove_dir);
            }
        }
    }
}

/// The log of a run.
pub(super) struct Log {
    file: BufWriter<File>,
    /// Behind the file in it: it may be removed when that is closed.
    locked: LockedFolder,
    shard: Shard,
    /// The state of the last checkpoint.
    saved: Checkpoint,
    /// The state now.
    now: Checkpoint,
    inputs: Sha256,
    last: Instant,
    /// What is known of the entries that it began with.
    there: There,
}

impl Log {
    /// Opens the log of the output folder `out`, with the entries of an unfinished run if there is one.
    ///
    /// # Errors
    /// If the folder cannot be written, another run is at work in it, or it holds an unfinished run
    /// although `resume` is not set.
    pub(super) fn open(out: &Path, shard: Shard, resume: bool) -> Result<Self> {
        let mut locked = LockedFolder::take(out)?;
        let path = locked.folder.join(LOG);
        let file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(|e| unwritable(&path, e))?;
        remove_partial(out);
        let saved = read_checkpoint(&locked.folder.join(CHECKPOINT))?;
        if saved.items > 0 && !resume {
            return Err(Error::Usage(format!(
                "{} holds an unfinished run of {} articles. Continue it with --resume, or delete {} to begin anew",
                out.display(),
                saved.articles - saved.base.as_ref().map_or(0, |base| base.articles),
                locked.folder.display()
            )));
        }
        locked.is_empty = saved.items == 0;
        let mut log = Log {
            file: BufWriter::with_capacity(1 << 18, file),
            locked,
            shard,
            now: saved.clone(),
            saved,
            inputs: Sha256::new(),
            last: Instant::now(),
            there: There::default(),
        };
        log.cut()?;
        Ok(log)
    }

    /// Cuts off what is after the checkpoint.
    fn cut(&mut self) -> Result<()> {
        let bytes = self.saved.bytes;
        let held = self.file.get_ref().metadata().map_err(|e| unwritable(&self.path(), e))?.len();
        if held < bytes {
            return Err(Error::Usage(format!(
                "{}: the log is shorter than its checkpoint says: it has been changed. Delete {} to begin anew",
                self.path().display(),
                self.locked.folder.display()
            )));
        }
        let file = self.file.get_mut();
        file.set_len(bytes)
            .and_then(|()| file.seek(SeekFrom::Start(bytes)).map(|_| ()))
            .map_err(|e| unwritable(&self.locked.folder.join(LOG), e))
    }

    /// Whether there is something to continue.
    pub(super) fn has_begun(&self) -> bool {
        self.saved.items > 0
    }

    /// The result that the run adds to.
    pub(super) fn base(&self) -> Option<&Base> {
        self.now.base.as_ref()
    }

    /// Begins with the entries of a finished result: what the run finds comes after them. Returns its articles.
    ///
    /// # Errors
    /// If an entry cannot be read, or the disk is full.
    pub(super) fn begin_behind(&mut self, before: &Run, mut entries: Entries) -> Result<Earlier> {
        let mut bytes = 0;
        while let Some(line) = entries.line()? {
            self.there.see(&entries.entry(&line)?);
            self.file.write_all(&line).map_err(|e| self.full(e))?;
            bytes += line.len() as u64;
        }
        let articles = self.there.articles;
        self.now.base = Some(Base::new(before, bytes, articles));
        (self.now.bytes, self.now.articles) = (bytes, articles);
        Ok(std::mem::take(&mut self.there.earlier))
    }

    /// The articles of the result that an unfinished run adds to, if it does.
    ///
    /// # Errors
    /// If an entry cannot be read.
    pub(super) fn earlier(&mut self) -> Result<Option<Earlier>> {
        let Some(base) = &self.saved.base else { return Ok(None) };
        for entry in Entries::of_log(&self.path(), base.bytes)? {
            self.there.see(&entry?);
        }
        Ok(Some(std::mem::take(&mut self.there.earlier)))
    }

    /// Continues the run: refuses other `settings` than it began with, and takes from `items` what is
    /// done, which has to be the same as then.
    ///
    /// # Errors
    /// If settings or inputs differ; the message says which.
    pub(super) fn resume(
        &mut self,
        settings: Settings,
        items: &mut impl Iterator<Item = Item>,
    ) -> Result<()> {
        self.last = Instant::now();
        if self.saved.items == 0 {
            self.now.settings = settings;
            return Ok(());
        }
        let changes = changes(&self.saved.settings, &settings);
        if !changes.is_empty() {
            return Err(self.refusal(&changes.join("; ")));
        }
        for number in 0..self.saved.items {
            let Some(item) = items.next() else {
                let missing = self.saved.items - number;
                return Err(self.refusal(&format!("the inputs have {missing} articles less than they had")));
            };
            match &item {
                Item::Article(article) => self.inputs.update(article.digest().bytes()),
                Item::Problem(problem) => hash_problem(&mut self.inputs, problem),
            }
        }
        if self.inputs_so_far() != self.saved.inputs {
            let done = self.articles();
            return Err(
                self.refusal(&format!("the first {done} articles of the inputs are not what they were"))
            );
        }
        Ok(())
    }

    fn refusal(&self, what: &str) -> Error {
        Error::Usage(format!(
            "the unfinished run in {} cannot be continued: {what}. Run with what it began with, choose another \
             folder with --out, or delete {} to begin anew",
            self.locked.folder.parent().unwrap_or(&self.locked.folder).display(),
            self.locked.folder.display()
        ))
    }

    /// Articles in the log so far, also by the runs that this one continues.
    pub(super) fn articles(&self) -> u64 {
        self.now.articles - self.base().map_or(0, |base| base.articles)
    }

    /// Wall-clock seconds of the runs that this one continues.
    pub(super) fn seconds_before(&self) -> f64 {
        self.saved.seconds
    }

    /// Appends the result of the next item of the input.
    ///
    /// # Errors
    /// If the disk is full.
    pub(super) fn add(&mut self, delivery: &Delivery) -> Result<()> {
        let position = self.shard.position(self.now.articles);
        self.now.items += 1;
        self.locked.is_empty = false;
        match delivery {
            Delivery::Extraction(extraction) => {
                let digest = extraction.article.digest();
                self.inputs.update(digest.bytes());
                let record = Record::to_note(extraction, digest, position);
                self.append(Entry::Article(Box::new(record)))?;
                self.now.articles += 1;
            }
            Delivery::Skipped(article, problem) => {
                let digest = article.digest();
                self.inputs.update(digest.bytes());
                self.append(Entry::skipped(article, digest, problem, position))?;
                self.now.articles += 1;
            }
            Delivery::Problem(problem) => {
                hash_problem(&mut self.inputs, problem);
                if !self.there.has(&ProblemRecord::from(problem)) {
                    self.append(Entry::problem(problem, position))?;
                }
            }
        }
        if self.now.articles >= self.saved.articles + ARTICLES || self.last.elapsed() >= INTERVAL {
            self.checkpoint()?;
        }
        Ok(())
    }

    fn append(&mut self, entry: Entry) -> Result<()> {
        let written = entry.into_line().map_err(std::io::Error::from).and_then(|mut line| {
            line.push(b'\n');
            self.now.bytes += line.len() as u64;
            self.file.write_all(&line)
        });
        written.map_err(|e| self.full(e))
    }

    /// Syncs the log and replaces the checkpoint.
    pub(super) fn checkpoint(&mut self) -> Result<()> {
        self.file.flush().map_err(|e| self.full(e))?;
        self.file.get_ref().sync_data().map_err(|e| self.full(e))?;
        self.now.inputs = self.inputs_so_far();
        self.now.seconds += self.last.elapsed().as_secs_f64();
        self.last = Instant::now();
        let path = self.locked.folder.join(CHECKPOINT);
        let mut file = temporary(&path)?;
        serde_json::to_writer(&mut file, &self.now)
            .map_err(std::io::Error::from)
            .and_then(|()| file.as_file().sync_all())
            .and_then(|()| system::persist(file, &path))
            .and_then(|()| system::sync_folder(&self.locked.folder))
            .map_err(|e| self.full(e))?;
        self.saved = self.now.clone();
        Ok(())
    }

    fn full(&self, error: std::io::Error) -> Error {
        let remedy = "What was finished before is kept: free some disk space, then run the same command \
                      again with --resume";
        Error::io(self.path(), error, remedy)
    }

    fn inputs_so_far(&self) -> String {
        base16ct::lower::encode_string(&self.inputs.clone().finalize())
    }

    fn path(&self) -> PathBuf {
        self.locked.folder.join(LOG)
    }

    /// All entries, from the beginning.
    pub(super) fn entries(&mut self) -> Result<Entries> {
        self.file.flush().map_err(|e| self.full(e))?;
        Entries::of_log(&self.path(), self.now.bytes)
    }

    /// Ends the log when the tables are written: keeps it for the run that continues this one, or removes it.
    pub(super) fn close(self, complete: bool) -> Result<()> {
        if !complete {
            return Ok(());
        }
        let Log { file, mut locked, .. } = self;
        drop(file);
        // First the checkpoint: a log without one is begun anew.
        match fs::remove_file(locked.folder.join(CHECKPOINT)) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(unwritable(&locked.folder, e)),
            _ => {}
        }
        locked.remove().map_err(|e| unwritable(&locked.folder, e))
    }

    /// Discards the log: the output folder is as it was.
    pub(super) fn discard(mut self) {
        self.locked.is_empty = true;
    }
}

/// Whether a run works in an output folder, or has left something to continue.
pub(super) fn is_at_work(out: &Path) -> bool {
    out.join(FOLDER).exists()
}

/// Whether a folder has a result, and no run at work in it that may replace it.
pub(super) fn is_finished(folder: &Path, run: &Run) -> bool {
    run.complete && !is_at_work(folder)
}

/// Whether an output folder holds an unfinished run that can be continued. One that was killed before its first
/// checkpoint leaves nothing.
pub(super) fn is_unfinished(out: &Path) -> bool {
    out.join(FOLDER).join(CHECKPOINT).exists()
}

fn read_checkpoint(path: &Path) -> Result<Checkpoint> {
    let file = match File::open(path) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Checkpoint::default()),
        Err(e) => return Err(Error::io(path, e, "Ask its owner for the right to read it")),
        Ok(file) => file,
    };
    serde_json::from_reader(BufReader::new(file)).map_err(|e| {
        let folder = path.parent().unwrap_or(path).display();
        Error::Usage(format!(
            "{}: it is damaged ({}). Delete {folder} to begin anew",
            path.display(),
            words::json(&e)
        ))
    })
}

/// Removes the unfinished files of a run that was killed while it wrote its tables. What cannot be
/// removed takes space and does no other harm.
fn remove_partial(out: &Path) {
    let entries = fs::read_dir(out).into_iter().flatten().flatten();
    for entry in entries {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with('.') && name.ends_with(PARTIAL) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// The settings that differ, in words.
pub(super) fn changes(before: &Settings, now: &Settings) -> Vec<String> {
    let none = String::from("none");
    let names: BTreeSet<&String> = before.keys().chain(now.keys()).collect();
    names
        .into_iter()
        .filter(|name| before.get(*name) != now.get(*name))
        .filter_map(|name| {
            // Hashes are only said to differ, not shown.
            if let Some(what) = name.strip_prefix("the hash of ") {
                return Some(format!("{what} are others now"));
            }
            if let Some(what) = name.strip_prefix("the place of ") {
                let is_said = before.get(what) != now.get(what);
                return (!is_said).then(|| format!("{what} of these names are in another folder now"));
            }
            let was = if name.ends_with('s') && !name.starts_with('-') { "were" } else { "was" };
            let value = |settings: &Settings| settings.get(name).unwrap_or(&none).clone();
            Some(format!("{name} {was} {}, and now {}", value(before), value(now)))
        })
        .collect()
}

fn hash_problem(inputs: &mut Sha256, problem: &Problem) {
    let problem = problem.to_string();
    inputs.update((problem.len() as u64).to_be_bytes());
    inputs.update(problem);
}
