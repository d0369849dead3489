//! Relations of pronouns and descriptions ("the minister") whose person is known.

use std::collections::BTreeSet;

use crate::entity::{Argument, EntityType, Mention, Origin, is_first, is_neuter, is_pronoun};
use crate::relation::matcher::CompiledRule;
use crate::relation::{Document, Matcher, Predicate, Pronoun, Relation};
use crate::text::Span;

impl Matcher {
    /// The relations that `anaphors` add to those `known` of an article. What a sentence says of the names
    /// themselves is not repeated.
    ///
    /// Patterns that name a pronoun ("SUBJ and his wife") need it as a word: which is why names are matched alone
    /// first, and then the sentences with anaphors once more.
    pub fn relations_of_anaphors(
        &self,
        document: Document<'_>,
        anaphors: &[Mention],
        known: &[Relation],
    ) -> Vec<Relation> {
        if anaphors.is_empty() {
            return Vec::new();
        }
        let arguments = Arguments { mentions: document.mentions, anaphors };
        let shown = arguments.in_text_order();
        let mentions: Vec<Mention> = shown.iter().map(|&(_, mention)| mention.clone()).collect();
        let mut triples = BTreeSet::new();
        for relation in known {
            arguments.is_new(relation, &mut triples);
        }
        let sentences: BTreeSet<usize> = anaphors.iter().map(|m| m.sentence).collect();
        let document = Document { mentions: &mentions, ..document };
        let (found, _) = self.relations_in(document, |i| sentences.contains(&i), &|i| shown[i].0);
        found
            .into_iter()
            .filter(|(rule, r)| is_sound(rule, r, arguments.ends(r), document.text))
            .flat_map(|(_, r)| arguments.of_all_members(&r))
            .filter(|r| arguments.are_two(r) && arguments.is_new(r, &mut triples))
            .collect()
    }
}

/// Subject, predicate and object by their entities, and the start of the sentence.
type SentenceTriple = (usize, Predicate, usize, usize);

/// What can be an argument of an article's relations.
struct Arguments<'a> {
    mentions: &'a [Mention],
    anaphors: &'a [Mention],
}

impl<'a> Arguments<'a> {
    /// Subject and object of a relation.
    fn ends(&self, relation: &Relation) -> [&'a Mention; 2] {
        [relation.subject, relation.object].map(|argument| argument.among(self.mentions, self.anaphors))
    }

    fn entities(&self, relation: &Relation) -> [usize; 2] {
        self.ends(relation).map(|end| end.entity)
    }

    /// What the matcher is shown: of what stands for a list, which has an anaphor for each member,
    /// the first, and of mentions those that no anaphor replaces ("the Dane" is no name of a country).
    fn in_text_order(&self) -> Vec<(Argument, &'a Mention)> {
        let begins = |i: usize| i == 0 || self.anaphors[i - 1].span != self.anaphors[i].span;
        let replaced: BTreeSet<Span> =
            self.anaphors.iter().filter(|a| a.span != a.name).map(|a| a.name).collect();
        let mentions =
            self.mentions.iter().enumerate().filter(|(_, mention)| !replaced.contains(&mention.span));
        let anaphors = self.anaphors.iter().enumerate().filter(|&(i, _)| begins(i));
        let mentions = mentions.map(|(i, mention)| (Argument::Mention(i), mention));
        let mut all: Vec<_> =
            mentions.chain(anaphors.map(|(i, anaphor)| (Argument::Anaphor(i), anaphor))).collect();
        all.sort_by_key(|(_, mention)| mention.span);
        all
    }

    /// All members of the list that an argument stands for.
    fn members(&self, argument: Argument) -> Vec<Argument> {
        let Argument::Anaphor(first) = argument else { return vec![argument] };
        let span = self.anaphors[first].span;
        let count = self.anaphors[first..].iter().take_while(|anaphor| anaphor.span == span).count();
        (first..first + count).map(Argument::Anaphor).collect()
    }

    /// The relation of every member of its subject with every member of its object.
    fn of_all_members(&self, relation: &Relation) -> Vec<Relation> {
        let mut all = Vec::new();
        for subject in self.members(relation.subject) {
            for object in self.members(relation.object) {
                all.push(Relation { subject, object, ..relation.clone() });
            }
        }
        all
    }

    fn are_two(&self, relation: &Relation) -> bool {
        let [subject, object] = self.entities(relation);
        subject != object
    }

    /// Whether its sentence has not said it of these entities before; it has now.
    fn is_new(&self, relation: &Relation, known: &mut BTreeSet<SentenceTriple>) -> bool {
        let [subject, object] = self.entities(relation);
        let (predicate, sentence) = (relation.predicate, relation.sentence.start);
        let is_swapped =
            predicate.schema().symmetric && known.contains(&(object, predicate, subject, sentence));
        known.insert((subject, predicate, object, sentence)) && !is_swapped
    }
}

/// Whether a rule may say it of a pronoun or description among `ends`: nobody describes a pronoun ("Acme engineer he"),
/// and what is his is not he.
fn is_sound(rule: &CompiledRule, relation: &Relation, ends: [&Mention; 2], text: &str) -> bool {
    let word = |mention: &Mention| mention.span.of(text);
    let is_anaphor = |mention: &Mention| mention.origin == Origin::Anaphor;
    if !ends.iter().any(|end| is_anaphor(end)) {
        return false;
    }
    // It knows whose "his" is.
    if rule.knows_pronouns {
        return true;
    }
    // Patterns know persons only.
    let is_no_person = |mention: &Mention| {
        mention.entity_type != EntityType::Per || is_neuter(word(mention)) || is_first(word(mention))
    };
    if ends.iter().any(|end| is_anaphor(end) && is_no_person(end)) {
        return false;
    }
    if ends.iter().all(|end| !is_anaphor(end) || !is_pronoun(word(end))) {
        return !rule.granted;
    }
    let is_his = ends.iter().any(|end| is_anaphor(end) && word(end).eq_ignore_ascii_case("his"));
    match relation.predicate.schema().pronoun {
        Pronoun::Kin => true,
        Pronoun::His => !rule.granted,
        Pronoun::He => !is_his && !rule.granted,
        Pronoun::None => false,
    }
}
