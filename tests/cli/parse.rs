//! `parse`: text and CoNLL-U in, CoNLL-U out.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use assert_cmd::assert::Assert;

use crate::command::{repository, stderr, triplewire};

/// A word's line: form, lemma, part of speech, head (0 for the root) and relation.
#[derive(Debug, PartialEq, Eq)]
struct Line {
    form: String,
    lemma: String,
    tag: String,
    head: usize,
    relation: String,
}

/// A sentence as it was printed: its comments, and its words.
struct Printed {
    comments: Vec<String>,
    words: Vec<Line>,
}

/// `triplewire parse INPUT --engine rten`
fn parse(input: &Path) -> Command {
    let mut command = triplewire();
    command.arg("parse").arg(input).args(["--engine", "rten"]);
    command
}

fn stdout(assert: &Assert) -> String {
    String::from_utf8(assert.get_output().stdout.clone()).unwrap()
}

/// The sentences of some CoNLL-U without contractions, after a look at each of them: ten columns, words counted from 1,
/// and a tree with one root.
fn checked(conllu: &str) -> Vec<Printed> {
    let blocks = conllu.split("\n\n").filter(|block| !block.trim().is_empty());
    let sentences: Vec<Printed> = blocks.map(printed).collect();
    assert!(conllu.is_empty() || conllu.ends_with("\n\n"), "a blank line ends every sentence");
    for Printed { words, .. } in &sentences {
        assert_eq!(words.iter().filter(|word| word.head == 0).count(), 1, "{words:?}");
        for word in words {
            assert_eq!(word.head == 0, word.relation == "root", "{word:?}");
            let (mut head, mut steps) = (word.head, 0);
            while head > 0 {
                assert!(head <= words.len() && steps < words.len(), "no way to the root from {word:?}");
                (head, steps) = (words[head - 1].head, steps + 1);
            }
        }
    }
    sentences
}

fn printed(block: &str) -> Printed {
    let (comments, lines): (Vec<&str>, Vec<&str>) = block.lines().partition(|line| line.starts_with('#'));
    let word = |(number, line): (usize, &&str)| {
        let cells: Vec<&str> = line.split('\t').collect();
        let &[id, form, lemma, tag, _, _, head, relation, _, _] = cells.as_slice() else {
            panic!("{} columns: {line}", cells.len())
        };
        assert_eq!(id, number.to_string());
        assert!([form, lemma, tag, relation].iter().all(|cell| !cell.is_empty()), "{line}");
        let head = head.parse().unwrap();
        let [form, lemma, tag, relation] = [form, lemma, tag, relation].map(str::to_owned);
        Line { form, lemma, tag, head, relation }
    };
    let comments = comments.into_iter().map(str::to_owned).collect();
    Printed { comments, words: (1..).zip(&lines).map(word).collect() }
}

fn file(folder: &Path, name: &str, content: &str) -> std::path::PathBuf {
    let path = folder.join(name);
    fs::write(&path, content).unwrap();
    path
}

#[test]
fn text_becomes_sentences_with_trees() {
    let folder = tempfile::tempdir().unwrap();
    let text = "Ana Ruiz of Acme founded two companies. They don't\n  make zinc!\n\nNobody knows why.";
    let input = file(folder.path(), "news.txt", text);
    let assert = parse(&input).assert().code(0);
    assert_eq!(stderr(&assert), "");
    let sentences = checked(&stdout(&assert));
    let comments: Vec<&str> = sentences.iter().flat_map(|it| &it.comments).map(String::as_str).collect();
    assert_eq!(
        comments,
        [
            "# newdoc id = news",
            "# sent_id = news-1",
            "# text = Ana Ruiz of Acme founded two companies.",
            "# sent_id = news-2",
            "# text = They don't make zinc!",
            "# sent_id = news-3",
            "# text = Nobody knows why.",
        ]
    );
    let words: Vec<String> = sentences[0]
        .words
        .iter()
        .map(|it| format!("{} {} {} {} {}", it.form, it.lemma, it.tag, it.head, it.relation))
        .collect();
    assert_eq!(
        words,
        [
            "Ana Ana PROPN 5 nsubj",
            "Ruiz Ruiz PROPN 1 flat",
            "of of ADP 4 case",
            "Acme Acme PROPN 1 nmod",
            "founded found VERB 0 root",
            "two two NUM 7 nummod",
            "companies company NOUN 5 obj",
            ". . PUNCT 5 punct",
        ]
    );
    let second: Vec<(&str, &str)> = sentences[1].words.iter().map(|it| (&*it.form, &*it.lemma)).collect();
    assert_eq!(
        second,
        [("They", "they"), ("do", "do"), ("n't", "not"), ("make", "make"), ("zinc", "zinc"), ("!", "!")]
    );
    // Where no blank follows a word, the last column says so.
    assert!(stdout(&assert).contains("\t_\tSpaceAfter=No\n3\tn't\t"), "{}", stdout(&assert));
}

