//! PDF files.

use super::*;

/// A file of pages on which this is drawn, with something about itself.
fn pdf(pages: &[String], about: &str) -> Vec<u8> {
    let mut objects = vec![
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        format!(
            "<</Type/Pages/Count {}/Kids[{}]>>",
            pages.len(),
            (0..pages.len()).map(|page| format!("{} 0 R ", 5 + 2 * page)).collect::<String>()
        ),
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>".to_owned(),
        "<</Type/XObject/Subtype/Image/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray/Length 1>>stream\n0\nendstream".to_owned(),
    ];
    for (number, page) in pages.iter().enumerate() {
        objects.push(format!(
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Resources<</Font<</F 3 0 R>>/XObject<</I 4 0 R>>>>/Contents {} 0 R>>",
            6 + 2 * number
        ));
        objects.push(format!("<</Length {}>>stream\n{page}\nendstream", page.len()));
    }
    objects.push(format!("<<{about}>>"));
    let (mut file, mut places) = (b"%PDF-1.4\n".to_vec(), Vec::new());
    for (number, object) in (1..).zip(&objects) {
        places.push(file.len());
        file.extend(format!("{number} 0 obj\n{object}\nendobj\n").bytes());
    }
    let start = file.len();
    file.extend(format!("xref\n0 {}\n0000000000 65535 f \n", places.len() + 1).bytes());
    places.iter().for_each(|place| file.extend(format!("{place:010} 00000 n \n").bytes()));
    let (count, about) = (places.len() + 1, objects.len());
    file.extend(
        format!("trailer\n<</Size {count}/Root 1 0 R/Info {about} 0 R>>\nstartxref\n{start}\n%%EOF\n")
            .bytes(),
    );
    file
}

/// Lines from the top of a page on, at their height.
fn page(lines: &[(f64, &str)]) -> String {
    lines.iter().map(|(y, text)| format!("BT /F 10 Tf 50 {y} Td ({text}) Tj ET\n")).collect()
}

#[test]
fn lines_and_pages_are_joined() {
    let one = page(&[
        (700.0, "Ana Ruiz left the govern-"),
        (688.0, "ment in Caf\\351 Porto, and the"),
        (40.0, "1"),
    ]);
    let two = page(&[(700.0, "council will choose another mayor."), (40.0, "2")]);
    let (articles, problems) = read("a.pdf", pdf(&[one, two], ""));
    assert_eq!(problems, []);
    assert_eq!(ids(&articles), ["a"]);
    assert_eq!(
        texts(&articles),
        ["Ana Ruiz left the government in Café Porto, and the council will choose another mayor."]
    );
}

#[test]
fn title_and_date_are_in_the_file() {
    let body = [page(&[(700.0, "Ana Ruiz left.")])];
    let known = |about: &str| {
        let article = read("a.pdf", pdf(&body, about)).0.remove(0);
        (article.title, article.date.map(|date| date.to_string()))
    };
    let made = "/CreationDate(D:20190329110000Z)";
    assert_eq!(
        known(&format!("/Title(Ana leaves){made}")),
        (Some("Ana leaves".into()), Some("2019-03-29".into()))
    );
    assert_eq!(known("/Title<FEFF00410302>").0.as_deref(), Some("A\u{302}"));
    assert_eq!(known(&format!("/Title(Microsoft Word - a.docx)/Producer(Skia/PDF m91){made}")), (None, None));
}

#[test]
fn what_is_marked_as_no_text_of_the_page_and_what_stands_across_it_goes() {
    let body = page(&[(700.0, "Ana Ruiz left.")]);
    let head = format!("/Artifact BMC\n{}EMC\n", page(&[(720.0, "The Daily Post")]));
    let stamp = "BT /F 60 Tf 0.7 0.7 -0.7 0.7 100 300 Tm (DRAFT) Tj ET\n";
    let side = "BT /F 10 Tf 0 1 -1 0 20 300 Tm (printed today) Tj ET\n";
    let (articles, _) = read("a.pdf", pdf(&[[&*head, &body, stamp, side].concat()], ""));
    assert_eq!(texts(&articles), ["Ana Ruiz left."]);
}

#[test]
fn bold_by_drawing_twice_and_blanks_by_moving() {
    let text = "BT /F 10 Tf 50 700 Td (Ana) Tj ET BT /F 10 Tf 50 700 Td (Ana) Tj ET\n\
                BT /F 10 Tf 50 688 Td [(Ru) 20 (iz) -300 (left)] TJ ET\n";
    assert_eq!(texts(&read("a.pdf", pdf(&[text.to_owned()], "")).0), ["Ana Ruiz left"]);
}

#[test]
fn a_scan_is_named_as_one() {
    let picture = "q 600 0 0 800 0 0 cm /I Do Q".to_owned();
    only(
        &read("a.pdf", pdf(&[picture.clone(), picture.clone()], "")).1,
        None,
        true,
        &["a scan", "2 pages", "OCR"],
    );
    only(&read("a.pdf", pdf(&[String::new()], "")).1, None, true, &["no text on its pages"]);
    let (articles, problems) = read("a.pdf", pdf(&[page(&[(700.0, "Ana left.")]), picture], ""));
    assert_eq!(texts(&articles), ["Ana left."]);
    only(&problems, None, false, &["1 of its 2 pages"]);
}

#[test]
fn broken_files_are_named() {
    only(&read("a.pdf", "no PDF").1, None, true, &["a.pdf", "damaged"]);
    only(&read("a.pdf", "").1, None, true, &["damaged"]);
    // Cut off, it can still be searched for pages.
    let mut whole = pdf(&[page(&[(700.0, "Ana left.")])], "");
    whole.truncate(whole.len() - 200);
    let (articles, problems) = read("a.pdf", whole);
    assert_eq!(articles.len() + problems.len(), 1);
}

#[test]
fn forms_that_draw_each_other_end() {
    let mut file = String::from(
        "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 1/Kids[3 0 R]>>endobj\n",
    );
    file += "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Resources<</XObject<</X 10 0 R>>>>/Contents 4 0 R>>endobj\n\
             4 0 obj<</Length 5>>stream\n/X Do\nendstream endobj\n";
    for form in 10..40 {
        let content = "/X Do ".repeat(10);
        file += &format!(
            "{form} 0 obj<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X {} 0 R>>>>/Length {}>>stream\n{content}\nendstream endobj\n",
            form + 1,
            content.len()
        );
    }
    file += "trailer<</Root 1 0 R/Size 41>>\n%%EOF\n";
    only(&read("a.pdf", file).1, None, true, &["more on the pages"]);
}
