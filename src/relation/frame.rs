//! Frames: rules about the words and roles of a clause. How they are written is told in `rules/README.md`.
//!
//! A [`Frame`] is what a rule file says; [`Frames`] finds those that fit the clauses of a sentence, by an index from
//! predicate words, and tells which names fill subject and object.

mod ways;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::entity::EntityType;
use crate::syntax::clause::{Clause, Clauses, Kind, Role};

pub(crate) use ways::{Reached, Way};

/// A rule about a clause, its word lists spelled out.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    pub(crate) kind: Kind,
    /// The predicate words, as they are written.
    pub(crate) words: Vec<String>,
    pub(crate) subject: Vec<Path>,
    pub(crate) object: Vec<Path>,
    /// Roles that one of these words must fill.
    pub(crate) fillers: BTreeMap<String, Vec<String>>,
    /// Roles that must be filled.
    pub(crate) has: Vec<String>,
    /// Roles that must not be filled.
    pub(crate) lacks: Vec<String>,
    /// The nouns that a path may lead through; any if there is none.
    pub(crate) through: Vec<String>,
    /// Of a clause of a name: the types that the name may have, and words of which it must have one, if there are any.
    pub(crate) names: Vec<EntityType>,
    pub(crate) name_words: Vec<String>,
    pub(crate) subject_is: Option<Sort>,
    pub(crate) object_is: Option<Sort>,
    /// Words of which the object's name must have one, if there are any, and those of which it must have none.
    pub(crate) object_has: Vec<String>,
    pub(crate) object_lacks: Vec<String>,
    /// Whether a name may do it through a noun: Turkey detains through its police, but lies nowhere through its troops.
    pub(crate) by_acting: bool,
}

/// What sort of name it must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Sort {
    /// A country, or the adjective of one.
    Country,
    /// A place that is no country.
    Place,
    /// An adjective: "Turkish".
    Adjective,
    /// No adjective.
    Plain,
}

impl Sort {
    fn fits(self, name: NameKind) -> bool {
        match self {
            Sort::Country => name.adjective || name.is_country,
            Sort::Place => !name.adjective && !name.is_country && name.entity_type == EntityType::Loc,
            Sort::Adjective => name.adjective,
            Sort::Plain => !name.adjective,
        }
    }
}

/// A role, or the role of the noun that fills a role: "patient.agent".
pub(crate) type Path = Vec<String>;

/// A predicate word of one or several words, and which of them is the head.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Phrase {
    words: Vec<String>,
    head: usize,
}

/// In "chief of staff" and "minister for trade" the head stands before these.
const AFTER_HEAD: [&str; 8] = ["of", "for", "to", "in", "at", "without", "on", "de"];

impl Phrase {
    fn noun(written: &str) -> Self {
        let words = cut(written);
        let before = words.iter().position(|word| AFTER_HEAD.contains(&word.as_str())).filter(|&at| at > 0);
        let head = before.unwrap_or(words.len()).saturating_sub(1);
        Phrase { words, head }
    }
}

/// A hyphen is as good as a blank.
fn cut(written: &str) -> Vec<String> {
    written.to_lowercase().split([' ', '-']).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// A frame as it is looked up.
#[derive(Debug)]
struct Compiled {
    rule: usize,
    frame: Frame,
    /// Of [`Frame::fillers`] and [`Frame::through`] the nouns.
    fillers: Vec<(String, Vec<Phrase>)>,
    through: Vec<Phrase>,
}

impl Compiled {
    fn of(rule: usize, frame: &Frame) -> Self {
        let nouns = |words: &[String]| words.iter().map(|word| Phrase::noun(word)).collect();
        Compiled {
            rule,
            fillers: frame.fillers.iter().map(|(role, words)| (role.clone(), nouns(words))).collect(),
            through: nouns(&frame.through),
            frame: frame.clone(),
        }
    }
}

/// All frames of a rule set.
#[derive(Debug, Default)]
pub(crate) struct Frames {
    frames: Vec<Compiled>,
    /// By kind and first word (of nouns: head word) the frames with such a word.
    index: HashMap<(Kind, String), Vec<(Phrase, usize)>>,
    /// The frames of clauses of names.
    of_names: Vec<usize>,
    /// Those of whatever noun.
    of_any_noun: Vec<usize>,
    /// Nouns of several words, of whatever frame or list, by their head: each hides the shorter ones in it.
    phrases: HashMap<String, BTreeSet<Phrase>>,
    /// By type the nouns through which a name of it acts.
    acting: BTreeMap<EntityType, BTreeSet<String>>,
}

/// That a frame fits: the rule, the clause, and the nodes of the names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fit {
    pub(crate) rule: usize,
    /// The node of the predicate word.
    pub(crate) head: usize,
    /// Numbers among the names of the sentence.
    pub(crate) subject: usize,
    pub(crate) object: usize,
}

/// What a name is, as far as frames ask.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NameKind {
    pub(crate) entity_type: EntityType,
    /// "Turkish".
    pub(crate) adjective: bool,
    pub(crate) is_country: bool,
    /// "The goalkeeper", whose name is known.
    pub(crate) is_anaphor: bool,
}

