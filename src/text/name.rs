//! A name as it is found in a text, before anybody asks whom it names: what the model gives and `entity` takes.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Mutex;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::text::Span;

/// What kind of thing a name names.
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

impl EntityType {
    /// The type that a model or a label file calls `name`: `PER`, `person` and `PERSON` are one.
    ///
    /// Unknown names become [`EntityType::Other`]; each distinct one is kept in memory for good, so
    /// call this for the names of a label set, not for arbitrary text.
    pub fn named(name: &str) -> Self {
        match name.to_ascii_uppercase().as_str() {
            "PER" | "PERSON" | "PEOPLE" => EntityType::Per,
            "ORG" | "ORGANIZATION" | "ORGANISATION" | "CORPORATION" | "COMPANY" => EntityType::Org,
            "LOC" | "LOCATION" | "GPE" | "GEO" | "PLACE" | "FAC" => EntityType::Loc,
            "MISC" | "MISCELLANEOUS" | "NORP" | "OTHER" => EntityType::Misc,
            "DATE" | "TIM" | "TIME" => EntityType::Date,
            _ => {
                let mut known = OTHER_TYPES.lock().unwrap_or_else(|e| e.into_inner());
                let kept = match known.get(name) {
                    Some(kept) => kept,
                    None => {
                        let kept: &'static str = Box::leak(name.to_owned().into_boxed_str());
                        known.insert(kept);
                        kept
                    }
                };
                EntityType::Other(kept)
            }
        }
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
        Cow::<str>::deserialize(deserializer).map(|name| EntityType::named(&name))
    }
}

/// A mention as the model reports it, before names are resolved.
#[derive(Debug, Clone, PartialEq)]
pub struct RawMention {
    /// Where, in bytes of the article's text.
    pub span: Span,
    /// The model's type for it.
    pub entity_type: EntityType,
    /// The model's probability, 0 to 1.
    pub score: f32,
}
