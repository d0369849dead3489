//! `label`: what is written for each tool comes back through `evaluate` as the very same labels.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::command::{extract, repository, rows, stderr, triplewire};

const TOOLS: [&str; 4] = ["doccano", "label-studio", "brat", "csv"];

/// An identifier with a part that is longer than a file name may be.
const LONG: &str = "https://news.example/%E4%B8%96%E7%95%8C/a-very-long-address-of-a-web-page-with-the-whole-headline-in-it-as-\
    some-papers-have-them-and-then-some-more-words-because-two-hundred-and-fifty-five-bytes-are-what-a-file-system-takes-\
    at-the-most-for-one-name-so-that-this-must-be-cut-somewhere.html";

/// Identifiers and texts that tools stumble over.
const HOSTILE: [(&str, &str); 14] = [
    ("plain", "Ana Ruiz, president of Acme Corporation, was born in Madrid and lives in Paris."),
    (
        "emoji/👩‍👩‍👧",
        "😀 Ana Ruiz 👩‍👩‍👧, president of Acme Corporation 🏴󠁧󠁢󠁥󠁮󠁧󠁿, was born in Madrid. 🇪🇸 Angela Merkel visited Paris.",
    ),
    (
        "line ends/crlf",
        "Angela Merkel visited Paris.\r\n\r\nThe Kurdistan\r\nWorkers' Party (PKK) is based in\rIraq.\r\n\r\nBarack Obama slept.\r\n",
    ),
    (
        "https://news.example/a?b=1&c=%20#d",
        "<b>Angela Merkel</b> & <img src=x onerror=alert(1)> visited </script>Paris &amp; Rome.",
    ),
    ("../../outside", "Angela Merkel visited Paris. \"Barack Obama\", he said, 'is in Rome'."),
    (
        "/absolute/path.txt",
        "İlhami Balı met Recep Tayyip Erdoğan in İzmir; e\u{301}mile Zola lived in Paris.",
    ),
    (
        "con:*?\"<>|\\",
        "Angela Merkel\tvisited\u{a0}Paris\u{2028}Barack Obama visited Rome\u{85}Vladimir Putin visited Berlin.",
    ),
    ("a.txt", "Angela Merkel visited Paris."),
    ("a.txt/b", "Angela Merkel visited Rome."),
    ("mentions.csv", "=Angela Merkel visited +Paris, @Rome and -Berlin."),
    (" blank .", "\u{feff}Angela Merkel visited Paris."),
    ("100%", "Turkish President Recep Tayyip Erdogan is not a member of the Kurdistan Workers' Party."),
    (LONG, "Angela Merkel visited Paris, and Barack Obama was born in Rome."),
    ("nothing", "it rained, and nobody came."),
];

/// A JSONL file of the hostile texts.
fn hostile(folder: &Path) -> PathBuf {
    let line = |(id, text): &(&str, &str)| json!({"id": id, "text": text}).to_string() + "\n";
    let path = folder.join("hostile.jsonl");
    fs::write(&path, HOSTILE.iter().map(line).collect::<String>()).unwrap();
    path
}

fn label(input: &Path, tool: &str, out: &Path) -> assert_cmd::assert::Assert {
    let mut command = triplewire();
    command.arg("label").arg(input).args(["--to", tool, "--engine", "rten", "--out"]).arg(out);
    command.assert()
}

/// `evaluate --gold GOLD ARGS... --json`, and what it said on standard error.
fn evaluate(gold: &Path, args: &[&str]) -> (Value, String) {
    let mut command = triplewire();
    let done = command.arg("evaluate").arg("--gold").arg(gold).args(args).arg("--json").assert().code(0);
    (serde_json::from_slice(&done.get_output().stdout).unwrap(), stderr(&done))
}

/// That gold and prediction are the same, to the last label; all but `expected` warnings are failures.
fn assert_same(gold: &Path, args: &[&str], documents: usize, expected: &str) {
    let (scores, errors) = evaluate(gold, args);
    let unexpected: Vec<&str> = errors.lines().filter(|line| !line.contains(expected)).collect();
    assert!(unexpected.is_empty(), "{}: {unexpected:#?}", gold.display());
    assert_eq!(scores["gold"]["documents"], documents, "{}", gold.display());
    let relations = &scores["relations"]["strict"]["micro"];
    for micro in [&scores["entities"]["micro"], relations] {
        assert_eq!((&micro["fp"], &micro["fn"]), (&0.into(), &0.into()), "{}: {micro}", gold.display());
        assert!(micro["tp"].as_u64().unwrap() > 5, "{}: {micro}", gold.display());
    }
}

