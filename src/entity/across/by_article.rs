//! Names with several possible bearers, joined article by article.

use std::collections::{BTreeMap, BTreeSet};

use crate::entity::EntityType;
use crate::entity::fold::key;
use crate::entity::link::{initials, is_acronym, letters};
use crate::entity::person::{is_full_name, parts};
use crate::text::hash64;

use super::candidate::{Candidate, Why};
use super::pass::{LARGEST_GROUP, NEAR, Pass, RATHER_NEAR, share};
use super::shapes::{given_name, has_words, may_stand_for, only_particles, with_particles, without_country};

/// The most frequent bearer must be this many times as frequent as the next.
const FAR: u32 = 4;

/// The same for a person of the tables, whom news call by the surname.
const FAR_OF_KNOWN: u32 = 2;

/// The nearest owner must be this many times as near as the next.
const NEARER: f64 = 1.5;

/// From so many articles with a surname's only bearer on, no company is needed.
const MANY: u32 = 5;

/// A parliament and its chambers, by their names in the tables.
const PARLIAMENT: [&str; 3] = ["U.S. House of Representatives", "U.S. Senate", "U.S. Congress"];

/// The armed services of the United States and who commands them, by their names in the tables.
const SERVICES: [&str; 4] = ["U.S. Army", "U.S. Navy", "U.S. Air Force", "U.S. Marine Corps"];
const COMMAND: [&str; 1] = ["U.S. Department of Defense"];

/// Names with one of these hashes, of a list in order.
fn with_hash(hashes: &[(u64, u32)], hash: u64) -> &[(u64, u32)] {
    let first = hashes.partition_point(|&(of, _)| of < hash);
    let end = first + hashes[first..].partition_point(|&(of, _)| of == hash);
    &hashes[first..end]
}

impl Pass {
    pub(super) fn decide_by_article(&mut self) {
        self.other_forms();
        self.chambers();
        self.services();
        self.initials();
        self.surnames();
    }

    /// A short form that one article has for an organisation, alone in another article.
    fn other_forms(&mut self) {
        let hashes = std::mem::take(&mut self.forms);
        for entity_type in [EntityType::Org, EntityType::Misc] {
            for name in self.of_type(entity_type) {
                let folded = key(self.text(name));
                let times = self.frequency(name);
                let mut owners: BTreeMap<u32, u32> = BTreeMap::new();
                for &(_, owner) in with_hash(&hashes, hash64(&folded)) {
                    let same_kind = matches!(self.kind(owner), EntityType::Org | EntityType::Misc);
                    // "The Army" is not the board of the army that one article of a hundred names.
                    let is_rare =
                        || times > FAR * self.frequency(owner) && has_words(self.text(owner), &folded);
                    let fits = || may_stand_for(&folded, &key(self.text(owner))) && !is_rare();
                    if same_kind && self.root(owner) != self.root(name) && fits() {
                        *owners.entry(owner).or_default() += 1;
                    }
                }
                if !owners.is_empty() {
                    self.join_with_best(name, &owners, Why::OtherForm);
                }
            }
        }
        self.forms = hashes;
    }

    /// `House`, where it keeps the company of the House of Representatives of the tables.
    fn chambers(&mut self) {
        let mut hashes: Vec<(u64, u32)> = Vec::new();
        for name in self.of_type(EntityType::Org) {
            let key = key(self.text(name));
            let plain = without_country(&key).unwrap_or(&key);
            if let Some((first, _)) = plain.split_once(" of ")
                && !first.contains(' ')
            {
                hashes.push((hash64(&first), name));
            }
        }
        hashes.sort_unstable();
        let parliament = self.called(&PARLIAMENT);
        for name in self.of_type(EntityType::Org) {
            let same = with_hash(&hashes, hash64(&key(self.text(name))));
            let owners: BTreeSet<u32> = same.iter().map(|&(_, owner)| owner).collect();
            let best =
                owners.iter().copied().max_by_key(|&owner| (self.frequency(owner), std::cmp::Reverse(owner)));
            if best.is_some_and(|best| self.knows(best)) && !self.knows(name) {
                self.join_with_nearest(name, &owners.into_iter().collect::<Vec<u32>>(), &parliament);
            }
        }
    }

