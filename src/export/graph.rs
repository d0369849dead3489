//! What the graphs have in common: entities are nodes, triples are edges.
//!
//! Nodes are the entities that edges touch. What connects to a date is no edge but an attribute of the node, another
//! name is in its aliases, and denied triples are left out unless they are asked for.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::entity::EntityType;
use crate::error::Result;
use crate::export::exported::{Exported, counted};
use crate::export::filter::Filter;
use crate::export::result::{Entity, ResultFolder, Triple, number_of};
use crate::output::LIST_SEPARATOR;

/// What passes of a result, as a graph.
pub(super) struct Graph<'a> {
    pub(super) result: &'a ResultFolder,
    filter: &'a Filter,
    nodes: HashSet<u64>,
    /// For each predicate with dates, the dates of entities.
    dates: BTreeMap<&'static str, HashMap<u64, String>>,
    /// How many edges there are.
    edges: u64,
    denied: u64,
    /// Whether any edge has a date.
    pub(super) is_dated: bool,
}

/// A node: an entity and its dates, by predicate.
pub(super) struct Node {
    pub(super) entity: Entity,
    pub(super) dates: Vec<(&'static str, String)>,
}

impl<'a> Graph<'a> {
    /// Reads the triples once, to know the nodes.
    pub(super) fn read(result: &'a ResultFolder, filter: &'a Filter) -> Result<Self> {
        let mut graph = Graph {
            result,
            filter,
            nodes: HashSet::new(),
            dates: BTreeMap::new(),
            edges: 0,
            denied: 0,
            is_dated: false,
        };
        for triple in result.triples()? {
            let triple = triple?;
            if !filter.takes(&triple) {
                continue;
            }
            let subject = number_of(&triple.subject_id);
            if triple.negated && !filter.wants_denied() {
                graph.denied += 1;
            } else if triple.object_type == EntityType::Date {
                // The first one has most evidence.
                let dates = graph.dates.entry(triple.predicate.as_str()).or_default();
                dates.entry(subject).or_insert(triple.object);
            } else if graph.is_edge(&triple) {
                graph.nodes.extend([subject, number_of(&triple.object_id)]);
                graph.edges += 1;
                graph.is_dated |= triple.first_date.is_some();
            }
        }
        Ok(graph)
    }

    fn is_edge(&self, triple: &Triple) -> bool {
        self.filter.takes(triple)
            && (!triple.negated || self.filter.wants_denied())
            && triple.object_type != EntityType::Date
            && triple.subject_id != triple.object_id
    }

    /// The predicates whose objects are dates: attributes of nodes.
    pub(super) fn date_predicates(&self) -> impl Iterator<Item = &'static str> {
        self.dates.keys().copied()
    }

    /// The nodes.
    pub(super) fn nodes(&self) -> Result<impl Iterator<Item = Result<Node>>> {
        let rows = self.result.entities()?;
        Ok(rows.filter_map(|entity| {
            let entity = match entity {
                Ok(entity) => entity,
                Err(error) => return Some(Err(error)),
            };
            let id = number_of(&entity.entity_id);
            let dates = self.dates.iter();
            let dates =
                dates.filter_map(|(predicate, of)| Some((*predicate, of.get(&id)?.clone()))).collect();
            self.nodes.contains(&id).then_some(Ok(Node { entity, dates }))
        }))
    }

    /// The edges.
    pub(super) fn edges(&self) -> Result<impl Iterator<Item = Result<Triple>>> {
        let rows = self.result.triples()?;
        Ok(rows.filter(|triple| triple.as_ref().map_or(true, |triple| self.is_edge(triple))))
    }

    /// Whether an entity is a node.
    pub(super) fn has_node(&self, id: &str) -> bool {
        self.nodes.contains(&number_of(id))
    }

    /// What was written.
    pub(super) fn exported(&self) -> Exported {
        let mut exported = Exported {
            counts: vec![("nodes", self.nodes.len() as u64), ("edges", self.edges)],
            ..Exported::default()
        };
        if self.denied > 0 {
            let denied = counted(self.denied, "triple that is denied is", "triples that are denied are");
            exported.notes.push(format!("{denied} left out (--only denied exports these)."));
        }
        exported
    }
}

/// The type of an attribute.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    Text,
    Whole,
    Number,
    Truth,
}

/// The attributes of nodes but for dates by predicate.
pub(super) const OF_NODES: [(&str, Kind); 7] = [
    ("type", Kind::Text),
    ("mentions", Kind::Whole),
    ("articles", Kind::Whole),
    ("aliases", Kind::Text),
    ("external_id", Kind::Text),
    ("first_date", Kind::Text),
    ("last_date", Kind::Text),
];

/// The attributes of edges.
pub(super) const OF_EDGES: [(&str, Kind); 14] = [
    ("predicate", Kind::Text),
    ("score", Kind::Number),
    ("articles", Kind::Whole),
    ("evidence", Kind::Whole),
    ("certainty", Kind::Text),
    ("status", Kind::Text),
    ("negated", Kind::Truth),
    ("symmetric", Kind::Truth),
    ("first_date", Kind::Text),
    ("last_date", Kind::Text),
    ("event_date", Kind::Text),
    ("sources", Kind::Text),
    ("example", Kind::Text),
    ("first_article", Kind::Text),
];

impl Node {
    /// The values of its attributes, by name; none that are empty.
    pub(super) fn values(&self) -> Vec<(&'static str, String)> {
        let Entity { entity_type, mentions, articles, aliases, external_id, first_date, last_date, .. } =
            &self.entity;
        let date = |date: &Option<crate::text::Date>| date.map(|it| it.to_string()).unwrap_or_default();
        let values = [
            entity_type.to_string(),
            mentions.to_string(),
            articles.to_string(),
            aliases.join(LIST_SEPARATOR),
            external_id.clone(),
            date(first_date),
            date(last_date),
        ];
        let values = OF_NODES.into_iter().map(|(name, _)| name).zip(values);
        values.chain(self.dates.iter().cloned()).filter(|(_, value)| !value.is_empty()).collect()
    }
}

/// The values of the attributes of an edge, by name; none that are empty.
pub(super) fn values(triple: &Triple, result: &ResultFolder) -> Vec<(&'static str, String)> {
    let date = |date: Option<crate::text::Date>| date.map(|it| it.to_string()).unwrap_or_default();
    let values = [
        triple.predicate.to_string(),
        triple.score.to_string(),
        triple.articles.to_string(),
        triple.evidence.to_string(),
        triple.certainty.as_str().to_owned(),
        triple.status.as_str().to_owned(),
        triple.negated.to_string(),
        result.predicates().schema(triple.predicate).symmetric.to_string(),
        date(triple.first_date),
        date(triple.last_date),
        date(triple.event_date),
        triple.sources.join(LIST_SEPARATOR),
        triple.example.clone(),
        triple.first_article.clone(),
    ];
    OF_EDGES.into_iter().map(|(name, _)| name).zip(values).filter(|(_, value)| !value.is_empty()).collect()
}
