//! What is known of an article besides its text: date, title, source, address.

use super::*;

fn dates(articles: &[Article]) -> Vec<String> {
    articles.iter().map(|it| it.date.map(|date| date.to_string()).unwrap_or_default()).collect()
}

#[test]
fn columns_of_tables_and_keys_are_guessed_or_named() {
    let table = "url,date,title,source,text,when,head,paper\nhttps://www.a.example/1,2019-03-29,T,S,x,29 March 2018,H,P\n";
    let line = r#"{"url": "https://www.a.example/1", "date": "2019-03-29", "title": "T", "source": "S", "text": "x",
                   "when": "29 March 2018", "head": "H", "paper": "P"}"#;
    let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
    let named = Options {
        date_column: Some("When".into()),
        title_column: Some("head".into()),
        source_column: Some("paper".into()),
        ..Options::default()
    };
    for (name, content) in [("a.csv", table), ("a.jsonl", &line)] {
        let article = |options: &Options| {
            let (mut articles, problems) = read_with(name, content, options.clone());
            assert_eq!(problems, []);
            articles.remove(0)
        };
        let guessed = Article {
            id: "https://www.a.example/1".into(),
            called: None,
            text: "x".into(),
            title: Some("T".into()),
            date: Date::new(2019, Some(3), Some(29)),
            source: Some("S".into()),
            url: Some("https://www.a.example/1".into()),
        };
        assert_eq!(article(&Options::default()), guessed);
        let expected = Article {
            title: Some("H".into()),
            date: Date::new(2018, Some(3), Some(29)),
            source: Some("P".into()),
            ..guessed
        };
        assert_eq!(article(&named), expected);
    }
}

#[test]
fn a_named_column_must_be_in_a_table_and_may_lack_in_a_line() {
    let options = |date: &str| Options { date_column: Some(date.into()), ..Options::default() };
    let (articles, problems) = read_with("a.csv", "text,date\nx,2019\n", options("when"));
    assert_eq!(articles, []);
    only(
        &problems,
        Some(1),
        true,
        &["no column `when`", "text, date", "--date-column", "leave the option out"],
    );
    let lines = "{\"text\": \"x\", \"date\": \"2019\"}\n".repeat(3) + "{\"text\": \"y\", \"when\": 2018}\n";
    let (articles, problems) = read_with("a.jsonl", lines, options("when"));
    assert_eq!(dates(&articles), ["", "", "", "2018"]);
    only(&problems[..1], Some(1), false, &["no key `when`", "--date-column"]);
    only(&problems[1..], None, false, &["2 more articles", "lack a key", "line 3"]);
}

#[test]
fn without_a_source_or_an_address_the_one_says_the_other() {
    let known = |content: &str| {
        let (articles, _) = read("a.csv", content);
        (articles[0].url.clone().unwrap_or_default(), articles[0].source.clone().unwrap_or_default())
    };
    let both = |url: &str, source: &str| (url.to_owned(), source.to_owned());
    let (url, host) = ("https://www.a.example/1?x", "a.example");
    assert_eq!(known(&format!("link,text\n{url},x\n")), both(url, host));
    assert_eq!(known(&format!("id,text\n{url},x\n")), both(url, host));
    assert_eq!(known(&format!("id,text,source\n{url},x,S\n")), both(url, "S"));
    assert_eq!(known("id,text\na1,x\n"), both("", ""));
}

#[test]
fn a_date_that_cannot_be_read_is_said_once_a_file() {
    let (articles, problems) = read("a.csv", "date,text\nn.d.,w\n2019,x\nsoon,y\nFebruary 30,z\n");
    assert_eq!(dates(&articles), ["", "2019", "", ""]);
    only(&problems[..1], Some(2), false, &["the date `n.d.` cannot be read", "2019-03-29"]);
    only(&problems[1..], None, false, &["2 more articles", "a date that cannot be read", "line 5"]);
    // One that can be read in two ways is another matter.
    let (articles, problems) = read("a.csv", "date,text\n03/04/2019,w\nsoon,y\n");
    assert_eq!(dates(&articles), ["", ""]);
    only(&problems[..1], Some(2), false, &["2019-04-03 or 2019-03-04"]);
    only(&problems[1..], Some(3), false, &["the date `soon` cannot be read"]);
}