/// Everything below a folder, with `/` between names.
fn files(folder: &Path) -> Vec<String> {
    let all = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().map(Result::unwrap);
    let files = all.filter(|entry| entry.file_type().is_file());
    files.map(|f| f.path().strip_prefix(folder).unwrap().to_string_lossy().into_owned()).collect()
}

#[test]
fn what_is_written_is_read_as_the_very_same_labels() {
    let dir = tempfile::tempdir().unwrap();
    let input = hostile(dir.path());
    let pred = dir.path().join("pred");
    extract(&input, &pred, &["--quiet"]).assert().code(0);
    let pred = pred.to_str().unwrap();
    for tool in TOOLS {
        let out = dir.path().join("in").join(tool);
        label(&input, tool, &out).code(0);
        let expected = if tool == "label-studio" { "nobody has annotated it" } else { "no warning" };
        assert_same(&out, &["--pred", pred], HOSTILE.len(), expected);
        assert_same(&out, &["--engine", "rten"], HOSTILE.len(), expected);
        assert!(!files(&out).iter().any(|name| name.ends_with(".partial")), "{:?}", files(&out));
    }
    let outside = files(dir.path());
    assert!(outside.iter().all(|f| f == "hostile.jsonl" || f.starts_with("in/") || f.starts_with("pred/")));
}

#[test]
fn what_comes_back_from_doccano_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let (input, out, pred) = (hostile(dir.path()), dir.path().join("out"), dir.path().join("pred"));
    extract(&input, &pred, &["--quiet"]).assert().code(0);
    label(&input, "doccano", &out).code(0);
    // doccano numbers texts, labels and relations anew and adds comments.
    let written = fs::read_to_string(out.join("doccano.jsonl")).unwrap();
    let back: String = (1..)
        .zip(written.lines())
        .map(|(n, line)| {
            let mut value: Value = serde_json::from_str(line).unwrap();
            value["id"] = json!(n);
            value["Comments"] = json!([]);
            for entity in value["entities"].as_array_mut().unwrap() {
                entity["id"] = json!(entity["id"].as_u64().unwrap() + 7000);
            }
            for relation in value["relations"].as_array_mut().unwrap() {
                for end in ["from_id", "to_id"] {
                    relation[end] = json!(relation[end].as_u64().unwrap() + 7000);
                }
            }
            value.to_string() + "\n"
        })
        .collect();
    let export = dir.path().join("all.jsonl");
    fs::write(&export, back).unwrap();
    assert_same(&export, &["--pred", pred.to_str().unwrap()], HOSTILE.len(), "no warning");
}

#[test]
fn what_comes_back_from_label_studio_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let (input, out, pred) = (hostile(dir.path()), dir.path().join("out"), dir.path().join("pred"));
    extract(&input, &pred, &["--quiet"]).assert().code(0);
    label(&input, "label-studio", &out).code(0);
    let written = fs::read_to_string(out.join("label-studio.json")).unwrap();
    let mut tasks: Vec<Value> = serde_json::from_str(&written).unwrap();
    for (n, task) in tasks.iter_mut().enumerate() {
        // Accepting a prediction copies it; a line break in the words becomes a backslash and an n.
        let mut result = task["predictions"][0]["result"].clone();
        for region in result.as_array_mut().unwrap() {
            if let Some(text) = region["value"]["text"].as_str() {
                region["value"]["text"] = json!(text.replace('\n', "\\n"));
            }
        }
        task["id"] = json!(100 + n);
        task["annotations"] = json!([{"id": n, "was_cancelled": false, "result": result}]);
    }
    let export = dir.path().join("project-1.json");
    fs::write(&export, serde_json::to_string(&tasks).unwrap()).unwrap();
    assert_same(&export, &["--pred", pred.to_str().unwrap()], HOSTILE.len(), "no warning");
    let xml = fs::read_to_string(out.join("label-studio.xml")).unwrap();
    for part in
        ["<Relation value=\"works_for\"/>", "<Label value=\"PER\"", "toName=\"text\"", "value=\"$text\""]
    {
        assert!(xml.contains(part), "{part} is not in\n{xml}");
    }
}