    /// The organisations of the corpus that have one of these names.
    fn called(&self, names: &[&str]) -> BTreeSet<u32> {
        self.of_type(EntityType::Org).filter(|&name| names.contains(&self.text(name))).collect()
    }

    /// Joins a name with `root` in an article, unless they are kept apart there; returns whether it did.
    fn join_in(&mut self, article: u32, name: u32, root: u32) -> bool {
        let joins = !self.sets.is_kept_out(article, name, root);
        if joins {
            self.in_articles.push((article, name, root));
            self.sets.let_in(article, name, root);
        }
        joins
    }

    /// Joins a chamber's short name in each article with the owner whose company is by far the nearest: the House of an
    /// article about Washington is not that of Westminster.
    fn join_with_nearest(&mut self, name: u32, owners: &[u32], parliament: &BTreeSet<u32>) {
        let articles = self.articles(name).to_vec();
        // For each article the nearest owner, how near it is, and how near the next is.
        let mut nearest: Vec<(Option<u32>, f64, f64)> = vec![(None, 0.0, 0.0); articles.len()];
        for &owner in owners {
            if self.forbidden(owner, name) {
                continue;
            }
            let of_parliament = parliament.contains(&owner);
            let same = self.sets.of(owner);
            self.look_at(&same);
            for (&article, best) in articles.iter().zip(&mut nearest) {
                let members = self.in_article(article);
                let is_colleague = |member: &u32| *member != owner && parliament.contains(member);
                let beside_colleague = of_parliament && members.iter().any(is_colleague);
                // Frequent names are weak evidence, but the Senate tells which House it is.
                let near = self.shared(members.iter().filter(|it| **it != name))
                    + if beside_colleague { NEAR } else { 0.0 };
                *best = match near > best.1 {
                    true => (Some(owner), near, best.1),
                    false => (best.0, best.1, best.2.max(near)),
                };
            }
        }
        let mut joined: BTreeMap<u32, (u32, f64)> = BTreeMap::new();
        for (&article, (owner, near, next)) in articles.iter().zip(nearest) {
            let Some(owner) = owner else { continue };
            let of_owner = joined.entry(owner).or_default();
            of_owner.1 += share(near, NEAR) / articles.len() as f64;
            let names_other = owners.iter().any(|it| *it != owner && self.in_article(article).contains(it));
            let root = self.root(owner);
            let is_near = near >= NEAR && near >= NEARER * next;
            if is_near && !names_other {
                of_owner.0 += u32::from(self.join_in(article, name, root));
            }
        }
        for (owner, (joined, score)) in joined {
            self.note(Candidate { names: (owner, name), why: Why::Chamber, score, joined });
        }
    }

    /// `Army`, in articles that name its commander or legislature in the tables, or another service in full.
    fn services(&mut self) {
        let services = self.called(&SERVICES);
        let full: Vec<(u32, String)> =
            services.iter().map(|&service| (service, key(self.text(service)))).collect();
        let of_short: BTreeMap<&str, u32> =
            full.iter().filter_map(|(service, full)| Some((without_country(full)?, *service))).collect();
        if of_short.is_empty() {
            return;
        }
        let beside: BTreeSet<u32> =
            self.called(&PARLIAMENT).into_iter().chain(self.called(&COMMAND)).chain(services).collect();
        for name in self.of_type(EntityType::Org) {
            let Some(&service) = of_short.get(key(self.text(name)).as_str()) else { continue };
            let root = self.root(service);
            let (all, mut joined) = (self.articles(name).to_vec(), 0);
            let possible = !self.knows(name) && !self.forbidden(service, name);
            for &article in all.iter().filter(|_| possible) {
                if self.in_article(article).iter().any(|member| beside.contains(member)) {
                    joined += u32::from(self.join_in(article, name, root));
                }
            }
            let score = f64::from(joined) / all.len() as f64;
            self.note(Candidate { names: (service, name), why: Why::LegalForm, score, joined });
        }
    }

