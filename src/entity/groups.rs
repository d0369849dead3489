//! "They" and "both executives": anaphors of a list of names.
//!
//! "They" and "their" refer to the list that is their governing subject ("Ana and Bo said they") or, at the beginning
//! of a sentence, to the only list of the sentence before, if it has no other plural. "Both" and "the two" need a list
//! of two. There is one anaphor for each member, all at the same place.

use crate::entity::anaphor::{Anaphor, Article, anaphor};
use crate::entity::introduced::is_singular;
use crate::entity::trees::Tree;
use crate::entity::{EntityType, Mention, Reason, kinds};
use crate::syntax::{Deprel, Pos};
use crate::text::Span;

/// An anaphor of a list.
struct Group {
    span: Span,
    name: Span,
    /// Whether it is a pronoun and not "both".
    is_pronoun: bool,
    /// The type of its members, if the noun says it.
    entity_type: Option<EntityType>,
}

/// The anaphors of lists in an article, in text order. `known` are the other anaphors.
pub(super) fn groups(article: &Article<'_>, known: &[Anaphor]) -> Vec<Anaphor> {
    let mut found = Vec::new();
    for number in 0..article.sentences.len() {
        let Some(tree) = article.trees.tree(number) else { continue };
        for node in 0..tree.nodes().len() {
            let is_known = |group: &Group| known.iter().any(|other| other.mention.span.overlaps(group.span));
            let Some(group) = group(article, tree, node).filter(|group| !is_known(group)) else { continue };
            let Some(members) = meant(article, number, tree, node, &group) else { continue };
            for member in members {
                let mut mention = anaphor(member, group.span, number);
                mention.name = group.name;
                found.push(Anaphor { mention, reason: Reason::Listed });
            }
        }
    }
    found
}

fn group(article: &Article<'_>, tree: &Tree, node: usize) -> Option<Group> {
    let word = &tree.nodes()[node];
    if word.name.is_some() || article.quotes.contains(word.span.start) {
        return None;
    }
    if matches!(word.form.as_str(), "they" | "them" | "their") {
        return Some(Group { span: word.span, name: word.span, is_pronoun: true, entity_type: None });
    }
    let has_more = tree.children(node).any(|(child, _)| child > node);
    let before = node.checked_sub(1).map(|before| &tree.nodes()[before])?;
    if matches!(word.form.as_str(), "pair" | "duo" | "couple") && before.form == "the" && !has_more {
        let span = Span::new(before.span.start, word.span.end);
        return Some(Group { span, name: word.span, is_pronoun: false, entity_type: Some(EntityType::Per) });
    }
    let is_many = matches!(word.pos, Pos::Noun) && !is_singular(&word.form, &word.lemma);
    // "Both executives", "the two companies".
    let first = match before.form.as_str() {
        "both" => node - 1,
        "two" => node.checked_sub(2).filter(|&the| tree.nodes()[the].form == "the")?,
        _ => return None,
    };
    if !is_many || has_more {
        return None;
    }
    let noun = word.lemma.to_lowercase();
    let is_side = matches!(noun.as_str(), "side" | "body");
    let of_noun = kinds::type_of(&noun).or_else(|| kinds::is_person(&noun).then_some(EntityType::Per));
    if !is_side && of_noun.is_none() {
        return None;
    }
    let span = Span::new(tree.nodes()[first].span.start, word.span.end);
    Some(Group { span, name: word.span, is_pronoun: false, entity_type: of_noun.filter(|_| !is_side) })
}

/// The members of the antecedent.
fn meant<'a>(
    article: &'a Article<'_>,
    number: usize,
    tree: &Tree,
    node: usize,
    group: &Group,
) -> Option<Vec<&'a Mention>> {
    let fits = |members: &Vec<&'a Mention>| {
        let is_type = group.entity_type.is_none_or(|wanted| members[0].entity_type == wanted);
        is_type && (group.is_pronoun || members.len() == 2)
    };
    if group.is_pronoun {
        for above in tree.above(node) {
            let members = list(article, tree, above);
            if members.is_some() {
                return members;
            }
            if is_many(tree, above) {
                return None;
            }
        }
        let word = &tree.nodes()[node];
        let main = tree.main_subject()?;
        let is_first = main == node || word.relation == Deprel::NmodPoss && word.head == Some(main);
        let is_alone =
            (0..node).all(|before| !is_many(tree, before) && list(article, tree, before).is_none());
        if !is_first || !is_alone {
            return None;
        }
    }
    let before = article.trees.tree(number.checked_sub(1)?)?;
    let count = before.nodes().len();
    let mut lists = (0..count).filter_map(|at| list(article, before, at)).filter(fits);
    let only = lists.next().filter(|_| lists.next().is_none())?;
    let is_in_list = |at: usize| {
        let title = before.nodes()[at].head.filter(|_| before.nodes()[at].relation == Deprel::NmodDesc);
        title.is_some_and(|name| before.nodes()[name].name.is_some())
    };
    let is_rival = |at: usize| {
        let relation = before.nodes()[at].relation;
        let is_near = before.is_subject(at) || matches!(relation, Deprel::Obj | Deprel::Conj);
        is_near && is_many(before, at) && !is_in_list(at)
    };
    (!group.is_pronoun || !(0..count).any(is_rival)).then_some(only)
}

/// The names of the list that begins at a node, if all are of one type.
fn list<'a>(article: &'a Article<'_>, tree: &Tree, node: usize) -> Option<Vec<&'a Mention>> {
    let members = tree.clauses.members(node);
    if members.len() < 2 || members.first() != Some(&node) {
        return None;
    }
    let named: Option<Vec<&Mention>> =
        members.iter().map(|&member| tree.mention(member, article.names)).collect();
    let named = named?;
    let first = named[0];
    let is_type = matches!(first.entity_type, EntityType::Per | EntityType::Org | EntityType::Loc);
    let is_same = |(at, m): (usize, &&Mention)| {
        let is_new = named[..at].iter().all(|other| other.entity != m.entity);
        m.entity_type == first.entity_type && !m.demonym && is_new
    };
    (is_type && named.iter().enumerate().all(is_same)).then_some(named)
}

/// Whether a node is a plural noun or pronoun.
fn is_many(tree: &Tree, node: usize) -> bool {
    let word = &tree.nodes()[node];
    let is_pronoun = matches!(word.form.as_str(), "they" | "them" | "these" | "those");
    let is_noun = matches!(word.pos, Pos::Noun) && !is_singular(&word.form, &word.lemma);
    word.name.is_none() && (is_pronoun || is_noun)
}
