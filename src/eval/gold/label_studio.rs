//! The JSON export of Label Studio: an array of tasks with annotations.
//!
//! Since version 1.4 (2021) it counts code points. Before that it counted UTF-16 units, which differ after an
//! emoji; the words that it writes with the offsets put that right, and the difference is reported.

use std::path::Path;

use serde_json::Value;

use crate::error::{Place, Problem};
use crate::eval::gold::align::{Aligner, RawMention, RawRelation};
use crate::eval::gold::jsonl::scalar;
use crate::eval::labels::Document;
use crate::text::Article;

/// The documents of one export.
pub(super) fn read(path: &Path, tasks: &[Value], problems: &mut Vec<Problem>) -> Vec<Document> {
    (1usize..).zip(tasks).filter_map(|(n, task)| document(path, n, task, problems)).collect()
}

fn document(path: &Path, n: usize, task: &Value, problems: &mut Vec<Problem>) -> Option<Document> {
    let place = Place::file(path);
    let data = task.get("data").unwrap_or(task);
    let id = ["id", "article"]
        .iter()
        .find_map(|&key| scalar(data.get(key)?))
        .or_else(|| task.get("id").and_then(scalar))
        .unwrap_or_else(|| n.to_string());
    let Some(text) = text_of(data) else {
        let message = format!("task {id} has no text");
        problems.push(Problem::skipped(place, message, "Left out: export it with its `data`"));
        return None;
    };
    let usable = |annotation: &&Value| annotation.get("was_cancelled").and_then(Value::as_bool) != Some(true);
    let annotations = ["annotations", "completions"].iter().find_map(|&key| task.get(key)?.as_array());
    let mut usable = annotations.into_iter().flatten().filter(usable);
    let first = usable.next();
    let others = usable.count();
    // Tasks that no one has worked on yet, as `triplewire label` writes them.
    let predictions = task.get("predictions").and_then(Value::as_array);
    let prediction = predictions.and_then(|all| all.first()).filter(|_| annotations.is_none());
    if annotations.is_some() && first.is_none() {
        let message = format!("task {id} has no finished annotation");
        problems.push(Problem::mended(place, message, "The document is not scored"));
        return None;
    }
    let mut aligner = Aligner::new(&id, text, problems);
    if others > 0 {
        aligner.mend(&place, format!("{others} more annotations of this text"), "The first is scored");
    }
    if prediction.is_some() {
        aligner.mend(&place, "nobody has annotated it", "Its prediction is taken instead");
    }
    let results = first.or(prediction).and_then(|annotation| annotation.get("result")?.as_array());
    take_results(task, results, text, &place, &mut aligner);
    let labels = aligner.finish();
    let article = Article { id, text: text.to_owned(), ..Article::default() };
    Some(Document { article, place, labels, annotated_types: None })
}

/// Takes in the spans and relations of an annotation.
fn take_results(
    task: &Value,
    results: Option<&Vec<Value>>,
    text: &str,
    place: &Place,
    aligner: &mut Aligner<'_>,
) {
    match results {
        Some(results) => {
            for result in results {
                if let Some(value) = result.get("value").filter(|value| value.get("labels").is_some()) {
                    let id = result.get("id").and_then(scalar).unwrap_or_default();
                    for mention in mentions(id, value, text) {
                        aligner.mention(mention, place);
                    }
                }
            }
            for result in results {
                if result.get("type").and_then(Value::as_str) == Some("relation") {
                    relation(result, place, aligner);
                }
            }
        }
        // The short export ("JSON-MIN") has only the spans, under the name of the label tag.
        None => {
            for value in ["label", "labels", "ner"].iter().filter_map(|&key| task.get(key)?.as_array()) {
                for mention in value.iter().flat_map(|value| mentions(String::new(), value, text)) {
                    aligner.mention(mention, place);
                }
            }
        }
    }
}

/// The text under its usual name, or else the longest string there is.
fn text_of(data: &Value) -> Option<&str> {
    let usual = data.get("text").and_then(Value::as_str);
    usual.or_else(|| data.as_object()?.values().filter_map(Value::as_str).max_by_key(|s| s.len()))
}

