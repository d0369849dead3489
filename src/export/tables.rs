//! The tables with the types of their columns, for formats that have types.
//!
//! # Example
//!
//! ```
//! use triplewire::export::result::Entity;
//! use triplewire::export::tables::{ENTITIES, Kind, Value, days};
//! use triplewire::text::{Date, EntityType};
//!
//! let entity = Entity {
//!     entity_id: "e1".into(),
//!     entity: "Ana Ruiz".into(),
//!     entity_type: EntityType::Per,
//!     mentions: 3,
//!     articles: 2,
//!     aliases: vec!["A. Ruiz".into()],
//!     external_id: String::new(),
//!     first_date: "2020-05".parse().ok(),
//!     last_date: "2020-06-07".parse().ok(),
//! };
//! for column in &ENTITIES {
//!     println!("{}, {:?}: {:?}", column.name, column.kind, (column.value)(&entity));
//! }
//! let aliases = ENTITIES.iter().find(|column| column.kind == Kind::List).map(|it| (it.value)(&entity));
//! assert!(matches!(aliases, Some(Value::List([alias])) if alias == "A. Ruiz"));
//!
//! // Where a date must be a day, its first one stands beside it.
//! assert_eq!(Kind::day_of("first_date"), "first_day");
//! assert_eq!(Date::new(1970, Some(2), None).map(days), Some(31));
//! ```

use jiff::civil;

use crate::export::result::{Article, Cooccurrence, Duplicate, Entity, Mention, Relation, Triple};
use crate::text::Date;

/// What stands in a cell.
///
/// See the [example](crate::export::tables#example).
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs)] // see the kinds
pub enum Value<'a> {
    Text(&'a str),
    Date(Option<Date>),
    Count(u64),
    Number(f64),
    Truth(bool),
    List(&'a [String]),
}

/// The type of a column.
///
/// See the [example](crate::export::tables#example).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A text that is always known.
    Text,
    /// A text that may not be known; then it is empty.
    Known,
    /// A date, as exactly as it is known. Beside it stands its [first day](days).
    Date,
    /// A whole number from 0.
    Count,
    /// A number.
    Number,
    /// True or false.
    Truth,
    /// A list of texts.
    List,
}

impl Kind {
    /// The name of the column beside a date, with its first day: `first_date` is followed by `first_day`.
    pub fn day_of(date: &str) -> String {
        date.replace("date", "day")
    }
}

/// The first day of a date, in days since 1970.
///
/// See the [example](crate::export::tables#example).
pub fn days(date: Date) -> i32 {
    (date.first_day() - civil::date(1970, 1, 1)).get_days()
}

/// A column of a table of `R`s: its name, its type, and what stands in it.
///
/// See the [example](crate::export::tables#example).
#[derive(Debug)]
#[allow(missing_docs)]
pub struct Column<R: 'static> {
    pub name: &'static str,
    pub kind: Kind,
    pub value: fn(&R) -> Value<'_>,
}

const fn column<R>(name: &'static str, kind: Kind, value: fn(&R) -> Value<'_>) -> Column<R> {
    Column { name, kind, value }
}

/// The columns of `articles`.
///
/// See the [example](crate::export::tables#example).
pub const ARTICLES: [Column<Article>; 9] = [
    column("article", Kind::Text, |it| Value::Text(&it.article)),
    column("date", Kind::Date, |it| Value::Date(it.date)),
    column("title", Kind::Known, |it| Value::Text(&it.title)),
    column("source", Kind::Known, |it| Value::Text(&it.source)),
    column("url", Kind::Known, |it| Value::Text(&it.url)),
    column("words", Kind::Count, |it| Value::Count(it.words)),
    column("mentions", Kind::Count, |it| Value::Count(it.mentions)),
    column("relations", Kind::Count, |it| Value::Count(it.relations)),
    column("duplicate_of", Kind::Known, |it| Value::Text(&it.duplicate_of)),
];

/// The columns of `mentions`.
///
/// See the [example](crate::export::tables#example).
pub const MENTIONS: [Column<Mention>; 9] = [
    column("article", Kind::Text, |it| Value::Text(&it.article)),
    column("start", Kind::Count, |it| Value::Count(it.start)),
    column("end", Kind::Count, |it| Value::Count(it.end)),
    column("text", Kind::Text, |it| Value::Text(&it.text)),
    column("type", Kind::Text, |it| Value::Text(it.entity_type.as_str())),
    column("score", Kind::Number, |it| Value::Number(it.score)),
    column("entity_id", Kind::Text, |it| Value::Text(&it.entity_id)),
    column("entity", Kind::Text, |it| Value::Text(&it.entity)),
    column("sentence", Kind::Text, |it| Value::Text(&it.sentence)),
];

