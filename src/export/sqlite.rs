//! A SQLite database: the tables typed and with keys, indexes, full-text search over sentences, and views that answer
//! common questions. A sentence stands once, though many relations and mentions rest on it.

use std::collections::HashMap;
use std::path::Path;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, Statement, ToSql, params};

use crate::error::Result;
use crate::export::Exported;
use crate::export::filter::{Filter, Selection};
use crate::export::result::{ResultFolder, number_of};
use crate::export::tables::{
    ARTICLES, COOCCURRENCES, Column, DUPLICATES, ENTITIES, Kind, MENTIONS, RELATIONS, TRIPLES, Value,
};
use crate::output::{LIST_SEPARATOR, Whole, temporary, unwritable};

/// Indexes, search and views, which are made when the rows are in.
const FINISH: &str = include_str!("sqlite.sql");

/// What goes wrong between a row and a database.
enum Failure {
    Read(crate::error::Error),
    Write(rusqlite::Error),
}

impl From<crate::error::Error> for Failure {
    fn from(error: crate::error::Error) -> Self {
        Failure::Read(error)
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Failure::Write(error)
    }
}

pub(super) fn write(result: &ResultFolder, filter: &Filter, out: &Path) -> Result<Exported> {
    let file = temporary(out)?;
    let counts = fill(result, filter, file.path()).map_err(|failure| match failure {
        Failure::Read(error) => error,
        Failure::Write(error) => unwritable(out, std::io::Error::other(error)),
    })?;
    let file = Whole::new(out.to_path_buf(), file)?.name()?;
    Ok(Exported { files: vec![file], counts, notes: Vec::new() })
}

fn fill(
    result: &ResultFolder,
    filter: &Filter,
    path: &Path,
) -> std::result::Result<Vec<(&'static str, u64)>, Failure> {
    let selection = Selection::new(result, filter, |_| {})?;
    let mut connection = Connection::open(path)?;
    // The file has a temporary name until it is whole, so that no journal is needed.
    connection.execute_batch(
        "PRAGMA page_size = 8192; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; \
         PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = -65536;",
    )?;
    let transaction = connection.transaction()?;
    let counts = Filling { to: &transaction, result, filter, selection }.fill()?;
    transaction.commit()?;
    connection.close().map_err(|(_, error)| error)?;
    Ok(counts)
}

/// A database that is being filled.
struct Filling<'a> {
    to: &'a Connection,
    result: &'a ResultFolder,
    filter: &'a Filter,
    selection: Selection,
}

/// How many rows were written.
type Written = std::result::Result<u64, Failure>;

