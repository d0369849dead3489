//! One news article as read.

use crate::text::{Date, Digest};

/// An article: its identifier, its text, exactly as all offsets count it, and what is known about it.
///
/// See the [example](crate::text#example).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Article {
    /// Unique within a run: the path relative to the input folder without extension, or the value
    /// of the id column.
    pub id: String,
    /// What its input calls it, where another article has that id.
    pub called: Option<String>,
    /// The text in which every offset of this article counts.
    pub text: String,
    /// The headline, where the format keeps it apart from the text. It is not searched for names.
    pub title: Option<String>,
    /// The date of publication.
    pub date: Option<Date>,
    /// The publisher, or if the input names none, the host of the address.
    pub source: Option<String>,
    /// The address.
    pub url: Option<String>,
}

impl Article {
    /// The id that its input gives it.
    pub(crate) fn called(&self) -> &str {
        self.called.as_deref().unwrap_or(&self.id)
    }

    /// What tells it from others: all of it, under the id that its input gives it.
    pub(crate) fn digest(&self) -> Digest {
        let date = self.date.map(|date| date.to_string());
        let known = [&self.title, &date, &self.source, &self.url].map(|it| it.as_deref().unwrap_or_default());
        Digest::of([self.called(), &self.text].into_iter().chain(known))
    }
}
