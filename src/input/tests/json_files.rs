//! JSON that is not written line by line.

use super::*;
use crate::input::bytes::LONGEST;

#[test]
fn a_list_of_objects() {
    let (articles, problems) = read(
        "a.json",
        "\u{feff}[\n  {\"id\": 7, \"text\": \"one\", \"date\": \"2019-03-29\", \"tags\": [{\"text\": \"no\"}]},\n\
         {\"text\": \"two \\\"[{\\\\\"}\n,{\n\"text\":\n\"three\"}]",
    );
    assert_eq!(problems, []);
    assert_eq!(ids(&articles), ["7", "a#2", "a#3"]);
    assert_eq!(texts(&articles), ["one", "two \"[{\\", "three"]);
    assert_eq!(articles[0].date, Date::new(2019, Some(3), Some(29)));
}

#[test]
fn an_object_that_holds_the_list() {
    let news = r#"{"status": "ok", "totalResults": 2, "sources": [{"name": "x"}], "articles": [
        {"source": {"name": "A"}, "title": "T", "publishedAt": "2019-03-29", "content": "one"},
        {"author": null, "content": "two"}], "next": null}"#;
    let (articles, problems) = read("a.json", news);
    assert_eq!(problems, []);
    assert_eq!((ids(&articles), texts(&articles)), (vec!["T", "a#2"], vec!["one", "two"]));
    assert_eq!(articles[0].date, Date::new(2019, Some(3), Some(29)));
    let hits = r#"{"hits": {"total": 1, "hits": [{"_id": 1, "_source": {"id": "x", "text": "one"}}]}}"#;
    let (articles, problems) = read("a.json", hits);
    assert_eq!((ids(&articles), problems), (vec!["x"], vec![]));
    // A list under the name of a text.
    let (articles, problems) = read("a.json", r#"{"content": [{"id": "x", "text": "one"}]}"#);
    assert_eq!((ids(&articles), problems), (vec!["x"], vec![]));
}

#[test]
fn one_object_and_several() {
    let (articles, problems) = read("a.json", "{\n\"title\": \"T\",\n\"text\": \"one\"}\n");
    assert_eq!((ids(&articles), problems), (vec!["T"], vec![]));
    let (articles, _) = read("a.json", "{\"text\": \"one\"}\n");
    assert_eq!(ids(&articles), ["a"]);
    // What should be called .jsonl.
    let (articles, problems) = read("a.json", "{\"text\": \"one\"}\n{\"text\": \"two\"}\n");
    assert_eq!((ids(&articles), texts(&articles), problems), (vec!["a", "a#2"], vec!["one", "two"], vec![]));
}

#[test]
fn keys_can_be_named() {
    let list = r#"[{"key": "k", "story": "long", "text": "short"}, {"key": "l", "text": "x"}]"#;
    let (articles, problems) = read_with("a.json", list, named_columns(Some("key"), Some("story")));
    assert_eq!((ids(&articles), texts(&articles)), (vec!["k"], vec!["long"]));
    only(&problems, Some(1), true, &["no key `story`", "key, text", "--text-column"]);
}

#[test]
fn an_object_without_a_text_is_told_before_the_first_article_too() {
    let (articles, problems) = read("a.json", "[{\"id\": \"a\", \"html\": \"x\"},\n{\"text\": \"b\"}]");
    assert_eq!(texts(&articles), ["b"]);
    only(&problems, Some(1), true, &["no key is called", "id, html"]);
    // Those that hold the articles are none that is lost.
    let pages = r#"[{"hit": {"text": "a"}}, {"text": "b"}]"#;
    let (articles, problems) = read("a.json", pages);
    assert_eq!((texts(&articles), problems), (vec!["a", "b"], vec![]));
}

#[test]
fn a_broken_object_is_told_before_the_first_article_too() {
    let (articles, problems) = read("a.json", "[{\"text\": \"a\" \"id\": 1},\n{\"text\": \"b\"}]");
    assert_eq!(texts(&articles), ["b"]);
    only(&problems, Some(1), true, &["no JSON"]);
    let (articles, problems) = read("a.json", "{\n\"text\": \"a\" \"id\": 1}");
    assert_eq!(articles, []);
    only(&problems, Some(1), true, &["no JSON"]);
}

#[test]
fn a_broken_object_costs_itself() {
    let (articles, problems) =
        read("a.json", "[{\"text\": \"one\"},\n{\"text\": },\n{\"text\": \"three\"},\n{\"text\": [1]}]");
    assert_eq!(texts(&articles), ["one", "three"]);
    only(&problems[..1], Some(2), true, &["no JSON"]);
    only(&problems[1..], Some(4), true, &["`text` is a list"]);
    let (articles, problems) = read("a.json", "[{\"text\": \"one\"},\n{\"text\": \"tw");
    assert_eq!(texts(&articles), ["one"]);
    assert_eq!(problems.len(), 2, "{problems:?}");
    only(&problems[..1], Some(2), true, &["ends in the middle"]);
}

#[test]
fn files_without_articles_are_named() {
    only(&read("a.json", "").1, None, true, &["not one article"]);
    only(&read("a.json", "[1, \"text\", {}]").1, Some(1), true, &["`text`, `body` or `content`"]);
    only(&read("a.json", "{\"a\": 1,\n\"b\": [{\"c\": 2}]}").1, Some(1), true, &["a, b", "--text-column"]);
    only(&read("a.json", "no JSON").1, None, true, &["not one article"]);
}

#[test]
fn a_list_of_many_is_read_one_by_one_and_what_is_too_long_left_out() {
    let object = format!("{{\"id\": 0, \"text\": \"{}\"}},", "a".repeat(1 << 20));
    let many = object.repeat(34);
    let (articles, problems) = read("a.json", format!("{{\"x\": {{\"y\": [{many}{{\"text\": \"b\"}}]}}}}"));
    assert_eq!(articles.len(), 35);
    assert!(
        problems
            .iter()
            .all(|it| it.message.contains("already called") || it.message.contains("more articles"))
    );
    let long = format!(
        "[{{\"text\": \"one\"}}, {{\"text\": \"{}\"}}, {{\"text\": \"three\"}}]",
        "a".repeat(LONGEST)
    );
    let (articles, problems) = read("a.json", long);
    assert_eq!(ids(&articles), ["a#1", "a#2"]);
    only(&problems, Some(1), true, &["the object is longer"]);
    // Deeper than is looked, and more than one would like to look at again and again.
    let deep = format!("{}{}", "{\"a\":".repeat(100_000), "}".repeat(100_000));
    assert_eq!(read("a.json", deep).0, []);
    let lists = "{\"a\": [{\"b\": 1}]},".repeat(10_000);
    only(&read("a.json", format!("[{lists}{{}}]")).1, Some(1), true, &["keys here are: a"]);
}
