//! The names known before any article is read: the built-in tables and the user's.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use sha2::{Digest, Sha256};

use crate::entity::EntityType;
use crate::entity::alias_row::{Row, Use};
use crate::entity::decisions::{Asked, Decision, together};
use crate::entity::fold::{Plain, key};
use crate::error::{Error, Place, Result, words};
use crate::text::Table;

/// File name and content of every built-in table.
pub(super) const BUILT_IN: &[(&str, &str)] = &[
    ("countries.csv", include_str!("aliases/countries.csv")),
    ("territories.csv", include_str!("aliases/territories.csv")),
    ("places.csv", include_str!("aliases/places.csv")),
    ("groups.csv", include_str!("aliases/groups.csv")),
    ("people.csv", include_str!("aliases/people.csv")),
    ("states.csv", include_str!("aliases/states.csv")),
    ("organisations.csv", include_str!("aliases/organisations.csv")),
    ("companies.csv", include_str!("aliases/companies.csv")),
];

/// An entity of the tables.
#[derive(Debug, Clone)]
pub(super) struct Known {
    /// The canonical name.
    pub name: String,
    /// Its type; a user's table may leave it open, then the mentions decide.
    pub entity_type: Option<EntityType>,
    /// What others call it: a Wikidata id, or one of the user's own.
    pub external_id: Option<String>,
}

/// One alias of one entity.
#[derive(Debug, Clone)]
pub(super) struct Alias {
    /// Index of the entity.
    pub entity: usize,
    /// As the table writes it.
    pub text: String,
    /// When it counts.
    pub usage: Use,
    /// Whether it is an adjective or noun made from a country's name.
    pub demonym: bool,
    from_user: bool,
}

/// The names known before any article is read: the built-in table and the user's.
///
/// A table is CSV with the columns `entity,alias,type,rule` and optionally `flags`. `entity` is the
/// canonical name, `alias` a name to be read as that entity; `type` is `PER`, `ORG`, `LOC` or
/// `MISC`; `rule` is `same`, or `never` for two names that must not be taken for one; `flags` holds
/// words separated by blanks: `demonym` for an adjective or noun made from a country's name, and one
/// of `cased`, `supported`, `ambiguous`, `resolve`, `namesake` for names that are also something else. `id` is what
/// others call the entity; one line of it is enough.
///
/// A user's table may have, instead of `rule`, the column `decision` that `triplewire names` writes: it may be empty
/// too, or `drop`, or `rename` with the new name in the column `new_name`.
#[derive(Debug, Clone)]
pub struct Aliases {
    known: Vec<Known>,
    aliases: Vec<Alias>,
    /// Pairs of keys, the smaller first.
    never: BTreeSet<(String, String)>,
    /// Keys of names that a user says are of no entity.
    dropped: BTreeSet<String>,
    decisions: Vec<Decision>,
    by_key: HashMap<String, Vec<usize>>,
    finder: AhoCorasick,
    /// For each pattern of the finder, its aliases.
    patterns: Vec<Vec<usize>>,
    hash: Sha256,
}

/// The rows of a table, and the names that it drops.
struct Content {
    rows: Vec<Row>,
    dropped: Vec<(u64, String)>,
}

/// Read once: every run needs it twice, within articles and across them.
static BUILT_IN_NAMES: LazyLock<Aliases> = LazyLock::new(Aliases::read_built_in);

impl Aliases {
    /// The built-in table.
    pub fn built_in() -> Self {
        BUILT_IN_NAMES.clone()
    }

    fn read_built_in() -> Self {
        let mut aliases = Aliases {
            known: Vec::new(),
            aliases: Vec::new(),
            never: BTreeSet::new(),
            dropped: BTreeSet::new(),
            decisions: Vec::new(),
            by_key: HashMap::new(),
            finder: no_patterns(),
            patterns: Vec::new(),
            hash: Sha256::new(),
        };
        for (name, content) in BUILT_IN {
            aliases.hash.update(content.as_bytes());
            let content = read(Path::new(name), content.as_bytes())
                .unwrap_or_else(|e| panic!("a built-in alias table is wrong: {e}"));
            aliases.add(content.rows, false);
        }
        aliases.index();
        aliases
    }

