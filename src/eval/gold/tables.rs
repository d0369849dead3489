//! `mentions.csv` and `relations.csv`: written by `triplewire extract`, or by hand in a spreadsheet.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::error::{Error, Place, Problem, Result, words};
use crate::eval::gold::align::{Aligner, RawMention};
use crate::eval::gold::text_file::read_text;
use crate::eval::labels::{Attributes, Document, Labels, Relation};
use crate::input;
use crate::output::annotation::{article_id, flat_name};
use crate::output::unguarded;
use crate::text::{Article, Table};

/// The rows of both files, by article.
///
/// See the [example](crate::eval::gold#example).
#[derive(Debug, Default)]
pub struct Tables {
    folder: PathBuf,
    mentions: Option<BTreeMap<String, Vec<(u64, MentionRow)>>>,
    relations: Option<BTreeMap<String, Vec<(u64, RelationRow)>>>,
    /// The columns of `relations.csv`.
    columns: BTreeSet<String>,
}

/// A row of `mentions.csv`; columns are found by name, others are ignored.
#[derive(Debug, serde::Deserialize)]
struct MentionRow {
    article: String,
    #[serde(default)]
    start: Option<i64>,
    #[serde(default)]
    end: Option<i64>,
    #[serde(default)]
    text: Option<String>,
    #[serde(rename = "type")]
    entity_type: String,
    #[serde(default)]
    score: Option<f32>,
    #[serde(default)]
    entity: Option<String>,
}

/// A row of `relations.csv`.
#[derive(Debug, serde::Deserialize)]
struct RelationRow {
    article: String,
    subject: String,
    #[serde(default)]
    subject_type: String,
    predicate: String,
    object: String,
    #[serde(default)]
    object_type: String,
    #[serde(default)]
    score: Option<f32>,
    #[serde(default)]
    negated: Option<String>,
    #[serde(default)]
    rule: Option<String>,
    #[serde(default)]
    subject_start: Option<i64>,
    #[serde(default)]
    subject_end: Option<i64>,
    #[serde(default)]
    object_start: Option<i64>,
    #[serde(default)]
    object_end: Option<i64>,
    #[serde(default)]
    sentence: Option<String>,
    #[serde(default)]
    via: Option<String>,
    #[serde(default)]
    optional: Option<String>,
    #[serde(default)]
    certainty: Option<String>,
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    event_date: Option<String>,
}

impl Tables {
    /// Whether the folder has either file.
    pub fn are_in(folder: &Path) -> bool {
        ["mentions.csv", "relations.csv"].iter().any(|name| folder.join(name).is_file())
    }

    /// Reads both files, whichever are there. Rows that cannot be read are reported one by one.
    ///
    /// # Errors
    /// If a file cannot be read, or lacks a column without which it means nothing.
    pub fn read(folder: &Path, problems: &mut Vec<Problem>) -> Result<Self> {
        let mut tables = Tables { folder: folder.to_path_buf(), ..Tables::default() };
        let path = folder.join("mentions.csv");
        if path.is_file() {
            let (rows, _) = rows(&path, &["article", "type"], problems, |row: &MentionRow| {
                unguarded(&row.article).to_owned()
            })?;
            tables.mentions = Some(rows);
        }
        let path = folder.join("relations.csv");
        if path.is_file() {
            let needed = ["article", "subject", "predicate", "object"];
            let (rows, header) =
                rows(&path, &needed, problems, |row: &RelationRow| unguarded(&row.article).to_owned())?;
            tables.relations = Some(rows);
            tables.columns = header;
        }
        Ok(tables)
    }

    /// Whether there is a `mentions.csv`.
    pub fn has_mentions(&self) -> bool {
        self.mentions.is_some()
    }

    /// Whether `relations.csv` says which relations are negated.
    pub fn has_negation(&self) -> bool {
        self.columns.contains("negated")
    }

