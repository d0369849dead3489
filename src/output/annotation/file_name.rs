//! Article identifiers as file names, and back.

use sha2::{Digest, Sha256};

/// Bytes of one part of a file name. File systems take 255, extension and temporary name included.
const LONGEST: usize = 200;

/// The path, relative to the folder and without extension, of an article's file: its identifier, whose
/// slashes make folders, with `%` and two hexadecimal digits for each byte of a character that is no good in a
/// file name or would lead out of the folder.
///
/// [`article_id`] is the way back. A part of more than [`LONGEST`] bytes, as long addresses of web pages have, becomes
/// folders whose names end in `%`.
pub(super) fn path_name(id: &str) -> String {
    encoded(id, true)
}

/// The file name, without extension, of an article's text in a folder without folders: as [`path_name`], but with
/// slashes encoded, too. A name of more than [`LONGEST`] bytes is cut and ends in a hash: for that there is no way
/// back.
pub(crate) fn flat_name(id: &str) -> String {
    encoded(id, false)
}

/// The identifier of the article in a file of this name (without extension). A name that this program does not
/// give is an identifier as it is.
pub(crate) fn article_id(name: &str) -> String {
    match decoded(name) {
        Some(id) if path_name(&id) == name || flat_name(&id) == name => id,
        _ => name.to_owned(),
    }
}

fn encoded(id: &str, folders: bool) -> String {
    let (mut parts, mut part) = (Vec::new(), String::new());
    let mut rest = id.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '/' if folders && !part.is_empty() && rest.peek().is_some() => {
                parts.push(std::mem::take(&mut part))
            }
            '/' | '\\' | '<' | '>' | ':' | '"' | '|' | '?' | '*' | '%' => percent(&mut part, c),
            c if c.is_control() => percent(&mut part, c),
            // Hidden files, `.` and `..`; and Windows drops blanks and full stops from the ends.
            '.' | ' ' if part.is_empty() || matches!(rest.peek(), None | Some('/')) => percent(&mut part, c),
            c => part.push(c),
        }
    }
    parts.push(part);
    let last = parts.len() - 1;
    for (i, part) in parts.iter_mut().enumerate() {
        // A folder must not have the name of another article's file.
        if i < last
            && let Some(dot) = part.rfind('.')
        {
            part.replace_range(dot..=dot, "%2E");
        }
        if is_device(part) {
            let first = part.remove(0);
            part.insert_str(0, &format!("%{:02X}", u32::from(first)));
        }
        if part.len() > LONGEST {
            *part = if folders { in_folders(part) } else { cut(part) };
        }
    }
    if id.is_empty() { "%".to_owned() } else { parts.join("/") }
}

/// Whether Windows takes it for a device, whatever follows after a full stop.
fn is_device(part: &str) -> bool {
    let stem = part.split('.').next().unwrap_or(part).trim_end().to_ascii_uppercase();
    let port = stem.strip_prefix("COM").or_else(|| stem.strip_prefix("LPT"));
    matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL")
        || port.is_some_and(|it| {
            matches!(it, "¹" | "²" | "³") || (it.len() == 1 && it.as_bytes()[0].is_ascii_digit())
        })
}

/// A long part as folders.
fn in_folders(part: &str) -> String {
    let bytes = part.as_bytes();
    // Not within `%2F`, and not so that a name starts or ends as none may.
    let good = |&i: &usize| {
        part.is_char_boundary(i)
            && bytes[i - 2] != b'%'
            && !matches!(bytes[i - 1], b'%' | b'.' | b' ')
            && !matches!(bytes[i], b'.' | b' ')
    };
    let at = (LONGEST / 2..LONGEST.min(part.len())).rev().find(good);
    match at {
        Some(at) if part.len() > LONGEST => format!("{}%/{}", &part[..at], in_folders(&part[at..])),
        None if part.len() > LONGEST => cut(part),
        _ => part.to_owned(),
    }
}

/// A long part, cut, with a hash that tells it from others.
fn cut(part: &str) -> String {
    let hash = base16ct::lower::encode_string(&Sha256::digest(part)[..8]);
    let at = (0..LONGEST - hash.len()).rev().find(|&i| part.is_char_boundary(i)).unwrap_or(0);
    format!("{}~{hash}", &part[..at])
}

fn percent(part: &mut String, c: char) {
    let mut bytes = [0; 4];
    part.extend(c.encode_utf8(&mut bytes).bytes().map(|byte| format!("%{byte:02X}")));
}

fn decoded(name: &str) -> Option<String> {
    if name == "%" {
        return Some(String::new());
    }
    let mut bytes = Vec::with_capacity(name.len());
    // A long name goes on in the folder.
    let whole = name.replace("%/", "");
    let mut rest = whole.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let digits = [rest.next()?, rest.next()?];
                u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_of_a_table() {
        let table = [
            ("one", "one", "one"),
            ("2020/İnce (1)", "2020/İnce (1)", "2020%2Fİnce (1)"),
            ("https://a.b/c?d=1", "https%3A/%2Fa%2Eb/c%3Fd=1", "https%3A%2F%2Fa.b%2Fc%3Fd=1"),
            ("../../etc/passwd", "%2E%2E/%2E%2E/etc/passwd", "%2E%2E%2F.%2E%2Fetc%2Fpasswd"),
            ("/etc/.x/", "%2Fetc/%2Ex%2F", "%2Fetc%2F.x%2F"),
            ("a.txt/b.txt", "a%2Etxt/b.txt", "a.txt%2Fb.txt"),
            ("50%", "50%25", "50%25"),
            ("a\nb\u{0}", "a%0Ab%00", "a%0Ab%00"),
            ("", "%", "%"),
            ("aux/nul.1", "%61ux/%6Eul.1", "aux%2Fnul.1"),
            ("Con", "%43on", "%43on"),
            ("com1/lpt/com10", "%63om1/lpt/com10", "com1%2Flpt%2Fcom10"),
        ];
        for (id, path, flat) in table {
            assert_eq!((path_name(id).as_str(), flat_name(id).as_str()), (path, flat));
            assert_eq!(article_id(path), id);
            assert_eq!(article_id(&flat_name(id)), id);
        }
    }

    #[test]
    fn a_name_that_is_not_ours_is_an_identifier() {
        for name in ["50%", "a%20b", "a%2fb", "%zz", "%FF", ".."] {
            assert_eq!(article_id(name), name);
        }
    }

    #[test]
    fn long_names_stay_different() {
        for long in ["a".repeat(500), "é%2f.".repeat(200), ".".repeat(500), "日本語 ".repeat(99)] {
            let (a, b) = (format!("x/{long}a/y"), format!("x/{long}b/y"));
            for name in [path_name(&a), flat_name(&a)] {
                assert!(
                    name.split('/').all(|part| part.len() <= LONGEST && !part.starts_with('.')),
                    "{name}"
                );
            }
            assert!(path_name(&a) != path_name(&b) && flat_name(&a) != flat_name(&b));
            if !long.starts_with('.') {
                assert_eq!(article_id(&path_name(&a)), a);
            }
        }
    }

    proptest! {
        #[test]
        fn names_stay_in_the_folder_and_lead_back(id in "(([a-c./% \\\\:?]|\\PC){0,30}|(/|aux|com1|[. ]){0,4})") {
            for name in [path_name(&id), flat_name(&id)] {
                prop_assert_eq!(article_id(&name), id.clone());
                for part in name.split('/') {
                    prop_assert!(!part.is_empty() && !part.starts_with('.') && !part.ends_with(['.', ' ']), "{}", name);
                }
            }
            prop_assert!(!flat_name(&id).contains('/'));
        }
    }
}
