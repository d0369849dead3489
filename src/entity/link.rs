//! Which mentions of one article name the same entity.
//!
//! Mentions with the same [`key`] and of the same kind (persons, or anything else) form a *name*.
//! Names are then joined, one kind of evidence after the other: the alias tables, acronyms in
//! brackets, acronyms by initials, parts of persons' names, short forms of organisations. A name that
//! fits two others joins neither.

use std::collections::{BTreeMap, BTreeSet};

use crate::entity::EntityType;
use crate::entity::alias_row::Use;
use crate::entity::aliases::Aliases;
use crate::entity::clean::is_title;
use crate::entity::fold::{is_upper_word, key};
use crate::entity::namesakes::namesakes;
use crate::entity::person::{is_full_name, is_fuller, may_be, parts as person_parts};
use crate::entity::recognise::{CONFIDENT, Found, Support};

/// One entity of the article.
#[derive(Debug)]
pub(super) struct Linked {
    /// The canonical name.
    pub name: String,
    /// Its type.
    pub entity_type: EntityType,
    /// The id that the tables have for it.
    pub external_id: Option<String>,
    /// Indices of its mentions, in text order.
    pub mentions: Vec<usize>,
}

/// What linking finds out.
#[derive(Debug)]
pub(super) struct Links {
    /// The entities, in order of their first mention.
    pub entities: Vec<Linked>,
    /// For each mention, whether it is a demonym.
    pub demonym: Vec<bool>,
    /// For each mention, whether the tables know it surely as a person or an organisation, or as
    /// a place that the model has not taken for either.
    pub decided: Vec<bool>,
}

/// Persons are never joined with anything else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Person,
    Thing,
}

/// Mentions written alike.
#[derive(Debug)]
struct Name {
    kind: Kind,
    key: String,
    /// The key of an organisation without `Inc.` and the like, of a storm without `Hurricane`; otherwise the key.
    short_key: String,
    /// The words of a person's name without particles and `Jr.`
    parts: Vec<String>,
    entity_type: EntityType,
    mentions: Vec<usize>,
    /// For each mention, what the tables surely know it as.
    sure: Vec<Option<EntityType>>,
    demonym: bool,
    /// The surface of the first mention.
    surface: String,
}

/// Joins the mentions of an article. `mentions` are in text order.
pub(super) fn link(aliases: &Aliases, text: &str, support: &Support, mentions: &[Found]) -> Links {
    let (names, known) = names(aliases, text, support, mentions);
    let mut joined = Joined::new(aliases, &names, known);
    joined.same_in_tables();
    let mut name_of = vec![0; mentions.len()];
    for (i, name) in names.iter().enumerate() {
        for &mention in &name.mentions {
            name_of[mention] = i;
        }
    }
    for (long, short) in bracketed(text, mentions) {
        joined.join(name_of[long], name_of[short]);
    }
    joined.legal_forms();
    joined.initials();
    joined.persons();
    joined.short_forms();
    finish(aliases, text, mentions, &names, joined)
}

