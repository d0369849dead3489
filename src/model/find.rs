//! Where model folders are looked for.

use std::env;
use std::iter;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::error::{Error, Result};
use crate::model::hub::HubModel;

/// The model that comes with the program.
const BUNDLED: &str = "newswire";

/// The argument of the last [`look_in`].
static PACKAGED: OnceLock<PathBuf> = OnceLock::new();

/// Adds a folder of model folders to the [`places`]: for a library whose models lie beside it and not beside the
/// program that has loaded it. The first call counts.
///
/// See the [example](crate::model#example).
pub fn look_in(folder: PathBuf) {
    let _ = PACKAGED.set(folder);
}

/// Folders of model folders, in the order in which they are searched: `models` in the current
/// folder, where a library has its own, beside the program and in the two folders above it, in the checkout that the program was
/// built from, and the user's cache (`$XDG_CACHE_HOME/triplewire/models`, by default in
/// `~/.cache`). Those that do not exist are left out.
///
/// See the [example](crate::model#example).
pub fn places() -> Vec<PathBuf> {
    let mut places = vec![PathBuf::from("models")];
    places.extend(PACKAGED.get().cloned());
    if let Ok(program) = env::current_exe() {
        // Some systems say where the link is by which it was started.
        let linked = program.canonicalize().ok();
        for program in iter::once(program).chain(linked) {
            // A cargo build lies two folders below the project: target/release/triplewire.
            places.extend(program.ancestors().skip(1).take(3).map(|folder| folder.join("models")));
        }
    }
    places.push(Path::new(env!("CARGO_MANIFEST_DIR")).join("models"));
    places.extend(cache());
    let mut seen = Vec::new();
    places.retain(|place| match place.canonicalize() {
        Ok(full) if full.is_dir() && !seen.contains(&full) => {
            seen.push(full);
            true
        }
        _ => false,
    });
    places
}

/// The user's folder of models, where `model pull` puts them: `$XDG_CACHE_HOME/triplewire/models`,
/// by default in `~/.cache`. None if there is no home folder. It need not exist.
pub(crate) fn cache() -> Option<PathBuf> {
    // A relative path there counts as none, says the XDG specification.
    let set = env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let cache = set.or_else(|| env::home_dir().map(|home| home.join(".cache")))?;
    Some(cache.join("triplewire").join("models"))
}

/// The model folders in [`places`], sorted within each.
///
/// See the [example](crate::model#example).
pub fn at_hand() -> Vec<PathBuf> {
    let mut found = Vec::new();
    for place in places() {
        let mut folders: Vec<PathBuf> = std::fs::read_dir(&place)
            .into_iter()
            .flatten()
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|folder| folder.join("config.json").is_file())
            .collect();
        folders.sort();
        found.extend(folders);
    }
    found
}

/// The folder of the model that the user calls `asked`: a path, the name of a model in one of the
/// [`places`], or what `model pull` was given (`OWNER/NAME`, `OWNER/NAME@REVISION`). Without one, the
/// bundled model.
///
/// See the [example](crate::model#example).
///
/// # Errors
/// If there is no such folder; the message says where it was looked for.
pub fn find(asked: Option<&Path>) -> Result<PathBuf> {
    let name = asked.unwrap_or(Path::new(BUNDLED));
    if asked.is_some() && name.is_dir() {
        return Ok(name.to_owned());
    }
    let places = places();
    let is_name = name.components().count() == 1;
    if is_name && let Some(folder) = places.iter().map(|place| place.join(name)).find(|f| f.is_dir()) {
        return Ok(folder);
    }
    let of_hub = name.to_str().and_then(HubModel::parse);
    if let Some(model) = of_hub.as_ref().filter(|_| asked.is_some()) {
        let pulled = model.folder_name();
        if let Some(folder) = places.iter().map(|place| place.join(&pulled)).find(|f| f.is_dir()) {
            return Ok(folder);
        }
    }
    let problem = match (is_name, places.as_slice()) {
        (false, _) => "no such folder".to_owned(),
        (true, []) => "no such folder, and no folder `models` here or beside the program".to_owned(),
        (true, _) => {
            let list: Vec<String> = places.iter().map(|place| place.display().to_string()).collect();
            format!("no such folder here or in {}", list.join(", "))
        }
    };
    let mut remedy =
        "`triplewire model list` shows the models at hand; name one of them, or a folder, with `--model`"
            .to_owned();
    if let Some(model) = of_hub.filter(|_| !is_name) {
        remedy += &format!(". If it is a model of the hub, `triplewire model pull {model}` fetches it");
    }
    Err(Error::model(name, problem, remedy))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bundled_model_is_found_by_default_and_by_name() {
        assert!(find(None).unwrap().ends_with("models/newswire"));
        assert!(find(Some(Path::new("newswire"))).unwrap().ends_with("models/newswire"));
        assert_eq!(find(Some(Path::new("models/newswire"))).unwrap(), Path::new("models/newswire"));
        assert!(at_hand().contains(&PathBuf::from("models/newswire")));
    }

    #[test]
    fn a_missing_model_is_named_with_the_places() {
        let error = find(Some(Path::new("nonesuch"))).unwrap_err().to_string();
        assert!(error.contains("nonesuch") && error.contains("models"), "{error}");
        let error = find(Some(Path::new("no/such/folder"))).unwrap_err().to_string();
        assert!(error.contains("model no/such/folder: no such folder"), "{error}");
        let error = find(Some(Path::new("no-such/model"))).unwrap_err().to_string();
        assert!(error.contains("`triplewire model pull no-such/model`"), "{error}");
    }
}
