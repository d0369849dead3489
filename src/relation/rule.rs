//! Rules and rule files: read and checked. How a rule file looks is told in `rules/README.md`.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use serde::Deserialize;
use sha2::{Digest, Sha256};
use toml::Spanned;

use crate::entity::EntityType;
use crate::error::{Error, Place, Result, words};
use crate::relation::Calibration;
use crate::relation::context;
use crate::relation::frame::{Frame, Sort};
use crate::relation::lists::{self, List, Lists};
use crate::relation::measured;
use crate::relation::pattern::{self, Node};
use crate::relation::reader::LEARNED;
use crate::relation::schema::{self, Predicate, Predicates, Schema};
use crate::relation::scope::{Phrase, Scopes};
use crate::syntax::clause::Kind;

/// One rule as written in a rule file.
#[derive(Debug, Clone)]
pub struct Rule {
    /// `predicate/name`, unique.
    pub id: Arc<str>,
    /// What it finds.
    pub predicate: Predicate,
    /// The types its subject may have.
    pub subject: Vec<EntityType>,
    /// The types its object may have.
    pub object: Vec<EntityType>,
    /// How often it is right, 0 to 1: of a built-in rule as measured, where it has been.
    pub score: f32,
    /// The score in its file: the better of two rules that find the same relation counts, and the measured
    /// scores are those of relations found so.
    pub prior: f32,
    /// The patterns, any of which is enough; none if the rule is a frame.
    pub patterns: Vec<Pattern>,
    /// What it asks of a clause, if it is a frame.
    pub(crate) frame: Option<Frame>,
    /// Patterns that keep the rule from firing.
    pub unless: Vec<Pattern>,
    /// Whether what it finds is taken for granted, as "Spanish President Ana Ruiz" is in "officials
    /// said Spanish President Ana Ruiz fell": no source, denial or doubt around it is about it.
    pub granted: bool,
    /// Whether only punctuation keeps it from joining the end of a sentence with the start of the
    /// next. It is then left out where a text has lost its punctuation.
    pub punctuated: bool,
    /// Sentences in which it must fire.
    pub yes: Vec<YesExample>,
    /// Sentences in which it must not fire.
    pub no: Vec<String>,
    /// Where it is written.
    pub place: Place,
    /// The rule as it stands in the file.
    pub written: String,
    /// Whether it came with the program.
    pub(crate) built_in: bool,
}

/// A pattern as written and as understood.
#[derive(Debug, Clone)]
pub struct Pattern {
    /// As written.
    pub text: String,
    /// As understood.
    pub(crate) node: Node,
}

/// A sentence in which a rule must fire.
#[derive(Debug, Clone)]
pub struct YesExample {
    /// The sentence, with its names in brackets.
    pub text: String,
    /// Exactly these pairs, as `subject -> object`; if none are given, at least one pair.
    pub gives: Vec<String>,
}

/// All rules and word lists of a run.
#[derive(Debug, Clone, Default)]
pub struct RuleSet {
    rules: Vec<Rule>,
    predicates: Predicates,
    pub(crate) lists: Lists,
    pub(crate) cues: Lists,
    scopes: Scopes,
    /// Nouns of several words that hide the shorter ones in them from frames.
    pub(crate) nouns: BTreeSet<String>,
    /// By type the nouns through which a name of it acts: "police" of a place, "fighters" of a group.
    pub(crate) acting: BTreeMap<EntityType, BTreeSet<String>>,
    /// What makes the score of a relation from its rule's.
    pub(crate) calibration: Calibration,
    /// Relations that score less are left out.
    pub(crate) least_score: Option<f32>,
    /// What the second reader is not asked for.
    pub(crate) unlearned: BTreeSet<Predicate>,
}

/// The rule files built into the program, in the order in which `rules list` shows them.
const BUILT_IN: &[(&str, &str)] = &[
    ("lists.toml", include_str!("rules/lists.toml")),
    ("context.toml", include_str!("rules/context.toml")),
    ("actors.toml", include_str!("rules/actors.toml")),
    ("posts.toml", include_str!("rules/posts.toml")),
    ("origin.toml", include_str!("rules/origin.toml")),
    ("travel.toml", include_str!("rules/travel.toml")),
    ("ties.toml", include_str!("rules/ties.toml")),
    ("works.toml", include_str!("rules/works.toml")),
    ("leadership.toml", include_str!("rules/leadership.toml")),
    ("employment.toml", include_str!("rules/employment.toml")),
    ("membership.toml", include_str!("rules/membership.toml")),
    ("family.toml", include_str!("rules/family.toml")),
    ("life.toml", include_str!("rules/life.toml")),
    ("biography.toml", include_str!("rules/biography.toml")),
    ("places.toml", include_str!("rules/places.toml")),
    ("conflict.toml", include_str!("rules/conflict.toml")),
    ("war.toml", include_str!("rules/war.toml")),
    ("policing.toml", include_str!("rules/policing.toml")),
    ("crime.toml", include_str!("rules/crime.toml")),
    ("newswire.toml", include_str!("rules/newswire.toml")),
    ("diplomacy.toml", include_str!("rules/diplomacy.toml")),
    ("business.toml", include_str!("rules/business.toml")),
    ("names.toml", include_str!("rules/names.toml")),
];

/// Files whose lists stay available under `--no-default-rules`.
const COMMON: &[&str] = &["lists.toml", "context.toml", "actors.toml"];

static BUILT_IN_RULES: LazyLock<RuleSet> = LazyLock::new(|| built_in(|_| true));
static NO_RULES: LazyLock<RuleSet> = LazyLock::new(|| built_in(|name| COMMON.contains(&name)));

