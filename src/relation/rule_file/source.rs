//! A rule file as TOML has it.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use crate::relation::frame::Sort;
use crate::relation::rule::YesExample;
use crate::relation::schema;

/// Word lists by name.
pub(in crate::relation) type WordLists = BTreeMap<String, Spanned<Vec<String>>>;
/// Phrases by name.
pub(in crate::relation) type PhraseTexts = BTreeMap<String, Spanned<String>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::relation) struct FileSource {
    /// The files whose lists and phrases it sees, by name and without `.toml`.
    #[serde(default, rename = "use")]
    pub(in crate::relation) uses: Vec<Spanned<String>>,
    #[serde(default)]
    pub(in crate::relation) predicate: schema::Sources,
    #[serde(default)]
    pub(in crate::relation) lists: WordLists,
    #[serde(default)]
    pub(in crate::relation) add_to_lists: WordLists,
    #[serde(default)]
    pub(in crate::relation) cues: WordLists,
    #[serde(default)]
    pub(in crate::relation) add_to_cues: WordLists,
    #[serde(default)]
    pub(in crate::relation) phrases: PhraseTexts,
    /// Word lists of the frames of this file.
    #[serde(default)]
    pub(in crate::relation) words: WordLists,
    #[serde(default)]
    pub(in crate::relation) acting: WordLists,
    #[serde(default)]
    pub(in crate::relation) rule: Vec<RuleSource>,
    #[serde(default)]
    pub(in crate::relation) frame: Vec<FrameSource>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::relation) struct FrameSource {
    pub(in crate::relation) id: Spanned<String>,
    #[serde(default)]
    pub(in crate::relation) verb: Vec<String>,
    #[serde(default)]
    pub(in crate::relation) noun: Vec<String>,
    #[serde(default)]
    pub(in crate::relation) adjective: Vec<String>,
    #[serde(default)]
    pub(in crate::relation) name: Vec<String>,
    #[serde(default)]
    pub(in crate::relation) self_has: Vec<String>,
    #[serde(default)]
    pub(in crate::relation) subject_is: Option<Sort>,
    #[serde(default)]
    pub(in crate::relation) object_is: Option<Sort>,
    #[serde(default)]
    pub(in crate::relation) object_has: Vec<String>,
    #[serde(default)]
    pub(in crate::relation) object_lacks: Vec<String>,
    pub(in crate::relation) subject: OneOrMore,
    pub(in crate::relation) object: OneOrMore,
    #[serde(default)]
    pub(in crate::relation) subject_type: Option<Spanned<Vec<String>>>,
    #[serde(default)]
    pub(in crate::relation) object_type: Option<Spanned<Vec<String>>>,
    #[serde(default, rename = "where")]
    pub(in crate::relation) fillers: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    pub(in crate::relation) has: Vec<String>,
    #[serde(default)]
    pub(in crate::relation) lacks: Vec<String>,
    #[serde(default)]
    pub(in crate::relation) through: Vec<String>,
    pub(in crate::relation) score: Spanned<f64>,
    #[serde(default)]
    pub(in crate::relation) yes: Vec<YesSource>,
    #[serde(default)]
    pub(in crate::relation) no: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::relation) struct RuleSource {
    pub(in crate::relation) id: Spanned<String>,
    pub(in crate::relation) pattern: Spanned<OneOrMore>,
    #[serde(default)]
    pub(in crate::relation) unless: Option<Spanned<OneOrMore>>,
    #[serde(default)]
    pub(in crate::relation) subject: Option<Spanned<Vec<String>>>,
    #[serde(default)]
    pub(in crate::relation) object: Option<Spanned<Vec<String>>>,
    pub(in crate::relation) score: Spanned<f64>,
    #[serde(default)]
    pub(in crate::relation) granted: bool,
    #[serde(default)]
    pub(in crate::relation) punctuated: bool,
    #[serde(default)]
    pub(in crate::relation) yes: Vec<YesSource>,
    #[serde(default)]
    pub(in crate::relation) no: Vec<String>,
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a text in quotes, or a list of texts")]
pub(in crate::relation) enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl OneOrMore {
    pub(in crate::relation) fn all(&self) -> &[String] {
        match self {
            OneOrMore::One(one) => std::slice::from_ref(one),
            OneOrMore::More(more) => more,
        }
    }
}

#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "expected a sentence in quotes, or { text = \"...\", gives = [\"subject -> object\"] }"
)]
pub(in crate::relation) enum YesSource {
    Plain(String),
    #[serde(rename_all = "snake_case")]
    Exact(ExactSource),
}

impl From<YesSource> for YesExample {
    fn from(source: YesSource) -> Self {
        match source {
            YesSource::Plain(text) => YesExample { text, gives: Vec::new() },
            YesSource::Exact(ExactSource { text, gives }) => YesExample { text, gives },
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::relation) struct ExactSource {
    pub(in crate::relation) text: String,
    pub(in crate::relation) gives: Vec<String>,
}