impl Filling<'_> {
    /// Fills all tables; gives the names and the rows of each.
    fn fill(&self) -> std::result::Result<Vec<(&'static str, u64)>, Failure> {
        let to = self.to;
        to.execute_batch("CREATE TABLE run (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID")?;
        run(to, self.result, self.filter)?;
        let articles = self.articles()?;
        let mut counts = vec![("articles", articles.len() as u64)];
        counts.push(("entities", self.entities()?));
        counts.push(("triples", self.triples()?));
        to.execute_batch(
            "CREATE TABLE sentences (sentence_id INTEGER PRIMARY KEY, \
             article_id INTEGER NOT NULL REFERENCES articles, sentence TEXT NOT NULL)",
        )?;
        let mut sentences = Sentences::new(to, articles.len())?;
        counts.push(("relations", self.relations(&articles, &mut sentences)?));
        counts.push(("mentions", self.mentions(&articles, &mut sentences)?));
        counts.push(("sentences", sentences.last as u64));
        counts.push(("cooccurrences", self.cooccurrences()?));
        counts.push(("duplicates", self.duplicates()?));
        to.execute_batch(FINISH)?;
        Ok(counts)
    }

    /// The rows of articles, by [`number_of`] their ids.
    fn articles(&self) -> std::result::Result<HashMap<u64, i64>, Failure> {
        let mut insert = create(self.to, "articles", "article_id INTEGER PRIMARY KEY, ", &ARTICLES, &[], 0)?;
        let mut articles: HashMap<u64, i64> = HashMap::new();
        for article in self.result.articles()? {
            let article = article?;
            if self.selection.has_article(&article.article) {
                let id = articles.len() as i64 + 1;
                if articles.insert(number_of(&article.article), id).is_none() {
                    put(&mut insert, &[], &ARTICLES, &article, &[])?;
                }
            }
        }
        Ok(articles)
    }

    /// Entities, and all names that they have.
    fn entities(&self) -> Written {
        let mut insert = create(self.to, "entities", "", &ENTITIES, &[], 0)?;
        self.to.execute_batch(
            "CREATE TABLE names (name TEXT NOT NULL COLLATE NOCASE, entity_id TEXT NOT NULL, is_main INTEGER NOT NULL)",
        )?;
        let mut name = self.to.prepare("INSERT INTO names VALUES (?, ?, ?)")?;
        let mut count = 0;
        for entity in self.result.entities()? {
            let entity = entity?;
            if self.selection.has_entity(&entity.entity_id) {
                put(&mut insert, &[], &ENTITIES, &entity, &[])?;
                name.execute(params![entity.entity, entity.entity_id, true])?;
                for alias in &entity.aliases {
                    name.execute(params![alias, entity.entity_id, false])?;
                }
                count += 1;
            }
        }
        Ok(count)
    }

    fn triples(&self) -> Written {
        let mut insert = create(self.to, "triples", "triple_id INTEGER PRIMARY KEY, ", &TRIPLES, &[], 0)?;
        for triple in self.result.triples()? {
            let triple = triple?;
            if self.filter.takes(&triple) {
                put(&mut insert, &[], &TRIPLES, &triple, &[])?;
            }
        }
        Ok(self.selection.triples.len() as u64)
    }

    fn relations(&self, articles: &HashMap<u64, i64>, sentences: &mut Sentences<'_>) -> Written {
        let selection = &self.selection;
        let keys = "relation_id INTEGER PRIMARY KEY, triple_id INTEGER REFERENCES triples, \
                    article_id INTEGER NOT NULL REFERENCES articles, \
                    sentence_id INTEGER NOT NULL REFERENCES sentences, ";
        let mut insert = create(self.to, "relation_rows", keys, &RELATIONS, &IN_OTHERS, 3)?;
        let mut count = 0;
        for relation in self.result.relations()? {
            let relation = relation?;
            let place = selection.triples.get(&self.result.key_of(&relation));
            let triple = place.map(|place| i64::from(*place) + 1);
            let Some(&article) = articles.get(&number_of(&relation.article)) else { continue };
            if triple.is_none() && selection.left_out > 0 {
                continue;
            }
            let sentence = sentences.id(article, &relation.sentence)?;
            put(&mut insert, &[triple, Some(article), Some(sentence)], &RELATIONS, &relation, &IN_OTHERS)?;
            count += 1;
        }
        Ok(count)
    }

    fn mentions(&self, articles: &HashMap<u64, i64>, sentences: &mut Sentences<'_>) -> Written {
        let keys = "mention_id INTEGER PRIMARY KEY, article_id INTEGER NOT NULL REFERENCES articles, \
                    sentence_id INTEGER NOT NULL REFERENCES sentences, ";
        let mut insert = create(self.to, "mention_rows", keys, &MENTIONS, &IN_OTHERS_OF_MENTIONS, 2)?;
        let mut count = 0;
        for mention in self.result.mentions()? {
            let mention = mention?;
            let Some(&article) = articles.get(&number_of(&mention.article)) else { continue };
            if self.selection.has_entity(&mention.entity_id) {
                let sentence = sentences.id(article, &mention.sentence)?;
                let keys = [Some(article), Some(sentence)];
                put(&mut insert, &keys, &MENTIONS, &mention, &IN_OTHERS_OF_MENTIONS)?;
                count += 1;
            }
        }
        Ok(count)
    }

    fn cooccurrences(&self) -> Written {
        let mut insert = create(self.to, "cooccurrences", "", &COOCCURRENCES, &[], 0)?;
        let mut count = 0;
        for pair in self.result.cooccurrences()? {
            let pair = pair?;
            if self.selection.has_pair(&pair, self.filter) {
                put(&mut insert, &[], &COOCCURRENCES, &pair, &[])?;
                count += 1;
            }
        }
        Ok(count)
    }

    fn duplicates(&self) -> Written {
        let selection = &self.selection;
        let mut insert = create(self.to, "duplicates", "", &DUPLICATES, &[], 0)?;
        let mut count = 0;
        for duplicate in self.result.duplicates()?.into_iter().flatten() {
            let duplicate = duplicate?;
            if selection.has_article(&duplicate.article) || selection.has_article(&duplicate.duplicate_of) {
                put(&mut insert, &[], &DUPLICATES, &duplicate, &[])?;
                count += 1;
            }
        }
        Ok(count)
    }
}

/// Columns of relations that other tables have: articles, sentences.
const IN_OTHERS: [&str; 3] = ["article", "date", "sentence"];

/// The same of mentions: these are the entity's, too.
const IN_OTHERS_OF_MENTIONS: [&str; 3] = ["article", "entity", "sentence"];

/// Creates a table and prepares how rows are inserted: `keys` are columns before those of `columns` that are not
/// `left_out`; of these keys the last `given` are given.
fn create<'c, R>(
    to: &'c Connection,
    name: &str,
    keys: &str,
    columns: &[Column<R>],
    left_out: &[&str],
    given: usize,
) -> rusqlite::Result<Statement<'c>> {
    let kept = || columns.iter().filter(|column| !left_out.contains(&column.name));
    let definitions: Vec<String> = kept().map(|column| definition(name, column)).collect();
    to.execute_batch(&format!("CREATE TABLE {name} ({keys}{})", definitions.join(", ")))?;
    // The number of a row, where it has one, comes by itself.
    let number = if keys.is_empty() { "" } else { "NULL, " };
    let places = vec!["?"; given + kept().count()].join(", ");
    to.prepare(&format!("INSERT INTO {name} VALUES ({number}{places})"))
}

