//! Introductions: "Opera, a Norwegian software company".

use std::collections::BTreeMap;

use crate::entity::trees::{Tree, Trees};
use crate::entity::{EntityType, Names, kinds};
use crate::syntax::clause::{Kind, Mood, Node, Role};
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
    /// Whether it has another name or a possessor: "the Acme company", "his party".
    pub(super) is_of_other: bool,
    /// Whether all words are nouns.
    pub(super) is_nouns: bool,
}

impl Before {
    /// Whether it is a former one.
    pub(super) fn is_former(&self) -> bool {
        self.words.iter().any(|word| matches!(word.as_str(), "former" | "ex" | "then" | "late"))
    }
}

/// The introductions of each entity.
#[derive(Debug, Default)]
pub(super) struct Introductions(BTreeMap<usize, Vec<Known>>);

/// At most so many introductions of an entity are kept.
const MOST: usize = 12;

/// Nouns that a name of the same thing may precede: "the Hamas movement".
const AFTER_NAME: [&str; 15] = [
    "rebels",
    "militants",
    "insurgents",
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
            let is_thing =
                matches!(mention.entity_type, EntityType::Org | EntityType::Loc | EntityType::Misc);
            if is_thing && !mention.demonym {
                let entity = &names.entities[mention.entity];
                if known.0.contains_key(&mention.entity) {
                    continue;
                }
                let is_city = kinds::country_of_capital(&entity.name).is_some();
                let of_table = [is_city.then_some("city"), kinds::is_state(&entity.name).then_some("state")];
                let of_table =
                    of_table.into_iter().flatten().filter(|_| entity.entity_type == EntityType::Loc);
                for noun in kinds::of_name(&entity.name).into_iter().chain(of_table) {
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

    /// The introductions of an entity before a place.
    pub(super) fn before(&self, entity: usize, at: usize) -> impl Iterator<Item = &Known> {
        self.0.get(&entity).into_iter().flatten().filter(move |known| known.at < at)
    }

    /// The persons that are "she" or "he", by their introductions, else by their first names.
    pub(super) fn sexes(&self, names: &Names) -> BTreeMap<usize, bool> {
        let by_noun =
            |entity: usize| self.0.get(&entity)?.iter().find_map(|known| kinds::is_she(&known.noun));
        let by_name = |name: &str| name.split_once(' ').and_then(|(first, _)| kinds::is_she_by_name(first));
        let persons = names.entities.iter().enumerate().filter(|(_, e)| e.entity_type == EntityType::Per);
        persons
            .filter_map(|(number, e)| Some((number, by_noun(number).or_else(|| by_name(&e.name))?)))
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
            let noun = noun_of(node);
            let noun = if node.lemma.eq_ignore_ascii_case(&noun) { clause.lemma.clone() } else { noun };
            // "The companies Acme and Bolt".
            if !is_singular(&node.form, &node.lemma) {
                named = named.into_iter().flat_map(|who| tree.clauses.members(who)).collect();
            }
            // "The Turkish government", "Peru's government".
            if noun == "government" {
                let roles = [Role::Mod, Role::Poss, Role::Prep("of".into())];
                for land in roles.iter().flat_map(|role| clause.fillers(role)) {
                    if let Some(mention) = tree.mention(land, names) {
                        let known = Known {
                            noun: noun.clone(),
                            before: Before::default(),
                            at: node.span.start,
                            in_name: false,
                        };
                        self.add(mention.entity, known);
                    }
                }
                continue;
            }
            if AFTER_NAME.contains(&&*noun) {
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
                    noun: noun.clone(),
                    before: before(tree, clause.head, names),
                    at: node.span.start,
                    in_name: false,
                };
                self.add(mention.entity, known);
            }
        }
    }
}

/// The noun of a node: its lemma, but the plural where that names one body.
pub(super) fn noun_of(node: &Node) -> String {
    let form = node.form.to_lowercase();
    if kinds::is_body_of_many(&form) { form } else { node.lemma.to_lowercase() }
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
