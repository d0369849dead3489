//! Options of how tables are made.

use crate::entity::Decision;
use crate::output::run::Settings;
use crate::output::table::Style;
use crate::output::watch::WatchList;
use crate::relation::Predicates;

/// Options of how tables are made.
///
/// See the [example](crate::output#example).
#[derive(Debug, Clone, Copy)]
pub struct Making<'a> {
    /// How they are written.
    pub style: Style,
    /// Whether an article that repeats a story counts like any other in entities, triples and co-occurrences; else
    /// it does not count there, and `duplicates.csv` names it.
    pub keep_duplicates: bool,
    /// Whether names of one entity are joined across articles.
    pub merge: bool,
    /// The predicates of the run.
    pub predicates: &'a Predicates,
    /// What a user's tables say about names.
    pub decisions: &'a [Decision],
    /// If given, only relations and triples that touch one of it are written.
    pub only: Option<&'a WatchList>,
    /// Whether what they are made from is kept beside them, so that the result can be added to and merged.
    pub keep: bool,
}

impl<'a> Making<'a> {
    /// The default for a run with these predicates.
    pub fn new(predicates: &'a Predicates) -> Self {
        let style = Style::default();
        let (keep_duplicates, merge, keep) = (false, true, true);
        Making { style, keep_duplicates, merge, predicates, decisions: &[], only: None, keep }
    }

    /// The options that change the result, in words.
    pub fn settings(&self) -> Settings {
        let mut settings =
            Settings::from([("--keep-duplicates".to_owned(), self.keep_duplicates.to_string())]);
        if !self.merge {
            settings.insert("--no-merge".to_owned(), true.to_string());
        }
        if let Some(only) = self.only {
            settings.insert("--only".to_owned(), only.to_string());
        }
        settings
    }
}
