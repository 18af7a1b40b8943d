//! The folder that a study leaves: complete or not at all. It replaces an earlier folder of ours
//! and nothing else.

pub(crate) mod manifest;

use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use tempfile::{Builder, TempDir};

use crate::exit::CliError;
use manifest::{Manifest, sha256};

/// A folder that is filled next to its target and moved there at once.
#[derive(Debug)]
pub(crate) struct RunDir {
    target: PathBuf,
    parent: PathBuf,
    /// Made with the first file, so that an interrupted simulation leaves nothing behind.
    draft: OnceLock<TempDir>,
}

impl RunDir {
    /// Begins a folder. Fails at once if nothing can be written there, or if the target exists and
    /// is not ours.
    pub(crate) fn begin(target: &Path) -> Result<RunDir, CliError> {
        refuse_foreign(target)?;
        let parent = match target.parent() {
            Some(parent) if parent != Path::new("") => parent.to_owned(),
            _ => PathBuf::from("."),
        };
        fs::create_dir_all(&parent).map_err(CliError::io(format!("cannot create folder {}", parent.display())))?;
        drop(hidden_folder(&parent)?);
        Ok(RunDir { target: target.to_owned(), parent, draft: OnceLock::new() })
    }

    /// A folder that is removed when dropped.
    pub(crate) fn scratch() -> RunDir {
        RunDir { target: PathBuf::new(), parent: std::env::temp_dir(), draft: OnceLock::new() }
    }

    /// Where to write.
    pub(crate) fn path(&self) -> Result<&Path, CliError> {
        if let Some(draft) = self.draft.get() {
            return Ok(draft.path());
        }
        let draft = hidden_folder(&self.parent)?;
        Ok(self.draft.get_or_init(|| draft).path())
    }

    /// Writes a file.
    pub(crate) fn write(&self, file: &str, bytes: &[u8]) -> Result<(), CliError> {
        let path = self.path()?.join(file);
        let folder = path.parent().map_or(Ok(()), fs::create_dir_all);
        folder.and_then(|()| fs::write(&path, bytes)).map_err(CliError::io(format!("cannot write {file}")))
    }

    /// Moves the finished folder to its target, in place of an earlier one.
    pub(crate) fn commit(self) -> Result<(), CliError> {
        refuse_foreign(&self.target)?;
        self.path()?;
        let Some(draft) = self.draft.into_inner() else { return Ok(()) };
        let failed = || CliError::io(format!("cannot move the results to {}", self.target.display()));
        let earlier = hidden_folder(&self.parent)?;
        if self.target.exists() {
            fs::rename(&self.target, earlier.path().join("run")).map_err(failed())?;
        }
        if let Err(error) = fs::rename(draft.path(), &self.target) {
            // The earlier run is better than none.
            let _ = fs::rename(earlier.path().join("run"), &self.target);
            return Err(failed()(error));
        }
        let _ = draft.keep();
        Ok(())
    }
}

/// A new hidden folder with the usual permissions, removed when dropped.
fn hidden_folder(parent: &Path) -> Result<TempDir, CliError> {
    let mut builder = Builder::new();
    builder.prefix(".claimsim-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o777));
    builder.tempdir_in(parent).map_err(CliError::io(format!("cannot write to folder {}", parent.display())))
}

fn refuse_foreign(target: &Path) -> Result<(), CliError> {
    if target.symlink_metadata().is_err() || read_manifest(target).is_ok() {
        return Ok(());
    }
    let target = target.display();
    Err(CliError::Input(format!(
        "{target} exists and is not a run of claimsim, so it is left alone; choose another folder with --out"
    )))
}

/// Reads the manifest of a folder.
pub(crate) fn read_manifest(folder: &Path) -> Result<Manifest, CliError> {
    let path = folder.join(manifest::PATH);
    let error = |reason: String| CliError::Input(format!("{} is not a run of claimsim: {reason}", folder.display()));
    let bytes = fs::read(&path).map_err(|reason| error(format!("cannot read {}: {reason}", path.display())))?;
    Manifest::from_bytes(&bytes).map_err(|reason| error(format!("{}: {reason}", path.display())))
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
    let folder = file.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
    let failed = || CliError::io(format!("cannot write {}", file.display()));
    fs::create_dir_all(folder).map_err(failed())?;
    let mut builder = Builder::new();
    builder.prefix(".claimsim-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut draft = builder.tempfile_in(folder).map_err(failed())?;
    draft.write_all(text.as_bytes()).map_err(failed())?;
    match draft.persist_noclobber(file) {
        Ok(_) => Ok(()),
        Err(error) if error.error.kind() == ErrorKind::AlreadyExists => refuse_existing(file),
        Err(error) => Err(failed()(error.error)),
    }
}
