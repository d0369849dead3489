//! Which column, or which key of a JSON object, holds what.

use super::options::Options;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Id,
    Text,
    Title,
    Date,
    Source,
    Url,
}

impl Role {
    /// The names that are tried, best first.
    fn guesses(self) -> &'static [&'static str] {
        match self {
            Role::Id => &["id", "url", "title"],
            Role::Text => &["text", "body", "content"],
            Role::Title => &["title", "headline"],
            Role::Date => &[
                "date",
                "published",
                "published_at",
                "publishedat",
                "publish_date",
                "published_date",
                "publication_date",
                "date_published",
                "date_publish",
                "datepublished",
                "pub_date",
                "pubdate",
            ],
            Role::Source => &["source", "publisher", "publication", "site_name", "source_domain", "domain"],
            Role::Url => &["url", "link"],
        }
    }

    /// The name that the user gave.
    fn named(self, options: &Options) -> Option<&str> {
        let named = match self {
            Role::Id => &options.id_column,
            Role::Text => &options.text_column,
            Role::Title => &options.title_column,
            Role::Date => &options.date_column,
            Role::Source => &options.source_column,
            Role::Url => &None,
        };
        named.as_deref()
    }

    /// The word for it in messages and in the name of its option.
    fn word(self) -> &'static str {
        match self {
            Role::Id => "id",
            Role::Text => "text",
            Role::Title => "title",
            Role::Date => "date",
            Role::Source => "source",
            Role::Url => "url",
        }
    }
}

/// Positions among the names of a header row or a JSON object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Columns {
    pub(super) id: Option<usize>,
    pub(super) text: usize,
    pub(super) title: Option<usize>,
    pub(super) date: Option<usize>,
    pub(super) source: Option<usize>,
    pub(super) url: Option<usize>,
}

/// A column that the user named, or the text that the program has to guess, is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Missing(pub(super) Role);

impl Columns {
    /// Finds the columns among `names`. Letter case and blanks around a name do not matter.
    pub(super) fn find<'a, I>(names: I, options: &Options) -> Result<Columns, Missing>
    where
        I: Iterator<Item = &'a str> + Clone,
    {
        let (columns, missing) = Columns::find_some(names, options)?;
        missing.first().map_or(Ok(columns), |&role| Err(Missing(role)))
    }

    /// The same where columns may be lacking, but not the text. Says which of those are that the user named.
    pub(super) fn find_some<'a, I>(names: I, options: &Options) -> Result<(Columns, Vec<Role>), Missing>
    where
        I: Iterator<Item = &'a str> + Clone,
    {
        let plain = |name: &str| name.trim().to_lowercase();
        let lower: Vec<String> = names.clone().map(plain).collect();
        let position = |wanted: &str| {
            let exact = names.clone().position(|name| name == wanted);
            exact.or_else(|| lower.iter().position(|name| *name == plain(wanted)))
        };
        let mut missing = Vec::new();
        let mut find = |role: Role, text: Option<usize>| {
            let Some(wanted) = role.named(options) else {
                let mut guessed = role.guesses().iter().filter_map(|guess| position(guess));
                return guessed.find(|&found| Some(found) != text);
            };
            let found = position(wanted);
            missing.extend(found.is_none().then_some(role));
            found
        };
        let text = find(Role::Text, None).ok_or(Missing(Role::Text))?;
        let columns = Columns {
            id: find(Role::Id, Some(text)),
            text,
            title: find(Role::Title, Some(text)),
            date: find(Role::Date, Some(text)),
            source: find(Role::Source, Some(text)),
            url: find(Role::Url, Some(text)),
        };
        Ok((columns, missing))
    }
}

/// What is missing and what is there, as a message and a remedy. `what` is "column" or "key".
pub(super) fn explain<'a>(
    Missing(role): Missing,
    what: &str,
    names: impl Iterator<Item = &'a str>,
    options: &Options,
) -> (String, String) {
    let found = list(names);
    let found = if found.is_empty() { "none".to_owned() } else { found };
    let word = role.word();
    let say = format!("Say with --{word}-column which one holds the {word}");
    match role.named(options) {
        Some(wanted) => {
            let remedy = if role == Role::Text { say } else { format!("{say}, or leave the option out") };
            (format!("there is no {what} `{wanted}`; the {what}s here are: {found}"), format!("{remedy}."))
        }
        None => {
            let guesses: Vec<String> = role.guesses().iter().map(|guess| format!("`{guess}`")).collect();
            let (last, others) = guesses.split_last().map_or(("", [].as_slice()), |(last, it)| (last, it));
            let guesses = format!("{} or {last}", others.join(", "));
            (format!("no {what} is called {guesses}; the {what}s here are: {found}"), format!("{say}."))
        }
    }
}

