//! Reads a table of names. Every mistake is reported with its line and remedy.

use std::path::Path;

use csv::StringRecord;

use crate::entity::EntityType;
use crate::entity::alias_row::{Row, Use};
use crate::entity::aliases::contradictions::Contradictions;
use crate::entity::fold::key;
use crate::error::{Error, Place, Result, words};
use crate::text::Table;

/// The rows of a table, and the names that it drops.
pub(super) struct Content {
    pub(super) rows: Vec<Row>,
    pub(super) dropped: Vec<(u64, String)>,
}

/// A problem of the header.
const HEADER: &str = "The first line must be entity,alias,type,rule (type may be left out)";

/// The value of `rule` or `decision`.
enum Says {
    Same,
    Never,
    /// The column `decision` is still empty.
    Nothing,
    Drop,
    Rename,
}

impl Says {
    /// `None` if the word is unknown; `decision` allows more words.
    fn named(word: &str, in_decisions: bool) -> Option<Self> {
        match word {
            "same" => Some(Says::Same),
            "never" => Some(Says::Never),
            "" if in_decisions => Some(Says::Nothing),
            "drop" if in_decisions => Some(Says::Drop),
            "rename" if in_decisions => Some(Says::Rename),
            _ => None,
        }
    }
}

/// Reads and checks a table.
pub(super) fn read(path: &Path, content: &[u8]) -> Result<Content> {
    rows(path, content, true)
}

/// Reads a built-in table, of which a test checks that no lines contradict each other.
pub(super) fn read_built_in(name: &str, content: &str) -> Result<Content> {
    rows(Path::new(name), content.as_bytes(), false)
}

fn rows(path: &Path, content: &[u8], check: bool) -> Result<Content> {
    let wrong =
        |line: u64, problem: String, remedy: &str| Error::config(Place::line(path, line), problem, remedy);
    let table = Table::open(content).map_err(|e| wrong(1, words::csv(&e, &StringRecord::new()), HEADER))?;
    let header = table.header.clone();
    let columns = Columns::find(&header).map_err(|problem| wrong(1, problem, HEADER))?;
    let mut read = Content { rows: Vec::new(), dropped: Vec::new() };
    let mut seen = check.then(|| Contradictions::of(path, columns.has_decisions));
    for row in table.rows() {
        let (number, record) =
            row.map_err(|(line, e)| wrong(line, words::csv(&e, &header), "Save the table as CSV UTF-8"))?;
        let line = Line { path, number, columns: &columns, record: &record };
        let (entity, alias, same) = match line.says()? {
            Says::Nothing => continue,
            Says::Drop => {
                read.dropped.push((number, line.dropped()?));
                continue;
            }
            Says::Rename => (line.new_name()?, line.filled(columns.entity, "entity")?, true),
            says @ (Says::Same | Says::Never) => {
                let entity = line.filled(columns.entity, "entity")?;
                (entity, line.filled(columns.alias, "alias")?, matches!(says, Says::Same))
            }
        };
        let entity_type = line.entity_type()?;
        let (usage, demonym) = line.flags()?;
        let external_id = Some(line.cell(columns.id)).filter(|id| !id.is_empty()).map(str::to_owned);
        let row = Row { line: number, entity, alias, entity_type, same, usage, demonym, external_id };
        seen.as_mut().map_or(Ok(()), |seen| seen.check(&row))?;
        read.rows.push(row);
    }
    Ok(read)
}

/// Where the columns of a table are.
struct Columns {
    entity: usize,
    alias: usize,
    /// `rule`, or the column `decision` of a table that `triplewire names` has written.
    rule: usize,
    has_decisions: bool,
    entity_type: Option<usize>,
    flags: Option<usize>,
    id: Option<usize>,
    new_name: Option<usize>,
}

