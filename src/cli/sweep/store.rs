//! Finished points of a sweep that is under way, so that an interrupted one goes on where it stopped.
//!
//! They lie in a hidden folder beside the place where the sweep will stand, named by the digest of everything that decides what comes out.
//! A file holds a point and the digest of sweep, point and content: what is damaged, or belongs to something else, is no point.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Once;

use super::super::verdict::say;
use crate::experiment::sweep::PointResult;
use crate::report::manifest::{Manifest, sha256};

/// Where the finished points of one sweep are kept.
pub(super) struct Store {
    folder: PathBuf,
    digest: String,
    /// Whether it was said that points cannot be kept.
    complaint: Once,
}

impl Store {
    /// The place for the points of a sweep that will stand at `target`; `draft` is its manifest, but for the outputs.
    pub(super) fn beside(target: &Path, draft: &Manifest) -> Store {
        let mut deciding = draft.to_bytes();
        deciding.extend(program());
        let digest = sha256(&deciding);
        let folder = target.with_file_name(format!(".claimsim-sweep-{}", &digest[..16]));
        Store { folder, digest, complaint: Once::new() }
    }

    /// The points that are done, of so many.
    pub(super) fn done(&self, points: usize) -> BTreeMap<usize, PointResult> {
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

    /// Keeps a point, whole or not at all. That it cannot is no reason to stop, but is said once.
    pub(super) fn keep(&self, point: usize, measured: &PointResult) {
        if let Err(error) = self.write(point, measured) {
            let folder = self.folder.display();
            self.complaint.call_once(|| {
                say(&format!(
                    "note: finished points cannot be kept in {folder}: {error}; an interrupted sweep would begin anew"
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
        // What cannot be removed is found and removed by the next sweep that is the same.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// What tells builds of one version apart: size and time of the program's own file.
fn program() -> Vec<u8> {
    let own = std::env::current_exe().and_then(fs::metadata);
    own.map(|file| format!("{} {:?}", file.len(), file.modified().ok()).into_bytes()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::SummaryRow;
    use crate::experiment::sweep::{Response, WarmUpSummary};
    use crate::model::action::ActionId;
    use crate::model::time::Span;
    use crate::report::manifest::{Input, Options};
    use crate::stats::interval::IntervalEstimate;
    use crate::stats::{JobScope, Measure, Metric, Statistic};

    fn draft(seed: u64) -> Manifest {
        Manifest {
            claimsim: "0".to_owned(),
            command: "sweep".to_owned(),
            scenario: Input::scenario("s", b""),
            inputs: Vec::new(),
            notes: Vec::new(),
            others: Vec::new(),
            seed,
            options: Options::default(),
            outputs: Vec::new(),
        }
    }

    /// A point whose numbers are as awkward as numbers can be.
    fn measured(value: f64) -> PointResult {
        let estimate = IntervalEstimate::mean(&[value, 1.0 / 3.0, 5e-324, 1e100]);
        let action = JobScope::One(ActionId(3));
        let metric =
            Metric { action, resource: None, worker: None, measure: Measure::WaitS, statistic: Statistic::P95 };
        let responses = vec![Response { values: vec![Some(value), None, Some(-0.0)], estimate }];
        let warm_up = Some(WarmUpSummary { length: Span(7), is_too_short: false });
        PointResult { summary: vec![SummaryRow { metric, estimate }], responses, warm_up }
    }

    fn bits(measured: &PointResult) -> Vec<Option<u64>> {
        measured.responses[0].values.iter().map(|value| value.map(f64::to_bits)).collect()
    }

    #[test]
    fn what_is_kept_comes_back_bit_for_bit_and_is_gone_when_cleared() {
        let place = tempfile::tempdir().unwrap();
        let store = Store::beside(&place.path().join("out"), &draft(1));
        assert!(store.done(3).is_empty());
        store.keep(2, &measured(0.1));
        store.keep(0, &measured(7.7e-17));
        let done = store.done(3);
        assert_eq!(done.keys().copied().collect::<Vec<_>>(), [0, 2]);
        assert_eq!(done[&2], measured(0.1));
        assert_eq!((bits(&done[&2]), bits(&done[&0])), (bits(&measured(0.1)), bits(&measured(7.7e-17))));
        store.clear();
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 0);
    }

    #[test]
    fn damaged_and_foreign_files_are_no_points() {
        let place = tempfile::tempdir().unwrap();
        let (store, other) =
            (Store::beside(&place.path().join("out"), &draft(1)), Store::beside(&place.path().join("out"), &draft(2)));
        store.keep(0, &measured(0.5));
        store.keep(1, &measured(0.25));
        other.keep(3, &measured(0.125));
        // Another point's file, another sweep's, one digit changed, one that ends too early.
        fs::copy(store.path(0), store.path(2)).unwrap();
        fs::copy(other.path(3), store.path(3)).unwrap();
        fs::write(store.path(1), fs::read_to_string(store.path(1)).unwrap().replace("0.25", "0.75")).unwrap();
        assert_eq!(store.done(4).keys().copied().collect::<Vec<_>>(), [0]);
        let text = fs::read_to_string(store.path(0)).unwrap();
        fs::write(store.path(0), &text[..text.len() - 1]).unwrap();
        assert!(store.done(4).is_empty());
    }

    #[test]
    fn what_decides_the_results_decides_the_place() {
        let place = |manifest: &Manifest| Store::beside(Path::new("results/x"), manifest).folder;
        assert_eq!(place(&draft(1)), place(&draft(1)));
        assert_ne!(place(&draft(1)), place(&draft(2)));
        let set = Options { set: vec!["a=1".to_owned()], ..Options::default() };
        assert_ne!(place(&draft(1)), place(&Manifest { options: set, ..draft(1) }));
        assert!(place(&draft(1)).starts_with("results"));
    }
}
