//! Hand labels from files, one reader per format, distinguished by content.
//!
//! # Example
//!
//! ```
//! use std::fs;
//!
//! use triplewire::eval::gold::{self, Tables};
//!
//! let folder = tempfile::tempdir()?;
//! let write = |name: &str, content: &str| fs::write(folder.path().join(name), content);
//! write("a.txt", "Ana Ruiz leads Acme.")?;
//! let mentions = "article,start,end,text,type,entity\n\
//!                 a,0,8,Ana Ruiz,PER,Ana Ruiz\n\
//!                 a,15,19,Acme,ORG,Acme\n";
//! write("mentions.csv", mentions)?;
//! write("relations.csv", "article,subject,predicate,object\na,Ana Ruiz,leads,Acme\n")?;
//!
//! let gold = gold::read(folder.path(), &[])?;
//! assert!(gold.problems.is_empty(), "{:?}", gold.problems);
//! let labels = &gold.documents[0].labels;
//! assert_eq!((labels.mentions.len(), labels.relations[0].predicate.as_str()), (2, "leads"));
//!
//! // The tables alone, without their texts.
//! let tables = Tables::read(folder.path(), &mut Vec::new())?;
//! assert!(tables.has_mentions() && !tables.has_negation() && tables.articles().contains("a"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod align;
mod brat;
pub(crate) mod conll;
mod jsonl;
mod label_studio;
mod tables;
mod text_file;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::entity::{Aliases, clean_name};
use crate::error::{Error, Place, Problem, Result, words};
use crate::eval::labels::Document;
use crate::input::ids::Ids;
use crate::output::annotation::article_id;
use crate::relation::Predicates;
use crate::system;
use crate::text::Span;

pub use tables::Tables;
pub(in crate::eval) use tables::rows;
use text_file::read_text;

/// Everything labelled by hand, and everything that was wrong with it. [An example](crate::eval::Evaluation).
#[derive(Debug, Clone, Default)]
pub struct Gold {
    /// In the order of the files and lines; identifiers are unique.
    pub documents: Vec<Document>,
    /// What could not be used as it stands, item by item.
    pub problems: Vec<Problem>,
    /// The formats found, for people.
    pub formats: Vec<&'static str>,
    /// Whether names are labelled at all: not in a folder with only `relations.csv`.
    pub has_mentions: bool,
    /// Whether labels say which relations the text denies.
    pub has_negation: bool,
    /// The predicates that are ours.
    pub predicates: Predicates,
}

impl Gold {
    /// Keeps the documents of these articles only. Returns the articles that there are none of.
    pub fn keep<'a>(&mut self, articles: &BTreeSet<&'a str>) -> Vec<&'a str> {
        let there: BTreeSet<String> = self.documents.iter().map(|d| d.article.id.clone()).collect();
        self.documents.retain(|document| articles.contains(document.article.id.as_str()));
        articles.iter().copied().filter(|id| !there.contains(*id)).collect()
    }

    /// Cuts every name as the program cuts its own (titles, possessives, full stops), for a gold that labels
    /// more; see [`clean_name`]. Returns how many were changed. A name of which nothing is left, or that would
    /// become one that is labelled already, stays as it is.
    pub fn clean_names(&mut self, aliases: &Aliases) -> usize {
        let mut changed = 0;
        for document in &mut self.documents {
            let mut taken: BTreeSet<Span> = document.labels.mentions.iter().map(|m| m.span).collect();
            for mention in &mut document.labels.mentions {
                let clean = clean_name(aliases, &document.article.text, mention.span, mention.entity_type);
                if let Some(span) = clean.filter(|&span| taken.insert(span)) {
                    mention.span = span;
                    changed += 1;
                }
            }
        }
        changed
    }
}

/// Reads a file or folder of hand labels. `texts` are the inputs of `extract` in which a folder of
/// CSVs finds its articles; without any, they are the text files beside it. [An example](crate::eval::Evaluation).
///
/// # Errors
/// If there is no such file, it is of no known format, or it holds no document.
pub fn read(path: &Path, texts: &[PathBuf]) -> Result<Gold> {
    let mut gold = Gold::default();
    if path.is_dir() {
        read_folder(path, texts, &mut gold)?
    } else {
        read_file(path, texts, &mut gold)?
    }
    make_ids_unique(&mut gold);
    // Without a column for it, a gold that denies a relation anywhere says of all which are denied.
    gold.has_negation |= gold.documents.iter().any(|d| d.labels.relations.iter().any(|r| r.negated));
    if gold.documents.is_empty() {
        let why = gold.problems.first().map_or_else(String::new, |problem| format!(" ({problem})"));
        return Err(Error::Usage(format!(
            "{}: no labelled document can be read{why}. See the formats in `triplewire evaluate --help`",
            path.display()
        )));
    }
    Ok(gold)
}

