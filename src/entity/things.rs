//! Which organisation or place "the company" and "the city" mean, and which person "the singer".
//!
//! A description is "the", perhaps words that the article has used of what it means, and a noun. It means the one name
//! near before it that was introduced with that noun or one of its kind ("Opera, a Norwegian airline, ... the
//! company"), or that has the noun in it. Of several it means the one of the nearest sentence, or its subject. A few
//! nouns ("the party") need no introduction where only one organisation, of which nothing is known, is near.
//! "Party leader Ana Ruiz" is as good as "the party's leader".
//!
//! Where several are near it means the one of which the article has spoken far more often. "The government" and "the
//! nation" mean the only country, "the capital" a capital by a table, and the same words again what they meant before.
//!
//! Whom the same verb does something to is somebody else, and so is what the noun is said of.

use std::collections::{BTreeMap, BTreeSet};

use crate::entity::anaphor::{Anaphor, Article, anaphor};
use crate::entity::descriptions::is_post;
use crate::entity::introduced::{Before, Known, before, is_singular, noun_of};
use crate::entity::kinds;
use crate::entity::trees::Tree;
use crate::entity::{EntityType, Mention, Reason, is_country};
use crate::syntax::clause::{Node, Role};
use crate::syntax::{Deprel, Pos};
use crate::text::Span;

/// Sentences before that of a description in which is looked for what it means.
const SENTENCES_BEFORE: usize = 8;

/// The same for what was not introduced.
const NEAR: usize = 2;

/// Mentions that are looked at.
const MENTIONS_BEFORE: usize = 60;

/// Words that say something of what is meant, but do not say that it is another.
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

/// How often what an article is mostly about is named at least, and how much oftener than anything else.
const CHIEF: usize = 3;

const GOVERNMENT: &str = "government";
const CAPITAL: &str = "capital";

/// Words that say that another is meant: "the parent company".
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

/// Words between an organisation and its people: "party deputy leader".
const RANKS: [&str; 8] = ["deputy", "vice", "former", "senior", "co", "acting", "chief", "assistant"];

/// A description.
struct Description<'t> {
    tree: &'t Tree,
    node: usize,
    noun: String,
    before: Before,
    span: Span,
    sentence: usize,
}

/// The descriptions of organisations, places and persons whose meaning is known, in text order.
pub(super) fn things(article: &Article<'_>) -> Vec<Anaphor> {
    let mut found: Vec<Anaphor> = Vec::new();
    // By the place of its noun what a description means.
    let mut resolved: BTreeMap<usize, usize> = BTreeMap::new();
    // By noun the number of the last description that is known.
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

/// The description of which a node is the noun.
fn description<'t>(
    article: &Article<'_>,
    tree: &'t Tree,
    node: usize,
    sentence: usize,
) -> Option<Description<'t>> {
    let word = &tree.nodes()[node];
    let is_noun = word.name.is_none() && matches!(word.pos, Pos::Noun | Pos::Propn);
    let noun = noun_of(word);
    let is_one = is_singular(&word.form, &word.lemma) || kinds::is_body_of_many(&noun);
    if !is_noun || !is_one || article.quotes.contains(word.span.start) {
        return None;
    }
    let the =
        tree.children(node).find(|&(child, det)| child < node && det.form == "the").map(|(child, _)| child);
    let is_before_title = the.is_none() && kinds::type_of(&noun).is_some() && stands_before_title(tree, node);
    if the.is_none() && !is_before_title || is_said_of_another(tree, node) {
        return None;
    }
    let before = before(tree, node, article.names);
    if before.is_of_other {
        return None;
    }
    // The words up to "the", unless there is a name among them.
    let start = the.map_or(word.span.start, |the| tree.nodes()[the].span.start);
    let has_name = the.is_some_and(|the| tree.nodes()[the..node].iter().any(|node| node.name.is_some()));
    // "The Turkish state" is Turkey, and no state of a country.
    if has_name && noun == "state" {
        return None;
    }
    let span = Span::new(if has_name { word.span.start } else { start }, word.span.end);
    Some(Description { tree, node, noun, before, span, sentence })
}

