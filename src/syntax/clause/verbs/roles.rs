//! From subjects, objects and voice to the roles of each clause.

use crate::syntax::clause::lists::{GIVES, MEANS, TIMES};
use crate::syntax::clause::nodes::{Node, antecedent, children, preposition};
use crate::syntax::clause::parts::{Clause, Kind, Mood, Role, by_node};
use crate::syntax::clause::verbs::{OBLIQUE, Verbs};
use crate::syntax::{Deprel, Pos};

impl Verbs<'_> {
    /// The clauses of all verbs.
    pub(in crate::syntax::clause) fn clauses(&self) -> Vec<Clause> {
        let mut found: Vec<Clause> = (0..self.nodes.len()).filter_map(|node| self.clause(node)).collect();
        self.share_agents(&mut found);
        found
    }

    /// The clause of a node: of a verb, or of "be" with a place.
    fn clause(&self, node: usize) -> Option<Clause> {
        let is_place = self.has_child(node, &[Deprel::Cop]) && preposition(self.nodes, node).is_some();
        if !is_place && !self.nodes[node].is_verb() {
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
            if let Some(preposition) = preposition(self.nodes, node) {
                clause.roles.push((Role::Prep(preposition.into()), node));
            }
            return Some(clause);
        }
        self.fill_core(node, &mut clause);
        self.gap(node, &mut clause);
        self.fill_obliques(node, &mut clause);
        if self.nodes[node].relation == Deprel::Amod {
            self.compound(node, &mut clause);
        }
        Some(clause)
    }

    /// Agent, patient and recipient.
    fn fill_core(&self, node: usize, clause: &mut Clause) {
        let nodes = self.nodes;
        match (self.subject[node], self.passive[node]) {
            (Some(subject), true) if self.object[node].is_some() => clause.fill(Role::Recipient, subject),
            (Some(subject), true) => clause.fill(Role::Patient, subject),
            // Sums of money are no agents.
            (Some(subject), false) if nodes[subject].pos != Pos::Sym || nodes[subject].name.is_some() => {
                clause.fill(Role::Agent, subject);
            }
            _ => {}
        }
        if let Some(object) = self.object[node] {
            clause.fill(Role::Patient, object);
        }
        // "Helped X buy Y": X is helped.
        if ["help", "let", "see", "watch", "hear", "make"].contains(&&*nodes[node].lemma)
            && self.object[node].is_none()
            && let Some(deed) = children(nodes, node, &[Deprel::Ccomp]).next()
            && *nodes[deed].form == *nodes[deed].lemma
            && !self.has_child(deed, &[Deprel::Mark, Deprel::Aux])
            && let Some(subject) = self.own_subject(deed)
        {
            clause.fill(Role::Patient, subject);
        }
        if let Some(recipient) = children(nodes, node, &[Deprel::Iobj]).next() {
            let role = if self.object[node].is_some() { Role::Recipient } else { Role::Patient };
            clause.fill(role, antecedent(nodes, recipient));
        }
    }

    /// What stands after prepositions, the agent of a passive among it.
    fn fill_obliques(&self, node: usize, clause: &mut Clause) {
        let agent = self.doer(node);
        for oblique in self.obliques(node) {
            let filler = antecedent(self.nodes, oblique);
            match preposition(self.nodes, oblique).as_deref() {
                Some("by") if agent == Some(oblique) => {
                    clause.fill(Role::Agent, filler);
                    self.place_of_agent(oblique, clause);
                }
                Some(preposition) => clause.fill(Role::Prep(preposition.into()), filler),
                None => {}
            }
        }
    }

    /// Whether a filler after "by" does something: no time and no means.
    fn is_doer(&self, node: usize) -> bool {
        let this = &self.nodes[node];
        let is_sum = this.pos == Pos::Sym
            || this.pos == Pos::Num && this.form.starts_with(|c: char| c.is_ascii_digit());
        let is_time = this.is_word(&TIMES) || TIMES.contains(&&*this.form);
        this.name.is_some() || !is_time && !is_sum && !this.is_word(&MEANS)
    }

    /// What stands after "by" and tells who does it: of several the last, "found by the river by two anglers".
    pub(in crate::syntax::clause) fn doer(&self, verb: usize) -> Option<usize> {
        let by = |&node: &usize| preposition(self.nodes, node).as_deref() == Some("by") && self.is_doer(node);
        self.obliques(verb).into_iter().rfind(by).filter(|_| self.passive[verb])
    }

    /// "Arrested by police in Kabul": the place is that of the deed too.
    fn place_of_agent(&self, agent: usize, clause: &mut Clause) {
        let is_bare = self.nodes[agent].is_noun() && !self.has_child(agent, &[Deprel::Det, Deprel::NmodPoss]);
        for place in children(self.nodes, agent, OBLIQUE).filter(|_| is_bare) {
            if self.nodes[place].name.is_some() && preposition(self.nodes, place).as_deref() == Some("in") {
                clause.fill(Role::Prep("in".into()), place);
            }
        }
    }

    /// What depends on a verb by a preposition, directly or by an adverb before it: "away from X".
    fn obliques(&self, node: usize) -> Vec<usize> {
        let nodes = self.nodes;
        let mut all: Vec<usize> = children(nodes, node, OBLIQUE).collect();
        for adverb in children(nodes, node, &[Deprel::Advmod]).filter(|&adverb| nodes[adverb].pos == Pos::Adv)
        {
            all.extend(children(nodes, adverb, OBLIQUE));
        }
        // A noun that the parser took for something said: "accused X of theft".
        all.extend(children(nodes, node, &[Deprel::Xcomp]).filter(|&noun| nodes[noun].is_nominal()));
        // "Gave a loan to X".
        if GIVES.contains(&&*nodes[node].lemma)
            && let Some(object) = self.object[node]
        {
            let to = |&whom: &usize| whom > node && preposition(nodes, whom).as_deref() == Some("to");
            all.extend(children(nodes, object, OBLIQUE).filter(to));
        }
        all.sort_unstable();
        all
    }

    /// What a relative clause without a pronoun is about: "the man X accused"; and "the town where".
    fn gap(&self, node: usize, clause: &mut Clause) {
        let nodes = self.nodes;
        let Node { relation, head, .. } = &nodes[node];
        let is_cleft = |head: usize| *relation == Deprel::Acl && self.cleft(head).is_some();
        if let Some(head) = *head
            && (matches!(relation, Deprel::AclRelcl | Deprel::AdvclRelcl) || is_cleft(head))
        {
            if children(nodes, node, &[Deprel::Advmod]).any(|child| nodes[child].is_word(&["where"])) {
                clause.fill(Role::Prep("in".into()), head);
            } else if let Some(place) = self.cleft(head) {
                clause.fill(Role::Prep(place.into()), head);
            } else if !self.names_antecedent(node)
                && self.own_subject(node).is_some()
                && !clause.has(&Role::Patient)
            {
                clause.fill(Role::Patient, head);
            }
        }
    }

    /// "It was in Kelm that": the preposition.
    fn cleft(&self, node: usize) -> Option<String> {
        let is_it =
            children(self.nodes, node, &[Deprel::Expl, Deprel::Nsubj]).any(|it| self.nodes[it].form == "it");
        let is_said = is_it && self.has_child(node, &[Deprel::Cop]);
        is_said.then(|| preposition(self.nodes, node)).flatten()
    }

    /// "The U.S.-led force", "Boston-based Acme".
    fn compound(&self, node: usize, clause: &mut Clause) {
        let nodes = self.nodes;
        let place = ["base", "bear", "headquarter"].contains(&&*clause.lemma);
        let is_joined = |&child: &usize| child < node && child + 2 >= node && nodes[child].name.is_some();
        for name in nodes[node].children.iter().copied().filter(is_joined) {
            clause.roles.retain(|&(_, filler)| filler != name);
            clause.fill(if place { Role::Prep("in".into()) } else { Role::Agent }, name);
        }
    }

    /// The base form of a verb with its particle.
    pub(in crate::syntax::clause) fn lemma(&self, node: usize) -> String {
        let mut lemma = self.nodes[node].lemma.to_string();
        for particle in children(self.nodes, node, &[Deprel::CompoundPrt]) {
            lemma.push(' ');
            lemma.push_str(&self.nodes[particle].form);
        }
        lemma
    }

    /// "Was shot and killed by X": the passives of a list share who does it.
    fn share_agents(&self, clauses: &mut [Clause]) {
        let of_node = by_node(self.nodes.len(), clauses);
        for i in 0..clauses.len() {
            let head = clauses[i].head;
            let joined = self.nodes[head].head.filter(|_| self.nodes[head].relation == Deprel::Conj);
            let Some(first) = joined.and_then(|first| of_node[first]) else { continue };
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
