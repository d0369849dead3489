//! Whether what a relation says is still so, has ended, or is to come.

use serde::{Deserialize, Serialize};

use crate::relation::Predicate;
use crate::relation::said::{Said, hung};
use crate::syntax::{Deprel, Pos, Sentence};
use crate::text::Span;

/// Whether a relation is still so.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    strum::Display,
    strum::EnumString,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Status {
    /// It is so, or has happened.
    #[default]
    Current,
    /// It was so: "former", "ex-", "then", "resigned as".
    Former,
    /// It is to come: "will", "plans to", "president-elect".
    Planned,
}

/// Predicates that hold for a time and can end. What happens once does not end.
const STATES: [&str; 11] = [
    "works_for",
    "leads",
    "member_of",
    "part_of",
    "based_in",
    "lives_in",
    "spouse_of",
    "owns",
    "allied_with",
    "linked_to",
    "located_in",
];
/// Words before a post or a name that say that it has ended.
const FORMER: [&str; 17] = [
    "former",
    "ex",
    "ex-",
    "then",
    "late",
    "ousted",
    "deposed",
    "onetime",
    "one-time",
    "erstwhile",
    "retired",
    "formerly",
    "previously",
    "previous",
    "longtime-former",
    "disgraced",
    "fallen",
];
/// Words that say that somebody has a post not yet.
const NOT_YET: [&str; 6] = ["elect", "designate", "nominee", "incoming", "candidate", "nominate"];
/// Verbs that end what is said.
const ENDED: [&str; 19] = [
    "resign",
    "quit",
    "leave",
    "step",
    "oust",
    "sack",
    "fire",
    "dismiss",
    "retire",
    "depart",
    "remove",
    "stand",
    "divorce",
    "separate",
    "depose",
    "expel",
    "overthrow",
    "topple",
    "replace",
];
/// Verbs whose past tense says that it is over: "served as minister".
const SERVED: [&str; 7] = ["serve", "work", "live", "head", "reside", "govern", "rule"];

/// What a sentence says of a relation of two names. `looked_at` is what its rule looked at, from the first word to the last,
/// in bytes of the text; `has_end` tells of a time with a beginning and an end.
pub(super) fn status(
    text: &str,
    tree: &Sentence,
    predicate: Predicate,
    said: Option<&Said>,
    looked_at: Span,
    has_end: bool,
) -> Status {
    let is_state = STATES.contains(&predicate.as_str());
    let first = tree.words.partition_point(|word| word.span.end <= looked_at.start);
    let last = tree.words.partition_point(|word| word.span.start < looked_at.end);
    // A title may stand before what the rule looked at: "former Acme president Bo Lee".
    let mut start = first;
    while start > 0
        && matches!(tree.words[start - 1].pos, Pos::Adj | Pos::Adv | Pos::Noun | Pos::Punct | Pos::X)
        && first - start < 3
        && !matches!(tree.words[start - 1].span.of(text), "," | "." | ";" | ":" | "(" | ")")
    {
        start -= 1;
    }
    let words = || tree.words[start..last].iter();
    let is_one_of = |list: &'static [&'static str]| {
        move |word: &&crate::syntax::Word| list.contains(&word.span.of(text).to_lowercase().as_str())
    };
    if is_state && words().any(|word| is_one_of(&NOT_YET)(&word)) {
        return Status::Planned;
    }
    if said.is_some_and(|said| said.is_ahead(tree)) {
        return Status::Planned;
    }
    if !is_state {
        return Status::Current;
    }
    let is_former = |(i, word): (usize, &crate::syntax::Word)| {
        let form = word.span.of(text).to_lowercase();
        let is_late = form != "late"
            || tree.words.get((start + i).wrapping_sub(1)).is_some_and(|the| &*the.lemma == "the");
        let is_then = form != "then"
            || word.relation != Deprel::Advmod
            || tree.words.get(start + i + 1).is_some_and(|next| next.pos != Pos::Verb);
        FORMER.contains(&form.as_str()) && is_late && is_then || form.starts_with("ex-")
    };
    if words().enumerate().any(is_former) {
        return Status::Former;
    }
    let Some(said) = said else { return Status::Current };
    let is_over = |&word: &usize| {
        let lemma = &*tree.words[word].lemma;
        let form = tree.words[word].span.of(text);
        let has = hung(tree, word, Deprel::Aux, &["have"]);
        let had = tree
            .words
            .iter()
            .any(|aux| aux.head == Some(word) && aux.span.of(text).eq_ignore_ascii_case("had"));
        let was = tree.words.iter().any(|cop| {
            cop.head == Some(word)
                && cop.relation == Deprel::Cop
                && matches!(cop.span.of(text), "was" | "were")
        });
        let until = tree.words.iter().any(|until| {
            matches!(&*until.lemma, "until" | "till")
                && until.head.is_some_and(|time| tree.words[time].head == Some(word))
        });
        ENDED.contains(&lemma)
            || was
            || had
            || until
            || lemma == "use" && form == "used"
            || SERVED.contains(&lemma) && form.ends_with("ed") && !has
    };
    if has_end || said.words.iter().any(is_over) {
        return Status::Former;
    }
    Status::Current
}
