//! What comes along when scenarios are loaded: the files that they name, and what there is to be said of them, each once.

use super::files::shown;
use super::verdict::say;
use crate::scenario::{InputFile, LoadedScenario, Scenario};

/// What came with some scenarios. Variants of one bring the same.
#[derive(Debug, Default)]
pub(super) struct Brought {
    /// The files that they name, in order of first mention.
    pub(super) inputs: Vec<InputFile>,
    /// What of these was left out.
    pub(super) notes: Vec<String>,
    /// What is probably not meant.
    pub(super) remarks: Vec<String>,
}

impl Brought {
    /// Keeps what came with a scenario.
    pub(super) fn take_in(&mut self, loaded: LoadedScenario) -> Scenario {
        let LoadedScenario { scenario, warnings, notes, inputs } = loaded;
        add_new(&mut self.inputs, inputs);
        add_new(&mut self.remarks, (!warnings.is_empty()).then(|| shown(&warnings)));
        add_new(&mut self.notes, notes);
        scenario
    }

    /// Says remarks and notes on standard error; of more than `most` remarks only how many there are.
    pub(super) fn say(&self, most: usize) {
        for remark in self.remarks.iter().take(most) {
            say(remark);
        }
        if self.remarks.len() > most {
            say(&format!("note: {} more warnings at other points are like these", self.remarks.len() - most));
        }
        for note in &self.notes {
            say(&format!("note: {note}"));
        }
    }
}

/// Adds what is not there yet.
pub(super) fn add_new<T: PartialEq>(known: &mut Vec<T>, more: impl IntoIterator<Item = T>) {
    for one in more {
        if !known.contains(&one) {
            known.push(one);
        }
    }
}
