//! A sweep's report: the table of every figure at every point, its text for terminals, and the JSON
//! document.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::experiment::design::{Axis, Grid, GridPoint};
use crate::experiment::expression::Quantity;
use crate::experiment::sweep::{DesignPoint, PointResult, Response};
use crate::format::{self, ValueFormat, measured, of_hour};
use crate::key_columns::KeyColumns;
use crate::key_results::KeyResults;
use crate::model::time::Time;
use crate::run::tables::{SummaryLine, summary_lines, summary_of};
use crate::table::{TextTable, json_interval};
use crate::{RunContext, messages};

/// A terminal shows at most this number of points; `sweep.csv` has the others.
const MOST_POINTS: usize = 40;

/// The measure of the rows of `sweep.csv`, and the column of tables, that mark overloaded points:
/// the work that arrives as a share of what can be done.
const OVERLOAD: &str = "overload";

/// A finished sweep.
#[derive(Clone, Copy, Debug)]
pub struct SweepReport<'a> {
    /// The scenario's name.
    pub title: &'a str,
    /// The keys that vary, and their values.
    pub grid: &'a Grid,
    /// The quantities that are shown.
    pub shown: &'a [Quantity],
    /// The scenarios that were simulated, point by point.
    pub trials: &'a [DesignPoint],
    /// Their results.
    pub measured: &'a [PointResult],
}

impl SweepReport<'_> {
    /// The sweep as one JSON document. Numbers that could not be measured are `null`, as are the
    /// intervals of a single replication.
    pub(crate) fn document(&self) -> Value {
        let points = self.grid.points().into_iter().map(|point| {
            let measured = &self.measured[point.number];
            let scenario = &self.trials[point.number].scenario;
            let settings: Map<String, Value> =
                point.settings.into_iter().map(|(key, value)| (key, json!(value))).collect();
            let fixed = scenario.system.window.warmup - Time::ZERO;
            json!({
                "set": settings,
                "policy": scenario.policy_label,
                "seed": scenario.seed,
                "replications": scenario.replications,
                "overload": self.trials[point.number].overload,
                "warmup_s": measured.warm_up.map_or(fixed, |found| found.length).as_secs_f64(),
                "shown": self.shown.iter().zip(&measured.responses).map(entry).collect::<Map<String, Value>>(),
            })
        });
        json!({
            "scenario": self.title,
            "keys": self.grid.keys().collect::<Vec<_>>(),
            "shown": self.shown.iter().map(|quantity| &quantity.text).collect::<Vec<_>>(),
            "points": points.collect::<Vec<_>>(),
            "warnings": self.warnings(),
        })
    }

    /// The sweep in a terminal: the heading line, the table of points, and notes.
    pub(crate) fn for_terminal(&self, place: &str) -> String {
        let table = self.table().terminal(|_| false);
        let warnings: String = self.warnings().iter().map(|warning| ["warning: ", warning, "\n"].concat()).collect();
        format!("{}\n{warnings}{table}\n{}{place}\n", self.heading(), self.notes())
    }

    /// The first points, with the quantities that are shown.
    fn table(&self) -> TextTable {
        let keys = self.grid.keys().map(str::to_owned);
        let overload = self.is_overloaded().then(|| OVERLOAD.to_owned());
        let header = keys.chain(self.shown.iter().map(|quantity| quantity.text.clone()));
        let header: Vec<String> = header.chain(overload).collect();
        let formats: Vec<ValueFormat> = self.shown.iter().map(ValueFormat::of_quantity).collect();
        let points = self.grid.points().into_iter().zip(self.measured).take(MOST_POINTS);
        let rows: Vec<Vec<String>> = points
            .map(|(point, measured)| {
                let shown = measured.responses.iter().zip(&formats);
                let shown =
                    shown.map(|(shown, format)| format.value_with_half_width(shown.estimate) + &of_hour(shown.hour));
                let overload = self.trials[point.number].overload.map_or_else(String::new, format::percent);
                let overload = self.is_overloaded().then_some(overload);
                point.settings.into_iter().map(|(_, value)| value).chain(shown).chain(overload).collect()
            })
            .collect();
        TextTable::new("Points", header, rows)
    }

    /// `sweep.csv`: one or two columns per key, then the columns of a run's `summary.csv`; a row
    /// per figure and point.
    pub(crate) fn csv(&self) -> Vec<u8> {
        let (keys, points) = (self.grid.keys().collect::<Vec<&str>>(), self.grid.points());
        let values: Vec<Vec<&str>> =
            points.iter().map(|point| point.settings.iter().map(|(_, value)| value.as_str()).collect()).collect();
        let columns = KeyColumns::new(&keys, &values);
        let names = columns.names();
        let lines = points.iter().zip(&values).zip(self.measured).flat_map(|((point, values), measured)| {
            let cells = columns.cells(values);
            summary_lines(cells, RunContext::of(&self.trials[point.number].scenario), &measured.summary)
        });
        // At the end, the load of each overloaded point.
        let overloaded = points.iter().zip(&values).filter_map(|(point, values)| {
            let DesignPoint { scenario, overload, .. } = &self.trials[point.number];
            overload.map(|load| SummaryLine {
                before: columns.cells(values),
                policy: &scenario.policy_label,
                of: ["all", "", ""],
                measure: OVERLOAD,
                statistic: "mean",
                value: Some(load),
                interval: None,
                replications: None,
            })
        });
        summary_of(&names, lines.chain(overloaded))
    }

    /// Whether any point is overloaded.
    fn is_overloaded(&self) -> bool {
        self.trials.iter().any(|trial| trial.overload.is_some())
    }

    /// The overloaded points, for charts.
    pub(crate) fn overloaded(&self) -> Vec<bool> {
        self.trials.iter().map(|trial| trial.overload.is_some()).collect()
    }

    /// What the reader has to know before the figures, point by point.
    fn warnings(&self) -> Vec<String> {
        let of_point = |(point, measured): (GridPoint, &PointResult)| {
            let settings: Vec<String> = point.settings.iter().map(|(key, value)| format!("{key}={value}")).collect();
            let context = RunContext::of(&self.trials[point.number].scenario);
            (settings.join(", "), messages::unserved_warnings(&measured.summary, &context), measured.growth)
        };
        let points = self.grid.points().into_iter().zip(self.measured);
        messages::joint_warnings(&points.map(of_point).collect::<Vec<_>>())
    }

    /// A line with the number of points, the keys, the replications and the seed.
    fn heading(&self) -> String {
        let keys: Vec<String> = self.grid.axes.iter().map(Axis::name).collect();
        let (count, points) = (self.trials.len(), if self.trials.len() == 1 { "point" } else { "points" });
        format!("{}: {count} {points} of {}, {}", self.title, keys.join(" x "), replications_and_seed(self.trials))
    }

    pub(crate) fn found(&self) -> KeyResults {
        let overloaded = self.trials.iter().filter(|trial| trial.overload.is_some()).count();
        let mut limits = vec![
            "The lowest of several points is chosen by chance, too: `claimsim compare` or `claimsim size` tests \
             whether it is the best."
                .to_owned(),
        ];
        if overloaded > 0 {
            limits.push(format!(
                "{overloaded} of {} points are overloaded: more work arrives than can be done, and their figures \
                 depend on the length of the run.",
                self.trials.len()
            ));
        }
        limits.extend(self.warnings());
        KeyResults {
            heading: self.heading(),
            answer: self.answer(),
            confidence: if self.notes().ends_with(WITHOUT_INTERVALS) {
                WITHOUT_INTERVALS.trim_end().to_owned()
            } else {
                "\u{b1} is half the width of a 95 % interval of each point by itself.".to_owned()
            },
            limits,
            warnings: self.warnings(),
            tables: vec![self.table()],
            reasons: Vec::new(),
            remarks: self
                .notes()
                .lines()
                .filter(|line| *line != WITHOUT_INTERVALS.trim_end())
                .map(str::to_owned)
                .collect(),
        }
    }

    /// Where the first quantity is lowest and where it is highest.
    fn answer(&self) -> String {
        let Some(quantity) = self.shown.first() else { return String::new() };
        let format = ValueFormat::of_quantity(quantity);
        let grid = self.grid.points();
        let points = || {
            grid.iter().zip(self.measured).filter_map(|(point, measured)| {
                let shown = measured.responses.first()?;
                Some((point, shown, shown.estimate.value?))
            })
        };
        // A value of which only a lower bound is known may be higher than any other.
        let lowest = points().filter(|(_, shown, _)| shown.estimate.is_exact()).min_by(|a, b| a.2.total_cmp(&b.2));
        let highest = points().max_by(|a, b| a.2.total_cmp(&b.2));
        let words = |(point, shown, _): (&GridPoint, &Response, f64)| {
            format!("{} at `{}`", format.value_with_half_width(shown.estimate) + &of_hour(shown.hour), point.name())
        };
        match (lowest, highest) {
            (Some(lowest), Some(highest)) if lowest.2 < highest.2 => {
                format!("`{}` is lowest, {}, and highest, {}.", quantity.text, words(lowest), words(highest))
            }
            (_, Some(highest)) => format!("`{}` is {}; no point has a lower value.", quantity.text, words(highest)),
            _ => format!("No point has a value of `{}`.", quantity.text),
        }
    }

    /// The points, charts and intervals that are missing.
    fn notes(&self) -> String {
        let more = self.measured.len().saturating_sub(MOST_POINTS);
        let skipped = if more > 0 { format!("{more} more points are in sweep.csv\n") } else { String::new() };
        let has_charts = self.grid.axes.len() <= 2;
        let no_charts =
            if has_charts { "" } else { "There is no chart of more than two keys; sweep.csv has all figures.\n" };
        let mut shown = self.measured.iter().flat_map(|measured| &measured.responses);
        let is_single = shown.all(|shown| shown.values.len() < 2);
        skipped + no_charts + if is_single { WITHOUT_INTERVALS } else { "" }
    }
}

