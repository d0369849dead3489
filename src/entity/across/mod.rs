//! One name, one entity, across articles.
//!
//! What is found in an article depends on it alone. Here the names of all articles are laid side by side, and a short
//! or other form of a name is joined with the full one where the articles together leave no doubt: one bearer by far
//! the most frequent, named with the same others, in the same years, and no article that names both as two. A name
//! that can be of one bearer only (with a middle name, in another spelling) is joined `everywhere`; one that stands for a
//! whole class of bearers (a surname) is joined `by_article`.
//!
//! The `corpus` takes the names in; a `pass` over them decides, by the `shapes` of names and what is `known` of them,
//! and gives `joins`, or `candidates` for somebody who decides.
//!
//! Names are numbered in the order of type and spelling before anything is decided, so that the order of the
//! articles does not matter.

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
