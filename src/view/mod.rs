//! `view.html`: one page to explore a result with, that needs no network.
//!
//! [`page`] reads a result folder. `select` says which triples are shown where there are too many, `data` puts those and what
//! stands behind them into columns. The page itself is `page.html`, `style.css` and the scripts beside them, in the order in which they need each other:
//!
//! - `result.js` unpacks the columns; `words.js` has plain words for codes; `dom.js` makes elements;
//! - `search.js`, `filters.js` and `path.js` find things;
//! - `evidence.js`, `card.js`, `layout.js` and `graph.js`, `timeline.js` and `table.js` draw one part of the page each;
//! - `page.js` knows what is chosen.
//!
//! The data are JSON in an element that does not run; the scripts make text nodes of them, never markup. A policy in the page
//! lets nothing run but these scripts, and nothing load.
//!
//! # Example
//!
//! ```
//! # use triplewire::{entity, input, output, pipeline, relation, text};
//! # let read = relation::Bracketed::text("[PER Ana Ruiz] is the president of [ORG Acme].");
//! # let rules = relation::RuleSet::built_in();
//! # let relations = relation::Matcher::new(&rules)?.relations(read.document());
//! # let names = entity::Names { mentions: read.mentions, entities: read.entities, ..Default::default() };
//! # let article = text::Article { id: "a".into(), text: read.text, ..Default::default() };
//! # let (sentences, syntax, left_out) = (read.sentences, Vec::new(), 0);
//! # let found = pipeline::Extraction { article, sentences, syntax, names, relations, left_out };
//! # let folder = tempfile::tempdir()?;
//! # let mut writer = output::Output::open(folder.path(), input::Shard::WHOLE, false)?;
//! # writer.add(&pipeline::Delivery::Extraction(Box::new(found)))?;
//! # let run = output::Run { complete: true, ..Default::default() };
//! # writer.tables(output::Making::new(rules.predicates()))?.name(&run)?;
//! # writer.close(true)?;
//! use std::fs;
//!
//! use triplewire::export::result::ResultFolder;
//! use triplewire::view::{self, Limits};
//!
//! // The folder that `triplewire extract --out` wrote.
//! let result = ResultFolder::open(folder.path())?;
//! let page = view::page(&result, Limits { triples: 1000, ..Limits::default() })?;
//! assert!(page.triples > 0 && page.left_out == 0);
//! assert!(page.html.contains("Ana Ruiz"));
//! fs::write(folder.path().join(view::FILE), page.html)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod data;
mod limits;
mod select;

use std::sync::LazyLock;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest as _, Sha256};

use crate::error::Result;
use crate::export::result::ResultFolder;

pub use limits::Limits;

/// The name of the page in a result folder.
///
/// See the [example](crate::view#example).
pub const FILE: &str = "view.html";

/// A page.
///
/// See the [example](crate::view#example).
#[derive(Debug)]
pub struct Page {
    /// What to write to the file.
    pub html: String,
    /// How many triples it shows.
    pub triples: usize,
    /// How many triples the result has more.
    pub left_out: usize,
}

/// Makes the page of a result.
///
/// See the [example](crate::view#example).
///
/// # Errors
/// If a table cannot be read.
pub fn page(result: &ResultFolder, limits: Limits) -> Result<Page> {
    let data = data::read(result, limits)?;
    let (triples, left_out) = (data.triples(), data.triples_left_out());
    Ok(Page { html: assemble(&data.json()), triples, left_out })
}

/// Whether a file that begins so is such a page.
pub(crate) fn is_page(start: &[u8]) -> bool {
    let start = String::from_utf8_lossy(start);
    start.starts_with("<!doctype html>") && start.contains("<title>Triplewire</title>")
}

/// Line ends as a browser sees them, whatever a checkout made of them: else the hashes of the policy would not fit.
fn text(file: &str) -> String {
    file.replace("\r\n", "\n")
}

static STYLE: LazyLock<String> = LazyLock::new(|| text(include_str!("style.css")));

static SCRIPT: LazyLock<String> = LazyLock::new(|| {
    let files = [
        include_str!("result.js"),
        include_str!("words.js"),
        include_str!("dom.js"),
        include_str!("search.js"),
        include_str!("filters.js"),
        include_str!("path.js"),
        include_str!("evidence.js"),
        include_str!("card.js"),
        include_str!("layout.js"),
        include_str!("graph.js"),
        include_str!("timeline.js"),
        include_str!("table.js"),
        include_str!("page.js"),
    ];
    format!("(() => {{\n\"use strict\";\n\n{}}})();\n", files.map(text).join("\n"))
});

/// Only our own script and style, by their hashes, and nothing from anywhere.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let hash = |text: &str| BASE64_STANDARD.encode(Sha256::digest(text));
    format!(
        "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        hash(&SCRIPT),
        hash(&STYLE)
    )
});