/// Sorts mentions into names, and looks each up in the tables.
fn names(
    aliases: &Aliases,
    text: &str,
    support: &Support,
    mentions: &[Found],
) -> (Vec<Name>, Vec<Option<usize>>) {
    let keys: Vec<String> = mentions.iter().map(|m| key(bare(m.span.of(text)))).collect();
    // How sure the article is, for each key, that it is a person.
    let mut votes: BTreeMap<&str, (f32, f32)> = BTreeMap::new();
    for (mention, key) in mentions.iter().zip(&keys) {
        let vote = votes.entry(key).or_default();
        if mention.entity_type == EntityType::Per {
            vote.0 += mention.score;
        } else {
            vote.1 += mention.score;
        }
    }
    // Last and first names of the persons that have both.
    let full_names: BTreeSet<String> = mentions
        .iter()
        .filter(|m| m.entity_type == EntityType::Per)
        .map(|m| person_parts(m.span.of(text)))
        .filter(|parts| parts.len() > 1)
        .flat_map(|parts| [parts.first().cloned(), parts.last().cloned()])
        .flatten()
        .collect();
    let places = namesakes(aliases, text, support, mentions, &keys);
    let mut index: BTreeMap<(Kind, &str, Option<usize>), usize> = BTreeMap::new();
    let mut names: Vec<Name> = Vec::new();
    let mut known: Vec<Option<usize>> = Vec::new();
    for (i, (mention, key)) in mentions.iter().zip(&keys).enumerate() {
        let own = kind_of(mention.entity_type);
        let (person, thing) = votes.get(key.as_str()).copied().unwrap_or_default();
        let sure = sure_type(aliases, mention.span.of(text), key);
        let table = sure.map(kind_of);
        let rival = || own == Kind::Person && full_names.contains(key.as_str());
        let kind = match own {
            _ if table == Some(own) => own,
            _ if table.is_some() && !rival() => table.unwrap_or(own),
            _ if mention.score >= CONFIDENT => own,
            Kind::Person if thing > person => Kind::Thing,
            Kind::Thing if person > thing => Kind::Person,
            _ => own,
        };
        let place = places[i].filter(|_| kind == Kind::Thing);
        let name = *index.entry((kind, key, place)).or_insert_with(|| {
            let surface = bare(mention.span.of(text)).to_owned();
            let parts = if kind == Kind::Person { person_parts(&surface) } else { Vec::new() };
            let short_key = key.clone();
            names.push(Name {
                kind,
                key: key.clone(),
                short_key,
                parts,
                entity_type: mention.entity_type,
                mentions: Vec::new(),
                sure: Vec::new(),
                demonym: false,
                surface,
            });
            known.push(place);
            names.len() - 1
        });
        names[name].mentions.push(i);
        names[name].sure.push(sure);
        if known[name].is_none()
            && let Some((entity, demonym)) = in_tables(aliases, mention, text, key, kind, support)
        {
            known[name] = Some(entity);
            names[name].demonym = demonym;
        }
    }
    for name in &mut names {
        name.entity_type = voted_type(mentions, &name.mentions);
        match name.entity_type {
            EntityType::Org => name.short_key = without_company_form(&name.key).to_owned(),
            EntityType::Misc => name.short_key = without_storm(&name.key).to_owned(),
            _ => {}
        }
    }
    // A surname that the tables give to one person is not theirs where the article names another.
    let mut with_last: BTreeMap<&str, BTreeSet<Option<usize>>> = BTreeMap::new();
    for (name, entity) in names.iter().zip(&known) {
        if let [_, .., last] = name.parts.as_slice() {
            with_last.entry(last).or_default().insert(*entity);
        }
    }
    let firm = (0..names.len())
        .map(|i| {
            let [part] = names[i].parts.as_slice() else { return known[i] };
            let rival = with_last.get(part.as_str()).is_some_and(|of| of.iter().any(|e| *e != known[i]));
            known[i].filter(|&entity| !rival || aliases.decided(&names[i].key, entity))
        })
        .collect();
    (names, firm)
}

/// The type that the tables give to a name that is nothing else: all its aliases are sure, and of one
/// entity.
fn sure_type(aliases: &Aliases, surface: &str, key: &str) -> Option<EntityType> {
    let found = aliases.written_like(surface, key);
    let first = found.first()?;
    let sure = found
        .iter()
        .all(|a| a.entity == first.entity && matches!(a.usage, Use::Name | Use::Cased) && !a.demonym);
    // In small letters it may be a word.
    let written = surface == first.text || !surface.chars().all(|c| !c.is_uppercase());
    if sure && written { aliases.known(first.entity).entity_type } else { None }
}

fn kind_of(entity_type: EntityType) -> Kind {
    if entity_type == EntityType::Per { Kind::Person } else { Kind::Thing }
}

/// A name without `The` in front.
fn bare(name: &str) -> &str {
    let rest = name.strip_prefix("The ").or_else(|| name.strip_prefix("THE "));
    rest.map_or(name, str::trim_start)
}

