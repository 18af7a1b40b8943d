//! The text of an input file, whatever program wrote it: unpacked, and not something else that
//! merely arrived in its place.

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::read::MultiGzDecoder;

/// The first bytes of a gzip file.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// The first bytes of other packed files, and their names.
const OTHER_PACKINGS: [(&[u8], &str); 5] = [
    (b"PK\x03\x04", "a zip archive"),
    (b"BZh", "packed with bzip2"),
    (b"\xfd7zXZ", "packed with xz"),
    (b"\x28\xb5\x2f\xfd", "packed with zstd"),
    (b"7z\xbc\xaf", "a 7z archive"),
];

/// The most bytes of an input file, unpacked: what a file becomes in memory is up to 24 times as
/// large.
static MOST_BYTES: AtomicU64 = AtomicU64::new(1 << 30);

/// Limits input files, unpacked, to this number of bytes.
pub fn limit_size(bytes: u64) {
    MOST_BYTES.store(bytes, Ordering::Relaxed);
}

/// The bytes of a regular file. A pipe or a device might never end, or never begin.
///
/// # Errors
/// If the file cannot be read, is not a regular file, or is too large.
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    let kind = fs::metadata(path)?.file_type();
    if kind.is_dir() {
        return Err(io::Error::new(ErrorKind::IsADirectory, "it is a folder"));
    }
    if !kind.is_file() {
        return Err(io::Error::new(ErrorKind::InvalidInput, "it is not a regular file but a pipe or a device"));
    }
    read_all(File::open(path)?)
}

/// Everything that a source gives.
///
/// # Errors
/// If it cannot be read, or is too large.
pub fn read_all(source: impl Read) -> io::Result<Vec<u8>> {
    let most = MOST_BYTES.load(Ordering::Relaxed);
    let mut bytes = Vec::new();
    source.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 <= most {
        return Ok(bytes);
    }
    let most = most >> 20;
    let why = format!("it has more than {most} MiB; divide it, or allow more memory with --memory");
    Err(io::Error::new(ErrorKind::FileTooLarge, why))
}

/// The text of a file that is packed with gzip or not, without a byte-order mark.
///
/// # Errors
/// The sentence that tells what the file is instead, and what to do: a damaged or differently
/// packed file, UTF-16, a page of a web server, or the headers of its answer.
pub fn text(bytes: &[u8]) -> Result<Cow<'_, [u8]>, String> {
    if let Some((_, what)) = OTHER_PACKINGS.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return Err(format!("the file is {what}; unpack it, or pack it with gzip"));
    }
    let text = if bytes.starts_with(&GZIP) {
        let unpacked = read_all(MultiGzDecoder::new(bytes));
        Cow::Owned(unpacked.map_err(|error| match error.kind() {
            ErrorKind::FileTooLarge => format!("the unpacked file is too large: {error}"),
            _ => format!("the file is damaged: it cannot be unpacked with gzip ({error}); get it again"),
        })?)
    } else {
        Cow::Borrowed(bytes)
    };
    let start = text.trim_ascii_start();
    let begins = |word: &str| start.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word.as_bytes()));
    if text.starts_with(&[0xff, 0xfe]) || text.starts_with(&[0xfe, 0xff]) {
        return Err("the file is in UTF-16; save it as UTF-8".to_owned());
    }
    if begins("HTTP/") {
        return Err(
            "the file begins with the headers of an HTTP answer; write the answer without them (curl without -i)"
                .to_owned(),
        );
    }
    if begins("<!doctype") || begins("<html") || begins("<?xml") {
        return Err(
            "the file is a web page, perhaps of a login; check the address and the login with which it was fetched"
                .to_owned(),
        );
    }
    Ok(match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.strip_prefix(MARK).unwrap_or(text)),
        Cow::Owned(text) if text.starts_with(MARK) => Cow::Owned(text[MARK.len()..].to_vec()),
        owned @ Cow::Owned(_) => owned,
    })
}

/// The mark that some editors put before UTF-8 text.
const MARK: &[u8] = b"\xef\xbb\xbf";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_file_is_instead_is_said() {
        for (bytes, words) in [
            (&b"PK\x03\x04rest"[..], "zip archive"),
            (b"BZh91AY", "bzip2"),
            (b"\x1f\x8bno gzip", "damaged"),
            (b"\xff\xfea\0", "UTF-16"),
            (b"\r\nHTTP/1.1 200 OK\r\n\r\n{}", "curl without -i"),
            (b" <!DOCTYPE html><html>", "web page"),
            (b"<HTML lang=en>", "web page"),
        ] {
            let told = text(bytes).unwrap_err();
            assert!(told.contains(words) && told.contains(';'), "{told}");
        }
    }

    #[test]
    fn other_texts_come_as_they_are() {
        for bytes in [&b""[..], b"at_s\n1\n", b"; HTTP/1.1", b"{\"a\": \"<html>\"}"] {
            assert_eq!(text(bytes).unwrap(), bytes);
        }
        assert_eq!(&*text(b"\xef\xbb\xbfat_s\n").unwrap(), b"at_s\n");
    }
}
