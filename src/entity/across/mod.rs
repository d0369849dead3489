//! Joins names across articles.
//!
//! The result of an article depends on it alone. Here the names of all articles are compared, and a short or other form
//! of a name is joined with the full one if the articles together leave no doubt: one bearer by far the most frequent,
//! named in the same company, in the same years, and no article with both as two entities. A name with only one
//! possible bearer (with a middle name, in another spelling) is joined `everywhere`; one with many (a surname) is
//! joined `by_article`.
//!
//! The `corpus` collects the names; a `pass` over them decides, by the `shapes` of names and what is `known` of them,
//! and returns `joins`, or `candidates` for people to decide on.
//!
//! Names are numbered in the order of type and spelling first, so that the order of the articles does not matter.

mod by_article;
mod candidate;
mod candidates;
mod corpus;
mod everywhere;
mod joins;
mod known;
mod pass;
mod sets;
mod shapes;

pub(crate) use corpus::Corpus;
pub(crate) use joins::Joins;
pub(crate) use known::KnownNames;

#[cfg(test)]
mod tests;
