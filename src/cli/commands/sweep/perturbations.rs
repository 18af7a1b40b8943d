//! The perturbations of an elasticity analysis: parameters that the scenario accepts with a lower
//! and a higher value.

use crate::exit::CliError;
use crate::experiment::elasticity::{Perturbation, StepSize};
use crate::inputs::ScenarioSource;
use crate::options::SweepOptions;
use crate::report::elasticity::Skipped;
use crate::scenario::{LoadedScenario, Override, Parameter, parameters};

/// The default of `--step`.
const STEP: &str = "1%";

/// The perturbed parameters, the others, and the scenarios at both sides of each perturbation.
#[derive(Default)]
pub(super) struct Perturbations {
    pub(super) list: Vec<Perturbation>,
    pub(super) left_out: Vec<Skipped>,
    /// The scenario at the low and at the high side of each perturbation.
    pub(super) sides: Vec<LoadedScenario>,
}

impl Perturbations {
    /// Tries every parameter that the scenario sets, after `--set` and `--policy`; `base` is the
    /// scenario itself.
    pub(super) fn of(
        source: &ScenarioSource,
        base: &LoadedScenario,
        options: &SweepOptions,
    ) -> Result<Perturbations, CliError> {
        let step = step(options)?;
        let common = options.changes.overrides();
        let mut perturbations = Perturbations::default();
        for parameter in parameters(&source.text, &common) {
            match perturb(&parameter, &step, base.warnings.warnings(), |nudge| sides(nudge, source, &common)) {
                Ok((nudge, sides)) => {
                    perturbations.list.push(nudge);
                    perturbations.sides.extend(sides);
                }
                Err(why) => perturbations.left_out.push(Skipped { key: parameter.key, why }),
            }
        }
        if perturbations.list.is_empty() {
            return Err(CliError::Input("the scenario sets no parameter that can be changed to both sides".to_owned()));
        }
        Ok(perturbations)
    }
}

/// Perturbs a parameter by a share or else by one; or returns why that is impossible.
fn perturb(
    parameter: &Parameter,
    step: &StepSize,
    warnings: usize,
    load: impl Fn(&Perturbation) -> Result<[LoadedScenario; 2], String>,
) -> Result<(Perturbation, [LoadedScenario; 2]), String> {
    let by_step = Perturbation::by_step(parameter, step).filter(|_| !parameter.is_rounded).map(|nudge| (nudge, false));
    let by_unit = Perturbation::by_unit(parameter).map(|nudge| (nudge, true));
    let mut why = why_fixed(parameter).to_owned();
    for (nudge, is_by_one) in by_step.into_iter().chain(by_unit) {
        match load(&nudge) {
            // A step of one may make the scenario useless: a job then needs more than any worker
            // offers.
            Ok(sides) if is_by_one && sides.iter().any(|side| side.warnings.warnings() > warnings) => {
                let Perturbation { low, high, value, .. } = &nudge;
                why = format!("the scenario has another warning with {low} or {high} for {value}");
            }
            Ok(sides) => return Ok((nudge, sides)),
            Err(refused) if is_by_one || !parameter.is_whole => {
                why = format!("the scenario does not accept {refused} for {}", nudge.value);
            }
            Err(_) => {}
        }
    }
    Err(why)
}

/// Why a parameter cannot be perturbed.
fn why_fixed(parameter: &Parameter) -> &'static str {
    let value = parameter.values.join(", ");
    match (parameter.is_list, parameter.is_whole) {
        (true, true) => "it is a list of whole numbers",
        (_, false) if parameter.is_rounded => "it is rounded to a whole number, and is none",
        (false, true) if value == "0" => "it is 0",
        (false, true) => "it is 1, and one less would be none",
        _ => "it is 0, or too small to be moved",
    }
}

/// The scenario at the low and at the high side; or the value that it refuses.
fn sides(nudge: &Perturbation, source: &ScenarioSource, common: &[Override]) -> Result<[LoadedScenario; 2], String> {
    let load = |value: &str| {
        let mut all = common.to_vec();
        all.push(Override::key("--elasticity", &nudge.key, value));
        source.try_load(&all).map_err(|_| value.to_owned())
    };
    Ok([load(&nudge.low)?, load(&nudge.high)?])
}

/// The size of the perturbations.
fn step(options: &SweepOptions) -> Result<StepSize, CliError> {
    let text = options.step.as_deref().unwrap_or(STEP);
    StepSize::of_percent(text).ok_or_else(|| {
        CliError::Input(format!("--step {text}: write a percentage from 0.01% to 50%, such as --step 1%"))
    })
}
