//! Small repairs of the tree, where the words themselves tell better than the parser what hangs where.

use crate::syntax::clause::nodes::{Node, children};
use crate::syntax::clause::particles;
use crate::syntax::{Deprel, Pos};

/// Verbs of saying that may stand before who says it: "..., said Bo Lee".
const SPEECH: [&str; 26] = [
    "say", "tell", "add", "ask", "insist", "report", "claim", "warn", "explain", "announce", "argue",
    "admit", "state", "write", "reply", "respond", "declare", "note", "recall", "confirm", "complain",
    "joke", "shout", "suggest", "conclude", "stress",
];

/// Verbs by which somebody gets a post: "elected Ana Ruiz mayor".
const NAMING: [&str; 10] = [
    "appoint", "elect", "name", "nominate", "crown", "proclaim", "re-elect", "reelect", "install", "declare",
];

/// Verbs with two objects, the first of which is whom something goes to.
const GIVING: [&str; 16] = [
    "offer",
    "grant",
    "deny",
    "give",
    "award",
    "send",
    "pay",
    "hand",
    "show",
    "owe",
    "lend",
    "refuse",
    "guarantee",
    "assign",
    "promise",
    "teach",
];

/// Verbs that say a noun of their subject or object: "became leader".
const SAYS_OF: [&str; 32] = [
    "be",
    "become",
    "remain",
    "stay",
    "seem",
    "appear",
    "make",
    "call",
    "consider",
    "keep",
    "get",
    "turn",
    "feel",
    "prove",
    "dub",
    "label",
    "brand",
    "deem",
    "find",
    "think",
    "believe",
    "sound",
    "look",
    "act",
    "serve",
    "vote",
    "pronounce",
    "christen",
    "rate",
    "ordain",
    "style",
    "hail",
];

/// Nouns that an infinitive tells the content of: "plan to attack" is no plan that attacks.
const INTENT: [&str; 28] = [
    "plan",
    "bid",
    "move",
    "attempt",
    "call",
    "decision",
    "threat",
    "vow",
    "way",
    "right",
    "effort",
    "chance",
    "time",
    "need",
    "ability",
    "failure",
    "refusal",
    "promise",
    "pledge",
    "pressure",
    "plot",
    "deal",
    "offer",
    "agreement",
    "proposal",
    "order",
    "reason",
    "push",
];

/// What is done by somebody to, against or for somebody: prepositions behind "attack by X" belong to the attack.
const OF_DEED: [&str; 8] = ["on", "to", "against", "into", "with", "over", "for", "by"];

/// Who does things to people: "the arrest by police of X" is that of X.
const FORCES: [&str; 10] =
    ["police", "troop", "troops", "army", "force", "forces", "soldier", "agent", "officer", "prosecutor"];

const SUBJECT: &[Deprel] =
    &[Deprel::Nsubj, Deprel::NsubjPass, Deprel::NsubjOuter, Deprel::Csubj, Deprel::CsubjPass];

/// Mends the tree of these nodes.
pub(super) fn mend(nodes: &mut [Node]) {
    let mut tree = Tree { nodes, first: Vec::new(), last: Vec::new() };
    let all = tree.nodes.len();
    for node in 0..all {
        tree.preposition(node);
    }
    tree.subject_as_root();
    tree.measure();
    for node in 0..all {
        tree.speech(node);
        tree.owner(node);
        tree.of_phrase(node);
        tree.before_to(node);
        tree.beside_verb(node);
        tree.beside_title(node);
        tree.subject_behind_participle(node);
        tree.object_of_gerund(node);
        tree.named(node);
        tree.given(node);
        tree.said_noun(node);
        tree.gerund_as_adjective(node);
        tree.by_phrase(node);
    }
    tree.measure();
    for node in 0..all {
        tree.title(node);
        tree.deed(node);
        tree.list(node);
        tree.particle(node);
    }
    tree.depths();
}

struct Tree<'n> {
    nodes: &'n mut [Node],
    /// The first and the last node of what hangs on each, itself included.
    first: Vec<usize>,
    last: Vec<usize>,
}