fn entry((quantity, shown): (&Quantity, &Response)) -> (String, Value) {
    let estimate = shown.estimate;
    let value = json!({
        "unit": quantity.unit(),
        "value": estimate.value.map(measured),
        "at_most": estimate.upper.map(measured),
        "ci": json_interval(estimate.interval),
        "replications": estimate.replications,
        "hour": shown.hour.map(|hour| hour.to_string()),
    });
    (quantity.text.clone(), value)
}

/// Why there are no intervals.
pub(crate) const WITHOUT_INTERVALS: &str = "One replication has no interval; --replications 10 has one.\n";

/// The number of replications of each trial, and their seed; either is left out if it is not the
/// same for all trials.
pub(crate) fn replications_and_seed(trials: &[DesignPoint]) -> String {
    let mut parts = Vec::new();
    let replications: BTreeSet<u32> = trials.iter().map(|trial| trial.scenario.replications).collect();
    if let [only] = replications.iter().collect::<Vec<_>>()[..] {
        parts.push(format!("{only} {} each", if *only == 1 { "replication" } else { "replications" }));
    }
    let seeds: BTreeSet<u64> = trials.iter().map(|trial| trial.scenario.seed).collect();
    if let [only] = seeds.iter().collect::<Vec<_>>()[..] {
        parts.push(format!("seed {only}"));
    }
    parts.join(", ")
}
