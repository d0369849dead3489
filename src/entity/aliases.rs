//! The names known before any article is read: the built-in tables and the user's.

mod contradictions;
mod read;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use sha2::{Digest, Sha256};

use crate::entity::EntityType;
use crate::entity::alias_row::{Row, Use};
use crate::entity::decisions::{Asked, Decision, together};
use crate::entity::fold::{Plain, key};
use crate::error::{Error, Place, Result};
use contradictions::ordered;
use read::{Content, read, read_built_in};

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
    /// Its id elsewhere: a Wikidata id, or one of the user's own.
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

/// The names known before any article is read: the built-in tables and the user's.
///
/// A table is CSV with the columns `entity,alias,type,rule` and optionally `flags` and `id`. `entity` is the canonical
/// name, `alias` another name of it; `type` is `PER`, `ORG`, `LOC` or `MISC`; `rule` is `same`, or `never` for two
/// names that must not be joined. `flags` holds words separated by blanks: `demonym` for an adjective or noun made from
/// a country's name, and one of `cased`, `supported`, `ambiguous`, `resolve`, `namesake` for names that are also
/// something else. `id` is the entity's id elsewhere; one line of it is enough.
///
/// Instead of `rule` a user's table may have the column `decision` of `triplewire names`: empty, `drop`, or `rename`
/// with the column `new_name`. [How to use the built-in ones](crate#example).
#[derive(Debug, Clone)]
pub struct Aliases {
    known: Vec<Known>,
    aliases: Vec<Alias>,
    /// Pairs of keys, the smaller first.
    never: BTreeSet<(String, String)>,
    /// Keys of the names that a user drops.
    dropped: BTreeSet<String>,
    decisions: Vec<Decision>,
    by_key: HashMap<String, Vec<usize>>,
    finder: AhoCorasick,
    /// For each pattern of the finder, its aliases.
    patterns: Vec<Vec<usize>>,
    hash: Sha256,
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
            let content = read_built_in(name, content)
                .unwrap_or_else(|e| panic!("a built-in alias table is wrong: {e}"));
            aliases.add(content.rows, false);
        }
        aliases.index();
        aliases
    }

    /// Adds a user's table: CSV with the columns `entity,alias,type,rule`, where `rule` is `same` or `never`; `type`
    /// may be empty or missing, `flags` and `id` may be added. It overrides the built-in tables: an alias moves to the
    /// user's entity. If `entity` is another name of a built-in entity, or `alias` its canonical name, all its aliases
    /// move.
    ///
    /// # Errors
    /// If a row is wrong; names the file and the first such line.
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

    /// Whether a user drops the name with this key.
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

    /// The namesakes with this key, if it has no other alias.
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

    /// Splits two names of one entity, and keeps them apart.
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

/// Whether an entity of that name is a country, or one of the four of the United Kingdom.
///
/// See the [example](crate::entity#example).
pub fn is_country(name: &str) -> bool {
    is_sovereign(name) || ["England", "Scotland", "Wales", "Northern Ireland"].contains(&name)
}

/// Whether an entity of that name is a country that lies in no other.
pub(crate) fn is_sovereign(name: &str) -> bool {
    static COUNTRIES: LazyLock<BTreeSet<&str>> = LazyLock::new(|| {
        let table = include_str!("aliases/countries.csv");
        table.lines().skip(1).filter_map(|line| line.split(',').next()).collect()
    });
    COUNTRIES.contains(name)
}
