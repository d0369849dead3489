//! Files in a folder that no reader is for: counted, and named by their kinds.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::columns;
use crate::error::{Place, Problem};

/// How many kinds are named.
const MOST_KINDS: usize = 8;

/// What was met in an input folder and is not read.
#[derive(Debug, Default)]
pub(super) struct Unread {
    /// By extension: how many, and the first.
    kinds: BTreeMap<String, (u64, PathBuf)>,
    total: u64,
}

impl Unread {
    pub(super) fn add(&mut self, path: PathBuf, extension: &str) {
        self.total += 1;
        let kind =
            if extension.is_empty() { "without an extension".to_owned() } else { format!(".{extension}") };
        self.kinds.entry(kind).or_insert((0, path)).0 += 1;
    }

    /// The report on an input folder.
    pub(super) fn problem(self, folder: &Path) -> Option<Problem> {
        let mut kinds: Vec<(String, (u64, PathBuf))> = self.kinds.into_iter().collect();
        kinds.sort_by_key(|(_, (count, _))| std::cmp::Reverse(*count));
        let (_, (_, example)) = kinds.first()?;
        let example = example.strip_prefix(folder).unwrap_or(example).display().to_string();
        let named = kinds.iter().take(MOST_KINDS).map(|(kind, (count, _))| format!("{count} {kind}"));
        let more = kinds.len().saturating_sub(MOST_KINDS);
        let named = named.chain((more > 0).then(|| format!("and {more} more kinds")));
        let message = match self.total {
            1 => format!("1 file is not read: {example}"),
            total => {
                let kinds = columns::list(named);
                format!("{total} files are of kinds that are not read: {kinds} (such as {example})")
            }
        };
        let remedy = match kinds.iter().find_map(|(kind, _)| foreign(kind.trim_start_matches('.'))) {
            Some(remedy) => remedy.to_owned(),
            None => "Save those that hold articles as .txt, .docx, .pdf or .csv, move the others elsewhere, or leave it \
                     so."
                .to_owned(),
        };
        Some(Problem::skipped(Place::file(folder), message, remedy))
    }
}

/// Whether a file holds no article in anybody's eyes: what systems, programs and downloads leave in folders, labels of
/// texts beside them, and what is said of the folder itself.
pub(super) fn is_leftover(name: &OsStr, extension: &str) -> bool {
    const ABOUT: [&str; 5] = ["readme", "license", "licence", "copying", "notice"];
    const NAMES: [&str; 6] =
        ["thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r", "_success", "annotation.conf"];
    const EXTENSIONS: [&str; 10] =
        ["tmp", "temp", "bak", "crdownload", "part", "partial", "lock", "crc", "lnk", "ann"];
    let name = name.to_string_lossy().to_lowercase();
    let stem = name.split('.').next().unwrap_or_default();
    NAMES.contains(&&*name) || ABOUT.contains(&stem) || EXTENSIONS.contains(&extension) || name.ends_with('~')
}

/// Whether a folder holds what systems leave, or the pictures and scripts of a web page that a browser saved beside it.
pub(super) fn is_of_leftovers(name: &OsStr, has_page: impl Fn(&str) -> bool) -> bool {
    const NAMES: [&str; 3] = ["__macosx", "$recycle.bin", "system volume information"];
    let name = name.to_string_lossy();
    let page = name.strip_suffix("_files").or_else(|| name.strip_suffix("-Dateien"));
    NAMES.contains(&&*name.to_lowercase()) || page.is_some_and(has_page)
}

/// The advice for a file whose extension says that it is no text. None if it may be one.
pub(super) fn foreign(extension: &str) -> Option<&'static str> {
    Some(match extension {
        "xlsb" | "numbers" => "Save the sheet as .xlsx or `CSV UTF-8` and name that file.",
        "doc" | "odt" | "rtf" | "pages" | "wpd" => {
            "Save it as .docx (in LibreOffice: `soffice --headless --convert-to docx FILE`) and name that file."
        }
        "pptx" | "ppt" | "odp" | "key" | "epub" | "djvu" | "xps" => "Save it as .pdf and name that file.",
        "msg" | "pst" | "ost" | "emlx" => "Save the messages as .eml or .mbox from the mail program.",
        "jpg" | "jpeg" | "png" | "gif" | "tif" | "tiff" | "bmp" | "webp" | "heic" | "svg" => {
            "Pictures are not read. If they show pages, run a program for text recognition (OCR) over them first."
        }
        "mp3" | "mp4" | "wav" | "m4a" | "mov" | "avi" | "ogg" | "webm" | "mkv" => {
            "Sound and film are not read. Name a text of what is said."
        }
        "zip" | "tar" | "tgz" | "7z" | "rar" => "Unpack it and name the folder.",
        "xz" | "bz2" => "Unpack it, or compress it with gzip or zstd.",
        "parquet" | "xlsx" | "xlsm" | "xls" | "ods" | "docx" | "pdf" => {
            "Unpack it; such files are packed inside."
        }
        "sqlite" | "db" | "duckdb" | "mdb" | "accdb" => "Export the articles as .csv or .jsonl.",
        _ => return None,
    })
}
