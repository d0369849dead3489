//! The forms of a name: without an article, a legal form, or the state of a storm.

/// A name without `The` in front.
pub(super) fn bare(name: &str) -> &str {
    let rest = name.strip_prefix("The ").or_else(|| name.strip_prefix("THE "));
    rest.map_or(name, str::trim_start)
}

/// The name of a storm without its kind, which changes as it grows.
pub(in crate::entity) fn without_storm(key: &str) -> &str {
    const STORMS: &[&str] = &[
        "hurricane ",
        "tropical storm ",
        "tropical depression ",
        "typhoon ",
        "cyclone ",
        "tropical cyclone ",
    ];
    STORMS.iter().filter_map(|storm| key.strip_prefix(storm)).min_by_key(|rest| rest.len()).unwrap_or(key)
}

/// A key without a company's legal form: `acme corp` is `acme`.
pub(in crate::entity) fn without_company_form(key: &str) -> &str {
    const FORMS: &[&str] = &[
        "inc",
        "incorporated",
        "corp",
        "corporation",
        "co",
        "company",
        "ltd",
        "limited",
        "plc",
        "llc",
        "llp",
        "lp",
        "ag",
        "sa",
        "nv",
        "se",
        "gmbh",
        "spa",
        "ab",
        "asa",
        "oyj",
        "kk",
        "bhd",
        "holdings",
    ];
    let mut rest = key;
    while let Some((before, last)) = rest.rsplit_once(' ') {
        if !FORMS.contains(&last) && last != "and" {
            break;
        }
        rest = before;
    }
    rest
}