#[test]
fn the_whole_file_says_which_number_is_the_day() {
    let read_dates = |name: &str, rows: &[&str]| {
        let (table, lines): (String, String) = rows
            .iter()
            .map(|date| (format!("{date},x\n"), format!("{{\"date\": \"{date}\", \"text\": \"x\"}}\n")))
            .unzip();
        let content = if name.ends_with(".csv") { format!("date,text\n{table}") } else { lines };
        let (articles, problems) = read(name, content);
        (dates(&articles), problems)
    };
    for name in ["a.csv", "a.jsonl"] {
        // One date after those that it explains.
        let (dates, problems) = read_dates(name, &["03/04/2019", "05/04/2019", "2018", "29/03/2019"]);
        assert_eq!(dates, ["2019-04-03", "2019-04-05", "2018", "2019-03-29"]);
        assert_eq!(problems, []);
        let (dates, problems) = read_dates(name, &["03/04/2019", "03/29/2019"]);
        assert_eq!((dates, problems), (vec!["2019-03-04".to_owned(), "2019-03-29".to_owned()], vec![]));
        // Nothing explains them, or there are two habits in one file.
        let (dates, problems) = read_dates(name, &["03/04/2019", "05/05/2019", "29.03.2019"]);
        assert_eq!(dates, ["", "2019-05-05", "2019-03-29"]);
        only(&problems, problems[0].place.line, false, &["2019-04-03 or 2019-03-04", "do not settle"]);
        let (dates, problems) = read_dates(name, &["29/03/2019", "03/04/2019", "03/29/2019"]);
        assert_eq!(dates, ["2019-03-29", "", "2019-03-29"]);
        only(&problems, problems[0].place.line, false, &["do not settle"]);
    }
    // Each file for itself.
    let folder = folder(&[
        ("a.csv", b"date,text\n29/03/2019,x\n03/04/2019,x\n"),
        ("b.csv", b"date,text\n03/04/2019,x\n"),
        ("c.csv", b"date,text\n03/29/2019,x\n03/04/2019,x\n"),
    ]);
    let inputs = [folder.path().to_path_buf()];
    let mut articles = open(&inputs, Options::default()).unwrap();
    let (progress, mut found, mut problems) = (articles.progress(), Vec::new(), 0);
    for item in articles.by_ref() {
        match item {
            Item::Article(article) => found.push(article),
            Item::Problem(_) => problems += 1,
        }
    }
    assert_eq!(dates(&found), ["2019-03-29", "2019-04-03", "", "2019-03-29", "2019-03-04"]);
    // What is read a second time does not count.
    assert_eq!((problems, Some(progress.read())), (1, progress.total()));
}

#[test]
fn the_text_gives_the_date_where_nothing_else_does() {
    let (articles, problems) = read("a.txt", "Ana Leaves\n\nFriday, March 29, 2019\n\nAna left.\n");
    assert_eq!((dates(&articles), problems), (vec!["2019-03-29".to_owned()], vec![]));
    let table = "date,text\n2018,\"March 29, 2019\nAna left.\"\n,\"ANKARA, March 29, 2019 (Agency) - Ana left.\"\n\
                 soon,\"March 29, 2019\nAna left.\"\n";
    let (articles, problems) = read("a.csv", table);
    assert_eq!(dates(&articles), ["2018", "2019-03-29", "2019-03-29"]);
    only(&problems, Some(5), false, &["`soon`"]);
}

#[test]
fn what_is_known_tells_inputs_apart() {
    let fingerprint = |table: &str| {
        let folder = folder(&[("a.csv", table.as_bytes())]);
        let mut articles = open(&[folder.path().join("a.csv")], Options::default()).unwrap();
        let fingerprint = articles.fingerprint();
        assert_eq!(articles.by_ref().count(), 1);
        fingerprint.hex()
    };
    let prints = ["2019,T,S,u,x", "2018,T,S,u,x", "2019,U,S,u,x", "2019,T,R,u,x", "2019,T,S,v,x"]
        .map(|row| fingerprint(&format!("date,title,source,url,text\n{row}\n")));
    for (i, print) in prints.iter().enumerate() {
        assert!(!prints[..i].contains(print), "{i}");
    }
}
