//! The lines of a story in bounded memory: the first and the last events of a wait are kept, and
//! those in between are counted by kind, but for changes of workers.

use std::collections::{BTreeMap, VecDeque};

use super::story::{EventKind, Line, What};
use crate::engine::WaitReason;
use crate::model::time::Time;

/// Events that are kept at the beginning and at the end.
const KEPT: usize = 8;

/// Changes of workers that are kept in between.
const MOST_CHANGES: usize = 20;

/// Fewer events in a row are not worth a sum.
const FEW: usize = 3;

/// Collects lines.
#[derive(Clone, Debug, Default)]
pub(super) struct Lines {
    first: Vec<Line>,
    middle: Vec<Middle>,
    changes: usize,
    last: VecDeque<(Line, usize)>,
}

/// What is between the first and the last lines.
#[derive(Clone, Debug)]
enum Middle {
    Kept(Line),
    Run(Run),
}

/// Events in a row.
#[derive(Clone, Debug)]
struct Run {
    /// The first of them.
    some: Vec<Line>,
    from: Time,
    to: Time,
    counts: BTreeMap<EventKind, u64>,
    before: usize,
    reason: Option<WaitReason>,
}

/// The kind of an event that can be counted; `None` for what happens to the job itself.
fn kind(what: &What) -> Option<EventKind> {
    Some(match what {
        What::Ended { action, .. } => EventKind::Ended(*action),
        What::Started { action, place, .. } => EventKind::Started(*action, *place),
        What::Left { action, .. } => EventKind::Left(*action),
        What::Overtakes { action, .. } => EventKind::Overtakes(*action),
        What::Worker { change, .. } => EventKind::Worker(*change),
        What::Scaled { .. } => EventKind::Scaled,
        What::Reason => EventKind::Reason,
        _ => return None,
    })
}

impl Lines {
    /// Adds an event; `before` is the number of jobs before the job after it.
    pub(super) fn push(&mut self, line: Line, before: usize) {
        if self.first.len() < KEPT {
            return self.first.push(line);
        }
        self.last.push_back((line, before));
        if self.last.len() > KEPT
            && let Some((line, before)) = self.last.pop_front()
        {
            self.push_middle(line, before);
        }
    }

    /// The last line, to which a reason may be added.
    pub(super) fn last_mut(&mut self) -> Option<&mut Line> {
        self.last.back_mut().map(|(line, _)| line).or(self.first.last_mut())
    }

    /// Adds a reason that holds from an instant on to the last event of that instant, or as an
    /// event of its own. Only a state that was asked for may come after it.
    pub(super) fn set_reason(&mut self, now: Time, (reason, hold): (WaitReason, Option<String>), before: usize) {
        let all = self.first.iter_mut().chain(self.last.iter_mut().map(|(line, _)| line));
        if let Some(line) = all.rev().find(|line| line.from <= now).filter(|line| line.to == now) {
            (line.reason, line.hold) = (Some(reason), hold);
            return;
        }
        self.push(Line { from: now, to: now, what: What::Reason, reason: Some(reason), hold }, before);
        let (first, last) = (self.first.len(), self.last.len());
        if last > 1 && self.last[last - 2].0.from > now {
            self.last.swap(last - 2, last - 1);
        } else if last == 0 && first > 1 && self.first[first - 2].from > now {
            self.first.swap(first - 2, first - 1);
        }
    }

    /// The first line.
    pub(super) fn first_mut(&mut self) -> Option<&mut Line> {
        self.first.first_mut()
    }

    fn push_middle(&mut self, line: Line, before: usize) {
        let is_change = matches!(line.what, What::Worker { .. } | What::Scaled { .. });
        let Some(kind) = kind(&line.what).filter(|_| !is_change || self.changes >= MOST_CHANGES) else {
            self.changes += usize::from(is_change);
            return self.middle.push(Middle::Kept(line));
        };
        if !matches!(self.middle.last(), Some(Middle::Run(_))) {
            let (from, to) = (line.from, line.to);
            let run = Run { some: Vec::new(), from, to, counts: BTreeMap::new(), before, reason: None };
            self.middle.push(Middle::Run(run));
        }
        let Some(Middle::Run(run)) = self.middle.last_mut() else { return };
        *run.counts.entry(kind).or_insert(0) += 1;
        (run.to, run.before, run.reason) = (line.to, before, line.reason.or(run.reason));
        if run.some.len() <= FEW {
            run.some.push(line);
        }
    }

    /// All lines, with sums.
    pub(super) fn finish(self) -> Vec<Line> {
        let mut lines = self.first;
        for middle in self.middle {
            match middle {
                Middle::Kept(line) => lines.push(line),
                Middle::Run(run) if run.some.len() <= FEW => lines.extend(run.some),
                Middle::Run(Run { from, to, counts, before, reason, .. }) => {
                    lines.push(Line { from, to, what: What::Several { counts, before }, reason, hold: None });
                }
            }
        }
        lines.extend(self.last.into_iter().map(|(line, _)| line));
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::story::WorkerChange;
    use crate::model::action::ActionId;
    use crate::model::job::{JobId, JobOutcome};
    use crate::model::worker::WorkerId;

    fn ended(at: i64) -> Line {
        let what = What::Ended {
            job: JobId(at as u64),
            action: ActionId(0),
            worker: WorkerId(0),
            outcome: JobOutcome::Done,
            units: Vec::new(),
        };
        Line { from: Time(at), to: Time(at), what, reason: None, hold: None }
    }

    fn change(at: i64) -> Line {
        Line { what: What::Worker { worker: WorkerId(1), change: WorkerChange::Up }, ..ended(at) }
    }

    fn collected(lines: impl Iterator<Item = Line>) -> Vec<Line> {
        let mut all = Lines::default();
        lines.for_each(|line| all.push(line, 7));
        all.finish()
    }

    #[test]
    fn few_events_are_all_kept_and_many_are_counted() {
        for count in [0, 1, 16, 19] {
            assert_eq!(collected((0..count).map(ended)).len(), count as usize, "{count}");
        }
        let lines = collected((0..1_000_000).map(ended));
        assert_eq!(lines.len(), 17);
        let What::Several { counts, before: 7 } = &lines[8].what else { panic!("{:?}", lines[8]) };
        assert_eq!(counts, &BTreeMap::from([(EventKind::Ended(ActionId(0)), 1_000_000 - 16)]));
        assert_eq!((lines[8].from, lines[8].to), (Time(8), Time(999_991)));
    }

    #[test]
    fn changes_of_workers_stay_between_sums_until_there_are_too_many() {
        let at = |at| if at % 100 == 50 { change(at) } else { ended(at) };
        let lines = collected((0..1_000).map(at));
        let changes = lines.iter().filter(|line| matches!(line.what, What::Worker { .. })).count();
        assert_eq!((changes, lines.len()), (10, 16 + 10 + 11));
        assert!(collected((0..1_000_000).map(at)).len() < 70);
    }
}
