//! GraphML, which most programs for graphs read.

use std::path::Path;

use crate::error::Result;
use crate::export::Exported;
use crate::export::filter::Filter;
use crate::export::graph::{Graph, Kind, OF_EDGES, OF_NODES, values};
use crate::export::result::ResultFolder;
use crate::export::xml::Xml;

pub(super) fn write(result: &ResultFolder, filter: &Filter, out: &Path) -> Result<Exported> {
    let graph = Graph::read(result, filter)?;
    let mut xml = Xml::create(out)?;
    xml.open(
        "graphml",
        &[
            ("xmlns", "http://graphml.graphdrawing.org/xmlns"),
            ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
            (
                "xsi:schemaLocation",
                "http://graphml.graphdrawing.org/xmlns http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd",
            ),
        ],
    )?;
    let dates = graph.date_predicates().map(|name| (name, Kind::Text));
    for (name, kind) in [("label", Kind::Text)].into_iter().chain(OF_NODES).chain(dates) {
        key(&mut xml, "node", name, kind)?;
    }
    for (name, kind) in [("label", Kind::Text), ("weight", Kind::Number)].into_iter().chain(OF_EDGES) {
        key(&mut xml, "edge", name, kind)?;
    }
    xml.open("graph", &[("id", "triplewire"), ("edgedefault", "directed")])?;
    for node in graph.nodes()? {
        let node = node?;
        xml.open("node", &[("id", &node.entity.entity_id)])?;
        xml.text("data", &[("key", "node_label")], &node.entity.entity)?;
        data(&mut xml, "node", &node.values())?;
        xml.close("node")?;
    }
    for (number, triple) in graph.edges()?.enumerate() {
        let triple = triple?;
        let id = format!("t{}", number + 1);
        xml.open("edge", &[("id", &id), ("source", &triple.subject_id), ("target", &triple.object_id)])?;
        xml.text("data", &[("key", "edge_label")], triple.predicate.as_str())?;
        xml.text("data", &[("key", "edge_weight")], &triple.articles.to_string())?;
        data(&mut xml, "edge", &values(&triple, result))?;
        xml.close("edge")?;
    }
    xml.close("graph")?;
    xml.close("graphml")?;
    let mut exported = graph.exported();
    exported.files.push(xml.finish()?);
    Ok(exported)
}

fn key(xml: &mut Xml, of: &str, name: &str, kind: Kind) -> Result<()> {
    let kind = match kind {
        Kind::Text => "string",
        Kind::Whole => "long",
        Kind::Number => "double",
        Kind::Truth => "boolean",
    };
    let id = format!("{of}_{name}");
    xml.empty("key", &[("id", &id), ("for", of), ("attr.name", name), ("attr.type", kind)])
}

fn data(xml: &mut Xml, of: &str, values: &[(&str, String)]) -> Result<()> {
    for (name, value) in values {
        xml.text("data", &[("key", &format!("{of}_{name}"))], value)?;
    }
    Ok(())
}
