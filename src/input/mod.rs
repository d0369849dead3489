//! Articles from files: one reader per format, all yielding a stream of [`Item`]s.
//!
//! The modules, in the order in which an article passes through them: `listing` (what the user named,
//! as files in a fixed order), `bytes` (decompressed) or `packed` (an archive of XML), then one reader per format
//! (`text_file`; `table`, `sheet_file`, `jsonl`, `json_file` and `parquet_file`, which share `columns`; `html_file`,
//! `warc_file` and `mail_file`, which share `page`; `docx_file`; `pdf_file`), with `decode` making text of bytes; then `ids`, which sees to it that no two articles have one name, and `dateline` and
//! `address`, for what a file does not say of its articles but their texts and addresses do.
//!
//! No reader stops the run: what cannot be read becomes a [`Problem`] in the stream, at its place.
//!
//! One record is in memory at a time. It may be 32 MiB long (`bytes::LONGEST`; a web page 4 MiB), what
//! it is packed in included, and is left out beyond; of a Parquet file, one page of each column that
//! is read is in memory, which the format bounds at 2 GiB and writers at about 1 MiB; of a spreadsheet,
//! all different texts of an .xlsx file or a whole sheet of another; a PDF and a DOCX are one article. What grows with
//! the input is about 30 bytes an article (to tell ids apart) and about 70 bytes for each file in a
//! folder.
//!
//! # Example
//!
//! ```
//! use std::fs;
//! use std::io::Cursor;
//!
//! use triplewire::input::{self, Item, Options, Shard};
//!
//! let folder = tempfile::tempdir()?;
//! fs::write(folder.path().join("first.txt"), "Ana Ruiz leads Acme.")?;
//! fs::write(folder.path().join("second.txt"), "")?;
//! let articles = input::open(&[folder.path().to_owned()], Options::default())?;
//! let progress = articles.progress();
//! let items: Vec<Item> = articles.collect();
//! let [Item::Article(first), Item::Problem(second)] = &items[..] else { panic!("{items:?}") };
//! assert_eq!((first.id.as_str(), first.text.as_str()), ("first", "Ana Ruiz leads Acme."));
//! assert_eq!((second.message.as_str(), second.skipped), ("the file is empty", true));
//! assert_eq!((progress.read(), progress.total()), (20, Some(20)));
//!
//! // JSON lines in memory whose texts have a key of their own, and every second article of them.
//! let lines = ["a", "b", "c"].map(|id| format!("{{\"id\": \"{id}\", \"story\": \"It rained.\"}}\n")).concat();
//! let options = Options { text_column: Some("story".to_owned()), ..Options::default() };
//! let articles = input::lines(Cursor::new(lines), "the articles", "line", options);
//! let fingerprint = articles.fingerprint();
//! let shard: Shard = "1/2".parse()?;
//! let ids = shard.pick(articles).filter_map(|item| match item {
//!     Item::Article(article) => Some(article.id),
//!     Item::Problem(_) => None,
//! });
//! assert_eq!(ids.collect::<Vec<String>>(), ["a", "c"]);
//! println!("{} tells these articles from others", fingerprint.hex());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod address;
mod background;
mod bytes;
mod columns;
mod dateline;
mod decode;
mod docx_file;
mod earlier;
mod fingerprint;
mod guards;
mod html_file;
pub(crate) mod ids;
mod json_file;
mod jsonl;
mod listing;
mod mail_file;
mod options;
mod packed;
mod page;
mod parquet_file;
mod pdf_file;
mod pdf_lines;
mod reader;
mod repeats;
mod row;
mod shard;
mod sheet_file;
mod table;
mod text_file;
mod unread;
mod warc_file;

use std::collections::VecDeque;
use std::io::BufRead;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::{Place, Problem, Result};
use crate::text::{Article, Date, DayOrder, Unread};

use listing::{Format, Listing, ListingStep, Source};
use reader::{Given, ReadItem, Reader, size, unreadable};
use repeats::{ProblemKind, Repeats};

pub use earlier::Earlier;
pub use fingerprint::Fingerprint;
pub use options::Options;
pub use shard::Shard;

/// Bytes of an id. It stands in every row.
const LONGEST_ID: usize = 1024;

/// What a reader yields.
///
/// See the [example](crate::input#example).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// The next article.
    Article(Article),
    /// Something wrong, at this point of the stream.
    Problem(Problem),
}

/// How far the reading has come, in bytes on disk. A clone shows the same state and can be read
/// from any thread.
///
/// See the [example](crate::input#example).
#[derive(Debug, Clone)]
pub struct Progress {
    read: Arc<AtomicU64>,
    total: Option<u64>,
    passed_over: Arc<AtomicU64>,
}

