//! The first sheet: what was run, what came out, and pictures of it.

use std::collections::{BTreeMap, HashMap, HashSet};

use rust_xlsxwriter::{Chart, ChartType, Color, Workbook, Worksheet, XlsxError};

use super::sheet::Formats;
use crate::entity::EntityType;
use crate::export::Exported;
use crate::export::filter::Filter;
use crate::export::result::{Entity, ResultFolder, Triple, number_of};
use crate::output::Run;

/// Rows of a list of the most.
const MOST: usize = 15;

/// Skipped inputs that are named.
const SKIPPED: usize = 20;

/// What the summary says of triples and entities.
#[derive(Default)]
pub(super) struct Highlights {
    predicates: BTreeMap<&'static str, u64>,
    /// How many triples each entity is in.
    told: HashMap<u64, u32>,
    /// How many triples each month states first.
    months: BTreeMap<(i16, i8), u64>,
    best: Option<HashSet<u64>>,
    named: Vec<(u32, String, EntityType)>,
}

impl Highlights {
    pub(super) fn add(&mut self, triple: &Triple) {
        *self.predicates.entry(triple.predicate.as_str()).or_default() += 1;
        for (id, kind) in [(&triple.subject_id, triple.subject_type), (&triple.object_id, triple.object_type)]
        {
            if !triple.negated && kind != EntityType::Date && triple.subject_id != triple.object_id {
                *self.told.entry(number_of(id)).or_default() += 1;
            }
        }
        if let Some(date) =
            triple.first_date.filter(|date| date.first_day().month() == date.last_day().month())
        {
            *self.months.entry((date.first_day().year(), date.first_day().month())).or_default() += 1;
        }
    }

    /// Takes the name of an entity that is exported, when all triples are there.
    pub(super) fn name(&mut self, entity: &Entity) {
        let Highlights { told, best, named, .. } = self;
        let best = best.get_or_insert_with(|| {
            let mut all: Vec<(u32, u64)> = told.iter().map(|(&id, &count)| (count, id)).collect();
            all.sort_unstable_by_key(|&(count, id)| (std::cmp::Reverse(count), id));
            all.into_iter().take(MOST).map(|(_, id)| id).collect()
        });
        let id = number_of(&entity.entity_id);
        if best.contains(&id) {
            named.push((told[&id], entity.entity.clone(), entity.entity_type));
            named.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        }
    }
}

/// Where a list stands.
struct List {
    first: u32,
    last: u32,
}

struct Page<'a> {
    sheet: Worksheet,
    formats: &'a Formats,
    row: u32,
}

impl Page<'_> {
    /// The most frequent predicates, the entities in most triples and the months, as lists and charts.
    fn figures(&mut self, found: &Highlights) -> Result<(), XlsxError> {
        let mut predicates: Vec<(String, u64)> =
            found.predicates.iter().map(|(name, &count)| ((*name).to_owned(), count)).collect();
        predicates.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let by_predicate = self.list("Triples by predicate", predicates.iter().take(MOST).cloned())?;
        let names = found.named.iter();
        let most = names.map(|(count, name, kind)| (format!("{name} ({kind})"), u64::from(*count)));
        let by_entity = self.list("Entities in most triples", most)?;
        let months = found.months.iter().rev().take(36).collect::<Vec<_>>();
        let months = months.into_iter().rev();
        let months = months.map(|((year, month), &count)| (format!("{year}-{month:02}"), count));
        let by_month = self.list("Triples by month first told (the last 36)", months)?;
        if !predicates.is_empty() {
            self.chart(ChartType::Bar, "Triples by predicate", &by_predicate, 1)?;
            self.chart(ChartType::Bar, "Entities in most triples", &by_entity, 21)?;
        }
        if !found.months.is_empty() {
            self.chart(ChartType::Column, "Triples by month first told", &by_month, 41)?;
        }
        Ok(())
    }

    fn heading(&mut self, text: &str) -> Result<(), XlsxError> {
        self.row += 1;
        self.sheet.write_string_with_format(self.row, 0, text, &self.formats.header)?;
        self.sheet.write_string_with_format(self.row, 1, "", &self.formats.header)?;
        self.row += 1;
        Ok(())
    }

    fn line(&mut self, name: &str, value: &str) -> Result<(), XlsxError> {
        if value.is_empty() {
            return Ok(());
        }
        self.sheet.write_string_with_format(self.row, 0, name, &self.formats.bold)?;
        self.sheet.write_string_with_format(self.row, 1, value, &self.formats.wrapped)?;
        self.row += 1;
        Ok(())
    }

    fn count(&mut self, name: &str, count: u64) -> Result<(), XlsxError> {
        self.sheet.write_string_with_format(self.row, 0, name, &self.formats.plain)?;
        let left = self.formats.count.clone().set_align(rust_xlsxwriter::FormatAlign::Left);
        self.sheet.write_number_with_format(self.row, 1, count as f64, &left)?;
        self.row += 1;
        Ok(())
    }

    fn list(
        &mut self,
        heading: &str,
        rows: impl IntoIterator<Item = (String, u64)>,
    ) -> Result<List, XlsxError> {
        self.heading(heading)?;
        let first = self.row;
        for (name, count) in rows {
            self.count(&name, count)?;
        }
        Ok(List { first, last: self.row.saturating_sub(1).max(first) })
    }

    fn chart(&mut self, kind: ChartType, title: &str, list: &List, at: u32) -> Result<(), XlsxError> {
        let mut chart = Chart::new(kind);
        chart
            .add_series()
            .set_categories(("Summary", list.first, 0, list.last, 0))
            .set_values(("Summary", list.first, 1, list.last, 1))
            .set_format(
                rust_xlsxwriter::ChartFormat::new()
                    .set_solid_fill(rust_xlsxwriter::ChartSolidFill::new().set_color(Color::RGB(0x2E_75_B6))),
            )
            .set_gap(40);
        chart.title().set_name(title).set_font(rust_xlsxwriter::ChartFont::new().set_size(13));
        chart.legend().set_hidden();
        if kind == ChartType::Bar {
            // The most at the top.
            chart.y_axis().set_reverse();
            chart.x_axis().set_major_gridlines(false);
        }
        chart.set_width(560).set_height(360);
        self.sheet.insert_chart(at, 3, &chart)?;
        Ok(())
    }
}

