//! A row of a table of names.

use crate::entity::EntityType;

/// When an alias counts. In a table this is a word of the column `flags`; an empty cell is `Name`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Use {
    /// A name wherever it stands: found in the text and resolved.
    Name,
    /// `cased`: the same, but not found in a sentence written in capitals (`US`, `EU`).
    Cased,
    /// `supported`: found only in an article that also has a sure name of its entity, and never
    /// among capitals (`IS`, `WHO`). A mention that the model reports is resolved without support.
    Supported,
    /// `ambiguous`: found and resolved only in an article that has a sure name of its entity and
    /// of no other that shares the alias (`MIT`, `Congo`, `Dominican`).
    Ambiguous,
    /// `resolve`: never found, only resolved, where the model reports exactly this type (`Apple`).
    Resolve,
    /// `namesake`: a place that shares its name with a state (`Georgia`, `Washington`); the article decides which is
    /// meant. Found like `Supported`.
    Namesake,
}

impl Use {
    pub(super) fn named(flag: &str) -> Option<Self> {
        match flag {
            "cased" => Some(Use::Cased),
            "supported" => Some(Use::Supported),
            "ambiguous" => Some(Use::Ambiguous),
            "resolve" => Some(Use::Resolve),
            "namesake" => Some(Use::Namesake),
            _ => None,
        }
    }
}

/// A row of a table, checked.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub line: u64,
    pub entity: String,
    pub alias: String,
    pub entity_type: Option<EntityType>,
    pub same: bool,
    pub usage: Use,
    pub demonym: bool,
    pub external_id: Option<String>,
}
