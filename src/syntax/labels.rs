//! Parts of speech and relations, as [Universal Dependencies](https://universaldependencies.org) names them.

use strum::{Display, EnumIter, EnumString};

/// One of the 17 universal parts of speech.
///
/// See the [example](crate::syntax#example).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Display, EnumIter, EnumString)]
#[strum(serialize_all = "UPPERCASE")]
pub enum Pos {
    /// Adjective, with ordinal numbers: `large`, `third`.
    Adj,
    /// Preposition or postposition: `of`, `ago`.
    Adp,
    /// Adverb: `quickly`.
    Adv,
    /// Auxiliary verb, the copula included: `has` done, `is` tall.
    Aux,
    /// Coordinating conjunction: `and`, `but`.
    Cconj,
    /// Determiner, articles included: `the`, `some`.
    Det,
    /// Interjection: `yes`, `oh`.
    Intj,
    /// Common noun.
    Noun,
    /// Number in digits or words.
    Num,
    /// Particle: `not`, `to` before a verb, the possessive `'s`.
    Part,
    /// Pronoun, possessives included: `she`, `their`.
    Pron,
    /// Proper noun.
    Propn,
    /// Punctuation.
    Punct,
    /// Subordinating conjunction: `if`, `that`.
    Sconj,
    /// Symbol: `$`, `%`.
    Sym,
    /// Verb other than an auxiliary.
    Verb,
    /// Anything else, such as foreign words.
    X,
}

/// What a word is to its head: a universal relation, or one with a subtype (`nsubj:pass`).
///
/// See the [example](crate::syntax#example).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Display, EnumString)]
#[strum(serialize_all = "lowercase")]
#[allow(missing_docs)] // the guidelines of Universal Dependencies say it
pub enum Deprel {
    Acl,
    #[strum(serialize = "acl:relcl")]
    AclRelcl,
    Advcl,
    #[strum(serialize = "advcl:relcl")]
    AdvclRelcl,
    Advmod,
    Amod,
    Appos,
    Aux,
    #[strum(serialize = "aux:pass")]
    AuxPass,
    Case,
    Cc,
    #[strum(serialize = "cc:preconj")]
    CcPreconj,
    Ccomp,
    Clf,
    Compound,
    #[strum(serialize = "compound:prt")]
    CompoundPrt,
    Conj,
    Cop,
    Csubj,
    #[strum(serialize = "csubj:pass")]
    CsubjPass,
    Dep,
    Det,
    #[strum(serialize = "det:predet")]
    DetPredet,
    Discourse,
    Dislocated,
    Expl,
    Fixed,
    Flat,
    Goeswith,
    Iobj,
    List,
    Mark,
    Nmod,
    #[strum(serialize = "nmod:desc")]
    NmodDesc,
    #[strum(serialize = "nmod:poss")]
    NmodPoss,
    #[strum(serialize = "nmod:unmarked")]
    NmodUnmarked,
    Nsubj,
    #[strum(serialize = "nsubj:outer")]
    NsubjOuter,
    #[strum(serialize = "nsubj:pass")]
    NsubjPass,
    Nummod,
    Obj,
    Obl,
    #[strum(serialize = "obl:agent")]
    OblAgent,
    #[strum(serialize = "obl:unmarked")]
    OblUnmarked,
    Orphan,
    Parataxis,
    Punct,
    Reparandum,
    Root,
    Vocative,
    Xcomp,
}

impl Deprel {
    /// The relation of that name; where a subtype is not known, the relation without it, and `dep` for all others.
    pub fn named(name: &str) -> Self {
        let universal = || name.split(':').next().and_then(|name| name.parse().ok());
        name.parse().ok().or_else(universal).unwrap_or(Deprel::Dep)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_universal_dependencies() {
        assert_eq!("PROPN".parse(), Ok(Pos::Propn));
        assert_eq!(Pos::Cconj.to_string(), "CCONJ");
        let names = [
            ("nsubj:pass", Deprel::NsubjPass),
            ("obl", Deprel::Obl),
            ("acl:relcl", Deprel::AclRelcl),
            ("flat:foreign", Deprel::Flat),
            ("nonsense", Deprel::Dep),
        ];
        for (name, relation) in names {
            assert_eq!(Deprel::named(name), relation, "{name}");
        }
        assert_eq!(Deprel::NmodPoss.to_string(), "nmod:poss");
    }
}
