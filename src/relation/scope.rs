//! Scopes: what the names of lists and phrases mean in each rule file: its own, those of the files that it uses, and the common
//! ones of `lists.toml`. Two files may give the same name to different lists.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::error::Place;

/// The file whose lists and phrases every file sees.
pub(crate) const COMMON: &str = "lists";

/// A named part of patterns, as written.
#[derive(Debug, Clone)]
pub(crate) struct Phrase {
    /// Where it is defined.
    pub(crate) place: Place,
    /// Its pattern.
    pub(crate) text: String,
}

/// Named parts of patterns.
pub(crate) type Phrases = BTreeMap<String, Phrase>;

/// All rule files of a set.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scopes {
    files: Vec<File>,
}

/// What one rule file defines and sees.
#[derive(Debug, Clone, Default)]
pub(crate) struct File {
    /// By which others use it: the name of the file without `.toml`.
    name: String,
    /// The files that it uses.
    uses: Vec<usize>,
    lists: BTreeSet<String>,
    pub(crate) phrases: Phrases,
}

impl Scopes {
    /// Adds a file; gives its number.
    pub(crate) fn add(&mut self, path: &Path) -> usize {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        self.files.push(File { name, ..File::default() });
        self.files.len() - 1
    }

    /// The last file of that name before or beside file number `from`, not itself.
    pub(crate) fn file(&self, name: &str, from: usize) -> Option<usize> {
        (0..self.files.len()).rev().find(|&file| file != from && self.files[file].name == name)
    }

    /// Has a file use another.
    pub(crate) fn use_file(&mut self, file: usize, used: usize) {
        self.files[file].uses.push(used);
    }

    /// The name of a list in the whole set: that in its file, for the common ones; else with the number of the file.
    pub(crate) fn define_list(&mut self, file: usize, name: &str) -> String {
        self.files[file].lists.insert(name.to_owned());
        self.key(file, name)
    }

    pub(crate) fn define_phrase(&mut self, file: usize, name: &str, phrase: Phrase) {
        self.files[file].phrases.insert(name.to_owned(), phrase);
    }

    fn key(&self, file: usize, name: &str) -> String {
        if self.is_common(file) { name.to_owned() } else { format!("{name}:{file}") }
    }

    /// The first `lists.toml` is that of the program.
    fn is_common(&self, file: usize) -> bool {
        self.files.iter().position(|it| it.name == COMMON) == Some(file)
    }

    /// The files whose names a file sees: itself first.
    fn seen(&self, file: usize) -> impl Iterator<Item = usize> {
        let common = (0..self.files.len()).find(|&it| self.is_common(it));
        let used = self.files.get(file).into_iter().flat_map(|it| it.uses.iter().copied());
        std::iter::once(file).chain(used).chain(common.filter(move |&common| common != file))
    }

    /// The name in the whole set of the list that a file calls `name`.
    pub(crate) fn list(&self, file: usize, name: &str) -> Option<String> {
        let mut seen = self.seen(file);
        seen.find(|&it| self.files.get(it).is_some_and(|it| it.lists.contains(name)))
            .map(|it| self.key(it, name))
    }

    /// The phrase that a file calls `name`, and the file that its own names are of.
    pub(crate) fn phrase(&self, file: usize, name: &str) -> Option<(usize, &Phrase)> {
        self.seen(file).find_map(|it| Some((it, self.files.get(it)?.phrases.get(name)?)))
    }

    /// " (did you mean ...?)" if the file sees a list of nearly that name, or if one exists that it does not see.
    pub(crate) fn nearest(&self, file: usize, name: &str) -> String {
        let is_near = |known: &&String| known.starts_with(name) || name.starts_with(known.as_str());
        let near =
            self.seen(file).filter_map(|it| self.files.get(it)).find_map(|it| it.lists.iter().find(is_near));
        if let Some(near) = near {
            return format!(" (did you mean `@{near}`?)");
        }
        self.elsewhere(|it| it.lists.contains(name))
    }

    /// " (... has it: use = [...])" for the file that has it.
    pub(crate) fn elsewhere(&self, has: impl Fn(&File) -> bool) -> String {
        let file = self.files.iter().find(|file| has(file));
        file.map(|File { name, .. }| format!(" ({name}.toml has it: write use = [\"{name}\"] above)"))
            .unwrap_or_default()
    }

    /// The names of all files but one, for messages.
    pub(crate) fn listed(&self, but: usize) -> String {
        let names = self
            .files
            .iter()
            .enumerate()
            .filter(|&(file, _)| file != but)
            .map(|(_, file)| file.name.as_str());
        names.collect::<Vec<_>>().join(", ")
    }
}

/// The name of a list in its file.
pub(crate) fn plain(key: &str) -> &str {
    key.split(':').next().unwrap_or(key)
}
