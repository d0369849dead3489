//! Runs that are killed, interrupted, cut short by a full disk, split up and put together again.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use triplewire::model::ModelFolder;
use triplewire_kernels::{Backend, Kernels};

use crate::command::{extract, repository, rows, stderr, triplewire};
use crate::documents;

const TABLES: [&str; 7] =
    ["articles", "mentions", "entities", "relations", "triples", "cooccurrences", "duplicates"];

/// The first paragraphs of the seeds, `times` over with other ids and dates, and now and then a line that
/// cannot be read.
pub(crate) fn seeds(file: &Path, times: usize) {
    let mut texts: Vec<(String, String)> = fs::read_dir(repository("seeds"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|it| it == "txt"))
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap();
            let first = text.split("\n\n").find(|it| it.len() > 100).unwrap_or(&text);
            (path.file_stem().unwrap().to_string_lossy().into_owned(), first.to_owned())
        })
        .collect();
    texts.sort();
    assert!(!texts.is_empty());
    let mut lines = String::new();
    for time in 0..times {
        for (id, text) in &texts {
            let date = format!("{} March 2019", time % 28 + 1);
            let article = json!({"id": format!("{id}-{time}"), "date": date, "text": text});
            lines += &format!("{article}\n");
        }
        if time % 3 == 1 {
            lines += "no JSON\n";
        }
    }
    fs::write(file, lines).unwrap();
}

/// Every table, and `run.json` without what depends on the machine.
fn output(folder: &Path) -> Vec<String> {
    let mut files: Vec<String> = TABLES
        .iter()
        .map(|name| fs::read_to_string(folder.join(format!("{name}.csv"))).unwrap_or_default())
        .collect();
    let mut run = run_json(folder);
    for key in ["seconds", "threads"] {
        run.as_object_mut().unwrap().remove(key);
    }
    files.push(run.to_string());
    files
}

pub(crate) fn run_json(folder: &Path) -> Value {
    serde_json::from_slice(&fs::read(folder.join("run.json")).unwrap()).unwrap()
}

fn assert_same(a: &Path, b: &Path) {
    for (i, (a, b)) in output(a).iter().zip(output(b)).enumerate() {
        let file = TABLES.get(i).unwrap_or(&"run");
        let differing = a.lines().zip(b.lines()).find(|(a, b)| a != b);
        assert!(*a == b, "{file} differs: {} and {} bytes, {differing:?}", a.len(), b.len());
    }
    assert!(!b.join(".triplewire").exists(), "the log is still there");
}

pub(crate) struct Running {
    pub(crate) child: Child,
    out: PathBuf,
    /// Kept open: waiting for a child closes its own.
    _stdin: Option<ChildStdin>,
}

impl Running {
    fn start(engine: &str, input: &Path, out: &Path, args: &[&str]) -> Self {
        let child = Command::new(assert_cmd::cargo::cargo_bin!("triplewire"))
            .args(["extract", "--engine", engine, "--quiet", "--resume", "--out"])
            .arg(out)
            .arg(input)
            .args(args)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Running { child, out: out.to_path_buf(), _stdin: None }
    }

    /// A run that has been given the first `lines` of the input on standard input, and waits for more: it
    /// cannot end before it is killed, however fast the machine is.
    pub(crate) fn fed(input: &Path, lines: usize, out: &Path, args: &[&str]) -> Self {
        Self::fed_with(Kernels::fastest().backend(), input, lines, out, args)
    }

    /// The same with a back end of the kernels.
    fn fed_with(backend: Backend, input: &Path, lines: usize, out: &Path, args: &[&str]) -> Self {
        let text = fs::read_to_string(input).unwrap();
        let lines: Vec<&str> = text.split_inclusive('\n').take(lines).collect();
        let mut child = Command::new(assert_cmd::cargo::cargo_bin!("triplewire"))
            .args(["extract", "-", "--engine", "rten", "--quiet", "--resume", "--out"])
            .arg(out)
            .args(args)
            .env("TRIPLEWIRE_KERNELS", backend.name())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(lines.concat().as_bytes()).unwrap();
        Running { child, out: out.to_path_buf(), _stdin: Some(stdin) }
    }

