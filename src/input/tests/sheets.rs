//! Spreadsheets.

use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};

use super::office::zipped;
use super::*;

const NONE: [&[&str]; 0] = [];

/// A workbook of these sheets: their names and rows of texts.
fn workbook(sheets: &[(&str, &[&[&str]])]) -> Vec<u8> {
    let mut book = Workbook::new();
    for (name, rows) in sheets {
        let sheet = book.add_worksheet().set_name(*name).unwrap();
        for (row, cells) in (0..).zip(rows.iter()) {
            for (column, cell) in (0..).zip(cells.iter()) {
                sheet.write(row, column, *cell).unwrap();
            }
        }
    }
    book.save_to_buffer().unwrap()
}

fn with_sheet(name: &str) -> Options {
    Options { sheet: Some(name.into()), ..Options::default() }
}

#[test]
fn columns_are_guessed_and_dates_are_dates() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, name) in (0..).zip(["Nr", "Body", "Published", "Title", "Publisher", "Link"]) {
        sheet.write(2, column, name).unwrap();
    }
    let format = Format::new().set_num_format("dd/mm/yyyy hh:mm");
    let moment = ExcelDateTime::from_ymd(2019, 3, 29).unwrap().and_hms(23, 0, 0).unwrap();
    sheet.write(3, 0, 7).unwrap();
    sheet.write(3, 1, "Ana left.\nBo stayed.").unwrap();
    sheet.write_with_format(3, 2, &moment, &format).unwrap();
    sheet.write(3, 3, "T").unwrap();
    sheet.write(3, 4, "P").unwrap();
    sheet.write(3, 5, "https://a.example/1").unwrap();
    let options = named_columns(Some("nr"), None);
    let (articles, problems) = read_with("a.xlsx", book.save_to_buffer().unwrap(), options);
    assert_eq!(problems, []);
    let wanted = Article {
        id: "7".into(),
        text: "Ana left.\nBo stayed.".into(),
        title: Some("T".into()),
        date: Date::new(2019, Some(3), Some(29)),
        source: Some("P".into()),
        url: Some("https://a.example/1".into()),
        called: None,
    };
    assert_eq!(articles, [wanted]);
}

#[test]
fn rows_are_numbered_as_in_a_table() {
    let rows: &[&[&str]] = &[&["text", "date"], &["one"], &[], &["two", "soon"], &["", "2019"]];
    let (articles, problems) = read("news.xlsx", workbook(&[("A", rows)]));
    assert_eq!((ids(&articles), texts(&articles)), (vec!["news#1", "news#3"], vec!["one", "two"]));
    only(&problems[..1], Some(4), false, &["news.xlsx, row 4", "`soon`"]);
    only(&problems[1..], Some(5), true, &["news.xlsx, row 5", "text is empty"]);
}

#[test]
fn the_first_sheet_with_a_text_is_read_and_others_are_named() {
    let notes: &[&[&str]] = &[&["Read me"], &["Nothing here."]];
    let articles: &[&[&str]] = &[&["id", "text"], &["1", "one"]];
    let more: &[&[&str]] = &[&["id", "text"], &["2", "two"]];
    let book = workbook(&[("Notes", notes), ("March", articles), ("Empty", &NONE)]);
    let (found, problems) = read("a.xlsx", &book);
    assert_eq!((ids(&found), problems), (vec!["1"], vec![]));
    let book = workbook(&[("Notes", notes), ("March", articles), ("April", more)]);
    let (found, problems) = read("a.xlsx", &book);
    assert_eq!(ids(&found), ["1"]);
    only(&problems, None, true, &["only sheet `March` is read", "too: April", "--sheet"]);
    let (found, problems) = read_with("a.xlsx", &book, with_sheet("april "));
    assert_eq!((ids(&found), problems), (vec!["2"], vec![]));
    let (found, problems) = read_with("a.xlsx", &book, with_sheet("May"));
    assert_eq!(found, []);
    only(&problems, None, true, &["no sheet `May`", "Notes, March, April", "--sheet"]);
    let (_, problems) = read_with("a.xlsx", &book, with_sheet("Notes"));
    only(&problems, Some(1), true, &["Read me", "--text-column"]);
}

