//! Joins names into entities, one kind of evidence after the other.

use std::collections::{BTreeMap, BTreeSet};

use crate::entity::EntityType;
use crate::entity::aliases::Aliases;
use crate::entity::fold::key;
use crate::entity::link::acronyms::{initials, is_acronym, letters};
use crate::entity::link::organisations::{bodies, is_common, is_generic, says_what};
use crate::entity::link::written_name::{NameClass, WrittenName};
use crate::entity::person::{is_full_name, is_fuller, may_be, parts as person_parts};

/// Limit of persons of one last name: an article with more is a list.
const MOST_BEARERS: usize = 500;

/// The bearer of a surname who is named in full this many times as often as any other is meant everywhere.
const LEAST_LEAD: usize = 3;

/// Sets of names, each of at most one entity of the tables.
pub(super) struct Joined<'a> {
    aliases: &'a Aliases,
    names: &'a [WrittenName],
    /// The entity of each set in the tables.
    pub(super) known: Vec<Option<usize>>,
    /// The set of each name.
    pub(super) set: Vec<usize>,
    /// The names of each set.
    members: Vec<Vec<usize>>,
}

impl<'a> Joined<'a> {
    pub(super) fn new(aliases: &'a Aliases, names: &'a [WrittenName], known: Vec<Option<usize>>) -> Self {
        let members = (0..names.len()).map(|i| vec![i]).collect();
        Joined { aliases, names, known, set: (0..names.len()).collect(), members }
    }

    /// Joins the sets of two names, unless they are of two classes or two entities of the tables, or the user keeps
    /// them apart.
    pub(super) fn join(&mut self, a: usize, b: usize) -> bool {
        let (mut into, mut from) = (self.set[a], self.set[b]);
        if into == from {
            return true;
        }
        if self.members[into].len() < self.members[from].len() {
            (into, from) = (from, into);
        }
        let known = match (self.known[into], self.known[from]) {
            (Some(x), Some(y)) if x != y => return false,
            (x, y) => x.or(y),
        };
        if self.names[a].class != self.names[b].class || self.forbidden(into, from) {
            return false;
        }
        for name in std::mem::take(&mut self.members[from]) {
            self.set[name] = into;
            self.members[into].push(name);
        }
        self.known[into] = known;
        true
    }

    fn forbidden(&self, a: usize, b: usize) -> bool {
        if !self.aliases.has_never() {
            return false;
        }
        let keys = |set: usize| {
            let mut keys: Vec<String> =
                self.members[set].iter().map(|&name| self.names[name].key.clone()).collect();
            keys.extend(self.known[set].map(|entity| key(&self.aliases.known(entity).name)));
            keys
        };
        let others = keys(b);
        keys(a).iter().any(|x| others.iter().any(|y| self.aliases.never(x, y)))
    }

    /// Joins `name` with the one set among `candidates`; with none if there are several.
    fn join_only(&mut self, name: usize, candidates: &[usize]) -> bool {
        let mut sets: Vec<usize> = candidates.iter().map(|&c| self.set[c]).collect();
        sets.sort_unstable();
        sets.dedup();
        match sets.as_slice() {
            [only] => self.join(name, *only),
            _ => false,
        }
    }

    /// Names of one entity of the tables.
    pub(super) fn same_in_tables(&mut self) {
        let mut first: BTreeMap<usize, usize> = BTreeMap::new();
        for i in 0..self.names.len() {
            if let Some(entity) = self.known[i] {
                let into = *first.entry(entity).or_insert(i);
                self.join(into, i);
            }
        }
    }

    /// `Acme`, `Acme Inc.` and `Acme Corporation`; `Hurricane Dora`, `Tropical Storm Dora` and `Dora`.
    pub(super) fn legal_forms(&mut self) {
        let mut first: BTreeMap<(EntityType, &str), usize> = BTreeMap::new();
        for (i, name) in self.names.iter().enumerate() {
            let has_forms = matches!(name.entity_type, EntityType::Org | EntityType::Misc);
            if has_forms && !name.demonym {
                let into = *first.entry((name.entity_type, name.short_key.as_str())).or_insert(i);
                self.join(into, i);
            }
        }
    }

    /// `SCF` and the only organisation in the article with these initials.
    pub(super) fn initials(&mut self) {
        let names = self.names;
        let mut with: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (i, long) in names.iter().enumerate() {
            if long.entity_type == EntityType::Org && long.surface.split_whitespace().count() >= 2 {
                for initials in initials(&long.surface) {
                    with.entry(initials).or_default().push(i);
                }
            }
        }
        for (i, short) in names.iter().enumerate() {
            let fits = matches!(short.entity_type, EntityType::Org | EntityType::Misc);
            if !fits || short.demonym || self.is_known(i) || !is_acronym(&short.surface) {
                continue;
            }
            if let Some(candidates) = with.get(&letters(&short.surface)) {
                self.join_only(i, candidates);
            }
        }
    }

    fn is_known(&self, name: usize) -> bool {
        self.known[self.set[name]].is_some()
    }

