//! The pass over the names of all articles.

use std::collections::HashMap;

use crate::entity::EntityType;
use crate::entity::fold::key;
use crate::text::hash64;

use super::candidate::{Candidate, Why};
use super::corpus::{Corpus, Name};
use super::known::KnownNames;
use super::sets::Sets;

/// Least evidence of shared company for a join: about one rare name, or several frequent ones.
pub(super) const NEAR: f64 = 2.0;

/// The same with a single bearer, or a specific form.
pub(super) const RATHER_NEAR: f64 = 0.7;

/// Largest group of names that are compared pair by pair.
pub(super) const LARGEST_GROUP: usize = 1000;

/// The state of the pass.
pub(super) struct Pass {
    pub(super) names: Vec<Name>,
    starts: Vec<usize>,
    members: Vec<u32>,
    years: Vec<Option<i16>>,
    pub(super) forms: Vec<(u64, u32)>,
    /// For each name the start of its articles in `articles`.
    postings: Vec<usize>,
    articles: Vec<u32>,
    /// Whether the name is canonical in the tables.
    known: Vec<bool>,
    /// Names joined everywhere.
    pub(super) sets: Sets,
    /// Names joined in single articles.
    pub(super) in_articles: Vec<(u32, u32, u32)>,
    /// Whether pairs are wanted that are not joined.
    asked: bool,
    pub(super) candidates: Vec<Candidate>,
    company: Company,
}

/// The company of a name: the names in its articles, marked with a number of their own.
#[derive(Default)]
struct Company {
    of: Vec<u32>,
    marks: Vec<u32>,
    mark: u32,
}

impl Pass {
    /// Decides on all names; collects every candidate if `asked`.
    pub(super) fn over(corpus: Corpus, known: &KnownNames, asked: bool) -> Self {
        let mut pass = Pass::new(corpus, known, asked);
        pass.decide_everywhere();
        pass.decide_by_article();
        pass
    }

    fn new(corpus: Corpus, known_names: &KnownNames, asked: bool) -> Self {
        let Corpus { names, mut starts, members, years, forms, .. } = corpus.in_order();
        starts.push(members.len());
        let mut postings = vec![0; names.len() + 1];
        for &member in &members {
            postings[member as usize + 1] += 1;
        }
        for i in 1..postings.len() {
            postings[i] += postings[i - 1];
        }
        let mut next = postings.clone();
        let mut articles = vec![0; members.len()];
        for article in 0..years.len() {
            for &member in &members[starts[article]..starts[article + 1]] {
                articles[next[member as usize]] = article as u32;
                next[member as usize] += 1;
            }
        }
        let mut sets = Sets::new(names.len() as u32);
        let mut known = vec![false; names.len()];
        let mut with_never: HashMap<&str, Vec<u32>> = HashMap::new();
        for (a, b) in known_names.never() {
            with_never.insert(a, Vec::new());
            with_never.insert(b, Vec::new());
        }
        for (name, number) in names.iter().zip(0..) {
            let key = key(&name.text);
            if known_names.has(&key) {
                known[number as usize] = true;
                sets.set_canonical(number, hash64(&key));
            }
            if let Some(numbers) = with_never.get_mut(key.as_str()) {
                numbers.push(number);
            }
        }
        for (a, b) in known_names.never() {
            for &a in &with_never[a.as_str()] {
                with_never[b.as_str()].iter().for_each(|&b| sets.keep_apart(a, b));
            }
        }
        let company = Company { marks: vec![0; names.len()], ..Company::default() };
        Pass {
            names,
            starts,
            members,
            years,
            forms,
            postings,
            articles,
            known,
            sets,
            in_articles: Vec::new(),
            asked,
            candidates: Vec::new(),
            company,
        }
    }

    pub(super) fn text(&self, name: u32) -> &str {
        &self.names[name as usize].text
    }

    pub(super) fn kind(&self, name: u32) -> EntityType {
        self.names[name as usize].entity_type
    }

    /// Whether a name is canonical in the tables.
    pub(super) fn knows(&self, name: u32) -> bool {
        self.known[name as usize]
    }

    /// The articles with a name.
    pub(super) fn articles(&self, name: u32) -> &[u32] {
        &self.articles[self.postings[name as usize]..self.postings[name as usize + 1]]
    }

    /// The number of articles with a name.
    pub(super) fn frequency(&self, name: u32) -> u32 {
        self.articles(name).len() as u32
    }

    pub(super) fn year(&self, article: u32) -> Option<i16> {
        self.years[article as usize]
    }

    pub(super) fn in_article(&self, article: u32) -> &[u32] {
        &self.members[self.starts[article as usize]..self.starts[article as usize + 1]]
    }

    pub(super) fn root(&self, name: u32) -> u32 {
        self.sets.root(name)
    }

