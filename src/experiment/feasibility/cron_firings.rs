//! When crons fire within the run: how often, how close to each other, and which of them at the
//! same instant.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use crate::arrival::ArrivalModel;
use crate::arrival::cron::{Firings, Schedule};
use crate::engine::{JobOverrides, Overlap};
use crate::model::action::ActionId;
use crate::model::time::{Epoch, Span, Time};
use crate::scenario::Scenario;

/// The maximum number of firings that are counted one by one. Further firings of a schedule are
/// assumed to come at the same rate.
const MAX_FIRINGS: usize = 200_000;

/// A cron of the scenario.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cron<'a> {
    pub(super) action: ActionId,
    pub(super) schedule: &'a Schedule,
    pub(super) overlap: Overlap,
    pub(super) overrides: &'a JobOverrides,
}

/// The crons of a scenario, in its order.
pub(super) fn crons(scenario: &Scenario) -> Vec<Cron<'_>> {
    let cron = |source| match source {
        &ArrivalModel::Cron { action, ref schedule, overlap, ref overrides, .. } => {
            Some(Cron { action, schedule, overlap, overrides })
        }
        _ => None,
    };
    scenario.sources.iter().filter_map(cron).collect()
}

/// The number of firings from `from` through `to`, in a run that begins at `epoch`. A schedule
/// never fires at the start of the run.
pub(super) fn between(schedule: &Schedule, epoch: Epoch, from: Time, to: Time) -> f64 {
    let (mut count, mut last) = (0_usize, from);
    for at in instants(schedule, epoch, from).take_while(|at| *at <= to).take(MAX_FIRINGS) {
        (count, last) = (count + 1, at);
    }
    let rest = if count < MAX_FIRINGS { 0.0 } else { (to - last).as_secs_f64() / (last - from).as_secs_f64() };
    count as f64 * (1.0 + rest)
}

/// The shortest time between two consecutive firings within the run, among the first `MAX_FIRINGS`;
/// `None` if the schedule fires only once.
pub(super) fn shortest_gap(schedule: &Schedule, epoch: Epoch, horizon: Time) -> Option<Span> {
    let mut instants = instants(schedule, epoch, Time::ZERO).take_while(|at| *at <= horizon).take(MAX_FIRINGS);
    let mut last = instants.next()?;
    let gap = |at: Time| at - std::mem::replace(&mut last, at);
    instants.map(gap).min()
}

/// Firings from `from` on, except at the start of the run itself.
fn instants(schedule: &Schedule, epoch: Epoch, from: Time) -> Instants {
    // A schedule that counts from the start keeps in step with its first firing.
    let first = schedule.firings(epoch.0).next();
    let in_step = first.into_iter().fold(schedule.clone(), Schedule::in_step_with);
    // Firings are at whole seconds: those after the last nanosecond before `from` are those from it
    // on.
    let after = if from <= Time::ZERO { Some(epoch.0) } else { epoch.calendar_of(Time(from.0 - 1)) };
    Instants { firings: after.map(|after| in_step.firings(after)), epoch }
}

/// Firings as instants of the run.
struct Instants {
    firings: Option<Firings>,
    epoch: Epoch,
}

impl Iterator for Instants {
    type Item = Time;
    fn next(&mut self) -> Option<Time> {
        self.epoch.time_of(self.firings.as_mut()?.next()?)
    }
}

/// Crons that fire at the same instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Meeting {
    /// Their indices among the crons.
    pub(super) crons: Vec<usize>,
    /// The first time.
    pub(super) first: Time,
    /// The number of times within the run, or among the first `MAX_FIRINGS` firings.
    pub(super) times: u64,
}

/// The sets of two or more crons that fire together within the run, the most frequent first.
pub(super) fn meetings(crons: &[Cron], epoch: Epoch, horizon: Time) -> Vec<Meeting> {
    let mut instants: Vec<Instants> = crons.iter().map(|cron| instants(cron.schedule, epoch, Time::ZERO)).collect();
    let mut next: BinaryHeap<Reverse<(Time, usize)>> = BinaryHeap::new();
    next.extend(instants.iter_mut().enumerate().filter_map(|(cron, of)| Some(Reverse((of.next()?, cron)))));
    let mut met: BTreeMap<Vec<usize>, (Time, u64)> = BTreeMap::new();
    let mut seen = 0;
    while let Some(&Reverse((now, _))) = next.peek()
        && now <= horizon
        && seen < MAX_FIRINGS
    {
        let mut together = Vec::new();
        while let Some(&Reverse((at, cron))) = next.peek()
            && at == now
        {
            next.pop();
            together.push(cron);
            next.extend(instants[cron].next().map(|at| Reverse((at, cron))));
        }
        seen += together.len();
        if together.len() > 1 {
            met.entry(together).or_insert((now, 0)).1 += 1;
        }
    }
    let mut meetings: Vec<Meeting> =
        met.into_iter().map(|(crons, (first, times))| Meeting { crons, first, times }).collect();
    meetings.sort_by_key(|meeting| Reverse(meeting.times));
    meetings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::NANOS;

    const DAY: Time = Time(86_400 * NANOS);

    fn epoch() -> Epoch {
        Epoch("2017-02-20T00:00:00Z".parse().unwrap())
    }

    fn schedule(text: &str) -> Schedule {
        Schedule::parse(text).unwrap()
    }

    fn at(hours: i64) -> Time {
        Time(hours * 3_600 * NANOS)
    }

    #[test]
    fn firings_are_counted_after_the_start_and_with_both_ends() {
        for (text, from, to, times) in [
            ("0 0 * * * *", at(0), at(24), 24.0),
            ("0 0 * * * *", at(3), at(5), 3.0),
            ("0 0 3 * * *", at(4), at(24), 0.0),
            // It counts from the start, also in a later window: 7, 14, 21.
            ("@every 7h", at(0), at(24), 3.0),
            ("@every 7h", at(8), at(22), 2.0),
        ] {
            assert_eq!(between(&schedule(text), epoch(), from, to), times, "{text} from {from:?} to {to:?}");
        }
    }

    #[test]
    fn many_firings_are_not_counted_one_by_one() {
        let year = 31_536_000.0;
        let counted = between(&schedule("* * * * * *"), epoch(), Time::ZERO, Time(31_536_000 * NANOS));
        assert!((counted - year).abs() < 1e-3 * year, "{counted}");
    }

    #[test]
    fn the_shortest_gap_counts() {
        let gap = |text| shortest_gap(&schedule(text), epoch(), DAY);
        assert_eq!(gap("0 0,10 3,12 * * *"), Some(Span::secs(600)));
        assert_eq!(gap("0 0 3 * * *"), None);
    }

    #[test]
    fn crons_meet_where_their_firings_coincide() {
        let (hourly, thirds, night) = (schedule("0 0 * * * *"), schedule("0 0 */3 * * *"), schedule("0 30 3 * * *"));
        let overrides = JobOverrides::default();
        let cron = |schedule| Cron { action: ActionId(0), schedule, overlap: Overlap::Enqueue, overrides: &overrides };
        let crons = [cron(&hourly), cron(&thirds), cron(&night)];
        let met = meetings(&crons, epoch(), DAY);
        assert_eq!(met, [Meeting { crons: vec![0, 1], first: at(3), times: 8 }]);
    }
}
