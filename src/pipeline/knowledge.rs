//! From the model's mentions to entities and relations: names and rules, without a model.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::entity::{Aliases, Argument, EntityType, Mention, Names, resolve, resolve_given};
use crate::relation::{Document, Matcher, Relation, Told};
use crate::syntax::Sentence;
use crate::text::{RawMention, Span};
use crate::timings::{Stage, measure};

/// Names and rules, by which mentions become entities and relations. [An example](crate#example).
#[derive(Debug)]
pub struct Knowledge {
    /// Names that mean the same.
    pub aliases: Aliases,
    /// The rules.
    pub matcher: Matcher,
}

impl Knowledge {
    /// Entities and relations from the model's mentions in one article: the steps below, one after the other.
    pub fn relate(
        &self,
        text: &str,
        sentences: &[Span],
        syntax: &[Sentence],
        raw: Vec<RawMention>,
    ) -> (Names, Told) {
        let names = self.names(text, sentences, syntax, raw);
        let Names { mentions, entities, .. } = &names;
        let document = Document { text, sentences, mentions, entities, syntax };
        let told = self.told(document, 0..sentences.len());
        self.complete(text, sentences, syntax, names, told)
    }

    /// Entities from the model's mentions in one article.
    pub fn names(&self, text: &str, sentences: &[Span], syntax: &[Sentence], raw: Vec<RawMention>) -> Names {
        measure(Stage::Names, || resolve(&self.aliases, text, sentences, syntax, raw))
    }

    /// The relations of the names in some of the sentences. Each sentence can be looked at alone: the
    /// parts of an article, one after the other, are the whole.
    pub fn told(&self, document: Document<'_>, sentences: Range<usize>) -> Told {
        measure(Stage::Rules, || self.matcher.told(document, sentences))
    }

    /// Adds the relations of pronouns and descriptions to those of the names, `told`, and drops what no relation needs.
    pub fn complete(
        &self,
        text: &str,
        sentences: &[Span],
        syntax: &[Sentence],
        names: Names,
        told: Told,
    ) -> (Names, Told) {
        let Names { mentions, entities, anaphors, .. } = &names;
        let document = Document { text, sentences, mentions, entities, syntax };
        let Told { mut relations, left_out } = told;
        let of_anaphors = || self.matcher.relations_of_anaphors(document, anaphors, &relations);
        let of_anaphors = measure(Stage::Rules, of_anaphors);
        relations.extend(of_anaphors);
        relations.sort_by_key(|r| r.sentence.start);
        let (names, relations) = without_idle(names, relations);
        (names, Told { relations, left_out })
    }

    /// Entities and relations from mentions that are right as they are, as in hand labels: none is
    /// added, dropped or changed, except those that lie in no sentence.
    pub fn relate_given(
        &self,
        text: &str,
        sentences: &[Span],
        syntax: &[Sentence],
        given: Vec<RawMention>,
    ) -> (Names, Vec<Relation>) {
        let names = resolve_given(&self.aliases, text, sentences, given);
        let Names { mentions, entities, .. } = &names;
        let document = Document { text, sentences, mentions, entities, syntax };
        let relations = measure(Stage::Rules, || self.matcher.relations(document));
        (names, relations)
    }
}

/// Dates and anaphors matter as arguments of relations only: the others are dropped.
fn without_idle(names: Names, relations: Vec<Relation>) -> (Names, Vec<Relation>) {
    let Names { mentions, entities, anaphors, reasons, dropped } = names;
    let used: BTreeSet<Argument> = relations.iter().flat_map(|r| [r.subject, r.object]).collect();
    let is_kept = |(i, mention): (usize, &Mention)| {
        mention.entity_type != EntityType::Date || used.contains(&Argument::Mention(i))
    };
    let new_mention = renumbered(mentions.iter().enumerate().map(is_kept));
    let new_anaphor = renumbered((0..anaphors.len()).map(|i| used.contains(&Argument::Anaphor(i))));
    let mut entity_used = vec![false; entities.len()];
    for mention in kept(&mentions, &new_mention) {
        entity_used[mention.entity] = true;
    }
    let new_entity = renumbered(entity_used.into_iter());
    let with_entity = |mention: Mention| Some(Mention { entity: new_entity[mention.entity]?, ..mention });
    let new_argument = |argument| match argument {
        Argument::Mention(i) => new_mention[i].map(Argument::Mention),
        Argument::Anaphor(i) => new_anaphor[i].map(Argument::Anaphor),
    };
    let names = Names {
        mentions: kept(mentions, &new_mention).filter_map(with_entity).collect(),
        anaphors: kept(anaphors, &new_anaphor).filter_map(with_entity).collect(),
        reasons: kept(reasons, &new_anaphor).collect(),
        entities: kept(entities, &new_entity).collect(),
        dropped,
    };
    let relations = relations.into_iter().filter_map(|r| {
        Some(Relation { subject: new_argument(r.subject)?, object: new_argument(r.object)?, ..r })
    });
    (names, relations.collect())
}