/// The entity of the tables that a mention names, and whether as a demonym.
fn in_tables(
    aliases: &Aliases,
    mention: &Found,
    text: &str,
    bare_key: &str,
    kind: Kind,
    support: &Support,
) -> Option<(usize, bool)> {
    let surface = mention.span.of(text);
    if surface.contains('$') {
        return None; // `US$` is no country
    }
    let full_key = if bare(surface) == surface { bare_key.to_owned() } else { key(surface) };
    let short_key = without_company_form(bare_key);
    let forms = [
        (surface, full_key.as_str()),
        (bare(surface), bare_key),
        (bare(surface), if mention.entity_type == EntityType::Org { short_key } else { bare_key }),
    ];
    for (i, (form, key)) in forms.into_iter().enumerate() {
        if forms[..i].contains(&(form, key)) {
            continue;
        }
        let mut entities: Vec<(usize, bool)> = Vec::new();
        for alias in aliases.written_like(form, key) {
            let of_type = aliases.known(alias.entity).entity_type;
            let mention_type = if alias.demonym { Some(EntityType::Misc) } else { of_type };
            let fits = mention_type.is_none_or(|t| kind_of(t) == kind);
            let counts = match alias.usage {
                Use::Name | Use::Cased | Use::Supported => true,
                Use::Ambiguous => support.has(alias.entity),
                // Decided by what the article says.
                Use::Namesake => false,
                Use::Resolve => {
                    mention_type.is_none_or(|t| t == mention.entity_type)
                        && (alias.text == form || is_upper_word(form))
                }
            };
            if fits && counts && !entities.contains(&(alias.entity, alias.demonym)) {
                entities.push((alias.entity, alias.demonym));
            }
        }
        match entities.as_slice() {
            [] => {}
            [only] => return Some(*only),
            // `Va.` is a state where the mention is a place, else an authority.
            several => {
                let of_type = |&&(entity, _): &&(usize, bool)| {
                    aliases.known(entity).entity_type == Some(mention.entity_type)
                };
                let mut same_type = several.iter().filter(of_type);
                return same_type.next().copied().filter(|_| same_type.next().is_none());
            }
        }
    }
    None
}

/// The type with the greatest sum of scores; of equal ones the first.
fn voted_type(mentions: &[Found], of: &[usize]) -> EntityType {
    let mut votes: Vec<(EntityType, f32)> = Vec::new();
    for &i in of {
        let mention = &mentions[i];
        match votes.iter_mut().find(|(t, _)| *t == mention.entity_type) {
            Some(vote) => vote.1 += mention.score,
            None => votes.push((mention.entity_type, mention.score)),
        }
    }
    let mut best = (EntityType::Misc, f32::MIN);
    for vote in votes {
        if vote.1 > best.1 {
            best = vote;
        }
    }
    best.0
}

/// The name of a storm without what it is at the time.
pub(super) fn without_storm(key: &str) -> &str {
    const STORMS: &[&str] = &[
        "hurricane ",
        "tropical storm ",
        "tropical depression ",
        "typhoon ",
        "cyclone ",
        "tropical cyclone ",
    ];
    STORMS.iter().filter_map(|storm| key.strip_prefix(storm)).min_by_key(|rest| rest.len()).unwrap_or(key)
}

/// A key without a company's legal form: `acme corp` is `acme`.
pub(super) fn without_company_form(key: &str) -> &str {
    const FORMS: &[&str] = &[
        "inc",
        "incorporated",
        "corp",
        "corporation",
        "co",
        "company",
        "ltd",
        "limited",
        "plc",
        "llc",
        "llp",
        "lp",
        "ag",
        "sa",
        "nv",
        "se",
        "gmbh",
        "spa",
        "ab",
        "asa",
        "oyj",
        "kk",
        "bhd",
        "holdings",
    ];
    let mut rest = key;
    while let Some((before, last)) = rest.rsplit_once(' ') {
        if !FORMS.contains(&last) && last != "and" {
            break;
        }
        rest = before;
    }
    rest
}

