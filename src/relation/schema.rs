//! The predicates: which there are, what they connect and what they mean. That is data: the built-in ones stand in
//! `rules/predicates.toml`, and any rule file can define more.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::{LazyLock, Mutex};

use itertools::Itertools as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use toml::Spanned;

use crate::entity::EntityType::{self, Date, Loc, Misc, Org, Per};
use crate::error::{Error, Place, Result, words};

/// The predicate whose object is a second name and no entity.
const ALIAS_OF: &str = "alias_of";

/// What connects a subject to an object: a name, and what was defined under it. Two are equal if their names are.
///
/// See the [example](crate::relation#example).
#[derive(Clone, Copy)]
pub struct Predicate(&'static Schema);

/// What is known of one predicate.
///
/// See the [example](crate::relation#example).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Schema {
    /// The place in the built-in table; those of users come after, by name.
    #[serde(skip, default = "behind")]
    pub(crate) rank: usize,
    /// The name in files.
    pub name: String,
    /// The types a subject may have.
    pub subject: Vec<EntityType>,
    /// The types an object may have.
    pub object: Vec<EntityType>,
    /// Whether subject and object may be swapped.
    pub symmetric: bool,
    /// One line for people.
    pub meaning: String,
    /// What to know when a text is labelled, if there is more to say.
    #[serde(skip)]
    pub note: String,
    /// Predicates that say less about a pair, and are left out where this one holds: who leads a country also works
    /// for it, and is taken for one of its nationals.
    #[serde(skip)]
    pub hides: BTreeSet<String>,
    /// Whether it is a state and no event: then a name is not its argument through its police, troops or members.
    #[serde(skip)]
    pub state: bool,
    /// Whether it is a post, which ends when its holder resigns.
    #[serde(skip)]
    pub post: bool,
    /// Whether it holds for no two countries: none lies in another.
    #[serde(skip)]
    pub countries_apart: bool,
    /// Whether it holds only for two names of one type.
    #[serde(skip)]
    pub same_type: bool,
    /// How long it holds.
    #[serde(skip)]
    pub holds: Holds,
    /// Of which pronouns patterns may find it.
    #[serde(skip)]
    pub pronoun: Pronoun,
    /// Prepositions after which the second reader's objects do not stand: what is told "on Twitter" is not told to Twitter.
    #[serde(skip)]
    pub unread_behind: BTreeSet<String>,
    /// Verbs of which the second reader's subjects do not do more than that: who "announces" a grant need not give it.
    #[serde(skip)]
    pub unread_of: BTreeSet<String>,
}

/// How long what a predicate says holds, which decides whether it can be over and when it is so.
///
/// See the [example](crate::relation#example).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Holds {
    /// It happens: once it has, it is never over.
    #[default]
    Once,
    /// It begins and can end: a post, a home.
    AWhile,
    /// As long as both are: no time of a sentence is its own.
    Always,
}

/// Of which pronouns patterns may find a predicate: lives, posts, kin and meetings are right often enough. What "he"
/// supports or owns was wrong more often than right in a sample of news. (A frame resolves the pronoun by the clause,
/// whatever the predicate.)
///
/// See the [example](crate::relation#example).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pronoun {
    /// Of none.
    #[default]
    None,
    /// Of "he" and "she": what is his is not he.
    He,
    /// Of "his" as well: "his native Lima", "his home in Lima".
    His,
    /// As that, descriptions included: "his wife Ana".
    Kin,
}

/// The rank of what is not built in.
pub(crate) const fn behind() -> usize {
    usize::MAX
}

/// The only copy of each schema: they live as long as the program, which makes a predicate a number to copy. There
/// are as many as rule files define and tables name.
static SCHEMAS: Mutex<BTreeSet<&'static Schema>> = Mutex::new(BTreeSet::new());

impl Predicate {
    /// The predicate of a schema.
    pub(crate) fn of(schema: Schema) -> Self {
        let mut known = SCHEMAS.lock().unwrap_or_else(|e| e.into_inner());
        if let Some(kept) = known.get(&schema) {
            return Predicate(kept);
        }
        let kept: &'static Schema = Box::leak(Box::new(schema));
        known.insert(kept);
        Predicate(kept)
    }

