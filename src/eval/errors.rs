//! Errors one can work from: each wrong, missing or made-up label with its place and sentence, and
//! what only one of two outputs got right.

use std::collections::{BTreeMap, BTreeSet};

use crate::eval::entities::{Name, align, names};
use crate::eval::evaluation::Evaluation;
use crate::eval::gold::Gold;
use crate::eval::labels::{Document, Labels, Relation};
use crate::eval::relations::{Compared, Key, Mode};
use crate::eval::scope::Scope;
use crate::eval::triples;
use crate::text::{CodePoints, Span, one_line, sentences};

/// What is wrong with a label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The gold has it, nothing predicted is near.
    Missed,
    /// Predicted, nothing in the gold is near.
    Spurious,
    /// The right words, another type (of an argument, for a relation).
    WrongType,
    /// The right type, other words.
    WrongBoundary,
    /// Other words and another type, but they overlap.
    WrongTypeAndBoundary,
    /// The right arguments, another predicate.
    WrongPredicate,
    /// The right arguments and predicate, the wrong way round.
    WrongDirection,
    /// Stated where the gold has it denied, or the reverse.
    WrongNegation,
}

impl Kind {
    /// The name in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Missed => "missed",
            Kind::Spurious => "spurious",
            Kind::WrongType => "wrong type",
            Kind::WrongBoundary => "wrong boundary",
            Kind::WrongTypeAndBoundary => "wrong type and boundary",
            Kind::WrongPredicate => "wrong predicate",
            Kind::WrongDirection => "wrong direction",
            Kind::WrongNegation => "wrong negation",
        }
    }
}

/// A name or a relation of one document.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// A name.
    Entity(Name),
    /// A relation, with both its arguments.
    Relation {
        /// The subject.
        subject: Name,
        /// The label.
        predicate: String,
        /// The object.
        object: Name,
        /// Whether it is denied.
        negated: bool,
    },
    /// A relation between entities, whatever they are called where the text states it.
    Triple {
        /// The subject.
        subject: Party,
        /// The label.
        predicate: String,
        /// The object; of `alias_of`, the second name.
        object: Party,
        /// Whether it is denied.
        negated: bool,
        /// The words that state it, where they are known.
        sentence: Option<String>,
    },
}

/// An argument of a triple.
#[derive(Debug, Clone, PartialEq)]
pub struct Party {
    /// The name of the entity.
    pub entity: String,
    /// One of its mentions: the one in the relation if that is by name, else the nearest.
    pub mention: Name,
}

/// One error.
#[derive(Debug, Clone, PartialEq)]
pub struct Mistake {
    /// What is wrong.
    pub kind: Kind,
    /// What was predicted; for [`Kind::Missed`], what the gold has.
    pub item: Item,
    /// What the gold has instead.
    pub gold: Option<Item>,
    /// The score of the prediction.
    pub score: Option<f32>,
    /// The rules behind the prediction, joined by ` | `.
    pub rule: Option<String>,
    /// How the gold says that the text puts what it has.
    pub via: Option<String>,
}

/// The errors of each document of the gold: names in text order, then relations by label, then triples by label
/// where the gold names its entities.
pub fn mistakes(gold: &Gold, evaluation: &Evaluation) -> Vec<Vec<Mistake>> {
    let of = |(document, labels): (&Document, &Labels)| {
        let mut found = entity_mistakes(document, labels, &evaluation.scope);
        found.extend(relation_mistakes(document, labels, &evaluation.scope));
        if evaluation.scope.names_entities {
            found.extend(triple_mistakes(document, labels, &evaluation.scope));
        }
        found
    };
    gold.documents.iter().zip(&evaluation.predicted).map(of).collect()
}

