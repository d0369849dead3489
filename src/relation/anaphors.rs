//! Relations of pronouns and descriptions ("the minister") whose person is known.

use std::collections::BTreeSet;

use crate::entity::{EntityType, Mention, Origin, is_first, is_neuter, is_pronoun};
use crate::relation::matcher::CompiledRule;
use crate::relation::{Document, Matcher, Predicate, Pronoun, Relation};

impl Matcher {
    /// The relations that `anaphors` add to those `known` of an article. Their numbers go on behind those of the
    /// mentions. What a sentence tells of the names themselves is not told again.
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
        let count = document.mentions.len();
        // What stands for a list has an anaphor for each member, of which the first is matched.
        let begins = |i: usize| i == 0 || anaphors[i - 1].span != anaphors[i].span;
        // "The Dane" is no name of a country.
        let is_replaced =
            |mention: &Mention| anaphors.iter().any(|a| a.name == mention.span && a.span != mention.span);
        let mut all: Vec<(usize, &Mention)> = document.mentions.iter().chain(anaphors).enumerate().collect();
        all.retain(|&(i, mention)| if i < count { !is_replaced(mention) } else { begins(i - count) });
        all.sort_by_key(|(_, mention)| mention.span);
        let mentions: Vec<Mention> = all.iter().map(|&(_, mention)| mention.clone()).collect();
        let entity =
            |i: usize| if i < count { document.mentions[i].entity } else { anaphors[i - count].entity };
        let mut told: BTreeSet<(usize, Predicate, usize, usize)> = BTreeSet::new();
        let triple = |r: &Relation| (entity(r.subject), r.predicate, entity(r.object), r.sentence.start);
        let mut is_new = |r: &Relation| {
            let (subject, predicate, object, sentence) = triple(r);
            let swapped =
                predicate.schema().symmetric && told.contains(&(object, predicate, subject, sentence));
            told.insert((subject, predicate, object, sentence)) && !swapped
        };
        for relation in known {
            is_new(relation);
        }
        let sentences: BTreeSet<usize> = anaphors.iter().map(|m| m.sentence).collect();
        let (found, _) =
            self.relations_in(Document { mentions: &mentions, ..document }, |i| sentences.contains(&i));
        let word = |i: usize| mentions[i].span.of(document.text);
        let is_anaphor = |i: usize| mentions[i].origin == Origin::Anaphor;
        let is_description = |i: usize| is_anaphor(i) && !is_pronoun(word(i));
        // Nobody describes a pronoun ("Acme engineer he"), and what is his is not he.
        let is_sound = |rule: &CompiledRule, r: &Relation| {
            // A frame knows whose "his" is.
            if rule.is_frame {
                return true;
            }
            let ends = [r.subject, r.object];
            // Patterns know persons only.
            let is_no_person = |i: usize| {
                mentions[i].entity_type != EntityType::Per || is_neuter(word(i)) || is_first(word(i))
            };
            if ends.iter().any(|&i| is_anaphor(i) && is_no_person(i)) {
                return false;
            }
            if ends.iter().all(|&i| !is_anaphor(i) || is_description(i)) {
                return !rule.granted;
            }
            let is_his = ends.iter().any(|&i| is_anaphor(i) && word(i).eq_ignore_ascii_case("his"));
            match r.predicate.schema().pronoun {
                Pronoun::Kin => true,
                Pronoun::His => !rule.granted,
                Pronoun::He => !is_his && !rule.granted,
                Pronoun::None => false,
            }
        };
        found
            .into_iter()
            .filter(|(rule, r)| (is_anaphor(r.subject) || is_anaphor(r.object)) && is_sound(rule, r))
            .map(|(_, r)| Relation { subject: all[r.subject].0, object: all[r.object].0, ..r })
            .flat_map(|r| {
                let members = |i: usize| {
                    let behind = i.checked_sub(count).map_or(0, |first| {
                        anaphors[first + 1..].iter().take_while(|a| a.span == anaphors[first].span).count()
                    });
                    i..=i + behind
                };
                let objects = move |subject| members(r.object).map(move |object| (subject, object));
                let pairs: Vec<(usize, usize)> = members(r.subject).flat_map(objects).collect();
                pairs.into_iter().map(move |(subject, object)| Relation { subject, object, ..r.clone() })
            })
            .filter(|r| entity(r.subject) != entity(r.object) && is_new(r))
            .collect()
    }
}
