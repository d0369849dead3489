//! FollowTheMoney entities (version 4), one a line: articles, people, organisations, places, and what connects them.
//!
//! A link has the sentences that it rests on as its description and their articles as its proof. Denied triples are
//! left out, for a link is there or not; so is what the model has no kind for. Both are counted.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use tempfile::NamedTempFile;

use crate::entity::{EntityType, is_country};
use crate::error::Result;
use crate::export::evidence::Evidence;
use crate::export::exported::{Exported, counted};
use crate::export::filter::{Filter, Selection};
use crate::export::result::{Article, Entity, ResultFolder, Triple, number_of};
use crate::output::{Whole, temporary, unwritable};
use crate::relation::{Holds, Status};

/// Sentences and articles of a link that are given.
const MOST_EVIDENCE: usize = 50;

/// What entities can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Schema {
    Person,
    Organization,
    /// An organisation that is owned.
    Company,
    Territory,
    Address,
    /// A thing that is owned or was made.
    Asset,
}

impl Schema {
    fn name(self) -> &'static str {
        match self {
            Schema::Person => "Person",
            Schema::Organization => "Organization",
            Schema::Company => "Company",
            Schema::Territory => "Territory",
            Schema::Address => "Address",
            Schema::Asset => "Asset",
        }
    }

    fn is_organization(self) -> bool {
        matches!(self, Schema::Organization | Schema::Company)
    }

    fn is_legal(self) -> bool {
        self == Schema::Person || self.is_organization()
    }
}

/// A line.
#[derive(Serialize)]
struct Line<'a> {
    id: String,
    schema: &'a str,
    properties: BTreeMap<&'static str, Vec<String>>,
}

impl<'a> Line<'a> {
    fn new(id: String, schema: &'a str) -> Self {
        Line { id, schema, properties: BTreeMap::new() }
    }

    /// Adds values that are not empty and not there yet.
    fn add(&mut self, property: &'static str, values: impl IntoIterator<Item = String>) {
        for value in values {
            let value = one_line(&value);
            let there = self.properties.entry(property).or_default();
            if !value.is_empty() && !there.contains(&value) {
                there.push(value);
            }
        }
        self.properties.retain(|_, values| !values.is_empty());
    }
}

/// What is written, and what is not.
#[derive(Default)]
struct Counts {
    entities: u64,
    links: u64,
    articles: u64,
    denied: u64,
    /// Triples that would be links, if the model had a kind for both their ends.
    without_kind: u64,
}

pub(super) fn write(result: &ResultFolder, filter: &Filter, out: &Path) -> Result<Exported> {
    let model = Model::read(result, filter)?;
    let selection = Selection::new(result, filter, |_| {})?;
    let evidence = Evidence::read(result, &selection, false)?;
    let mut file = Lines::create(out)?;
    let mut counts = Counts { denied: model.denied, ..Counts::default() };

    for entity in result.entities()? {
        let entity = entity?;
        if let Some(line) = model.entity(&entity) {
            file.write(&line)?;
            counts.entities += 1;
        }
    }
    let mut proofs: HashSet<u64> = HashSet::new();
    let mut relations = result.relations()?;
    let passing = result.triples()?.filter(|it| it.as_ref().map_or(true, |it| filter.takes(it)));
    for (place, triple) in passing.enumerate() {
        let triple = triple?;
        if !is_link(&triple) {
            continue;
        }
        let Some(mut line) = model.link(&triple, result) else {
            counts.without_kind += 1;
            continue;
        };
        // The best first: its sentence is the example.
        line.add("description", [triple.example.clone()]);
        for relation in evidence.of(place, &mut relations).take(MOST_EVIDENCE) {
            let (relation, _) = relation?;
            if relation.negated {
                continue;
            }
            let article = number_of(&relation.article);
            proofs.insert(article);
            line.add("proof", [article_id(article)]);
            line.add("description", [relation.sentence]);
        }
        file.write(&line)?;
        counts.links += 1;
    }
    for article in result.articles()? {
        let article = article?;
        if proofs.contains(&number_of(&article.article)) {
            file.write(&proof(&article))?;
            counts.articles += 1;
        }
    }

    Ok(Exported {
        files: vec![file.finish()?],
        counts: vec![("entities", counts.entities), ("links", counts.links), ("articles", counts.articles)],
        notes: counts.notes(),
    })
}

