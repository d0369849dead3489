//! The roles of verbs.

use crate::syntax::clause::nodes::{Node, antecedent, children, preposition};
use crate::syntax::clause::{Clause, Kind, Mood, Role};
use crate::syntax::{Deprel, Pos};

/// Subjects, objects and voice of the verbs of a sentence.
pub(super) struct Verbs<'n> {
    nodes: &'n [Node],
    /// For each node that can have one its subject as it stands: of a passive who suffers it.
    subject: Vec<Option<usize>>,
    object: Vec<Option<usize>>,
    passive: Vec<bool>,
}

const SUBJECT: &[Deprel] = &[Deprel::Nsubj, Deprel::NsubjPass, Deprel::NsubjOuter];
const OBLIQUE: &[Deprel] = &[Deprel::Obl, Deprel::OblAgent, Deprel::Nmod, Deprel::OblUnmarked];

impl<'n> Verbs<'n> {
    pub(super) fn of(nodes: &'n [Node]) -> Self {
        let mut verbs = Verbs {
            nodes,
            subject: vec![None; nodes.len()],
            object: vec![None; nodes.len()],
            passive: vec![false; nodes.len()],
        };
        // Heads before what hangs on them, which may take over their subjects.
        let mut order: Vec<usize> = (0..nodes.len()).collect();
        order.sort_by_key(|&node| nodes[node].depth);
        for &node in &order {
            verbs.object[node] =
                children(nodes, node, &[Deprel::Obj]).next().map(|object| antecedent(nodes, object));
            verbs.passive[node] = verbs.is_passive(node);
            verbs.subject[node] = verbs.own_subject(node).or_else(|| verbs.shared_subject(node));
        }
        for &node in &order {
            verbs.share_object(node);
        }
        verbs
    }

    /// The subject of a verb or of what is said with "be", as it stands.
    pub(super) fn subject(&self, node: usize) -> Option<usize> {
        self.subject[node]
    }

    /// Whom a complement of a verb ("named A chairman", "asked A to leave") is about: the object, else the subject.
    pub(super) fn controller(&self, verb: usize) -> Option<usize> {
        let recipient = || children(self.nodes, verb, &[Deprel::Iobj]).next();
        self.object[verb].filter(|_| !self.passive[verb]).or_else(recipient).or(self.subject[verb])
    }

    pub(super) fn is_passive_verb(&self, node: usize) -> bool {
        self.passive[node]
    }

    fn has_child(&self, node: usize, relations: &[Deprel]) -> bool {
        children(self.nodes, node, relations).next().is_some()
    }

    fn is_infinitive(&self, node: usize) -> bool {
        children(self.nodes, node, &[Deprel::Mark]).any(|mark| self.nodes[mark].form == "to")
    }

    /// Whether a verb may be a past participle by its form.
    fn may_be_participle(&self, node: usize) -> bool {
        let Node { form, lemma, .. } = &self.nodes[node];
        const SAME: [&str; 14] = [
            "hit", "put", "set", "cut", "hurt", "shut", "run", "split", "beat", "cast", "hire", "come",
            "become", "shot",
        ];
        !form.ends_with("ing")
            && (**form != **lemma && !form.ends_with("'s") || SAME.contains(&&**form))
            && !(form.ends_with('s') && !lemma.ends_with('s'))
    }

    fn is_passive(&self, node: usize) -> bool {
        let Node { relation, head, .. } = &self.nodes[node];
        if self.has_child(node, &[Deprel::AuxPass, Deprel::NsubjPass]) {
            return true;
        }
        if !self.nodes[node].is_verb() || self.has_child(node, &[Deprel::Aux, Deprel::Nsubj]) {
            return false;
        }
        let has_agent = || self.has_child(node, &[Deprel::OblAgent]);
        let reduced = matches!(relation, Deprel::Acl | Deprel::Advcl | Deprel::Amod | Deprel::Xcomp)
            && !self.is_infinitive(node)
            && self.may_be_participle(node);
        match relation {
            Deprel::Conj => {
                let joined = head.is_some_and(|head| self.passive[head]);
                joined && self.may_be_participle(node) && (self.object[node].is_none() || has_agent())
            }
            _ => reduced && (self.object[node].is_none() || has_agent()),
        }
    }

