//! A file outside the folders of studies: written next to its target, and moved there at once.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::draft::Draft;
use super::place::{self, parent};
use super::replace::{Method, move_to_free, sync_folder};
use crate::exit::CliError;
use crate::interrupt::uninterrupted;

/// A file that is under way.
#[derive(Debug)]
pub(crate) struct FileDraft {
    /// The path as the user writes it.
    shown: PathBuf,
    /// The real path.
    target: PathBuf,
    draft: Draft,
}

impl FileDraft {
    /// Begins a file. Fails at once if nothing can be written there, or if another process writes
    /// there.
    pub(crate) fn begin(shown: &Path) -> Result<FileDraft, CliError> {
        let target = place::resolve(shown)?;
        let draft = Draft::begin(parent(&target), target.file_name().unwrap_or_default())?;
        Ok(FileDraft { shown: shown.to_owned(), target, draft })
    }

    /// The path as the user writes it.
    pub(crate) fn shown(&self) -> &Path {
        &self.shown
    }

    /// Whether the target is below a folder, or that folder itself.
    pub(crate) fn is_below(&self, folder: &Path) -> Result<bool, CliError> {
        Ok(self.target.starts_with(place::resolve(folder)?))
    }

    /// The content, empty.
    pub(crate) fn create(&self) -> io::Result<File> {
        File::create_new(self.draft.content())
    }

    /// Moves the content, which is on the disk, to its target. What stands there is replaced if
    /// `may_replace` finds that it is ours.
    ///
    /// # Errors
    /// Of the kind `AlreadyExists` if it is not.
    pub(crate) fn commit(self, may_replace: impl Fn(&Path) -> bool) -> io::Result<()> {
        let content = self.draft.content();
        uninterrupted(|| {
            if self.target.symlink_metadata().is_err() {
                return move_to_free(&content, &self.target, Method::BEST);
            }
            if may_replace(&self.target) {
                fs::rename(&content, &self.target)
            } else {
                Err(ErrorKind::AlreadyExists.into())
            }
        })?;
        sync_folder(parent(&self.target))
    }
}