    /// The built-in predicate of that name.
    pub fn built_in(name: &str) -> Option<Self> {
        Predicates::built_in().named(name)
    }

    /// What is known of it.
    pub fn schema(self) -> &'static Schema {
        self.0
    }

    /// The name in files.
    pub fn as_str(self) -> &'static str {
        &self.0.name
    }

    /// Whether its object is a second name of the subject, and no other entity.
    pub fn is_alias(self) -> bool {
        is_alias(self.as_str())
    }
}

/// Whether the predicate of that name is the one whose object is a second name of the subject.
pub(crate) fn is_alias(name: &str) -> bool {
    name == ALIAS_OF
}

/// Whether `name` can name a predicate.
pub(crate) fn valid_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

impl Ord for Predicate {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.0.rank, &self.0.name).cmp(&(other.0.rank, &other.0.name))
    }
}

impl PartialOrd for Predicate {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Predicate {
    fn eq(&self, other: &Self) -> bool {
        self.0.name == other.0.name
    }
}

impl Eq for Predicate {}

impl Hash for Predicate {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.name.hash(state);
    }
}

impl fmt::Debug for Predicate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
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

/// In tables that we wrote ourselves any name may stand, as the rule file that defined it is not there: all that is
/// known of it then is its name.
impl<'de> Deserialize<'de> for Predicate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = Cow::<str>::deserialize(deserializer)?;
        if let Some(predicate) = Predicate::built_in(&name) {
            return Ok(predicate);
        }
        if !valid_name(&name) {
            return Err(de::Error::custom(format_args!("`{name}` cannot be a predicate")));
        }
        Ok(Predicate::of(Schema::named(&name)))
    }
}

impl Schema {
    /// A predicate of which only the name is known.
    pub(crate) fn named(name: &str) -> Self {
        Schema {
            rank: behind(),
            name: name.to_owned(),
            subject: Vec::new(),
            object: Vec::new(),
            symmetric: false,
            meaning: String::new(),
            note: String::new(),
            hides: BTreeSet::new(),
            state: false,
            post: false,
            countries_apart: false,
            same_type: false,
            holds: Holds::Once,
            pronoun: Pronoun::None,
            unread_behind: BTreeSet::new(),
            unread_of: BTreeSet::new(),
        }
    }
}

/// All predicates of a run.
///
/// See the [example](crate::relation#example).
#[derive(Debug, Clone)]
pub struct Predicates {
    /// In order, with where they are defined.
    all: Vec<(Predicate, Place)>,
}

/// The built-in predicates as a rule file.
const FILE: &str = include_str!("rules/predicates.toml");

static BUILT_IN: LazyLock<Predicates> = LazyLock::new(|| {
    #[derive(Deserialize)]
    struct File {
        predicate: Sources,
    }
    let file: File = toml::from_str(FILE).expect("a test reads it");
    let mut all = Predicates { all: Vec::new() };
    let place = |offset: usize| Place::line("predicates.toml", FILE[..offset].lines().count() as u64);
    let names = file.predicate.keys().cloned();
    let in_order = names.sorted_by_key(|name| FILE.find(&format!("[predicate.{name}]")));
    let rank: BTreeMap<String, usize> = in_order.enumerate().map(|(rank, name)| (name, rank)).collect();
    all.define(&file.predicate, place, |name| rank[name]).expect("a test reads it");
    all
});

/// Predicates as a rule file defines them.
pub(crate) type Sources = BTreeMap<String, Spanned<Source>>;

/// One of them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Source {
    subject: Vec<String>,
    object: Vec<String>,
    #[serde(default)]
    symmetric: bool,
    meaning: String,
    #[serde(default)]
    note: String,
    #[serde(default)]
    hides: BTreeSet<String>,
    #[serde(default)]
    state: bool,
    #[serde(default)]
    post: bool,
    #[serde(default)]
    countries_apart: bool,
    #[serde(default)]
    same_type: bool,
    #[serde(default)]
    holds: Holds,
    #[serde(default)]
    pronoun: Pronoun,
    #[serde(default)]
    unread_behind: BTreeSet<String>,
    #[serde(default)]
    unread_of: BTreeSet<String>,
}

