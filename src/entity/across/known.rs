//! Knowledge of names apart from the articles: the built-in tables, and the user's.

use std::collections::{BTreeMap, BTreeSet};

use crate::entity::aliases::Aliases;
use crate::entity::decisions::{Asked, Decision};
use crate::entity::fold::key;

/// Names that tables know.
#[derive(Debug, Default)]
pub(crate) struct KnownNames {
    /// Canonical names of tables, folded.
    canonical: BTreeSet<String>,
    /// Pairs of folded names that are not the same, the smaller first.
    never: BTreeSet<(String, String)>,
}

impl KnownNames {
    /// The canonical names of the built-in tables, and the user's `decisions`.
    pub(crate) fn new<'d>(aliases: &Aliases, decisions: impl Iterator<Item = &'d Decision>) -> Self {
        let mut given =
            KnownNames { canonical: aliases.canonical().map(key).collect(), ..KnownNames::default() };
        // The canonical names of aliases.
        let mut called: BTreeMap<String, String> = BTreeMap::new();
        let mut never: Vec<[String; 2]> = Vec::new();
        for decision in decisions {
            let names = [key(&decision.entity), key(&decision.alias)];
            match decision.asked {
                Asked::Same => {
                    let [entity, alias] = names;
                    given.canonical.insert(entity.clone());
                    called.insert(alias, entity);
                }
                Asked::Never => never.push(names),
                Asked::Drop => {}
            }
        }
        for [a, b] in never {
            // What is kept apart from an alias is kept apart from its canonical name.
            let all = |name: &String| [Some(name.clone()), called.get(name).cloned()];
            let (all_a, all_b) = (all(&a), all(&b));
            for a in all_a.iter().flatten() {
                let pairs = all_b.iter().flatten().map(|b| ordered(a.clone(), b.clone()));
                given.never.extend(pairs);
            }
        }
        given
    }

    /// Whether a user keeps two names apart.
    pub(crate) fn forbids(&self, a: &str, b: &str) -> bool {
        !self.never.is_empty() && self.never.contains(&ordered(key(a), key(b)))
    }

    /// Whether a canonical name is in the tables.
    pub(crate) fn names_it(&self, name: &str) -> bool {
        self.has(&key(name))
    }

    /// The same of a folded name.
    pub(super) fn has(&self, key: &str) -> bool {
        self.canonical.contains(key)
    }

    /// Pairs of folded names that are not the same.
    pub(super) fn never(&self) -> &BTreeSet<(String, String)> {
        &self.never
    }
}

fn ordered(a: String, b: String) -> (String, String) {
    if a <= b { (a, b) } else { (b, a) }
}
