//! The roles of nouns and adjectives.

use std::ops::Range;

use crate::syntax::clause::nodes::{Node, antecedent, children, members, preposition};
use crate::syntax::clause::parts::{Clause, Kind, Mood, Role, by_node};
use crate::syntax::clause::verbs::Verbs;
use crate::syntax::{Deprel, Pos};
use crate::text::persons::{self, Mark};

/// Light verbs, whose object names the event.
const LIGHT: [&str; 53] = [
    "launch",
    "carry out",
    "conduct",
    "make",
    "hold",
    "have",
    "give",
    "pay",
    "take",
    "express",
    "voice",
    "issue",
    "stage",
    "mount",
    "deliver",
    "offer",
    "lodge",
    "file",
    "pursue",
    "wage",
    "perform",
    "undertake",
    "do",
    "lend",
    "provide",
    "declare",
    "announce",
    "raise",
    "show",
    "begin",
    "start",
    "resume",
    "continue",
    "commit",
    "impose",
    "place",
    "pledge",
    "receive",
    "send",
    "write",
    "throw",
    "open",
    "end",
    "bring",
    "exchange",
    "reach",
    "sign",
    "enjoy",
    "maintain",
    "keep",
    "step up",
    "call for",
    "strike",
];

/// Nouns of what their sentence's subject does, unless another agent is named: "said during a visit to Y".
const OF_SUBJECT: [&str; 24] = [
    "visit",
    "trip",
    "tour",
    "talk",
    "interview",
    "meeting",
    "letter",
    "speech",
    "statement",
    "cooperation",
    "co-operation",
    "collaboration",
    "partnership",
    "conjunction",
    "alliance",
    "conversation",
    "call",
    "telephone",
    "debate",
    "dispute",
    "war",
    "battle",
    "fight",
    "protest",
];

const OF_NOUN: &[Deprel] = &[Deprel::Nmod, Deprel::Obl, Deprel::OblAgent, Deprel::NmodUnmarked];
const BEFORE: &[Deprel] = &[
    Deprel::Compound,
    Deprel::Amod,
    Deprel::NmodDesc,
    Deprel::Flat,
    Deprel::Nmod,
    Deprel::NmodUnmarked,
    Deprel::Dep,
];
const DESCRIBES: &[Deprel] = &[
    Deprel::Appos,
    Deprel::NmodDesc,
    Deprel::Flat,
    Deprel::Compound,
    Deprel::NmodUnmarked,
    Deprel::Nmod,
    Deprel::Parataxis,
    Deprel::Dep,
    Deprel::List,
];

/// The clauses of all nouns and adjectives that have something attached.
pub(super) fn clauses(nodes: &[Node], verbs: &Verbs<'_>) -> Vec<Clause> {
    let nouns = Nouns { nodes, verbs };
    let mut found: Vec<Clause> = (0..nodes.len()).filter_map(|node| nouns.clause(node)).collect();
    nouns.share(&mut found);
    nouns.share_titles(&mut found);
    found.retain(|clause| !clause.roles.is_empty());
    found
}

struct Nouns<'n> {
    nodes: &'n [Node],
    verbs: &'n Verbs<'n>,
}

