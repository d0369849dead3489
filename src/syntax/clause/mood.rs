//! What is denied, planned or doubtful, by the words that a predicate hangs on or that hang on it.

use crate::syntax::clause::nodes::{Node, children};
use crate::syntax::clause::{Clause, Kind, Role};
use crate::syntax::{Deprel, Pos};

/// Whether a clause is told as a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mood {
    /// As one.
    #[default]
    Fact,
    /// It is to come: "will", "plans to".
    Planned,
    /// It may be, or is wished for: "could", "if", "wants to", "is believed to".
    Doubtful,
}

const NOT: [&str; 6] = ["not", "never", "neither", "nor", "no longer", "hardly"];
const NOBODY: [&str; 5] = ["nobody", "no one", "none", "neither", "nothing"];
const MAY: [&str; 8] = ["may", "might", "could", "should", "must", "can", "ought", "need"];
const WILL: [&str; 3] = ["will", "shall", "would"];
const IF: [&str; 5] = ["if", "unless", "whether", "lest", "provided"];

/// Of what hangs on these verbs the opposite is so.
const DENIED: [&str; 16] = [
    "fail", "refuse", "decline", "avoid", "stop", "prevent", "deny", "unable", "neglect", "forget", "cease",
    "refrain", "without", "reject", "bar", "ban",
];
/// What hangs on these is to come.
const TO_COME: [&str; 22] = [
    "plan", "agree", "decide", "vow", "pledge", "promise", "go", "set", "due", "schedule", "expect", "about",
    "intend", "prepare", "ready", "offer", "announce", "hope", "propose", "arrange", "poise", "slate",
];
/// What hangs on these may be so.
const MAYBE: [&str; 44] = [
    "want",
    "try",
    "threaten",
    "consider",
    "seem",
    "likely",
    "unlikely",
    "believe",
    "accuse",
    "suspect",
    "allege",
    "ask",
    "urge",
    "order",
    "wish",
    "seek",
    "attempt",
    "call",
    "claim",
    "think",
    "appear",
    "tell",
    "demand",
    "require",
    "request",
    "invite",
    "encourage",
    "appeal",
    "warn",
    "fear",
    "suggest",
    "speculate",
    "rumour",
    "rumor",
    "reckon",
    "assume",
    "charge",
    "able",
    "free",
    "possible",
    "willing",
    "reluctant",
    "press",
    "beg",
];

/// Reads mood and denial of each clause from the tree. A noun that belongs to a verb which says no more than it
/// does has those of the verb.
pub(super) fn set(nodes: &[Node], clauses: &mut [Clause]) {
    let told: Vec<(bool, Mood)> = clauses.iter().map(|clause| told(nodes, clause)).collect();
    for (clause, (negated, mood)) in clauses.iter_mut().zip(told) {
        (clause.negated, clause.mood) = (negated, mood);
    }
}

fn told(nodes: &[Node], clause: &Clause) -> (bool, Mood) {
    if clause.granted {
        return (false, Mood::Fact);
    }
    let mut negated = false;
    let mut mood = Mood::Fact;
    let is_event = clause.kind == Kind::Noun && clause.has(&Role::Agent);
    let has_be = |node: usize| children(nodes, node, &[Deprel::Cop]).next().is_some();
    let mut at = clause.head;
    if clause.kind == Kind::Noun && !has_be(at) && nodes[at].relation != Deprel::Xcomp {
        negated |= has_no(nodes, at);
        let Some(verb) = nodes[at].head.filter(|_| is_event) else { return (negated, doubted(nodes, at)) };
        at = verb;
    }
    for step in 0..nodes.len() {
        negated ^= is_denied(nodes, at);
        mood = mood.max(own_mood(nodes, at));
        let Some(head) = nodes[at].head else { break };
        let (relation, govern) = (nodes[at].relation, &nodes[head]);
        let governed = match relation {
            Deprel::Xcomp => true,
            Deprel::Ccomp | Deprel::Acl | Deprel::Csubj | Deprel::CsubjPass => true,
            Deprel::Advcl => {
                if is_infinitive(nodes, at) && step == 0 && govern.is_verb() {
                    mood = mood.max(Mood::Doubtful);
                }
                if children(nodes, at, &[Deprel::Mark, Deprel::Case])
                    .any(|mark| nodes[mark].form == "without")
                {
                    negated = !negated;
                }
                govern.is_word(&DENIED)
            }
            Deprel::Conj => {
                // "He will not go and sing": what stands on the first stands on all.
                if step == 0
                    && nodes[at].is_verb()
                    && children(nodes, at, &[Deprel::Nsubj, Deprel::NsubjPass]).next().is_none()
                {
                    mood = mood.max(own_mood(nodes, head));
                }
                true
            }
            _ => false,
        };
        if !governed {
            break;
        }
        let word = governing_word(nodes, head);
        if relation != Deprel::Conj {
            if DENIED.contains(&&*word) {
                negated = !negated;
            }
            // "Began to", "managed to" are facts; what is said or reported is told elsewhere.
            if TO_COME.contains(&&*word) && (is_infinitive(nodes, at) || relation == Deprel::Acl) {
                mood = mood.max(Mood::Planned);
            } else if MAYBE.contains(&&*word) && relation != Deprel::Ccomp {
                mood = mood.max(Mood::Doubtful);
            }
            // Reported speech: what is denied or planned around it is not about what is said.
            if relation == Deprel::Ccomp && !DENIED.contains(&&*word) {
                break;
            }
        }
        at = head;
    }
    (negated, mood)
}

