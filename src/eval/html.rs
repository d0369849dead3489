//! `report.html`: one page that needs no network. The data go in as JSON; the page's own script
//! builds everything as text nodes, so that no text of an article can be taken for HTML.
//!
//! # Example
//!
//! ```
//! use triplewire::eval::{Evaluation, errors, gold, html, report};
//!
//! let folder = tempfile::tempdir()?;
//! let file = folder.path().join("hand.conll");
//! std::fs::write(&file, "Ana\tB-PER\nleads\tO\nAcme\tB-ORG\n")?;
//! let gold = gold::read(&file, &[])?;
//! // An output that misses the last name.
//! let mut found = gold.documents[0].labels.clone();
//! found.mentions.pop();
//! let evaluation = Evaluation::of(&gold, vec![found], None);
//!
//! let scores = report::json(&gold, &evaluation);
//! let page = html::page(&gold, &evaluation, &scores, &errors::mistakes(&gold, &evaluation));
//! assert!(page.contains("Ana leads Acme") && page.contains("missed"));
//! std::fs::write(folder.path().join("report.html"), page)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use serde_json::{Value, json};

use crate::eval::entities::{Name, align, names};
use crate::eval::errors::{Item, Kind, Mistake};
use crate::eval::evaluation::Evaluation;
use crate::eval::gold::Gold;
use crate::eval::labels::{Document, Labels};
use crate::eval::relations::{Compared, Mode};
use crate::text::{CodePoints, Span};

const PAGE: &str = include_str!("report.html");

/// Where the data go in the page.
const DATA: &str = "/*DATA*/";

/// A page with every article of a million would open in no browser: the articles with most
/// mistakes are shown, up to this many bytes of text.
const MOST_TEXT: usize = 3_000_000;

/// The page for one evaluation, from its JSON object and its mistakes.
///
/// See the [example](crate::eval::html#example).
pub fn page(gold: &Gold, evaluation: &Evaluation, scores: &Value, mistakes: &[Vec<Mistake>]) -> String {
    let mut worst_first: Vec<usize> = (0..gold.documents.len()).collect();
    worst_first.sort_by_key(|&i| usize::MAX - mistakes[i].len());
    let mut left = MOST_TEXT;
    let mut shown: Vec<usize> = worst_first
        .into_iter()
        .filter(|&i| {
            let size = gold.documents[i].article.text.len();
            let fits = size <= left;
            if fits {
                left -= size;
            }
            fits
        })
        .collect();
    shown.sort_unstable();
    let articles: Vec<Value> = shown
        .iter()
        .map(|&i| article(&gold.documents[i], &evaluation.predicted[i], &mistakes[i], evaluation))
        .collect();
    let data = json!({
        "scores": scores,
        "articles": articles,
        "left_out": gold.documents.len() - shown.len(),
    });
    // `<` is the only character that could end the script element the data lie in.
    PAGE.replacen(DATA, &data.to_string().replace('<', "\\u003c"), 1)
}

fn article(document: &Document, predicted: &Labels, mistakes: &[Mistake], evaluation: &Evaluation) -> Value {
    let scope = &evaluation.scope;
    let text = &document.article.text;
    let points = CodePoints::new(text);
    let spans = spans(document, predicted, evaluation, &points);
    let slice = |span: Span| span.of(text);
    let spelled = |item: &Item| match item {
        Item::Relation { subject, predicate, object, negated } => json!({
            "subject": slice(subject.0), "subject_type": subject.1.as_str(), "predicate": predicate,
            "object": slice(object.0), "object_type": object.1.as_str(), "negated": negated,
            "at": points.from_byte(subject.0.start.min(object.0.start)),
        }),
        Item::Entity(_) | Item::Triple { .. } => Value::Null,
    };
    let mut relations: Vec<Value> = mistakes
        .iter()
        .filter(|mistake| matches!(mistake.item, Item::Relation { .. }))
        .map(|mistake| {
            json!({
                "kind": mistake.kind.as_str(),
                "item": spelled(&mistake.item),
                "gold": mistake.gold.as_ref().map(&spelled),
                "rule": mistake.rule,
                "score": mistake.score.map(|score| (f64::from(score) * 1000.0).round() / 1000.0),
            })
        })
        .collect();
    let compared = Compared::by_place(document, predicted, Mode::Strict, scope);
    for relation in compared.found.iter().filter(|(key, _)| compared.is_right(key)).flat_map(|(_, all)| all) {
        let end = |i: usize| (predicted.mentions[i].span, predicted.mentions[i].entity_type);
        let item = Item::Relation {
            subject: end(relation.subject),
            predicate: relation.predicate.clone(),
            object: end(relation.object),
            negated: relation.negated,
        };
        relations.push(json!({
            "kind": "right", "item": spelled(&item), "gold": null, "rule": relation.rule,
            "score": relation.score.map(|score| (f64::from(score) * 1000.0).round() / 1000.0),
        }));
    }
    relations.sort_by_key(|relation| relation["item"]["at"].as_u64());
    json!({"id": document.article.id, "text": text, "spans": spans, "relations": relations})
}