impl Nouns<'_> {
    fn clause(&self, node: usize) -> Option<Clause> {
        let nodes = self.nodes;
        let this = &nodes[node];
        let kind = match this.pos {
            Pos::Adj if this.name.is_none() => Kind::Adjective,
            _ if this.is_noun() => Kind::Noun,
            _ if this.name.is_some() => Kind::Name,
            _ => return None,
        };
        // "Is in Y" is a clause of "be"; "is in a dispute with Y" one of the dispute too.
        let has_be = children(nodes, node, &[Deprel::Cop]).next().is_some();
        let is_in = has_be && preposition(nodes, node).is_some();
        if is_in && kind != Kind::Noun {
            return None;
        }
        if kind == Kind::Name {
            return Some(self.name(node));
        }
        let mut clause = Clause {
            head: node,
            kind,
            lemma: this.lemma.to_lowercase(),
            roles: Vec::new(),
            negated: false,
            mood: Mood::default(),
            granted: false,
        };
        if is_in {
            self.attached(node, node, &mut clause);
            if !clause.has(&Role::Poss) {
                self.verbs.subject(node).into_iter().for_each(|agent| clause.fill(Role::Agent, agent));
            }
            return Some(clause);
        }
        self.who(node, &mut clause);
        match kind {
            Kind::Noun => {
                self.attached(node, node, &mut clause);
                self.done_by(node, &mut clause);
                self.shares_in(node, &mut clause);
            }
            _ => self.prepositions(node, &mut clause),
        }
        Some(clause)
    }

    /// What depends on a name: owners and adjectives before it, prepositions after it.
    fn name(&self, node: usize) -> Clause {
        let mut clause = Clause {
            head: node,
            kind: Kind::Name,
            lemma: self.nodes[node].form.clone(),
            roles: Vec::new(),
            negated: false,
            mood: Mood::default(),
            granted: true,
        };
        self.attached(node, node, &mut clause);
        clause.roles.retain(|(role, filler)| match role {
            Role::Poss | Role::Mod => *filler < node,
            _ => *filler > node,
        });
        self.is_a(node, &mut clause);
        clause
    }

    /// "Bo Lee is a Republican", "Bo Lee, a Turk": a name with an article as a predicate of another name.
    fn is_a(&self, node: usize, clause: &mut Clause) {
        let nodes = self.nodes;
        let has_article =
            children(nodes, node, &[Deprel::Det]).any(|det| matches!(&*nodes[det].form, "a" | "an" | "the"));
        if !has_article {
            return;
        }
        if children(nodes, node, &[Deprel::Cop]).next().is_some() {
            clause.granted = false;
            self.verbs.subject(node).into_iter().for_each(|who| clause.fill(Role::Who, who));
            return;
        }
        // "An Australian, Bo Lee".
        for name in children(nodes, node, &[Deprel::Appos]).filter(|&name| name > node) {
            if nodes[name].name.is_some() && preposition(nodes, name).is_none() {
                clause.fill(Role::Who, name);
            }
        }
        let Node { relation, head: Some(head), .. } = nodes[node] else { return };
        if DESCRIBES.contains(&relation) && nodes[head].name.is_some() && preposition(nodes, node).is_none() {
            clause.fill(Role::Who, head);
        } else if preposition(nodes, node).as_deref() == Some("as") && nodes[head].is_verb() {
            clause.granted = false;
            self.verbs.controller(head).into_iter().for_each(|who| clause.fill(Role::Who, who));
        }
    }

    /// Whom a noun or adjective describes.
    fn who(&self, node: usize, clause: &mut Clause) {
        let nodes = self.nodes;
        let Node { relation, head, .. } = &nodes[node];
        let has_be = children(nodes, node, &[Deprel::Cop]).next().is_some();
        if has_be
            || *relation == Deprel::Xcomp
            || self.verbs.subject(node).is_some() && *relation != Deprel::Conj
        {
            self.verbs.subject(node).into_iter().for_each(|subject| clause.fill(Role::Who, subject));
        }
        if clause.kind == Kind::Adjective {
            // "Parties critical of Y".
            if let (Deprel::Amod | Deprel::Acl, Some(head)) = (relation, *head) {
                clause.fill(Role::Who, head);
            }
            // "Found dead".
            if let (Deprel::Advmod, Some(verb)) = (relation, *head)
                && nodes[verb].is_word(&["find", "shoot", "leave", "return", "declare", "drop"])
            {
                self.verbs.controller(verb).into_iter().for_each(|whom| clause.fill(Role::Who, whom));
            }
            return;
        }
        // "The president is Ana Ruiz".
        if let (Deprel::Nsubj, Some(head)) = (relation, *head)
            && nodes[head].name.is_some()
            && children(nodes, head, &[Deprel::Cop]).next().is_some()
        {
            clause.fill(Role::Who, head);
        }
        if let Some(head) = *head
            && DESCRIBES.contains(relation)
            && !(has_be && clause.has(&Role::Who))
            && nodes[head].name.is_some()
            && preposition(nodes, node).is_none()
        {
            clause.fill(Role::Who, head);
            clause.granted = true;
            self.attached(node, head, clause);
        }
        for name in nodes[node].children.iter().copied() {
            let follows =
                name > node && nodes[name].name.is_some() && DESCRIBES.contains(&nodes[name].relation);
            if follows && preposition(nodes, name).is_none() {
                clause.fill(Role::Who, name);
                clause.granted = true;
            }
        }
        // "Served as president", "was named as president".
        if preposition(nodes, node).as_deref() == Some("as")
            && let Some(verb) = head.filter(|&head| nodes[head].is_verb())
        {
            self.verbs.controller(verb).into_iter().for_each(|subject| clause.fill(Role::Who, subject));
        }
    }

    /// "Sold its shares in X" where the parser attaches X to the verb.
    fn shares_in(&self, node: usize, clause: &mut Clause) {
        let nodes = self.nodes;
        let Node { relation: Deprel::Obj, head: Some(verb), .. } = nodes[node] else { return };
        if !nodes[node].is_word(&["share", "stake", "interest", "holding", "investment"]) {
            return;
        }
        for other in children(nodes, verb, &[Deprel::Obl]) {
            let case = children(nodes, other, &[Deprel::Case]).next();
            if case == Some(node + 1) && nodes[node + 1].form == "in" {
                clause.fill(Role::Prep("in".into()), other);
            }
        }
    }

    /// What depends on `at` as role of the noun `node`: the noun itself, or the name that it is the title of.
    fn attached(&self, node: usize, at: usize, clause: &mut Clause) {
        let nodes = self.nodes;
        for child in nodes[at].children.iter().copied().filter(|&child| child != node) {
            let relation = nodes[child].relation;
            let filler = antecedent(nodes, child);
            match preposition(nodes, child).as_deref() {
                _ if relation == Deprel::NmodPoss => clause.fill(Role::Poss, filler),
                Some("'s" | "’s" | "'" | "’") => clause.fill(Role::Poss, filler),
                Some(preposition) if OF_NOUN.contains(&relation) => {
                    clause.fill(Role::Prep(preposition.into()), filler);
                }
                // The name before a title, or before the noun that it belongs to.
                None if BEFORE.contains(&relation)
                    && child < node
                    && nodes[child].name.is_some()
                    && !self.has_verb(child + 1..node) =>
                {
                    clause.fill(Role::Mod, child);
                    // "Russian-Turkish patrol".
                    for other in children(nodes, child, &[Deprel::Amod, Deprel::Compound]) {
                        if nodes[other].name.is_some() && other + 2 == child {
                            clause.fill(Role::Mod, other);
                        }
                    }
                }
                // "U.S. Navy divers", "Acme trade committee chairman".
                None if relation == Deprel::Compound && child < node && nodes[child].is_noun() => {
                    for name in children(nodes, child, BEFORE).filter(|&name| nodes[name].name.is_some()) {
                        clause.fill(Role::Mod, name);
                    }
                }
                _ => {}
            }
        }
    }

    /// Whether a verb stands there, other than one that describes a noun: "Acme said it bought Bolt, a bank" is of no Acme
    /// bank.
    fn has_verb(&self, mut there: Range<usize>) -> bool {
        there.any(|at| {
            let Node { relation, .. } = self.nodes[at];
            self.nodes[at].is_verb() && !matches!(relation, Deprel::Amod | Deprel::Compound)
        })
    }

    fn prepositions(&self, node: usize, clause: &mut Clause) {
        let nodes = self.nodes;
        let mut of: Vec<usize> = children(nodes, node, OF_NOUN).collect();
        // "Became famous for a film": what stands right after the adjective belongs to it, if it depends on the verb.
        if let (Deprel::Xcomp, Some(verb)) = (nodes[node].relation, nodes[node].head) {
            let is_next = |&other: &usize| {
                children(nodes, other, &[Deprel::Case]).next().is_some_and(|case| case == node + 1)
            };
            of.extend(children(nodes, verb, OF_NOUN).filter(is_next));
        }
        for child in of {
            if let Some(preposition) = preposition(nodes, child) {
                clause.fill(Role::Prep(preposition.into()), antecedent(nodes, child));
            }
        }
    }

    /// Who does what the noun names, by the verb that it belongs to; and what else depends on that verb.
    fn done_by(&self, node: usize, clause: &mut Clause) {
        let nodes = self.nodes;
        let Some(verb) = nodes[node].head.filter(|&head| nodes[head].is_verb()) else { return };
        let relation = nodes[node].relation;
        let passive = self.verbs.is_passive_verb(verb);
        let is_object = relation == Deprel::Obj || relation == Deprel::NsubjPass;
        let lemma = self.verbs.lemma(verb);
        let has_agent =
            clause.has(&Role::Poss) || clause.has(&Role::Prep("by".into())) || clause.has(&Role::Mod);
        // "The death of X was announced by Y" is no deed of Y.
        let is_told = ["announce", "declare", "end", "receive"].contains(&&*lemma)
            && (passive || clause.has(&Role::Prep("of".into())));
        if is_object && LIGHT.contains(&&*lemma) && !is_told {
            let doer = self.verbs.doer(verb);
            for oblique in children(nodes, verb, &[Deprel::Obl, Deprel::OblAgent, Deprel::Nmod]) {
                let filler = antecedent(nodes, oblique);
                match preposition(nodes, oblique).as_deref() {
                    Some("by") if doer == Some(oblique) => clause.fill(Role::Agent, filler),
                    Some("by") if passive => {}
                    Some(preposition) => clause.fill(Role::Prep(preposition.into()), filler),
                    None => {}
                }
            }
            if !passive && !has_agent {
                self.verbs.subject(verb).into_iter().for_each(|agent| clause.fill(Role::Agent, agent));
            }
        } else if matches!(relation, Deprel::Obl | Deprel::Nmod)
            && OF_SUBJECT.contains(&&*clause.lemma)
            && !has_agent
            && !passive
        {
            self.verbs.subject(verb).into_iter().for_each(|agent| clause.fill(Role::Agent, agent));
        }
    }

    /// "Singer and lyricist Bo Lee": the first of two titles is his too, but not in "the Chinese leader and Japanese minister
    /// Bo Lee"; and "Turkish prime minister Bo Lee and trade minister Ana Ruiz" are ministers of one country.
    fn share_titles(&self, clauses: &mut [Clause]) {
        let nodes = self.nodes;
        let of_node = by_node(nodes.len(), clauses);
        for i in 0..clauses.len() {
            let head = clauses[i].head;
            let who: Vec<usize> = clauses[i].fillers(&Role::Who).collect();
            let [name] = who[..] else { continue };
            if !clauses[i].granted || clauses[i].kind != Kind::Noun || name != head + 1 {
                continue;
            }
            if nodes[head].relation == Deprel::Conj
                && let Some(first) = nodes[head].head.and_then(|first| of_node[first])
                && clauses[first].kind == Kind::Noun
                && !clauses[first].has(&Role::Who)
                && !(clauses[first].has(&Role::Mod) && clauses[i].has(&Role::Mod))
                && children(nodes, head, &[Deprel::Det, Deprel::NmodPoss]).next().is_none()
            {
                clauses[first].fill(Role::Who, name);
                clauses[first].granted = true;
            }
            let is_own =
                [Role::Mod, Role::Poss, Role::Prep("of".into())].iter().any(|role| clauses[i].has(role));
            if let Node { relation: Deprel::Conj, head: Some(other), .. } = nodes[name]
                && !is_own
                && !persons::is(&clauses[i].lemma, Mark::Sole)
            {
                let others: Vec<usize> = members(nodes, other);
                let is_like = |clause: &&Clause| {
                    clause.granted
                        && clause.head != head
                        && clause.lemma == clauses[i].lemma
                        && clause.fillers(&Role::Who).any(|who| who < head && others.contains(&who))
                };
                let shared =
                    clauses.iter().filter(is_like).flat_map(|clause| clause.fillers(&Role::Mod)).last();
                shared.into_iter().for_each(|of| clauses[i].fill(Role::Mod, of));
            }
        }
    }

    /// "President and founder of Acme", "Acme's president and founder": nouns of a list that describe the same person
    /// share whom, and what only one of them has.
    fn share(&self, clauses: &mut [Clause]) {
        let of_node = by_node(self.nodes.len(), clauses);
        for i in 0..clauses.len() {
            let head = clauses[i].head;
            let joined = self.nodes[head].head.filter(|_| self.nodes[head].relation == Deprel::Conj);
            let Some(first) = joined.and_then(|first| of_node[first]) else { continue };
            if clauses[first].kind != clauses[i].kind
                || !clauses[first].has(&Role::Who)
                || clauses[i].has(&Role::Who)
            {
                continue;
            }
            let listed = members(self.nodes, clauses[first].head);
            let who: Vec<usize> =
                clauses[first].fillers(&Role::Who).filter(|who| !listed.contains(who)).collect();
            who.into_iter().for_each(|who| clauses[i].fill(Role::Who, who));
            clauses[i].granted = clauses[first].granted;
            let whose = |clause: &Clause| -> Vec<(Role, usize)> {
                clause.roles.iter().filter(|(role, _)| *role != Role::Who).cloned().collect()
            };
            let (of_first, of_second) = (whose(&clauses[first]), whose(&clauses[i]));
            if of_second.is_empty() {
                of_first.into_iter().for_each(|(role, filler)| clauses[i].fill(role, filler));
            } else if of_first.is_empty() {
                of_second.into_iter().for_each(|(role, filler)| clauses[first].fill(role, filler));
            }
        }
    }
}
