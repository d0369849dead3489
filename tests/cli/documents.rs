//! Articles as people have them: in office documents, PDF files, mail and JSON.

use std::fs;
use std::io::Write;
use std::path::Path;

use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use tempfile::TempDir;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::command::{extract, has_triple, rows, stderr, triplewire};

/// A workbook with a sheet of notes before the one of articles: rows of a text and a day of March 2019.
pub fn xlsx(file: &Path, articles: &[(&str, u8)]) {
    let mut book = Workbook::new();
    book.add_worksheet().set_name("Notes").unwrap().write(0, 0, "Collected by hand").unwrap();
    let sheet = book.add_worksheet().set_name("Articles").unwrap();
    sheet.write(0, 0, "Text").unwrap();
    sheet.write(0, 1, "Date").unwrap();
    let format = Format::new().set_num_format("dd.mm.yyyy");
    for (row, (text, day)) in (1..).zip(articles) {
        sheet.write(row, 0, *text).unwrap();
        let date = ExcelDateTime::from_ymd(2019, 3, *day).unwrap();
        sheet.write_with_format(row, 1, &date, &format).unwrap();
    }
    book.save(file).unwrap();
}

/// A document of these paragraphs.
pub fn docx(file: &Path, paragraphs: &[&str]) {
    let body: String = paragraphs.iter().map(|it| format!("<w:p><w:r><w:t>{it}</w:t></w:r></w:p>")).collect();
    let mut archive = ZipWriter::new(fs::File::create(file).unwrap());
    archive.start_file("word/document.xml", SimpleFileOptions::default()).unwrap();
    write!(archive, "<w:document xmlns:w=\"w\"><w:body>{body}</w:body></w:document>").unwrap();
    archive.finish().unwrap();
}

/// A page with these lines, without the list of places of its objects: readers look for them.
pub fn pdf(file: &Path, lines: &[&str]) {
    let text: String = lines.iter().map(|it| format!("({it}) Tj 0 -12 Td ")).collect();
    let page = format!("BT /F 10 Tf 50 700 Td {text}ET");
    let content = format!(
        "%PDF-1.4\n1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj\n2 0 obj <</Type/Pages/Count 1/Kids[3 0 R]>> endobj\n\
         3 0 obj <</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Resources<</Font<</F 5 0 R>>>>/Contents 4 0 R>> endobj\n\
         4 0 obj <</Length {}>> stream\n{page}\nendstream endobj\n\
         5 0 obj <</Type/Font/Subtype/Type1/BaseFont/Helvetica>> endobj\ntrailer <</Root 1 0 R>>\n%%EOF\n",
        page.len()
    );
    fs::write(file, content).unwrap();
}

/// Messages of a mailbox.
pub fn mbox(file: &Path, texts: &[&str]) {
    let messages: String = texts
        .iter()
        .map(|it| format!("From a@example.org Fri Mar 29 11:00:00 2019\nFrom: Wire <a@example.org>\nSubject: News\n\n{it}\n\n"))
        .collect();
    fs::write(file, messages).unwrap();
}

/// A folder with one of each.
pub fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    xlsx(&at("a.xlsx"), &[("Angela Merkel visited Paris.", 28), ("Barack Obama visited Rome.", 29)]);
    docx(
        &at("b.docx"),
        &["Satya Nadella is the chief executive of Microsoft.", "Tim Cook is the head of Apple."],
    );
    pdf(&at("c.pdf"), &["Ursula von der Leyen is the presi-", "dent of the European Commission."]);
    mbox(
        &at("d.mbox"),
        &["Emmanuel Macron met Olaf Scholz in Berlin.", "Sundar Pichai is the CEO of Google."],
    );
    let json = r#"{"articles": [{"id": "e1", "text": "Boris Johnson visited Kyiv."}, {"text": "Theresa May left London."}]}"#;
    fs::write(at("e.json"), json).unwrap();
    fs::write(
        at("f.eml"),
        "Subject: Visit\nDate: Fri, 29 Mar 2019 11:00:00 +0100\n\nJoe Biden visited Warsaw.\n",
    )
    .unwrap();
    folder
}

#[test]
fn every_format_gives_its_articles() {
    let (input, out) = (folder(), tempfile::tempdir().unwrap());
    extract(input.path(), out.path(), &["--quiet"]).assert().code(0);
    let articles = rows(&out.path().join("articles.csv"));
    let ids: Vec<&str> = articles.iter().map(|row| row["article"].as_str()).collect();
    assert_eq!(ids, ["a#1", "a#2", "b", "c", "d#1", "d#2", "e1", "e#2", "f"]);
    let dates: Vec<&str> = articles.iter().map(|row| row["date"].as_str()).collect();
    assert_eq!(dates, ["2019-03-28", "2019-03-29", "", "", "", "", "", "", "2019-03-29"]);
    assert_eq!((articles[4]["title"].as_str(), articles[4]["source"].as_str()), ("News", "Wire"));
    assert!(has_triple(out.path(), "Tim Cook", "leads", "Apple"));
    let mentions = rows(&out.path().join("mentions.csv"));
    let has =
        |article: &str, text: &str| mentions.iter().any(|it| it["article"] == article && it["text"] == text);
    assert!(has("a#2", "Barack Obama") && has("c", "European Commission") && has("f", "Joe Biden"));
}

#[test]
fn the_sheet_can_be_named() {
    let (input, out) = (folder(), tempfile::tempdir().unwrap());
    let sheet = input.path().join("a.xlsx");
    extract(&sheet, out.path(), &["--quiet", "--sheet", "articles"]).assert().code(0);
    let refused = extract(&sheet, &out.path().join("no"), &["--quiet", "--sheet", "May"]).assert().code(1);
    assert!(stderr(&refused).contains("the sheets here are: Notes, Articles"), "{}", stderr(&refused));
    triplewire().arg("parse").arg(&sheet).args(["--sheet", "Articles"]).assert().code(0);
}

#[test]
fn what_cannot_be_read_is_named_and_the_run_goes_on() {
    let (input, out) = (folder(), tempfile::tempdir().unwrap());
    let at = |name: &str| input.path().join(name);
    fs::write(at("slides.pptx"), "PK").unwrap();
    fs::write(at("sealed.docx"), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1").unwrap();
    fs::write(at("broken.pdf"), "%PDF-1.4\n").unwrap();
    fs::write(at("Thumbs.db"), "x").unwrap();
    let assert = extract(input.path(), out.path(), &["--quiet"]).assert().code(2);
    let said = stderr(&assert);
    for part in
        ["1 file is not read: slides.pptx", "sealed.docx: the file is protected by a password", "broken.pdf"]
    {
        assert!(said.contains(part), "{part:?} is not in\n{said}");
    }
    assert!(!said.contains("Thumbs") && !said.contains("panicked"), "{said}");
    assert_eq!(rows(&out.path().join("articles.csv")).len(), 9);
    let run: serde_json::Value =
        serde_json::from_slice(&fs::read(out.path().join("run.json")).unwrap()).unwrap();
    assert_eq!(run["skipped"].as_array().unwrap().len(), 3);
}