impl Progress {
    /// The bytes read so far.
    pub fn read(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }

    /// The bytes in all files, as they were when [`open`] looked. None if standard input is among
    /// the inputs.
    pub fn total(&self) -> Option<u64> {
        self.total
    }

    /// Articles read so far that an earlier run has had; see [`Articles::behind`].
    pub fn passed_over(&self) -> u64 {
        self.passed_over.load(Ordering::Relaxed)
    }
}

/// The articles of all inputs, in order. Files are opened one at a time and read as they are
/// needed, so memory does not grow with the size of the input (but see the module's documentation).
///
/// Ids are unique: where one comes again, the later article is called `id#2`, `id#3` and so on, and
/// a [`Problem`] before it says so.
///
/// See the [example](crate::input#example).
pub struct Articles {
    listing: Listing,
    options: Options,
    /// The next step of the listing.
    step: usize,
    /// What is being read.
    open: Option<Open>,
    /// Read and not yet yielded.
    found: VecDeque<ReadItem>,
    earlier: Earlier,
    repeats: Repeats,
    read: Arc<AtomicU64>,
    passed_over: Arc<AtomicU64>,
    /// What `read` will be when the open file has been read.
    read_after: u64,
}

/// Opens `inputs`: files, folders, or `-` for JSONL on standard input. [An
/// example](crate::pipeline::Pipeline::run).
///
/// A folder is read recursively, in the order of the names compared byte by byte: its `.txt`, `.csv`, `.tsv`, `.json`,
/// `.jsonl`, `.ndjson`, `.html`, `.htm`, `.eml`, `.mbox`, `.warc` and `.wet` files, also with `.gz` or `.zst` behind, and
/// its `.docx`, `.pdf`, `.xlsx`, `.xlsm`, `.xls`, `.ods` and `.parquet` files. What else is in it is counted and named in
/// a [`Problem`], but for hidden files, what systems leave in folders, and the files that this program writes or that
/// hold hand labels. A file that is named itself is also read as a text if its extension is not known, unless it turns
/// out not to be one.
///
/// # Errors
/// If an input does not exist, if a file named is output of this program, or if there is nothing to
/// read in all that was named.
pub fn open(inputs: &[PathBuf], options: Options) -> Result<Articles> {
    Ok(Articles::of(Listing::new(inputs, &options)?, options))
}

/// Articles of a program that has this one as a library, as JSON lines. Problems name `place`; an article without an
/// id is called after `name` and its line.
///
/// See the [example](crate::input#example).
pub fn lines(bytes: impl BufRead + Send + 'static, place: &str, name: &str, options: Options) -> Articles {
    let mut articles = Articles::of(Listing::default(), options.clone());
    let dealt = options.dealt;
    let reader = jsonl::Jsonl::new(Box::new(bytes), PathBuf::from(place), name.to_owned(), options);
    let reader = Box::new(reader.dealt(dealt));
    articles.open = Some(Open { reader, source: None, is_read: false, day_order: None });
    articles
}

impl Articles {
    fn of(listing: Listing, options: Options) -> Self {
        Articles {
            listing,
            options,
            step: 0,
            open: None,
            found: VecDeque::new(),
            earlier: Earlier::default(),
            repeats: Repeats::default(),
            read: Arc::default(),
            passed_over: Arc::default(),
            read_after: 0,
        }
    }

    /// The same articles after those of earlier runs, as if all were read in one: what is there already is passed over,
    /// and ids that are taken get a number.
    #[must_use]
    pub fn behind(self, earlier: Earlier) -> Self {
        Articles { earlier, ..self }
    }

    /// How far the reading has come, to be asked at any time and from any thread.
    pub fn progress(&self) -> Progress {
        Progress {
            read: Arc::clone(&self.read),
            total: self.listing.total,
            passed_over: Arc::clone(&self.passed_over),
        }
    }

    /// What tells these inputs from others, when all is read.
    pub fn fingerprint(&self) -> Fingerprint {
        self.earlier.fingerprint()
    }