impl Counts {
    /// What was left out.
    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.denied > 0 {
            let denied = counted(self.denied, "triple that is denied is", "triples that are denied are");
            notes.push(format!("{denied} left out."));
        }
        if self.without_kind > 0 {
            let without = counted(self.without_kind, "triple is", "triples are");
            notes.push(format!(
                "{without} left out, because FollowTheMoney has no kind for an end of it: a date, or what is no person, \
                 organisation or place and is not owned."
            ));
        }
        notes
    }
}

/// What the triples say of entities.
#[derive(Default)]
struct Model {
    /// Entities that links or dates tell of.
    told: HashSet<u64>,
    owned: HashSet<u64>,
    /// Properties that triples give: dates of birth and the like.
    properties: HashMap<u64, Vec<(&'static str, String)>>,
    denied: u64,
}

impl Model {
    fn read(result: &ResultFolder, filter: &Filter) -> Result<Self> {
        let mut model = Model::default();
        for triple in result.triples()? {
            let triple = triple?;
            if !filter.takes(&triple) {
                continue;
            }
            if triple.negated {
                model.denied += 1;
                continue;
            }
            let (subject, object) = (number_of(&triple.subject_id), number_of(&triple.object_id));
            if triple.subject_id == triple.object_id {
                // Another name, which the entity has among its aliases.
                continue;
            }
            if triple.predicate.as_str() == "owns" || triple.predicate.as_str() == "produced" {
                model.owned.extend(
                    (triple.object_type != EntityType::Org || triple.predicate.as_str() == "owns")
                        .then_some(object),
                );
            }
            if let Some(property) = property(&triple) {
                model.told.insert(subject);
                model.properties.entry(subject).or_default().push((property, triple.object));
                continue;
            }
            model.told.extend([subject, object]);
        }
        Ok(model)
    }

    /// What an entity is.
    fn schema(&self, id: &str, kind: EntityType, name: &str) -> Option<Schema> {
        let is_owned = self.owned.contains(&number_of(id));
        match kind {
            EntityType::Per => Some(Schema::Person),
            EntityType::Org if is_owned => Some(Schema::Company),
            EntityType::Org => Some(Schema::Organization),
            EntityType::Loc if is_country(name) => Some(Schema::Territory),
            EntityType::Loc => Some(Schema::Address),
            EntityType::Misc if is_owned => Some(Schema::Asset),
            EntityType::Misc | EntityType::Date | EntityType::Other(_) => None,
        }
    }

    fn entity(&self, entity: &Entity) -> Option<Line<'static>> {
        let number = number_of(&entity.entity_id);
        let schema = self.schema(&entity.entity_id, entity.entity_type, &entity.entity)?;
        if !self.told.contains(&number) {
            return None;
        }
        let mut line = Line::new(entity.entity_id.clone(), schema.name());
        line.add("name", [entity.entity.clone()]);
        line.add("alias", entity.aliases.iter().filter(|alias| **alias != entity.entity).cloned());
        let is_wikidata = entity.external_id.strip_prefix('Q').is_some_and(|it| it.parse::<u64>().is_ok());
        line.add("wikidataId", is_wikidata.then(|| entity.external_id.clone()));
        match schema {
            Schema::Address => line.add("full", [entity.entity.clone()]),
            Schema::Territory => line.add("level", ["country".to_owned()]),
            _ => {}
        }
        for (property, value) in self.properties.get(&number).into_iter().flatten() {
            line.add(property, [value.clone()]);
        }
        Some(line)
    }