    /// The articles that have rows, sorted.
    pub fn articles(&self) -> BTreeSet<&str> {
        let mentions = self.mentions.iter().flat_map(BTreeMap::keys);
        let relations = self.relations.iter().flat_map(BTreeMap::keys);
        mentions.chain(relations).map(String::as_str).collect()
    }

    /// The labels of one article, put on its text.
    pub fn labels(&self, article: &str, text: &str, problems: &mut Vec<Problem>) -> Labels {
        let mut aligner = Aligner::new(article, text, problems);
        let path = self.folder.join("mentions.csv");
        let rows = self.mentions.as_ref().and_then(|rows| rows.get(article));
        for (line, row) in rows.into_iter().flatten() {
            let raw = RawMention {
                start: row.start,
                end: row.end,
                label: row.entity_type.clone(),
                text: row.text.clone().filter(|text| !text.is_empty()),
                entity: cell(row.entity.as_deref()),
                score: row.score,
                ..RawMention::default()
            };
            aligner.mention(raw, &Place::line(&path, *line));
        }
        let path = self.folder.join("relations.csv");
        let rows = self.relations.as_ref().and_then(|rows| rows.get(article));
        for (line, row) in rows.into_iter().flatten() {
            self.relation(row, &Place::line(&path, *line), &mut aligner);
        }
        aligner.finish()
    }

    fn relation(&self, row: &RelationRow, place: &Place, aligner: &mut Aligner<'_>) {
        let sentence = cell(row.sentence.as_deref());
        let ends = [
            (row.subject_start, row.subject_end, &row.subject, &row.subject_type),
            (row.object_start, row.object_end, &row.object, &row.object_type),
        ];
        let mut by_entity = false;
        let mut found = [None; 2];
        // The object first: the mention of a second name is then not taken for that of the full one.
        for i in [1, 0] {
            let (start, end, name, label) = ends[i];
            let there = start.zip(end).and_then(|(start, end)| aligner.at(start, end));
            let is_anaphor =
                there.is_none() && start.zip(end).is_some_and(|(start, end)| aligner.is_anaphor(start, end));
            let of_entity = (is_anaphor || (start.is_none() && end.is_none())).then(|| {
                let words = || sentence.as_deref().map_or(0, |words| aligner.start_of(words));
                let near = start.map_or_else(words, |start| aligner.byte_at(start));
                aligner.of_entity(unguarded(name), near, found[1])
            });
            let of_entity = of_entity.flatten();
            if is_anaphor && of_entity.is_none() {
                // Labels are about names: of "he leads Acme" they have the name of the person.
                return;
            }
            by_entity |= of_entity.is_some();
            found[i] = of_entity.or(there).or_else(|| {
                if self.mentions.is_some() && start.is_some() {
                    let message = format!("`{name}` of relation {} is not in mentions.csv", row.predicate);
                    aligner.mend(place, message, "Used for this relation only");
                }
                let raw = RawMention {
                    start,
                    end,
                    // A second name that is no mention has the type of the first.
                    label: if label.trim().is_empty() { ends[1 - i].3 } else { label }.clone(),
                    // With offsets the cell holds the name of the entity, not the words in the text.
                    text: start.is_none().then(|| name.clone()),
                    argument_only: true,
                    ..RawMention::default()
                };
                aligner.mention(raw, place)
            });
            if found[i].is_none() {
                let message = format!("relation {} lacks its `{name}`", row.predicate);
                return aligner.skip(place, message, "Left out: mend its offsets");
            }
        }
        let [Some(subject), Some(object)] = found else { return };
        let relation =
            Relation { subject, object, by_entity, sentence, ..self.relation_of(row, place, aligner) };
        aligner.relation_between(relation, place);
    }

