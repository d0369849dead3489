//! The decisions in a user's table, and what follows from several lines together.
//!
//! A table says that three names are the same on two lines. Here the lines of one table are combined: every name gets
//! the entity of the first line of its set, and a `never` that contradicts them is an error that names both lines.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::entity::alias_row::{Row, Use};
use crate::entity::fold::key;
use crate::error::{Error, Place, Result};

/// What a line of a user's table asks for.
///
/// See the [example](crate::entity#example).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Asked {
    /// Two names are of one entity.
    Same,
    /// Two names are not.
    Never,
    /// A name is dropped.
    Drop,
}

/// A line of a user's table.
///
/// See the [example](crate::entity#example).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Which line of which table.
    pub place: Place,
    /// What it asks for.
    pub asked: Asked,
    /// The canonical name, after all lines are combined.
    pub entity: String,
    /// The other name; of a drop, the name itself.
    pub alias: String,
}

/// Sets of names, each with its first line.
#[derive(Default)]
struct Sets {
    number: BTreeMap<String, usize>,
    into: Vec<usize>,
}

impl Sets {
    fn of(&mut self, name: &str) -> usize {
        let next = self.into.len();
        let number = *self.number.entry(key(name)).or_insert(next);
        if number == next {
            self.into.push(next);
        }
        self.root(number)
    }

    fn root(&mut self, mut number: usize) -> usize {
        while self.into[number] != number {
            self.into[number] = self.into[self.into[number]];
            number = self.into[number];
        }
        number
    }

    fn join(&mut self, a: &str, b: &str) {
        let (a, b) = (self.of(a), self.of(b));
        self.into[a.max(b)] = a.min(b);
    }
}

/// Whether a row makes two names the same.
fn joins(row: &&Row) -> bool {
    row.same && !matches!(row.usage, Use::Ambiguous | Use::Namesake) && !row.demonym
}

/// The name of each set: its entity that is no alias of another, else the first; and whether it is such an entity.
fn names_of_sets(rows: &[Row], sets: &mut Sets) -> BTreeMap<usize, (bool, String)> {
    let aliases: BTreeSet<String> = rows
        .iter()
        .filter(joins)
        .filter(|row| key(&row.alias) != key(&row.entity))
        .map(|row| key(&row.alias))
        .collect();
    let mut names: BTreeMap<usize, (bool, String)> = BTreeMap::new();
    for row in rows.iter().filter(joins) {
        let set = sets.of(&row.entity);
        let is_root = !aliases.contains(&key(&row.entity));
        match names.get(&set) {
            Some((true, _)) => {}
            Some((false, _)) if !is_root => {}
            _ => {
                names.insert(set, (is_root, row.entity.clone()));
            }
        }
    }
    names
}

/// The rows with every name under the entity of its set. A name that is ambiguous on purpose joins nothing.
///
/// # Errors
/// If the lines make two names the same and another says `never`.
pub(super) fn together(path: &Path, mut rows: Vec<Row>) -> Result<Vec<Row>> {
    let mut sets = Sets::default();
    for row in rows.iter().filter(joins) {
        sets.join(&row.entity, &row.alias);
    }
    for row in rows.iter().filter(|row| !row.same) {
        let (a, b) = (sets.of(&row.entity), sets.of(&row.alias));
        if a != b {
            continue;
        }
        let other = rows.iter().filter(joins).find(|other| {
            let names = [key(&other.entity), key(&other.alias)];
            names.contains(&key(&row.entity)) || names.contains(&key(&row.alias))
        });
        let problem = format!(
            "never for \"{}\" and \"{}\", which line {} and others make the same",
            row.entity,
            row.alias,
            other.map_or(row.line, |other| other.line)
        );
        return Err(Error::config(Place::line(path, row.line), problem, "Delete one of the lines"));
    }
    let names = names_of_sets(&rows, &mut sets);
    let mut more: Vec<Row> = Vec::new();
    for row in rows.iter_mut().filter(|row| row.same) {
        let Some((_, name)) = names.get(&sets.of(&row.entity)) else { continue };
        if *name != row.entity {
            // The line's entity is itself one of these names.
            if key(name) != key(&row.entity) {
                let alias = row.entity.clone();
                more.push(Row {
                    entity: name.clone(),
                    alias,
                    usage: Use::Name,
                    demonym: false,
                    ..row.clone()
                });
            }
            row.entity.clone_from(name);
        }
    }
    rows.extend(more);
    Ok(rows)
}
