//! JSON Lines: doccano (and the plain lists of spaCy) and Prodigy, distinguished line by line.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use crate::error::{Place, Problem, words};
use crate::eval::gold::align::{Aligner, RawMention, RawRelation};
use crate::eval::labels::Document;
use crate::text::Article;

/// Whether this is JSON Lines: the first line that is not blank is a JSON object by itself.
pub(super) fn is_jsonl(content: &str) -> bool {
    content
        .lines()
        .find(|line| !line.trim().is_empty())
        .is_some_and(|line| line.trim_start().starts_with('{') && line.trim_end().ends_with('}'))
}

/// The documents of one file, one a line.
pub(super) fn read(path: &Path, stem: &str, content: &str, problems: &mut Vec<Problem>) -> Vec<Document> {
    let mut documents = Vec::new();
    for (number, line) in (1u64..).zip(content.lines()) {
        if line.trim().is_empty() {
            continue;
        }
        let place = Place::line(path, number);
        match serde_json::from_str::<Value>(line) {
            Ok(value) => documents.extend(document(&value, &place, stem, number, problems)),
            Err(error) => problems.push(Problem::skipped(
                place,
                words::json_line(&error),
                "The document is left out: export it again",
            )),
        }
    }
    documents
}

fn document(
    value: &Value,
    place: &Place,
    stem: &str,
    number: u64,
    problems: &mut Vec<Problem>,
) -> Option<Document> {
    let Some(text) = ["text", "data"].iter().find_map(|&key| value.get(key)?.as_str()) else {
        let message = "the line has no `text`";
        problems.push(Problem::skipped(place.clone(), message, "The document is left out: export it again"));
        return None;
    };
    if let Some(answer @ ("reject" | "ignore")) = value.get("answer").and_then(Value::as_str) {
        let message = format!("the annotator's answer was `{answer}`");
        problems.push(Problem::mended(place.clone(), message, "The document is not scored"));
        return None;
    }
    // doccano may put an identifier of its own in place of ours.
    let id = ["article", "id"]
        .iter()
        .find_map(|&key| scalar(value.get(key)?))
        .or_else(|| scalar(value.get("meta")?.get("id")?))
        .unwrap_or_else(|| format!("{stem}-{number}"));
    let mut aligner = Aligner::new(&id, text, problems);
    if value.get("spans").is_some() {
        prodigy(value, place, &mut aligner);
    } else {
        doccano(value, place, &mut aligner);
    }
    let labels = aligner.finish();
    let annotated_types = value
        .get("annotated_types")
        .and_then(Value::as_array)
        .map(|types| types.iter().filter_map(Value::as_str).map(str::to_owned).collect::<BTreeSet<String>>());
    let article = Article { id, text: text.to_owned(), ..Article::default() };
    Some(Document { article, place: place.clone(), labels, annotated_types })
}

fn doccano(value: &Value, place: &Place, aligner: &mut Aligner<'_>) {
    let entities = ["entities", "label", "labels"].iter().find_map(|&key| value.get(key)?.as_array());
    for (n, entity) in entities.into_iter().flatten().enumerate() {
        let mention = match entity {
            // `[start, end, label]`
            Value::Array(parts) => RawMention {
                id: n.to_string(),
                start: parts.first().and_then(Value::as_i64),
                end: parts.get(1).and_then(Value::as_i64),
                label: parts.get(2).and_then(scalar).unwrap_or_default(),
                ..RawMention::default()
            },
            _ => RawMention {
                id: entity.get("id").and_then(scalar).unwrap_or_else(|| n.to_string()),
                start: number(entity, &["start_offset", "start"]),
                end: number(entity, &["end_offset", "end"]),
                label: string(entity, &["label", "type"]),
                text: entity.get("text").and_then(scalar),
                entity: entity.get("entity").and_then(scalar),
                ..RawMention::default()
            },
        };
        aligner.mention(mention, place);
    }
    for relation in value.get("relations").and_then(Value::as_array).into_iter().flatten() {
        let raw = RawRelation {
            subject: string(relation, &["from_id"]),
            predicate: string(relation, &["type", "label"]),
            object: string(relation, &["to_id"]),
            negated: relation.get("negated").and_then(Value::as_bool).unwrap_or(false),
            ..RawRelation::default()
        };
        aligner.relation(raw, place);
    }
}

