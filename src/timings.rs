//! Where a run's processor time goes.
//!
//! Stages are measured where they happen, on whatever thread that is, with the processor clock of
//! the thread: time spent waiting, or taken by other programs, does not count. The clocks are
//! global to the process, as those of a profiler are, so that no stage has to carry them. Until
//! [`switch_on`] is called, measuring costs one load of a flag.
//!
//! # Example
//!
//! ```
//! use triplewire::text::sentences;
//! use triplewire::timings::{Stage, Stopwatch, measure, switch_on};
//!
//! switch_on();
//! let watch = Stopwatch::start();
//! let found = measure(Stage::Sentences, || sentences("Ana Ruiz left. She was tired."));
//! assert_eq!(found.len(), 2);
//!
//! let timings = watch.read();
//! let spent = timings.seconds().find(|(name, _)| *name == Stage::Sentences.name());
//! assert!(spent.is_some_and(|(_, seconds)| seconds > 0.0));
//! println!("{timings}");
//! ```

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use cpu_time::{ProcessTime, ThreadTime};

/// What is measured, in the order in which an article passes through it.
///
/// See the [example](crate::timings#example).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Files to articles.
    Reading,
    /// Articles to sentences.
    Sentences,
    /// Sentences to token windows.
    Windows,
    /// Token windows to scores: the model.
    Forward,
    /// Scores of labels to mentions.
    Decoding,
    /// Scores of words and arcs to trees.
    Syntax,
    /// Mentions to entities.
    Names,
    /// Entities to relations: rules and their context.
    Rules,
    /// Rows to files.
    Writing,
}

impl Stage {
    /// Every stage, in order.
    pub const ALL: [Stage; 9] = [
        Stage::Reading,
        Stage::Sentences,
        Stage::Windows,
        Stage::Forward,
        Stage::Decoding,
        Stage::Syntax,
        Stage::Names,
        Stage::Rules,
        Stage::Writing,
    ];

    /// Its name in the table and in `run.json`.
    pub fn name(self) -> &'static str {
        match self {
            Stage::Reading => "reading",
            Stage::Sentences => "sentences",
            Stage::Windows => "windows",
            Stage::Forward => "forward",
            Stage::Decoding => "decoding",
            Stage::Syntax => "syntax",
            Stage::Names => "names",
            Stage::Rules => "rules",
            Stage::Writing => "writing",
        }
    }
}

static ON: AtomicBool = AtomicBool::new(false);

/// Nanoseconds of each stage, summed over threads.
static CLOCKS: [AtomicU64; Stage::ALL.len()] = [const { AtomicU64::new(0) }; Stage::ALL.len()];

/// Starts measuring, for the rest of the process.
///
/// See the [example](crate::timings#example).
pub fn switch_on() {
    ON.store(true, Ordering::Relaxed);
}

/// Does `work` and adds the processor time that this thread needs for it to `stage`. Stages must
/// not be nested, and `work` must not hand any of it to other threads.
///
/// See the [example](crate::timings#example).
pub fn measure<T>(stage: Stage, work: impl FnOnce() -> T) -> T {
    if !ON.load(Ordering::Relaxed) {
        return work();
    }
    let start = ThreadTime::now();
    let result = work();
    let spent = u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX);
    CLOCKS[stage as usize].fetch_add(spent, Ordering::Relaxed);
    result
}

/// The whole process's processor time from one moment on, against which the stages are held.
///
/// See the [example](crate::timings#example).
#[derive(Debug)]
pub struct Stopwatch {
    process: ProcessTime,
    before: [Duration; Stage::ALL.len()],
}

impl Stopwatch {
    /// Starts now.
    pub fn start() -> Self {
        Stopwatch { process: ProcessTime::now(), before: stages() }
    }

    /// What was spent since the start, over all threads.
    pub fn read(&self) -> Timings {
        let spent = stages();
        let stages = std::array::from_fn(|i| spent[i].saturating_sub(self.before[i]));
        Timings { stages, total: self.process.elapsed() }
    }
}

fn stages() -> [Duration; Stage::ALL.len()] {
    std::array::from_fn(|i| Duration::from_nanos(CLOCKS[i].load(Ordering::Relaxed)))
}

/// Processor time, summed over threads.
///
/// See the [example](crate::timings#example).
#[derive(Debug, Clone, Copy)]
pub struct Timings {
    stages: [Duration; Stage::ALL.len()],
    total: Duration,
}

impl Timings {
    /// Seconds of each stage, and of everything else as `other`.
    pub fn seconds(&self) -> impl Iterator<Item = (&'static str, f64)> {
        let measured: Duration = self.stages.iter().sum();
        let other = self.total.saturating_sub(measured).as_secs_f64();
        let stages = Stage::ALL.into_iter().zip(self.stages);
        stages.map(|(stage, spent)| (stage.name(), spent.as_secs_f64())).chain([("other", other)])
    }
}

impl fmt::Display for Timings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Processor seconds by stage, all threads together")?;
        let total: f64 = self.seconds().map(|(_, seconds)| seconds).sum();
        for (name, seconds) in self.seconds() {
            writeln!(f, "  {name:<10} {seconds:>10.3} {:>6.1} %", 100.0 * seconds / total.max(1e-9))?;
        }
        writeln!(f, "  {:<10} {total:>10.3}", "all")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counts until this thread has used `time` of the processor.
    fn busy(time: Duration) {
        let start = ThreadTime::now();
        while start.elapsed() < time {
            std::hint::spin_loop();
        }
    }

    #[test]
    fn work_counts_and_waiting_does_not() {
        let (work, wait) = (Duration::from_millis(30), Duration::from_millis(200));
        switch_on();
        let watch = Stopwatch::start();
        // Reading: a stage that no other unit test measures.
        measure(Stage::Reading, || busy(work));
        std::thread::scope(|scope| {
            scope.spawn(|| measure(Stage::Reading, || busy(work)));
        });
        measure(Stage::Reading, || std::thread::sleep(wait));
        let timings = watch.read();
        let (name, seconds) = timings.seconds().next().unwrap();
        assert_eq!(name, "reading");
        assert!((0.06..0.2).contains(&seconds), "{seconds}");
        assert!(timings.total >= 2 * work);
    }
}
