//! Messages and mailboxes.

use super::*;

const PLAIN: &str = "From: \"Daily Wire\" <wire@example.org>\nTo: b@example.org\n\
    Subject: =?utf-8?q?Caf=C3=A9_Acme?=\n sold\nDate: Fri, 29 Mar 2019 11:00:00 +0100\n\
    Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n\n\
    Ana Ruiz sold Caf=E9 =\nAcme.\n\n> Bo Lind\n> bought it.\n";

const PAGE: &str = "From: bo@example.org\nSubject: Page\nDate: Sat, 30 Mar 2019 11:00:00 +0100\nMIME-Version: 1.0\n\
    Content-Type: multipart/mixed; boundary=xx\n\n--xx\nContent-Type: text/html; charset=utf-8\n\n\
    <html><body><p>Cy Ode was named <b>minister</b>.</p><p>He comes from Porto.</p></body></html>\n\
    --xx\nContent-Type: application/pdf; name=\"a.pdf\"\nContent-Disposition: attachment; filename=\"a.pdf\"\n\
    Content-Transfer-Encoding: base64\n\nJVBERi0=\n--xx--\n";

#[test]
fn a_message() {
    let (articles, problems) = read("a.eml", PLAIN);
    assert_eq!(problems, []);
    let wanted = Article {
        id: "a".into(),
        text: "Ana Ruiz sold Café Acme.\n\nBo Lind\nbought it.".into(),
        title: Some("Café Acme sold".into()),
        date: Date::new(2019, Some(3), Some(29)),
        source: Some("Daily Wire".into()),
        url: None,
        called: None,
    };
    assert_eq!(articles, [wanted]);
}

#[test]
fn a_page_is_read_and_what_is_attached_counted() {
    let (articles, problems) = read("a.eml", PAGE);
    assert_eq!(texts(&articles), ["Cy Ode was named minister.\n\nHe comes from Porto."]);
    assert_eq!(articles[0].source.as_deref(), Some("bo@example.org"));
    only(&problems, None, false, &["1 attached file is not read"]);
}

#[test]
fn the_plain_one_of_two_forms_is_read() {
    let both = "Subject: x\nMIME-Version: 1.0\nContent-Type: multipart/alternative; boundary=xx\n\n\
        --xx\nContent-Type: text/plain\n\nAna left.\n--xx\nContent-Type: text/html\n\n<p>Ana left, in colour.</p>\n--xx--\n";
    assert_eq!(texts(&read("a.eml", both).0), ["Ana left."]);
    let (articles, problems) = read("a.eml", both.replace("Ana left.\n", " \n"));
    assert_eq!((texts(&articles), problems), (vec!["Ana left, in colour."], vec![]));
}

#[test]
fn a_mailbox() {
    let mailbox = format!(
        "From a@example.org Fri Mar 29 11:00:00 2019\n{PLAIN}\n>From now on it is his.\n\nFrom here on too.\n\n\
         From b@example.org Sat Mar 30 11:00:00 2019\r\n{PAGE}\n\
         From c@example.org Sat Mar 30 12:00:00 2019\nno message\n\n\
         From d@example.org Sat Mar 30 13:00:00 2019\nSubject: T\n\nThe last.\n"
    );
    for (name, content) in [("m.mbox", mailbox.clone().into_bytes()), ("m.mbox.gz", gzip(mailbox.as_bytes()))]
    {
        let (articles, problems) = read(name, content);
        assert_eq!(ids(&articles), ["m#1", "m#2", "m#4"], "{problems:?}");
        assert!(articles[0].text.ends_with("bought it.\n\nFrom now on it is his.\n\nFrom here on too."));
        assert_eq!(articles[2].text, "The last.");
        only(&problems[..1], Some(2), false, &["message 2", "attached"]);
        only(&problems[1..], Some(3), true, &["message 3", "this is no message"]);
    }
}

#[test]
fn what_is_no_message_is_named() {
    only(&read("a.eml", "").1, None, true, &["this is no message"]);
    only(&read("a.eml", "Ana left.").1, None, true, &["this is no message"]);
    only(&read("a.eml", "Subject: x\n\n \n").1, None, true, &["no text in this message"]);
    only(&read("a.mbox", "Subject: x\n\nAna left.\n").1, None, true, &["not one message", "`From `"]);
    let sealed = "Subject: x\nContent-Type: multipart/encrypted; boundary=xx\n\n--xx\n\nVersion: 1\n--xx--\n";
    only(&read("a.eml", sealed).1, None, true, &["encrypted"]);
}

#[test]
fn of_a_message_that_is_too_long_the_beginning_is_read() {
    let attached = "QUJD\n".repeat(7 << 20);
    let long = PAGE.replace("JVBERi0=\n", &attached);
    let (articles, problems) = read("a.eml", &long);
    assert_eq!(articles.len(), 1);
    assert!(
        problems.iter().any(|it| !it.skipped && it.message.contains("longer than 32 MB")),
        "{problems:?}"
    );
    let mailbox =
        format!("From a Fri Mar 29 11:00:00 2019\n{long}\nFrom a Fri Mar 29 11:00:00 2019\n{PLAIN}");
    assert_eq!(ids(&read("m.mbox", mailbox).0), ["m#1", "m#2"]);
}