impl Columns {
    /// The required columns that are missing, if any.
    fn find(header: &StringRecord) -> std::result::Result<Self, String> {
        let column = |name: &str| header.iter().position(|cell| cell == name);
        let decision = column("decision");
        let (Some(entity), Some(alias), Some(rule)) =
            (column("entity"), column("alias"), decision.or(column("rule")))
        else {
            let missing: Vec<&str> =
                ["entity", "alias", "rule"].into_iter().filter(|c| column(c).is_none()).collect();
            return Err(format!("there is no column {}", missing.join(", and no column ")));
        };
        Ok(Columns {
            entity,
            alias,
            rule,
            has_decisions: decision.is_some(),
            entity_type: column("type"),
            flags: column("flags"),
            id: column("id"),
            new_name: column("new_name"),
        })
    }
}

/// A line of a table.
struct Line<'t> {
    path: &'t Path,
    number: u64,
    columns: &'t Columns,
    record: &'t StringRecord,
}

impl Line<'_> {
    fn wrong(&self, problem: String, remedy: &str) -> Error {
        Error::config(Place::line(self.path, self.number), problem, remedy)
    }

    fn cell(&self, at: Option<usize>) -> &str {
        at.and_then(|at| self.record.get(at)).unwrap_or("").trim()
    }

    /// A cell that must hold a name.
    fn filled(&self, at: usize, name: &str) -> Result<String> {
        let text = self.cell(Some(at));
        if key(text).is_empty() {
            let problem = format!("the cell {name} is empty or has no letter or digit");
            return Err(self.wrong(problem, "Fill it in or delete the line"));
        }
        Ok(text.to_owned())
    }

    fn says(&self) -> Result<Says> {
        let has_decisions = self.columns.has_decisions;
        let rule = self.cell(Some(self.columns.rule)).to_ascii_lowercase();
        Says::named(&rule, has_decisions).ok_or_else(|| {
            let (what, remedy) = match has_decisions {
                true => ("decision", "Write same, never, drop or rename, or leave the cell empty"),
                false => ("rule", "Write same or never"),
            };
            let problem = match rule.as_str() {
                "" => format!("the cell {what} is empty"),
                rule => format!("`{rule}` is no {what}"),
            };
            self.wrong(problem, remedy)
        })
    }

    /// The dropped name: the alias, if there is one.
    fn dropped(&self) -> Result<String> {
        match key(self.cell(Some(self.columns.alias))).is_empty() {
            true => self.filled(self.columns.entity, "entity"),
            false => self.filled(self.columns.alias, "alias"),
        }
    }

    fn new_name(&self) -> Result<String> {
        let missing = || self.wrong("no column new_name".into(), "Add it, with the new name");
        self.filled(self.columns.new_name.ok_or_else(missing)?, "new_name")
    }

    fn entity_type(&self) -> Result<Option<EntityType>> {
        let name = self.cell(self.columns.entity_type);
        Ok(Some(match name.to_ascii_uppercase().as_str() {
            "" => return Ok(None),
            "PER" => EntityType::Per,
            "ORG" => EntityType::Org,
            "LOC" => EntityType::Loc,
            "MISC" => EntityType::Misc,
            _ => {
                let remedy = "Write PER, ORG, LOC or MISC, or leave the cell empty";
                return Err(self.wrong(format!("`{name}` is no type"), remedy));
            }
        }))
    }

    /// When the alias counts, and whether it is a demonym.
    fn flags(&self) -> Result<(Use, bool)> {
        let (mut usage, mut demonym) = (Use::Name, false);
        for flag in self.cell(self.columns.flags).split_whitespace() {
            match Use::named(flag) {
                Some(named) => usage = named,
                None if flag == "demonym" => demonym = true,
                None => {
                    let remedy = "Write demonym, cased, supported, ambiguous, resolve or namesake, or leave the cell empty";
                    return Err(self.wrong(format!("`{flag}` is no flag"), remedy));
                }
            }
        }
        Ok((usage, demonym))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entity::aliases::BUILT_IN;

    #[test]
    fn no_lines_of_a_built_in_table_contradict_each_other() {
        for (name, content) in BUILT_IN {
            assert!(!read(Path::new(name), content.as_bytes()).unwrap().rows.is_empty(), "{name}");
        }
    }
}
