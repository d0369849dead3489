//! What the user named, as a list of files in a fixed order.
//!
//! The list is made before anything is read, so files that appear during the run (its own output,
//! for one) are not taken up. It costs about 70 bytes a file.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File, FileType};
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::bytes::Compression;
use super::options::Options;
use super::unread::{Unread, foreign, is_leftover, is_of_leftovers};
use crate::error::{Error, Place, Problem, Result, words};

/// A format that articles come in, by extension.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// One article, nothing else.
    Text {
        /// The extension says nothing, so the content must show that it is text.
        doubtful: bool,
    },
    /// One article a row; the delimiter to try first.
    Table { delimiter: u8 },
    /// One article, written in Word.
    Docx,
    /// One article, mailed.
    Message,
    /// One article a message.
    Mailbox,
    /// One article, as it is printed.
    Pdf,
    /// One article a row of a sheet.
    Sheets,
    /// One article a line.
    Jsonl,
    /// One article an object.
    Json,
    /// One article in a web page.
    Html,
    /// One article a row, in columns.
    Parquet,
    /// One article a record that holds a web page.
    Warc,
}

/// A file to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Source {
    /// Where it is, as the user would name it.
    pub(super) path: PathBuf,
    /// What its articles are called after: the path relative to the input folder, without extension.
    pub(super) name: String,
    pub(super) format: Format,
    pub(super) compression: Compression,
}

/// The next thing to do.
pub(super) enum ListingStep {
    File(Source),
    Stdin,
    Problem(Problem),
}

/// The steps of a run, in order.
#[derive(Debug, Default)]
pub(super) struct Listing {
    folders: Vec<Folder>,
    entries: Vec<Entry>,
    /// Bytes in all files on disk; none if standard input is among the inputs.
    pub(super) total: Option<u64>,
}

#[derive(Debug)]
struct Folder {
    path: PathBuf,
    /// What the ids of its files start with: empty, or ending in `/`.
    prefix: String,
}

/// Small, because there may be millions.
#[derive(Debug)]
enum Entry {
    Met { folder: u32, name: Box<OsStr> },
    Named(Box<Source>),
    Stdin,
    Problem(Box<Problem>),
}

/// The extensions that are read inside a folder, for messages.
const READ: &str = ".txt, .html, .csv, .tsv, .json, .jsonl, .ndjson, .eml, .mbox and .warc files, also with .gz or \
                    .zst behind, or .docx, .pdf, .xlsx, .xls, .ods or .parquet files";

impl Listing {
    /// Lists `inputs`.
    ///
    /// # Errors
    /// If an input does not exist, is a file that this program wrote, or if there is nothing to read.
    pub(super) fn new(inputs: &[PathBuf], options: &Options) -> Result<Listing> {
        let mut listing = Listing { total: Some(0), ..Listing::default() };
        let passed_over: Vec<PathBuf> =
            options.pass_over.iter().filter_map(|path| path.canonicalize().ok()).collect();
        let mut named = HashSet::new();
        let mut own = Vec::new();
        for input in inputs {
            if input.as_os_str() == "-" {
                if listing.total.take().is_some() {
                    listing.entries.push(Entry::Stdin);
                }
                continue;
            }
            let metadata = fs::metadata(input).map_err(|error| cannot_open(input, error))?;
            let canonical = input.canonicalize().unwrap_or_else(|_| input.clone());
            if !named.insert(canonical.clone()) {
                listing.problem(Problem::mended(
                    Place::file(input),
                    "named more than once",
                    "It is read once, where it was first named.",
                ));
                continue;
            }
            if metadata.is_dir() {
                let start = listing.entries.len();
                let unread = Unread::default();
                let mut walk = Walk {
                    listing: &mut listing,
                    passed_over: &passed_over,
                    own: &mut own,
                    unread,
                    leftovers: 0,
                };
                walk.folder(input.clone(), String::new(), &mut vec![canonical]);
                if let Some(problem) = walk.unread.problem(input) {
                    // Before the articles: of a shard, it belongs to the one that comes next.
                    listing.entries.insert(start, Entry::Problem(Box::new(problem)));
                }
            } else {
                listing.named_file(input, metadata.len())?;
            }
        }
        listing.entries.shrink_to_fit();
        listing.check_not_empty(inputs, &own)?;
        Ok(listing)
    }

