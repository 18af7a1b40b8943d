//! The responses of a sweep: the quantities to show at each point; and its grid.

use crate::args::parse_all;
use crate::engine::System;
use crate::exit::CliError;
use crate::experiment::design::Grid;
use crate::experiment::expression::Quantity;
use crate::options::SweepOptions;

/// The waits that are shown by default.
const WAITS: [&str; 2] = ["mean(wait)", "p95(wait)"];

/// The number of resources whose utilization is shown by default.
const MAX_RESOURCES: usize = 4;

/// The quantities of `--show`, or the default for such systems.
pub(super) fn responses<'a>(
    options: &SweepOptions,
    systems: impl Iterator<Item = &'a System>,
) -> Result<Vec<Quantity>, CliError> {
    if options.show.is_empty() {
        return Ok(default_responses(&systems.collect::<Vec<_>>()));
    }
    let shown: Vec<Quantity> = parse_all("--show", &options.show)?;
    for (number, quantity) in shown.iter().enumerate() {
        if shown[..number].iter().any(|known| known.text == quantity.text) {
            return Err(CliError::Input(format!("--show {} is given twice; name each quantity once", quantity.text)));
        }
    }
    Ok(shown)
}

fn default_responses(systems: &[&System]) -> Vec<Quantity> {
    let parse = |text: &str| text.parse::<Quantity>().ok();
    let waits = WAITS.iter().filter_map(|text| parse(text));
    let resources = systems.first().map_or(&[][..], |system| &system.resources);
    // In quotes, a name may have any characters.
    let utilization = resources.iter().filter_map(|resource| {
        let quotes = if resource.contains('"') { '\'' } else { '"' };
        let is_plain = resource.chars().all(|c| c.is_alphanumeric() || "_-.".contains(c));
        let name = if is_plain { resource.clone() } else { format!("{quotes}{resource}{quotes}") };
        parse(&format!("utilization({name})"))
    });
    let is_everywhere = |quantity: &Quantity| systems.iter().all(|system| quantity.resolve(system).is_ok());
    waits.chain(utilization.filter(is_everywhere).take(MAX_RESOURCES)).collect()
}

/// The grid of the sweep.
pub(super) fn grid(options: &SweepOptions, seed: Option<u64>) -> Result<Grid, CliError> {
    let grid = options.grid.parse()?;
    let twice = [("seed", seed.is_some()), ("replications", options.replications.is_some())];
    match twice.iter().find(|(key, is_given)| *is_given && grid.keys().any(|known| known == *key)) {
        Some((key, _)) => Err(CliError::Input(format!("{key} is varied and given by --{key}; leave out one of them"))),
        None => Ok(grid),
    }
}
