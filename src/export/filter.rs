//! What is exported of a result, and what is left out.

use std::collections::{HashMap, HashSet};

use crate::entity::EntityType;
use crate::error::{Error, Result};
use crate::export::result::{Cooccurrence, ResultFolder, Triple, TripleKey, number_of};
use crate::relation::{Certainty, Predicate, Status};

/// Which triples are exported: those that pass everything here. [An example](crate::export::export).
#[derive(Debug, Clone, Default)]
pub struct Filter {
    min_score: f64,
    min_articles: u64,
    predicates: Vec<Predicate>,
    types: Vec<EntityType>,
    certainties: Vec<Certainty>,
    statuses: Vec<Status>,
    denied: Vec<bool>,
    /// The ids of entities, one of which a triple has to tell of.
    entities: HashSet<u64>,
    /// What was asked for, in words.
    words: Vec<String>,
}

/// What a user asks for.
///
/// [An example](crate::export::export).
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// The score that a triple has at least.
    pub min_score: f64,
    /// How many articles tell it at least.
    pub min_articles: u64,
    /// Names of predicates; none for all.
    pub predicates: Vec<String>,
    /// Lists of types, certainties, statuses, `asserted` and `denied`, and names or ids of entities.
    pub only: Vec<String>,
}

const TYPES: [EntityType; 5] =
    [EntityType::Per, EntityType::Org, EntityType::Loc, EntityType::Misc, EntityType::Date];

const CERTAINTIES: [Certainty; 3] = [Certainty::Stated, Certainty::Reported, Certainty::Alleged];
const STATUSES: [Status; 3] = [Status::Current, Status::Former, Status::Planned];

impl Filter {
    /// The filter that is asked for, on that result.
    ///
    /// # Errors
    /// If it has no such predicate or entity; or cannot be read.
    pub fn new(asked: &Asked, result: &ResultFolder) -> Result<Self> {
        let mut filter =
            Filter { min_score: asked.min_score, min_articles: asked.min_articles, ..Filter::default() };
        if asked.min_score > 0.0 {
            filter.words.push(format!("score at least {}", asked.min_score));
        }
        if asked.min_articles > 1 {
            filter.words.push(format!("told by at least {} articles", asked.min_articles));
        }
        for name in asked.predicates.iter().map(|it| it.trim()).filter(|it| !it.is_empty()) {
            let known = result.predicates();
            filter.predicates.push(known.named(name).ok_or_else(|| known.none("--predicates", name))?);
        }
        if !filter.predicates.is_empty() {
            filter.words.push(format!("predicates {}", asked.predicates.join(", ")));
        }
        let mut names = Vec::new();
        for list in &asked.only {
            // A name may contain a comma; a list of words is not one name.
            let members: Vec<&str> = list.split(',').map(str::trim).filter(|it| !it.is_empty()).collect();
            if members.iter().all(|member| filter.add_word(member)) {
                continue;
            }
            let rest = members.iter().filter(|member| !filter.add_word(member)).map(|it| (*it).to_owned());
            names.push((list.trim().to_owned(), rest.collect::<Vec<_>>()));
        }
        if !names.is_empty() {
            filter.add_entities(names, result)?;
        }
        if !asked.only.is_empty() {
            filter.words.push(format!("only {}", asked.only.join(", ")));
        }
        Ok(filter)
    }

    /// Takes a word that is no name. False if it is not one of those words.
    fn add_word(&mut self, word: &str) -> bool {
        let low = word.to_lowercase();
        if let Some(it) = TYPES.into_iter().find(|it| it.as_str().to_lowercase() == low) {
            self.types.push(it);
        } else if let Some(it) = CERTAINTIES.into_iter().find(|it| it.as_str() == low) {
            self.certainties.push(it);
        } else if let Some(it) = STATUSES.into_iter().find(|it| it.as_str() == low) {
            self.statuses.push(it);
        } else if low == "asserted" || low == "denied" {
            self.denied.push(low == "denied");
        } else {
            return false;
        }
        true
    }

    /// Takes names of entities: each is a whole argument, or else the members of it.
    fn add_entities(&mut self, names: Vec<(String, Vec<String>)>, result: &ResultFolder) -> Result<()> {
        let mut found: HashMap<String, Vec<u64>> = HashMap::new();
        for (whole, members) in &names {
            for name in members.iter().chain([whole]) {
                found.insert(name.to_lowercase(), Vec::new());
            }
        }
        for entity in result.entities()? {
            let entity = entity?;
            let id = number_of(&entity.entity_id);
            for name in entity.aliases.iter().chain([&entity.entity, &entity.entity_id]) {
                if let Some(ids) = found.get_mut(&name.to_lowercase()) {
                    ids.push(id);
                }
            }
        }
        for (whole, members) in names {
            let ids = |name: &str| found.get(&name.to_lowercase()).filter(|ids| !ids.is_empty());
            if let Some(ids) = ids(&whole) {
                self.entities.extend(ids);
                continue;
            }
            for member in members {
                let ids = ids(&member).ok_or_else(|| {
                    Error::Usage(format!(
                        "--only: no entity of this result is called `{member}`. Give a name, another name or an id \
                         out of its table of entities, or one of PER, ORG, LOC, MISC, DATE, stated, reported, \
                         alleged, current, former, planned, asserted, denied"
                    ))
                })?;
                self.entities.extend(ids);
            }
        }
        Ok(())
    }

