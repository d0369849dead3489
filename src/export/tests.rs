//! Each format, written from the sample and read back.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use calamine::{Data, Reader as _, Xlsx, open_workbook};
use parquet::file::reader::FileReader as _;
use parquet::file::reader::SerializedFileReader;
use parquet::record::{Field, RowAccessor as _};
use quick_xml::events::Event;
use rusqlite::Connection;

use super::result::ResultFolder;
use super::{Asked, Exported, Filter, Target, export, sample};
use crate::error::Result;
use crate::output::Style;

/// The sample, and what was exported of it.
struct Out {
    _result: tempfile::TempDir,
    _folder: tempfile::TempDir,
    path: PathBuf,
    exported: Exported,
}

fn exported(target: Target, asked: &Asked) -> Out {
    let (written, folder) = (sample::written(Style::default()), tempfile::tempdir().unwrap());
    let path = folder.path().join("out");
    let result = ResultFolder::open(written.path()).unwrap();
    let filter = Filter::new(asked, &result).unwrap();
    let exported = export(&result, target, Some(&path), &filter, false).unwrap();
    Out { _result: written, _folder: folder, path, exported }
}

fn only(words: &str) -> Asked {
    Asked { only: vec![words.to_owned()], ..Asked::default() }
}

fn of(target: Target) -> Out {
    exported(target, &Asked::default())
}

fn count(out: &Out, what: &str) -> u64 {
    out.exported.counts.iter().find(|(name, _)| *name == what).unwrap().1
}

/// The cells of a sheet, by row and name of the column.
fn sheet(path: &Path, name: &str) -> Vec<BTreeMap<String, Data>> {
    let mut book: Xlsx<_> = open_workbook(path).unwrap();
    let range = book.worksheet_range(name).unwrap();
    let mut rows = range.rows();
    let header: Vec<String> = rows.next().unwrap().iter().map(ToString::to_string).collect();
    rows.map(|row| header.iter().cloned().zip(row.iter().cloned()).collect()).collect()
}

#[test]
fn a_workbook_has_a_sheet_for_each_table_with_typed_cells() {
    let out = of(Target::Xlsx);
    let book: Xlsx<_> = open_workbook(&out.path).unwrap();
    let names = [
        "Summary",
        "Triples",
        "Relations",
        "Relations 2",
        "Entities",
        "Articles",
        "Cooccurrences",
        "Duplicates",
    ];
    assert_eq!(book.sheet_names(), names);
    let triples = sheet(&out.path, "Triples");
    assert_eq!(triples.len(), sample::TRIPLES.len());
    let first = &triples[0];
    assert_eq!(first["score"], Data::Float(0.99));
    assert_eq!(first["evidence"], Data::Float(2.0));
    assert_eq!(first["negated"], Data::Bool(false));
    assert!(matches!(first["last_date"], Data::DateTime(_)), "{:?}", first["last_date"]);
    assert_eq!(first["subject"], Data::String("Ana Ruiz".into()));
    // A name that looks like a formula is text; a spreadsheet has no dates before 1900.
    assert_eq!(triples[2]["object"], Data::String("=Cmd Corp".into()));
    assert_eq!(triples[3]["object"], Data::String("1885-02".into()));
    assert!(matches!(triples[6]["event_date"], Data::DateTime(_)));
}

#[test]
fn what_a_sheet_does_not_hold_goes_on_in_the_next_and_is_said() {
    let out = of(Target::Xlsx);
    let (first, second) = (sheet(&out.path, "Relations"), sheet(&out.path, "Relations 2"));
    assert_eq!((first.len(), second.len()), (9, 1));
    assert!(out.exported.notes.iter().any(|note| note.contains("Relations 2")), "{:?}", out.exported.notes);
    // The evidence of a triple stands together.
    let predicates: Vec<String> = first.iter().map(|row| row["predicate"].to_string()).collect();
    assert_eq!(predicates[..4], ["leads", "leads", "spouse_of", "spouse_of"]);
}

#[test]
fn no_cell_of_a_workbook_is_a_formula() {
    let out = of(Target::Xlsx);
    let mut book: Xlsx<_> = open_workbook(&out.path).unwrap();
    for name in book.sheet_names() {
        let formulas = book.worksheet_formula(&name).unwrap();
        assert!(formulas.used_cells().all(|(.., formula)| formula.is_empty()), "{name}");
    }
}