impl Source {
    /// What it says.
    ///
    /// # Errors
    /// The problem and the remedy.
    fn schema(&self, name: &str, rank: usize) -> Result<Schema, (String, String)> {
        if !valid_name(name) {
            let remedy = "Use small letters, digits and _, a letter first";
            return Err((format!("`{name}` cannot name a predicate"), remedy.to_owned()));
        }
        let known = [Per, Org, Loc, Misc, Date];
        let types = |key: &str, written: &[String]| {
            let names = known.map(|t| t.as_str()).join(", ");
            if written.is_empty() {
                let problem = format!("predicate `{name}`: `{key}` has no type");
                return Err((problem, format!("List some of {names}")));
            }
            let found = written
                .iter()
                .map(|written| known.into_iter().find(|t| t.as_str() == written).ok_or(written));
            found.collect::<Result<Vec<EntityType>, _>>().map_err(|unknown| {
                (format!("predicate `{name}`: `{unknown}` is no type"), format!("Use some of {names}"))
            })
        };
        let (subject, object) = (types("subject", &self.subject)?, types("object", &self.object)?);
        if self.symmetric && subject.iter().collect::<BTreeSet<_>>() != object.iter().collect() {
            let problem =
                format!("predicate `{name}` is symmetric, but its subject and object differ in their types");
            return Err((problem, "Give both the same types".to_owned()));
        }
        Ok(Schema {
            rank,
            name: name.to_owned(),
            subject,
            object,
            symmetric: self.symmetric,
            meaning: self.meaning.clone(),
            note: self.note.clone(),
            hides: self.hides.clone(),
            state: self.state,
            post: self.post,
            countries_apart: self.countries_apart,
            same_type: self.same_type,
            holds: self.holds,
            pronoun: self.pronoun,
            unread_behind: self.unread_behind.clone(),
            unread_of: self.unread_of.clone(),
        })
    }
}

impl Predicates {
    /// Those that come with the program.
    pub fn built_in() -> &'static Self {
        &BUILT_IN
    }

    /// The built-in ones and those of `more`, which another run has noted.
    pub fn with(more: impl IntoIterator<Item = Schema>) -> Self {
        let mut all = Self::built_in().clone();
        for schema in more {
            all.add(Predicate::of(schema), Place::file("run.json"));
        }
        all
    }

    /// Adds those that a rule file defines. `place` makes places of offsets, `rank` ranks of names.
    pub(crate) fn define(
        &mut self,
        sources: &Sources,
        place: impl Fn(usize) -> Place,
        rank: impl Fn(&str) -> usize,
    ) -> Result<()> {
        for (name, source) in sources {
            let place = place(source.span().start);
            if let Some(first) = self.place(name) {
                let problem = format!("there is a predicate `{name}` already, in {first}");
                return Err(Error::config(place, problem, "Choose another name, or use that one as it is"));
            }
            let schema = source.get_ref().schema(name, rank(name));
            let schema = schema.map_err(|(problem, remedy)| Error::config(place.clone(), problem, remedy))?;
            self.add(Predicate::of(schema), place);
        }
        Ok(())
    }

    /// Adds a predicate, unless there is one of that name.
    pub(crate) fn define_if_new(&mut self, schema: Schema, place: Place) {
        if self.named(&schema.name).is_none() {
            self.add(Predicate::of(schema), place);
        }
    }

    /// Whether what they hide is there. To be asked when all files are read.
    pub(crate) fn check(&self) -> Result<()> {
        for (predicate, place) in &self.all {
            if let Some(unknown) = predicate.schema().hides.iter().find(|name| self.named(name).is_none()) {
                let problem =
                    format!("predicate `{predicate}` hides `{unknown}`, and there is no such predicate");
                return Err(Error::config(place.clone(), problem, format!("There are {}", self.listed())));
            }
        }
        Ok(())
    }

    /// That there is no predicate of that name, which `option` asks for.
    pub(crate) fn none(&self, option: &str, name: &str) -> Error {
        let names = self.all.iter().map(|(predicate, _)| predicate.as_str());
        let near =
            words::similar(name, names).map(|near| format!(" Did you mean `{near}`?")).unwrap_or_default();
        let known = self.listed();
        Error::Usage(format!("{option}: there is no predicate `{name}`.{near} There are {known}"))
    }

    fn add(&mut self, predicate: Predicate, place: Place) {
        let at = self.all.partition_point(|(known, _)| *known < predicate);
        self.all.insert(at, (predicate, place));
    }

    /// All in order: the built-in ones as they stand in their file, then those of users by name.
    pub fn all(&self) -> impl Iterator<Item = Predicate> {
        self.all.iter().map(|&(predicate, _)| predicate)
    }

    /// Those that did not come with the program.
    pub fn of_users(&self) -> impl Iterator<Item = Predicate> {
        self.all().filter(|predicate| predicate.schema().rank == behind())
    }

    /// The predicate of that name.
    pub fn named(&self, name: &str) -> Option<Predicate> {
        self.all().find(|predicate| predicate.as_str() == name)
    }

    /// Where the predicate of that name is defined.
    pub(crate) fn place(&self, name: &str) -> Option<&Place> {
        self.all.iter().find(|(predicate, _)| predicate.as_str() == name).map(|(_, place)| place)
    }

    /// What is defined under the name of `predicate`, which may come from a table.
    pub fn schema(&self, predicate: Predicate) -> &'static Schema {
        self.named(predicate.as_str()).unwrap_or(predicate).schema()
    }

    /// All names, for messages.
    pub fn listed(&self) -> String {
        self.all().map(Predicate::as_str).collect::<Vec<_>>().join(", ")
    }
}

