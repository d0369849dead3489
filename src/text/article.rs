//! One news article as read.

use sha2::{Digest, Sha256};

use crate::text::Date;

/// An article: its identifier, its text, exactly as all offsets count it, and what is known about it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Article {
    /// Unique within a run: the path relative to the input folder without extension, or the value
    /// of the id column.
    pub id: String,
    /// The text in which every offset of this article counts.
    pub text: String,
    /// The headline, where the format keeps it apart from the text. It is not searched for names.
    pub title: Option<String>,
    /// The date of publication.
    pub date: Option<Date>,
    /// The publisher, or where nobody names it the host of the address.
    pub source: Option<String>,
    /// The address.
    pub url: Option<String>,
}

impl Article {
    /// Adds all of it to a hash that tells inputs apart.
    pub(crate) fn hash(&self, hash: &mut Sha256) {
        let date = self.date.map(|date| date.to_string());
        let known = [&self.title, &date, &self.source, &self.url].map(|it| it.as_deref().unwrap_or_default());
        // Lengths first, so that no two articles look like one.
        for part in [self.id.as_str(), &self.text].into_iter().chain(known) {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
    }
}