/// The position of each kept item among the kept ones.
fn renumbered(keep: impl Iterator<Item = bool>) -> Vec<Option<usize>> {
    let mut next = 0..;
    keep.map(|keep| keep.then(|| next.next()).flatten()).collect()
}

/// The items that have a new position.
fn kept<T>(items: impl IntoIterator<Item = T>, new: &[Option<usize>]) -> impl Iterator<Item = T> {
    items.into_iter().zip(new).filter_map(|(item, new)| new.map(|_| item))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::sentences;

    /// The names and relations of a text in which each of these names stands once, as the model finds them; and the
    /// relations in words, their names as they stand with the entities in brackets.
    fn related(text: &str, found: &[(&str, EntityType)]) -> (Names, Vec<String>) {
        let matcher = Matcher::new(&crate::relation::RuleSet::built_in()).unwrap();
        let knowledge = Knowledge { aliases: Aliases::built_in(), matcher };
        let raw = found.iter().map(|&(name, entity_type)| {
            let at = text.find(name).unwrap();
            RawMention { span: Span::new(at, at + name.len()), entity_type, score: 1.0 }
        });
        let (names, Told { relations, .. }) = knowledge.relate(text, &sentences(text), &[], raw.collect());
        let named = |argument: Argument| {
            let argument = names.argument(argument);
            format!("{} ({})", argument.span.of(text), names.entities[argument.entity].name)
        };
        let told = |r: &Relation| format!("{} {} {}", named(r.subject), r.predicate, named(r.object));
        let relations = relations.iter().map(told).collect();
        (names, relations)
    }

    #[test]
    fn relations_of_anaphors_name_the_person_and_add_no_mention() {
        let text = "Ana Ruiz, who was born on 5 May 1970, left. She is the president of Acme. He is not.";
        let (names, relations) = related(text, &[("Ana Ruiz", EntityType::Per), ("Acme", EntityType::Org)]);
        let expected =
            ["Ana Ruiz (Ana Ruiz) born_on 5 May 1970 (1970-05-05)", "She (Ana Ruiz) leads Acme (Acme)"];
        assert_eq!(relations, expected);
        let spans: Vec<&str> = names.mentions.iter().map(|m| m.span.of(text)).collect();
        assert_eq!(spans, ["Ana Ruiz", "5 May 1970", "Acme"]);
        assert_eq!(names.anaphors.len(), 1, "only those that a relation uses are kept");
    }

    #[test]
    fn a_compound_stands_in_relations_for_the_name_in_it() {
        let text = "Bolt-based Acme sued the Reds, a Zorb-backed militia. Zorb left.";
        let found = [
            ("Bolt-based", EntityType::Misc),
            ("Acme", EntityType::Org),
            ("Reds", EntityType::Org),
            ("Zorb-backed", EntityType::Misc),
        ];
        let (names, relations) = related(text, &found);
        let of_type = |name: &str| names.entities.iter().find(|e| e.name == name).map(|e| e.entity_type);
        assert_eq!(of_type("Bolt"), Some(EntityType::Loc));
        assert_eq!(relations[0], "Acme (Acme) based_in Bolt-based (Bolt)");
        // Zorb is in no table.
        assert_eq!(of_type("Zorb-backed"), Some(EntityType::Misc));
        assert_eq!(names.mentions[0].entity_type, EntityType::Misc);
    }
}
