//! The progress bar, and messages above it.

use std::cell::RefCell;
use std::fmt::Display;
use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{HumanDuration, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::print::complain;
use crate::input;
use crate::pipeline::Delivery;

/// A bar on standard error; none if `quiet` or not on a terminal.
pub(crate) fn bar(quiet: bool, total: Option<u64>, template: &str) -> ProgressBar {
    let show = !quiet && std::io::stderr().is_terminal();
    let target = if show { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(total, target);
    bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.enable_steady_tick(Duration::from_millis(500));
    bar
}

/// Progress of a run, on standard error if that is a terminal.
pub(crate) struct Progress {
    bar: ProgressBar,
    read: input::Progress,
    start: Instant,
    articles: u64,
    /// The messages, if they are collected instead of printed.
    kept: Option<RefCell<Vec<String>>>,
}

impl Progress {
    /// A bar over the bytes of the input; none if `quiet` or not on a terminal.
    pub(crate) fn new(quiet: bool, read: input::Progress) -> Self {
        let template = match read.total() {
            Some(_) => "{bar:40} {percent:>3} %  {msg}",
            None => "{spinner} {msg}",
        };
        let bar = bar(quiet, read.total(), template);
        bar.set_message("reading");
        Progress { bar, read, start: Instant::now(), articles: 0, kept: None }
    }

    /// No bar; messages are collected.
    pub(crate) fn kept(read: input::Progress) -> Self {
        Progress { kept: Some(RefCell::default()), ..Progress::new(true, read) }
    }

    /// The collected messages.
    pub(crate) fn into_kept(self) -> Vec<String> {
        self.kept.map(RefCell::into_inner).unwrap_or_default()
    }

    /// Counts an article, or prints its problem. True if it was skipped.
    pub(crate) fn tell(&mut self, delivery: &Delivery) -> bool {
        match delivery {
            Delivery::Extraction(_) => {
                self.article_done();
                false
            }
            Delivery::Skipped(_, problem) | Delivery::Problem(problem) => {
                self.print(problem);
                problem.skipped
            }
        }
    }

    fn article_done(&mut self) {
        self.articles += 1;
        let rate = self.articles as f64 / self.start.elapsed().as_secs_f64().max(1e-9);
        self.bar.set_position(self.read.read());
        let left = match self.read.total() {
            Some(_) => format!(", {} left", HumanDuration(self.bar.eta())),
            None => String::new(),
        };
        self.bar.set_message(format!("{} articles, {rate:.1}/s{left}", self.articles));
    }

    /// Prints a line on standard error, above the bar.
    pub(crate) fn print(&self, line: &impl Display) {
        match &self.kept {
            Some(kept) => kept.borrow_mut().push(line.to_string()),
            None => self.bar.suspend(|| complain(line)),
        }
    }

    /// Removes the bar.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
