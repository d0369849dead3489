//! Files under temporary names until they are whole: a reader never sees half a file.

use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

use crate::error::words::Own;
use crate::error::{Error, Result};
use crate::system;

/// How the temporary name of a file ends.
pub(super) const PARTIAL: &str = ".partial";

/// Creates an output folder.
///
/// # Errors
/// If that cannot be.
pub(crate) fn create_folder(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).map_err(|e| unwritable(folder, e))
}

/// An output folder for something that may fail: what of it was made and stays empty goes when this is dropped.
#[must_use]
pub(crate) struct Made {
    /// The innermost first.
    new: Vec<PathBuf>,
}

impl Made {
    /// Creates the folder, if it is not there.
    pub(crate) fn new(folder: &Path) -> Result<Self> {
        let new = folder.ancestors().take_while(|it| !it.as_os_str().is_empty() && !it.exists());
        let made = Made { new: new.map(Path::to_path_buf).collect() };
        create_folder(folder)?;
        Ok(made)
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        // Only what is empty can be removed so.
        self.new.iter().for_each(|folder| drop(fs::remove_dir(folder)));
    }
}

/// Whether a folder can be written to, or made if it is not there: to know it before the work is done. Nothing is left of
/// the trial.
///
/// # Errors
/// If it cannot be.
pub(crate) fn check_folder(folder: &Path) -> Result<()> {
    let mut there = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    loop {
        match fs::metadata(there) {
            Ok(data) if data.is_dir() => break,
            Ok(_) => return Err(unwritable(there, ErrorKind::NotADirectory.into())),
            Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                there = parent(there).ok_or_else(|| unwritable(folder, e))?;
            }
            Err(e) => return Err(unwritable(folder, e)),
        }
    }
    let trial = Builder::new().prefix(".").suffix(PARTIAL).tempfile_in(there);
    trial.map(drop).map_err(|e| unwritable(folder, e))
}

/// The same of a file.
pub(crate) fn check_file(file: &Path) -> Result<()> {
    if is_special(file) {
        return Ok(());
    }
    if file.is_dir() {
        return Err(unwritable(file, ErrorKind::IsADirectory.into()));
    }
    check_free(file)?;
    check_folder(parent(file).unwrap_or(Path::new(".")))
}

/// The same of a file that is not to replace another, unless the user says so.
pub(crate) fn check_new(file: &Path, overwrite: bool) -> Result<()> {
    check_file(file)?;
    if file.is_file() && !overwrite {
        return Err(Error::Usage(format!(
            "{}: there is a file of that name already. Replace it with --overwrite, or give another name with --out",
            file.display()
        )));
    }
    Ok(())
}

/// Whether no other program holds a file, so that it can be replaced.
///
/// # Errors
/// If one does.
pub(super) fn check_free(file: &Path) -> Result<()> {
    if system::is_held(file) { Err(unwritable(file, ErrorKind::ResourceBusy.into())) } else { Ok(()) }
}

fn parent(path: &Path) -> Option<&Path> {
    path.parent().map(|parent| if parent.as_os_str().is_empty() { Path::new(".") } else { parent })
}

/// Whether something is there that is neither a file nor a folder, as `/dev/null` is: whoever may would replace it by a
/// file.
fn is_special(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|data| !data.is_file() && !data.is_dir())
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

    /// Whether it can have its name.
    ///
    /// # Errors
    /// If another program holds the earlier file of that name.
    pub(super) fn check_free(&self) -> Result<()> {
        check_free(&self.path)
    }

    /// Gives it its name, replacing an earlier file of that name in one step.
    pub(crate) fn name(self) -> Result<PathBuf> {
        let Whole { path, file } = self;
        system::persist(file, &path).map_err(|e| unwritable(&path, e))?;
        Ok(path)
    }
}

/// Writes a file whose content is given, replacing an earlier file of that name in one step. Its folder is made if need
/// be; what is no file, as `/dev/stdout`, is written into.
///
/// # Errors
/// If the folder cannot be written to, or the disk is full.
pub(crate) fn write_whole(path: &Path, content: &[u8]) -> Result<PathBuf> {
    if is_special(path) {
        let written = File::options().write(true).open(path).and_then(|mut file| file.write_all(content));
        return written.map(|()| path.to_path_buf()).map_err(|e| unwritable(path, e));
    }
    let _made = Made::new(parent(path).unwrap_or(Path::new(".")))?;
    let mut file = temporary(path)?;
    file.write_all(content).map_err(|e| unwritable(path, e))?;
    Whole::new(path.to_path_buf(), file)?.name()
}

