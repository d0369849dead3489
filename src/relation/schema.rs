//! The predicates and their arguments.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::entity::EntityType::{self, Date, Loc, Misc, Org, Per};

/// What connects a subject to an object. The table [`Predicate::schema`] says which types of
/// arguments each takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)] // the meaning of each is data: `Schema::meaning`
pub enum Predicate {
    WorksFor,
    Leads,
    MemberOf,
    Founded,
    PartOf,
    BasedIn,
    LocatedIn,
    Borders,
    LivesIn,
    BornIn,
    DiedIn,
    Nationality,
    NationalityOfGroup,
    AliasOf,
    LinkedTo,
    AlliedWith,
    Fights,
    Attacked,
    Killed,
    Detained,
    Supports,
    Opposes,
    CommunicatesWith,
    TravelsTo,
    SpouseOf,
    ChildOf,
    SiblingOf,
    EducatedAt,
    Owns,
    Produced,
    BornOn,
    DiedOn,
    FoundedOn,
}

/// The name, the arguments and the meaning of one predicate.
#[derive(Debug, Clone, Copy)]
pub struct Schema {
    /// The predicate.
    pub predicate: Predicate,
    /// The name in files.
    pub name: &'static str,
    /// The types a subject may have.
    pub subject: &'static [EntityType],
    /// The types an object may have.
    pub object: &'static [EntityType],
    /// Whether subject and object may be swapped.
    pub symmetric: bool,
    /// One line for people.
    pub meaning: &'static str,
}

const ANY: &[EntityType] = &[Per, Org, Loc, Misc];
const ACTOR: &[EntityType] = &[Org, Per, Loc];

const fn row(
    predicate: Predicate,
    name: &'static str,
    subject: &'static [EntityType],
    object: &'static [EntityType],
    meaning: &'static str,
) -> Schema {
    Schema { predicate, name, subject, object, symmetric: false, meaning }
}

const fn symmetric(schema: Schema) -> Schema {
    Schema { symmetric: true, ..schema }
}

/// Every predicate, in the order of the enum.
pub const SCHEMA: [Schema; 33] = [
    row(Predicate::WorksFor, "works_for", &[Per], &[Org, Loc], "holds or held a post, not the top one"),
    row(Predicate::Leads, "leads", &[Per], &[Org, Loc], "heads it: president, minister, chief, commander"),
    row(Predicate::MemberOf, "member_of", ACTOR, &[Org], "is a member of"),
    row(Predicate::Founded, "founded", &[Per, Org], &[Org], "started it"),
    row(Predicate::PartOf, "part_of", &[Org], &[Org, Loc], "unit, subsidiary or organ of"),
    row(Predicate::BasedIn, "based_in", &[Org], &[Loc], "has its seat or area of operation there"),
    row(Predicate::LocatedIn, "located_in", &[Loc], &[Loc], "lies in"),
    symmetric(row(Predicate::Borders, "borders", &[Loc], &[Loc], "has a common border with")),
    row(Predicate::LivesIn, "lives_in", &[Per], &[Loc], "lives or lived in"),
    row(Predicate::BornIn, "born_in", &[Per], &[Loc], "was born in"),
    row(Predicate::DiedIn, "died_in", &[Per], &[Loc], "died in"),
    row(Predicate::Nationality, "nationality", &[Per], &[Loc], "is a national of the country"),
    row(
        Predicate::NationalityOfGroup,
        "nationality_of_group",
        &[Org],
        &[Loc],
        "the national character of an organisation",
    ),
    symmetric(row(Predicate::AliasOf, "alias_of", ANY, ANY, "second name introduced in the text")),
    row(Predicate::LinkedTo, "linked_to", ANY, &[Org, Per], "has ties to, weaker than membership"),
    symmetric(row(Predicate::AlliedWith, "allied_with", &[Org, Loc], &[Org, Loc], "is an ally of")),
    row(Predicate::Fights, "fights", ACTOR, ACTOR, "armed or police hostility against"),
    row(Predicate::Attacked, "attacked", &[Org, Per], &[Loc, Org, Per], "attacked"),
    row(Predicate::Killed, "killed", ACTOR, &[Org, Per], "killed, or killed members of"),
    row(Predicate::Detained, "detained", ACTOR, &[Org, Per], "arrested, held, or held members of"),
    row(Predicate::Supports, "supports", ACTOR, ACTOR, "aids or commends"),
    row(Predicate::Opposes, "opposes", ACTOR, ACTOR, "accuses or objects to"),
    row(Predicate::CommunicatesWith, "communicates_with", &[Per, Org], ACTOR, "told, met, asked"),
    row(Predicate::TravelsTo, "travels_to", &[Per, Org], &[Loc], "visits, enters or deploys in"),
    symmetric(row(Predicate::SpouseOf, "spouse_of", &[Per], &[Per], "is or was married to")),
    row(Predicate::ChildOf, "child_of", &[Per], &[Per], "is a son or daughter of"),
    symmetric(row(Predicate::SiblingOf, "sibling_of", &[Per], &[Per], "is a brother or sister of")),
    row(Predicate::EducatedAt, "educated_at", &[Per], &[Org], "studied at"),
    row(Predicate::Owns, "owns", &[Per, Org], &[Org, Misc], "owns or bought"),
    row(Predicate::Produced, "produced", &[Per, Org], &[Org, Misc], "made, wrote or published"),
    row(Predicate::BornOn, "born_on", &[Per, Org], &[Date], "date of birth"),
    row(Predicate::DiedOn, "died_on", &[Per, Org], &[Date], "date of death"),
    row(Predicate::FoundedOn, "founded_on", &[Per, Org], &[Date], "date of foundation"),
];

impl Predicate {
    /// Every predicate, in schema order.
    pub fn all() -> impl Iterator<Item = Predicate> {
        SCHEMA.iter().map(|schema| schema.predicate)
    }

    /// The predicate's row of the table.
    pub fn schema(self) -> &'static Schema {
        &SCHEMA[self as usize]
    }

    /// The name in files.
    pub fn as_str(self) -> &'static str {
        self.schema().name
    }

    /// The predicate of that name.
    pub fn named(name: &str) -> Option<Self> {
        SCHEMA.iter().find(|schema| schema.name == name).map(|schema| schema.predicate)
    }
}

impl fmt::Display for Predicate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for Predicate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Predicate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = Cow::<str>::deserialize(deserializer)?;
        Predicate::named(&name)
            .ok_or_else(|| de::Error::custom(format_args!("no predicate is called {name}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_enum() {
        for (i, schema) in SCHEMA.iter().enumerate() {
            assert_eq!(schema.predicate as usize, i, "{}", schema.name);
            assert_eq!(Predicate::named(schema.name), Some(schema.predicate));
        }
    }

    #[test]
    fn the_readme_of_the_rules_lists_every_predicate() {
        let types = |types: &[EntityType]| types.iter().map(|t| t.as_str()).collect::<Vec<_>>().join(", ");
        for schema in &SCHEMA {
            let both = if schema.symmetric { " (holds both ways)" } else { "" };
            let (subject, object) = (types(schema.subject), types(schema.object));
            let row = format!("| `{}` | {subject} | {object} | {}{both} |\n", schema.name, schema.meaning);
            assert!(include_str!("rules/README.md").contains(&row), "it lacks {row}");
        }
    }

    #[test]
    fn symmetric_predicates_take_the_same_types_on_both_sides() {
        for schema in SCHEMA.iter().filter(|s| s.symmetric) {
            assert_eq!(schema.subject, schema.object, "{}", schema.name);
        }
    }
}