fn entity_mistakes(document: &Document, predicted: &Labels, scope: &Scope) -> Vec<Mistake> {
    let (gold, found) = (names(&document.labels, scope), names(predicted, scope));
    let scores: BTreeMap<Name, Option<f32>> =
        predicted.mentions.iter().map(|m| ((m.span, m.entity_type), m.score)).collect();
    let mistake = |kind, name: Name, gold: Option<Name>| Mistake {
        kind,
        item: Item::Entity(name),
        gold: gold.map(Item::Entity),
        score: scores.get(&name).copied().flatten().filter(|_| kind != Kind::Missed),
        rule: None,
        via: None,
    };
    let mut mistakes: Vec<(Span, Mistake)> = align(&gold, &found)
        .into_iter()
        .filter_map(|pair| {
            let (gold, found) = (pair.gold.map(|i| gold[i]), pair.predicted.map(|i| found[i]));
            let mistake = match (gold, found) {
                (Some(gold), Some(found)) => {
                    let kind = match (gold.0 == found.0, gold.1 == found.1) {
                        (true, true) => return None,
                        (true, false) => Kind::WrongType,
                        (false, true) => Kind::WrongBoundary,
                        (false, false) => Kind::WrongTypeAndBoundary,
                    };
                    mistake(kind, found, Some(gold))
                }
                (Some(gold), None) => mistake(Kind::Missed, gold, None),
                (None, found) => mistake(Kind::Spurious, found?, None),
            };
            Some((found.or(gold)?.0, mistake))
        })
        .collect();
    mistakes.sort_by_key(|(span, _)| *span);
    mistakes.into_iter().map(|(_, mistake)| mistake).collect()
}

/// The mistakes of relations, by place.
fn relation_mistakes(document: &Document, predicted: &Labels, scope: &Scope) -> Vec<Mistake> {
    let compared = Compared::by_place(document, predicted, Mode::Strict, scope);
    // The closest pairs first, so that a far match does not take what a close one needs.
    let kinds = [
        Kind::WrongNegation,
        Kind::WrongType,
        Kind::WrongDirection,
        Kind::WrongPredicate,
        Kind::WrongBoundary,
    ];
    compared_mistakes(&compared, &kinds, differs_by, document, predicted, item_of)
}

/// The mistakes of triples.
fn triple_mistakes(document: &Document, predicted: &Labels, scope: &Scope) -> Vec<Mistake> {
    let compared = Compared::triples(document, predicted, scope);
    let kinds = [Kind::WrongNegation, Kind::WrongDirection, Kind::WrongPredicate];
    let item = |relation: &Relation, labels: &Labels| triple_of(relation, labels, &document.article.text);
    compared_mistakes(&compared, &kinds, triple_differs_by, document, predicted, item)
}

fn compared_mistakes<A: Ord>(
    compared: &Compared<'_, A>,
    kinds: &[Kind],
    differs: fn(Kind, &Key<A>, &Key<A>) -> bool,
    document: &Document,
    predicted: &Labels,
    item: impl Fn(&Relation, &Labels) -> Item,
) -> Vec<Mistake> {
    let Compared { gold, found } = compared;
    let mut missed: BTreeSet<&Key<A>> = gold.keys().filter(|key| !found.contains_key(key)).collect();
    let wrong: Vec<&Key<A>> = found.keys().filter(|key| !compared.is_right(key)).collect();
    let mut nearest: BTreeMap<&Key<A>, (Kind, &Key<A>)> = BTreeMap::new();
    for &kind in kinds {
        for &key in &wrong {
            if nearest.contains_key(key) {
                continue;
            }
            if let Some(&same) = missed.iter().find(|gold| differs(kind, gold, key)) {
                missed.remove(same);
                nearest.insert(key, (kind, same));
            }
        }
    }
    let wrong = wrong.into_iter().filter_map(|key| {
        let relations = &found[key];
        let best = relations.first()?;
        let (kind, instead) = nearest.get(key).map_or((Kind::Spurious, None), |&(k, g)| (k, Some(gold[g])));
        let mut rules: Vec<&str> = relations.iter().filter_map(|r| r.rule.as_deref()).collect();
        rules.sort_unstable();
        rules.dedup();
        Some(Mistake {
            kind,
            item: item(best, predicted),
            gold: instead.map(|relation| item(relation, &document.labels)),
            score: best.score,
            rule: (!rules.is_empty()).then(|| rules.join(" | ")),
            via: instead.and_then(|relation| relation.via.clone()),
        })
    });
    let missed = missed.iter().map(|key| Mistake {
        kind: Kind::Missed,
        item: item(gold[*key], &document.labels),
        gold: None,
        score: None,
        rule: None,
        via: gold[*key].via.clone(),
    });
    wrong.chain(missed).collect()
}

