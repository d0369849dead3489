//! What a page shows, in columns: lists of equal length, a place for each entity, triple, piece of evidence or article.
//! Everything is named by its place.

use std::collections::{BTreeMap, HashMap, HashSet};

use indexmap::IndexSet;
use serde::Serialize;

use crate::entity::EntityType;
use crate::error::Result;
use crate::export::marked::{Marked, Marks};
use crate::export::result::{Relation, ResultFolder, TripleKey, number_of};
use crate::relation::{Certainty, Predicate, Status};
use crate::text::Date;
use crate::view::limits::Limits;
use crate::view::select;

/// The columns, as the page's script unpacks them.
#[derive(Debug, Default, Serialize)]
pub(super) struct Data {
    /// What the result is called: its folder.
    name: String,
    totals: Totals,
    left_out: LeftOut,
    /// Name, whether it holds both ways, and what it means.
    predicates: Vec<(&'static str, u8, &'static str)>,
    types: IndexSet<&'static str>,
    rules: IndexSet<String>,
    /// To whom evidence is attributed.
    sources: IndexSet<String>,
    articles: Articles,
    entities: Entities,
    sentences: IndexSet<String>,
    triples: Triples,
    /// That of the first triple, then that of the second, and so on; of each the best first.
    evidence: Evidence,
    together: Together,
}

/// Pairs of entities that share sentences in which nothing connects them, most sentences first.
#[derive(Debug, Default, Serialize)]
struct Together {
    one: Vec<u32>,
    other: Vec<u32>,
    sentences: Vec<u64>,
}

/// How much the result has.
#[derive(Debug, Default, Serialize)]
struct Totals {
    articles: u64,
    entities: u64,
    triples: u64,
}

/// How much of it the page has not.
#[derive(Debug, Default, Serialize)]
struct LeftOut {
    triples: usize,
    names: usize,
}

#[derive(Debug, Default, Serialize)]
struct Articles {
    id: Vec<String>,
    title: Vec<String>,
    date: Vec<u32>,
    source: Vec<String>,
    url: Vec<String>,
}

#[derive(Debug, Default, Serialize)]
struct Entities {
    id: Vec<String>,
    name: Vec<String>,
    #[serde(rename = "type")]
    entity_type: Vec<u32>,
    mentions: Vec<u64>,
    articles: Vec<u64>,
    aliases: Vec<Vec<String>>,
    /// What others call them by, of those for which that is known.
    external: BTreeMap<usize, String>,
    first: Vec<u32>,
    last: Vec<u32>,
}

#[derive(Debug, Default, Serialize)]
struct Triples {
    subject: Vec<u32>,
    predicate: Vec<u32>,
    object: Vec<u32>,
    /// Of triples whose object is another name of the subject, that name.
    other: BTreeMap<usize, String>,
    articles: Vec<u64>,
    evidence: Vec<u64>,
    /// How many pieces of its evidence the page has.
    kept: Vec<u32>,
    score: Vec<u32>,
    negated: Vec<u8>,
    certainty: Vec<u8>,
    status: Vec<u8>,
    first: Vec<u32>,
    last: Vec<u32>,
}

#[derive(Debug, Default, Serialize)]
struct Evidence {
    article: Vec<u32>,
    sentence: Vec<u32>,
    subject_start: Vec<u32>,
    subject_length: Vec<u32>,
    object_start: Vec<u32>,
    object_length: Vec<u32>,
    score: Vec<u32>,
    negated: Vec<u8>,
    certainty: Vec<u8>,
    /// One more than the place of the source; 0 if there is none.
    source: Vec<u32>,
    status: Vec<u8>,
    event: Vec<u32>,
    rule: Vec<u32>,
}

impl Data {
    pub(super) fn triples(&self) -> usize {
        self.triples.subject.len()
    }

    pub(super) fn triples_left_out(&self) -> usize {
        self.left_out.triples
    }

    /// As it may stand in a script element: `<` is the only character that could end it, and two ends of lines are not known
    /// as such by every reader of JSON.
    pub(super) fn json(&self) -> String {
        let json = serde_json::to_string(self).expect("its keys are texts and numbers");
        json.replace('<', "\\u003c").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
    }
}

