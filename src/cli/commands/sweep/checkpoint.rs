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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::ChangeArgs;
    use crate::experiment::SummaryRow;
    use crate::experiment::sweep::{Response, WarmUpSummary};
    use crate::model::action::ActionId;
    use crate::model::time::Span;
    use crate::options::{Command, SweepOptions};
    use crate::run_dir::manifest::Input;
    use crate::stats::interval::IntervalEstimate;
    use crate::stats::{JobScope, Measure, Metric, Statistic};

    fn draft(seed: u64) -> Manifest {
        Manifest {
            claimsim: "0".to_owned(),
            time_zone_database: None,
            command: Command::Sweep(SweepOptions::default()),
            scenario: Input::scenario(0, "s", ""),
            inputs: Vec::new(),
            notes: Vec::new(),
            others: Vec::new(),
            seed,
            outputs: Vec::new(),
        }
    }

    /// A point with numbers that are hard to write and read exactly.
    fn measured(value: f64) -> PointResult {
        let estimate = IntervalEstimate::mean(&[value, 1.0 / 3.0, 5e-324, 1e100]);
        let action = JobScope::One(ActionId(3));
        let metric =
            Metric { action, resource: None, worker: None, measure: Measure::WaitS, statistic: Statistic::P95 };
        let responses = vec![Response { values: vec![Some(value), None, Some(-0.0)], estimate, hour: None }];
        let warm_up = Some(WarmUpSummary { length: Span(7), is_too_short: false });
        PointResult { summary: vec![SummaryRow { metric, estimate }], responses, warm_up, growth: None }
    }

    fn bits(measured: &PointResult) -> Vec<Option<u64>> {
        measured.responses[0].values.iter().map(|value| value.map(f64::to_bits)).collect()
    }

    #[test]
    fn kept_points_are_read_bit_for_bit_and_removed_by_clear() {
        let folder = tempfile::tempdir().unwrap();
        let checkpoint = Checkpoint::beside(&folder.path().join("out"), &draft(1));
        assert!(checkpoint.finished(3).is_empty());
        checkpoint.keep(2, &measured(0.1));
        checkpoint.keep(0, &measured(7.7e-17));
        let finished = checkpoint.finished(3);
        assert_eq!(finished.keys().copied().collect::<Vec<_>>(), [0, 2]);
        assert_eq!(finished[&2], measured(0.1));
        assert_eq!((bits(&finished[&2]), bits(&finished[&0])), (bits(&measured(0.1)), bits(&measured(7.7e-17))));
        checkpoint.clear();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn damaged_and_foreign_files_are_ignored() {
        let folder = tempfile::tempdir().unwrap();
        let (checkpoint, other) = (
            Checkpoint::beside(&folder.path().join("out"), &draft(1)),
            Checkpoint::beside(&folder.path().join("out"), &draft(2)),
        );
        checkpoint.keep(0, &measured(0.5));
        checkpoint.keep(1, &measured(0.25));
        other.keep(3, &measured(0.125));
        // Another point's file, another sweep's, one digit changed, one that ends too early.
        fs::copy(checkpoint.path(0), checkpoint.path(2)).unwrap();
        fs::copy(other.path(3), checkpoint.path(3)).unwrap();
        fs::write(checkpoint.path(1), fs::read_to_string(checkpoint.path(1)).unwrap().replace("0.25", "0.75")).unwrap();
        assert_eq!(checkpoint.finished(4).keys().copied().collect::<Vec<_>>(), [0]);
        let text = fs::read_to_string(checkpoint.path(0)).unwrap();
        fs::write(checkpoint.path(0), &text[..text.len() - 1]).unwrap();
        assert!(checkpoint.finished(4).is_empty());
    }

    #[test]
    fn the_folder_depends_on_everything_that_decides_the_results() {
        let place = |manifest: &Manifest| Checkpoint::beside(Path::new("results/x"), manifest).folder;
        assert_eq!(place(&draft(1)), place(&draft(1)));
        assert_ne!(place(&draft(1)), place(&draft(2)));
        let changes = ChangeArgs { policy: None, set: vec!["a=1".to_owned()] };
        let command = Command::Sweep(SweepOptions { changes, ..SweepOptions::default() });
        assert_ne!(place(&draft(1)), place(&Manifest { command, ..draft(1) }));
        assert!(place(&draft(1)).starts_with("results"));
    }
}
