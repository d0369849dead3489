//! All rules and word lists of a run, those built into the program and those of the user.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use sha2::{Digest, Sha256};

use crate::entity::EntityType;
use crate::error::{Error, Place, Result, words};
use crate::relation::Calibration;
use crate::relation::lists::{self, Lists};
use crate::relation::measured;
use crate::relation::reader::LEARNED;
use crate::relation::rule::Rule;
use crate::relation::rule_file::RuleFile;
use crate::relation::schema::{self, Predicate, Predicates, Schema};
use crate::relation::scope::Scopes;

/// All rules and word lists of a run. [How to use the built-in ones](crate#example).
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

    /// The rules of one file, for tests.
    #[cfg(test)]
    pub(crate) fn of(rules: &str) -> Self {
        let mut set = RuleSet::empty();
        set.add_files(vec![("x.toml".into(), rules.into())]).expect("a test has good rules");
        set
    }

    /// The word lists, phrases and cues alone.
    pub(crate) fn without_rules(&self) -> Self {
        RuleSet { rules: Vec::new(), ..self.clone() }
    }

    /// Adds a rule file, or every `.toml` file of a folder.
    ///
    /// ```no_run
    /// use std::path::Path;
    ///
    /// use triplewire::relation::{Matcher, RuleSet};
    ///
    /// let mut rules = RuleSet::built_in();
    /// rules.add_path(Path::new("my.toml"))?;
    /// let matcher = Matcher::new(&rules)?;
    /// # Ok::<(), triplewire::Error>(())
    /// ```
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
            let file = RuleFile::new(path, text, new.scopes.add(path));
            let source = file.parse()?;
            sources.push((file, source));
        }
        for (file, source) in &sources {
            new.predicates.define(&source.predicate, |offset| file.place(offset), |_| schema::behind())?;
            file.import(&source.uses, &mut new.scopes)?;
        }
        new.predicates.check()?;
        for (file, source) in &sources {
            file.define_lists(&source.lists, &mut new.scopes, &mut new.lists)?;
            file.define_cues(&source.cues, &mut new.cues)?;
            file.define_phrases(&source.phrases, &mut new.scopes)?;
        }
        for (file, source) in &sources {
            file.fill_lists(&source.lists, "[lists]", &new.scopes, &mut new.lists)?;
            file.fill_lists(&source.add_to_lists, "[add_to_lists]", &new.scopes, &mut new.lists)?;
            file.add_to_cues(&source.add_to_cues, &mut new.cues)?;
            file.check_phrases(&source.phrases, &new.scopes)?;
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
            let rules = source.rule.into_iter().map(|rule| file.rule(rule, &new.predicates, &new.scopes));
            let frames =
                source.frame.into_iter().map(|frame| file.frame(frame, &source.words, &new.predicates));
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
            part(&format!("{:?} {:?}", schema.unread_behind, schema.unread_of));
            part(&format!("{} {} {}", schema.post, schema.countries_apart, schema.same_type));
            part(&format!("{:?} {:?} {:?}", schema.holds, schema.subject, schema.object));
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

#[cfg(test)]
mod tests;
