//! Where a folder goes: its real path, found once before anything runs, and what stands there.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::manifest::{self, Manifest, read_manifest};
use crate::exit::CliError;

/// The number of symbolic links in a row that are followed, as in Linux.
const MAX_LINKS: usize = 40;

/// The number of files in the way that a message names.
const MAX_NAMED: usize = 5;

/// The folder of a real path.
pub(super) fn parent(target: &Path) -> &Path {
    target.parent().unwrap_or(target)
}

/// The real path of a target, without links and `..`, so that it means the same when the current
/// folder moves. Makes the folders above it.
pub(super) fn resolve(target: &Path) -> Result<PathBuf, CliError> {
    let failed = |error: io::Error| CliError::io(format!("cannot write to {}", target.display()))(error);
    real_path(target).map_err(failed)
}

fn real_path(target: &Path) -> io::Result<PathBuf> {
    let mut path = std::path::absolute(target)?;
    for _ in 0..MAX_LINKS {
        match fs::canonicalize(&path) {
            Ok(real) => return Ok(real),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        let nameless = || io::Error::new(ErrorKind::InvalidInput, "the path does not end in a name");
        let parent = path.parent().ok_or_else(nameless)?;
        // A link to a place where nothing is yet: the folder is made there, and the link stays.
        if let Ok(link) = fs::read_link(&path) {
            path = parent.join(link);
            continue;
        }
        let name = path.file_name().ok_or_else(nameless)?;
        fs::create_dir_all(parent)?;
        return Ok(fs::canonicalize(parent)?.join(name));
    }
    Err(io::Error::other("too many symbolic links"))
}

/// Refuses a target that could not be replaced once everything is simulated: what stands there is
/// not ours, or the operating system would not let it go. Messages call it `shown`.
pub(super) fn refuse_unwritable(shown: &Path, target: &Path) -> Result<(), CliError> {
    let kind = match target.symlink_metadata() {
        Ok(found) => found.file_type(),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(CliError::io(format!("cannot write to {}", shown.display()))(error)),
    };
    let shown = shown.display();
    if target.parent().is_none() || is_mount_point(target) {
        return Err(CliError::Failed(format!(
            "{shown} is a mount point, which cannot be replaced; write to a folder below it, such as --out {}",
            Path::new(&shown.to_string()).join("run").display()
        )));
    }
    if !is_permitted(target) {
        return Err(CliError::Failed(format!("{shown} is write-protected, so it cannot be replaced")));
    }
    match find_foreign(target, kind) {
        Ok(None) => Ok(()),
        Ok(Some(in_the_way)) => {
            Err(CliError::Failed(format!("{shown} {in_the_way}, so it is left alone; choose another place with --out")))
        }
        Err(error) => Err(CliError::io(format!("cannot read {shown}"))(error)),
    }
}

/// Why a folder must not be replaced, if it must not.
pub(super) fn find_foreign(folder: &Path, kind: fs::FileType) -> io::Result<Option<String>> {
    if !kind.is_dir() {
        return Ok(Some("exists and is not a run of claimsim: it is not a folder".to_owned()));
    }
    if fs::read_dir(folder)?.next().is_none() {
        return Ok(None);
    }
    let Ok(manifest) = read_manifest(folder) else {
        let names = fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
        let names = sample(names.collect::<io::Result<_>>()?);
        return Ok(Some(format!("exists and is not a run of claimsim: it holds {names}, and no manifest of ours")));
    };
    let mut unlisted = BTreeSet::new();
    collect_unlisted(folder, "", &listed(&manifest), &mut unlisted)?;
    if unlisted.is_empty() {
        return Ok(None);
    }
    Ok(Some(format!("holds what its manifest does not list: {}", sample(unlisted))))
}

/// Every file that a manifest lists, and the manifest.
fn listed(manifest: &Manifest) -> BTreeSet<String> {
    let files = manifest.files().map(str::to_owned);
    files.chain([manifest::PATH.to_owned()]).collect()
}

/// Collects what is below a folder but not listed. A folder counts as listed if a listed file is
/// below it; a link to a folder does not.
fn collect_unlisted(
    folder: &Path,
    prefix: &str,
    listed: &BTreeSet<String>,
    unlisted: &mut BTreeSet<String>,
) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        let below = format!("{name}/");
        let is_folder = entry.file_type()?.is_dir();
        if is_folder && listed.range(below.clone()..).next().is_some_and(|file| file.starts_with(&below)) {
            collect_unlisted(&entry.path(), &below, listed, unlisted)?;
        } else if is_folder || !listed.contains(&name) {
            unlisted.insert(if is_folder { below } else { name });
        }
    }
    Ok(())
}

/// The first few names, and the number of the others.
fn sample(names: BTreeSet<String>) -> String {
    let more = names.len().saturating_sub(MAX_NAMED);
    let first: Vec<String> = names.into_iter().take(MAX_NAMED).map(|name| name.escape_debug().to_string()).collect();
    if more == 0 { first.join(", ") } else { format!("{} and {more} more", first.join(", ")) }
}

#[cfg(target_os = "linux")]
fn is_mount_point(folder: &Path) -> bool {
    use rustix::fs::{AtFlags, CWD, StatxAttributes, StatxFlags, statx};
    let found = statx(CWD, folder, AtFlags::SYMLINK_NOFOLLOW, StatxFlags::empty());
    found.is_ok_and(|found| found.stx_attributes.contains(StatxAttributes::MOUNT_ROOT))
}

#[cfg(not(target_os = "linux"))]
fn is_mount_point(_: &Path) -> bool {
    false
}

/// Whether a folder may be moved: its link to the folder above changes.
#[cfg(unix)]
fn is_permitted(folder: &Path) -> bool {
    rustix::fs::access(folder, rustix::fs::Access::WRITE_OK).is_ok()
}

#[cfg(not(unix))]
fn is_permitted(_: &Path) -> bool {
    true
}
