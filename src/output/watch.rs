//! A list of names, and the relations that touch one of them.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::Path;

use crate::entity::folded;
use crate::error::{Error, Place, Result, words};
use crate::output::record::{MentionRecord, RelationRecord};
use crate::text::Table;
use crate::text::hash64;

/// Columns of a table in which names or identifiers are looked for.
const COLUMNS: &[&str] = &["entity", "name", "alias", "id", "entity_id", "external_id"];

/// The names and identifiers of a watch list.
///
/// See the [example](crate::output#example).
#[derive(Debug, Clone, Default)]
pub struct WatchList {
    /// Names and identifiers, folded.
    wanted: BTreeSet<String>,
    /// Each line as it is written.
    lines: Vec<(Place, String)>,
}

impl WatchList {
    /// Reads a list: a name or identifier a line, or a table with a column of either.
    ///
    /// # Errors
    /// If the file cannot be read, or has none.
    pub fn read(path: &Path) -> Result<Self> {
        let content = std::fs::read_to_string(path).map_err(|e| {
            let remedy = match e.kind() {
                ErrorKind::InvalidData => "Save it as CSV UTF-8, or as text in UTF-8",
                _ => "Give with --only a text file or a table of names",
            };
            Error::io(path, e, remedy)
        })?;
        let content = content.strip_prefix('\u{feff}').unwrap_or(&content);
        let wrong = |line, e: &csv::Error| {
            let problem = words::csv(e, &csv::StringRecord::new());
            Error::config(Place::line(path, line), problem, "Save it as CSV UTF-8")
        };
        let table = Table::open(content.as_bytes()).map_err(|e| wrong(1, &e))?;
        let columns: Vec<usize> = COLUMNS.iter().filter_map(|name| table.column(name)).collect();
        let mut list = WatchList::default();
        if columns.is_empty() {
            for (line, text) in (1..).zip(content.lines()) {
                list.add(Place::line(path, line), text);
            }
        } else {
            for row in table.rows() {
                let (line, row) = row.map_err(|(line, e)| wrong(line, &e))?;
                for &column in &columns {
                    list.add(Place::line(path, line), row.get(column).unwrap_or_default());
                }
            }
        }
        if list.wanted.is_empty() {
            let remedy = "Give a name a line, or a table with a column entity, name or id";
            return Err(Error::config(Place::file(path), "there is no name in it", remedy));
        }
        Ok(list)
    }

    fn add(&mut self, place: Place, text: &str) {
        let name = folded(text);
        if !name.is_empty() {
            self.wanted.insert(name);
            self.lines.push((place, text.trim().to_owned()));
        }
    }
}

/// Which list it is, whatever its file is called.
impl std::fmt::Display for WatchList {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} names ({:016x})", self.wanted.len(), hash64(&self.wanted))
    }
}

/// The entities of a run that are on a watch list; all, if there is none.
#[derive(Debug, Default)]
pub(super) struct Watched<'a> {
    list: Option<&'a WatchList>,
    entities: BTreeSet<String>,
    seen: BTreeSet<String>,
}

impl<'a> Watched<'a> {
    pub(super) fn new(list: Option<&'a WatchList>) -> Self {
        Watched { list, ..Watched::default() }
    }

    /// Remembers an entity that some article calls so.
    pub(super) fn see(&mut self, mention: &MentionRecord) {
        let Some(list) = self.list else { return };
        let names = [&mention.text, &mention.entity, &mention.entity_id];
        for name in names.into_iter().chain(&mention.external_id) {
            let name = folded(name);
            if list.wanted.contains(&name) {
                self.entities.insert(mention.entity.clone());
                self.seen.insert(name);
            }
        }
    }

    /// Remembers that an entity on the list has another name across articles.
    pub(super) fn rename(&mut self, new_name: impl Fn(&str) -> Option<String>) {
        let new: Vec<String> = self.entities.iter().filter_map(|name| new_name(name)).collect();
        self.entities.extend(new);
    }

    /// Whether an entity is on the list.
    pub(super) fn has(&self, name: &str) -> bool {
        let Some(list) = self.list else { return true };
        self.entities.contains(name) || list.wanted.contains(&folded(name))
    }

    /// Whether a relation touches one that is.
    pub(super) fn touches(&self, relation: &RelationRecord) -> bool {
        self.list.is_none() || self.has(&relation.subject) || self.has(&relation.object)
    }

    /// The lines that name nothing in any article.
    pub(super) fn unseen(&self) -> Vec<(Place, String)> {
        let lines = self.list.map(|list| list.lines.as_slice()).unwrap_or_default();
        lines.iter().filter(|(_, text)| !self.seen.contains(&folded(text))).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn lists_of_a_table() {
        for (content, expected) in [
            ("Ana Ruiz\n\nAcme\n", vec!["Ana Ruiz", "Acme"]),
            ("\u{feff}entity;id\r\nAna Ruiz;Q1\r\n", vec!["Ana Ruiz", "Q1"]),
            ("note,name\nx,Acme\n", vec!["Acme"]),
        ] {
            let mut file = tempfile::NamedTempFile::new().unwrap();
            file.write_all(content.as_bytes()).unwrap();
            let list = WatchList::read(file.path()).unwrap();
            let lines: Vec<&str> = list.lines.iter().map(|(_, text)| text.as_str()).collect();
            assert_eq!(lines, expected, "{content}");
        }
        let empty = tempfile::NamedTempFile::new().unwrap();
        assert!(WatchList::read(empty.path()).unwrap_err().to_string().contains("there is no name in it"));
    }
}
