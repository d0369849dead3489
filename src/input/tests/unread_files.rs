//! What lies in a folder and is not read.

use super::*;

#[test]
fn files_that_nobody_reads_are_counted_and_named() {
    let folder = folder(&[
        ("a.txt", b"a"),
        ("b/x.pptx", b"PK"),
        ("b/y.pptx", b"PK"),
        ("c.JPG", b"\xff\xd8"),
        ("Makefile", b"all:"),
    ]);
    let (articles, problems) = read_all(&[folder.path().to_path_buf()], Options::default());
    assert_eq!(ids(&articles), ["a"]);
    only(
        &problems,
        None,
        true,
        &["4 files", "2 .pptx", "1 .jpg", "1 without an extension", "such as b/x.pptx", ".pdf"],
    );
    assert_eq!(problems[0].place, Place::file(folder.path()));
    // With nothing else there, that is all there is to say.
    let message = usage(open(&[folder.path().join("b")], Options::default()));
    assert!(message.contains("2 files") && message.contains(".pptx"), "{message}");
}

#[test]
fn leftovers_and_what_a_browser_saves_beside_a_page_need_no_word() {
    let folder = folder(&[
        ("a.txt", b"a"),
        (".hidden", b"x"),
        ("Thumbs.db", b"x"),
        ("README.md", b"x"),
        ("~$b.docx", b"x"),
        ("c.txt.part", b"x"),
        ("__MACOSX/x.bin", b"x"),
        ("page.html", b"<p>Ana Ruiz left the party in Porto on Monday, said her spokesman.</p>"),
        ("page_files/style.css", b"x"),
        ("page_files/deep/x.js", b"x"),
        ("out/run.json", br#"{"version": "0", "model": {}, "engine": "rten", "rules_hash": "0"}"#),
        ("out/view.html", b"<p>view</p>"),
        ("out/result.xlsx", b"PK"),
        ("out/parquet/triples.bin", b"x"),
    ]);
    let (articles, problems) = read_all(&[folder.path().to_path_buf()], Options::default());
    assert_eq!((ids(&articles), problems), (vec!["a", "page"], vec![]));
    std::fs::write(folder.path().join("other_files"), "x").unwrap();
    only(
        &read_all(&[folder.path().to_path_buf()], Options::default()).1,
        None,
        true,
        &["1 file is not read: other_files"],
    );
}

#[test]
fn files_named_themselves_say_what_to_do() {
    let folder = folder(&[("a.txt", b"a"), ("b.doc", b"x"), ("c.pdf.gz", b"x"), ("d.png", b"x")]);
    let read =
        |name: &str| read_all(&["a.txt", name].map(|name| folder.path().join(name)), Options::default()).1;
    only(&read("b.doc"), None, true, &["a .doc file is not an input", ".docx"]);
    only(&read("c.pdf.gz"), None, true, &["Unpack it"]);
    only(&read("d.png"), None, true, &["OCR"]);
}