    fn named_file(&mut self, path: &Path, size: u64) -> Result<()> {
        if is_own(path) {
            return Err(Error::Usage(format!(
                "{}: this is output or hand labels of triplewire, not articles. Name the articles \
                 themselves; to compare this file with hand labels, use `triplewire evaluate`",
                path.display()
            )));
        }
        let name = Name::of(path.file_name().unwrap_or(path.as_os_str()));
        let format = match (name.format, foreign(&name.extension)) {
            (Some(format), _) => format,
            (None, Some(remedy)) => {
                self.problem(Problem::skipped(
                    Place::file(path),
                    format!("a .{} file is not an input", name.extension),
                    remedy,
                ));
                return Ok(());
            }
            // The user means it, so an unusual or missing extension is no reason to refuse a text.
            (None, None) => Format::Text { doubtful: true },
        };
        self.add_size(size);
        let (path, name, compression) = (path.to_path_buf(), name.stem, name.compression);
        self.entries.push(Entry::Named(Box::new(Source { path, name, format, compression })));
        Ok(())
    }

    fn check_not_empty(&self, inputs: &[PathBuf], own: &[PathBuf]) -> Result<()> {
        if self.entries.iter().any(|entry| !matches!(entry, Entry::Problem(_))) {
            return Ok(());
        }
        let problem = self.entries.iter().find_map(|entry| match entry {
            Entry::Problem(problem) if problem.skipped => Some(problem),
            _ => None,
        });
        let names = inputs.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ");
        Err(Error::Usage(match (problem, own.first(), inputs) {
            (_, _, []) => "no input: name files or folders, or `-` for JSONL on standard input".to_owned(),
            (Some(problem), ..) => {
                format!("nothing to read. {}: {}. {}", problem.place, problem.message, problem.remedy)
            }
            (None, Some(own), _) => format!(
                "{names}: nothing to read but output or hand labels of triplewire ({}). Name the folder \
                 that holds the articles",
                own.display()
            ),
            (None, None, _) => {
                format!("{names}: nothing to read. A folder must hold {READ}; other files are passed over")
            }
        }))
    }

    fn problem(&mut self, problem: Problem) {
        self.entries.push(Entry::Problem(Box::new(problem)));
    }

    fn add_size(&mut self, size: u64) {
        self.total = self.total.map(|total| total + size);
    }

    /// The step at `position`, or none after the last.
    pub(super) fn step(&self, position: usize) -> Option<ListingStep> {
        Some(match self.entries.get(position)? {
            Entry::Named(source) => ListingStep::File((**source).clone()),
            Entry::Stdin => ListingStep::Stdin,
            Entry::Problem(problem) => ListingStep::Problem((**problem).clone()),
            Entry::Met { folder, name } => {
                let folder = &self.folders[*folder as usize];
                let path = folder.path.join(&**name);
                let name = Name::of(name);
                ListingStep::File(Source {
                    path,
                    name: format!("{}{}", folder.prefix, name.stem),
                    // Only names with a format were listed.
                    format: name.format.unwrap_or(Format::Text { doubtful: true }),
                    compression: name.compression,
                })
            }
        })
    }
}

fn cannot_open(path: &Path, error: io::Error) -> Error {
    let remedy = match error.kind() {
        io::ErrorKind::NotFound => "Check the spelling; the path counts from the current folder",
        io::ErrorKind::PermissionDenied => "Ask its owner for the right to read it",
        _ => "Check that the disk or network share is there",
    };
    Error::io(path, error, remedy)
}

/// A walk through one input folder.
struct Walk<'a> {
    listing: &'a mut Listing,
    /// Folders not to enter, canonical.
    passed_over: &'a [PathBuf],
    /// The files of this program's own that were met.
    own: &'a mut Vec<PathBuf>,
    unread: Unread,
    /// How many of the folders that are open hold leftovers, which need no word.
    leftovers: usize,
}