/// Names for a message: not more, and none longer, than a reader wants to see.
pub(super) fn list<S: AsRef<str>>(names: impl Iterator<Item = S>) -> String {
    const MOST: usize = 20;
    const LONGEST: usize = 40;
    let mut shown = Vec::new();
    let mut left_out = 0;
    for name in names {
        let name = name.as_ref();
        if shown.len() == MOST {
            left_out += 1;
        } else if name.chars().count() > LONGEST {
            shown.push(format!("{}…", name.chars().take(LONGEST).collect::<String>()));
        } else {
            shown.push(name.to_owned());
        }
    }
    if left_out > 0 {
        shown.push(format!("and {left_out} more"));
    }
    shown.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(id: Option<&str>, text: Option<&str>) -> Options {
        Options { id_column: id.map(Into::into), text_column: text.map(Into::into), ..Options::default() }
    }

    fn find(names: &[&str], options: &Options) -> Result<Columns, Missing> {
        Columns::find(names.iter().copied(), options)
    }

    #[test]
    fn guesses_follow_the_list_and_ignore_case() {
        let guess = |names: &[&str]| find(names, &Options::default()).unwrap();
        let columns = guess(&["Title", "URL ", "Body", "Date"]);
        let expected =
            Columns { id: Some(1), text: 2, title: Some(0), date: Some(3), source: None, url: Some(1) };
        assert_eq!(columns, expected);
        assert_eq!(guess(&["content", "text"]).text, 1);
        assert_eq!(guess(&["text", "when"]).id, None);
        let columns = guess(&["text", "pubDate", "headline", "publisher", "link"]);
        assert_eq!(
            (columns.date, columns.title, columns.source, columns.url),
            (Some(1), Some(2), Some(3), Some(4))
        );
    }

    #[test]
    fn a_named_column_must_be_there() {
        assert_eq!(find(&["id", "text"], &named(None, Some("lead"))), Err(Missing(Role::Text)));
        assert_eq!(find(&["id", "text"], &named(Some("key"), None)), Err(Missing(Role::Id)));
        assert_eq!(find(&["a", "A"], &named(None, Some("A"))).unwrap().text, 1);
        let options = Options {
            date_column: Some("When".into()),
            title_column: Some("head".into()),
            source_column: Some("paper".into()),
            ..Options::default()
        };
        let names = ["text", "date", "when", "title", "head", "source", "paper"];
        let columns = find(&names, &options).unwrap();
        assert_eq!((columns.date, columns.title, columns.source), (Some(2), Some(4), Some(6)));
        // What was named is not guessed.
        let names = ["text", "date", "title"].into_iter();
        let (columns, missing) = Columns::find_some(names, &options).unwrap();
        assert_eq!((columns.date, columns.title, columns.source), (None, None, None));
        assert_eq!(missing, [Role::Title, Role::Date, Role::Source]);
    }

    #[test]
    fn the_text_is_never_its_own_id_or_title_by_a_guess() {
        let columns = find(&["title", "date"], &named(None, Some("title"))).unwrap();
        assert_eq!((columns.id, columns.title), (None, None));
    }

    #[test]
    fn messages_name_the_columns_and_the_option() {
        let explain = |role, options: &Options| {
            explain(Missing(role), "column", ["lead", "story"].into_iter(), options)
        };
        let (message, remedy) = explain(Role::Text, &Options::default());
        let expected = "no column is called `text`, `body` or `content`; the columns here are: lead, story";
        assert_eq!((&*message, &*remedy), (expected, "Say with --text-column which one holds the text."));
        let options = Options { date_column: Some("when".into()), ..Options::default() };
        let (message, remedy) = explain(Role::Date, &options);
        assert_eq!(message, "there is no column `when`; the columns here are: lead, story");
        assert!(remedy.contains("--date-column") && remedy.contains("leave the option out"), "{remedy}");
    }
}
