//! The entries of runs, as they are kept and read again.
//!
//! While a run goes on, its entries are lines of a log. When it is done they are kept, packed, beside its tables: from
//! them tables are made again, together with those of other runs, and the articles need not be read any more.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Read as _, Write as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::error::{Error, Place, Result, words};
use crate::output::file::{Whole, temporary, unwritable};
use crate::output::record::Entry;

/// The name of the file of entries beside the tables.
pub(super) const KEPT: &str = "extractions.jsonl.zst";

/// The entries of a file, in order.
pub(super) struct Entries {
    path: PathBuf,
    reader: Box<dyn BufRead>,
    line: u64,
}

impl Entries {
    /// Those of the log at `path`, of its first `bytes`.
    pub(super) fn of_log(path: &Path, bytes: u64) -> Result<Self> {
        let remedy = "Begin the extraction anew: delete the folder that it should be in";
        let file = File::open(path).map_err(|e| Error::io(path, e, remedy))?;
        let reader = BufReader::with_capacity(1 << 18, file.take(bytes));
        Ok(Entries { path: path.to_path_buf(), reader: Box::new(reader), line: 0 })
    }

    /// Those kept beside the tables in `folder`.
    pub(super) fn kept(folder: &Path) -> Result<Self> {
        let path = folder.join(KEPT);
        let remedy = "It is what a finished `extract --out` or `merge` leaves there; run that again";
        let file = File::open(&path).map_err(|e| Error::io(&path, e, remedy))?;
        let unpacked = zstd::stream::read::Decoder::new(file).map_err(|e| Error::io(&path, e, remedy))?;
        let reader = Box::new(BufReader::with_capacity(1 << 18, unpacked));
        Ok(Entries { path, reader, line: 0 })
    }

    /// The next line, with its end.
    pub(super) fn line(&mut self) -> Result<Option<Vec<u8>>> {
        let mut line = Vec::new();
        self.line += 1;
        let read = self.reader.read_until(b'\n', &mut line).map_err(|e| self.unreadable(&words::io(&e)))?;
        Ok((read > 0).then_some(line))
    }

    /// The entry of the line read last.
    pub(super) fn entry(&self, line: &[u8]) -> Result<Entry> {
        Entry::from_line(line.trim_ascii_end()).map_err(|e| self.unreadable(&words::json_line(&e)))
    }

    fn unreadable(&self, what: &str) -> Error {
        let remedy = "It has been changed or cut off: run the extraction that wrote it again";
        Error::config(Place::line(&self.path, self.line), what, remedy)
    }
}

impl Iterator for Entries {
    type Item = Result<Entry>;

    fn next(&mut self) -> Option<Self::Item> {
        let line = self.line().transpose()?;
        Some(line.and_then(|line| self.entry(&line)))
    }
}

/// Keeps entries beside the tables.
pub(super) struct Keeper {
    path: PathBuf,
    packed: zstd::stream::write::Encoder<'static, BufWriter<NamedTempFile>>,
}

impl Keeper {
    pub(super) fn create(folder: &Path) -> Result<Self> {
        let path = folder.join(KEPT);
        let file = BufWriter::new(temporary(&path)?);
        let packed = zstd::stream::write::Encoder::new(file, zstd::DEFAULT_COMPRESSION_LEVEL)
            .map_err(|e| unwritable(&path, e))?;
        Ok(Keeper { path, packed })
    }

    pub(super) fn add(&mut self, entry: &Entry) -> Result<()> {
        let line = entry.clone().into_line().map_err(std::io::Error::from);
        let written = line.and_then(|mut line| {
            line.push(b'\n');
            self.packed.write_all(&line)
        });
        written.map_err(|e| unwritable(&self.path, e))
    }

    pub(super) fn close(self) -> Result<Whole> {
        let Keeper { path, packed } = self;
        let file = packed.finish().and_then(|file| file.into_inner().map_err(|e| e.into_error()));
        let file = file.map_err(|e| unwritable(&path, e))?;
        Whole::new(path, file)
    }
}
