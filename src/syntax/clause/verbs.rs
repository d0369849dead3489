//! Subjects, objects and voice of verbs; what fills their roles, [`roles`] says.

mod roles;

use crate::syntax::clause::lists::{CHOSEN, NEEDS_OBJECT, NEVER_PASSIVE, OF_OBJECT, OF_SUBJECT, TIMES};
use crate::syntax::clause::nodes::{Node, antecedent, children, is_infinitive, preposition};
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
        // Heads before dependents, which may take over their subjects.
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
        // Twice: the first pass takes an object from the last of three verbs to the first, the second from there to the second verb.
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

    /// The subject that a verb without one shares with its head.
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

    /// "Cut jobs, closed a plant": a verb after a comma in the same form as the one before it.
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
    /// "X's nominee to lead it" is who would.
    fn intender(&self, noun: usize) -> Option<usize> {
        if self.nodes[noun].is_word(&CHOSEN) {
            return Some(self.titled(noun));
        }
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

    /// Whether a relative pronoun (or "where") below a verb stands for what the verb depends on.
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
}
