//! "The company", "the city", "the singer": descriptions by a noun.
//!
//! A description is "the", perhaps words with which the article introduced the antecedent, and a noun. The antecedent
//! is the one name shortly before that was introduced with that noun or one of its kind ("Opera, a Norwegian airline,
//! ... the company"), or that contains the noun. Of several it is the one in the nearest sentence, or its subject, or
//! the one that the article mentions far more often. A few nouns ("the party") need no introduction if only one unknown
//! organisation is near. "Party leader Ana Ruiz" counts as "the party's leader".
//!
//! "The government" and "the nation" refer to the only country, "the capital" to a capital by a table. The same words
//! have the same antecedent as before. Another argument of the same verb is no antecedent, nor is what the noun is said
//! of.

mod countries;
mod description;

use std::collections::{BTreeMap, BTreeSet};

use crate::entity::anaphor::{Anaphor, Article, anaphor};
use crate::entity::descriptions::is_post;
use crate::entity::introduced::Known;
use crate::entity::kinds;
use crate::entity::{EntityType, Mention, Reason, is_country};
use description::{Description, description};

/// Sentences before that of a description in which its antecedent may be.
const SENTENCES_BEFORE: usize = 8;

/// The same without an introduction.
const NEAR: usize = 2;

/// At most so many mentions are looked at.
const MENTIONS_BEFORE: usize = 60;

/// Modifiers that any antecedent may have.
const FREE: [&str; 30] = [
    "troubled",
    "ailing",
    "embattled",
    "struggling",
    "powerful",
    "famous",
    "beleaguered",
    "cash-strapped",
    "loss-making",
    "tiny",
    "small",
    "little",
    "huge",
    "base",
    "militant",
    "terror",
    "terrorist",
    "rebel",
    "islamist",
    "football",
    "soccer",
    "giant",
    "popular",
    "prestigious",
    "legendary",
    "veteran",
    "listed",
    "private",
    "well-known",
    "media",
];

/// Least mentions of an article's chief topic, and how many times those of the next.
const CHIEF: usize = 3;

const GOVERNMENT: &str = "government";
const CAPITAL: &str = "capital";

/// Modifiers of something else: "the parent company".
const OF_OTHERS: [&str; 26] = [
    "parent",
    "sister",
    "rival",
    "partner",
    "host",
    "holding",
    "shell",
    "target",
    "member",
    "opposition",
    "ruling",
    "client",
    "predecessor",
    "successor",
    "consulting",
    "insurance",
    "law",
    "security",
    "consultancy",
    "third",
    "management",
    "splinter",
    "umbrella",
    "lobby",
    "working",
    "search",
];

/// The resolved descriptions of organisations, places and persons, in text order.
pub(super) fn things(article: &Article<'_>) -> Vec<Anaphor> {
    let mut found: Vec<Anaphor> = Vec::new();
    // The entities of resolved descriptions, by the place of the noun.
    let mut resolved: BTreeMap<usize, usize> = BTreeMap::new();
    // The last resolved description with each noun.
    let mut last: BTreeMap<String, usize> = BTreeMap::new();
    for number in 0..article.sentences.len() {
        let Some(tree) = article.trees.tree(number) else { continue };
        for node in 0..tree.nodes().len() {
            let Some(description) = description(article, tree, node, number) else { continue };
            let before = last.get(&description.noun).copied();
            let Some(meant) = article
                .meant(&description, &resolved)
                .or_else(|| article.meant_again(&description, found.get(before?)?))
            else {
                continue;
            };
            resolved.insert(meant.mention.name.start, meant.mention.entity);
            last.insert(description.noun, found.len());
            found.push(meant);
        }
    }
    found
}

/// A candidate: its nearest mention, and its introductions.
struct Candidate<'k> {
    number: usize,
    sentence: usize,
    known: Option<&'k Known>,
}