fn read_folder(folder: &Path, texts: &[PathBuf], gold: &mut Gold) -> Result<()> {
    // A data set keeps its tables in `labels`, beside `texts`.
    for tables in [folder.to_path_buf(), folder.join("labels")] {
        if Tables::are_in(&tables) {
            return read_tables(&tables, texts, gold);
        }
    }
    let mut files = Vec::new();
    for entry in walkdir::WalkDir::new(folder).sort_by_file_name() {
        let entry = entry.map_err(|error| {
            let at = error.path().unwrap_or(folder).to_path_buf();
            Error::io(at, error.into(), "Check that the folder can be read")
        })?;
        if entry.file_type().is_file() {
            files.push(entry.into_path());
        }
    }
    let annotated: Vec<&PathBuf> = files.iter().filter(|file| has_extension(file, "ann")).collect();
    if !annotated.is_empty() {
        for ann in annotated {
            let id = ann.strip_prefix(folder).unwrap_or(ann).with_extension("");
            read_brat(ann, &article_id(&system::slashed(&id)), gold)?;
        }
        return Ok(());
    }
    let mut found = false;
    for file in &files {
        if ["jsonl", "ndjson", "json", "conll", "tsv", "iob", "iob2", "bio"]
            .iter()
            .any(|e| has_extension(file, e))
        {
            found = true;
            read_file(file, texts, gold)?;
        }
    }
    if found {
        return Ok(());
    }
    Err(Error::Usage(format!(
        "{}: no hand labels there. Expected mentions.csv or relations.csv, .ann files, or .jsonl, .json or .conll files",
        folder.display()
    )))
}

fn read_file(path: &Path, texts: &[PathBuf], gold: &mut Gold) -> Result<()> {
    if has_extension(path, "ann") || (has_extension(path, "txt") && path.with_extension("ann").is_file()) {
        let stem = stem(path);
        return read_brat(&path.with_extension("ann"), &article_id(&stem), gold);
    }
    if has_extension(path, "csv") && Tables::are_in(parent(path)) {
        return read_tables(parent(path), texts, gold);
    }
    let content = read_text(path, &mut gold.problems)?;
    if content.trim().is_empty() {
        let remedy = "See the formats of labels in `triplewire evaluate --help`";
        return Err(Error::config(Place::file(path), "the file is empty", remedy));
    }
    let stem = stem(path);
    if content.trim_start().starts_with('[') {
        let tasks: Vec<Value> = serde_json::from_str(&content)
            .map_err(|error| Error::config(Place::file(path), words::json(&error), "Export it again"))?;
        found(gold, "Label Studio JSON");
        gold.documents.extend(label_studio::read(path, &tasks, &mut gold.problems));
    } else if jsonl::is_jsonl(&content) {
        found(gold, "JSON Lines");
        gold.documents.extend(jsonl::read(path, &stem, &content, &mut gold.problems));
    } else if conll::is_conll(&content) {
        found(gold, "CoNLL");
        gold.documents.extend(conll::read(path, &stem, &content, &mut gold.problems));
    } else {
        return Err(Error::Usage(format!(
            "{}: its format is not known. Expected doccano or Prodigy JSON Lines, Label Studio JSON, \
             CoNLL (token, tab, tag), brat (.ann beside .txt), or a folder with mentions.csv",
            path.display()
        )));
    }
    gold.has_mentions = true;
    Ok(())
}

fn read_brat(ann: &Path, id: &str, gold: &mut Gold) -> Result<()> {
    found(gold, "brat");
    gold.has_mentions = true;
    gold.documents.push(brat::read(ann, id, &mut gold.problems)?);
    Ok(())
}

fn read_tables(folder: &Path, texts: &[PathBuf], gold: &mut Gold) -> Result<()> {
    found(gold, "CSV");
    let tables = Tables::read(folder, &mut gold.problems)?;
    gold.has_mentions |= tables.has_mentions();
    gold.has_negation |= tables.has_negation();
    gold.documents.extend(tables.documents(texts, &mut gold.problems)?);
    Ok(())
}

fn found(gold: &mut Gold, format: &'static str) {
    if !gold.formats.contains(&format) {
        gold.formats.push(format);
    }
}

fn make_ids_unique(gold: &mut Gold) {
    let mut ids = Ids::default();
    for document in &mut gold.documents {
        let Some(free) = ids.take(&document.article.id) else { continue };
        let old = std::mem::replace(&mut document.article.id, free);
        gold.problems.push(Problem::mended(
            document.place.clone(),
            format!("two documents are called `{old}`"),
            format!("This one is called `{}` here", document.article.id),
        ));
    }
}

fn has_extension(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|e| e.eq_ignore_ascii_case(extension))
}

fn stem(path: &Path) -> String {
    path.file_stem().map_or_else(|| "gold".to_owned(), |stem| stem.to_string_lossy().into_owned())
}

fn parent(path: &Path) -> &Path {
    path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