#[test]
fn every_input_of_extract_is_read_and_what_is_broken_is_named() {
    let folder = tempfile::tempdir().unwrap();
    file(folder.path(), "a.jsonl", "{\"id\": \"one\\ntwo\", \"text\": \"Ana left.\"}\nno json\n");
    file(folder.path(), "b.txt", "Bo came. \u{200b}");
    let assert = parse(folder.path()).assert().code(2);
    assert!(stderr(&assert).contains("a.jsonl, line 2"), "{}", stderr(&assert));
    let sentences = checked(&stdout(&assert));
    let comments: Vec<&str> = sentences.iter().map(|it| it.comments[0].as_str()).collect();
    assert_eq!(comments, ["# newdoc id = one two", "# newdoc id = b"]);
    // The same from standard input, with any number of threads.
    let text = fs::read(folder.path().join("a.jsonl")).unwrap();
    let mut command = parse(Path::new("-"));
    let again = command.args(["--threads", "3"]).write_stdin(text).assert().code(2);
    assert!(stdout(&assert).starts_with(&stdout(&again)));
}

const TREEBANK: &str = "# newdoc id = d\n# sent_id = d-1\n# note = kept\n\
    1-2\tDon't\t_\t_\t_\t_\t_\t_\t_\t_\n\
    1\tDo\twrong\tX\tVB\tMood=Imp\t2\tdep\t2:dep\t_\n\
    2\tn't\t_\t_\tRB\t_\t_\t_\t_\t_\n\
    3\tsell\t_\t_\tVB\t_\t_\t_\t_\t_\n\
    4\tzinc\t_\t_\tNN\t_\t_\t_\t_\tSpaceAfter=No\n\
    5\t!\t_\t_\t.\t_\t_\t_\t_\tkept=too\n\
    5.1\tsell\t_\t_\t_\t_\t_\t_\t3:conj\t_\n\
    \n\
    # sent_id = d-2\n\
    1\tAna\t_\t_\t_\t_\t_\t_\t_\t_\n\
    2\tleft\t_\t_\t_\t_\t_\t_\t_\t_\n\
    \n";

#[test]
fn a_treebank_keeps_its_lines_and_is_filled_in() {
    let folder = tempfile::tempdir().unwrap();
    let input = file(folder.path(), "d.conllu", TREEBANK);
    let assert = parse(&input).assert().code(0);
    let filled = stdout(&assert);
    let (given, got): (Vec<&str>, Vec<&str>) = (TREEBANK.lines().collect(), filled.lines().collect());
    assert_eq!(given.len(), got.len());
    let mut words = Vec::new();
    for (given, got) in given.iter().zip(got) {
        let (given, got): (Vec<&str>, Vec<&str>) = (given.split('\t').collect(), got.split('\t').collect());
        if given.len() == 1 || given[0].contains(['-', '.']) {
            assert_eq!(given, got);
            continue;
        }
        for column in [0, 1, 4, 5, 8, 9] {
            assert_eq!(given[column], got[column], "column {column} of {given:?}");
        }
        words.push([1, 2, 3, 6, 7].map(|column| got[column]).join(" "));
    }
    assert_eq!(
        words,
        [
            "Do do AUX 3 aux",
            "n't not PART 3 advmod",
            "sell sell VERB 0 root",
            "zinc zinc NOUN 3 obj",
            "! ! PUNCT 3 punct",
            "Ana Ana PROPN 2 nsubj",
            "left leave VERB 0 root",
        ]
    );
    // What it has filled in, it fills in again.
    let again = file(folder.path(), "again.conllu", &filled);
    assert_eq!(stdout(&parse(&again).assert().code(0)), filled);
}