/// Pairs of a longer name and an acronym of which one follows the other in brackets:
/// `Kurdistan Workers' Party (PKK)`, `PKK (Kurdistan Workers' Party)`.
pub(super) fn bracketed(text: &str, mentions: &[Found]) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    for (i, pair) in mentions.windows(2).enumerate() {
        let [first, second] = pair else { continue };
        let opens =
            matches!(text[first.span.end..second.span.start].trim(), "(" | "[" | "('s" | "’s (" | "'s (");
        let closes = text[second.span.end..].starts_with([')', ']', ',', ';']);
        if !opens || !closes || first.sentence != second.sentence {
            continue;
        }
        let (a, b) = (bare(first.span.of(text)), bare(second.span.of(text)));
        let types = (first.entity_type, second.entity_type);
        if is_introduction(a, b, types) {
            pairs.push((i, i + 1));
        } else if is_introduction(b, a, types) {
            pairs.push((i + 1, i));
        }
    }
    pairs
}

/// Whether `short` is an acronym that can stand for `long`. Its letters are the initials of `long`,
/// or, for the acronym of a foreign name (`PKK`), at least one is, between two organisations.
fn is_introduction(long: &str, short: &str, types: (EntityType, EntityType)) -> bool {
    use EntityType::{Date, Misc, Org, Per};
    if long.split_whitespace().count() < 2 {
        return false;
    }
    if matches!(types.0, Per | Date) || matches!(types.1, Per | Date) {
        return false;
    }
    let alike = matches!(types, (Org | Misc, Org | Misc));
    if !is_acronym(short) {
        return alike && is_blend(long, short);
    }
    if has_initials(long, short) {
        return true;
    }
    // Of what is no organisation nobody abbreviates a foreign name: `Mass Spectrometry (ZooMS)` are two.
    alike && shares_initial(long, short) && (types.0 == Org || types.1 == Org)
}

/// Whether a word is made of the beginnings of others, the first of them first: `Interpol`.
fn is_blend(long: &str, short: &str) -> bool {
    fn fits(words: &[String], rest: &str, used: usize) -> bool {
        if rest.is_empty() {
            return used > 1;
        }
        let Some((word, others)) = words.split_first() else { return false };
        let shared = word.chars().zip(rest.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8());
        let mut taken = 0;
        shared
            .fold(Vec::new(), |mut ends, len| {
                taken += len;
                ends.push(taken);
                ends
            })
            .into_iter()
            .any(|end| fits(others, &rest[end..], used + 1))
            || (used > 0 && fits(others, rest, used))
    }
    let words: Vec<String> = key(long).split(' ').take(MOST_WORDS).map(str::to_owned).collect();
    let short_enough = (4..=LONGEST_ACRONYM).contains(&short.len()) && short.chars().all(char::is_alphabetic);
    short_enough && short.starts_with(char::is_uppercase) && fits(&words, &key(short), 0)
}

/// One word of 2 to 10 letters and digits, most of them capitals: `PKK`, `BfV`, `DHKP-C`.
pub(super) fn is_acronym(word: &str) -> bool {
    let (mut large, mut small, mut other) = (0, 0, 0);
    for c in word.chars() {
        if c.is_uppercase() {
            large += 1;
        } else if c.is_lowercase() {
            small += 1;
        } else if c.is_whitespace() {
            return false;
        } else {
            other += 1;
        }
    }
    (2..=10).contains(&(large + small)) && large >= 2 && large > small && other <= large
}

/// The initials of `name`: of all words, and of those that are not small words like `of`.
pub(super) fn initials(name: &str) -> [String; 2] {
    const SMALL: &[&str] =
        &["of", "the", "for", "and", "in", "on", "to", "de", "du", "des", "la", "le", "del"];
    let words: Vec<&str> = name
        .split(|c: char| c.is_whitespace() || matches!(c, '-' | '–' | '/'))
        .filter(|w| !w.is_empty())
        .collect();
    let of = |small: bool| {
        words
            .iter()
            .filter(|w| small || !SMALL.contains(&w.to_lowercase().as_str()))
            .filter_map(|w| key(w).chars().next())
            .collect::<String>()
    };
    [of(true), of(false)]
}

