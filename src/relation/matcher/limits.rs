//! What is capped, so that no text takes more than linear time.

/// Names between the two of a pair.
pub(super) const FARTHEST_NAMES: usize = 10;
/// Tokens (a list of names is one) between the two of a pair.
pub(super) const FARTHEST_TOKENS: usize = 50;
/// The same where a sentence has lost its punctuation and may be two.
pub(super) const FARTHEST_UNPUNCTUATED: usize = 12;
