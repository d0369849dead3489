//! Files that are a ZIP archive of XML: sheets and documents of office programs.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use zip::ZipArchive;
use zip::result::ZipError;

use super::bytes::LONGEST;

/// What office programs write, unpacked, in bytes: a part of a file is bounded, and so are all together.
const MOST: u64 = 1 << 30;

/// What an office program puts before a document that it encrypts: it is no ZIP archive then.
const COMPOUND: [u8; 8] = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];

/// Why an archive cannot be read.
#[derive(Debug)]
pub(super) enum Unfit {
    /// It is encrypted, or so old that it is not an archive.
    Encrypted,
    /// It unpacks to more than the program reads.
    TooLarge,
    Broken(String),
}

impl From<ZipError> for Unfit {
    fn from(error: ZipError) -> Self {
        match error {
            ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => Unfit::Encrypted,
            other => Unfit::Broken(other.to_string()),
        }
    }
}

impl From<io::Error> for Unfit {
    fn from(error: io::Error) -> Self {
        Unfit::Broken(error.to_string())
    }
}

impl Unfit {
    /// What to say about it, and what to do.
    pub(super) fn explain(&self) -> (String, &'static str) {
        match self {
            Unfit::Encrypted => (
                "the file is protected by a password, or is of an older format with another name".to_owned(),
                "Open it, save it without a password in the format of today, and name the new file.",
            ),
            Unfit::TooLarge => (
                format!("the file unpacks to more than {} GB, or to a line of more than 32 MB", MOST >> 30),
                "Save a part of it under another name, or save it as text or CSV, and name that.",
            ),
            Unfit::Broken(why) => (
                format!("this is no such file, or a damaged one ({why})"),
                "Open it in the program that it is made for, save it again, and name the new file.",
            ),
        }
    }
}

/// Opens an archive of which every XML part has been seen to unpack to no more than [`MOST`] bytes in all, and to have no
/// tag or text longer than an article may be: parsers hold one of these at a time.
pub(super) fn open(path: &Path) -> Result<ZipArchive<BufReader<File>>, Unfit> {
    let mut file = BufReader::new(File::open(path)?);
    if file.fill_buf()?.starts_with(&COMPOUND) {
        return Err(Unfit::Encrypted);
    }
    let mut archive = ZipArchive::new(file)?;
    let mut budget = MOST;
    for number in 0..archive.len() {
        let part = archive.by_index(number)?;
        let name = part.name()?;
        let is_text = name.ends_with(".xml") || name.ends_with(".rels");
        drop(name);
        if part.is_file() && is_text {
            budget = measure(part, budget)?;
        }
    }
    Ok(archive)
}

/// What is left of `budget`, in bytes, after a part.
fn measure(part: impl Read, mut budget: u64) -> Result<u64, Unfit> {
    let mut part = BufReader::with_capacity(64 * 1024, part);
    let mut stretch = 0;
    loop {
        let bytes = part.fill_buf()?;
        if bytes.is_empty() {
            return Ok(budget);
        }
        let count = bytes.len();
        let mut pieces = bytes.split(|&byte| byte == b'<');
        stretch += pieces.next().map_or(0, <[u8]>::len);
        for piece in pieces {
            if stretch > LONGEST {
                return Err(Unfit::TooLarge);
            }
            stretch = piece.len();
        }
        budget = budget.checked_sub(count as u64).filter(|_| stretch <= LONGEST).ok_or(Unfit::TooLarge)?;
        part.consume(count);
    }
}