fn built_in(wanted: impl Fn(&str) -> bool) -> RuleSet {
    let files = BUILT_IN
        .iter()
        .filter(|(name, _)| wanted(name))
        .map(|(name, text)| (PathBuf::from(name), (*text).to_owned()))
        .collect();
    let mut set = RuleSet::default();
    set.add_files(files).expect("a test loads the built-in rules");
    let measured = measured::measured();
    for rule in &mut set.rules {
        rule.built_in = true;
        rule.score = measured.get(&*rule.id).copied().unwrap_or(rule.prior);
    }
    set
}

impl RuleSet {
    /// The rules built into the program.
    pub fn built_in() -> Self {
        BUILT_IN_RULES.clone()
    }

    /// No rules; only the common word lists, so that the user's own rules can name them.
    pub fn empty() -> Self {
        NO_RULES.clone()
    }

    /// The word lists, phrases and cues alone.
    pub(crate) fn without_rules(&self) -> Self {
        RuleSet { rules: Vec::new(), ..self.clone() }
    }

    /// Adds a rule file, or every `.toml` file of a folder.
    ///
    /// # Errors
    /// Naming the file, the line and the remedy of the first rule that is wrong. The set is then
    /// as it was before.
    pub fn add_path(&mut self, path: &Path) -> Result<()> {
        let unreadable = |path: &Path, e| Error::io(path, e, "Check the path given to --rules");
        let mut paths = Vec::new();
        if path.is_dir() {
            for entry in std::fs::read_dir(path).map_err(|e| unreadable(path, e))? {
                let file = entry.map_err(|e| unreadable(path, e))?.path();
                if file.extension().is_some_and(|extension| extension == "toml") {
                    paths.push(file);
                }
            }
            paths.sort();
            if paths.is_empty() {
                return Err(Error::config(
                    Place::file(path),
                    "there is no .toml file in this folder",
                    "Name a rule file or a folder that holds rule files",
                ));
            }
        } else {
            paths.push(path.to_path_buf());
        }
        let mut files = Vec::new();
        for path in paths {
            let bytes = std::fs::read(&path).map_err(|e| unreadable(&path, e))?;
            let text = String::from_utf8(bytes).map_err(|_| {
                Error::config(Place::file(&path), "the file is not UTF-8 text", "Save it as UTF-8")
            })?;
            files.push((path, text));
        }
        self.add_files(files)
    }

    /// Adds rule files given as name and text, as one unit: their lists may refer to each other.
    pub(crate) fn add_files(&mut self, files: Vec<(PathBuf, String)>) -> Result<()> {
        let mut new = self.clone();
        let mut sources = Vec::new();
        for (path, text) in &files {
            let file = FileText::new(path, text, new.scopes.add(path));
            let source: FileSource = toml::from_str(text).map_err(|e| file.syntax_error(&e))?;
            sources.push((file, source));
        }
        for (file, source) in &sources {
            new.predicates.define(&source.predicate, |offset| file.place(offset), |_| schema::behind())?;
            file.import(&source.uses, &mut new.scopes)?;
        }
        new.predicates.check()?;
        for (file, source) in &sources {
            file.define_lists(&source.lists, &mut new)?;
            file.define_cues(&source.cues, &mut new.cues)?;
            file.define_phrases(&source.phrases, &mut new.scopes)?;
        }
        for (file, source) in &sources {
            file.fill_lists(&source.lists, "[lists]", &mut new)?;
            file.fill_lists(&source.add_to_lists, "[add_to_lists]", &mut new)?;
            file.add_to_cues(&source.add_to_cues, &mut new.cues)?;
            file.check_phrases(&source.phrases, &new)?;
        }
        lists::check(&new.lists)?;
        lists::check(&new.cues)?;
        for (file, source) in &sources {
            new.nouns.extend(source.words.values().flat_map(|words| words.get_ref().iter().cloned()));
            for (name, nouns) in &source.acting {
                let entity_type = file.acting_type(name, nouns.span())?;
                new.acting.entry(entity_type).or_default().extend(nouns.get_ref().iter().cloned());
            }
        }
        let mut known: BTreeMap<Arc<str>, Place> =
            new.rules.iter().map(|rule| (rule.id.clone(), rule.place.clone())).collect();
        for (file, source) in sources {
            let rules = source.rule.into_iter().map(|rule| file.rule(rule, &new));
            let frames = source.frame.into_iter().map(|frame| file.frame(frame, &source.words, &new));
            for rule in rules.chain(frames).collect::<Result<Vec<Rule>>>()? {
                if let Some(first) = known.insert(rule.id.clone(), rule.place.clone()) {
                    return Err(Error::config(
                        rule.place,
                        format!("there is a rule `{}` already, in {first}", rule.id),
                        "Give each rule an id of its own",
                    ));
                }
                new.rules.push(rule);
            }
        }
        *self = new;
        Ok(())
    }

    /// Takes a rule out, or what the second reader finds of a predicate: `learned/works_for`.
    ///
    /// # Errors
    /// If there is no rule of that identifier; the message names one that is spelled like it.
    pub fn remove(&mut self, id: &str) -> Result<()> {
        let before = self.rules.len();
        self.rules.retain(|rule| &*rule.id != id);
        if self.rules.len() < before {
            return Ok(());
        }
        let learned = id.strip_prefix(LEARNED).and_then(|name| self.predicates.named(name));
        if let Some(predicate) = learned {
            self.unlearned.insert(predicate);
            return Ok(());
        }
        Err(self.none(id))
    }

    /// That there is no rule of that id; what is spelled like it, or rules of the same predicate, are named.
    pub(crate) fn none(&self, id: &str) -> Error {
        let ids = || self.rules.iter().map(|rule| &*rule.id);
        let (predicate, name) = id.split_once('/').unwrap_or((id, ""));
        let of_it: Vec<&str> =
            ids().filter(|known| known.split_once('/').is_some_and(|(it, _)| it == predicate)).collect();
        let names = of_it.iter().filter_map(|known| Some(known.split_once('/')?.1));
        let near = match of_it.is_empty() {
            true => words::similar(id, ids()).map(str::to_owned),
            false => words::similar(name, names).map(|name| format!("{predicate}/{name}")),
        };
        let near = near.map(|near| format!(" Did you mean `{near}`?")).unwrap_or_default();
        let known = match of_it.is_empty() {
            true => String::new(),
            false => format!(" Of {predicate} there are {}.", of_it.join(", ")),
        };
        Error::Usage(format!("there is no rule `{id}`.{near}{known} `triplewire rules list` shows all"))
    }