    fn own_subject(&self, node: usize) -> Option<usize> {
        children(self.nodes, node, SUBJECT).next().map(|subject| antecedent(self.nodes, subject))
    }

    /// The subject that a verb without one has from where it hangs.
    fn shared_subject(&self, node: usize) -> Option<usize> {
        let Node { relation, head, .. } = &self.nodes[node];
        let head = (*head)?;
        let can_have_one = self.nodes[node].is_verb()
            || self.has_child(node, &[Deprel::Cop])
            || matches!(relation, Deprel::Xcomp | Deprel::Conj);
        if !can_have_one {
            return None;
        }
        match relation {
            Deprel::Conj => self.subject[head],
            Deprel::Xcomp => self.controller(head),
            Deprel::Advcl | Deprel::Ccomp | Deprel::Parataxis if self.nodes[node].is_verb() => {
                // "He said: go": what is said has a subject of its own, or none.
                let takes_over = *relation == Deprel::Advcl || self.nodes[node].form.ends_with("ing");
                self.subject[head].filter(|_| takes_over)
            }
            Deprel::Acl if self.is_infinitive(node) => self.intender(head),
            Deprel::Acl | Deprel::Amod => Some(head),
            Deprel::AclRelcl => (!self.names_antecedent(node)).then_some(head),
            _ => None,
        }
    }

    /// Who would do what a noun is about: "X's plan to attack", "X announced plans to attack", "the man to lead it".
    fn intender(&self, noun: usize) -> Option<usize> {
        if let Some(owner) = children(self.nodes, noun, &[Deprel::NmodPoss]).next() {
            return Some(owner);
        }
        let is_argument = matches!(self.nodes[noun].relation, Deprel::Obj | Deprel::Obl);
        let verb = self.nodes[noun].head.filter(|_| is_argument)?;
        self.subject[verb]
    }

    /// Whether a relative pronoun (or "where") below a verb stands for what the verb hangs on.
    fn names_antecedent(&self, verb: usize) -> bool {
        let nodes = self.nodes;
        let is_pronoun =
            |&node: &usize| antecedent(nodes, node) != node || nodes[node].is_word(&["where", "when", "why"]);
        let mut below: Vec<usize> = nodes[verb].children.clone();
        while let Some(node) = below.pop() {
            if is_pronoun(&node) {
                return true;
            }
            if nodes[node].relation != Deprel::AclRelcl {
                below.extend(&nodes[node].children);
            }
        }
        false
    }

    /// "Attacked and killed Y": what only one of two verbs side by side has, both have.
    fn share_object(&mut self, node: usize) {
        let nodes = self.nodes;
        if nodes[node].relation != Deprel::Conj || !nodes[node].is_verb() || self.passive[node] {
            return;
        }
        let Some(first) = nodes[node].head.filter(|&head| nodes[head].is_verb() && !self.passive[head])
        else {
            return;
        };
        let between = first + 1..node;
        let is_little = |i: usize| matches!(nodes[i].pos, Pos::Cconj | Pos::Adv | Pos::Punct);
        match (self.object[first], self.object[node]) {
            (None, Some(object)) if between.clone().all(is_little) && !self.has_child(first, OBLIQUE) => {
                self.object[first] = Some(object);
            }
            (Some(object), None) if object > node => self.object[node] = Some(object),
            _ => {}
        }
    }

    /// The clauses of all verbs.
    pub(super) fn clauses(&self) -> Vec<Clause> {
        let mut found: Vec<Clause> = (0..self.nodes.len()).filter_map(|node| self.clause(node)).collect();
        self.share_agents(&mut found);
        found
    }

