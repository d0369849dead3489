//! From our predicates and types to those of a gold with another schema.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Deserialize;

use crate::entity::EntityType;
use crate::error::{Error, Place, Result, words};
use crate::eval::labels::{Labels, Relation};
use crate::relation::{Predicate, Predicates};

/// A map file.
///
/// ```toml
/// symmetric = ["SPOUSE"]               # gold relations that hold in both directions
/// clean_names = true                   # the gold's names carry titles, "the" and full stops that ours do not: cut
///                                      # them off as the program does
/// every_mention = true                 # the gold tells a relation once for every mention of its arguments,
///                                      # and labels pronouns; so do then predictions on the gold's own names
///
/// [predicates]                         # ours = the gold's; the rest of ours is not scored
/// works_for = "EMPLOYEE_OF"
/// member_of = "EMPLOYEE_OF"            # many to one
/// founded = { to = "FOUNDED_BY", swap = true }
/// leads = [                            # one to many: a prediction of each whose types fit
///     { to = "CEO", swap = true, object = ["ORG"] },
///     { to = "LIVES_IN", object = ["LOC"] },
/// ]
///
/// [types]                              # ours = the gold's; the rest stays as it is
/// LOC = "PLACE"
///
/// [ignore]                             # labels of the gold that are not scored
/// relations = ["HasAttrOf"]
/// types = ["MISC"]
/// ```
///
/// It is read like this:
///
/// ```
/// use triplewire::eval::Map;
/// use triplewire::relation::Predicates;
///
/// let folder = tempfile::tempdir()?;
/// let file = folder.path().join("map.toml");
/// std::fs::write(&file, "symmetric = [\"SPOUSE\"]\n[predicates]\nspouse_of = \"SPOUSE\"\n")?;
/// let map = Map::read(&file, Predicates::built_in())?;
/// assert!(map.is_symmetric("SPOUSE") && map.targets().contains("SPOUSE"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Map {
    types: BTreeMap<EntityType, EntityType>,
    predicates: Option<BTreeMap<String, Vec<Target>>>,
    symmetric: BTreeSet<String>,
    clean_names: bool,
    every_mention: bool,
    ignored_types: BTreeSet<EntityType>,
    ignored_relations: BTreeSet<String>,
}

