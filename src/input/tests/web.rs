//! Web pages, alone and in archives.

use encoding_rs::{EUC_JP, WINDOWS_1251, WINDOWS_1252};

use super::*;

const PAGE: &str = r#"<!DOCTYPE html><html><head><title>Ana Ruiz visits Paris</title>
<link rel="canonical" href="https://daily.example/ruiz"><meta property="og:site_name" content="The Daily">
<meta property="article:published_time" content="2020-01-02T10:00:00Z">
<script>var x = "Menu & more";</script></head>
<body><nav><ul><li><a href="/">Home</a></li><li><a href="/world">World</a></li></ul></nav>
<article><h1>Ana Ruiz visits Paris</h1>
<p>Ana Ruiz, the president of <b>Acme</b>, visited Paris on Monday &amp; met the mayor.</p>
<p>She said that the company would build a plant there, and that it would hire forty people.</p></article>
<aside><p>Subscribe to our newsletter</p></aside><footer>Copyright</footer></body></html>"#;

const TEXT: &str = "Ana Ruiz, the president of Acme, visited Paris on Monday & met the mayor.\n\n\
                    She said that the company would build a plant there, and that it would hire forty people.";

fn article(id: &str) -> Article {
    Article {
        id: id.into(),
        called: None,
        text: TEXT.into(),
        title: Some("Ana Ruiz visits Paris".into()),
        date: Date::new(2020, Some(1), Some(2)),
        source: Some("The Daily".into()),
        url: Some("https://daily.example/ruiz".into()),
    }
}

/// A record as crawlers write it.
fn record(kind: &str, media: &str, uri: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:92283950-ef2f-4d72-b224-f54c6ec90bb0>\r\n\
         WARC-Date: 2020-01-02T10:00:00Z\r\nWARC-Target-URI: {uri}\r\nContent-Type: {media}\r\n\
         Content-Length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body, b"\r\n\r\n"].concat()
}

fn response(uri: &str, fields: &str, content: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\n{fields}\r\n\r\n");
    record("response", "application/http; msgtype=response", uri, &[head.as_bytes(), content].concat())
}

fn page(uri: &str) -> Vec<u8> {
    response(uri, "Content-Type: text/html; charset=utf-8", PAGE.as_bytes())
}

#[test]
fn the_article_of_a_page_and_what_it_says_about_itself() {
    for name in ["a.html", "a.HTM"] {
        let (articles, problems) = read(name, PAGE);
        assert_eq!((articles, problems), (vec![article("a")], vec![]));
    }
    let (articles, problems) = read("a.html.gz", gzip(PAGE.as_bytes()));
    assert_eq!((articles, problems), (vec![article("a")], vec![]));
}