    /// Waits until the checkpoint has more than `articles`. False if the run ends before.
    pub(crate) fn wait_for(&mut self, articles: u64) -> bool {
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(300) {
            if self.child.try_wait().unwrap().is_some() {
                return false;
            }
            if done(&self.out) > articles {
                return true;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        panic!("no checkpoint in five minutes");
    }

    pub(crate) fn kill(mut self) {
        // On Unix this is SIGKILL.
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// Extraction of a file that comes on standard input.
pub(crate) fn piped(input: &Path, out: &Path, args: &[&str]) -> assert_cmd::Command {
    let mut command = extract(Path::new("-"), out, args);
    command.pipe_stdin(input).unwrap();
    command
}

/// Articles of the checkpoint in an output folder.
pub(crate) fn done(out: &Path) -> u64 {
    let read = || -> Option<u64> {
        let checkpoint = fs::read(out.join(".triplewire/checkpoint.json")).ok()?;
        serde_json::from_slice::<Value>(&checkpoint).ok()?["articles"].as_u64()
    };
    read().unwrap_or(0)
}

/// Numbers that look random and are the same in every run.
fn scatter(seed: u64) -> u64 {
    seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23) % 1000
}

#[test]
fn a_run_killed_again_and_again_ends_with_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let (input, whole, killed) =
        (folder.path().join("in.jsonl"), folder.path().join("whole"), folder.path().join("killed"));
    seeds(&input, 30);
    piped(&input, &whole, &["--quiet", "--threads", "2"]).assert().code(2);
    for kill in 0..3 {
        let before = done(&killed);
        let threads = if kill == 1 { "1" } else { "3" };
        let mut running = Running::fed(&input, 80 * (kill + 1), &killed, &["--threads", threads]);
        assert!(running.wait_for(before));
        std::thread::sleep(Duration::from_millis(scatter(kill as u64) / 10));
        running.kill();
        assert!(done(&killed) > before && !killed.join("mentions.csv").exists());
    }
    piped(&input, &killed, &["--quiet", "--resume"]).assert().code(2);
    assert_same(&whole, &killed);
}

/// What stands in for processors of other kinds are the back ends that this one has.
#[test]
fn processors_of_all_kinds_write_the_same_bytes_alone_and_together() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let run = |backend: Backend, input: &str, out: &str, args: &[&str]| {
        let mut command = piped(&path(input), &path(out), args);
        command.arg("--quiet").env("TRIPLEWIRE_KERNELS", backend.name()).assert().code(&[0, 2][..]);
    };
    let here = Backend::here();
    seeds(&path("few.jsonl"), 1);
    for backend in &here {
        run(*backend, "few.jsonl", backend.name(), &[]);
        assert_same(&path(here[0].name()), &path(backend.name()));
    }

    let (one, other) = (here[0], here[here.len().saturating_sub(2)]);
    seeds(&path("many.jsonl"), 8);
    run(one, "many.jsonl", "whole", &[]);
    run(one, "many.jsonl", "1", &["--shard", "1/2"]);
    run(other, "many.jsonl", "2", &["--shard", "2/2"]);
    let mut merge = triplewire();
    merge.args(["merge", "--quiet", "--out"]).args(["merged", "1", "2"].map(path)).assert().code(2);
    assert_same(&path("whole"), &path("merged"));

    let mut running = Running::fed_with(other, &path("many.jsonl"), 80, &path("resumed"), &[]);
    assert!(running.wait_for(0));
    running.kill();
    run(one, "many.jsonl", "resumed", &["--resume"]);
    assert_same(&path("whole"), &path("resumed"));
}

#[test]
fn kernels_that_the_processor_lacks_cannot_be_asked_for() {
    let out = tempfile::tempdir().unwrap();
    let lacking = Backend::ALL.iter().find(|backend| !Backend::here().contains(backend)).unwrap();
    for name in [lacking.name(), "mmx", ""] {
        let mut command = extract(&repository("seeds"), out.path(), &[]);
        let refused = command.env("TRIPLEWIRE_KERNELS", name).assert().code(1);
        let message = stderr(&refused);
        for part in ["TRIPLEWIRE_KERNELS is", &format!("{name:?}"), "this processor has", "reference"] {
            assert!(message.contains(part), "{message}");
        }
    }
}

#[test]
fn a_folder_of_documents_killed_or_split_ends_with_the_same_bytes() {
    let folder = documents::folder();
    let texts: Vec<String> =
        (0..150).map(|number| format!("Angela Merkel visited Paris {number} times.")).collect();
    documents::mbox(&folder.path().join("m.mbox"), &texts.iter().map(String::as_str).collect::<Vec<_>>());
    fs::write(folder.path().join("x.pptx"), "PK").unwrap();
    let results = tempfile::tempdir().unwrap();
    let out = |name: &str| results.path().join(name);
    extract(folder.path(), &out("whole"), &["--quiet"]).assert().code(2);
    let mut running = Running::start("rten", folder.path(), &out("killed"), &["--threads", "1"]);
    if running.wait_for(0) {
        running.kill();
        extract(folder.path(), &out("killed"), &["--quiet", "--resume"]).assert().code(2);
    }
    assert_same(&out("whole"), &out("killed"));
    for shard in ["1/2", "2/2"] {
        let assert = extract(folder.path(), &out(&shard[..1]), &["--quiet", "--shard", shard]).assert();
        // What is wrong with the folder belongs to its first article.
        assert.code(if shard == "1/2" { 2 } else { 0 });
    }
    let merged =
        triplewire().arg("merge").arg(out("1")).arg(out("2")).arg("--out").arg(out("merged")).assert();
    merged.code(2);
    let tables = |name: &str| output(&out(name))[..TABLES.len()].to_vec();
    assert_eq!(tables("whole"), tables("merged"));
}

/// `TRIPLEWIRE_ARTICLES=FILE [TRIPLEWIRE_ENGINE=rust-bert] cargo test --release --test cli -- --ignored ten_times`
#[test]
#[ignore = "takes minutes and a file of articles named by TRIPLEWIRE_ARTICLES: CONTRIBUTING.md has the command"]
fn a_long_run_killed_ten_times_ends_with_the_same_bytes() {
    let input = PathBuf::from(std::env::var("TRIPLEWIRE_ARTICLES").unwrap());
    let engine = std::env::var("TRIPLEWIRE_ENGINE").unwrap_or("rten".to_owned());
    let folder = tempfile::tempdir().unwrap();
    let (whole, killed) = (folder.path().join("whole"), folder.path().join("killed"));
    let run = |out: &Path| {
        let start = Instant::now();
        let mut running = Running::start(&engine, &input, out, &[]);
        assert!([Some(0), Some(2)].contains(&running.child.wait().unwrap().code()));
        start.elapsed()
    };
    let seconds = run(&whole).as_secs_f64();
    println!("uninterrupted: {} articles in {seconds:.1} s", run_json(&whole)["counts"]["articles"]);
    for kill in 0..10 {
        let running = Running::start(&engine, &input, &killed, &[]);
        // A tenth of the time each, more or less, so that all kills fall within the run.
        let wait = seconds / 10.0 * (0.3 + scatter(kill) as f64 / 1000.0);
        std::thread::sleep(Duration::from_secs_f64(wait));
        running.kill();
        println!("killed after {wait:.1} s; {} articles are safe", done(&killed));
    }
    assert!(done(&killed) > 0, "nothing was done between the kills");
    run(&killed);
    assert_same(&whole, &killed);
}

#[test]
fn an_unfinished_run_is_continued_only_with_what_it_began_with() {
    let folder = tempfile::tempdir().unwrap();
    let (input, out) = (folder.path().join("in.jsonl"), folder.path().join("out"));
    seeds(&input, 1);
    extract(&input, &out, &["--quiet"]).assert().code(0);
    let earlier = output(&out);
    // More than the blocks that are worked on at once.
    seeds(&input, 160);
    let mut running = Running::start("rten", &input, &out, &[]);
    // More than one article, because the input is cut down to one below.
    assert!(running.wait_for(1));
    running.kill();
    let refused = |args: &[&str], parts: &[&str]| {
        let assert = extract(&input, &out, args).assert().code(1);
        let message = stderr(&assert);
        for part in parts {
            assert!(message.contains(part), "{part} is not in {message}");
        }
        assert!(done(&out) > 0, "the unfinished run is gone");
    };
    refused(&[], &["unfinished run", "--resume", "delete"]);
    refused(
        &["--resume", "--max-article-size", "5", "--no-default-rules"],
        &["--max-article-size was 4194304, and now 5", "the rules are others now"],
    );
    refused(&["--resume", "--text-column", "body"], &["--text-column was not given, and now body"]);
    refused(&["--resume", "--shard", "1/2"], &["--shard was 1/1, and now 1/2"]);
    let model = |name: &str| repository("models").join(name);
    let named = |name: &str| ModelFolder::open(&model(name)).unwrap().name;
    let (was, is) =
        (format!("the model was {}", named("newswire")), format!("and now {}", named("newswire-fast")));
    refused(&["--resume", "--model", model("newswire-fast").to_str().unwrap()], &[&was, &is]);
    let lines = fs::read_to_string(&input).unwrap();
    fs::write(&input, lines.replacen("the", "teh", 1)).unwrap();
    refused(&["--resume"], &["are not what they were"]);
    fs::write(&input, lines.lines().next().unwrap()).unwrap();
    refused(&["--resume"], &["articles less"]);
    assert_eq!(output(&out), earlier, "a run that failed has changed the output");
    // The format of the tables may change.
    fs::write(&input, lines).unwrap();
    extract(&input, &out, &["--resume", "--quiet", "--format", "jsonl"]).assert().code(2);
    assert!(out.join("mentions.jsonl").exists() && !out.join(".triplewire").exists());
}

#[test]
fn two_runs_do_not_write_to_one_folder() {
    let folder = tempfile::tempdir().unwrap();
    let (input, out) = (folder.path().join("in.jsonl"), folder.path().join("out"));
    seeds(&input, 10);
    let mut running = Running::fed(&input, 80, &out, &[]);
    assert!(running.wait_for(0));
    let second = extract(&input, &out, &["--resume"]).assert().code(1);
    assert!(stderr(&second).contains("another run is writing"), "{}", stderr(&second));
    running.kill();
}

#[test]
fn shards_are_merged_to_the_files_of_one_run() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    seeds(&path("in.jsonl"), 4);
    extract(&path("in.jsonl"), &path("whole"), &["--quiet"]).assert().code(2);
    let shards = ["3/3", "1/3", "2/3"];
    for shard in shards {
        let out = path(&shard[..1]);
        extract(&path("in.jsonl"), &out, &["--quiet", "--shard", shard, "--threads", "1"])
            .assert()
            .code(&[0, 2][..]);
        assert_eq!(run_json(&out)["shard"], shard);
    }
    for shard in ["1", "2", "3"] {
        let refused = extract(&path(shard), &path("no"), &[]).assert().code(1);
        assert!(stderr(&refused).contains("nothing to read but output"), "{}", stderr(&refused));
    }
    let articles: Vec<u64> = ["1", "2", "3"]
        .iter()
        .map(|it| run_json(&path(it))["counts"]["articles"].as_u64().unwrap())
        .collect();
    assert_eq!(
        articles.iter().sum::<u64>(),
        run_json(&path("whole"))["counts"]["articles"].as_u64().unwrap()
    );
    assert!(articles.iter().all(|it| it.abs_diff(articles[0]) <= 1), "{articles:?}");