    /// What a row says of a relation beside its arguments and its sentence.
    fn relation_of(&self, row: &RelationRow, place: &Place, aligner: &mut Aligner<'_>) -> Relation {
        Relation {
            predicate: row.predicate.trim().to_owned(),
            negated: row.negated.as_deref().is_some_and(is_yes),
            attributes: self.attributes(row, place, aligner),
            score: row.score,
            rule: row.rule.clone().filter(|rule| !rule.is_empty()),
            optional: row.optional.as_deref().is_some_and(is_yes),
            via: cell(row.via.as_deref()),
            ..Relation::default()
        }
    }

    /// The attributes that a row gives its relation. A cell that cannot be read is reported and gives none.
    fn attributes(&self, row: &RelationRow, place: &Place, aligner: &mut Aligner<'_>) -> Attributes {
        let mut unread = |message: String| aligner.mend(place, message, "Not compared: mend the cell");
        let mut word = |column: &str, value: &Option<String>, words: &str| {
            let value = cell(value.as_deref())?.to_ascii_lowercase();
            let known = words.split(", ").any(|word| word == value);
            if !known {
                unread(format!("{column} `{value}` is none of {words}"));
            }
            known.then_some(value)
        };
        let certainty = word("certainty", &row.certainty, "stated, reported, alleged");
        let status = word("status", &row.status, "current, former, planned");
        let event_date = match cell(row.event_date.as_deref()).map(|date| date.parse()) {
            Some(Ok(date)) => Some(Some(date)),
            Some(Err(message)) => {
                unread(format!("event_date: {message}"));
                None
            }
            // An empty cell says that there is none, and no column says nothing.
            None => self.columns.contains("event_date").then_some(None),
        };
        Attributes {
            certainty: certainty.and_then(|word| serde_json::from_value(word.into()).ok()),
            status: status.and_then(|word| serde_json::from_value(word.into()).ok()),
            event_date,
        }
    }

    /// Every article as a hand-labelled document.
    ///
    /// The texts are those of the inputs `texts`; only articles that have a row are documents then,
    /// because the others may never have been labelled. Without any `texts`, they are
    /// `<article>.txt` in the folder, in the one above it or in a folder `texts` beside it, and a text in the
    /// folder itself or in `texts` that has no row is a document in which nothing is to be found.
    ///
    /// # Errors
    /// If an input does not exist, or the folder cannot be read.
    pub fn documents(&self, texts: &[PathBuf], problems: &mut Vec<Problem>) -> Result<Vec<Document>> {
        let articles: BTreeSet<String> = self.articles().into_iter().map(str::to_owned).collect();
        let (found, place) = if texts.is_empty() {
            (
                self.texts_beside(articles.clone(), problems)?,
                "in the folder, in the one above it or in `texts` beside it",
            )
        } else {
            let mut found = BTreeMap::new();
            for article in read_articles(texts, problems)? {
                if articles.contains(&article.id) {
                    found.insert(article.id.clone(), (article, Place::file(&self.folder)));
                }
            }
            (found, "in the texts given")
        };
        for article in articles.iter().filter(|id| !found.contains_key(*id)) {
            problems.push(Problem::skipped(
                Place::file(&self.folder),
                format!("article {article}: there is no text of that name ({article}.txt) {place}"),
                "The document is left out: put its text there, or name the input it is in with --texts",
            ));
        }
        let document = |(article, place): (Article, Place)| {
            let labels = self.labels(&article.id, &article.text, problems);
            Document { article, place, labels, annotated_types: None }
        };
        Ok(found.into_values().map(document).collect())
    }

