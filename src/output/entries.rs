//! Reading what runs have noted.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::output::record::Entry;

/// The entries of a log, in order.
pub(super) struct Entries {
    path: PathBuf,
    reader: BufReader<File>,
    line: u64,
}

impl Entries {
    pub(super) fn open(path: &Path) -> Result<Self> {
        let file = File::open(path).map_err(|e| {
            Error::io(path, e, "It is what `extract --shard` and `extract --out -` write; run that again")
        })?;
        Ok(Entries { path: path.to_path_buf(), reader: BufReader::with_capacity(1 << 18, file), line: 0 })
    }

    fn read(&mut self) -> Result<Option<Entry>> {
        let mut line = Vec::new();
        self.line += 1;
        let read = self.reader.read_until(b'\n', &mut line).map_err(|e| self.unreadable(&e))?;
        if read == 0 {
            return Ok(None);
        }
        Entry::from_line(line.trim_ascii_end()).map(Some).map_err(|e| self.unreadable(&e))
    }

    fn unreadable(&self, what: &dyn std::fmt::Display) -> Error {
        Error::Usage(format!(
            "{}, line {}: {what}. It has been changed or cut off: run the extraction that wrote it again",
            self.path.display(),
            self.line
        ))
    }
}

impl Iterator for Entries {
    type Item = Result<Entry>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read().transpose()
    }
}
