//! Texts of people who may have saved them in a spreadsheet.

use std::path::Path;

use crate::error::{Error, Place, Problem, Result};

/// A text file: UTF-8, or what a spreadsheet on Windows writes.
pub(super) fn read_text(path: &Path, problems: &mut Vec<Problem>) -> Result<String> {
    let bytes =
        std::fs::read(path).map_err(|error| Error::io(path, error, "Check the path of the labels"))?;
    let (text, encoding, _) = match String::from_utf8(bytes) {
        Ok(mut text) => {
            if text.starts_with('\u{feff}') {
                text.drain(..'\u{feff}'.len_utf8());
            }
            return Ok(text);
        }
        Err(error) => {
            let bytes = error.into_bytes();
            let encoding =
                encoding_rs::Encoding::for_bom(&bytes).map_or(encoding_rs::WINDOWS_1252, |(e, _)| e);
            let (text, used, faulty) = encoding.decode(&bytes);
            (text.into_owned(), used, faulty)
        }
    };
    let message = format!("not UTF-8; read as {}", encoding.name());
    problems.push(Problem::mended(Place::file(path), message, "Save it as UTF-8 if names look garbled"));
    Ok(text)
}
