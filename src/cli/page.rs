//! The page of a study, from the files that it has made or has left.

use crate::report::{OutputFile, html};
use crate::run_dir::manifest::Manifest;

/// The page; the outputs of the manifest may be missing.
pub(crate) fn of_files(manifest: &Manifest, scenario: &str, files: &[OutputFile], unread: &[String]) -> OutputFile {
    let manifest = manifest.to_value();
    let folder = html::Folder { manifest: &manifest, scenario, files, unread };
    OutputFile { path: html::PATH.to_owned(), bytes: html::page(&folder) }
}
