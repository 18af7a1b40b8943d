//! The folder that a study leaves: complete or not at all. It replaces an earlier folder of ours
//! and nothing else.

mod draft;
mod file_draft;
pub(crate) mod manifest;
mod place;
mod replace;

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::exit::CliError;
use crate::interrupt::{AGAIN, advise, uninterrupted};
use crate::term::warn;
use draft::Draft;
pub(crate) use file_draft::FileDraft;
pub(crate) use manifest::read_manifest;
use manifest::{Manifest, sha256};
use place::parent;
pub(crate) use replace::finish;
use replace::{Method, replace, sync_folder, sync_folders};

/// A folder that is filled next to its target and moved there at once.
#[derive(Debug)]
pub(crate) struct RunDir {
    /// The real path; none if nothing is kept.
    target: Option<PathBuf>,
    draft: OnceLock<Draft>,
}

impl RunDir {
    /// Begins a folder. Fails at once if nothing can be written there, if what stands there is not
    /// ours, or if another process writes there.
    pub(crate) fn begin(target: &Path) -> Result<RunDir, CliError> {
        let (shown, target) = (target, place::resolve(target)?);
        place::refuse_unwritable(shown, &target)?;
        let draft = Draft::begin(parent(&target), target.file_name().unwrap_or_default())?;
        // A killed process may have left an earlier run, which is back now.
        place::refuse_unwritable(shown, &target)?;
        advise(&format!("Nothing was written{AGAIN}"));
        Ok(RunDir { target: Some(target), draft: draft.into() })
    }

    /// A folder that nobody looks at: only what the simulation itself writes gets onto the disk,
    /// and is removed when dropped.
    pub(crate) fn scratch() -> RunDir {
        RunDir { target: None, draft: OnceLock::new() }
    }

    /// The real path of the target.
    pub(crate) fn target(&self) -> &Path {
        self.target.as_deref().unwrap_or(Path::new(""))
    }

    /// Where to write.
    pub(crate) fn path(&self) -> Result<PathBuf, CliError> {
        let draft = if let Some(draft) = self.draft.get() {
            draft
        } else {
            let name = OsString::from(format!("reproduction-{}", std::process::id()));
            let draft = Draft::begin(&std::env::temp_dir(), &name)?;
            self.draft.get_or_init(|| draft)
        };
        let content = draft.content();
        match fs::create_dir(&content) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => {
                Err(CliError::io(format!("cannot create folder {}", content.display()))(error))
            }
            _ => Ok(content),
        }
    }

    /// Writes a file.
    pub(crate) fn write(&self, file: &str, bytes: &[u8]) -> Result<(), CliError> {
        if self.target.is_none() {
            return Ok(());
        }
        let path = self.path()?.join(file);
        let folder = path.parent().map_or(Ok(()), fs::create_dir_all);
        folder.and_then(|()| write_whole(&path, bytes)).map_err(CliError::io(format!("cannot write {file}")))
    }

    /// Takes over a file of the folder that is replaced, without a copy of its bytes where the file
    /// system allows it.
    pub(crate) fn adopt(&self, file: &str) -> Result<(), CliError> {
        let (old, path) = (self.target().join(file), self.path()?.join(file));
        let taken = path
            .parent()
            .map_or(Ok(()), fs::create_dir_all)
            .and_then(|()| fs::hard_link(&old, &path).or_else(|_| write_whole(&path, &fs::read(&old)?)));
        taken.map_err(CliError::io(format!("cannot write {file}")))
    }

    /// Moves the finished folder to its target, in place of an earlier one.
    pub(crate) fn commit(self) -> Result<(), CliError> {
        let RunDir { target: Some(target), draft } = self else { return Ok(()) };
        let Some(draft) = draft.into_inner() else { return Ok(()) };
        let failed = || CliError::io(format!("cannot move the results to {}", target.display()));
        sync_folders(&draft.content()).map_err(failed())?;
        uninterrupted(|| replace(&draft, &target, Method::BEST)).map_err(failed())?;
        sync_folder(parent(&target)).map_err(failed())?;
        if let Err(error) = draft.remove() {
            warn(&format!("note: the earlier run could not be removed completely: {error}"));
        }
        Ok(())
    }
}

/// Writes a file that does not exist yet, onto the disk.
fn write_whole(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = File::create_new(path)?;
    file.write_all(bytes)?;
    finish(file)
}

/// The outputs that no longer have the digests in the manifest.
pub(crate) fn changed_outputs(folder: &Path, manifest: &Manifest) -> Vec<String> {
    let is_same = |file: &str, digest: &str| fs::read(folder.join(file)).is_ok_and(|bytes| sha256(&bytes) == digest);
    let changed = manifest.outputs.iter().filter(|output| !is_same(&output.file, &output.sha256));
    changed.map(|output| output.file.clone()).collect()
}

/// Refuses to overwrite a file.
pub(crate) fn refuse_existing(file: &Path) -> Result<(), CliError> {
    if file.symlink_metadata().is_err() {
        return Ok(());
    }
    let file = file.display();
    Err(CliError::Input(format!("{file} exists and is not overwritten; choose another file with --out")))
}

/// Writes a file that does not exist yet, completely or not at all.
pub(crate) fn write_new(file: &Path, text: &str) -> Result<(), CliError> {
    refuse_existing(file)?;
    let failed = || CliError::io(format!("cannot write {}", file.display()));
    let draft = FileDraft::begin(file)?;
    let whole = draft.create().and_then(|mut content| {
        content.write_all(text.as_bytes())?;
        finish(content)
    });
    whole.map_err(failed())?;
    match draft.commit(|_| false) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => refuse_existing(file),
        moved => moved.map_err(failed()),
    }
}
