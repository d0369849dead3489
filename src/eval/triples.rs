//! Relations as an analyst counts them: who does what to whom, once an article.
//!
//! Where the gold names its entities, a relation is compared by the entities of its arguments: it does not matter
//! at which of their mentions it was found, or whether the text has a pronoun or a description there.
//!
//! Whom a predicted entity stands for is decided once an article, from its mentions: for the entity of the
//! gold with which it has most mentions in common (the very same words of the text, whatever their types), the
//! earliest in the text where several have as many. One that has no mention in common with the gold stands for
//! the entity that has its name, or that is mentioned by it. Several may stand for one: what was taken for two
//! is a matter of the scores of resolution.
//!
//! `alias_of` has the second name itself as its object. A prediction is right if one of its two names is that
//! second name and the other a name of the entity.

use std::collections::BTreeMap;

use crate::entity::folded;
use crate::eval::labels::{Document, Labels, Mention, Relation};
use crate::eval::relations::{Compared, Key, scored_predictions};
use crate::eval::scope::{Scope, scored_gold};
use crate::relation::is_alias as is_alias_name;
use crate::text::Span;

/// An argument of a triple.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Argument {
    /// An entity of the gold, by its name there.
    Entity(String),
    /// A predicted entity that stands for none of the gold.
    Unknown(String),
    /// A second name, as far as spellings differ.
    Form(String),
}

impl<'a> Compared<'a, Argument> {
    /// Compares entities.
    pub(crate) fn triples(document: &'a Document, predicted: &'a Labels, scope: &'a Scope) -> Self {
        let text = &document.article.text;
        let stands_for = Counterparts::of(text, &document.labels, predicted);
        let form = |mention: &Mention| Argument::Form(folded(mention.span.of(text)));
        let gold = scored_gold(document, scope).map(|relation| {
            let [subject, object] = ends(relation, &document.labels);
            let entity = |mention| Argument::Entity(name(mention, text).to_owned());
            let object = if is_alias(relation) { form(object) } else { entity(object) };
            (Key::between(relation, entity(subject), object, scope), relation)
        });
        let predictions = scored_predictions(document, predicted, scope);
        Compared::of(gold, predictions, |relation, is_in_gold| {
            let [subject, object] = ends(relation, predicted);
            let [whom, what] = [subject, object].map(|mention| stands_for.argument(name(mention, text)));
            if !is_alias(relation) {
                return Key::between(relation, whom, what, scope);
            }
            let key = |entity, second| Key::between(relation, entity, second, scope);
            let other = key(what, form(subject));
            if is_in_gold(&other) { other } else { key(whom, form(object)) }
        })
    }
}

fn ends<'l>(relation: &Relation, labels: &'l Labels) -> [&'l Mention; 2] {
    [&labels.mentions[relation.subject], &labels.mentions[relation.object]]
}

/// Whether the object of a relation is a name and no entity.
pub(super) fn is_alias(relation: &Relation) -> bool {
    is_alias_name(&relation.predicate)
}

/// The name of a mention's entity; without one, its own words.
pub(super) fn name<'l>(mention: &'l Mention, text: &'l str) -> &'l str {
    mention.entity.as_deref().unwrap_or_else(|| mention.span.of(text))
}

/// Which entity of the gold each predicted entity of a document stands for.
struct Counterparts<'l> {
    by_mentions: BTreeMap<&'l str, &'l str>,
    by_name: BTreeMap<String, &'l str>,
}

