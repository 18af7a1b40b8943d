//! Hours of the day against an exact solution: an M(t)/M/∞ queue whose rate follows a sine, hour by
//! hour.
//!
//! The mean number present obeys m' = λ(t) − μ m. While the rate is constant, m approaches λ/μ
//! exponentially, so the average over each hour has a closed form. It lags behind the rate: a
//! formula for a steady state would be wrong in most hours.

use claimsim::internals::experiment::expression::Quantity;
use claimsim::internals::experiment::{ResolvedQuantities, replicate};
use claimsim::internals::model::math;
use claimsim::internals::scenario::Scenario;
use claimsim::internals::stats::sample::Sample;
use claimsim::internals::stats::{DayClass, Measure, ReplicationStats};

use crate::support::loaded;

/// Ends of service per hour.
const ENDS: f64 = 0.5;
const SLOTS: f64 = 500.0;
const REPLICATIONS: u32 = 120;

/// From Friday on.
const DAYS: usize = 3;

/// Arrivals per hour in an hour of the run, whole numbers.
fn rate(hour: usize) -> f64 {
    let angle = (hour % 24) as f64 / 24.0 * std::f64::consts::TAU;
    let weekday = (40.0 - 30.0 * math::cos(angle)).round();
    if hour < 24 { weekday } else { (weekday / 2.0).round() }
}

fn scenario() -> Scenario {
    let rates = |day: usize| {
        let rates: Vec<String> = (0..24).map(|hour| format!("\"{}/h\"", rate(24 * day + hour))).collect();
        rates.join(", ")
    };
    let text = format!(
        r#"
        start = "2017-02-17T00:00:00Z"
        horizon = "{DAYS}d"
        claim = {{ delay = "none" }}
        [worker.server]
        capacity = {{ slot = {SLOTS} }}
        [action.job]
        capacity = {{ slot = 1 }}
        service = {{ exponential = {{ mean = "2h" }} }}
        [action.job.arrival.profile]
        rates = [{}]
        saturday = [{}]
        sunday = [{}]
        "#,
        rates(0),
        rates(1),
        rates(2)
    );
    loaded(&text, &[])
}

/// The mean number present, averaged over each hour of the run, which begins empty.
fn present() -> Vec<f64> {
    let mut at = 0.0;
    let hour = |hour| {
        let limit = rate(hour) / ENDS;
        let average = limit + (at - limit) * -math::exp_m1(-ENDS) / ENDS;
        at = limit + (at - limit) * math::exp(-ENDS);
        average
    };
    (0..24 * DAYS).map(hour).collect()
}

/// The average over the hours of the run that belong to an hour of the day.
fn of_cell(by_hour: &[f64], days: DayClass, hour: usize) -> f64 {
    let runs_on = |day: usize| days.days()[(4 + day) % 7];
    let values: Vec<f64> = (0..DAYS).filter(|day| runs_on(*day)).map(|day| by_hour[24 * day + hour]).collect();
    values.iter().sum::<f64>() / values.len() as f64
}

/// The distance from theory in standard errors.
fn score(values: impl IntoIterator<Item = f64>, theory: f64) -> f64 {
    let sample = Sample::of(values);
    (sample.mean.expect("several replications") - theory) / sample.std_error.expect("several replications")
}

fn column(outcomes: &[ReplicationStats], index: usize) -> impl Iterator<Item = f64> {
    outcomes.iter().map(move |outcome| outcome.by_hour.as_ref().unwrap().values[index].unwrap().lower)
}

#[test]
fn the_number_present_by_hour_lags_behind_the_rate() {
    let scenario = scenario();
    let windows = ["utilization(slot, sat-sun 03:00..04:00)", "in_system(job, mon-fri 09:00..11:00)"];
    let quantities: Vec<Quantity> = windows.iter().map(|text| text.parse().unwrap()).collect();
    let quantities = ResolvedQuantities::of(&quantities, &scenario.system).unwrap().over_time(true);
    let outcomes = replicate(&scenario, quantities.measurements(), 0..REPLICATIONS, &());
    let (present, rates) = (present(), (0..24 * DAYS).map(rate).collect::<Vec<f64>>());
    let (mut compared, mut farthest, mut farthest_of_steady) = (0, 0.0_f64, 0.0_f64);
    for (index, metric) in outcomes[0].by_hour.as_ref().unwrap().metrics.iter().enumerate() {
        let hour = usize::from(metric.hour);
        let steady = of_cell(&rates, metric.days, hour);
        match metric.measure {
            Measure::Utilization => {
                let theory = of_cell(&present, metric.days, hour);
                let values = || column(&outcomes, index).map(|share| share * SLOTS);
                farthest = farthest.max(score(values(), theory).abs());
                farthest_of_steady = farthest_of_steady.max(score(values(), steady / ENDS).abs());
            }
            Measure::Jobs => farthest = farthest.max(score(column(&outcomes, index), steady).abs()),
            _ => continue,
        }
        compared += 1;
    }
    // Utilization, and arrivals of the action and of all: 24 hours of three classes of days each.
    assert_eq!(compared, 3 * 72);
    // One of 216 normal scores is beyond 4.5 in one of 700 cases.
    assert!(farthest < 4.5, "{farthest} standard errors");
    assert!(farthest_of_steady > 10.0, "the number present does not lag: {farthest_of_steady}");

    let in_window = |number: usize| quantities.values(number, &outcomes).into_iter().map(|value| value.unwrap().lower);
    let night = of_cell(&present, DayClass::Weekend, 3) / SLOTS;
    assert!(score(in_window(0), night).abs() < 4.0);
    let morning = [9, 10].map(|hour| of_cell(&present, DayClass::Weekdays, hour)).iter().sum::<f64>() / 2.0;
    assert!(score(in_window(1), morning).abs() < 4.0);
}