    /// The text files in the folder and in `texts` beside it, and those above it that are asked for.
    fn texts_beside(
        &self,
        mut articles: BTreeSet<String>,
        problems: &mut Vec<Problem>,
    ) -> Result<BTreeMap<String, (Article, Place)>> {
        let above = match self.folder.parent() {
            Some(parent) if parent.as_os_str().is_empty() => PathBuf::from("."),
            Some(parent) => parent.to_path_buf(),
            None => self.folder.clone(),
        };
        let beside = above.join("texts");
        let known: BTreeSet<String> = articles.iter().map(|id| flat_name(id)).collect();
        let mut unknown = texts_in(&self.folder)?;
        if beside.is_dir() {
            unknown.extend(texts_in(&beside)?);
        }
        unknown.retain(|stem| !known.contains(stem));
        articles.extend(unknown.iter().map(|stem| article_id(stem)));
        let mut found = BTreeMap::new();
        for id in articles {
            // The second name is the one that `triplewire label` gives an identifier that is no file name.
            let names = [format!("{id}.txt"), format!("{}.txt", flat_name(&id))];
            let folders = [&self.folder, &above, &beside];
            let paths = names.iter().flat_map(|name| folders.map(|folder| folder.join(name)));
            let path = paths.into_iter().find(|path| path.is_file());
            let Some(path) = path else { continue };
            for article in read_articles(std::slice::from_ref(&path), problems)? {
                found.insert(id.clone(), (Article { id: id.clone(), ..article }, Place::file(&path)));
            }
        }
        Ok(found)
    }
}

/// The articles that `extract` would read: the same text for the same file, whatever its encoding.
fn read_articles(inputs: &[PathBuf], problems: &mut Vec<Problem>) -> Result<Vec<Article>> {
    let mut articles = Vec::new();
    for item in input::open(inputs, input::Options::default())? {
        match item {
            input::Item::Article(article) => articles.push(article),
            input::Item::Problem(problem) => problems.push(problem),
        }
    }
    Ok(articles)
}

/// The names, without extension, of the text files right in a folder.
fn texts_in(folder: &Path) -> Result<Vec<String>> {
    let unreadable = |error| Error::io(folder, error, "Check that the folder can be read");
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|e| e == "txt") {
            names.extend(path.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
        }
    }
    Ok(names)
}

/// What a cell holds; `None` if that is nothing.
fn cell(cell: Option<&str>) -> Option<String> {
    cell.map(unguarded).filter(|cell| !cell.is_empty()).map(str::to_owned)
}

fn is_yes(cell: &str) -> bool {
    matches!(cell.trim().to_ascii_lowercase().as_str(), "true" | "1" | "yes" | "y" | "x")
}

pub(in crate::eval) type ByArticle<R> = BTreeMap<String, Vec<(u64, R)>>;

/// The rows of a table by article, with their lines, and the header.
pub(in crate::eval) fn rows<R: serde::de::DeserializeOwned>(
    path: &Path,
    needed: &[&str],
    problems: &mut Vec<Problem>,
    article: impl Fn(&R) -> String,
) -> Result<(ByArticle<R>, BTreeSet<String>)> {
    let content = read_text(path, problems)?;
    let table = Table::open(content.as_bytes()).map_err(|error| {
        let problem = words::csv(&error, &csv::StringRecord::new());
        Error::config(Place::file(path), problem, "Save it as CSV in UTF-8")
    })?;
    let header = table.header.clone();
    let names: BTreeSet<String> = header.iter().map(str::to_owned).collect();
    if let Some(missing) = needed.iter().find(|&&name| !names.contains(name)) {
        return Err(Error::config(
            Place::line(path, 1),
            format!("there is no column `{missing}`"),
            format!("The first line must name the columns; at least {} are needed", needed.join(", ")),
        ));
    }
    let mut found: ByArticle<R> = BTreeMap::new();
    for row in table.rows() {
        let (line, row) = match row {
            Ok((line, record)) => (line, record.deserialize::<R>(Some(&header))),
            Err((line, error)) => (line, Err(error)),
        };
        match row {
            Ok(row) => found.entry(article(&row)).or_default().push((line, row)),
            Err(error) => problems.push(Problem::skipped(
                Place::line(path, line),
                words::csv(&error, &header),
                "Left out: mend it",
            )),
        }
    }
    Ok((found, names))
}

#[cfg(test)]
mod tests;
