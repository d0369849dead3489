//! Relations of pronouns and descriptions ("the minister") whose person is known.

use std::collections::BTreeSet;

use crate::entity::{EntityType, Mention, Origin, is_first, is_neuter, is_pronoun};
use crate::relation::matcher::CompiledRule;
use crate::relation::{Document, Matcher, Predicate, Pronoun, Relation};

impl Matcher {
    /// The relations that `anaphors` add to those `known` of an article. Their numbers go on after those of the
    /// mentions. What a sentence says of the names themselves is not repeated.
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
        let (found, _) =
            self.relations_in(Document { mentions: &mentions, ..document }, |i| sentences.contains(&i));
        found
            .into_iter()
            .filter(|(rule, r)| is_sound(rule, r, [r.subject, r.object].map(|i| &mentions[i]), document.text))
            .map(|(_, r)| Relation { subject: shown[r.subject].0, object: shown[r.object].0, ..r })
            .flat_map(|r| arguments.of_all_members(&r))
            .filter(|r| arguments.are_two(r) && arguments.is_new(r, &mut triples))
            .collect()
    }
}

/// Subject, predicate and object by their entities, and the start of the sentence.
type SentenceTriple = (usize, Predicate, usize, usize);

/// The arguments of an article's relations by their numbers: mentions, and after them anaphors, as
/// [`crate::entity::Names::argument`] has them.
struct Arguments<'a> {
    mentions: &'a [Mention],
    anaphors: &'a [Mention],
}

impl<'a> Arguments<'a> {
    fn entity(&self, number: usize) -> usize {
        match number.checked_sub(self.mentions.len()) {
            None => self.mentions[number].entity,
            Some(anaphor) => self.anaphors[anaphor].entity,
        }
    }

    /// What the matcher is shown, each with its number: of what stands for a list, which has an anaphor for each member,
    /// the first, and of mentions those that no anaphor replaces ("the Dane" is no name of a country).
    fn in_text_order(&self) -> Vec<(usize, &'a Mention)> {
        let count = self.mentions.len();
        let begins = |i: usize| i == 0 || self.anaphors[i - 1].span != self.anaphors[i].span;
        let is_replaced = |mention: &Mention| {
            self.anaphors.iter().any(|a| a.name == mention.span && a.span != mention.span)
        };
        let mut all: Vec<(usize, &Mention)> = self.mentions.iter().chain(self.anaphors).enumerate().collect();
        all.retain(|&(i, mention)| if i < count { !is_replaced(mention) } else { begins(i - count) });
        all.sort_by_key(|(_, mention)| mention.span);
        all
    }

    /// The numbers of all members of the list that an argument stands for.
    fn members(&self, number: usize) -> std::ops::RangeInclusive<usize> {
        let further = number.checked_sub(self.mentions.len()).map_or(0, |first| {
            let span = self.anaphors[first].span;
            self.anaphors[first + 1..].iter().take_while(|anaphor| anaphor.span == span).count()
        });
        number..=number + further
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
        self.entity(relation.subject) != self.entity(relation.object)
    }

    /// Whether its sentence has not said it of these entities before; it has now.
    fn is_new(&self, relation: &Relation, known: &mut BTreeSet<SentenceTriple>) -> bool {
        let [subject, object] = [relation.subject, relation.object].map(|number| self.entity(number));
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
    // A frame knows whose "his" is.
    if rule.is_frame {
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
