//! A run's folder: complete or not at all, replaced only if it is a run of ours, never touched if it is anything else.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use tempfile::{Builder, TempDir};

use super::verdict::Failure;
use crate::report::manifest::{self, Manifest, sha256};

/// A folder being filled beside the place where it will stand.
#[derive(Debug)]
pub(super) struct Folder {
    target: PathBuf,
    parent: PathBuf,
    draft: TempDir,
}

impl Folder {
    /// Begins a folder that is to stand at `target`. Fails if something that is no run of ours stands there.
    pub(super) fn begin(target: &Path) -> Result<Folder, Failure> {
        refuse_foreign(target)?;
        let parent = match target.parent() {
            Some(parent) if parent != Path::new("") => parent.to_owned(),
            _ => PathBuf::from("."),
        };
        fs::create_dir_all(&parent).with_context(|| format!("cannot make folder {}", parent.display()))?;
        let draft = hidden(&parent)?;
        Ok(Folder { target: target.to_owned(), parent, draft })
    }

    /// Where to write.
    pub(super) fn path(&self) -> &Path {
        self.draft.path()
    }

    /// Puts the finished folder in its place, instead of an older run.
    pub(super) fn commit(self) -> Result<(), Failure> {
        refuse_foreign(&self.target)?;
        let place = || format!("cannot put the run into {}", self.target.display());
        let older = hidden(&self.parent)?;
        if self.target.exists() {
            fs::rename(&self.target, older.path().join("run")).with_context(place)?;
        }
        if let Err(error) = fs::rename(self.draft.path(), &self.target) {
            // Better the older run than none.
            let _ = fs::rename(older.path().join("run"), &self.target);
            return Err(anyhow::Error::new(error).context(place()).into());
        }
        let _ = self.draft.keep();
        Ok(())
    }
}

/// A new hidden folder, removed when dropped, with the rights that a folder usually has.
fn hidden(parent: &Path) -> Result<TempDir, Failure> {
    let mut builder = Builder::new();
    builder.prefix(".claimsim-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o777));
    Ok(builder.tempdir_in(parent).with_context(|| format!("cannot write to folder {}", parent.display()))?)
}

fn refuse_foreign(target: &Path) -> Result<(), Failure> {
    if target.symlink_metadata().is_err() || read_manifest(target).is_ok() {
        return Ok(());
    }
    let target = target.display();
    Err(Failure::Input(format!(
        "{target} exists and is not a run of claimsim, so it is left alone; name another place with --out"
    )))
}

/// The manifest of a run's folder.
pub(super) fn read_manifest(folder: &Path) -> Result<Manifest, Failure> {
    let path = folder.join(manifest::PATH);
    let wrong =
        |why: &dyn std::fmt::Display| Failure::Input(format!("{} is not a run of claimsim: {why}", folder.display()));
    let bytes = fs::read(&path).map_err(|error| wrong(&format!("cannot read {}: {error}", path.display())))?;
    Manifest::from_bytes(&bytes).map_err(|error| wrong(&format!("{}: {error}", path.display())))
}

/// The files of a run that are no longer as its manifest says.
pub(super) fn changed(run: &Path, manifest: &Manifest) -> Vec<String> {
    let same = |file: &str, digest: &str| fs::read(run.join(file)).is_ok_and(|bytes| sha256(&bytes) == digest);
    let outputs = manifest.outputs.iter().filter(|output| !same(&output.file, &output.sha256));
    outputs.map(|output| output.file.clone()).collect()
}
