//! The roles of verbs.

use crate::syntax::clause::lists::{GIVES, MEANS, NEEDS_OBJECT, NEVER_PASSIVE, OF_OBJECT, OF_SUBJECT, TIMES};
use crate::syntax::clause::nodes::{Node, antecedent, children, is_infinitive, preposition};
use crate::syntax::clause::parts::{Clause, Kind, Mood, Role, by_node};
use crate::syntax::{Deprel, Pos};

/// Subjects, objects and voice of the verbs of a sentence.
pub(super) struct Verbs<'n> {
    nodes: &'n [Node],
    /// For each node that can have one its subject as it stands: of a passive who suffers it.
    subject: Vec<Option<usize>>,
    object: Vec<Option<usize>>,
    passive: Vec<bool>,
}

const SUBJECT: &[Deprel] = &[Deprel::Nsubj, Deprel::NsubjPass];
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
            verbs.object[node] = children(nodes, node, &[Deprel::Obj])
                .next()
                .or_else(|| verbs.bare_oblique(node))
                .map(|object| antecedent(nodes, object));
            verbs.passive[node] = verbs.is_passive(node);
            verbs.subject[node] = verbs.own_subject(node).or_else(|| verbs.shared_subject(node));
        }
        // Twice: what the last of three verbs has, the first gets, and from it the second.
        for &node in order.iter().chain(&order) {
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

    /// "Has visited Y": what the parser takes for an oblique, though no preposition stands before it.
    fn bare_oblique(&self, verb: usize) -> Option<usize> {
        let nodes = self.nodes;
        let is_bare = |&node: &usize| {
            let this = &nodes[node];
            node > verb
                && (this.name.is_some() || this.is_noun())
                && !this.is_word(&TIMES)
                && preposition(nodes, node).is_none()
                && nodes[verb + 1..node].iter().all(|between| between.pos != Pos::Punct)
        };
        let is_active = nodes[verb].is_verb()
            && self.has_child(verb, &[Deprel::Nsubj])
            && !self.has_child(verb, &[Deprel::AuxPass]);
        let bare = || children(nodes, verb, &[Deprel::Obl, Deprel::OblAgent]).find(is_bare);
        is_active.then(bare).flatten()
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
            && (!form.ends_with('s') || lemma.ends_with('s'))
    }

    fn is_passive(&self, node: usize) -> bool {
        let Node { relation, head, .. } = &self.nodes[node];
        if self.has_child(node, &[Deprel::AuxPass, Deprel::NsubjPass]) {
            return true;
        }
        if !self.nodes[node].is_verb() {
            return false;
        }
        let is_be = |&child: &usize| {
            child < node && self.nodes[child].pos == Pos::Aux && self.nodes[child].is_word(&["be"])
        };
        if self.nodes[node].children.iter().any(is_be)
            && self.may_be_participle(node)
            && self.object[node].is_none()
        {
            return !NEVER_PASSIVE.contains(&&*self.nodes[node].lemma);
        }
        if self.is_headline(node) {
            return true;
        }
        if self.has_child(node, &[Deprel::Aux, Deprel::Nsubj]) {
            return false;
        }
        let has_agent = || self.has_child(node, &[Deprel::OblAgent]);
        let reduced = matches!(relation, Deprel::Acl | Deprel::Advcl | Deprel::Amod | Deprel::Xcomp)
            && !is_infinitive(self.nodes, node)
            && self.may_be_participle(node);
        match relation {
            Deprel::Conj => {
                let joined = head.is_some_and(|head| self.passive[head]);
                let is_done = NEVER_PASSIVE.contains(&&*self.nodes[node].lemma)
                    || self.has_child(node, &[Deprel::Ccomp]);
                joined
                    && !is_done
                    && self.may_be_participle(node)
                    && (self.object[node].is_none() || has_agent())
            }
            _ => reduced && (self.object[node].is_none() || has_agent()),
        }
    }

    /// "Cy Marsh arrested in Kabul": a verb that needs an object, has none, and looks like a participle.
    fn is_headline(&self, node: usize) -> bool {
        let Node { relation, lemma, .. } = &self.nodes[node];
        let is_said = matches!(relation, Deprel::Root | Deprel::Ccomp | Deprel::Parataxis);
        let subject = children(self.nodes, node, &[Deprel::Nsubj]).next();
        let is_more = |child: usize| {
            let Node { relation, .. } = &self.nodes[child];
            matches!(relation, Deprel::Aux | Deprel::Ccomp | Deprel::Xcomp | Deprel::Iobj | Deprel::Dep)
                || child > node
                    && self.nodes[child].is_nominal()
                    && preposition(self.nodes, child).is_none()
                    && !self.nodes[child].is_word(&TIMES)
        };
        is_said
            && NEEDS_OBJECT.contains(&&**lemma)
            && self.may_be_participle(node)
            && self.object[node].is_none()
            && subject.is_some_and(|subject| subject < node)
            && !self.nodes[node].children.iter().any(|&child| is_more(child))
    }

    /// Whether a filler behind "by" does something: no time and no means.
    fn is_doer(&self, node: usize) -> bool {
        let this = &self.nodes[node];
        let is_sum = this.pos == Pos::Sym
            || this.pos == Pos::Num && this.form.starts_with(|c: char| c.is_ascii_digit());
        let is_time = this.is_word(&TIMES) || TIMES.contains(&&*this.form);
        this.name.is_some() || !is_time && !is_sum && !this.is_word(&MEANS)
    }

    /// What stands behind "by" and tells who does it: of several the last, "found by the river by two anglers".
    pub(super) fn doer(&self, verb: usize) -> Option<usize> {
        let by = |&node: &usize| preposition(self.nodes, node).as_deref() == Some("by") && self.is_doer(node);
        self.obliques(verb).into_iter().rfind(by).filter(|_| self.passive[verb])
    }

    /// Who does what an infinitive or gerund below a verb tells.
    fn controlled(&self, node: usize, head: usize) -> Option<usize> {
        let Node { lemma, .. } = &self.nodes[head];
        let is_to = is_infinitive(self.nodes, node);
        if is_to && OF_SUBJECT.contains(&&**lemma) && !self.passive[head] {
            return self.subject[head];
        }
        // "Called on X to leave".
        if is_to
            && ["call", "appeal", "plead", "rely", "count", "wait"].contains(&&**lemma)
            && self.object[head].is_none()
        {
            let called = children(self.nodes, head, &[Deprel::Obl]).filter(|&called| {
                head < called
                    && called < node
                    && matches!(
                        preposition(self.nodes, called).as_deref(),
                        Some("on" | "upon" | "to" | "for" | "with")
                    )
            });
            if let Some(called) = called.last() {
                return Some(antecedent(self.nodes, called));
            }
        }
        self.controller(head)
    }

    fn own_subject(&self, node: usize) -> Option<usize> {
        let outer = || children(self.nodes, node, &[Deprel::NsubjOuter]).next();
        children(self.nodes, node, SUBJECT)
            .next()
            .or_else(outer)
            .map(|subject| antecedent(self.nodes, subject))
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
            Deprel::Xcomp => self.controlled(node, head),
            Deprel::Advcl | Deprel::Ccomp if self.is_of_object(node, head) => self.controller(head),
            Deprel::Ccomp if is_infinitive(self.nodes, node) => self.controlled(node, head),
            Deprel::Parataxis | Deprel::Dep if self.goes_on(node, head) => self.subject[head],
            Deprel::Advcl | Deprel::Ccomp | Deprel::Parataxis if self.nodes[node].is_verb() => {
                // "He said: go": what is said has a subject of its own, or none.
                let takes_over = *relation == Deprel::Advcl || self.nodes[node].form.ends_with("ing");
                self.subject[head].filter(|_| takes_over)
            }
            // "X's plan to attack", "X's argument for selling".
            Deprel::Acl if is_infinitive(self.nodes, node) || self.has_child(node, &[Deprel::Mark]) => {
                self.intender(head)
            }
            Deprel::Acl | Deprel::Amod => Some(self.titled(head)),
            Deprel::AclRelcl => (!self.names_antecedent(node)).then_some(head),
            _ => None,
        }
    }

    /// The name that a noun is the title of, or the noun.
    fn titled(&self, noun: usize) -> usize {
        let Node { relation, head, .. } = &self.nodes[noun];
        head.filter(|&head| *relation == Deprel::NmodDesc && self.nodes[head].name.is_some()).unwrap_or(noun)
    }

    /// "Accused X of lying", "prevented X from leaving".
    fn is_of_object(&self, node: usize, head: usize) -> bool {
        let is_marked = children(self.nodes, node, &[Deprel::Mark, Deprel::Case])
            .any(|mark| matches!(&*self.nodes[mark].form, "of" | "from" | "for" | "over"));
        is_marked && self.nodes[node].form.ends_with("ing") && self.nodes[head].is_word(&OF_OBJECT)
    }

    /// "Cut jobs, closed a plant": a verb behind a comma in the same form as the one before it.
    fn goes_on(&self, node: usize, head: usize) -> bool {
        let [this, first] = [node, head].map(|verb| &self.nodes[verb]);
        let is_base = |node: &Node| *node.form == *node.lemma;
        let same =
            is_base(this) == is_base(first) || first.is_word(&["cut", "put", "hit", "set", "let", "quit"]);
        node > head
            && this.is_verb()
            && first.is_verb()
            && !this.form.ends_with("ing")
            && same
            && self.subject[head].is_some_and(|subject| subject < head)
            && !self.has_child(node, &[Deprel::Mark, Deprel::Ccomp])
            && self.nodes[node - 1].pos == Pos::Punct
    }

    /// Who would do what a noun is about: "X's plan to attack", "X announced plans to attack", "the man to lead it".
    fn intender(&self, noun: usize) -> Option<usize> {
        if let Some(owner) = children(self.nodes, noun, &[Deprel::NmodPoss]).next() {
            return Some(owner);
        }
        let is_argument = matches!(self.nodes[noun].relation, Deprel::Obj | Deprel::Obl);
        let verb = self.nodes[noun].head.filter(|_| is_argument)?;
        // "Detained X on suspicion of belonging": X may belong.
        let is_charge =
            self.nodes[noun].is_word(&["suspicion", "charge", "count", "accusation", "allegation"]);
        if is_charge { self.controller(verb) } else { self.subject[verb] }
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
        // "Founded and for thirty years led", "searched, handcuffed and released".
        let is_little = |i: usize| {
            matches!(nodes[i].pos, Pos::Cconj | Pos::Adv | Pos::Punct)
                || nodes[i].head == Some(node)
                || nodes[i]
                    .head
                    .is_some_and(|head| nodes[head].head == Some(node) && first < head && head < node)
                || nodes[i].head == Some(first) && nodes[i].is_verb() && nodes[i].relation == Deprel::Conj
        };
        let is_done =
            nodes[first].is_word(&NEVER_PASSIVE) || self.has_child(first, &[Deprel::Ccomp, Deprel::Xcomp]);
        match (self.object[first], self.object[node]) {
            (None, Some(object))
                if object > node
                    && !is_done
                    && between.clone().all(is_little)
                    && !self.has_child(first, OBLIQUE) =>
            {
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
            // Sums do nothing.
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
        if let Some(recipient) = recipient {
            let role = if self.object[node].is_some() { Role::Recipient } else { Role::Patient };
            clause.fill(role, antecedent(nodes, recipient));
        }
        self.gap(node, &mut clause);
        let obliques = self.obliques(node);
        let agent = self.doer(node);
        for oblique in obliques {
            let filler = antecedent(nodes, oblique);
            match preposition(nodes, oblique).as_deref() {
                Some("by") if agent == Some(oblique) => {
                    clause.fill(Role::Agent, filler);
                    self.place_of_agent(oblique, &mut clause);
                }
                Some(preposition) => clause.fill(Role::Prep(preposition.into()), filler),
                None => {}
            }
        }
        if nodes[node].relation == Deprel::Amod {
            self.compound(node, &mut clause);
        }
        Some(clause)
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

    /// What hangs on a verb by a preposition, directly or by an adverb before it: "away from X".
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
    pub(super) fn lemma(&self, node: usize) -> String {
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
