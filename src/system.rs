//! What Linux, macOS and Windows do differently with files. Nothing outside this module asks which of them it runs on.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use tempfile::NamedTempFile;

/// Makes a rename in a folder survive a power cut. Windows opens no folder as a file, and writes renames down by itself.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(windows) { Ok(()) } else { File::open(folder)?.sync_all() }
}

/// A path in a folder with slashes between its parts, as identifiers of articles have them everywhere.
pub(crate) fn slashed(path: &Path) -> String {
    let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}

/// Gives a file its name, in place of an earlier one.
pub(crate) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    patiently(|| fs::rename(from, to))
}

/// The same of a temporary file. If that cannot be, it is removed.
pub(crate) fn persist(file: NamedTempFile, to: &Path) -> io::Result<()> {
    let mut unnamed = Some(file);
    patiently(|| {
        let Some(file) = unnamed.take() else { return Ok(()) };
        file.persist(to).map(drop).map_err(|failed| {
            unnamed = Some(failed.file);
            failed.error
        })
    })
}

/// Removes a folder with everything in it, a file too that is locked to keep others out.
pub(crate) fn remove_locked(folder: &Path, lock: File) -> io::Result<()> {
    // Windows removes no folder with an open file. Elsewhere no other run begins in it until it is gone.
    let _held = if cfg!(windows) {
        drop(lock);
        None
    } else {
        Some(lock)
    };
    fs::remove_dir_all(folder)
}

/// Whether another program has opened a file so that it can be neither replaced nor removed, as Excel does on Windows.
/// Elsewhere none can.
pub(crate) fn is_held(file: &Path) -> bool {
    windows::is_held(file)
}

/// Tries again for a second where that may help: on Windows virus scanners look into files as soon as they are written.
fn patiently(mut action: impl FnMut() -> io::Result<()>) -> io::Result<()> {
    const PATIENCE: Duration = Duration::from_secs(1);
    const PAUSE: Duration = Duration::from_millis(50);
    let begun = Instant::now();
    loop {
        match action() {
            Err(error) if windows::may_pass(&error) && begun.elapsed() < PATIENCE => thread::sleep(PAUSE),
            result => return result,
        }
    }
}

#[cfg(windows)]
mod windows {
    use std::fs::File;
    use std::io;
    use std::os::windows::fs::OpenOptionsExt as _;
    use std::path::Path;

    /// The right that replacing and removing take.
    const DELETE: u32 = 0x0001_0000;

    const ERROR_ACCESS_DENIED: i32 = 5;
    const ERROR_SHARING_VIOLATION: i32 = 32;
    const ERROR_LOCK_VIOLATION: i32 = 33;

    pub(super) fn is_held(file: &Path) -> bool {
        let opened = File::options().access_mode(DELETE).open(file);
        opened.is_err_and(|error| error.raw_os_error() == Some(ERROR_SHARING_VIOLATION))
    }

    pub(super) fn may_pass(error: &io::Error) -> bool {
        let passing = [ERROR_ACCESS_DENIED, ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION];
        error.raw_os_error().is_some_and(|number| passing.contains(&number))
    }
}

#[cfg(not(windows))]
mod windows {
    use std::io;
    use std::path::Path;

    pub(super) fn is_held(_: &Path) -> bool {
        false
    }

    pub(super) fn may_pass(_: &io::Error) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_takes_the_place_of_another() {
        let folder = tempfile::tempdir().unwrap();
        let (old, new) = (folder.path().join("old"), folder.path().join("new"));
        fs::write(&old, "old").unwrap();
        fs::write(&new, "new").unwrap();
        rename(&new, &old).unwrap();
        assert_eq!(fs::read(&old).unwrap(), b"new");
        persist(NamedTempFile::new_in(folder.path()).unwrap(), &old).unwrap();
        assert_eq!(fs::read(&old).unwrap(), b"");
        assert!(!is_held(&old));
        let nowhere = folder.path().join("nowhere/file");
        assert!(persist(NamedTempFile::new_in(folder.path()).unwrap(), &nowhere).is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_goes_with_its_lock() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("inner");
        fs::create_dir(&inner).unwrap();
        let lock = File::create(inner.join("lock")).unwrap();
        lock.lock().unwrap();
        remove_locked(&inner, lock).unwrap();
        assert!(!inner.exists());
    }

    #[test]
    fn slashes_part_a_path() {
        assert_eq!(slashed(&Path::new("world").join("wire").join("a b")), "world/wire/a b");
        assert_eq!(slashed(Path::new("one")), "one");
    }

    #[cfg(windows)]
    #[test]
    fn a_file_that_is_open_elsewhere_is_held() {
        use std::os::windows::fs::OpenOptionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("table.csv");
        fs::write(&file, "old").unwrap();
        // As Excel does: others may read.
        let excel = File::options().read(true).share_mode(1).open(&file).unwrap();
        assert!(is_held(&file));
        assert!(persist(NamedTempFile::new_in(folder.path()).unwrap(), &file).is_err());
        drop(excel);
        assert!(!is_held(&file));
        persist(NamedTempFile::new_in(folder.path()).unwrap(), &file).unwrap();
    }
}