fn item_of(relation: &Relation, labels: &Labels) -> Item {
    let name = |i: usize| (labels.mentions[i].span, labels.mentions[i].entity_type);
    Item::Relation {
        subject: name(relation.subject),
        predicate: relation.predicate.clone(),
        object: name(relation.object),
        negated: relation.negated,
    }
}

fn triple_of(relation: &Relation, labels: &Labels, text: &str) -> Item {
    let party = |i: usize, by_words: bool| {
        let mention = &labels.mentions[i];
        let entity = if by_words { mention.span.of(text) } else { triples::name(mention, text) };
        Party { entity: entity.to_owned(), mention: (mention.span, mention.entity_type) }
    };
    Item::Triple {
        subject: party(relation.subject, false),
        predicate: relation.predicate.clone(),
        object: party(relation.object, triples::is_alias(relation)),
        negated: relation.negated,
        sentence: relation.sentence.clone(),
    }
}

fn differs_by(kind: Kind, gold: &Key, found: &Key) -> bool {
    let label = gold.label == found.label;
    let spans = gold.subject.0 == found.subject.0 && gold.object.0 == found.object.0;
    let swapped = gold.subject.0 == found.object.0 && gold.object.0 == found.subject.0;
    match kind {
        Kind::WrongType => label && spans,
        Kind::WrongDirection => label && swapped,
        Kind::WrongPredicate => spans || swapped,
        Kind::WrongBoundary => {
            label && gold.subject.0.overlaps(found.subject.0) && gold.object.0.overlaps(found.object.0)
        }
        _ => triple_differs_by(kind, gold, found),
    }
}

/// Whether two relations differ in this alone, their arguments being the same or not.
fn triple_differs_by<A: Ord>(kind: Kind, gold: &Key<A>, found: &Key<A>) -> bool {
    let label = gold.label == found.label;
    let same = gold.subject == found.subject && gold.object == found.object;
    let swapped = gold.subject == found.object && gold.object == found.subject;
    match kind {
        Kind::WrongNegation => gold.negated != found.negated && label && same,
        Kind::WrongDirection => label && swapped,
        Kind::WrongPredicate => same || swapped,
        _ => false,
    }
}

/// A label on which exactly one of two outputs is right.
#[derive(Debug, Clone, PartialEq)]
pub struct Advantage {
    /// Whether the first output is the right one.
    pub first: bool,
    /// Whether the gold has the item, and the right output found it. If not, the other made it up.
    pub in_gold: bool,
    /// The item.
    pub item: Item,
}

/// Where two outputs differ in being right, for each document of the gold.
pub fn advantages(gold: &Gold, a: &Evaluation, b: &Evaluation) -> Vec<Vec<Advantage>> {
    let pairs = a.predicted.iter().zip(&b.predicted);
    gold.documents
        .iter()
        .zip(pairs)
        .map(|(document, (labels_a, labels_b))| {
            let mut found = Vec::new();
            let all = |labels: &Labels| -> BTreeSet<Name> { names(labels, &a.scope).into_iter().collect() };
            let (truth, of_a, of_b) = (all(&document.labels), all(labels_a), all(labels_b));
            for name in of_a.symmetric_difference(&of_b) {
                let in_gold = truth.contains(name);
                found.push(Advantage {
                    first: of_a.contains(name) == in_gold,
                    in_gold,
                    item: Item::Entity(*name),
                });
            }
            let by_place = |labels| Compared::by_place(document, labels, Mode::Strict, &a.scope);
            found.extend(only_one(&by_place(labels_a), &by_place(labels_b), labels_a, labels_b, item_of));
            if a.scope.names_entities {
                let by_entity = |labels| Compared::triples(document, labels, &a.scope);
                let item = |relation: &Relation, labels: &Labels| {
                    triple_of(relation, labels, &document.article.text)
                };
                found.extend(only_one(&by_entity(labels_a), &by_entity(labels_b), labels_a, labels_b, item));
            }
            found
        })
        .collect()
}

