//! What the article calls its names: "Opera, a Norwegian software company".

use std::collections::BTreeMap;

use crate::entity::trees::{Tree, Trees};
use crate::entity::{EntityType, Names, kinds};
use crate::syntax::clause::{Kind, Mood, Role};
use crate::syntax::{Deprel, Pos};

/// A noun by which a name is introduced, and what stands before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) noun: String,
    pub(super) before: Before,
    /// Where in the text it is said.
    pub(super) at: usize,
    /// Whether the name itself has the noun.
    pub(super) in_name: bool,
}

/// What stands before a noun.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Before {
    /// The words, in their base forms.
    pub(super) words: Vec<String>,
    /// Entities of places: "Norwegian", "U.S.".
    pub(super) of: Vec<usize>,
    /// Whether there is another name, or somebody's: "the Acme company", "his party".
    pub(super) is_of_other: bool,
    /// Whether all words are nouns.
    pub(super) is_nouns: bool,
}

impl Before {
    /// Whether it is over: "former".
    pub(super) fn is_former(&self) -> bool {
        self.words.iter().any(|word| matches!(word.as_str(), "former" | "ex" | "then" | "late"))
    }
}

/// For each entity what it is introduced as.
#[derive(Debug, Default)]
pub(super) struct Introductions(BTreeMap<usize, Vec<Known>>);

/// Introductions of one entity that are kept.
const MOST: usize = 12;

/// Nouns that a name stands before as its own: "the Hamas movement".
const AFTER_NAME: [&str; 12] = [
    "party",
    "movement",
    "militia",
    "group",
    "company",
    "conglomerate",
    "newspaper",
    "magazine",
    "club",
    "band",
    "bank",
    "airline",
];

impl Introductions {
    pub(super) fn of(names: &Names, trees: &Trees, sentences: usize) -> Self {
        let mut known = Introductions::default();
        for mention in &names.mentions {
            if matches!(mention.entity_type, EntityType::Org | EntityType::Loc) && !mention.demonym {
                let entity = &names.entities[mention.entity];
                if known.0.contains_key(&mention.entity) {
                    continue;
                }
                for noun in kinds::of_name(&entity.name) {
                    let known_as =
                        Known { noun: noun.to_owned(), before: Before::default(), at: 0, in_name: true };
                    known.add(mention.entity, known_as);
                }
            }
        }
        for tree in (0..sentences).filter_map(|sentence| trees.tree(sentence)) {
            known.add_clauses(names, tree);
        }
        known
    }

    /// What an entity was introduced as before a place.
    pub(super) fn before(&self, entity: usize, at: usize) -> impl Iterator<Item = &Known> {
        self.0.get(&entity).into_iter().flatten().filter(move |known| known.at < at)
    }

    /// All persons that are introduced as what is a man or a woman.
    pub(super) fn sexes(&self, names: &Names) -> BTreeMap<usize, bool> {
        let is_person = |entity: usize| names.entities[entity].entity_type == EntityType::Per;
        let of_one = |known: &Vec<Known>| known.iter().find_map(|known| kinds::is_she(&known.noun));
        self.0
            .iter()
            .filter(|(entity, _)| is_person(**entity))
            .filter_map(|(&entity, known)| Some((entity, of_one(known)?)))
            .collect()
    }

    fn add(&mut self, entity: usize, known: Known) {
        let all = self.0.entry(entity).or_default();
        let is_new = !all.iter().any(|other| other.noun == known.noun && other.before == known.before);
        if is_new && all.len() < MOST {
            all.push(known);
        }
    }

    fn add_clauses(&mut self, names: &Names, tree: &Tree) {
        for clause in &tree.clauses.all {
            if clause.kind != Kind::Noun {
                continue;
            }
            let node = &tree.nodes()[clause.head];
            let is_told = clause.granted || !clause.negated && clause.mood == Mood::Fact;
            let mut named: Vec<usize> = clause.fillers(&Role::Who).filter(|_| is_told).collect();
            // "The companies Acme and Bolt".
            if !is_singular(&node.form, &node.lemma) {
                named = named.into_iter().flat_map(|who| tree.clauses.members(who)).collect();
            }
            if AFTER_NAME.contains(&&*clause.lemma) {
                let is_before = |&name: &usize| {
                    name < clause.head
                        && tree.nodes()[name].relation != Deprel::NmodPoss
                        && tree.mention(name, names).is_some_and(|m| m.entity_type == EntityType::Org)
                };
                named.extend(clause.fillers(&Role::Mod).filter(is_before));
            }
            for who in named {
                let Some(mention) = tree.mention(who, names).filter(|m| !m.demonym) else { continue };
                let known = Known {
                    noun: clause.lemma.clone(),
                    before: before(tree, clause.head, names),
                    at: node.span.start,
                    in_name: false,
                };
                self.add(mention.entity, known);
            }
        }
    }
}

/// Whether a noun is in the singular.
pub(super) fn is_singular(form: &str, lemma: &str) -> bool {
    form.eq_ignore_ascii_case(lemma)
}

/// What stands before a noun.
pub(super) fn before(tree: &Tree, noun: usize, names: &Names) -> Before {
    let mut before = Before { is_nouns: true, ..Before::default() };
    let mut rest = vec![(noun, 0)];
    while let Some((at, depth)) = rest.pop() {
        for (child, word) in tree.children(at) {
            if child >= noun
                || matches!(word.relation, Deprel::Det | Deprel::Punct | Deprel::Case | Deprel::Cop)
            {
                continue;
            }
            let is_modifier = matches!(
                word.relation,
                Deprel::Amod
                    | Deprel::Compound
                    | Deprel::NmodDesc
                    | Deprel::Nmod
                    | Deprel::NmodUnmarked
                    | Deprel::NmodPoss
                    | Deprel::Nummod
                    | Deprel::Flat
                    | Deprel::Advmod
                    | Deprel::OblUnmarked
                    | Deprel::Conj
                    | Deprel::Dep
            );
            if !is_modifier {
                continue;
            }
            match tree.mention(child, names) {
                Some(mention) if mention.demonym || mention.entity_type == EntityType::Loc => {
                    before.of.push(mention.entity);
                }
                Some(_) => before.is_of_other = true,
                None if word.relation == Deprel::NmodPoss => before.is_of_other = true,
                None => {
                    before.is_nouns &= matches!(word.pos, Pos::Noun | Pos::Propn) || &*word.lemma == "base";
                    before.words.push(word.lemma.to_lowercase());
                    if depth < 2 {
                        rest.push((child, depth + 1));
                    }
                }
            }
        }
    }
    before
}
