//! Lines of a table that contradict each other.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::entity::EntityType;
use crate::entity::alias_row::{Row, Use};
use crate::entity::fold::key;
use crate::error::{Error, Place, Result};

/// The lines so far, in which contradictions are looked up.
#[derive(Default)]
pub(super) struct Contradictions {
    path: PathBuf,
    /// Whether a name of two entities joins them.
    transitive: bool,
    types: BTreeMap<String, (EntityType, u64)>,
    ids: BTreeMap<String, (String, u64)>,
    entity_of: BTreeMap<String, (String, u64)>,
    same: BTreeMap<(String, String), u64>,
    never: BTreeMap<(String, String), u64>,
}

impl Contradictions {
    pub(super) fn of(path: &Path, transitive: bool) -> Self {
        Contradictions { path: path.to_path_buf(), transitive, ..Contradictions::default() }
    }

    pub(super) fn check(&mut self, row: &Row) -> Result<()> {
        let pair = ordered(key(&row.entity), key(&row.alias));
        if row.same { self.check_same(row, pair) } else { self.check_never(row, pair) }
    }

    fn wrong(&self, row: &Row, problem: String, remedy: &str) -> Result<()> {
        Err(Error::config(Place::line(&self.path, row.line), problem, remedy))
    }

    fn check_never(&mut self, row: &Row, pair: (String, String)) -> Result<()> {
        if pair.0 == pair.1 {
            let problem = format!("\"{}\" and \"{}\" are the same name", row.entity, row.alias);
            return self.wrong(row, problem, "never needs two different names");
        }
        if let Some(line) = self.same.get(&pair) {
            let problem = format!("line {line} says that the two are the same");
            return self.wrong(row, problem, "Delete one of the lines");
        }
        self.never.insert(pair, row.line);
        Ok(())
    }

    fn check_same(&mut self, row: &Row, pair: (String, String)) -> Result<()> {
        if let Some(line) = self.never.get(&pair) {
            return self.wrong(
                row,
                format!("line {line} says never for these two names"),
                "Delete one of the lines",
            );
        }
        if let Some(entity_type) = row.entity_type {
            match self.types.get(&row.entity) {
                Some((other, line)) if *other != entity_type => {
                    return self.wrong(
                        row,
                        format!("\"{}\" is {entity_type} here and {other} in line {line}", row.entity),
                        "Give all lines of an entity one type",
                    );
                }
                _ => {}
            }
            self.types.insert(row.entity.clone(), (entity_type, row.line));
        }
        if let Some(id) = &row.external_id {
            match self.ids.get(&row.entity) {
                Some((other, line)) if other != id => {
                    return self.wrong(
                        row,
                        format!("\"{}\" has the id {id} here and {other} in line {line}", row.entity),
                        "Give an entity one id",
                    );
                }
                _ => {}
            }
            self.ids.insert(row.entity.clone(), (id.clone(), row.line));
        }
        if !matches!(row.usage, Use::Ambiguous | Use::Namesake) && !self.transitive {
            match self.entity_of.get(&row.alias) {
                Some((other, line)) if *other != row.entity => {
                    return self.wrong(
                        row,
                        format!(
                            "\"{}\" is \"{}\" here and \"{other}\" in line {line}",
                            row.alias, row.entity
                        ),
                        "Delete one of the lines, or put ambiguous in the column flags of both",
                    );
                }
                _ => {}
            }
            self.entity_of.insert(row.alias.clone(), (row.entity.clone(), row.line));
        }
        self.same.insert(pair, row.line);
        Ok(())
    }
}

/// A pair of keys, the smaller first.
pub(super) fn ordered(a: String, b: String) -> (String, String) {
    if a <= b { (a, b) } else { (b, a) }
}
