//! Joins of names across articles, which must be known before the rows of the first article are written.

use std::collections::BTreeMap;

use crate::entity::{Aliases, Asked, Corpus, Decision, Entity, Joins, KnownNames, folded};
use crate::error::Result;
use crate::output::Making;
use crate::output::record::{Entry, MentionRecord, Record};
use crate::output::run::ProblemRecord;
use crate::output::watch::Watched;

/// The joins of all articles, and what a user's lines about names did not change.
#[derive(Default)]
pub(super) struct Across<'a> {
    joins: Joins,
    pub(super) unused: Vec<ProblemRecord>,
    pub(super) watched: Watched<'a>,
}

impl<'a> Across<'a> {
    /// Reads the entries. Without joins, a watch list and decisions there is nothing to learn from them.
    pub(super) fn read(entries: impl Iterator<Item = Result<Entry>>, making: Making<'a>) -> Result<Self> {
        let mut corpus = Corpus::default();
        let mut lines = Lines::new(making.decisions);
        let mut watched = Watched::new(making.only);
        for entry in entries {
            let Entry::Article(record) = entry? else { continue };
            if making.merge {
                let mentions = record.mentions.iter();
                let mentions = mentions.map(|it| (it.entity.as_str(), it.entity_type, it.text.as_str()));
                corpus.add(record.date.map(|date| date.year()), mentions);
            }
            lines.see(&record);
            record.mentions.iter().for_each(|mention| watched.see(mention));
        }
        let mut unused = lines.unused();
        unused.extend(watched.unseen().into_iter().map(|(place, name)| ProblemRecord {
            file: place.file.display().to_string(),
            line: place.line,
            message: format!("no article has the name \"{name}\""),
            remedy: "Look at its spelling, or delete the line".to_owned(),
        }));
        let joins = match making.merge {
            true => corpus.joins(&KnownNames::new(&Aliases::built_in(), making.decisions.iter())),
            false => Joins::default(),
        };
        watched.rename(|name| joins.everywhere(name));
        Ok(Across { joins, unused, watched })
    }

    /// Gives the mentions and relations of an article, the `article`th from 0, the entities that they are joined with.
    pub(super) fn apply(&self, article: usize, record: &mut Record) {
        let of = |name: &str, entity_type| self.joins.of(article, name, entity_type);
        for mention in &mut record.mentions {
            if let Some(Entity { id, name, entity_type, .. }) = of(&mention.entity, mention.entity_type) {
                mention.entity_id.clone_from(id);
                mention.entity.clone_from(name);
                mention.entity_type = *entity_type;
            }
        }
        for relation in &mut record.relations {
            let is_alias = relation.subject_id == relation.object_id;
            let before = relation.subject.clone();
            if let Some(Entity { id, name, entity_type, .. }) = of(&relation.subject, relation.subject_type) {
                relation.subject_id.clone_from(id);
                relation.subject.clone_from(name);
                relation.subject_type = *entity_type;
                if is_alias {
                    relation.object_id.clone_from(id);
                    relation.object_type = *entity_type;
                    // The other name that the text gives: where it has become the name of both, the one before.
                    if relation.object == relation.subject {
                        relation.object = before;
                    }
                }
            }
            let joined = (!is_alias).then(|| of(&relation.object, relation.object_type)).flatten();
            if let Some(Entity { id, name, entity_type, .. }) = joined {
                relation.object_id.clone_from(id);
                relation.object.clone_from(name);
                relation.object_type = *entity_type;
            }
        }
    }
}

/// The lines of a user's table, and what articles show of each.
struct Lines<'a> {
    decisions: &'a [Decision],
    seen: Vec<Seen>,
    /// By the folded names that lines are about.
    by_name: BTreeMap<String, Vec<usize>>,
    /// By the first words of the names.
    by_word: BTreeMap<String, Vec<usize>>,
}

/// What the articles say of a line.
#[derive(Default, Clone)]
struct Seen {
    used: bool,
    /// Mentions of the name as another entity, and the first article and what it is there.
    elsewhere: u64,
    example: Option<(String, String)>,
    /// A longer name that has it inside.
    inside: Option<String>,
    /// Whether each of the two names is mentioned.
    named: (bool, bool),
}