    /// Adds a user's table: CSV with the columns `entity,alias,type,rule`, where `rule` is `same`
    /// or `never`; `type` may be empty or left out, `flags` and `id` may be added. It wins over the built-in
    /// one: an alias is moved to the user's entity, and if `entity` is another name of a built-in
    /// entity, or `alias` is the canonical name of one, all its aliases go with it.
    ///
    /// # Errors
    /// Naming the file and line of the first row that makes no sense.
    pub fn add_file(&mut self, path: &Path) -> Result<()> {
        let content =
            std::fs::read(path).map_err(|e| Error::io(path, e, "Check the path given with --aliases"))?;
        let Content { rows, dropped } = read(path, &content)?;
        let rows = together(path, rows)?;
        self.hash.update(b"\0user\0");
        self.hash.update(&content);
        self.decisions.extend(rows.iter().map(|row| Decision {
            place: Place::line(path, row.line),
            asked: if row.same { Asked::Same } else { Asked::Never },
            entity: row.entity.clone(),
            alias: row.alias.clone(),
        }));
        self.decisions.extend(dropped.into_iter().map(|(line, name)| Decision {
            place: Place::line(path, line),
            asked: Asked::Drop,
            entity: name.clone(),
            alias: name,
        }));
        let drops = self.decisions.iter().filter(|it| it.asked == Asked::Drop);
        self.dropped = drops.map(|it| key(&it.alias)).collect();
        self.decisions.sort_by(|a, b| a.place.cmp(&b.place));
        self.add(rows, true);
        self.index();
        Ok(())
    }

    /// The canonical names of all tables.
    pub(super) fn canonical(&self) -> impl Iterator<Item = &str> {
        self.known.iter().map(|known| known.name.as_str())
    }

    /// The lines of the user's tables, in order.
    pub fn decisions(&self) -> &[Decision] {
        &self.decisions
    }

    /// Whether a user says that the name with this key is of no entity.
    pub(super) fn drops(&self, key: &str) -> bool {
        self.dropped.contains(key)
    }

    /// Whether a user's line gives the name with this key to an entity.
    pub(super) fn decided(&self, key: &str, entity: usize) -> bool {
        let of_key = self.by_key.get(key).into_iter().flatten();
        of_key.map(|&i| &self.aliases[i]).any(|alias| alias.from_user && alias.entity == entity)
    }

    /// SHA-256 of all tables in use, in hexadecimal: two runs with the same hash know the same names.
    pub fn hash(&self) -> String {
        base16ct::lower::encode_string(&self.hash.clone().finalize())
    }

    /// The entity with index `entity`.
    pub(super) fn known(&self, entity: usize) -> &Known {
        &self.known[entity]
    }

    /// The alias with index `alias`.
    pub(super) fn alias(&self, alias: usize) -> &Alias {
        &self.aliases[alias]
    }

    /// The automaton over the aliases without diacritics, and for each of its patterns the aliases.
    pub(super) fn finder(&self) -> (&AhoCorasick, &[Vec<usize>]) {
        (&self.finder, &self.patterns)
    }

    /// The aliases written like `name`, whose key is `key`. Where some are written exactly so,
    /// only those: `MİT` is not `MIT`.
    pub(super) fn written_like(&self, name: &str, key: &str) -> Vec<&Alias> {
        let Some(found) = self.by_key.get(key) else { return Vec::new() };
        let exact = found.iter().any(|&i| self.aliases[i].text == name);
        let fitting = found.iter().map(|&i| &self.aliases[i]);
        fitting.filter(|alias| !exact || alias.text == name).collect()
    }

    /// The aliases of places with this key that others share, if no other alias has it.
    pub(super) fn namesakes(&self, key: &str) -> Vec<&Alias> {
        let found = self.by_key.get(key).into_iter().flatten();
        let found: Vec<&Alias> = found.map(|&i| &self.aliases[i]).collect();
        if found.iter().all(|alias| alias.usage == Use::Namesake) { found } else { Vec::new() }
    }