/// Fills the slots of `page.html`. What goes into one is not searched for others.
fn assemble(data: &str) -> String {
    let page = text(include_str!("page.html"));
    let mut parts = page.split("{{");
    let mut html = parts.next().unwrap_or_default().to_owned();
    html.reserve(page.len() + SCRIPT.len() + data.len());
    for part in parts {
        let (slot, rest) = part.split_once("}}").unwrap_or((part, ""));
        html.push_str(match slot {
            "policy" => &POLICY,
            "style" => &STYLE,
            "script" => &SCRIPT,
            _ => data,
        });
        html.push_str(rest);
    }
    html
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::export::sample;
    use crate::output::Style;

    fn of_sample(limits: Limits) -> (Page, Value) {
        let folder = sample::written(Style::default());
        let page = page(&ResultFolder::open(folder.path()).unwrap(), limits).unwrap();
        let (_, data) = page.html.split_once("id=\"data\">").unwrap();
        let (data, _) = data.split_once("</script>").unwrap();
        let data = serde_json::from_str(data).unwrap();
        (page, data)
    }

    #[test]
    fn every_slot_is_filled_once() {
        let page = text(include_str!("page.html"));
        for slot in ["{{policy}}", "{{style}}", "{{script}}", "{{data}}"] {
            assert_eq!(page.matches(slot).count(), 1, "{slot}");
        }
        assert_eq!(page.matches("{{").count(), 4);
        assert!(!STYLE.contains("</style") && !SCRIPT.contains("</script"));
        assert!(is_page(assemble("").get(..1000).unwrap().as_bytes()) && !is_page(b"<!doctype html>"));
        // What stands in the data stays as it is, even if it looks like a slot.
        assert!(assemble("\"{{script}}\"").contains("\"{{script}}\""));
    }

    #[test]
    fn the_page_loads_nothing_and_makes_no_markup_of_data() {
        // The name of SVG is an address that is never opened, and a reader may follow a link to Wikidata.
        let shell = ["http://www.w3.org/2000/svg", "https://www.wikidata.org/wiki/"]
            .into_iter()
            .fold(assemble("{}"), |shell, address| shell.replace(address, ""));
        for word in [
            "http:",
            "https:",
            "src=",
            "@import",
            "url(",
            "<link",
            "fetch(",
            "XMLHttpRequest",
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            "new Function",
            "style=",
            " onclick=",
        ] {
            assert!(!shell.contains(word), "{word}");
        }
        assert!(shell.contains("default-src 'none'"));
    }

    #[test]
    fn text_that_looks_like_html_cannot_leave_the_data() {
        let (page, data) = of_sample(Limits::default());
        assert!(!page.html.contains("<leads>"));
        assert!(page.html.contains("\\u003cleads>"));
        let sentences = data["sentences"].as_array().unwrap();
        assert!(sentences.iter().any(|it| it.as_str().unwrap().contains("<leads>\n\"Acme & Söhne\"")));
        assert_eq!(page.html.matches("</script>").count(), 2, "the data and the script of the page");
    }

    #[test]
    fn every_triple_has_its_evidence_with_subject_and_object_marked() {
        let (page, data) = of_sample(Limits::default());
        assert_eq!((page.triples, page.left_out), (sample::TRIPLES.len(), 0));
        let numbers = |path: &str| -> Vec<usize> {
            let column = data.pointer(path).unwrap().as_array().unwrap();
            column.iter().map(|it| it.as_u64().unwrap() as usize).collect()
        };
        let kept = numbers("/triples/kept");
        assert_eq!(data["entities"]["external"], serde_json::json!({"2": "Q42"}));
        assert_eq!(data["together"]["sentences"], serde_json::json!([1]));
        // The second one is stated once in each direction.
        assert_eq!(kept[..3], [2, 2, 1]);
        let (starts, lengths) = (numbers("/evidence/subject_start"), numbers("/evidence/subject_length"));
        let first: Vec<u16> = data["sentences"][0].as_str().unwrap().encode_utf16().collect();
        let marked = String::from_utf16(&first[starts[0]..starts[0] + lengths[0]]).unwrap();
        assert_eq!(marked, "Ana Ruiz");
    }

    #[test]
    fn the_best_connected_are_kept_and_the_page_says_what_is_not() {
        let limits = Limits { triples: 3, evidence: 3, others: 0, together: 0 };
        let (page, data) = of_sample(limits);
        assert!(page.triples > 0 && page.triples <= 3);
        assert_eq!(page.triples + page.left_out, sample::TRIPLES.len());
        assert_eq!(data["left_out"]["triples"], page.left_out);
        assert_eq!(data["totals"]["triples"], sample::TRIPLES.len());
        assert!(data["left_out"]["names"].as_u64().unwrap() > 0);
        assert_eq!(data["evidence"]["article"].as_array().unwrap().len(), page.triples);
    }
}
