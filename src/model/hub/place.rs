//! The folders of a model that is fetched.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::system;

use super::remote::Remote;

/// Where a model arrives, and where it goes when it is whole.
pub(super) struct Place {
    pub(super) arriving: PathBuf,
    pub(super) folder: PathBuf,
}

impl Place {
    /// Removes what earlier pulls of other revisions left.
    pub(super) fn remove_strangers(&self, files: &[Remote]) -> Result<()> {
        for folder in [self.arriving.clone(), self.arriving.join("onnx")] {
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                let path = entry.path();
                let known = |name: &str| self.arriving.join(name) == path;
                if path.is_file() && !files.iter().any(|file| known(file.name) || known(&file.part())) {
                    fs::remove_file(&path).map_err(|e| unwritable(&path, e))?;
                }
            }
        }
        Ok(())
    }

    /// Moves the whole model to where models are looked for.
    pub(super) fn settle(&self, files: &[Remote]) -> Result<()> {
        if !self.folder.exists() {
            return system::rename(&self.arriving, &self.folder).map_err(|e| unwritable(&self.folder, e));
        }
        for file in files {
            let target = self.folder.join(file.name);
            create(target.parent().unwrap_or(&self.folder))?;
            system::rename(&self.arriving.join(file.name), &target).map_err(|e| unwritable(&target, e))?;
        }
        fs::remove_dir_all(&self.arriving).map_err(|e| unwritable(&self.arriving, e))
    }
}

pub(super) fn create(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).map_err(|e| unwritable(folder, e))
}

pub(super) fn unwritable(path: &Path, source: io::Error) -> Error {
    Error::io(path, source, "Make room there and make it writable, or set XDG_CACHE_HOME to another folder")
}
