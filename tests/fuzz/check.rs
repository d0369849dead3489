//! What must hold for any bytes whatever: a function for each fuzz target. `tests/fuzz.rs` runs them on
//! the cases that were found.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use triplewire::eval::gold;
use triplewire::input::{self, Item, Options};
use triplewire::model::{EngineChoice, Model, Scores, Window, WindowScores};
use triplewire::relation::{Bracketed, Matcher, RuleSet};
use triplewire::syntax::{Parser, Word};
use triplewire::text::{CodePoints, Span, sentences, words};

pub fn txt(data: &[u8]) {
    articles("a.txt", data);
}

pub fn csv(data: &[u8]) {
    articles("a.csv", data);
}

pub fn jsonl(data: &[u8]) {
    articles("a.jsonl", data);
}

pub fn html(data: &[u8]) {
    articles("a.html", data);
}

pub fn parquet(data: &[u8]) {
    articles("a.parquet", data);
}

pub fn warc(data: &[u8]) {
    articles("a.warc", data);
}

pub fn json(data: &[u8]) {
    articles("a.json", data);
}

pub fn xlsx(data: &[u8]) {
    articles("a.xlsx", data);
}

pub fn xls(data: &[u8]) {
    articles("a.xls", data);
}

pub fn ods(data: &[u8]) {
    articles("a.ods", data);
}

pub fn docx(data: &[u8]) {
    articles("a.docx", data);
}

pub fn pdf(data: &[u8]) {
    articles("a.pdf", data);
}

pub fn eml(data: &[u8]) {
    articles("a.eml", data);
}

pub fn mbox(data: &[u8]) {
    articles("a.mbox", data);
}

pub fn gold_jsonl(data: &[u8]) {
    labels(&[("a.jsonl", data)], "a.jsonl");
}

pub fn gold_conll(data: &[u8]) {
    labels(&[("a.conll", data)], "a.conll");
}

pub fn gold_label_studio(data: &[u8]) {
    labels(&[("a.json", data)], "a.json");
}

/// The text up to the first NUL, the labels behind it.
pub fn gold_brat(data: &[u8]) {
    let (text, annotations) = halves(data);
    labels(&[("a.txt", text), ("a.ann", annotations)], "");
}

/// A pattern up to the first NUL, and behind it a sentence with names in brackets.
pub fn rule_pattern(data: &[u8]) {
    let (pattern, sentence) = halves(data);
    let (Ok(pattern), Ok(sentence)) = (std::str::from_utf8(pattern), std::str::from_utf8(sentence)) else {
        return;
    };
    let quoted: String = pattern.chars().map(|c| format!("\\U{:08x}", u32::from(c))).collect();
    let file =
        format!("[[rule]]\nid = \"leads/x\"\npattern = \"{quoted}\"\nscore = 0.5\nyes = []\nno = []\n");
    rules(file.as_bytes(), sentence);
}

/// A rule file up to the first NUL, and behind it a sentence with names in brackets.
pub fn rule_file(data: &[u8]) {
    let (file, sentence) = halves(data);
    let Ok(sentence) = std::str::from_utf8(sentence) else { return };
    rules(file, sentence);
}

/// A text and two positions in it.
pub fn spans(data: &[u8]) {
    let Some((&[a, b], text)) = data.split_first_chunk::<2>() else { return };
    let text = String::from_utf8_lossy(text);
    let points = CodePoints::new(&text);
    let found = sentences(&text);
    let mut end = 0;
    for &sentence in &found {
        assert!(end <= sentence.start && !sentence.of(&text).trim().is_empty());
        end = sentence.end;
        let mut from = sentence.start;
        for word in words(&text, sentence) {
            assert!(from <= word.start && sentence.contains(word) && !word.of(&text).is_empty());
            from = word.end;
            let (start, end) = points.of_span(word);
            assert_eq!(points.to_span(start, end), Some(word));
            assert_eq!(text.chars().skip(start).take(end - start).collect::<String>(), word.of(&text));
        }
    }
    let (a, b) = (usize::from(a), usize::from(b));
    if let Some(span) = points.to_span(a.min(b), a.max(b)) {
        assert_eq!(points.of_span(span), (a.min(b), a.max(b)));
        assert!(span.contains(span.trimmed(&text)));
    }
}