fn has_initials(long: &str, short: &str) -> bool {
    initials(long).contains(&letters(short))
}

/// The letters of an acronym, as initials are written.
pub(super) fn letters(acronym: &str) -> String {
    key(acronym).chars().filter(|c| *c != ' ').collect()
}

fn shares_initial(long: &str, short: &str) -> bool {
    let [all, _] = initials(long);
    key(short).chars().any(|c| c != ' ' && all.contains(c))
}

/// Persons with one last name among whom the one that is meant is looked for: an article with more is a list.
const MOST_BEARERS: usize = 500;

/// How many times as often as any other the bearer of a surname is named in full whom it means wherever it stands.
const LEAST_LEAD: usize = 3;

/// Words of a name in which a word made of their beginnings is looked for.
const MOST_WORDS: usize = 10;

/// Bytes of an acronym in brackets.
const LONGEST_ACRONYM: usize = 20;

/// An acronym in brackets after an organisation's name that no mention covers: where it stands.
pub(super) fn missed_acronym<'t>(text: &'t str, mention: &Found) -> Option<&'t str> {
    if mention.entity_type != EntityType::Org {
        return None;
    }
    let long = bare(mention.span.of(text));
    let inside = text[mention.span.end..].trim_start_matches([' ', '\n']).strip_prefix('(')?;
    let inside = &inside[..inside.floor_char_boundary(LONGEST_ACRONYM + 1)];
    let (word, _) = inside.split_once([')', ',', ';'])?;
    let fits =
        word.len() <= LONGEST_ACRONYM && is_introduction(long, word, (EntityType::Org, EntityType::Org));
    // Without a mention of the model the letters must agree better.
    (fits && (has_initials(long, word) || (is_upper_word(word) && long.split_whitespace().count() >= 3)))
        .then_some(word)
}

/// Sets of names, each with at most one entity of the tables.
struct Joined<'a> {
    aliases: &'a Aliases,
    names: &'a [Name],
    /// For each set its entity in the tables.
    known: Vec<Option<usize>>,
    /// For each name its set.
    set: Vec<usize>,
    /// For each set its names.
    members: Vec<Vec<usize>>,
}

impl<'a> Joined<'a> {
    fn new(aliases: &'a Aliases, names: &'a [Name], known: Vec<Option<usize>>) -> Self {
        let members = (0..names.len()).map(|i| vec![i]).collect();
        Joined { aliases, names, known, set: (0..names.len()).collect(), members }
    }

