//! Early ends: Ctrl-C, SIGTERM, and limits that are exceeded end the program within a second, with
//! nothing half-done left behind, and with a line that tells how to continue.
//!
//! This module knows the drafts of the process, so that any thread can remove them.

use std::fs;
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::model::name::visible;

/// The file that is locked, and that tells our drafts from folders of others.
pub(crate) const LOCK: &str = "lock";

/// The new content of a target.
pub(crate) const NEW: &str = "new";

/// The content of a target that has been moved out of the way.
pub(crate) const EARLIER: &str = "earlier";

/// The drafts of this process.
static DRAFTS: Mutex<Drafts> = Mutex::new(Drafts { folders: Vec::new(), advice: String::new() });

/// The drafts of a process, and how to continue after an interruption.
struct Drafts {
    folders: Vec<PathBuf>,
    advice: String,
}

/// Advice for a command that could be repeated with success.
pub(crate) const AGAIN: &str = "; the same command starts again.";

fn drafts() -> MutexGuard<'static, Drafts> {
    DRAFTS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// From now on, an early end removes this draft.
pub(crate) fn watch_over(draft: &Path) {
    drafts().folders.push(draft.to_owned());
}

/// From now on, an early end leaves this draft alone.
pub(crate) fn forget(draft: &Path) {
    drafts().folders.retain(|folder| folder != draft);
}

/// Calls `change`, which moves finished content into place. Nothing ends the process meanwhile.
pub(crate) fn uninterrupted(change: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
    let mut drafts = drafts();
    change()?;
    "The results are complete and in place.".clone_into(&mut drafts.advice);
    Ok(())
}

/// Tells how to continue if the process ends early from now on.
pub(crate) fn advise(advice: &str) {
    advice.clone_into(&mut drafts().advice);
}

/// Removes the drafts of this process, prints why it ends and how to continue, and ends it.
fn end(reason: &str, code: i32) -> ! {
    let drafts = drafts();
    for folder in &drafts.folders {
        // The threads of the simulation may still write.
        for _ in 0..100 {
            if discard(folder).is_ok() {
                break;
            }
        }
    }
    let text = format!("{reason} {}", drafts.advice);
    let _ = writeln!(io::stderr().lock(), "{}", visible(text.trim_end()));
    // The drafts stay locked: nothing begins another one, or moves one into place.
    std::process::exit(code);
}

/// Ends the process because it cannot go on.
pub(crate) fn stop(reason: &str) -> ! {
    let mut drafts = drafts();
    drafts.advice = drafts.advice.replace(AGAIN, ".");
    drop(drafts);
    end(&format!("error: stopped: {reason}."), 1)
}

/// Handles SIGINT and SIGTERM from now on, on a thread of its own.
#[cfg(unix)]
pub(crate) fn watch() {
    use signal_hook::consts::{SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;

    // Without the handler a signal ends the process as usual, and the next command tidies up.
    let Ok(mut signals) = Signals::new([SIGINT, SIGTERM]) else { return };
    let wait = move || {
        if let Some(signal) = signals.forever().next() {
            end("interrupted.", 128 + signal);
        }
    };
    drop(std::thread::Builder::new().name("signals".to_owned()).spawn(wait));
}

/// Other systems end the process; the next command tidies up.
#[cfg(not(unix))]
pub(crate) fn watch() {}

/// Removes a draft's folder, the lock last: without it nobody would know whose folder it is. If the
/// earlier content could not be put back, everything stays.
pub(crate) fn discard(folder: &Path) -> io::Result<()> {
    let [new, earlier] = [NEW, EARLIER].map(|name| folder.join(name));
    if [&new, &earlier].iter().all(|path| path.symlink_metadata().is_ok()) {
        return Ok(());
    }
    remove(&new)?;
    remove(&earlier)?;
    remove(&folder.join(LOCK))?;
    fs::remove_dir(folder).or_else(|error| if error.kind() == ErrorKind::NotFound { Ok(()) } else { Err(error) })
}

/// Removes a file or a folder, if it is there.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    let removed = match path.symlink_metadata() {
        Ok(found) if found.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    removed.or_else(|error| if error.kind() == ErrorKind::NotFound { Ok(()) } else { Err(error) })
}
