//! Results that grow: `extract --add` puts today's articles into yesterday's folder, `merge` joins days and machines.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::command::{extract, repository, rows, stderr, triplewire};
use crate::durable::{Running, done, interrupt, piped, run_json};

const TABLES: [&str; 7] =
    ["articles", "mentions", "entities", "relations", "triples", "cooccurrences", "duplicates"];

/// An agency report, which two days have.
const REPORT: &str = "The mayor of Quito, Pedro Castellanos, opened a hospital with forty beds on Monday. He met the \
                      nurses and thanked Maria Lopez of the Andes Health Fund, who had paid for the building. \
                      Castellanos said that the city would build two more in Lima Street by the end of next year.";

/// Three days: surnames and full names, an article that comes again, another of the same id, a copy, a bad line.
const DAYS: [(&str, &[(&str, &str)]); 3] = [
    (
        "monday",
        &[
            ("a", "Pedro Castellanos, the mayor of Quito, met Maria Lopez in Lima on Friday. He left early."),
            ("b", REPORT),
            ("c", "Castellanos said in Quito on Tuesday that the hospital was too small."),
        ],
    ),
    (
        "tuesday",
        &[
            ("d", "Pedro Castellanos visited a school in Lima with Maria Lopez."),
            ("a", "Pedro Castellanos flew to Bogota and met the nurses of Maria Lopez there."),
            ("", "no JSON"),
            ("e", "Castellanos returned to Quito, where Lopez was waiting."),
            ("c", "Castellanos said in Quito on Tuesday that the hospital was too small."),
        ],
    ),
    (
        "wednesday",
        &[
            ("f", REPORT),
            ("a", "Maria Lopez leads the Andes Health Fund in Quito."),
            ("d", "Pedro Castellanos visited a school in Lima with Maria Lopez."),
        ],
    ),
];

fn line(id: &str, text: &str) -> String {
    match id {
        "" => format!("{text}\n"),
        _ => format!("{}\n", json!({ "id": id, "text": text, "date": "2020-03-02" })),
    }
}

/// The days as files, and all of them in one, what comes again left out.
struct Days {
    folder: tempfile::TempDir,
}

impl Days {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut all = Vec::new();
        for (day, articles) in DAYS {
            let lines: Vec<String> = articles.iter().map(|(id, text)| line(id, text)).collect();
            fs::write(folder.path().join(day).with_extension("jsonl"), lines.concat()).unwrap();
            all.extend(lines.into_iter().filter(|line| !all.contains(line)).collect::<Vec<_>>());
        }
        fs::write(folder.path().join("all.jsonl"), all.concat()).unwrap();
        Days { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Extraction of a day into a folder, which ends with this code.
    fn run(&self, day: &str, out: &str, args: &[&str], code: i32) -> String {
        let input = self.path(day).with_extension("jsonl");
        stderr(&extract(&input, &self.path(out), args).assert().code(code))
    }

    fn merge(&self, out: &str, parts: &[&str], args: &[&str], code: i32) -> String {
        let mut command = triplewire();
        command.args(["merge", "--out"]).arg(self.path(out)).args(args);
        stderr(&command.args(parts.iter().map(|it| self.path(it))).assert().code(code))
    }
}

fn tables(folder: &Path) -> BTreeMap<&'static str, String> {
    let read = |name: &str| fs::read_to_string(folder.join(format!("{name}.csv"))).unwrap_or_default();
    TABLES.into_iter().map(|name| (name, read(name))).collect()
}

