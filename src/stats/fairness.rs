//! Fairness among actions: whether some action's jobs are slowed down much more than those of the others.

use super::action_stats::{ActionStats, MetricContext};
use super::metric::{JobScope, Measure, Metric, MetricValue, Statistic};

/// Jain's index and the worst action's slowdown, from the mean slowdowns of all actions that have one.
pub(super) fn metrics(accounts: &mut [ActionStats], terms: MetricContext) -> [MetricValue; 2] {
    let mean = |account: &mut ActionStats| account.figure(Measure::Slowdown, Statistic::Mean, terms);
    let slowdowns: Vec<f64> = accounts.iter_mut().filter_map(mean).collect();
    let figure = |measure, value| MetricValue {
        metric: Metric { action: JobScope::All, resource: None, worker: None, measure, statistic: Statistic::Mean },
        value,
    };
    [
        figure(Measure::Jain, jain(&slowdowns)),
        figure(Measure::WorstSlowdown, slowdowns.iter().copied().reduce(f64::max)),
    ]
}

/// The index of Jain, Chiu and Hawe (1984): (sum of x)² / (n × sum of x²). It is 1 if all are equal, and k/n if k of n share
/// everything alike; `None` without a value.
fn jain(values: &[f64]) -> Option<f64> {
    let sum: f64 = values.iter().sum();
    let squares: f64 = values.iter().map(|value| value * value).sum();
    (squares > 0.0).then(|| (sum * sum / (values.len() as f64 * squares)).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_index_of_equals_is_one_and_of_few_their_share() {
        assert_eq!(jain(&[]), None);
        assert_eq!(jain(&[3.0]), Some(1.0));
        assert_eq!(jain(&[1.25; 7]), Some(1.0));
        assert_eq!(jain(&[5.0, 0.0, 0.0, 5.0]), Some(0.5));
        // Of Jain, Chiu and Hawe: 1, 3 and 5 give 81 / (3 x 35).
        assert_eq!(jain(&[1.0, 3.0, 5.0]), Some(81.0 / 105.0));
    }
}
