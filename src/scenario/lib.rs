//! Text -> [`Scenario`]; every complaint has a line and a caret. After this floor nothing can be malformed.

use claimsim_arrival as arrival;
use claimsim_engine as engine;
use claimsim_model as model;
use claimsim_policy as policy;
use claimsim_random as random;
use claimsim_registry as registry;

mod build;
mod diagnostic;
mod overrides;
mod parameters;
mod schema;
mod settings;
mod source;
mod spec;
mod tree;

use std::io;

use crate::arrival::ArrivalModel;
use crate::engine::System;
use crate::model::time::{Epoch, Span, Time};
use crate::policy::Policy;
use crate::registry::Originals;

pub use diagnostic::Report;
pub use diagnostic::nearest;
pub use overrides::Override;
pub use parameters::{Parameter, parameters};
pub use settings::settings;
use source::Sources;
use spec::{Moment, Spec};

/// A scenario, checked and built: everything a run needs, and no text that still has to be understood.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Names the run and its default output folder.
    pub name: String,
    /// Where instant 0 lies in the calendar.
    pub epoch: Epoch,
    /// The seed of all random streams.
    pub seed: u64,
    /// How many replications.
    pub replications: u32,
    /// The target whose share of waits is reported.
    pub slo: Option<Span>,
    /// The bound of the bounded slowdown.
    pub slowdown_bound: Span,
    /// Which waiting job goes next.
    pub policy: Policy,
    /// The policy as tables show it, with the parameters that it has been given: `reserve-after(patience=10m)`.
    pub policy_label: String,
    /// How the warm-up comes about.
    pub warm_up: WarmUpRule,
    /// What is simulated.
    pub system: System,
    /// Where jobs come from, in the order of the file.
    pub sources: Vec<ArrivalModel>,
    /// The documents that workers, initial rows and crons come from.
    pub originals: Originals,
}

/// How the warm-up comes about, which is the measured window's begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WarmUpRule {
    /// As the scenario says; none, if it says nothing.
    Fixed,
    /// By the run's own figures. It is none until `experiment::warmup::settle` has found it.
    Auto,
}

impl Scenario {
    /// Whether the question is about a steady state: there is a warm-up, so that the beginning is not what is asked about. If
    /// there is none, the run from its start to its horizon is the question itself.
    pub fn is_steady_state(&self) -> bool {
        self.warm_up == WarmUpRule::Auto || self.system.window.warmup > Time::ZERO
    }

    /// The instant of the run that a text means, as scenarios write instants: `"2017-02-18T01:00:00Z"` or `"25h"`.
    ///
    /// # Errors
    /// Says what is wrong with it: it is no instant, or lies before the start or after the end of the run.
    pub fn instant(&self, text: &str) -> Result<Time, String> {
        let moment = text.parse::<Moment>()?;
        let horizon = self.system.window.horizon;
        let shown = |time| self.epoch.rfc3339(time, chrono::SecondsFormat::AutoSi);
        match moment.after(self.epoch) {
            _ if moment.is_before(self.epoch) => {
                Err(format!("`{text}` lies before the start of the run, which is {}", shown(Time::ZERO)))
            }
            Some(time) if time <= horizon => Ok(time),
            _ => Err(format!(
                "`{text}` lies beyond the horizon, {} after the start; the run ends at {}",
                horizon - Time::ZERO,
                shown(horizon)
            )),
        }
    }
}

/// Reads the files a scenario names; given by the floor that may touch files.
pub trait Files {
    /// The bytes of the file that the scenario names by `path` (relative to the scenario file).
    ///
    /// # Errors
    /// Whatever keeps the file from being read.
    fn read(&self, path: &str) -> io::Result<Vec<u8>>;
}

/// A file that the scenario names, as it was read: a run's manifest lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// Its path as the scenario writes it.
    pub name: String,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// A scenario that can run, and what came with it.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The scenario.
    pub scenario: Scenario,
    /// What is probably not meant; often empty.
    pub warnings: Report,
    /// What was left out of the files it names, and why; often empty.
    pub notes: Vec<String>,
    /// Each file that the scenario names, once, in the order of first mention.
    pub inputs: Vec<Input>,
}

/// Reads a scenario from its text: `name` is its file's name, for complaints and for a scenario that has no name of its own.
///
/// # Errors
/// A report of everything that is wrong with it, warnings included.
pub fn load(name: &str, text: &str, overrides: &[Override], files: &dyn Files) -> Result<Loaded, Report> {
    let (mut sources, mut complaints) = (Sources::default(), Vec::new());
    let start = sources.add(name, text);
    let mut tree = tree::parse(text, start, &mut complaints);
    let broken = diagnostic::lines(&complaints, text);
    let shape = Spec::shape();
    for Override { option, assignment } in overrides {
        let text = format!("{option} {assignment}");
        let start = sources.add("command line", &text) + text.len() - assignment.len();
        tree::assign(&mut tree, assignment, start, &shape, &mut complaints);
    }
    let (spec, holes) = tree::read::<Spec>(tree, &mut complaints);
    if !broken.is_empty() {
        // What a text with errors of syntax means as a whole is guesswork, but its other lines can be read.
        return Err(Report::new(sources, diagnostic::one_a_line(complaints, &broken, text)));
    }
    build::build(&spec, &holes, sources, complaints, files)
}

/// The JSON Schema of scenario files, for editors.
pub fn schema() -> serde_json::Value {
    schema::schema()
}
