//! A hidden folder next to a target, in which the target's new content is made. While it is locked,
//! another process that writes to the same target stops at once. An interrupted process removes its
//! drafts; what a killed process leaves is removed by the next one that writes there.

use std::ffi::OsStr;
use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::manifest::sha256;
use crate::exit::CliError;
use crate::interrupt::{self, EARLIER, LOCK, NEW, discard, remove};
use crate::term::warn;

/// How names of drafts begin; 16 digits of a digest follow.
const PREFIX: &str = ".claimsim-draft-";

/// What a lock file holds.
const MARK: &[u8] = b"claimsim works here; removed when it is done\n";

/// A locked hidden folder, removed when dropped.
#[derive(Debug)]
pub(super) struct Draft {
    folder: PathBuf,
    /// Locked as long as it is open.
    _lock: File,
}

impl Draft {
    /// Begins the draft of the target with this name in a folder, and removes abandoned drafts
    /// there.
    pub(super) fn begin(parent: &Path, name: &OsStr) -> Result<Draft, CliError> {
        let failed = || CliError::io(format!("cannot write to folder {}", parent.display()));
        let digest = sha256(name.as_encoded_bytes());
        let folder = parent.join(format!("{PREFIX}{}", &digest[..16]));
        let lock = match lock(&folder) {
            Ok(lock) => lock,
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                let target = parent.join(name);
                return Err(CliError::Failed(format!(
                    "another claimsim is writing to {}; wait for its end, or choose another place with --out",
                    target.display()
                )));
            }
            Err(error) => return Err(failed()(error)),
        };
        // From here on an interruption removes the folder.
        interrupt::watch_over(&folder);
        let draft = Draft { folder, _lock: lock };
        draft.recover(&parent.join(name))?;
        for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
            if entry.path() != draft.folder {
                remove_abandoned(&entry.path());
            }
        }
        Ok(draft)
    }

    /// The path at which the new content is made.
    pub(super) fn content(&self) -> PathBuf {
        self.folder.join(NEW)
    }

    /// The path to which the older content is moved if it cannot be exchanged.
    pub(super) fn earlier(&self) -> PathBuf {
        self.folder.join(EARLIER)
    }

    /// Puts a run back that a killed process has moved out of the way of a new one, which did not
    /// follow.
    fn recover(&self, target: &Path) -> Result<(), CliError> {
        let (earlier, content) = (self.earlier(), self.content());
        let exists = |path: &Path| path.symlink_metadata().is_ok();
        if exists(&earlier) && !exists(target) {
            let failed = CliError::io(format!("cannot move {} back to {}", earlier.display(), target.display()));
            fs::rename(&earlier, target).map_err(failed)?;
            warn(&format!("note: {} is again the run that an interrupted command had moved away", target.display()));
        } else if exists(&earlier) && exists(&content) {
            return Err(CliError::Failed(format!(
                "an interrupted command has moved the earlier run to {}, and something else stands at {}; move one of \
                 them to another place",
                earlier.display(),
                target.display()
            )));
        }
        let failed = || CliError::io(format!("cannot empty {}", self.folder.display()));
        for leftover in [earlier, content] {
            remove(&leftover).map_err(failed())?;
        }
        Ok(())
    }

    /// Removes the folder with everything in it.
    pub(super) fn remove(&self) -> io::Result<()> {
        interrupt::forget(&self.folder);
        discard(&self.folder)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // What cannot be removed now is left to the next command that writes there.
        let _ = self.remove();
    }
}

/// Makes a draft's folder, or takes over an abandoned one, and locks it. The error is `WouldBlock`
/// if another process has it.
fn lock(folder: &Path) -> io::Result<File> {
    loop {
        match fs::create_dir(folder) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        let path = folder.join(LOCK);
        let file = match File::options().create(true).truncate(false).write(true).open(&path) {
            // The process that had the folder has just removed it.
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            opened => opened?,
        };
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => return Err(ErrorKind::WouldBlock.into()),
            // A file system without locks.
            Err(TryLockError::Error(error)) if error.kind() != ErrorKind::Unsupported => return Err(error),
            _ => {}
        }
        if is_at(&file, &path) {
            io::Write::write_all(&mut &file, MARK)?;
            return Ok(file);
        }
    }
}

