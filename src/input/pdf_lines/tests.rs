use super::*;

const SIZE: f64 = 10.0;

/// A line of letters as wide as half their height.
fn line(text: &str, x: f64, y: f64) -> Vec<Letter> {
    let letters = text.chars().enumerate().map(|(at, c)| {
        let x = x + at as f64 * SIZE / 2.0;
        Letter { text: c.to_string(), x, end: x + SIZE / 2.0, y, size: SIZE }
    });
    letters.filter(|letter| letter.text != " ").collect()
}

fn page(lines: &[(&str, f64, f64)]) -> PageLetters {
    let letters = lines.iter().flat_map(|&(text, x, y)| line(text, x, y)).collect();
    PageLetters { letters, height: 800.0 }
}

fn read(pages: &[PageLetters]) -> String {
    let mut pages: Vec<Page> = pages.iter().map(Page::of).collect();
    drop_running(&mut pages);
    text(&pages)
}

#[test]
fn lines_are_joined_to_paragraphs() {
    let text = read(&[page(&[
        ("Ana Ruiz left the party in Porto on Monday, said", 50.0, 100.0),
        ("her spokesman, who had known it for a long time.", 50.0, 112.0),
        ("She will lead Acme.", 50.0, 124.0),
        ("Bo Lind is the new minister of the interior of it.", 50.0, 148.0),
        ("He was a mayor.", 50.0, 160.0),
        ("  Cy Ode stays for the time being at the head of", 50.0, 172.0),
        ("the council.", 50.0, 184.0),
    ])]);
    assert_eq!(
        text,
        "Ana Ruiz left the party in Porto on Monday, said her spokesman, who had known it for a long time. \
         She will lead Acme.\n\nBo Lind is the new minister of the interior of it. He was a mayor.\n\n\
         Cy Ode stays for the time being at the head of the council."
    );
}

#[test]
fn divided_words_are_joined_and_hyphenated_ones_stay() {
    let text = read(&[page(&[
        ("the govern-", 50.0, 100.0),
        ("ment of Jean-", 50.0, 112.0),
        ("Pierre, a well-known well-", 50.0, 124.0),
        ("known man of 2019-", 50.0, 136.0),
        ("2020 and co-", 50.0, 148.0),
        ("operation", 50.0, 160.0),
    ])]);
    assert_eq!(
        text,
        "the government of Jean-Pierre, a well-known well-known man of 2019-2020 and cooperation"
    );
}

#[test]
fn running_heads_and_page_numbers_go() {
    let pages: Vec<PageLetters> = (1..=4)
        .map(|number| {
            let (head, foot) = (format!("The Daily Post, issue {number}"), format!("Page {number} of 4"));
            page(&[
                (&head, 50.0, 30.0),
                ("a line that goes on over the edge of the page and", 50.0, 400.0),
                (&foot, 300.0, 780.0),
            ])
        })
        .collect();
    let once = "a line that goes on over the edge of the page and";
    assert_eq!(read(&pages), [once; 4].join(" "));
    // A single page has nothing that repeats.
    assert_eq!(read(&pages[..1]), format!("The Daily Post, issue 1\n\n{once}"));
}

#[test]
fn columns_follow_one_another() {
    let text = read(&[page(&[
        ("The first column", 50.0, 100.0),
        ("ends in the middle", 50.0, 112.0),
        ("of a sentence.", 300.0, 100.0),
        ("And here is more", 300.0, 112.0),
    ])]);
    assert_eq!(text, "The first column ends in the middle of a sentence. And here is more");
}

#[test]
fn cells_of_a_row_do_not_run_together() {
    let text = read(&[page(&[("Ana Ruiz", 50.0, 100.0), ("minister", 200.0, 100.0)])]);
    assert_eq!(text, "Ana Ruiz\n\nminister");
}

#[test]
fn marks_of_footnotes_are_no_text() {
    let mut letters = page(&[("said so", 50.0, 100.0)]);
    letters.letters.push(Letter { text: "3".into(), x: 85.0, end: 88.0, y: 96.0, size: 6.0 });
    assert_eq!(read(&[letters]), "said so");
}

#[test]
fn the_largest_line_is_the_headline() {
    let mut letters = page(&[("Ana leaves", 50.0, 60.0), ("She left on Monday.", 50.0, 100.0)]);
    letters.letters[..9].iter_mut().for_each(|letter| letter.size = 20.0);
    let pages = [Page::of(&letters)];
    assert_eq!(headline(&pages).as_deref(), Some("Ana leaves"));
    assert_eq!(headline(&[Page::of(&page(&[("She left.", 50.0, 60.0)]))]), None);
}
