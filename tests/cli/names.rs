//! Names across articles, and what an analyst decides about them.

use std::fs;
use std::path::Path;

use crate::command::{Row, extract, rows, stderr, triplewire};

const ARTICLES: [(&str, &str); 6] = [
    (
        "a",
        "Pedro Castellanos, the mayor of Quito, met Maria Lopez in Lima on Friday. Castellanos spoke for an hour.",
    ),
    ("b", "Pedro Castellanos opened a hospital in Quito on Monday, and Maria Lopez praised it."),
    ("c", "Castellanos said in Quito on Tuesday that the hospital was too small."),
    ("d", "Pedro Castellanos and his son Luis Castellanos flew to Lima. Castellanos was tired."),
    ("e", "Pedro Castellanos visited a school in Lima with Maria Lopez."),
    ("f", "Pedro Castellanos returned to Quito, where Maria Lopez was waiting."),
];

fn write(file: &Path, order: [usize; 6]) {
    let line = |i: usize| {
        let (id, text) = ARTICLES[i];
        format!("{}\n", serde_json::json!({ "id": id, "text": text }))
    };
    fs::write(file, order.map(line).concat()).unwrap();
}

fn read(out: &Path, file: &str) -> String {
    fs::read_to_string(out.join(file)).unwrap()
}

/// The entity of the mention of that text in an article.
fn entity(out: &Path, article: &str, text: &str) -> Row {
    let of = |row: &Row| row["article"] == article && row["text"] == text;
    rows(&out.join("mentions.csv")).into_iter().find(of).unwrap()
}

#[test]
fn a_surname_is_its_only_bearers_in_every_article_whatever_the_order() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    write(&path("in.jsonl"), [0, 1, 2, 3, 4, 5]);
    extract(&path("in.jsonl"), &path("one"), &["--quiet"]).assert().success();
    let joined = entity(&path("one"), "c", "Castellanos");
    let full = entity(&path("one"), "b", "Pedro Castellanos");
    assert_eq!((&joined["entity"], &joined["entity_id"]), (&full["entity"], &full["entity_id"]));
    // Of two that an article names the surname alone is neither's.
    assert_eq!(entity(&path("one"), "d", "Castellanos")["entity"], "Castellanos");
    // Every table has the same names.
    for table in ["relations", "triples"] {
        for row in rows(&path("one").join(format!("{table}.csv"))) {
            for side in ["subject", "object"] {
                let id = &row[&format!("{side}_id")];
                let of = |entity: &Row| entity["entity_id"] == *id;
                let known = rows(&path("one").join("entities.csv")).into_iter().find(of).unwrap();
                assert_eq!(known["entity"], row[side], "{table}");
            }
        }
    }

    write(&path("turned.jsonl"), [2, 5, 3, 1, 0, 4]);
    extract(&path("turned.jsonl"), &path("turned"), &["--quiet"]).assert().success();
    assert_eq!(read(&path("turned"), "entities.csv"), read(&path("one"), "entities.csv"));
    for shard in ["1/2", "2/2"] {
        extract(&path("in.jsonl"), &path(&shard[..1]), &["--quiet", "--shard", shard]).assert().success();
    }
    let merge = |out: &str, args: &[&str]| {
        let mut command = triplewire();
        command.args(["merge", "--quiet", "--out"]).arg(path(out)).args(args).args([path("1"), path("2")]);
        command.assert().success();
    };
    merge("merged", &[]);
    for file in ["entities.csv", "mentions.csv", "relations.csv", "triples.csv"] {
        assert_eq!(read(&path("merged"), file), read(&path("one"), file), "{file}");
    }

    extract(&path("in.jsonl"), &path("apart"), &["--quiet", "--no-merge"]).assert().success();
    assert_eq!(entity(&path("apart"), "c", "Castellanos")["entity"], "Castellanos");
    merge("merged apart", &["--no-merge"]);
    assert_eq!(read(&path("merged apart"), "entities.csv"), read(&path("apart"), "entities.csv"));
}

