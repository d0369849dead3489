//! Predicate words of one or several words.

/// "Minister", "chief of staff", "shoot dead".
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Phrase {
    pub(super) words: Vec<String>,
    /// The place of the head among them.
    pub(super) head: usize,
}

/// In "chief of staff" and "minister for trade" the head stands before these.
const AFTER_HEAD: [&str; 8] = ["of", "for", "to", "in", "at", "without", "on", "de"];

impl Phrase {
    /// A verb or adjective, whose head comes first.
    pub(super) fn predicate(written: &str) -> Self {
        Phrase { words: cut(written), head: 0 }
    }

    pub(super) fn head_word(&self) -> Option<&String> {
        self.words.get(self.head)
    }

    /// A noun as a rule file writes it.
    pub(super) fn noun(written: &str) -> Self {
        let words = cut(written);
        let before = words.iter().position(|word| AFTER_HEAD.contains(&word.as_str())).filter(|&at| at > 0);
        let head = before.unwrap_or(words.len()).saturating_sub(1);
        Phrase { words, head }
    }
}

/// The words of a phrase in lower case: a hyphen is as good as a blank.
pub(super) fn cut(written: &str) -> Vec<String> {
    written.to_lowercase().split([' ', '-']).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}
