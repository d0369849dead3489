//! Predictions: the labels of an earlier output, or of the program itself.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::AtomicBool;

use crate::entity::{self, Argument, Corpus, EntityType, KnownNames, Names, resolve_given};
use crate::error::{Error, Problem, Result};
use crate::eval::gold::{self, Gold, Tables};
use crate::eval::labels::{Attributes, Document, Labels, Mention, Relation};
use crate::eval::map::Map;
use crate::input::Item;
use crate::pipeline::{Delivery, Knowledge, Known, Pipeline, ToParse};
use crate::relation;
use crate::syntax::Sentence;
use crate::text::{Article, Date, RawMention, Span, sentences};

/// A text to label.
///
/// See the [example](crate::eval#example).
#[derive(Debug, Clone)]
pub struct Task<'a> {
    /// The text.
    pub article: &'a Article,
    /// The names to work with, in text order and not overlapping; `None` to find them.
    pub mentions: Option<Vec<Mention>>,
    /// Whether a relation is repeated for every mention of its arguments, if mentions are given.
    pub every_mention: bool,
}

/// Something that labels texts: the program.
///
/// See the [example](crate::eval#example).
pub trait Predict {
    /// The labels of each text, in order. A text that cannot be labelled has none, and is reported.
    ///
    /// # Errors
    /// If nothing can be labelled at all.
    fn predict(&self, tasks: &[Task<'_>], problems: &mut Vec<Problem>) -> Result<Vec<Labels>>;
}

/// Rules and names alone label texts whose mentions are given; there are no trees, so that frames find nothing.
impl Predict for Knowledge {
    fn predict(&self, tasks: &[Task<'_>], _: &mut Vec<Problem>) -> Result<Vec<Labels>> {
        Ok(tasks.iter().map(|task| on_given_names(self, task, &sentences(&task.article.text), &[])).collect())
    }
}

/// Rules and names label texts whose mentions are given; the model gives only the trees.
///
/// [An example](crate::eval#example) with names and rules alone.
pub struct OnGivenNames(pub Pipeline);

impl Predict for OnGivenNames {
    fn predict(&self, tasks: &[Task<'_>], _: &mut Vec<Problem>) -> Result<Vec<Labels>> {
        let cut: Vec<Vec<Span>> = tasks.iter().map(|task| sentences(&task.article.text)).collect();
        let names = |task: &Task<'_>| -> Vec<Span> {
            certain(task.mentions.as_deref().unwrap_or_default()).iter().map(|mention| mention.span).collect()
        };
        let names: Vec<Vec<Span>> = tasks.iter().map(names).collect();
        let texts: Vec<ToParse<'_>> = tasks
            .iter()
            .zip(cut.iter().zip(&names))
            .map(|(task, (sentences, names))| ToParse {
                text: &task.article.text,
                sentences,
                known: Known::Names(names),
            })
            .collect();
        let trees = self.0.trees(&texts)?;
        let labels = tasks.iter().zip(cut.iter().zip(&trees));
        Ok(labels
            .map(|(task, (sentences, trees))| on_given_names(self.0.knowledge(), task, sentences, trees))
            .collect())
    }
}

fn on_given_names(knowledge: &Knowledge, task: &Task<'_>, sentences: &[Span], syntax: &[Sentence]) -> Labels {
    let text = &task.article.text;
    let given = certain(task.mentions.as_deref().unwrap_or_default());
    let (names, relations) = knowledge.relate_given(text, sentences, syntax, given);
    let mut labels = Labels::of(task.article, &names, &relations);
    if task.every_mention {
        let Names { mentions, entities, .. } = &names;
        let document = relation::Document { text, sentences, mentions, entities, syntax };
        labels.tell_of_every_mention(&relation::coreferent(document, &relations));
    }
    labels
}

/// The whole program labels texts of which only the words are known; given mentions are not looked at.
impl Predict for Pipeline {
    fn predict(&self, tasks: &[Task<'_>], problems: &mut Vec<Problem>) -> Result<Vec<Labels>> {
        let articles: Vec<Item> = tasks.iter().map(|task| Item::Article(task.article.clone())).collect();
        let mut found: BTreeMap<String, (usize, Labels, Vec<EntityType>)> = BTreeMap::new();
        let mut corpus = Corpus::default();
        self.run(articles.into_iter(), &AtomicBool::new(false), |delivery| {
            match delivery {
                Delivery::Extraction(e) => {
                    let of = |m: &entity::Mention| &e.names.entities[m.entity];
                    let mentions = e.names.mentions.iter();
                    let named = mentions.clone().map(|m| (of(m), m.span.of(&e.article.text)));
                    let named = named.map(|(entity, form)| (entity.name.as_str(), entity.entity_type, form));
                    let number = corpus.add(e.article.date.map(Date::year), named);
                    let types = mentions.map(|m| of(m).entity_type).collect();
                    let labels = Labels::of(&e.article, &e.names, &e.relations);
                    found.insert(e.article.id, (number, labels, types));
                }
                Delivery::Skipped(_, problem) | Delivery::Problem(problem) => problems.push(problem),
            }
            Ok(())
        })?;
        // As `extract` does, when it has read all articles.
        let aliases = &self.knowledge().aliases;
        let joins = corpus.joins(&KnownNames::new(aliases, aliases.decisions().iter()));
        for (number, labels, types) in found.values_mut() {
            for (mention, &entity_type) in labels.mentions.iter_mut().zip(types.iter()) {
                let joined = |name: &String| Some(joins.of(*number, name, entity_type)?.name.clone());
                if let Some(name) = mention.entity.as_ref().and_then(joined) {
                    mention.entity = Some(name);
                }
            }
        }
        let labels = tasks.iter().map(|task| found.remove(&task.article.id).map(|(_, labels, _)| labels));
        Ok(labels.map(Option::unwrap_or_default).collect())
    }
}

impl Labels {
    /// What the program found in one article.
    fn of(article: &Article, names: &Names, relations: &[relation::Relation]) -> Self {
        let mentions = names.mentions.iter().map(|m| Mention {
            span: m.span,
            entity_type: m.entity_type,
            entity: Some(names.entities[m.entity].name.clone()),
            score: Some(m.score),
            argument_only: false,
        });
        // Labels are about names: of "he leads Acme" they have the name of the person, at its nearest mention.
        let name_of = |argument: Argument| {
            let said = names.argument(argument);
            let all = names.mentions.iter().enumerate().filter(|(_, m)| m.entity == said.entity);
            all.min_by_key(|(_, m)| m.span.start.abs_diff(said.span.start)).map(|(i, _)| i)
        };
        let relations = relations.iter().filter_map(|r| {
            Some(Relation {
                subject: name_of(r.subject)?,
                predicate: r.predicate.as_str().to_owned(),
                object: name_of(r.object)?,
                negated: r.negated,
                attributes: Attributes {
                    certainty: Some(r.certainty),
                    status: Some(r.status),
                    event_date: Some(r.when.as_ref().and_then(|when| when.date(article.date))),
                },
                score: Some(r.score),
                evidence: Some(r.evidence),
                rule: Some(r.rule.to_string()),
                by_entity: [r.subject, r.object].iter().any(|end| end.mention().is_none()),
                sentence: Some(r.sentence.of(&article.text).to_owned()),
                ..Relation::default()
            })
        });
        Labels { mentions: mentions.collect(), relations: relations.collect() }
    }

    /// Repeats each relation for all mentions of its subject and its object. `groups` has for each mention
    /// the first of those that mean the same.
    fn tell_of_every_mention(&mut self, groups: &[usize]) {
        let mut all: BTreeMap<(usize, String, usize), Relation> = BTreeMap::new();
        for relation in std::mem::take(&mut self.relations) {
            let (subject, object) = (groups[relation.subject], groups[relation.object]);
            let of = |group: usize| (0..groups.len()).filter(move |&i| groups[i] == group);
            for subject in of(subject) {
                for object in of(object).filter(|_| !relation::is_alias(&relation.predicate)) {
                    let told = Relation { subject, object, ..relation.clone() };
                    all.entry((subject, relation.predicate.clone(), object)).or_insert(told);
                }
            }
            all.insert((relation.subject, relation.predicate.clone(), relation.object), relation);
        }
        self.relations = all.into_values().collect();
    }
}

/// Has `program` label the texts of the gold; with `gold_entities`, on the gold's own names. [An
/// example](crate::eval::Evaluation).
///
/// # Errors
/// Those of the program.
pub fn by_program(
    gold: &Gold,
    map: Option<&Map>,
    gold_entities: bool,
    program: &dyn Predict,
    problems: &mut Vec<Problem>,
    notes: &mut Vec<String>,
) -> Result<Vec<Labels>> {
    let mut hidden = 0;
    let tasks: Vec<Task<'_>> = gold
        .documents
        .iter()
        .map(|document| Task {
            article: &document.article,
            every_mention: map.is_some_and(Map::wants_every_mention),
            mentions: gold_entities.then(|| {
                let flat = flat_mentions(document, map);
                hidden += document.labels.mentions.len() - flat.len();
                flat
            }),
        })
        .collect();
    if hidden > 0 {
        notes.push(format!(
            "{hidden} gold mentions lie in or across longer ones and were not given to the rules (--gold-entities)."
        ));
    }
    let labels = program.predict(&tasks, problems)?;
    if labels.len() != tasks.len() {
        return Err(Error::Usage(format!("{} texts, but {} labelled ones", tasks.len(), labels.len())));
    }
    Ok(labels)
}

/// Names that are right as they are.
pub(super) fn certain(mentions: &[Mention]) -> Vec<RawMention> {
    let raw = |m: &Mention| RawMention { span: m.span, entity_type: m.entity_type, score: 1.0 };
    mentions.iter().map(raw).collect()
}

/// The gold's names in our types, the longest of those that overlap.
pub(super) fn flat_mentions(document: &Document, map: Option<&Map>) -> Vec<Mention> {
    let mut longest_first: Vec<&Mention> = document.labels.mentions.iter().collect();
    longest_first.sort_by_key(|m| (usize::MAX - m.span.len(), m.span.start));
    let mut kept = BTreeMap::new();
    for mention in longest_first {
        let before = kept.range(..mention.span.end).next_back().map(|(_, m): (_, &Mention)| m.span);
        if before.is_some_and(|span| span.overlaps(mention.span)) {
            continue;
        }
        let entity_type = map.map_or(mention.entity_type, |map| map.type_from_gold(mention.entity_type));
        kept.insert(mention.span.start, Mention { entity_type, ..mention.clone() });
    }
    kept.into_values().collect()
}

/// What is known of a labelled text whose names are those of the labels.
pub(super) struct Given {
    pub(super) sentences: Vec<Span>,
    pub(super) names: Names,
    pub(super) trees: Vec<Sentence>,
}

/// The texts of the gold with its own names, and the trees that `program` gives them, in order.
///
/// # Errors
/// Those of the program.
pub(super) fn given(program: &Pipeline, gold: &Gold, map: Option<&Map>) -> Result<Vec<Given>> {
    let aliases = &program.knowledge().aliases;
    let mut read = Vec::with_capacity(gold.documents.len());
    for document in &gold.documents {
        let text = &document.article.text;
        let sentences = sentences(text);
        let names = resolve_given(aliases, text, &sentences, certain(&flat_mentions(document, map)));
        let spans: Vec<Span> = names.mentions.iter().map(|mention| mention.name).collect();
        read.push((sentences, names, spans));
    }
    let texts = gold.documents.iter().zip(&read);
    let texts: Vec<ToParse<'_>> = texts
        .map(|(document, (sentences, _, spans))| ToParse {
            text: &document.article.text,
            sentences,
            known: Known::Names(spans),
        })
        .collect();
    let trees = program.trees(&texts)?;
    let read = read.into_iter().zip(trees);
    Ok(read.map(|((sentences, names, _), trees)| Given { sentences, names, trees }).collect())
}

/// Reads the output of an earlier run, or labels in any format that the gold may have.
///
/// See the [example](crate::eval#example).
///
/// # Errors
/// If it cannot be read, or if it has not one article in common with the gold.
pub fn from_files(
    path: &Path,
    gold: &Gold,
    problems: &mut Vec<Problem>,
    notes: &mut Vec<String>,
) -> Result<Vec<Labels>> {
    if !path.is_dir() || !Tables::are_in(path) {
        return from_labels(path, gold, problems, notes);
    }
    let tables = Tables::read(path, problems)?;
    let ids: BTreeSet<&str> = gold.documents.iter().map(|d| d.article.id.as_str()).collect();
    let (known, strange): (BTreeSet<&str>, BTreeSet<&str>) =
        tables.articles().into_iter().partition(|id| ids.contains(id));
    report_coverage(path, gold.documents.len(), known.len(), strange.first().copied(), strange.len(), notes)?;
    let of = |d: &Document| tables.labels(&d.article.id, &d.article.text, problems);
    Ok(gold.documents.iter().map(of).collect())
}

fn from_labels(
    path: &Path,
    gold: &Gold,
    problems: &mut Vec<Problem>,
    notes: &mut Vec<String>,
) -> Result<Vec<Labels>> {
    let read = gold::read(path, &[])?;
    problems.extend(read.problems);
    let mut by_id = BTreeMap::new();
    let mut by_text = BTreeMap::new();
    for document in &read.documents {
        by_id.insert(document.article.id.as_str(), document);
        by_text.insert(document.article.text.as_str(), document);
    }
    let mut found = 0;
    let labels = gold
        .documents
        .iter()
        .map(|d| {
            let same_id = by_id.get(d.article.id.as_str()).filter(|p| p.article.text == d.article.text);
            let same = same_id.or_else(|| by_text.get(d.article.text.as_str()));
            found += usize::from(same.is_some());
            same.map_or_else(Labels::default, |p| p.labels.clone())
        })
        .collect();
    let strange = read.documents.len().saturating_sub(found);
    let first = read.documents.first().map(|d| d.article.id.as_str());
    report_coverage(path, gold.documents.len(), found, first, strange, notes)?;
    Ok(labels)
}

fn report_coverage(
    path: &Path,
    gold: usize,
    known: usize,
    strange: Option<&str>,
    strangers: usize,
    notes: &mut Vec<String>,
) -> Result<()> {
    if known == 0
        && let Some(strange) = strange
    {
        return Err(Error::Usage(format!(
            "{}: it has not one article of the gold (it has `{strange}`, for one). Run `triplewire extract` on the \
             texts of the gold, under the same identifiers",
            path.display()
        )));
    }
    if known < gold {
        notes.push(format!(
            "{}: {} of {gold} gold documents have no row there; everything in them is scored as missed.",
            path.display(),
            gold - known
        ));
    }
    if strangers > 0 {
        notes.push(format!(
            "{}: {strangers} articles are not in the gold and are not scored.",
            path.display()
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entity::EntityType::{self, Loc, Org, Per};
    use crate::eval::fixtures;
    use crate::text::Span;

    fn gold(names: &[(&str, EntityType)]) -> Gold {
        const TEXT: &str = "The Bank of Spain";
        fixtures::gold(vec![fixtures::document("a", TEXT, fixtures::labels(TEXT, names, &[]))])
    }

    #[test]
    fn the_program_is_given_the_longest_names_in_our_types() {
        let gold = gold(&[("The Bank", Per), ("Bank of Spain", EntityType::named("Body")), ("Spain", Loc)]);
        let dir = tempfile::tempdir().unwrap();
        let map = dir.path().join("map.toml");
        std::fs::write(&map, "[types]\nORG = \"Body\"\n").unwrap();
        let map = Map::read(&map, relation::Predicates::built_in()).unwrap();
        let (mut problems, mut notes) = (Vec::new(), Vec::new());
        let given = by_program(&gold, Some(&map), true, &Echo, &mut problems, &mut notes).unwrap();
        assert_eq!(given[0].mentions, [Mention::new(Span::new(4, 17), Org)]);
        assert!(notes[0].starts_with("2 gold mentions lie in or across longer ones"), "{notes:?}");
        let found = by_program(&gold, Some(&map), false, &Echo, &mut problems, &mut notes).unwrap();
        assert!(found[0].mentions.is_empty());
    }

    #[test]
    fn a_program_that_loses_a_text_is_caught() {
        assert!(by_program(&gold(&[]), None, false, &Loser, &mut Vec::new(), &mut Vec::new()).is_err());
    }

    /// Gives back what it was given.
    struct Echo;

    impl Predict for Echo {
        fn predict(&self, tasks: &[Task<'_>], _: &mut Vec<Problem>) -> Result<Vec<Labels>> {
            let of = |task: &Task<'_>| Labels {
                mentions: task.mentions.clone().unwrap_or_default(),
                relations: Vec::new(),
            };
            Ok(tasks.iter().map(of).collect())
        }
    }

    struct Loser;

    impl Predict for Loser {
        fn predict(&self, _: &[Task<'_>], _: &mut Vec<Problem>) -> Result<Vec<Labels>> {
            Ok(Vec::new())
        }
    }
}