    /// A person's last name, first name or initials, and the only fuller name that has them.
    pub(super) fn persons(&mut self) {
        let names = self.names;
        let mut order: Vec<usize> =
            (0..names.len()).filter(|&i| names[i].class == NameClass::Person).collect();
        // Longer names first: `Tayyip Erdogan` joins `Recep Tayyip Erdogan` before `Erdogan` is looked at.
        order.sort_by_key(|&i| (std::cmp::Reverse(names[i].parts.len()), i));
        let mut with_last: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        let mut with_first: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for &i in &order {
            if let Some(last) = names[i].parts.last() {
                with_last.entry(last).or_default().push(i);
            }
            if let [first, _, ..] = names[i].parts.as_slice() {
                with_first.entry(first).or_default().push(i);
            }
        }
        let of = |index: &BTreeMap<&str, Vec<usize>>, part: Option<&String>| {
            let bearers = part.and_then(|part| index.get(part.as_str()));
            bearers.filter(|bearers| bearers.len() <= MOST_BEARERS).cloned().unwrap_or_default()
        };
        for &i in &order {
            let short = &names[i].parts;
            // A user's decision about a name is final.
            let decided =
                self.known[self.set[i]].filter(|&entity| self.aliases.decided(&names[i].key, entity));
            let owner = decided.map(|entity| person_parts(&self.aliases.known(entity).name));
            let may_own = |parts: &[String]| owner.as_ref().is_none_or(|owner| may_be(owner, parts));
            let mut fuller = of(&with_last, short.last());
            fuller.retain(|&j| {
                j != i
                    && is_full_name(&names[j].surface)
                    && is_fuller(&names[j].parts, short)
                    && may_own(&names[j].parts)
            });
            if !fuller.is_empty() {
                if !self.join_only(i, &fuller)
                    && let Some(principal) = self.principal(i, &fuller)
                {
                    self.join(i, principal);
                }
                continue;
            }
            if short.len() == 1 {
                let mut fuller = of(&with_first, short.first());
                fuller.retain(|&j| {
                    names[j].mentions.first() < names[i].mentions.first() && may_own(&names[j].parts)
                });
                self.join_only(i, &fuller);
            }
        }
    }

    /// Of several bearers of a surname the one that the article is about: named in full first, then by surname alone
    /// before any other is named in full; or named in full much more often than any other.
    fn principal(&self, short: usize, fuller: &[usize]) -> Option<usize> {
        let bare = *self.names[short].mentions.first()?;
        let mut bearers: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
        for &name in fuller {
            let mentions = &self.names[name].mentions;
            let (first, count) = bearers.entry(self.set[name]).or_insert((usize::MAX, 0));
            *first = (*first).min(mentions.first().copied().unwrap_or(usize::MAX));
            *count += mentions.len();
        }
        let mut in_order: Vec<(usize, usize, usize)> =
            bearers.into_iter().map(|(set, (first, count))| (first, count, set)).collect();
        in_order.sort_unstable();
        let (&(first, count, set), others) = in_order.split_first()?;
        let alone = first < bare && others.iter().all(|&(other, ..)| bare < other);
        let leads = count >= LEAST_LEAD && others.iter().all(|&(_, other, _)| count >= LEAST_LEAD * other);
        (alone || leads).then(|| self.members[set].first().copied()).flatten()
    }

    /// `Brookings` and the only `Brookings Institution`, `Free Beacon` and `Washington Free Beacon`; of places only `Springfield`
    /// and `Springfield, Ill.`; the product `Desk` of Zorin and the only `Zorin Desk`.
    pub(super) fn short_forms(&mut self) {
        let names = self.names;
        // Makers of products: `Zorin` of `Zorin Desk`.
        let makers = names.iter().filter(|name| name.class == NameClass::Thing && !name.demonym);
        let makers: BTreeSet<&str> = makers.map(|name| name.key.as_str()).collect();
        // All short forms, and the names that they shorten.
        let mut shortened: BTreeMap<(EntityType, String), Vec<usize>> = BTreeMap::new();
        for (i, long) in names.iter().enumerate() {
            if long.class == NameClass::Thing && !long.demonym {
                for short in shortenings(long, &makers) {
                    shortened.entry((long.entity_type, short)).or_default().push(i);
                }
            }
        }
        for (i, short) in names.iter().enumerate() {
            if short.class == NameClass::Person || short.demonym || self.is_known(i) {
                continue;
            }
            if let Some(candidates) = shortened.get(&(short.entity_type, short.short_key.clone())) {
                self.join_only(i, candidates);
            } else if short.entity_type == EntityType::Org && is_common(&short.short_key) {
                let others = (0..names.len()).filter(|&j| j != i && names[j].entity_type == EntityType::Org);
                let keys: Vec<(&str, usize)> = others.map(|j| (names[j].short_key.as_str(), j)).collect();
                self.join_only(i, &bodies(&keys, &short.short_key));
            }
        }
    }
}

/// The keys of the short forms of a name: an organisation's first words (if they are specific enough) and last words
/// (two or more), a place without what follows its comma, a product without its maker.
fn shortenings(name: &WrittenName, makers: &BTreeSet<&str>) -> Vec<String> {
    match name.entity_type {
        EntityType::Org => {
            let key = name.short_key.as_str();
            let gaps: Vec<usize> = key.match_indices(' ').map(|(at, _)| at).take(12).collect();
            let first = gaps.iter().map(|&at| key.split_at(at));
            // "Board for X" is a body of its own.
            let is_own =
                |rest: &str| [" for ", " on ", " against "].iter().any(|it| rest.trim_start().contains(it));
            let first = first.filter(|(k, rest)| {
                k.len() >= 4 && !is_generic(k) && says_what(rest.trim_start()) && !is_own(rest)
            });
            let first = first.map(|(k, _)| k);
            let last = gaps.iter().map(|&at| &key[at + 1..]).filter(|k| k.contains(' '));
            first.chain(last).map(str::to_owned).collect()
        }
        EntityType::Loc => name.surface.split_once(',').map(|(place, _)| key(place)).into_iter().collect(),
        EntityType::Misc => {
            let is_name = |product: &&str| {
                !product.contains(' ') && product.starts_with(|c: char| c.is_uppercase() || c.is_numeric())
            };
            let made = name.surface.split_once(' ').filter(|(maker, _)| makers.contains(key(maker).as_str()));
            made.map(|(_, product)| product).filter(is_name).map(key).into_iter().collect()
        }
        _ => Vec::new(),
    }
}
