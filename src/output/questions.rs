//! What an analyst may decide about names, from the tables of a run: names that may be one entity's, forms that may
//! not be, and names that may be none, each with what helps to decide.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read;
use std::path::Path;

use itertools::Itertools;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::entity::{Aliases, Corpus, EntityType, KnownNames, folded};
use crate::error::{Error, Place, Result, words};
use crate::output::run::Run;
use crate::output::{Style, rounded, unguarded};
use crate::text::one_line;

/// One line to decide on. The columns `decision`, `entity`, `alias`, `type` and `new_name` are what `--aliases` reads.
///
/// See the [example](crate::output#example).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)] // the columns are described in `docs/names.md`
pub struct Question {
    /// Empty: `same`, `never`, `drop` or `rename` is the analyst's answer.
    pub decision: String,
    pub entity: String,
    /// The other name; empty where the entity itself is doubtful.
    pub alias: String,
    #[serde(rename = "type")]
    pub entity_type: String,
    pub new_name: String,
    /// How likely the two names are of one entity, or the one is no name; 0 to 1.
    pub score: f64,
    /// `apart`, `joined` or `no name?`
    pub now: String,
    pub why: String,
    pub entity_mentions: u64,
    pub alias_mentions: u64,
    pub entity_articles: u64,
    pub alias_articles: u64,
    pub entity_dates: String,
    pub alias_dates: String,
    pub entity_neighbours: String,
    pub alias_neighbours: String,
    pub entity_example: String,
    pub alias_example: String,
}

#[derive(Debug, Deserialize)]
struct Mention {
    article: String,
    text: String,
    entity_id: String,
    entity: String,
    sentence: String,
}

#[derive(Debug, Deserialize)]
struct EntityLine {
    entity_id: String,
    #[serde(rename = "type")]
    entity_type: EntityType,
}

#[derive(Debug, Deserialize)]
struct ArticleLine {
    article: String,
    #[serde(default)]
    date: String,
}

/// What the tables show of a name.
#[derive(Debug, Default, Clone)]
struct Shown {
    mentions: u64,
    articles: BTreeSet<usize>,
    neighbours: BTreeMap<usize, u64>,
    example: String,
}

/// The state of two names that are two entities.
const APART: &str = "apart";

/// The state of what may be no name.
const NO_NAME: &str = "no name?";

/// How often a word is written small at least, if that is to say that it is no name.
const SMALL: u64 = 3;

/// Neighbours that are named.
const NEIGHBOURS: usize = 5;

/// Scores below which a line is not worth a look.
const LEAST: f64 = 0.2;

/// A form whose share of its entity's surname or initials nothing shows is asked about above this.
const SUSPICIOUS: f64 = 0.5;

/// The lines to decide on, best first.
///
/// See the [example](crate::output#example).
///
/// # Errors
/// If a table is missing or cannot be read.
pub fn questions(folder: &Path) -> Result<Vec<Question>> {
    let mentions: Vec<Mention> = rows(folder, "mentions")?;
    let types: BTreeMap<String, EntityType> =
        rows(folder, "entities")?.into_iter().map(|it: EntityLine| (it.entity_id, it.entity_type)).collect();
    let dates: BTreeMap<String, String> =
        rows(folder, "articles")?.into_iter().map(|it: ArticleLine| (it.article, it.date)).collect();
    let run = Run::read(folder)?;
    let decisions: Vec<_> = run.decisions.iter().map(crate::entity::Decision::from).collect();
    let known = KnownNames::new(&Aliases::built_in(), decisions.iter());

    let articles: Vec<&str> = mentions.iter().map(|it| it.article.as_str()).dedup().collect();
    let mut collected = Collected::default();
    let mut corpus = Corpus::default();
    let of_articles = mentions.chunk_by(|a, b| a.article == b.article);
    for (at, of_article) in of_articles.enumerate() {
        let type_of = |it: &Mention| types.get(&it.entity_id).copied();
        let named =
            of_article.iter().filter_map(|it| Some((it.entity.as_str(), type_of(it)?, it.text.as_str())));
        let year = dates.get(articles[at]).and_then(|date| date.get(..4)).and_then(|year| year.parse().ok());
        corpus.add(year, named);
        for sentence in of_article.chunk_by(|a, b| a.sentence == b.sentence) {
            collected.see_sentence(sentence, type_of, at);
        }
    }
    let written = Written { names: &collected.names, articles: &articles, dates: &dates };
    let mut questions = of_two_entities(&collected, &written, corpus, &known);
    questions.extend(of_forms(&collected, &written, &known));
    questions.extend(of_no_names(&collected, &written, &known, &mentions));
    // What changes most comes first among those that are equally likely.
    questions.sort_by(|a, b| {
        let weight = |q: &Question| {
            let mentions = match &*q.now {
                // That many change their entity.
                APART => q.alias_mentions.min(q.entity_mentions),
                NO_NAME => q.entity_mentions,
                _ => q.alias_mentions,
            };
            q.score * libm::log((1 + mentions) as f64)
        };
        weight(b).total_cmp(&weight(a)).then_with(|| (&a.entity, &a.alias).cmp(&(&b.entity, &b.alias)))
    });
    Ok(questions)
}