/// Prodigy: `spans` by character, `relations` from a head to a child, each with its own span.
fn prodigy(value: &Value, place: &Place, aligner: &mut Aligner<'_>) {
    let offsets = |span: &Value| Some((span.get("start")?.as_i64()?, span.get("end")?.as_i64()?));
    let name = |(start, end): (i64, i64)| format!("{start}-{end}");
    let spans = value.get("spans").and_then(Value::as_array);
    for span in spans.into_iter().flatten() {
        let (start, end) = offsets(span).unzip();
        let mention = RawMention {
            id: offsets(span).map(name).unwrap_or_default(),
            start,
            end,
            label: string(span, &["label"]),
            text: span.get("text").and_then(scalar),
            ..RawMention::default()
        };
        aligner.mention(mention, place);
    }
    // Without a span of its own, an end of a relation is a token, and means the span around it.
    let by_token = |index: Option<&Value>| {
        let index = index?.as_i64()?;
        let holds = |span: &&Value| {
            let token = |key| span.get(key).and_then(Value::as_i64);
            token("token_start").is_some_and(|first| first <= index)
                && token("token_end").is_some_and(|last| index <= last)
        };
        offsets(spans?.iter().find(holds)?)
    };
    for relation in value.get("relations").and_then(Value::as_array).into_iter().flatten() {
        let end = |span: &str, token: &str| {
            relation.get(span).and_then(offsets).or_else(|| by_token(relation.get(token)))
        };
        let raw = RawRelation {
            subject: end("head_span", "head").map(name).unwrap_or_default(),
            predicate: string(relation, &["label"]),
            object: end("child_span", "child").map(name).unwrap_or_default(),
            ..RawRelation::default()
        };
        aligner.relation(raw, place);
    }
}

fn number(value: &Value, keys: &[&str]) -> Option<i64> {
    keys.iter().find_map(|&key| value.get(key)?.as_i64())
}

fn string(value: &Value, keys: &[&str]) -> String {
    keys.iter().find_map(|&key| scalar(value.get(key)?)).unwrap_or_default()
}

/// A string, or a number as one.
pub(super) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(s) => Some(s.clone()),
        Value::Number(n) => Some(n.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entity::EntityType;

    fn read_text(content: &str) -> (Vec<Document>, Vec<Problem>) {
        let mut problems = Vec::new();
        (read(Path::new("x.jsonl"), "x", content, &mut problems), problems)
    }

    /// `Ana Ruiz/PER works_for Acme/ORG` in whatever dialect.
    fn assert_ana_works_for_acme(line: &str) {
        let (documents, problems) = read_text(line);
        assert!(problems.is_empty(), "{line}: {problems:?}");
        let Document { article, labels, .. } = &documents[0];
        let names: Vec<(&str, EntityType)> =
            labels.mentions.iter().map(|m| (m.span.of(&article.text), m.entity_type)).collect();
        assert_eq!(names, [("Ana Ruiz", EntityType::Per), ("Acme", EntityType::Org)], "{line}");
        let [relation] = &labels.relations[..] else { panic!("{line}: {:?}", labels.relations) };
        let ends = (relation.subject, relation.predicate.as_str(), relation.object);
        assert_eq!(ends, (0, "works_for", 1), "{line}");
    }

    #[test]
    fn every_dialect_is_read() {
        let table = [
            r#"{"id": 7, "text": "Àé Ana Ruiz, Acme", "entities": [{"id": 4, "label": "ORG", "start_offset": 13, "end_offset": 17}, {"id": 3, "label": "PER", "start_offset": 3, "end_offset": 11}], "relations": [{"id": 1, "from_id": 3, "to_id": 4, "type": "works_for"}], "Comments": []}"#,
            r#"{"text": "Àé Ana Ruiz, Acme", "label": [[3, 11, "person"], [13, 17, "ORG"]], "relations": [{"from_id": 0, "to_id": 1, "type": "works_for"}]}"#,
            r#"{"text": "Àé Ana Ruiz, Acme", "spans": [{"start": 3, "end": 11, "label": "PERSON"}, {"start": 13, "end": 17, "label": "ORG"}], "relations": [{"head": 2, "child": 4, "head_span": {"start": 3, "end": 11, "label": "PERSON"}, "child_span": {"start": 13, "end": 17}, "label": "works_for"}], "answer": "accept"}"#,
            r#"{"text": "Àé Ana Ruiz, Acme", "spans": [{"start": 3, "end": 11, "token_start": 1, "token_end": 2, "label": "PERSON"}, {"start": 13, "end": 17, "token_start": 4, "token_end": 4, "label": "ORG"}], "relations": [{"head": 2, "child": 4, "label": "works_for"}]}"#,
        ];
        for line in table {
            assert_ana_works_for_acme(line);
        }
    }

    #[test]
    fn identifiers_and_annotated_types() {
        let (documents, problems) = read_text(concat!(
            "{\"id\": \"a\", \"text\": \"x\", \"annotated_types\": [\"CEO\"]}\n\n",
            "{\"text\": \"y\"}\n",
            "{\"text\": \"z\", \"spans\": [], \"answer\": \"reject\"}\n",
            "{\"text\": \"\\ud800\"}\n",
            "{\"entities\": []}\n",
        ));
        let ids: Vec<&str> = documents.iter().map(|d| d.article.id.as_str()).collect();
        assert_eq!(ids, ["a", "x-3"]);
        assert_eq!(documents[0].annotated_types, Some(BTreeSet::from(["CEO".to_owned()])));
        let skipped: Vec<(bool, Option<u64>)> = problems.iter().map(|p| (p.skipped, p.place.line)).collect();
        assert_eq!(skipped, [(false, Some(4)), (true, Some(5)), (true, Some(6))]);
    }
}