/// What only one of two outputs found.
fn only_one<A: Ord>(
    a: &Compared<'_, A>,
    b: &Compared<'_, A>,
    labels_a: &Labels,
    labels_b: &Labels,
    item: impl Fn(&Relation, &Labels) -> Item,
) -> Vec<Advantage> {
    let mut all = Vec::new();
    for (mine, other, labels, first) in [(a, b, labels_a, true), (b, a, labels_b, false)] {
        for (key, relations) in mine.found.iter().filter(|(key, _)| !other.found.contains_key(key)) {
            let in_gold = mine.is_right(key);
            let items = relations.first().map(|best| item(best, labels));
            all.extend(items.map(|item| Advantage { first: first == in_gold, in_gold, item }));
        }
    }
    all
}

/// Columns that say which label is meant and where.
const ITEM_COLUMNS: [&str; 14] = [
    "item",
    "article",
    "file",
    "start",
    "end",
    "text",
    "type",
    "predicate",
    "object_start",
    "object_end",
    "object",
    "object_type",
    "negated",
    "sentence",
];

/// The table of `errors.csv`.
///
/// # Errors
/// If the table cannot be written into memory.
pub fn mistakes_csv(gold: &Gold, mistakes: &[Vec<Mistake>]) -> csv::Result<Vec<u8>> {
    let mut table = Vec::new();
    for (document, mistakes) in gold.documents.iter().zip(mistakes) {
        let context = Context::of(document, !mistakes.is_empty());
        for mistake in mistakes {
            let mut row = vec![mistake.kind.as_str().to_owned()];
            row.extend(context.cells(&mistake.item));
            row.push(mistake.gold.as_ref().map(|item| context.spelled(item)).unwrap_or_default());
            row.push(mistake.score.map(|score| format!("{score:.3}")).unwrap_or_default());
            row.push(mistake.rule.clone().unwrap_or_default());
            row.push(mistake.via.clone().unwrap_or_default());
            table.push(row);
        }
    }
    write_table(&["kind"], &["gold", "score", "rule", "via"], table)
}

/// The table of `disagreements.csv`: `gold` is what A has, `mistakes` are those of B against it. The label
/// that is placed is the one of B, and of A only where B has none.
///
/// # Errors
/// If the table cannot be written into memory.
pub(super) fn disagreements_csv(gold: &Gold, mistakes: &[Vec<Mistake>]) -> csv::Result<Vec<u8>> {
    let mut table = Vec::new();
    for (document, mistakes) in gold.documents.iter().zip(mistakes) {
        let context = Context::of(document, !mistakes.is_empty());
        for mistake in mistakes {
            let mut row = vec![disagreement(mistake.kind).to_owned()];
            row.extend(context.cells(&mistake.item));
            row.extend(context.sides(mistake));
            table.push(row);
        }
    }
    write_table(&["kind"], &["a", "b"], table)
}

/// The first `most` disagreements, a line each, for people.
pub(super) fn disagreement_lines(gold: &Gold, mistakes: &[Vec<Mistake>], most: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for (document, mistakes) in gold.documents.iter().zip(mistakes) {
        let left = most.saturating_sub(lines.len());
        let context = Context::of(document, left > 0 && !mistakes.is_empty());
        for mistake in mistakes.iter().take(left) {
            let [a, b] =
                context.sides(mistake).map(|side| if side.is_empty() { "-".to_owned() } else { side });
            lines.push(format!("{}: {}: A: {a}; B: {b}", document.article.id, disagreement(mistake.kind)));
        }
    }
    lines
}

