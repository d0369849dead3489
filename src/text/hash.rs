//! Numbers that stand for values, to remember many of them in little room.

use std::hash::{DefaultHasher, Hash, Hasher};

/// The hash of a value, without random keys: it is the same in every run, and so is even a collision.
pub(crate) fn hash64(value: &(impl Hash + ?Sized)) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