    fn clause(&self, node: usize) -> Option<Clause> {
        let nodes = self.nodes;
        let is_place = self.has_child(node, &[Deprel::Cop]) && preposition(nodes, node).is_some();
        if !is_place && !nodes[node].is_verb() {
            return None;
        }
        let mut clause = Clause {
            head: node,
            kind: Kind::Verb,
            lemma: self.lemma(node),
            roles: Vec::new(),
            negated: false,
            mood: Mood::default(),
            granted: false,
        };
        if is_place {
            clause.lemma = "be".to_owned();
            self.subject[node].into_iter().for_each(|subject| clause.fill(Role::Agent, subject));
            if let Some(preposition) = preposition(nodes, node) {
                clause.roles.push((Role::Prep(preposition.into()), node));
            }
            return Some(clause);
        }
        let passive = self.passive[node];
        let recipient = children(nodes, node, &[Deprel::Iobj]).next();
        match (self.subject[node], passive) {
            (Some(subject), true) if self.object[node].is_some() => clause.fill(Role::Recipient, subject),
            (Some(subject), true) => clause.fill(Role::Patient, subject),
            (Some(subject), false) => clause.fill(Role::Agent, subject),
            (None, _) => {}
        }
        if let Some(object) = self.object[node] {
            clause.fill(Role::Patient, object);
        }
        if let Some(recipient) = recipient {
            let role = if self.object[node].is_some() { Role::Recipient } else { Role::Patient };
            clause.fill(role, antecedent(nodes, recipient));
        }
        self.gap(node, &mut clause);
        for oblique in children(nodes, node, OBLIQUE) {
            let filler = antecedent(nodes, oblique);
            let preposition = preposition(nodes, oblique);
            match preposition.as_deref() {
                Some("by") if passive => clause.fill(Role::Agent, filler),
                Some(preposition) => clause.fill(Role::Prep(preposition.into()), filler),
                None if nodes[oblique].relation == Deprel::OblAgent => clause.fill(Role::Agent, filler),
                None => {}
            }
        }
        if nodes[node].relation == Deprel::Amod {
            self.compound(node, &mut clause);
        }
        Some(clause)
    }

    /// What a relative clause without a pronoun is about: "the man X accused"; and "the town where".
    fn gap(&self, node: usize, clause: &mut Clause) {
        let nodes = self.nodes;
        let Node { relation, head, .. } = &nodes[node];
        if let (Deprel::AclRelcl | Deprel::AdvclRelcl, Some(head)) = (relation, *head) {
            if children(nodes, node, &[Deprel::Advmod]).any(|child| nodes[child].is_word(&["where"])) {
                clause.fill(Role::Prep("in".into()), head);
            } else if !self.names_antecedent(node)
                && self.own_subject(node).is_some()
                && !clause.has(&Role::Patient)
            {
                clause.fill(Role::Patient, head);
            }
        }
    }

    /// "The U.S.-led force", "Boston-based Acme".
    fn compound(&self, node: usize, clause: &mut Clause) {
        let nodes = self.nodes;
        let place = ["base", "bear", "headquarter"].contains(&&*clause.lemma);
        for name in
            nodes[node].children.iter().copied().filter(|&child| child < node && nodes[child].name.is_some())
        {
            clause.roles.retain(|&(_, filler)| filler != name);
            clause.fill(if place { Role::Prep("in".into()) } else { Role::Agent }, name);
        }
    }

    /// The base form with its particle.
    fn lemma(&self, node: usize) -> String {
        let mut lemma = self.nodes[node].lemma.to_string();
        for particle in children(self.nodes, node, &[Deprel::CompoundPrt]) {
            lemma.push(' ');
            lemma.push_str(&self.nodes[particle].form);
        }
        lemma
    }

    /// "Was shot and killed by X": the passives of a list share who does it.
    fn share_agents(&self, clauses: &mut [Clause]) {
        for i in 0..clauses.len() {
            let head = clauses[i].head;
            let joined = self.nodes[head].head.filter(|_| self.nodes[head].relation == Deprel::Conj);
            let Some(first) = joined.and_then(|first| clauses.iter().position(|other| other.head == first))
            else {
                continue;
            };
            if !self.passive[head] || !self.passive[clauses[first].head] {
                continue;
            }
            let agents: Vec<usize> = clauses[i].fillers(&Role::Agent).collect();
            if !clauses[first].has(&Role::Agent) {
                agents.into_iter().for_each(|agent| clauses[first].fill(Role::Agent, agent));
            }
        }
    }
}
