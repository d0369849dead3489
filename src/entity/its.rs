//! "It" and "its", and "they" for a team.
//!
//! The antecedent of "it" is the organisation or country that is its governing subject: "Acme said it would", "Acme,
//! with its shops,". Persons and plurals are skipped; any other governor leaves it unresolved. At the beginning of a
//! sentence the antecedent is the subject of the sentence before, if no other organisation or country is a subject
//! there. "They" needs as its governor a body of many (a club, a band); "their" any organisation, with no other
//! candidate in the sentence.

use std::collections::BTreeMap;

use crate::entity::anaphor::{Anaphor, Article, anaphor};
use crate::entity::introduced::is_singular;
use crate::entity::trees::Tree;
use crate::entity::{EntityType, Mention, Reason, is_country, kinds};
use crate::syntax::{Deprel, Pos};

/// Whether a word is such a pronoun.
pub(crate) fn is_neuter(word: &str) -> bool {
    ["it", "its", "they", "them", "their"].iter().any(|pronoun| word.eq_ignore_ascii_case(pronoun))
}

/// Bodies of many.
const MANY: [&str; 6] = ["club", "band", "team", "side", "duo", "trio"];

/// What a node is to a pronoun.
enum Governor<'a> {
    Meant(&'a Mention),
    /// No antecedent: look further.
    Passed,
    /// It may be the antecedent, but has no known entity.
    Rival,
}

struct Things<'a> {
    article: &'a Article<'a>,
    /// The entities of resolved descriptions and pronouns, by place.
    resolved: BTreeMap<usize, &'a Mention>,
}

/// The resolved neuter pronouns of an article, in text order.
pub(super) fn its<'a>(article: &'a Article<'a>, described: &'a [Anaphor]) -> Vec<Anaphor> {
    let resolved = described.iter().map(|found| (found.mention.name.start, &found.mention)).collect();
    let mut things = Things { article, resolved };
    let mut found = Vec::new();
    for number in 0..article.sentences.len() {
        let Some(tree) = article.trees.tree(number) else { continue };
        for node in 0..tree.nodes().len() {
            let word = &tree.nodes()[node];
            let is_here = word.name.is_none() && is_neuter(&word.form);
            if !is_here || article.quotes.contains(word.span.start) || is_empty(tree, node) {
                continue;
            }
            let Some((meant, reason)) = things.meant(number, tree, node) else { continue };
            things.resolved.insert(word.span.start, meant);
            let entity_type = article.names.entities[meant.entity].entity_type;
            let whole = Mention { entity_type, demonym: false, ..meant.clone() };
            found.push(Anaphor { mention: anaphor(&whole, word.span, number), reason });
        }
    }
    found
}

/// "It is likely that", "it rained".
fn is_empty(tree: &Tree, node: usize) -> bool {
    let word = &tree.nodes()[node];
    if word.form != "it" {
        return false;
    }
    let Some(head) = word.head.filter(|_| tree.is_subject(node)) else {
        return word.relation == Deprel::Expl;
    };
    const OF_NOTHING: [&str; 8] = ["rain", "snow", "seem", "appear", "happen", "emerge", "turn", "take"];
    let above = &tree.nodes()[head];
    let has_be = tree.children(head).any(|(_, child)| child.relation == Deprel::Cop);
    let has_clause = tree.children(head).any(|(child, other)| {
        child > head
            && (matches!(other.relation, Deprel::Ccomp | Deprel::Csubj)
                || has_be
                    && matches!(
                        other.relation,
                        Deprel::Xcomp | Deprel::Advcl | Deprel::Acl | Deprel::AclRelcl
                    ))
    });
    let is_passive = word.relation == Deprel::NsubjPass;
    OF_NOTHING.contains(&&*above.lemma)
        || has_be && above.name.is_none()
        || has_clause && (has_be || is_passive)
}

/// Whether a node is a singular noun for something other than a person.
fn is_one_thing(tree: &Tree, node: usize) -> bool {
    let word = &tree.nodes()[node];
    word.name.is_none()
        && matches!(word.pos, Pos::Noun | Pos::Propn)
        && is_singular(&word.form, &word.lemma)
        && !kinds::is_person(&word.lemma.to_lowercase())
}