/// One thing that a predicate of ours becomes.
#[derive(Debug, Clone)]
struct Target {
    to: String,
    swap: bool,
    /// The types (ours) that the arguments must have; any, if empty.
    subject: Vec<EntityType>,
    object: Vec<EntityType>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    symmetric: BTreeSet<String>,
    #[serde(default)]
    clean_names: bool,
    #[serde(default)]
    every_mention: bool,
    predicates: Option<BTreeMap<String, toml::Spanned<Targets>>>,
    #[serde(default)]
    types: BTreeMap<String, String>,
    #[serde(default)]
    ignore: Ignore,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Ignore {
    #[serde(default)]
    types: Vec<String>,
    #[serde(default)]
    relations: BTreeSet<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Targets {
    One(TargetEntry),
    Many(Vec<TargetEntry>),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum TargetEntry {
    Name(String),
    Full(FullTarget),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FullTarget {
    to: String,
    #[serde(default)]
    swap: bool,
    #[serde(default)]
    subject: Vec<String>,
    #[serde(default)]
    object: Vec<String>,
}

impl From<TargetEntry> for Target {
    fn from(entry: TargetEntry) -> Self {
        let types = |names: &[String]| names.iter().map(|name| EntityType::named(name)).collect();
        match entry {
            TargetEntry::Name(to) => Target { to, swap: false, subject: Vec::new(), object: Vec::new() },
            TargetEntry::Full(full) => Target {
                to: full.to,
                swap: full.swap,
                subject: types(&full.subject),
                object: types(&full.object),
            },
        }
    }
}

impl Map {
    /// Reads a map file. `known` are our predicates.
    ///
    /// # Errors
    /// Naming the line of what is wrong: a syntax error, an unknown key, or a predicate that is not ours.
    pub fn read(path: &Path, known: &Predicates) -> Result<Self> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| Error::io(path, error, "Check the path given with --map"))?;
        Self::parse(path, &text, known)
    }

    fn parse(path: &Path, text: &str, known: &Predicates) -> Result<Self> {
        let line =
            |byte: usize| 1 + text.as_bytes().iter().take(byte).filter(|&&b| b == b'\n').count() as u64;
        let file: File = toml::from_str(text).map_err(|error| {
            let place = match error.span() {
                Some(span) => Place::line(path, line(span.start)),
                None => Place::file(path),
            };
            let remedy = "A predicate maps to \"NAME\", to { to = \"NAME\", swap = true, subject = [\"PER\"], \
                          object = [\"ORG\"] }, or to a list of these";
            Error::config(place, words::toml(&error), remedy)
        })?;
        let mut map = Map {
            types: BTreeMap::new(),
            predicates: None,
            symmetric: file.symmetric,
            clean_names: file.clean_names,
            every_mention: file.every_mention,
            ignored_types: file.ignore.types.iter().map(|name| EntityType::named(name)).collect(),
            ignored_relations: file.ignore.relations,
        };
        for (ours, theirs) in file.types {
            map.types.insert(EntityType::named(&ours), EntityType::named(&theirs));
        }
        if let Some(predicates) = file.predicates {
            let mut all = BTreeMap::new();
            for (ours, targets) in predicates {
                if known.named(&ours).is_none() {
                    return Err(Error::config(
                        Place::line(path, line(targets.span().start)),
                        format!("`{ours}` is not a predicate of ours"),
                        format!("The left side must be one of {}", known.listed()),
                    ));
                }
                let targets = match targets.into_inner() {
                    Targets::One(entry) => vec![entry.into()],
                    Targets::Many(entries) => entries.into_iter().map(Target::from).collect(),
                };
                all.insert(ours, targets);
            }
            map.predicates = Some(all);
        }
        Ok(map)
    }

    /// The labels as the gold would call them. Relations that the map has no place for are counted
    /// in `unmapped` by predicate.
    pub fn apply(&self, labels: Labels, unmapped: &mut BTreeMap<String, u64>) -> Labels {
        let Labels { mut mentions, relations } = labels;
        let relations = match &self.predicates {
            None => relations,
            Some(predicates) => {
                let mut mapped = Vec::with_capacity(relations.len());
                for relation in relations {
                    let fits = |wanted: &[EntityType], at: usize| {
                        wanted.is_empty() || wanted.contains(&mentions[at].entity_type)
                    };
                    let targets = predicates.get(&relation.predicate).map_or(&[][..], Vec::as_slice);
                    let before = mapped.len();
                    for target in targets {
                        if fits(&target.subject, relation.subject) && fits(&target.object, relation.object) {
                            mapped.push(target.of(&relation));
                        }
                    }
                    if mapped.len() == before {
                        *unmapped.entry(relation.predicate).or_default() += 1;
                    }
                }
                mapped
            }
        };
        for mention in &mut mentions {
            mention.entity_type = self.type_to_gold(mention.entity_type);
        }
        Labels { mentions, relations }
    }

    fn type_to_gold(&self, ours: EntityType) -> EntityType {
        self.types.get(&ours).copied().unwrap_or(ours)
    }

    /// The type of ours that becomes this type of the gold; the first, where several do.
    pub fn type_from_gold(&self, theirs: EntityType) -> EntityType {
        let ours = self.types.iter().find(|(_, mapped)| **mapped == theirs);
        ours.map_or(theirs, |(ours, _)| *ours)
    }

    /// Whether the gold's relation holds in both directions.
    pub fn is_symmetric(&self, label: &str) -> bool {
        self.symmetric.contains(label)
    }

    /// Whether the gold's names are to be cut as the program cuts its own.
    pub fn wants_clean_names(&self) -> bool {
        self.clean_names
    }

    /// Whether the gold tells a relation once for every mention of its arguments, pronouns included.
    pub fn wants_every_mention(&self) -> bool {
        self.every_mention
    }

    /// Whether the map says which predicates become what.
    pub fn has_predicates(&self) -> bool {
        self.predicates.is_some()
    }

    /// The labels of the gold that something maps to.
    pub fn targets(&self) -> BTreeSet<&str> {
        self.predicates.iter().flat_map(BTreeMap::values).flatten().map(|target| target.to.as_str()).collect()
    }

    /// The labels of the gold that a predicate of ours becomes.
    pub fn labels_of(&self, predicate: Predicate) -> BTreeSet<&str> {
        self.targets_of(predicate).map(|target| target.to.as_str()).collect()
    }

    /// How a predicate between names of these types becomes that label: `Some(true)` if it does so whatever
    /// the types, `Some(false)` if it does between these, `None` if it does not. `swapped`: with the
    /// arguments exchanged.
    pub fn makes(
        &self,
        predicate: Predicate,
        label: &str,
        (subject, object): (EntityType, EntityType),
        swapped: bool,
    ) -> Option<bool> {
        let fits = |wanted: &[EntityType], found| wanted.is_empty() || wanted.contains(&found);
        self.targets_of(predicate)
            .filter(|t| {
                t.to == label && t.swap == swapped && fits(&t.subject, subject) && fits(&t.object, object)
            })
            .map(|t| t.subject.is_empty() && t.object.is_empty())
            .max()
    }

    fn targets_of(&self, predicate: Predicate) -> impl Iterator<Item = &Target> {
        let predicates = self.predicates.iter();
        predicates.filter_map(move |all| all.get(predicate.as_str())).flatten()
    }

    /// Whether relations of the gold with this label are not scored.
    pub fn ignores_relation(&self, label: &str) -> bool {
        self.ignored_relations.contains(label)
    }

    /// Whether mentions of the gold with this type are not scored.
    pub fn ignores_type(&self, label: EntityType) -> bool {
        self.ignored_types.contains(&label)
    }
}

impl Target {
    fn of(&self, relation: &Relation) -> Relation {
        let mut mapped = Relation { predicate: self.to.clone(), ..relation.clone() };
        if self.swap {
            std::mem::swap(&mut mapped.subject, &mut mapped.object);
        }
        mapped
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::labels::Mention;
    use crate::text::Span;

    fn parse(text: &str) -> Result<Map> {
        Map::parse(Path::new("m.toml"), text, Predicates::built_in())
    }

    fn labels(predicate: &str) -> Labels {
        let mentions = [EntityType::Per, EntityType::Org, EntityType::Loc];
        let mentions =
            mentions.into_iter().enumerate().map(|(i, t)| Mention::new(Span::new(i, i + 1), t)).collect();
        let relation =
            |object| Relation { subject: 0, predicate: predicate.to_owned(), object, ..Relation::default() };
        Labels { mentions, relations: vec![relation(1), relation(2)] }
    }

    #[test]
    fn predicates_become_those_of_the_gold() {
        let map = parse(
            "[predicates]\nworks_for = \"Work\"\nmember_of = \"Work\"\nfounded = { to = \"By\", swap = true }\n\
             leads = [{ to = \"CEO\", object = [\"ORG\"] }, { to = \"Live\", object = [\"LOC\"] }, \"Any\"]\n\
             lives_in = { to = \"Live\", object = [\"LOC\"] }\nborders = []\n",
        )
        .unwrap();
        let table = [
            ("works_for", "0 Work 1, 0 Work 2", 0),
            ("member_of", "0 Work 1, 0 Work 2", 0),
            ("founded", "1 By 0, 2 By 0", 0),
            ("leads", "0 CEO 1, 0 Any 1, 0 Live 2, 0 Any 2", 0),
            ("lives_in", "0 Live 2", 1),
            ("borders", "", 2),
            ("owns", "", 2),
        ];
        for (predicate, expected, lost) in table {
            let mut unmapped = BTreeMap::new();
            let mapped = map.apply(labels(predicate), &mut unmapped);
            let found: Vec<String> = mapped
                .relations
                .iter()
                .map(|r| format!("{} {} {}", r.subject, r.predicate, r.object))
                .collect();
            assert_eq!(found.join(", "), expected, "{predicate}");
            assert_eq!(unmapped.get(predicate).copied().unwrap_or(0), lost, "{predicate}");
        }
        assert_eq!(map.targets(), BTreeSet::from(["Any", "By", "CEO", "Live", "Work"]));
    }

    #[test]
    fn types_become_those_of_the_gold() {
        let map = parse("[types]\nPER = \"Actor\"\nORG = \"Actor\"\n[ignore]\ntypes = [\"MISC\"]\n").unwrap();
        let mapped = map.apply(labels("owns"), &mut BTreeMap::new());
        let types: Vec<&str> = mapped.mentions.iter().map(|m| m.entity_type.as_str()).collect();
        assert_eq!(types, ["Actor", "Actor", "LOC"]);
        assert_eq!(mapped.relations.len(), 2);
        assert_eq!(map.type_from_gold(EntityType::named("Actor")), EntityType::Per);
        assert!(map.ignores_type(EntityType::Misc) && !map.ignores_type(EntityType::Per));
    }

    #[test]
    fn mistakes_are_named_with_their_line() {
        let table = [
            ("[predicates]\n\nlead = \"X\"\n", "m.toml, line 3: `lead` is not a predicate of ours"),
            ("[predicates]\nleads = { too = \"X\" }\n", "m.toml, line 2"),
            ("predicate = 1\n", "m.toml, line 1: there is no key `predicate` (did you mean `predicates`?)"),
            ("[types\n", "m.toml, line 1"),
        ];
        for (text, expected) in table {
            let error = parse(text).unwrap_err().to_string();
            assert!(error.contains(expected), "{text:?}: {error}");
        }
    }
}
