//! `extract`: files, columns, offsets, formats, determinism, interruption.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::command::{Row, extract, has_triple, header, repository, rows, stderr, triplewire};

/// The contract: `docs/output.md` and users' spreadsheets rely on these, in this order.
const COLUMNS: [(&str, &str); 7] = [
    ("articles", "article,date,title,source,url,words,mentions,relations,duplicate_of"),
    ("mentions", "article,start,end,text,type,score,entity_id,entity,sentence"),
    ("entities", "entity_id,entity,type,mentions,articles,aliases,external_id,first_date,last_date"),
    (
        "relations",
        "article,subject,subject_type,predicate,object,object_type,score,negated,certainty,attributed_to,\
         sentence,rule,subject_start,subject_end,object_start,object_end,status,event_date,date,subject_id,\
         object_id",
    ),
    (
        "triples",
        "subject,subject_type,predicate,object,object_type,articles,evidence,score,negated,first_article,example,\
         certainty,sources,status,first_date,last_date,event_date,subject_id,object_id",
    ),
    ("cooccurrences", "subject,subject_type,object,object_type,articles,sentences,pmi"),
    ("duplicates", "article,duplicate_of,similarity"),
];

const TEXT: &str = "Turkish President Recep Tayyip Erdoğan met NATO chief Jens Stoltenberg in Brussels on Monday.\n\n\
                    Erdoğan said Turkey, a member of NATO, would fight the Kurdistan Workers' Party (PKK).\n";

fn one_article(folder: &Path) {
    fs::write(folder.join("one.txt"), TEXT).unwrap();
}

fn code_points(text: &str, start: &str, end: &str) -> String {
    let (start, end): (usize, usize) = (start.parse().unwrap(), end.parse().unwrap());
    text.chars().skip(start).take(end - start).collect()
}