/// What columns mean.
const COLUMNS: [(&str, &str); 14] = [
    (
        "subject, predicate, object",
        "who does what to whom; in sentences the subject is blue and the object orange",
    ),
    ("score", "how often such a triple is right, from 0 to 1; of a triple that of its best evidence"),
    ("articles, evidence", "how many articles tell it, and in how many sentences: click for these"),
    ("example, sentence", "the sentence that it rests on"),
    ("certainty", "stated; reported: somebody is said to say so; alleged: suspected, claimed, planned"),
    ("status", "current; former: has ended; planned: is to come"),
    ("negated", "TRUE if all evidence denies it"),
    ("event_date", "when it happened or began, as the text says"),
    ("first_date, last_date, date", "of the articles that tell it"),
    ("sources, attributed_to", "who is said to say so"),
    ("rule", "the rule that found it"),
    ("subject_start to object_end", "places in the article's text, in characters from 0"),
    ("subject_id, object_id, entity_id", "the same for an entity in every run"),
    ("pmi", "how much more often two share a sentence than by chance, in bits"),
];

/// Writes the sheet.
pub(super) fn write(
    book: &mut Workbook,
    formats: &Formats,
    result: &ResultFolder,
    filter: &Filter,
    found: &Highlights,
    exported: &Exported,
) -> Result<(), XlsxError> {
    let mut sheet = Worksheet::new();
    sheet.set_name("Summary")?;
    sheet.set_screen_gridlines(false).set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
    sheet.set_column_width(0, 34)?.set_column_width(1, 64)?;
    let mut page = Page { sheet, formats, row: 0 };
    page.sheet.write_string_with_format(0, 0, "Who is connected to whom", &formats.title)?;
    page.row = 1;
    page.heading("What was run")?;
    let Run { version, model, engine, counts, skipped, complete, .. } = result.run();
    page.line("Result", &result.folder().display().to_string())?;
    page.line("Program", &format!("Triplewire {version}"))?;
    page.line("Model", &model.name)?;
    page.line("Engine", engine)?;
    page.line(
        "Left out",
        &if filter.is_open() { String::new() } else { format!("what does not pass: {}", filter.words()) },
    )?;
    if !complete {
        page.line("Not complete", "the run was stopped before its end: articles are missing")?;
    }
    for note in &exported.notes {
        page.line("Note", note)?;
    }
    page.heading("How much")?;
    page.count("articles read", counts.articles)?;
    page.count("of them copies of a story", counts.duplicates)?;
    page.count("sentences read", counts.sentences)?;
    for (what, count) in &exported.counts {
        page.count(&format!("{what} in this workbook"), *count)?;
    }
    page.figures(found)?;
    page.heading("What the columns mean")?;
    for (name, meaning) in COLUMNS {
        page.line(name, meaning)?;
    }
    if !skipped.is_empty() {
        page.heading(&format!("Inputs that were not read: {}", skipped.len()))?;
        for problem in skipped.iter().take(SKIPPED) {
            let line = problem.line.map(|it| format!(", {it}")).unwrap_or_default();
            page.line(&format!("{}{line}", problem.file), &problem.message)?;
        }
    }
    book.push_worksheet(page.sheet);
    Ok(())
}
