//! Matches compiled rules against sentences.

use crate::error::Result;
use crate::relation::{Document, Relation, RuleSet};

/// A compiled rule set. Immutable and shared by all workers.
#[derive(Debug)]
pub struct Matcher {}

impl Matcher {
    /// Compiles a rule set.
    ///
    /// # Errors
    /// If a pattern is too large to compile.
    pub fn new(_: &RuleSet) -> Result<Self> {
        Ok(Matcher {})
    }

    /// The relations of one article, ordered by position of subject, object and predicate; at most
    /// one (the best-scored) for each subject mention, predicate and object mention.
    pub fn relations(&self, _: Document<'_>) -> Vec<Relation> {
        Vec::new()
    }
}