    let merge = |names: &[&str]| {
        let mut command = triplewire();
        command.args(["merge", "--quiet", "--out"]).arg(path("merged")).args(names.iter().map(|it| path(it)));
        command
    };
    let missing = merge(&["1", "3"]).assert().code(1);
    assert!(stderr(&missing).contains("shard 2/3 is missing"), "{}", stderr(&missing));
    let twice = merge(&["1", "2", "3", "3"]).assert().code(1);
    assert!(stderr(&twice).contains("shard 3/3 is there twice"), "{}", stderr(&twice));
    let mut into_itself = triplewire();
    into_itself.args(["merge", "--out"]).args(["1", "1", "2", "3"].map(path));
    assert!(stderr(&into_itself.assert().code(1)).contains("is one of what is to be merged"));
    let record = fs::read_to_string(path("2/run.json")).unwrap();
    fs::write(path("2/run.json"), record.replace("\"complete\": true", "\"complete\": false")).unwrap();
    let unfinished = merge(&["1", "2", "3"]).assert().code(1);
    assert!(stderr(&unfinished).contains("shard 2/3 is not finished"), "{}", stderr(&unfinished));
    fs::write(path("2/run.json"), record).unwrap();
    // What was killed while it began anew.
    fs::create_dir(path("2/.triplewire")).unwrap();
    let unfinished = merge(&["1", "2", "3"]).assert().code(1);
    assert!(stderr(&unfinished).contains("shard 2/3 is not finished"), "{}", stderr(&unfinished));
    fs::remove_dir(path("2/.triplewire")).unwrap();
    assert!(!path("merged").exists());
    merge(&["2", "3", "1"]).assert().code(2);
    assert_same(&path("whole"), &path("merged"));

