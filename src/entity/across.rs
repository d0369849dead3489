//! One name, one entity, across articles.
//!
//! What is found in an article depends on it alone. Here the names of all articles are laid side by side, and a short
//! or other form of a name is joined with the full one where the articles together leave no doubt: one bearer by far
//! the most frequent, named with the same others, in the same years, and no article that names both as two. A name
//! that stands for a whole class of bearers (a surname) is joined article by article; one that can be of one bearer
//! only (with a middle name, in another spelling) is joined everywhere.
//!
//! Names are numbered in the order of type and spelling before anything is decided, so that the order of the
//! articles does not matter.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use itertools::Itertools;

use crate::entity::aliases::Aliases;
use crate::entity::decisions::{Asked, Decision};
use crate::entity::fold::key;
use crate::entity::link::{initials, is_acronym, letters, says_what, without_company_form};
use crate::entity::names::entity;
use crate::entity::person::{full_given, is_full_name, is_fuller, parts};
use crate::entity::spelling::{other_spelling, skeleton};
use crate::entity::{Entity, EntityType};
use crate::text::hash64;

/// How much the company that a name keeps has to speak for a join: about one name that is rarely named, or several
/// frequent ones.
const NEAR: f64 = 2.0;

/// The same where the bearer is the only one, or the form says much.
const RATHER_NEAR: f64 = 0.7;

/// How many times as often as any other a bearer is named who is by far the most frequent.
const FAR: u32 = 4;

/// Articles that name a surname's only bearer, from which on no company is asked for.
const MANY: u32 = 5;

/// The same of names that share one word, where nothing is joined.
const LARGEST_FAMILY: usize = 100;

/// How alike two names are that somebody may want to look at, of 1 for the same.
const ALIKE: f64 = 0.92;

/// Members of a group of names that are compared each with each.
const LARGEST_GROUP: usize = 1000;

/// A name and its type, which make an entity of an article.
#[derive(Debug)]
struct Name {
    text: Box<str>,
    entity_type: EntityType,
    mentions: u32,
}

/// The names of all articles.
#[derive(Debug, Default)]
pub(crate) struct Corpus {
    numbers: HashMap<u64, u32>,
    names: Vec<Name>,
    /// For each article where its names begin in `members`.
    starts: Vec<usize>,
    members: Vec<u32>,
    years: Vec<Option<i16>>,
    /// The other forms by which articles call an entity, folded and hashed, with the entity; once an article.
    forms: Vec<(u64, u32)>,
}

/// What is known of names whatever the articles say.
#[derive(Debug, Default)]
pub(crate) struct KnownNames {
    /// Canonical names that tables give, folded.
    canonical: BTreeSet<String>,
    /// Pairs of folded names that are not the same, the smaller first.
    never: BTreeSet<(String, String)>,
}

impl KnownNames {
    /// The canonical names of the built-in tables, and what `decisions` say.
    pub(crate) fn new<'d>(aliases: &Aliases, decisions: impl Iterator<Item = &'d Decision>) -> Self {
        let mut given =
            KnownNames { canonical: aliases.canonical().map(key).collect(), ..KnownNames::default() };
        for decision in decisions {
            match decision.asked {
                Asked::Same => {
                    given.canonical.insert(key(&decision.entity));
                }
                Asked::Never => {
                    given.never.insert(ordered(key(&decision.entity), key(&decision.alias)));
                }
                Asked::Drop => {}
            }
        }
        given
    }

    /// Whether a user has said that two names are not the same.
    pub(crate) fn forbids(&self, a: &str, b: &str) -> bool {
        !self.never.is_empty() && self.never.contains(&ordered(key(a), key(b)))
    }

    /// Whether tables give that canonical name.
    pub(crate) fn names_it(&self, name: &str) -> bool {
        self.knows(name)
    }

    fn knows(&self, name: &str) -> bool {
        self.canonical.contains(&key(name))
    }
}

fn ordered(a: String, b: String) -> (String, String) {
    if a <= b { (a, b) } else { (b, a) }
}

/// Why two names may be one entity's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Why {
    /// One has a middle name, or a short given name.
    FullerName,
    /// Alike but for a few letters.
    Transliteration,
    /// One is a surname of the other.
    Surname,
    /// But for `Inc.` and the like, or the country in front.
    LegalForm,
    /// An article calls the one by the other.
    OtherForm,
    /// They look alike, or one has all words of the other.
    Alike,
    /// What the other is the only one of.
    Chamber,
    /// The initials of the other.
    Initials,
}

impl Why {
    /// In words.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Why::FullerName => "fuller name",
            Why::Transliteration => "transliteration",
            Why::Surname => "surname",
            Why::LegalForm => "legal form or country",
            Why::OtherForm => "an article calls it so",
            Why::Alike => "they look alike",
            Why::Chamber => "the house of that kind",
            Why::Initials => "initials",
        }
    }
}

