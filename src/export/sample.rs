//! A small result with what is hard to write: formulas, marks, control characters, right-to-left names, dates of every
//! exactness, a denial, another name, a triple told either way round.

use std::fs;
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tempfile::TempDir;

use crate::entity::EntityType;
use crate::output::{
    ArticleRow, CooccurrenceRow, Counts, DuplicateRow, EntityRow, MentionRow, RelationRow, Run, Style,
    TripleRow, write_table,
};
use crate::relation::{Certainty, Predicate, Status};
use crate::text::Date;

pub(crate) const TRIPLES: [(&str, &str, &str); 8] = [
    ("Ana Ruiz", "leads", "Acme & Söhne"),
    ("Ana Ruiz", "spouse_of", "Bo Berg"),
    ("Acme & Söhne", "owns", "=Cmd Corp"),
    ("Ana Ruiz", "born_on", "1885-02"),
    ("=Cmd Corp", "based_in", "مصر"),
    ("Acme & Söhne", "alias_of", "AS"),
    ("Bo Berg", "works_for", "=Cmd Corp"),
    ("Bo Berg", "linked_to", "Ana Ruiz"),
];

fn id(name: &str) -> String {
    format!("e{:012x}", super::result::number_of(name) >> 16)
}

fn kind(name: &str) -> EntityType {
    match name {
        "Ana Ruiz" | "Bo Berg" => EntityType::Per,
        "مصر" => EntityType::Loc,
        "1885-02" => EntityType::Date,
        _ => EntityType::Org,
    }
}

fn date(text: &str) -> Option<Date> {
    Some(text.parse().unwrap())
}

const FIRST: &str = "news/1";
const SECOND: &str = "-2";

fn triple(i: usize) -> TripleRow {
    let (subject, predicate, object) = TRIPLES[i];
    let denied = predicate == "linked_to";
    TripleRow {
        subject: subject.into(),
        subject_type: kind(subject),
        predicate: Predicate::built_in(predicate).unwrap(),
        object: object.into(),
        object_type: kind(object),
        articles: if i == 0 { 2 } else { 1 },
        evidence: if i < 2 { 2 } else { 1 },
        score: 0.99 - i as f64 / 10.0,
        negated: denied,
        first_article: FIRST.into(),
        example: sentence(i),
        certainty: if i == 6 { Certainty::Alleged } else { Certainty::Stated },
        sources: if i == 0 { vec!["Bo Berg".into(), "the police".into()] } else { Vec::new() },
        status: if i == 6 { Status::Former } else { Status::Current },
        first_date: date("2020-05"),
        last_date: date(if i == 0 { "2020-06-07" } else { "2020-05" }),
        event_date: if i == 6 { date("2014") } else { None },
        subject_id: id(subject),
        object_id: if predicate == "alias_of" { id(subject) } else { id(object) },
    }
}

fn sentence(i: usize) -> String {
    let (subject, predicate, object) = TRIPLES[i];
    format!("\u{1F600} {subject} <{predicate}>\n\"{object}\"\u{0B}.")
}

fn relation(i: usize, article: &str, turned: bool) -> RelationRow {
    let it = triple(i);
    let length = |text: &str| text.chars().count() as u64;
    let start = 100;
    let subject_start = start + 2;
    let object_start = subject_start + length(&it.subject) + length(it.predicate.as_str()) + 5;
    let mut row = RelationRow {
        article: article.into(),
        subject: it.subject.clone(),
        subject_type: it.subject_type,
        predicate: it.predicate,
        object: it.object.clone(),
        object_type: it.object_type,
        score: it.score,
        negated: it.negated,
        certainty: it.certainty,
        attributed_to: String::new(),
        sentence: sentence(i),
        rule: format!("{}/test", it.predicate),
        subject_start,
        subject_end: subject_start + length(&it.subject),
        object_start,
        object_end: object_start + length(&it.object),
        status: it.status,
        event_date: it.event_date,
        date: date(if article == FIRST { "2020-05" } else { "2020-06-07" }),
        subject_id: it.subject_id,
        object_id: it.object_id,
    };
    if turned {
        std::mem::swap(&mut row.subject, &mut row.object);
        std::mem::swap(&mut row.subject_id, &mut row.object_id);
        std::mem::swap(&mut row.subject_start, &mut row.object_start);
        std::mem::swap(&mut row.subject_end, &mut row.object_end);
    }
    row
}

