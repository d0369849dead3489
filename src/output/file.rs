//! Files under temporary names until they are whole: a reader never sees half a file.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

use crate::error::{Error, Result};

/// How the temporary name of a file ends.
pub(super) const PARTIAL: &str = ".partial";

/// Creates an output folder.
///
/// # Errors
/// If that cannot be.
pub(crate) fn create_folder(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).map_err(|e| unwritable(folder, e))
}

/// A file with all its content, still under a temporary name.
pub(crate) struct Whole {
    path: PathBuf,
    file: NamedTempFile,
}

impl Whole {
    /// A file whose content is complete.
    pub(crate) fn new(path: PathBuf, file: NamedTempFile) -> Result<Self> {
        file.as_file().sync_all().map_err(|e| unwritable(&path, e))?;
        Ok(Whole { path, file })
    }

    /// Gives it its name, replacing an earlier file of that name in one step.
    pub(crate) fn name(self) -> Result<PathBuf> {
        self.file.persist(&self.path).map_err(|e| unwritable(&self.path, e.error))?;
        Ok(self.path)
    }
}

/// Writes a file whose content is at hand, replacing an earlier file of that name in one step.
///
/// # Errors
/// If the folder cannot be written to, or the disk is full.
pub(crate) fn write_whole(path: &Path, content: &[u8]) -> Result<PathBuf> {
    let mut file = temporary(path)?;
    file.write_all(content).map_err(|e| unwritable(path, e))?;
    Whole::new(path.to_path_buf(), file)?.name()
}

/// A temporary file beside `path`, removed again if it is dropped unnamed.
pub(crate) fn temporary(path: &Path) -> Result<NamedTempFile> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let mut builder = Builder::new();
    let prefix = format!(".{name}.");
    builder.prefix(&prefix).suffix(PARTIAL);
    builder
        .make_in(folder, |path| {
            // Not tempfile's mode 0600: the output is for others to read.
            File::options().read(true).write(true).create_new(true).open(path)
        })
        .map_err(|e| unwritable(path, e))
}

pub(crate) fn unwritable(path: &Path, source: std::io::Error) -> Error {
    use io::ErrorKind::{
        AlreadyExists, IsADirectory, NotADirectory, PermissionDenied, QuotaExceeded, ReadOnlyFilesystem,
        StorageFull,
    };
    let remedy = match source.kind() {
        StorageFull | QuotaExceeded => {
            "Free some disk space or choose another folder with --out, then run again"
        }
        PermissionDenied | ReadOnlyFilesystem => "Choose a folder that you may write to with --out",
        AlreadyExists | IsADirectory | NotADirectory => {
            "A file stands where a folder has to be, or the other way round. Choose another name with --out"
        }
        _ => "Check that the folder is there and has room, or choose another with --out, then run again",
    };
    Error::io(path, source, remedy)
}

/// A file that grows as articles come in, under a temporary name.
pub(super) struct Draft {
    path: PathBuf,
    writer: BufWriter<NamedTempFile>,
}

impl Draft {
    /// Begins the file.
    pub(super) fn create(path: PathBuf) -> Result<Self> {
        let file = temporary(&path)?;
        Ok(Draft { path, writer: BufWriter::new(file) })
    }

    /// Adds to it.
    pub(super) fn write(&mut self, text: &str) -> Result<()> {
        self.writer.write_all(text.as_bytes()).map_err(|e| unwritable(&self.path, e))
    }

    /// Flushes it to disk.
    pub(super) fn close(self) -> Result<Whole> {
        let file = self.writer.into_inner().map_err(|e| unwritable(&self.path, e.into_error()))?;
        Whole::new(self.path, file)
    }
}
