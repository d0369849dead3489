//! What is longer than an article may be costs itself, and no memory.

use super::*;
use crate::input::bytes::LONGEST;

/// `head`, more bytes than are read of one record, and `tail`: 33 MB that are a few KB packed.
fn bomb(head: &str, tail: &str) -> Vec<u8> {
    let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 1).unwrap();
    encoder.write_all(head.as_bytes()).unwrap();
    let block = vec![b'a'; 1 << 20];
    for _ in 0..=LONGEST >> 20 {
        encoder.write_all(&block).unwrap();
    }
    encoder.write_all(tail.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn a_text() {
    only(&read("a.txt.zst", bomb("", "")).1, None, true, &["the file is longer than 32 MB"]);
    only(&read("a.html.zst", bomb("", "")).1, None, true, &["the page is longer than 4 MB"]);
}

#[test]
fn a_line() {
    let (articles, problems) =
        read("a.jsonl.zst", bomb("{\"id\": 1, \"text\": \"", "\"}\n{\"id\": 2, \"text\": \"two\"}\n"));
    assert_eq!(ids(&articles), ["2"]);
    only(&problems, Some(1), true, &["the line is longer"]);
}

#[test]
fn what_is_nested_beside_the_text_is_passed_over() {
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    let line = format!("{{\"x\": {{\"text\": \"no\", \"y\": {deep}}}, \"id\": 1.5, \"text\": \"one\"}}\n");
    let (articles, problems) = read("a.jsonl", &line);
    assert_eq!(
        (ids(&articles), texts(&articles), problems.len()),
        (vec!["1.5"], vec!["one"], 0),
        "{problems:?}"
    );
    only(&read("a.jsonl", "{\"text\": {\"x\": 1}}").1, Some(1), true, &["`text` is an object"]);
    only(&read("a.jsonl", "{\"id\": 1, \"text\": \"x\", \"y\": [1,}").1, Some(1), true, &["no JSON"]);
}

#[test]
fn a_row() {
    let (articles, problems) = read("a.csv.zst", bomb("id,text\n1,", "\n2,two\n"));
    assert_eq!(ids(&articles), ["2"]);
    only(&problems, Some(2), true, &["the row is longer"]);
}

#[test]
fn an_id_stands_in_every_row_and_is_cut() {
    let line = serde_json::json!({"id": "é".repeat(1000), "text": "one"}).to_string();
    let (articles, problems) = read("a.jsonl", format!("{line}\n{line}\n"));
    assert_eq!(ids(&articles), ["é".repeat(512), format!("{}#2", "é".repeat(512))]);
    only(&problems[..1], Some(1), false, &["the id has 2000 bytes", "--id-column"]);
}

#[test]
fn a_million_blank_lines_are_read_in_linear_time() {
    let blank = "\n".repeat(1_000_000);
    let (articles, problems) = read("a.csv", format!("{blank}id,text\n1,one\n{blank}2,two\n,\n3\n"));
    assert_eq!(ids(&articles), ["1", "2"]);
    only(&problems, Some(2_000_005), true, &["too few columns"]);
    let (articles, problems) = read("a.csv", format!("id,text\n1,one\n2,\"{blank}"));
    assert_eq!(ids(&articles), ["1"]);
    only(&problems, Some(3), true, &["never closed"]);
}

#[test]
fn many_open_quotation_marks_are_read_in_linear_time() {
    for lines in ["x\"y,\"\n", "x\"y,\"\n1,2\n1,2\n1,2\n"] {
        let (_, problems) = read("a.csv", format!("id,text\n{}", lines.repeat(200_000 / lines.len())));
        assert!(!problems.is_empty());
    }
}

#[test]
fn a_row_with_a_quotation_mark_that_is_never_closed() {
    let (articles, problems) = read("a.csv.zst", bomb("id,text\n1,\"x\n", "\n2,two\n3,three\n"));
    assert_eq!(ids(&articles), ["2", "3"]);
    only(&problems, Some(2), true, &["quotation mark"]);
}

#[test]
fn a_header() {
    let (articles, problems) = read("a.csv.zst", bomb("id,text", "\n1,one\n"));
    assert_eq!(articles, []);
    only(&problems, Some(1), true, &["the first row is longer"]);
}
