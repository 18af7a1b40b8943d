//! Checkpoints of a sweep: finished points on disk, so that an interrupted sweep continues where it
//! stopped.
//!
//! They are in a hidden folder beside the sweep's own, named by the digest of everything that
//! decides the results. Each file holds a point and the digest of sweep, point and content: files
//! that are damaged or of another sweep are ignored.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Once;

use crate::experiment::sweep::PointResult;
use crate::run_dir::manifest::{Manifest, sha256};
use crate::term::warn;

/// The finished points of one sweep.
pub(super) struct Checkpoint {
    folder: PathBuf,
    digest: String,
    /// Limits the warning that points cannot be kept to one.
    warned: Once,
}

impl Checkpoint {
    /// The checkpoint of a sweep with this target; `draft` is its manifest without outputs.
    pub(super) fn beside(target: &Path, draft: &Manifest) -> Checkpoint {
        let mut deciding = draft.to_bytes();
        deciding.extend(program());
        let digest = sha256(&deciding);
        let folder = target.with_file_name(format!(".claimsim-sweep-{}", &digest[..16]));
        Checkpoint { folder, digest, warned: Once::new() }
    }

    /// The finished ones of this number of points.
    pub(super) fn finished(&self, points: usize) -> BTreeMap<usize, PointResult> {
        if !self.folder.is_dir() {
            return BTreeMap::new();
        }
        (0..points).filter_map(|point| Some((point, self.read(point)?))).collect()
    }

    fn read(&self, point: usize) -> Option<PointResult> {
        let text = fs::read_to_string(self.path(point)).ok()?;
        let (seal, content) = text.split_once('\n')?;
        if seal != self.seal(point, content) {
            return None;
        }
        serde_json::from_str(content).ok()
    }

    /// Keeps a point, completely or not at all. A failure does not stop the sweep; one warning is
    /// printed.
    pub(super) fn keep(&self, point: usize, measured: &PointResult) {
        if let Err(error) = self.write(point, measured) {
            let folder = self.folder.display();
            self.warned.call_once(|| {
                warn(&format!(
                    "note: finished points cannot be kept in {folder}: {error}; if interrupted, the sweep starts over"
                ));
            });
        }
    }

    fn write(&self, point: usize, measured: &PointResult) -> io::Result<()> {
        let content = serde_json::to_string(measured)?;
        fs::create_dir_all(&self.folder)?;
        let mut draft = tempfile::NamedTempFile::new_in(&self.folder)?;
        write!(draft, "{}\n{content}", self.seal(point, &content))?;
        draft.persist(self.path(point)).map_err(|error| error.error)?;
        Ok(())
    }

    fn seal(&self, point: usize, content: &str) -> String {
        sha256(format!("{} {point} {content}", self.digest).as_bytes())
    }

    fn path(&self, point: usize) -> PathBuf {
        self.folder.join(format!("point-{point}.json"))
    }

    /// Removes all points: the sweep is complete.
    pub(super) fn clear(&self) {
        // What cannot be removed is removed by the next run of the same sweep.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Distinguishes builds of one version: size and time of the program's file.
fn program() -> Vec<u8> {
    let own = std::env::current_exe().and_then(fs::metadata);
    own.map(|file| format!("{} {:?}", file.len(), file.modified().ok()).into_bytes()).unwrap_or_default()
}
