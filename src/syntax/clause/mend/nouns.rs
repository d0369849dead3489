//! Repairs around nouns and names.

use crate::syntax::clause::lists::{FORCES, OF_DEED, TIMES};
use crate::syntax::clause::mend::{SUBJECT, Tree};
use crate::syntax::clause::nodes::{Node, members};
use crate::syntax::{Deprel, Pos};

impl Tree<'_> {
    /// "Beaten by X on[front] Saturday in front": a preposition belongs to the noun right after it.
    pub(super) fn preposition(&mut self, case: usize) {
        let Node { relation: Deprel::Case, pos: Pos::Adp, head: Some(head), .. } = self.nodes[case] else {
            return;
        };
        let end = if head > case { head } else { self.nodes.len() };
        let Some(next) = (case + 1 < end).then(|| self.top(case + 1, case + 1..end)).flatten() else {
            return;
        };
        let is_other = next != head && (head < case || !self.is_below(next, head));
        if is_other && self.case(next).is_none() {
            self.attach(case, next, Deprel::Case);
            let Node { relation, head, .. } = self.nodes[next];
            if matches!(relation, Deprel::Flat | Deprel::Appos | Deprel::Compound | Deprel::Obj)
                && let Some(head) = head
            {
                self.nodes[next].relation = self.oblique_of(head);
            }
        }
    }

    /// "X's lawyer's office" is that of the lawyer; and "to X's Y" tells whose Y is, not whose what stands before.
    pub(super) fn owner(&mut self, owner: usize) {
        let Node { relation: Deprel::NmodPoss, head: Some(head), .. } = self.nodes[owner] else { return };
        let Some(mark) = self.child(owner, &[Deprel::Case]).filter(|&mark| mark > owner) else { return };
        if head < owner {
            let ends = |&node: &usize| {
                self.is_comma(node) || self.nodes[node].is_verb() || self.nodes[node].relation == Deprel::Case
            };
            let end = (mark + 1..self.nodes.len()).find(ends).unwrap_or(self.nodes.len());
            if let Some(owned) = (mark + 1 < end).then(|| self.top(mark + 1, mark + 1..end)).flatten() {
                self.attach(owner, owned, Deprel::NmodPoss);
            }
            return;
        }
        // "Norway's Bo Lee beat rival Ana Ruiz": the owned stands before the verb.
        let verb = (mark + 1..head).find(|&node| {
            self.nodes[node].is_verb()
                && !matches!(self.nodes[node].relation, Deprel::Amod | Deprel::Compound)
        });
        if let Some(verb) = verb.filter(|&verb| mark + 1 < verb) {
            let owned = self.top(mark + 1, mark + 1..verb).filter(|&owned| self.nodes[owned].is_nominal());
            if let Some(owned) = owned {
                self.attach(owner, owned, Deprel::NmodPoss);
                return;
            }
        }
        let next =
            self.children(head, &[Deprel::NmodPoss]).into_iter().find(|&next| self.first[next] == mark + 1);
        if let Some(next) = next {
            self.attach(owner, next, Deprel::NmodPoss);
        }
    }

    /// "Supporters of X blocked": what stands after "of" belongs to the noun before it, not to a word after. Nor to one before
    /// another subject ("told the Commission it has sold shares of X"), or before its own head ("Night Sea is a novel by X").
    pub(super) fn of_phrase(&mut self, node: usize) {
        let Some(head) = self.nodes[node].head else { return };
        let Some(case) = self.child(node, &[Deprel::Case]).filter(|&case| case > 0 && case < node) else {
            return;
        };
        let before = case.wrapping_sub(1);
        let is_over_subject = || {
            (head + 1..before)
                .any(|verb| self.child(verb, SUBJECT).is_some_and(|subject| head < subject && subject < verb))
        };
        let is_over_head = || self.nodes[head].head.is_some_and(|above| head < above && above <= before);
        let is_astray = match &*self.nodes[case].form {
            "of" => head > node || is_over_subject() || is_over_head(),
            "by" => head < node && is_over_head(),
            _ => false,
        };
        if is_astray
            && self.nodes[node].is_nominal()
            && self.nodes[before].is_noun()
            && !self.nodes[head].is_word(&["kind", "sort"])
        {
            self.attach(node, before, Deprel::Nmod);
        }
    }

    /// "Acme boss Bo Lee left", with title and name side by side below the verb; "Senator from Vermont Bo Lee left".
    pub(super) fn beside_title(&mut self, name: usize) {
        const BESIDE: [Deprel; 6] =
            [Deprel::Appos, Deprel::NmodDesc, Deprel::Dep, Deprel::Compound, Deprel::Flat, Deprel::Vocative];
        let (Some(head), Some(_)) = (self.nodes[name].head, self.nodes[name].name) else { return };
        let Some(before) = self.first[name].checked_sub(1) else { return };
        let children = &self.nodes[head].children;
        let at = children.partition_point(|&child| child < name);
        let Some(title) = at.checked_sub(1).map(|at| children[at]) else { return };
        if self.last[title] != before || !self.nodes[title].is_noun() || self.nodes[title].is_word(&TIMES) {
            return;
        }
        // "Ana Ruiz, boss of Acme, and Bo Lee": what stands before a comma is no title of the next.
        let first = self.first[name];
        let is_apart = self.is_comma(first) || self.nodes[first].relation == Deprel::Cc;
        // "Was devised by mathematician Bo Lee", with both in the same role.
        let alike = self.nodes[title].relation == self.nodes[name].relation
            && !matches!(self.nodes[name].relation, Deprel::Nsubj | Deprel::NmodPoss);
        if title + 1 == name
            && (alike || BESIDE.contains(&self.nodes[name].relation))
            && self.case(name).is_none()
        {
            self.attach(name, title, Deprel::Appos);
        } else if !is_apart
            && BESIDE.contains(&self.nodes[title].relation)
            && self.child(title, &[Deprel::Det]).is_none()
            && self.case(name).is_none()
        {
            self.attach(title, name, Deprel::NmodDesc);
        }
    }

    /// "Star Bo Lee in her lawsuit against Cy Marsh": a title is that of the name after it, and a name with other words
    /// before its head is no part of it.
    pub(super) fn astray(&mut self, name: usize) {
        const PARTS: [Deprel; 3] = [Deprel::Flat, Deprel::Compound, Deprel::NmodDesc];
        let Some(title) = name.checked_sub(1).filter(|_| self.nodes[name].name.is_some()) else { return };
        let Node { relation, head: Some(head), .. } = self.nodes[name] else { return };
        if !self.nodes[title].is_noun() || head == title || self.nodes[title].is_word(&TIMES) {
            return;
        }
        if self.nodes[title].relation == Deprel::NmodDesc && self.nodes[title].head != Some(name) {
            self.attach(title, name, Deprel::NmodDesc);
        } else if PARTS.contains(&relation)
            && self.case(name).is_none()
            && (name + 1..head).any(|between| {
                self.is_comma(between)
                    || self.nodes[between].is_verb()
                    || self.nodes[between].relation == Deprel::Case
            })
        {
            self.attach(name, title, Deprel::Appos);
        }
    }

    /// "A talk with President X", where the parser takes what stands after a preposition for a second name.
    pub(super) fn behind_preposition(&mut self, node: usize) {
        const SECOND: [Deprel; 5] =
            [Deprel::Appos, Deprel::Flat, Deprel::NmodDesc, Deprel::NmodUnmarked, Deprel::Dep];
        let Node { relation, head: Some(head), .. } = self.nodes[node] else { return };
        let Some(case) = self.child(node, &[Deprel::Case]) else { return };
        if head < case && case < node && SECOND.contains(&relation) {
            self.nodes[node].relation = self.oblique_of(head);
        }
    }

    /// "Ana Ruiz and Bo Lee, the chairman of Acme": a noun in the singular behind a list is said of its last member.
    pub(super) fn behind_list(&mut self, noun: usize) {
        const OF_SEVERAL: [&str; 9] =
            ["couple", "pair", "duo", "trio", "team", "group", "alliance", "partnership", "majority"];
        let Node { relation: Deprel::Appos, head: Some(head), .. } = self.nodes[noun] else { return };
        let is_singular = self.nodes[noun].is_noun() && *self.nodes[noun].form == *self.nodes[noun].lemma;
        if !is_singular || self.nodes[noun].is_word(&OF_SEVERAL) {
            return;
        }
        let last = members(self.nodes, head).into_iter().rfind(|&member| member < noun);
        let Some(last) = last.filter(|&last| last != head) else { return };
        if (last + 1..noun).any(|between| self.is_comma(between)) {
            self.attach(noun, last, Deprel::Appos);
        }
    }

    /// "The raid at X, where Y fell": where is X, not the raid.
    pub(super) fn place_of_clause(&mut self, verb: usize) {
        let Node { relation: Deprel::AclRelcl, head: Some(head), .. } = self.nodes[verb] else { return };
        let start = self.first[verb];
        let begins_with_where = self.nodes[start].form == "where"
            || start + 1 < verb && self.is_comma(start) && self.nodes[start + 1].form == "where";
        let before = (head + 1..start).rev().find(|&node| !self.is_comma(node));
        let Some(place) = before.filter(|&node| begins_with_where && self.nodes[node].name.is_some()) else {
            return;
        };
        self.attach(verb, place, Deprel::AclRelcl);
    }

    /// "Spoke about the plan with X": "with X" belongs to the verb.
    pub(super) fn spoken_with(&mut self, node: usize) {
        const SPEAKS: [&str; 9] =
            ["speak", "talk", "discuss", "meet", "negotiate", "consult", "confer", "chat", "debate"];
        let Node { relation: Deprel::Obl | Deprel::Nmod, head: Some(noun), .. } = self.nodes[node] else {
            return;
        };
        let Node { relation, head: Some(verb), .. } = self.nodes[noun] else { return };
        if self.case(node) == Some("with")
            && self.nodes[noun].is_noun()
            && matches!(relation, Deprel::Obl | Deprel::Obj)
            && self.nodes[verb].is_verb()
            && self.nodes[verb].is_word(&SPEAKS)
            && verb < noun
            && noun < node
            && self.child(noun, &[Deprel::Cop]).is_none()
        {
            self.attach(node, verb, Deprel::Obl);
        }
    }

    /// "Acme boss Bo Lee": the name stands for both. Not "the boss, Bo Lee", which stays as it is.
    pub(super) fn title(&mut self, title: usize) {
        let name = title + 1;
        let of_title = [
            Deprel::Appos,
            Deprel::NmodDesc,
            Deprel::Flat,
            Deprel::NmodUnmarked,
            Deprel::Dep,
            Deprel::Compound,
        ];
        if name >= self.nodes.len()
            || !self.nodes[title].is_noun()
            || self.nodes[name].name.is_none()
            || self.nodes[name].head != Some(title)
            || !of_title.contains(&self.nodes[name].relation)
            || self.child(title, &[Deprel::Det, Deprel::Cop, Deprel::Nummod]).is_some()
            || self.nodes[title].is_word(&TIMES)
        {
            return;
        }
        self.swap(title, name, Deprel::NmodDesc);
        let of_name =
            [Deprel::Case, Deprel::Cc, Deprel::CcPreconj, Deprel::Mark, Deprel::Punct, Deprel::Advmod];
        for child in self.nodes[title].children.clone() {
            let relation = self.nodes[child].relation;
            if child > name || of_name.contains(&relation) {
                self.attach(child, name, relation);
            }
        }
    }

    /// "An attack by X on Y": what depends on X belongs to the attack.
    pub(super) fn deed(&mut self, agent: usize) {
        let Node { relation, head: Some(deed), .. } = self.nodes[agent] else { return };
        if !matches!(relation, Deprel::Nmod | Deprel::Obl | Deprel::OblAgent) || !self.nodes[deed].is_noun() {
            return;
        }
        let case = self.case(agent).unwrap_or_default().to_owned();
        if case != "by" && case != "of" {
            return;
        }
        let is_name = self.nodes[agent].name.is_some();
        let is_charge =
            self.nodes[deed].is_word(&["accusation", "allegation", "charge", "claim", "suspicion", "count"]);
        for child in self.children(agent, &[Deprel::Nmod, Deprel::Obl, Deprel::OblAgent]) {
            let Some(preposition) = self.case(child) else { continue };
            let moves = match preposition {
                "of" => {
                    let is_force = self.nodes[agent].is_word(&FORCES) && self.nodes[child].name.is_some();
                    let has_of = self
                        .children(deed, &[Deprel::Nmod])
                        .into_iter()
                        .any(|other| self.case(other) == Some("of"));
                    (is_name || is_force) && case == "by" && !has_of
                }
                "into" | "against" | "on" if !is_name => case == "by" || is_charge,
                preposition => is_name && OF_DEED.contains(&preposition),
            };
            if moves && child > agent {
                self.attach(child, deed, Deprel::Nmod);
            }
        }
    }

    /// "X, his brother and two cousins" is a list.
    pub(super) fn list(&mut self, member: usize) {
        let Node { relation: Deprel::Appos, head: Some(head), .. } = self.nodes[member] else { return };
        let is_his = self
            .children(member, &[Deprel::NmodPoss])
            .into_iter()
            .any(|owner| self.nodes[owner].pos == Pos::Pron && self.nodes[owner].name.is_none());
        let ends = self.children(head, &[Deprel::Conj]).into_iter().any(|next| {
            let first = self.first[next];
            next > member && first > 0 && !self.is_comma(first - 1)
        });
        if is_his && ends {
            self.nodes[member].relation = Deprel::Conj;
        }
    }
}
