//! A workbook: a summary with charts, and a sheet for each table.
//!
//! Rows go to temporary files beside the workbook as they come. The evidence of a triple stands together, so that the
//! triple can link to it: relations are read in the order of their triples, each from its place in the table.

mod sheet;
mod summary;

use std::collections::HashMap;
use std::io::{BufWriter, Write};
use std::path::Path;

use rust_xlsxwriter::{DocProperties, Workbook, XlsxError};

use crate::error::{Error, Result, words};
use crate::export::Exported;
use crate::export::evidence::{Evidence, Piece};
use crate::export::filter::{Filter, Selection};
use crate::export::marked::Marked;
use crate::export::result::{ResultFolder, Triple, number_of};
use crate::output::{LIST_SEPARATOR, Whole, temporary, unwritable};
use sheet::{Cell, Column, Formats, MOST_WRAPPED, Sheet, cell_name};
use summary::Highlights;

const TRIPLES: [Column; 19] = [
    Column::new("subject", 26.0),
    Column::new("subject_type", 14.0),
    Column::new("predicate", 17.0),
    Column::new("object", 26.0),
    Column::new("object_type", 14.0),
    Column::new("score", 9.0),
    Column::new("articles", 12.0),
    Column::new("evidence", 12.0),
    Column::new("example", 70.0),
    Column::new("certainty", 12.0),
    Column::new("status", 12.0),
    Column::new("negated", 12.0),
    Column::new("event_date", 12.0),
    Column::new("first_date", 12.0),
    Column::new("last_date", 12.0),
    Column::new("sources", 24.0),
    Column::new("first_article", 30.0),
    Column::new("subject_id", 15.0),
    Column::new("object_id", 15.0),
];

const RELATIONS: [Column; 23] = [
    Column::new("subject", 24.0),
    Column::new("predicate", 17.0),
    Column::new("object", 24.0),
    Column::new("sentence", 80.0),
    Column::new("score", 9.0),
    Column::new("certainty", 12.0),
    Column::new("attributed_to", 20.0),
    Column::new("status", 12.0),
    Column::new("negated", 12.0),
    Column::new("event_date", 12.0),
    Column::new("date", 12.0),
    Column::new("title", 36.0),
    Column::new("url", 30.0),
    Column::new("article", 30.0),
    Column::new("rule", 24.0),
    Column::new("subject_type", 14.0),
    Column::new("object_type", 14.0),
    Column::new("subject_start", 14.0),
    Column::new("subject_end", 14.0),
    Column::new("object_start", 14.0),
    Column::new("object_end", 14.0),
    Column::new("subject_id", 15.0),
    Column::new("object_id", 15.0),
];

const ENTITIES: [Column; 9] = [
    Column::new("entity", 34.0),
    Column::new("type", 9.0),
    Column::new("mentions", 12.0),
    Column::new("articles", 12.0),
    Column::new("aliases", 60.0),
    Column::new("external_id", 14.0),
    Column::new("first_date", 12.0),
    Column::new("last_date", 12.0),
    Column::new("entity_id", 15.0),
];

const ARTICLES: [Column; 9] = [
    Column::new("title", 60.0),
    Column::new("date", 12.0),
    Column::new("source", 22.0),
    Column::new("url", 40.0),
    Column::new("words", 12.0),
    Column::new("mentions", 12.0),
    Column::new("relations", 12.0),
    Column::new("duplicate_of", 24.0),
    Column::new("article", 40.0),
];

const COOCCURRENCES: [Column; 7] = [
    Column::new("subject", 34.0),
    Column::new("subject_type", 14.0),
    Column::new("object", 34.0),
    Column::new("object_type", 14.0),
    Column::new("articles", 12.0),
    Column::new("sentences", 12.0),
    Column::new("pmi", 9.0),
];

const DUPLICATES: [Column; 3] =
    [Column::new("article", 60.0), Column::new("duplicate_of", 60.0), Column::new("similarity", 11.0)];

