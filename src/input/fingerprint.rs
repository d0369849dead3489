//! What tells two inputs apart.

use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest, Sha256};

use crate::text::Article;

/// SHA-256 of the articles read so far, all of each, in order. A clone shows the same state and can be
/// read from any thread.
#[derive(Debug, Clone, Default)]
pub struct Fingerprint(Arc<Mutex<Sha256>>);

impl Fingerprint {
    pub(super) fn add(&self, article: &Article) {
        article.hash(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// In hexadecimal.
    pub fn hex(&self) -> String {
        let hash = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        base16ct::lower::encode_string(&hash.finalize())
    }
}
