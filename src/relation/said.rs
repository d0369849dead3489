//! The words of a sentence that state a relation, by its tree: a time, an end or a plan must belong to them.

use crate::syntax::{Deprel, Pos, Sentence, Word};
use crate::text::Span;

/// Verbs whose time is not that of their complement: "agreed in March to buy Acme".
const OF_OTHER_TIMES: [&str; 24] = [
    "agree", "plan", "decide", "vow", "pledge", "promise", "want", "ask", "urge", "order", "threaten",
    "offer", "propose", "expect", "hope", "intend", "refuse", "decline", "call", "allow", "invite", "demand",
    "seek", "accuse",
];

/// The words that state a relation: a verb or noun, and verbs that share their time with it.
#[derive(Debug, Clone)]
pub(super) struct Said {
    /// By their places in the tree, the stating one first.
    pub(super) words: Vec<usize>,
    /// The heads of subject and object.
    pub(super) names: [usize; 2],
}

impl Said {
    /// The words that state a relation of two names. `word` is the verb or noun that does, where
    /// a rule knows it. Nothing if only the names' places do ("Konya, Turkey").
    pub(super) fn of(tree: &Sentence, names: [Span; 2], word: Option<Span>) -> Option<Self> {
        let [subject, object] = [outer(tree, names[0])?, outer(tree, names[1])?];
        let word = match word.and_then(|word| outer(tree, word)) {
            Some(word) => word,
            None => stating(tree, subject, object)?,
        };
        let mut words = vec![word];
        let mut at = word;
        // "Became president in 2014", "held talks on Monday", "began to visit": the verb has the time.
        while let Some(head) = tree.words[at].head {
            let is_noun = tree.words[at].pos == Pos::Noun && at == word;
            let same = match tree.words[at].relation {
                Deprel::Xcomp => !OF_OTHER_TIMES.contains(&&*tree.words[head].lemma),
                Deprel::Obj | Deprel::Nsubj | Deprel::NsubjPass => {
                    is_noun && tree.words[head].pos == Pos::Verb
                }
                Deprel::Obl => is_noun && has_dependent(tree, at, Deprel::Case, &["as"]),
                _ => false,
            };
            if !same || words.contains(&head) {
                break;
            }
            words.push(head);
            at = head;
        }
        Some(Said { words, names: [subject, object] })
    }

    /// Without the verbs: a title ("president since 2014") has not the time of the sentence's verb.
    pub(super) fn alone(&self) -> Self {
        Said { words: self.words[..1].to_vec(), ..self.clone() }
    }

    /// Whether a verb is among them.
    pub(super) fn is_event(&self, tree: &Sentence) -> bool {
        self.words.iter().any(|&word| tree.words[word].pos == Pos::Verb)
    }

    /// Whether they look ahead: "will meet", "is to meet", "plans to meet".
    pub(super) fn is_ahead(&self, tree: &Sentence) -> bool {
        self.words.iter().any(|&word| is_ahead(tree, word))
    }
}

/// The word that states what holds between two names: the one above both, or, where they share no verb ("came on Monday
/// and met Y"), the verb above the second.
fn stating(tree: &Sentence, subject: usize, object: usize) -> Option<usize> {
    let above = |word: usize| {
        let up = std::iter::successors(Some(word), |&word| tree.words[word].head);
        up.take(tree.words.len()).collect::<Vec<usize>>()
    };
    let (of_subject, of_object) = (above(subject), above(object));
    let shared = |word: &usize| of_subject.contains(word);
    let top = of_object.iter().position(shared)?;
    let below = |chain: &[usize]| {
        let verbs = chain.iter().copied().find(|&word| tree.words[word].pos == Pos::Verb);
        verbs.filter(|&verb| match tree.words[verb].relation {
            Deprel::Conj | Deprel::AclRelcl | Deprel::Acl | Deprel::Advcl | Deprel::Ccomp => true,
            Deprel::Xcomp => tree.words[verb].head.is_some_and(|head| {
                let lemma = &*tree.words[head].lemma;
                PLANS.contains(&lemma) || OF_OTHER_TIMES.contains(&lemma)
            }),
            _ => false,
        })
    };
    let end = of_subject.iter().position(|word| *word == of_object[top])?;
    let lower = below(&of_object[..top]).or_else(|| below(&of_subject[..end]));
    let word = lower.unwrap_or(of_object[top]);
    // A name does not state a relation.
    (word != subject && word != object).then_some(word)
}

/// The head word of a span: the one whose own head is outside, or the root.
pub(super) fn outer(tree: &Sentence, span: Span) -> Option<usize> {
    let inside = |word: usize| tree.words[word].span.overlaps(span);
    (0..tree.words.len()).find(|&word| inside(word) && tree.words[word].head.is_none_or(|head| !inside(head)))
}

/// Whether one of these words depends on a word by that relation.
pub(super) fn has_dependent(tree: &Sentence, word: usize, relation: Deprel, lemmas: &[&str]) -> bool {
    let is_it = |other: &Word| {
        other.head == Some(word) && other.relation == relation && lemmas.contains(&&*other.lemma)
    };
    tree.words.iter().any(is_it)
}

/// Words whose infinitive is in the future: "plans to meet", "a deal to buy".
const PLANS: [&str; 24] = [
    "plan",
    "agree",
    "schedule",
    "set",
    "due",
    "expect",
    "intend",
    "go",
    "vow",
    "promise",
    "slate",
    "prepare",
    "about",
    "pick",
    "choose",
    "tap",
    "nominate",
    "select",
    "deal",
    "agreement",
    "bid",
    "offer",
    "pact",
    "poise",
];

/// Whether a verb looks ahead: "will meet", "is to meet", "plans to meet".
fn is_ahead(tree: &Sentence, word: usize) -> bool {
    let has = |relation: Deprel, lemmas: &[&str]| has_dependent(tree, word, relation, lemmas);
    let is_infinitive = has(Deprel::Mark, &["to"]);
    // "Is going to play", "is set to play"; but "went to play", "was set up to play".
    let is_plan = |head: usize| match &*tree.words[head].lemma {
        "go" => has_dependent(tree, head, Deprel::Aux, &["be"]),
        "set" => !tree.words.iter().any(|it| it.head == Some(head) && it.relation == Deprel::CompoundPrt),
        lemma => PLANS.contains(&lemma),
    };
    let is_planned = tree.words[word].head.is_some_and(is_plan);
    let has_infinitive = || {
        tree.words.iter().enumerate().any(|(other, it)| {
            it.head == Some(word)
                && it.relation == Deprel::Xcomp
                && has_dependent(tree, other, Deprel::Mark, &["to"])
        })
    };
    has(Deprel::Aux, &["will", "shall", "would"])
        || is_plan(word) && has_infinitive()
        // In "is due to visit" the parser takes "due to" for one preposition.
        || tree.words[word].pos == Pos::Verb
            && tree.words[word].head.is_some_and(|head| &*tree.words[head].lemma == "due")
        || is_infinitive && (is_planned || has(Deprel::Aux, &["be"]) || has(Deprel::Cop, &["be"]))
}
