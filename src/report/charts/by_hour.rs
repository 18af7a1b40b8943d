//! Median and 95th percentile of the waits of all jobs by hour of the day, on weekdays and at
//! weekends.

use std::str::FromStr as _;

use crate::experiment::design::Axis;
use crate::experiment::expression::Quantity;
use crate::plot::lines::{self, Line, LineChart};
use crate::plot::values::Values;
use crate::run::by_hour::HourRow;
use crate::stats::interval::IntervalEstimate;
use crate::stats::{DayClass, JobScope, Measure, Statistic};
use crate::{RunContext, run};

const HOURS: usize = 24;

/// The chart; `None` if no job was measured.
pub(super) fn draw(context: &RunContext, rows: &[HourRow]) -> Option<Vec<u8>> {
    // Of all quantiles, for the axis of times.
    let quantity = Quantity { text: "wait".to_owned(), ..Quantity::from_str("p95(wait)").ok()? };
    let axis =
        Axis::parse(&format!("hour of the day ({}) in which jobs fall due=0..23", context.scenario.time_zone)).ok()?;
    let nothing = IntervalEstimate { value: None, upper: None, interval: None, replications: 0 };
    let (mut estimates, mut all) = (Vec::new(), Vec::new());
    for days in [DayClass::Weekdays, DayClass::Weekend] {
        for statistic in [Statistic::P95, Statistic::P50] {
            let mut hours = [nothing; HOURS];
            for row in rows.iter().filter(|row| is_wait(row, days, statistic)) {
                hours[usize::from(row.metric.hour)] = row.estimate;
            }
            if hours.iter().any(|estimate| estimate.value.is_some()) {
                let points = (0..HOURS).map(|hour| estimates.len() + hour).collect();
                all.push(Line { name: format!("{}, {}", days.name(), statistic.name()), points });
                estimates.extend(hours);
            }
        }
    }
    let runs = if context.replications == 1 { "replication" } else { "replications" };
    let values = Values {
        title: context.title("waits of all jobs by hour of the day"),
        work: format!("{} {runs}, seed {}", context.replications, context.scenario.seed),
        quantity: &quantity,
        target: context.scenario.slo.map(|slo| (slo.as_secs_f64(), format!("target {slo}"))),
        overloaded: vec![false; estimates.len()],
        estimates,
    };
    let numbers = axis.numbers()?;
    let chart = LineChart { axis: &axis, numbers, all, by: "days, quantile".to_owned(), table: run::by_hour::PATH };
    (!chart.all.is_empty()).then(|| lines::draw(&values, &chart))
}

fn is_wait(row: &HourRow, days: DayClass, statistic: Statistic) -> bool {
    let metric = row.metric;
    (metric.action, metric.days, metric.measure, metric.statistic) == (JobScope::All, days, Measure::WaitS, statistic)
}
