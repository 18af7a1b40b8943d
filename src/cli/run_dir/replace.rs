//! Moves finished content to its place at one instant, and makes it last.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::Path;

use super::draft::Draft;
use super::place::find_foreign;

/// How content gets into place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    /// By one system call that exchanges old and new.
    Exchange,
    /// By two renames, where the file system cannot exchange.
    Renames,
}

impl Method {
    /// The best that the operating system may have.
    pub(super) const BEST: Method =
        if cfg!(any(target_os = "linux", target_vendor = "apple")) { Method::Exchange } else { Method::Renames };
}

/// Moves the draft's content to `target`. What stands there is replaced if it is ours, and goes
/// with the draft; otherwise it is left alone, and the error says why.
///
/// At any instant, whole content stands at the target, or is put back there by the next command
/// ([`Method::Renames`]).
pub(super) fn replace(draft: &Draft, target: &Path, method: Method) -> io::Result<()> {
    let (new, earlier) = (draft.content(), draft.earlier());
    if target.symlink_metadata().is_err() {
        return move_to_free(&new, target, method);
    }
    let old = if method == Method::Exchange && exchange(&new, target)? {
        &new
    } else {
        fs::rename(target, &earlier)?;
        if let Err(error) = move_to_free(&new, target, method) {
            fs::rename(&earlier, target).map_err(|_| {
                io::Error::new(error.kind(), format!("{error}; the earlier run is in {}", earlier.display()))
            })?;
            return Err(error);
        }
        &earlier
    };
    // What has been replaced may have become another since it was looked at.
    let reason = match old.symlink_metadata().and_then(|found| find_foreign(old, found.file_type())) {
        Ok(None) => return Ok(()),
        Ok(Some(reason)) => format!("it {reason}"),
        Err(error) => error.to_string(),
    };
    if old == &new {
        exchange(old, target)?;
    } else {
        fs::rename(target, &new)?;
        fs::rename(&earlier, target)?;
    }
    Err(io::Error::new(ErrorKind::AlreadyExists, reason))
}

/// Moves content to a place where nothing stands.
pub(super) fn move_to_free(from: &Path, to: &Path, method: Method) -> io::Result<()> {
    #[cfg(any(target_os = "linux", target_vendor = "apple"))]
    if method == Method::Exchange {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
            Err(error) if is_unsupported(error) => {}
            moved => return Ok(moved?),
        }
    }
    let _ = method;
    if from.is_dir() {
        // Replaces an empty folder at most.
        fs::rename(from, to)
    } else {
        fs::hard_link(from, to)?;
        fs::remove_file(from)
    }
}

/// Exchanges two paths; `false` if the file system cannot.
#[cfg(any(target_os = "linux", target_vendor = "apple"))]
fn exchange(one: &Path, other: &Path) -> io::Result<bool> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    match renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE) {
        Err(error) if is_unsupported(error) => Ok(false),
        exchanged => Ok(exchanged.map(|()| true)?),
    }
}

#[cfg(not(any(target_os = "linux", target_vendor = "apple")))]
fn exchange(_: &Path, _: &Path) -> io::Result<bool> {
    Ok(false)
}

/// Whether the kernel or the file system does not know the call.
#[cfg(any(target_os = "linux", target_vendor = "apple"))]
fn is_unsupported(error: rustix::io::Errno) -> bool {
    use rustix::io::Errno;
    [Errno::NOSYS, Errno::INVAL, Errno::OPNOTSUPP].contains(&error)
}

/// Writes a file to the disk and closes it. Reports what a file system only says now, such as a
/// quota that is used up.
pub(crate) fn finish(file: File) -> io::Result<()> {
    file.sync_all()?;
    #[cfg(unix)]
    nix::unistd::close(file)?;
    Ok(())
}

/// Writes the entries of a folder, and of all folders in it, to the disk.
pub(super) fn sync_folders(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            sync_folders(&entry.path())?;
        }
    }
    sync_folder(folder)
}

/// Writes the entries of a folder to the disk.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use super::*;

    /// A draft with one file, next to a place where `old` stands.
    fn prepared(old: Option<&str>) -> (tempfile::TempDir, Draft) {
        let place = tempfile::tempdir().unwrap();
        if let Some(file) = old {
            fs::create_dir(place.path().join("run")).unwrap();
            fs::write(place.path().join("run").join(file), "old").unwrap();
        }
        let draft = Draft::begin(place.path(), OsStr::new("run")).unwrap();
        fs::create_dir(draft.content()).unwrap();
        fs::write(draft.content().join("new.csv"), "new").unwrap();
        (place, draft)
    }

    #[test]
    fn both_methods_fill_a_free_place_and_an_empty_folder() {
        for method in [Method::Exchange, Method::Renames] {
            for is_empty in [false, true] {
                let (place, draft) = prepared(None);
                let target = place.path().join("run");
                if is_empty {
                    fs::create_dir(&target).unwrap();
                }
                replace(&draft, &target, method).unwrap();
                drop(draft);
                assert_eq!(fs::read_to_string(target.join("new.csv")).unwrap(), "new", "{method:?}");
                assert_eq!(fs::read_dir(place.path()).unwrap().count(), 1);
            }
        }
    }

    #[test]
    fn what_appears_at_the_last_moment_is_put_back() {
        for method in [Method::Exchange, Method::Renames] {
            let (place, draft) = prepared(Some("letter"));
            let target = place.path().join("run");
            let error = replace(&draft, &target, method).unwrap_err().to_string();
            assert!(error.contains("letter"), "{error}");
            drop(draft);
            assert_eq!(fs::read_to_string(target.join("letter")).unwrap(), "old", "{method:?}");
            assert_eq!(fs::read_dir(place.path()).unwrap().count(), 1);
        }
    }
}
