//! An article in work: its steps, the limits of time and length, and defects of the program.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rayon::prelude::*;

use crate::error::{Place, Problem};
use crate::model::Window;
use crate::text::{Article, Span};

/// What an article may cost. What costs more is left out, with the reason.
///
/// See the [example](crate::pipeline#example).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of an article's text.
    pub bytes: usize,
    /// Time that an article may take, all stages together. It is looked at after each stage and each
    /// batch of the model, so that an article may take as much longer as these do.
    pub time: Option<Duration>,
}

impl Default for Limits {
    /// 4 MiB, which is more than most books, and no limit of time, because what is left out for its
    /// time depends on the machine.
    fn default() -> Self {
        Limits { bytes: 4 << 20, time: None }
    }
}

/// Sentences that a worker takes at once in the steps that look at each alone: a long article is shared out, one of
/// usual length is not.
const PART: usize = 64;

/// An article in work.
pub(super) struct InWork {
    pub(super) article: Article,
    pub(super) sentences: Vec<Span>,
    pub(super) windows: Vec<Window>,
    clock: Clock,
}

impl InWork {
    /// Begins with an article: `cut` gives its sentences and windows.
    ///
    /// # Errors
    /// With the article, if it is too long or the program fails on it.
    pub(super) fn new(
        article: Article,
        limits: Limits,
        cut: impl FnOnce(&str) -> (Vec<Span>, Vec<Window>),
    ) -> Result<Self, Box<(Article, Problem)>> {
        if article.text.len() > limits.bytes {
            let problem = too_long(&article, limits.bytes);
            return Err(Box::new((article, problem)));
        }
        let clock = Clock { spent: AtomicU64::new(0), limit: limits.time };
        match clock.measure(|| guarded(&article.id, || cut(&article.text))) {
            Ok((sentences, windows)) => Ok(InWork { article, sentences, windows, clock }),
            Err(problem) => Err(Box::new((article, problem))),
        }
    }

    /// Counts time that is spent on it elsewhere.
    pub(super) fn spend(&self, time: Duration) {
        self.clock.add(time);
    }

    /// Whether it has taken longer than it may.
    pub(super) fn is_late(&self) -> bool {
        self.clock.is_late()
    }

    /// Does a step if there is time left.
    ///
    /// # Errors
    /// If there is none, or the program fails on the article: that costs the article, not the run.
    pub(super) fn step<T>(&self, work: impl FnOnce() -> T) -> Result<T, Problem> {
        if !self.is_late() {
            return self.clock.measure(|| guarded(&self.article.id, work));
        }
        let limit = self.clock.limit.unwrap_or_default().as_secs_f64();
        Err(Problem::skipped(
            Place::file(&self.article.id),
            format!("the article took longer than {limit} s, which --article-timeout allows"),
            "Look whether it is an article at all; if so, allow more",
        ))
    }

    /// Does a step that looks at each of `count` sentences alone, in parts by all workers; what they give, in order.
    ///
    /// # Errors
    /// As [`InWork::step`].
    pub(super) fn parts<T: Send>(
        &self,
        count: usize,
        work: impl Fn(Range<usize>) -> T + Sync,
    ) -> Result<Vec<T>, Problem> {
        let part = |first: usize| first * PART..((first + 1) * PART).min(count);
        // The time is that of the parts: a worker that waits for another's does something else meanwhile.
        (0..count.div_ceil(PART)).into_par_iter().map(|i| self.step(|| work(part(i)))).collect()
    }
}

/// The time that an article has taken on all workers, and may take.
struct Clock {
    spent: AtomicU64,
    limit: Option<Duration>,
}

impl Clock {
    fn add(&self, spent: Duration) {
        self.spent.fetch_add(u64::try_from(spent.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    fn is_late(&self) -> bool {
        self.limit.is_some_and(|limit| Duration::from_nanos(self.spent.load(Ordering::Relaxed)) > limit)
    }

    fn measure<T>(&self, work: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let done = work();
        self.add(start.elapsed());
        done
    }
}

fn too_long(article: &Article, limit: usize) -> Problem {
    Problem::skipped(
        Place::file(&article.id),
        format!("the article has {} bytes, and --max-article-size allows {limit}", article.text.len()),
        "Look whether it is one article and not many; if so, allow more",
    )
}

/// Turns a defect of this program that shows on one article into a problem of that article, so that
/// it does not cost the run.
fn guarded<T>(article: &str, work: impl FnOnce() -> T) -> Result<T, Problem> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|_| {
        Problem::skipped(
            Place::file(article),
            "the program failed on this article",
            "This is a defect of triplewire: please report it with the article",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_work() -> InWork {
        let article = Article { id: "a".into(), text: "A text.".into(), ..Article::default() };
        InWork::new(article, Limits::default(), |_| (Vec::new(), Vec::new())).map_err(|it| it.1).unwrap()
    }

    #[test]
    fn a_panic_costs_one_article() {
        let problem = in_work().step(|| panic!("defect")).unwrap_err();
        assert!(problem.skipped);
    }

    #[test]
    fn parts_are_the_whole_in_order() {
        for count in [0, 1, PART, PART + 1, 10 * PART - 1] {
            let parts = in_work().parts(count, |part| part.collect::<Vec<_>>()).unwrap();
            assert_eq!(parts.concat(), (0..count).collect::<Vec<_>>());
        }
    }
}