    /// `SCF` and the only organisation with these initials.
    fn initials(&mut self) {
        let mut hashes: Vec<(u64, u32)> = Vec::new();
        for name in self.of_type(EntityType::Org) {
            if self.text(name).split_whitespace().count() > 2 {
                let both = initials(self.text(name));
                hashes.extend(both.iter().filter(|it| it.len() > 2).map(|it| (hash64(&it), name)));
            }
        }
        hashes.sort_unstable();
        hashes.dedup();
        for name in self.of_type(EntityType::Org) {
            if !is_acronym(self.text(name)) || self.knows(name) {
                continue;
            }
            let owners: BTreeMap<u32, u32> = with_hash(&hashes, hash64(&letters(self.text(name))))
                .iter()
                .map(|&(_, owner)| (owner, self.frequency(owner)))
                .filter(|&(owner, _)| self.root(owner) != self.root(name))
                .collect();
            if !owners.is_empty() {
                self.join_with_best(name, &owners, Why::Initials);
            }
        }
    }

    /// Joins a name, article by article, with the owner who has it by far most often.
    fn join_with_best(&mut self, name: u32, owners: &BTreeMap<u32, u32>, why: Why) {
        // Owners that are one entity count as one.
        let mut by_root: BTreeMap<u32, (u32, u32)> = BTreeMap::new();
        for (&owner, &articles) in owners {
            let of_root = by_root.entry(self.root(owner)).or_insert((owner, 0));
            of_root.1 += articles;
        }
        let mut ranked: Vec<(u32, u32)> = by_root.into_values().collect();
        ranked.sort_by_key(|&(owner, articles)| (std::cmp::Reverse(articles), owner));
        let (best, articles) = ranked[0];
        let far = ranked.get(1).is_none_or(|&(_, other)| articles >= FAR * other);
        let free = !self.knows(name) && !self.forbidden(best, name);
        let long_enough = self.text(name).chars().filter(|c| c.is_alphanumeric()).count() > 2;
        let least =
            if why == Why::OtherForm && long_enough && ranked.len() == 1 { RATHER_NEAR } else { NEAR };
        let rivals: Vec<u32> = ranked[1..].iter().map(|&(owner, _)| owner).collect();
        self.in_each(best, name, why, least, far && free, |pass, article| {
            !pass.in_article(article).iter().any(|member| rivals.contains(member))
        });
    }

    /// Joins `short` with `full` in each article where the company is near and `free` allows it.
    fn in_each(
        &mut self,
        full: u32,
        short: u32,
        why: Why,
        least: f64,
        possible: bool,
        free: impl Fn(&Self, u32) -> bool,
    ) {
        let possible = possible && !self.forbidden(full, short);
        if !possible && !self.is_asked() {
            return;
        }
        let root = self.root(full);
        let same = self.sets.of(full);
        let years = self.years_of(&same);
        self.look_at(&same);
        let (mut joined, mut score): (u32, f64) = (0, 0.0);
        for article in self.articles(short).to_vec() {
            let near = self.shared(self.in_article(article).iter().filter(|it| **it != short));
            let fits = self.fits_years(article, years) && free(self, article);
            // An article with two bearers is left to people.
            let strength = if fits { share(near, least.max(RATHER_NEAR)) } else { 0.3 };
            score += strength / f64::from(self.frequency(short));
            if possible && fits && near >= least {
                joined += u32::from(self.join_in(article, short, root));
            }
        }
        let score = if possible { score } else { 0.8 * score };
        self.note(Candidate { names: (full, short), why, score, joined });
    }

    fn years_of(&self, names: &[u32]) -> Option<(i16, i16)> {
        let years = names.iter().flat_map(|&name| self.articles(name));
        let years = years.filter_map(|&article| self.year(article));
        years.fold(None, |period, year| match period {
            None => Some((year, year)),
            Some((first, last)) => Some((year.min(first), year.max(last))),
        })
    }