/// Two names that may be one entity's.
#[derive(Debug, Clone)]
pub(crate) struct Candidate {
    /// The fuller name, and the other.
    pub(crate) names: (u32, u32),
    pub(crate) why: Why,
    /// 0 to 1.
    pub(crate) score: f64,
    /// In how many articles the second was joined with the first.
    pub(crate) joined: u32,
}

/// Which names of which articles are of which entity.
#[derive(Debug, Default)]
pub(crate) struct Joins {
    /// By the hash of name and type.
    names: HashMap<u64, u32>,
    /// For each name that is another's everywhere, whose.
    everywhere: HashMap<u32, u32>,
    /// For names in single articles.
    in_articles: HashMap<(u32, u32), u32>,
    entities: HashMap<u32, Entity>,
}

impl Joins {
    /// The name that an entity of this name has in every article, if it is another.
    pub(crate) fn everywhere(&self, name: &str) -> Option<String> {
        use EntityType::{Loc, Misc, Org, Per};
        let numbers = [Per, Org, Loc, Misc].iter().filter_map(|of| self.names.get(&hash64(&(of, name))));
        let mut joined = numbers.filter_map(|number| self.entities.get(self.everywhere.get(number)?));
        joined.next().map(|entity| entity.name.clone())
    }

    /// The entity that an entity of article number `article` is joined with, if it is with another.
    pub(crate) fn of(&self, article: usize, name: &str, entity_type: EntityType) -> Option<&Entity> {
        let number = self.names.get(&hash64(&(entity_type, name)))?;
        let article = u32::try_from(article).ok()?;
        let to = self.in_articles.get(&(article, *number)).or_else(|| self.everywhere.get(number))?;
        self.entities.get(to)
    }
}

impl Corpus {
    /// Adds the next article: its year, and for each mention the name and type of its entity and how it is written.
    /// Returns the article's number.
    pub(crate) fn add<'m>(
        &mut self,
        year: Option<i16>,
        mentions: impl Iterator<Item = (&'m str, EntityType, &'m str)>,
    ) -> usize {
        let begin = self.members.len();
        self.starts.push(begin);
        self.years.push(year);
        let mut forms: BTreeSet<(u64, u32)> = BTreeSet::new();
        for (name, entity_type, form) in mentions.filter(|it| it.1 != EntityType::Date) {
            let next = self.names.len() as u32;
            let number = *self.numbers.entry(hash64(&(entity_type, name))).or_insert(next);
            if number == next {
                self.names.push(Name { text: name.into(), entity_type, mentions: 0 });
            }
            self.names[number as usize].mentions += 1;
            self.members.push(number);
            if entity_type != EntityType::Per && form != name {
                forms.insert((hash64(&key(form)), number));
            }
        }
        self.forms.extend(forms);
        self.members[begin..].sort_unstable();
        let mut distinct: Vec<u32> = self.members.drain(begin..).collect();
        distinct.dedup();
        self.members.append(&mut distinct);
        self.starts.len() - 1
    }

    /// Decides what is joined.
    pub(crate) fn joins(self, known: &KnownNames) -> Joins {
        let mut pass = Pass::new(self, known);
        pass.run();
        pass.into_joins()
    }

    /// Every pair of names that may be one entity's, joined or not, best first; and the names by number.
    pub(crate) fn candidates(self, known: &KnownNames) -> (Vec<Candidate>, Vec<(String, EntityType)>) {
        let mut pass = Pass::new(self, known);
        pass.run();
        pass.lookalikes();
        let mut best: BTreeMap<(u32, u32), Candidate> = BTreeMap::new();
        for candidate in std::mem::take(&mut pass.candidates) {
            let kept = best.entry(candidate.names).or_insert_with(|| candidate.clone());
            kept.joined = kept.joined.max(candidate.joined);
            if candidate.score > kept.score {
                (kept.score, kept.why) = (candidate.score, candidate.why);
            }
        }
        let mut candidates: Vec<Candidate> = best.into_values().collect();
        candidates.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.names.cmp(&b.names)));
        let names = pass.names.into_iter().map(|name| (name.text.into_string(), name.entity_type));
        (candidates, names.collect())
    }

    /// Numbers the names anew, in the order of type and spelling.
    fn in_order(mut self) -> Self {
        let mut order: Vec<u32> = (0..self.names.len() as u32).collect();
        let names = &self.names;
        let of = |number: u32| (names[number as usize].entity_type, &names[number as usize].text);
        order.sort_unstable_by(|&a, &b| of(a).cmp(&of(b)));
        let mut rank = vec![0; order.len()];
        for (new, &old) in order.iter().enumerate() {
            rank[old as usize] = new as u32;
        }
        let mut names: Vec<(u32, Name)> =
            self.names.into_iter().zip(&rank).map(|(name, &r)| (r, name)).collect();
        names.sort_unstable_by_key(|(rank, _)| *rank);
        self.names = names.into_iter().map(|(_, name)| name).collect();
        for member in &mut self.members {
            *member = rank[*member as usize];
        }
        let ends: Vec<usize> = self.starts.iter().copied().skip(1).chain([self.members.len()]).collect();
        for (&start, end) in self.starts.iter().zip(ends) {
            self.members[start..end].sort_unstable();
        }
        for (_, number) in &mut self.forms {
            *number = rank[*number as usize];
        }
        self.forms.sort_unstable();
        self.numbers = HashMap::new();
        self
    }
}