    /// The aliases of an entity.
    pub(super) fn of_entity(&self, entity: usize) -> impl Iterator<Item = &Alias> {
        self.aliases.iter().filter(move |alias| alias.entity == entity)
    }

    /// Whether any alias has this key.
    pub(super) fn knows(&self, key: &str) -> bool {
        self.by_key.contains_key(key)
    }

    /// Whether a user has said that the names with these keys are never the same.
    pub(super) fn never(&self, a: &str, b: &str) -> bool {
        !self.never.is_empty() && self.never.contains(&ordered(a.to_owned(), b.to_owned()))
    }

    /// Whether there is any `never` pair.
    pub(super) fn has_never(&self) -> bool {
        !self.never.is_empty()
    }

    fn add(&mut self, rows: Vec<Row>, from_user: bool) {
        // Renaming first, so that the order of a user's rows does not matter.
        if from_user {
            for row in rows.iter().filter(|row| row.same) {
                self.rename(row);
            }
        }
        if from_user {
            let claimed: BTreeSet<String> =
                rows.iter().filter(|r| r.same).flat_map(|r| [key(&r.alias), key(&r.entity)]).collect();
            let known = &self.known;
            self.aliases.retain(|a| {
                let alias = key(&a.text);
                a.from_user || !claimed.contains(&alias) || alias == key(&known[a.entity].name)
            });
        }
        let mut index: BTreeMap<String, usize> =
            self.known.iter().enumerate().map(|(i, known)| (known.name.clone(), i)).collect();
        let mut seen: BTreeSet<(usize, String)> =
            self.aliases.iter().map(|a| (a.entity, a.text.clone())).collect();
        for row in rows {
            if !row.same {
                self.separate(&row);
                continue;
            }
            let entity = *index.entry(row.entity.clone()).or_insert_with(|| {
                self.known.push(Known { name: row.entity.clone(), entity_type: None, external_id: None });
                self.known.len() - 1
            });
            if row.entity_type.is_some() {
                self.known[entity].entity_type = row.entity_type;
            }
            if row.external_id.is_some() {
                self.known[entity].external_id.clone_from(&row.external_id);
            }
            // A user need not write a line for the canonical name itself.
            if from_user && row.alias != row.entity && seen.insert((entity, row.entity.clone())) {
                let text = row.entity;
                self.aliases.push(Alias { entity, text, usage: Use::Name, demonym: false, from_user });
            }
            if seen.insert((entity, row.alias.clone())) {
                let Row { alias: text, usage, demonym, .. } = row;
                self.aliases.push(Alias { entity, text, usage, demonym, from_user });
            }
        }
    }

    /// Gives a built-in entity the user's name for it, if `row` names one in another way.
    fn rename(&mut self, row: &Row) {
        if self.known.iter().any(|known| known.name == row.entity) {
            // The user's entity is in the table; another one that `alias` is the name of joins it.
            let into = self.known.iter().position(|known| known.name == row.entity);
            let from = self.known.iter().position(|known| known.name == row.alias);
            if let (Some(into), Some(from)) = (into, from)
                && into != from
            {
                for alias in self.aliases.iter_mut().filter(|a| a.entity == from) {
                    alias.entity = into;
                }
                let id = self.known[from].external_id.take();
                self.known[into].external_id = self.known[into].external_id.take().or(id);
            }
            return;
        }
        let named = self.known.iter().position(|known| known.name == row.alias);
        let of_alias = || {
            let mut owners: Vec<usize> = self
                .aliases
                .iter()
                .filter(|a| a.text == row.entity && !a.demonym && a.usage != Use::Ambiguous)
                .map(|a| a.entity)
                .collect();
            owners.dedup();
            (owners.len() == 1).then(|| owners[0])
        };
        if let Some(entity) = named.or_else(of_alias) {
            self.known[entity].name.clone_from(&row.entity);
        }
    }

    /// Takes apart two names that the tables have as one, and keeps them apart.
    fn separate(&mut self, row: &Row) {
        let (a, b) = (key(&row.entity), key(&row.alias));
        let owners = |name: &str| -> BTreeSet<usize> {
            self.aliases.iter().filter(|x| key(&x.text) == name).map(|x| x.entity).collect()
        };
        for entity in owners(&a).intersection(&owners(&b)).copied().collect::<Vec<_>>() {
            // The canonical name keeps the entity; of two others, the one in the column `alias` goes.
            let gone = if key(&self.known[entity].name) == b { &a } else { &b };
            self.aliases.retain(|x| x.entity != entity || key(&x.text) != *gone);
        }
        self.never.insert(ordered(a, b));
    }

