//! Fetches models from the Hugging Face hub into the user's cache. The only module that reaches the
//! network.
//!
//! The crate `hf-hub` is not used: it has no timeout, checks no checksums, and names files as the server does.
//! Here a file has one of the names in `wanted.rs`, whatever the server lists, and a folder takes its place among the
//! models only when everything in it has arrived and is what the hub says it is.

mod client;
mod id;
mod place;
mod remote;
mod wanted;

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::model::find;
use crate::model::folder::ModelFolder;

use client::Hub;
use place::{Place, create, unwritable};
use remote::Remote;
use wanted::CONFIG;

pub use id::HubModel;

/// How far a pull is.
///
/// See the [example](crate::model#example).
#[derive(Debug, Clone, Copy)]
pub struct Step<'a> {
    /// The file that is arriving.
    pub file: &'a str,
    /// Bytes that are here, of all files.
    pub done: u64,
    /// Bytes of all files.
    pub total: u64,
}

/// What a pull brought.
///
/// See the [example](crate::model#example).
#[derive(Debug)]
pub struct Pulled {
    /// The model's folder.
    pub folder: PathBuf,
    /// Files of the model.
    pub files: usize,
    /// Their size in bytes.
    pub bytes: u64,
    /// The bytes that came over the network; the rest was there already.
    pub fetched: u64,
}

/// Beside the models, so that a whole folder can be renamed into its place.
const UNFINISHED: &str = ".unfinished";

/// Fetches what Triplewire needs of a model into the user's cache and tells `watch` about it. The
/// hub's address is taken from `HF_ENDPOINT` and the token from `HF_TOKEN`, where they are set.
///
/// What is there already is not fetched again; files of the folder that the hub does not have, such
/// as an ONNX graph that the user exported, stay.
///
/// See the [example](crate::model#example).
///
/// # Errors
/// If the hub cannot be reached or refuses, if it has no such model or not the files that an engine
/// needs, if a file does not arrive whole, or if the cache cannot be written.
pub fn pull(model: &HubModel, watch: &mut dyn FnMut(Step)) -> Result<Pulled> {
    let models = find::cache().ok_or_else(|| {
        Error::Usage("there is no home folder to keep models in. Set XDG_CACHE_HOME to a folder".into())
    })?;
    let hub = Hub::new(model);
    let files = hub.wanted()?.into_iter().map(|name| hub.describe(name)).collect::<Result<Vec<Remote>>>()?;

    let unfinished = models.join(UNFINISHED);
    let place =
        Place { arriving: unfinished.join(model.folder_name()), folder: models.join(model.folder_name()) };
    create(&place.arriving)?;
    let lock = unfinished.join(format!("{}.lock", model.folder_name()));
    let _held = lock_for(model, &lock)?;
    place.remove_strangers(&files)?;

    let mut pulled = Pulled {
        folder: place.folder.clone(),
        files: files.len(),
        bytes: files.iter().map(|file| file.size).sum(),
        fetched: 0,
    };
    let mut before = 0;
    for file in &files {
        let mut here = |bytes| watch(Step { file: file.name, done: before + bytes, total: pulled.bytes });
        pulled.fetched += hub.fetch(file, &place, &mut here)?;
        before += file.size;
        if file.name == CONFIG {
            check_config(model, &place.arriving)?;
        }
    }
    place.settle(&files)?;
    // It does no harm if these stay.
    let _ = fs::remove_file(lock);
    let _ = fs::remove_dir(unfinished);
    Ok(pulled)
}

/// Before hundreds of megabytes of weights are fetched: whether the model names entities at all.
fn check_config(model: &HubModel, arriving: &Path) -> Result<()> {
    match ModelFolder::open(arriving) {
        Err(Error::Model { problem, remedy, .. }) => {
            let _ = fs::remove_dir_all(arriving);
            Err(Error::hub(model.to_string(), format!("its {CONFIG} cannot be used: {problem}"), remedy))
        }
        opened => opened.map(|_| ()),
    }
}

/// Keeps a second pull of the same model out for as long as the file is held.
fn lock_for(model: &HubModel, path: &Path) -> Result<File> {
    let file = File::create(path).map_err(|e| unwritable(path, e))?;
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => {
            Err(Error::hub(model.to_string(), "another pull of it is under way", "Wait for it to end"))
        }
        // Some network file systems have no locks; one pull at a time needs none.
        Ok(()) | Err(TryLockError::Error(_)) => Ok(file),
    }
}
