//! Frames: rules about the words and roles of a clause. `rules/README.md` describes how they are written.
//!
//! A [`Frame`] is what a rule file says; [`Frames`] indexes them by predicate word, and finds ([`fit`]) those that fit
//! the clauses of a sentence. [`ways`] goes from a clause to the frames that could be written for it.

mod fit;
mod phrase;
mod ways;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::entity::EntityType;
use crate::relation::frame::phrase::Phrase;
use crate::syntax::clause::Kind;

pub(crate) use ways::{Reached, Way};

/// A rule about a clause, its word lists spelled out.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    pub(crate) kind: Kind,
    /// The predicate words, as they are written.
    pub(crate) words: Vec<String>,
    pub(crate) subject: Vec<Path>,
    pub(crate) object: Vec<Path>,
    /// Roles that one of these words must fill.
    pub(crate) fillers: BTreeMap<String, Vec<String>>,
    /// Roles that must be filled.
    pub(crate) has: Vec<String>,
    /// Roles that must not be filled.
    pub(crate) lacks: Vec<String>,
    /// The nouns that a path may lead through; any if there is none.
    pub(crate) through: Vec<String>,
    /// Of a clause of a name: the types that the name may have, and words of which it must have one, if there are any.
    pub(crate) names: Vec<EntityType>,
    pub(crate) name_words: Vec<String>,
    pub(crate) subject_is: Option<Sort>,
    pub(crate) object_is: Option<Sort>,
    /// Words of which the object's name must have one, if there are any, and those of which it must have none.
    pub(crate) object_has: Vec<String>,
    pub(crate) object_lacks: Vec<String>,
    /// Whether a name may act through a noun: Turkey detains through its police, but lies nowhere through its troops.
    pub(crate) by_acting: bool,
}

/// What sort of name an argument must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Sort {
    /// A country, or the adjective of one.
    Country,
    /// A place that is no country.
    Place,
    /// An adjective: "Turkish".
    Adjective,
    /// No adjective.
    Plain,
}

impl Sort {
    fn fits(self, name: NameKind) -> bool {
        match self {
            Sort::Country => name.adjective || name.is_country,
            Sort::Place => !name.adjective && !name.is_country && name.entity_type == EntityType::Loc,
            Sort::Adjective => name.adjective,
            Sort::Plain => !name.adjective,
        }
    }
}

/// A role, or the role of the noun that fills a role: "patient.agent".
pub(crate) type Path = Vec<String>;

/// A frame with the head words of its nouns.
#[derive(Debug)]
struct CompiledFrame {
    rule: usize,
    frame: Frame,
    /// Of [`Frame::fillers`] and [`Frame::through`] the nouns.
    fillers: Vec<(String, Vec<Phrase>)>,
    through: Vec<Phrase>,
}

impl CompiledFrame {
    fn of(rule: usize, frame: &Frame) -> Self {
        let nouns = |words: &[String]| words.iter().map(|word| Phrase::noun(word)).collect();
        CompiledFrame {
            rule,
            fillers: frame.fillers.iter().map(|(role, words)| (role.clone(), nouns(words))).collect(),
            through: nouns(&frame.through),
            frame: frame.clone(),
        }
    }
}

/// All frames of a rule set.
#[derive(Debug, Default)]
pub(crate) struct Frames {
    frames: Vec<CompiledFrame>,
    /// By kind and first word (of nouns: head word) the frames with such a word.
    index: HashMap<(Kind, String), Vec<(Phrase, usize)>>,
    /// The frames of clauses of names.
    of_names: Vec<usize>,
    /// The frames of any noun.
    of_any_noun: Vec<usize>,
    /// Nouns of several words, of any frame or list, by their head: each hides the shorter ones in it.
    phrases: HashMap<String, BTreeSet<Phrase>>,
    /// By type the nouns through which a name of it acts.
    acting: BTreeMap<EntityType, BTreeSet<String>>,
}

/// What frames ask of a name.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NameKind {
    pub(crate) entity_type: EntityType,
    /// An adjective: "Turkish".
    pub(crate) adjective: bool,
    pub(crate) is_country: bool,
    /// A description whose name is known: "the goalkeeper".
    pub(crate) is_anaphor: bool,
}

impl Frames {
    /// `frames` with the numbers of their rules; `nouns` of several words hide shorter ones.
    pub(crate) fn new<'f>(
        frames: impl Iterator<Item = (usize, &'f Frame)>,
        nouns: &BTreeSet<String>,
        acting: &BTreeMap<EntityType, BTreeSet<String>>,
    ) -> Self {
        let mut all = Frames { acting: acting.clone(), ..Frames::default() };
        for (rule, frame) in frames {
            let number = all.frames.len();
            if frame.kind == Kind::Noun && frame.words == ["*"] {
                all.of_any_noun.push(number);
            }
            for word in frame.words.iter().filter(|word| *word != "*") {
                let phrase = match frame.kind {
                    Kind::Noun => Phrase::noun(word),
                    _ => Phrase::predicate(word),
                };
                let Some(head) = phrase.head_word().cloned() else { continue };
                if frame.kind == Kind::Noun {
                    all.phrases.entry(head.clone()).or_default().insert(phrase.clone());
                }
                all.index.entry((frame.kind, head)).or_default().push((phrase, number));
            }
            if frame.kind == Kind::Name {
                all.of_names.push(number);
            }
            all.frames.push(CompiledFrame::of(rule, frame));
        }
        for noun in nouns {
            let phrase = Phrase::noun(noun);
            if let Some(head) = phrase.head_word().cloned() {
                all.phrases.entry(head).or_default().insert(phrase);
            }
        }
        all
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }
}
