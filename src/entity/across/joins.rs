//! The result of the pass over all names.

use std::collections::{BTreeSet, HashMap};

use crate::entity::names::entity;
use crate::entity::{Entity, EntityType};
use crate::text::hash64;

use super::corpus::Corpus;
use super::known::KnownNames;
use super::pass::Pass;

/// The joins.
#[derive(Debug, Default)]
pub(crate) struct Joins {
    /// By the hash of name and type.
    names: HashMap<u64, u32>,
    /// For each name joined everywhere, its entity.
    everywhere: HashMap<u32, u32>,
    /// For names joined in single articles: article, name and entity, in order.
    in_articles: Vec<(u32, u32, u32)>,
    entities: HashMap<u32, Entity>,
}

impl Joins {
    /// The name with which this name is joined in every article, if it is another.
    pub(crate) fn everywhere(&self, name: &str) -> Option<String> {
        use EntityType::{Loc, Misc, Org, Per};
        let numbers = [Per, Org, Loc, Misc].iter().filter_map(|of| self.names.get(&hash64(&(of, name))));
        let mut joined = numbers.filter_map(|number| self.entities.get(self.everywhere.get(number)?));
        joined.next().map(|entity| entity.name.clone())
    }

    /// The number of joins, over all articles.
    #[cfg(test)]
    pub(super) fn count(&self) -> usize {
        self.everywhere.len() + self.in_articles.len()
    }

    /// The entity with which an entity of article number `article` is joined, if it is another.
    pub(crate) fn of(&self, article: usize, name: &str, entity_type: EntityType) -> Option<&Entity> {
        let number = self.names.get(&hash64(&(entity_type, name)))?;
        let article = u32::try_from(article).ok()?;
        let there = self.in_articles.binary_search_by_key(&(article, *number), |it| (it.0, it.1));
        let there = there.ok().map(|at| self.in_articles[at].2);
        self.entities.get(&there.or_else(|| self.everywhere.get(number).copied())?)
    }
}

impl Corpus {
    /// Decides what is joined.
    pub(crate) fn joins(self, known: &KnownNames) -> Joins {
        Pass::over(self, known, false).into_joins()
    }
}

impl Pass {
    /// The canonical name of joined entities: that of the tables, else the most frequent, else the longer.
    pub(super) fn into_joins(mut self) -> Joins {
        self.in_articles.sort_unstable();
        self.in_articles.dedup_by_key(|&mut (article, name, _)| (article, name));
        let mut best: HashMap<u32, u32> = HashMap::new();
        let rank = |name: u32| {
            let text = self.text(name);
            (
                self.knows(name),
                self.frequency(name),
                self.names[name as usize].mentions,
                text.len(),
                std::cmp::Reverse(name),
            )
        };
        let all = 0..self.names.len() as u32;
        for name in all.clone().filter(|&name| self.root(name) != name) {
            let root = self.root(name);
            let kept = best.entry(root).or_insert(root);
            if rank(name) > rank(*kept) {
                *kept = name;
            }
        }
        let mut joins = Joins::default();
        let target = |name: u32| best.get(&self.root(name)).copied().unwrap_or_else(|| self.root(name));
        let mut needed: BTreeSet<u32> = BTreeSet::new();
        for name in all {
            let to = target(name);
            if to != name {
                joins.everywhere.insert(name, to);
                needed.extend([name, to]);
            }
        }
        joins.in_articles =
            self.in_articles.iter().map(|&(article, name, to)| (article, name, target(to))).collect();
        needed.extend(joins.in_articles.iter().flat_map(|&(_, name, to)| [name, to]));
        for name in needed {
            let (text, entity_type) = (self.text(name), self.kind(name));
            joins.names.insert(hash64(&(entity_type, text)), name);
            joins.entities.insert(name, entity(entity_type, text.to_owned(), None));
        }
        joins
    }
}
