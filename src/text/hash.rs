//! Numbers that stand for values, to remember many of them in little memory.

use std::hash::{Hash, Hasher};

use siphasher::sip::SipHasher13;

/// The hash of a value in memory: SipHash-1-3 with keys of 0. It is the same in every run, and so is even a collision. How a
/// value is fed to it is the business of the standard library, so what is kept in files is fed as [`hash_of_bytes`].
pub(crate) fn hash64(value: &(impl Hash + ?Sized)) -> u64 {
    let mut hasher = SipHasher13::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// The SipHash-1-3 of bytes with keys of 0: the same whatever the compiler and the machine.
pub(crate) fn hash_of_bytes<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> u64 {
    let mut hasher = SipHasher13::new();
    parts.into_iter().for_each(|part| hasher.write(part));
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What files of earlier runs hold was made by the standard library's hasher of that time.
    #[test]
    fn hashes_are_those_of_the_standard_library_when_the_first_were_kept() {
        assert_eq!(hash64("triplewire"), 0xfffe_1505_2ba3_8e5c);
        assert_eq!(hash64(&(1u64, "triplewire", [2u16, 3])), 0xe4c4_6c37_0d92_ee9d);
        assert_eq!(hash_of_bytes([&b"triplewire"[..], &[0xFF]]), hash64("triplewire"));
    }
}
