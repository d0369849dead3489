//! Ids of models on the hub, and the folders that they have in the cache.

use std::fmt;

use crate::error::{Error, Result};

const MAIN: &str = "main";
const LONGEST_NAME: usize = 96;

/// A model of the hub at a revision.
///
/// See the [example](crate::model#example).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HubModel {
    pub(super) id: String,
    pub(super) revision: String,
}

impl HubModel {
    /// Takes the id of a model, `OWNER/NAME` (or `NAME` alone, as a few old models have it), and a
    /// branch, tag or commit (without one: `main`).
    ///
    /// # Errors
    /// If one of them is none that the hub could have given.
    pub fn new(id: &str, revision: Option<&str>) -> Result<Self> {
        let revision = revision.unwrap_or(MAIN);
        let parts: Vec<&str> = id.split('/').collect();
        if parts.len() > 2 || !parts.iter().all(|part| is_hub_name(part)) {
            return Err(Error::hub(
                id,
                "no id of a model on the hub",
                "An id is OWNER/NAME, without the address before it, such as dslim/bert-base-NER",
            ));
        }
        if !is_revision(revision) {
            return Err(Error::hub(
                id,
                format!("`{revision}` is no name of a revision"),
                "Give a branch, a tag or a commit to `--revision`, or leave it out",
            ));
        }
        Ok(HubModel { id: id.to_owned(), revision: revision.to_owned() })
    }

    /// Reads `OWNER/NAME` or `OWNER/NAME@REVISION`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (id, revision) = match text.split_once('@') {
            Some((id, revision)) => (id, Some(revision)),
            None => (text, None),
        };
        HubModel::new(id, revision).ok()
    }

    /// The folder that the model has in the cache: `OWNER--NAME`, or `OWNER--NAME@REVISION` if the
    /// revision is not `main`. Ids have no `--` of their own.
    pub fn folder_name(&self) -> String {
        self.to_string().replace('/', "--")
    }
}

impl fmt::Display for HubModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.revision.as_str() {
            MAIN => f.write_str(&self.id),
            revision => write!(f, "{}@{revision}", self.id),
        }
    }
}

fn is_hub_name(name: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    (1..=LONGEST_NAME).contains(&name.len())
        && name.chars().all(allowed)
        && !name.starts_with(['-', '.'])
        && !name.ends_with(['-', '.'])
        && !name.contains("--")
        && !name.contains("..")
}

fn is_revision(revision: &str) -> bool {
    revision.len() <= LONGEST_NAME && revision.split('/').all(is_hub_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_a_table() {
        let good = [
            ("dslim/bert-base-NER", None, "dslim--bert-base-NER"),
            ("bert_base.cased", None, "bert_base.cased"),
            ("a/b", Some("main"), "a--b"),
            ("a/b", Some("v1.0"), "a--b@v1.0"),
            ("a/b", Some("refs/pr/1"), "a--b@refs--pr--1"),
        ];
        for (id, revision, folder) in good {
            assert_eq!(HubModel::new(id, revision).unwrap().folder_name(), folder);
        }
        let long = "x".repeat(97);
        let bad = [
            "",
            "/",
            "a/",
            "/a",
            "a/b/c",
            "..",
            "../b",
            "a/..",
            "a/.b",
            ".a/b",
            "a--b/c",
            "a/b c",
            "a/b\\c",
            "a/b%2f",
            "https://hub/a/b",
            "a/b@main",
            "a/b?x",
            "ä/b",
            "-a/b",
            "C:b",
            &long,
        ];
        for id in bad {
            let error = HubModel::new(id, None).unwrap_err().to_string();
            assert!(error.contains("OWNER/NAME"), "{id}: {error}");
        }
        for revision in ["", "..", "a/../b", "/a", "a/", "a b", "a\n", "a%2f.."] {
            let error = HubModel::new("a/b", Some(revision)).unwrap_err().to_string();
            assert!(error.contains("no name of a revision"), "{revision}: {error}");
        }
        assert_eq!(HubModel::parse("a/b@v1"), HubModel::new("a/b", Some("v1")).ok());
        assert_eq!(HubModel::parse("a/b@../v1"), None);
    }
}