/// The names of a run, numbered in the order of its table, and what it shows of each.
#[derive(Default)]
struct Collected<'a> {
    number: BTreeMap<(&'a str, EntityType), usize>,
    names: Vec<(String, EntityType)>,
    shown: Vec<Shown>,
    /// The forms in which each is written, folded, with one as it stands.
    forms: BTreeMap<(usize, String), (String, Shown)>,
}

impl<'a> Collected<'a> {
    /// Takes in the mentions of one sentence of article number `at`. Dates are no names.
    fn see_sentence(
        &mut self,
        sentence: &'a [Mention],
        type_of: impl Fn(&Mention) -> Option<EntityType>,
        at: usize,
    ) {
        let mut together: Vec<usize> = Vec::new();
        for mention in sentence {
            let Some(entity_type) = type_of(mention).filter(|it| *it != EntityType::Date) else {
                continue;
            };
            let next = self.names.len();
            let entity = *self.number.entry((mention.entity.as_str(), entity_type)).or_insert(next);
            if entity == next {
                self.names.push((mention.entity.clone(), entity_type));
                self.shown.push(Shown::default());
            }
            together.push(entity);
            self.shown[entity].see(mention, at);
            let form = self.forms.entry((entity, folded(&mention.text)));
            form.or_insert_with(|| (mention.text.clone(), Shown::default())).1.see(mention, at);
        }
        together.sort_unstable();
        together.dedup();
        for (&a, &b) in together.iter().tuple_combinations() {
            *self.shown[a].neighbours.entry(b).or_default() += 1;
            *self.shown[b].neighbours.entry(a).or_default() += 1;
        }
    }
}

/// Names of two entities that may be one.
fn of_two_entities(
    collected: &Collected<'_>,
    written: &Written<'_>,
    corpus: Corpus,
    known: &KnownNames,
) -> Vec<Question> {
    let Collected { number, names, shown, .. } = collected;
    let mut questions = Vec::new();
    let (candidates, of_corpus) = corpus.candidates(known);
    let mut asked: BTreeSet<(usize, usize)> = BTreeSet::new();
    for candidate in candidates.iter().filter(|it| it.score >= LEAST) {
        let of = |number: u32| of_corpus.get(number as usize);
        let (Some(full), Some(short)) = (of(candidate.names.0), of(candidate.names.1)) else { continue };
        let find = |it: &(String, EntityType)| number.get(&(it.0.as_str(), it.1)).copied();
        let (Some(full), Some(short)) = (find(full), find(short)) else { continue };
        // One name with two types: a line of names could not say which of them is meant.
        let is_same = folded(&names[full].0) == folded(&names[short].0);
        let is_again = !asked.insert((full.min(short), full.max(short)));
        if is_same || is_again || known.forbids(&names[full].0, &names[short].0) {
            continue;
        }
        questions.push(Question {
            score: rounded(candidate.score),
            now: APART.to_owned(),
            why: candidate.why.as_str().to_owned(),
            ..written.question(&names[full], &shown[full], Some((&names[short].0, &shown[short])))
        });
    }
    questions
}

/// Forms that may not be of their entity.
fn of_forms(collected: &Collected<'_>, written: &Written<'_>, known: &KnownNames) -> Vec<Question> {
    let mut questions = Vec::new();
    for ((entity, folded_form), (form, of_form)) in &collected.forms {
        let (name, entity_type) = &collected.names[*entity];
        let (doubt, why) = doubt(&folded(name), folded_form, *entity_type);
        if doubt >= SUSPICIOUS && of_form.mentions > 0 && !known.names_it(name) {
            let mut line =
                written.question(&collected.names[*entity], &collected.shown[*entity], Some((form, of_form)));
            line.alias_neighbours.clear();
            let why = why.to_owned();
            questions.push(Question { score: rounded(1.0 - doubt), now: "joined".to_owned(), why, ..line });
        }
    }
    questions
}

