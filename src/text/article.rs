//! One news article as read.

use sha2::{Digest, Sha256};

/// An article: its identifier and its text, exactly as all offsets count it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Article {
    /// Unique within a run: the path relative to the input folder without extension, or the value
    /// of the id column.
    pub id: String,
    /// The text in which every offset of this article counts.
    pub text: String,
    /// The headline, where the format keeps it apart from the text. It is not searched for names.
    pub title: Option<String>,
    /// The date of publication as the input gives it.
    pub date: Option<String>,
    /// The publisher as the input gives it.
    pub source: Option<String>,
}

impl Article {
    /// Adds id and text to a hash that tells inputs apart.
    pub(crate) fn hash(&self, hash: &mut Sha256) {
        // Lengths first, so that no two articles look like one.
        for part in [&self.id, &self.text] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
    }
}