/// What goes wrong between a row and a workbook.
enum Failure {
    Read(Error),
    Write(XlsxError),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure::Read(error)
    }
}

impl From<XlsxError> for Failure {
    fn from(error: XlsxError) -> Self {
        Failure::Write(error)
    }
}

/// Writes the workbook.
pub(super) fn write(result: &ResultFolder, filter: &Filter, out: &Path) -> Result<Exported> {
    build(result, filter, out).map_err(|failure| match failure {
        Failure::Read(error) => error,
        Failure::Write(error) => unwritable(
            out,
            match error {
                XlsxError::IoError(error) => error,
                other => std::io::Error::other(words::plain(&other.to_string())),
            },
        ),
    })
}

fn build(result: &ResultFolder, filter: &Filter, out: &Path) -> Result<Exported, Failure> {
    let mut book = Workbook::new();
    book.set_tempdir(out.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new(".")))?;
    book.set_properties(&DocProperties::new().set_title("Triplewire result"));
    let formats = Formats::default();
    let mut found = Highlights::default();
    let selection = Selection::new(result, filter, |triple| found.add(triple))?;
    let evidence = Evidence::read(result, &selection, selection.triples.len() <= MOST_WRAPPED)?;
    let articles = Places::read(result, &selection)?;

    // In the order in which they link to each other: a sheet knows the rows of those that it links to.
    let triples = triples(&mut book, &formats, result, filter, &selection, &evidence, &articles)?;
    let relations = relations(&mut book, &formats, result, &evidence, &articles)?;
    let entities = entities(&mut book, &formats, result, &selection, &mut found)?;
    let table = articles_sheet(&mut book, &formats, result, &selection, &articles)?;
    let pairs = cooccurrences(&mut book, &formats, result, filter, &selection)?;
    let duplicates = duplicates(&mut book, &formats, result, &selection)?;
    let sheets = [triples, relations, entities, table, pairs, duplicates];
    let mut exported = Exported::default();
    let counts = ["triples", "relations", "entities", "articles", "cooccurrences", "duplicates"];
    exported.counts = counts.into_iter().zip(sheets.iter().map(Sheet::rows)).collect();
    for sheet in &sheets {
        exported.notes.extend(sheet.notes());
    }
    summary::write(&mut book, &formats, result, filter, &found, &exported)?;
    for sheet in sheets {
        sheet.finish()?.into_iter().for_each(|sheet| book.push_worksheet(sheet));
    }
    let mut file = temporary(out)?;
    // The archive goes back to write sizes, so that it is no stream.
    book.save_to_writer(BufWriter::with_capacity(1 << 20, &mut file))?;
    file.flush().map_err(XlsxError::from)?;
    exported.files.push(Whole::new(out.to_path_buf(), file)?.name()?);
    Ok(exported)
}

/// The sheet of entities; `found` counts their types.
fn entities<'f>(
    book: &mut Workbook,
    formats: &'f Formats,
    result: &ResultFolder,
    selection: &Selection,
    found: &mut Highlights,
) -> Result<Sheet<'f>, Failure> {
    let mut entities = Sheet::new(book, formats, "Entities", &ENTITIES)?;
    entities.expect(result.run().counts.entities as usize);
    for entity in result.entities()? {
        let entity = entity?;
        if !selection.has_entity(&entity.entity_id) {
            continue;
        }
        found.name(&entity);
        entities.row(
            book,
            &[
                Cell::Text(&entity.entity),
                Cell::Text(entity.entity_type.as_str()),
                Cell::Count(entity.mentions),
                Cell::Count(entity.articles),
                Cell::Wrapped(&entity.aliases.join(LIST_SEPARATOR)),
                Cell::Text(&entity.external_id),
                Cell::Date(entity.first_date),
                Cell::Date(entity.last_date),
                Cell::Text(&entity.entity_id),
            ],
        )?;
    }
    Ok(entities)
}

