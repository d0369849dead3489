//! A folder for `neo4j-admin database import`: nodes for entities and articles, relationships for triples, and which
//! entity which article names.

use std::collections::BTreeMap;
use std::fs;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::entity::EntityType;
use crate::error::Result;
use crate::export::Exported;
use crate::export::filter::{Filter, Selection};
use crate::export::graph::Graph;
use crate::export::result::ResultFolder;
use crate::output::{Whole, temporary, unwritable, write_whole};
use crate::text::{Date, one_line};

/// What stands between the members of an array.
const ARRAY: char = '|';

/// What to run, in the folder.
const COMMAND: &str = "neo4j-admin database import full neo4j --nodes=entities.csv --nodes=articles.csv \
                       --relationships=relations.csv --relationships=named_in.csv --array-delimiter=\"|\"";

pub(super) fn write(result: &ResultFolder, filter: &Filter, out: &Path) -> Result<Exported> {
    let graph = Graph::read(result, filter)?;
    let mut exported = graph.exported();
    let entities = entities(&graph, out)?;
    let relations = relations(&graph, out)?;
    let selection = Selection::new(result, filter, |_| {})?;
    let (articles, count) = articles(result, &selection, out)?;
    exported.counts.push(("articles", count));
    let named_in = named_in(&graph, &selection, out)?;
    let files = [entities.finish()?, articles.finish()?, relations.finish()?, named_in.finish()?];
    for file in files {
        exported.files.push(file.name()?);
    }
    let what_to_do = format!(
        "Run this in this folder, with the database stopped:\n\n{COMMAND}\n\nThe database neo4j has to be empty; \
         --overwrite-destination replaces what it holds.\n"
    );
    exported.files.push(write_whole(&out.join("IMPORT.txt"), what_to_do.as_bytes())?);
    exported.notes.push(format!("To import it, run in that folder, with the database stopped:\n\n{COMMAND}"));
    Ok(exported)
}

/// The nodes of entities, with the dates that a triple gives them.
fn entities(graph: &Graph<'_>, out: &Path) -> Result<Csv> {
    let dates: Vec<&str> = graph.date_predicates().collect();
    let dated: Vec<String> = dates.iter().map(|name| format!("{name}:string")).collect();
    let mut header = vec![
        "entity_id:ID(Entity)",
        "name:string",
        "type:string",
        ":LABEL",
        "mentions:long",
        "articles:long",
        "aliases:string[]",
        "external_id:string",
        "first_date:string",
        "first_day:date",
        "last_date:string",
        "last_day:date",
    ];
    header.extend(dated.iter().map(String::as_str));
    let mut entities = Csv::create(out, "entities.csv", &header)?;
    for node in graph.nodes()? {
        let node = node?;
        let it = &node.entity;
        let labels = format!("Entity{ARRAY}{}", label(it.entity_type));
        let mut row = vec![
            it.entity_id.clone(),
            one_line(&it.entity),
            it.entity_type.to_string(),
            labels,
            it.mentions.to_string(),
            it.articles.to_string(),
            array(&it.aliases),
            it.external_id.clone(),
        ];
        row.extend(date(it.first_date));
        row.extend(date(it.last_date));
        row.extend(dates.iter().map(|name| {
            let found = node.dates.iter().find(|(predicate, _)| predicate == name);
            found.map(|(_, date)| date.clone()).unwrap_or_default()
        }));
        entities.row(&row)?;
    }
    Ok(entities)
}

/// The relationships of triples. The names of all columns make it long.
fn relations(graph: &Graph<'_>, out: &Path) -> Result<Csv> {
    let mut relations = Csv::create(
        out,
        "relations.csv",
        &[
            ":START_ID(Entity)",
            ":END_ID(Entity)",
            ":TYPE",
            "predicate:string",
            "score:double",
            "articles:long",
            "evidence:long",
            "negated:boolean",
            "certainty:string",
            "status:string",
            "sources:string[]",
            "example:string",
            "first_article:string",
            "first_date:string",
            "first_day:date",
            "last_date:string",
            "last_day:date",
            "event_date:string",
            "event_day:date",
        ],
    )?;
    for triple in graph.edges()? {
        let it = triple?;
        let mut row = vec![
            it.subject_id.clone(),
            it.object_id.clone(),
            it.predicate.as_str().to_uppercase(),
            it.predicate.to_string(),
            it.score.to_string(),
            it.articles.to_string(),
            it.evidence.to_string(),
            it.negated.to_string(),
            it.certainty.as_str().to_owned(),
            it.status.as_str().to_owned(),
            array(&it.sources),
            one_line(&it.example),
            it.first_article.clone(),
        ];
        row.extend(date(it.first_date));
        row.extend(date(it.last_date));
        row.extend(date(it.event_date));
        relations.row(&row)?;
    }
    Ok(relations)
}

