//! Temporary folders, removed when released, or at the end of the program.

use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;
use std::process;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tempfile::TempDir;

/// The folders in use, with the process that made them.
static HELD: Mutex<BTreeSet<(u32, PathBuf)>> = Mutex::new(BTreeSet::new());

fn held() -> MutexGuard<'static, BTreeSet<(u32, PathBuf)>> {
    HELD.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A temporary folder with a folder for a result in it.
pub(crate) struct Temporary {
    folder: TempDir,
    process: u32,
}

impl Temporary {
    /// Creates one.
    ///
    /// # Errors
    ///
    /// If it cannot be created.
    pub(crate) fn new() -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix("triplewire-").tempdir()?;
        let process = process::id();
        held().insert((process, folder.path().to_owned()));
        Ok(Temporary { folder, process })
    }

    /// The folder of the result. Its page is titled with this name.
    pub(crate) fn result(&self) -> PathBuf {
        self.folder.path().join("result")
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // A forked process must not remove it.
        self.folder.disable_cleanup(self.process != process::id());
        held().remove(&(self.process, self.folder.path().to_owned()));
    }
}

/// Removes all that are still in use. Python does not drop everything at its end.
pub(crate) fn remove_all() {
    let own = |&(process, _): &(u32, PathBuf)| process == process::id();
    for (_, path) in held().extract_if(.., |it| own(it)) {
        let _ = std::fs::remove_dir_all(path);
    }
}