/// What is being decided.
struct Pass<'g> {
    known: &'g KnownNames,
    names: Vec<Name>,
    starts: Vec<usize>,
    members: Vec<u32>,
    years: Vec<Option<i16>>,
    forms: Vec<(u64, u32)>,
    /// For each name where its articles begin in `articles`.
    postings: Vec<usize>,
    articles: Vec<u32>,
    /// For each name one that it is the same as everywhere.
    into: Vec<u32>,
    /// For the first of names that are the same everywhere all of them.
    clusters: HashMap<u32, Vec<u32>>,
    in_articles: Vec<(u32, u32, u32)>,
    candidates: Vec<Candidate>,
}

impl<'g> Pass<'g> {
    fn new(corpus: Corpus, known: &'g KnownNames) -> Self {
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
        let into = (0..names.len() as u32).collect();
        Pass {
            known,
            names,
            starts,
            members,
            years,
            forms,
            postings,
            articles,
            into,
            clusters: HashMap::new(),
            in_articles: Vec::new(),
            candidates: Vec::new(),
        }
    }

    fn run(&mut self) {
        self.spellings();
        self.fuller_names();
        self.transliterations();
        self.legal_forms();
        self.cluster_all();
        self.other_forms();
        self.chambers();
        self.initials();
        self.surnames();
    }

    fn text(&self, name: u32) -> &str {
        &self.names[name as usize].text
    }

    fn kind(&self, name: u32) -> EntityType {
        self.names[name as usize].entity_type
    }

    /// The articles that name it.
    fn articles(&self, name: u32) -> &[u32] {
        &self.articles[self.postings[name as usize]..self.postings[name as usize + 1]]
    }

    /// In how many articles it is.
    fn frequency(&self, name: u32) -> u32 {
        self.articles(name).len() as u32
    }

    fn in_article(&self, article: u32) -> &[u32] {
        &self.members[self.starts[article as usize]..self.starts[article as usize + 1]]
    }

    fn root(&self, mut name: u32) -> u32 {
        while self.into[name as usize] != name {
            name = self.into[name as usize];
        }
        name
    }

    /// Names of the persons, or of one type of other things.
    fn of_type(&self, entity_type: EntityType) -> impl Iterator<Item = u32> + use<> {
        let first = self.names.partition_point(|name| name.entity_type < entity_type);
        let end = self.names.partition_point(|name| name.entity_type <= entity_type);
        first as u32..end as u32
    }

    /// Runs of names with one hash, each in order; those too large to be of one name are left out.
    fn groups(mut hashes: Vec<(u64, u32)>) -> Vec<Vec<u32>> {
        hashes.sort_unstable();
        hashes.dedup();
        let groups = hashes.chunk_by(|a, b| a.0 == b.0);
        let groups = groups.filter(|group| (2..=LARGEST_GROUP).contains(&group.len()));
        groups.map(|group| group.iter().map(|&(_, name)| name).collect()).collect()
    }

    /// Whether some article has both as two entities.
    fn are_apart(&self, a: u32, b: u32) -> bool {
        let (few, many) = match self.articles(a).len() <= self.articles(b).len() {
            true => (self.articles(a), self.articles(b)),
            false => (self.articles(b), self.articles(a)),
        };
        few.iter().any(|article| many.binary_search(article).is_ok())
    }

    /// Whether a user or the tables keep two names apart.
    fn forbidden(&self, a: u32, b: u32) -> bool {
        let (a, b) = (self.text(a), self.text(b));
        self.known.forbids(a, b) || (self.known.knows(a) && self.known.knows(b) && key(a) != key(b))
    }

    /// How much a name that both keep company with says: the rarer the more.
    fn weight(&self, name: u32) -> f64 {
        // So that in a handful of articles a shared name says something too.
        const FEW: f64 = 30.0;
        ((self.years.len() as f64 + FEW) / f64::from(self.frequency(name))).ln()
    }

