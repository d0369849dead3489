//! Which frames fit the clauses of a sentence, and which names fill subject and object.

use std::collections::BTreeSet;

use crate::entity::EntityType;
use crate::relation::frame::phrase::{Phrase, cut};
use crate::relation::frame::{CompiledFrame, Frame, Frames, NameKind, Path, Sort};
use crate::syntax::clause::{Clause, Clauses, Kind, Role};

/// Nouns that may stand between a role and the name that acts through them. More are never meant, and a loop in a broken
/// tree ends.
const DEEPEST: usize = 3;

/// Nouns that act for the place that they are in.
const RULING: [&str; 12] = [
    "police",
    "government",
    "army",
    "military",
    "authority",
    "court",
    "parliament",
    "administration",
    "regime",
    "official",
    "prosecutor",
    "lawmaker",
];

/// Where the paths of a frame may lead; anywhere, but not through what acts for a name, by default.
#[derive(Default)]
pub(super) struct Bounds<'f> {
    /// Roles of the clause that lead on through these nouns only.
    pub(super) fillers: &'f [(String, Vec<Phrase>)],
    /// The nouns that a path may lead through; any if there is none.
    pub(super) through: &'f [Phrase],
    /// Whether a name may act through a noun.
    pub(super) by_acting: bool,
}

/// That a frame fits: the rule, the clause, and the names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fit {
    pub(crate) rule: usize,
    /// The node of the predicate word.
    pub(crate) head: usize,
    /// Numbers among the names of the sentence.
    pub(crate) subject: usize,
    pub(crate) object: usize,
}

impl Frames {
    /// Every frame that fits a clause of the sentence, with every pair of names. `names` says what the names are
    /// that the clauses were made with.
    pub(crate) fn fits(&self, clauses: &Clauses, names: &[NameKind]) -> Vec<Fit> {
        let sentence = InSentence { frames: self, clauses, names };
        let mut found = Vec::new();
        for clause in &clauses.all {
            for number in sentence.candidates(clause) {
                sentence.fit(number, clause, &mut found);
            }
        }
        found
    }
}

/// Whether it is an abbreviation of a country that serves as its adjective: "U.S. officials".
fn is_abbreviated_country(form: &str) -> bool {
    ["u.s.", "us", "u.k.", "uk", "eu", "e.u."].contains(&form)
}

/// The clauses of a sentence, asked for the names that frames lead to.
pub(super) struct InSentence<'s> {
    pub(super) frames: &'s Frames,
    pub(super) clauses: &'s Clauses,
    pub(super) names: &'s [NameKind],
}

