//! A table as a sheet, or several where one does not hold it.

use jiff::civil;
use rust_xlsxwriter::{
    Color, ConditionalFormatDataBar, ConditionalFormatType, ExcelDateTime, Format, FormatAlign, FormatBorder,
    IgnoreError, Url, Workbook, Worksheet, XlsxError,
};

use crate::export::marked::Marked;
use crate::output::FORMULA_STARTS;
use crate::text::Date;

/// Rows that a sheet holds below its header.
#[cfg(not(test))]
const MOST_ROWS: u32 = 1_048_575;
/// Few, so that a test has two sheets.
#[cfg(test)]
const MOST_ROWS: u32 = 9;

/// Links that a sheet holds.
const MOST_LINKS: u32 = 65_530;

/// Links in a sheet of more rows than are wrapped: links stay in memory to the end.
const MOST_LINKS_OF_MANY: u32 = 10_000;

/// Rows up to which sentences are wrapped and coloured: more make programs slow to open and to scroll.
pub(super) const MOST_WRAPPED: usize = 100_000;

/// UTF-16 units that a cell holds.
const LONGEST: usize = 32_767;

/// A column: its name is that of the table.
pub(super) struct Column {
    name: &'static str,
    width: f64,
}

impl Column {
    pub(super) const fn new(name: &'static str, width: f64) -> Self {
        Column { name, width }
    }
}