#[test]
fn a_database_has_typed_tables_that_fit_together() {
    let out = of(Target::Sqlite);
    let db = Connection::open(&out.path).unwrap();
    let one = |query: &str| -> i64 { db.query_row(query, [], |row| row.get(0)).unwrap() };
    assert_eq!(one("SELECT count(*) FROM pragma_foreign_key_check"), 0);
    assert_eq!(one("SELECT count(*) FROM triples"), 8);
    assert_eq!(one("SELECT count(*) FROM relations WHERE triple_id = 2"), 2);
    assert_eq!(one("SELECT count(*) FROM relations WHERE triple_id IS NULL"), 0);
    assert_eq!(one("SELECT negated FROM triples WHERE predicate = 'linked_to'"), 1);
    assert_eq!(one("SELECT count(*) FROM triples WHERE event_date IS NULL"), 7);
    // A sentence that a relation and a mention rest on stands once.
    assert_eq!(one("SELECT count(*) FROM sentences"), 10);
    assert_eq!(one("SELECT count(*) FROM mentions"), 7);
    assert_eq!(one("SELECT count(*) FROM names WHERE name = 'RUIZ'"), 1);
    let found = "SELECT count(*) FROM sentences_search WHERE sentences_search MATCH 'sohne'";
    assert_eq!(one(found), 4);
}

#[test]
fn views_of_a_database_tell_of_an_entity_and_of_two() {
    let out = of(Target::Sqlite);
    let db = Connection::open(&out.path).unwrap();
    let all = |query: &str| -> Vec<(String, String)> {
        let mut query = db.prepare(query).unwrap();
        let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        rows.map(std::result::Result::unwrap).collect()
    };
    let told = all("SELECT predicate, day FROM timeline WHERE entity = 'Bo Berg' ORDER BY day");
    assert_eq!(told[0], ("works_for".to_owned(), "2014".to_owned()));
    assert_eq!(told.len(), 4);
    let near = all("SELECT predicate, other FROM neighbours WHERE entity = 'Bo Berg' ORDER BY predicate");
    // What is denied is no connection.
    assert_eq!(
        near,
        [("spouse_of", "Ana Ruiz"), ("works_for", "=Cmd Corp")].map(|(a, b)| (a.into(), b.into()))
    );
    let shared =
        all("SELECT shared, b_predicate FROM shared_neighbours WHERE a = 'Acme & Söhne' AND b = 'Bo Berg'");
    assert_eq!(shared.len(), 2);
    assert!(shared.contains(&("=Cmd Corp".to_owned(), "works_for".to_owned())), "{shared:?}");
}

#[test]
fn parquet_tables_are_typed() {
    let out = of(Target::Parquet);
    let open = |name: &str| {
        let file = std::fs::File::open(out.path.join(format!("{name}.parquet"))).unwrap();
        SerializedFileReader::new(file).unwrap()
    };
    let triples = open("triples");
    let rows: Vec<parquet::record::Row> = triples.get_row_iter(None).unwrap().map(|it| it.unwrap()).collect();
    assert_eq!(rows.len(), 8);
    let names: Vec<String> = rows[0].get_column_iter().map(|(name, _)| name.clone()).collect();
    let at = |name: &str| names.iter().position(|it| it == name).unwrap();
    assert_eq!(rows[0].get_double(at("score")).unwrap(), 0.99);
    assert_eq!(rows[0].get_long(at("articles")).unwrap(), 2);
    assert!(rows[7].get_bool(at("negated")).unwrap());
    let field =
        |row: usize, name: &str| rows[row].get_column_iter().find(|(it, _)| *it == name).unwrap().1.clone();
    assert_eq!(field(0, "event_date"), Field::Null);
    assert_eq!(field(6, "event_date"), Field::Str("2014".into()));
    assert_eq!(field(6, "event_day"), Field::Date(16_071));
    assert_eq!(rows[0].get_list(at("sources")).unwrap().len(), 2);
    assert_eq!(rows[1].get_list(at("sources")).unwrap().len(), 0);
    // A table without rows has its columns.
    assert_eq!(open("duplicates").metadata().file_metadata().schema().get_fields().len(), 3);
}

/// The attributes of the elements of that name.
fn elements(path: &Path, wanted: &str) -> Vec<BTreeMap<String, String>> {
    let text = std::fs::read_to_string(path).unwrap();
    let mut reader = quick_xml::Reader::from_str(&text);
    let mut found = Vec::new();
    loop {
        match reader.read_event().unwrap() {
            Event::Eof => return found,
            Event::Start(element) | Event::Empty(element) if element.name().as_ref() == wanted => {
                let attributes = element.attributes().map(|attribute| {
                    let attribute = attribute.unwrap();
                    let value = quick_xml::escape::unescape(&attribute.value);
                    let key = attribute.key.as_ref().to_owned();
                    (key, value.unwrap().into_owned())
                });
                found.push(attributes.collect());
            }
            _ => {}
        }
    }
}

