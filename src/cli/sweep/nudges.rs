//! Which parameters of a scenario can be moved to both sides: the scenario itself says so, by taking both values or not.

use super::super::given::Given;
use super::super::verdict::Failure;
use super::points::Points;
use crate::experiment::elasticity::{Perturbation, StepSize};
use crate::report::elasticity::Skipped;
use crate::report::manifest::Options;
use crate::scenario::{LoadedScenario, Override, Parameter, parameters};

/// The parameters that are moved, those that cannot be, and the scenarios at both sides of each.
#[derive(Default)]
pub(super) struct Nudges {
    pub(super) list: Vec<Perturbation>,
    pub(super) left_out: Vec<Skipped>,
    pub(super) loaded: Vec<LoadedScenario>,
    /// How many warnings the scenario itself has.
    warnings: usize,
}

impl Nudges {
    /// Tries every parameter that the scenario sets, after `--set` and `--policy`.
    pub(super) fn of(
        given: &Given,
        base: &LoadedScenario,
        options: &Options,
        step: &StepSize,
    ) -> Result<Nudges, Failure> {
        let common = Points::common(options);
        let mut nudges = Nudges { warnings: base.warnings.warnings(), ..Nudges::default() };
        for parameter in parameters(&given.text, &common) {
            nudges.add(&parameter, given, &common, step);
        }
        if nudges.list.is_empty() {
            return Err(Failure::Input("the scenario sets no parameter that could be moved to both sides".to_owned()));
        }
        Ok(nudges)
    }

    fn add(&mut self, parameter: &Parameter, given: &Given, common: &[Override], step: &StepSize) {
        let by_step = Perturbation::by_step(parameter, step).filter(|_| !parameter.is_rounded);
        let by_unit = Perturbation::by_unit(parameter);
        let mut why = unmoved(parameter);
        for (nudge, is_by_one) in
            by_step.map(|nudge| (nudge, false)).into_iter().chain(by_unit.map(|nudge| (nudge, true)))
        {
            match load_sides(&nudge, given, common) {
                // A step of one may lead where the scenario makes no sense: a job that needs more than any worker offers.
                Ok(sides) if is_by_one && sides.iter().any(|side| side.warnings.warnings() > self.warnings) => {
                    why = format!(
                        "the scenario has another warning with {} or {} for {}",
                        nudge.low, nudge.high, nudge.value
                    );
                }
                Ok(sides) => {
                    self.loaded.extend(sides);
                    self.list.push(nudge);
                    return;
                }
                Err(refused) if is_by_one || !parameter.is_whole => {
                    why = format!("the scenario does not take {refused} for {}", nudge.value);
                }
                Err(_) => {}
            }
        }
        self.left_out.push(Skipped { key: parameter.key.clone(), why });
    }
}

/// Why a parameter is not even tried.
fn unmoved(parameter: &Parameter) -> String {
    let value = parameter.values.join(", ");
    let why = match (parameter.is_list, parameter.is_whole) {
        (true, true) => "it is a list of whole numbers",
        (_, false) if parameter.is_rounded => "it is rounded to a whole number, and is none",
        (false, true) if value == "0" => "it is 0",
        (false, true) => "it is 1, and one less would be none",
        _ => "it is 0, or too small to be moved",
    };
    why.to_owned()
}

/// The scenario at the low and at the high side; or the value that it refuses.
fn load_sides(nudge: &Perturbation, given: &Given, common: &[Override]) -> Result<[LoadedScenario; 2], String> {
    let load = |value: &str| {
        let mut all = common.to_vec();
        all.push(Override::key("--elasticity", &nudge.key, value));
        given.try_load(&all).map_err(|_| value.to_owned())
    };
    Ok([load(&nudge.low)?, load(&nudge.high)?])
}