    fn index(&mut self) {
        self.by_key.clear();
        let mut patterns: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (i, alias) in self.aliases.iter().enumerate() {
            self.by_key.entry(key(&alias.text)).or_default().push(i);
            let typed = self.known[alias.entity].entity_type.is_some();
            let long_enough = alias.text.chars().filter(|c| c.is_alphanumeric()).count() >= 2;
            if alias.usage != Use::Resolve && typed && long_enough {
                patterns.entry(Plain::of(&alias.text).text).or_default().push(i);
            }
        }
        let (texts, ids): (Vec<String>, Vec<Vec<usize>>) = patterns.into_iter().unzip();
        // Too many patterns for an automaton cannot come from a file that was read.
        self.finder = AhoCorasick::new(&texts).unwrap_or_else(|e| panic!("alias tables: {e}"));
        self.patterns = ids;
    }
}

fn no_patterns() -> AhoCorasick {
    AhoCorasick::new::<[&str; 0], &str>([]).unwrap_or_else(|e| panic!("alias tables: {e}"))
}

fn ordered(a: String, b: String) -> (String, String) {
    if a <= b { (a, b) } else { (b, a) }
}

const HEADER: &str = "The first line must be entity,alias,type,rule (type may be left out)";

/// What the last column of a row says.
enum Says {
    Same,
    Never,
    /// The column `decision` is still empty.
    Nothing,
    Drop,
    Rename,
}