fn definition<R>(table: &str, column: &Column<R>) -> String {
    let Column { name, kind, .. } = column;
    let of = match kind {
        Kind::Text => "TEXT NOT NULL".to_owned(),
        Kind::Known | Kind::Date | Kind::List => "TEXT".to_owned(),
        Kind::Count => "INTEGER NOT NULL".to_owned(),
        Kind::Number => "REAL NOT NULL".to_owned(),
        Kind::Truth => format!("INTEGER NOT NULL CHECK ({name} IN (0, 1))"),
    };
    let key = match (table, *name) {
        ("entities", "entity_id") => " PRIMARY KEY",
        ("articles", "article") => " UNIQUE",
        (_, "entity_id" | "subject_id" | "object_id") => " REFERENCES entities",
        _ => "",
    };
    format!("\"{name}\" {of}{key}")
}

fn put<R>(
    insert: &mut Statement<'_>,
    keys: &[Option<i64>],
    columns: &[Column<R>],
    row: &R,
    left_out: &[&str],
) -> rusqlite::Result<()> {
    let mut place = 0;
    let mut bind = |value: &dyn ToSql| {
        place += 1;
        insert.raw_bind_parameter(place, value)
    };
    keys.iter().try_for_each(|key| bind(key))?;
    for column in columns.iter().filter(|column| !left_out.contains(&column.name)) {
        bind(&Stored(column.kind, (column.value)(row)))?;
    }
    insert.raw_execute().map(|_| ())
}

/// A value as the database has it: what is not known is null, a date is text as exact as it is known.
struct Stored<'a>(Kind, Value<'a>);

impl ToSql for Stored<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self.1 {
            Value::Text("") if self.0 == Kind::Known => ToSqlOutput::Borrowed(ValueRef::Null),
            Value::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Value::Date(None) => ToSqlOutput::Borrowed(ValueRef::Null),
            Value::Date(Some(date)) => date.to_string().into(),
            Value::Count(count) => i64::try_from(count).unwrap_or(i64::MAX).into(),
            Value::Number(number) => number.into(),
            Value::Truth(truth) => truth.into(),
            Value::List([]) => ToSqlOutput::Borrowed(ValueRef::Null),
            Value::List(members) => members.join(LIST_SEPARATOR).into(),
        })
    }
}

/// The sentences so far. Those of one article are in memory: in the tables they stand together.
struct Sentences<'c> {
    insert: Statement<'c>,
    find: Statement<'c>,
    article: i64,
    of_article: HashMap<String, i64>,
    /// Between which numbers the sentences of each article are.
    ranges: Vec<(u32, u32)>,
    /// The number of the last one.
    last: i64,
}

impl<'c> Sentences<'c> {
    fn new(to: &'c Connection, articles: usize) -> rusqlite::Result<Self> {
        Ok(Sentences {
            insert: to.prepare("INSERT INTO sentences VALUES (?, ?, ?)")?,
            find: to.prepare(
                "SELECT sentence, sentence_id FROM sentences WHERE sentence_id BETWEEN ? AND ? AND article_id = ?",
            )?,
            article: 0,
            of_article: HashMap::new(),
            ranges: vec![(0, 0); articles + 1],
            last: 0,
        })
    }

    /// The number of a sentence, which is added if it is new.
    fn id(&mut self, article: i64, sentence: &str) -> rusqlite::Result<i64> {
        let range = &mut self.ranges[article as usize];
        if article != self.article {
            self.article = article;
            self.of_article.clear();
            if range.1 > 0 {
                let known = self
                    .find
                    .query_map(params![range.0, range.1, article], |row| Ok((row.get(0)?, row.get(1)?)))?;
                self.of_article = known.collect::<rusqlite::Result<_>>()?;
            }
        }
        if let Some(&id) = self.of_article.get(sentence) {
            return Ok(id);
        }
        self.last += 1;
        self.insert.execute(params![self.last, article, sentence])?;
        self.of_article.insert(sentence.to_owned(), self.last);
        let number = self.last as u32;
        *range = if range.1 == 0 { (number, number) } else { (range.0, number) };
        Ok(self.last)
    }
}

/// What was run, a row for each thing to know.
fn run(to: &Connection, result: &ResultFolder, filter: &Filter) -> rusqlite::Result<()> {
    let run = result.run();
    let json = serde_json::to_string(run).unwrap_or_default();
    let rows = [
        ("version", run.version.clone()),
        ("model", run.model.name.clone()),
        ("engine", run.engine.clone()),
        ("complete", run.complete.to_string()),
        ("filter", filter.words()),
        ("run.json", json),
    ];
    let mut insert = to.prepare("INSERT INTO run VALUES (?, ?)")?;
    rows.into_iter().try_for_each(|(key, value)| insert.execute(params![key, value]).map(|_| ()))
}
