//! Base forms of the classes that take no new members, and of tokens that are no words.

use crate::syntax::Pos;

/// The base form, if it is another word. One table; hence its length.
pub(super) fn closed_class(word: &str, pos: Pos) -> Option<&'static str> {
    Some(match pos {
        Pos::Aux => match word {
            "is" | "was" | "are" | "were" | "been" | "am" | "'s" | "being" | "'m" | "'re" | "s" | "m"
            | "re" | "ai" => "be",
            "has" | "had" | "'ve" | "having" | "ve" => "have",
            "did" | "does" | "done" | "doing" => "do",
            "'ll" | "wo" | "ll" => "will",
            "'d" => "would",
            "ca" => "can",
            "got" | "gets" | "getting" | "gotten" => "get",
            _ => return None,
        },
        Pos::Pron => match word {
            "i" | "me" => "I",
            "him" => "he",
            "them" | "em" | "'em" => "they",
            "us" | "'s" | "s" => "we",
            "hers" => "her",
            "mine" => "my",
            "ours" => "our",
            "yours" => "your",
            "theirs" => "their",
            "those" => "that",
            "these" => "this",
            "whom" => "who",
            "ya" => "you",
            _ => return None,
        },
        Pos::Det => match word {
            "an" => "a",
            "those" => "that",
            "these" => "this",
            _ => return None,
        },
        Pos::Part => match word {
            "n't" | "nt" => "not",
            "na" | "ta" => "to",
            "s" | "'" => "'s",
            _ => return None,
        },
        Pos::Adp => match word {
            "'til" | "til" => "till",
            "thru" => "through",
            "vs" => "versus",
            _ => return None,
        },
        Pos::Num => match word {
            "k" => "thousand",
            "m" | "mn" => "million",
            "b" | "bn" => "billion",
            "t" | "tn" => "trillion",
            _ => return None,
        },
        Pos::Punct | Pos::Sym => match word {
            "\u{201c}" | "\u{201d}" | "\u{201e}" | "``" => "\"",
            "\u{2013}" => "-",
            _ => return None,
        },
        _ => return None,
    })
}
