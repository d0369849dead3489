//! From entries to the files of a run.

use std::path::{Path, PathBuf};

use crate::error::Result;
use crate::output::across::Across;
use crate::output::aggregate::{Aggregates, Budget, Failure, Rows, Totals};
use crate::output::entries::{KEPT, Keeper};
use crate::output::file::{Whole, check_free as check_free_file, unwritable};
use crate::output::record::{Entry, Record};
use crate::output::row::{
    self, ArticleRow, CooccurrenceRow, DuplicateRow, EntityRow, MentionRow, RelationRow, TripleRow,
};
use crate::output::run::{self, ProblemRecord};
use crate::output::table::Table;
use crate::output::{Connected, Counts, Making, Run, Style, rounded};
use crate::story::Stories;

/// The name of every table.
const TABLES: [&str; 7] =
    ["articles", "mentions", "entities", "relations", "triples", "cooccurrences", "duplicates"];

/// All tables of a run, whole, under temporary names.
///
/// See the [example](crate::output#example).
pub struct Tables {
    folder: PathBuf,
    whole: Vec<Whole>,
    totals: Totals,
    skipped: Vec<ProblemRecord>,
    warnings: Vec<ProblemRecord>,
    unused: Vec<ProblemRecord>,
}

impl Tables {
    /// Makes the tables of the entries that `open` gives, in `folder`.
    ///
    /// # Errors
    /// If an entry cannot be read, or the folder cannot be written to.
    pub(super) fn make<I: Iterator<Item = Result<Entry>>>(
        mut open: impl FnMut() -> Result<I>,
        folder: &Path,
        making: Making<'_>,
        budget: Budget,
    ) -> Result<Self> {
        let Making { style, predicates, .. } = making;
        let across = match making.merge || !making.decisions.is_empty() || making.only.is_some() {
            true => Across::read(open()?, making)?,
            false => Across::default(),
        };
        let mut of_articles = ArticleTables::create(folder, making)?;
        let mut keeper = making.keep.then(|| Keeper::create(folder)).transpose()?;
        let failed = |e| unwritable(folder, e);
        let mut aggregates = Aggregates::new(folder, predicates, budget);
        let (mut skipped, mut warnings) = (Vec::new(), Vec::new());
        let mut number = 0;
        for entry in open()? {
            let entry = entry?;
            keeper.as_mut().map_or(Ok(()), |keeper| keeper.add(&entry))?;
            match entry {
                Entry::Article(mut record) => {
                    // By the names of the article, and by those that they are joined with.
                    record.relations.iter_mut().for_each(|it| it.kept = across.watched.touches(it));
                    across.apply(number, &mut record);
                    number += 1;
                    record.relations.iter_mut().for_each(|it| it.kept |= across.watched.touches(it));
                    let is_again = of_articles.add(&mut record)?;
                    aggregates.add(&record, is_again).map_err(failed)?;
                }
                Entry::Problem(problem) => match problem.into_parts() {
                    (problem, true) => skipped.push(problem),
                    (problem, false) => warnings.push(problem),
                },
            }
        }
        let mut rows = Aggregated {
            entities: Table::create(folder, "entities", style)?,
            triples: Table::create(folder, "triples", style)?,
            cooccurrences: Table::create(folder, "cooccurrences", style)?,
        };
        let totals = aggregates.finish(style, &mut rows).map_err(|failure| match failure {
            Failure::Scratch(error) => failed(error),
            Failure::Table(error) => error,
        })?;
        let Aggregated { entities, triples, cooccurrences } = rows;
        let ArticleTables { articles, mentions, relations, duplicates, .. } = of_articles;
        let mut whole = vec![
            articles.close()?,
            mentions.close()?,
            entities.close()?,
            relations.close()?,
            triples.close()?,
            cooccurrences.close()?,
        ];
        whole.extend(duplicates.map(|duplicates| duplicates.table.close()).transpose()?);
        whole.extend(keeper.map(Keeper::close).transpose()?);
        let unused = across.unused;
        Ok(Tables { folder: folder.to_path_buf(), whole, totals, skipped, warnings, unused })
    }

