//! Keeps one bad file from filling the report: a problem that a file has again and again is
//! listed a few times and then counted.

use std::path::PathBuf;

use crate::error::{Place, Problem, Unit};

/// The kind of a problem, by which problems are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ProblemKind {
    /// Of a whole file: always listed.
    File,
    Encoding,
    Nul,
    Quotes,
    Dropped,
    Columns,
    Json,
    NoText,
    EmptyText,
    NoId,
    NoColumn,
    Date,
    UnclearDate,
    TooLong,
    Page,
    Record,
    Attachment,
    LongId,
    DuplicateId,
}

/// Every kind that is counted, in the order in which summaries are given; what its summary says; and
/// how many are listed before.
const COUNTED: [(ProblemKind, &str, u64); 18] = [
    (ProblemKind::Encoding, "are not UTF-8", 1),
    (ProblemKind::Nul, "hold NUL characters, replaced by blanks", 3),
    (ProblemKind::Quotes, "have a quotation mark that is never closed", LISTED),
    (
        ProblemKind::Dropped,
        "have a cell that goes on after its closing quotation mark, which was dropped",
        LISTED,
    ),
    (ProblemKind::Columns, "have too few or too many columns", LISTED),
    (ProblemKind::Json, "are not proper JSON objects", LISTED),
    (ProblemKind::NoText, "have no text where it was looked for", LISTED),
    (ProblemKind::EmptyText, "have an empty text", LISTED),
    (ProblemKind::NoId, "have no id and are called after their row", LISTED),
    (ProblemKind::NoColumn, "lack a key that was named", 1),
    (ProblemKind::Date, "have a date that cannot be read", 1),
    (ProblemKind::UnclearDate, "have a date of which either number may be the day", 1),
    (ProblemKind::TooLong, "are longer than an article may be", LISTED),
    (ProblemKind::Page, "are web pages without an article", LISTED),
    (ProblemKind::Record, "are damaged records", LISTED),
    (ProblemKind::Attachment, "have files attached, which are not read", 1),
    (ProblemKind::LongId, "have an id that is too long, which was cut", LISTED),
    (ProblemKind::DuplicateId, "have an id that was taken, and got a number behind it", LISTED),
];

const LISTED: u64 = 20;

/// The problems of one file, counted.
#[derive(Debug, Default)]
pub(super) struct Repeats {
    counts: [Count; COUNTED.len()],
}

#[derive(Debug, Default)]
struct Count {
    seen: u64,
    /// About those that were not listed.
    unlisted: Option<Unlisted>,
}

#[derive(Debug)]
struct Unlisted {
    file: PathBuf,
    last: Option<u64>,
    unit: Unit,
    skipped: bool,
}

impl Repeats {
    /// The problem, if it is to be listed.
    pub(super) fn admit(&mut self, kind: ProblemKind, problem: Problem) -> Option<Problem> {
        let Some(position) = COUNTED.iter().position(|(counted, ..)| *counted == kind) else {
            return Some(problem);
        };
        let count = &mut self.counts[position];
        count.seen += 1;
        if count.seen <= COUNTED[position].2 {
            return Some(problem);
        }
        let Place { file, line, unit } = problem.place;
        let skipped = problem.skipped || count.unlisted.as_ref().is_some_and(|it| it.skipped);
        count.unlisted = Some(Unlisted { file, last: line, unit, skipped });
        None
    }

    /// One problem for each kind of which not all were listed.
    pub(super) fn summaries(self) -> impl Iterator<Item = Problem> {
        self.counts.into_iter().zip(COUNTED).filter_map(|(count, (_, what, listed))| {
            let Unlisted { file, last, unit, skipped } = count.unlisted?;
            let more = count.seen - listed;
            let last = last.map(|number| format!(", the last one {unit} {number}")).unwrap_or_default();
            Some(Problem {
                place: Place::file(file),
                message: format!("{more} more articles in this file {what}{last}"),
                remedy:
                    "They are not listed one by one; what is said above of the first helps with all of them."
                        .to_owned(),
                skipped,
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_are_listed_and_the_rest_counted() {
        let mut repeats = Repeats::default();
        let listed = (1..=50)
            .filter_map(|line| {
                repeats.admit(
                    ProblemKind::Columns,
                    Problem::skipped(Place::line("a.csv", line), "short", "Mend it."),
                )
            })
            .count();
        assert_eq!(listed, 20);
        let summaries: Vec<_> = repeats.summaries().collect();
        assert_eq!(summaries.len(), 1);
        assert!(summaries[0].skipped);
        assert_eq!(
            summaries[0].message,
            "30 more articles in this file have too few or too many columns, the last one line 50"
        );
    }

    #[test]
    fn problems_of_files_are_always_listed() {
        let mut repeats = Repeats::default();
        for _ in 0..100 {
            assert!(repeats.admit(ProblemKind::File, Problem::skipped(Place::file("a"), "x", "y")).is_some());
        }
        assert_eq!(repeats.summaries().count(), 0);
    }
}