impl Mood {
    fn max(self, other: Mood) -> Mood {
        match (self, other) {
            (Mood::Doubtful, _) | (_, Mood::Doubtful) => Mood::Doubtful,
            (Mood::Planned, _) | (_, Mood::Planned) => Mood::Planned,
            _ => Mood::Fact,
        }
    }
}

fn governing_word(nodes: &[Node], node: usize) -> String {
    nodes[node].lemma.to_lowercase()
}

fn is_infinitive(nodes: &[Node], node: usize) -> bool {
    children(nodes, node, &[Deprel::Mark]).any(|mark| nodes[mark].form == "to")
}

/// "No contact", "neither man".
fn has_no(nodes: &[Node], node: usize) -> bool {
    children(nodes, node, &[Deprel::Det, Deprel::CcPreconj]).any(|det| nodes[det].is_word(&["no", "neither"]))
}

/// Whether what hangs on a predicate denies it.
fn is_denied(nodes: &[Node], node: usize) -> bool {
    let no_more = |child: usize| nodes[child].is_word(&["no"]) && nodes[child].relation == Deprel::Advmod;
    let words = nodes[node].children.iter().copied();
    let mut denied = words
        .clone()
        .filter(|&child| matches!(nodes[child].relation, Deprel::Advmod | Deprel::Cc | Deprel::CcPreconj))
        .any(|child| nodes[child].is_word(&NOT) || no_more(child));
    for argument in words {
        let relation = nodes[argument].relation;
        let is_argument = matches!(
            relation,
            Deprel::Nsubj | Deprel::NsubjPass | Deprel::Obj | Deprel::OblAgent | Deprel::Obl
        );
        if is_argument && (has_no(nodes, argument) || NOBODY.contains(&&*nodes[argument].form)) {
            denied = true;
        }
    }
    // "Is no member", "no longer".
    denied || children(nodes, node, &[Deprel::Cop]).next().is_some() && has_no(nodes, node)
}

/// By auxiliaries and conjunctions of the predicate itself.
fn own_mood(nodes: &[Node], node: usize) -> Mood {
    let mut mood = Mood::Fact;
    for child in nodes[node].children.iter().copied() {
        let Node { form, lemma, relation, .. } = &nodes[child];
        let word = |words: &[&str]| words.contains(&&**form) || words.contains(&&**lemma);
        mood = mood.max(match relation {
            Deprel::Aux if word(&MAY) => Mood::Doubtful,
            Deprel::Aux if word(&WILL) || form == "'ll" => Mood::Planned,
            Deprel::Mark if word(&IF) => Mood::Doubtful,
            Deprel::Advmod
                if word(&["allegedly", "reportedly", "perhaps", "possibly", "probably", "apparently"]) =>
            {
                Mood::Doubtful
            }
            Deprel::Punct if form == "?" => Mood::Doubtful,
            _ => Mood::Fact,
        });
    }
    // "Is to meet", "are to sign".
    let is_to = nodes[node].pos == Pos::Verb
        && is_infinitive(nodes, node)
        && children(nodes, node, &[Deprel::Cop, Deprel::Aux]).any(|be| nodes[be].is_word(&["be"]));
    if is_to { mood.max(Mood::Planned) } else { mood }
}

/// "The alleged attack".
fn doubted(nodes: &[Node], node: usize) -> Mood {
    let mut mood = Mood::Fact;
    for child in children(nodes, node, &[Deprel::Amod]) {
        if nodes[child].is_word(&[
            "alleged",
            "suspected",
            "suspect",
            "allege",
            "supposed",
            "possible",
            "apparent",
        ]) {
            mood = Mood::Doubtful;
        } else if nodes[child].is_word(&["planned", "plan", "propose", "proposed", "upcoming", "future"]) {
            mood = mood.max(Mood::Planned);
        }
    }
    mood
}
