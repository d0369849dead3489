//! The documentation: every command in `README.md` and `docs/` runs, or says why it cannot run here, and every option
//! that the text names exists.
//!
//! The commands of a page run one after the other in a folder of their own. It has some of the seeds with their labels,
//! the judged relations, and `output`, which is what the command in `README.md` writes. A comment on the line before a
//! block, which readers do not see, says what else the block is: `<!-- file: my.toml -->` a file that later commands find,
//! `<!-- not run: why -->` commands that need what is not here.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;
use std::{env, fs};

use rayon::prelude::*;

use crate::command::{repository, triplewire};

/// A fenced block of a page.
struct Block {
    /// Page and line, for messages.
    place: String,
    language: String,
    /// What the comment before it says.
    comment: Option<String>,
    text: String,
}

impl Block {
    /// Why the commands in it are not run, if they are not.
    fn not_run(&self) -> Option<&str> {
        self.comment.as_deref()?.strip_prefix("not run: ")
    }

    /// The file whose content it shows, if it does.
    fn file(&self) -> Option<&str> {
        self.comment.as_deref()?.strip_prefix("file: ")
    }
}

/// A page: its blocks, and the lines around them, numbered.
struct Page {
    name: String,
    blocks: Vec<Block>,
    prose: Vec<(usize, String)>,
}

impl Page {
    fn read(name: &str) -> Self {
        let text = fs::read_to_string(repository(name)).unwrap();
        let mut page = Page { name: name.to_owned(), blocks: Vec::new(), prose: Vec::new() };
        let mut before = "";
        let mut lines = (1..).zip(text.lines());
        while let Some((number, line)) = lines.next() {
            if let Some(language) = line.trim_start().strip_prefix("```") {
                let comment = before.strip_prefix("<!-- ").and_then(|it| it.strip_suffix(" -->"));
                let inside = lines.by_ref().map(|(_, line)| line);
                let inside = inside.take_while(|line| !line.trim_start().starts_with("```"));
                page.blocks.push(Block {
                    place: format!("{name}:{number}"),
                    language: language.to_owned(),
                    comment: comment.map(str::to_owned),
                    text: inside.flat_map(|line| [line, "\n"]).collect(),
                });
            } else {
                page.prose.push((number, line.to_owned()));
            }
            before = line;
        }
        page
    }

    /// `README.md` and the pages in `docs`.
    fn all() -> Vec<Self> {
        let mut names: Vec<String> = fs::read_dir(repository("docs"))
            .unwrap()
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.ends_with(".md"))
            .map(|name| format!("docs/{name}"))
            .collect();
        names.sort();
        ["README.md".to_owned()].iter().chain(&names).map(|name| Page::read(name)).collect()
    }
}

/// What the program's `--help` tells: the options of each command, by the command's words.
struct Help(BTreeMap<String, BTreeSet<String>>);

impl Help {
    fn read() -> Self {
        let mut help = Help(BTreeMap::new());
        help.add("");
        help
    }

    /// Adds a command and those below it.
    fn add(&mut self, command: &str) {
        let assert = triplewire().args(command.split_whitespace()).arg("--help").assert().success();
        let text = String::from_utf8(assert.get_output().stdout.clone()).unwrap();
        // `-h, --help` or `--out <DIR>`
        let options = text.lines().map(str::trim).filter(|line| line.starts_with('-'));
        let words = options.flat_map(|line| line.split_whitespace().take(2));
        let options = words.filter(|word| word.starts_with("--")).map(str::to_owned).collect();
        self.0.insert(command.to_owned(), options);
        let below = text.lines().skip_while(|line| *line != "Commands:").skip(1);
        for line in below.take_while(|line| !line.is_empty()) {
            // What a command does may take several lines; those that go on are indented more.
            let name =
                line.split_whitespace().next().filter(|name| !line.starts_with("   ") && *name != "help");
            if let Some(name) = name {
                self.add(format!("{command} {name}").trim_start());
            }
        }
    }

    /// What is wrong with the words behind `triplewire`: a command or an option that does not exist.
    fn unknown(&self, words: &[&str]) -> Option<String> {
        // `rules test FILE`: as many words as are a command's.
        let known = (0..=words.len()).take_while(|&n| self.0.contains_key(&words[..n].join(" "))).last()?;
        let (command, rest) = (words[..known].join(" "), &words[known..]);
        match rest.first() {
            Some(word) if command.is_empty() && !word.starts_with('-') => {
                return Some(format!("there is no command `{word}`"));
            }
            _ => {}
        }
        let options = rest.iter().filter(|word| word.starts_with("--"));
        let mut unknown = options.filter(|option| !self.0[&command].contains(**option));
        unknown.next().map(|option| format!("`triplewire {command}` has no option {option}"))
    }

    /// What is wrong with a piece of code within a sentence: `extract --view`, `--quiet`, `triplewire view DIR`.
    fn unknown_in_prose(&self, code: &str) -> Option<String> {
        let words: Vec<&str> = code.split_whitespace().collect();
        match *words.first()? {
            "triplewire" => self.unknown(&words[1..]),
            option if option.starts_with("--") => {
                let known = self.0.values().any(|options| options.contains(option));
                (!known).then(|| format!("no command has the option {option}"))
            }
            command if self.0.contains_key(command) => self.unknown(&words),
            _ => None,
        }
    }
}