/// What two people who are both right disagree in.
fn disagreement(kind: Kind) -> &'static str {
    match kind {
        Kind::Missed => "only A",
        Kind::Spurious => "only B",
        Kind::WrongType => "type",
        Kind::WrongBoundary => "boundary",
        Kind::WrongTypeAndBoundary => "type and boundary",
        Kind::WrongPredicate => "predicate",
        Kind::WrongDirection => "direction",
        Kind::WrongNegation => "negation",
    }
}

/// The table of `comparison.csv`.
///
/// # Errors
/// If the table cannot be written into memory.
pub fn advantages_csv(gold: &Gold, advantages: &[Vec<Advantage>]) -> csv::Result<Vec<u8>> {
    let mut table = Vec::new();
    for (document, advantages) in gold.documents.iter().zip(advantages) {
        let context = Context::of(document, !advantages.is_empty());
        for advantage in advantages {
            let right = if advantage.first { "A" } else { "B" };
            let why = match (advantage.in_gold, advantage.first) {
                (true, true) => "B missed it",
                (true, false) => "A missed it",
                (false, true) => "B made it up",
                (false, false) => "A made it up",
            };
            let mut row = vec![right.to_owned(), why.to_owned()];
            row.extend(context.cells(&advantage.item));
            table.push(row);
        }
    }
    write_table(&["right", "why"], &[], table)
}

fn write_table(before: &[&str], after: &[&str], rows: Vec<Vec<String>>) -> csv::Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(before.iter().chain(&ITEM_COLUMNS).chain(after))?;
    for row in rows {
        writer.write_record(row)?;
    }
    writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))
}

/// Turns items of one document into cells.
struct Context<'a> {
    document: &'a Document,
    points: CodePoints<'a>,
    sentences: Vec<Span>,
}

impl<'a> Context<'a> {
    /// Sentences are looked for only if somebody is going to ask.
    fn of(document: &'a Document, needed: bool) -> Self {
        let text = &document.article.text;
        let sentences = if needed { sentences(text) } else { Vec::new() };
        Context { document, points: CodePoints::new(if needed { text } else { "" }), sentences }
    }

    fn text(&self, span: Span) -> String {
        one_line(span.of(&self.document.article.text))
    }

    fn cells(&self, item: &Item) -> Vec<String> {
        let file = self.document.place.to_string();
        let article = self.document.article.id.clone();
        let place = |(span, entity_type): Name| {
            let (start, end) = self.points.of_span(span);
            [start.to_string(), end.to_string(), self.text(span), entity_type.to_string()]
        };
        let mut cells = Vec::with_capacity(ITEM_COLUMNS.len());
        match item {
            Item::Entity(name) => {
                cells.extend(["entity".to_owned(), article, file]);
                cells.extend(place(*name));
                cells.extend(std::iter::repeat_n(String::new(), 6));
                cells.push(self.sentence(name.0));
            }
            Item::Relation { subject, predicate, object, negated } => {
                cells.extend(["relation".to_owned(), article, file]);
                cells.extend(place(*subject));
                cells.push(predicate.clone());
                cells.extend(place(*object));
                cells.push(negated.to_string());
                cells.push(self.sentence(through(subject.0, object.0)));
            }
            Item::Triple { subject, predicate, object, negated, sentence } => {
                cells.extend(["triple".to_owned(), article, file]);
                let party = |party: &Party| {
                    let [start, end, _, entity_type] = place(party.mention);
                    [start, end, party.entity.clone(), entity_type]
                };
                cells.extend(party(subject));
                cells.push(predicate.clone());
                cells.extend(party(object));
                cells.push(negated.to_string());
                let both = || self.sentence(through(subject.mention.0, object.mention.0));
                cells.push(sentence.as_deref().map_or_else(both, one_line));
            }
        }
        cells
    }

    /// The sentences that a span touches.
    fn sentence(&self, span: Span) -> String {
        let mut touched = self.sentences.iter().filter(|s| s.overlaps(span));
        let Some(first) = touched.next() else { return self.text(span) };
        let last = touched.next_back().unwrap_or(first);
        self.text(Span::new(first.start.min(span.start), last.end.max(span.end)))
    }