impl<'a> Lines<'a> {
    fn new(decisions: &'a [Decision]) -> Self {
        let mut lines = Lines {
            decisions,
            seen: vec![Seen::default(); decisions.len()],
            by_name: BTreeMap::new(),
            by_word: BTreeMap::new(),
        };
        for (i, Decision { entity, alias, .. }) in decisions.iter().enumerate() {
            for name in [folded(alias), folded(entity)] {
                lines.by_name.entry(name).or_default().push(i);
            }
            let first = folded(alias).split(' ').next().map(str::to_owned);
            lines.by_word.entry(first.unwrap_or_default()).or_default().push(i);
        }
        lines
    }

    fn see(&mut self, record: &Record) {
        if self.decisions.is_empty() {
            return;
        }
        for dropped in &record.dropped {
            for &i in self.by_name.get(dropped).into_iter().flatten() {
                self.seen[i].used |= self.decisions[i].asked == Asked::Drop;
            }
        }
        for mention in &record.mentions {
            self.see_mention(&record.id, mention);
        }
    }

    fn see_mention(&mut self, article: &str, mention: &MentionRecord) {
        let text = mention.text.strip_prefix("The ").unwrap_or(&mention.text);
        let name = folded(text);
        let entity = folded(&mention.entity);
        let lines = [&name, &entity].into_iter().filter_map(|name| self.by_name.get(name)).flatten();
        let lines: Vec<usize> = lines.copied().collect();
        for i in lines {
            let (Decision { asked, entity: wanted, alias, .. }, seen) =
                (&self.decisions[i], &mut self.seen[i]);
            let (wanted_key, alias_key) = (folded(wanted), folded(alias));
            seen.named.0 |= name == wanted_key || entity == wanted_key;
            seen.named.1 |= name == alias_key || entity == alias_key;
            match asked {
                Asked::Same if name != alias_key => {}
                Asked::Same if mention.entity == *wanted => seen.used = true,
                Asked::Same => {
                    seen.elsewhere += 1;
                    let example = (article.to_owned(), format!("{} {}", mention.entity_type, mention.entity));
                    if seen.example.as_ref().is_none_or(|other| example < *other) {
                        seen.example = Some(example);
                    }
                }
                Asked::Never => seen.used = seen.named == (true, true),
                Asked::Drop => {}
            }
        }
        for word in name.split(' ') {
            for &i in self.by_word.get(word).into_iter().flatten() {
                let (alias, seen) = (folded(&self.decisions[i].alias), &mut self.seen[i]);
                let longer = name != alias && format!(" {name} ").contains(&format!(" {alias} "));
                if longer && seen.inside.as_ref().is_none_or(|other| mention.text < *other) {
                    seen.inside = Some(mention.text.clone());
                }
            }
        }
    }

    /// The lines that changed nothing, in order, and why.
    fn unused(self) -> Vec<ProblemRecord> {
        let mut unused: Vec<ProblemRecord> = Vec::new();
        for (decision, seen) in self.decisions.iter().zip(self.seen) {
            let (file, line) = (decision.place.file.display().to_string(), decision.place.line);
            let again = unused.last().is_some_and(|last| last.file == file && last.line == line);
            if seen.used || again {
                continue;
            }
            let Decision { asked, entity, alias, .. } = decision;
            let (why, remedy) = match (asked, &seen.example, &seen.inside) {
                (Asked::Same, Some((article, other)), _) => (
                    format!(
                        "\"{alias}\" is another entity wherever it stands, {} times: {other} in {article}",
                        seen.elsewhere
                    ),
                    "Look at the type in the line, or leave it empty",
                ),
                (Asked::Same, None, Some(longer)) => (
                    format!("\"{alias}\" stands in longer names only, such as \"{longer}\""),
                    "Give the longer name too, if it is the same",
                ),
                (Asked::Same | Asked::Drop, ..) => (
                    format!("no article has the name \"{alias}\""),
                    "Look at its spelling, or delete the line",
                ),
                (Asked::Never, ..) => {
                    let missing = if seen.named.0 { alias } else { entity };
                    (
                        format!("no article has the name \"{missing}\""),
                        "Look at its spelling, or delete the line",
                    )
                }
            };
            let message = format!("the line changed nothing: {why}");
            unused.push(ProblemRecord { file, line, message, remedy: remedy.to_owned() });
        }
        unused
    }
}
