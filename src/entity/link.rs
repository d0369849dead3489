//! Entity linking within one article: which mentions name the same entity.
//!
//! Mentions with the same [`key`](crate::entity::fold::key) and of the same kind (persons, or anything else) form a *name*.
//! Names are then joined, one kind of evidence after the other: the alias tables, acronyms in
//! brackets, acronyms by initials, parts of persons' names, short forms of organisations. A name that
//! fits two others joins neither.

mod acronyms;
mod canonical;
mod forms;
mod joined;
mod organisations;
mod written_name;

use std::collections::BTreeMap;

use crate::entity::EntityType;
use crate::entity::aliases::Aliases;
use crate::entity::recognise::{Found, Support};
use canonical::fullest;
use joined::Joined;
use written_name::{WrittenName, names, voted_type};

pub(super) use acronyms::{bracketed, initials, is_acronym, letters, missed_acronym};
pub(super) use forms::{without_company_form, without_storm};
pub(super) use organisations::{bodies, is_common, says_what};

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

/// The result of linking.
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

/// The entities of the joined names, in order of their first mention.
fn finish(
    aliases: &Aliases,
    text: &str,
    mentions: &[Found],
    names: &[WrittenName],
    joined: Joined<'_>,
) -> Links {
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