impl Article<'_> {
    fn meant(&self, description: &Description<'_>, resolved: &BTreeMap<usize, usize>) -> Option<Anaphor> {
        let Description { tree, node, noun, .. } = description;
        let entity_type = kinds::type_of(noun).unwrap_or(EntityType::Per);
        if entity_type == EntityType::Per && (kinds::is_passing(noun) || !self.may_be_person(description)) {
            return None;
        }
        let (chosen, reason) = match noun.as_str() {
            GOVERNMENT => self.government(description)?,
            CAPITAL => self.capital(description)?,
            _ => self.thing(description, entity_type, resolved).or_else(|| self.only_country(description))?,
        };
        let meant = Mention { entity_type, demonym: false, ..self.names.mentions[chosen].clone() };
        let mut found = anaphor(&meant, description.span, description.sentence);
        found.name = tree.nodes()[*node].span;
        Some(Anaphor { mention: found, reason })
    }

    /// The antecedent that the same words had shortly before, if nothing of that type has been named since.
    fn meant_again(&self, description: &Description<'_>, before: &Anaphor) -> Option<Anaphor> {
        let meant = &before.mention;
        let since = self.names.mentions.partition_point(|m| m.span.start < meant.span.end);
        let is_rival = |rival: &&Mention| {
            rival.span.start < description.span.start
                && rival.entity != meant.entity
                && self.names.entities[rival.entity].entity_type == meant.entity_type
        };
        let is_near = description.sentence - meant.sentence <= NEAR;
        let is_new = !description.before.words.is_empty() || !description.before.of.is_empty();
        if !is_near || is_new || self.names.mentions[since..].iter().any(|rival| is_rival(&rival)) {
            return None;
        }
        let mention = Mention {
            span: description.span,
            name: description.tree.nodes()[description.node].span,
            sentence: description.sentence,
            ..meant.clone()
        };
        let entity_at = |at: usize| description.tree.mention(at, self.names).map(|mention| mention.entity);
        let is_other = description.tree.others(description.node, entity_at).contains(&meant.entity);
        (!is_other).then(|| Anaphor { mention, reason: before.reason.clone() })
    }

    /// The antecedent of an ordinary noun: the one name near that it fits, or the only one of its type.
    fn thing(
        &self,
        description: &Description<'_>,
        entity_type: EntityType,
        resolved: &BTreeMap<usize, usize>,
    ) -> Option<(usize, Reason)> {
        let Description { tree, node, noun, .. } = description;
        let entity_at = |at: usize| {
            let named = tree.mention(at, self.names).map(|mention| mention.entity);
            named.or_else(|| resolved.get(&tree.nodes()[at].span.start).copied())
        };
        let others: BTreeSet<usize> =
            tree.others(*node, entity_at).into_iter().chain(description.before.of.iter().copied()).collect();
        let mut seen: BTreeSet<usize> = BTreeSet::new();
        let mut fitting: Vec<Candidate<'_>> = Vec::new();
        let mut unknown: Vec<Candidate<'_>> = Vec::new();
        let mut loose: Vec<Candidate<'_>> = Vec::new();
        let end = self.names.mentions.partition_point(|m| m.span.start < description.span.start);
        for (number, mention) in self.names.mentions[..end].iter().enumerate().rev().take(MENTIONS_BEFORE) {
            let distance = description.sentence - mention.sentence;
            if distance > SENTENCES_BEFORE {
                break;
            }
            let entity = &self.names.entities[mention.entity];
            let is_of_type =
                entity.entity_type == entity_type && (mention.entity_type == entity_type || mention.demonym);
            if !is_of_type || !seen.insert(mention.entity) || others.contains(&mention.entity) {
                continue;
            }
            let candidate = |known| Candidate { number, sentence: mention.sentence, known };
            let is_land = is_country(&entity.name);
            if kinds::is_called("country", noun) || is_land {
                if is_land && kinds::is_called("country", noun) && distance <= NEAR {
                    fitting.push(candidate(None));
                }
                continue;
            }
            let all = self.introductions.before(mention.entity, description.span.start);
            let known: Vec<&Known> = all.collect();
            let fits = known.iter().find(|known| self.fits(description, known));
            match fits {
                Some(_) if self.is_contradicted(description, &known) => {}
                Some(&fits) => fitting.push(candidate(Some(fits))),
                None if distance > NEAR => {}
                None if is_unknown(entity_type, &known) => unknown.push(candidate(None)),
                None if known.iter().any(|known| kinds::is_called(&known.noun, noun))
                    && !self.is_contradicted(description, &known) =>
                {
                    loose.push(candidate(known.first().copied()));
                }
                None => {}
            }
        }
        self.choose(description, entity_type, &fitting, &unknown).or_else(|| {
            let may_be = entity_type == EntityType::Org && fitting.is_empty() && unknown.is_empty();
            self.choose_loose(description, &loose).filter(|_| may_be)
        })
    }

    /// "The oil firm" for what was introduced as a giant: the chief candidate of a fitting kind.
    fn choose_loose(
        &self,
        description: &Description<'_>,
        loose: &[Candidate<'_>],
    ) -> Option<(usize, Reason)> {
        let words = &description.before.words;
        let chosen = self.chief(loose, description.sentence).filter(|_| description.before.is_nouns)?;
        let is_other = words.iter().any(|word| OF_OTHERS.contains(&word.as_str()));
        (!is_other).then_some((chosen.number, Reason::Chief))
    }

    /// The candidate that the article mentions far more often than the others.
    fn chief<'c, 'k>(&self, candidates: &'c [Candidate<'k>], sentence: usize) -> Option<&'c Candidate<'k>> {
        let last = candidates.iter().map(|candidate| candidate.number).max()?;
        let count = |candidate: &&Candidate<'_>| {
            let entity = self.names.mentions[candidate.number].entity;
            self.names.mentions[..=last].iter().filter(|m| m.entity == entity).count()
        };
        let chief = candidates.iter().max_by_key(count)?;
        let most = count(&chief);
        let second = candidates.iter().filter(|other| other.number != chief.number).map(|c| count(&c)).max();
        // A recent subject needs less.
        let is_subject =
            chief.sentence + 1 >= sentence && self.trees.is_main_subject(self.names, chief.number);
        let least = if is_subject { CHIEF - 1 } else { CHIEF };
        (most >= least && second.is_none_or(|second| most >= least * second)).then_some(chief)
    }

    /// The antecedent among several candidates, with the reason.
    fn choose(
        &self,
        description: &Description<'_>,
        entity_type: EntityType,
        fitting: &[Candidate<'_>],
        unknown: &[Candidate<'_>],
    ) -> Option<(usize, Reason)> {
        let reason = |candidate: &Candidate<'_>| match candidate.known {
            Some(known) if known.in_name => Reason::Named(known.noun.clone()),
            Some(known) => Reason::Introduced(known.noun.clone()),
            None => Reason::Only,
        };
        let is_subject = |candidate: &Candidate<'_>| self.trees.is_subject(self.names, candidate.number);
        let is_main = |candidate: &Candidate<'_>| self.trees.is_main_subject(self.names, candidate.number);
        if let Some(first) = fitting.first() {
            if entity_type == EntityType::Per {
                let is_rival = |rival: &Candidate<'_>| is_subject(rival) && rival.sentence > first.sentence;
                let is_sure = fitting.len() == 1 && !unknown.iter().any(is_rival);
                return is_sure.then(|| (first.number, reason(first)));
            }
            let near: Vec<&Candidate<'_>> =
                fitting.iter().take_while(|other| other.sentence == first.sentence).collect();
            let chosen = match near.as_slice() {
                [only] => *only,
                several => {
                    let mut subjects = several.iter().filter(|candidate| is_main(candidate));
                    subjects.next().filter(|_| subjects.next().is_none())?
                }
            };
            // Several countries, or far away: the article changes its topic.
            let distance = description.sentence - chosen.sentence;
            if fitting.len() > 1 && (distance > NEAR || chosen.known.is_none() && !is_main(chosen)) {
                return None;
            }
            // Another candidate has come between.
            let comes_between = |rival: &Candidate<'_>| {
                rival.sentence > chosen.sentence
                    || rival.sentence == chosen.sentence && (is_subject(rival) || !is_subject(chosen))
            };
            let is_sure = chosen.known.is_some_and(|known| known.noun == description.noun);
            let is_disturbed =
                |rival: &Candidate<'_>| comes_between(rival) && (!is_sure || is_subject(rival));
            if kinds::is_plain(&description.noun) && unknown.iter().any(is_disturbed) {
                return None;
            }
            let is_demonym = self.names.mentions[chosen.number].demonym;
            return (!is_demonym).then(|| (chosen.number, reason(chosen)));
        }
        self.choose_unknown(description, entity_type, unknown)
    }

    /// The only unknown name near, for a noun that needs no introduction.
    fn choose_unknown(
        &self,
        description: &Description<'_>,
        entity_type: EntityType,
        unknown: &[Candidate<'_>],
    ) -> Option<(usize, Reason)> {
        let is_subject = |candidate: &Candidate<'_>| self.trees.is_subject(self.names, candidate.number);
        let is_main = |candidate: &Candidate<'_>| self.trees.is_main_subject(self.names, candidate.number);
        if entity_type == EntityType::Per || !kinds::is_plain(&description.noun) {
            return None;
        }
        let (only, is_chief) = match unknown {
            [only] => (only, self.chief(unknown, description.sentence).is_some()),
            several => (self.chief(several, description.sentence)?, true),
        };
        let words = &description.before.words;
        if words.iter().any(|word| OF_OTHERS.contains(&word.as_str())) {
            return None;
        }
        let all_free = words.iter().all(|word| FREE.contains(&word.as_str()));
        let close = description.sentence - only.sentence <= 1;
        let may_be = all_free || description.before.is_nouns && close && (is_main(only) || is_chief);
        let reason = if unknown.len() == 1 { Reason::Only } else { Reason::Chief };
        (may_be && (close || is_subject(only) || is_chief)).then_some((only.number, reason))
    }

    /// Whether a description may be of a person. The last word of a post must have the same words before it.
    fn may_be_person(&self, description: &Description<'_>) -> bool {
        !is_post(&description.noun) || !description.before.words.is_empty()
    }

    /// Whether a description fits an introduction.
    fn fits(&self, description: &Description<'_>, known: &Known) -> bool {
        let Description { noun, before, .. } = description;
        if !kinds::is_called(&known.noun, noun) || before.is_former() != known.before.is_former() {
            return false;
        }
        if is_post(noun) && known.before.words != before.words {
            return false;
        }
        let is_known = |word: &String| {
            known.before.words.contains(word) || FREE.contains(&word.as_str()) || *word == known.noun
        };
        before.words.iter().all(is_known)
    }

    /// Whether the description names another place than the introductions.
    fn is_contradicted(&self, description: &Description<'_>, known: &[&Known]) -> bool {
        let mut told = known.iter().flat_map(|known| &known.before.of).peekable();
        let of = &description.before.of;
        let is_person = kinds::type_of(&description.noun).is_none();
        !of.is_empty() && (told.peek().is_some() || is_person) && !told.any(|place| of.contains(place))
    }
}

/// Whether no introduction tells the kind of a name.
fn is_unknown(entity_type: EntityType, known: &[&Known]) -> bool {
    match entity_type {
        EntityType::Per => known.is_empty(),
        _ => known
            .iter()
            .all(|known| kinds::type_of(&known.noun) != Some(entity_type) && !known.noun.is_empty()),
    }
}