    /// Goes to the next step of the listing. False after the last.
    fn advance(&mut self) -> bool {
        if self.listing.total.is_some() {
            // Also past what was not read of the last file: the rest of a broken one, for example.
            self.read.store(self.read_after, Ordering::Relaxed);
        }
        let step = self.listing.step(self.step);
        self.step += 1;
        let (source, opened) = match step {
            None => return false,
            Some(ListingStep::Problem(problem)) => {
                self.found.push_back(ReadItem::Problem(ProblemKind::File, problem));
                return true;
            }
            Some(ListingStep::Stdin) => (None, self.open_stdin()),
            Some(ListingStep::File(source)) => (Some(source.clone()), self.open_file(source)),
        };
        match opened {
            Ok(reader) => self.open = Some(Open { reader, source, is_read: false, day_order: None }),
            Err(problem) => self.found.push_back(ReadItem::Problem(ProblemKind::File, problem)),
        }
        true
    }

    fn open_stdin(&mut self) -> Result<Box<dyn Reader>, Problem> {
        let file = PathBuf::from("standard input");
        let bytes = bytes::stdin(Arc::clone(&self.read)).map_err(|error| unreadable(&file, &error))?;
        let reader = jsonl::Jsonl::new(bytes, file, "stdin".to_owned(), self.options.clone());
        Ok(Box::new(reader.dealt(self.options.dealt)))
    }

    fn open_file(&mut self, source: Source) -> Result<Box<dyn Reader>, Problem> {
        let (reader, size) = open_file(source, &self.options, Arc::clone(&self.read))?;
        self.read_after += size;
        Ok(reader)
    }

    /// Makes an article of what its file gives, after what is wrong with it.
    fn settle(&mut self, given: Given) {
        let Given { mut id, text, title, date, source, url, place } = given;
        let mut problems = Vec::new();
        if id.len() > LONGEST_ID {
            let problem = Problem::mended(
                place.clone(),
                format!("the id has {} bytes", id.len()),
                format!(
                    "The article is called by the first {LONGEST_ID} of them; is it the text? --id-column says \
                     which column or key holds the id."
                ),
            );
            problems.push((ProblemKind::LongId, problem));
            id.truncate(id.floor_char_boundary(LONGEST_ID));
        }
        let date = date.and_then(|date| {
            let read = self.date(&date, &place);
            read.map_err(|problem| problems.push(problem)).ok()
        });
        let date = date.or_else(|| dateline::date_of(&text));
        let url = url.or_else(|| Some(id.clone()).filter(|id| address::is_address(id)));
        let source = source.or_else(|| address::host(url.as_deref()?));
        let mut article = Article { id, called: None, text, title, date, source, url };
        let digest = article.digest();
        if self.earlier.has(&digest) {
            self.passed_over.fetch_add(1, Ordering::Relaxed);
            return;
        }
        if let Some(free) = self.earlier.take(&article.id, &digest) {
            let problem = Problem::mended(
                place,
                format!("another article is already called {}", article.id),
                format!("This one is called {free} in the output."),
            );
            problems.push((ProblemKind::DuplicateId, problem));
            article.called = Some(std::mem::replace(&mut article.id, free));
        }
        self.found.push_front(ReadItem::Settled(article));
        for (kind, problem) in problems.into_iter().rev() {
            self.found.push_front(ReadItem::Problem(kind, problem));
        }
    }

    /// The date that the open file gives an article.
    fn date(&mut self, date: &str, place: &Place) -> Result<Date, (ProblemKind, Problem)> {
        const SHOWN: usize = 40;
        let unclear = match Date::read(date, None) {
            Ok(date) => return Ok(date),
            Err(unread) => unread,
        };
        let shown: String = date.chars().take(SHOWN).collect();
        let (kind, message) = match unclear {
            Unread::NoDate => (ProblemKind::Date, format!("the date `{shown}` cannot be read")),
            Unread::Unclear { day_first, month_first } => {
                let order = self.open.as_mut().and_then(|open| open.day_order(&self.options));
                match order {
                    Some(DayOrder::DayFirst) => return Ok(day_first),
                    Some(DayOrder::MonthFirst) => return Ok(month_first),
                    None => {}
                }
                let either = format!("may be {day_first} or {month_first}");
                let message = format!("the date `{shown}` {either}, and the other dates do not settle which");
                (ProblemKind::UnclearDate, message)
            }
        };
        let remedy = "The article has none, unless its text begins with one. Dates like 2019-03-29 and March 29, 2019 \
                      can be read.";
        Err((kind, Problem::mended(place.clone(), message, remedy)))
    }
}

/// What is being read.
struct Open {
    reader: Box<dyn Reader>,
    /// None for standard input.
    source: Option<Source>,
    /// Whether there is no more to read.
    is_read: bool,
    /// Which number of a date is the day, if anybody has asked.
    day_order: Option<Option<DayOrder>>,
}

