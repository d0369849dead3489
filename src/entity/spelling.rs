//! Similar spellings, as transliterations give.

/// Least similarity of two words, of 1.
const ALIKE: f64 = 0.8;

/// The skeleton of a name: its words without vowels and doubled letters, and with one letter for each sound. Spellings
/// of one name share it.
pub(super) fn skeleton(parts: &[String]) -> String {
    let mut skeleton = String::new();
    for part in parts {
        let plain = part.replace("ph", "f").replace("kh", "h").replace("dj", "j");
        for c in plain.chars() {
            let c = match c {
                'a' | 'e' | 'i' | 'o' | 'u' | 'y' => continue,
                'q' | 'c' => 'k',
                'w' => 'v',
                other => other,
            };
            if !skeleton.ends_with(c) {
                skeleton.push(c);
            }
        }
        skeleton.push(' ');
    }
    skeleton
}

/// Whether two persons' names with one skeleton are likely the same. `Mario` and `Maria`, `Jon` and `Jan` are not.
pub(super) fn other_spelling(a: &[String], b: &[String]) -> bool {
    let gender = |a: &str, b: &str| {
        let ends = [a.chars().next_back(), b.chars().next_back()];
        ends[0] != ends[1] && ends.iter().all(|c| matches!(c, Some('a' | 'o' | 'e' | 'i')))
    };
    a.len() == b.len()
        && a != b
        && a.iter().zip(b).all(|(a, b)| {
            a == b || (a.len() > 3 && b.len() > 3 && strsim::jaro_winkler(a, b) >= ALIKE && !gender(a, b))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_a_table() {
        for (a, b, expected) in [
            ("usama bin ladin", "osama bin laden", true),
            ("volodymyr zelensky", "volodymyr zelenskyy", true),
            ("qassem soleimani", "qasem soleimani", true),
            ("mario ruiz", "maria ruiz", false),
            ("jon ruiz", "jan ruiz", false),
            ("ana ruiz", "ana lopez", false),
        ] {
            let words = |name: &str| -> Vec<String> { name.split(' ').map(str::to_owned).collect() };
            let (a, b) = (words(a), words(b));
            let found = skeleton(&a) == skeleton(&b) && other_spelling(&a, &b);
            assert_eq!(found, expected, "{a:?}, {b:?}");
        }
    }
}
