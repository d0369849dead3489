//! "He" and "she", "I", and epithets such as "the 30-year-old".
//!
//! The antecedent of a pronoun of the third person singular is its governing subject ("Ana Ruiz told Acme that she",
//! "Ana Ruiz and her son"), if that is a person and no other comes between. Else it is the only person named before it
//! in its sentence; else of the sentence before the only person, or the subject; else the only person of the sentence
//! before that, or of the article so far. A pronoun in an opening phrase refers to the subject after it ("According to
//! his wife, Bo Lind").
//!
//! Two candidates leave it unresolved, and a person known as "she" or "Ms." is not "he". A sentence that begins with a
//! pronoun is about its antecedent: the same pronoun later has the same one ("She studied under Bo Lind. She left."),
//! resolved or not. Within quotation marks these pronouns are unresolved; "I" and "my" refer to the speaker, there or
//! in an interview. "The 30-year-old" and "the Dane" refer to the person of the sentence before.

use std::collections::BTreeMap;

use crate::entity::anaphor::{Anaphor, Article, anaphor, only_person};
use crate::entity::introduced::is_singular;
use crate::entity::trees::Tree;
use crate::entity::{EntityType, Mention, Reason, kinds};
use crate::syntax::clause::Node;
use crate::syntax::{Deprel, Pos};
use crate::text::persons::{self, Mark};
use crate::text::{Span, words};

/// Sentences before that of a pronoun in which its antecedent may be.
const SENTENCES_BEFORE: usize = 2;

/// The same if the article has named no other person.
const FARTHEST: usize = 8;

const PRONOUNS: [&str; 5] = ["he", "him", "his", "she", "her"];

/// Whether a word is a pronoun of these.
pub(crate) fn is_pronoun(word: &str) -> bool {
    PRONOUNS.iter().any(|pronoun| word.eq_ignore_ascii_case(pronoun))
}

/// Whether such a pronoun is feminine; none if the word is no such pronoun.
fn is_she(word: &str) -> Option<bool> {
    is_pronoun(word).then(|| !word.starts_with(['h', 'H']) || word.eq_ignore_ascii_case("her"))
}

/// The persons of an article, as far as it is read.
struct Persons<'a> {
    article: &'a Article<'a>,
    /// Names and descriptions, in order.
    mentions: Vec<&'a Mention>,
    /// Whether a person is "she", once that is known.
    is_she: BTreeMap<usize, bool>,
    /// The antecedents of the pronouns resolved, by place.
    resolved: BTreeMap<usize, &'a Mention>,
    /// The first "he" and the first "she" of each sentence: its place and antecedent.
    first: BTreeMap<(usize, bool), (usize, Option<&'a Mention>)>,
}

/// What governs a pronoun.
enum Governed<'a> {
    By(&'a Mention),
    /// By an unknown person.
    BySomebody,
    ByNobody,
}

/// The resolved pronouns of an article, in text order. `described` are the resolved descriptions.
pub(super) fn pronouns<'a>(article: &'a Article<'a>, described: &'a [Anaphor]) -> Vec<Anaphor> {
    let names = article.names;
    let described = described.iter().map(|found| &found.mention);
    let mut mentions: Vec<&Mention> = names
        .mentions
        .iter()
        .filter(|m| !m.demonym)
        .chain(described)
        .filter(|m| m.entity_type == EntityType::Per)
        .collect();
    mentions.sort_by_key(|m| m.span);
    if mentions.is_empty() {
        return Vec::new();
    }
    let mut is_lady = article.introductions.sexes(names);
    is_lady.extend(
        mentions.iter().filter_map(|m| Some((m.entity, self::is_lady(&article.text[..m.span.start])?))),
    );
    let mut persons =
        Persons { article, mentions, is_she: is_lady, resolved: BTreeMap::new(), first: BTreeMap::new() };
    let mut found = Vec::new();
    for (number, &sentence) in article.sentences.iter().enumerate() {
        for epithet in article.trees.tree(number).into_iter().flat_map(|tree| epithets(article, tree)) {
            let Some(person) = persons.called(number, &epithet) else { continue };
            let mut mention = anaphor(person, epithet.span, number);
            mention.name = epithet.name;
            found.push(Anaphor { mention, reason: Reason::Only });
        }
        for span in words(article.text, sentence) {
            let Some(she) = is_she(span.of(article.text)) else { continue };
            if article.quotes.contains(span.start) || article.is_in_name(span) {
                continue;
            }
            let meant = persons
                .meant(number, span, she)
                .filter(|(p, _)| *persons.is_she.entry(p.entity).or_insert(she) == she);
            let person = meant.as_ref().map(|&(person, _)| person);
            persons.first.entry((number, she)).or_insert((span.start, person));
            if let Some((person, reason)) = meant {
                persons.resolved.insert(span.start, person);
                found.push(Anaphor { mention: anaphor(person, span, number), reason });
            }
        }
    }
    let mut speaks = None;
    for (number, &sentence) in article.sentences.iter().enumerate() {
        speaks = persons.interviewed(number, speaks);
        for span in words(article.text, sentence) {
            if !is_first(span.of(article.text)) || article.is_in_name(span) {
                continue;
            }
            let person = article.quotes.around(span.start).and_then(|quote| persons.quoted(quote)).or(speaks);
            let own =
                || person.filter(|person| person.span.end <= span.start || person.span.start >= span.end);
            found
                .extend(own().map(|p| Anaphor { mention: anaphor(p, span, number), reason: Reason::Speaks }));
        }
    }
    found
}