/// The names of an article, right and wrong, with their places.
fn spans(
    document: &Document,
    predicted: &Labels,
    evaluation: &Evaluation,
    points: &CodePoints<'_>,
) -> Vec<Value> {
    let scope = &evaluation.scope;
    let (gold, found) = (names(&document.labels, scope), names(predicted, scope));
    let name = |(span, entity_type): Name| {
        let (start, end) = points.of_span(span);
        json!([start, end, entity_type.as_str()])
    };
    align(&gold, &found)
        .into_iter()
        .map(|pair| {
            let (gold, found) = (pair.gold.map(|i| gold[i]), pair.predicted.map(|i| found[i]));
            let kind = match (gold, found) {
                (Some(gold), Some(found)) => match (gold.0 == found.0, gold.1 == found.1) {
                    (true, true) => "right",
                    (true, false) => Kind::WrongType.as_str(),
                    (false, true) => Kind::WrongBoundary.as_str(),
                    (false, false) => Kind::WrongTypeAndBoundary.as_str(),
                },
                (Some(_), None) => Kind::Missed.as_str(),
                _ => Kind::Spurious.as_str(),
            };
            json!({"kind": kind, "gold": gold.map(name), "found": found.map(name)})
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entity::EntityType;
    use crate::error::Place;
    use crate::eval::errors::mistakes;
    use crate::eval::labels::Mention;
    use crate::eval::report;
    use crate::text::Article;

    #[test]
    fn text_that_looks_like_html_cannot_leave_the_data() {
        let text = "</script><img src=x onerror=alert(1)> Ana";
        let labels = Labels {
            mentions: vec![Mention::new(Span::new(38, 41), EntityType::Per)],
            relations: Vec::new(),
        };
        let article = Article { id: "<b>".into(), text: text.into(), ..Article::default() };
        let place = Place::file("g");
        let document = Document { article, place, labels, annotated_types: None };
        let gold = Gold { documents: vec![document], has_mentions: true, ..Gold::default() };
        let evaluation = Evaluation::of(&gold, vec![Labels::default()], None);
        let scores = report::json(&gold, &evaluation);
        let page = page(&gold, &evaluation, &scores, &mistakes(&gold, &evaluation));
        assert!(!page.contains("<img") && !page.contains("<b>"));
        assert_eq!(page.matches("</script>").count(), 2, "the data and the script of the page");
        let (_, data) = page.split_once("id=\"data\">").unwrap();
        let (data, _) = data.split_once("</script>").unwrap();
        let data: Value = serde_json::from_str(data).unwrap();
        assert_eq!(data["articles"][0]["text"], text);
        assert_eq!(data["articles"][0]["spans"][0]["kind"], "missed");
    }

    #[test]
    fn the_page_loads_nothing() {
        for word in ["http:", "https:", "src=", "@import", "url(", "<link", "fetch(", "innerHTML"] {
            assert!(!PAGE.contains(word), "{word}");
        }
        assert_eq!(PAGE.matches(DATA).count(), 1);
    }
}
