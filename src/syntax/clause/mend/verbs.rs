//! Repairs around verbs.

use crate::syntax::clause::lists::{GIVING, INTENT, NAMING, NEVER_PASSIVE, OF_OBJECT, SAYS_OF, SPEECH};
use crate::syntax::clause::mend::{SUBJECT, Tree};
use crate::syntax::clause::nodes::Node;
use crate::syntax::clause::particles;
use crate::syntax::{Deprel, Pos};

/// Relations that the parser wrongly gives to a name beside a verb.
const ODD: [Deprel; 12] = [
    Deprel::Xcomp,
    Deprel::Obl,
    Deprel::Vocative,
    Deprel::Appos,
    Deprel::Compound,
    Deprel::Dep,
    Deprel::Parataxis,
    Deprel::Ccomp,
    Deprel::Flat,
    Deprel::Discourse,
    Deprel::Conj,
    Deprel::Nsubj,
];

impl Tree<'_> {
    /// "Ana Ruiz" as the root with "flew to Spain" hanging on it; the headline "Germany to buy jets".
    pub(super) fn subject_as_root(&mut self) {
        let Some(root) = (0..self.nodes.len()).find(|&node| self.nodes[node].head.is_none()) else { return };
        if !self.nodes[root].is_nominal() || self.child(root, &[Deprel::Cop]).is_some() {
            return;
        }
        let is_to = |verb: usize| {
            self.children(verb, &[Deprel::Mark]).iter().any(|&mark| self.nodes[mark].form == "to")
        };
        let fits = |&verb: &usize| {
            let clear = !(root + 1..verb).any(|i| self.nodes[i].form == ":");
            let planned = is_to(verb) && !self.nodes[root].is_word(&INTENT);
            let told =
                self.nodes[verb].relation == Deprel::Ccomp && self.child(verb, &[Deprel::Mark]).is_none();
            verb > root
                && self.nodes[verb].is_verb()
                && clear
                && (planned || told)
                && self.child(verb, SUBJECT).is_none()
        };
        let below = self.children(root, &[Deprel::Ccomp, Deprel::Advcl, Deprel::Acl]);
        let Some(verb) = below.into_iter().find(fits) else { return };
        let relation = self.subject_relation(verb);
        self.swap(root, verb, relation);
        let of_verb = [Deprel::Obl, Deprel::OblUnmarked, Deprel::Advcl, Deprel::Advmod, Deprel::Parataxis];
        for child in self.nodes[root].children.clone() {
            let relation = self.nodes[child].relation;
            if child > verb || of_verb.contains(&relation) {
                self.attach(child, verb, relation);
            }
        }
    }

    /// Who says what, where that stands around it: "..., said Bo Lee", "..., Bo Lee said, ...".
    pub(super) fn speech(&mut self, verb: usize) {
        if !self.nodes[verb].is_verb()
            || !self.nodes[verb].is_word(&SPEECH)
            || self.child(verb, &[Deprel::AuxPass]).is_some()
        {
            return;
        }
        let said = match (self.nodes[verb].relation, self.nodes[verb].head) {
            (Deprel::Parataxis, head) => head,
            _ => self.child(verb, &[Deprel::Ccomp]),
        };
        let Some(said) = said else { return };
        let count = self.nodes.len();
        let is_said_before = said < verb || self.first[said] < verb;
        let behind = (verb > 0
            && !self.nodes[verb].is_word(&["tell"])
            && self.is_comma(verb - 1)
            && verb + 1 < count
            && is_said_before)
            .then(|| self.top(verb + 1, verb + 1..count))
            .flatten()
            .filter(|&who| self.first[who] == verb + 1);
        let comma = (0..verb).rev().take(12).find(|&i| self.is_comma(i));
        let before = comma.filter(|&comma| comma + 1 < verb).and_then(|comma| {
            self.top(verb - 1, comma + 1..verb).filter(|&who| self.first[who] == comma + 1)
        });
        let Some(who) = behind.or(before) else { return };
        let is_known = self.nodes[who].head == Some(verb) && SUBJECT[..2].contains(&self.nodes[who].relation);
        if is_known || self.case(who).is_some() || who == said || self.is_below(verb, who) {
            return;
        }
        let others = self.children(verb, SUBJECT);
        self.attach(who, verb, Deprel::Nsubj);
        for other in others.into_iter().filter(|&other| other != who) {
            if self.child(said, SUBJECT).is_none() {
                let relation = self.subject_relation(said);
                self.attach(other, said, relation);
            }
        }
    }

    /// "Having beaten Y, X lead the table", with X as the subject of "beaten".
    pub(super) fn subject_behind_participle(&mut self, verb: usize) {
        let Some(head) = self.nodes[verb].head else { return };
        if self.nodes[verb].relation != Deprel::Advcl || head < verb || self.child(head, SUBJECT).is_some() {
            return;
        }
        let Some(subject) = self.child(verb, &SUBJECT[..2]) else { return };
        let first = self.first[subject];
        if subject > verb && first > 0 && self.is_comma(first - 1) {
            let relation = self.subject_relation(head);
            self.attach(subject, head, relation);
        }
    }

    /// "Killing X": what stands right behind a participle is no subject of it.
    pub(super) fn object_of_gerund(&mut self, verb: usize) {
        let Node { relation, .. } = self.nodes[verb];
        let is_bare = self.nodes[verb].is_verb()
            && self.nodes[verb].form.ends_with("ing")
            && relation != Deprel::Root
            && self.child(verb, &[Deprel::Aux, Deprel::Obj]).is_none();
        if let Some(object) = self.child(verb, &[Deprel::Nsubj]).filter(|&object| is_bare && object > verb)
            && self.first[object] == verb + 1
        {
            self.nodes[object].relation = Deprel::Obj;
        }
    }

    /// "Was elected leader", "elected Ana Ruiz mayor": the post is said of the person.
    pub(super) fn named(&mut self, node: usize) {
        self.named_passive(node);
        if !self.nodes[node].is_verb() || !self.nodes[node].is_word(&NAMING) {
            return;
        }
        let Some(post) = self.child(node, &[Deprel::Obj]) else { return };
        if self.child(node, &[Deprel::AuxPass, Deprel::NsubjPass]).is_some() {
            if self.nodes[post].is_noun() {
                self.nodes[post].relation = Deprel::Xcomp;
            }
            return;
        }
        if let Some(title) = self.child(post, &[Deprel::Appos])
            && title == post + 1
            && self.nodes[post].name.is_some()
            && self.nodes[title].is_noun()
        {
            self.attach(title, node, Deprel::Xcomp);
            return;
        }
        if !self.nodes[post].is_noun() {
            return;
        }
        let beside = self.child(node, &[Deprel::Iobj, Deprel::Nsubj, Deprel::Dep]);
        let is_titled = self.nodes[post].children.iter().any(|&i| i > post && self.nodes[i].name.is_some());
        let before = self
            .child(
                post,
                &[Deprel::Compound, Deprel::Nmod, Deprel::Flat, Deprel::NmodDesc, Deprel::NmodUnmarked],
            )
            .filter(|&name| !is_titled && self.nodes[name].name.is_some() && self.case(name).is_none());
        let person = self
            .children(node, &[Deprel::Iobj, Deprel::Nsubj, Deprel::Dep])
            .into_iter()
            .find(|&person| person > node && person < post)
            .or(before.filter(|_| beside.is_none_or(|beside| beside < node)));
        if let Some(person) = person.filter(|&person| self.first[person] == node + 1) {
            self.attach(person, node, Deprel::Obj);
            self.nodes[post].relation = Deprel::Xcomp;
        }
    }

    /// "Was elected leader" as "was [elected leader]".
    pub(super) fn named_passive(&mut self, post: usize) {
        let Some(be) = self.child(post, &[Deprel::Cop]) else { return };
        let Some(verb) = self.child(post, &[Deprel::Amod]).filter(|&verb| {
            self.nodes[verb].is_verb()
                && self.nodes[verb].is_word(&NAMING)
                && (be + 1 == verb || be + 2 == verb)
        }) else {
            return;
        };
        self.swap(post, verb, Deprel::Xcomp);
        for child in self.nodes[post].children.clone() {
            let relation = match self.nodes[child].relation {
                Deprel::Cop => Deprel::AuxPass,
                Deprel::Nsubj | Deprel::Appos | Deprel::Dep if child < be => Deprel::NsubjPass,
                relation => relation,
            };
            if child < verb || relation == Deprel::Obl {
                self.attach(child, verb, relation);
            }
        }
    }

    /// "Offered X the post", with the post as something said of X.
    pub(super) fn given(&mut self, verb: usize) {
        if !self.nodes[verb].is_verb() || !self.nodes[verb].is_word(&GIVING) {
            return;
        }
        let (Some(whom), Some(what)) = (self.child(verb, &[Deprel::Obj]), self.child(verb, &[Deprel::Xcomp]))
        else {
            return;
        };
        if whom < what && self.nodes[what].is_noun() && self.case(what).is_none() {
            self.nodes[whom].relation = Deprel::Iobj;
            self.nodes[what].relation = Deprel::Obj;
        }
    }

    /// "Discussed with X the beginning of Y": what only some verbs say of their subject is an object of others.
    pub(super) fn said_noun(&mut self, noun: usize) {
        let Node { relation: Deprel::Xcomp, head: Some(verb), .. } = self.nodes[noun] else { return };
        let is_bare = self.child(noun, &[Deprel::Case, Deprel::Cop, Deprel::Mark, Deprel::Aux]).is_none();
        if self.nodes[noun].is_noun()
            && is_bare
            && self.nodes[verb].is_verb()
            && !self.nodes[verb].is_word(&SAYS_OF)
            && !self.nodes[verb].is_word(&NAMING)
            && self.child(verb, &[Deprel::Obj]).is_none()
        {
            self.nodes[noun].relation = Deprel::Obj;
        }
    }

    /// "Suspected of leaking files" as "of [leaking files]".
    pub(super) fn gerund_as_adjective(&mut self, verb: usize) {
        let Node { relation: Deprel::Amod, head: Some(object), .. } = self.nodes[verb] else { return };
        if !self.nodes[verb].is_verb() || !self.nodes[verb].form.ends_with("ing") || verb == 0 {
            return;
        }
        let Some(governor) = self.nodes[object].head else { return };
        let case = self.child(object, &[Deprel::Case]).filter(|&case| case + 1 == verb);
        if let Some(case) = case
            && self.nodes[governor].is_verb()
            && self.nodes[governor].is_word(&OF_OBJECT)
        {
            self.swap(object, verb, Deprel::Obj);
            self.nodes[verb].relation = Deprel::Advcl;
            self.attach(case, verb, Deprel::Mark);
            for oblique in self.children(object, &[Deprel::Obl]) {
                self.attach(oblique, verb, Deprel::Obl);
            }
        }
    }

    /// "Told by his club to apologise": what stands before "to" belongs to the verb before it.
    pub(super) fn before_to(&mut self, verb: usize) {
        let Some(head) = self.nodes[verb].head.filter(|&head| head < verb && self.nodes[head].is_verb())
        else {
            return;
        };
        let marks = self.children(verb, &[Deprel::Mark]);
        let Some(to) = marks.into_iter().find(|&mark| self.nodes[mark].form == "to") else { return };
        for child in self.children(verb, &[Deprel::Obl, Deprel::OblAgent]) {
            if child < to && child > head {
                let relation = self.nodes[child].relation;
                self.attach(child, head, relation);
            }
        }
    }

    /// "X was paid a bonus by Y" with Y hanging on X, across the verb.
    pub(super) fn by_phrase(&mut self, node: usize) {
        let Some(head) = self.nodes[node].head.filter(|&head| head < node && self.nodes[head].is_nominal())
        else {
            return;
        };
        if let Some(verb) = self.nodes[head].head
            && (head..node).contains(&verb)
            && self.nodes[verb].is_verb()
            && self.case(node).is_some()
        {
            self.attach(node, verb, Deprel::Obl);
        }
    }

    /// "Shot a plane down", "pulled out of the treaty", "won over the party".
    pub(super) fn particle(&mut self, verb: usize) {
        if !self.nodes[verb].is_verb() || self.child(verb, &[Deprel::CompoundPrt]).is_some() {
            return;
        }
        let object = self.child(verb, &[Deprel::Obj]).filter(|&object| object > verb);
        for at in [Some(verb + 1), object.map(|object| self.last[object] + 1)].into_iter().flatten() {
            if at >= self.nodes.len() || !matches!(self.nodes[at].pos, Pos::Adp | Pos::Adv) {
                continue;
            }
            let form = self.nodes[at].form.clone();
            let Some(takes_object) = particles::find(&self.nodes[verb].lemma, &form) else { continue };
            let Node { relation, head: Some(head), .. } = self.nodes[at] else { continue };
            let is_alone =
                matches!(relation, Deprel::Advmod | Deprel::Dep | Deprel::Compound) || head == verb;
            let is_case = relation == Deprel::Case && head > at;
            if is_alone {
                self.attach(at, verb, Deprel::CompoundPrt);
            } else if is_case && self.children(head, &[Deprel::Case]).len() > 1 {
                // "Out of the treaty".
                self.attach(at, verb, Deprel::CompoundPrt);
            } else if is_case && takes_object && object.is_none() && self.nodes[head].head == Some(verb) {
                self.attach(at, verb, Deprel::CompoundPrt);
                self.nodes[head].relation = Deprel::Obj;
            } else {
                continue;
            }
            return;
        }
    }
    /// A name right after a verb without an object is its object, whatever the parser calls it, unless it is one of
    /// something else; and one right before it its subject.
    pub(super) fn beside_verb(&mut self, name: usize) {
        let Node { relation, head: Some(head), .. } = self.nodes[name] else { return };
        if !ODD.contains(&relation) || self.nodes[name].name.is_none() || name == 0 {
            return;
        }
        if self.child(name, &[Deprel::Cc, Deprel::Cop, Deprel::Mark]).is_some() {
            return;
        }
        if self.case(name).is_some() {
            let is_odd =
                matches!(relation, Deprel::Appos | Deprel::Compound | Deprel::Flat | Deprel::Vocative);
            if is_odd && self.nodes[head].is_verb() {
                self.nodes[name].relation = Deprel::Obl;
            }
            return;
        }
        let is_free = |verb: usize| {
            self.nodes[verb].is_verb()
                && !self.nodes[verb].is_word(&NEVER_PASSIVE)
                && !self.nodes[verb].is_word(&SPEECH)
                && self.child(verb, &[Deprel::Obj, Deprel::AuxPass, Deprel::NsubjPass]).is_none()
        };
        let before = self.first[name].wrapping_sub(1);
        let is_behind = before < name && is_free(before);
        if is_behind && relation == Deprel::Nsubj {
            // "Prosecutors described X as", with X as the subject.
            let other = before.checked_sub(1).filter(|&other| {
                let Node { relation, head, .. } = self.nodes[other];
                head == Some(before)
                    && ODD.contains(&relation)
                    && self.nodes[other].is_noun()
                    && self.case(other).is_none()
            });
            if let Some(other) =
                other.filter(|_| head == before && self.child(before, &[Deprel::Ccomp]).is_none())
            {
                self.nodes[other].relation = Deprel::Nsubj;
                self.nodes[name].relation = Deprel::Obj;
            }
        } else if is_behind
            && (head == before
                || relation == Deprel::Vocative
                || relation == Deprel::Compound
                    && head > self.last[name] + 1
                    && self.nodes[head].name.is_some())
            && relation != Deprel::Conj
        {
            self.attach(name, before, Deprel::Obj);
        } else if let Some(verb) = self.verb_behind(name) {
            let is_odd =
                matches!(relation, Deprel::Vocative | Deprel::Appos | Deprel::Dep | Deprel::Compound);
            if is_odd && head > name {
                let relation = self.subject_relation(verb);
                self.attach(name, verb, relation);
            }
        }
    }

    /// The verb that a name stands right before, perhaps with an auxiliary between, and that has no subject.
    pub(super) fn verb_behind(&self, name: usize) -> Option<usize> {
        let next = self.nodes.get(self.last[name] + 1).map(|_| self.last[name] + 1)?;
        let verb = if self.nodes[next].pos == Pos::Aux { self.nodes[next].head? } else { next };
        let is_finite = self.nodes[verb].is_verb() && !self.nodes[next].form.ends_with("ing");
        (is_finite && verb >= next && self.child(verb, SUBJECT).is_none()).then_some(verb)
    }
}