/// The columns of `entities`.
///
/// See the [example](crate::export::tables#example).
pub const ENTITIES: [Column<Entity>; 9] = [
    column("entity_id", Kind::Text, |it| Value::Text(&it.entity_id)),
    column("entity", Kind::Text, |it| Value::Text(&it.entity)),
    column("type", Kind::Text, |it| Value::Text(it.entity_type.as_str())),
    column("mentions", Kind::Count, |it| Value::Count(it.mentions)),
    column("articles", Kind::Count, |it| Value::Count(it.articles)),
    column("aliases", Kind::List, |it| Value::List(&it.aliases)),
    column("external_id", Kind::Known, |it| Value::Text(&it.external_id)),
    column("first_date", Kind::Date, |it| Value::Date(it.first_date)),
    column("last_date", Kind::Date, |it| Value::Date(it.last_date)),
];

/// The columns of `relations`.
///
/// See the [example](crate::export::tables#example).
pub const RELATIONS: [Column<Relation>; 21] = [
    column("article", Kind::Text, |it| Value::Text(&it.article)),
    column("subject", Kind::Text, |it| Value::Text(&it.subject)),
    column("subject_type", Kind::Text, |it| Value::Text(it.subject_type.as_str())),
    column("predicate", Kind::Text, |it| Value::Text(it.predicate.as_str())),
    column("object", Kind::Text, |it| Value::Text(&it.object)),
    column("object_type", Kind::Text, |it| Value::Text(it.object_type.as_str())),
    column("score", Kind::Number, |it| Value::Number(it.score)),
    column("negated", Kind::Truth, |it| Value::Truth(it.negated)),
    column("certainty", Kind::Text, |it| Value::Text(it.certainty.as_str())),
    column("attributed_to", Kind::Known, |it| Value::Text(&it.attributed_to)),
    column("sentence", Kind::Text, |it| Value::Text(&it.sentence)),
    column("rule", Kind::Text, |it| Value::Text(&it.rule)),
    column("subject_start", Kind::Count, |it| Value::Count(it.subject_start)),
    column("subject_end", Kind::Count, |it| Value::Count(it.subject_end)),
    column("object_start", Kind::Count, |it| Value::Count(it.object_start)),
    column("object_end", Kind::Count, |it| Value::Count(it.object_end)),
    column("status", Kind::Text, |it| Value::Text(it.status.as_str())),
    column("event_date", Kind::Date, |it| Value::Date(it.event_date)),
    column("date", Kind::Date, |it| Value::Date(it.date)),
    column("subject_id", Kind::Text, |it| Value::Text(&it.subject_id)),
    column("object_id", Kind::Text, |it| Value::Text(&it.object_id)),
];

/// The columns of `triples`.
///
/// See the [example](crate::export::tables#example).
pub const TRIPLES: [Column<Triple>; 19] = [
    column("subject", Kind::Text, |it| Value::Text(&it.subject)),
    column("subject_type", Kind::Text, |it| Value::Text(it.subject_type.as_str())),
    column("predicate", Kind::Text, |it| Value::Text(it.predicate.as_str())),
    column("object", Kind::Text, |it| Value::Text(&it.object)),
    column("object_type", Kind::Text, |it| Value::Text(it.object_type.as_str())),
    column("articles", Kind::Count, |it| Value::Count(it.articles)),
    column("evidence", Kind::Count, |it| Value::Count(it.evidence)),
    column("score", Kind::Number, |it| Value::Number(it.score)),
    column("negated", Kind::Truth, |it| Value::Truth(it.negated)),
    column("first_article", Kind::Text, |it| Value::Text(&it.first_article)),
    column("example", Kind::Text, |it| Value::Text(&it.example)),
    column("certainty", Kind::Text, |it| Value::Text(it.certainty.as_str())),
    column("sources", Kind::List, |it| Value::List(&it.sources)),
    column("status", Kind::Text, |it| Value::Text(it.status.as_str())),
    column("first_date", Kind::Date, |it| Value::Date(it.first_date)),
    column("last_date", Kind::Date, |it| Value::Date(it.last_date)),
    column("event_date", Kind::Date, |it| Value::Date(it.event_date)),
    column("subject_id", Kind::Text, |it| Value::Text(&it.subject_id)),
    column("object_id", Kind::Text, |it| Value::Text(&it.object_id)),
];

/// The columns of `cooccurrences`.
///
/// See the [example](crate::export::tables#example).
pub const COOCCURRENCES: [Column<Cooccurrence>; 7] = [
    column("subject", Kind::Text, |it| Value::Text(&it.subject)),
    column("subject_type", Kind::Text, |it| Value::Text(it.subject_type.as_str())),
    column("object", Kind::Text, |it| Value::Text(&it.object)),
    column("object_type", Kind::Text, |it| Value::Text(it.object_type.as_str())),
    column("articles", Kind::Count, |it| Value::Count(it.articles)),
    column("sentences", Kind::Count, |it| Value::Count(it.sentences)),
    column("pmi", Kind::Number, |it| Value::Number(it.pmi)),
];

/// The columns of `duplicates`.
///
/// See the [example](crate::export::tables#example).
pub const DUPLICATES: [Column<Duplicate>; 3] = [
    column("article", Kind::Text, |it| Value::Text(&it.article)),
    column("duplicate_of", Kind::Text, |it| Value::Text(&it.duplicate_of)),
    column("similarity", Kind::Number, |it| Value::Number(it.similarity)),
];
