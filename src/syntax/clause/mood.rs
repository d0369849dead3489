//! Negation and mood of clauses: what is denied, planned or doubtful, by the heads and dependents of the predicate.

use crate::syntax::clause::nodes::{Node, children, is_infinitive};
use crate::syntax::clause::parts::{Clause, Kind, Mood, Role};
use crate::syntax::{Deprel, Pos};

const NOT: [&str; 5] = ["not", "never", "neither", "nor", "hardly"];
const NOBODY: [&str; 4] = ["nobody", "none", "neither", "nothing"];
const MAY: [&str; 8] = ["may", "might", "could", "should", "must", "can", "ought", "need"];
const WILL: [&str; 3] = ["will", "shall", "would"];
const IF: [&str; 5] = ["if", "unless", "whether", "lest", "provided"];

/// Verbs that negate their complement.
const DENIED: [&str; 17] = [
    "fail", "refuse", "decline", "avoid", "stop", "prevent", "deny", "unable", "neglect", "forget", "cease",
    "refrain", "without", "reject", "bar", "ban", "hesitate",
];
/// Those of them that negate an infinitive; behind the others it tells a purpose: "stopped to praise X".
const DENIED_TO: [&str; 8] =
    ["fail", "refuse", "decline", "unable", "neglect", "forget", "cease", "hesitate"];
/// Nouns with which a "no" behind a preposition denies the verb: "at no time"; but "with no warning".
const NO_TIME: [&str; 6] = ["time", "way", "mean", "means", "point", "circumstance"];
/// Verbs of fear and wish, whose complement is not stated as a fact.
const WISHED: [&str; 5] = ["wish", "fear", "suspect", "doubt", "hope"];
/// Verbs for what is done by saying so: who says "I want to thank X" thanks X.
const DONE_BY_SAYING: [&str; 10] = [
    "thank",
    "commend",
    "congratulate",
    "praise",
    "applaud",
    "welcome",
    "salute",
    "recognise",
    "recognize",
    "apologise",
];
/// Words whose complement is in the future.
const TO_COME: [&str; 21] = [
    "plan", "agree", "decide", "vow", "pledge", "promise", "go", "set", "due", "schedule", "expect", "about",
    "intend", "prepare", "ready", "offer", "announce", "propose", "arrange", "poise", "slate",
];
/// Words whose complement is doubtful.
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
    let read: Vec<Reading> = clauses.iter().map(|clause| Reading::of(nodes, clause)).collect();
    for (clause, reading) in clauses.iter_mut().zip(read) {
        (clause.negated, clause.mood) = (reading.negated, reading.mood);
    }
}

/// Denial and mood of a clause, as far as its tree was read.
struct Reading {
    negated: bool,
    mood: Mood,
}

impl Reading {
    /// Reads upwards from the predicate word, through every word that governs it.
    fn of(nodes: &[Node], clause: &Clause) -> Self {
        let mut reading = Reading { negated: false, mood: Mood::Fact };
        if clause.granted {
            return reading;
        }
        let Some(start) = reading.start(nodes, clause) else { return reading };
        let mut at = start;
        let mut shares = true;
        for step in 0..nodes.len() {
            if shares {
                reading.negated ^= is_denied(nodes, at);
                reading.add(own_mood(nodes, at));
            }
            let Some(head) = nodes[at].head else { break };
            if is_denied_report(nodes, at, head) {
                reading.negated = !reading.negated;
                break;
            }
            shares = nodes[at].relation != Deprel::Conj || shares_auxiliary(nodes, at, head);
            if !reading.is_governed(nodes, at, head, step == 0) || !reading.govern(nodes, at, head) {
                break;
            }
            at = head;
        }
        reading
    }

    fn add(&mut self, mood: Mood) {
        self.mood = self.mood.max(mood);
    }

    /// The node at which to begin. A noun with an agent has the mood of its verb; another noun only what is said of it,
    /// and there is no node to go on from.
    fn start(&mut self, nodes: &[Node], clause: &Clause) -> Option<usize> {
        let noun = clause.head;
        if clause.kind != Kind::Noun || has_be(nodes, noun) || nodes[noun].relation == Deprel::Xcomp {
            return Some(noun);
        }
        // "No soldiers of X left" has soldiers; "no deal was signed", "there was no deal" have none.
        let verb = nodes[noun].head.filter(|_| nodes[noun].relation == Deprel::Nsubj);
        let is_there = verb.is_some_and(|verb| children(nodes, verb, &[Deprel::Expl]).next().is_some());
        self.negated |= has_no(nodes, noun) && (verb.is_none() || is_there);
        if let Some(verb) = verb.filter(|_| is_there) {
            self.add(own_mood(nodes, verb));
            self.negated |= is_denied(nodes, verb);
            self.add(doubted(nodes, noun));
            return None;
        }
        let is_event = clause.has(&Role::Agent);
        let governing = nodes[noun].head.filter(|_| is_event);
        if governing.is_none() {
            self.mood = doubted(nodes, noun);
        }
        governing
    }

