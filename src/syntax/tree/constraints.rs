//! Relations that a treebank does not have between certain words, whatever a model scores.

use crate::syntax::{Deprel, Pos};

/// Of each of these sets of relations a head has one dependent at most.
pub(super) const ONCE: [&[Deprel]; 2] =
    [&[Deprel::Nsubj, Deprel::NsubjPass, Deprel::Csubj, Deprel::CsubjPass], &[Deprel::Obj]];

/// Relations that no dependent of a noun without "be" has, and those that none of a verb has.
const NOT_OF_NOUNS: &[Deprel] = &[
    Deprel::Nsubj,
    Deprel::NsubjPass,
    Deprel::NsubjOuter,
    Deprel::Csubj,
    Deprel::CsubjPass,
    Deprel::Obj,
    Deprel::Iobj,
    Deprel::Aux,
    Deprel::AuxPass,
    Deprel::CompoundPrt,
];
const NOT_OF_VERBS: &[Deprel] = &[
    Deprel::Compound,
    Deprel::Amod,
    Deprel::Flat,
    Deprel::NmodPoss,
    Deprel::NmodDesc,
    Deprel::NmodUnmarked,
    Deprel::Nummod,
    Deprel::Det,
    Deprel::Nmod,
    Deprel::Acl,
    Deprel::AclRelcl,
];

/// Relations that a word after a preposition does not have, and those that a word with "be" does not have.
pub(super) const NOT_WITH_CASE: &[Deprel] =
    &[Deprel::Nsubj, Deprel::NsubjPass, Deprel::Obj, Deprel::Iobj, Deprel::Flat, Deprel::NmodDesc];
pub(super) const NOT_WITH_BE: &[Deprel] = &[
    Deprel::Nsubj,
    Deprel::NsubjPass,
    Deprel::Obj,
    Deprel::Iobj,
    Deprel::Obl,
    Deprel::Nmod,
    Deprel::Compound,
    Deprel::Flat,
];

/// The relations that no dependent has to a head of that part of speech.
pub(super) fn barred(head: Pos, has_be: bool) -> &'static [Deprel] {
    match head {
        Pos::Noun | Pos::Propn | Pos::Pron if !has_be => NOT_OF_NOUNS,
        Pos::Verb => NOT_OF_VERBS,
        _ => &[],
    }
}

/// The relations by which no word of that part of speech depends on another.
pub(super) fn not_for(dependent: Pos) -> &'static [Deprel] {
    match dependent {
        Pos::Punct | Pos::Sym | Pos::X => &[],
        Pos::Verb => &[Deprel::Punct, Deprel::Det, Deprel::Cc, Deprel::Nummod, Deprel::Cop],
        Pos::Noun | Pos::Propn | Pos::Pron => &[Deprel::Punct, Deprel::Aux, Deprel::AuxPass, Deprel::Cop],
        _ => &[Deprel::Punct],
    }
}
