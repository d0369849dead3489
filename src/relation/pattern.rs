//! The language of patterns: from the text in a rule file to a tree.
//!
//! A pattern is a row of items separated by blanks, and reads like the sentence it matches:
//!
//! | item | matches |
//! |---|---|
//! | `president` | that word, in any case; `gov.` and `gov` are the same |
//! | `kill~` | any regular inflection of it: kill, kills, killed, killing |
//! | `@leader` | an entry of the word list `leader`, one word or several |
//! | `SUBJ`, `OBJ` | the two names that the relation is about; each exactly once |
//! | `PER` `ORG` `LOC` `MISC` `DATE` `ENT` | some other name; `ENT` is any of the first four |
//! | `OBJ/adj`, `LOC/adj` ... | the same, but an adjective made from a place's name: "Turkish" |
//! | `OBJ=@school` | the same, if the name itself holds an entry of the list |
//! | `ANY` | one word, number, date or adjective of nationality: no name, no punctuation |
//! | `MOD` | as `ANY`, but no function word (list `little`: articles, prepositions, pronouns, auxiliaries) |
//! | `NUM` | a number in digits or words |
//! | `,` `:` `-` `—` `'s` | punctuation, as it stands; `—` is every long dash |
//! | `"("` | what is in the quotes, even where it has a meaning in this language |
//! | `<victim>` | what the phrase `victim` stands for |
//! | `(a b \| c)` | one of the alternatives |
//! | `a?` `a*` `a+` `a{2,4}` | none or one, any number, at least one, two to four |
//! | `^` `$` | start and end of the sentence |

mod node;
mod parse;

pub(crate) use node::{Node, Role};
pub(crate) use parse::{PatternError, parse, parse_any, parse_veto, valid_list_name};

#[cfg(test)]
mod tests;