    /// Whether what `head` says is said of the word `at` below it, too. `is_start`: nothing was read above the predicate
    /// word yet.
    fn is_governed(&mut self, nodes: &[Node], at: usize, head: usize, is_start: bool) -> bool {
        match nodes[at].relation {
            Deprel::Xcomp
            | Deprel::Ccomp
            | Deprel::Acl
            | Deprel::Csubj
            | Deprel::CsubjPass
            | Deprel::Conj => true,
            Deprel::Advcl => self.is_governed_adverbially(nodes, at, head, is_start),
            // "Nobody who knows Y", "it was not X who did it".
            Deprel::AclRelcl => {
                let is_cleft = has_be(nodes, head)
                    && children(nodes, head, &[Deprel::Nsubj, Deprel::Expl]).any(|it| nodes[it].form == "it");
                let is_nobody = NOBODY.contains(&&*nodes[head].form) || has_no(nodes, head);
                self.negated ^= is_nobody || is_cleft && is_denied(nodes, head);
                false
            }
            _ => false,
        }
    }

    fn is_governed_adverbially(&mut self, nodes: &[Node], at: usize, head: usize, is_start: bool) -> bool {
        let govern = &nodes[head];
        let is_infinitive = is_infinitive(nodes, at);
        let is_planned = govern.is_word(&["promise", "vow", "pledge"]);
        if is_infinitive && is_start && govern.is_verb() && !is_planned && !is_first(nodes, head) {
            self.add(Mood::Doubtful);
        }
        let has_mark = |words: &[&str]| {
            children(nodes, at, &[Deprel::Mark, Deprel::Case]).any(|mark| words.contains(&&*nodes[mark].form))
        };
        if has_mark(&["without"]) {
            self.negated = !self.negated;
        }
        // "Suspected of", "promised X to".
        at > head
            && (is_infinitive && govern.is_word(&DENIED_TO)
                || has_mark(&["from", "of"]) && govern.is_word(&DENIED))
            || has_mark(&["of", "from"]) && govern.is_word(&MAYBE)
            || is_infinitive && govern.is_word(&["promise", "vow", "pledge", "threaten"])
    }

    /// Takes over what the governing word says. Whether words above it count as well.
    fn govern(&mut self, nodes: &[Node], at: usize, head: usize) -> bool {
        let relation = nodes[at].relation;
        if relation == Deprel::Conj {
            return true;
        }
        let word = governing_word(nodes, head);
        let is_denial = match is_infinitive(nodes, at) {
            true => DENIED_TO.contains(&&*word),
            false => DENIED.contains(&&*word),
        };
        self.negated ^= is_denial;
        let has_subject = children(nodes, at, &[Deprel::Nsubj, Deprel::NsubjPass]).next().is_some();
        // "Began to", "managed to" are facts; relation::context sees to what is said or reported.
        if TO_COME.contains(&&*word) && (is_infinitive(nodes, at) || relation == Deprel::Acl) {
            self.add(Mood::Planned);
        } else if !is_done_by_saying(nodes, at, head)
            && (MAYBE.contains(&&*word) && (relation != Deprel::Ccomp || !has_subject)
                || WISHED.contains(&&*word)
                || relation == Deprel::Xcomp && is_reported(nodes, head))
        {
            self.add(Mood::Doubtful);
        }
        // Reported speech: what is denied or planned around it is not about what is said.
        relation != Deprel::Ccomp || is_denial
    }
}

/// "I want to thank X": whether `node` is done by saying that one wishes to.
fn is_done_by_saying(nodes: &[Node], node: usize, wish: usize) -> bool {
    let is_speaker = |subject: usize| ["i", "we"].contains(&&*nodes[subject].form.to_lowercase());
    nodes[node].is_word(&DONE_BY_SAYING)
        && nodes[wish].is_word(&["want", "wish"])
        && children(nodes, wish, &[Deprel::Nsubj]).any(is_speaker)
}

fn has_be(nodes: &[Node], node: usize) -> bool {
    children(nodes, node, &[Deprel::Cop]).next().is_some()
}