/// Whether a word is a pronoun of the first person.
pub(crate) fn is_first(word: &str) -> bool {
    matches!(word, "I" | "me" | "my" | "My")
}

/// Verbs of saying.
const SAY: [&str; 16] = [
    "say", "tell", "add", "write", "tweet", "explain", "recall", "note", "claim", "state", "remark",
    "comment", "reply", "insist", "argue", "declare",
];

/// An epithet: "the 30-year-old", "the Dane".
struct Epithet {
    span: Span,
    /// The word that counts as the name.
    name: Span,
    /// "The Dane": the entity of the country.
    country: Option<usize>,
}

/// The epithets of a sentence that are arguments of a verb or possessors.
fn epithets(article: &Article<'_>, tree: &Tree) -> Vec<Epithet> {
    let nodes = tree.nodes();
    let is_argument = |relation: Deprel| {
        use Deprel::{Iobj, NmodPoss, Nsubj, NsubjPass, Obj, Obl, OblAgent};
        matches!(relation, Nsubj | NsubjPass | Obj | Iobj | Obl | OblAgent | NmodPoss)
    };
    let is_the = |at: usize| nodes[at].form == "the" && nodes[at].name.is_none();
    let mut found = Vec::new();
    for (at, node) in nodes.iter().enumerate().filter(|(_, node)| is_argument(node.relation)) {
        if article.quotes.contains(node.span.start) {
            continue;
        }
        let is_age = |at: usize| {
            let forms = nodes[at..].iter().map(|node| node.form.as_str());
            nodes[at].form.chars().all(|c| c.is_ascii_digit())
                && forms.skip(1).take(4).eq(["-", "year", "-", "old"])
        };
        if node.form == "old" {
            let first = at.checked_sub(5).filter(|&first| is_the(first) && is_age(first + 1));
            found.extend(first.map(|first| Epithet {
                span: Span::new(nodes[first].span.start, node.span.end),
                name: node.span,
                country: None,
            }));
            continue;
        }
        let Some(land) = tree.mention(at, article.names).filter(|mention| mention.demonym) else { continue };
        let the = at.checked_sub(1).filter(|&the| is_the(the) && nodes[the].head == Some(at));
        // "The Danish" and "the Danes" are plural.
        let form = land.span.of(article.text);
        let is_one = !["sh", "ch", "ese", "ss", "s", "men", "women"].iter().any(|end| form.ends_with(end));
        if let Some(the) = the.filter(|_| is_one && land.name == land.span) {
            let span = Span::new(nodes[the].span.start, node.span.end);
            found.push(Epithet { span, name: node.span, country: Some(land.entity) });
        }
    }
    found
}

