//! Training of the second reader on hand labels, and its cross-validation.

use std::collections::{BTreeMap, BTreeSet};

use itertools::Itertools as _;
use rayon::prelude::*;

use crate::entity::{EntityType, Names};
use crate::error::Result;
use crate::eval::counts::Counts;
use crate::eval::gold::Gold;
use crate::eval::labels::{Document, Relation};
use crate::eval::predicted::{Given, given};
use crate::pipeline::Pipeline;
use crate::relation::{Classifier, Predicates, Reader, Schema};
use crate::syntax::Sentence;
use crate::text::{Span, one_line};

/// Folds of the cross-validation.
const FOLDS: usize = 5;

/// With fewer labelled relations a predicate is not learnt.
///
/// [`lessons`] has an example.
pub const LEAST_EXAMPLES: usize = 20;

/// What is learnt of one predicate.
///
/// [`lessons`] has an example.
#[derive(Debug, Clone)]
pub struct Lesson {
    /// The classifier; none with fewer than [`LEAST_EXAMPLES`].
    pub classifier: Option<Classifier>,
    /// Its name and types: those that it has already, or that the labels have.
    pub schema: Schema,
    /// Labelled relations between names of one sentence.
    pub examples: usize,
    /// Pairs of names that it could hold of.
    pub pairs: usize,
    /// Counts of what it then finds in the other folds.
    pub found: Counts,
    /// The same of the reader as it is, if it knows the predicate.
    pub before: Option<Counts>,
}

/// Teaches `reader` the predicates that are labelled in `gold`, or those of `wanted` if there are any. `program` gives the
/// trees and what the model says of each word, for which it needs a second reader, which is not asked.
///
/// ```no_run
/// # fn show(program: &triplewire::pipeline::Pipeline) -> triplewire::Result<()> {
/// use std::path::Path;
///
/// use triplewire::eval::{gold, lessons};
/// use triplewire::relation::Taught;
///
/// let gold = gold::read(Path::new("seeds/labels"), &[])?;
/// let reader = program.knowledge().matcher.reader().expect("the matcher was made with one");
/// let learned = lessons(program, reader, &gold, &["leads".to_owned()])?;
/// for lesson in &learned {
///     println!("{}: {} of {} pairs", lesson.schema.name, lesson.examples, lesson.pairs);
/// }
/// let classifiers = learned.into_iter().filter_map(|lesson| lesson.classifier).collect();
/// let taught = Taught { reader: reader.hash().to_owned(), classifiers };
/// println!("{} of them learnt over {}", taught.classifiers.len(), taught.reader);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// Those of the program.
pub fn lessons(program: &Pipeline, reader: &Reader, gold: &Gold, wanted: &[String]) -> Result<Vec<Lesson>> {
    let pairs = pairs(program, reader, gold)?;
    let labelled: Vec<&str> =
        pairs.iter().flat_map(|pair| pair.told.keys().map(String::as_str)).sorted().dedup().collect();
    let chosen =
        labelled.into_par_iter().filter(|name| wanted.is_empty() || wanted.iter().any(|w| w == name));
    Ok(chosen.map(|name| lesson(reader, &pairs, name, &gold.predicates)).collect())
}

/// Two names of a sentence.
struct Pair {
    document: usize,
    /// Counted through all documents.
    sentence: usize,
    types: (EntityType, EntityType),
    hidden: Vec<f32>,
    odds: Vec<f32>,
    /// The predicates that labels give the pair: whether they hold here, or `None` if that cannot be said.
    told: BTreeMap<String, Option<bool>>,
    /// The only predicates that the document was labelled for.
    judged: Option<BTreeSet<String>>,
}

impl Pair {
    /// Whether the predicate holds; `None` where it may or may not.
    fn holds(&self, predicate: &str) -> Option<bool> {
        if self.judged.as_ref().is_some_and(|judged| !judged.contains(predicate)) {
            return None;
        }
        self.told.get(predicate).copied().unwrap_or(Some(false))
    }
}

