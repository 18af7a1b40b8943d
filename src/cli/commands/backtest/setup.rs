//! The inputs of a backtest: the scenario at the time of the history, the history, and the plan.

use std::path::Path;

use chrono::{DateTime, SecondsFormat};

use super::{BacktestStudy, training};
use crate::args::expression_error;
use crate::exit::CliError;
use crate::experiment::backtest::{self, BacktestPlan, Tolerance, fewest_replications};
use crate::experiment::design::Grid;
use crate::history::JobHistory;
use crate::history_input::display_name;
use crate::inputs::LoadedInputs;
use crate::model::time::{Span, Time};
use crate::options::BacktestOptions;
use crate::scenario::{Diagnostics, Override, Scenario, WarmUpRule};
use crate::study::RunRequest;

impl BacktestStudy {
    /// Loads the scenario and the history.
    pub(super) fn set_up(request: &RunRequest<BacktestOptions>, is_quiet: bool) -> Result<BacktestStudy, CliError> {
        let RunRequest { sources, options, seed } = request;
        let source = &sources[0];
        if options.history.history.is_empty() {
            return Err(CliError::Input(
                "there is no history to compare with; add --history FILE, such as --history jobs.csv".to_owned(),
            ));
        }
        let tolerance = tolerance(options.tolerance.as_deref().unwrap_or("10%"))?;
        let grid = Grid::parse(&options.calibrate, &[])
            .map_err(|refused| expression_error("--calibrate", &refused.text, &refused.error, ""))?;
        let overrides = options.changes.overrides();
        let own = source.load(&overrides)?.scenario;
        let read = |path: &Path| source.read_option_file(path);
        let (history, files) = options.history.load_from(read, Some(own.epoch.0), is_quiet)?;
        let names: Vec<String> = options.history.history.iter().map(|path| name(path)).collect();
        let file = names.join(", ");
        let window = window(&own, &history);
        let mut inputs = LoadedInputs::default();
        let mut at_that_time = |more: &[Override]| -> Result<Scenario, CliError> {
            let mut all = overrides.clone();
            all.extend_from_slice(more);
            all.extend_from_slice(&window);
            let mut loaded = source.load(&all)?;
            if loaded.scenario.sources.is_empty() {
                // That no job arrives is no fault of a scenario that is only replayed.
                loaded.warnings = Diagnostics::default();
            }
            let mut scenario = inputs.extend(0, loaded);
            scenario.seed = seed.unwrap_or(scenario.seed);
            Ok(scenario)
        };
        let mut scenario = at_that_time(&[])?;
        let mut calibration = Vec::new();
        for point in grid.points().iter().filter(|_| !options.calibrate.is_empty()) {
            calibration.push((point.name(), at_that_time(&point.overrides("--calibrate"))?));
        }
        inputs.seed = scenario.seed;
        for file in files {
            inputs.add_file(file);
        }
        let mut from = match scenario.warm_up {
            WarmUpRule::Fixed => scenario.system.window.warmup,
            WarmUpRule::Auto => Time::ZERO,
        };
        let mut trained_until = None;
        if let Some(text) = &options.train {
            let end = training::end(text, &history)?;
            let calendar = history.epoch.calendar_of(end).unwrap_or(history.epoch.0);
            let whole = DateTime::from_timestamp(calendar.timestamp(), 0).unwrap_or(calendar);
            trained_until = Some(history.time_zone.rfc3339(whole));
            from = from.max(scenario.epoch.time_of(calendar).unwrap_or(Time::ZERO));
            scenario = training::fitted(scenario, &history, end)?;
        }
        let plan = BacktestPlan {
            tolerance,
            replications: options.replications.unwrap_or_else(|| fewest_replications(&scenario)),
            from,
        };
        for scenario in std::iter::once(&scenario).chain(calibration.iter().map(|(_, scenario)| scenario)) {
            let refused = |error| CliError::Input(format!("{file}: {error}"));
            backtest::check(scenario, &history, &plan).map_err(refused)?;
        }
        Ok(BacktestStudy { scenario, history, file, plan, trained_until, calibration, inputs })
    }
}

/// The name of a file, without its folders, which may differ from machine to machine.
fn name(path: &Path) -> String {
    path.file_name().map_or_else(|| display_name(path), |name| name.to_string_lossy().into_owned())
}

/// The keys that move a scenario to the time of a history, where it is not there yet: start and
/// horizon.
fn window(scenario: &Scenario, history: &JobHistory) -> Vec<Override> {
    let calendar = |at: Time| history.epoch.calendar_of(at);
    let (Some(begin), Some(end)) = (calendar(history.from()), calendar(history.until)) else { return Vec::new() };
    let own_start = scenario.epoch.0;
    let own_end = scenario.epoch.calendar_of(scenario.system.window.horizon).unwrap_or(own_start);
    let mut keys = Vec::new();
    let mut start = own_start;
    if begin < own_start || begin >= own_end {
        // Whole seconds, as scenarios write instants.
        start = DateTime::from_timestamp(begin.timestamp(), 0).unwrap_or(begin);
        let text = start.to_rfc3339_opts(SecondsFormat::Secs, true);
        keys.push(Override::key("--history", "start", &text));
    }
    if end > own_end || start != own_start {
        let seconds = (end - start).num_seconds().max(0) + 1;
        keys.push(Override::key("--history", "horizon", &format!("{seconds}s")));
    }
    keys
}

/// Parses `--tolerance`.
fn tolerance(text: &str) -> Result<Tolerance, CliError> {
    let share = text.trim().strip_suffix('%').map(|share| share.trim().parse::<f64>());
    let parsed = match share {
        Some(share) => share.ok().map(|share| Tolerance::Share(share / 100.0)),
        None => text.parse().ok().map(Tolerance::Time),
    };
    let is_positive = |tolerance: &Tolerance| match tolerance {
        Tolerance::Share(share) => *share > 0.0 && share.is_finite(),
        Tolerance::Time(time) => *time > Span::ZERO,
    };
    parsed.filter(is_positive).ok_or_else(|| {
        CliError::Input(format!("--tolerance `{text}`: write a share above 0, such as 10%, or a duration, such as 30s"))
    })
}
