//! What the matcher finds before it decides what to tell.

use crate::relation::Predicate;
use crate::relation::calibration::share;
use crate::text::Span;

/// That a rule matched on a pair.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Hit {
    pub(crate) rule: usize,
    pub(super) by: MatchedBy,
    /// The log odds of the second reader, if it has read the pair.
    pub(super) second: Option<f32>,
    /// The mention of the subject.
    pub(crate) subject: usize,
    /// The mention of the object.
    pub(crate) object: usize,
    /// First and last token that the match covers.
    pub(crate) tokens: (usize, usize),
}

/// What a rule matched by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum MatchedBy {
    /// The pattern of that number.
    Pattern(usize),
    /// A frame, on a clause.
    Clause {
        /// The predicate word.
        word: Span,
        granted: bool,
        negated: bool,
        is_fact: bool,
    },
    /// The second reader.
    SecondReader,
}

/// Mentions of subject and object, and predicate; or their entities.
pub(super) type PairKey = (usize, usize, Predicate);

impl Hit {
    /// The number of the pattern that matched, if one did.
    pub(crate) fn pattern(&self) -> Option<usize> {
        match self.by {
            MatchedBy::Pattern(pattern) => Some(pattern),
            MatchedBy::Clause { .. } | MatchedBy::SecondReader => None,
        }
    }

    /// The predicate word of the clause, if a frame matched.
    pub(crate) fn word(&self) -> Option<Span> {
        match self.by {
            MatchedBy::Clause { word, .. } => Some(word),
            MatchedBy::Pattern(_) | MatchedBy::SecondReader => None,
        }
    }

    /// Whether the second reader alone has found it.
    pub(super) fn is_learned(&self) -> bool {
        self.by == MatchedBy::SecondReader
    }

    /// How likely it is, if the second reader alone has found it.
    pub(crate) fn learned_share(&self) -> Option<f32> {
        let odds = self.second.filter(|_| self.is_learned())?;
        Some(share(f64::from(odds)) as f32)
    }
}

/// Subject and object in the order in which a predicate takes them: if it is symmetric, as they stand in the text.
pub(super) fn ordered(predicate: Predicate, subject: usize, object: usize) -> (usize, usize) {
    if predicate.schema().symmetric && object < subject { (object, subject) } else { (subject, object) }
}
