//! Temporary folders that are removed: when nobody holds them any more, or at the end of the program.

use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;
use std::process;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tempfile::TempDir;

/// Those that are held, by the process that made them.
static HELD: Mutex<BTreeSet<(u32, PathBuf)>> = Mutex::new(BTreeSet::new());

fn held() -> MutexGuard<'static, BTreeSet<(u32, PathBuf)>> {
    HELD.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A temporary folder, with one for a result in it.
pub(crate) struct Temporary {
    folder: TempDir,
    process: u32,
}

impl Temporary {
    /// A new one.
    ///
    /// # Errors
    /// If there is no room for it.
    pub(crate) fn new() -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix("triplewire-").tempdir()?;
        let process = process::id();
        held().insert((process, folder.path().to_owned()));
        Ok(Temporary { folder, process })
    }

    /// Where the result goes. The page that shows it is called after this name.
    pub(crate) fn result(&self) -> PathBuf {
        self.folder.path().join("result")
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // It is not a forked process's to remove.
        self.folder.disable_cleanup(self.process != process::id());
        held().remove(&(self.process, self.folder.path().to_owned()));
    }
}

/// Removes all that are still held. Python does not let go of everything at its end.
pub(crate) fn remove_all() {
    let own = |&(process, _): &(u32, PathBuf)| process == process::id();
    for (_, path) in held().extract_if(.., |it| own(it)) {
        let _ = std::fs::remove_dir_all(path);
    }
}