/// The built-in ones.
impl Default for Predicates {
    fn default() -> Self {
        Self::built_in().clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readme_of_the_rules_lists_every_predicate() {
        let types = |types: &[EntityType]| types.iter().map(|t| t.as_str()).collect::<Vec<_>>().join(", ");
        let mut lines =
            include_str!("rules/README.md").lines().skip_while(|line| !line.contains("| meaning |"));
        for predicate in Predicates::built_in().all() {
            let schema = predicate.schema();
            let both = if schema.symmetric { " (holds both ways)" } else { "" };
            let (subject, object) = (types(&schema.subject), types(&schema.object));
            let row = format!("| `{predicate}` | {subject} | {object} | {}{both} |", schema.meaning);
            assert!(lines.any(|line| line == row), "it lacks, or has elsewhere, {row}");
        }
    }

    #[test]
    fn what_the_built_in_ones_hide_is_there() {
        Predicates::built_in().check().unwrap();
    }

    #[test]
    fn the_order_is_that_of_the_file_and_then_of_names() {
        let mut all = Predicates::built_in().clone();
        for name in ["sanctioned", "bribed"] {
            all.add(Predicate::of(Schema::named(name)), Place::file("my.toml"));
        }
        let names: Vec<&str> = all.all().map(Predicate::as_str).collect();
        assert_eq!((names[0], names[1], names[32]), ("works_for", "leads", "founded_on"));
        assert_eq!(names[33..], ["bribed", "sanctioned"]);
        assert!(all.of_users().map(Predicate::as_str).eq(["bribed", "sanctioned"]));
    }

    #[test]
    fn a_table_may_name_any_predicate() {
        let read = |text: &str| serde_json::from_str::<Predicate>(text);
        assert!(read("\"leads\"").unwrap().schema().subject.contains(&EntityType::Per));
        let unknown = read("\"sanctioned\"").unwrap();
        assert_eq!(unknown.as_str(), "sanctioned");
        let defined = Predicate::of(Schema { symmetric: true, ..Schema::named("sanctioned") });
        assert_eq!(unknown, defined);
        assert_eq!(unknown.cmp(&defined), Ordering::Equal);
        assert!(read("\"Sanctioned them\"").is_err());
        let known = Predicates::with([Schema { symmetric: true, ..Schema::named("sanctioned") }]);
        assert!(known.schema(unknown).symmetric);
    }
}
