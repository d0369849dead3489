//! Addresses of web pages.

/// What stands after `http://` or `https://`; none if it is no such address.
fn behind_scheme(text: &str) -> Option<&str> {
    let (scheme, rest) = text.split_once("://")?;
    let is_web = ["http", "https"].iter().any(|it| scheme.eq_ignore_ascii_case(it));
    Some(rest).filter(|rest| is_web && !rest.is_empty() && !rest.contains(char::is_whitespace))
}

/// Whether a text is the whole address of a page.
pub(super) fn is_address(text: &str) -> bool {
    behind_scheme(text).is_some()
}

/// The host in an address, without `www.`: `https://www.daily.example:80/a` is of `daily.example`.
pub(super) fn host(address: &str) -> Option<String> {
    let rest = behind_scheme(address)?;
    let host = rest.split(['/', '?', '#']).next()?;
    let host = host.rsplit('@').next()?.split(':').next()?.to_lowercase();
    let host = host.strip_prefix("www.").unwrap_or(&host);
    Some(host.to_owned()).filter(|host| !host.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_of_a_table() {
        for (address, expected) in [
            ("https://www.daily.example/a?b#c", Some("daily.example")),
            ("HTTP://Daily.Example:8080", Some("daily.example")),
            ("https://ana@daily.example?x", Some("daily.example")),
            ("https://", None),
            ("https:///a", None),
            ("ftp://daily.example/a", None),
            ("daily.example/a", None),
            ("see https://daily.example for more", None),
            ("", None),
        ] {
            assert_eq!(host(address).as_deref(), expected, "{address}");
        }
    }
}
