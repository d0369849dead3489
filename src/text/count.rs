//! Counts with their nouns.

/// `1 article`, `2 articles`, of nouns whose plural ends in `s` or `ies`.
pub(crate) fn counted(count: u64, nouns: &str) -> String {
    match (count, nouns.strip_suffix("ies"), nouns.strip_suffix('s')) {
        (1, Some(stem), _) => format!("1 {stem}y"),
        (1, None, Some(noun)) => format!("1 {noun}"),
        _ => format!("{count} {nouns}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_has_a_singular() {
        assert_eq!(["articles", "entities"].map(|nouns| counted(1, nouns)), ["1 article", "1 entity"]);
        assert_eq!(
            [0, 2].map(|count| counted(count, "distinct triples")),
            ["0 distinct triples", "2 distinct triples"]
        );
    }
}