    /// How much was found.
    pub fn counts(&self) -> &Counts {
        &self.totals.counts
    }

    /// The entities with the most distinct neighbours in asserted triples, best first.
    pub fn most_connected(&self) -> &[Connected] {
        &self.totals.most_connected
    }

    /// Takes what is missing from the tables, and why; and what was mended.
    pub fn take_problems(&mut self) -> (Vec<ProblemRecord>, Vec<ProblemRecord>) {
        (std::mem::take(&mut self.skipped), std::mem::take(&mut self.warnings))
    }

    /// The lines of a user's tables of names that changed nothing, and why.
    pub fn unused(&self) -> &[ProblemRecord] {
        &self.unused
    }

    /// Writes `run.json` and gives every file its name. Returns their paths.
    ///
    /// # Errors
    /// If a file cannot be written or renamed.
    pub fn name(self, run: &Run) -> Result<Vec<PathBuf>> {
        let run = run::write(&self.folder, run)?;
        // Everything is on disk now; only renames are left: all of them, or none.
        self.whole.iter().chain([&run]).try_for_each(Whole::check_free)?;
        let named: Vec<PathBuf> =
            self.whole.into_iter().chain([run]).map(Whole::name).collect::<Result<_>>()?;
        remove_stale(&self.folder, &named)?;
        Ok(named)
    }
}

/// Whether the tables in `folder` can be replaced: to know it before the work is done.
///
/// # Errors
/// If another program holds one of them.
pub(super) fn check_free(folder: &Path) -> Result<()> {
    all(folder).chain([folder.join("run.json")]).try_for_each(|path| check_free_file(&path))
}

/// The paths of all tables and what they are made from, in every format.
fn all(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let tables = TABLES.iter().flat_map(|table| ["csv", "jsonl"].map(|it| format!("{table}.{it}")));
    tables.chain([KEPT.to_owned()]).map(|name| folder.join(name))
}

/// Removes the tables of an earlier run that are not among those `named` now: in another format or with copies counted,
/// they would pass for this one's.
pub(super) fn remove_stale(folder: &Path, named: &[PathBuf]) -> Result<()> {
    for path in all(folder) {
        if !named.contains(&path) && path.exists() {
            std::fs::remove_file(&path).map_err(|e| unwritable(&path, e))?;
        }
    }
    Ok(())
}

/// The articles that tell a story again, and what is needed to find them.
struct Duplicates {
    stories: Stories,
    table: Table<DuplicateRow>,
}

impl Duplicates {
    fn create(folder: &Path, style: Style) -> Result<Self> {
        Ok(Duplicates { stories: Stories::default(), table: Table::create(folder, "duplicates", style)? })
    }

    /// The article whose story this one tells again, if it does; then its row is written. Takes its sketch.
    fn add(&mut self, record: &mut Record, style: Style) -> Result<Option<String>> {
        let Some(sketch) = record.sketch.take() else { return Ok(None) };
        let Some(duplicate) = self.stories.tell(&record.id, sketch) else { return Ok(None) };
        self.table.write(&DuplicateRow {
            article: style.text(&record.id),
            duplicate_of: style.text(&duplicate.of),
            similarity: rounded(duplicate.similarity),
        })?;
        Ok(Some(duplicate.of))
    }
}

/// The tables with a row for what was added up over articles.
struct Aggregated {
    entities: Table<EntityRow>,
    triples: Table<TripleRow>,
    cooccurrences: Table<CooccurrenceRow>,
}

impl Rows for Aggregated {
    fn entity(&mut self, row: &EntityRow) -> Result<()> {
        self.entities.write(row)
    }

    fn triple(&mut self, row: &TripleRow) -> Result<()> {
        self.triples.write(row)
    }

    fn cooccurrence(&mut self, row: &CooccurrenceRow) -> Result<()> {
        self.cooccurrences.write(row)
    }
}

