//! What an export has written.

use std::fmt;
use std::path::PathBuf;

use crate::text;

/// What was written.
///
/// [An example](crate::export::export).
#[derive(Debug, Default)]
pub struct Exported {
    /// The files.
    pub files: Vec<PathBuf>,
    /// How much of what.
    pub counts: Vec<(&'static str, u64)>,
    /// What to know of it, a sentence each.
    pub notes: Vec<String>,
}

impl fmt::Display for Exported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts: Vec<String> =
            self.counts.iter().map(|(what, count)| text::counted(*count, what)).collect();
        writeln!(f, "{}", counts.join(", "))?;
        self.notes.iter().try_for_each(|note| writeln!(f, "{note}"))?;
        writeln!(f, "\nFiles")?;
        self.files.iter().try_for_each(|file| writeln!(f, "  {}", file.display()))
    }
}

/// A count with its noun.
pub(super) fn counted(count: u64, one: &str, many: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {many}") }
}