#[test]
fn a_page_says_in_many_ways_when_it_was_published() {
    let (head, date) =
        (r#"<meta property="article:published_time" content="2020-01-02T10:00:00Z">"#, "2020-01-02");
    let linked = |json: &str| format!(r#"<script type="application/ld+json">{json}</script>"#);
    let story = |more: &str| {
        linked(&format!(
            r#"{{"@context": "https://schema.org", "@type": "NewsArticle", "headline": "Ana", {more}}}"#
        ))
    };
    let graph = r#"{"@context": "https://schema.org", "@graph": [{"@type": "WebPage"},
                    {"@type": "NewsArticle", "datePublished": "2020-01-02T10:00:00+02:00"}]}"#;
    for (in_head, in_body) in [
        (head.to_owned(), ""),
        (story(r#""datePublished": "2020-01-02T23:00:00-05:00""#), ""),
        (linked(graph), ""),
        (r#"<meta itemprop="datePublished" content="2 January 2020">"#.to_owned(), ""),
        (r#"<meta name="pubdate" content="20200102">"#.to_owned(), ""),
        (String::new(), r#"<time datetime="2020-01-02T10:00">Two days ago</time>"#),
        (String::new(), "<time>January 2, 2020</time>"),
        (String::new(), r#"<span itemprop="datePublished">January 2, 2020</span>"#),
        // What cannot be read says nothing.
        (
            r#"<meta name="date" content="yesterday">"#.to_owned(),
            r#"<time datetime="2020-01-02">Then</time>"#,
        ),
        // What is said outside of the text goes first.
        (head.to_owned(), r#"<time datetime="2019-03-29">Then</time>"#),
    ] {
        let page = PAGE.replace(head, &in_head).replace("<article>", &format!("<article>{in_body}"));
        let (articles, problems) = read("a.html", &page);
        assert_eq!(problems, [], "{in_head}{in_body}");
        assert_eq!(articles[0].date.map(|it| it.to_string()).as_deref(), Some(date), "{in_head}{in_body}");
    }
    let (articles, problems) = read("a.html", PAGE.replace("2020-01-02T10:00:00Z", "soon"));
    assert_eq!(articles[0].date, None);
    only(&problems, None, false, &["the date `soon` cannot be read"]);
}

#[test]
fn a_page_without_an_address_or_a_site_has_those_of_its_archive() {
    let page = PAGE
        .replace(r#"<link rel="canonical" href="https://daily.example/ruiz">"#, "")
        .replace(r#"<meta property="og:site_name" content="The Daily">"#, "");
    let record = response("http://www.a.example/1", "Content-Type: text/html", page.as_bytes());
    let (articles, problems) = read("a.warc", record);
    assert_eq!(problems, []);
    let known = |article: &Article| (article.url.clone(), article.source.clone());
    assert_eq!(known(&articles[0]), (Some("http://www.a.example/1".into()), Some("a.example".into())));
    assert_eq!(known(&read("a.html", &page).0[0]), (None, None));
    // An address that is none.
    let page = page.replace("<title>", r#"<link rel="canonical" href="/ruiz"><title>"#);
    assert_eq!(known(&read("a.html", &page).0[0]), (None, None));
}

#[test]
fn the_encoding_of_a_page_is_declared_or_found() {
    let russian = "Президент России Владимир Путин встретился с канцлером Германии в Москве.";
    let html =
        format!("<html><head><meta charset=\"windows-1251\"></head><body><p>{russian}</p></body></html>");
    let (articles, problems) = read("a.html", WINDOWS_1251.encode(&html).0);
    assert_eq!((texts(&articles), problems), (vec![russian], vec![]));
    // A page that is UTF-8 is UTF-8, whatever it says.
    assert_eq!(texts(&read("a.html", &html).0), [russian]);
    let html = html.replace("<meta charset=\"windows-1251\">", "");
    let (articles, problems) = read("a.html", WINDOWS_1251.encode(&html).0);
    assert_eq!(texts(&articles), [russian]);
    only(&problems, None, false, &["not UTF-8", "Windows-1251"]);
    // What can be read to find the declaration is not UTF-16.
    let page = "<html><head><meta charset=\"unicode\"></head><body><p>Der Präsident traf die Kanzlerin in München.</p></body></html>";
    let (articles, _) = read("a.html", WINDOWS_1252.encode(page).0);
    assert_eq!(texts(&articles), ["Der Präsident traf die Kanzlerin in München."]);
}

#[test]
fn pages_without_an_article_are_named() {
    for html in ["", "<html><body></body></html>", "<script>var a = 1;</script>"] {
        only(&read("a.html", html).1, None, true, &["a.html", "no text", "browser"]);
    }
}

#[test]
fn pages_made_to_be_slow_are_left_out_at_once() {
    let text = "<p>Ana Ruiz left.";
    let attributes: String = (0..400_000).map(|n| format!(" a{n}")).collect();
    let looks: String = (0..20_000).map(|n| format!("<b a={n}>")).collect();
    for page in [
        format!("{}{text}", "<div>".repeat(600)),
        format!("{}{text}", "<div>".repeat(400_000)),
        format!("{}{text}", "<div></p>".repeat(100_000)),
        format!("{}{text}", "<table><tr><td>".repeat(100_000)),
        text.repeat(100_000),
        format!("<p{attributes}>{text}"),
        format!("{looks}{}", text.repeat(20_000)),
        format!("{}{text}", "<body a>".repeat(100_000)),
    ] {
        only(&read("a.html", page).1, None, true, &["too many or lie too deep"]);
    }
}

#[test]
fn long_pages_are_read() {
    let paragraph = "<div class=\"a\"><p>Ana Ruiz, the <a href=\"/x\">president</a> of Acme, left <b>Paris</b>, and said so.</p></div>\n";
    let (articles, problems) = read("a.html", paragraph.repeat(5_000));
    assert_eq!((articles.len(), problems), (1, vec![]));
    assert!(articles[0].text.len() > 250_000);
    // Pages of old leave paragraphs and items open, and saved ones hold pictures.
    let html = format!(
        "<img src=\"data:image/png;base64,{}\">{}",
        format!("{}/", "iVBORw0".repeat(9)).repeat(12_000),
        "<p>Ana Ruiz left.<ul><li>One<li>Two</ul>".repeat(500)
    );
    let (articles, problems) = read("a.html", html);
    assert_eq!((articles.len(), problems), (1, vec![]));
}

#[test]
fn an_archive_gives_an_article_a_page() {
    let archive = [
        record("warcinfo", "application/warc-fields", "", b"software: x\r\n"),
        record(
            "request",
            "application/http; msgtype=request",
            "http://a.example/1",
            b"GET / HTTP/1.1\r\n\r\n",
        ),
        page("http://a.example/1"),
        response("http://a.example/p.png", "Content-Type: image/png", b"\x89PNG"),
        record("response", "application/http", "http://a.example/2", b"HTTP/1.1 404 Not Found\r\n\r\ngone"),
        record("metadata", "application/warc-fields", "http://a.example/1", b"fetchTimeMs: 1\r\n"),
        page("<http://a.example/3>"),
        record("conversion", "text/plain", "http://a.example/4", b"Ana Ruiz left."),
        record("resource", "text/html", "http://a.example/5", PAGE.as_bytes()),
    ];
    let wanted = ["http://a.example/1", "http://a.example/3", "http://a.example/4", "http://a.example/5"];
    // One member a record, as crawlers pack them.
    let packed: Vec<u8> = archive.iter().flat_map(|record| gzip(record)).collect();
    for (name, bytes) in [("a.warc", archive.concat()), ("a.warc.gz", packed)] {
        let (articles, problems) = read(name, bytes);
        assert_eq!((ids(&articles), problems), (wanted.to_vec(), vec![]), "{name}");
        assert_eq!(articles[0], article(wanted[0]));
        assert_eq!(articles[2].text, "Ana Ruiz left.");
    }
}

#[test]
fn servers_encode_pages_in_many_ways() {
    let chunked = |bytes: &[u8]| {
        let mut encoded = Vec::new();
        let mut encoder = chunked_transfer::Encoder::with_chunks_size(&mut encoded, 100);
        encoder.write_all(bytes).unwrap();
        drop(encoder);
        encoded
    };
    let html = PAGE.as_bytes();
    let mut brotli = Vec::new();
    brotli::CompressorWriter::new(&mut brotli, 4096, 5, 20).write_all(html).unwrap();
    let archive = [
        response("1", "Content-Type: text/html\r\nContent-Encoding: gzip", &gzip(html)),
        response("2", "Content-Type: text/html\r\nTransfer-Encoding: chunked", &chunked(html)),
        response(
            "3",
            "content-type: text/html\r\ntransfer-encoding: Chunked\r\ncontent-encoding: gzip",
            &chunked(&gzip(html)),
        ),
        response("4", "Content-Type: text/html\r\nContent-Encoding: br", &brotli),
        // Undone by the crawler, which left the fields as they were.
        response(
            "5",
            "Content-Type: text/html\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip",
            html,
        ),
    ];
    let (articles, problems) = read("a.warc", archive.concat());
    assert_eq!((articles, problems), (["1", "2", "3", "4", "5"].map(article).to_vec(), vec![]));
    let japanese = "首相は東京で会談した。";
    let html = format!("<p>{japanese}</p>");
    let bytes = response("6", "Content-Type: text/html; charset=\"EUC-JP\"", &EUC_JP.encode(&html).0);
    assert_eq!(texts(&read("a.warc", bytes).0), [japanese]);
}

#[test]
fn a_damaged_record_costs_itself() {
    let good = page("good");
    let broken = [
        (&b"WARC/1.0\r\nno field\r\n\r\nbody\r\n\r\n"[..], "header is broken"),
        (b"WARC/1.0\r\nWARC-Type: response\r\n\r\n", "header is broken"),
        (b"garbage that belongs to no record\r\n", "belong to none"),
        (b"WARC/1.0\r\nWARC-Type: response\r\n", "no end"),
    ];
    for (bytes, message) in broken {
        let (articles, problems) = read("a.warc", [&good[..], bytes, &good[..]].concat());
        assert_eq!(articles.len(), 2, "{message}: {problems:?}");
        assert!(problems[0].to_string().contains(message), "{problems:?}");
        assert!(problems[0].to_string().contains("a.warc, record "), "{problems:?}");
    }
    for (record, message) in [
        (record("response", "application/http", "u", b""), "no body"),
        (record("response", "application/http", "u", b"no answer"), "not the answer of a web server"),
        (response("u", "Content-Type: text/html", b""), "no text"),
        (response("u", "Content-Type: text/html", &vec![b'a'; 5 << 20]), "longer than 4 MB"),
        (
            response("u", "Content-Type: text/html\r\nContent-Encoding: gzip", &gzip(&vec![b'a'; 5 << 20])),
            "unpacks to more than 4 MB",
        ),
    ] {
        let (articles, problems) = read("a.warc", [&record[..], &good[..]].concat());
        assert_eq!(ids(&articles), ["good"], "{message}");
        only(&problems, Some(1), true, &["a.warc, record 1", message]);
    }
}

#[test]
fn an_archive_that_is_cut_off_keeps_what_came_before() {
    let (good, cut) = (page("good"), page("cut"));
    let (articles, problems) = read("a.warc", [&good[..], &cut[..cut.len() / 2]].concat());
    assert_eq!(ids(&articles), ["good"]);
    only(&problems, Some(2), true, &["ends in the middle of this record"]);
    let packed = [gzip(&good), gzip(&cut)].concat();
    let (articles, problems) = read("a.warc.gz", &packed[..packed.len() - 20]);
    assert_eq!(ids(&articles), ["good"]);
    only(&problems, Some(2), true, &["cut off"]);
    only(&read("a.warc", "").1, None, true, &["not one web page"]);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn no_byte_of_an_archive_stops_the_run(at in 0usize..1500, byte: u8) {
        let mut archive = [page("one"), page("two")].concat();
        let second = archive.len();
        archive.extend(page("last"));
        archive[at % second] = byte;
        let (articles, _) = read("a.warc", archive);
        prop_assert!(articles.iter().any(|article| article.id == "last") || articles.len() < 3);
    }
}