    /// Adds a predicate that the user's labels have taught, unless there is one of that name.
    pub(crate) fn define(&mut self, schema: Schema, place: Place) {
        self.predicates.define_if_new(schema, place);
    }

    /// Keeps the rules of these predicates only.
    pub fn keep(&mut self, predicates: &[Predicate]) {
        self.rules.retain(|rule| predicates.contains(&rule.predicate));
        self.unlearned.extend(self.predicates.all().filter(|predicate| !predicates.contains(predicate)));
    }

    /// The predicates that there are: those of the program and those that rule files have defined.
    pub fn predicates(&self) -> &Predicates {
        &self.predicates
    }

    /// Leaves out relations that score less, from 0 to 1; if it is not said, those that score less than the
    /// calibration says.
    pub fn set_least_score(&mut self, score: Option<f32>) {
        self.least_score = score;
    }

    /// The rules in the order of files and lines.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The rule of that id.
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| &*rule.id == id)
    }

    /// SHA-256 over all rules and lists, in hexadecimal: equal for equal rules. Examples do not
    /// count, nor does the file a rule is in.
    pub fn hash(&self) -> String {
        let mut sha = Sha256::new();
        let mut part = |text: &str| {
            sha.update((text.len() as u64).to_le_bytes());
            sha.update(text);
        };
        for predicate in self.predicates.all() {
            let schema = predicate.schema();
            part(&schema.name);
            part(&format!("{} {:?} {} {:?}", schema.symmetric, schema.hides, schema.state, schema.pronoun));
            part(&format!("{:?}", schema.unread_behind));
        }
        for rule in &self.rules {
            part(&rule.id);
            part(&rule.score.to_string());
            part(if rule.granted { "granted" } else { "" });
            part(if rule.punctuated { "punctuated" } else { "" });
            for types in [&rule.subject, &rule.object] {
                part(&types.iter().map(|t| t.as_str()).collect::<Vec<_>>().join(" "));
            }
            for patterns in [&rule.patterns, &rule.unless] {
                part(&patterns.len().to_string());
                patterns.iter().for_each(|p| part(&format!("{:?}", p.node)));
            }
            if let Some(frame) = &rule.frame {
                part(&format!("{frame:?}"));
            }
        }
        part(&format!("{:?}", self.calibration));
        self.unlearned.iter().for_each(|predicate| part(predicate.as_str()));
        if let Some(score) = self.least_score {
            part(&format!("score {score}"));
        }
        self.nouns.iter().for_each(|noun| part(noun));
        for (entity_type, nouns) in &self.acting {
            part(entity_type.as_str());
            nouns.iter().for_each(|noun| part(noun));
        }
        for lists in [&self.lists, &self.cues] {
            part(&lists.len().to_string());
            for (name, list) in lists {
                part(name);
                part(&list.entries.join("\n"));
            }
        }
        base16ct::lower::encode_string(&sha.finalize())
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileSource {
    /// The files whose lists and phrases it sees, by name and without `.toml`.
    #[serde(default, rename = "use")]
    uses: Vec<Spanned<String>>,
    #[serde(default)]
    predicate: schema::Sources,
    #[serde(default)]
    lists: BTreeMap<String, Spanned<Vec<String>>>,
    #[serde(default)]
    add_to_lists: BTreeMap<String, Spanned<Vec<String>>>,
    #[serde(default)]
    cues: BTreeMap<String, Spanned<Vec<String>>>,
    #[serde(default)]
    add_to_cues: BTreeMap<String, Spanned<Vec<String>>>,
    #[serde(default)]
    phrases: BTreeMap<String, Spanned<String>>,
    /// Word lists of the frames of this file.
    #[serde(default)]
    words: BTreeMap<String, Spanned<Vec<String>>>,
    #[serde(default)]
    acting: BTreeMap<String, Spanned<Vec<String>>>,
    #[serde(default)]
    rule: Vec<RuleSource>,
    #[serde(default)]
    frame: Vec<FrameSource>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FrameSource {
    id: Spanned<String>,
    #[serde(default)]
    verb: Vec<String>,
    #[serde(default)]
    noun: Vec<String>,
    #[serde(default)]
    adjective: Vec<String>,
    #[serde(default)]
    name: Vec<String>,
    #[serde(default)]
    self_has: Vec<String>,
    #[serde(default)]
    subject_is: Option<Sort>,
    #[serde(default)]
    object_is: Option<Sort>,
    #[serde(default)]
    object_has: Vec<String>,
    #[serde(default)]
    object_lacks: Vec<String>,
    subject: OneOrMore,
    object: OneOrMore,
    #[serde(default)]
    subject_type: Option<Spanned<Vec<String>>>,
    #[serde(default)]
    object_type: Option<Spanned<Vec<String>>>,
    #[serde(default, rename = "where")]
    fillers: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    has: Vec<String>,
    #[serde(default)]
    lacks: Vec<String>,
    #[serde(default)]
    through: Vec<String>,
    score: Spanned<f64>,
    #[serde(default)]
    yes: Vec<YesSource>,
    #[serde(default)]
    no: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleSource {
    id: Spanned<String>,
    pattern: Spanned<OneOrMore>,
    #[serde(default)]
    unless: Option<Spanned<OneOrMore>>,
    #[serde(default)]
    subject: Option<Spanned<Vec<String>>>,
    #[serde(default)]
    object: Option<Spanned<Vec<String>>>,
    score: Spanned<f64>,
    #[serde(default)]
    granted: bool,
    #[serde(default)]
    punctuated: bool,
    #[serde(default)]
    yes: Vec<YesSource>,
    #[serde(default)]
    no: Vec<String>,
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a text in quotes, or a list of texts")]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl OneOrMore {
    fn all(&self) -> &[String] {
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
enum YesSource {
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
struct ExactSource {
    text: String,
    gives: Vec<String>,
}

/// A rule file while it is read.
struct FileText<'a> {
    path: &'a Path,
    text: &'a str,
    /// Its number among all files of the set.
    number: usize,
    /// Where its lines begin.
    lines: Vec<usize>,
}

impl<'a> FileText<'a> {
    fn new(path: &'a Path, text: &'a str, number: usize) -> Self {
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        FileText { path, text, number, lines }
    }

    fn place(&self, offset: usize) -> Place {
        Place::line(self.path, self.lines.partition_point(|&line| line <= offset).max(1) as u64)
    }

    /// "rule `x`: " for the rule around an offset.
    fn rule_around(&self, offset: usize) -> String {
        let line = usize::try_from(self.place(offset).line.unwrap_or(1)).unwrap_or(1);
        let lines: Vec<&str> = self.text.lines().collect();
        let start = lines[..line.min(lines.len())].iter().rposition(|l| l.trim_start().starts_with('['));
        let Some(start) = start.filter(|&i| lines[i].trim() == "[[rule]]") else { return String::new() };
        lines[start + 1..]
            .iter()
            .take_while(|l| !l.trim_start().starts_with("[["))
            .find_map(|l| l.trim().strip_prefix("id")?.trim_start().strip_prefix('='))
            .map(|id| {
                format!("rule `{}`: ", id.split('#').next().unwrap_or("").trim().trim_matches(['"', '\'']))
            })
            .unwrap_or_default()
    }

    fn syntax_error(&self, error: &toml::de::Error) -> Error {
        let message = error.message();
        let (place, rule) = match error.span() {
            Some(span) => (self.place(span.start), self.rule_around(span.start)),
            None => (Place::file(self.path), String::new()),
        };
        let remedy = if message.contains("unknown field") {
            "Correct the key; rules have id, pattern, unless, subject, object, score, granted, punctuated, yes and no"
        } else if message.contains("missing field") {
            "Add it: every rule needs id, pattern, score and examples"
        } else {
            "Correct the TOML: texts stand in quotes, lists in [ ], each rule starts with [[rule]]"
        };
        Error::config(place, format!("{rule}{}", words::toml(error)), remedy)
    }

    fn import(&self, uses: &[Spanned<String>], scopes: &mut Scopes) -> Result<()> {
        for name in uses {
            let Some(used) = scopes.file(name.get_ref(), self.number) else {
                return Err(Error::config(
                    self.place(name.span().start),
                    format!("there is no rule file `{}` to use", name.get_ref()),
                    format!("There are {}", scopes.listed(self.number)),
                ));
            };
            scopes.use_file(self.number, used);
        }
        Ok(())
    }

    /// Makes the lists known, without their entries: these may name any other list.
    fn define_lists(&self, from: &BTreeMap<String, Spanned<Vec<String>>>, set: &mut RuleSet) -> Result<()> {
        for (name, entries) in from {
            let place = self.place(entries.span().start);
            self.check_name(name, "a word list", &place)?;
            if let Some(first) = set.scopes.list(self.number, name).and_then(|key| set.lists.get(&key)) {
                return Err(Error::config(
                    place,
                    format!("there is a list `{name}` already, in {}", first.place),
                    "Choose another name, or add words to it under [add_to_lists]",
                ));
            }
            let key = set.scopes.define_list(self.number, name);
            set.lists.insert(key, List { place, entries: Vec::new() });
        }
        Ok(())
    }

    /// Puts entries into lists.
    fn fill_lists(
        &self,
        from: &BTreeMap<String, Spanned<Vec<String>>>,
        table: &str,
        set: &mut RuleSet,
    ) -> Result<()> {
        for (name, entries) in from {
            let place = || self.place(entries.span().start);
            let scopes = &set.scopes;
            let Some(list) = scopes.list(self.number, name).and_then(|key| set.lists.get_mut(&key)) else {
                let nearest = scopes.nearest(self.number, name);
                return Err(Error::config(
                    place(),
                    format!("there is no list `{name}` to add to{nearest}"),
                    "Correct the name, or define it under [lists]",
                ));
            };
            for entry in entries.get_ref() {
                let Some(other) = entry.strip_prefix('@') else {
                    list.entries.push(entry.clone());
                    continue;
                };
                let Some(key) = scopes.list(self.number, other) else {
                    let nearest = scopes.nearest(self.number, other);
                    return Err(Error::config(
                        place(),
                        format!(
                            "under {table}, list `{name}` includes `{entry}`, and there is no such list{nearest}"
                        ),
                        format!("Define `{other}` under [lists], or correct the name"),
                    ));
                };
                list.entries.push(format!("@{key}"));
            }
        }
        Ok(())
    }

    fn define_cues(&self, from: &BTreeMap<String, Spanned<Vec<String>>>, to: &mut Lists) -> Result<()> {
        for (name, entries) in from {
            let place = self.place(entries.span().start);
            if !context::is_cue_list(name) {
                return Err(Error::config(
                    place,
                    format!("`{name}` is no list of cues"),
                    format!("The cue lists are {}", context::cue_lists()),
                ));
            }
            let list = List { place: place.clone(), entries: entries.get_ref().clone() };
            if let Some(first) = to.insert(name.clone(), list) {
                return Err(Error::config(
                    place,
                    format!("there is a list `{name}` already, in {}", first.place),
                    "Add words to it under [add_to_cues]",
                ));
            }
        }
        Ok(())
    }

    fn add_to_cues(&self, from: &BTreeMap<String, Spanned<Vec<String>>>, to: &mut Lists) -> Result<()> {
        for (name, entries) in from {
            let Some(list) = to.get_mut(name) else {
                return Err(Error::config(
                    self.place(entries.span().start),
                    format!("there is no list `{name}` to add to"),
                    format!("The cue lists are {}", context::cue_lists()),
                ));
            };
            list.entries.extend(entries.get_ref().iter().cloned());
        }
        Ok(())
    }

    fn check_name(&self, name: &str, of: &str, place: &Place) -> Result<()> {
        if pattern::valid_list_name(name) {
            return Ok(());
        }
        let remedy = "Use small letters, digits, _ and -";
        Err(Error::config(place.clone(), format!("`{name}` cannot name {of}"), remedy))
    }

    fn define_phrases(&self, from: &BTreeMap<String, Spanned<String>>, scopes: &mut Scopes) -> Result<()> {
        for (name, text) in from {
            let place = self.place(text.span().start);
            self.check_name(name, "a phrase", &place)?;
            if let Some((_, first)) = scopes.phrase(self.number, name) {
                let problem = format!("there is a phrase `{name}` already, in {}", first.place);
                return Err(Error::config(place, problem, "Choose another name"));
            }
            scopes.define_phrase(self.number, name, Phrase { place, text: text.get_ref().clone() });
        }
        Ok(())
    }

    fn check_phrases(&self, phrases: &BTreeMap<String, Spanned<String>>, set: &RuleSet) -> Result<()> {
        for (name, text) in phrases {
            pattern::parse_any(text.get_ref(), &set.scopes, self.number).map_err(|e| {
                let place = self.place(text.span().start);
                Error::config(place, format!("phrase `{name}`: {}", e.problem), capital(&e.remedy))
            })?;
        }
        Ok(())
    }

    fn wrong(&self, id: &str, span: Range<usize>, problem: String, remedy: String) -> Error {
        Error::config(self.place(span.start), format!("rule `{id}`: {problem}"), remedy)
    }

    fn predicate(&self, id: &Spanned<String>, known: &Predicates) -> Result<Predicate> {
        let wrong = |problem, remedy| Err(self.wrong(id.get_ref(), id.span(), problem, remedy));
        let named = |name: &str| {
            !name.is_empty()
                && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        };
        let Some((predicate, _)) = id.get_ref().split_once('/').filter(|(_, name)| named(name)) else {
            return wrong(
                "an id is the predicate, a slash and a name of small letters, digits and -".into(),
                "Write for example leads/title-of".into(),
            );
        };
        match known.named(predicate) {
            Some(predicate) => Ok(predicate),
            None => wrong(
                format!("`{predicate}` is no predicate"),
                format!(
                    "Define it under [predicate.{predicate}]; or the part before the slash must be one of {}",
                    known.listed()
                ),
            ),
        }
    }

    /// The types that a rule asks for, among those that its predicate allows.
    fn types(
        &self,
        id: &str,
        predicate: Predicate,
        wanted: &Option<Spanned<Vec<String>>>,
        allowed: &[EntityType],
    ) -> Result<Vec<EntityType>> {
        let Some(wanted) = wanted else { return Ok(allowed.to_vec()) };
        let allow = |name: &String| {
            allowed.iter().copied().find(|t| t.as_str() == name).ok_or_else(|| {
                let allowed: Vec<_> = allowed.iter().map(|t| t.as_str()).collect();
                let problem = format!("`{name}` is no type that {predicate} takes there");
                self.wrong(id, wanted.span(), problem, format!("Use {}", allowed.join(", ")))
            })
        };
        wanted.get_ref().iter().map(allow).collect()
    }

    fn score(&self, id: &str, score: &Spanned<f64>) -> Result<f32> {
        let (value, span) = (*score.get_ref(), score.span());
        if value > 0.0 && value <= 1.0 {
            return Ok(value as f32);
        }
        let problem = format!("the score {value} is not between 0 and 1");
        Err(self.wrong(id, span, problem, "Write how often the rule is right, for example 0.8".into()))
    }

    fn acting_type(&self, name: &str, span: Range<usize>) -> Result<EntityType> {
        let known = [EntityType::Per, EntityType::Org, EntityType::Loc];
        known.into_iter().find(|known| known.as_str() == name).ok_or_else(|| {
            let problem = format!("under [acting], `{name}` is no type");
            Error::config(self.place(span.start), problem, "Use PER, ORG and LOC")
        })
    }

    /// `@list` in a frame stands for the words of that list of the file.
    fn spelled_out(
        &self,
        id: &Spanned<String>,
        words: &[String],
        lists: &BTreeMap<String, Spanned<Vec<String>>>,
    ) -> Result<Vec<String>> {
        let mut all = Vec::new();
        for word in words {
            match word.strip_prefix('@') {
                None => all.push(word.clone()),
                Some(name) => match lists.get(name) {
                    Some(list) => all.extend(self.spelled_out(id, list.get_ref(), lists)?),
                    None => {
                        let problem = format!("there is no list `@{name}` in this file");
                        return Err(self.wrong(
                            id.get_ref(),
                            id.span(),
                            problem,
                            "Define it under [words]".into(),
                        ));
                    }
                },
            }
        }
        Ok(all)
    }

    fn frame(
        &self,
        source: FrameSource,
        lists: &BTreeMap<String, Spanned<Vec<String>>>,
        set: &RuleSet,
    ) -> Result<Rule> {
        let id = source.id.get_ref().as_str();
        let predicate = self.predicate(&source.id, &set.predicates)?;
        let kinds = [
            (Kind::Verb, &source.verb),
            (Kind::Noun, &source.noun),
            (Kind::Adjective, &source.adjective),
            (Kind::Name, &source.name),
        ];
        let mut given = kinds.into_iter().filter(|(_, words)| !words.is_empty());
        let (Some((kind, words)), None) = (given.next(), given.next()) else {
            let problem = "it needs words of one kind: verb, noun, adjective or name".into();
            return Err(self.wrong(id, source.id.span(), problem, "Make a frame of each kind".into()));
        };
        let spelled_out = |words: &[String]| self.spelled_out(&source.id, words, lists);
        let paths = |written: &OneOrMore| -> Vec<Vec<String>> {
            written.all().iter().map(|path| path.split('.').map(str::to_owned).collect()).collect()
        };
        let mut fillers = BTreeMap::new();
        for (role, words) in &source.fillers {
            fillers.insert(role.clone(), spelled_out(words)?);
        }
        let score = self.score(id, &source.score)?;
        Ok(Rule {
            id: Arc::from(id),
            predicate,
            subject: self.types(id, predicate, &source.subject_type, &predicate.schema().subject)?,
            object: self.types(id, predicate, &source.object_type, &predicate.schema().object)?,
            score,
            prior: score,
            patterns: Vec::new(),
            frame: Some(Frame {
                kind,
                words: if kind == Kind::Name { Vec::new() } else { spelled_out(words)? },
                names: source.name.iter().map(|name| EntityType::named(name)).collect(),
                name_words: spelled_out(&source.self_has)?,
                subject_is: source.subject_is,
                object_is: source.object_is,
                object_has: spelled_out(&source.object_has)?,
                object_lacks: spelled_out(&source.object_lacks)?,
                by_acting: !predicate.schema().state,
                subject: paths(&source.subject),
                object: paths(&source.object),
                fillers,
                has: source.has.clone(),
                lacks: source.lacks.clone(),
                through: spelled_out(&source.through)?,
            }),
            unless: Vec::new(),
            granted: false,
            punctuated: false,
            yes: source.yes.into_iter().map(YesExample::from).collect(),
            no: source.no,
            written: self.written(source.id.span().start, "[[frame]]"),
            built_in: false,
            place: self.place(source.id.span().start),
        })
    }

    fn rule(&self, source: RuleSource, set: &RuleSet) -> Result<Rule> {
        let id = source.id.get_ref().as_str();
        let place = self.place(source.id.span().start);
        let wrong =
            |span: Range<usize>, problem: String, remedy: String| self.wrong(id, span, problem, remedy);
        let predicate = self.predicate(&source.id, &set.predicates)?;
        let subject = self.types(id, predicate, &source.subject, &predicate.schema().subject)?;
        let object = self.types(id, predicate, &source.object, &predicate.schema().object)?;
        let score = self.score(id, &source.score)?;
        type Parse = fn(&str, &Scopes, usize) -> Result<Node, pattern::PatternError>;
        let patterns = |from: &Spanned<OneOrMore>, parse: Parse| {
            let mut patterns = Vec::new();
            for text in from.get_ref().all() {
                // The line of this very pattern, if it stands in the file as it is.
                let span = from.span();
                let at = self.text.get(span.clone()).and_then(|t| t.find(text.as_str())).unwrap_or(0);
                let at = span.start + at..span.end;
                let node = match parse(text, &set.scopes, self.number) {
                    Ok(node) => node,
                    Err(e) => {
                        let problem = format!("pattern `{text}`: {}", e.problem);
                        return Err(wrong(at, problem, capital(&e.remedy)));
                    }
                };
                patterns.push(Pattern { text: text.clone(), node });
            }
            Ok(patterns)
        };
        let written_patterns = patterns(&source.pattern, pattern::parse)?;
        if written_patterns.is_empty() {
            return Err(wrong(source.pattern.span(), "it has no pattern".into(), "Write one".into()));
        }
        let unless = source.unless.map(|unless| patterns(&unless, pattern::parse_veto)).transpose()?;
        let yes = source.yes.into_iter().map(YesExample::from).collect();
        Ok(Rule {
            id: Arc::from(id),
            predicate,
            subject,
            object,
            score,
            prior: score,
            patterns: written_patterns,
            frame: None,
            unless: unless.unwrap_or_default(),
            granted: source.granted,
            punctuated: source.punctuated,
            yes,
            no: source.no,
            written: self.written(source.id.span().start, "[[rule]]"),
            built_in: false,
            place,
        })
    }

    /// The rule around an offset, from its header (`[[rule]]`) to the next.
    fn written(&self, offset: usize, header: &str) -> String {
        let start = self.text[..offset].rfind(header).unwrap_or(offset);
        let is_next = |line: &str| {
            ["[[", "[predicate", "[lists", "[add_to", "[cues", "[phrases", "[words", "[acting"]
                .iter()
                .any(|header| line.starts_with(header))
        };
        let mut lines = self.text[start..].lines();
        let own = lines.next().into_iter().chain(lines.take_while(|line| !is_next(line)));
        // A comment at the end belongs to the next rule.
        let kept: Vec<&str> = own.collect();
        let last = kept.iter().rposition(|l| !l.trim().is_empty() && !l.trim_start().starts_with('#'));
        kept[..=last.unwrap_or(0)].join("\n")
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|c| c.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::relation::{Bracketed, Matcher};

    fn read(text: &str) -> Result<RuleSet> {
        let mut set = RuleSet::empty();
        set.add_files(vec![("my.toml".into(), text.into())])?;
        Matcher::new(&set)?;
        Ok(set)
    }

    const RULE: &str = "\n[[rule]]\nid = \"leads/x\"\npattern = \"SUBJ , @leader of OBJ\"\nscore = 0.9\n\
                        yes = [\"[PER A], president of [ORG B].\"]\nno = [\"[PER A] met [ORG B].\"]\n";

    #[test]
    fn a_good_file_is_read() {
        let set = read(RULE).unwrap();
        let rule = set.rule("leads/x").unwrap();
        assert_eq!(rule.place, Place::line("my.toml", 3));
        assert_eq!(rule.written, RULE.trim());
        assert_eq!((rule.subject.len(), rule.object.len()), (1, 2));
    }

    #[test]
    fn mistakes_are_named_with_file_line_rule_and_remedy() {
        let change = |from: &str, to: &str| {
            assert!(RULE.contains(from));
            RULE.replace(from, to)
        };
        let table = [
            (
                change("score", "scor"),
                "my.toml, line 5: rule `leads/x`: there is no key `scor` (did you mean `score`?)",
            ),
            (change("score = 0.9\n", ""), "rule `leads/x`: `score` is missing"),
            (change("0.9", "9"), "my.toml, line 5: rule `leads/x`: the score 9"),
            (
                change("0.9", "\"high\""),
                "my.toml, line 5: rule `leads/x`: the text \"high\" stands where a number should",
            ),
            (change("leads/x", "lead/x"), "my.toml, line 3: rule `lead/x`: `lead` is no predicate"),
            (change("leads/x", "leads"), "line 3: rule `leads`: an id is the predicate, a slash and a name"),
            (change("leads/x", "leads/My Rule"), "an id is the predicate"),
            (
                change("@leader", "@boss"),
                "my.toml, line 4: rule `leads/x`: pattern `SUBJ , @boss of OBJ`: there is no list",
            ),
            (
                change("of OBJ", "of OBJ?"),
                "my.toml, line 4: rule `leads/x`: pattern `SUBJ , @leader of OBJ?`: OBJ may be",
            ),
            (
                change("\"SUBJ , @leader of OBJ\"", "[\n\"SUBJ of OBJ\",\n\"SUBJ (\"\n]"),
                "my.toml, line 6: rule",
            ),
            (change("\"SUBJ , @leader of OBJ\"", "[]"), "it has no pattern"),
            (change("\"SUBJ , @leader of OBJ\"", "7"), "line 4: rule `leads/x`: expected a text in quotes"),
            (
                change("score", "subject = [\"LOC\"]\nscore"),
                "line 5: rule `leads/x`: `LOC` is no type that leads takes",
            ),
            (
                change("score", "unless = \"the?\"\nscore"),
                "line 5: rule `leads/x`: pattern `the?`: `unless` matches",
            ),
            (
                change("\"[PER A], president of [ORG B].\"", "{ text = \"\" }"),
                "expected a sentence in quotes",
            ),
            (
                format!("{RULE}{RULE}"),
                "my.toml, line 10: there is a rule `leads/x` already, in my.toml, line 3",
            ),
            (format!("[lists]\nLeader = []\n{RULE}"), "line 2: `Leader` cannot name a word list"),
            (
                format!("[lists]\nleader = []\n{RULE}"),
                "line 2: there is a list `leader` already, in lists.toml",
            ),
            (format!("[add_to_lists]\nboss = []\n{RULE}"), "line 2: there is no list `boss` to add to"),
            (format!("[lists]\nboss = [\"@leaders\"]\n{RULE}"), "list `boss` includes `@leaders`"),
            (format!("[list]\nboss = []\n{RULE}"), "line 1: there is no key `list` (did you mean `lists`?)"),
            (
                format!("[phrases]\nx = \"<y>\"\n{RULE}"),
                "my.toml, line 2: phrase `x`: there is no phrase `<y>`",
            ),
            (format!("[phrases]\nx = \"@boss\"\n{RULE}"), "line 2: phrase `x`: there is no list `@boss`"),
            (format!("[cues]\nx = []\n{RULE}"), "line 2: `x` is no list of cues"),
            ("id = ".to_owned(), "my.toml, line 1"),
        ];
        for (text, message) in &table {
            let error = read(text).unwrap_err();
            assert!(error.to_string().contains(message), "{error}\n  for {message}");
            assert!(matches!(error, Error::Config { remedy, .. } if remedy.len() > 5));
        }
    }

    #[test]
    fn a_pattern_too_large_to_be_fast_is_refused() {
        let text = RULE.replace("of OBJ", "((((ANY{50}){50}){50})?) of OBJ");
        let message = read(&text).unwrap_err().to_string();
        assert!(message.starts_with("my.toml, line 3: rule `leads/x`"), "{message}");
        assert!(message.contains("too large") && message.contains("Lower the counts"), "{message}");
    }

    #[test]
    fn a_file_with_an_error_changes_nothing() {
        let mut set = read(RULE).unwrap();
        let before = set.hash();
        let broken = "[lists]\nnew = [\"x\"]\n[[rule]]\nid = 1\n";
        assert!(set.add_files(vec![("b.toml".into(), broken.into())]).is_err());
        assert_eq!(set.hash(), before);
    }

    #[test]
    fn the_hash_is_of_meaning_not_of_layout() {
        let base = read(RULE).unwrap().hash();
        assert_eq!(base.len(), 64);
        assert_eq!(
            read(&RULE.replace("SUBJ , @leader", "SUBJ  ,  @leader").replace("met", "saw")).unwrap().hash(),
            base
        );
        assert_ne!(read(&RULE.replace("0.9", "0.8")).unwrap().hash(), base);
        assert_ne!(read(&format!("[add_to_lists]\nleader = [\"boss\"]\n{RULE}")).unwrap().hash(), base);
    }

    #[test]
    fn a_folder_is_read_as_one_and_a_used_file_may_come_later() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(
            folder.path().join("a.toml"),
            format!("use = [\"b\"]\n{}", RULE.replace("@leader", "@boss")),
        )
        .unwrap();
        std::fs::write(folder.path().join("b.toml"), "[lists]\nboss = [\"boss\"]\n").unwrap();
        let mut set = RuleSet::empty();
        set.add_path(folder.path()).unwrap();
        assert_eq!(set.rules().len(), 1);
        let empty = tempfile::tempdir().unwrap();
        assert!(set.add_path(empty.path()).unwrap_err().to_string().contains("no .toml file"));
        assert!(set.add_path(&empty.path().join("none.toml")).is_err());
    }

    /// Files beside the built-in ones.
    fn files(files: &[(&str, String)]) -> Result<RuleSet> {
        added(RuleSet::built_in(), files)
    }

    fn added(mut set: RuleSet, files: &[(&str, String)]) -> Result<RuleSet> {
        set.add_files(files.iter().map(|(path, text)| ((*path).into(), text.clone())).collect())?;
        Matcher::new(&set)?;
        Ok(set)
    }

    #[test]
    fn a_list_or_phrase_belongs_to_its_file_unless_another_uses_it() {
        let rule = |name: &str| {
            let pattern = "<who> , @boss of OBJ";
            format!("[[rule]]\nid = \"leads/{name}\"\npattern = \"{pattern}\"\nscore = 0.9\n")
        };
        let names =
            |word: &str| format!("[lists]\nboss = [\"{word}\"]\n[phrases]\nwho = \"SUBJ (@boss)?\"\n");
        let alone = |files: &[(&str, String)]| added(RuleSet::empty(), files);
        let set = alone(&[
            ("a.toml", names("honcho") + &rule("a")),
            ("b.toml", names("skipper") + &rule("b")),
            ("c.toml", "use = [\"b\"]\n[add_to_lists]\nboss = [\"helmsman\"]\n".to_owned() + &rule("c")),
        ])
        .unwrap();
        let matcher = Matcher::new(&set).unwrap();
        let found = |word: &str| {
            let read = Bracketed::sentence(&format!("[PER Ana Ruiz], {word} of [ORG Acme], left."));
            let explained = matcher.explain(&set, read.document());
            let matched = explained.iter().flat_map(|s| &s.pairs).flat_map(|pair| &pair.matched);
            let ours = matched.map(|m| m.rule.clone()).filter(|rule| rule.len() == "leads/a".len());
            ours.collect::<Vec<_>>().join(" ")
        };
        assert_eq!(found("honcho"), "leads/a");
        assert_eq!(found("skipper"), "leads/b leads/c");
        // What a file adds to the list of another, all see that see the list.
        assert_eq!(found("helmsman"), "leads/b leads/c");

        let unused = alone(&[("a.toml", names("honcho")), ("b.toml", rule("b"))]).unwrap_err().to_string();
        assert!(
            unused.contains("there is no phrase `<who>` (a.toml has it: write use = [\"a\"] above)"),
            "{unused}"
        );
        let unknown = alone(&[("a.toml", "\nuse = [\"zz\"]\n".to_owned())]).unwrap_err().to_string();
        assert!(unknown.contains("a.toml, line 2: there is no rule file `zz` to use"), "{unknown}");
        let of_ours = "[add_to_lists]\nsovereign = [\"x\"]\n";
        let unseen = files(&[("a.toml", of_ours.to_owned())]).unwrap_err().to_string();
        assert!(
            unseen.contains("line 2: there is no list `sovereign` to add to (places.toml has it"),
            "{unseen}"
        );
        files(&[("a.toml", format!("use = [\"places\"]\n{of_ours}"))]).unwrap();
    }

    const SANCTIONED: &str = "[predicate.sanctioned]\nsubject = [\"LOC\", \"ORG\"]\nobject = [\"ORG\", \"PER\"]\n\
                              meaning = \"froze what it has\"\nhides = [\"opposes\"]\n[[rule]]\nid = \"sanctioned/x\"\n\
                              pattern = \"SUBJ froze the assets of OBJ\"\nscore = 0.9\n";

    #[test]
    fn a_rule_file_defines_predicates() {
        let set = read(SANCTIONED).unwrap();
        let rule = set.rule("sanctioned/x").unwrap();
        assert_eq!((rule.subject.len(), rule.predicate.as_str()), (2, "sanctioned"));
        assert!(
            set.predicates().named("sanctioned").is_some() && Predicate::built_in("sanctioned").is_none()
        );
        assert_ne!(set.hash(), read(&SANCTIONED.replace("\"opposes\"", "")).unwrap().hash());
        let table = [
            (
                "sanctioned]",
                "leads]",
                "line 1: there is a predicate `leads` already, in predicates.toml, line",
            ),
            ("sanctioned]", "Sanctioned]", "line 1: `Sanctioned` cannot name a predicate"),
            ("sanctioned]", "banned]", "line 7: rule `sanctioned/x`: `sanctioned` is no predicate"),
            ("\"PER\"", "\"PRS\"", "line 1: predicate `sanctioned`: `PRS` is no type"),
            (
                "\"opposes\"",
                "\"oppose\"",
                "line 1: predicate `sanctioned` hides `oppose`, and there is no such",
            ),
            ("meaning", "symmetric = true\nmeaning", "line 1: predicate `sanctioned` is symmetric, but"),
            ("meaning", "means", "there is no key `means`"),
        ];
        for (from, to, message) in table {
            let error = read(&SANCTIONED.replace(from, to)).unwrap_err().to_string();
            assert!(error.contains(message), "{error}\n  for {message}");
        }
    }

    #[test]
    fn a_rule_of_the_user_wins_over_a_built_in_one_that_scores_no_better() {
        let read = Bracketed::sentence("[PER Ana Ruiz], president of [ORG Acme], left.");
        let told = |set: &RuleSet| {
            let found = Matcher::new(set).unwrap().relations(read.document());
            let rules: Vec<String> = found.iter().map(|relation| relation.rule.to_string()).collect();
            rules.join(" ")
        };
        let ours = RuleSet::built_in();
        let best = told(&ours);
        let score = ours.rule(&best).unwrap().score;
        let mine = format!("{}/mine", best.split('/').next().unwrap());
        let with = |score: f32| {
            let text = format!(
                "[[rule]]\nid = \"{mine}\"\npattern = \"SUBJ , president of OBJ\"\nscore = {score}\n"
            );
            files(&[("my.toml", text)]).unwrap()
        };
        let mut equal = with(score);
        assert_eq!(told(&equal), mine);
        assert_eq!(told(&with(score - 0.01)), best);
        equal.remove(&mine).unwrap();
        assert_eq!(told(&equal), best);
    }
}