    /// The names in the articles of these names.
    fn company(&self, of: &[u32]) -> Vec<u32> {
        let articles = of.iter().flat_map(|&name| self.articles(name));
        let company = articles.flat_map(|&article| self.in_article(article)).copied();
        let mut company: Vec<u32> = company.filter(|name| !of.contains(name)).collect();
        company.sort_unstable();
        company.dedup();
        company
    }

    fn shared<'n>(&self, company: &[u32], names: impl Iterator<Item = &'n u32>) -> f64 {
        names.filter(|name| company.binary_search(name).is_ok()).map(|&name| self.weight(name)).sum()
    }

    /// How much the company that two names keep speaks for one entity.
    fn nearness(&self, a: u32, b: u32) -> f64 {
        let (a_company, b_company) = (self.company(&[a]), self.company(&[b]));
        let (few, many) = match a_company.len() <= b_company.len() {
            true => (a_company, b_company),
            false => (b_company, a_company),
        };
        self.shared(&many, few.iter().filter(|name| ![a, b].contains(name)))
    }

    fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.root(a), self.root(b));
        self.into[a.max(b) as usize] = a.min(b);
    }

    /// Joins two names everywhere if their company is near enough and nothing speaks against it.
    fn weigh(&mut self, full: u32, short: u32, why: Why, least: f64) {
        if self.root(full) == self.root(short) {
            return;
        }
        let nearness = self.nearness(full, short);
        let apart = self.are_apart(full, short) || self.forbidden(full, short);
        let joins = nearness >= least && !apart;
        if joins {
            self.join(full, short);
        }
        let joined = if joins { self.frequency(short) } else { 0 };
        let score = if apart { 0.1 } else { share(nearness, least) };
        self.candidates.push(Candidate { names: (full, short), why, score, joined });
    }

    /// `Rock & Roll Hall of Fame` and `Rock and Roll Hall of Fame`.
    fn spellings(&mut self) {
        let hashes =
            self.names.iter().zip(0..).map(|(name, i)| (hash64(&(name.entity_type, key(&name.text))), i));
        for group in Self::groups(hashes.collect()) {
            for &other in &group[1..] {
                if !self.known.forbids(self.text(group[0]), self.text(other)) {
                    self.join(group[0], other);
                }
            }
        }
    }

    /// `Ana Ruiz` and the only `Ana Maria Ruiz`; `Bill Ruiz` and `William Ruiz`.
    fn fuller_names(&mut self) {
        let mut hashes = Vec::new();
        for name in self.of_type(EntityType::Per) {
            if let [first, .., last] = parts(self.text(name)).as_slice()
                && first.chars().count() > 1
            {
                hashes.push((hash64(&(last, full_given(first))), name));
            }
        }
        for group in Self::groups(hashes) {
            let parts: Vec<Vec<String>> = group.iter().map(|&name| parts(self.text(name))).collect();
            for (i, short) in parts.iter().enumerate() {
                let mut fuller: Vec<usize> =
                    (0..parts.len()).filter(|&j| j != i && is_fuller(&parts[j], short)).collect();
                // The longest first: the others are short for it, or it is not the only one.
                fuller.sort_by_key(|&j| (std::cmp::Reverse(parts[j].len()), j));
                let Some(&longest) = fuller.first() else { continue };
                let only = fuller[1..].iter().all(|&j| {
                    self.root(group[j]) == self.root(group[longest]) || is_fuller(&parts[longest], &parts[j])
                });
                let least = if only { NEAR } else { f64::INFINITY };
                self.weigh(group[longest], group[i], Why::FullerName, least);
            }
        }
    }

    /// `Usama bin Ladin` and `Osama bin Laden`.
    fn transliterations(&mut self) {
        let mut hashes = Vec::new();
        for name in self.of_type(EntityType::Per) {
            let parts = parts(self.text(name));
            if parts.len() > 1 {
                hashes.push((hash64(&skeleton(&parts)), name));
            }
        }
        for group in Self::groups(hashes) {
            for (i, &a) in group.iter().enumerate() {
                for &b in &group[i + 1..] {
                    if other_spelling(&parts(self.text(a)), &parts(self.text(b))) {
                        let (more, fewer) = self.by_frequency(a, b);
                        self.weigh(more, fewer, Why::Transliteration, NEAR);
                    }
                }
            }
        }
    }

    fn by_frequency(&self, a: u32, b: u32) -> (u32, u32) {
        if self.frequency(b) > self.frequency(a) { (b, a) } else { (a, b) }
    }

    /// `Acme` and `Acme Inc.`; `National Weather Service` and `United States National Weather Service`.
    fn legal_forms(&mut self) {
        let hashes =
            self.of_type(EntityType::Org).map(|name| (hash64(&plain_organisation(self.text(name))), name));
        for group in Self::groups(hashes.collect()) {
            for &other in &group[1..] {
                let (full, short) = match self.text(other).len() > self.text(group[0]).len() {
                    true => (other, group[0]),
                    false => (group[0], other),
                };
                let words = self.text(short).split_whitespace().count();
                self.weigh(full, short, Why::LegalForm, if words > 2 { RATHER_NEAR } else { NEAR });
            }
        }
    }

    /// The form by which an article calls an organisation, alone in another article.
    fn other_forms(&mut self) {
        let hashes = std::mem::take(&mut self.forms);
        for entity_type in [EntityType::Org, EntityType::Misc] {
            for name in self.of_type(entity_type) {
                let of = hash64(&key(self.text(name)));
                let first = hashes.partition_point(|&(hash, _)| hash < of);
                let end = hashes.partition_point(|&(hash, _)| hash <= of);
                let mut owners: BTreeMap<u32, u32> = BTreeMap::new();
                for &(_, owner) in &hashes[first..end] {
                    let same_kind = matches!(self.kind(owner), EntityType::Org | EntityType::Misc);
                    let fits = || may_stand_for(&key(self.text(name)), &key(self.text(owner)));
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
        for name in self.of_type(EntityType::Org) {
            let of = hash64(&key(self.text(name)));
            let first = hashes.partition_point(|&(hash, _)| hash < of);
            let end = hashes.partition_point(|&(hash, _)| hash <= of);
            let owners: BTreeMap<u32, u32> =
                hashes[first..end].iter().map(|&(_, owner)| (owner, self.frequency(owner))).collect();
            let best = owners.iter().max_by_key(|&(owner, articles)| (articles, std::cmp::Reverse(owner)));
            if best.is_some_and(|(&owner, _)| self.known.knows(self.text(owner))) {
                self.join_with_best(name, &owners, Why::Chamber);
            }
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
            if !is_acronym(self.text(name)) || self.known.knows(self.text(name)) {
                continue;
            }
            let of = hash64(&letters(self.text(name)));
            let first = hashes.partition_point(|&(hash, _)| hash < of);
            let end = hashes.partition_point(|&(hash, _)| hash <= of);
            let owners: BTreeMap<u32, u32> = hashes[first..end]
                .iter()
                .map(|&(_, owner)| (owner, self.frequency(owner)))
                .filter(|&(owner, _)| self.root(owner) != self.root(name))
                .collect();
            if !owners.is_empty() {
                self.join_with_best(name, &owners, Why::Initials);
            }
        }
    }

    /// Joins a name, article by article, with that of its owners who has it by far most often.
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
        let free = !self.known.knows(self.text(name)) && !self.forbidden(best, name);
        let long_enough = self.text(name).chars().filter(|c| c.is_alphanumeric()).count() > 2;
        let least =
            if why == Why::OtherForm && long_enough && ranked.len() == 1 { RATHER_NEAR } else { NEAR };
        let rivals: Vec<u32> = ranked[1..].iter().map(|&(owner, _)| owner).collect();
        self.in_each(best, name, why, least, far && free, |pass, article| {
            !pass.in_article(article).iter().any(|member| rivals.contains(member))
        });
    }

    /// Joins `short` with `full` in each article where the company is near and `free` says so.
    fn in_each(
        &mut self,
        full: u32,
        short: u32,
        why: Why,
        least: f64,
        possible: bool,
        free: impl Fn(&Self, u32) -> bool,
    ) {
        let root = self.root(full);
        let cluster = self.cluster(full);
        let kept_apart = |&one: &u32| self.known.forbids(self.text(one), self.text(short));
        let possible = possible && !cluster.iter().any(kept_apart);
        let company = self.company(&cluster);
        let years = self.years_of(&cluster);
        let (mut joined, mut score): (u32, f64) = (0, 0.0);
        for article in self.articles(short).to_vec() {
            let near = self.shared(&company, self.in_article(article).iter().filter(|it| **it != short));
            let fits = free(self, article) && self.fits_years(article, years);
            // Whom an article with two bearers means, somebody who reads it may know.
            let strength = if fits { share(near, least.max(RATHER_NEAR)) } else { 0.3 };
            score += strength / f64::from(self.frequency(short));
            if possible && fits && near >= least {
                self.in_articles.push((article, short, root));
                joined += 1;
            }
        }
        let score = if possible { score } else { 0.8 * score };
        self.candidates.push(Candidate { names: (full, short), why, score, joined });
    }

    /// The names that are the same everywhere as this one.
    fn cluster(&self, name: u32) -> Vec<u32> {
        self.clusters.get(&self.root(name)).cloned().unwrap_or_else(|| vec![name])
    }

    /// Notes what is the same everywhere, when that is decided.
    fn cluster_all(&mut self) {
        let mut clusters: HashMap<u32, Vec<u32>> = HashMap::new();
        for name in (0..self.names.len() as u32).filter(|&name| self.root(name) != name) {
            let root = self.root(name);
            clusters.entry(root).or_insert_with(|| vec![root]).push(name);
        }
        self.clusters = clusters;
    }

    fn years_of(&self, names: &[u32]) -> Option<(i16, i16)> {
        let years = names.iter().flat_map(|&name| self.articles(name));
        let years = years.filter_map(|&article| self.years[article as usize]);
        years.fold(None, |period, year| match period {
            None => Some((year, year)),
            Some((first, last)) => Some((year.min(first), year.max(last))),
        })
    }

    /// Whether an article is of the years in which others name somebody, or of the year before or after.
    fn fits_years(&self, article: u32, years: Option<(i16, i16)>) -> bool {
        match (self.years[article as usize], years) {
            (Some(year), Some((first, last))) => (first - 1..=last + 1).contains(&year),
            _ => true,
        }
    }

    /// A surname and its bearer, if one is by far the most frequent, in articles that name no other.
    fn surnames(&mut self) {
        // For each surname those who bear it with a given name, and the names that are nothing but it.
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
        for (hash, name) in bare {
            let first = bearers.partition_point(|&(of, _)| of < hash);
            let end = bearers.partition_point(|&(of, _)| of <= hash);
            let of_name: Vec<u32> =
                bearers[first..end].iter().map(|&(_, bearer)| bearer).filter(|it| *it != name).collect();
            if of_name.is_empty() || of_name.len() > LARGEST_GROUP {
                continue;
            }
            self.surname(name, &of_name);
        }
    }

    fn surname(&mut self, name: u32, bearers: &[u32]) {
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
        let far =
            ranked[1..].iter().all(|&(other, times, ..)| articles >= FAR * other && mentions >= FAR * times);
        let least = if ranked.len() == 1 && articles >= MANY { 0.0 } else { NEAR };
        let free = !self.known.knows(self.text(name)) && !self.forbidden(bearer, name);
        let rivals: BTreeSet<u32> =
            bearers.iter().copied().filter(|&bearer| self.root(bearer) != root).collect();
        let surname = parts(self.text(name)).pop().unwrap_or_default();
        self.in_each(bearer, name, Why::Surname, least, far && free && mentions > 1, |pass, article| {
            pass.in_article(article).iter().all(|member| {
                let is_given = || {
                    let parts = parts(pass.text(*member));
                    parts.len() > 1 && parts.first() == Some(&surname)
                };
                !rivals.contains(member) && (pass.kind(*member) != EntityType::Per || !is_given())
            })
        });
    }

    /// Names that look alike or of which one has all words of the other: nothing is joined for that, but somebody may
    /// want to decide.
    fn lookalikes(&mut self) {
        let mut hashes: Vec<(u64, u32)> = Vec::new();
        for (name, number) in self.names.iter().zip(0..) {
            let key = key(&name.text);
            let long = key.split(' ').filter(|word| word.len() > 3);
            hashes.extend(long.map(|word| (hash64(&(name.entity_type, word)), number)));
        }
        let mut seen: BTreeSet<(u32, u32)> = BTreeSet::new();
        for group in Self::groups(hashes).into_iter().filter(|group| group.len() <= LARGEST_FAMILY) {
            for (&a, &b) in group.iter().tuple_combinations() {
                if self.root(a) == self.root(b) || !seen.insert((a, b)) {
                    continue;
                }
                let (long, short) = match self.text(a).len() >= self.text(b).len() {
                    true => (a, b),
                    false => (b, a),
                };
                let (long_key, short_key) = (key(self.text(long)), key(self.text(short)));
                let has_all = short_key.split(' ').all(|word| long_key.split(' ').any(|it| it == word));
                let alike = strsim::jaro_winkler(&long_key, &short_key);
                let shown = has_all || alike >= ALIKE;
                if !shown || self.are_apart(a, b) || self.forbidden(a, b) {
                    continue;
                }
                let score = alike * share(self.nearness(a, b), 2.0 * NEAR);
                self.candidates.push(Candidate { names: (long, short), why: Why::Alike, score, joined: 0 });
            }
        }
    }

    /// The name that an entity is given: that of the tables, else the most frequent, of equal ones the longer.
    fn into_joins(mut self) -> Joins {
        self.in_articles.sort_unstable();
        self.in_articles.dedup_by_key(|&mut (article, name, _)| (article, name));
        let mut best: HashMap<u32, u32> = HashMap::new();
        let rank = |name: u32| {
            let text = self.text(name);
            let of_tables = self.known.knows(text);
            (
                of_tables,
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
        for &(article, name, to) in &self.in_articles {
            let to = target(to);
            joins.in_articles.insert((article, name), to);
            needed.extend([name, to]);
        }
        for name in needed {
            let (text, entity_type) = (self.text(name), self.kind(name));
            joins.names.insert(hash64(&(entity_type, text)), name);
            joins.entities.insert(name, entity(entity_type, text.to_owned(), None));
        }
        joins
    }
}

/// From 0 to 1, a half where it is just enough.
fn share(nearness: f64, least: f64) -> f64 {
    if least.is_finite() { nearness / (nearness + least.max(RATHER_NEAR)) } else { 0.3 }
}

/// An organisation's name without legal form, country in front and plurals.
fn plain_organisation(name: &str) -> String {
    let key = key(name);
    let key = without_company_form(&key);
    let key = without_country(key).filter(|rest| rest.split(' ').count() > 2).unwrap_or(key);
    let words: Vec<&str> = key.split(' ').collect();
    let long = words.len() > 2;
    words.iter().map(|word| if long && word.len() > 4 { word.trim_end_matches('s') } else { word }).join(" ")
}

/// A folded name without the country in front of it.
fn without_country(key: &str) -> Option<&str> {
    ["united states ", "us ", "the "].iter().find_map(|country| key.strip_prefix(country))
}

/// Whether one folded name may stand for another in any article: it has other words, or the other only says more
/// about what it is. `University of Lima` is not `University of Lima Press`.
fn may_stand_for(short: &str, long: &str) -> bool {
    if !format!(" {long} ").contains(&format!(" {short} ")) {
        return true;
    }
    let rest = long.strip_prefix(short).map(str::trim_start);
    let says = |rest: &str| says_what(rest) && !matches!(rest.split(' ').next(), Some("of" | "on" | "for"));
    without_country(long) == Some(short) || rest.is_some_and(says)
}

/// The small words in front of a surname.
const PARTICLES: &[&str] = &[
    "van", "von", "de", "der", "den", "del", "della", "di", "da", "la", "le", "el", "al", "bin", "ibn",
    "ben", "mac",
];

/// The surname of a person with a given name, with its particles: `de la fuente`.
fn with_particles(name: &str) -> Option<String> {
    let parts: Vec<String> = key(name).split(' ').map(str::to_owned).collect();
    let last = parts.len().checked_sub(1)?;
    let first = (1..last).rev().take_while(|&i| PARTICLES.contains(&parts[i].as_str())).last()?;
    Some(parts[first..].join(" "))
}

/// A surname that is nothing but particles and one word: `de la fuente`.
fn only_particles(name: &str) -> Option<String> {
    let key = key(name);
    let (particles, _) = key.rsplit_once(' ')?;
    particles.split(' ').all(|word| PARTICLES.contains(&word)).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Its year, and the name, type and form of each mention.
    type Article = (Option<i16>, Vec<(String, EntityType, String)>);

    /// Articles of a text: one a line, `year: name, name / form`, with the type in front of what is no person.
    fn articles(text: &str) -> Vec<Article> {
        let mention = |it: &str| {
            let (entity_type, name) = match it.trim().split_once(' ') {
                Some(("ORG", name)) => (EntityType::Org, name),
                Some(("LOC", name)) => (EntityType::Loc, name),
                _ => (EntityType::Per, it.trim()),
            };
            let (name, form) = name.split_once(" / ").unwrap_or((name, name));
            (name.to_owned(), entity_type, form.to_owned())
        };
        let article = |line: &str| {
            let (year, names) = line.trim().split_once(':').unwrap();
            (year.parse().ok(), names.split(',').map(mention).collect())
        };
        text.trim().lines().map(article).collect()
    }

    /// What is joined: `name > name` of each article, in the order of the articles.
    fn joined(text: &str, known: &KnownNames, order: impl Fn(usize) -> usize) -> Vec<String> {
        let articles = articles(text);
        let mut corpus = Corpus::default();
        let mut number = vec![0; articles.len()];
        for i in 0..articles.len() {
            let (year, mentions) = &articles[order(i)];
            let mentions = mentions.iter().map(|(name, of, form)| (name.as_str(), *of, form.as_str()));
            number[order(i)] = corpus.add(*year, mentions);
        }
        let joins = corpus.joins(known);
        let mut found = Vec::new();
        for ((_, mentions), number) in articles.iter().zip(number) {
            for (name, entity_type, _) in mentions {
                if let Some(entity) = joins.of(number, name, *entity_type) {
                    found.push(format!("{name} > {}", entity.name));
                }
            }
        }
        found
    }

    const NEWS: &str = "
        2019: Ana Ruiz, LOC Lima, ORG Acme
        2020: Ana Ruiz, LOC Lima
        2019: Ana Ruiz, ORG Acme
        2020: Ruiz, LOC Lima, ORG Acme
        2020: Ana Maria Ruiz, LOC Lima, ORG Acme
        2020: Ruiz, Leo Ruiz, ORG Acme
        1980: Ruiz, ORG Acme
        2020: ORG Lima Institute of Sea Life / LISL, LOC Lima
        2020: ORG LISL, LOC Lima
        2020: ORG Zorin Inc., LOC Arica
        2020: ORG Zorin, LOC Arica, Osama bin Laden
        2020: Usama bin Ladin, LOC Arica, ORG Acme
        2020: Usama bin Ladin, Bill Holm, LOC Quito
        2020: William Holm, LOC Quito
        2020: William Holm, LOC Quito
    ";

    #[test]
    fn joins_of_a_table() {
        let expected = [
            "Ruiz > Ana Ruiz",
            "Ana Maria Ruiz > Ana Ruiz",
            "LISL > Lima Institute of Sea Life",
            "Zorin > Zorin Inc.",
            "Osama bin Laden > Usama bin Ladin",
            "Bill Holm > William Holm",
        ];
        assert_eq!(joined(NEWS, &KnownNames::default(), |i| i), expected);
    }

    #[test]
    fn the_order_of_articles_does_not_matter() {
        let expected = joined(NEWS, &KnownNames::default(), |i| i);
        for step in [2, 4, 7, 8, 11, 13, 14] {
            // Steps that have no factor of the number of articles come to each of them.
            let found = joined(NEWS, &KnownNames::default(), |i| (i * step + 1) % 15);
            assert_eq!(found, expected, "step {step}");
        }
    }

    #[test]
    fn what_a_user_keeps_apart_stays_apart() {
        let never = [ordered("ruiz".into(), "ana ruiz".into()), ordered("zorin".into(), "zorin inc".into())];
        let known = KnownNames { never: never.into(), ..KnownNames::default() };
        let found = joined(NEWS, &known, |i| i);
        assert!(found.iter().all(|it| !it.starts_with("Ruiz") && !it.starts_with("Zorin")), "{found:?}");
    }

    #[test]
    fn a_surname_of_two_is_joined_with_neither() {
        let news = "
            2020: Ana Ruiz, LOC Lima
            2020: Leo Ruiz, LOC Lima
            2020: Ruiz, LOC Lima
            2020: Ruiz, LOC Lima
            2020: George H. W. Holm, LOC Lima
            2020: George W. Holm, LOC Lima
            2020: George Holm, LOC Lima
        ";
        assert_eq!(joined(news, &KnownNames::default(), |i| i), Vec::<String>::new());
    }

    /// Run it alone, with `/usr/bin/time -v`, to see what a large run takes.
    #[test]
    #[ignore = "takes minutes and a gigabyte"]
    fn a_million_articles_with_five_million_names() {
        const ARTICLES: u64 = 1_000_000;
        let start = std::time::Instant::now();
        let mut corpus = Corpus::default();
        let mut state = 1_u64;
        let mut next = || {
            // xorshift: the same in every run.
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state
        };
        for _ in 0..ARTICLES {
            let mut names: Vec<(String, EntityType)> = Vec::new();
            for i in 0..25 {
                // Some names are in many articles, most in one.
                let n = if i < 15 {
                    (next() % 1_000_000) * (next() % 1_000_000) / 1_000_000_000
                } else {
                    next() % 9_000_000
                };
                let letters = |n: u64| -> String {
                    (0..5).map(|i| char::from(b'a' + (n / 26_u64.pow(i) % 26) as u8)).collect()
                };
                names.push(match n % 3 {
                    0 => (format!("A{} Z{}", letters(n / 7), letters(n % 50_000)), EntityType::Per),
                    1 => (format!("Z{}", letters(n % 50_000)), EntityType::Per),
                    _ => (format!("B{} C{} Fund", letters(n), letters(n / 11)), EntityType::Org),
                });
            }
            corpus.add(Some(2020), names.iter().map(|(name, of)| (name.as_str(), *of, name.as_str())));
        }
        let (read, distinct) = (start.elapsed(), corpus.names.len());
        let joins = corpus.joins(&KnownNames::default());
        let joined = joins.everywhere.len() + joins.in_articles.len();
        println!("{distinct} names; read in {read:?}, all in {:?}; {joined} joined", start.elapsed());
    }
}
