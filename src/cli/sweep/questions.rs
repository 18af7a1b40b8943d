//! What the command line of a sweep asks: the grid and the shown quantities, understood.

use super::super::expressions::{self, complaint, parse_all};
use super::super::verdict::Failure;
use crate::engine::System;
use crate::experiment::design::Grid;
use crate::experiment::elasticity::StepSize;
use crate::experiment::expression::{ExpressionError, Quantity};
use crate::report::manifest::Options;

/// What is shown of every system unless something else is asked for.
const SHOWN: [&str; 2] = ["mean(wait)", "p95(wait)"];

/// The most resources whose utilization is shown without being asked for.
const MOST_RESOURCES: usize = 4;

/// By how much parameters are moved unless it is said.
const STEP: &str = "1%";

/// What is shown of each point.
pub(super) struct Questions {
    pub(super) shown: Vec<Quantity>,
}

impl Questions {
    /// What `--show` asks for, or else what is usually looked at in such systems.
    pub(super) fn of<'a>(options: &Options, systems: impl Iterator<Item = &'a System>) -> Result<Questions, Failure> {
        if options.show.is_empty() {
            return Ok(Questions { shown: usual(systems) });
        }
        let shown: Vec<Quantity> = parse_all("--show", &options.show)?;
        for (number, quantity) in shown.iter().enumerate() {
            if shown[..number].iter().any(|known| known.text == quantity.text) {
                return Err(Failure::Input(format!(
                    "--show {} is given twice; name each quantity once",
                    quantity.text
                )));
            }
        }
        Ok(Questions { shown })
    }

    /// The complaint about a shown quantity that some point's scenario does not have.
    pub(super) fn complaint(&self, number: usize, fault: &ExpressionError) -> Failure {
        complaint("--show", &self.shown[number].text, fault, "")
    }
}

fn usual<'a>(systems: impl Iterator<Item = &'a System>) -> Vec<Quantity> {
    let systems: Vec<&System> = systems.collect();
    let parse = |text: &str| text.parse::<Quantity>().ok();
    let waits = SHOWN.iter().filter_map(|text| parse(text));
    let resources = systems.first().map_or(&[][..], |system| &system.resources);
    // In quotes a name may have any signs.
    let utilization = resources.iter().filter_map(|resource| {
        let quotes = if resource.contains('"') { '\'' } else { '"' };
        let is_plain = resource.chars().all(|c| c.is_alphanumeric() || "_-.".contains(c));
        let name = if is_plain { resource.clone() } else { format!("{quotes}{resource}{quotes}") };
        parse(&format!("utilization({name})"))
    });
    let is_everywhere = |quantity: &Quantity| systems.iter().all(|system| quantity.resolve(system).is_ok());
    waits.chain(utilization.filter(is_everywhere).take(MOST_RESOURCES)).collect()
}

/// The grid that the options ask for.
pub(super) fn grid(options: &Options, seed: Option<u64>) -> Result<Grid, Failure> {
    let grid = expressions::grid(options)?;
    let twice = [("seed", seed.is_some()), ("replications", options.replications.is_some())];
    match twice.iter().find(|(key, is_given)| *is_given && grid.keys().any(|known| known == *key)) {
        Some((key, _)) => Err(Failure::Input(format!("{key} is varied and given by --{key}; leave out one of them"))),
        None => Ok(grid),
    }
}

/// By how much parameters are moved.
pub(super) fn step(options: &Options) -> Result<StepSize, Failure> {
    let text = options.step.as_deref().unwrap_or(STEP);
    StepSize::of_percent(text).ok_or_else(|| {
        Failure::Input(format!("--step {text} is no step; write a percentage from 0.01% to 50%, such as --step 1%"))
    })
}
