//! A file of the hub: its size and checksum, and whether a file on this machine is it.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use sha1::Sha1;
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};

/// What the hub says a file's content is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Checksum {
    /// Of the content: large files.
    Sha256(String),
    /// Of git's header and the content: all others.
    GitBlob(String),
}

impl Checksum {
    /// Reads an `ETag`.
    pub(super) fn of_etag(etag: &str) -> Option<Self> {
        let sum = etag.trim().trim_start_matches("W/").trim_matches('"').to_ascii_lowercase();
        let is_hex = sum.bytes().all(|byte| byte.is_ascii_hexdigit());
        match sum.len() {
            64 if is_hex => Some(Checksum::Sha256(sum)),
            40 if is_hex => Some(Checksum::GitBlob(sum)),
            _ => None,
        }
    }

    fn text(&self) -> &str {
        match self {
            Checksum::Sha256(sum) | Checksum::GitBlob(sum) => sum,
        }
    }

    fn fits(&self, file: &Path, size: u64) -> io::Result<bool> {
        let mut source = File::open(file)?;
        let sum = match self {
            Checksum::Sha256(_) => hash(Sha256::new(), &mut source),
            Checksum::GitBlob(_) => {
                hash(Sha1::new().chain_update(format!("blob {size}\0").as_bytes()), &mut source)
            }
        };
        Ok(sum? == self.text())
    }
}

fn hash(mut hash: impl Digest, source: &mut impl Read) -> io::Result<String> {
    let mut buffer = vec![0; 1 << 16];
    loop {
        match source.read(&mut buffer)? {
            0 => break,
            read => hash.update(&buffer[..read]),
        }
    }
    Ok(base16ct::lower::encode_string(&hash.finalize()))
}

/// A file on the hub.
#[derive(Debug)]
pub(super) struct Remote {
    pub(super) name: &'static str,
    pub(super) size: u64,
    pub(super) checksum: Checksum,
}

impl Remote {
    /// The name of what has arrived of it. With the checksum, so that a rest is never added to the
    /// beginning of another version.
    pub(super) fn part(&self) -> String {
        format!("{}.{}.part", self.name, self.checksum.text())
    }

    pub(super) fn is(&self, file: &Path) -> Result<bool> {
        let same = match fs::metadata(file) {
            Ok(data) if data.is_file() && data.len() == self.size => self.checksum.fits(file, self.size),
            _ => Ok(false),
        };
        same.map_err(|e| Error::io(file, e, "Make the file readable"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_those_of_git_and_sha256() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("x");
        fs::write(&file, "hello\n").unwrap();
        // `git hash-object x` and `sha256sum x`.
        let git = Checksum::of_etag("\"ce013625030ba8dba906f756967f9e9ca394464a\"").unwrap();
        let sha256 = "W/\"5891B5B522D5DF086D0FF0B110FBD9D21BB4FC7163AF34D08286A2E846F6BE03\"";
        for sum in [git, Checksum::of_etag(sha256).unwrap()] {
            assert!(sum.fits(&file, 6).unwrap());
            fs::write(folder.path().join("y"), "hullo\n").unwrap();
            assert!(!sum.fits(&folder.path().join("y"), 6).unwrap());
        }
        for odd in ["", "\"abc\"", "d41d8cd98f00b204e9800998ecf8427e", &"../".repeat(20)] {
            assert_eq!(Checksum::of_etag(odd), None);
        }
    }
}
