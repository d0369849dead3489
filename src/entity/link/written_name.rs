//! Names: mentions written alike, looked up in the tables together.

use std::collections::{BTreeMap, BTreeSet};

use crate::entity::EntityType;
use crate::entity::alias_row::Use;
use crate::entity::aliases::Aliases;
use crate::entity::fold::{is_upper_word, key};
use crate::entity::link::forms::{bare, without_company_form, without_storm};
use crate::entity::namesakes::namesakes;
use crate::entity::person::parts as person_parts;
use crate::entity::recognise::{CONFIDENT, Found, Support};

/// Persons are never joined with anything else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum NameClass {
    Person,
    Thing,
}

/// Mentions written alike.
#[derive(Debug)]
pub(super) struct WrittenName {
    pub(super) class: NameClass,
    pub(super) key: String,
    /// The key of an organisation without `Inc.` and the like, of a storm without `Hurricane`; otherwise the key.
    pub(super) short_key: String,
    /// The words of a person's name without particles and `Jr.`
    pub(super) parts: Vec<String>,
    pub(super) entity_type: EntityType,
    pub(super) mentions: Vec<usize>,
    /// The sure type of each mention by the tables.
    pub(super) sure: Vec<Option<EntityType>>,
    pub(super) demonym: bool,
    /// The surface of the first mention.
    pub(super) surface: String,
}

/// Sorts mentions into names, and looks each up in the tables.
pub(super) fn names(
    aliases: &Aliases,
    text: &str,
    support: &Support,
    mentions: &[Found],
) -> (Vec<WrittenName>, Vec<Option<usize>>) {
    let keys: Vec<String> = mentions.iter().map(|m| key(bare(m.span.of(text)))).collect();
    let votes = votes(mentions, &keys);
    let full_names = parts_of_full_names(text, mentions);
    let places = namesakes(aliases, text, support, mentions, &keys);
    let mut index: BTreeMap<(NameClass, &str, Option<usize>), usize> = BTreeMap::new();
    let mut names: Vec<WrittenName> = Vec::new();
    let mut known: Vec<Option<usize>> = Vec::new();
    for (i, (mention, key)) in mentions.iter().zip(&keys).enumerate() {
        let sure = sure_type(aliases, mention.span.of(text), key);
        let is_rival = full_names.contains(key.as_str());
        let votes = votes.get(key.as_str()).copied().unwrap_or_default();
        let class = class_of_mention(mention, sure, is_rival, votes);
        let place = places[i].filter(|_| class == NameClass::Thing);
        let name = *index.entry((class, key, place)).or_insert_with(|| {
            let surface = bare(mention.span.of(text)).to_owned();
            let parts = if class == NameClass::Person { person_parts(&surface) } else { Vec::new() };
            let short_key = key.clone();
            names.push(WrittenName {
                class,
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
            && let Some((entity, demonym)) = in_tables(aliases, mention, text, key, class, support)
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
    let firm = without_rivals(aliases, &names, &known);
    (names, firm)
}

/// The class of a mention: that of its type, unless tables or article are surer of the other. `is_rival` tells whether
/// a person of the article has it as a part of the name, `votes` how sure the article is of both classes.
fn class_of_mention(
    mention: &Found,
    sure: Option<EntityType>,
    is_rival: bool,
    (person, thing): (f32, f32),
) -> NameClass {
    let own = class_of(mention.entity_type);
    let table = sure.map(class_of);
    match own {
        _ if table == Some(own) => own,
        _ if table.is_some() && !(own == NameClass::Person && is_rival) => table.unwrap_or(own),
        _ if mention.score >= CONFIDENT => own,
        NameClass::Person if thing > person => NameClass::Thing,
        NameClass::Thing if person > thing => NameClass::Person,
        _ => own,
    }
}

/// For each key, how sure the article is that it is a person, and that it is not.
fn votes<'k>(mentions: &[Found], keys: &'k [String]) -> BTreeMap<&'k str, (f32, f32)> {
    let mut votes: BTreeMap<&str, (f32, f32)> = BTreeMap::new();
    for (mention, key) in mentions.iter().zip(keys) {
        let vote = votes.entry(key).or_default();
        if mention.entity_type == EntityType::Per {
            vote.0 += mention.score;
        } else {
            vote.1 += mention.score;
        }
    }
    votes
}

/// First and last names of the persons that have both.
fn parts_of_full_names(text: &str, mentions: &[Found]) -> BTreeSet<String> {
    mentions
        .iter()
        .filter(|m| m.entity_type == EntityType::Per)
        .map(|m| person_parts(m.span.of(text)))
        .filter(|parts| parts.len() > 1)
        .flat_map(|parts| [parts.first().cloned(), parts.last().cloned()])
        .flatten()
        .collect()
}

/// The entities of names in the tables. A surname of a person in the tables is not theirs if the article names another
/// bearer.
fn without_rivals(aliases: &Aliases, names: &[WrittenName], known: &[Option<usize>]) -> Vec<Option<usize>> {
    let mut with_last: BTreeMap<&str, BTreeSet<Option<usize>>> = BTreeMap::new();
    for (name, entity) in names.iter().zip(known) {
        if let [_, .., last] = name.parts.as_slice() {
            with_last.entry(last).or_default().insert(*entity);
        }
    }
    (0..names.len())
        .map(|i| {
            let [part] = names[i].parts.as_slice() else { return known[i] };
            let rival = with_last.get(part.as_str()).is_some_and(|of| of.iter().any(|e| *e != known[i]));
            known[i].filter(|&entity| !rival || aliases.decided(&names[i].key, entity))
        })
        .collect()
}

/// The type of a name in the tables, if all its aliases are sure and of one entity.
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

fn class_of(entity_type: EntityType) -> NameClass {
    if entity_type == EntityType::Per { NameClass::Person } else { NameClass::Thing }
}

/// The entity of the tables that a mention names, and whether as a demonym.
fn in_tables(
    aliases: &Aliases,
    mention: &Found,
    text: &str,
    bare_key: &str,
    class: NameClass,
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
            let fits = mention_type.is_none_or(|t| class_of(t) == class);
            let counts = match alias.usage {
                Use::Name | Use::Cased | Use::Supported => true,
                Use::Ambiguous => support.has(alias.entity),
                // The article decides.
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
            // `Va.` is a state if the mention is a place, else an authority.
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

/// The type with the greatest sum of scores; on ties the first.
pub(super) fn voted_type(mentions: &[Found], of: &[usize]) -> EntityType {
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