    extract(
        &path("in.jsonl"),
        &path("2"),
        &["--quiet", "--overwrite", "--shard", "2/3", "--no-default-rules"],
    )
    .assert()
    .code(&[0, 2][..]);
    let unlike = merge(&["1", "2", "3"]).assert().code(1);
    assert!(stderr(&unlike).contains("were not made alike: the rules"), "{}", stderr(&unlike));
    extract(
        &path("in.jsonl"),
        &path("2"),
        &["--quiet", "--overwrite", "--shard", "2/3", "--max-article-size", "99999"],
    )
    .assert()
    .code(&[0, 2][..]);
    let unlike = merge(&["1", "2", "3"]).assert().code(1);
    assert!(
        stderr(&unlike).contains("--max-article-size is 4194304 in one and 99999"),
        "{}",
        stderr(&unlike)
    );
    // Articles that have changed between two shards.
    let articles = fs::read_to_string(path("in.jsonl")).unwrap();
    fs::write(path("in.jsonl"), articles + "{\"id\": \"new\", \"text\": \"Ana Ruiz visited Lisbon.\"}\n")
        .unwrap();
    extract(&path("in.jsonl"), &path("2"), &["--quiet", "--overwrite", "--shard", "2/3"])
        .assert()
        .code(&[0, 2][..]);
    let unlike = merge(&["1", "2", "3"]).assert().code(1);
    assert!(stderr(&unlike).contains("the articles differ"), "{}", stderr(&unlike));
}