    /// The link that a triple is, if there is a kind for both ends.
    fn link(&self, triple: &Triple, result: &ResultFolder) -> Option<Line<'static>> {
        let subject = self.schema(&triple.subject_id, triple.subject_type, &triple.subject)?;
        let object = self.schema(&triple.object_id, triple.object_type, &triple.object)?;
        let both_people = subject == Schema::Person && object == Schema::Person;
        let words = triple.predicate.as_str().replace('_', " ");
        let (schema, from, to, role) = match triple.predicate.as_str() {
            "leads" if subject.is_legal() && object.is_organization() => {
                ("Directorship", "director", "organization", "role")
            }
            "works_for" if subject == Schema::Person && object.is_organization() => {
                ("Employment", "employee", "employer", "role")
            }
            "member_of" if subject.is_legal() && object.is_organization() => {
                ("Membership", "member", "organization", "role")
            }
            "owns" if subject.is_legal() && matches!(object, Schema::Company | Schema::Asset) => {
                ("Ownership", "owner", "asset", "role")
            }
            "spouse_of" | "child_of" | "sibling_of" if both_people => {
                ("Family", "person", "relative", "relationship")
            }
            "linked_to" | "allied_with" if both_people => {
                ("Associate", "person", "associate", "relationship")
            }
            _ => ("UnknownLink", "subject", "object", "role"),
        };
        let role_words = match triple.predicate.as_str() {
            "spouse_of" if schema == "Family" => "spouse".to_owned(),
            "sibling_of" if schema == "Family" => "sibling".to_owned(),
            // What the relative is to the person.
            "child_of" if schema == "Family" => "parent".to_owned(),
            _ => words,
        };
        let mut line = Line::new(format!("link-{:016x}", result.key(triple)), schema);
        line.add(from, [triple.subject_id.clone()]);
        line.add(to, [triple.object_id.clone()]);
        line.add(role, [role_words]);
        if role == "role" {
            line.add("status", [triple.status.as_str().to_owned()]);
        }
        if let Some(date) = triple.event_date {
            // Of what has ended the date may be that of the end.
            let begins = triple.predicate.schema().holds == Holds::AWhile && triple.status != Status::Former;
            line.add(if begins { "startDate" } else { "date" }, [date.to_string()]);
        }
        let mut summary = format!(
            "{}, {}; score {}; {} in {}",
            triple.certainty.as_str(),
            triple.status.as_str(),
            triple.score,
            counted(triple.evidence, "sentence", "sentences"),
            counted(triple.articles, "article", "articles")
        );
        if !triple.sources.is_empty() {
            summary.push_str(&format!("; according to {}", triple.sources.join(", ")));
        }
        line.add("summary", [summary]);
        Some(line)
    }
}

/// Whether a triple connects two things, and is no denial, no other name of one, and no property of it.
fn is_link(triple: &Triple) -> bool {
    !triple.negated && triple.subject_id != triple.object_id && property(triple).is_none()
}

/// The property that a triple about a date is.
fn property(triple: &Triple) -> Option<&'static str> {
    match (triple.predicate.as_str(), triple.subject_type) {
        ("born_on", EntityType::Per) => Some("birthDate"),
        ("died_on", EntityType::Per) => Some("deathDate"),
        ("founded_on", EntityType::Org) => Some("incorporationDate"),
        _ => None,
    }
}

fn proof(article: &Article) -> Line<'static> {
    let mut line = Line::new(article_id(number_of(&article.article)), "Article");
    line.add("fileName", [article.article.clone()]);
    line.add("title", [article.title.clone()]);
    line.add("publisher", [article.source.clone()]);
    line.add("publishedAt", article.date.map(|it| it.to_string()));
    let is_address = ["http://", "https://"].iter().any(|it| article.url.starts_with(it));
    line.add("sourceUrl", is_address.then(|| article.url.clone()));
    line
}

fn article_id(number: u64) -> String {
    format!("article-{number:016x}")
}

fn one_line(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|it| !it.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Lines of JSON, under a temporary name.
struct Lines {
    path: PathBuf,
    writer: BufWriter<NamedTempFile>,
}

impl Lines {
    fn create(path: &Path) -> Result<Self> {
        let writer = BufWriter::with_capacity(1 << 18, temporary(path)?);
        Ok(Lines { path: path.to_path_buf(), writer })
    }

    fn write(&mut self, line: &Line<'_>) -> Result<()> {
        serde_json::to_writer(&mut self.writer, line)
            .map_err(std::io::Error::from)
            .and_then(|()| self.writer.write_all(b"\n"))
            .map_err(|e| unwritable(&self.path, e))
    }

    fn finish(self) -> Result<PathBuf> {
        let file = self.writer.into_inner().map_err(|e| unwritable(&self.path, e.into_error()))?;
        Whole::new(self.path, file)?.name()
    }
}
