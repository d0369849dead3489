//! Descriptions in a sentence: the nouns that may stand for a name.

use crate::entity::anaphor::Article;
use crate::entity::introduced::{Before, before, is_singular, noun_of};
use crate::entity::kinds;
use crate::entity::trees::Tree;
use crate::syntax::clause::{Node, Role};
use crate::syntax::{Deprel, Pos};
use crate::text::Span;

/// Limit of words between an organisation and its people: "party deputy leader".
const RANKS: [&str; 8] = ["deputy", "vice", "former", "senior", "co", "acting", "chief", "assistant"];

/// A description.
pub(super) struct Description<'t> {
    pub(super) tree: &'t Tree,
    pub(super) node: usize,
    pub(super) noun: String,
    pub(super) before: Before,
    pub(super) span: Span,
    pub(super) sentence: usize,
}

/// The description whose noun is a node.
pub(super) fn description<'t>(
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
    // "The Turkish state" is the country.
    if has_name && noun == "state" {
        return None;
    }
    let span = Span::new(if has_name { word.span.start } else { start }, word.span.end);
    Some(Description { tree, node, noun, before, span, sentence })
}

/// Whether a noun phrase is no anaphor: "is the company", "Acme, the company", "the company that ...".
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
    // "The leader of the party with most seats", however it is parsed.
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

/// A noun for an organisation before a title: "party leader", "company spokesman".
fn stands_before_title(tree: &Tree, node: usize) -> bool {
    let word = &tree.nodes()[node];
    let Some(head) = word.head.filter(|&head| head > node) else { return false };
    let title = &tree.nodes()[head];
    let is_title = title.name.is_none() && kinds::is_person(&title.lemma.to_lowercase());
    let is_modifier =
        matches!(word.relation, Deprel::Compound | Deprel::NmodDesc | Deprel::Nmod | Deprel::NmodUnmarked);
    // Only ranks may stand between it and the title, and only "the" before it.
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