#[test]
fn decisions_go_from_names_to_aliases_as_a_spreadsheet_saves_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    write(&path("in.jsonl"), [0, 1, 2, 3, 4, 5]);
    extract(&path("in.jsonl"), &path("one"), &["--quiet"]).assert().success();
    triplewire().arg("names").arg(path("one")).arg("--out").arg(path("names.csv")).assert().success();
    let line = rows(&path("names.csv")).into_iter().find(|row| row["alias"] == "Castellanos").unwrap();
    assert_eq!((line["decision"].as_str(), line["now"].as_str()), ("", "apart"));
    assert!(line["alias_example"].contains("Castellanos was tired"), "{line:?}");

    // With a byte-order mark, semicolons and Windows line ends.
    let mut reader = csv::Reader::from_path(path("names.csv")).unwrap();
    let header = reader.headers().unwrap().clone();
    let mut saved = csv::WriterBuilder::new()
        .delimiter(b';')
        .terminator(csv::Terminator::CRLF)
        .from_writer("\u{feff}".as_bytes().to_vec());
    saved.write_record(&header).unwrap();
    for record in reader.records() {
        let record = record.unwrap();
        let decision = if &record[2] == "Castellanos" { "same" } else { "" };
        saved.write_record([decision].into_iter().chain(record.iter().skip(1))).unwrap();
    }
    for [decision, entity, new_name] in [["drop", "Maria Lopez", ""], ["rename", "Quito", "City of Quito"]] {
        let cells = header.iter().map(|column| match column {
            "decision" => decision,
            "entity" => entity,
            "new_name" => new_name,
            _ => "",
        });
        saved.write_record(cells).unwrap();
    }
    fs::write(path("decisions.csv"), saved.into_inner().unwrap()).unwrap();
    let decisions = path("decisions.csv");
    let args = ["--quiet", "--aliases", decisions.to_str().unwrap()];
    let run = extract(&path("in.jsonl"), &path("two"), &args).assert().success();
    assert_eq!(stderr(&run), "");
    assert_eq!(entity(&path("two"), "d", "Castellanos")["entity"], "Pedro Castellanos");
    assert_eq!(entity(&path("two"), "c", "Quito")["entity"], "City of Quito");
    assert!(!read(&path("two"), "mentions.csv").contains(",Maria Lopez,"));
}

const MORE: [(&str, &str); 8] = [
    (
        "g",
        "Helena Vasquim works for the Harbour Bank of Porto. The bank paid Helena Vasquim and Ingrid Solheim in Porto.",
    ),
    ("h", "Elena Vasquim left the Harbour Bank of Porto on Monday, said Ingrid Solheim."),
    ("i", "The Zorin Group sold a ship to Ingrid Solheim of Bergen. The Zorin Group is large."),
    ("j", "The Zorin Groep bought a port in Bergen from Ingrid Solheim."),
    ("k", "Ingrid Solheim sued the North Sea Fishing Council (NSFC) in Bergen. The NSFC lost."),
    ("l", "The North Sea Fishing Board met Ingrid Solheim and Tomas Lindqvist in Bergen. Lindqvist left."),
    ("m", "Tomas Lindquist praised Ingrid Solheim in Bergen. Lindquist sang."),
    ("n", "Carla Brandao praised Porto on Monday. Brandao left Porto."),
];

/// What an analyst writes into the table: decision, entity, alias, new name.
const TEN: [[&str; 4]; 10] = [
    ["same", "Tomas Lindquist", "Tomas Lindqvist", ""],
    ["same", "Helena Vasquim", "Elena Vasquim", ""],
    ["same", "Zorin Groep", "Zorin Group", ""],
    ["same", "Pedro Castellanos", "Castellanos", ""],
    ["never", "North Sea Fishing Council", "NSFC", ""],
    ["never", "Carla Brandao", "Brandao", ""],
    ["drop", "Maria Lopez", "", ""],
    ["drop", "Ingrid Solheim", "Bergen", ""],
    ["rename", "Quito", "", "City of Quito"],
    ["rename", "Ingrid Solheim", "", "Ingrid M. Solheim"],
];

