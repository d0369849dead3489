//! What tells two inputs apart.

use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest as _, Sha256};

use crate::text::Digest;

/// SHA-256 of the digests of the articles read so far, in order. A clone shows the same state and can be
/// read from any thread.
///
/// See the [example](crate::input#example).
#[derive(Debug, Clone, Default)]
pub struct Fingerprint(Arc<Mutex<Sha256>>);

impl Fingerprint {
    pub(super) fn add(&self, digest: &Digest) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).update(digest.bytes());
    }

    /// In hexadecimal.
    pub fn hex(&self) -> String {
        let hash = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        base16ct::lower::encode_string(&hash.finalize())
    }
}