#[test]
fn brat_gets_its_files_and_its_configuration() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out");
    label(&hostile(dir.path()), "brat", &out).code(0);
    let files = files(&out);
    assert_eq!(files.len(), 2 * HOSTILE.len() + 1, "{files:?}");
    for name in ["annotation.conf", "plain.ann", "emoji/👩‍👩‍👧.txt", "%2E%2E/%2E%2E/outside.ann", "a%2Etxt/b.txt"]
    {
        assert!(files.iter().any(|file| file == name), "{name} is not in {files:?}");
    }
    let text = fs::read_to_string(out.join("line ends/crlf.txt")).unwrap();
    assert!(!text.contains('\r') && text.chars().count() == HOSTILE[2].1.chars().count());
    for ann in files.iter().filter(|name| name.ends_with(".ann")) {
        let txt: Vec<char> =
            fs::read_to_string(out.join(ann).with_extension("txt")).unwrap().chars().collect();
        for line in fs::read_to_string(out.join(ann)).unwrap().lines().filter(|line| line.starts_with('T')) {
            let columns: Vec<&str> = line.splitn(3, '\t').collect();
            let pieces = columns[1].split_once(' ').unwrap().1.split(';').map(|piece| {
                let (start, end) = piece.split_once(' ').unwrap();
                txt[start.parse().unwrap()..end.parse().unwrap()].iter().collect::<String>()
            });
            assert_eq!(pieces.collect::<Vec<_>>().join(" "), columns[2], "{ann}: {line}");
        }
    }
}

#[test]
fn a_spreadsheet_gets_the_columns_of_the_bundled_labels() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out");
    label(&repository("seeds"), "csv", &out).code(0);
    // What a reader judges, and the program does not, comes behind.
    for (table, judged) in [("mentions.csv", ""), ("relations.csv", ",via,optional")] {
        let header = |folder: &Path| crate::command::header(&folder.join(table));
        assert_eq!(header(&out) + judged, header(&repository("seeds/labels")), "{table}");
    }
    assert!(rows(&out.join("relations.csv")).iter().any(|row| row["negated"] == "true"));
    assert_eq!(files(&out).iter().filter(|name| name.ends_with(".txt")).count(), 10);
}

#[test]
fn corrected_labels_are_not_overwritten() {
    let dir = tempfile::tempdir().unwrap();
    let (input, out) = (hostile(dir.path()), dir.path().join("out"));
    fs::create_dir(&out).unwrap();
    fs::write(out.join("mentions.csv"), "by hand").unwrap();
    for tool in TOOLS {
        let refused = label(&input, tool, &out).code(1);
        assert!(stderr(&refused).contains("not empty (there is mentions.csv)"), "{}", stderr(&refused));
    }
    assert_eq!(fs::read_to_string(out.join("mentions.csv")).unwrap(), "by hand");
    assert_eq!(files(&out), ["mentions.csv"]);
}

#[test]
fn skipped_inputs_and_doubled_names_are_reported() {
    let dir = tempfile::tempdir().unwrap();
    let input = dir.path().join("t.csv");
    fs::write(&input, "key,body\na,Angela Merkel visited Paris.\nb\na,Barack Obama visited Rome.\n").unwrap();
    for tool in TOOLS {
        let out = dir.path().join(tool);
        let mut command = triplewire();
        command
            .arg("label")
            .arg(&input)
            .args(["--to", tool, "--engine", "rten", "--quiet", "--out"])
            .arg(&out);
        let done = command.args(["--id-column", "key", "--text-column", "body"]).assert().code(2);
        assert!(
            stderr(&done).contains("t.csv, line 3") && stderr(&done).contains("a#2"),
            "{}",
            stderr(&done)
        );
        assert!(done.get_output().stdout.is_empty());
        assert_eq!(evaluate(&out, &["--gold-entities"]).0["gold"]["documents"], 2, "{tool}");
    }
}
