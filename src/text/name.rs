//! A name as it is found in a text, before anybody asks whom it names: what the model gives and `entity` takes.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Mutex;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::text::Span;

/// What kind of thing a name names.
///
/// See the [example](crate::text#example).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntityType {
    /// A person.
    Per,
    /// An organisation.
    Org,
    /// A place, countries included.
    Loc,
    /// Any other name: nationalities, events, works, products.
    Misc,
    /// A date, found by the date recogniser and never by the model.
    Date,
    /// A type of a user's model that is none of the above; rules do not use it.
    Other(&'static str),
}

static OTHER_TYPES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());

/// Types of users that files may name, for each is kept in memory for good: a column that has more is of something else.
const MOST_OTHERS: usize = 1000;

fn keep(known: &mut BTreeSet<&'static str>, name: &str) -> &'static str {
    known.get(name).copied().unwrap_or_else(|| {
        let kept: &'static str = Box::leak(name.to_owned().into_boxed_str());
        known.insert(kept);
        kept
    })
}

/// The same unless it is new and there are `most` already.
fn keep_some(known: &mut BTreeSet<&'static str>, name: &str, most: usize) -> Option<&'static str> {
    (known.contains(name) || known.len() < most).then(|| keep(known, name))
}

impl EntityType {
    /// The type that a model or a label file calls `name`: `PER`, `person` and `PERSON` are one.
    ///
    /// Unknown names become [`EntityType::Other`]; each distinct one is kept in memory for good, so
    /// call this for the names of a label set, not for arbitrary text.
    pub fn named(name: &str) -> Self {
        Self::ours(name).unwrap_or_else(|| {
            let known = &mut *OTHER_TYPES.lock().unwrap_or_else(|e| e.into_inner());
            EntityType::Other(keep(known, name))
        })
    }

    fn ours(name: &str) -> Option<Self> {
        Some(match name.to_ascii_uppercase().as_str() {
            "PER" | "PERSON" | "PEOPLE" => EntityType::Per,
            "ORG" | "ORGANIZATION" | "ORGANISATION" | "CORPORATION" | "COMPANY" => EntityType::Org,
            "LOC" | "LOCATION" | "GPE" | "GEO" | "PLACE" | "FAC" => EntityType::Loc,
            "MISC" | "MISCELLANEOUS" | "NORP" | "OTHER" => EntityType::Misc,
            "DATE" | "TIM" | "TIME" => EntityType::Date,
            _ => return None,
        })
    }

    /// The name written to files.
    pub fn as_str(self) -> &'static str {
        match self {
            EntityType::Per => "PER",
            EntityType::Org => "ORG",
            EntityType::Loc => "LOC",
            EntityType::Misc => "MISC",
            EntityType::Date => "DATE",
            EntityType::Other(name) => name,
        }
    }
}

impl fmt::Display for EntityType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for EntityType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for EntityType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = Cow::<str>::deserialize(deserializer)?;
        if let Some(ours) = EntityType::ours(&name) {
            return Ok(ours);
        }
        let known = &mut *OTHER_TYPES.lock().unwrap_or_else(|e| e.into_inner());
        keep_some(known, &name, MOST_OTHERS).map(EntityType::Other).ok_or_else(|| {
            D::Error::custom(format!(
                "`{name}` is type number {MOST_OTHERS} or more: these are no types of names"
            ))
        })
    }
}

/// A mention as the model reports it, before names are resolved.
///
/// See the [example](crate::text#example).
#[derive(Debug, Clone, PartialEq)]
pub struct RawMention {
    /// Where, in bytes of the article's text.
    pub span: Span,
    /// The model's type for it.
    pub entity_type: EntityType,
    /// The model's probability, 0 to 1.
    pub score: f32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_read_as_they_are_written() {
        for written in ["PER", "MISC", "DATE", "work-of-art"] {
            let read: EntityType = serde_json::from_str(&format!("\"{written}\"")).unwrap();
            assert_eq!(read.as_str(), written);
        }
    }

    #[test]
    fn a_file_cannot_fill_the_memory_with_types() {
        let mut known = BTreeSet::new();
        let kept = ["a", "b", "c", "a"].map(|name| keep_some(&mut known, name, 2));
        assert_eq!(kept, [Some("a"), Some("b"), None, Some("a")]);
        assert_eq!(known.len(), 2);
    }
}