impl Says {
    /// `None` if there is no such word; more of them may stand in the column `decision`.
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
fn read(path: &Path, content: &[u8]) -> Result<Content> {
    let wrong =
        |line: u64, problem: String, remedy: &str| Error::config(Place::line(path, line), problem, remedy);
    let table =
        Table::open(content).map_err(|e| wrong(1, words::csv(&e, &csv::StringRecord::new()), HEADER))?;
    let header = table.header.clone();
    let column = |name: &str| header.iter().position(|cell| cell == name);
    let decision_at = column("decision");
    let (Some(entity_at), Some(alias_at), Some(rule_at)) =
        (column("entity"), column("alias"), decision_at.or(column("rule")))
    else {
        let missing: Vec<&str> =
            ["entity", "alias", "rule"].into_iter().filter(|c| column(c).is_none()).collect();
        return Err(wrong(1, format!("there is no column {}", missing.join(", and no column ")), HEADER));
    };
    let (type_at, flags_at, id_at) = (column("type"), column("flags"), column("id"));

    let (mut rows, mut dropped): (Vec<Row>, Vec<(u64, String)>) = (Vec::new(), Vec::new());
    let transitive = decision_at.is_some();
    let mut seen = Contradictions { path: path.to_path_buf(), transitive, ..Contradictions::default() };
    for row in table.rows() {
        let (line, record) =
            row.map_err(|(line, e)| wrong(line, words::csv(&e, &header), "Save the table as CSV UTF-8"))?;
        let cell = |at: Option<usize>| at.and_then(|at| record.get(at)).unwrap_or("").trim();
        let filled = |at: usize, name: &str| {
            let text = cell(Some(at));
            if key(text).is_empty() {
                let problem = format!("the cell {name} is empty or has no letter or digit");
                return Err(wrong(line, problem, "Fill it in or delete the line"));
            }
            Ok(text.to_owned())
        };
        let rule = cell(Some(rule_at)).to_ascii_lowercase();
        let Some(says) = Says::named(&rule, decision_at.is_some()) else {
            let (what, remedy) = match decision_at {
                Some(_) => ("decision", "Write same, never, drop or rename, or leave the cell empty"),
                None => ("rule", "Write same or never"),
            };
            let problem = match rule.as_str() {
                "" => format!("the cell {what} is empty"),
                rule => format!("`{rule}` is no {what}"),
            };
            return Err(wrong(line, problem, remedy));
        };
        let (entity, alias, same) = match says {
            Says::Nothing => continue,
            Says::Drop => {
                let of_alias = !key(cell(Some(alias_at))).is_empty();
                let (at, name) = if of_alias { (alias_at, "alias") } else { (entity_at, "entity") };
                dropped.push((line, filled(at, name)?));
                continue;
            }
            Says::Rename => {
                let new_name = column("new_name").map(|at| filled(at, "new_name"));
                let missing = || wrong(line, "no column new_name".into(), "Add it, with the new name");
                (new_name.ok_or_else(missing)??, filled(entity_at, "entity")?, true)
            }
            Says::Same | Says::Never => {
                (filled(entity_at, "entity")?, filled(alias_at, "alias")?, matches!(says, Says::Same))
            }
        };
        let entity_type = match cell(type_at) {
            "" => None,
            name => match name.to_ascii_uppercase().as_str() {
                "PER" => Some(EntityType::Per),
                "ORG" => Some(EntityType::Org),
                "LOC" => Some(EntityType::Loc),
                "MISC" => Some(EntityType::Misc),
                _ => {
                    let remedy = "Write PER, ORG, LOC or MISC, or leave the cell empty";
                    return Err(wrong(line, format!("`{name}` is no type"), remedy));
                }
            },
        };
        let (mut usage, mut demonym) = (Use::Name, false);
        for flag in cell(flags_at).split_whitespace() {
            match Use::named(flag) {
                Some(named) => usage = named,
                None if flag == "demonym" => demonym = true,
                None => {
                    let remedy = "Write demonym, cased, supported, ambiguous, resolve or namesake, or leave the cell empty";
                    return Err(wrong(line, format!("`{flag}` is no flag"), remedy));
                }
            }
        }
        let external_id = Some(cell(id_at)).filter(|id| !id.is_empty()).map(str::to_owned);
        let row = Row { line, entity, alias, entity_type, same, usage, demonym, external_id };
        seen.check(&row)?;
        rows.push(row);
    }
    Ok(Content { rows, dropped })
}

/// What the lines before said, to find those that say the opposite.
#[derive(Default)]
struct Contradictions {
    path: PathBuf,
    /// Whether a name with two entities makes them one.
    transitive: bool,
    types: BTreeMap<String, (EntityType, u64)>,
    ids: BTreeMap<String, (String, u64)>,
    entity_of: BTreeMap<String, (String, u64)>,
    same: BTreeMap<(String, String), u64>,
    never: BTreeMap<(String, String), u64>,
}

impl Contradictions {
    fn check(&mut self, row: &Row) -> Result<()> {
        let wrong = |problem: String, remedy: &str| {
            Err(Error::config(Place::line(&self.path, row.line), problem, remedy))
        };
        let pair = ordered(key(&row.entity), key(&row.alias));
        if !row.same {
            if pair.0 == pair.1 {
                return wrong(
                    format!("\"{}\" and \"{}\" are the same name", row.entity, row.alias),
                    "never needs two different names",
                );
            }
            if let Some(line) = self.same.get(&pair) {
                return wrong(
                    format!("line {line} says that the two are the same"),
                    "Delete one of the lines",
                );
            }
            self.never.insert(pair, row.line);
            return Ok(());
        }
        if let Some(line) = self.never.get(&pair) {
            return wrong(format!("line {line} says never for these two names"), "Delete one of the lines");
        }
        if let Some(entity_type) = row.entity_type {
            match self.types.get(&row.entity) {
                Some((other, line)) if *other != entity_type => {
                    return wrong(
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
                    return wrong(
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
                    return wrong(
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
/// Whether an entity of that name is a country, or one of the four of the United Kingdom.
pub fn is_country(name: &str) -> bool {
    static COUNTRIES: LazyLock<BTreeSet<&str>> = LazyLock::new(|| {
        let table = include_str!("aliases/countries.csv");
        let names = table.lines().skip(1).filter_map(|line| line.split(',').next());
        names.chain(["England", "Scotland", "Wales", "Northern Ireland"]).collect()
    });
    COUNTRIES.contains(name)
}