impl<'a> Things<'a> {
    fn meant(&self, sentence: usize, tree: &Tree, node: usize) -> Option<(&'a Mention, Reason)> {
        // An object may be anything.
        if !tree.is_subject(node) && tree.nodes()[node].relation != Deprel::NmodPoss {
            return None;
        }
        let is_many = tree.nodes()[node].form.starts_with("the");
        let entity = |at: usize| {
            let named = tree.mention(at, self.article.names);
            named.or_else(|| self.resolved.get(&tree.nodes()[at].span.start).copied()).map(|m| m.entity)
        };
        let others = tree.others(node, entity);
        let allowed =
            |mention: &&'a Mention| !others.contains(&mention.entity) && (!is_many || self.is_many(mention));
        for above in tree.above(node) {
            match self.governor(tree, above, is_many) {
                Governor::Meant(_) if tree.is_joined(above, node) => return None,
                Governor::Meant(mention) => {
                    let is_sure = !self.is_disputed(tree, above, node, mention.entity);
                    return Some((mention, Reason::Subject)).filter(|(m, _)| is_sure && allowed(m));
                }
                // "A ship looking for what it lost".
                Governor::Passed if is_one_thing(tree, above) && !self.is_resolved(tree, above) => {
                    return None;
                }
                Governor::Passed => {}
                Governor::Rival => return None,
            }
        }
        // At the beginning of a sentence.
        let word = &tree.nodes()[node];
        let main = tree.main_subject()?;
        let is_first = main == node || word.relation == Deprel::NmodPoss && word.head == Some(main);
        let is_alone =
            (0..node).all(|before| matches!(self.governor(tree, before, is_many), Governor::Passed));
        let before = self.article.trees.tree(sentence.checked_sub(1)?).filter(|_| is_first && is_alone)?;
        let subject = before.main_subject()?;
        if self.article.quotes.contains(before.nodes()[subject].span.start) {
            return None;
        }
        let Governor::Meant(mention) = self.governor(before, subject, is_many) else { return None };
        let is_rival = |other: usize| {
            other != subject
                && (before.is_subject(other) || before.nodes()[other].relation == Deprel::Conj)
                && match self.governor(before, other, is_many) {
                    Governor::Meant(rival) => rival.entity != mention.entity,
                    Governor::Rival => true,
                    Governor::Passed => false,
                }
        };
        let is_sure = !(0..before.nodes().len()).any(is_rival);
        Some((mention, Reason::Subject)).filter(|(m, _)| is_sure && allowed(m))
    }

    /// Whether another organisation or country stands as an object, or as a subject, between a governor and the pronoun.
    fn is_disputed(&self, tree: &Tree, governor: usize, node: usize, entity: usize) -> bool {
        (governor + 1..node).any(|between| {
            let is_near = tree.is_subject(between)
                || matches!(tree.nodes()[between].relation, Deprel::Obj | Deprel::Iobj | Deprel::Appos);
            let is_named = tree.nodes()[between].name.is_some();
            is_near
                && is_named
                && matches!(self.governor(tree, between, false), Governor::Meant(other) if other.entity != entity)
        })
    }

    fn is_resolved(&self, tree: &Tree, node: usize) -> bool {
        self.resolved.contains_key(&tree.nodes()[node].span.start)
    }

    fn is_many(&self, mention: &Mention) -> bool {
        let mut known = self.article.introductions.before(mention.entity, usize::MAX);
        known.any(|known| MANY.contains(&known.noun.as_str()))
    }

    fn governor(&self, tree: &Tree, node: usize, is_many: bool) -> Governor<'a> {
        let names = self.article.names;
        let node = tree.name_of(node).unwrap_or(node);
        let word = &tree.nodes()[node];
        let is_body = |mention: &Mention| {
            let entity = &names.entities[mention.entity];
            entity.entity_type == EntityType::Org
                || entity.entity_type == EntityType::Loc && is_country(&entity.name) && !mention.demonym
        };
        if let Some(mention) = tree.mention(node, names) {
            return match mention.entity_type {
                _ if mention.demonym => Governor::Passed,
                EntityType::Per if is_many => Governor::Rival,
                EntityType::Per | EntityType::Date => Governor::Passed,
                _ if is_body(mention) => Governor::Meant(mention),
                _ => Governor::Rival,
            };
        }
        if let Some(&mention) = self.resolved.get(&word.span.start) {
            return match names.entities[mention.entity].entity_type {
                EntityType::Per if is_many => Governor::Rival,
                EntityType::Per => Governor::Passed,
                _ if is_body(mention) => Governor::Meant(mention),
                _ => Governor::Rival,
            };
        }
        match word.pos {
            Pos::Pron if is_neuter(&word.form) => Governor::Rival,
            Pos::Noun | Pos::Propn if is_many => Governor::Rival,
            Pos::Noun | Pos::Propn => {
                let is_one =
                    is_singular(&word.form, &word.lemma) && !kinds::is_person(&word.lemma.to_lowercase());
                // Subjects and complements may be the antecedent; other nouns hardly.
                if is_one && (tree.is_subject(node) || word.relation == Deprel::NsubjPass) {
                    Governor::Rival
                } else {
                    Governor::Passed
                }
            }
            Pos::Det if matches!(word.form.as_str(), "this" | "that") && tree.is_subject(node) => {
                Governor::Rival
            }
            _ => Governor::Passed,
        }
    }
}