/// Whether a noun is not what it seems to be: "is the company", "Acme, the company", "the company that ...".
fn is_said_of_another(tree: &Tree, node: usize) -> bool {
    let word = &tree.nodes()[node];
    let is_of_name = word.head.is_some_and(|head| tree.nodes()[head].name.is_some());
    let names_it =
        tree.clauses.clause(node).is_some_and(|clause| clause.fillers(&Role::Who).next().is_some());
    let describes = matches!(
        word.relation,
        Deprel::Appos | Deprel::Xcomp | Deprel::NmodDesc | Deprel::Flat | Deprel::Parataxis | Deprel::Dep
    );
    if describes && (word.relation != Deprel::NmodDesc || is_of_name) || names_it {
        return true;
    }
    if is_of_name && matches!(word.relation, Deprel::Compound | Deprel::NmodUnmarked | Deprel::Amod) {
        return true;
    }
    // "The British bank Acme".
    let is_name = |next: &Node| {
        next.name.is_some()
            && next.relation != Deprel::NmodPoss
            && !next.form.starts_with(|c: char| c.is_ascii_digit())
    };
    if tree.nodes().get(node + 1).is_some_and(is_name) && !stands_before_title(tree, node) {
        return true;
    }
    // Whatever the tree makes of "the leader of the party with most seats".
    let next = tree.nodes().get(node + 1).map(|next| next.form.as_str());
    if matches!(next, Some("of" | "with" | "that" | "whose")) {
        return true;
    }
    let is_comma = |at: usize| tree.nodes().get(at).is_some_and(|next| next.form == ",");
    tree.children(node).any(|(child, other)| match other.relation {
        Deprel::Cop => true,
        Deprel::Nmod | Deprel::Appos | Deprel::Flat | Deprel::NmodUnmarked | Deprel::List => child > node,
        Deprel::Acl | Deprel::AclRelcl => child > node && !is_comma(node + 1),
        Deprel::Case => matches!(other.form.as_str(), "as" | "like"),
        Deprel::Conj => child > node && other.name.is_some(),
        _ => false,
    })
}

/// "Party leader", "company spokesman": whose people they are.
fn stands_before_title(tree: &Tree, node: usize) -> bool {
    let word = &tree.nodes()[node];
    let Some(head) = word.head.filter(|&head| head > node) else { return false };
    let title = &tree.nodes()[head];
    let is_title = title.name.is_none() && kinds::is_person(&title.lemma.to_lowercase());
    let is_modifier =
        matches!(word.relation, Deprel::Compound | Deprel::NmodDesc | Deprel::Nmod | Deprel::NmodUnmarked);
    // Only ranks between it and the title, and nothing before it but "the".
    let is_rank = |at: usize| RANKS.contains(&&*tree.nodes()[at].form) || tree.nodes()[at].form == "-";
    let is_bare = word.children.is_empty() && (node + 1..head).all(is_rank);
    let is_first = node.checked_sub(1).is_none_or(|at| {
        let previous = &tree.nodes()[at];
        previous.form == "the"
            || previous.name.is_none()
                && !matches!(
                    previous.pos,
                    Pos::Adj | Pos::Noun | Pos::Propn | Pos::Num | Pos::Part | Pos::Det | Pos::Pron
                )
                && !matches!(previous.form.as_str(), "-" | "'s" | "’s")
    });
    is_title && is_modifier && is_bare && is_first
}