/// What stands in a cell.
pub(super) enum Cell<'a> {
    Text(&'a str),
    /// Over several lines if it is long.
    Wrapped(&'a str),
    /// A sentence with its subject and object in colour.
    Marked(&'a str, &'a Marked),
    Count(u64),
    Number(f64),
    /// From 0 to 1.
    Score(f64),
    Date(Option<Date>),
    /// Whether it is denied, which stands out.
    Denied(bool),
    /// A web address, which is a link.
    Address(&'a str),
    /// With a link to a cell.
    TextTo(&'a str, Option<&'a str>),
    CountTo(u64, Option<&'a str>),
}

/// Lines of a text that are shown at most.
const MOST_LINES: u32 = 8;

impl Cell<'_> {
    /// How many lines it takes in a column of that width.
    fn lines(&self, width: f64) -> u32 {
        let (Cell::Wrapped(text) | Cell::Marked(text, _)) = self else { return 1 };
        let on_a_line = (width * 1.05) as usize;
        let lines = text.split('\n').map(|line| line.chars().count().div_ceil(on_a_line).max(1));
        (lines.sum::<usize>() as u32).clamp(1, MOST_LINES)
    }
}

/// How truth values look also where a program takes them for numbers.
const TRUTH: &str = r#""TRUE";"TRUE";"FALSE""#;

/// How cells look.
pub(super) struct Formats {
    pub(super) header: Format,
    pub(super) title: Format,
    pub(super) bold: Format,
    pub(super) wrapped: Format,
    pub(super) plain: Format,
    /// Of text that a spreadsheet would run as a formula if it were typed.
    quoted: Format,
    pub(super) count: Format,
    number: Format,
    score: Format,
    day: Format,
    month: Format,
    year: Format,
    link: Format,
    count_link: Format,
    subject: Format,
    object: Format,
    denied: Format,
    faint: Format,
    nothing: Format,
}

impl Default for Formats {
    fn default() -> Self {
        let base = Format::new().set_align(FormatAlign::Top);
        let link = base
            .clone()
            .set_font_color(Color::RGB(0x05_63_C1))
            .set_underline(rust_xlsxwriter::FormatUnderline::Single);
        Formats {
            header: Format::new()
                .set_bold()
                .set_font_color(Color::White)
                .set_background_color(Color::RGB(0x1F_3A_5F))
                .set_align(FormatAlign::VerticalCenter)
                .set_border_bottom(FormatBorder::Thin),
            title: Format::new().set_bold().set_font_size(18).set_font_color(Color::RGB(0x1F_3A_5F)),
            bold: base.clone().set_bold(),
            wrapped: base.clone().set_text_wrap().set_indent(1),
            quoted: base.clone().set_quote_prefix(),
            count: base.clone().set_num_format("#,##0"),
            number: base.clone().set_num_format("0.00"),
            score: base.clone().set_num_format("0.00"),
            day: base.clone().set_num_format("yyyy-mm-dd").set_align(FormatAlign::Left),
            month: base.clone().set_num_format("yyyy-mm").set_align(FormatAlign::Left),
            year: base.clone().set_num_format("yyyy").set_align(FormatAlign::Left),
            count_link: link.clone().set_num_format("#,##0"),
            link,
            subject: Format::new().set_bold().set_font_color(Color::RGB(0x1B_5F_AA)),
            object: Format::new().set_bold().set_font_color(Color::RGB(0xB4_45_0B)),
            denied: base
                .clone()
                .set_num_format(TRUTH)
                .set_bold()
                .set_background_color(Color::RGB(0xFF_C7_CE))
                .set_font_color(Color::RGB(0x9C_00_06)),
            faint: base.clone().set_num_format(TRUTH).set_font_color(Color::RGB(0xA6_A6_A6)),
            nothing: Format::new(),
            plain: base,
        }
    }
}

/// A table that is being written.
pub(super) struct Sheet<'a> {
    /// The sheets that are full, and the one that is written to.
    sheets: Vec<Worksheet>,
    name: &'static str,
    columns: &'static [Column],
    formats: &'a Formats,
    /// Rows below the header of the last sheet.
    row: u32,
    rows: u64,
    links: u32,
    left_out_links: bool,
    cut: u64,
    wrapped: bool,
}

/// The name of a cell in the first column of a table: the row `row` of it, counted from 0.
pub(super) fn cell_name(table: &str, row: u32) -> String {
    let (part, row) = (row / MOST_ROWS, row % MOST_ROWS);
    format!("'{}'!A{}", part_name(table, part), row + 2)
}

fn part_name(table: &str, part: u32) -> String {
    if part == 0 { table.to_owned() } else { format!("{table} {}", part + 1) }
}

impl<'a> Sheet<'a> {
    pub(super) fn new(
        book: &mut Workbook,
        formats: &'a Formats,
        name: &'static str,
        columns: &'static [Column],
    ) -> Result<Self, XlsxError> {
        let mut sheet = Sheet {
            sheets: Vec::new(),
            name,
            columns,
            formats,
            row: 0,
            rows: 0,
            links: 0,
            left_out_links: false,
            cut: 0,
            wrapped: true,
        };
        sheet.begin(book)?;
        Ok(sheet)
    }

    /// Says how many rows will come.
    pub(super) fn expect(&mut self, rows: usize) {
        self.wrapped = rows <= MOST_WRAPPED;
    }

    /// Whether sentences are coloured.
    pub(super) fn is_marked(&self) -> bool {
        self.wrapped
    }

    /// How many rows there are.
    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    fn begin(&mut self, book: &mut Workbook) -> Result<(), XlsxError> {
        let mut sheet = book.new_worksheet_with_constant_memory()?;
        sheet.set_name(part_name(self.name, self.sheets.len() as u32))?;
        sheet.set_freeze_panes(1, 1)?;
        sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0).set_repeat_rows(0, 0)?;
        sheet.set_row_height(0, 22)?;
        for (number, column) in (0..).zip(self.columns) {
            sheet.set_column_width(number, column.width)?;
        }
        for (number, column) in (0..).zip(self.columns) {
            sheet.write_string_with_format(0, number, column.name, &self.formats.header)?;
        }
        self.sheets.push(sheet);
        (self.row, self.links) = (0, 0);
        Ok(())
    }

    /// Adds a row, on a new sheet if the last one is full.
    pub(super) fn row(&mut self, book: &mut Workbook, cells: &[Cell<'_>]) -> Result<(), XlsxError> {
        if self.row == MOST_ROWS {
            self.begin(book)?;
        }
        self.row += 1;
        self.rows += 1;
        if self.wrapped {
            // Not every program finds the height of wrapped text by itself.
            let lines = cells.iter().zip(self.columns).map(|(cell, column)| cell.lines(column.width)).max();
            // Each height that is set stays in memory.
            if let Some(lines) = lines.filter(|&lines| lines > 1) {
                let row = self.row;
                self.sheet().set_row_height(row, 15.0 * f64::from(lines))?;
            }
        }
        for (column, cell) in (0..).zip(cells) {
            self.put(column, cell)?;
        }
        Ok(())
    }

    fn put(&mut self, column: u16, cell: &Cell<'_>) -> Result<(), XlsxError> {
        let (formats, row) = (self.formats, self.row);
        match *cell {
            Cell::Text(text) => self.text(column, text, &formats.plain),
            Cell::Wrapped(text) if self.wrapped => self.text(column, text, &formats.wrapped),
            Cell::Wrapped(text) => self.text(column, text, &formats.plain),
            Cell::Marked(text, marked) => self.marked(column, text, marked),
            Cell::Count(count) => self.number(column, count as f64, &formats.count),
            Cell::Number(number) => self.number(column, number, &formats.number),
            Cell::Score(score) => self.number(column, score, &formats.score),
            Cell::Denied(truth) => {
                let format = if truth { &formats.denied } else { &formats.faint };
                self.sheet().write_boolean_with_format(row, column, truth, format).map(|_| ())
            }
            Cell::Date(None) => Ok(()),
            Cell::Date(Some(date)) => self.date(column, date),
            Cell::Address(url) => {
                let is_address = url.starts_with("http://") || url.starts_with("https://");
                self.text_to(column, url, is_address.then(|| url.to_owned()))
            }
            Cell::TextTo(text, to) => self.text_to(column, text, to.map(|to| format!("internal:{to}"))),
            Cell::CountTo(count, to) => {
                let format = match to {
                    Some(to) if self.may_link() => {
                        let url = Url::new(format!("internal:{to}"));
                        self.sheet().write_url_with_format(row, column, url, &formats.count_link)?;
                        &formats.count_link
                    }
                    _ => &formats.count,
                };
                self.number(column, count as f64, format)
            }
        }
    }

    /// Counts a link, if the sheet holds one more.
    fn may_link(&mut self) -> bool {
        let most = self.most_links();
        self.links += 1;
        self.left_out_links |= self.links > most;
        self.links <= most
    }

    fn most_links(&self) -> u32 {
        if self.wrapped { MOST_LINKS } else { MOST_LINKS_OF_MANY }
    }

    fn sheet(&mut self) -> &mut Worksheet {
        let last = self.sheets.len() - 1;
        &mut self.sheets[last]
    }

    fn text(&mut self, column: u16, text: &str, format: &Format) -> Result<(), XlsxError> {
        if text.is_empty() {
            return Ok(());
        }
        let text = self.fitting(text);
        let format = if text.starts_with(FORMULA_STARTS) { &self.formats.quoted } else { format };
        let row = self.row;
        self.sheet().write_string_with_format(row, column, text, format).map(|_| ())
    }

    /// As much of a text as a cell holds.
    fn fitting<'t>(&mut self, text: &'t str) -> std::borrow::Cow<'t, str> {
        if text.len() <= LONGEST || text.encode_utf16().count() <= LONGEST {
            return text.into();
        }
        self.cut += 1;
        let mut left = LONGEST - 1;
        let kept = text.chars().take_while(|c| {
            let fits = c.len_utf16() <= left;
            left = left.saturating_sub(c.len_utf16());
            fits
        });
        format!("{}…", kept.collect::<String>()).into()
    }

    fn number(&mut self, column: u16, number: f64, format: &Format) -> Result<(), XlsxError> {
        let row = self.row;
        self.sheet().write_number_with_format(row, column, number, format).map(|_| ())
    }

    /// A date as one, shown as exactly as it is known; before 1900, where a spreadsheet knows none, as text.
    fn date(&mut self, column: u16, date: Date) -> Result<(), XlsxError> {
        let (first, last): (civil::Date, civil::Date) = (date.first_day(), date.last_day());
        if first.year() < 1900 {
            return self.text(column, &date.to_string(), &self.formats.plain);
        }
        let format = if first == last {
            &self.formats.day
        } else if first.month() == last.month() {
            &self.formats.month
        } else {
            &self.formats.year
        };
        let day =
            ExcelDateTime::from_ymd(first.year().unsigned_abs(), first.month() as u8, first.day() as u8)?;
        let row = self.row;
        self.sheet().write_datetime_with_format(row, column, day, format).map(|_| ())
    }

    fn text_to(&mut self, column: u16, text: &str, to: Option<String>) -> Result<(), XlsxError> {
        let Some(to) = to.filter(|_| !text.is_empty() && text.len() <= LONGEST) else {
            return self.text(column, text, &self.formats.plain);
        };
        if to.len() > LONGEST_LINK || !self.may_link() {
            return self.text(column, text, &self.formats.plain);
        }
        let (row, formats) = (self.row, self.formats);
        let url = Url::new(to).set_text(text);
        self.sheet().write_url_with_format(row, column, url, &formats.link).map(|_| ())
    }

    fn marked(&mut self, column: u16, text: &str, marked: &Marked) -> Result<(), XlsxError> {
        let (row, formats) = (self.row, self.formats);
        let (subject, object) = (&marked.subject, &marked.object);
        let overlap = subject.start < object.end && object.start < subject.end;
        if overlap || text.len() > LONGEST {
            return self.text(column, text, &formats.wrapped);
        }
        let mut ends = [(subject, &formats.subject), (object, &formats.object)];
        ends.sort_by_key(|(range, _)| range.start);
        let mut parts: Vec<(&Format, &str)> = Vec::new();
        let mut from = 0;
        for (range, format) in ends {
            parts.push((&formats.nothing, &text[from..range.start]));
            parts.push((format, &text[range.clone()]));
            from = range.end;
        }
        parts.push((&formats.nothing, &text[from..]));
        parts.retain(|(_, part)| !part.is_empty());
        let whole = if text.starts_with(FORMULA_STARTS) {
            formats.wrapped.clone().set_quote_prefix()
        } else {
            formats.wrapped.clone()
        };
        self.sheet().write_rich_string_with_format(row, column, &parts, &whole).map(|_| ())
    }

    /// What a reader should know of the table.
    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.sheets.len() > 1 {
            notes.push(format!(
                "{} has more rows than a sheet holds ({MOST_ROWS}): it goes on in {}.",
                self.name,
                (1..self.sheets.len() as u32)
                    .map(|part| part_name(self.name, part))
                    .collect::<Vec<_>>()
                    .join(", ")
            ));
        }
        if self.left_out_links {
            let most = self.most_links();
            notes.push(format!("Sheet {}: only the first {most} links are links.", self.name));
        }
        if !self.wrapped {
            notes.push(format!(
                "Sheet {}: with more than {MOST_WRAPPED} rows, sentences are neither wrapped nor coloured.",
                self.name
            ));
        }
        if self.cut > 0 {
            notes.push(format!("Sheet {}: {} texts are cut to what a cell holds.", self.name, self.cut));
        }
        notes
    }

    /// The sheets, with filters and bars.
    pub(super) fn finish(mut self) -> Result<Vec<Worksheet>, XlsxError> {
        let full = self.sheets.len() - 1;
        for (number, sheet) in self.sheets.iter_mut().enumerate() {
            let last = if number < full { MOST_ROWS } else { self.row };
            sheet.autofilter(0, 0, last, self.columns.len() as u16 - 1)?;
            if last == 0 {
                continue;
            }
            for (column, Column { name, .. }) in (0..).zip(self.columns) {
                match *name {
                    "score" | "similarity" => {
                        let bar = ConditionalFormatDataBar::new()
                            .set_minimum(ConditionalFormatType::Number, 0)
                            .set_maximum(ConditionalFormatType::Number, 1)
                            .set_fill_color(Color::RGB(0x9D_C3_E6))
                            .set_solid_fill(true);
                        sheet.add_conditional_format(1, column, last, column, &bar)?;
                    }
                    // Names of articles and of what years are called may be numbers.
                    "article" | "first_article" | "duplicate_of" | "subject" | "object" | "entity"
                    | "title" => {
                        sheet.ignore_error_range(1, column, last, column, IgnoreError::NumberStoredAsText)?;
                    }
                    _ => {}
                }
            }
        }
        Ok(self.sheets)
    }
}

/// Bytes of a link that every program follows.
const LONGEST_LINK: usize = 2_000;