impl InSentence<'_> {
    /// The frames with the predicate word of a clause.
    fn candidates(&self, clause: &Clause) -> BTreeSet<usize> {
        if clause.kind == Kind::Name {
            let of_names = self.frames.of_names.iter().copied().filter(|&frame| self.is_of(frame, clause));
            return of_names.chain(self.of_description(clause)).collect();
        }
        let any = match clause.kind {
            Kind::Noun => self.frames.of_any_noun.iter().copied().collect(),
            _ => BTreeSet::new(),
        };
        let words = cut(&clause.lemma);
        let head = &self.clauses.nodes[clause.head];
        let word = match clause.kind {
            Kind::Noun => head.lemma.to_lowercase(),
            _ => words.first().cloned().unwrap_or_default(),
        };
        let Some(known) = self.frames.index.get(&(clause.kind, word.clone())) else { return any };
        let is_meant = |phrase: &Phrase| match clause.kind {
            Kind::Noun => Some(phrase) == self.longest(clause.head, &word),
            Kind::Adjective | Kind::Name => phrase.words == words,
            // "Shoot dead", "hold hostage": the other words depend on the verb.
            Kind::Verb => {
                let rest = &phrase.words[1..];
                let has = |word: &String| {
                    head.children.iter().any(|&child| {
                        let child = &self.clauses.nodes[child];
                        *child.form == **word || *child.lemma == **word
                    })
                };
                phrase.words == words || words.len() == 1 && !rest.is_empty() && rest.iter().all(has)
            }
        };
        known.iter().filter(|(phrase, _)| is_meant(phrase)).map(|&(_, frame)| frame).chain(any).collect()
    }

    fn is_anaphor(&self, node: usize) -> bool {
        self.clauses.nodes[node].name.is_some_and(|name| self.names[name].is_anaphor)
    }

    /// The frames of the noun that stands for a name: what "the Danish goalkeeper" is.
    fn of_description(&self, clause: &Clause) -> Vec<usize> {
        let head = &self.clauses.nodes[clause.head];
        let noun = head.lemma.to_lowercase();
        let known =
            self.frames.index.get(&(Kind::Noun, noun.clone())).filter(|_| self.is_anaphor(clause.head));
        let is_meant = |phrase: &Phrase| Some(phrase) == self.longest(clause.head, &noun);
        known.into_iter().flatten().filter(|(phrase, _)| is_meant(phrase)).map(|&(_, frame)| frame).collect()
    }

    /// Whether a frame is about names such as that of the clause.
    fn is_of(&self, frame: usize, clause: &Clause) -> bool {
        let Frame { names, name_words, subject, object, .. } = &self.frames.frames[frame].frame;
        let Some(name) = self.clauses.nodes[clause.head].name else { return false };
        let words = cut(&clause.lemma);
        // "Bo Lee is a Turk".
        let takes_adjective = subject.iter().chain(object).any(|path| path == &["who"]);
        names.contains(&self.names[name].entity_type)
            && self.names[name].adjective == takes_adjective
            && (name_words.is_empty() || name_words.iter().any(|word| words.contains(word)))
    }

    /// The longest known phrase around a noun.
    pub(super) fn longest(&self, noun: usize, head: &str) -> Option<&Phrase> {
        let known = self.frames.phrases.get(head)?;
        known.iter().filter(|phrase| self.stands_at(phrase, noun)).max_by_key(|phrase| phrase.words.len())
    }

    fn stands_at(&self, phrase: &Phrase, noun: usize) -> bool {
        let nodes = &self.clauses.nodes;
        let is = |node: usize, word: &str| {
            *nodes[node].form == *word || nodes[node].lemma.eq_ignore_ascii_case(word)
        };
        let is_hyphen = |node: usize| matches!(nodes[node].form.as_str(), "-" | "‑" | "–");
        let mut at = noun;
        for word in phrase.words[..phrase.head].iter().rev() {
            let before = (0..at).rev().find(|&node| !is_hyphen(node));
            match before.filter(|&before| is(before, word)) {
                Some(before) => at = before,
                None => return false,
            }
        }
        let mut at = noun;
        for word in &phrase.words[phrase.head + 1..] {
            let next = (at + 1..nodes.len()).find(|&node| !is_hyphen(node));
            match next.filter(|&next| is(next, word)) {
                Some(next) => at = next,
                None => return false,
            }
        }
        true
    }

    fn fit(&self, number: usize, clause: &Clause, found: &mut Vec<Fit>) {
        let CompiledFrame { rule, frame, fillers, through } = &self.frames.frames[number];
        let bounds = Bounds { fillers, through, by_acting: frame.by_acting };
        let filled = |role: &String| !self.role(clause, role).is_empty();
        let is_one = |(role, nouns): &(String, Vec<Phrase>)| {
            let fillers = self.role(clause, role).into_iter().flat_map(|node| self.clauses.members(node));
            fillers.into_iter().any(|node| nouns.iter().any(|noun| self.is_noun(node, noun)))
        };
        if !frame.has.iter().all(filled) || frame.lacks.iter().any(filled) || !fillers.iter().all(is_one) {
            return;
        }
        let subjects = self.names_at(clause, &frame.subject, &bounds);
        if subjects.is_empty() {
            return;
        }
        let objects = self.names_at(clause, &frame.object, &bounds);
        let same = frame.subject == frame.object;
        let is_sort = |sort: Option<Sort>, name: usize| sort.is_none_or(|sort| sort.fits(self.names[name]));
        for &subject in subjects.iter().filter(|&&name| is_sort(frame.subject_is, name)) {
            for &object in
                objects.iter().filter(|&&name| is_sort(frame.object_is, name) && self.has_words(frame, name))
            {
                let fit = Fit { rule: *rule, head: clause.head, subject, object };
                // Two of one list: each pair once.
                if subject != object && (!same || subject < object) && !found.contains(&fit) {
                    found.push(fit);
                }
            }
        }
    }

    /// Whether the name of an object has the words that a frame wants there.
    fn has_words(&self, frame: &Frame, object: usize) -> bool {
        if frame.object_has.is_empty() && frame.object_lacks.is_empty() {
            return true;
        }
        let node = self.clauses.nodes.iter().find(|node| node.name == Some(object));
        let words = node.map(|node| cut(&node.form)).unwrap_or_default();
        let is_there = |wanted: &[String]| wanted.iter().any(|word| words.contains(word));
        (frame.object_has.is_empty() || is_there(&frame.object_has)) && !is_there(&frame.object_lacks)
    }

    fn is_noun(&self, node: usize, phrase: &Phrase) -> bool {
        let this = &self.clauses.nodes[node];
        let head = phrase.words.get(phrase.head).map_or("", String::as_str);
        (*this.form == *head || this.lemma.eq_ignore_ascii_case(head)) && self.stands_at(phrase, node)
    }

    /// The nodes that fill a role by its name in a rule file.
    pub(super) fn role(&self, clause: &Clause, role: &str) -> Vec<usize> {
        let of =
            |roles: &[Role]| -> Vec<usize> { roles.iter().flat_map(|role| clause.fillers(role)).collect() };
        match (role, clause.kind) {
            ("agent", Kind::Noun) => {
                let named = of(&[Role::Agent, Role::Poss, Role::Prep("by".into())]);
                if !named.is_empty() {
                    return named;
                }
                of(&[Role::Mod]).into_iter().filter(|&node| self.can_act_before_noun(node)).collect()
            }
            ("self", _) => vec![clause.head],
            // "The Danish goalkeeper" stands for whom it describes.
            ("who", Kind::Name) if self.is_anaphor(clause.head) => vec![clause.head],
            ("whose", _) => of(&[Role::Prep("of".into()), Role::Poss, Role::Mod]),
            (role, _) => of(&[Role::named(role)]),
        }
    }

    /// "Turkish attack", "U.S. raid", "Acme statement"; but a "Gaza offensive" is not Gaza's.
    fn can_act_before_noun(&self, node: usize) -> bool {
        let this = &self.clauses.nodes[node];
        let Some(name) = this.name.map(|name| self.names[name]) else { return false };
        name.adjective || is_abbreviated_country(&this.form) || name.entity_type != EntityType::Loc
    }

    /// The names at the end of any of the paths.
    pub(super) fn names_at(&self, clause: &Clause, paths: &[Path], bounds: &Bounds<'_>) -> Vec<usize> {
        let mut names = Vec::new();
        for path in paths {
            let Some((last, before)) = path.split_last() else { continue };
            let mut at = vec![clause];
            for (depth, role) in before.iter().enumerate() {
                // A role that certain words must fill leads on through these only.
                let wanted = bounds.fillers.iter().filter(|(filled, _)| depth == 0 && filled == role);
                let wanted = wanted
                    .map(|(_, nouns)| nouns.as_slice())
                    .chain(Some(bounds.through).filter(|nouns| !nouns.is_empty()));
                let nouns = at
                    .into_iter()
                    .flat_map(|clause| self.role(clause, role))
                    .flat_map(|n| self.clauses.members(n));
                let may_pass = |&node: &usize| {
                    wanted.clone().all(|nouns| nouns.iter().any(|noun| self.is_noun(node, noun)))
                };
                at = nouns.filter(may_pass).filter_map(|node| self.clauses.clause(node)).collect();
            }
            for clause in at {
                // A title before a list is that of its first name.
                let nodes = match last.as_str() {
                    "who" if !self.is_anaphor(clause.head) => self.clauses.filled(clause, &Role::Who),
                    role => self.role(clause, role),
                };
                for node in nodes {
                    match self.clauses.nodes[node].name.filter(|_| last == "who") {
                        Some(name) if names.contains(&name) => {}
                        Some(name) => names.push(name),
                        None => self.names_of(node, DEEPEST, bounds.by_acting, &mut names),
                    }
                }
            }
        }
        names
    }

    /// The names that a node stands for: itself and the others of its list, whom it is a title or description of, or
    /// who acts through it.
    fn names_of(&self, node: usize, deepest: usize, by_acting: bool, into: &mut Vec<usize>) {
        for member in self.clauses.members(node) {
            if let Some(name) = self.clauses.nodes[member].name {
                if !into.contains(&name) {
                    into.push(name);
                }
                continue;
            }
            let Some(clause) = self.clauses.clause(member).filter(|clause| clause.kind == Kind::Noun) else {
                continue;
            };
            let Some(deepest) = deepest.checked_sub(1) else { continue };
            if clause.granted {
                clause.fillers(&Role::Who).for_each(|who| self.names_of(who, deepest, by_acting, into));
            } else if let Some(of) = self.is_some_of(clause) {
                self.names_of(of, deepest, by_acting, into);
            } else if self.is_kind_of_place(member) {
                clause
                    .fillers(&Role::Prep("of".into()))
                    .for_each(|place| self.names_of(place, deepest, by_acting, into));
            } else if by_acting {
                for name in self.acting_through(clause, deepest) {
                    if !into.contains(&name) {
                        into.push(name);
                    }
                }
            }
            // "Firms such as Acme".
            for example in ["such as", "including"].map(Role::named) {
                clause.fillers(&example).for_each(|name| self.names_of(name, deepest, by_acting, into));
            }
        }
    }

    /// The names that act through a noun: "Turkish police", "fighters of the Red Front".
    fn acting_through(&self, clause: &Clause, deepest: usize) -> Vec<usize> {
        // "Their troops in Syria" are not Syria's.
        let is_owned = clause.fillers(&Role::Poss).next().is_some();
        let roles = ["poss", "mod", "of", "in", "from", "for"];
        let noun = &self.clauses.nodes[clause.head];
        let word = noun.lemma.to_lowercase();
        let acts = |role: &str, name: usize| {
            let entity_type = self.names[name].entity_type;
            // "Leaders in Ohio" are there, and "the police in Ohio" are Ohio's.
            let is_there = role == "in" && entity_type == EntityType::Loc && !RULING.contains(&word.as_str());
            let acting = self.frames.acting.get(&entity_type);
            !is_there
                && acting.is_some_and(|nouns| nouns.contains(&word) || nouns.contains(noun.form.as_str()))
        };
        let mut names = Vec::new();
        for role in &roles[..if is_owned { 3 } else { roles.len() }] {
            let mut owners = Vec::new();
            for owner in clause.fillers(&Role::named(role)) {
                self.names_of(owner, deepest, true, &mut owners);
            }
            names.extend(owners.into_iter().filter(|&name| acts(role, name)));
        }
        names
    }

    /// "Dozens of Acme fighters", "one of the Acme fighters": of whom it is some.
    fn is_some_of(&self, clause: &Clause) -> Option<usize> {
        const SOME: [&str; 24] = [
            "one", "dozen", "hundred", "thousand", "score", "number", "group", "majority", "minority",
            "most", "many", "some", "several", "all", "half", "handful", "couple", "pair", "list", "rest",
            "series", "member", "lot", "crowd",
        ];
        let is_some = SOME.contains(&&*self.clauses.nodes[clause.head].lemma);
        let of = clause.fillers(&Role::Prep("of".into())).next()?;
        (is_some && self.clauses.nodes[of].name.is_none()).then_some(of)
    }

    /// "The city of Konya".
    fn is_kind_of_place(&self, node: usize) -> bool {
        const PLACES: [&str; 14] = [
            "city",
            "town",
            "village",
            "province",
            "state",
            "region",
            "island",
            "district",
            "republic",
            "port",
            "capital",
            "county",
            "municipality",
            "kingdom",
        ];
        PLACES.contains(&&*self.clauses.nodes[node].lemma)
    }
}