/// Names that may be none.
fn of_no_names(
    collected: &Collected<'_>,
    written: &Written<'_>,
    known: &KnownNames,
    mentions: &[Mention],
) -> Vec<Question> {
    let mut questions = Vec::new();
    let words = words_in_small(mentions, &collected.names);
    for (name, shown) in collected.names.iter().zip(&collected.shown) {
        let small = words.get(name.0.to_lowercase().as_str()).copied().unwrap_or_default();
        let Some((score, why)) = no_name(&name.0, shown, small) else { continue };
        if !known.names_it(&name.0) {
            questions.push(Question {
                score: rounded(score),
                now: NO_NAME.to_owned(),
                why,
                ..written.question(name, shown, None)
            });
        }
    }
    questions
}

impl Question {
    /// The same as it is written in a spreadsheet.
    #[must_use]
    pub fn styled(mut self, style: Style) -> Self {
        for cell in [
            &mut self.entity,
            &mut self.alias,
            &mut self.entity_neighbours,
            &mut self.alias_neighbours,
            &mut self.entity_example,
            &mut self.alias_example,
        ] {
            *cell = style.text(cell);
        }
        self
    }
}

impl Shown {
    fn see(&mut self, mention: &Mention, article: usize) {
        self.mentions += 1;
        self.articles.insert(article);
        if self.example.is_empty() {
            self.example = one_line(&mention.sentence);
        }
    }
}

/// What cells are written from.
struct Written<'a> {
    names: &'a [(String, EntityType)],
    articles: &'a [&'a str],
    dates: &'a BTreeMap<String, String>,
}

impl Written<'_> {
    fn question(
        &self,
        (entity, entity_type): &(String, EntityType),
        shown: &Shown,
        other: Option<(&str, &Shown)>,
    ) -> Question {
        let nothing = Shown::default();
        let (alias, of_alias) = other.unwrap_or(("", &nothing));
        Question {
            entity: entity.clone(),
            alias: alias.to_owned(),
            entity_type: entity_type.to_string(),
            entity_mentions: shown.mentions,
            alias_mentions: of_alias.mentions,
            entity_articles: shown.articles.len() as u64,
            alias_articles: of_alias.articles.len() as u64,
            entity_dates: self.dates(shown),
            alias_dates: self.dates(of_alias),
            entity_neighbours: self.neighbours(shown),
            alias_neighbours: self.neighbours(of_alias),
            entity_example: shown.example.clone(),
            alias_example: of_alias.example.clone(),
            ..Question::default()
        }
    }

    fn dates(&self, shown: &Shown) -> String {
        let dates = shown.articles.iter().filter_map(|&at| self.dates.get(self.articles[at]));
        let dates = dates.filter(|date| !date.is_empty());
        match dates.minmax().into_option() {
            Some((first, last)) if first == last => first.clone(),
            Some((first, last)) => format!("{first} to {last}"),
            None => String::new(),
        }
    }

    fn neighbours(&self, shown: &Shown) -> String {
        let mut counted: Vec<(&usize, &u64)> = shown.neighbours.iter().collect();
        counted.sort_by_key(|&(name, count)| (std::cmp::Reverse(*count), &self.names[*name].0));
        counted.iter().take(NEIGHBOURS).map(|(name, _)| self.names[**name].0.as_str()).join(" | ")
    }
}

/// How often the names of one word are written with a small letter, in the sentences that name anything.
fn words_in_small(mentions: &[Mention], names: &[(String, EntityType)]) -> BTreeMap<String, u64> {
    let single = names.iter().filter(|(name, _)| !name.contains(' ') && name.chars().any(char::is_uppercase));
    let mut words: BTreeMap<String, u64> = single.map(|(name, _)| (name.to_lowercase(), 0)).collect();
    let same = |a: &&Mention, b: &&Mention| (&a.article, &a.sentence) == (&b.article, &b.sentence);
    for mention in mentions.iter().dedup_by(same) {
        let of_sentence = mention.sentence.split(|c: char| !c.is_alphanumeric());
        for word in of_sentence.filter(|word| word.starts_with(char::is_lowercase)) {
            if let Some(count) = words.get_mut(word) {
                *count += 1;
            }
        }
    }
    words
}