/// Where a mark begins in a sentence and how long it is, in units of UTF-16, by which browsers count.
type Mark = (u32, u32);

/// A piece of evidence that is shown.
struct Piece {
    relation: Relation,
    /// The place of its article in the input.
    article: u32,
    marks: Option<[Mark; 2]>,
}

/// Reads what a page shows of a result. Only that is in memory, and 16 bytes or so of each entity, triple and article.
pub(super) fn read(result: &ResultFolder, limits: Limits) -> Result<Data> {
    let types = TYPES.iter().map(|it| it.as_str()).collect();
    let mut data = Data { name: name_of(result), types, ..Data::default() };
    data.totals.articles = result.run().counts.articles;

    let mut entities: HashMap<u64, u32> = HashMap::new();
    let mut by_name: HashMap<u64, u32> = HashMap::new();
    for entity in result.entities()? {
        let (entity, number) = (entity?, entities.len() as u32);
        by_name.insert(number_of_name(&entity.entity, entity.entity_type), number);
        entities.insert(number_of(&entity.entity_id), number);
    }
    data.totals.entities = entities.len() as u64;
    let entity = |id: &str| entities.get(&number_of(id)).copied();

    // A triple whose ends no table names cannot be shown.
    let ends = |subject: &str, object: &str| Some((entity(subject)?, entity(object)?));
    let mut all = Vec::new();
    for triple in result.triples()? {
        let triple = triple?;
        data.totals.triples += 1;
        all.extend(ends(&triple.subject_id, &triple.object_id));
    }
    let shown = select::best_connected(&all, entities.len(), limits.triples).into_iter();
    drop(all);

    let (connected, places) = data.add_triples(result, ends, entities.len(), shown)?;
    data.left_out.triples = data.totals.triples as usize - data.triples();

    let in_page = data.add_entities(result, &connected, limits.others)?;
    data.add_together(
        result,
        |name, of_type| in_page[*by_name.get(&number_of_name(name, of_type))? as usize],
        limits,
    )?;
    let share = select::share(data.triples.evidence.iter().copied(), limits.evidence);
    let pieces = evidence(result, &places, share)?;
    data.add_evidence(pieces);
    data.add_articles(result)?;
    Ok(data)
}

/// In `cooccurrences.csv` entities have no ids; name and type are as good.
fn number_of_name(name: &str, entity_type: EntityType) -> u64 {
    number_of(&format!("{entity_type} {name}"))
}