impl Walk<'_> {
    /// Lists what is in `path`, whose canonical form is the last of `ancestors`. Names are compared
    /// byte by byte, so the order is the same on every machine.
    fn folder(&mut self, path: PathBuf, prefix: String, ancestors: &mut Vec<PathBuf>) {
        let mut entries = match read_folder(&path) {
            Ok(entries) => entries,
            Err(error) => return self.unreadable(&path, &error),
        };
        entries.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        let folder = self.listing.folders.len() as u32;
        self.listing.folders.push(Folder { path: path.clone(), prefix: prefix.clone() });
        let is_result = entries.iter().any(|(name, _)| name == "run.json") && is_run(&path.join("run.json"));
        let pages: HashSet<String> = entries
            .iter()
            .map(|(name, _)| Name::of(name))
            .filter_map(|it| (it.format == Some(Format::Html)).then_some(it.stem))
            .collect();
        for (name, kind) in entries {
            // Hidden files are settings and leftovers (`._x.txt` of macOS, `~$x` of Excel), not articles.
            if name.as_encoded_bytes().starts_with(b".") || name.as_encoded_bytes().starts_with(b"~$") {
                continue;
            }
            let inner = path.join(&name);
            if is_result && is_of_result(&name) {
                self.own.push(inner);
                continue;
            }
            let Name { format, extension, .. } = Name::of(&name);
            let has_format = format.is_some();
            if kind.is_file() && !has_format {
                if self.leftovers == 0 && !is_leftover(&name, &extension) {
                    self.unread.add(inner, &extension);
                }
                continue;
            }
            let metadata = match fs::metadata(&inner) {
                Ok(metadata) => metadata,
                // A link to nowhere is only worth a word if it was meant to be read.
                Err(error) if has_format => {
                    self.unreadable(&inner, &error);
                    continue;
                }
                Err(_) => continue,
            };
            if metadata.is_dir() {
                let of_leftovers = usize::from(is_of_leftovers(&name, |page| pages.contains(page)));
                self.leftovers += of_leftovers;
                self.inner_folder(inner, &name, kind, &prefix, ancestors);
                self.leftovers -= of_leftovers;
            } else if metadata.is_file() && has_format {
                if is_own(&inner) {
                    self.own.push(inner);
                } else {
                    self.listing.add_size(metadata.len());
                    self.listing.entries.push(Entry::Met { folder, name: name.into_boxed_os_str() });
                }
            }
        }
    }

    fn inner_folder(
        &mut self,
        path: PathBuf,
        name: &OsStr,
        kind: FileType,
        prefix: &str,
        ancestors: &mut Vec<PathBuf>,
    ) {
        let canonical = match ancestors.last() {
            Some(parent) if !kind.is_symlink() => parent.join(name),
            _ => match path.canonicalize() {
                Ok(canonical) => canonical,
                Err(error) => return self.unreadable(&path, &error),
            },
        };
        if self.passed_over.contains(&canonical) {
            return;
        }
        if ancestors.contains(&canonical) {
            self.listing.problem(Problem::mended(
                Place::file(&path),
                "a link back to a folder that it lies in",
                "It is not followed; the folder is read once.",
            ));
            return;
        }
        ancestors.push(canonical);
        self.folder(path, format!("{prefix}{}/", name.to_string_lossy()), ancestors);
        ancestors.pop();
    }

    fn unreadable(&mut self, path: &Path, error: &io::Error) {
        self.listing.problem(Problem::skipped(
            Place::file(path),
            format!("cannot be read ({})", words::io(error)),
            "Check that it is still there and that you may read it.",
        ));
    }
}

fn read_folder(path: &Path) -> io::Result<Vec<(OsString, FileType)>> {
    fs::read_dir(path)?
        .map(|entry| {
            let entry = entry?;
            let kind = entry.file_type()?;
            Ok((entry.file_name(), kind))
        })
        .collect()
}

/// A file name taken apart.
struct Name {
    /// Without its extensions.
    stem: String,
    /// The extension that names the format, in lower case.
    extension: String,
    format: Option<Format>,
    compression: Compression,
}

impl Name {
    fn of(name: &OsStr) -> Name {
        let name = name.to_string_lossy();
        let (outer, extension) = split(&name);
        let compression = match extension.as_str() {
            "gz" => Compression::Gzip,
            "zst" => Compression::Zstd,
            _ => Compression::None,
        };
        let (stem, extension) =
            if compression == Compression::None { (outer, extension) } else { split(outer) };
        let format = match extension.as_str() {
            "txt" => Some(Format::Text { doubtful: false }),
            "csv" => Some(Format::Table { delimiter: b',' }),
            "tsv" => Some(Format::Table { delimiter: b'\t' }),
            "jsonl" | "ndjson" => Some(Format::Jsonl),
            "json" => Some(Format::Json),
            "eml" => Some(Format::Message),
            "mbox" => Some(Format::Mailbox),
            "html" | "htm" => Some(Format::Html),
            "warc" | "wet" => Some(Format::Warc),
            // They are read from their end, which a packed file does not allow, and are packed inside.
            _ if compression != Compression::None => None,
            "parquet" => Some(Format::Parquet),
            "docx" => Some(Format::Docx),
            "pdf" => Some(Format::Pdf),
            "xlsx" | "xlsm" | "xls" | "ods" => Some(Format::Sheets),
            _ => None,
        };
        Name { stem: stem.to_owned(), extension, format, compression }
    }
}

