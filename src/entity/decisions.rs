//! What a user's table decides, line by line, and what of it holds through other lines.
//!
//! A table says `same` of two names on one line; of three it says so on two. Here the lines of one table are put
//! together: every name of an entity gets the entity that the first of the lines is about, and a `never` that they
//! contradict is an error that names both lines.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::entity::alias_row::{Row, Use};
use crate::entity::fold::key;
use crate::error::{Error, Place, Result};

/// What a line of a user's table asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Asked {
    /// Two names are of one entity.
    Same,
    /// Two names are not.
    Never,
    /// A name is of no entity.
    Drop,
}

/// A line of a user's table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Which line of which table.
    pub place: Place,
    /// What it asks for.
    pub asked: Asked,
    /// The canonical name, other lines taken into account.
    pub entity: String,
    /// The other name; the name itself of what is dropped.
    pub alias: String,
}

/// Sets of names, each with the number of the line that comes first in it.
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

/// The name of each set, and whether it is an entity that is nowhere the alias of another; else it is the first.
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

/// The same rows with every name under the entity that it has through all lines together. A name that is ambiguous on
/// purpose joins nothing.
///
/// # Errors
/// If lines together say that two names are the same of which another says never.
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
            // The name that the line gives its entity is one of the names of this one.
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