fn pairs(program: &Pipeline, reader: &Reader, gold: &Gold) -> Result<Vec<Pair>> {
    let read = given(program, gold, None)?;
    let mut all = Vec::new();
    let mut passed = 0;
    for (number, (document, Given { sentences, names, trees })) in
        gold.documents.iter().zip(&read).enumerate()
    {
        for tree in trees {
            pairs_of(reader, (number, document), passed, sentences, names, tree, &mut all);
        }
        passed += sentences.len();
    }
    Ok(all)
}

/// The pairs of a sentence. `passed` sentences are in the documents before. Reading the pairs and looking up their labels
/// share what names are called, so that both stand here.
fn pairs_of(
    reader: &Reader,
    (number, document): (usize, &Document),
    passed: usize,
    sentences: &[Span],
    names: &Names,
    tree: &Sentence,
    all: &mut Vec<Pair>,
) {
    let Some(first) = tree.words.first() else { return };
    let sentence = sentences.partition_point(|sentence| sentence.end <= first.span.start);
    let here: Vec<usize> =
        (0..names.mentions.len()).filter(|&i| names.mentions[i].sentence == sentence).collect();
    let given: Vec<(Span, EntityType)> =
        here.iter().map(|&i| (names.mentions[i].name, names.mentions[i].entity_type)).collect();
    let labels = &document.labels;
    // What a name is called in the labels, or else itself.
    let called = |i: usize| {
        let span = names.mentions[i].span;
        let label = labels.mentions.iter().find(|mention| mention.span == span);
        label.and_then(|mention| mention.entity.clone()).unwrap_or_else(|| format!("{span:?}"))
    };
    let called: Vec<String> = here.iter().map(|&i| called(i)).collect();
    let mut found: Vec<Pair> = Vec::new();
    let mut places: Vec<(usize, usize)> = Vec::new();
    for reading in reader.read(tree, &given) {
        let (subject, object) = (reading.subject, reading.object);
        if called[subject] == called[object] {
            continue;
        }
        places.push((subject, object));
        found.push(Pair {
            document: number,
            sentence: passed + sentence,
            types: (given[subject].1, given[object].1),
            hidden: reading.hidden,
            odds: reading.odds,
            told: BTreeMap::new(),
            judged: document.annotated_types.clone(),
        });
    }
    let text = sentences[sentence].of(&document.article.text);
    for relation in &labels.relations {
        let ends = [relation.subject, relation.object].map(|i| &labels.mentions[i]);
        let names_of = ends.map(|end| end.entity.clone().unwrap_or_else(|| format!("{:?}", end.span)));
        // The same between other mentions of the two is neither right nor wrong.
        let same: Vec<usize> = (0..places.len())
            .filter(|&i| {
                [places[i].0, places[i].1].map(|name| called[name].as_str()) == [&*names_of[0], &*names_of[1]]
            })
            .collect();
        for &i in &same {
            found[i].told.entry(relation.predicate.clone()).or_insert(None);
        }
        let is_it = |&i: &usize| {
            [places[i].0, places[i].1].map(|name| names.mentions[here[name]].span) == ends.map(|end| end.span)
        };
        let stated = match relation.by_entity {
            false => same.iter().copied().find(is_it),
            true if is_evidence(relation, text) => {
                same.iter().copied().min_by_key(|&i| places[i].0.abs_diff(places[i].1))
            }
            true => None,
        };
        if let Some(i) = stated.filter(|_| !relation.optional) {
            found[i].told.insert(relation.predicate.clone(), Some(!relation.negated));
        }
    }
    all.append(&mut found);
}

/// Whether the sentence is the one in which labels have a relation between entities, by the names themselves.
fn is_evidence(relation: &Relation, text: &str) -> bool {
    let by_name = relation.via.as_deref().is_none_or(|via| via == "name");
    by_name
        && relation.sentence.as_deref().is_some_and(|evidence| {
            let (evidence, text) = (one_line(evidence), one_line(text));
            evidence.contains(&text) || text.contains(&evidence)
        })
}