/// Scores up to the first NUL, used again and again, and behind it a text.
pub fn decoder(data: &[u8]) {
    static MODEL: LazyLock<Model> = LazyLock::new(|| {
        let folder =
            Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().find(|it| it.join("models/newswire").is_dir());
        let folder = folder.expect("the bundled model").join("models/newswire");
        Model::open(&folder, EngineChoice::Rten, 1).expect("the bundled model opens")
    });
    let (scores, text) = halves(data);
    let text = String::from_utf8_lossy(text);
    let mut given = scores.iter().cycle().map(|&byte| f32::from(byte as i8) / 4.0);
    let found = sentences(&text);
    let windows = MODEL.windows(&text, &found);
    let labels = MODEL.folder().outputs.count;
    let mut score = |window: &Window| {
        let width = window.ids.len();
        let values = (0..width * labels).map(|_| given.next().unwrap_or_default()).collect();
        Scores { rows: 1, width, labels, values }
    };
    let scores: Vec<WindowScores> =
        windows.iter().flat_map(|window| MODEL.read(&[window], &score(window))).collect();
    let mut end = 0;
    let mentions = MODEL.decode(&text, &windows, &scores);
    for mention in &mentions {
        assert!(end <= mention.span.start && (0.0..=1.0).contains(&mention.score), "{mention:?}");
        end = mention.span.end;
        assert!(!mention.span.of(&text).is_empty());
        assert!(found.iter().any(|sentence| sentence.contains(mention.span)));
    }
    let Some(outputs) = &MODEL.folder().outputs.syntax else { return };
    let parser = Parser::new(outputs);
    let names: Vec<Span> = mentions.iter().map(|mention| mention.span).collect();
    for scores in MODEL.syntax(&scores) {
        let sentence = parser.parse(&text, &scores, &names);
        tree(&sentence.words);
        let words = sentence.words.iter().map(|word| word.span);
        assert!(words.clone().all(|word| found[sentence.number].contains(word) && !word.is_empty()));
        assert!(words.is_sorted_by(|a, b| a.end <= b.start));
    }
}

/// That the words are a tree with one root.
fn tree(words: &[Word]) {
    assert_eq!(words.iter().filter(|word| word.head.is_none()).count(), 1);
    for word in words {
        let (mut at, mut steps) = (word, 0);
        while let Some(head) = at.head {
            (at, steps) = (&words[head], steps + 1);
            assert!(steps < words.len(), "a cycle");
        }
    }
}

/// What is before the first NUL, and what is behind it.
fn halves(data: &[u8]) -> (&[u8], &[u8]) {
    let at = data.iter().position(|&byte| byte == 0).unwrap_or(data.len());
    (&data[..at], data.get(at + 1..).unwrap_or_default())
}

/// A folder with these files.
fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, data) in files {
        std::fs::write(folder.path().join(name), data).expect("room for a file");
    }
    folder
}

/// Reads a file as `extract` does.
fn articles(name: &str, data: &[u8]) {
    let folder = folder(&[(name, data)]);
    let inputs: [PathBuf; 1] = [folder.path().join(name)];
    let Ok(articles) = input::open(&inputs, Options::default()) else { return };
    let mut ids = BTreeSet::new();
    for item in articles {
        match item {
            Item::Article(article) => {
                assert!(!article.text.trim().is_empty() && !article.text.contains('\0'));
                assert!(ids.insert(article.id), "an id came twice");
            }
            Item::Problem(problem) => {
                assert!(problem.to_string().contains(name), "{problem}");
            }
        }
    }
}

/// Reads a file, or the folder itself, as `evaluate --gold` does.
fn labels(files: &[(&str, &[u8])], name: &str) {
    let folder = folder(files);
    let Ok(gold) = gold::read(&folder.path().join(name), &[]) else { return };
    for document in gold.documents {
        let text = &document.article.text;
        for mention in &document.labels.mentions {
            let Span { start, end } = mention.span;
            assert!(start < end && text.get(start..end).is_some(), "{mention:?}");
        }
        for relation in &document.labels.relations {
            let mentions = document.labels.mentions.len();
            assert!(relation.subject < mentions && relation.object < mentions, "{relation:?}");
        }
    }
}

/// Reads a rule file, compiles it and looks for its rules in a sentence.
fn rules(file: &[u8], sentence: &str) {
    let folder = folder(&[("a.toml", file)]);
    let mut set = RuleSet::empty();
    if set.add_path(&folder.path().join("a.toml")).is_err() {
        return;
    }
    let Ok(matcher) = Matcher::new(&set) else { return };
    let sentence = Bracketed::text(sentence);
    let document = sentence.document();
    for relation in matcher.relations(document) {
        for end in [relation.subject, relation.object] {
            assert!(end.mention().is_some_and(|mention| mention < document.mentions.len()));
        }
        assert!(relation.sentence.end <= document.text.len());
    }
    matcher.explain(&set, document);
}