#[test]
fn sheets_without_articles_are_named() {
    let rows: &[&[&str]] = &[&["lead", "story"], &["x", "y"]];
    let (_, problems) = read("a.xlsx", workbook(&[("A", rows)]));
    only(&problems, Some(1), true, &["`text`, `body` or `content`", "lead, story", "--text-column"]);
    let (_, problems) = read("a.xlsx", workbook(&[("A", rows), ("B", rows)]));
    only(&problems, Some(1), true, &["in sheet `A`, and in no other either"]);
    only(&read("a.xlsx", workbook(&[("A", &NONE)])).1, None, true, &["empty"]);
    only(&read("a.xlsx", workbook(&[("A", &[&["text"]])])).1, None, true, &["not one row"]);
}

#[test]
fn broken_and_protected_files_are_named() {
    let whole = workbook(&[("A", &[&["text"], &["one"]])]);
    for (name, content) in [("a.xlsx", &whole[..whole.len() / 2]), ("a.xls", b"no sheet"), ("a.ods", b"")] {
        let (articles, problems) = read(name, content);
        assert_eq!(articles, []);
        only(&problems, None, true, &[name, "damaged", "save it again"]);
    }
    let envelope = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and what is encrypted";
    only(&read("a.xlsx", envelope).1, None, true, &["password"]);
}

/// A sheet of LibreOffice.
fn ods(rows: &str) -> Vec<u8> {
    let content = format!(
        "<?xml version=\"1.0\"?><office:document-content xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" \
         xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\" xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\">\
         <office:body><office:spreadsheet><table:table table:name=\"A\">{rows}</table:table></office:spreadsheet></office:body>\
         </office:document-content>"
    );
    zipped(&[
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
        ("content.xml", &content),
        (
            "META-INF/manifest.xml",
            "<?xml version=\"1.0\"?><manifest:manifest xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\"/>",
        ),
    ])
}

#[test]
fn sheets_of_libreoffice() {
    let cell = |text: &str| {
        format!("<table:table-cell office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell>")
    };
    let row = |cells: &[String]| format!("<table:table-row>{}</table:table-row>", cells.concat());
    let date = "<table:table-cell office:value-type=\"date\" office:date-value=\"2019-03-29\"><text:p>29. März</text:p></table:table-cell>";
    let rows = [
        row(&[cell("text"), cell("date")]),
        "<table:table-row table:number-rows-repeated=\"3\"><table:table-cell/></table:table-row>".to_owned(),
        row(&[cell("Ana &amp; Bo left."), date.to_owned()]),
    ];
    let (articles, problems) = read("a.ods", ods(&rows.concat()));
    assert_eq!(problems, []);
    assert_eq!((ids(&articles), texts(&articles)), (vec!["a#4"], vec!["Ana & Bo left."]));
    assert_eq!(articles[0].date, Date::new(2019, Some(3), Some(29)));
}

#[test]
fn progress_follows_the_rows() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write(0, 0, "text").unwrap();
    for row in 1..100 {
        sheet.write(row, 0, format!("no. {row}")).unwrap();
    }
    let folder = folder(&[("a.xlsx", &book.save_to_buffer().unwrap())]);
    let mut articles = open(&[folder.path().join("a.xlsx")], Options::default()).unwrap();
    let progress = articles.progress();
    let total = progress.total().unwrap();
    assert_eq!(articles.by_ref().take(50).count(), 50);
    // A few rows more are read than asked for.
    assert!((total / 2..total * 2 / 3).contains(&progress.read()), "{} of {total}", progress.read());
    assert_eq!((articles.count(), progress.read()), (49, total));
}