impl Open {
    /// Which number of a date is the day, if all dates in the file taken together leave no doubt. To find out, it is
    /// read once more. Standard input cannot be, and the pages of an archive are of many hands.
    fn day_order(&mut self, options: &Options) -> Option<DayOrder> {
        let source = self.source.as_ref();
        *self.day_order.get_or_insert_with(|| day_order(source?, options))
    }
}

fn day_order(source: &Source, options: &Options) -> Option<DayOrder> {
    if !matches!(
        source.format,
        Format::Table { .. } | Format::Sheets | Format::Jsonl | Format::Json | Format::Parquet
    ) {
        return None;
    }
    let (mut reader, _) = open_file(source.clone(), options, Arc::default()).ok()?;
    let mut found = VecDeque::new();
    let mut order = None;
    loop {
        let goes_on = reader.read(&mut found);
        for found in found.drain(..) {
            let ReadItem::Article(given) = found else { continue };
            let Some(shown) = given.date.as_deref().and_then(DayOrder::shown_by) else { continue };
            if order.replace(shown).is_some_and(|before| before != shown) {
                return None;
            }
        }
        if !goes_on {
            return order;
        }
    }
}

/// The reader of a file, which counts in `read` the bytes that it has read; and how many there are. It has an arm for
/// each format, hence its length.
fn open_file(
    source: Source,
    options: &Options,
    read: Arc<AtomicU64>,
) -> Result<(Box<dyn Reader>, u64), Problem> {
    let Source { path, name, format, compression } = source;
    let options = options.clone();
    let open = |path: &Path| {
        bytes::open(path, compression, Arc::clone(&read)).map_err(|error| unreadable(path, &error))
    };
    Ok(match format {
        Format::Text { doubtful } => {
            let (bytes, size) = open(&path)?;
            (Box::new(text_file::TextFile::new(bytes, Place::file(path), name, doubtful)), size)
        }
        Format::Html => {
            let (bytes, size) = open(&path)?;
            (Box::new(html_file::Html::new(bytes, Place::file(path), name)), size)
        }
        Format::Table { delimiter } => {
            let (bytes, size) = open(&path)?;
            (Box::new(table::TableReader::new(bytes, path, name, delimiter, options)), size)
        }
        Format::Jsonl => {
            let (bytes, size) = open(&path)?;
            (Box::new(jsonl::Jsonl::new(bytes, path, name, options)), size)
        }
        Format::Warc => {
            let (bytes, size) = open(&path)?;
            (Box::new(warc_file::Warc::new(bytes, path, name)), size)
        }
        Format::Json => {
            let (bytes, size) = open(&path)?;
            (Box::new(json_file::Json::new(bytes, path, name, options)), size)
        }
        Format::Message => {
            let (bytes, size) = open(&path)?;
            (Box::new(mail_file::message(bytes, path, name)?), size)
        }
        Format::Mailbox => {
            let (bytes, size) = open(&path)?;
            (Box::new(mail_file::mailbox(bytes, path, name)?), size)
        }
        // From here on, no streams of bytes.
        Format::Docx => {
            let size = size(&path)?;
            (Box::new(docx_file::open(path, name)?), size)
        }
        Format::Pdf => {
            let size = size(&path)?;
            (Box::new(pdf_file::open(path, name)?), size)
        }
        Format::Sheets => {
            let (reader, size) = sheet_file::open(path, name, options, read)?;
            (Box::new(reader), size)
        }
        Format::Parquet => {
            let (reader, size) = parquet_file::Parquet::open(path, name, &options, read)?;
            (Box::new(reader), size)
        }
    })
}

impl Iterator for Articles {
    type Item = Item;

    fn next(&mut self) -> Option<Item> {
        loop {
            match self.found.pop_front() {
                Some(ReadItem::Article(given)) => self.settle(*given),
                Some(ReadItem::Settled(article)) => return Some(Item::Article(article)),
                Some(ReadItem::Problem(kind, problem)) => {
                    if let Some(problem) = self.repeats.admit(kind, problem) {
                        return Some(Item::Problem(problem));
                    }
                }
                None => match &mut self.open {
                    Some(open) if !open.is_read => open.is_read = !open.reader.read(&mut self.found),
                    _ => {
                        self.open = None;
                        let repeats = std::mem::take(&mut self.repeats);
                        self.found
                            .extend(repeats.summaries().map(|it| ReadItem::Problem(ProblemKind::File, it)));
                        if self.found.is_empty() && !self.advance() {
                            return None;
                        }
                    }
                },
            }
        }
    }
}

#[cfg(test)]
mod tests;
