//! The readers as their users see them: what is in a file, what comes out.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::error::Error;

mod json_files;
mod known;
mod limits;
mod mail;
mod office;
mod parquet_files;
mod pdf_files;
mod sheets;
mod unread_files;
mod web;

/// A folder with `files` in it.
fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, content) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    folder
}

fn read_all(inputs: &[PathBuf], options: Options) -> (Vec<Article>, Vec<Problem>) {
    let (mut articles, mut problems) = (Vec::new(), Vec::new());
    for item in open(inputs, options).unwrap() {
        match item {
            Item::Article(article) => articles.push(article),
            Item::Problem(problem) => problems.push(problem),
        }
    }
    (articles, problems)
}

/// Reads one file of this name and content, named itself.
fn read(name: &str, content: impl AsRef<[u8]>) -> (Vec<Article>, Vec<Problem>) {
    read_with(name, content, Options::default())
}

fn read_with(name: &str, content: impl AsRef<[u8]>, options: Options) -> (Vec<Article>, Vec<Problem>) {
    let folder = folder(&[(name, content.as_ref())]);
    read_all(&[folder.path().join(name)], options)
}

fn named_columns(id: Option<&str>, text: Option<&str>) -> Options {
    Options { id_column: id.map(Into::into), text_column: text.map(Into::into), ..Options::default() }
}

fn ids(articles: &[Article]) -> Vec<&str> {
    articles.iter().map(|article| article.id.as_str()).collect()
}

fn texts(articles: &[Article]) -> Vec<&str> {
    articles.iter().map(|article| article.text.as_str()).collect()
}

/// The only problem, which must have this line and mention these words.
#[track_caller]
fn only(problems: &[Problem], line: Option<u64>, skipped: bool, words: &[&str]) {
    assert_eq!(problems.len(), 1, "{problems:#?}");
    let problem = &problems[0];
    assert_eq!(problem.place.line, line, "{problem}");
    assert_eq!(problem.skipped, skipped, "{problem}");
    assert!(!problem.message.ends_with('.') && problem.remedy.ends_with('.'), "{problem}");
    for word in words {
        assert!(problem.to_string().contains(word), "{word:?} is not in: {problem}");
    }
}