/// A name without its extension, and the extension in lower case.
fn split(name: &str) -> (&str, String) {
    match name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() => (stem, extension.to_lowercase()),
        _ => (name, String::new()),
    }
}

/// The files that this program writes, which hand labels are written in too, and the columns that
/// give them away.
const OWN: [(&str, &[&str]); 9] = [
    ("articles", &["article", "words", "mentions", "relations", "duplicate_of"]),
    ("mentions", &["article", "start", "end", "text", "type"]),
    ("entities", &["entity_id", "entity", "type"]),
    ("relations", &["article", "subject", "subject_type", "predicate", "object"]),
    ("triples", &["subject", "subject_type", "predicate", "object"]),
    ("cooccurrences", &["subject", "subject_type", "object", "object_type"]),
    ("duplicates", &["article", "duplicate_of", "similarity"]),
    // What a run keeps for `merge` and `--add`: of an article, and of something skipped.
    ("extractions", &["id", "position", "sentences", "mentions", "relations"]),
    ("extractions", &["problem", "skipped", "position"]),
];

/// Whether a file is output or hand labels of this program, by its name and its first line.
fn is_own(path: &Path) -> bool {
    const LONGEST: u64 = 1 << 20;
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let Some((stem, extension)) = name.split_once('.') else { return false };
    if name == "report.html" {
        return is_report(path);
    }
    let wanted: Vec<&[&str]> = OWN.iter().filter(|(own, _)| *own == stem).map(|(_, keys)| *keys).collect();
    if wanted.is_empty() {
        return false;
    }
    let mut line = Vec::new();
    let Ok(file) = File::open(path) else { return false };
    let (extension, file): (_, Box<dyn Read>) = match extension.strip_suffix(".zst") {
        Some(extension) => match zstd::stream::read::Decoder::new(file) {
            Ok(unpacked) => (extension, Box::new(unpacked)),
            Err(_) => return false,
        },
        None => (extension, Box::new(file)),
    };
    if BufReader::new(file.take(LONGEST)).read_until(b'\n', &mut line).is_err() {
        return false;
    }
    let line = String::from_utf8_lossy(&line);
    let line = line.trim_start_matches('\u{feff}').trim();
    match extension {
        "csv" | "tsv" => {
            let cells: Vec<&str> = line.split([',', ';', '\t']).map(|cell| cell.trim_matches('"')).collect();
            wanted.iter().any(|columns| columns.iter().all(|column| cells.contains(column)))
        }
        "jsonl" => serde_json::from_str::<Map<String, Value>>(line)
            .is_ok_and(|object| wanted.iter().any(|keys| keys.iter().all(|key| object.contains_key(*key)))),
        _ => false,
    }
}

/// Whether a file says what was done in a run of this program.
fn is_run(path: &Path) -> bool {
    const LONGEST: u64 = 64 << 20;
    let Ok(file) = File::open(path) else { return false };
    let keys: Result<Map<String, Value>, _> = serde_json::from_reader(BufReader::new(file.take(LONGEST)));
    keys.is_ok_and(|keys| {
        ["version", "model", "engine", "rules_hash"].iter().all(|key| keys.contains_key(*key))
    })
}

/// Whether a file or folder in the folder of a result is of the result, besides the tables.
fn is_of_result(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    matches!(&*name, "run.json" | "view.html" | "parquet" | "neo4j") || name.starts_with("result.")
}

/// Whether a page is the report of `triplewire evaluate`.
fn is_report(path: &Path) -> bool {
    const HEAD: u64 = 1024;
    let mut head = Vec::new();
    let Ok(file) = File::open(path) else { return false };
    let read = file.take(HEAD).read_to_end(&mut head);
    read.is_ok() && String::from_utf8_lossy(&head).contains(r#"name="generator" content="triplewire""#)
}