    /// Whether an article's year is among those of the other articles with a person, or next to one.
    fn fits_years(&self, article: u32, years: Option<(i16, i16)>) -> bool {
        match (self.year(article), years) {
            (Some(year), Some((first, last))) => (first - 1..=last + 1).contains(&year),
            _ => true,
        }
    }

    /// A surname and its by far most frequent bearer, in articles with no other bearer.
    fn surnames(&mut self) {
        // For each surname its bearers with a given name, and the names that are the surname alone.
        let mut bearers: Vec<(u64, u32)> = Vec::new();
        let mut bare: Vec<(u64, u32)> = Vec::new();
        for name in self.of_type(EntityType::Per) {
            let text = self.text(name);
            if let Some(surname) = only_particles(text) {
                bare.push((hash64(&surname), name));
                continue;
            }
            match parts(text).as_slice() {
                [only] => bare.push((hash64(&only), name)),
                [_, .., last] if is_full_name(text) => {
                    bearers.push((hash64(&last), name));
                    bearers.extend(with_particles(text).map(|surname| (hash64(&surname), name)));
                }
                _ => {}
            }
        }
        bearers.sort_unstable();
        bearers.dedup();
        // The given names of persons, whose numbers are consecutive.
        let persons = self.of_type(EntityType::Per);
        let start = self.of_type(EntityType::Per).next().unwrap_or_default();
        let given: Vec<u64> =
            persons.map(|name| given_name(self.text(name)).map_or(0, |given| hash64(&given))).collect();
        let given = Given { start, given };
        for (hash, name) in bare {
            let of_name = with_hash(&bearers, hash).iter().map(|&(_, bearer)| bearer);
            let of_name: Vec<u32> = of_name.filter(|it| *it != name).collect();
            if of_name.is_empty() || of_name.len() > LARGEST_GROUP {
                continue;
            }
            self.surname(name, &of_name, &given);
        }
    }

    fn surname(&mut self, name: u32, bearers: &[u32], given: &Given) {
        // Mentions and articles of each bearer, all spellings together.
        let mut by_root: BTreeMap<u32, (u32, u32, u32)> = BTreeMap::new();
        for &bearer in bearers {
            let (mentions, articles) = (self.names[bearer as usize].mentions, self.frequency(bearer));
            let sum = by_root.entry(self.root(bearer)).or_insert((0, 0, bearer));
            (sum.0, sum.1) = (sum.0 + mentions, sum.1 + articles);
        }
        let mut ranked: Vec<(u32, u32, u32, u32)> = by_root
            .into_iter()
            .map(|(root, (mentions, articles, bearer))| (articles, mentions, root, bearer))
            .collect();
        ranked.sort_by_key(|&(articles, mentions, root, _)| {
            (std::cmp::Reverse(articles), std::cmp::Reverse(mentions), root)
        });
        let (articles, mentions, root, bearer) = ranked[0];
        // One long article about another bearer has many mentions, but is weak evidence.
        let known = self.knows(bearer);
        let factor = if known { FAR_OF_KNOWN } else { FAR };
        let far =
            ranked[1..].iter().all(|&(other, times, ..)| articles >= factor * other && mentions > times);
        let least = match ranked.len() {
            1 if articles >= MANY => 0.0,
            _ if known => RATHER_NEAR,
            _ => NEAR,
        };
        let free = !self.knows(name) && !self.forbidden(bearer, name);
        let rivals: BTreeSet<u32> =
            bearers.iter().copied().filter(|&bearer| self.root(bearer) != root).collect();
        let surname = hash64(&parts(self.text(name)).pop().unwrap_or_default());
        self.in_each(bearer, name, Why::Surname, least, far && free && mentions > 1, |pass, article| {
            let members = pass.in_article(article);
            members.iter().all(|&member| !rivals.contains(&member) && given.of(member) != Some(surname))
        });
    }
}

/// The hashes of persons' given names.
struct Given {
    /// The number of the first person.
    start: u32,
    given: Vec<u64>,
}

impl Given {
    fn of(&self, name: u32) -> Option<u64> {
        let given = self.given.get(name.checked_sub(self.start)? as usize)?;
        Some(*given).filter(|given| *given != 0)
    }
}