#[track_caller]
fn usage(result: Result<Articles>) -> String {
    match result {
        Err(Error::Usage(message)) => message,
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("opened"),
    }
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

mod text {
    use super::*;

    #[test]
    fn a_file_named_itself_is_called_after_its_stem() {
        let (articles, problems) = read("one.two.txt", "Ana left.\r\n");
        assert_eq!(ids(&articles), ["one.two"]);
        assert_eq!(texts(&articles), ["Ana left.\r\n"]);
        assert_eq!(problems, []);
    }

    #[test]
    fn marks_and_encodings() {
        assert_eq!(texts(&read("a.txt", b"\xef\xbb\xbfAna").0), ["Ana"]);
        let utf16: Vec<u8> =
            [0xfeff].into_iter().chain("Erdoğan".encode_utf16()).flat_map(u16::to_le_bytes).collect();
        let (articles, problems) = read("a.txt", utf16);
        assert_eq!((texts(&articles), problems), (vec!["Erdoğan"], vec![]));
        let (articles, problems) = read("a.txt", b"one\ncaf\xe9\n");
        assert_eq!(texts(&articles), ["one\ncafé\n"]);
        only(&problems, Some(2), false, &["1 byte", "Windows-1252", "UTF-8"]);
    }

    #[test]
    fn nul_bytes_become_blanks_and_keep_positions() {
        let (articles, problems) = read("a.txt", b"a\0b");
        assert_eq!(texts(&articles), ["a b"]);
        only(&problems, None, false, &["1 NUL"]);
    }

    #[test]
    fn empty_and_blank_files_are_named() {
        only(&read("a.txt", "").1, None, true, &["a.txt", "empty"]);
        only(&read("a.txt", " \n\t\r\n").1, None, true, &["nothing but blanks"]);
        only(&read("a.txt", b"\xef\xbb\xbf").1, None, true, &["empty"]);
    }

    #[test]
    fn one_line_of_20_megabytes() {
        let line = "Ana Ruiz left. ".repeat(1_400_000);
        let (articles, problems) = read("a.txt", &line);
        assert_eq!((articles[0].text.len(), problems.len()), (line.len(), 0));
    }

    #[test]
    fn an_unknown_extension_is_read_if_it_is_text() {
        let (articles, problems) = read("notes.md", "Ana left.");
        assert_eq!((ids(&articles), problems.len()), (vec!["notes"], 0));
        let (articles, problems) = read("picture", b"\x89PNG\0\0\0");
        assert_eq!(articles, []);
        only(&problems, None, true, &["no text"]);
    }
}

mod tables {
    use super::*;

    #[test]
    fn columns_are_guessed() {
        let (articles, problems) =
            read("a.csv", "URL,Date,Title,Body\nu1,2020-01-02,\"A, b\",\"one\r\n\"\"two\"\"\"\n");
        assert_eq!(problems, []);
        let wanted = Article {
            id: "u1".into(),
            called: None,
            text: "one\r\n\"two\"".into(),
            title: Some("A, b".into()),
            date: Date::new(2020, Some(1), Some(2)),
            source: None,
            url: Some("u1".into()),
        };
        assert_eq!(articles, [wanted]);
    }

    #[test]
    fn columns_can_be_named() {
        let table = "key,text,story\nk1,short,long\n";
        let (articles, problems) = read_with("a.csv", table, named_columns(Some("KEY"), Some("story")));
        assert_eq!(problems, []);
        assert_eq!((ids(&articles), texts(&articles)), (vec!["k1"], vec!["long"]));
        let (articles, problems) = read_with("a.csv", table, named_columns(Some("nr"), None));
        assert_eq!(articles, []);
        only(&problems, Some(1), true, &["no column `nr`", "key, text, story", "--id-column"]);
    }

    #[test]
    fn rows_are_numbered_without_an_id_column() {
        let (articles, problems) = read("news.csv", "text\none\n\ntwo\n");
        assert_eq!((ids(&articles), problems.len()), (vec!["news#1", "news#2"], 0));
    }

    #[test]
    fn other_delimiters_are_found() {
        for (name, table) in [
            ("a.csv", "id;text\n1;x, y\n"),
            ("a.csv", "id\ttext\n1\tx, y\n"),
            ("a.tsv", "id\ttext\n1\tx, y\n"),
        ] {
            let (articles, problems) = read(name, table);
            assert_eq!((ids(&articles), texts(&articles)), (vec!["1"], vec!["x, y"]), "{table}");
            assert_eq!(problems, []);
        }
    }

    #[test]
    fn a_missing_text_column_names_the_columns_found() {
        let (articles, problems) = read("a.csv", "\nid,story,lead\n1,x,y\n");
        assert_eq!(articles, []);
        only(&problems, Some(2), true, &["id, story, lead", "--text-column"]);
    }

    #[test]
    fn empty_tables_are_named() {
        only(&read("a.csv", "").1, None, true, &["empty"]);
        only(&read("a.csv", "\n \n").1, None, true, &["empty"]);
        only(&read("a.csv", "id,text\n").1, None, true, &["header"]);
    }

    #[test]
    fn rows_with_too_few_or_too_many_columns_are_left_out() {
        let (articles, problems) = read("a.csv", "id,text\n1,one\n2\n3,three,more\n4,four,,\n,\n");
        assert_eq!(ids(&articles), ["1", "4"]);
        only(&problems[..1], Some(3), true, &["too few columns: 1 cell"]);
        only(&problems[1..], Some(4), true, &["too many columns: 3 cells"]);
    }

    #[test]
    fn lines_are_physical_whatever_ends_them() {
        for end in ["\n", "\r\n"] {
            let table = ["id,text", "1,\"a", "", "b\"", "", "2", "3,\"c", "d\"", "4"].join(end);
            let (articles, problems) = read("a.csv", table);
            assert_eq!(ids(&articles), ["1", "3"]);
            let lines: Vec<_> = problems.iter().map(|problem| problem.place.line).collect();
            assert_eq!(lines, [Some(6), Some(9)], "{end:?}");
        }
    }

    #[test]
    fn lone_carriage_returns_end_rows() {
        let (articles, problems) = read("a.csv", "id,text\r1,one\r2,\"two, too\"\r");
        assert_eq!((ids(&articles), problems.len()), (vec!["1", "2"], 0), "{problems:?}");
    }

    #[test]
    fn empty_cells() {
        let (articles, problems) = read("a.csv", "id,text\n1, \n,two\n");
        assert_eq!(ids(&articles), ["a#2"]);
        only(&problems[..1], Some(2), true, &["text is empty"]);
        only(&problems[1..], Some(3), false, &["id is empty", "a#2"]);
    }

    #[test]
    fn an_unclosed_quotation_mark_costs_one_row() {
        let (articles, problems) = read("a.csv", "id,text\n1,one\n2,\"two\n3,three\n4,four\n");
        assert_eq!(ids(&articles), ["1", "3", "4"]);
        only(&problems, Some(3), true, &["never closed", "went on at line 4"]);
        // The next quotation mark closes it, in the middle of another row.
        let (articles, problems) = read("a.csv", "id,text\n1,\"one\n2,\"two, too\"\n3,three\n");
        assert_eq!(ids(&articles), ["2", "3"], "{problems:?}");
        only(&problems, Some(2), true, &["never closed", "went on at line 3"]);
    }

    #[test]
    fn a_file_cut_off_in_a_cell_yields_no_rows_of_prose() {
        let (articles, problems) =
            read("a.csv", "id,text\n1,one\n2,\"two\nHe came, and\nsaw.\nHe won, she sa");
        assert_eq!(ids(&articles), ["1"]);
        only(&problems, Some(3), true, &["never closed", "line 6, the end of the file"]);
    }

    #[test]
    fn loose_quotation_marks_inside_cells_are_reported_and_cost_nothing() {
        let (articles, problems) = read("a.csv", "id,text\n1,\"He\" said no.\n2,5\" wide\n3,\"three\"\n");
        assert_eq!(ids(&articles), ["1", "2", "3"], "{problems:?}");
        assert_eq!(articles[1].text, "5\" wide");
        only(&problems, Some(2), false, &["closing quotation mark"]);
    }

    #[test]
    fn windows_1252_is_said_once_and_counted() {
        let table = [b"id,text\n".as_slice(), &b"1,caf\xe9\n".repeat(3)].concat();
        let (articles, problems) = read("a.csv", table);
        assert_eq!((articles.len(), articles[2].text.as_str()), (3, "café"));
        let encoding: Vec<_> = problems.iter().filter(|it| it.message.contains("not UTF-8")).collect();
        assert_eq!(encoding.len(), 2);
        assert_eq!(encoding[0].place.line, Some(2));
        assert!(encoding[1].message.starts_with("2 more articles"), "{}", encoding[1]);
    }

    #[test]
    fn nul_and_mark() {
        let (articles, problems) = read("a.csv", b"\xef\xbb\xbf\"id\",text\n1,a\0b\n");
        assert_eq!((ids(&articles), texts(&articles)), (vec!["1"], vec!["a b"]));
        only(&problems, Some(2), false, &["NUL"]);
    }

    #[test]
    fn one_cell_of_20_megabytes() {
        let text = "Ana \"Ruiz\", left.\n".repeat(1_200_000);
        let table = format!("id,text\n1,\"{}\"\n2,x\n", text.replace('"', "\"\""));
        let (articles, problems) = read("a.csv", table);
        assert_eq!((ids(&articles), problems.len()), (vec!["1", "2"], 0));
        assert!(articles[0].text == text);
    }
}

mod jsonl {
    use super::*;

    #[test]
    fn fields() {
        let (articles, problems) = read(
            "a.jsonl",
            "{\"id\": 7, \"text\": \"one\", \"title\": \"T\", \"date\": 2020, \"source\": null, \"x\": [1]}\r\n\n\
             {\"text\": \"two\"}",
        );
        assert_eq!(problems, []);
        let first = Article {
            id: "7".into(),
            called: None,
            text: "one".into(),
            title: Some("T".into()),
            date: Date::new(2020, None, None),
            source: None,
            url: None,
        };
        assert_eq!(articles[0], first);
        assert_eq!(ids(&articles), ["7", "a#3"]);
    }

    #[test]
    fn keys_can_be_named() {
        let options = named_columns(Some("key"), Some("story"));
        let lines =
            "{\"key\": \"k\", \"text\": \"short\", \"story\": \"long\"}\n{\"key\": \"l\", \"text\": \"x\"}\n";
        let (articles, problems) = read_with("a.ndjson", lines, options);
        assert_eq!((ids(&articles), texts(&articles)), (vec!["k"], vec!["long"]));
        only(&problems, Some(2), true, &["no key `story`", "key, text", "--text-column"]);
    }

    #[test]
    fn a_record_without_the_named_id_is_kept() {
        let (articles, problems) =
            read_with("a.jsonl", "{\"id\": 1, \"text\": \"x\"}", named_columns(Some("key"), None));
        assert_eq!(ids(&articles), ["a#1"]);
        only(&problems, Some(1), false, &["no key `key`", "id, text", "a#1"]);
    }

    #[test]
    fn bad_lines_are_left_out() {
        let cases = [
            ("{\"id\": 1, \"text\": }", "no JSON"),
            ("not JSON", "no JSON"),
            ("\"text\"", "a string, not an object"),
            ("{\"id\": 1}", "`text`, `body` or `content`"),
            ("{\"id\": 1, \"text\": null}", "`text` is null"),
            ("{\"id\": 1, \"text\": {\"en\": \"x\"}}", "`text` is an object"),
            ("{\"id\": 1, \"text\": [\"x\"]}", "`text` is a list"),
            ("{\"id\": 1, \"text\": \" \\n\"}", "the text is empty"),
        ];
        for (line, word) in cases {
            let (articles, problems) = read(
                "a.jsonl",
                format!("{{\"id\": 0, \"text\": \"a\"}}\n{line}\n{{\"id\": 2, \"text\": \"b\"}}\n"),
            );
            assert_eq!(ids(&articles), ["0", "2"], "{line}");
            only(&problems, Some(2), true, &["a.jsonl, line 2", word]);
            assert!(!problems[0].message.contains("line 1"), "{}", problems[0]);
        }
    }

    #[test]
    fn an_id_that_is_none_is_replaced() {
        for id in ["null", "{\"$oid\": \"x\"}", "\"  \"", "[1]"] {
            let (articles, problems) = read("a.jsonl", format!("{{\"id\": {id}, \"text\": \"a\"}}"));
            assert_eq!(ids(&articles), ["a#1"]);
            only(&problems, Some(1), false, &["`id` holds no id", "a#1"]);
        }
    }

    #[test]
    fn a_line_cut_off_is_said_to_be() {
        let (articles, problems) =
            read("a.jsonl", "{\"id\": 0, \"text\": \"a\"}\n{\"id\": 1, \"text\": \"abc");
        assert_eq!(ids(&articles), ["0"]);
        only(&problems, Some(2), true, &["ends in the middle"]);
    }

    #[test]
    fn ordinary_json_is_refused_as_a_whole() {
        for content in
            ["[\n{\"id\": 1, \"text\": \"a\"}\n]", "[{\"text\": \"a\"}]", "{\n\"text\": \"a\"\n}\n"]
        {
            let (articles, problems) = read("a.jsonl", content);
            assert_eq!(articles, []);
            only(&problems, Some(1), true, &["jq"]);
        }
    }

    #[test]
    fn encodings_nuls_and_lone_surrogates() {
        let (articles, problems) = read("a.jsonl", b"\xef\xbb\xbf{\"id\": 1, \"text\": \"caf\xe9\"}");
        assert_eq!(texts(&articles), ["café"]);
        only(&problems, Some(1), false, &["Windows-1252"]);
        let (articles, problems) = read("a.jsonl", r#"{"id": 1, "text": "a\u0000b"}"#);
        assert_eq!(texts(&articles), ["a b"]);
        only(&problems, Some(1), false, &["NUL"]);
        let (articles, problems) = read("a.jsonl", r#"{"id": 1, "text": "\\ud83d \ud83d\ude00 \ud83d"}"#);
        assert_eq!(texts(&articles), ["\\ud83d 😀 \u{fffd}"]);
        only(&problems, Some(1), false, &["surrogate"]);
    }

    #[test]
    fn an_empty_file_and_many_bad_lines() {
        only(&read("a.jsonl", "\n\n").1, None, true, &["not one article"]);
        let (_, problems) = read("a.jsonl", "{\"id\": 1, \"story\": \"x\"}\n".repeat(5000));
        assert_eq!(problems.len(), 21);
        assert!(problems[20].message.starts_with("4980 more"), "{}", problems[20]);
        assert!(problems[20].skipped);
    }

    #[test]
    fn one_line_of_20_megabytes() {
        let text = "Ana Ruiz left. ".repeat(1_400_000);
        let (articles, _) = read("a.jsonl", format!("{{\"text\": \"{text}\"}}\n{{\"text\": \"b\"}}"));
        assert_eq!((articles[0].text.len(), ids(&articles)), (text.len(), vec!["a#1", "a#2"]));
    }
}

mod folders {
    use super::*;

    #[test]
    fn order_ids_and_what_is_passed_over() {
        let folder = folder(&[
            ("b.txt", b"b"),
            ("a/z.txt", b"az"),
            ("a/B.TXT", b"aB"),
            ("a.txt", b"a"),
            ("Z.txt", b"Z"),
            ("\u{e9}.txt", b"e"),
            ("t.csv", b"text\nrow\n"),
            ("l.jsonl", b"{\"text\": \"line\"}"),
            ("page.html", b"<p>Ana left."),
            ("report.html", br#"<meta name="generator" content="triplewire"><p>P R F1"#),
            ("README.md", b"read me"),
            (".hidden.txt", b"no"),
            (".git/x.txt", b"no"),
        ]);
        let (articles, problems) = read_all(&[folder.path().to_path_buf()], Options::default());
        assert_eq!(problems, []);
        assert_eq!(ids(&articles), ["Z", "a/B", "a/z", "a", "b", "l#1", "page", "t#1", "\u{e9}"]);
    }

    #[test]
    fn compressed_files() {
        let zst = zstd::encode_all(&b"id,text\n1,one\n"[..], 1).unwrap();
        // Two members, as `cat a.gz b.gz` makes them.
        let lines = [gzip(b"{\"id\": 2, \"text\": \"two\"}\n"), gzip(b"{\"id\": 3, \"text\": \"three\"}\n")];
        let folder =
            folder(&[("a.csv.zst", &zst), ("b.jsonl.gz", &lines.concat()), ("c.txt.gz", &gzip(b"four"))]);
        let (articles, problems) = read_all(&[folder.path().to_path_buf()], Options::default());
        assert_eq!((ids(&articles), problems.len()), (vec!["1", "2", "3", "c"], 0));
    }

    #[test]
    fn a_broken_gzip_keeps_the_articles_before_it() {
        let lines: String = (0..20_000u64)
            .map(|n| format!("{{\"id\": {n}, \"text\": \"{}\"}}\n", n.wrapping_mul(0x9e37_79b9_7f4a_7c15)))
            .collect();
        let mut packed = gzip(lines.as_bytes());
        packed.truncate(packed.len() / 2);
        let (articles, problems) = read("a.jsonl.gz", &packed);
        assert!(articles.len() > 5000, "{}", articles.len());
        only(&problems, Some(articles.len() as u64 + 1), true, &["damaged or cut off", "are kept"]);
        let table = format!("text\n{}", lines.replace([',', '"'], ";"));
        let mut packed = gzip(table.as_bytes());
        packed.truncate(packed.len() / 2);
        let (articles, problems) = read("a.csv.gz", &packed);
        assert!(articles.len() > 5000, "{}", articles.len());
        only(&problems, Some(articles.len() as u64 + 2), true, &["damaged or cut off", "are kept"]);
        let (articles, problems) = read("a.txt.gz", &packed);
        assert_eq!(articles, []);
        only(&problems, None, true, &["damaged or cut off", "left out"]);
        only(&read("a.txt.gz", b"plain text").1, None, true, &["cannot be read"]);
        only(&read("a.txt.zst", b"plain text").1, None, true, &["a.txt.zst"]);
    }

    #[test]
    fn own_output_and_labels_are_passed_over() {
        let mentions = b"\xef\xbb\xbfarticle,start,end,text,type,score\r\na,0,1,A,PER,1\r\n";
        let folder = folder(&[
            ("a.txt", b"a"),
            ("labels/mentions.csv", mentions),
            ("labels/relations.csv", b"article,subject,subject_type,predicate,object,object_type\n"),
            (
                "out/mentions.jsonl",
                b"{\"article\":\"a\",\"start\":0,\"end\":1,\"text\":\"A\",\"type\":\"PER\"}\n",
            ),
            ("late/mentions.csv", b"id,text\n1,this is a table of articles\n"),
            ("out/articles.csv", b"article,date,title,source,url,words,mentions,relations,duplicate_of\n"),
            ("late/articles.csv", b"url,date,title,source,text\n2,2019,T,S,this is one too\n"),
        ]);
        let (articles, problems) = read_all(&[folder.path().to_path_buf()], Options::default());
        assert_eq!((ids(&articles), problems.len()), (vec!["a", "2", "1"], 0));
        let labels = folder.path().join("labels");
        let message = usage(open(std::slice::from_ref(&labels), Options::default()));
        assert!(message.contains("output or hand labels") && message.contains("mentions.csv"), "{message}");
        let message = usage(open(&[labels.join("mentions.csv")], Options::default()));
        assert!(message.contains("evaluate"), "{message}");
    }

    #[test]
    fn the_output_folder_is_not_entered() {
        let folder = folder(&[("a.txt", b"a"), ("out/b.txt", b"b")]);
        let options = Options { pass_over: vec![folder.path().join("out")], ..Options::default() };
        assert_eq!(ids(&read_all(&[folder.path().to_path_buf()], options).0), ["a"]);
        // Unless it is the input itself.
        let options = Options { pass_over: vec![folder.path().to_path_buf()], ..Options::default() };
        assert_eq!(ids(&read_all(&[folder.path().to_path_buf()], options).0), ["a", "out/b"]);
    }

    #[test]
    fn files_written_during_the_run_are_not_taken_up() {
        let folder = folder(&[("a.txt", b"a")]);
        let articles = open(&[folder.path().to_path_buf()], Options::default()).unwrap();
        fs::write(folder.path().join("b.txt"), "b").unwrap();
        assert_eq!(articles.count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_but_not_in_circles() {
        use std::os::unix::fs::symlink;
        let folder = folder(&[("a/b.txt", b"b"), ("c.txt", b"c")]);
        symlink("..", folder.path().join("a/up")).unwrap();
        symlink("c.txt", folder.path().join("d.txt")).unwrap();
        symlink("nowhere", folder.path().join("e.txt")).unwrap();
        let (articles, problems) = read_all(&[folder.path().to_path_buf()], Options::default());
        assert_eq!(ids(&articles), ["a/b", "c", "d"]);
        only(&problems[..1], None, false, &["a link back"]);
        only(&problems[1..], None, true, &["e.txt", "cannot be read"]);
    }

    #[cfg(unix)]
    #[test]
    fn what_may_not_be_read_is_named() {
        use std::os::unix::fs::PermissionsExt;
        let folder = folder(&[("a.txt", b"a"), ("b.txt", b"b"), ("c/d.txt", b"d")]);
        for (name, mode) in [("a.txt", 0o000), ("c", 0o000)] {
            fs::set_permissions(folder.path().join(name), fs::Permissions::from_mode(mode)).unwrap();
        }
        let (articles, problems) = read_all(&[folder.path().to_path_buf()], Options::default());
        // The superuser may read everything.
        if fs::read(folder.path().join("a.txt")).is_err() {
            assert_eq!(ids(&articles), ["b"]);
            assert_eq!(problems.len(), 2, "{problems:?}");
            assert!(problems.iter().all(|problem| problem.skipped));
        }
        fs::set_permissions(folder.path().join("c"), fs::Permissions::from_mode(0o755)).unwrap();
    }

    #[test]
    fn a_file_that_vanishes_is_named() {
        let folder = folder(&[("a.txt", b"a"), ("b.txt", b"b")]);
        let articles = open(&[folder.path().to_path_buf()], Options::default()).unwrap();
        fs::remove_file(folder.path().join("a.txt")).unwrap();
        let items: Vec<_> = articles.collect();
        assert!(matches!(&items[0], Item::Problem(problem) if problem.skipped), "{items:?}");
        assert!(matches!(&items[1], Item::Article(article) if article.id == "b"));
    }
}

mod opening {
    use super::*;

    #[test]
    fn a_missing_input_is_an_error() {
        let folder = folder(&[("a.txt", b"a")]);
        let inputs = [folder.path().join("a.txt"), folder.path().join("b.txt")];
        assert!(
            matches!(open(&inputs, Options::default()), Err(Error::Io { path, .. }) if path == inputs[1])
        );
    }

    #[test]
    fn nothing_to_read_is_an_error() {
        let folder = folder(&[("x/page.md", b"<p>"), ("y/.z", b""), ("sheet.xlsb", b"PK"), ("a.txt", b"a")]);
        let message = usage(open(&[folder.path().join("x")], Options::default()));
        assert!(message.contains("1 file is not read: page.md"), "{message}");
        let message = usage(open(&[folder.path().join("y")], Options::default()));
        assert!(message.contains(".txt, .html") && message.contains(".docx"), "{message}");
        let message = usage(open(&[folder.path().join("sheet.xlsb")], Options::default()));
        assert!(message.contains("CSV UTF-8"), "{message}");
        assert!(usage(open(&[], Options::default())).contains("no input"));
        // With something else to read, it is left out.
        let inputs = [folder.path().join("sheet.xlsb"), folder.path().join("a.txt")];
        let (articles, problems) = read_all(&inputs, Options::default());
        assert_eq!(ids(&articles), ["a"]);
        only(&problems, None, true, &["CSV UTF-8"]);
    }

    #[test]
    fn the_same_input_twice_is_read_once() {
        let folder = folder(&[("a.txt", b"a")]);
        let inputs = [folder.path().join("a.txt"), folder.path().join("./a.txt")];
        let (articles, problems) = read_all(&inputs, Options::default());
        assert_eq!(ids(&articles), ["a"]);
        only(&problems, None, false, &["more than once"]);
    }

    #[test]
    fn duplicate_ids_lose_nothing() {
        let folder = folder(&[("x/a.txt", b"1"), ("y/a.txt", b"2"), ("z.csv", b"id,text\na,3\na,4\n")]);
        let inputs: Vec<PathBuf> = ["x", "y", "z.csv"].map(|name| folder.path().join(name)).to_vec();
        let (articles, problems) = read_all(&inputs, Options::default());
        assert_eq!(ids(&articles), ["a", "a#2", "a#3", "a#4"]);
        assert_eq!(texts(&articles), ["1", "2", "3", "4"]);
        assert_eq!(problems.len(), 3);
        only(&problems[1..2], Some(2), false, &["already called a", "called a#3"]);
    }

    #[test]
    fn progress_ends_at_the_total() {
        let folder = folder(&[("a.txt", b"1234"), ("b.csv", b"story\n1\n"), ("c.txt.gz", &gzip(b"abc"))]);
        let mut articles = open(&[folder.path().to_path_buf()], Options::default()).unwrap();
        let progress = articles.progress();
        let size = |name: &str| fs::metadata(folder.path().join(name)).unwrap().len();
        let total = size("a.txt") + size("b.csv") + size("c.txt.gz");
        assert_eq!((progress.read(), progress.total()), (0, Some(total)));
        assert!(articles.next().is_some());
        assert_eq!(progress.read(), 4);
        assert_eq!(articles.by_ref().count(), 2);
        assert_eq!(progress.read(), total);
        assert!(articles.next().is_none());
    }

    #[test]
    fn the_stream_can_move_to_another_thread() {
        fn sendable<T: Send + 'static>() {}
        sendable::<Articles>();
    }
}

/// Text as it may stand in a cell, rich in what CSV is sensitive to.
fn cell() -> impl Strategy<Value = String> {
    "[a-c\",;\t\r\n\u{e9}\u{1f980} ]{0,12}x[a-c\",\r\n]{0,6}"
}

fn write_table(rows: &[String], delimiter: u8, crlf: bool, style: csv::QuoteStyle) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new()
        .delimiter(delimiter)
        .terminator(if crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') })
        .quote_style(style)
        .from_writer(Vec::new());
    writer.write_record(["id", "text", "note"]).unwrap();
    for (number, text) in rows.iter().enumerate() {
        writer.write_record([&number.to_string(), text, text]).unwrap();
    }
    writer.into_inner().unwrap()
}

/// What tables a damaged file is made of.
fn fragment() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["1,a\n", "2,\"b\nc\"\n", "\"", ",", "\n", "\r\n", "x", "\"\"", "\r", "3,d"])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn texts_round_trip_through_csv_quoting(
        rows in prop::collection::vec(cell(), 1..8),
        delimiter in prop::sample::select(vec![b',', b';', b'\t', b'|']),
        crlf: bool,
        always: bool,
    ) {
        let style = if always { csv::QuoteStyle::Always } else { csv::QuoteStyle::Necessary };
        let (articles, problems) = read("a.csv", write_table(&rows, delimiter, crlf, style));
        prop_assert_eq!(problems, vec![]);
        prop_assert_eq!(texts(&articles), rows);
    }

    #[test]
    fn any_table_is_read_to_its_end_and_like_the_csv_crate_where_it_is_sound(
        parts in prop::collection::vec(fragment(), 0..30),
    ) {
        let table = format!("id,text\n{}", parts.concat());
        let (articles, problems) = read("a.csv", &table);
        let mut sorted = ids(&articles);
        sorted.sort_unstable();
        sorted.dedup();
        prop_assert_eq!(sorted.len(), articles.len(), "ids are unique");
        let lines = table.split('\n').count() as u64;
        prop_assert!(problems.iter().all(|problem| problem.place.line.is_none_or(|line| line <= lines)));
        if !problems.iter().any(|problem| problem.message.contains("never closed")) {
            let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(table.as_bytes());
            let wanted: Vec<String> = reader
                .records()
                .map(|record| record.unwrap())
                .filter(|record| record.iter().skip(2).all(str::is_empty))
                .filter_map(|record| record.get(1).filter(|text| !text.trim().is_empty()).map(str::to_owned))
                .collect();
            prop_assert_eq!(texts(&articles), wanted);
        }
    }

    #[test]
    fn order_is_stable_and_by_name(names in prop::collection::btree_set("[a-c_]{1,2}(/[a-c]{1,2})?", 1..12)) {
        let folder = TempDir::new().unwrap();
        let put = |name: &str| {
            let path = folder.path().join(format!("{name}.txt"));
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, name).unwrap();
        };
        // Written in the opposite order.
        names.iter().rev().for_each(|name| put(name));
        let inputs = [folder.path().to_path_buf()];
        let (articles, problems) = read_all(&inputs, Options::default());
        prop_assert_eq!(problems, vec![]);
        prop_assert_eq!(texts(&articles), ids(&articles));
        let mut by_parts: Vec<_> = ids(&articles);
        by_parts.sort_by_key(|id| {
            let path = format!("{id}.txt");
            Path::new(&path).iter().map(|part| part.to_owned()).collect::<Vec<_>>()
        });
        prop_assert_eq!(ids(&articles), by_parts);
        prop_assert_eq!(&read_all(&inputs, Options::default()).0, &articles);
    }
}