/// The bytes of every file in a folder.
fn bytes(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.filter(|path| path.is_file()).map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

fn assert_same(one: &Path, other: &Path) {
    assert_eq!(tables(one), tables(other));
    let [one, other] = [one, other].map(run_json);
    for key in ["counts", "inputs", "complete"] {
        assert_eq!(one[key], other[key], "{key}");
    }
}

#[test]
fn days_that_are_added_make_the_tables_of_one_run() {
    let days = Days::new();
    days.run("all", "all", &["--quiet"], 2);
    // The first day makes the folder.
    days.run("monday", "sum", &["--quiet", "--add"], 0);
    let errors = days.run("tuesday", "sum", &["--quiet", "--add"], 2);
    assert!(errors.contains("another article is already called a") && errors.contains("a#2"), "{errors}");
    assert!(!errors.contains("called c"), "{errors}");
    let input = days.path("wednesday.jsonl");
    let said = extract(&input, &days.path("sum"), &["--add"]).assert().code(0).get_output().stdout.clone();
    let said = String::from_utf8(said).unwrap();
    assert!(said.contains("2 articles added; 1 were there already"), "{said}");
    assert_same(&days.path("sum"), &days.path("all"));
    let ids: Vec<String> = rows(&days.path("sum/articles.csv"))
        .into_iter()
        .map(|mut row| row.remove("article").unwrap())
        .collect();
    assert_eq!(ids, ["a", "b", "c", "d", "a#2", "e", "f", "a#3"]);
    let duplicates = rows(&days.path("sum/duplicates.csv"));
    assert_eq!((duplicates[0]["article"].as_str(), duplicates[0]["duplicate_of"].as_str()), ("f", "b"));
    // Monday's surname is that of Tuesday's and Wednesday's articles too.
    assert!(!tables(&days.path("sum"))["entities"].contains(",Castellanos,PER,"));
    let run = run_json(&days.path("sum"));
    assert!(run["settings"]["the inputs"].as_str().unwrap().contains("monday.jsonl; "), "{run}");
    assert_eq!(run["skipped"].as_array().unwrap().len(), 1);
}

#[test]
fn nothing_new_changes_nothing() {
    let days = Days::new();
    for day in ["monday", "tuesday"] {
        days.run(day, "sum", &["--quiet", "--add"], if day == "monday" { 0 } else { 2 });
    }
    let before = bytes(&days.path("sum"));
    let errors = days.run("monday", "sum", &["--quiet", "--add"], 0);
    assert!(errors.contains("nothing new: 3 articles are there already"), "{errors}");
    // Its bad line is a bad line today too.
    days.run("tuesday", "sum", &["--quiet", "--add"], 2);
    assert_eq!(bytes(&days.path("sum")), before);
    assert!(!days.path("sum/.triplewire").exists());
    // A file that grows: what is new is added, its bad line is not listed twice.
    let grown =
        fs::read_to_string(days.path("tuesday.jsonl")).unwrap() + &line("g", "Maria Lopez left Quito.");
    fs::write(days.path("tuesday.jsonl"), grown).unwrap();
    days.run("tuesday", "sum", &["--quiet", "--add"], 2);
    let run = run_json(&days.path("sum"));
    assert_eq!((&run["counts"]["articles"], run["skipped"].as_array().unwrap().len()), (&json!(7), 1));
}

#[test]
fn a_killed_addition_leaves_the_result_whole_and_is_continued() {
    let days = Days::new();
    crate::durable::seeds(&days.path("many.jsonl"), 17);
    let many = fs::read_to_string(days.path("many.jsonl")).unwrap();
    let monday = fs::read_to_string(days.path("monday.jsonl")).unwrap();
    fs::write(days.path("both.jsonl"), monday + &many).unwrap();
    piped(&days.path("both.jsonl"), &days.path("both"), &["--quiet"]).assert().code(2);
    days.run("monday", "sum", &["--quiet"], 0);
    let before = bytes(&days.path("sum"));
    let out = days.path("sum");
    for kill in 1..3 {
        let was = done(&out);
        let mut running = Running::fed(&days.path("many.jsonl"), 80 * kill, &out, &["--add"]);
        assert!(running.wait_for(was.max(3)));
        running.kill();
        assert_eq!(bytes(&out), before, "a run that was killed has changed the result");
    }
    let refused = |args: &[&str], part: &str| {
        let errors = stderr(&piped(&days.path("many.jsonl"), &out, args).assert().code(1));
        assert!(errors.contains(part), "{part}: {errors}");
        assert_eq!(bytes(&out), before);
    };
    refused(&["--add"], "holds an unfinished run");
    refused(&["--resume"], "--add was true, and now none");
    refused(&["--add", "--resume", "--no-default-rules"], "the rules are others now");
    let merged = days.merge("merged", &["sum"], &["--quiet"], 1);
    assert!(merged.contains("is not finished"), "{merged}");
    piped(&days.path("many.jsonl"), &out, &["--quiet", "--add", "--resume"]).assert().code(2);
    assert_eq!(tables(&out), tables(&days.path("both")));
    assert_eq!(run_json(&out)["inputs"], run_json(&days.path("both"))["inputs"]);
    assert!(!out.join(".triplewire").exists());
}

#[cfg(unix)]
#[test]
fn an_interrupted_addition_leaves_the_result_whole_and_is_continued() {
    let days = Days::new();
    crate::durable::seeds(&days.path("many.jsonl"), 9);
    days.run("monday", "sum", &["--quiet"], 0);
    let before = bytes(&days.path("sum"));
    let out = days.path("sum");
    let mut running = Running::fed(&days.path("many.jsonl"), 80, &out, &["--add"]);
    assert!(running.wait_for(3));
    interrupt(&running.child);
    assert_eq!(running.child.wait().unwrap().code(), Some(130));
    assert_eq!(bytes(&out), before, "a run that was interrupted has changed the result");
    assert!(done(&out) > 3);
    piped(&days.path("many.jsonl"), &out, &["--quiet", "--add", "--resume"]).assert().code(2);
    piped(&days.path("many.jsonl"), &days.path("many"), &["--quiet"]).assert().code(2);
    days.merge("merged", &["sum"], &["--quiet"], 2);
    days.merge("other", &["monday-alone", "many"], &["--quiet"], 1);
    days.run("monday", "monday-alone", &["--quiet"], 0);
    days.merge("other", &["monday-alone", "many"], &["--quiet"], 2);
    assert_same(&days.path("other"), &out);
    assert_same(&days.path("merged"), &out);
}

#[test]
fn what_was_made_otherwise_is_not_added_to() {
    let days = Days::new();
    days.run("monday", "sum", &["--quiet"], 0);
    let before = bytes(&days.path("sum"));
    fs::write(days.path("names.csv"), "entity,alias,type,rule\nMaria Lopez,Lopez,PER,same\n").unwrap();
    fs::write(days.path("watch.txt"), "Maria Lopez\n").unwrap();
    let (names, watch) = (days.path("names.csv"), days.path("watch.txt"));
    let fast = repository("models").join("newswire-fast");
    let [names, watch, fast] = [&names, &watch, &fast].map(|path| path.to_str().unwrap());
    for (args, part) in [
        (&["--no-default-rules"][..], "the rules differ"),
        (&["--predicates", "leads"], "the rules differ"),
        (&["--min-score", "0.5"], "the rules differ"),
        (&["--aliases", names], "the aliases differ"),
        (&["--model", fast], "the model is"),
        (&["--max-article-size", "5000"], "--max-article-size is 4194304 there and 5000 here"),
        (&["--no-merge"], "--no-merge is false there and true here"),
        (&["--keep-duplicates"], "--keep-duplicates is false there and true here"),
        (&["--only", watch], "--only is false there and 1 names"),
    ] {
        let errors = days.run("tuesday", "sum", &[&["--add"], args].concat(), 1);
        assert!(errors.contains("nothing can be added to") && errors.contains(part), "{part}: {errors}");
        assert_eq!(bytes(&days.path("sum")), before);
        assert!(!days.path("sum/.triplewire").exists());
    }
    for args in [&["--overwrite"][..], &["--shard", "1/2"], &["--estimate"]] {
        days.run("tuesday", "sum", &[&["--add"], args].concat(), 1);
    }
    fs::remove_file(days.path("sum/extractions.jsonl.zst")).unwrap();
    let errors = days.run("tuesday", "sum", &["--add"], 1);
    assert!(errors.contains("extractions.jsonl.zst"), "{errors}");
    days.run("monday", "half", &["--quiet", "--shard", "1/2"], 0);
    let errors = days.run("tuesday", "half", &["--add"], 1);
    assert!(errors.contains("it is shard 1/2, which has to be merged first"), "{errors}");
    // Nor is it merged.
    days.run("tuesday", "other", &["--quiet", "--no-default-rules"], 2);
    let errors = days.merge("merged", &["half", "other"], &[], 1);
    assert!(errors.contains("were not made alike: the rules differ"), "{errors}");
    assert!(!days.path("merged").exists());
}

#[test]
fn three_days_are_merged_to_the_tables_of_one_run() {
    let days = Days::new();
    days.run("all", "all", &["--quiet"], 2);
    days.run("monday", "1", &["--quiet"], 0);
    for shard in ["2/2", "1/2"] {
        let input = days.path("tuesday.jsonl");
        let out = days.path(&format!("2-{}", &shard[..1]));
        extract(&input, &out, &["--quiet", "--shard", shard]).assert().code(&[0, 2][..]);
    }
    days.run("wednesday", "3", &["--quiet"], 0);
    // The shards of a day stand where the first of them does.
    days.merge("sum", &["1", "2-2", "2-1", "3"], &["--quiet", "--view"], 2);
    assert_same(&days.path("sum"), &days.path("all"));
    assert!(days.path("sum/view.html").exists());
    // Merged results can be merged, and added to.
    days.merge("two", &["1", "2-1", "2-2"], &["--quiet"], 2);
    days.merge("three", &["two", "3"], &["--quiet"], 2);
    assert_same(&days.path("three"), &days.path("all"));
    days.run("wednesday", "two", &["--quiet", "--add"], 0);
    assert_same(&days.path("two"), &days.path("all"));
    // The names do not depend on the order of the days; which article tells a story first does.
    days.merge("turned", &["3", "1", "2-1", "2-2"], &["--quiet"], 2);
    assert_eq!(tables(&days.path("turned"))["entities"], tables(&days.path("all"))["entities"]);
    let duplicates = rows(&days.path("turned/duplicates.csv"));
    assert_eq!((duplicates[0]["article"].as_str(), duplicates[0]["duplicate_of"].as_str()), ("b", "f"));
    // The file beside the tables is nothing to read.
    let errors = days.run("all", "three", &["--quiet"], 1);
    assert!(errors.contains("holds a finished result"), "{errors}");
    let own = stderr(&extract(&days.path("three"), &days.path("no"), &[]).assert().code(1));
    assert!(own.contains("nothing to read but output"), "{own}");

    fs::write(days.path("watch.txt"), "Maria Lopez\n").unwrap();
    let watch = days.path("watch.txt");
    let only = ["--quiet", "--only", watch.to_str().unwrap()];
    days.run("all", "watched", &only, 2);
    days.merge("watched merged", &["1", "2-1", "2-2", "3"], &only, 2);
    assert_same(&days.path("watched"), &days.path("watched merged"));
    assert!(tables(&days.path("watched"))["relations"].len() < tables(&days.path("all"))["relations"].len());
}

/// The articles of a table or of lines of JSON as lines of JSON, with the columns that are read.
fn lines_of(file: &Path) -> Vec<String> {
    if file.extension().is_some_and(|it| it == "csv") {
        let mut reader = csv::Reader::from_path(file).unwrap();
        let rows = reader.deserialize::<BTreeMap<String, String>>();
        return rows.map(|row| format!("{}\n", json!(row.unwrap()))).collect();
    }
    fs::read_to_string(file).unwrap().lines().map(|line| format!("{line}\n")).collect()
}

/// `TRIPLEWIRE_ARTICLES=FILE.csv [TRIPLEWIRE_MOST=600] cargo test --release --test cli -- --ignored ten_orders`
#[test]
#[ignore = "takes minutes and a file of articles named by TRIPLEWIRE_ARTICLES: CONTRIBUTING.md has the command"]
fn ten_orders_and_three_shardings_give_the_same_entities() {
    const PARTS: usize = 12;
    let most = std::env::var("TRIPLEWIRE_MOST").map_or(usize::MAX, |it| it.parse().unwrap());
    let mut lines = lines_of(Path::new(&std::env::var("TRIPLEWIRE_ARTICLES").unwrap()));
    lines.truncate(most);
    let days = Days { folder: tempfile::tempdir().unwrap() };
    let mut state = 1_u64;
    let mut next = |below: usize| {
        // xorshift: the same in every run.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    };
    // Which of two copies counts depends on which comes first.
    let args = ["--quiet", "--keep-duplicates"];
    let either = |assert: assert_cmd::assert::Assert| drop(assert.code(&[0, 2][..]));
    fs::write(days.path("all.jsonl"), lines.concat()).unwrap();
    either(extract(&days.path("all.jsonl"), &days.path("all"), &args).assert());
    let expected = tables(&days.path("all"));
    println!("{} articles, {} rows of entities", lines.len(), expected["entities"].lines().count());

    for at in (1..lines.len()).rev() {
        lines.swap(at, next(at + 1));
    }
    let mut parts: Vec<String> = (0..PARTS).map(|part| part.to_string()).collect();
    for (part, lines) in parts.iter().zip(lines.chunks(lines.len().div_ceil(PARTS))) {
        fs::write(days.path(part).with_extension("jsonl"), lines.concat()).unwrap();
        either(extract(&days.path(part).with_extension("jsonl"), &days.path(part), &args).assert());
    }
    let merged = |name: &str, parts: &[String]| {
        let mut command = triplewire();
        command
            .args(["merge", "--out"])
            .arg(days.path(name))
            .args(args)
            .args(parts.iter().map(|it| days.path(it)));
        either(command.assert());
        let found = tables(&days.path(name));
        assert!(found["entities"] == expected["entities"], "{parts:?} give other entities");
        found
    };
    for order in 0..10 {
        for at in (1..parts.len()).rev() {
            parts.swap(at, next(at + 1));
        }
        merged(&format!("order {order}"), &parts);
    }
    for of in [2, 3, 5] {
        let shards: Vec<String> = (1..=of).map(|number| format!("{number} of {of}")).collect();
        for (number, out) in (1..).zip(&shards) {
            let shard = format!("{number}/{of}");
            let args = [&args[..], &["--shard", &shard]].concat();
            either(extract(&days.path("all.jsonl"), &days.path(out), &args).assert());
        }
        let found = merged(&format!("shards {of}"), &shards);
        assert!(found == expected, "{of} shards give other tables");
    }
}

#[test]
fn merged_runs_name_a_bad_line_once_and_their_own_settings() {
    let days = Days::new();
    let table = |rows: &str| format!("id,text\n{rows}");
    let old = "a,Ana Ruiz left Lima.\nb,\n";
    fs::write(days.path("grown.csv"), table(old)).unwrap();
    extract(&days.path("grown.csv"), &days.path("1"), &["--quiet", "--no-merge"]).assert().code(2);
    fs::write(days.path("grown.csv"), table(&format!("{old}c,Bo Lind left Oslo.\n"))).unwrap();
    extract(&days.path("grown.csv"), &days.path("2"), &["--quiet", "--no-merge"]).assert().code(2);
    days.merge("sum", &["1", "2"], &["--quiet"], 2);
    let run = run_json(&days.path("sum"));
    assert_eq!(run["skipped"].as_array().unwrap().len(), 1, "{}", run["skipped"]);
    assert_eq!(run["settings"].get("--no-merge"), None);
}