    /// Whether a triple passes.
    pub(super) fn takes(&self, triple: &Triple) -> bool {
        fn fits<T: PartialEq>(wanted: &[T], it: T) -> bool {
            wanted.is_empty() || wanted.contains(&it)
        }
        let is_wanted = |id: &str| self.entities.contains(&number_of(id));
        triple.score >= self.min_score
            && triple.articles >= self.min_articles
            && fits(&self.predicates, triple.predicate)
            && fits(&self.types, triple.subject_type)
            && fits(&self.types, triple.object_type)
            && fits(&self.certainties, triple.certainty)
            && fits(&self.statuses, triple.status)
            && fits(&self.denied, triple.negated)
            && (self.entities.is_empty() || is_wanted(&triple.subject_id) || is_wanted(&triple.object_id))
    }

    /// Whether denied triples are asked for by name.
    pub(super) fn wants_denied(&self) -> bool {
        self.denied.contains(&true)
    }

    /// Whether everything passes.
    pub(super) fn is_open(&self) -> bool {
        self.words.is_empty()
    }

    /// What was asked for, in words; empty if nothing.
    pub(super) fn words(&self) -> String {
        self.words.join("; ")
    }
}

/// What passes a filter, in little memory: numbers only.
pub(super) struct Selection {
    /// The triples that pass, and their place among these, from 0.
    pub(super) triples: HashMap<TripleKey, u32>,
    /// The entities, by id and by name, and the articles to export with them; `None` for all.
    entities: Option<HashSet<u64>>,
    names: Option<HashSet<u64>>,
    articles: Option<HashSet<u64>>,
    /// How many triples are left out.
    pub(super) left_out: u64,
}

impl Selection {
    /// Reads triples, and, if some are left out, relations. `each` sees the triples that pass.
    pub(super) fn new(result: &ResultFolder, filter: &Filter, mut each: impl FnMut(&Triple)) -> Result<Self> {
        let mut selection =
            Selection { triples: HashMap::new(), entities: None, names: None, articles: None, left_out: 0 };
        let (mut entities, mut names) = (HashSet::new(), HashSet::new());
        for triple in result.triples()? {
            let triple = triple?;
            if !filter.takes(&triple) {
                selection.left_out += 1;
                continue;
            }
            let place = selection.triples.len() as u32;
            selection.triples.insert(result.key(&triple), place);
            if !filter.is_open() {
                entities.extend([number_of(&triple.subject_id), number_of(&triple.object_id)]);
                names.insert(number_of_name(&triple.subject, triple.subject_type));
                names.insert(number_of_name(&triple.object, triple.object_type));
            }
            each(&triple);
        }
        if !filter.is_open() {
            let mut articles = HashSet::new();
            for relation in result.relations()? {
                let relation = relation?;
                if selection.triples.contains_key(&result.key_of(&relation)) {
                    articles.insert(number_of(&relation.article));
                }
            }
            (selection.entities, selection.names) = (Some(entities), Some(names));
            selection.articles = Some(articles);
        }
        Ok(selection)
    }

    /// Whether an entity is exported.
    pub(super) fn has_entity(&self, id: &str) -> bool {
        self.entities.as_ref().is_none_or(|all| all.contains(&number_of(id)))
    }

    /// Whether a pair is exported: if both its entities are.
    pub(super) fn has_pair(&self, pair: &Cooccurrence, filter: &Filter) -> bool {
        let has = |name: &str, kind: EntityType| {
            self.names.as_ref().is_none_or(|all| all.contains(&number_of_name(name, kind)))
        };
        pair.articles >= filter.min_articles
            && has(&pair.subject, pair.subject_type)
            && has(&pair.object, pair.object_type)
    }

    /// Whether an article is exported.
    pub(super) fn has_article(&self, id: &str) -> bool {
        self.articles.as_ref().is_none_or(|all| all.contains(&number_of(id)))
    }
}

/// The table of pairs has names and types, and no ids.
fn number_of_name(name: &str, kind: EntityType) -> u64 {
    number_of(&format!("{kind} {name}"))
}
