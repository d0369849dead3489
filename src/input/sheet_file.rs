//! Spreadsheets (.xlsx, .xlsm, .xls, .ods): one article a row of a sheet, below a row with the names of the columns.
//!
//! Of an .xlsx file a row is in memory at a time, and all different texts, which the format keeps in a list of their
//! own; of the others, the sheet.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Cursor};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use calamine::{DataType, OdsError, Range, Reader as _, SheetType, SheetVisible, XlsError, XlsxError};
use calamine::{Ods, Xls, Xlsx};

use super::background::{Background, Outlet, Unwanted};
use super::columns::{self, Columns, Missing};
use super::decode::{self, Decoded};
use super::guards::xls_guard;
use super::options::Options;
use super::packed::{self, Unfit};
use super::repeats::ProblemKind;
use super::row::Row;
use crate::error::{Place, Problem};
use crate::text::one_line;

/// Bytes of an .xls file, which is taken into memory.
const LONGEST_XLS: u64 = 256 << 20;

/// A reader of the file, which counts in `read` how many of its bytes the rows are worth that it has read; and how many
/// there are.
pub(super) fn open(
    path: PathBuf,
    name: String,
    options: Options,
    read: Arc<AtomicU64>,
) -> Result<(Background, u64), Problem> {
    let size = super::reader::size(&path)?;
    let sheets = Sheets { path: path.clone(), name, options, size, read };
    Ok((Background::start(Place::file(path), move |out| sheets.read(out))?, size))
}

/// Cells by the number of their column.
type Cells = HashMap<usize, String>;

struct Sheets {
    path: PathBuf,
    name: String,
    options: Options,
    size: u64,
    read: Arc<AtomicU64>,
}

/// The sheet that is read: the number of the row that names the columns, and which these are.
struct Chosen {
    sheet: String,
    header: u64,
    columns: Columns,
}

/// What speaks against the first row of a sheet.
struct Refused {
    missing: Missing,
    names: Vec<String>,
    row: u64,
}

