//! Articles that an earlier run has had: they are not read again, and their ids are taken.

use std::collections::HashSet;

use crate::text::Digest;

use super::Fingerprint;
use super::ids::Ids;

/// Articles that are there, in 50 bytes each.
#[derive(Debug, Default)]
pub struct Earlier {
    ids: Ids,
    /// Halves of digests. That two articles have one by chance is as likely as a stroke of lightning in every second of
    /// a year.
    digests: HashSet<u128>,
    fingerprint: Fingerprint,
}

impl Earlier {
    /// Takes note of the next article, which its input calls `called`. Returns the id that it has, if that is another
    /// one's already.
    pub(crate) fn take(&mut self, called: &str, digest: &Digest) -> Option<String> {
        self.fingerprint.add(digest);
        self.ids.take(called)
    }

    /// From now on this article is there: that it comes again is not worth an id of its own.
    pub(crate) fn remember(&mut self, digest: &Digest) {
        self.digests.insert(digest.half());
    }

    /// Whether it is there.
    pub(crate) fn has(&self, digest: &Digest) -> bool {
        !self.digests.is_empty() && self.digests.contains(&digest.half())
    }

    /// What tells the articles taken so far, in their order, from others.
    pub(crate) fn fingerprint(&self) -> Fingerprint {
        self.fingerprint.clone()
    }
}
