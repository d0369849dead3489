//! GEXF 1.3, for Gephi: parallel edges have a `kind`, and where articles have dates the graph has a timeline, on which
//! an edge stands from the first article that tells it to the last.

use std::path::Path;

use crate::error::Result;
use crate::export::Exported;
use crate::export::filter::Filter;
use crate::export::graph::{Graph, Kind, OF_EDGES, OF_NODES, values};
use crate::export::result::ResultFolder;
use crate::export::xml::Xml;
use crate::text::Date;

pub(super) fn write(result: &ResultFolder, filter: &Filter, out: &Path) -> Result<Exported> {
    let graph = Graph::read(result, filter)?;
    let mut xml = Xml::create(out)?;
    xml.open("gexf", &[("xmlns", "http://gexf.net/1.3"), ("version", "1.3")])?;
    xml.open("meta", &[])?;
    xml.text("creator", &[], &format!("Triplewire {}", result.run().version))?;
    xml.text("description", &[], "Who is connected to whom, as news articles tell it")?;
    xml.close("meta")?;
    let timed = [("mode", "dynamic"), ("timeformat", "date"), ("timerepresentation", "interval")];
    let untimed = [("mode", "static")];
    let mode: &[(&str, &str)] = if graph.is_dated { &timed } else { &untimed };
    xml.open("graph", &[&[("defaultedgetype", "directed")], mode].concat())?;

    declare_attributes(&mut xml, &graph)?;
    xml.open("nodes", &[])?;
    for node in graph.nodes()? {
        let node = node?;
        let entity = &node.entity;
        let times = times(entity.first_date, entity.last_date);
        let mut attributes = vec![("id", entity.entity_id.as_str()), ("label", entity.entity.as_str())];
        attributes.extend(times.iter().map(|(name, day)| (*name, day.as_str())));
        xml.open("node", &attributes)?;
        attvalues(&mut xml, &node.values())?;
        xml.close("node")?;
    }
    xml.close("nodes")?;

    xml.open("edges", &[])?;
    for (number, triple) in graph.edges()?.enumerate() {
        let triple = triple?;
        let (id, weight) = (format!("t{}", number + 1), triple.articles.to_string());
        let times = times(triple.first_date, triple.last_date);
        let mut attributes = vec![
            ("id", id.as_str()),
            ("source", triple.subject_id.as_str()),
            ("target", triple.object_id.as_str()),
            ("kind", triple.predicate.as_str()),
            ("label", triple.predicate.as_str()),
            ("weight", weight.as_str()),
        ];
        attributes.extend(times.iter().map(|(name, day)| (*name, day.as_str())));
        xml.open("edge", &attributes)?;
        attvalues(&mut xml, &values(&triple, result))?;
        xml.close("edge")?;
    }
    xml.close("edges")?;
    xml.close("graph")?;
    xml.close("gexf")?;
    let mut exported = graph.exported();
    exported.files.push(xml.finish()?);
    Ok(exported)
}

/// Says what attributes nodes and edges have.
fn declare_attributes(xml: &mut Xml, graph: &Graph<'_>) -> Result<()> {
    xml.open("attributes", &[("class", "node"), ("mode", "static")])?;
    let dates = graph.date_predicates().map(|name| (name, Kind::Text));
    for (name, kind) in OF_NODES.into_iter().chain(dates) {
        xml.empty("attribute", &[("id", name), ("title", name), ("type", type_of(kind))])?;
    }
    xml.close("attributes")?;
    xml.open("attributes", &[("class", "edge"), ("mode", "static")])?;
    for (name, kind) in OF_EDGES {
        xml.empty("attribute", &[("id", name), ("title", name), ("type", type_of(kind))])?;
    }
    xml.close("attributes")
}

fn attvalues(xml: &mut Xml, values: &[(&str, String)]) -> Result<()> {
    xml.open("attvalues", &[])?;
    for (name, value) in values {
        xml.empty("attvalue", &[("for", name), ("value", value)])?;
    }
    xml.close("attvalues")
}

/// The first and the last day on which articles state something.
fn times(first: Option<Date>, last: Option<Date>) -> Vec<(&'static str, String)> {
    let start = first.map(|it| ("start", it.first_day().to_string()));
    let end = last.map(|it| ("end", it.last_day().to_string()));
    start.into_iter().chain(end).collect()
}

fn type_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "string",
        Kind::Whole => "long",
        Kind::Number => "double",
        Kind::Truth => "boolean",
    }
}
