//! Why jobs waited, over all replications: means and shares by reason, with intervals.

use crate::model::action::ActionId;
use crate::stats::interval::IntervalEstimate;
use crate::stats::{ActionBlame, JobScope, RESPONSE_PARTS, ReplicationStats, WAIT_PARTS};

/// One part of the waits or of the responses of an action's jobs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BlameRow {
    /// The jobs.
    pub action: JobScope,
    /// Its name: one of [`WAIT_PARTS`], or of [`RESPONSE_PARTS`].
    pub reason: &'static str,
    /// The action that holds the scarce units, where the part is a part of `busy`.
    pub holder: Option<ActionId>,
    /// What the estimate is of.
    pub statistic: BlameStatistic,
    /// Where jobs were never claimed, of what they had waited by the end.
    pub estimate: IntervalEstimate,
}

/// What is reported of a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlameStatistic {
    /// Seconds of the mean wait.
    MeanWait,
    /// The share of the waiting time of all these jobs.
    Share,
    /// Seconds of the mean response.
    MeanResponse,
}

impl BlameStatistic {
    /// Its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            BlameStatistic::MeanWait => "mean_wait_s",
            BlameStatistic::Share => "share",
            BlameStatistic::MeanResponse => "mean_response_s",
        }
    }
}

/// All parts that occur; of actions whose jobs waited not at all, only that they did not.
pub fn rows(replications: &[ReplicationStats]) -> Vec<BlameRow> {
    let actions = replications.first().map_or(0, |first| first.blame.len());
    (0..actions)
        .flat_map(|index| rows_of(&replications.iter().map(|it| &it.blame[index]).collect::<Vec<_>>()))
        .collect()
}

fn rows_of(blames: &[&ActionBlame]) -> Vec<BlameRow> {
    let Some(action) = blames.first().map(|blame| blame.action) else { return Vec::new() };
    let mut rows = Vec::new();
    let waits: Vec<&[f64; WAIT_PARTS.len()]> = blames.iter().filter_map(|blame| blame.wait_s.as_ref()).collect();
    let totals: Vec<f64> = waits.iter().map(|parts| parts.iter().sum()).collect();
    for (part, reason) in WAIT_PARTS.iter().enumerate() {
        let seconds: Vec<f64> = waits.iter().map(|parts| parts[part]).collect();
        if seconds.iter().any(|seconds| *seconds != 0.0) || *reason == "busy" && !seconds.is_empty() {
            rows.extend(wait_rows(action, reason, None, &seconds, &totals));
        }
        if *reason == "busy" {
            let holders = blames.iter().flat_map(|blame| blame.holders_s.iter().map(|(holder, _)| *holder));
            let mut holders: Vec<ActionId> = holders.collect();
            holders.sort_unstable();
            holders.dedup();
            for holder in holders {
                let of = |blame: &&&ActionBlame| blame.wait_s.is_some();
                let held =
                    |blame: &&ActionBlame| blame.holders_s.iter().filter(|(of, _)| *of == holder).map(|of| of.1).sum();
                let seconds: Vec<f64> = blames.iter().filter(of).map(held).collect();
                rows.extend(wait_rows(action, reason, Some(holder), &seconds, &totals));
            }
        }
    }
    let responses: Vec<&[f64; RESPONSE_PARTS.len()]> =
        blames.iter().filter_map(|blame| blame.response_s.as_ref()).collect();
    for (part, reason) in RESPONSE_PARTS.iter().enumerate() {
        let seconds: Vec<f64> = responses.iter().map(|parts| parts[part]).collect();
        if seconds.iter().any(|seconds| *seconds != 0.0) {
            let (statistic, estimate) = (BlameStatistic::MeanResponse, positive_mean(&seconds));
            rows.push(BlameRow { action, reason, holder: None, statistic, estimate });
        }
    }
    rows
}

fn wait_rows(
    action: JobScope,
    reason: &'static str,
    holder: Option<ActionId>,
    seconds: &[f64],
    totals: &[f64],
) -> [BlameRow; 2] {
    let row = |statistic, estimate| BlameRow { action, reason, holder, statistic, estimate };
    [row(BlameStatistic::MeanWait, positive_mean(seconds)), row(BlameStatistic::Share, ratio(seconds, totals))]
}

fn positive_mean(seconds: &[f64]) -> IntervalEstimate {
    let estimate = IntervalEstimate::mean(seconds);
    let interval = estimate.interval.map(|(low, high)| (low.max(0.0), high));
    IntervalEstimate { interval, ..estimate }
}

/// The ratio of two means, with its interval by the delta method: that of the mean of (x - r y) /
/// mean(y) over the replications (Law, Simulation Modeling and Analysis, 5th edition, 2015, section
/// 9.5.3). Without any wait it has no value.
fn ratio(parts: &[f64], totals: &[f64]) -> IntervalEstimate {
    let total: f64 = totals.iter().sum();
    if total <= 0.0 {
        return IntervalEstimate { value: None, upper: None, interval: None, replications: parts.len() as u64 };
    }
    let share = parts.iter().sum::<f64>() / total;
    let mean = total / totals.len() as f64;
    let residuals: Vec<f64> = parts.iter().zip(totals).map(|(part, total)| (part - share * total) / mean).collect();
    let spread = IntervalEstimate::mean(&residuals);
    let interval = spread.interval.map(|(low, high)| {
        let half = (high - low) / 2.0;
        ((share - half).max(0.0), (share + half).min(1.0))
    });
    IntervalEstimate { value: Some(share), upper: Some(share), interval, ..spread }
}