#[test]
fn every_file_has_its_columns_and_every_row_its_text() {
    let (input, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    one_article(input.path());
    extract(input.path(), out.path(), &[]).assert().code(0);
    for (name, columns) in COLUMNS {
        assert_eq!(header(&out.path().join(format!("{name}.csv"))), columns, "{name}");
    }
    let mentions = rows(&out.path().join("mentions.csv"));
    let of = |text: &str| mentions.iter().filter(|m| m["text"] == text).collect::<Vec<&Row>>();
    assert_eq!(of("Recep Tayyip Erdoğan")[0]["entity_id"], of("Erdoğan")[0]["entity_id"]);
    for mention in &mentions {
        assert_eq!(mention["article"], "one");
        assert_eq!(code_points(TEXT, &mention["start"], &mention["end"]), mention["text"]);
        assert!(mention["sentence"].contains(&mention["text"]), "{mention:?}");
    }
    for relation in rows(&out.path().join("relations.csv")) {
        for argument in ["subject", "object"] {
            let (start, end) =
                (&relation[&format!("{argument}_start")], &relation[&format!("{argument}_end")]);
            let has = |m: &Row| &m["start"] == start && &m["end"] == end;
            assert!(mentions.iter().any(has), "no mention at {start}..{end} for {relation:?}");
        }
    }
    assert!(has_triple(out.path(), "Recep Tayyip Erdogan", "leads", "Turkey"));
    assert!(has_triple(out.path(), "Turkey", "member_of", "NATO"));
    assert!(has_triple(out.path(), "Kurdistan Workers' Party", "alias_of", "PKK"));
}

#[test]
fn ids_join_the_tables_and_no_spreadsheet_takes_them_for_numbers() {
    let out = tempfile::tempdir().unwrap();
    extract(&repository("seeds"), out.path(), &["--quiet"]).assert().code(0);
    let table = |name: &str| rows(&out.path().join(format!("{name}.csv")));
    let mut names = BTreeMap::new();
    for mut entity in table("entities") {
        let id = entity.remove("entity_id").unwrap();
        assert!(id.starts_with(|c: char| c.is_ascii_alphabetic()) && id.parse::<f64>().is_err(), "{id}");
        assert!(names.insert(id, entity.remove("entity").unwrap()).is_none());
    }
    for mention in table("mentions") {
        assert_eq!(names[&mention["entity_id"]], mention["entity"], "{mention:?}");
    }
    for row in [table("relations"), table("triples")].concat() {
        assert_eq!(names[&row["subject_id"]], row["subject"], "{row:?}");
        // "Kurdistan Workers' Party (PKK)": two names, one entity.
        let is_other_name = row["subject_id"] == row["object_id"];
        assert!(is_other_name || names[&row["object_id"]] == row["object"], "{row:?}");
    }
    let triples = table("triples");
    let two_names = |row: &&Row| row["predicate"] == "alias_of" && row["object"] == "PKK";
    let pkk = triples.iter().find(two_names).expect("the party and its other name");
    assert_eq!(pkk["subject_id"], pkk["object_id"]);
}

#[test]
fn tables_without_rows_have_their_header() {
    let (input, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    fs::write(input.path().join("one.txt"), "it rained, and nobody came.\n").unwrap();
    extract(input.path(), out.path(), &["--quiet"]).assert().code(0);
    for (name, columns) in COLUMNS {
        let table = fs::read_to_string(out.path().join(format!("{name}.csv"))).unwrap();
        let rows = if name == "articles" { "one,,,,,5,0,0,\n" } else { "" };
        assert_eq!(table, format!("{columns}\n{rows}"), "{name}");
    }
}

#[test]
fn threads_do_not_change_a_byte() {
    let (one, many) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let seeds = repository("seeds");
    extract(&seeds, one.path(), &["--threads", "1", "--quiet"]).assert().code(0);
    extract(&seeds, many.path(), &["--threads", "3", "--quiet"]).assert().code(0);
    for (name, _) in COLUMNS {
        let read = |folder: &Path| fs::read(folder.join(format!("{name}.csv"))).unwrap();
        assert!(read(one.path()) == read(many.path()), "{name}.csv depends on the number of threads");
    }
}

#[test]
fn json_lines_hold_the_same_values() {
    let (input, csv, jsonl) =
        (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    one_article(input.path());
    extract(input.path(), csv.path(), &[]).assert().code(0);
    extract(input.path(), jsonl.path(), &["--format", "jsonl"]).assert().code(0);
    for (name, columns) in COLUMNS {
        let lines = fs::read_to_string(jsonl.path().join(format!("{name}.jsonl"))).unwrap();
        let table = rows(&csv.path().join(format!("{name}.csv")));
        assert_eq!(lines.lines().count(), table.len(), "{name}");
        for (line, row) in lines.lines().zip(table) {
            let object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(line).unwrap();
            assert_eq!(object.keys().map(String::as_str).collect::<Vec<_>>().join(","), columns);
            for (key, value) in object {
                let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                assert_eq!(value, row[&key], "{name}.{key}");
            }
        }
    }
}

#[test]
fn excel_gets_a_byte_order_mark_and_windows_line_ends() {
    let (input, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    one_article(input.path());
    extract(input.path(), out.path(), &["--excel"]).assert().code(0);
    let text = fs::read_to_string(out.path().join("triples.csv")).unwrap();
    assert!(text.starts_with("\u{feff}subject,"));
    assert!(text.lines().count() > 1 && text.matches('\n').count() == text.matches("\r\n").count());
}

#[test]
fn a_story_told_again_counts_once() {
    let (input, once, kept) =
        (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    fs::write(input.path().join("a.txt"), TEXT).unwrap();
    fs::write(input.path().join("b.txt"), format!("BRUSSELS (Agency)\n\n{TEXT}")).unwrap();
    fs::write(input.path().join("c.txt"), "Turkey is a member of NATO, said Angela Merkel in Berlin.")
        .unwrap();
    extract(input.path(), once.path(), &["--quiet"]).assert().code(0);
    extract(input.path(), kept.path(), &["--quiet", "--keep-duplicates"]).assert().code(0);
    let duplicates = rows(&once.path().join("duplicates.csv"));
    assert_eq!(duplicates.len(), 1, "{duplicates:?}");
    assert_eq!((&*duplicates[0]["article"], &*duplicates[0]["duplicate_of"]), ("b", "a"));
    assert!(duplicates[0]["similarity"].parse::<f64>().unwrap() > 0.7);
    assert!(!kept.path().join("duplicates.csv").exists());
    for name in ["mentions", "relations"] {
        let read = |folder: &Path| fs::read(folder.join(format!("{name}.csv"))).unwrap();
        assert!(read(once.path()) == read(kept.path()), "{name} must list every article");
    }
    let member = |folder: &Path| {
        let triples = rows(&folder.join("triples.csv"));
        let found =
            triples.into_iter().find(|it| it["subject"] == "Turkey" && it["predicate"] == "member_of");
        found.expect("Turkey is a member of NATO")["articles"].clone()
    };
    assert_eq!((member(once.path()), member(kept.path())), ("2".into(), "3".into()));
    let turkey = |folder: &Path| {
        let entities = rows(&folder.join("entities.csv"));
        entities.into_iter().find(|it| it["entity"] == "Turkey").unwrap()["articles"].clone()
    };
    assert_eq!((turkey(once.path()), turkey(kept.path())), ("2".into(), "3".into()));
    // What an earlier run wrote does not pass for this one's.
    extract(input.path(), once.path(), &["--quiet", "--overwrite", "--keep-duplicates", "--format", "jsonl"])
        .assert()
        .code(0);
    let left = fs::read_dir(once.path()).unwrap().map(|it| it.unwrap().file_name().into_string().unwrap());
    let of_now = |name: &str| name.ends_with(".jsonl") || name.ends_with(".jsonl.zst");
    assert!(left.filter(|name| name != "run.json").all(|name| of_now(&name)));
    assert!(!once.path().join("duplicates.jsonl").exists());
}

#[test]
fn articles_have_a_row_each_and_their_dates_are_on_what_they_tell() {
    let (input, once, kept) =
        (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let file = input.path().join("wire.csv");
    let mut table = csv::Writer::from_path(&file).unwrap();
    let other = "Turkey is a member of NATO, said Angela Merkel in Berlin.";
    for row in [
        ["url", "date", "title", "source", "text"],
        ["https://www.a.example/1", "March 29, 2019", "A  trip\nto Brussels", "The Daily", TEXT],
        ["https://b.example/2", "2018", "", "", TEXT],
        ["https://c.example/3", "2020-01", "=1+1", "", other],
        ["https://c.example/4", "", "", "", "Ana Ruiz left."],
    ] {
        table.write_record(row).unwrap();
    }
    table.flush().unwrap();
    extract(&file, once.path(), &["--quiet"]).assert().code(0);
    extract(&file, kept.path(), &["--quiet", "--keep-duplicates"]).assert().code(0);
    let rows_of = |folder: &Path, name: &str| rows(&folder.join(format!("{name}.csv")));
    let articles = rows_of(once.path(), "articles");
    let column = |name: &str| articles.iter().map(|row| row[name].as_str()).collect::<Vec<_>>();
    assert_eq!(column("date"), ["2019-03-29", "2018", "2020-01", ""]);
    assert_eq!(column("title"), ["A trip to Brussels", "", "=1+1", ""]);
    assert_eq!(column("source"), ["The Daily", "b.example", "c.example", "c.example"]);
    assert_eq!(column("url"), column("article"));
    assert_eq!(column("words")[3], "3");
    assert_eq!(column("duplicate_of"), ["", "https://www.a.example/1", "", ""]);
    assert!(rows_of(kept.path(), "articles").iter().all(|row| row["duplicate_of"].is_empty()));
    let dates: BTreeMap<&str, &str> = articles.iter().map(|row| (&*row["article"], &*row["date"])).collect();
    for table in ["mentions", "relations"] {
        let told = rows_of(once.path(), table);
        for row in &articles {
            let count = told.iter().filter(|it| it["article"] == row["article"]).count();
            assert_eq!(row[table], count.to_string());
        }
        assert!(table != "relations" || told.iter().all(|row| dates[&*row["article"]] == row["date"]));
    }
    let turkey = |folder: &Path, table: &str| {
        let found = rows_of(folder, table).into_iter().find(|row| match table {
            "entities" => row["entity"] == "Turkey",
            _ => row["subject"] == "Turkey" && row["predicate"] == "member_of",
        });
        let row = found.expect("Turkey");
        (row["first_date"].clone(), row["last_date"].clone())
    };
    for table in ["entities", "triples"] {
        // A copy tells nothing new, and when it came does not matter.
        assert_eq!(turkey(once.path(), table), ("2019-03-29".into(), "2020-01".into()), "{table}");
        assert_eq!(turkey(kept.path(), table), ("2018".into(), "2020-01".into()), "{table}");
    }
    let ana = rows_of(once.path(), "entities").into_iter().find(|row| row["entity"] == "Ana Ruiz").unwrap();
    assert_eq!((&*ana["first_date"], &*ana["last_date"]), ("", ""));
    extract(&file, once.path(), &["--quiet", "--excel"]).assert().code(0);
    let text = fs::read_to_string(once.path().join("articles.csv")).unwrap();
    assert!(text.contains(",'=1+1,"), "{text}");
}

#[test]
fn triples_are_as_certain_as_their_evidence() {
    let out = tempfile::tempdir().unwrap();
    extract(&repository("seeds"), out.path(), &["--quiet"]).assert().code(0);
    let [relations, triples] = ["relations", "triples"].map(|it| rows(&out.path().join(format!("{it}.csv"))));
    let mut attributed = 0;
    for triple in triples {
        let same = |row: &&Row| {
            ["subject", "predicate", "object", "negated"].iter().all(|column| row[*column] == triple[*column])
        };
        let evidence: Vec<&Row> = relations.iter().filter(same).collect();
        let of_all = |column: &str, value: &str| evidence.iter().any(|row| row[column] == value);
        // Evidence of a symmetric predicate may stand the other way round, and denials do not count.
        if evidence.len().to_string() == triple["evidence"] {
            let strongest = ["stated", "reported", "alleged"].into_iter().find(|it| of_all("certainty", it));
            assert_eq!(Some(&*triple["certainty"]), strongest, "{triple:?}");
            let sources: Vec<&str> = triple["sources"].split(" | ").filter(|it| !it.is_empty()).collect();
            assert!(sources.iter().all(|source| of_all("attributed_to", source)), "{triple:?}");
            let named = evidence.iter().filter(|row| !row["attributed_to"].is_empty());
            let named: BTreeSet<_> = named.map(|row| &row["attributed_to"]).collect();
            assert_eq!(sources.len(), named.len(), "{triple:?}");
            attributed += sources.len();
        }
    }
    assert!(attributed > 5, "{attributed}");
}

#[test]
fn an_estimate_says_how_long_and_how_large_and_writes_nothing() {
    let out = tempfile::tempdir().unwrap();
    let estimate = extract(&repository("seeds"), &out.path().join("new"), &["--estimate"]).assert().code(0);
    let said = String::from_utf8(estimate.get_output().stdout.clone()).unwrap();
    for part in [
        "Input    10 articles",
        "Time ",
        "articles/s",
        "Output   about",
        "triples.csv",
        "Nothing was written",
    ] {
        assert!(said.contains(part), "{part:?} is not in\n{said}");
    }
    assert!(!out.path().join("new").exists());
    let mut shard = extract(&repository("seeds"), &out.path().join("new"), &["--estimate", "--shard", "2/3"]);
    shard.assert().code(0).stdout(predicates::str::starts_with("Input    3 articles"));
    let mut without = triplewire();
    without.args(["extract", "--engine", "rten"]).arg(repository("seeds"));
    assert!(stderr(&without.assert().code(1)).contains("--out"));
}

#[test]
fn standard_input_is_json_lines() {
    let out = tempfile::tempdir().unwrap();
    let line = serde_json::json!({"id": 7, "text": TEXT}).to_string();
    let mut command = triplewire();
    command.args(["extract", "-", "--engine", "rten", "--out"]).arg(out.path());
    command.write_stdin(line).assert().code(0);
    assert!(rows(&out.path().join("mentions.csv")).iter().all(|m| m["article"] == "7"));
}

#[test]
fn the_summary_tells_what_was_found_and_quiet_does_not() {
    let (input, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    one_article(input.path());
    let loud = extract(input.path(), out.path(), &[]).assert().code(0);
    let summary = String::from_utf8(loud.get_output().stdout.clone()).unwrap();
    for part in ["1 article ", "PER", "leads", "Most connected", "triples.csv"] {
        assert!(summary.contains(part), "{part} is not in\n{summary}");
    }
    let quiet = extract(input.path(), out.path(), &["--quiet"]).assert().code(0);
    assert!(quiet.get_output().stdout.is_empty() && stderr(&quiet).is_empty());
}

#[test]
fn the_engine_and_why_it_was_taken_are_told() {
    let (input, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    one_article(input.path());
    let told = |mut command: assert_cmd::Command| {
        let summary = String::from_utf8(command.assert().code(0).get_output().stdout.clone()).unwrap();
        let run: serde_json::Value =
            serde_json::from_slice(&fs::read(out.path().join("run.json")).unwrap()).unwrap();
        let [engine, precision, reason] =
            ["engine", "precision", "engine_reason"].map(|key| run[key].as_str().unwrap().to_owned());
        let line = format!("\nEngine {engine}, {precision}: {reason}\n");
        assert!(summary.contains(&line), "{line} is not in\n{summary}");
        (engine, precision, reason)
    };
    let (engine, precision, reason) = told(extract(input.path(), out.path(), &[]));
    assert_eq!((&*engine, &*reason), ("rten", "asked for with --engine"));
    let mut auto = triplewire();
    auto.arg("extract").arg(input.path()).arg("--out").arg(out.path());
    let (engine_of_auto, _, reason) = told(auto);
    if reason == "a GPU is there" {
        assert_eq!(engine_of_auto, "rust-bert");
    } else {
        assert!(reason.starts_with("our kernels for int8 run this model, here with "), "{reason}");
        assert_eq!((&*engine_of_auto, &*precision), ("rten", "int8 by token"));
    }
}

#[test]
fn the_record_counts_its_seconds_once() {
    let (input, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let file = input.path().join("articles.jsonl");
    // So many that a checkpoint is made on the way: its seconds are not those of an earlier run.
    let article = |i: usize| format!("{{\"id\": \"{i}\", \"text\": \"Ana Ruiz leads Acme in Lima.\"}}\n");
    fs::write(&file, (0..300).map(article).collect::<String>()).unwrap();
    let start = std::time::Instant::now();
    extract(&file, out.path(), &["--quiet"]).assert().code(0);
    let wall = start.elapsed().as_secs_f64();
    let record: serde_json::Value =
        serde_json::from_slice(&fs::read(out.path().join("run.json")).unwrap()).unwrap();
    let seconds = |part: &str| record["seconds"][part].as_f64().unwrap();
    assert!(seconds("start_up") + seconds("extraction") <= wall, "{wall}: {record}");
}

#[test]
fn timings_name_every_stage_and_are_noted_in_the_record() {
    const STAGES: [&str; 10] = [
        "reading",
        "sentences",
        "windows",
        "forward",
        "decoding",
        "syntax",
        "names",
        "rules",
        "writing",
        "other",
    ];
    let (input, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    one_article(input.path());
    let record = || -> serde_json::Value {
        serde_json::from_slice(&fs::read(out.path().join("run.json")).unwrap()).unwrap()
    };
    extract(input.path(), out.path(), &[]).assert().code(0);
    assert!(record().get("processor_seconds").is_none());

    let timed = extract(input.path(), out.path(), &["--timings", "--quiet"]).assert().code(0);
    let table = String::from_utf8(timed.get_output().stdout.clone()).unwrap();
    let record = record();
    let seconds = record["processor_seconds"].as_object().expect("seconds by stage");
    assert_eq!(seconds.keys().map(String::as_str).collect::<Vec<_>>(), STAGES);
    for stage in STAGES {
        assert!(table.contains(stage), "{stage} is not in\n{table}");
    }
    for stage in ["windows", "forward", "syntax", "names", "rules", "writing"] {
        assert!(seconds[stage].as_f64().unwrap() > 0.0, "{stage}: {record}");
    }
    // Measured in the thread that runs the model, and not in the one that waits for it.
    assert!(seconds["forward"].as_f64().unwrap() > 0.002, "{record}");
}

#[test]
fn user_aliases_join_names() {
    let (input, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    fs::write(
        input.path().join("a.txt"),
        "Zorblatt Industries opened a plant in Lyon.\n\nThe Blue Giant hired 40 people.\n",
    )
    .unwrap();
    let aliases = input.path().join("names.csv.aliases");
    fs::write(&aliases, "entity,alias,type,rule,id\nZorblatt Industries,The Blue Giant,ORG,same,Z-1\n")
        .unwrap();
    extract(&input.path().join("a.txt"), out.path(), &["--aliases", aliases.to_str().unwrap()])
        .assert()
        .code(0);
    let mentions = rows(&out.path().join("mentions.csv"));
    let giant = mentions.iter().find(|m| m["text"].contains("Blue Giant")).expect("the alias is found");
    assert_eq!(giant["entity"], "Zorblatt Industries");
    let entities = rows(&out.path().join("entities.csv"));
    let industries = entities.iter().find(|e| e["entity"] == "Zorblatt Industries").unwrap();
    assert_eq!(industries["external_id"], "Z-1");
}

#[cfg(unix)]
#[test]
fn ctrl_c_keeps_what_is_finished_though_more_input_may_come() {
    use std::io::Write;
    use std::process::{Command, Stdio};

    let out = tempfile::tempdir().unwrap();
    let mut child = Command::new(assert_cmd::cargo::cargo_bin!("triplewire"))
        .args(["extract", "-", "--engine", "rten", "--quiet", "--out"])
        .arg(out.path())
        .stdin(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    for i in 0..100 {
        writeln!(stdin, "{}", serde_json::json!({"id": i, "text": TEXT})).unwrap();
    }
    stdin.flush().unwrap();
    let checkpoint = out.path().join(".triplewire/checkpoint.json");
    while !checkpoint.exists() {
        assert!(child.try_wait().unwrap().is_none(), "the run ended by itself");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    drop(stdin);
    assert!(!rows(&out.path().join("mentions.csv")).is_empty());
    let run: serde_json::Value =
        serde_json::from_slice(&fs::read(out.path().join("run.json")).unwrap()).unwrap();
    assert_eq!(run["complete"], false);
}

#[test]
fn rules_and_rows_can_be_chosen() {
    let input = tempfile::tempdir().unwrap();
    one_article(input.path());
    let relations = |args: &[&str]| -> Vec<Row> {
        let out = tempfile::tempdir().unwrap();
        extract(input.path(), out.path(), args).assert().code(0);
        rows(&out.path().join("relations.csv"))
    };
    let all = relations(&[]);
    assert!(all.iter().any(|row| row["predicate"] == "member_of"), "{all:?}");
    let some = relations(&["--predicates", "leads,alias_of"]);
    assert!(!some.is_empty() && some.len() < all.len());
    assert!(some.iter().all(|row| ["leads", "alias_of"].contains(&row["predicate"].as_str())));

    let leaves_out = |rule: &str| relations(&["--without-rule", rule]);
    let rule = &all.iter().find(|row| row["predicate"] == "member_of").unwrap()["rule"];
    assert!(leaves_out(rule).iter().all(|row| row["rule"] != *rule));

    let score = |row: &Row| row["score"].parse::<f32>().unwrap();
    let best = all.iter().map(score).fold(0.0, f32::max);
    let sure = relations(&["--min-score", &best.to_string()]);
    assert!(!sure.is_empty() && sure.iter().all(|row| score(row) >= best));

    let refused = |args: &[&str], problem: &str| {
        let out = tempfile::tempdir().unwrap();
        let assert = extract(input.path(), out.path(), args).assert().code(1);
        assert!(stderr(&assert).contains(problem), "{}", stderr(&assert));
    };
    refused(&["--without-rule", "leads/nothing"], "there is no rule `leads/nothing`. Of leads there are");
    refused(&["--predicates", "leads,loves"], "there is no predicate `loves`.");
    refused(&["--min-score", "2"], "a number from 0 to 1");
}