#[test]
fn shards_dealt_out_by_hand_are_merged_to_the_files_of_one_run() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    seeds(&path("in.jsonl"), 4);
    extract(&path("in.jsonl"), &path("whole"), &["--quiet"]).assert().code(2);
    // To each article belong the lines before it that hold none.
    let mut shards = [String::new(), String::new()];
    let mut articles = 0;
    for line in fs::read_to_string(path("in.jsonl")).unwrap().lines() {
        shards[articles % 2] += &format!("{line}\n");
        articles += usize::from(line.starts_with('{'));
    }
    for (shard, lines) in ["1/2", "2/2"].into_iter().zip(shards) {
        extract(Path::new("-"), &path(&shard[..1]), &["--quiet", "--shard", shard, "--dealt"])
            .write_stdin(lines)
            .assert()
            .code(&[0, 2][..]);
    }
    triplewire()
        .args(["merge", "--quiet", "--out"])
        .args([path("merged"), path("1"), path("2")])
        .assert()
        .code(2);
    for table in TABLES.map(|it| format!("{it}.csv")) {
        let [one, many] = ["whole", "merged"].map(|it| fs::read_to_string(path(it).join(&table)).unwrap());
        assert!(one == many, "{table} differs");
    }
    assert_eq!(run_json(&path("merged"))["counts"], run_json(&path("whole"))["counts"]);
    // The first line says nothing about the others, and there may be none.
    let lines = "[]\n{\"id\": \"ana\", \"text\": \"Ana Ruiz visited Lisbon.\"}\n";
    for (lines, code, articles) in [(lines, 2, 1), ("", 0, 0)] {
        extract(Path::new("-"), &path("part"), &["--quiet", "--overwrite", "--shard", "1/2", "--dealt"])
            .write_stdin(lines)
            .assert()
            .code(code);
        assert_eq!(run_json(&path("part"))["counts"]["articles"], articles);
    }
    for wrong in [&["--dealt"][..], &["--dealt", "--shard", "1/1"]] {
        let refused = extract(Path::new("-"), &path("no"), wrong).assert().code(1);
        assert!(stderr(&refused).contains("--dealt goes with --shard"), "{}", stderr(&refused));
    }
    let file = extract(&path("in.jsonl"), &path("no"), &["--dealt", "--shard", "1/2"]).assert().code(1);
    assert!(stderr(&file).contains("--dealt goes with --shard"), "{}", stderr(&file));
}