/// The words behind each `triplewire` in shell commands.
fn calls(commands: &str) -> Vec<Vec<String>> {
    let lines = commands.replace("\\\n", " ");
    let words =
        lines.lines().map(|line| shlex::split(line).unwrap_or_else(|| panic!("an open quote: {line}")));
    words
        .flat_map(|words| words.split(|word| word == "|").map(<[String]>::to_vec).collect::<Vec<_>>())
        .filter_map(|words| {
            words.split_first().filter(|(first, _)| *first == "triplewire").map(|(_, it)| it.to_vec())
        })
        .collect()
}

#[test]
fn every_command_and_option_that_the_documentation_names_exists() {
    let help = Help::read();
    assert!(
        help.0["rules explain"].contains("--json"),
        "the commands of the program are not found in --help"
    );
    let mut faults = Vec::new();
    let mut seen = 0;
    for page in Page::all() {
        for block in page.blocks.iter().filter(|block| block.language == "sh") {
            for call in calls(&block.text) {
                seen += 1;
                let words: Vec<&str> = call.iter().map(String::as_str).collect();
                faults.extend(help.unknown(&words).map(|fault| format!("{}: {fault}", block.place)));
            }
        }
        for (number, line) in &page.prose {
            for code in line.split('`').skip(1).step_by(2) {
                faults.extend(
                    help.unknown_in_prose(code).map(|fault| format!("{}:{number}: {fault}", page.name)),
                );
            }
            if line.trim_start().starts_with("triplewire ") && line.starts_with("    ") {
                faults.push(format!(
                    "{}:{number}: put the command between ```sh and ```, so that it is tested",
                    page.name
                ));
            }
        }
    }
    assert!(seen > 40, "only {seen} commands were found");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The seeds that the commands run on: enough for the names in the examples, and few, for time.
const SEEDS: [&str; 4] = [
    "antwerp-port-guard-murder",
    "obituary-helena-vasquim",
    "rovers-win-munster-shield",
    "turkey-dawn-raids",
];

/// Puts into a folder what the commands may start from.
fn furnish(folder: &Path) {
    fs::create_dir_all(folder.join("seeds/labels")).unwrap();
    fs::create_dir_all(folder.join("tests/judged")).unwrap();
    for seed in SEEDS {
        let text = format!("seeds/{seed}.txt");
        fs::copy(repository(&text), folder.join(&text)).unwrap();
    }
    for table in ["seeds/labels/mentions.csv", "seeds/labels/relations.csv"] {
        let mut rows = csv::Reader::from_path(repository(table)).unwrap();
        let mut kept = csv::Writer::from_path(folder.join(table)).unwrap();
        kept.write_record(rows.headers().unwrap()).unwrap();
        for row in rows.records().map(Result::unwrap).filter(|row| SEEDS.contains(&&row[0])) {
            kept.write_record(&row).unwrap();
        }
        kept.flush().unwrap();
    }
    let judged = "tests/judged/relations.csv";
    fs::copy(repository(judged), folder.join(judged)).unwrap();
}

/// Copies the files of a folder into a new one.
fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for file in fs::read_dir(from).unwrap().map(Result::unwrap) {
        fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}

/// Runs the commands of a page in a folder and tells which of them failed, and how.
fn run(page: &Page, folder: &Path) -> Vec<String> {
    let program = assert_cmd::cargo::cargo_bin!("triplewire").parent().unwrap().to_owned();
    let others = env::var_os("PATH").unwrap_or_default();
    let path = env::join_paths([program].into_iter().chain(env::split_paths(&others))).unwrap();
    let mut faults = Vec::new();
    for block in &page.blocks {
        if let Some(file) = block.file() {
            fs::write(folder.join(file), &block.text).unwrap();
        } else if block.language == "sh" && block.not_run().is_none() {
            let mut shell = Command::new("sh");
            shell.args(["-e", "-c", &block.text]).current_dir(folder).env("PATH", &path);
            let output = shell.env("XDG_CACHE_HOME", folder).env_remove("HF_ENDPOINT").output().unwrap();
            if !output.status.success() {
                let said = String::from_utf8_lossy(&output.stderr);
                faults.push(format!("{}: {}\n{}{said}", block.place, output.status, block.text));
            }
        }
    }
    faults
}

#[test]
#[cfg_attr(not(unix), ignore = "the commands are for a POSIX shell")]
fn every_command_of_the_documentation_runs_or_says_why_not() {
    let pages = Page::all();
    let (readme, others) = pages.split_first().unwrap();
    let start = tempfile::tempdir().unwrap();
    furnish(start.path());
    let mut faults = run(readme, start.path());
    assert!(start.path().join("output/triples.csv").exists(), "README.md wrote no output: {faults:?}");
    faults.par_extend(others.par_iter().flat_map(|page| {
        let folder = tempfile::tempdir().unwrap();
        furnish(folder.path());
        // A page that begins with the first steps makes it itself, and a result of other inputs would not be replaced.
        if !page.blocks.iter().any(|block| block.text.contains("--out output\n")) {
            copy(&start.path().join("output"), &folder.path().join("output"));
        }
        run(page, folder.path())
    }));
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