impl<'a> Persons<'a> {
    /// The antecedent of an epithet: the only person of the sentence before, or its subject. Persons named in its own
    /// sentence are others.
    fn called(&self, sentence: usize, epithet: &Epithet) -> Option<&'a Mention> {
        let here = |at: usize| {
            let first = self.mentions.partition_point(|m| m.sentence < at);
            self.mentions[first..].iter().take_while(move |m| m.sentence == at).copied()
        };
        let now: Vec<usize> = here(sentence).map(|m| m.entity).collect();
        let before: Vec<&'a Mention> = here(sentence.checked_sub(1)?).collect();
        let subject = || {
            let tree = self.article.trees.tree(sentence - 1)?;
            self.person_at(tree, tree.main_subject()?)
        };
        let person = only_person(&before).or_else(subject).filter(|person| !now.contains(&person.entity))?;
        let mut known = self.article.introductions.before(person.entity, epithet.span.start);
        let is_foreign = epithet.country.is_some_and(|country| {
            known.any(|known| !known.before.of.is_empty() && !known.before.of.contains(&country))
        });
        (!is_foreign).then_some(person)
    }

    /// The speaker of a sentence of an interview: "((Ana Ruiz)) I was born in Lima." `before` is that of the sentence
    /// before.
    fn interviewed(&self, sentence: usize, before: Option<&'a Mention>) -> Option<&'a Mention> {
        let text = self.article.sentences[sentence].of(self.article.text);
        let start = self.article.sentences[sentence].start;
        // A name in double brackets speaks until the next.
        let Some(open) = text.rfind("((").map(|at| start + at + 2) else { return before };
        let close = self.article.text[open..].find("))").map(|length| open + length)?;
        self.mentions.iter().copied().find(|m| m.span.start == open && m.span.end == close)
    }

    /// The speaker of a quotation: the one person who is the subject of "said" in a sentence with a part of it.
    fn quoted(&self, quote: Span) -> Option<&'a Mention> {
        let first = self.article.sentences.partition_point(|sentence| sentence.end <= quote.start);
        let mut speakers: Vec<&'a Mention> = Vec::new();
        for (at, _) in
            self.article.sentences.iter().enumerate().skip(first).take_while(|(_, s)| s.start < quote.end)
        {
            let Some(tree) = self.article.trees.tree(at) else { continue };
            let nodes = tree.nodes();
            let says = |node: usize| {
                let verb = nodes[node].head.map(|head| &nodes[head]);
                tree.is_subject(node)
                    && verb.is_some_and(|verb| {
                        SAY.contains(&&*verb.lemma) && !self.article.quotes.contains(verb.span.start)
                    })
                    && !self.article.quotes.contains(nodes[node].span.start)
            };
            for node in (0..nodes.len()).filter(|&node| says(node)) {
                speakers.push(self.person_at(tree, node)?);
            }
        }
        only_person(&speakers)
    }

    /// The last mention of a pronoun's antecedent, and the reason.
    fn meant(&self, sentence: usize, pronoun: Span, she: bool) -> Option<(&'a Mention, Reason)> {
        let tree = self.article.trees.tree(sentence);
        let node = tree.and_then(|tree| Some((tree, tree.node_at(pronoun.start)?)));
        match node.map_or(Governed::ByNobody, |(tree, node)| self.governor(tree, node, she)) {
            Governed::By(person) => return Some((person, Reason::Subject)),
            Governed::BySomebody => return None,
            Governed::ByNobody => {}
        }
        let others = node.map(|(tree, node)| self.others(tree, node)).unwrap_or_default();
        if let Some(person) = node.and_then(|(tree, node)| self.following(sentence, tree, node, she)) {
            return (!others.contains(&person.entity)).then_some((person, Reason::Following));
        }
        let is_his = node.is_some_and(|(tree, node)| tree.nodes()[node].relation == Deprel::NmodPoss);
        for at in (sentence.saturating_sub(SENTENCES_BEFORE)..=sentence).rev() {
            let first = self.mentions.partition_point(|m| m.sentence < at);
            let here = self.mentions[first..]
                .iter()
                .take_while(|m| m.sentence == at && m.span.end <= pronoun.start)
                .filter(|m| self.may_be(m.entity, she));
            let here: Vec<&'a Mention> = here.copied().collect();
            match (self.first.get(&(at, she)), here.first()) {
                (Some(&(start, person)), name) if name.is_none_or(|name| start < name.span.start) => {
                    return person.map(|person| (person, Reason::GoesOn));
                }
                // Another person has been mentioned since, perhaps by the speaker: "'He was great,' Bo said. His son
                // left."
                (_, Some(_)) if (at + 1..sentence).any(|between| self.has_somebody(between)) => return None,
                (_, Some(_)) if is_his && at < sentence && self.quotes_pronoun(at, she) => return None,
                (_, Some(_)) => {
                    let only = only_person(&here).filter(|person| !others.contains(&person.entity));
                    return match only {
                        Some(person) => Some((person, Reason::Only)),
                        None if at + 1 == sentence => {
                            let (tree, node) = node?;
                            let person = self.subject_of(at, tree, node, she)?;
                            Some((person, Reason::Subject))
                        }
                        None => None,
                    };
                }
                _ => {}
            }
        }
        self.only_one(sentence, she)
            .filter(|person| !others.contains(&person.entity))
            .map(|p| (p, Reason::Only))
    }

    /// The only person of the article so far, some sentences ago.
    fn only_one(&self, sentence: usize, she: bool) -> Option<&'a Mention> {
        let before = &self.mentions[..self.mentions.partition_point(|m| m.sentence < sentence)];
        let before: Vec<&'a Mention> =
            before.iter().filter(|m| self.may_be(m.entity, she)).copied().collect();
        let only = only_person(&before).filter(|person| sentence - person.sentence <= FARTHEST)?;
        (!(only.sentence + 1..sentence).any(|between| self.has_somebody(between))).then_some(only)
    }

    /// Whether an unknown person is a subject in a sentence: "the man".
    fn has_somebody(&self, sentence: usize) -> bool {
        let is_somebody = |tree: &Tree, node: usize| {
            let word = &tree.nodes()[node];
            let is_noun = word.name.is_none() && matches!(word.pos, Pos::Noun | Pos::Propn);
            is_noun
                && tree.is_subject(node)
                && is_singular(&word.form, &word.lemma)
                && kinds::is_person(&word.lemma.to_lowercase())
                && self.person_at(tree, node).is_none()
        };
        let tree = self.article.trees.tree(sentence);
        tree.is_some_and(|tree| (0..tree.nodes().len()).any(|node| is_somebody(tree, node)))
    }

    /// Whether such a pronoun stands within quotation marks in a sentence.
    fn quotes_pronoun(&self, sentence: usize, she: bool) -> bool {
        words(self.article.text, self.article.sentences[sentence]).into_iter().any(|span| {
            is_she(span.of(self.article.text)) == Some(she) && self.article.quotes.contains(span.start)
        })
    }

    /// The subject after an opening phrase: "In spite of his age, Bo Lee ran".
    fn following(&self, sentence: usize, tree: &Tree, pronoun: usize, she: bool) -> Option<&'a Mention> {
        let subject = tree.main_subject().filter(|&subject| subject > pronoun)?;
        let person = self.person_at(tree, subject).filter(|person| self.may_be(person.entity, she))?;
        let nodes = tree.nodes();
        let is_named =
            |at: usize| self.person_at(tree, at).is_some_and(|other| other.entity != person.entity);
        let has_comma = nodes[pronoun..subject].iter().any(|node| node.form == ",");
        let is_first = !self.first.contains_key(&(sentence, she)) && !(0..subject).any(is_named);
        // Not in a relative clause ("his wife, who was ill, met Bo Lee") or a coordination.
        let root = nodes.iter().position(|node| node.head.is_none())?;
        let mut top = pronoun;
        for _ in 0..nodes.len() {
            match nodes[top].head {
                Some(head) if head != root => top = head,
                _ => break,
            }
        }
        use Deprel::{Advcl, Obl};
        let is_fronted = matches!(nodes[top].relation, Obl | Advcl) && top < subject;
        (has_comma && is_first && is_fronted).then_some(person)
    }

    fn may_be(&self, entity: usize, she: bool) -> bool {
        self.is_she.get(&entity).is_none_or(|&known| known == she)
    }

    /// The person of a node: a name, a description or a resolved pronoun.
    fn person_at(&self, tree: &Tree, node: usize) -> Option<&'a Mention> {
        let start = tree.nodes()[tree.name_of(node).unwrap_or(node)].span.start;
        if let Some(&person) = self.resolved.get(&start) {
            return Some(person);
        }
        let at = self.mentions.partition_point(|m| m.span.end <= start);
        self.mentions.get(at).copied().filter(|m| m.name.start == start)
    }

    /// The entities that a node cannot mean.
    fn others(&self, tree: &Tree, node: usize) -> Vec<usize> {
        let entity = |at: usize| {
            let named = tree.mention(at, self.article.names).map(|mention| mention.entity);
            named.or_else(|| self.person_at(tree, at).map(|person| person.entity))
        };
        tree.others(node, entity)
    }

    fn governor(&self, tree: &Tree, node: usize, she: bool) -> Governed<'a> {
        let is_of_noun = matches!(tree.nodes()[node].relation, Deprel::NmodPoss);
        let excluded = self.others(tree, node);
        for above in tree.above(node) {
            let word = &tree.nodes()[above];
            let is_noun = word.name.is_none() && matches!(word.pos, Pos::Noun | Pos::Propn);
            if let Some(person) = self.person_at(tree, above) {
                if !self.may_be(person.entity, she) {
                    continue;
                }
                let joined = tree.clauses.members(above).iter().any(|&other| {
                    other != above
                        && other < node
                        && self.person_at(tree, other).is_some_and(|o| self.may_be(o.entity, she))
                });
                if joined
                    || self.is_described_object(tree, above, node, she)
                    || excluded.contains(&person.entity)
                    || self.is_disputed(tree, above, node, she, is_of_noun)
                {
                    return Governed::ByNobody;
                }
                return Governed::By(person);
            }
            let same = is_she(&word.form).is_some_and(|other| other == she);
            if same
                || is_noun
                    && is_singular(&word.form, &word.lemma)
                    && kinds::is_person(&word.lemma.to_lowercase())
            {
                return Governed::BySomebody;
            }
        }
        Governed::ByNobody
    }

    /// Whether a node is an object with the pronoun in its apposition: in "Ana accused Bo, a friend of his wife", it
    /// may be the wife of either.
    fn is_described_object(&self, tree: &Tree, object: usize, pronoun: usize, she: bool) -> bool {
        let nodes = tree.nodes();
        let is_apposition = |at: usize| nodes[at].relation == Deprel::Appos && nodes[at].head == Some(object);
        let mut at = pronoun;
        let mut is_in = false;
        while let Some(head) = nodes[at].head.filter(|_| at != object) {
            is_in |= is_apposition(at);
            at = head;
        }
        let is_rival = |above: usize| {
            above != object
                && tree.is_subject(above)
                && self.person_at(tree, above).is_some_and(|other| self.may_be(other.entity, she))
        };
        is_in && !tree.is_subject(object) && tree.above(pronoun).into_iter().any(is_rival)
    }

    /// Whether a person between a subject and a pronoun may be the antecedent instead.
    fn is_disputed(&self, tree: &Tree, subject: usize, pronoun: usize, she: bool, is_of_noun: bool) -> bool {
        let entity = self.person_at(tree, subject).map(|person| person.entity);
        (subject + 1..pronoun).any(|between| {
            let other = self.person_at(tree, between).filter(|other| Some(other.entity) != entity);
            let is_other = other.is_some_and(|other| self.may_be(other.entity, she));
            let relation = tree.nodes()[between].relation;
            // "Ana told Bo about his job": the object is nearer.
            let is_near = matches!(relation, Deprel::Obj | Deprel::Iobj | Deprel::Appos | Deprel::Conj);
            is_other && (tree.is_subject(between) || is_near || is_of_noun && relation == Deprel::Obl)
        })
    }

    /// For a pronoun in the subject of a sentence: the subject of the sentence before, if it has no rival there.
    fn subject_of(&self, sentence: usize, tree: &Tree, pronoun: usize, she: bool) -> Option<&'a Mention> {
        let word = &tree.nodes()[pronoun];
        let is_first = tree.main_subject().is_some_and(|subject| {
            subject == pronoun || word.relation == Deprel::NmodPoss && word.head == Some(subject)
        });
        // "... it ends," he told Acme.
        let is_quoted = |node: &Node| self.article.quotes.contains(node.span.start);
        let ends_quote = tree.is_subject(pronoun)
            && tree.nodes()[..pronoun].iter().all(|node| is_quoted(node) || node.pos == Pos::Punct);
        let is_first = is_first || ends_quote;
        let before = self.article.trees.tree(sentence).filter(|_| is_first)?;
        let subject = before.main_subject()?;
        let person = self.person_at(before, subject).filter(|person| self.may_be(person.entity, she))?;
        let is_rival = |other: usize| {
            other != subject
                && (before.is_subject(other) || before.nodes()[other].relation == Deprel::Conj)
                && self
                    .person_at(before, other)
                    .is_some_and(|rival| rival.entity != person.entity && self.may_be(rival.entity, she))
        };
        (!(0..before.nodes().len()).any(is_rival)).then_some(person)
    }
}

/// The sex that a title before a name shows; true for a woman.
fn is_lady(before: &str) -> Option<bool> {
    let title = before.trim_end().trim_end_matches('.').rsplit(|c: char| !c.is_alphabetic()).next()?;
    if persons::is_in_capital(title, Mark::Ms) {
        Some(true)
    } else {
        persons::is_in_capital(title, Mark::Mr).then_some(false)
    }
}

#[cfg(test)]
mod tests;