#[test]
fn gexf_has_kinds_weights_and_times() {
    let out = of(Target::Gexf);
    let edges = elements(&out.path, "edge");
    let kinds: Vec<&str> = edges.iter().map(|edge| edge["kind"].as_str()).collect();
    assert_eq!(kinds, ["leads", "spouse_of", "owns", "based_in", "works_for"]);
    assert_eq!((edges[0]["weight"].as_str(), edges[0]["start"].as_str()), ("2", "2020-05-01"));
    assert_eq!((edges[0]["end"].as_str(), edges[1]["end"].as_str()), ("2020-06-07", "2020-05-31"));
    assert_eq!(elements(&out.path, "graph")[0]["mode"], "dynamic");
    let nodes = elements(&out.path, "node");
    assert_eq!(nodes.len(), 5);
    assert!(nodes.iter().any(|node| node["label"] == "Acme & Söhne"));
    let values = elements(&out.path, "attvalue");
    assert!(values.iter().any(|value| value["for"] == "born_on" && value["value"] == "1885-02"));
    let text = std::fs::read_to_string(&out.path).unwrap();
    assert!(!text.contains('\u{0b}') && text.contains("&lt;leads&gt;"));
    assert!(out.exported.notes[0].starts_with("1 triple that is denied is left out"));
}

#[test]
fn graphml_has_typed_keys_and_an_id_for_each_edge() {
    let out = of(Target::Graphml);
    let keys = elements(&out.path, "key");
    let kind = |id: &str| keys.iter().find(|key| key["id"] == id).unwrap()["attr.type"].clone();
    assert_eq!((kind("edge_score").as_str(), kind("edge_negated").as_str()), ("double", "boolean"));
    let used = elements(&out.path, "data");
    assert!(used.iter().all(|data| keys.iter().any(|key| key["id"] == data["key"])));
    let edges = elements(&out.path, "edge");
    assert_eq!(edges.len(), 5);
    let nodes = elements(&out.path, "node");
    for edge in edges {
        assert!(nodes.iter().any(|node| node["id"] == edge["source"]));
        assert!(nodes.iter().any(|node| node["id"] == edge["target"]));
    }
}

#[test]
fn denied_triples_are_in_a_graph_if_asked_for() {
    let out = exported(Target::Graphml, &only("denied"));
    assert_eq!(count(&out, "edges"), 1);
    assert_eq!(elements(&out.path, "edge").len(), 1);
}

fn csv(path: &Path) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    reader.deserialize().map(std::result::Result::unwrap).collect()
}

#[test]
fn neo4j_gets_headers_arrays_and_a_command() {
    let out = of(Target::Neo4j);
    let entities = csv(&out.path.join("entities.csv"));
    let ana = entities.iter().find(|it| it["name:string"] == "Ana Ruiz").unwrap();
    assert_eq!((ana[":LABEL"].as_str(), ana["aliases:string[]"].as_str()), ("Entity|Person", "Ruiz|A. Ruiz"));
    assert_eq!((ana["born_on:string"].as_str(), ana["first_day:date"].as_str()), ("1885-02", "2020-05-01"));
    let relations = csv(&out.path.join("relations.csv"));
    assert_eq!(relations[0][":TYPE"], "LEADS");
    assert!(relations.iter().all(|it| !it["example:string"].contains('\n')));
    assert_eq!(csv(&out.path.join("named_in.csv")).len(), 5);
    let what_to_do = std::fs::read_to_string(out.path.join("IMPORT.txt")).unwrap();
    assert!(what_to_do.contains("--array-delimiter=\"|\""));
}

fn lines(path: &Path) -> Vec<serde_json::Value> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn followthemoney_gets_links_with_proof() {
    let out = of(Target::Ftm);
    let entities = lines(&out.path);
    let schema = |name: &str| {
        let has = |it: &&serde_json::Value| it["properties"]["name"][0] == name;
        entities.iter().find(has).map(|it| it["schema"].as_str().unwrap().to_owned()).unwrap_or_default()
    };
    assert_eq!((schema("Ana Ruiz").as_str(), schema("=Cmd Corp").as_str()), ("Person", "Company"));
    assert_eq!((schema("Acme & Söhne").as_str(), schema("مصر").as_str()), ("Organization", "Address"));
    let person = entities.iter().find(|it| it["properties"]["name"][0] == "Ana Ruiz").unwrap();
    assert_eq!(person["properties"]["birthDate"][0], "1885-02");
    let link = |schema: &str| entities.iter().find(|it| it["schema"] == schema).unwrap();
    assert_eq!(link("Family")["properties"]["relationship"][0], "spouse");
    assert_eq!(link("Employment")["properties"]["date"][0], "2014");
    let leads = &link("Directorship")["properties"];
    assert_eq!(leads["proof"].as_array().unwrap().len(), 2);
    assert!(leads["proof"].as_array().unwrap().iter().all(|id| entities.iter().any(|it| it["id"] == *id)));
    assert!(entities.iter().all(|it| it["schema"] != "Associate"), "what is denied is no link");
    assert_eq!((count(&out, "links"), count(&out, "articles")), (5, 2));
    assert_eq!(out.exported.notes, ["1 triple that is denied is left out."]);
}

