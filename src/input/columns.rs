//! Which column, or which key of a JSON object, holds what.

use super::Options;

/// The names that are tried for the id, best first.
pub(super) const ID: [&str; 3] = ["id", "url", "title"];
/// The names that are tried for the text, best first.
pub(super) const TEXT: [&str; 3] = ["text", "body", "content"];

/// Positions among the names of a header row or a JSON object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Columns {
    pub(super) id: Option<usize>,
    pub(super) text: usize,
    pub(super) title: Option<usize>,
    pub(super) date: Option<usize>,
    pub(super) source: Option<usize>,
}

/// What the user asked for, or the program has to guess, is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Missing {
    /// No text column.
    Text,
    /// The id column that the user named. Never the outcome of a guess.
    Id,
}

impl Columns {
    /// Finds the columns among `names`. Letter case and blanks around a name do not matter.
    pub(super) fn find<'a, I>(names: I, options: &Options) -> Result<Columns, Missing>
    where
        I: Iterator<Item = &'a str> + Clone,
    {
        let position = |wanted: &str| {
            let exact = names.clone().position(|name| name == wanted);
            exact.or_else(|| {
                names.clone().position(|name| name.trim().to_lowercase() == wanted.trim().to_lowercase())
            })
        };
        let text = match &options.text_column {
            Some(wanted) => position(wanted),
            None => TEXT.iter().find_map(|wanted| position(wanted)),
        };
        let text = text.ok_or(Missing::Text)?;
        let other = |wanted: &str| position(wanted).filter(|&found| found != text);
        let id = match &options.id_column {
            Some(wanted) => Some(position(wanted).ok_or(Missing::Id)?),
            None => ID.iter().find_map(|wanted| other(wanted)),
        };
        Ok(Columns { id, text, title: other("title"), date: other("date"), source: other("source") })
    }
}

/// What is missing and what is there, as a message and a remedy. `what` is "column" or "key".
pub(super) fn explain<'a>(
    missing: &Missing,
    what: &str,
    names: impl Iterator<Item = &'a str>,
    options: &Options,
) -> (String, String) {
    let found = list(names);
    let found = if found.is_empty() { "none".to_owned() } else { found };
    match missing {
        Missing::Text => match &options.text_column {
            Some(wanted) => (
                format!("there is no {what} `{wanted}`; the {what}s here are: {found}"),
                "Say with --text-column which one holds the text.".to_owned(),
            ),
            None => (
                format!("no {what} is called `text`, `body` or `content`; the {what}s here are: {found}"),
                "Say with --text-column which one holds the text.".to_owned(),
            ),
        },
        Missing::Id => (
            format!(
                "there is no {what} `{}`; the {what}s here are: {found}",
                options.id_column.as_deref().unwrap_or_default()
            ),
            "Say with --id-column which one holds the id, or leave the option out.".to_owned(),
        ),
    }
}

/// Names for a message: not more, and none longer, than a reader wants to see.
fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    const MOST: usize = 20;
    const LONGEST: usize = 40;
    let mut shown = Vec::new();
    let mut left_out = 0;
    for name in names {
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

    fn find(names: &[&str], id: Option<&str>, text: Option<&str>) -> Result<Columns, Missing> {
        let options = Options {
            id_column: id.map(Into::into),
            text_column: text.map(Into::into),
            ..Options::default()
        };
        Columns::find(names.iter().copied(), &options)
    }

    #[test]
    fn guesses_follow_the_list_and_ignore_case() {
        let columns = find(&["Title", "URL ", "Body", "Date"], None, None).unwrap();
        assert_eq!(columns, Columns { id: Some(1), text: 2, title: Some(0), date: Some(3), source: None });
        assert_eq!(find(&["content", "text"], None, None).unwrap().text, 1);
        assert_eq!(find(&["text", "when"], None, None).unwrap().id, None);
    }

    #[test]
    fn a_named_column_must_be_there() {
        assert_eq!(find(&["id", "text"], None, Some("lead")), Err(Missing::Text));
        assert_eq!(find(&["id", "text"], Some("key"), None), Err(Missing::Id));
        assert_eq!(find(&["a", "A"], None, Some("A")).unwrap().text, 1);
    }

    #[test]
    fn the_text_is_never_its_own_id_or_title_by_a_guess() {
        let columns = find(&["title", "date"], None, Some("title")).unwrap();
        assert_eq!((columns.id, columns.title), (None, None));
    }

    #[test]
    fn messages_name_the_columns_and_the_option() {
        let (message, remedy) =
            explain(&Missing::Text, "column", ["lead", "story"].into_iter(), &Options::default());
        assert!(message.ends_with("the columns here are: lead, story"), "{message}");
        assert!(remedy.contains("--text-column"));
    }
}
