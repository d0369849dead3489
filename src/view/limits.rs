//! How much a page can show.

/// How much a page shows at most.
///
/// See the [example](crate::view#example).
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Triples.
    pub triples: usize,
    /// Pieces of evidence.
    pub evidence: usize,
    /// Entities without a triple that is shown, to be found by their names.
    pub others: usize,
    /// Pairs of entities that share sentences in which nothing connects them.
    pub together: usize,
}

impl Default for Limits {
    /// What a browser shows without a wait, on a phone too.
    fn default() -> Self {
        Limits { triples: 50_000, evidence: 120_000, others: 30_000, together: 60_000 }
    }
}