/// Whether a name may be none, how likely, and why: the evidence is in how it is written. What a model doubts is often a
/// name whose type is unclear.
fn no_name(name: &str, shown: &Shown, small: u64) -> Option<(f64, String)> {
    // Of `ET` the word `et` says nothing.
    let is_acronym = !name.chars().any(char::is_lowercase) && name.chars().count() > 1;
    if small >= SMALL && 2 * small >= shown.mentions && !is_acronym {
        let score = small as f64 / (small + shown.mentions) as f64;
        return Some((score, format!("{small} times written with a small letter")));
    }
    let has = |text: &str, is: fn(char) -> bool| text.chars().any(is);
    // A script without capitals says nothing, and neither does a sentence that has none.
    let is_small = has(name, char::is_lowercase) && !has(name, |c| c.is_uppercase() || c.is_numeric());
    (is_small && has(&shown.example, char::is_uppercase))
        .then(|| (0.5, "without a capital where others have one".to_owned()))
}

/// How little a form has in common with the name of its entity, 0 to 1, and what.
fn doubt(name: &str, form: &str, entity_type: EntityType) -> (f64, &'static str) {
    let (name_words, form_words): (Vec<&str>, Vec<&str>) =
        (name.split(' ').collect(), form.split(' ').collect());
    let shared = form_words.iter().filter(|word| name_words.contains(word)).count();
    let initials: String = name_words.iter().filter_map(|word| word.chars().next()).collect();
    if shared > 0 || form.replace(' ', "").chars().all(|c| initials.contains(c)) {
        // What a body is called by is its first word or its last.
        let inside =
            |words: &[&str]| words.get(1..words.len().saturating_sub(1)).unwrap_or_default().contains(&form);
        let odd = entity_type == EntityType::Org && inside(&name_words);
        return (if odd { SUSPICIOUS } else { 0.0 }, "a word inside the longer name");
    }
    (1.0 - strsim::jaro_winkler(name, form), "the names have little in common")
}

/// The rows of a table of a run, as CSV or as lines of JSON.
fn rows<T: DeserializeOwned>(folder: &Path, table: &str) -> Result<Vec<T>> {
    let csv = folder.join(format!("{table}.csv"));
    let jsonl = folder.join(format!("{table}.jsonl"));
    let path = if jsonl.is_file() && !csv.is_file() { &jsonl } else { &csv };
    let mut content = String::new();
    File::open(path)
        .and_then(|mut file| file.read_to_string(&mut content))
        .map_err(|e| Error::io(path, e, "Give a folder that `extract --out` wrote"))?;
    let unreadable = |line: u64, what: String| {
        Error::config(Place::line(path, line), what, "Run the extraction that wrote it again")
    };
    if path == &jsonl {
        let lines = (1..).zip(content.lines());
        let row =
            |(number, line)| serde_json::from_str(line).map_err(|e| unreadable(number, words::json_line(&e)));
        return lines.map(row).collect();
    }
    let content = content.strip_prefix('\u{feff}').unwrap_or(&content);
    let mut reader = csv::Reader::from_reader(content.as_bytes());
    let header = reader.headers().cloned().unwrap_or_default();
    let broken =
        |e: csv::Error| unreadable(e.position().map_or(1, csv::Position::line), words::csv(&e, &header));
    let records = reader.records().map(|record| {
        let record: csv::StringRecord = record.map_err(&broken)?.iter().map(unguarded).collect();
        record.deserialize(Some(&header)).map_err(&broken)
    });
    records.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_that_may_not_belong_to_their_entity() {
        for (name, form, expected) in [
            ("united zorin party", "zorin", true),
            ("zorin fishing party", "zorin", false),
            ("lima fishing commission", "commission", false),
            ("lima institute of sea life", "lisl", false),
            ("ana ruiz", "leo holm", true),
        ] {
            assert_eq!(doubt(name, form, EntityType::Org).0 >= SUSPICIOUS, expected, "{name}, {form}");
        }
    }

    #[test]
    fn what_may_be_no_name() {
        for (name, mentions, small, sentence, expected) in [
            ("Committee", 58, 93, "The Committee met.", true),
            ("Green", 50, 5, "Green left.", false),
            ("AM", 1, 60, "AM is a station.", false),
            ("Ruiz", 2, 2, "Ruiz left.", false),
            ("the one with the plan", 1, 0, "Ana Ruiz is the one with the plan.", true),
            ("bin Laden", 9, 0, "Ana Ruiz met bin Laden.", false),
            ("ana ruiz", 1, 0, "we met ana ruiz.", false),
            ("दिल्ली उच्च न्यायालय", 3, 0, "वह दिल्ली उच्च न्यायालय गए। BJP", false),
        ] {
            let shown = Shown { mentions, example: sentence.to_owned(), ..Shown::default() };
            assert_eq!(no_name(name, &shown, small).is_some(), expected, "{name}");
        }
    }
}