/// The sheet of articles.
fn articles_sheet<'f>(
    book: &mut Workbook,
    formats: &'f Formats,
    result: &ResultFolder,
    selection: &Selection,
    articles: &Places,
) -> Result<Sheet<'f>, Failure> {
    let mut table = Sheet::new(book, formats, "Articles", &ARTICLES)?;
    table.expect(articles.of.len());
    for article in result.articles()? {
        let article = article?;
        if !selection.has_article(&article.article) {
            continue;
        }
        table.row(
            book,
            &[
                Cell::Wrapped(&article.title),
                Cell::Date(article.date),
                Cell::Text(&article.source),
                Cell::Address(&article.url),
                Cell::Count(article.words),
                Cell::Count(article.mentions),
                Cell::Count(article.relations),
                Cell::Text(&article.duplicate_of),
                Cell::Text(&article.article),
            ],
        )?;
    }
    Ok(table)
}

/// The sheet of cooccurrences.
fn cooccurrences<'f>(
    book: &mut Workbook,
    formats: &'f Formats,
    result: &ResultFolder,
    filter: &Filter,
    selection: &Selection,
) -> Result<Sheet<'f>, Failure> {
    let mut pairs = Sheet::new(book, formats, "Cooccurrences", &COOCCURRENCES)?;
    for pair in result.cooccurrences()? {
        let pair = pair?;
        if !selection.has_pair(&pair, filter) {
            continue;
        }
        pairs.row(
            book,
            &[
                Cell::Text(&pair.subject),
                Cell::Text(pair.subject_type.as_str()),
                Cell::Text(&pair.object),
                Cell::Text(pair.object_type.as_str()),
                Cell::Count(pair.articles),
                Cell::Count(pair.sentences),
                Cell::Number(pair.pmi),
            ],
        )?;
    }
    Ok(pairs)
}

/// The sheet of duplicates.
fn duplicates<'f>(
    book: &mut Workbook,
    formats: &'f Formats,
    result: &ResultFolder,
    selection: &Selection,
) -> Result<Sheet<'f>, Failure> {
    let mut duplicates = Sheet::new(book, formats, "Duplicates", &DUPLICATES)?;
    for duplicate in result.duplicates()?.into_iter().flatten() {
        let duplicate = duplicate?;
        if !selection.has_article(&duplicate.article) && !selection.has_article(&duplicate.duplicate_of) {
            continue;
        }
        duplicates.row(
            book,
            &[
                Cell::Text(&duplicate.article),
                Cell::Text(&duplicate.duplicate_of),
                Cell::Score(duplicate.similarity),
            ],
        )?;
    }
    Ok(duplicates)
}

/// Where articles stand: in their sheet, and in the table.
struct Places {
    of: HashMap<u64, (u32, u64)>,
}

impl Places {
    fn read(result: &ResultFolder, selection: &Selection) -> Result<Self> {
        let mut of = HashMap::new();
        let mut articles = result.articles()?;
        loop {
            let offset = articles.offset();
            let Some(article) = articles.next() else { break };
            let article = article?;
            if selection.has_article(&article.article) {
                let row = of.len() as u32;
                of.entry(number_of(&article.article)).or_insert((row, offset));
            }
        }
        Ok(Places { of })
    }

    /// The cell of an article in its sheet.
    fn cell(&self, article: &str) -> Option<String> {
        self.of.get(&number_of(article)).map(|&(row, _)| cell_name("Articles", row))
    }
}