/// By how much jobs wait longer for one reason than under another scenario with the same jobs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BlameDifference {
    /// One of [`WAIT_PARTS`]; `None` for the whole wait.
    pub reason: Option<&'static str>,
    /// Seconds of the mean wait, with the interval over pairs of replications. Where jobs were
    /// never claimed, of what they had waited by the end.
    pub estimate: IntervalEstimate,
}

/// The differences of the mean wait of all jobs, the whole first and then each part that differs,
/// paired by replication; none without a pair in which jobs waited or were claimed at once.
pub fn differences(baseline: &[ReplicationStats], other: &[ReplicationStats]) -> Vec<BlameDifference> {
    let parts = |outcome: &ReplicationStats| outcome.blame.first().and_then(|all| all.wait_s);
    let pair = |(baseline, other)| Some((parts(baseline)?, parts(other)?));
    let pairs: Vec<_> = baseline.iter().zip(other).filter_map(pair).collect();
    if pairs.is_empty() {
        return Vec::new();
    }
    let difference = |reason, value: &dyn Fn(&[f64; WAIT_PARTS.len()]) -> f64| {
        let differences: Vec<f64> = pairs.iter().map(|(baseline, other)| value(other) - value(baseline)).collect();
        BlameDifference { reason, estimate: IntervalEstimate::mean(&differences) }
    };
    let whole = difference(None, &|parts| parts.iter().sum());
    let of_parts =
        WAIT_PARTS.iter().enumerate().map(|(part, reason)| difference(Some(*reason), &move |parts| parts[part]));
    let differs = |difference: &BlameDifference| difference.estimate.value != Some(0.0);
    std::iter::once(whole).chain(of_parts.filter(differs)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blame(wait_s: Option<[f64; WAIT_PARTS.len()]>) -> ReplicationStats {
        let of = ActionBlame { action: JobScope::All, wait_s, holders_s: Vec::new(), response_s: None };
        ReplicationStats { blame: vec![of], ..ReplicationStats::default() }
    }

    fn parts(busy: f64, claim_delay: f64) -> [f64; WAIT_PARTS.len()] {
        let mut parts = [0.0; WAIT_PARTS.len()];
        let of = |name: &str| WAIT_PARTS.iter().position(|part| *part == name).unwrap();
        (parts[of("busy")], parts[of("claim-delay")]) = (busy, claim_delay);
        parts
    }

    /// Waits of 10 s and 30 s, of which 8 s and 12 s were busy: 20 of 40 s, and not the mean of 80
    /// and 40 %.
    #[test]
    fn a_share_is_one_of_the_time_that_all_jobs_waited() {
        let rows = rows(&[blame(Some(parts(8.0, 2.0))), blame(Some(parts(12.0, 18.0))), blame(None)]);
        let of = |reason: &str, statistic| {
            let row = rows.iter().find(|row| row.reason == reason && row.statistic == statistic).unwrap();
            (row.estimate.value.unwrap(), row.estimate.replications)
        };
        assert_eq!(of("busy", BlameStatistic::MeanWait), (10.0, 2));
        assert_eq!(of("busy", BlameStatistic::Share), (0.5, 2));
        assert_eq!(of("claim-delay", BlameStatistic::Share), (0.5, 2));
        assert_eq!(rows.len(), 4, "only reasons that occur have rows: {rows:?}");
        // Residuals (8 - 0.5 · 10) / 20 = 0.15 and (12 - 0.5 · 30) / 20 = -0.15: their standard
        // error is 0.15, and the 97.5 % point of t with one degree of freedom 12.706.
        let share = rows.iter().find(|row| row.statistic == BlameStatistic::Share).unwrap();
        assert_eq!(share.estimate.interval, Some((0.0, 1.0)));
    }

    #[test]
    fn equal_shares_have_an_interval_of_no_width() {
        let rows = rows(&[blame(Some(parts(3.0, 1.0))), blame(Some(parts(6.0, 2.0))), blame(Some(parts(9.0, 3.0)))]);
        let share = rows.iter().find(|row| row.statistic == BlameStatistic::Share).unwrap();
        let (low, high) = share.estimate.interval.unwrap();
        assert!((low - 0.75).abs() < 1e-12 && (high - 0.75).abs() < 1e-12, "{low} to {high}");
    }

    /// 10 s against 30 s and 7 s against 9 s: 11 s longer, of which 3 s busy and 8 s a claim delay.
    #[test]
    fn differences_are_paired_and_their_parts_sum_to_the_whole() {
        let baseline = [blame(Some(parts(8.0, 2.0))), blame(Some(parts(6.0, 1.0))), blame(Some(parts(1.0, 1.0)))];
        let other = [blame(Some(parts(12.0, 18.0))), blame(Some(parts(8.0, 1.0))), blame(None)];
        let differences: Vec<_> =
            differences(&baseline, &other).iter().map(|of| (of.reason, of.estimate.value.unwrap())).collect();
        assert_eq!(differences, [(None, 11.0), (Some("busy"), 3.0), (Some("claim-delay"), 8.0)]);
    }

    #[test]
    fn jobs_that_did_not_wait_have_no_shares() {
        let rows = rows(&[blame(Some(parts(0.0, 0.0)))]);
        assert_eq!(rows.iter().map(|row| row.estimate.value).collect::<Vec<_>>(), [Some(0.0), None]);
    }
}