/// A temporary file beside `path`, removed again if it is dropped unnamed.
pub(crate) fn temporary(path: &Path) -> Result<NamedTempFile> {
    if is_special(path) {
        return Err(unwritable(path, io::Error::new(ErrorKind::Unsupported, Own("this is no file"))));
    }
    if path.is_dir() {
        return Err(unwritable(path, ErrorKind::IsADirectory.into()));
    }
    let folder = parent(path).unwrap_or(Path::new("."));
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
    use ErrorKind::{
        AlreadyExists, IsADirectory, NotADirectory, NotFound, PermissionDenied, QuotaExceeded,
        ReadOnlyFilesystem, ResourceBusy, StorageFull, Unsupported,
    };
    // The disk of a crate's own error is as full.
    let kind = match source.kind() {
        _ if source.to_string().contains("disk is full") => StorageFull,
        _ if system::is_held(path) => ResourceBusy,
        kind => kind,
    };
    let other = "Choose another name with --out";
    let (words, remedy) = match kind {
        StorageFull | QuotaExceeded => {
            (None, "Free some disk space or choose another folder with --out, then run again")
        }
        PermissionDenied => {
            (Some("you may not write there"), "Choose a folder that you may write to with --out")
        }
        ResourceBusy => {
            (Some("another program has it open"), "Close it there (in Excel, for one), then run again")
        }
        ReadOnlyFilesystem => (None, "Choose a folder that you may write to with --out"),
        AlreadyExists | NotADirectory => (Some("a file stands where a folder has to be"), other),
        IsADirectory => (Some("a folder of that name is there"), other),
        Unsupported => (None, other),
        NotFound => (
            Some("nothing can be made there"),
            "Check that the folder is there, or choose another with --out, then run again",
        ),
        _ => (
            None,
            "Check that the folder is there and has room, or choose another with --out, then run again",
        ),
    };
    match words {
        Some(words) => Error::io(path, io::Error::new(kind, Own(words)), remedy),
        None if kind == StorageFull => Error::io(path, kind.into(), remedy),
        None => Error::io(path, source, remedy),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_written_to_is_known_without_a_trace() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        for deep in ["", "new", "new/inner"] {
            check_folder(&folder.path().join(deep)).unwrap();
            check_file(&folder.path().join(deep).join("table.csv")).unwrap();
        }
        for wrong in [file.clone(), file.join("inner"), file.join("inner/most")] {
            let error = check_folder(&wrong).unwrap_err().to_string();
            assert!(error.contains("a file stands where a folder has to be"), "{error}");
        }
        let error = check_file(folder.path()).unwrap_err().to_string();
        assert!(error.contains("a folder of that name is there"), "{error}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_that_stays_empty_goes_again() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("new/inner");
        drop(Made::new(&inner).unwrap());
        assert!(!folder.path().join("new").exists());
        let made = Made::new(&inner).unwrap();
        fs::write(inner.join("file"), "").unwrap();
        drop(made);
        assert!(inner.join("file").exists());
        drop(Made::new(folder.path()).unwrap());
        assert!(folder.path().exists());
    }

    #[test]
    fn a_file_is_written_with_its_folder() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("new/inner/table.csv");
        write_whole(&file, b"text").unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"text");
    }

    #[test]
    fn a_file_that_another_program_holds_is_reported() {
        let error = unwritable(Path::new("triples.csv"), ErrorKind::ResourceBusy.into()).to_string();
        assert!(error.contains("another program has it open") && error.contains("Close it there"), "{error}");
    }

    #[cfg(windows)]
    #[test]
    fn a_table_that_is_open_in_excel_is_not_replaced() {
        use std::os::windows::fs::OpenOptionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let table = folder.path().join("table.csv");
        fs::write(&table, "old").unwrap();
        // Excel lets others read.
        let excel = File::options().read(true).share_mode(1).open(&table).unwrap();
        for refused in [check_file(&table).map(drop), write_whole(&table, b"new").map(drop)] {
            let error = refused.unwrap_err().to_string();
            assert!(error.contains("another program has it open"), "{error}");
        }
        assert_eq!(fs::read(&table).unwrap(), b"old");
        drop(excel);
        write_whole(&table, b"new").unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn what_is_neither_file_nor_folder_is_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("socket");
        let _held = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        assert!(is_special(&socket));
        // It cannot be opened as a file, as `/dev/stdout` can.
        assert!(write_whole(&socket, b"text").is_err());
        let error = temporary(&socket).unwrap_err().to_string();
        assert!(error.contains("this is no file"), "{error}");
        assert!(is_special(&socket));
    }
}
