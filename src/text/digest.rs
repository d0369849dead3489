//! What tells one article from another.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// SHA-256 of all that an input says of an article. In JSON it is hexadecimal.
///
/// See the [example](crate::text#example).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of these texts.
    pub(super) fn of<'t>(parts: impl Iterator<Item = &'t str>) -> Self {
        let mut hash = Sha256::new();
        for part in parts {
            // Lengths first, so that no two articles look like one.
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        Digest(hash.finalize().into())
    }

    /// Its bytes.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Half of it, which is enough to know an article again and takes half the memory.
    pub(crate) fn half(&self) -> u128 {
        let (half, _) = self.0.split_at(16);
        half.iter().fold(0, |number, &byte| number << 8 | u128::from(byte))
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        base16ct::lower::encode_string(&digest.0)
    }
}

impl TryFrom<String> for Digest {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let mut bytes = [0; 32];
        match base16ct::lower::decode(&text, &mut bytes) {
            Ok(decoded) if decoded.len() == 32 => Ok(Digest(bytes)),
            _ => Err(format!("{text:?} is no SHA-256 in hexadecimal")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_survives_its_text() {
        let digest = Digest::of(["a", "bc"].into_iter());
        assert_ne!(digest, Digest::of(["ab", "c"].into_iter()));
        assert_eq!(Digest::try_from(String::from(digest)), Ok(digest));
        assert!(Digest::try_from("00".to_owned()).is_err());
    }
}