impl Frames {
    /// `frames` with the numbers of their rules; `nouns` of several words hide shorter ones.
    pub(crate) fn new<'f>(
        frames: impl Iterator<Item = (usize, &'f Frame)>,
        nouns: &BTreeSet<String>,
        acting: &BTreeMap<EntityType, BTreeSet<String>>,
    ) -> Self {
        let mut all = Frames { acting: acting.clone(), ..Frames::default() };
        for (rule, frame) in frames {
            let number = all.frames.len();
            if frame.kind == Kind::Noun && frame.words == ["*"] {
                all.of_any_noun.push(number);
            }
            for word in frame.words.iter().filter(|word| *word != "*") {
                let phrase = match frame.kind {
                    Kind::Noun => Phrase::noun(word),
                    _ => Phrase { words: cut(word), head: 0 },
                };
                let Some(head) = phrase.words.get(phrase.head).cloned() else { continue };
                if frame.kind == Kind::Noun {
                    all.phrases.entry(head.clone()).or_default().insert(phrase.clone());
                }
                all.index.entry((frame.kind, head)).or_default().push((phrase, number));
            }
            if frame.kind == Kind::Name {
                all.of_names.push(number);
            }
            all.frames.push(Compiled::of(rule, frame));
        }
        for noun in nouns {
            let phrase = Phrase::noun(noun);
            if let Some(head) = phrase.words.get(phrase.head).cloned() {
                all.phrases.entry(head).or_default().insert(phrase);
            }
        }
        all
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// Every frame that fits a clause of the sentence, with every pair of names. `names` tells of the names that the
    /// clauses were made with what they are.
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

/// Names of countries that serve as their adjectives: "U.S. officials".
fn is_short(form: &str) -> bool {
    ["u.s.", "us", "u.k.", "uk", "eu", "e.u."].contains(&form)
}

struct InSentence<'s> {
    frames: &'s Frames,
    clauses: &'s Clauses,
    names: &'s [NameKind],
}

/// How many nouns may stand between a role and the name that acts through them.
const DEEPEST: usize = 3;

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
            // "Shoot dead", "hold hostage": the other words hang on the verb.
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
    fn longest(&self, noun: usize, head: &str) -> Option<&Phrase> {
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
        let Compiled { rule, frame, fillers, through } = &self.frames.frames[number];
        let filled = |role: &String| !self.role(clause, role).is_empty();
        let is_one = |(role, nouns): &(String, Vec<Phrase>)| {
            let fillers = self.role(clause, role).into_iter().flat_map(|node| self.clauses.members(node));
            fillers.into_iter().any(|node| nouns.iter().any(|noun| self.is_noun(node, noun)))
        };
        if !frame.has.iter().all(filled) || frame.lacks.iter().any(filled) || !fillers.iter().all(is_one) {
            return;
        }
        let subjects = self.names_at(clause, &frame.subject, through, frame.by_acting);
        if subjects.is_empty() {
            return;
        }
        let objects = self.names_at(clause, &frame.object, through, frame.by_acting);
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
    fn role(&self, clause: &Clause, role: &str) -> Vec<usize> {
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
        name.adjective || is_short(&this.form) || name.entity_type != EntityType::Loc
    }

    /// The names at the end of any of the paths.
    fn names_at(&self, clause: &Clause, paths: &[Path], through: &[Phrase], by_acting: bool) -> Vec<usize> {
        let mut names = Vec::new();
        for path in paths {
            let Some((last, before)) = path.split_last() else { continue };
            let mut at = vec![clause];
            for role in before {
                let nouns = at
                    .into_iter()
                    .flat_map(|clause| self.role(clause, role))
                    .flat_map(|n| self.clauses.members(n));
                let may_pass =
                    |&node: &usize| through.is_empty() || through.iter().any(|noun| self.is_noun(node, noun));
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
                        None => self.names_of(node, DEEPEST, by_acting, &mut names),
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
                // "Their troops in Syria" are none of Syria.
                let is_owned = clause.fillers(&Role::Poss).next().is_some();
                let owners = ["poss", "mod", "of", "in", "from", "for"].map(Role::named);
                let owners = &owners[..if is_owned { 3 } else { owners.len() }];
                let mut owned = Vec::new();
                for owner in owners.iter().flat_map(|role| clause.fillers(role)) {
                    self.names_of(owner, deepest, by_acting, &mut owned);
                }
                let word = self.clauses.nodes[member].lemma.to_lowercase();
                let form = &self.clauses.nodes[member].form;
                let acts = |name: &usize| {
                    let acting = self.frames.acting.get(&self.names[*name].entity_type);
                    acting.is_some_and(|nouns| nouns.contains(&word) || nouns.contains(form.as_str()))
                };
                let new: Vec<usize> =
                    owned.into_iter().filter(acts).filter(|name| !into.contains(name)).collect();
                into.extend(new);
            }
            // "Firms such as Acme".
            for example in ["such as", "including"].map(Role::named) {
                clause.fillers(&example).for_each(|name| self.names_of(name, deepest, by_acting, into));
            }
        }
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
