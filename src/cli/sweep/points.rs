//! The points of a sweep, loaded: each is the scenario with some keys set, and all are right before anything runs.

use super::super::brought::Brought;
use super::super::files::{overrides, shown};
use super::super::given::Given;
use super::super::produce::apply;
use super::super::verdict::Failure;
use super::questions::Questions;
use crate::experiment::design::GridPoint;
use crate::experiment::sweep::DesignPoint;
use crate::report::manifest::Options;
use crate::scenario::{Diagnostics, LoadedScenario, Override, Scenario};

/// Remarks that are said, of all that points have; more of them would say the same about other numbers.
const MOST_REMARKS: usize = 3;

/// All points with what came with them.
#[derive(Default)]
pub(super) struct Points {
    /// The scenario's name.
    pub(super) title: String,
    /// The seed in force, but for points that set one themselves.
    pub(super) seed: u64,
    pub(super) trials: Vec<DesignPoint>,
    /// What came with them.
    pub(super) brought: Brought,
}

impl Points {
    /// What is set at every point.
    pub(super) fn common(options: &Options) -> Vec<Override> {
        overrides(&options.set, options.policy.first().map(String::as_str))
    }

    /// Adds the points of a grid; the first that is refused ends it, with its name.
    pub(super) fn add_grid(
        &mut self,
        points: &[GridPoint],
        given: &Given,
        options: &Options,
        seed: Option<u64>,
    ) -> Result<Vec<Scenario>, Failure> {
        let mut scenarios = Vec::with_capacity(points.len());
        for point in points {
            let mut all = Points::common(options);
            all.extend(point.overrides("--vary"));
            let loaded = given.try_load(&all).map_err(|report| refused(&report, point, points.len()))?;
            let sets = |key: &str| point.settings.iter().any(|(known, _)| known == key);
            // What is varied goes before what holds for all points.
            let replications = options.replications.filter(|_| !sets("replications"));
            let seed = seed.filter(|_| !sets("seed"));
            scenarios.push(self.take_in(loaded, &Options { replications, ..Options::default() }, seed));
        }
        Ok(scenarios)
    }

    /// Takes in what was loaded; gives the scenario as it is simulated.
    pub(super) fn take_in(&mut self, loaded: LoadedScenario, options: &Options, seed: Option<u64>) -> Scenario {
        let mut scenario = self.brought.take_in(loaded);
        apply(options, seed, &mut scenario);
        if self.title.is_empty() {
            self.title.clone_from(&scenario.name);
            self.seed = scenario.seed;
        }
        scenario
    }

    /// Makes trials of the scenarios, of which the questions are asked.
    pub(super) fn ask(&mut self, scenarios: Vec<Scenario>, questions: &Questions) -> Result<(), Failure> {
        for scenario in scenarios {
            let trial = DesignPoint::new(scenario, &questions.shown);
            self.trials.push(trial.map_err(|(number, fault)| questions.complaint(number, &fault))?);
        }
        Ok(())
    }

    /// Says on standard error what is probably not meant, once for all points.
    pub(super) fn say_remarks(&self) {
        self.brought.say(MOST_REMARKS);
    }
}

/// The complaint about a point that the scenario refuses.
fn refused(report: &Diagnostics, point: &GridPoint, of: usize) -> Failure {
    let settings: Vec<String> = point.settings.iter().map(|(key, value)| format!("{key}={value}")).collect();
    Failure::Input(format!(
        "{}\nThis is point {} of {of}, {}. Nothing was run.",
        shown(report),
        point.number + 1,
        settings.join(", ")
    ))
}