#[test]
fn ten_decisions_hold_in_the_next_run() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let lines = ARTICLES.iter().chain(&MORE);
    let lines: Vec<String> =
        lines.map(|(id, text)| format!("{}\n", serde_json::json!({ "id": id, "text": text }))).collect();
    fs::write(path("in.jsonl"), lines.concat()).unwrap();
    extract(&path("in.jsonl"), &path("one"), &["--quiet"]).assert().success();
    triplewire()
        .arg("names")
        .arg(path("one"))
        .arg("--excel")
        .arg("--out")
        .arg(path("names.csv"))
        .assert()
        .success();

    // Where the table has the line the cell is filled in, else a line is added; as a spreadsheet saves it.
    let content = fs::read(path("names.csv")).unwrap();
    let mut reader = csv::Reader::from_reader(content.strip_prefix("\u{feff}".as_bytes()).unwrap());
    let header = reader.headers().unwrap().clone();
    let mut lines: Vec<Row> = reader.deserialize().map(Result::unwrap).collect();
    let listed = lines.len();
    for [decision, entity, alias, new_name] in TEN {
        let line = lines.iter_mut().find(|line| line["entity"] == entity && line["alias"] == alias);
        match line {
            Some(line) => drop(line.insert("decision".to_owned(), decision.to_owned())),
            None => lines.push(
                [("decision", decision), ("entity", entity), ("alias", alias), ("new_name", new_name)]
                    .map(|(column, cell)| (column.to_owned(), cell.to_owned()))
                    .into(),
            ),
        }
    }
    assert!(listed > 3 && lines.len() < listed + 7, "{listed} lines are not what may be the same");
    let mut saved = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer("\u{feff}".as_bytes().to_vec());
    saved.write_record(&header).unwrap();
    for line in lines {
        let cell = |column: &str| line.get(column).cloned().unwrap_or_default();
        saved.write_record(header.iter().map(cell)).unwrap();
    }
    fs::write(path("decisions.csv"), saved.into_inner().unwrap()).unwrap();

    let decisions = path("decisions.csv");
    let args = ["--quiet", "--aliases", decisions.to_str().unwrap()];
    let run = extract(&path("in.jsonl"), &path("two"), &args).assert().success();
    assert_eq!(stderr(&run), "");
    for (article, text, expected) in [
        ("l", "Tomas Lindqvist", "Tomas Lindquist"),
        ("l", "Lindqvist", "Tomas Lindquist"),
        ("m", "Lindquist", "Tomas Lindquist"),
        ("h", "Elena Vasquim", "Helena Vasquim"),
        ("i", "Zorin Group", "Zorin Groep"),
        ("d", "Castellanos", "Pedro Castellanos"),
        ("k", "North Sea Fishing Council", "North Sea Fishing Council"),
        ("k", "NSFC", "NSFC"),
        ("n", "Brandao", "Brandao"),
        ("c", "Quito", "City of Quito"),
        ("j", "Ingrid Solheim", "Ingrid M. Solheim"),
    ] {
        assert_eq!(entity(&path("two"), article, text)["entity"], expected, "{article}: {text}");
    }
    let mentions = read(&path("two"), "mentions.csv");
    assert!(!mentions.contains(",Maria Lopez,") && !mentions.contains(",Bergen,"));
}

#[test]
fn a_line_that_changes_nothing_is_named_once_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    write(&path("in.jsonl"), [0, 1, 2, 3, 4, 5]);
    let table = "entity,alias,type,rule\nPedro Castellanos,Castellanos,PER,same\nZorblatt,Zorb,ORG,same\n\
                 Zorblatt,Lopez,,same\nZorblatt,Quito,,never\n";
    fs::write(path("names.csv"), table).unwrap();
    let args = ["--quiet", "--aliases", path("names.csv").to_str().unwrap()].map(str::to_owned);
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let errors = stderr(&extract(&path("in.jsonl"), &path("out"), &args).assert().success());
    let lines: Vec<&str> = errors.lines().collect();
    assert_eq!(lines.len(), 3, "{errors}");
    assert!(lines[0].contains("line 3") && lines[0].contains("no article has the name \"Zorb\""), "{errors}");
    assert!(lines[1].contains("line 4") && lines[1].contains("longer names only"), "{errors}");
    assert!(
        lines[2].contains("line 5") && lines[2].contains("no article has the name \"Zorblatt\""),
        "{errors}"
    );
    assert!(read(&path("out"), "run.json").contains("\"unused_aliases\""));
}

#[test]
fn a_watch_list_keeps_what_touches_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    write(&path("in.jsonl"), [0, 1, 2, 3, 4, 5]);
    fs::write(path("watch.txt"), "Luis Castellanos\nZorblatt\n").unwrap();
    let args = ["--quiet", "--only", path("watch.txt").to_str().unwrap()].map(str::to_owned);
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let run = extract(&path("in.jsonl"), &path("out"), &args).assert().success();
    assert!(stderr(&run).contains("line 2: no article has the name \"Zorblatt\""), "{}", stderr(&run));
    let triples = rows(&path("out").join("triples.csv"));
    assert!(!triples.is_empty());
    for table in [triples, rows(&path("out").join("relations.csv"))] {
        for row in table {
            assert!(["subject", "object"].iter().any(|side| row[*side] == "Luis Castellanos"), "{row:?}");
        }
    }
    assert!(read(&path("out"), "mentions.csv").contains("Quito"));
}

#[test]
fn decisions_are_not_overwritten_unasked() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("in.jsonl"), "{\"id\": \"a\", \"text\": \"Ana Ruiz left Lima.\"}\n").unwrap();
    extract(&path("in.jsonl"), &path("one"), &["--quiet"]).assert().success();
    let names = |args: &[&str]| {
        let mut command = triplewire();
        command.arg("names").arg(path("one")).arg("--out").arg(path("decisions.csv")).args(args);
        command.assert()
    };
    names(&[]).success();
    // Without a question there is the header.
    let empty = read(folder.path(), "decisions.csv");
    assert!(empty.starts_with("decision,entity,alias,") && empty.lines().count() == 1, "{empty}");
    fs::write(path("decisions.csv"), "decision,entity,alias\n").unwrap();
    let refused = stderr(&names(&[]).code(1));
    assert!(refused.contains("--overwrite"), "{refused}");
    names(&["--overwrite"]).success();
    assert_eq!(read(folder.path(), "decisions.csv"), empty);
}