#[test]
fn a_broken_sentence_of_a_treebank_is_named_with_its_line_and_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let input = file(folder.path(), "d.conllu", &TREEBANK.replace("4\tzinc\t", "4\t"));
    let assert = parse(&input).assert().code(2);
    let message = stderr(&assert);
    assert!(message.contains("d.conllu, line 8: 9 columns instead of 10"), "{message}");
    assert!(stdout(&assert).starts_with("# sent_id = d-2\n1\tAna\t"), "{}", stdout(&assert));

    let missing = stderr(&parse(&folder.path().join("none.conllu")).assert().code(1));
    assert!(missing.contains("none.conllu: ") && missing.contains("Check the path"), "{missing}");
    fs::write(&input, [0xff, 0xfe, 0x31]).unwrap();
    let no_text = stderr(&parse(&input).assert().code(1));
    assert!(no_text.contains("d.conllu: ") && no_text.contains("convert the file"), "{no_text}");
}

#[test]
fn a_sentence_longer_than_the_window_is_said_to_be_so() {
    let folder = tempfile::tempdir().unwrap();
    let long = format!("Ana said{} on Monday.", " that the price of zinc rose, and".repeat(60));
    let input = file(folder.path(), "long.txt", &format!("{long}\nBo left."));
    let assert = parse(&input).assert().code(0);
    let said = "words far from each other were not compared: 1 sentence\n";
    assert!(stderr(&assert).ends_with(said), "{}", stderr(&assert));
    let sentences = checked(&stdout(&assert));
    let is_long = |it: &Printed| it.comments.contains(&"# longer_than_window = yes".to_owned());
    assert_eq!(sentences.iter().map(is_long).collect::<Vec<_>>(), [true, false]);
    assert_eq!(sentences[0].words.len(), long.replace([',', '.'], " .").split_whitespace().count());

    // Of a treebank no line is added.
    let blank = |(number, word): (usize, &str)| format!("{number}\t{word}{}\n", "\t_".repeat(8));
    let lines: String = (1..).zip(long.split_whitespace()).map(blank).collect();
    let input = file(folder.path(), "long.conllu", &format!("{lines}\n"));
    let assert = parse(&input).assert().code(0);
    assert!(stderr(&assert).ends_with(said), "{}", stderr(&assert));
    let [sentence] = &checked(&stdout(&assert))[..] else { panic!("one sentence") };
    assert!(sentence.comments.is_empty());
    assert_eq!(sentence.words.len(), long.split_whitespace().count());
}

#[test]
fn a_model_without_syntax_is_refused_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["config.json", "model.onnx"] {
        fs::copy(repository("tests/reference/bert").join(name), folder.path().join(name)).unwrap();
    }
    file(folder.path(), "vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\na\n##a\n");
    let input = file(folder.path(), "a.txt", "Ana left.");
    let assert = parse(&input).arg("--model").arg(folder.path()).assert().code(1);
    let message = stderr(&assert);
    for part in ["it scores no syntax", "config.json", "models/newswire"] {
        assert!(message.contains(part), "{part:?} is not in {message}");
    }
    assert_eq!(stdout(&assert), "");
    let info = |folder: &Path| stdout(&triplewire().args(["model", "info"]).arg(folder).assert());
    assert!(info(folder.path()).contains("\nsyntax       no\n"), "{}", info(folder.path()));
    let bundled = info(&repository("models/newswire"));
    assert!(bundled.contains("\nlabels       9 (begin, inside)\n"), "{bundled}");
    assert!(bundled.contains("\nsyntax       yes: 17 parts of speech, 45 relations\n"), "{bundled}");
}