/// The tables that get their rows article by article.
struct ArticleTables {
    style: Style,
    articles: Table<ArticleRow>,
    mentions: Table<MentionRow>,
    relations: Table<RelationRow>,
    /// None if copies of a story count like any other article.
    duplicates: Option<Duplicates>,
}

impl ArticleTables {
    fn create(folder: &Path, making: Making<'_>) -> Result<Self> {
        let style = making.style;
        let duplicates = match making.keep_duplicates {
            true => None,
            false => Some(Duplicates::create(folder, style)?),
        };
        Ok(ArticleTables {
            style,
            articles: Table::create(folder, "articles", style)?,
            mentions: Table::create(folder, "mentions", style)?,
            relations: Table::create(folder, "relations", style)?,
            duplicates,
        })
    }

    /// Writes the rows of an article; whether it tells a story again.
    fn add(&mut self, record: &mut Record) -> Result<bool> {
        let style = self.style;
        for mention in &record.mentions {
            self.mentions.write(&row::mention(&record.id, mention, style))?;
        }
        for relation in record.relations.iter().filter(|it| it.kept) {
            self.relations.write(&row::relation(record, relation, style))?;
        }
        let first = match &mut self.duplicates {
            Some(duplicates) => duplicates.add(record, style)?,
            None => None,
        };
        self.articles.write(&row::article(record, first.as_deref(), style))?;
        Ok(first.is_some())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::entity::EntityType;
    use crate::output::record::{MentionRecord, RelationRecord};
    use crate::relation::{Certainty, Predicate, Predicates, Status};
    use crate::text::Date;

    /// An article whose sentences name these people; of each sentence the first meets the second.
    fn record(position: u64, sentences: &[Vec<u8>]) -> Entry {
        let mut mentions = Vec::new();
        let mut relations = Vec::new();
        for (number, people) in sentences.iter().enumerate() {
            let first = mentions.len();
            for person in people {
                let start = 10 * mentions.len();
                mentions.push(MentionRecord {
                    start,
                    end: start + 5,
                    text: if person % 2 == 0 { format!("P{person}") } else { format!("p {position}") },
                    mention_type: EntityType::Per,
                    score: 0.9,
                    entity_id: format!("id{person}"),
                    entity: format!("P{person}"),
                    entity_type: EntityType::Per,
                    external_id: None,
                    sentence: format!("sentence {number}").into(),
                    sentence_start: number,
                });
            }
            if let [subject, object, ..] = people.as_slice() {
                let denied = (position + u64::from(*subject)).is_multiple_of(3);
                relations.push(RelationRecord {
                    subject: format!("P{subject}"),
                    subject_type: EntityType::Per,
                    predicate: Predicate::built_in(["spouse_of", "child_of"][number % 2]).unwrap(),
                    object: if subject == object { "other".to_owned() } else { format!("P{object}") },
                    object_type: EntityType::Per,
                    score: f64::from(subject ^ object) / 16.0,
                    negated: denied,
                    certainty: [Certainty::Stated, Certainty::Reported, Certainty::Alleged]
                        [usize::from(object % 3)],
                    attributed_to: ["", "police", "the army"][usize::from(subject % 3)].to_owned(),
                    sentence: format!("sentence {number} of {position}"),
                    rule: "r".to_owned(),
                    subject_start: 10 * first,
                    subject_end: 10 * first + 5,
                    object_start: 10 * (first + 1),
                    object_end: 10 * (first + 1) + 5,
                    status: Status::Current,
                    event_date: None,
                    subject_id: format!("id{subject}"),
                    object_id: format!("id{object}"),
                    kept: true,
                });
            }
        }
        let sentences = sentences.len() as u64;
        Entry::Article(Box::new(Record {
            id: format!("a{position}"),
            called: None,
            position,
            date: Date::new(2017 + (position % 3) as i16, Some(7), None)
                .filter(|_| !position.is_multiple_of(4)),
            title: None,
            source: Some("The Daily".to_owned()),
            url: None,
            words: 10 * sentences,
            sentences,
            mentions,
            relations,
            left_out: 0,
            dropped: Vec::new(),
            sketch: None,
            digest: None,
        }))
    }

    fn files(entries: &[Entry], budget: Budget) -> (Vec<String>, Vec<Connected>) {
        let folder = tempfile::tempdir().unwrap();
        let open = || Ok(entries.iter().cloned().map(Ok));
        let making = Making { keep_duplicates: true, keep: false, ..Making::new(Predicates::built_in()) };
        let tables = Tables::make(open, folder.path(), making, budget).unwrap();
        let connected = tables.most_connected().to_vec();
        let read = |whole: Whole| std::fs::read_to_string(whole.name().unwrap()).unwrap();
        (tables.whole.into_iter().map(read).collect(), connected)
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, cases: 12, ..ProptestConfig::default() })]

        #[test]
        fn tables_are_the_same_in_memory_and_on_disk(
            articles in prop::collection::vec(prop::collection::vec(prop::collection::vec(0u8..12, 0..5), 0..4), 0..40),
            budget in 1usize..30,
        ) {
            let entries: Vec<Entry> =
                articles.iter().enumerate().map(|(i, it)| record(i as u64, it)).collect();
            let little = Budget { entities: budget, triples: budget, pairs: budget };
            prop_assert_eq!(files(&entries, little), files(&entries, Budget::default()));
        }
    }

    /// Certainty and sources of the one triple for which there is this evidence, an article each: whether it is denied,
    /// how certain it is, and by whom.
    fn told(evidence: &[(bool, Certainty, &str)]) -> (String, String) {
        let record = |(position, &(negated, certainty, source)): (usize, &(bool, Certainty, &str))| {
            let Entry::Article(mut record) = record(position as u64, &[vec![2, 4]]) else {
                unreachable!("it is an article")
            };
            let relation = &mut record.relations[0];
            (relation.negated, relation.certainty, relation.attributed_to) =
                (negated, certainty, source.into());
            Entry::Article(record)
        };
        let entries: Vec<Entry> = evidence.iter().enumerate().map(record).collect();
        let (files, _) = files(&entries, Budget::default());
        let triples = files.iter().find(|file| file.starts_with("subject,subject_type,predicate")).unwrap();
        let mut rows = csv::Reader::from_reader(triples.as_bytes());
        let rows: Vec<std::collections::BTreeMap<String, String>> =
            rows.deserialize().map(Result::unwrap).collect();
        assert_eq!(rows.len(), 1);
        (rows[0]["certainty"].clone(), rows[0]["sources"].clone())
    }

    #[test]
    fn a_triple_is_as_certain_as_its_surest_evidence_and_names_who_says_so() {
        use Certainty::{Alleged, Reported, Stated};
        for (evidence, certainty, sources) in [
            (&[(false, Stated, "")][..], "stated", ""),
            (&[(false, Alleged, "Ana"), (false, Reported, "police")], "reported", "Ana | police"),
            (
                &[(false, Reported, "Ana"), (false, Alleged, "the  police"), (false, Alleged, "the police")],
                "reported",
                "the police | Ana",
            ),
            // Who denies it does not say so, however surely.
            (&[(true, Stated, "Ana"), (false, Alleged, "police")], "alleged", "police"),
            (
                &[(true, Alleged, "Ana"), (true, Reported, "Bo"), (true, Reported, "Bo")],
                "reported",
                "Bo | Ana",
            ),
        ] {
            assert_eq!(told(evidence), (certainty.to_owned(), sources.to_owned()), "{evidence:?}");
        }
    }

    #[test]
    fn entries_survive_their_lines() {
        let problem =
            crate::error::Problem::skipped(crate::error::Place::line("a.csv", 3), "short", "Mend it");
        for entry in [record(7, &[vec![1, 2, 2], vec![3, 3]]), Entry::problem(&problem, 8)] {
            assert_eq!(Entry::from_line(&entry.clone().into_line().unwrap()).unwrap(), entry);
        }
    }
}
