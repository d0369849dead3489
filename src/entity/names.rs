//! Aliases, acronyms, surnames, demonyms: many mentions, one entity.

use std::path::Path;

use crate::entity::{Entity, Mention};
use crate::error::Result;
use crate::model::RawMention;
use crate::text::Span;

/// The names known before any article is read: the built-in table and the user's.
#[derive(Debug)]
pub struct Aliases {}

impl Aliases {
    /// The built-in table.
    pub fn built_in() -> Self {
        Aliases {}
    }

    /// Adds a user's table: CSV with the columns `entity,alias,type,rule`, where `rule` is `same`
    /// or `never`. It wins over the built-in one.
    ///
    /// # Errors
    /// Naming the file and line of the first row that makes no sense.
    pub fn add_file(&mut self, _: &Path) -> Result<()> {
        Ok(())
    }
}

/// An article's mentions, each with its entity.
#[derive(Debug, Clone, Default)]
pub struct Names {
    /// In text order, not overlapping.
    pub mentions: Vec<Mention>,
    /// The distinct entities, in order of their first mention.
    pub entities: Vec<Entity>,
}

/// Decides which mentions of one article name the same entity, and adds the names of `aliases` and
/// the dates that the model does not report.
pub fn resolve(_: &Aliases, _: &str, _: &[Span], _: Vec<RawMention>) -> Names {
    Names::default()
}