fn triples<'a>(
    book: &mut Workbook,
    formats: &'a Formats,
    result: &ResultFolder,
    filter: &Filter,
    selection: &Selection,
    evidence: &Evidence,
    articles: &Places,
) -> Result<Sheet<'a>, Failure> {
    let mut sheet = Sheet::new(book, formats, "Triples", &TRIPLES)?;
    sheet.expect(selection.triples.len());
    let mut relations = result.relations()?;
    let passing = result.triples()?.filter(|it| it.as_ref().map_or(true, |it| filter.takes(it)));
    for (place, triple) in passing.enumerate() {
        let triple: Triple = triple?;
        let link = evidence.first(place).map(|first| cell_name("Relations", first));
        let best = match sheet.is_marked() {
            true => example(&triple, evidence.of(place, &mut relations))?,
            false => None,
        };
        let example = match &best {
            Some((sentence, marked)) => Cell::Marked(sentence, marked),
            None => Cell::Wrapped(&triple.example),
        };
        sheet.row(
            book,
            &[
                Cell::Text(&triple.subject),
                Cell::Text(triple.subject_type.as_str()),
                Cell::Text(triple.predicate.as_str()),
                Cell::Text(&triple.object),
                Cell::Text(triple.object_type.as_str()),
                Cell::Score(triple.score),
                Cell::Count(triple.articles),
                Cell::CountTo(triple.evidence, link.as_deref()),
                example,
                Cell::Text(triple.certainty.as_str()),
                Cell::Text(triple.status.as_str()),
                Cell::Denied(triple.negated),
                Cell::Date(triple.event_date),
                Cell::Date(triple.first_date),
                Cell::Date(triple.last_date),
                Cell::Wrapped(&triple.sources.join(LIST_SEPARATOR)),
                Cell::TextTo(&triple.first_article, articles.cell(&triple.first_article).as_deref()),
                Cell::Text(&triple.subject_id),
                Cell::Text(&triple.object_id),
            ],
        )?;
    }
    Ok(sheet)
}

/// The relations that are looked at for one whose sentence is the example.
const LOOKED_AT: usize = 64;

/// The example with its subject and object: the triple's own sentence, whose relation tells where they are.
fn example(
    triple: &Triple,
    evidence: impl Iterator<Item = Result<Piece>>,
) -> Result<Option<(String, Marked)>> {
    for piece in evidence.take(LOOKED_AT) {
        let (relation, marked) = piece?;
        let is_it = relation.sentence.split_whitespace().eq(triple.example.split_whitespace());
        if let Some(marked) = marked.filter(|_| is_it) {
            return Ok(Some((relation.sentence, marked)));
        }
    }
    Ok(None)
}

fn relations<'a>(
    book: &mut Workbook,
    formats: &'a Formats,
    result: &ResultFolder,
    evidence: &Evidence,
    places: &Places,
) -> Result<Sheet<'a>, Failure> {
    let mut sheet = Sheet::new(book, formats, "Relations", &RELATIONS)?;
    sheet.expect(evidence.len());
    let mut relations = result.relations()?;
    let mut articles = result.articles()?;
    for it in evidence.all(&mut relations) {
        let (it, marked) = it?;
        let place = places.of.get(&number_of(&it.article));
        let article = place.map(|&(_, offset)| articles.at(offset)).transpose()?;
        let (title, url) =
            article.as_ref().map_or(("", ""), |article| (article.title.as_str(), article.url.as_str()));
        let link = place.map(|&(row, _)| cell_name("Articles", row));
        let marked = marked.filter(|_| sheet.is_marked());
        sheet.row(
            book,
            &[
                Cell::Text(&it.subject),
                Cell::Text(it.predicate.as_str()),
                Cell::Text(&it.object),
                marked.as_ref().map_or(Cell::Wrapped(&it.sentence), |at| Cell::Marked(&it.sentence, at)),
                Cell::Score(it.score),
                Cell::Text(it.certainty.as_str()),
                Cell::Text(&it.attributed_to),
                Cell::Text(it.status.as_str()),
                Cell::Denied(it.negated),
                Cell::Date(it.event_date),
                Cell::Date(it.date),
                Cell::Wrapped(title),
                Cell::Address(url),
                Cell::TextTo(&it.article, link.as_deref()),
                Cell::Text(&it.rule),
                Cell::Text(it.subject_type.as_str()),
                Cell::Text(it.object_type.as_str()),
                Cell::Count(it.subject_start),
                Cell::Count(it.subject_end),
                Cell::Count(it.object_start),
                Cell::Count(it.object_end),
                Cell::Text(&it.subject_id),
                Cell::Text(&it.object_id),
            ],
        )?;
    }
    Ok(sheet)
}