    /// What the gold has and what was predicted; one of them may be empty.
    fn sides(&self, mistake: &Mistake) -> [String; 2] {
        let item = self.spelled(&mistake.item);
        match (mistake.kind, &mistake.gold) {
            (Kind::Missed, _) => [item, String::new()],
            (_, gold) => [gold.as_ref().map(|gold| self.spelled(gold)).unwrap_or_default(), item],
        }
    }

    fn spelled(&self, item: &Item) -> String {
        let name = |(span, entity_type): &Name| {
            let (start, end) = self.points.of_span(*span);
            format!("{entity_type} {start}-{end} {}", self.text(*span))
        };
        match item {
            Item::Entity(entity) => name(entity),
            Item::Relation { subject, predicate, object, negated } => {
                let not = if *negated { "not " } else { "" };
                format!("{} | {not}{predicate} | {}", name(subject), name(object))
            }
            Item::Triple { subject, predicate, object, negated, .. } => {
                let not = if *negated { "not " } else { "" };
                format!("{} | {not}{predicate} | {}", subject.entity, object.entity)
            }
        }
    }
}

/// From the first of two spans to the last.
fn through(a: Span, b: Span) -> Span {
    Span::new(a.start.min(b.start), a.end.max(b.end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entity::EntityType::{self, Loc, Org, Per};
    use crate::eval::fixtures;

    const TEXT: &str = "Ana Ruiz of Acme met Li in Bonn.\nMr. Li left Oslo.";

    /// With a score and a rule, which gold does not read.
    fn labels(names: &[(&str, EntityType)], relations: &[(usize, &str, usize)]) -> Labels {
        let mut labels = fixtures::labels(TEXT, names, relations);
        labels.mentions.iter_mut().for_each(|mention| mention.score = Some(0.5));
        labels.relations.iter_mut().for_each(|relation| relation.rule = Some("some/rule".to_owned()));
        labels
    }

    fn gold(labels: Labels) -> Gold {
        fixtures::gold(vec![fixtures::document("a", TEXT, labels)])
    }

    fn kinds(gold: &Gold, predicted: Labels) -> Vec<&'static str> {
        let evaluation = Evaluation::of(gold, vec![predicted], None);
        mistakes(gold, &evaluation)[0].iter().map(|m| m.kind.as_str()).collect()
    }

    #[test]
    fn every_kind_of_mistake_with_a_name() {
        let gold = gold(labels(&[("Ana Ruiz", Per), ("Acme", Org), ("Bonn", Loc), ("Oslo", Loc)], &[]));
        let found = [("Ana", Per), ("Acme", Loc), ("in Bonn", Org), ("Mr. Li", Per)];
        let expected = ["wrong boundary", "wrong type", "wrong type and boundary", "spurious", "missed"];
        assert_eq!(kinds(&gold, labels(&found, &[])), expected);
    }

    #[test]
    fn every_kind_of_mistake_with_a_relation() {
        let names = [("Ana Ruiz", Per), ("Acme", Org), ("Bonn", Loc), ("Li", Per)];
        let of = |relations: &[(usize, &str, usize)]| labels(&names, relations);
        let gold = gold(of(&[(0, "works_for", 1)]));
        let table: [(Labels, &[&str]); 7] = [
            (of(&[(0, "works_for", 1)]), &[]),
            (of(&[]), &["missed"]),
            (of(&[(0, "works_for", 1), (3, "lives_in", 2)]), &["spurious"]),
            (of(&[(1, "works_for", 0)]), &["wrong direction"]),
            (of(&[(0, "leads", 1), (3, "lives_in", 2)]), &["wrong predicate", "spurious"]),
            (
                labels(
                    &[("Ana Ruiz", Loc), ("Acme", Org), ("Bonn", Loc), ("Li", Per)],
                    &[(0, "works_for", 1)],
                ),
                &["wrong type", "wrong type"],
            ),
            (
                labels(&[("Ruiz", Per), ("Acme", Org), ("Bonn", Loc), ("Li", Per)], &[(0, "works_for", 1)]),
                &["wrong boundary", "wrong boundary"],
            ),
        ];
        for (predicted, expected) in table {
            let case = format!("{:?}", predicted.relations);
            assert_eq!(kinds(&gold, predicted), expected, "{case}");
        }
    }

    #[test]
    fn the_table_says_where() {
        let gold = gold(labels(&[("Ana Ruiz", Per), ("Acme", Org)], &[(0, "works_for", 1)]));
        let predicted = labels(&[("Ana Ruiz", Per), ("Acme", Org)], &[(0, "leads", 1)]);
        let evaluation = Evaluation::of(&gold, vec![predicted], None);
        let table = mistakes_csv(&gold, &mistakes(&gold, &evaluation)).unwrap();
        assert_eq!(
            String::from_utf8(table).unwrap(),
            "kind,item,article,file,start,end,text,type,predicate,object_start,object_end,object,object_type,\
             negated,sentence,gold,score,rule,via\n\
             wrong predicate,relation,a,\"g, line 3\",0,8,Ana Ruiz,PER,leads,12,16,Acme,ORG,false,\
             Ana Ruiz of Acme met Li in Bonn.,PER 0-8 Ana Ruiz | works_for | ORG 12-16 Acme,,some/rule,\n"
        );
    }

    #[test]
    fn triples_are_listed_by_their_entities_and_the_words_that_state_them() {
        let named = |relations: &[(usize, &str, usize)], acme: &str| {
            let mut labels = labels(&[("Ana Ruiz", Per), ("Acme", Org), ("Bonn", Loc)], relations);
            for (mention, entity) in labels.mentions.iter_mut().zip(["Ana Ruiz", acme, "Bonn"]) {
                mention.entity = Some(entity.to_owned());
            }
            labels
        };
        let mut of_gold = named(&[(0, "works_for", 1), (1, "based_in", 2)], "Acme Corp.");
        for (relation, via) in of_gold.relations.iter_mut().zip(["name", "pronoun"]) {
            (relation.by_entity, relation.via) = (true, Some(via.to_owned()));
            relation.sentence = Some("It is\nin Bonn.".to_owned());
        }
        let gold = gold(of_gold);
        let evaluation = Evaluation::of(&gold, vec![named(&[(1, "leads", 0)], "Acme")], None);
        let table = mistakes_csv(&gold, &mistakes(&gold, &evaluation)).unwrap();
        let table = String::from_utf8(table).unwrap();
        let triples: Vec<&str> = table.lines().filter(|line| line.contains(",triple,")).collect();
        let expected = [
            "wrong predicate,triple,a,\"g, line 3\",12,16,Acme,ORG,leads,0,8,Ana Ruiz,PER,false,\
             Ana Ruiz of Acme met Li in Bonn.,Ana Ruiz | works_for | Acme Corp.,,some/rule,name",
            "missed,triple,a,\"g, line 3\",12,16,Acme Corp.,ORG,based_in,27,31,Bonn,LOC,false,It is in Bonn.,,,,pronoun",
        ];
        assert_eq!(triples, expected);
    }

    #[test]
    fn what_only_one_of_two_got_right() {
        let gold = gold(labels(&[("Ana Ruiz", Per), ("Acme", Org)], &[(0, "works_for", 1)]));
        let names = [("Ana Ruiz", Per), ("Acme", Org)];
        let a = Evaluation::of(&gold, vec![labels(&names, &[(0, "works_for", 1), (0, "leads", 1)])], None);
        let b = Evaluation::of(&gold, vec![labels(&names[..1], &[])], None);
        let found = advantages(&gold, &a, &b);
        let table = String::from_utf8(advantages_csv(&gold, &found).unwrap()).unwrap();
        let starts: Vec<String> =
            table.lines().skip(1).map(|line| line.split(',').take(3).collect::<Vec<_>>().join(",")).collect();
        assert_eq!(starts, ["A,B missed it,entity", "B,A made it up,relation", "A,B missed it,relation"]);
    }
}
