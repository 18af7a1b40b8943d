//! The findings as plain data.

use super::estimates::{
    ActionEstimate, ClaimEstimate, GroupFigures, HistoryEstimates, Interval, PoolEstimate, WindowEstimate,
};
use super::findings::Findings;
use crate::interval;

impl Findings<'_> {
    /// All estimates as plain data.
    pub(super) fn estimates(&self) -> HistoryEstimates {
        let at = |time| self.history.epoch.rfc3339(time, chrono::SecondsFormat::AutoSi);
        HistoryEstimates {
            records: self.history.records.len(),
            problems: self.history.problems.len(),
            window: self.window.map(|(from, to)| WindowEstimate {
                from: at(from),
                until: at(to),
                days: self.length() / 86_400.0,
            }),
            actions: (0..self.classes.all.len()).map(|class| self.action(class)).collect(),
            workers: self.pool_estimate(),
            claim: self.claim_estimate(),
        }
    }

    fn action(&self, class: usize) -> ActionEstimate {
        let (about, outcomes) = (&self.classes.all[class], &self.outcomes[class]);
        let (errors, ended) = outcomes.error_share();
        let share = |part: usize, whole: f64| {
            let (low, high) = interval::poisson_interval(part);
            (part > 0 && whole > 0.0).then(|| Interval::of(part as f64 / whole, (low / whole, high / whole)))
        };
        let inverse = |rate: Interval| Interval {
            value: 1.0 / rate.value,
            low: rate.high.map(|high| 1.0 / high),
            high: rate.low.filter(|low| *low > 0.0).map(|low| 1.0 / low),
        };
        ActionEstimate {
            name: about.name.clone(),
            action: self.history.actions[about.action].clone(),
            records: about.records,
            need: self.workers.units(&self.needs.units[about.need]),
            retries: outcomes.retries,
            arrivals: self.sources[class].process.as_ref().map(crate::arrival_process::ArrivalEstimate::figures),
            cron: self.sources[class].cron.as_ref().map(crate::regular::RegularSource::figures),
            service: self.services[class].clone(),
            error: (ended > 0)
                .then(|| Interval::of(errors as f64 / ended as f64, interval::wilson_interval(errors, ended))),
            most_retries: outcomes.last_attempt.saturating_sub(1),
            backoffs_s: outcomes.backoffs.iter().map(|(gap, _)| *gap).collect(),
            patience_s: match outcomes.patience {
                Some(patience) => Some(Interval::alone(patience.as_secs_f64())),
                None => share(outcomes.abandoned, outcomes.waited).map(inverse),
            },
            deadline_s: outcomes.deadline.map(crate::model::time::Span::as_secs_f64),
            cancel_rate_per_s: share(outcomes.cancelled, outcomes.in_system),
            mean_wait_s: outcomes.mean_wait(),
            offered_load: self.offered_load(class),
        }
    }

    fn pool_estimate(&self) -> PoolEstimate {
        let (pool, queueing) = (&self.pool, &self.queueing);
        let waiting = queueing.waiting_seconds();
        let levels = queueing.waiting_by_running.iter().enumerate().filter(|(_, seconds)| **seconds > 0.0);
        let full: f64 = queueing.waiting_by_running.iter().skip(pool.most_running).sum();
        PoolEstimate {
            named: pool.named,
            distinct: pool.distinct,
            most_active: pool.most_active,
            most_running: pool.most_running,
            groups: self
                .workers
                .groups
                .iter()
                .map(|group| GroupFigures {
                    name: group.name.clone(),
                    count: group.count,
                    capacity: self.workers.units(&group.capacity),
                })
                .collect(),
            shifts: self.shifts.iter().flatten().map(super::availability::Shift::text).collect(),
            waiting_below_capacity: (waiting > 0.0).then(|| 1.0 - full / waiting),
            waiting_s: waiting,
            running_while_waiting: levels.map(|(running, seconds)| (running, seconds / waiting)).collect(),
            utilization: self.utilization(),
        }
    }

    fn claim_estimate(&self) -> ClaimEstimate {
        let queueing = &self.queueing;
        ClaimEstimate {
            policy: self.policy(),
            delay_s: self.delay,
            to_free_workers: queueing.to_free.len(),
            their_wait_s: queueing.free_waits(),
            choices: queueing.choices,
            oldest_first: queueing.oldest,
            newest_first: queueing.newest,
            highest_priority: queueing.highest,
            choices_between_needs: queueing.choices_between_needs,
            overtaking: queueing.overtaking,
        }
    }
}