/// A name that may be meant: its nearest mention, and what is known of it.
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

    /// What the same words meant a little before, if nothing of that type has been named since.
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

    /// Of the countries so far the only one of whose government the article has spoken, or else the only one.
    fn government(&self, description: &Description<'_>) -> Option<(usize, Reason)> {
        let Description { before, span, sentence, .. } = description;
        const PLAIN: [&str; 3] = ["federal", "central", "national"];
        if !before.of.is_empty() || !before.words.iter().all(|word| PLAIN.contains(&word.as_str())) {
            return None;
        }
        let is_spoken_of = |entity: usize| {
            self.introductions.before(entity, span.start).any(|known| known.noun == GOVERNMENT)
        };
        let end = self.names.mentions.partition_point(|m| m.span.start < span.start);
        let is_land = |&at: &usize| is_country(&self.names.entities[self.names.mentions[at].entity].name);
        let lands: Vec<usize> = (0..end).rev().filter(is_land).collect();
        let only = |lands: &[usize]| {
            let first = lands.first().copied()?;
            let entity = |at: usize| self.names.mentions[at].entity;
            let is_near = sentence - self.names.mentions[first].sentence <= SENTENCES_BEFORE;
            (is_near && lands.iter().all(|&at| entity(at) == entity(first))).then_some(first)
        };
        let spoken_of: Vec<usize> =
            lands.iter().copied().filter(|&at| is_spoken_of(self.names.mentions[at].entity)).collect();
        if !spoken_of.is_empty() {
            return only(&spoken_of).map(|land| (land, Reason::Introduced(GOVERNMENT.into())));
        }
        // "Danish troops" and "a sale to Denmark" are no story about Denmark.
        let places = lands.iter().filter(|&&at| !self.names.mentions[at].demonym);
        let is_subject = |&&at: &&usize| self.trees.is_subject(self.names, at);
        let is_story = places.clone().any(|at| is_subject(&at)) || places.count() >= CHIEF;
        is_story.then(|| only(&lands))?.map(|land| (land, Reason::Only))
    }

    /// The only country so far, for "the nation".
    fn only_country(&self, description: &Description<'_>) -> Option<(usize, Reason)> {
        let Description { noun, before, span, sentence, .. } = description;
        if !kinds::is_called("country", noun) || !before.words.is_empty() || !before.of.is_empty() {
            return None;
        }
        let end = self.names.mentions.partition_point(|m| m.span.start < span.start);
        let is_land = |&at: &usize| is_country(&self.names.entities[self.names.mentions[at].entity].name);
        let mut lands = (0..end).rev().filter(is_land);
        let first = lands.next()?;
        let (mentions, entity) = (&self.names.mentions, self.names.mentions[first].entity);
        let is_near = sentence - mentions[first].sentence <= SENTENCES_BEFORE;
        let is_place = !mentions[first].demonym || lands.clone().any(|at| !mentions[at].demonym);
        (is_near && is_place && lands.all(|at| mentions[at].entity == entity))
            .then_some((first, Reason::Only))
    }

    /// The only capital so far, of the country that stands before it or that the article has named.
    fn capital(&self, description: &Description<'_>) -> Option<(usize, Reason)> {
        let Description { before, span, sentence, .. } = description;
        if !before.words.is_empty() {
            return None;
        }
        let end = self.names.mentions.partition_point(|m| m.span.start < span.start);
        let is_its = |land: &str| {
            let mut lands: Box<dyn Iterator<Item = usize>> = match before.of.is_empty() {
                false => Box::new(before.of.iter().copied()),
                true => Box::new(self.names.mentions[..end].iter().map(|m| m.entity)),
            };
            lands.any(|entity| self.names.entities[entity].name == land)
        };
        let is_capital = |&at: &usize| {
            let mention = &self.names.mentions[at];
            let entity = &self.names.entities[mention.entity];
            let is_near = sentence - mention.sentence <= SENTENCES_BEFORE && !mention.demonym;
            is_near
                && entity.entity_type == EntityType::Loc
                && kinds::country_of_capital(&entity.name).is_some_and(is_its)
        };
        let capitals: Vec<usize> = (0..end).rev().filter(is_capital).collect();
        let first = capitals.first().copied()?;
        let entity = |at: usize| self.names.mentions[at].entity;
        let is_only = capitals.iter().all(|&at| entity(at) == entity(first));
        is_only.then(|| (first, Reason::Named(CAPITAL.into())))
    }

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
            // "The oil firm" of what was introduced as a giant.
            let words = &description.before.words;
            let may_be = entity_type == EntityType::Org && fitting.is_empty() && unknown.is_empty();
            let chosen =
                self.chief(&loose, description.sentence).filter(|_| may_be && description.before.is_nouns)?;
            let is_other = words.iter().any(|word| OF_OTHERS.contains(&word.as_str()));
            (!is_other).then_some((chosen.number, Reason::Chief))
        })
    }

    /// Of several names the one of which the article has spoken far more often than of the others.
    fn chief<'c, 'k>(&self, candidates: &'c [Candidate<'k>], sentence: usize) -> Option<&'c Candidate<'k>> {
        let last = candidates.iter().map(|candidate| candidate.number).max()?;
        let count = |candidate: &&Candidate<'_>| {
            let entity = self.names.mentions[candidate.number].entity;
            self.names.mentions[..=last].iter().filter(|m| m.entity == entity).count()
        };
        let chief = candidates.iter().max_by_key(count)?;
        let most = count(&chief);
        let second = candidates.iter().filter(|other| other.number != chief.number).map(|c| count(&c)).max();
        // Who was the subject just before needs less.
        let is_subject =
            chief.sentence + 1 >= sentence && self.trees.is_main_subject(self.names, chief.number);
        let least = if is_subject { CHIEF - 1 } else { CHIEF };
        (most >= least && second.is_none_or(|second| most >= least * second)).then_some(chief)
    }

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
            // Several countries, or far away: too many stories.
            let distance = description.sentence - chosen.sentence;
            if fitting.len() > 1 && (distance > NEAR || chosen.known.is_none() && !is_main(chosen)) {
                return None;
            }
            // Something else that may be one has come in between.
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

    /// Whether a description may be one of a person: what is the last word of a post must have the same words before it.
    fn may_be_person(&self, description: &Description<'_>) -> bool {
        !is_post(&description.noun) || !description.before.words.is_empty()
    }

    /// Whether who was introduced so may be called so.
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

    /// Whether the place before a description is another than that of the introductions.
    fn is_contradicted(&self, description: &Description<'_>, known: &[&Known]) -> bool {
        let mut told = known.iter().flat_map(|known| &known.before.of).peekable();
        let of = &description.before.of;
        let is_person = kinds::type_of(&description.noun).is_none();
        !of.is_empty() && (told.peek().is_some() || is_person) && !told.any(|place| of.contains(place))
    }
}

/// Whether nothing is said of a name that tells what it is called.
fn is_unknown(entity_type: EntityType, known: &[&Known]) -> bool {
    match entity_type {
        EntityType::Per => known.is_empty(),
        _ => known
            .iter()
            .all(|known| kinds::type_of(&known.noun) != Some(entity_type) && !known.noun.is_empty()),
    }
}
