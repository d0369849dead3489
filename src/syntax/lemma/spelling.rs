//! What the spelling of a stem tells: its syllables, and whether its base has an `e` or a single consonant.

/// What a base form has at its end that its stem has not.
pub(super) enum BaseEnd {
    Same,
    AddE,
    Undouble,
}

/// What the base form looks like whose `-ed` or `-ing` follows `stem`.
///
/// A base with a short last vowel would have doubled its consonant, so a single consonant after a single
/// vowel speaks for an `e` in words of one syllable. In longer words it depends on which letters they are.
/// One table by letters; hence its length.
pub(super) fn base_end(stem: &[u8]) -> BaseEnd {
    use BaseEnd::{AddE, Same, Undouble};
    let before = |n: usize| stem.len().checked_sub(n).map_or(b' ', |i| stem[i]);
    let (c, b, a) = (before(1), before(2), before(3));
    if c == b {
        return match c {
            _ if !c.is_ascii_lowercase() => Same,
            b'l' if vowel_groups(stem) < 2 => Same,
            b's' | b'f' | b'z' | b'e' | b'o' | b'c' => Same,
            _ => Undouble,
        };
    }
    // The u of `quote` makes no second vowel.
    let after_vowel = is_vowel(b) || b == b'y';
    let after_two = after_vowel && is_vowel(a) && !(a == b'u' && before(4) == b'q');
    let after_one = after_vowel && !after_two;
    let syllables = vowel_groups(stem);
    let with_e = match c {
        b'c' | b's' | b'u' | b'v' => true,
        b'z' => b != b't',
        b'g' => match b {
            b'n' => matches!(a, b'e' | b'u'),
            _ => true,
        },
        b'd' => match b {
            b'a' => after_one || a == b'u',
            b'i' | b'o' | b'u' | b'y' => after_one,
            b'e' => syllables == 1 && after_one,
            _ => false,
        },
        b'k' | b'b' => after_one,
        b'l' => match b {
            b'a' | b'e' | b'o' => after_one && syllables == 1,
            b'i' | b'u' | b'y' => after_one,
            b'r' | b'w' | b'h' => false,
            _ => true,
        },
        b'm' => match b {
            b'a' | b'i' | b'u' => after_one,
            _ => after_one && syllables == 1,
        },
        b'n' => match b {
            b'i' | b'u' | b'a' => after_one,
            _ => after_one && syllables == 1,
        },
        b'p' => match b {
            b'a' | b'y' | b'u' => after_one,
            _ => after_one && syllables == 1,
        },
        b'r' => match b {
            b'a' | b'u' => after_one,
            b'i' => after_one || a == b'u',
            b'e' | b'o' | b'y' => after_one && syllables == 1,
            b't' | b'c' | b'b' | b'g' | b'v' => true,
            _ => false,
        },
        b't' => match b {
            b'a' => after_one || matches!(a, b'i' | b'u'),
            b'u' => after_one,
            b'e' | b'i' | b'o' | b'y' => after_one && syllables == 1,
            _ => false,
        },
        _ => false,
    };
    if with_e { AddE } else { Same }
}

pub(super) const fn is_vowel(letter: u8) -> bool {
    matches!(letter, b'a' | b'e' | b'i' | b'o' | b'u')
}

/// How many runs of vowels a stem has: about its syllables.
pub(super) fn vowel_groups(stem: &[u8]) -> usize {
    let mut groups = 0;
    let mut in_vowels = false;
    for (i, &letter) in stem.iter().enumerate() {
        let u_of_qu = letter == b'u' && i > 0 && stem[i - 1] == b'q';
        let vowel = is_vowel(letter) && !u_of_qu || letter == b'y' && i > 0 || !letter.is_ascii();
        groups += usize::from(vowel && !in_vowels);
        in_vowels = vowel;
    }
    groups
}