impl Sheets {
    fn read(self, out: &Outlet) -> Result<(), Unwanted> {
        let mut book = match Book::open(&self.path) {
            Ok(book) => book,
            Err(unfit) => return self.unfit(&unfit, out),
        };
        let chosen = match self.choose(&mut book, out) {
            Ok(Some(chosen)) => chosen,
            Ok(None) => return Ok(()),
            Err(Stop::Unwanted) => return Err(Unwanted),
            Err(Stop::Broken(why)) => return self.unfit(&Unfit::Broken(why), out),
        };
        let (mut last, mut unwanted, mut counted) = (chosen.header, false, 0);
        let read = book.rows(&chosen.sheet, &mut |number, of, cells| {
            let worth = (u128::from(self.size) * u128::from(number.min(of)) / u128::from(of.max(1))) as u64;
            self.read.fetch_add(worth.saturating_sub(counted), Ordering::Relaxed);
            counted = counted.max(worth);
            if number <= chosen.header {
                return ControlFlow::Continue(());
            }
            last = number;
            unwanted = self.row(number, cells, &chosen, out).is_err();
            if unwanted { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        if unwanted {
            return Err(Unwanted);
        }
        if let Err(why) = read {
            let message = format!("the sheet is damaged behind this row ({why})");
            let remedy = "The rows up to it are kept. Open the file in a spreadsheet and save it again.";
            return out.skipped(ProblemKind::File, Place::row(&self.path, last), message, remedy);
        }
        if last == chosen.header {
            let message =
                format!("there is not one row below the names of the columns in sheet `{}`", chosen.sheet);
            return out.skipped(
                ProblemKind::File,
                Place::file(&self.path),
                message,
                "Put the articles in, one a row.",
            );
        }
        Ok(())
    }

    fn unfit(&self, unfit: &Unfit, out: &Outlet) -> Result<(), Unwanted> {
        let (message, remedy) = unfit.explain();
        out.skipped(ProblemKind::File, Place::file(&self.path), message, remedy)
    }

    /// The sheet to read: the one that was named, or the first in which there is a text. None if that has been said
    /// not to be there.
    fn choose(&self, book: &mut Book, out: &Outlet) -> Result<Option<Chosen>, Stop> {
        let sheets = book.sheets();
        let place = Place::file(&self.path);
        let skipped = |place: Place, message: String, remedy: String| -> Result<Option<Chosen>, Stop> {
            out.skipped(ProblemKind::File, place, message, remedy)?;
            Ok(None)
        };
        if let Some(wanted) = &self.options.sheet {
            return self.named(book, wanted, &sheets, out);
        }
        let (mut chosen, mut others, mut refused) = (None, Vec::new(), None);
        for sheet in &sheets {
            match self.header(book, sheet)? {
                None => {}
                Some(Ok(found)) if chosen.is_none() => chosen = Some(found),
                Some(Ok(found)) => others.push(found.sheet),
                Some(Err(reason)) => {
                    refused.get_or_insert((sheet, reason));
                }
            }
        }
        if let Some(first) = &chosen
            && !others.is_empty()
        {
            let message = format!(
                "only sheet `{}` is read; articles are in these sheets too: {}",
                first.sheet,
                columns::list(others.iter())
            );
            let remedy = "Run again with --sheet for each of them, or put all rows into one sheet.";
            out.skipped(ProblemKind::File, place, message, remedy)?;
            return Ok(chosen);
        }
        match (chosen, refused) {
            (Some(chosen), _) => Ok(Some(chosen)),
            (None, None) => skipped(place, "the file is empty".to_owned(), EMPTY.to_owned()),
            (None, Some((sheet, refused))) => {
                let (mut message, remedy) = self.explain(&refused);
                if sheets.len() > 1 {
                    message = format!("in sheet `{sheet}`, and in no other either, {message}");
                }
                skipped(Place::row(&self.path, refused.row), message, remedy)
            }
        }
    }

    /// The sheet of that name.
    fn named(
        &self,
        book: &mut Book,
        wanted: &str,
        sheets: &[String],
        out: &Outlet,
    ) -> Result<Option<Chosen>, Stop> {
        let place = Place::file(&self.path);
        let skipped = |place: Place, message: String, remedy: String| -> Result<Option<Chosen>, Stop> {
            out.skipped(ProblemKind::File, place, message, remedy)?;
            Ok(None)
        };
        let plain = |name: &str| name.trim().to_lowercase();
        let found = sheets.iter().find(|name| *name == wanted);
        let Some(sheet) = found.or_else(|| sheets.iter().find(|name| plain(name) == plain(wanted))) else {
            let message = format!(
                "there is no sheet `{wanted}`; the sheets here are: {}",
                columns::list(sheets.iter())
            );
            let remedy = "Say with --sheet which one holds the articles, or leave the option out.";
            return skipped(place, message, remedy.to_owned());
        };
        match self.header(book, sheet)? {
            None => skipped(place, format!("sheet `{sheet}` is empty"), EMPTY.to_owned()),
            Some(Ok(chosen)) => Ok(Some(chosen)),
            Some(Err(refused)) => {
                let (message, remedy) = self.explain(&refused);
                skipped(Place::row(&self.path, refused.row), message, remedy)
            }
        }
    }

    fn explain(&self, refused: &Refused) -> (String, String) {
        let names = refused.names.iter().map(String::as_str);
        let (message, remedy) = columns::explain(refused.missing, "column", names, &self.options);
        (message, format!("{remedy} The first row must hold the names of the columns."))
    }

    /// What the first row of a sheet says; none if there is no row.
    fn header(&self, book: &mut Book, sheet: &str) -> Result<Option<Result<Chosen, Refused>>, Stop> {
        let mut first = None;
        book.rows(sheet, &mut |row, _, cells| {
            first = Some((row, cells));
            ControlFlow::Break(())
        })
        .map_err(Stop::Broken)?;
        let Some((row, mut cells)) = first else { return Ok(None) };
        let width = cells.keys().max().map_or(0, |last| last + 1);
        let names: Vec<String> =
            (0..width).map(|column| one_line(&cells.remove(&column).unwrap_or_default())).collect();
        Ok(Some(match Columns::find(names.iter().map(String::as_str), &self.options) {
            Ok(columns) => Ok(Chosen { sheet: sheet.to_owned(), header: row, columns }),
            Err(missing) => {
                let names = names.into_iter().filter(|name| !name.is_empty()).collect();
                Err(Refused { missing, names, row })
            }
        }))
    }

    fn row(&self, number: u64, mut cells: Cells, chosen: &Chosen, out: &Outlet) -> Result<(), Unwanted> {
        let mut text = cells.remove(&chosen.columns.text).unwrap_or_default();
        let nuls = decode::blank_nuls(&mut text);
        let row = Row {
            text: Decoded { text, nuls, ..Decoded::default() },
            cell: |column: usize| {
                let cell = cells.get(&column)?.trim().replace('\0', " ");
                Some(cell).filter(|cell| !cell.is_empty())
            },
            name: format!("{}#{}", self.name, number - chosen.header),
            place: Place::row(&self.path, number),
        };
        out.put_all(row.article(&chosen.columns))
    }
}

const EMPTY: &str = "Put the articles in: a first row with the names of the columns, then one article a row.";

/// Why there is no going on.
enum Stop {
    Unwanted,
    Broken(String),
}

impl From<Unwanted> for Stop {
    fn from(_: Unwanted) -> Self {
        Stop::Unwanted
    }
}

/// A file, opened.
enum Book {
    Xlsx(Box<Xlsx<BufReader<File>>>),
    Xls(Box<Xls<Cursor<Vec<u8>>>>),
    Ods(Box<Ods<BufReader<File>>>),
}

/// What is done with a row that is not empty: its number in the sheet, counted from 1, that of the last row, as far as
/// the file says, and the cells.
type Each<'e> = &'e mut dyn FnMut(u64, u64, Cells) -> ControlFlow<()>;

impl Book {
    fn open(path: &Path) -> Result<Book, Unfit> {
        let file = || Ok::<_, Unfit>(BufReader::new(File::open(path)?));
        let packed = packed::open(path);
        if let Err(Unfit::Encrypted) = packed {
            // The same envelope holds the old format.
            if file()?.get_ref().metadata()?.len() > LONGEST_XLS {
                return Err(Unfit::TooLarge);
            }
            let bytes = std::fs::read(path)?;
            let is_old = path.extension().is_some_and(|it| it.eq_ignore_ascii_case("xls"));
            if !xls_guard::is_sound(&bytes) {
                let why = "its parts do not fit together".to_owned();
                return Err(if is_old { Unfit::Broken(why) } else { Unfit::Encrypted });
            }
            return match Xls::new(Cursor::new(bytes)) {
                Ok(book) => Ok(Book::Xls(Box::new(book))),
                Err(XlsError::Password) => Err(Unfit::Encrypted),
                Err(error) => Err(Unfit::Broken(error.to_string())),
            };
        }
        let is_ods = packed?.index_for_name("content.xml").is_some();
        if is_ods {
            return match Ods::new(file()?) {
                Ok(book) => Ok(Book::Ods(Box::new(book))),
                Err(OdsError::Password) => Err(Unfit::Encrypted),
                Err(error) => Err(Unfit::Broken(error.to_string())),
            };
        }
        match Xlsx::new(file()?) {
            Ok(book) => Ok(Book::Xlsx(Box::new(book))),
            Err(XlsxError::Password) => Err(Unfit::Encrypted),
            Err(error) => Err(Unfit::Broken(error.to_string())),
        }
    }

    /// The names of the sheets that can be seen and hold cells.
    fn sheets(&self) -> Vec<String> {
        let sheets = match self {
            Book::Xlsx(book) => book.sheets_metadata(),
            Book::Xls(book) => book.sheets_metadata(),
            Book::Ods(book) => book.sheets_metadata(),
        };
        let shown =
            sheets.iter().filter(|it| it.visible == SheetVisible::Visible && it.typ == SheetType::WorkSheet);
        shown.map(|sheet| sheet.name.clone()).collect()
    }

    fn rows(&mut self, sheet: &str, each: Each) -> Result<(), String> {
        match self {
            Book::Xlsx(book) => stream(book, sheet, each).map_err(|error| error.to_string()),
            Book::Xls(book) => {
                book.worksheet_range(sheet).map(|range| walk(&range, each)).map_err(|error| error.to_string())
            }
            Book::Ods(book) => {
                book.worksheet_range(sheet).map(|range| walk(&range, each)).map_err(|error| error.to_string())
            }
        }
    }
}

/// The rows of a sheet as they stand in the file.
fn stream(book: &mut Xlsx<BufReader<File>>, sheet: &str, each: Each) -> Result<(), XlsxError> {
    let mut reader = book.worksheet_cells_reader(sheet)?;
    let last = u64::from(reader.dimensions().end.0) + 1;
    let (mut row, mut cells) = (0, Cells::new());
    loop {
        let cell = reader.next_cell();
        let at = match &cell {
            Ok(Some(cell)) => cell.get_position().0,
            _ => u32::MAX,
        };
        if at != row
            && !cells.is_empty()
            && each(u64::from(row) + 1, last, std::mem::take(&mut cells)).is_break()
        {
            return Ok(());
        }
        row = at;
        let Some(cell) = cell? else { return Ok(()) };
        if let Some(text) = text_of(cell.get_value()) {
            cells.insert(cell.get_position().1 as usize, text);
        }
    }
}

/// The rows of a sheet that is in memory.
fn walk(range: &Range<calamine::Data>, each: Each) {
    let (first_row, first_column) = range.start().unwrap_or_default();
    let last = u64::from(range.end().unwrap_or_default().0) + 1;
    for (row, values) in (u64::from(first_row) + 1..).zip(range.rows()) {
        let columns = first_column as usize..;
        let cells: Cells =
            columns.zip(values).filter_map(|(column, value)| Some((column, text_of(value)?))).collect();
        if !cells.is_empty() && each(row, last, cells).is_break() {
            return;
        }
    }
}

/// What a cell shows, or nearly; none if it is empty.
fn text_of(cell: &impl DataType) -> Option<String> {
    let text = if let Some(text) = cell.get_string() {
        text.to_owned()
    } else if let Some(moment) = cell.get_datetime() {
        let (year, month, day, ..) = moment.to_ymd_hms_milli();
        if !moment.is_datetime() || moment.as_f64() < 1.0 {
            return None;
        }
        format!("{year:04}-{month:02}-{day:02}")
    } else if let Some(moment) = cell.get_datetime_iso() {
        moment.to_owned()
    } else if let Some(number) = cell.get_int() {
        number.to_string()
    } else if let Some(number) = cell.get_float() {
        number.to_string()
    } else {
        return None;
    };
    Some(text).filter(|text| !text.trim().is_empty())
}