#[test]
fn a_pipe_gets_each_article_as_it_comes_with_the_values_of_the_tables() {
    let folder = tempfile::tempdir().unwrap();
    let (input, out) = (folder.path().join("in.jsonl"), folder.path().join("out"));
    seeds(&input, 1);
    extract(&input, &out, &["--quiet"]).assert().code(0);
    let mut child = Command::new(assert_cmd::cargo::cargo_bin!("triplewire"))
        .args(["extract", "-", "--out", "-", "--engine", "rten"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut stdin, mut stdout) =
        (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()).lines());
    let (mentions, relations) = (rows(&out.join("mentions.csv")), rows(&out.join("relations.csv")));
    let articles = rows(&out.join("articles.csv"));
    for line in fs::read_to_string(&input).unwrap().lines() {
        writeln!(stdin, "{line}").unwrap();
        stdin.flush().unwrap();
        // Before the next one is written.
        let record: Value = serde_json::from_str(&stdout.next().unwrap().unwrap()).unwrap();
        let article: Value = serde_json::from_str(line).unwrap();
        assert_eq!(record["id"], article["id"]);
        let row = articles.iter().find(|row| record["id"] == row["article"].as_str()).unwrap();
        assert_eq!((&record["date"], &*row["date"]), (&json!("2019-03-01"), "2019-03-01"));
        assert_eq!(record["words"].to_string(), row["words"]);
        for (key, table) in [("mentions", &mentions), ("relations", &relations)] {
            let rows: Vec<_> = table.iter().filter(|row| record["id"] == row["article"].as_str()).collect();
            assert_eq!(record[key].as_array().unwrap().len(), rows.len(), "{key} of {}", record["id"]);
            for (value, row) in record[key].as_array().unwrap().iter().zip(rows) {
                assert!(!row.contains_key("date") || row["date"] == "2019-03-01");
                let of_article = |column: &str| ["article", "date"].contains(&column);
                for (column, cell) in row.iter().filter(|(column, _)| !of_article(column)) {
                    let value = &value[column];
                    let value = match value {
                        Value::Null => String::new(),
                        Value::String(text) => text.clone(),
                        other => other.to_string(),
                    };
                    assert_eq!(value, *cell, "{key}.{column}");
                }
            }
        }
    }
    drop(stdin);
    assert!(stdout.next().is_none());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[cfg(unix)]
pub(crate) fn interrupt(child: &Child) {
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
}

#[cfg(unix)]
#[test]
fn a_run_interrupted_before_its_first_article_leaves_the_earlier_tables() {
    let folder = tempfile::tempdir().unwrap();
    let (input, out) = (folder.path().join("in.jsonl"), folder.path().join("out"));
    seeds(&input, 1);
    extract(&input, &out, &["--quiet"]).assert().code(0);
    let earlier = output(&out);
    let mut child = Command::new(assert_cmd::cargo::cargo_bin!("triplewire"))
        .args(["extract", "-", "--engine", "rten", "--quiet", "--overwrite", "--out"])
        .arg(&out)
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(b"no JSON\n").unwrap();
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines();
    assert!(said.next().unwrap().unwrap().contains("line 1"));
    interrupt(&child);
    assert!(said.any(|line| line.unwrap().contains("stopped before the first article")));
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(output(&out), earlier);
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_writes_its_files_and_is_continued() {
    let folder = tempfile::tempdir().unwrap();
    let (input, whole, out) =
        (folder.path().join("in.jsonl"), folder.path().join("whole"), folder.path().join("out"));
    seeds(&input, 20);
    piped(&input, &whole, &["--quiet"]).assert().code(2);
    // Once: what is finished is written.
    let mut running = Running::fed(&input, 80, &out, &[]);
    assert!(running.wait_for(0));
    interrupt(&running.child);
    assert_eq!(running.child.wait().unwrap().code(), Some(130));
    let run = run_json(&out);
    assert_eq!(run["complete"], false);
    let articles: std::collections::BTreeSet<String> =
        rows(&out.join("mentions.csv")).into_iter().map(|mut row| row.remove("article").unwrap()).collect();
    assert_eq!(run["counts"]["articles"].as_u64().unwrap(), articles.len() as u64);
    // Twice: at once.
    let before = done(&out);
    let mut running = Running::fed(&input, 160, &out, &[]);
    assert!(running.wait_for(before));
    interrupt(&running.child);
    interrupt(&running.child);
    assert_eq!(running.child.wait().unwrap().code(), Some(130));
    piped(&input, &out, &["--quiet", "--resume"]).assert().code(2);
    assert_same(&whole, &out);
}

#[cfg(unix)]
#[test]
fn a_full_disk_stops_the_run_and_it_is_continued() {
    let folder = tempfile::tempdir().unwrap();
    let (input, whole, out) =
        (folder.path().join("in.jsonl"), folder.path().join("whole"), folder.path().join("out"));
    seeds(&input, 1);
    extract(&input, &out, &["--quiet"]).assert().code(0);
    let earlier = output(&out);
    seeds(&input, 12);
    extract(&input, &whole, &["--quiet"]).assert().code(2);
    // No file may grow beyond this: what a full disk looks like to a program.
    let bytes = fs::metadata(whole.join("mentions.csv")).unwrap().len();
    for blocks in [bytes / 3 / 512, bytes * 9 / 10 / 512] {
        let limited = Command::new("sh")
            .arg("-c")
            .arg(format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\""))
            .arg(assert_cmd::cargo::cargo_bin!("triplewire"))
            .args(["extract", "--engine", "rten", "--quiet", "--resume", "--out"])
            .args([&out, &input])
            .output()
            .unwrap();
        let message = String::from_utf8(limited.stderr).unwrap();
        assert_eq!(limited.status.code(), Some(1), "{message}");
        assert!(message.contains("free some disk space") && message.contains("--resume"), "{message}");
        assert_eq!(output(&out), earlier, "a run that failed has changed the output");
    }
    extract(&input, &out, &["--quiet", "--resume"]).assert().code(2);
    assert_same(&whole, &out);
}

/// `TRIPLEWIRE_SMALL_DISK=DIR cargo test --test cli -- --ignored small_disk`, where DIR is an empty file
/// system of about 1 MB (`mount -t tmpfs -o size=1m tmpfs DIR`).
#[test]
#[ignore = "needs a small file system named by TRIPLEWIRE_SMALL_DISK"]
fn a_small_disk_fills_up_and_the_run_is_continued_elsewhere() {
    let disk = PathBuf::from(std::env::var("TRIPLEWIRE_SMALL_DISK").unwrap());
    let folder = tempfile::tempdir().unwrap();
    let (input, whole) = (folder.path().join("in.jsonl"), folder.path().join("whole"));
    seeds(&input, 40);
    extract(&input, &whole, &["--quiet"]).assert().code(2);
    let full = extract(&input, &disk.join("out"), &["--quiet"]).assert().code(1);
    assert!(stderr(&full).contains("No space left"), "{}", stderr(&full));
    assert!(done(&disk.join("out")) > 0, "nothing was kept");
    let copied = Command::new("cp").arg("-r").args([disk.join("out"), folder.path().join("out")]).status();
    assert!(copied.unwrap().success());
    extract(&input, &folder.path().join("out"), &["--quiet", "--resume"]).assert().code(2);
    assert_same(&whole, &folder.path().join("out"));
}

#[test]
fn an_article_beyond_its_limits_is_skipped_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let (input, out) = (folder.path().join("in.jsonl"), folder.path().join("out"));
    let line = |id: &str, text: &str| json!({"id": id, "text": text}).to_string();
    let long = "Ana Ruiz met Bo Lind in Paris. ".repeat(40);
    fs::write(&input, [line("long", &long), line("short", "Ana Ruiz met Bo Lind.")].join("\n")).unwrap();
    let skipped = extract(&input, &out, &["--max-article-size", "1000"]).assert().code(2);
    assert!(stderr(&skipped).contains("skipped: long: the article has 1240 bytes"), "{}", stderr(&skipped));
    assert!(rows(&out.join("mentions.csv")).iter().all(|row| row["article"] == "short"));
    let run = run_json(&out);
    assert_eq!(run["counts"]["articles"], 1);
    assert!(run["skipped"][0]["message"].as_str().unwrap().contains("--max-article-size"), "{run}");

    extract(&input, &out, &["--quiet", "--overwrite", "--article-timeout", "0.000000001"]).assert().code(2);
    let run = run_json(&out);
    assert_eq!((&run["counts"]["articles"], run["skipped"].as_array().unwrap().len()), (&json!(0), 2));
    assert!(run["skipped"][0]["message"].as_str().unwrap().contains("--article-timeout"), "{run}");
    for wrong in ["0", "-1", "soon"] {
        extract(&input, &out, &["--article-timeout", wrong]).assert().code(1);
    }
}