fn lesson(reader: &Reader, pairs: &[Pair], name: &str, predicates: &Predicates) -> Lesson {
    let schema =
        predicates.named(name).map_or_else(|| schema_of(pairs, name), |known| known.schema().clone());
    let fits = |pair: &&Pair| schema.subject.contains(&pair.types.0) && schema.object.contains(&pair.types.1);
    let judged: Vec<(&Pair, bool)> =
        pairs.iter().filter(fits).filter_map(|pair| Some((pair, pair.holds(name)?))).collect();
    let examples = judged.iter().filter(|(_, holds)| *holds).count();
    let known = reader.predicates().iter().position(|known| known == name);
    let mut lesson = Lesson {
        classifier: None,
        examples,
        pairs: judged.len(),
        found: Counts::default(),
        before: known.map(|column| counted(judged.iter().map(|(pair, holds)| (pair.odds[column], *holds)))),
        schema,
    };
    if examples < LEAST_EXAMPLES {
        return lesson;
    }
    let folds = folds(&judged);
    let mut odds: Vec<(f32, bool)> = Vec::with_capacity(judged.len());
    for fold in 0..FOLDS {
        let others = judged
            .iter()
            .zip(&folds)
            .filter(|(_, of)| **of != fold)
            .map(|((pair, holds), _)| (&pair.hidden[..], *holds));
        let Some((weights, bias)) = reader.learn(&others.collect::<Vec<_>>()) else { return lesson };
        let here = judged.iter().zip(&folds).filter(|(_, of)| **of == fold);
        odds.extend(here.map(|((pair, holds), _)| {
            (bias + weights.iter().zip(&pair.hidden).map(|(weight, x)| weight * x).sum::<f32>(), *holds)
        }));
    }
    lesson.found = counted(odds.into_iter());
    let all: Vec<(&[f32], bool)> = judged.iter().map(|(pair, holds)| (&pair.hidden[..], *holds)).collect();
    lesson.classifier = reader.learn(&all).map(|(weights, bias)| Classifier {
        schema: lesson.schema.clone(),
        examples,
        weights,
        bias,
    });
    lesson
}

/// The types that labels give a predicate that is not defined.
fn schema_of(pairs: &[Pair], name: &str) -> Schema {
    let types: BTreeSet<(EntityType, EntityType)> =
        pairs.iter().filter(|pair| pair.holds(name) == Some(true)).map(|pair| pair.types).collect();
    Schema {
        subject: types.iter().map(|types| types.0).unique().collect(),
        object: types.iter().map(|types| types.1).unique().collect(),
        meaning: "learned from labels".into(),
        ..Schema::named(name)
    }
}

/// The fold of each pair. Texts stay whole if there are enough of them, else sentences; those with examples are dealt
/// first, so that each fold has about as many.
fn folds(judged: &[(&Pair, bool)]) -> Vec<usize> {
    let with_examples = |by: fn(&Pair) -> usize| -> BTreeSet<usize> {
        judged.iter().filter(|(_, holds)| *holds).map(|(pair, _)| by(pair)).collect()
    };
    let by: fn(&Pair) -> usize = match with_examples(|pair| pair.document).len() >= 2 * FOLDS {
        true => |pair| pair.document,
        false => |pair| pair.sentence,
    };
    let first = with_examples(by);
    let all: BTreeSet<usize> = judged.iter().map(|(pair, _)| by(pair)).collect();
    let others = all.iter().filter(|group| !first.contains(group));
    let order: BTreeMap<usize, usize> =
        first.iter().chain(others).enumerate().map(|(i, &group)| (group, i)).collect();
    judged.iter().map(|(pair, _)| order[&by(pair)] % FOLDS).collect()
}

fn counted(odds: impl Iterator<Item = (f32, bool)>) -> Counts {
    let mut counts = Counts::default();
    for (odds, holds) in odds {
        match (odds > 0.0, holds) {
            (true, true) => counts.tp += 1,
            (true, false) => counts.fp += 1,
            (false, true) => counts.fn_ += 1,
            (false, false) => {}
        }
    }
    counts
}
