//! Documents of office programs, made by hand.

use std::io::Cursor;

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::*;

/// An archive of these parts.
pub(super) fn zipped(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        archive.start_file(*name, SimpleFileOptions::default()).unwrap();
        archive.write_all(content.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// A document with this body.
fn docx(body: &str, core: &str) -> Vec<u8> {
    let document = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" \
         xmlns:mc=\"http://schemas.openxmlformats.org/markup-compatibility/2006\"><w:body>{body}</w:body></w:document>"
    );
    let core = format!(
        "<cp:coreProperties xmlns:cp=\"c\" xmlns:dc=\"d\" xmlns:dcterms=\"t\">{core}</cp:coreProperties>"
    );
    let other = "<w:hdr xmlns:w=\"w\"><w:p><w:r><w:t>Head, foot or note.</w:t></w:r></w:p></w:hdr>";
    zipped(&[
        ("[Content_Types].xml", "<Types/>"),
        ("word/document.xml", &document),
        ("word/header1.xml", other),
        ("word/footnotes.xml", other),
        ("docProps/core.xml", &core),
    ])
}

fn paragraph(inner: &str) -> String {
    format!("<w:p>{inner}</w:p>")
}

fn run(text: &str) -> String {
    format!("<w:r><w:t xml:space=\"preserve\">{text}</w:t></w:r>")
}

fn text(body: &str) -> String {
    let (articles, problems) = read("a.docx", docx(body, ""));
    assert_eq!(problems, []);
    articles[0].text.clone()
}

#[test]
fn paragraphs_and_tables_in_their_order() {
    let cell = |text: &str| format!("<w:tc><w:tcPr/>{}</w:tc>", paragraph(&run(text)));
    let table = format!("<w:tbl><w:tr>{}{}</w:tr></w:tbl>", cell("Bo Lind"), cell("mayor"));
    let body = [
        paragraph(&(run("Ana ") + &run("Ruiz &amp; Söhne&#33;"))),
        paragraph(""),
        table,
        paragraph(&run("The end.")),
    ];
    assert_eq!(text(&body.concat()), "Ana Ruiz & Söhne!\n\nBo Lind\n\nmayor\n\nThe end.");
}

#[test]
fn what_is_deleted_hidden_or_a_code_is_no_text() {
    let body = paragraph(
        &[
            run("Ana "),
            "<w:del w:id=\"1\"><w:r><w:delText>never </w:delText></w:r></w:del>".into(),
            format!("<w:moveFrom w:id=\"2\">{}</w:moveFrom>", run("elsewhere ")),
            format!("<w:ins w:id=\"3\">{}</w:ins>", run("quickly ")),
            "<w:r><w:rPr><w:vanish/></w:rPr><w:t>secretly </w:t></w:r>".into(),
            "<w:r><w:fldChar/><w:instrText>PAGE 7</w:instrText></w:r>".into(),
            run("left"),
            "<w:r><w:footnoteReference w:id=\"2\"/></w:r>".into(),
            "<w:r><w:tab/><w:t>Acme</w:t><w:noBreakHyphen/><w:t>Bo.</w:t><w:br/><w:t>So.</w:t></w:r>".into(),
        ]
        .concat(),
    );
    assert_eq!(text(&body), "Ana quickly left Acme-Bo.\nSo.");
    let box_of = |text: &str| format!("<w:txbxContent>{}</w:txbxContent>", paragraph(&run(text)));
    let shape = format!(
        "<w:r><mc:AlternateContent><mc:Choice>{}</mc:Choice><mc:Fallback>{}</mc:Fallback></mc:AlternateContent></w:r>",
        box_of("In a box."),
        box_of("In a box.")
    );
    assert_eq!(text(&paragraph(&(shape + &run("Beside it.")))), "In a box.\n\nBeside it.");
}

#[test]
fn title_and_date_are_those_of_the_text_or_of_the_properties() {
    let known = |body: &str, core: &str| {
        let article = read("a.docx", docx(body, core)).0.remove(0);
        (article.title, article.date.map(|date| date.to_string()))
    };
    let core = "<dc:title>Acme\n sold</dc:title><dcterms:created>2019-03-29T11:00:00Z</dcterms:created>";
    let (title, date) = (Some("Acme sold".to_owned()), Some("2019-03-29".to_owned()));
    assert_eq!(known(&paragraph(&run("Ana left.")), core), (title, date.clone()));
    let styled = paragraph(&("<w:pPr><w:pStyle w:val=\"Title\"/></w:pPr>".to_owned() + &run("Ana leaves")));
    assert_eq!(known(&styled, core), (Some("Ana leaves".to_owned()), date));
    let dated = paragraph(&run("PARIS, March 3, 2018 (Wire) - Ana left."));
    let made =
        "<dc:title>Microsoft Word - a.doc</dc:title><dcterms:created>2019-03-29T11:00:00Z</dcterms:created>";
    assert_eq!(known(&dated, made), (None, Some("2018-03-03".to_owned())));
}

#[test]
fn documents_without_text_and_broken_ones_are_named() {
    only(&read("a.docx", docx(&paragraph(""), "")).1, None, true, &["a.docx", "no text in this document"]);
    let whole = docx(&paragraph(&run("Ana left.")), "");
    only(&read("a.docx", &whole[..whole.len() / 2]).1, None, true, &["damaged", "save it again"]);
    only(&read("a.docx", zipped(&[("x.xml", "<x/>")])).1, None, true, &["there is no document in it"]);
    only(&read("a.docx", docx("<w:p><w:r></w:p>", "")).1, None, true, &["damaged"]);
    only(&read("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1").1, None, true, &["password"]);
}

#[test]
fn a_part_that_unpacks_to_more_than_there_is_room_for() {
    let long = "a".repeat(33 << 20);
    only(&read("a.docx", docx(&paragraph(&run(&long)), "")).1, None, true, &["32 MB"]);
}