fn name_of(result: &ResultFolder) -> String {
    let folder = result.folder().canonicalize().unwrap_or_else(|_| result.folder().to_path_buf());
    folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

impl Data {
    /// Adds the triples that are `shown`, and their predicates. `ends` are the numbers of two entities. Returns for each
    /// entity whether it is in a triple, and the place of each triple.
    fn add_triples(
        &mut self,
        result: &ResultFolder,
        ends: impl Fn(&str, &str) -> Option<(u32, u32)>,
        entities: usize,
        mut shown: impl Iterator<Item = bool>,
    ) -> Result<(Vec<bool>, HashMap<TripleKey, usize>)> {
        let mut connected = vec![false; entities];
        let mut places: HashMap<TripleKey, usize> = HashMap::new();
        let mut predicates: IndexSet<Predicate> = IndexSet::new();
        for triple in result.triples()? {
            let triple = triple?;
            let Some((subject, object)) = ends(&triple.subject_id, &triple.object_id) else { continue };
            if shown.next() != Some(true) {
                continue;
            }
            for end in [subject, object] {
                connected[end as usize] = true;
            }
            let place = places.len();
            places.insert(result.key(&triple), place);
            let to = &mut self.triples;
            to.subject.push(subject);
            to.object.push(object);
            to.predicate.push(predicates.insert_full(triple.predicate).0 as u32);
            to.articles.push(triple.articles);
            to.evidence.push(triple.evidence);
            to.score.push(per_ten_thousand(triple.score));
            to.negated.push(triple.negated.into());
            to.certainty.push(of_certainty(triple.certainty));
            to.status.push(of_status(triple.status));
            to.first.push(of_date(triple.first_date));
            to.last.push(of_date(triple.last_date));
            if subject == object {
                to.other.insert(place, triple.object);
            }
        }
        self.predicates = predicates
            .iter()
            .map(|&it| {
                let schema = result.predicates().schema(it);
                (schema.name.as_str(), schema.symmetric.into(), schema.meaning.as_str())
            })
            .collect();
        Ok((connected, places))
    }

    /// Adds the entities of the triples, and of the others the most often mentioned; gives the triples their places.
    /// Returns the places.
    fn add_entities(
        &mut self,
        result: &ResultFolder,
        connected: &[bool],
        others: usize,
    ) -> Result<Vec<Option<u32>>> {
        let mut left = others;
        let mut places: Vec<Option<u32>> = vec![None; connected.len()];
        for (number, entity) in result.entities()?.enumerate() {
            let entity = entity?;
            if !connected[number] {
                if left == 0 {
                    self.left_out.names += 1;
                    continue;
                }
                left -= 1;
            }
            let to = &mut self.entities;
            if !entity.external_id.is_empty() {
                to.external.insert(to.id.len(), entity.external_id);
            }
            places[number] = Some(to.id.len() as u32);
            to.id.push(entity.entity_id);
            to.name.push(entity.entity);
            to.entity_type.push(self.types.insert_full(entity.entity_type.as_str()).0 as u32);
            to.mentions.push(entity.mentions);
            to.articles.push(entity.articles);
            to.aliases.push(entity.aliases);
            to.first.push(of_date(entity.first_date));
            to.last.push(of_date(entity.last_date));
        }
        for end in self.triples.subject.iter_mut().chain(&mut self.triples.object) {
            *end = places[*end as usize].expect("what a triple connects has a place");
        }
        Ok(places)
    }

    /// Adds the pairs of entities in the page that share most sentences.
    fn add_together(
        &mut self,
        result: &ResultFolder,
        place: impl Fn(&str, EntityType) -> Option<u32>,
        limits: Limits,
    ) -> Result<()> {
        for pair in result.cooccurrences()? {
            let pair = pair?;
            let ends = (place(&pair.subject, pair.subject_type), place(&pair.object, pair.object_type));
            let (Some(one), Some(other)) = ends else { continue };
            if self.together.one.len() == limits.together {
                break;
            }
            self.together.one.push(one);
            self.together.other.push(other);
            self.together.sentences.push(pair.sentences);
        }
        Ok(())
    }

    /// Adds the evidence of each triple. Its articles are still those of the input.
    fn add_evidence(&mut self, pieces: Vec<Vec<Piece>>) {
        for of_triple in pieces {
            self.triples.kept.push(of_triple.len() as u32);
            for Piece { relation, article, marks } in of_triple {
                let to = &mut self.evidence;
                let [(subject_start, subject_length), (object_start, object_length)] =
                    marks.unwrap_or_default();
                to.article.push(article);
                to.sentence.push(self.sentences.insert_full(relation.sentence).0 as u32);
                to.subject_start.push(subject_start);
                to.subject_length.push(subject_length);
                to.object_start.push(object_start);
                to.object_length.push(object_length);
                to.score.push(per_ten_thousand(relation.score));
                to.negated.push(relation.negated.into());
                to.certainty.push(of_certainty(relation.certainty));
                to.source.push(match relation.attributed_to.is_empty() {
                    true => 0,
                    false => self.sources.insert_full(relation.attributed_to).0 as u32 + 1,
                });
                to.status.push(of_status(relation.status));
                to.event.push(of_date(relation.event_date));
                to.rule.push(self.rules.insert_full(relation.rule).0 as u32);
            }
        }
    }

    /// Adds the articles of the evidence, and gives it their places.
    fn add_articles(&mut self, result: &ResultFolder) -> Result<()> {
        let wanted: HashSet<u32> = self.evidence.article.iter().copied().collect();
        let mut places: HashMap<u32, u32> = HashMap::new();
        for (number, article) in (0..).zip(result.articles()?) {
            let article = article?;
            if !wanted.contains(&number) {
                continue;
            }
            let to = &mut self.articles;
            places.insert(number, to.id.len() as u32);
            to.id.push(article.article);
            to.title.push(article.title);
            to.date.push(of_date(article.date));
            to.source.push(article.source);
            to.url.push(article.url);
        }
        for article in &mut self.evidence.article {
            *article = places[article];
        }
        Ok(())
    }
}

/// The evidence of the triples at these places, at most `share` pieces each: what does not deny it first, and the best first.
/// That of articles that tell a story again does not count.
fn evidence(
    result: &ResultFolder,
    places: &HashMap<TripleKey, usize>,
    share: usize,
) -> Result<Vec<Vec<Piece>>> {
    let mut articles: HashMap<u64, u32> = HashMap::new();
    let mut copies: HashSet<u32> = HashSet::new();
    for (number, article) in (0..).zip(result.articles()?) {
        let article = article?;
        articles.insert(number_of(&article.article), number);
        if !article.duplicate_of.is_empty() {
            copies.insert(number);
        }
    }
    let counts_duplicates = result.duplicates()?.is_none();
    let mut marks = Marks::new(result, &articles)?;
    let mut pieces: Vec<Vec<Piece>> = Vec::new();
    pieces.resize_with(places.len(), Vec::new);
    for relation in result.relations()? {
        let relation = relation?;
        let Some(&place) = places.get(&result.key_of(&relation)) else { continue };
        let Some(&article) = articles.get(&number_of(&relation.article)) else { continue };
        if copies.contains(&article) && !counts_duplicates {
            continue;
        }
        let begin = marks.begin(&relation)?;
        let marks =
            begin.and_then(|begin| Marked::of(&relation, begin)).map(|marked| in_units(&relation, marked));
        let of_triple = &mut pieces[place];
        of_triple.push(Piece { relation, article, marks });
        if of_triple.len() >= 2 * share + 16 {
            keep_best(of_triple, share);
        }
    }
    for of_triple in &mut pieces {
        keep_best(of_triple, share);
    }
    Ok(pieces)
}

/// Marks as browsers count.
fn in_units(relation: &Relation, marked: Marked) -> [Mark; 2] {
    let units = |text: &str| text.encode_utf16().count() as u32;
    [marked.subject, marked.object]
        .map(|it| (units(&relation.sentence[..it.start]), units(&relation.sentence[it])))
}

/// Of equals the first ones stay.
fn keep_best(pieces: &mut Vec<Piece>, share: usize) {
    pieces.sort_by(|a, b| {
        let (a, b) = (&a.relation, &b.relation);
        a.negated.cmp(&b.negated).then(b.score.total_cmp(&a.score))
    });
    pieces.truncate(share);
}

// The numbers of `result.js`.

/// The types for which the page has words and shapes; those of other models come after.
const TYPES: [EntityType; 5] =
    [EntityType::Per, EntityType::Org, EntityType::Loc, EntityType::Misc, EntityType::Date];

fn of_certainty(certainty: Certainty) -> u8 {
    match certainty {
        Certainty::Stated => 0,
        Certainty::Reported => 1,
        Certainty::Alleged => 2,
    }
}

fn of_status(status: Status) -> u8 {
    match status {
        Status::Current => 0,
        Status::Former => 1,
        Status::Planned => 2,
    }
}

fn per_ten_thousand(score: f64) -> u32 {
    (score * 1e4).round() as u32
}

/// 20190329; 20190300 or 20190000 if it is less exact; 0 if there is none.
fn of_date(date: Option<Date>) -> u32 {
    let Some(date) = date else { return 0 };
    let written = date.to_string();
    let mut parts = written.split('-').map(|part| part.parse::<u32>().unwrap_or_default());
    let mut next = || parts.next().unwrap_or_default();
    (next() * 100 + next()) * 100 + next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_as_exact_as_they_are() {
        for (date, number) in [("2019-03-29", 20190329), ("2019-03", 20190300), ("2019", 20190000)] {
            assert_eq!(of_date(Some(date.parse().unwrap())), number);
        }
        assert_eq!(of_date(None), 0);
    }

    #[test]
    fn no_character_of_the_data_ends_its_element_or_a_line() {
        let data = Data { name: "</script>\u{2028}<!--\u{2029}".into(), ..Data::default() };
        let json = data.json();
        assert!(!json.contains(['<', '\u{2028}', '\u{2029}']));
        let read: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(read["name"], data.name);
    }
}