impl<'l> Counterparts<'l> {
    fn of(text: &'l str, gold: &'l Labels, predicted: &'l Labels) -> Self {
        let mut at: BTreeMap<Span, &str> = BTreeMap::new();
        let mut by_name: BTreeMap<String, &str> = BTreeMap::new();
        for mention in &gold.mentions {
            let entity = name(mention, text);
            at.entry(mention.span).or_insert(entity);
            by_name.entry(folded(mention.span.of(text))).or_insert(entity);
        }
        // An entity's own name goes before what others are called.
        for mention in &gold.mentions {
            let entity = name(mention, text);
            by_name.insert(folded(entity), entity);
        }
        let mut shared: BTreeMap<&str, BTreeMap<&str, (usize, usize)>> = BTreeMap::new();
        for mention in &predicted.mentions {
            let Some(&entity) = at.get(&mention.span) else { continue };
            let of_both = shared.entry(name(mention, text)).or_default();
            let (count, first) = of_both.entry(entity).or_insert((0, mention.span.start));
            *count += 1;
            *first = mention.span.start.min(*first);
        }
        let most = |all: BTreeMap<&'l str, (usize, usize)>| {
            all.into_iter()
                .max_by_key(|&(_, (count, first))| (count, usize::MAX - first))
                .map(|(gold, _)| gold)
        };
        let by_mentions = shared.into_iter().filter_map(|(found, all)| Some((found, most(all)?))).collect();
        Counterparts { by_mentions, by_name }
    }

    fn argument(&self, predicted: &str) -> Argument {
        let by_name = || self.by_name.get(&folded(predicted));
        match self.by_mentions.get(predicted).or_else(by_name) {
            Some(&entity) => Argument::Entity(entity.to_owned()),
            None => Argument::Unknown(predicted.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entity::EntityType::Org;
    use crate::eval::counts::Counts;
    use crate::eval::{Evaluation, Gold, Mode, fixtures};

    const TEXT: &str =
        "Ana Ruiz, a Turk, leads Acme (ACM) in Turkey. Ruiz met Bo Lee; Lee met the other Lee of Acme.";

    /// Mentions as `words = entity, ...`, each the next occurrence of its words; relations as
    /// `subject predicate object` by the numbers of the mentions, with `not`, `optional` and `he` behind.
    fn labels(mentions: &str, relations: &str) -> Labels {
        let mut labels = Labels::default();
        for mention in mentions.split(", ") {
            let (words, entity) = mention.split_once(" = ").unwrap_or((mention, ""));
            let all: Vec<Span> =
                TEXT.match_indices(words).map(|(at, _)| Span::new(at, at + words.len())).collect();
            let taken = labels.mentions.iter().filter(|m: &&Mention| m.span.of(TEXT) == words).count();
            let entity = (!entity.is_empty()).then(|| entity.to_owned());
            labels.mentions.push(Mention { entity, ..Mention::new(all[taken], Org) });
        }
        for relation in relations.split(", ").filter(|relation| !relation.is_empty()) {
            let words: Vec<&str> = relation.split(' ').collect();
            labels.relations.push(Relation {
                subject: words[0].parse().unwrap(),
                predicate: words[1].to_owned(),
                object: words[2].parse().unwrap(),
                negated: words[3..].contains(&"not"),
                optional: words[3..].contains(&"optional"),
                by_entity: words[3..].contains(&"he"),
                ..Relation::default()
            });
        }
        labels
    }

    fn evaluated(gold: (&str, &str), predicted: (&str, &str)) -> Evaluation {
        let document = fixtures::document("a", TEXT, labels(gold.0, gold.1));
        let gold = Gold { has_negation: true, ..fixtures::gold(vec![document]) };
        Evaluation::of(&gold, vec![labels(predicted.0, predicted.1)], None)
    }

    /// Numbers: Ana Ruiz 0, Ruiz 1, Acme 2, ACM 3, Acme 4, Turk 5, Turkey 6, Bo Lee 7, the other Lee 8.
    const GOLD: &str = "Ana Ruiz = Ana Ruiz, Ruiz = Ana Ruiz, Acme = Acme Corp., ACM = Acme Corp., \
                        Acme = Acme Corp., Turk = Turkey, Turkey = Turkey, Bo Lee = Bo Lee, other Lee = Di Lee";

    #[test]
    fn triples_of_a_table() {
        let same = GOLD;
        let other = "Ana Ruiz = Ms. Ruiz, Ruiz = Ms. Ruiz, Acme = ACM, ACM = ACM, Acme = ACM, Turk = Turk, \
                     Turkey = Turkey, Bo Lee = Lee, other Lee = Lee";
        let cut = "Ruiz = Ana Ruiz, Bo = Lee Bo, Acme = Acme";
        // Gold relations, predicted mentions and relations, then right, wrong and missed.
        let table = [
            ("0 leads 2", same, "0 leads 2", [1, 0, 0]),
            // Another mention of the same entities; both at once; a name that the gold does not use.
            ("0 leads 2", same, "1 leads 3", [1, 0, 0]),
            ("0 leads 2", same, "0 leads 2, 1 leads 4", [1, 0, 0]),
            ("0 leads 2, 1 leads 4", same, "0 leads 2", [1, 0, 0]),
            ("0 leads 2", other, "0 leads 2", [1, 0, 0]),
            // A pronoun, on either side.
            ("0 leads 2 he", same, "1 leads 2", [1, 0, 0]),
            ("0 leads 2", same, "1 leads 2 he", [1, 0, 0]),
            // A demonym that was taken for an entity of its own stands for the country.
            ("0 nationality 5", other, "0 nationality 5, 0 nationality 6", [1, 0, 0]),
            // An entity that was made of two stands for the first of them: one of each is as many.
            ("1 leads 7", other, "1 leads 8", [1, 0, 0]),
            ("1 leads 8", other, "1 leads 8", [0, 1, 1]),
            // Without a mention in common names count, but not parts of them.
            ("0 leads 2", cut, "0 leads 2", [1, 0, 0]),
            ("7 leads 2", cut, "1 leads 2", [0, 1, 1]),
            ("0 leads 2", same, "2 leads 0", [0, 1, 1]),
            ("0 allied_with 2", same, "2 allied_with 0", [1, 0, 0]),
            ("0 leads 2 not", same, "0 leads 2", [0, 1, 1]),
            ("0 leads 2 not", same, "0 leads 2 not", [1, 0, 0]),
            // Optional ones are neither missed nor wrong; what is also there firmly counts.
            ("0 leads 2 optional", same, "", [0, 0, 0]),
            ("0 leads 2 optional, 0 leads 7", same, "1 leads 4", [0, 0, 1]),
            ("0 leads 2 optional, 1 leads 4", same, "0 leads 2", [1, 0, 0]),
            ("0 leads 2 optional", same, "0 leads 7", [0, 1, 0]),
            // The second name is the object, whichever of the two comes first.
            ("2 alias_of 3", same, "2 alias_of 3", [1, 0, 0]),
            ("2 alias_of 3", same, "3 alias_of 4", [1, 0, 0]),
            ("2 alias_of 3", other, "4 alias_of 3", [1, 0, 0]),
            ("2 alias_of 3", same, "0 alias_of 1", [0, 1, 1]),
            ("2 alias_of 3 he optional", same, "2 alias_of 3", [0, 0, 0]),
        ];
        for (gold, mentions, predicted, [tp, fp, fn_]) in table {
            let evaluation = evaluated((GOLD, gold), (mentions, predicted));
            let expected = Counts { tp, fp, fn_ };
            assert_eq!(
                evaluation.relations.micro(Mode::Triples),
                expected,
                "{gold} / {mentions}: {predicted}"
            );
        }
    }

    #[test]
    fn places_are_compared_without_what_has_none() {
        let evaluation =
            evaluated((GOLD, "0 leads 2 he, 1 leads 7, 0 leads 8 optional"), (GOLD, "0 leads 2, 0 leads 8"));
        let of = |mode| evaluation.relations.micro(mode);
        assert_eq!(of(Mode::Strict), Counts { tp: 0, fp: 1, fn_: 1 });
        assert_eq!(of(Mode::Triples), Counts { tp: 1, fp: 0, fn_: 1 });
        assert_eq!(evaluation.notes.len(), 2, "{:?}", evaluation.notes);
    }

    #[test]
    fn a_gold_without_entities_has_no_triples() {
        let evaluation = evaluated(("Ana Ruiz, Acme", "0 leads 1"), (GOLD, "0 leads 2"));
        assert_eq!(evaluation.relations.modes().collect::<Vec<_>>(), [Mode::Strict, Mode::Boundary]);
        assert!(evaluation.triple_reliability.is_none() && evaluation.main_mode() == Mode::Strict);
    }
}