impl Tree<'_> {
    fn children(&self, node: usize, relations: &[Deprel]) -> Vec<usize> {
        children(self.nodes, node, relations).collect()
    }

    fn child(&self, node: usize, relations: &[Deprel]) -> Option<usize> {
        self.nodes[node]
            .children
            .iter()
            .copied()
            .find(|&child| relations.contains(&self.nodes[child].relation))
    }

    fn case(&self, node: usize) -> Option<&str> {
        self.child(node, &[Deprel::Case]).map(|case| &*self.nodes[case].form)
    }

    fn is_comma(&self, node: usize) -> bool {
        self.nodes[node].pos == Pos::Punct
    }

    /// Whether `node` is `above` or hangs below it.
    fn is_below(&self, node: usize, above: usize) -> bool {
        let mut at = Some(node);
        for _ in 0..=self.nodes.len() {
            match at {
                Some(node) if node == above => return true,
                Some(node) => at = self.nodes[node].head,
                None => return false,
            }
        }
        true
    }

    fn unhang(&mut self, node: usize) {
        if let Some(old) = self.nodes[node].head.take() {
            self.nodes[old].children.retain(|&child| child != node);
        }
    }

    /// Hangs a node on another, unless that hangs on it.
    fn hang(&mut self, node: usize, head: usize, relation: Deprel) {
        if self.is_below(head, node) {
            return;
        }
        self.unhang(node);
        self.put(node, head, relation);
    }

    fn put(&mut self, node: usize, head: usize, relation: Deprel) {
        self.nodes[node].head = Some(head);
        self.nodes[node].relation = relation;
        let at = self.nodes[head].children.partition_point(|&child| child < node);
        self.nodes[head].children.insert(at, node);
    }

    /// Puts `lower`, a child of `upper`, in its place, and `upper` below it.
    fn swap(&mut self, upper: usize, lower: usize, relation: Deprel) {
        let (head, old) = (self.nodes[upper].head, self.nodes[upper].relation);
        self.unhang(lower);
        self.unhang(upper);
        match head {
            Some(head) => self.put(lower, head, old),
            None => self.nodes[lower].relation = old,
        }
        self.put(upper, lower, relation);
    }

    /// Reads `first` and `last` of all nodes from the tree.
    fn measure(&mut self) {
        self.depths();
        let mut order: Vec<usize> = (0..self.nodes.len()).collect();
        order.sort_by_key(|&node| std::cmp::Reverse(self.nodes[node].depth));
        self.first = (0..self.nodes.len()).collect();
        self.last = self.first.clone();
        for node in order {
            if let Some(head) = self.nodes[node].head {
                self.first[head] = self.first[head].min(self.first[node]);
                self.last[head] = self.last[head].max(self.last[node]);
            }
        }
    }

    fn depths(&mut self) {
        let roots = (0..self.nodes.len()).filter(|&node| self.nodes[node].head.is_none());
        let mut below: Vec<(usize, usize)> = roots.map(|root| (root, 0)).collect();
        while let Some((node, depth)) = below.pop() {
            self.nodes[node].depth = depth;
            below.extend(self.nodes[node].children.iter().map(|&child| (child, depth + 1)));
        }
    }

    fn subject_relation(&self, verb: usize) -> Deprel {
        if self.child(verb, &[Deprel::AuxPass]).is_some() { Deprel::NsubjPass } else { Deprel::Nsubj }
    }

    /// The highest node above `node` that is inside a range, and whether it names something.
    fn top(&self, node: usize, inside: std::ops::Range<usize>) -> Option<usize> {
        let mut top = node;
        for _ in inside.clone() {
            match self.nodes[top].head {
                Some(head) if inside.contains(&head) && !self.nodes[head].is_verb() => top = head,
                _ => break,
            }
        }
        (inside.contains(&top) && self.nodes[top].is_nominal()).then_some(top)
    }

    /// "Beaten by X on[front] Saturday in front": a preposition belongs to the noun right behind it.
    fn preposition(&mut self, case: usize) {
        let Node { relation: Deprel::Case, pos: Pos::Adp, head: Some(head), .. } = self.nodes[case] else {
            return;
        };
        let end = if head > case { head } else { self.nodes.len() };
        let Some(next) = (case + 1 < end).then(|| self.top(case + 1, case + 1..end)).flatten() else {
            return;
        };
        let is_other = next != head && (head < case || !self.is_below(next, head));
        if is_other && self.case(next).is_none() {
            self.hang(case, next, Deprel::Case);
            let Node { relation, head, .. } = self.nodes[next];
            if matches!(relation, Deprel::Flat | Deprel::Appos | Deprel::Compound | Deprel::Obj)
                && let Some(head) = head
            {
                self.nodes[next].relation =
                    if self.nodes[head].is_verb() { Deprel::Obl } else { Deprel::Nmod };
            }
        }
    }

    /// "Ana Ruiz" as the root with "flew to Spain" hanging on it; the headline "Germany to buy jets".
    fn subject_as_root(&mut self) {
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
                self.hang(child, verb, relation);
            }
        }
    }

    /// Who says what, where that stands around it: "..., said Bo Lee", "..., Bo Lee said, ...".
    fn speech(&mut self, verb: usize) {
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
        self.hang(who, verb, Deprel::Nsubj);
        for other in others.into_iter().filter(|&other| other != who) {
            if self.child(said, SUBJECT).is_none() {
                let relation = self.subject_relation(said);
                self.hang(other, said, relation);
            }
        }
    }

    /// "X's lawyer's office" is that of the lawyer.
    fn owner(&mut self, owner: usize) {
        let Node { relation: Deprel::NmodPoss, head: Some(head), .. } = self.nodes[owner] else { return };
        let Some(mark) = self.child(owner, &[Deprel::Case]).filter(|&mark| mark > owner) else { return };
        let next =
            self.children(head, &[Deprel::NmodPoss]).into_iter().find(|&next| self.first[next] == mark + 1);
        if let Some(next) = next {
            self.hang(owner, next, Deprel::NmodPoss);
        }
    }

    /// "Supporters of X blocked": what stands behind "of" belongs to the noun before it, not to a word behind.
    fn of_phrase(&mut self, node: usize) {
        let Some(head) = self.nodes[node].head.filter(|&head| head > node) else { return };
        let Some(case) = self.child(node, &[Deprel::Case]).filter(|&case| case > 0 && case < node) else {
            return;
        };
        let before = case.wrapping_sub(1);
        if self.nodes[case].form == "of"
            && self.nodes[node].is_nominal()
            && self.nodes[before].is_noun()
            && !self.nodes[head].is_word(&["kind", "sort"])
        {
            self.hang(node, before, Deprel::Nmod);
        }
    }

    /// "Told by his club to apologise": what stands before "to" belongs to the verb before it.
    fn before_to(&mut self, verb: usize) {
        let Some(head) = self.nodes[verb].head.filter(|&head| head < verb && self.nodes[head].is_verb())
        else {
            return;
        };
        let marks = self.children(verb, &[Deprel::Mark]);
        let Some(to) = marks.into_iter().find(|&mark| self.nodes[mark].form == "to") else { return };
        for child in self.children(verb, &[Deprel::Obl, Deprel::OblAgent]) {
            if child < to && child > head {
                let relation = self.nodes[child].relation;
                self.hang(child, head, relation);
            }
        }
    }

    /// A name right behind a verb without an object is its object, whatever the parser calls it, unless it is one of
    /// something else; and one right before it its subject.
    fn beside_verb(&mut self, name: usize) {
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
                && !self.nodes[verb].is_word(&super::verbs::NEVER_PASSIVE)
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
            self.hang(name, before, Deprel::Obj);
        } else if let Some(verb) = self.verb_behind(name) {
            let is_odd =
                matches!(relation, Deprel::Vocative | Deprel::Appos | Deprel::Dep | Deprel::Compound);
            if is_odd && head > name {
                let relation = self.subject_relation(verb);
                self.hang(name, verb, relation);
            }
        }
    }

    /// The verb that a name stands right before, perhaps with an auxiliary between, and that has no subject.
    fn verb_behind(&self, name: usize) -> Option<usize> {
        let next = self.nodes.get(self.last[name] + 1).map(|_| self.last[name] + 1)?;
        let verb = if self.nodes[next].pos == Pos::Aux { self.nodes[next].head? } else { next };
        let is_finite = self.nodes[verb].is_verb() && !self.nodes[next].form.ends_with("ing");
        (is_finite && verb >= next && self.child(verb, SUBJECT).is_none()).then_some(verb)
    }

    /// "Acme boss Bo Lee left", with title and name side by side below the verb; "Senator from Vermont Bo Lee left".
    fn beside_title(&mut self, name: usize) {
        const BESIDE: [Deprel; 6] =
            [Deprel::Appos, Deprel::NmodDesc, Deprel::Dep, Deprel::Compound, Deprel::Flat, Deprel::Vocative];
        let (Some(head), Some(_)) = (self.nodes[name].head, self.nodes[name].name) else { return };
        let Some(before) = self.first[name].checked_sub(1) else { return };
        let children = &self.nodes[head].children;
        let at = children.partition_point(|&child| child < name);
        let Some(title) = at.checked_sub(1).map(|at| children[at]) else { return };
        if self.last[title] != before
            || !self.nodes[title].is_noun()
            || self.nodes[title].is_word(&super::verbs::TIMES)
        {
            return;
        }
        if title + 1 == name && BESIDE.contains(&self.nodes[name].relation) && self.case(name).is_none() {
            self.hang(name, title, Deprel::Appos);
        } else if BESIDE.contains(&self.nodes[title].relation)
            && self.child(title, &[Deprel::Det]).is_none()
            && self.case(name).is_none()
        {
            self.hang(title, name, Deprel::NmodDesc);
        }
    }

    /// "Having beaten Y, X lead the table", with X as the subject of "beaten".
    fn subject_behind_participle(&mut self, verb: usize) {
        let Some(head) = self.nodes[verb].head else { return };
        if self.nodes[verb].relation != Deprel::Advcl || head < verb || self.child(head, SUBJECT).is_some() {
            return;
        }
        let Some(subject) = self.child(verb, &SUBJECT[..2]) else { return };
        let first = self.first[subject];
        if subject > verb && first > 0 && self.is_comma(first - 1) {
            let relation = self.subject_relation(head);
            self.hang(subject, head, relation);
        }
    }

    /// "Killing X": what stands right behind a participle is no subject of it.
    fn object_of_gerund(&mut self, verb: usize) {
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
    fn named(&mut self, node: usize) {
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
            self.hang(title, node, Deprel::Xcomp);
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
            self.hang(person, node, Deprel::Obj);
            self.nodes[post].relation = Deprel::Xcomp;
        }
    }

    /// "Was elected leader" as "was [elected leader]".
    fn named_passive(&mut self, post: usize) {
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
                self.hang(child, verb, relation);
            }
        }
    }

    /// "Offered X the post", with the post as something said of X.
    fn given(&mut self, verb: usize) {
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
    fn said_noun(&mut self, noun: usize) {
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
    fn gerund_as_adjective(&mut self, verb: usize) {
        let Node { relation: Deprel::Amod, head: Some(object), .. } = self.nodes[verb] else { return };
        if !self.nodes[verb].is_verb() || !self.nodes[verb].form.ends_with("ing") || verb == 0 {
            return;
        }
        let Some(governor) = self.nodes[object].head else { return };
        let case = self.child(object, &[Deprel::Case]).filter(|&case| case + 1 == verb);
        if let Some(case) = case
            && self.nodes[governor].is_verb()
            && self.nodes[governor].is_word(&super::verbs::OF_OBJECT)
        {
            self.swap(object, verb, Deprel::Obj);
            self.nodes[verb].relation = Deprel::Advcl;
            self.hang(case, verb, Deprel::Mark);
            for oblique in self.children(object, &[Deprel::Obl]) {
                self.hang(oblique, verb, Deprel::Obl);
            }
        }
    }

    /// "X was paid a bonus by Y" with Y hanging on X, across the verb.
    fn by_phrase(&mut self, node: usize) {
        let Some(head) = self.nodes[node].head.filter(|&head| head < node && self.nodes[head].is_nominal())
        else {
            return;
        };
        if let Some(verb) = self.nodes[head].head
            && (head..node).contains(&verb)
            && self.nodes[verb].is_verb()
            && self.case(node).is_some()
        {
            self.hang(node, verb, Deprel::Obl);
        }
    }

    /// "Acme boss Bo Lee": the name stands for both. Not "the boss, Bo Lee", which stays as it is.
    fn title(&mut self, title: usize) {
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
            || self.nodes[title].is_word(&super::verbs::TIMES)
        {
            return;
        }
        self.swap(title, name, Deprel::NmodDesc);
        let of_name =
            [Deprel::Case, Deprel::Cc, Deprel::CcPreconj, Deprel::Mark, Deprel::Punct, Deprel::Advmod];
        for child in self.nodes[title].children.clone() {
            let relation = self.nodes[child].relation;
            if child > name || of_name.contains(&relation) {
                self.hang(child, name, relation);
            }
        }
    }

    /// "An attack by X on Y": what hangs on X belongs to the attack.
    fn deed(&mut self, agent: usize) {
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
                self.hang(child, deed, Deprel::Nmod);
            }
        }
    }

    /// "X, his brother and two cousins" is a list.
    fn list(&mut self, member: usize) {
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

    /// "Shot a plane down", "pulled out of the treaty", "won over the party".
    fn particle(&mut self, verb: usize) {
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
                self.hang(at, verb, Deprel::CompoundPrt);
            } else if is_case && self.children(head, &[Deprel::Case]).len() > 1 {
                // "Out of the treaty".
                self.hang(at, verb, Deprel::CompoundPrt);
            } else if is_case && takes_object && object.is_none() && self.nodes[head].head == Some(verb) {
                self.hang(at, verb, Deprel::CompoundPrt);
                self.nodes[head].relation = Deprel::Obj;
            } else {
                continue;
            }
            return;
        }
    }
}