/// The sample in a folder of its own.
pub(crate) fn written(style: Style) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), style);
    folder
}

fn write(folder: &Path, style: Style) {
    let triples: Vec<TripleRow> = (0..TRIPLES.len())
        .map(|i| TripleRow {
            subject: style.text(&triple(i).subject),
            object: style.text(&triple(i).object),
            ..triple(i)
        })
        .collect();
    let mut relations: Vec<RelationRow> = (0..TRIPLES.len()).map(|i| relation(i, FIRST, false)).collect();
    relations.push(relation(0, SECOND, false));
    relations.push(relation(1, SECOND, true));
    for row in &mut relations {
        (row.article, row.subject, row.object) =
            (style.text(&row.article), style.text(&row.subject), style.text(&row.object));
    }
    let names = ["Ana Ruiz", "Acme & Söhne", "Bo Berg", "=Cmd Corp", "مصر", "1885-02", "Lonely Ltd"];
    let entities: Vec<EntityRow> = names
        .into_iter()
        .map(|name| EntityRow {
            entity_id: id(name),
            entity: style.text(name),
            entity_type: kind(name),
            mentions: 3,
            articles: 1,
            aliases: if name == "Ana Ruiz" { vec!["Ruiz".into(), "A. Ruiz".into()] } else { Vec::new() },
            external_id: if name == "Bo Berg" { "Q42".into() } else { String::new() },
            first_date: date("2020-05"),
            last_date: date("2020-06-07"),
        })
        .collect();
    let mentions: Vec<MentionRow> = names
        .into_iter()
        .enumerate()
        .map(|(i, name)| MentionRow {
            article: FIRST.into(),
            start: 10 * i as u64,
            end: (10 * i + name.chars().count()) as u64,
            text: style.text(name),
            entity_type: kind(name),
            score: 0.9,
            entity_id: id(name),
            entity: style.text(name),
            sentence: sentence(i),
        })
        .collect();
    let article = |id: &str, day: &str, url: &str| ArticleRow {
        article: style.text(id),
        date: date(day),
        title: "A title, \"quoted\"".into(),
        source: "example.org".into(),
        url: url.into(),
        words: 120,
        mentions: 7,
        relations: 8,
        duplicate_of: String::new(),
    };
    let articles =
        [article(FIRST, "2020-05", "https://example.org/1"), article(SECOND, "2020-06-07", "no address")];
    let pair = CooccurrenceRow {
        subject: "Bo Berg".into(),
        subject_type: EntityType::Per,
        object: "مصر".into(),
        object_type: EntityType::Loc,
        articles: 1,
        sentences: 1,
        pmi: 1.5,
    };
    table(folder, "articles", style, &articles);
    table(folder, "mentions", style, &mentions);
    table(folder, "entities", style, &entities);
    table(folder, "relations", style, &relations);
    table(folder, "triples", style, &triples);
    table(folder, "cooccurrences", style, &[pair]);
    table::<DuplicateRow>(folder, "duplicates", style, &[]);
    let run = Run {
        version: "0.1.0".into(),
        complete: true,
        counts: Counts { articles: 2, entities: 7, triples: 8, cooccurrences: 1, ..Counts::default() },
        ..Run::default()
    };
    fs::write(folder.join("run.json"), serde_json::to_vec(&run).unwrap()).unwrap();
}

fn table<R: Serialize + DeserializeOwned>(folder: &Path, name: &str, style: Style, rows: &[R]) {
    write_table(folder, name, style, rows).unwrap();
}