/// "Denied a report that she had met X".
fn is_denied_report(nodes: &[Node], node: usize, noun: usize) -> bool {
    const REPORTS: [&str; 8] =
        ["report", "claim", "allegation", "accusation", "charge", "rumour", "rumor", "suggestion"];
    let is_content = matches!(nodes[node].relation, Deprel::Acl | Deprel::AclRelcl | Deprel::Ccomp);
    let verb = nodes[noun].head.filter(|_| nodes[noun].relation == Deprel::Obj);
    let denies =
        verb.is_some_and(|verb| nodes[verb].is_word(&["deny", "reject", "dismiss", "refute", "rebut"]));
    is_content && nodes[noun].is_word(&REPORTS) && denies
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

/// "No contact", "neither man", "neither X nor Y".
fn has_no(nodes: &[Node], node: usize) -> bool {
    children(nodes, node, &[Deprel::Det, Deprel::Cc, Deprel::CcPreconj])
        .any(|det| nodes[det].is_word(&["no", "neither"]))
}

/// "Will not go and sing", where "sing" has the "will not" of "go"; not "did not go but sang", "and she sang".
fn shares_auxiliary(nodes: &[Node], node: usize, first: usize) -> bool {
    let own = [Deprel::Nsubj, Deprel::NsubjPass, Deprel::Aux, Deprel::AuxPass, Deprel::Cop];
    let is_but = |cc: usize| nodes[cc].is_word(&["but", "nor", "yet"]);
    let end = |node: usize| nodes[node].form.get(nodes[node].form.len().saturating_sub(2)..) == Some("ng");
    let is_base = |node: usize| *nodes[node].form == *nodes[node].lemma;
    children(nodes, node, &own).next().is_none()
        && !children(nodes, node, &[Deprel::Cc, Deprel::Advmod]).any(is_but)
        && (!nodes[node].is_verb()
            || !nodes[first].is_verb()
            || (is_base(node), end(node)) == (is_base(first), end(first)))
}

/// Whether a predicate is negated by one of its dependents.
fn is_denied(nodes: &[Node], node: usize) -> bool {
    let is_no = |child: usize| nodes[child].is_word(&["no"]);
    let no_more = |child: usize| {
        nodes[child].relation == Deprel::Advmod
            && (is_no(child)
                || nodes[child].is_word(&["longer", "long", "more"])
                    && nodes[child].children.iter().any(|&no| is_no(no)))
    };
    // "Not only", "not until 2019".
    let is_only = |not: usize| {
        nodes[not].is_word(&["not"])
            && nodes
                .get(not + 1)
                .is_some_and(|next| matches!(&*next.form, "only" | "just" | "merely" | "least" | "until"))
    };
    let words = nodes[node].children.iter().copied();
    let mut denied = words
        .clone()
        .filter(|&child| matches!(nodes[child].relation, Deprel::Advmod | Deprel::Cc | Deprel::CcPreconj))
        .any(|child| nodes[child].is_word(&NOT) && !is_only(child) || no_more(child));
    for argument in words {
        let relation = nodes[argument].relation;
        let is_argument = matches!(
            relation,
            Deprel::Nsubj | Deprel::NsubjPass | Deprel::Obj | Deprel::OblAgent | Deprel::Obl
        );
        let may_deny = || relation != Deprel::Obl || nodes[argument].is_word(&NO_TIME);
        if is_argument && (has_no(nodes, argument) && may_deny() || NOBODY.contains(&&*nodes[argument].form))
        {
            denied = true;
        }
    }
    // "Is no member", "no longer".
    denied || children(nodes, node, &[Deprel::Cop]).next().is_some() && has_no(nodes, node)
}

/// "Became the first to".
fn is_first(nodes: &[Node], verb: usize) -> bool {
    children(nodes, verb, &[Deprel::Xcomp, Deprel::Obj])
        .flat_map(|noun| children(nodes, noun, &[Deprel::Amod]))
        .any(|word| nodes[word].is_word(&["first", "last", "only", "second", "third"]))
}

/// "Is said to", "was reported to".
fn is_reported(nodes: &[Node], verb: usize) -> bool {
    nodes[verb].is_word(&["say", "report", "understand", "suppose"])
        && children(nodes, verb, &[Deprel::AuxPass, Deprel::NsubjPass]).next().is_some()
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
    // "Would have gone", "would go if": it was or is not so.
    let would = children(nodes, node, &[Deprel::Aux]).any(|aux| nodes[aux].form == "would");
    let have = children(nodes, node, &[Deprel::Aux]).any(|aux| nodes[aux].is_word(&["have"]));
    let has_if = children(nodes, node, &[Deprel::Advcl])
        .any(|other| children(nodes, other, &[Deprel::Mark]).any(|mark| nodes[mark].form == "if"));
    if would && (have || has_if) {
        mood = Mood::Doubtful;
    }
    // "Is to meet", "are to sign"; the headline "Germany to buy jets".
    let is_to = nodes[node].pos == Pos::Verb
        && is_infinitive(nodes, node)
        && (children(nodes, node, &[Deprel::Cop, Deprel::Aux]).any(|be| nodes[be].is_word(&["be"]))
            || nodes[node].relation == Deprel::Root
                && children(nodes, node, &[Deprel::Nsubj, Deprel::NsubjPass]).next().is_some());
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
