//! Errors, disagreements and advantages as tables for people.

use crate::eval::entities::Name;
use crate::eval::errors::advantages::Advantage;
use crate::eval::errors::{Item, Kind, Mistake, Party};
use crate::eval::gold::Gold;
use crate::eval::labels::Document;
use crate::text::{CodePoints, Span, one_line, sentences};

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
/// See the [example](crate::eval::errors#example).
///
/// # Errors
/// If the table cannot be written into memory.
pub fn mistakes_csv(gold: &Gold, mistakes: &[Vec<Mistake>]) -> csv::Result<Vec<u8>> {
    let mut table = Vec::new();
    for (document, mistakes) in gold.documents.iter().zip(mistakes) {
        let cells = DocumentCells::of(document, !mistakes.is_empty());
        for mistake in mistakes {
            let mut row = vec![mistake.kind.as_str().to_owned()];
            row.extend(cells.of_item(&mistake.item));
            row.push(mistake.gold.as_ref().map(|item| cells.spelled(item)).unwrap_or_default());
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
pub(in crate::eval) fn disagreements_csv(gold: &Gold, mistakes: &[Vec<Mistake>]) -> csv::Result<Vec<u8>> {
    let mut table = Vec::new();
    for (document, mistakes) in gold.documents.iter().zip(mistakes) {
        let cells = DocumentCells::of(document, !mistakes.is_empty());
        for mistake in mistakes {
            let mut row = vec![disagreement(mistake.kind).to_owned()];
            row.extend(cells.of_item(&mistake.item));
            row.extend(cells.sides(mistake));
            table.push(row);
        }
    }
    write_table(&["kind"], &["a", "b"], table)
}

/// The first `most` disagreements, a line each, for people.
pub(in crate::eval) fn disagreement_lines(
    gold: &Gold,
    mistakes: &[Vec<Mistake>],
    most: usize,
) -> Vec<String> {
    let mut lines = Vec::new();
    for (document, mistakes) in gold.documents.iter().zip(mistakes) {
        let left = most.saturating_sub(lines.len());
        let cells = DocumentCells::of(document, left > 0 && !mistakes.is_empty());
        for mistake in mistakes.iter().take(left) {
            let [a, b] = cells.sides(mistake).map(|side| if side.is_empty() { "-".to_owned() } else { side });
            lines.push(format!("{}: {}: A: {a}; B: {b}", document.article.id, disagreement(mistake.kind)));
        }
    }
    lines
}

/// What two annotators disagree in, neither of whom is the gold.
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
/// See the [example](crate::eval::errors#example).
///
/// # Errors
/// If the table cannot be written into memory.
pub fn advantages_csv(gold: &Gold, advantages: &[Vec<Advantage>]) -> csv::Result<Vec<u8>> {
    let mut table = Vec::new();
    for (document, advantages) in gold.documents.iter().zip(advantages) {
        let cells = DocumentCells::of(document, !advantages.is_empty());
        for advantage in advantages {
            let right = if advantage.first { "A" } else { "B" };
            let why = match (advantage.in_gold, advantage.first) {
                (true, true) => "B missed it",
                (true, false) => "A missed it",
                (false, true) => "B made it up",
                (false, false) => "A made it up",
            };
            let mut row = vec![right.to_owned(), why.to_owned()];
            row.extend(cells.of_item(&advantage.item));
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
struct DocumentCells<'a> {
    document: &'a Document,
    points: CodePoints<'a>,
    sentences: Vec<Span>,
}

impl<'a> DocumentCells<'a> {
    /// Finds the sentences only if they are `needed`.
    fn of(document: &'a Document, needed: bool) -> Self {
        let text = &document.article.text;
        let sentences = if needed { sentences(text) } else { Vec::new() };
        DocumentCells { document, points: CodePoints::new(if needed { text } else { "" }), sentences }
    }

    fn text(&self, span: Span) -> String {
        one_line(span.of(&self.document.article.text))
    }

    fn of_item(&self, item: &Item) -> Vec<String> {
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