    /// The names of persons, or of another type.
    pub(super) fn of_type(&self, entity_type: EntityType) -> impl Iterator<Item = u32> + use<> {
        let first = self.names.partition_point(|name| name.entity_type < entity_type);
        let end = self.names.partition_point(|name| name.entity_type <= entity_type);
        first as u32..end as u32
    }

    /// Groups of names with one hash, each in order, without those too large.
    pub(super) fn groups(mut hashes: Vec<(u64, u32)>) -> impl Iterator<Item = Vec<u32>> {
        hashes.sort_unstable();
        hashes.dedup();
        let mut at = 0;
        std::iter::from_fn(move || {
            loop {
                let rest = &hashes[at..];
                let hash = rest.first()?.0;
                let group = &rest[..rest.iter().take_while(|(other, _)| *other == hash).count()];
                at += group.len();
                if (2..=LARGEST_GROUP).contains(&group.len()) {
                    return Some(group.iter().map(|&(_, name)| name).collect());
                }
            }
        })
    }

    /// Whether an article has both as two entities.
    pub(super) fn are_apart(&self, a: u32, b: u32) -> bool {
        let (few, many) = match self.articles(a).len() <= self.articles(b).len() {
            true => (self.articles(a), self.articles(b)),
            false => (self.articles(b), self.articles(a)),
        };
        few.iter().any(|article| many.binary_search(article).is_ok())
    }

    /// Whether the user or the tables keep two names, or what they are joined with, apart.
    pub(super) fn forbidden(&self, a: u32, b: u32) -> bool {
        self.sets.are_apart(a, b)
    }

    /// The evidence of one shared name: the rarer, the more.
    fn weight(&self, name: u32) -> f64 {
        // So that it is not 0 in a handful of articles.
        const FEW: f64 = 30.0;
        libm::log((self.years.len() as f64 + FEW) / f64::from(self.frequency(name)))
    }

    /// Marks the company of these names, for [`Pass::shared`].
    pub(super) fn look_at(&mut self, of: &[u32]) {
        if self.company.mark > 0 && self.company.of == of {
            return;
        }
        let Company { marks, mark, .. } = &mut self.company;
        *mark += 1;
        for &name in of {
            for &article in &self.articles[self.postings[name as usize]..self.postings[name as usize + 1]] {
                let members = self.starts[article as usize]..self.starts[article as usize + 1];
                self.members[members].iter().for_each(|&member| marks[member as usize] = *mark);
            }
        }
        of.iter().for_each(|&name| marks[name as usize] = 0);
        self.company.of = of.to_vec();
    }

    /// The evidence of those of these names that are marked.
    pub(super) fn shared<'n>(&self, names: impl Iterator<Item = &'n u32>) -> f64 {
        let Company { marks, mark, .. } = &self.company;
        names.filter(|&&name| marks[name as usize] == *mark).map(|&name| self.weight(name)).sum()
    }

    /// The evidence of shared company that two names are one entity.
    pub(super) fn nearness(&mut self, a: u32, b: u32) -> f64 {
        // Marking is faster than sorting, and one name is compared with several.
        let (few, many) = match (self.frequency(a), a) <= (self.frequency(b), b) {
            true => (a, b),
            false => (b, a),
        };
        self.look_at(&[many]);
        let company = self.articles(few).iter().flat_map(|&article| self.in_article(article)).copied();
        let mut company: Vec<u32> = company.filter(|&name| name != a && name != b).collect();
        company.sort_unstable();
        company.dedup();
        self.shared(company.iter())
    }

    /// Joins two names everywhere, if their company is near enough and nothing keeps them apart.
    pub(super) fn weigh(&mut self, full: u32, short: u32, why: Why, least: f64) {
        if self.root(full) == self.root(short) {
            return;
        }
        let apart = self.forbidden(full, short) || self.are_apart(full, short);
        if !self.asked && (apart || least.is_infinite()) {
            return;
        }
        let nearness = self.nearness(full, short);
        let joins = nearness >= least && !apart;
        if joins {
            self.sets.join(full, short);
        }
        let joined = if joins { self.frequency(short) } else { 0 };
        let score = if apart { 0.1 } else { share(nearness, least) };
        self.note(Candidate { names: (full, short), why, score, joined });
    }

    /// Whether pairs are wanted that are not joined.
    pub(super) fn is_asked(&self) -> bool {
        self.asked
    }

    pub(super) fn note(&mut self, candidate: Candidate) {
        if self.asked {
            self.candidates.push(candidate);
        }
    }

    pub(super) fn by_frequency(&self, a: u32, b: u32) -> (u32, u32) {
        if self.frequency(b) > self.frequency(a) { (b, a) } else { (a, b) }
    }
}

/// From 0 to 1; 0.5 is just enough.
pub(super) fn share(nearness: f64, least: f64) -> f64 {
    if least.is_finite() { nearness / (nearness + least.max(RATHER_NEAR)) } else { 0.3 }
}