/// Whether a file is the one at a path: the folder may be another one by now.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let both = file.metadata().and_then(|opened| Ok((opened, fs::metadata(path)?)));
    both.is_ok_and(|(opened, there)| (opened.dev(), opened.ino()) == (there.dev(), there.ino()))
}

#[cfg(not(unix))]
fn is_at(_: &File, path: &Path) -> bool {
    path.exists()
}

/// Removes a draft that a killed process has left. Leaves alone what is not ours, what is in use,
/// and what holds an earlier run: that is up to the next command with the same target.
fn remove_abandoned(folder: &Path) {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let Some(digest) = name.strip_prefix(PREFIX) else { return };
    let is_digest = digest.len() == 16 && digest.bytes().all(|digit| digit.is_ascii_hexdigit());
    if !is_digest || folder.join(EARLIER).symlink_metadata().is_ok() {
        return;
    }
    let Ok(file) = File::open(folder.join(LOCK)) else {
        // Killed before it could lock; a folder that is not empty stays.
        let _ = fs::remove_dir(folder);
        return;
    };
    if fs::read(folder.join(LOCK)).is_ok_and(|mark| mark == MARK || mark.is_empty()) && file.try_lock().is_ok() {
        let _ = discard(folder);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(folder: &Path) -> Vec<String> {
        let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    }

    /// What a process leaves that is killed while it has a draft of `name`.
    fn killed(parent: &Path, name: &str) -> PathBuf {
        let draft = Draft::begin(parent, OsStr::new(name)).unwrap();
        let folder = draft.folder.clone();
        let content = draft.content();
        drop(draft);
        fs::create_dir_all(&content).unwrap();
        fs::write(folder.join(LOCK), MARK).unwrap();
        fs::write(content.join("half"), "half").unwrap();
        folder
    }

    #[test]
    fn abandoned_drafts_are_removed_and_folders_of_others_kept() {
        let place = tempfile::tempdir().unwrap();
        killed(place.path(), "a");
        let foreign = [".claimsim-draft-0123456789abcdef", ".claimsim-draft-mine", ".claimsim-old"];
        for name in foreign {
            fs::create_dir(place.path().join(name)).unwrap();
            fs::write(place.path().join(name).join("letter"), "dear").unwrap();
        }
        fs::write(place.path().join(foreign[1]).join(LOCK), MARK).unwrap();
        drop(Draft::begin(place.path(), OsStr::new("b")).unwrap());
        assert_eq!(entries(place.path()), foreign);
    }

    #[test]
    fn a_run_that_a_killed_process_moved_away_comes_back() {
        let place = tempfile::tempdir().unwrap();
        let folder = killed(place.path(), "a");
        fs::write(folder.join(EARLIER), "earlier").unwrap();
        // The next command for another target must not remove it.
        drop(Draft::begin(place.path(), OsStr::new("b")).unwrap());
        assert!(folder.join(EARLIER).exists());
        // Something else at the target: neither of the two is touched.
        fs::write(place.path().join("a"), "other").unwrap();
        let error = Draft::begin(place.path(), OsStr::new("a")).unwrap_err().to_string();
        assert!(error.contains("move one of them"), "{error}");
        assert_eq!(fs::read_to_string(place.path().join("a")).unwrap(), "other");
        fs::remove_file(place.path().join("a")).unwrap();
        drop(Draft::begin(place.path(), OsStr::new("a")).unwrap());
        assert_eq!(fs::read_to_string(place.path().join("a")).unwrap(), "earlier");
        assert_eq!(entries(place.path()), ["a"]);
    }
}