/// The nodes of articles, and how many there are.
fn articles(result: &ResultFolder, selection: &Selection, out: &Path) -> Result<(Csv, u64)> {
    let header =
        ["article:ID(Article)", ":LABEL", "title", "source", "url", "date:string", "day:date", "words:long"];
    let mut articles = Csv::create(out, "articles.csv", &header)?;
    let mut count = 0;
    for article in result.articles()? {
        let it = article?;
        if !selection.has_article(&it.article) {
            continue;
        }
        let mut row = vec![
            it.article.clone(),
            "Article".to_owned(),
            one_line(&it.title),
            one_line(&it.source),
            it.url.clone(),
        ];
        row.extend(date(it.date));
        row.push(it.words.to_string());
        articles.row(&row)?;
        count += 1;
    }
    Ok((articles, count))
}

/// Which entity which article names, and how often. The mentions of an article stand together in their table.
fn named_in(graph: &Graph<'_>, selection: &Selection, out: &Path) -> Result<Csv> {
    let header = [":START_ID(Entity)", ":END_ID(Article)", ":TYPE", "mentions:long"];
    let mut table = Csv::create(out, "named_in.csv", &header)?;
    let mut article = String::new();
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    let mut flush = |article: &str, counts: &mut BTreeMap<String, u64>| {
        std::mem::take(counts).into_iter().try_for_each(|(entity, count)| {
            table.row(&[entity, article.to_owned(), "NAMED_IN".to_owned(), count.to_string()])
        })
    };
    for mention in graph.result.mentions()? {
        let mention = mention?;
        if mention.article != article {
            flush(&article, &mut counts)?;
            article = mention.article;
        }
        if selection.has_article(&article) && graph.has_node(&mention.entity_id) {
            *counts.entry(mention.entity_id).or_default() += 1;
        }
    }
    flush(&article, &mut counts)?;
    Ok(table)
}

fn label(kind: EntityType) -> &'static str {
    match kind {
        EntityType::Per => "Person",
        EntityType::Org => "Organization",
        EntityType::Loc => "Place",
        EntityType::Date => "Date",
        EntityType::Misc | EntityType::Other(_) => "Other",
    }
}

/// A date as exact as it is known, and its first day, which is what the database can reckon with.
fn date(date: Option<Date>) -> [String; 2] {
    date.map(|it| [it.to_string(), it.first_day().to_string()]).unwrap_or_default()
}

fn array(members: &[String]) -> String {
    let members: Vec<String> = members.iter().map(|it| one_line(it).replace(ARRAY, "/")).collect();
    members.join(&ARRAY.to_string())
}

/// A file of comma-separated values, under a temporary name.
struct Csv {
    path: PathBuf,
    writer: csv::Writer<BufWriter<NamedTempFile>>,
}

impl Csv {
    fn create(folder: &Path, name: &str, header: &[&str]) -> Result<Self> {
        fs::create_dir_all(folder).map_err(|e| unwritable(folder, e))?;
        let path = folder.join(name);
        let file = BufWriter::with_capacity(1 << 18, temporary(&path)?);
        let mut csv = Csv { path, writer: csv::Writer::from_writer(file) };
        csv.row(header)?;
        Ok(csv)
    }

    fn row<T: AsRef<[u8]>>(&mut self, row: &[T]) -> Result<()> {
        self.writer.write_record(row).map_err(|e| unwritable(&self.path, e.into()))
    }

    fn finish(self) -> Result<Whole> {
        let file = self.writer.into_inner().map_err(|e| unwritable(&self.path, e.into_error()))?;
        let file = file.into_inner().map_err(|e| unwritable(&self.path, e.into_error()))?;
        Whole::new(self.path, file)
    }
}
