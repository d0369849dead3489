//! A finished result, written again to another folder.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::output::earlier::keep_earlier;
use crate::output::file::{Whole, create_folder, temporary, unwritable};
use crate::output::log;
use crate::output::run::Run;
use crate::output::tables::remove_stale;

/// Writes the files of the result of `run` that lies in `from` to `to`, creating it if needed. They get their names when all
/// are there. A result that is there already, and may be another, stays unless `overwrite`.
///
/// See the [example](crate::output#example).
///
/// # Errors
/// If a result is there, or `to` cannot be written to.
pub fn copy_result(run: &Run, from: &Path, to: &Path, overwrite: bool) -> Result<Vec<PathBuf>> {
    if log::is_at_work(to) {
        let message = "an unfinished run is there. Finish it with `triplewire extract --resume`, or choose another folder";
        return Err(Error::Usage(format!("{}: {message}", to.display())));
    }
    if !overwrite {
        keep_earlier(to, &run.settings, true)?;
    }
    create_folder(to)?;
    let mut names: Vec<_> = fs::read_dir(from)
        .and_then(|entries| entries.map(|entry| Ok(entry?.file_name())).collect::<io::Result<_>>())
        .map_err(|e| unwritable(from, e))?;
    // `run.json` says that the others are there.
    names.sort_by_key(|name| (name == "run.json", name.clone()));
    let files = names.iter().filter(|name| from.join(name).is_file());
    let whole: Vec<Whole> =
        files.map(|name| whole(&from.join(name), to.join(name))).collect::<Result<_>>()?;
    let named: Vec<PathBuf> = whole.into_iter().map(Whole::name).collect::<Result<_>>()?;
    remove_stale(to, &named)?;
    Ok(named)
}

fn whole(from: &Path, to: PathBuf) -> Result<Whole> {
    let mut file = temporary(&to)?;
    let copied = File::open(from).and_then(|mut from| io::copy(&mut from, &mut file));
    copied.map_err(|e| unwritable(&to, e))?;
    Whole::new(to, file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        files.iter().for_each(|(name, content)| fs::write(folder.path().join(name), content).unwrap());
        folder
    }

    #[test]
    fn a_copy_leaves_no_table_of_an_earlier_result() {
        let run = serde_json::to_string(&Run::default()).unwrap();
        let from = folder(&[("run.json", &run), ("triples.csv", "new")]);
        let to = folder(&[("run.json", &run), ("triples.jsonl", "old"), ("mine.txt", "kept")]);
        let refused = copy_result(&Run::default(), from.path(), to.path(), false).unwrap_err().to_string();
        assert!(refused.contains("holds a finished result"), "{refused}");
        let named = copy_result(&Run::default(), from.path(), to.path(), true).unwrap();
        assert_eq!(named, ["triples.csv", "run.json"].map(|name| to.path().join(name)));
        let mut left: Vec<_> = fs::read_dir(to.path()).unwrap().map(|it| it.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, ["mine.txt", "run.json", "triples.csv"]);
    }
}
