//! The labels of names, as `config.json` writes them.

use crate::text::EntityType;

/// The part of a label before its type.
///
/// See the [example](crate::model#example).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LabelPrefix {
    /// `B-`: first token of a mention.
    Begin,
    /// `I-` or `M-`: inside a mention (IOB1 models use `I-` for the first token too).
    Inside,
    /// `E-` or `L-`: last token.
    End,
    /// `S-` or `U-`: the only token.
    Single,
    /// A bare type, without any prefix.
    Bare,
}

/// One entry of `id2label`.
///
/// See the [example](crate::model#example).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Label {
    /// `O`: no mention.
    Outside,
    /// A token of a mention.
    Mention(LabelPrefix, EntityType),
}

impl Label {
    /// Reads a label. `B-PER`, `B_PER` and `PER` are mentions; `O` and labels of special tokens
    /// (`[CLS]`, `<pad>`, `PAD`) are not.
    pub fn parse(name: &str) -> Self {
        let special = name.starts_with(['[', '<']) || matches!(name, "O" | "o" | "PAD" | "");
        if special {
            return Label::Outside;
        }
        let (prefix, entity_type) = match name.split_once(['-', '_']) {
            Some(("B", rest)) => (LabelPrefix::Begin, rest),
            Some(("I" | "M", rest)) => (LabelPrefix::Inside, rest),
            Some(("E" | "L", rest)) => (LabelPrefix::End, rest),
            Some(("S" | "U", rest)) => (LabelPrefix::Single, rest),
            _ => (LabelPrefix::Bare, name),
        };
        Label::Mention(prefix, EntityType::named(entity_type))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_of_a_table() {
        use LabelPrefix::{Bare, Begin, End, Inside, Single};
        let table = [
            ("O", None),
            ("[CLS]", None),
            ("PAD", None),
            ("B-PER", Some((Begin, EntityType::Per))),
            ("I_ORG", Some((Inside, EntityType::Org))),
            ("M-LOC", Some((Inside, EntityType::Loc))),
            ("E-LOC", Some((End, EntityType::Loc))),
            ("L-LOC", Some((End, EntityType::Loc))),
            ("S-MISC", Some((Single, EntityType::Misc))),
            ("U-MISC", Some((Single, EntityType::Misc))),
            ("PERSON", Some((Bare, EntityType::Per))),
            ("B-work-of-art", Some((Begin, EntityType::Other("work-of-art")))),
            ("creative-work", Some((Bare, EntityType::Other("creative-work")))),
        ];
        for (name, expected) in table {
            let expected = expected.map_or(Label::Outside, |(p, t)| Label::Mention(p, t));
            assert_eq!(Label::parse(name), expected, "{name}");
        }
    }
}
