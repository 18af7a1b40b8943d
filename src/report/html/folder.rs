//! The files from which a page is made.

use serde_json::Value;

use super::table;
use crate::OutputFile;
use crate::key_results::{self, KeyResults};

/// The folder of a study.
#[derive(Clone, Copy, Debug)]
pub struct Folder<'a> {
    /// The manifest. Its outputs are not read, so that it may be a draft.
    pub manifest: &'a Value,
    /// The text of the scenario.
    pub scenario: &'a str,
    /// The files of the study, in any order.
    pub files: &'a [OutputFile],
    /// Files that are only named.
    pub unread: &'a [String],
}

impl<'a> Folder<'a> {
    pub(super) fn file(&self, path: &str) -> Option<&'a [u8]> {
        self.files.iter().find(|file| file.path == path).map(|file| file.bytes.as_slice())
    }

    /// The files with these beginnings and ends of their paths, in an order that depends on nothing
    /// else.
    pub(super) fn files(&self, begin: &str, end: &str) -> Vec<&'a OutputFile> {
        let files = self.files.iter().filter(|file| file.path.starts_with(begin) && file.path.ends_with(end));
        let mut files: Vec<_> = files.collect();
        files.sort_by_key(|file| (table::rank(&file.path), file.path.as_str()));
        files
    }

    /// The answer and the figures, if the study has left them.
    pub(super) fn key_results(&self) -> Option<KeyResults> {
        serde_json::from_slice(self.file(key_results::PATH)?).ok()
    }

    pub(super) fn text(&self, pointer: &str) -> &'a str {
        self.manifest.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
    }
}
