//! Articles that an earlier run has had: they are not read again, and their ids are taken.

use std::collections::HashSet;

use crate::text::Digest;

use super::Fingerprint;
use super::ids::Ids;

/// Articles that are there, in 50 bytes each.
///
/// See the [example](crate::input#example).
#[derive(Debug, Default)]
pub struct Earlier {
    ids: Ids,
    /// Halves of digests: 128 bits, so that a collision by chance need not be reckoned with.
    digests: HashSet<u128>,
    fingerprint: Fingerprint,
}

impl Earlier {
    /// Adds the id `called` of the next article. Returns the id to use instead, if another article has that one.
    pub(crate) fn take(&mut self, called: &str, digest: &Digest) -> Option<String> {
        self.fingerprint.add(digest);
        self.ids.take(called)
    }

    /// Adds an article: a copy of it that comes later gets no id of its own.
    pub(crate) fn remember(&mut self, digest: &Digest) {
        self.digests.insert(digest.half());
    }

    /// Whether it is there.
    pub(crate) fn has(&self, digest: &Digest) -> bool {
        !self.digests.is_empty() && self.digests.contains(&digest.half())
    }

    /// The fingerprint of the articles taken so far, in their order.
    pub(crate) fn fingerprint(&self) -> Fingerprint {
        self.fingerprint.clone()
    }
}