#[test]
fn what_followthemoney_has_no_kind_for_is_counted() {
    let (written, folder) = (sample::written(Style::default()), tempfile::tempdir().unwrap());
    let path = written.path().join("triples.csv");
    let triples = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, triples.replace("مصر,LOC", "مصر,MISC")).unwrap();
    let result = ResultFolder::open(written.path()).unwrap();
    let out = folder.path().join("out.ftm.json");
    let exported = export(&result, Target::Ftm, Some(&out), &Filter::default(), false).unwrap();
    assert!(exported.counts.contains(&("links", 4)), "{:?}", exported.counts);
    assert!(
        exported.notes.iter().any(|note| note.starts_with("1 triple is left out")),
        "{:?}",
        exported.notes
    );
}

#[test]
fn filters_leave_out_triples_and_what_only_they_need() {
    let asked = Asked { min_score: 0.7, predicates: vec!["leads".into(), "owns".into()], ..Asked::default() };
    let out = exported(Target::Sqlite, &asked);
    assert_eq!((count(&out, "triples"), count(&out, "relations"), count(&out, "entities")), (2, 3, 3));
    let out = exported(Target::Sqlite, &Asked { min_articles: 2, ..Asked::default() });
    assert_eq!((count(&out, "triples"), count(&out, "cooccurrences")), (1, 0));
    assert!(out.exported.notes[0].contains("at least 2 articles"));
    for (words, triples) in [
        ("PER", 2),
        ("per, org", 6),
        ("former", 1),
        ("alleged,current", 0),
        ("A. RUIZ", 4),
        ("PER,Bo Berg", 2),
    ] {
        assert_eq!(count(&exported(Target::Sqlite, &only(words)), "triples"), triples, "{words}");
    }
}

#[test]
fn what_is_asked_for_and_unknown_is_named() {
    let written = sample::written(Style::default());
    let result = ResultFolder::open(written.path()).unwrap();
    let refused = |asked: &Asked| Filter::new(asked, &result).unwrap_err().to_string();
    let name = refused(&only("PER,Nobody At All"));
    assert!(name.contains("Nobody At All") && name.contains("PER, ORG"), "{name}");
    let predicate = refused(&Asked { predicates: vec!["leeds".into()], ..Asked::default() });
    assert!(predicate.contains("leeds") && predicate.contains("leads"), "{predicate}");
}

#[test]
fn an_earlier_export_stays_unless_it_is_to_be_replaced() {
    let (written, folder) = (sample::written(Style::default()), tempfile::tempdir().unwrap());
    let result = ResultFolder::open(written.path()).unwrap();
    let again = |target, name: &str, overwrite| -> Result<Exported> {
        export(&result, target, Some(&folder.path().join(name)), &Filter::default(), overwrite)
    };
    for (target, name) in [(Target::Gexf, "a.gexf"), (Target::Parquet, "tables")] {
        again(target, name, false).unwrap();
        let refused = again(target, name, false).unwrap_err().to_string();
        assert!(refused.contains("--overwrite"), "{refused}");
        again(target, name, true).unwrap();
    }
}

#[test]
fn a_result_is_not_exported_over_itself() {
    let written = sample::written(Style::default());
    let result = ResultFolder::open(written.path()).unwrap();
    let over = export(&result, Target::Neo4j, Some(written.path()), &Filter::default(), true);
    let refused = over.unwrap_err().to_string();
    assert!(refused.contains("another folder"), "{refused}");
    assert!(ResultFolder::open(written.path()).unwrap().articles().unwrap().all(|article| article.is_ok()));
}

#[test]
fn an_export_goes_to_a_name_in_the_result_folder_by_itself() {
    let written = sample::written(Style::default());
    let result = ResultFolder::open(written.path()).unwrap();
    let exported = export(&result, Target::Graphml, None, &Filter::default(), false).unwrap();
    assert_eq!(exported.files, [written.path().join("result.graphml")]);
}