    /// Joins the sets of two names, unless they are of two kinds or two entities of the tables, or a
    /// user has said never.
    fn join(&mut self, a: usize, b: usize) -> bool {
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
        if self.names[a].kind != self.names[b].kind || self.forbidden(into, from) {
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
    fn same_in_tables(&mut self) {
        let mut first: BTreeMap<usize, usize> = BTreeMap::new();
        for i in 0..self.names.len() {
            if let Some(entity) = self.known[i] {
                let into = *first.entry(entity).or_insert(i);
                self.join(into, i);
            }
        }
    }

    /// `Acme`, `Acme Inc.` and `Acme Corporation`; `Hurricane Dora`, `Tropical Storm Dora` and `Dora`.
    fn legal_forms(&mut self) {
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
    fn initials(&mut self) {
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
    fn persons(&mut self) {
        let names = self.names;
        let mut order: Vec<usize> = (0..names.len()).filter(|&i| names[i].kind == Kind::Person).collect();
        // Longer names first: `Tayyip Erdogan` has joined `Recep Tayyip Erdogan` when `Erdogan` asks.
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
            // Whose name it is, a user has said: no other bearer becomes theirs with it.
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

    /// Of several bearers of a surname the one that the article is about: whom it names in full first, and then by the
    /// surname alone before it names another in full, or in full much more often than any other.
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
    fn short_forms(&mut self) {
        let names = self.names;
        // Who may have made something: `Zorin` of `Zorin Desk`.
        let makers = names.iter().filter(|name| name.kind == Kind::Thing && !name.demonym);
        let makers: BTreeSet<&str> = makers.map(|name| name.key.as_str()).collect();
        // Every way to shorten a name, and the names that it shortens.
        let mut shortened: BTreeMap<(EntityType, String), Vec<usize>> = BTreeMap::new();
        for (i, long) in names.iter().enumerate() {
            if long.kind == Kind::Thing && !long.demonym {
                for short in shortenings(long, &makers) {
                    shortened.entry((long.entity_type, short)).or_default().push(i);
                }
            }
        }
        for (i, short) in names.iter().enumerate() {
            if short.kind == Kind::Person || short.demonym || self.is_known(i) {
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

/// The keys of the short forms of a name: an organisation's first words (if they say enough) and
/// last words (two or more), a place without what follows its comma, a product without its maker.
fn shortenings(name: &Name, makers: &BTreeSet<&str>) -> Vec<String> {
    match name.entity_type {
        EntityType::Org => {
            let key = name.short_key.as_str();
            let gaps: Vec<usize> = key.match_indices(' ').map(|(at, _)| at).take(12).collect();
            let first = gaps.iter().map(|&at| key.split_at(at));
            // A board for something is no board of trade: what it is for makes it a body of its own.
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

/// Whether the rest of an organisation's name only says what the organisation is or does: `Brookings Institution`, `Board
/// of Trade`. The subsidiary `Acme Peru` is not `Acme`, nor its product.
pub(super) fn says_what(rest: &str) -> bool {
    const KINDS: &[&str] = &[
        "academy",
        "athletic",
        "rovers",
        "wanderers",
        "rangers",
        "town",
        "county",
        "agency",
        "air",
        "airline",
        "airlines",
        "airways",
        "alliance",
        "association",
        "authority",
        "automotive",
        "aviation",
        "bank",
        "banking",
        "board",
        "brewery",
        "broadcasting",
        "brothers",
        "bureau",
        "business",
        "capital",
        "center",
        "centre",
        "channel",
        "church",
        "clinic",
        "club",
        "coalition",
        "college",
        "commission",
        "committee",
        "communications",
        "community",
        "corps",
        "council",
        "daily",
        "electric",
        "electronics",
        "energy",
        "enterprises",
        "entertainment",
        "factory",
        "fc",
        "federation",
        "films",
        "financial",
        "food",
        "foods",
        "football",
        "forum",
        "foundation",
        "front",
        "games",
        "gas",
        "group",
        "hospital",
        "hotel",
        "hotels",
        "industries",
        "initiative",
        "institute",
        "institution",
        "insurance",
        "international",
        "investment",
        "investments",
        "journal",
        "labs",
        "laboratories",
        "laboratory",
        "league",
        "magazine",
        "management",
        "media",
        "medical",
        "memorial",
        "motor",
        "motors",
        "movement",
        "museum",
        "network",
        "networks",
        "news",
        "newspaper",
        "oil",
        "opera",
        "orchestra",
        "organisation",
        "organization",
        "partners",
        "party",
        "petroleum",
        "pharma",
        "pharmaceutical",
        "pharmaceuticals",
        "pictures",
        "post",
        "press",
        "productions",
        "project",
        "publishing",
        "radio",
        "railway",
        "records",
        "restaurant",
        "securities",
        "services",
        "society",
        "software",
        "solutions",
        "steel",
        "store",
        "stores",
        "studios",
        "systems",
        "tech",
        "technologies",
        "technology",
        "telecom",
        "television",
        "theater",
        "theatre",
        "times",
        "trade",
        "tribe",
        "tribunal",
        "tv",
        "union",
        "united",
        "university",
        "ventures",
        "weekly",
        "works",
        "of",
        "for",
        "on",
        "against",
        "de",
    ];
    rest.split(' ').next().is_some_and(|word| KINDS.contains(&word))
}

/// What bodies are called in many names, and by itself none: `the Committee` is that of which the article says more.
pub(super) fn is_common(key: &str) -> bool {
    const COMMON: &[&str] = &[
        "committee",
        "subcommittee",
        "commission",
        "department",
        "administration",
        "agency",
        "ministry",
        "bureau",
        "council",
        "board",
        "authority",
        "institute",
        "foundation",
        "association",
        "federation",
        "corporation",
        "company",
        "university",
        "college",
        "court",
        "office",
        "caucus",
        "coalition",
        "guard",
    ];
    COMMON.contains(&key)
}

/// Of folded names those of bodies of this kind, without those that say more of another: the guard of an article on the
/// National Guard is not that of the `Ohio National Guard`.
pub(super) fn bodies<T: Copy>(names: &[(&str, T)], kind: &str) -> Vec<T> {
    let of_kind: Vec<&(&str, T)> = names.iter().filter(|(name, _)| is_body(name, kind)).collect();
    let says_more = |name: &str| {
        let rest = |short: &str| name.strip_suffix(short).is_some_and(|rest| rest.ends_with(' '));
        of_kind.iter().any(|(other, _)| rest(other))
    };
    of_kind.iter().filter(|(name, _)| !says_more(name)).map(|&&(_, it)| it).collect()
}

/// Whether a folded name is that of a body of this kind: `Committee on Fishing`, `Fishing Committee`.
fn is_body(name: &str, kind: &str) -> bool {
    let rest = name.strip_suffix(kind).is_some_and(|rest| rest.ends_with(' '));
    rest || name
        .strip_prefix(kind)
        .is_some_and(|rest| rest.starts_with(" of ") || rest.starts_with(" on ") || rest.starts_with(" for "))
}

/// Words that begin the names of many organisations and are the short form of none.
fn is_generic(key: &str) -> bool {
    const GENERIC: &[&str] = &[
        "national",
        "international",
        "university",
        "ministry",
        "department",
        "bank",
        "central",
        "federal",
        "first",
        "general",
        "united",
        "american",
        "european",
        "supreme",
        "state",
        "royal",
        "new",
        "west",
        "east",
        "north",
        "south",
        "free",
        "people",
        "peoples",
        "party",
        "house",
        "senate",
        "council",
        "committee",
        "institute",
        "center",
        "centre",
        "association",
        "federation",
        "union",
        "world",
        "global",
        "islamic",
    ];
    GENERIC.contains(&key)
}

fn finish(aliases: &Aliases, text: &str, mentions: &[Found], names: &[Name], joined: Joined<'_>) -> Links {
    let mut demonym = vec![false; mentions.len()];
    let mut decided = vec![false; mentions.len()];
    let mut of_set: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (i, name) in names.iter().enumerate() {
        of_set.entry(joined.set[i]).or_default().extend(&name.mentions);
        for (&mention, &sure) in name.mentions.iter().zip(&name.sure) {
            demonym[mention] = name.demonym;
            decided[mention] = joined.known[joined.set[i]].is_some()
                && match sure {
                    Some(EntityType::Org | EntityType::Per) => true,
                    Some(EntityType::Loc) => mentions[mention].entity_type == EntityType::Misc,
                    _ => false,
                };
        }
    }
    let mut entities: Vec<Linked> = Vec::new();
    for (set, mut of) in of_set {
        of.sort_unstable();
        let known = joined.known[set].map(|entity| aliases.known(entity));
        let entity_type =
            known.and_then(|known| known.entity_type).unwrap_or_else(|| voted_type(mentions, &of));
        let name = match known {
            Some(known) => known.name.clone(),
            None => fullest(text, mentions, &of),
        };
        let external_id = known.and_then(|known| known.external_id.clone());
        entities.push(Linked { name, entity_type, external_id, mentions: of });
    }
    entities.sort_by_key(|entity| entity.mentions.first().copied());
    // Two sets may have come to one name: `Georgia` of the tables and a `Georgia` that is not.
    let mut index: BTreeMap<(EntityType, String), usize> = BTreeMap::new();
    let mut distinct: Vec<Linked> = Vec::new();
    for entity in entities {
        match index.get(&(entity.entity_type, entity.name.clone())) {
            Some(&same) => {
                distinct[same].mentions.extend(entity.mentions);
                distinct[same].external_id = distinct[same].external_id.take().or(entity.external_id);
            }
            None => {
                index.insert((entity.entity_type, entity.name.clone()), distinct.len());
                distinct.push(entity);
            }
        }
    }
    Links { entities: distinct, demonym, decided }
}

/// The fullest form among the mentions: not in capitals if there is another, then most words, most
/// letters, most frequent, first.
fn fullest(text: &str, mentions: &[Found], of: &[usize]) -> String {
    let mut forms: Vec<(String, usize)> = Vec::new();
    for &i in of {
        let form = written(bare(mentions[i].span.of(text)));
        match forms.iter_mut().find(|(other, _)| *other == form) {
            Some((_, count)) => *count += 1,
            None => forms.push((form, 1)),
        }
    }
    let shouted = |form: &str| {
        let longest = form.split_whitespace().map(str::len).max().unwrap_or(0);
        is_upper_word(form) && longest > 3
    };
    let all = |entity_type| of.iter().all(|&i| mentions[i].entity_type == entity_type);
    let persons = of.iter().filter(|&&i| mentions[i].entity_type == EntityType::Per).count();
    let is_person = 2 * persons > of.len();
    // `GEORGE HOLM` says more than `George`, if it is no slip of a heading.
    let single =
        forms.iter().filter(|(form, _)| !form.contains(' ') && !shouted(form)).map(|(_, count)| *count).max();
    let is_set_apart = |form: &str| {
        let mut of_form =
            of.iter().map(|&i| mentions[i].span).filter(|span| written(bare(span.of(text))) == form);
        of_form.any(|span| {
            text[span.end..].starts_with([':', ','])
                || text[..span.start].split_whitespace().next_back().is_some_and(is_title)
        })
    };
    let is_whole = |form: &str, count: usize| {
        let is_sure = || single.is_some_and(|other| count >= other) || is_set_apart(form);
        !shouted(form) || is_person && form.contains(' ') && is_sure()
    };
    let rank = |(form, count): &(String, usize)| {
        let letters = form.chars().filter(|c| c.is_alphanumeric()).count();
        (
            is_whole(form, *count),
            form.starts_with(|c: char| !c.is_lowercase()),
            form.split_whitespace().count(),
            !shouted(form),
            letters,
            *count,
        )
    };
    let mut best: Option<&(String, usize)> = None;
    for form in &forms {
        if best.is_none_or(|b| rank(form) > rank(b)) {
            best = Some(form);
        }
    }
    let Some((form, _)) = best else { return String::new() };
    // Datelines are in capitals. What is in capitals may be an acronym: an organisation, a station.
    let is_place =
        all(EntityType::Loc) && form.split(|c: char| !c.is_alphabetic()).any(|word| word.len() > 4);
    let is_no_acronym = is_place || (is_person && form.contains(' '));
    if is_no_acronym && shouted(form) { in_title_case(form) } else { form.clone() }
}

/// A name with single blanks and straight apostrophes, without the brackets of an editor.
fn written(name: &str) -> String {
    let words: Vec<&str> = name.split_whitespace().collect();
    words.join(" ").replace(['’', '‘'], "'").replace(['[', ']'], "")
}

/// `JOHN SMITH` as `John Smith`, `ISLE OF MAN` as `Isle of Man`.
fn in_title_case(name: &str) -> String {
    const SMALL: [&str; 10] = ["of", "the", "and", "in", "on", "upon", "de", "del", "la", "les"];
    let mut out = String::with_capacity(name.len());
    for (i, word) in name.split(' ').enumerate() {
        let lower = word.to_lowercase();
        if i > 0 {
            out.push(' ');
        }
        if i > 0 && SMALL.contains(&lower.as_str()) {
            out.push_str(&lower);
            continue;
        }
        let mut inside = false;
        for c in word.chars() {
            if inside {
                out.extend(c.to_lowercase());
            } else {
                out.push(c);
            }
            inside = c.is_alphabetic();
        }
    }
    out
}