fn mentions(id: String, value: &Value, text: &str) -> Vec<RawMention> {
    // Label Studio writes a line break as a backslash and an n.
    let said = value.get("text").and_then(scalar);
    let said = said.map(|said| if text.contains(&said) { said } else { said.replace("\\n", "\n") });
    let labels = value.get("labels").and_then(Value::as_array).into_iter().flatten();
    let offset = |key| value.get(key).and_then(|n: &Value| n.as_i64().or_else(|| n.as_str()?.parse().ok()));
    labels
        .filter_map(Value::as_str)
        .map(|label| RawMention {
            id: id.clone(),
            start: offset("start"),
            end: offset("end"),
            label: label.to_owned(),
            text: said.clone(),
            ..RawMention::default()
        })
        .collect()
}

fn relation(result: &Value, place: &Place, aligner: &mut Aligner<'_>) {
    let end = |key: &str| result.get(key).and_then(scalar).unwrap_or_default();
    let (mut subject, mut object) = (end("from_id"), end("to_id"));
    let direction = result.get("direction").and_then(Value::as_str).unwrap_or("right");
    if direction == "left" {
        std::mem::swap(&mut subject, &mut object);
    }
    let labels: Vec<&str> = result
        .get("labels")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    if labels.is_empty() {
        aligner.skip(place, "a relation has no label", "Left out: give it a label");
    }
    for label in labels {
        let raw = RawRelation {
            subject: subject.clone(),
            predicate: label.to_owned(),
            object: object.clone(),
            ..RawRelation::default()
        };
        if direction == "bi" {
            let back = RawRelation { subject: object.clone(), object: subject.clone(), ..raw.clone() };
            aligner.relation(back, place);
        }
        aligner.relation(raw, place);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_export_is_read() {
        let export = r#"[
          {"id": 1, "data": {"id": "a", "text": "😀 Ana left Acme"}, "annotations": [
            {"was_cancelled": true, "result": []},
            {"result": [
              {"id": "x", "type": "labels", "value": {"start": 3, "end": 6, "text": "Ana", "labels": ["PER"]}},
              {"id": "y", "type": "labels", "value": {"start": 12, "end": 16, "text": "Acme", "labels": ["ORG"]}},
              {"type": "relation", "from_id": "y", "to_id": "x", "direction": "left", "labels": ["works_for"]},
              {"type": "relation", "from_id": "y", "to_id": "x", "direction": "right"},
              {"id": "z", "type": "choices", "value": {"choices": ["news"]}}]},
            {"result": []}]},
          {"id": 2, "data": {"title": "t", "body": "nothing here"}, "annotations": []},
          {"id": 3, "text": "Ana", "label": [{"start": 0, "end": 3, "text": "Ana", "labels": ["PER"]}]}
        ]"#;
        let tasks: Vec<Value> = serde_json::from_str(export).unwrap();
        let mut problems = Vec::new();
        let documents = read(Path::new("ls.json"), &tasks, &mut problems);
        assert_eq!(documents.len(), 2);
        let Document { article, labels, .. } = &documents[0];
        assert_eq!(article.id, "a");
        // The browser counts UTF-16 units, which are two for an emoji: the text in the export puts it right.
        let names: Vec<&str> = labels.mentions.iter().map(|m| m.span.of(&article.text)).collect();
        assert_eq!(names, ["Ana", "Acme"]);
        let ends: Vec<(usize, usize)> = labels.relations.iter().map(|r| (r.subject, r.object)).collect();
        assert_eq!(ends, [(0, 1)]);
        assert_eq!(documents[1].article.id, "3");
        let said: Vec<&str> = problems.iter().map(|p| p.message.as_str()).collect();
        assert_eq!(said.len(), 5, "{said:#?}");
        assert!(said[0].contains("1 more annotations"));
        assert!(said[1].contains("not what stands there"));
        assert!(said[3].contains("a relation has no label"));
        assert!(said[4].contains("task 2 has no finished annotation"));
    }
}
