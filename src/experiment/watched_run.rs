//! A replication that is stepped and inspected between its events, under a policy that explains a
//! choice. `diff` and `explain` share it, so that its kernel is compiled once.

use crate::arrival::AnyProcess;
use crate::diff::recorder::Recorder;
use crate::engine::{Event, Observer, Simulation};
use crate::explain::narrator::Narrator;
use crate::explaining_policy::ExplainingPolicy;
use crate::model::job::JobId;
use crate::model::time::Time;
use crate::random::stream::Streams;
use crate::replication::Replication;
use crate::scenario::Scenario;

/// The replication.
pub(crate) type WatchedRun<'a> = Simulation<'a, ExplainingPolicy, AnyProcess, Watcher<'a>>;

/// The observer of the replication, one for each study.
#[derive(Debug)]
pub(crate) enum Watcher<'a> {
    /// Of `diff`.
    Recorder(Recorder),
    /// Of `explain`.
    Narrator(Box<Narrator<'a>>),
}

impl Observer for Watcher<'_> {
    fn on(&mut self, now: Time, event: &Event<'_>) {
        match self {
            Watcher::Recorder(recorder) => recorder.on(now, event),
            Watcher::Narrator(narrator) => narrator.on(now, event),
        }
    }
}

impl<'a> Watcher<'a> {
    /// The observer of `diff`, which has no other.
    pub(crate) fn recorder(&self) -> &Recorder {
        match self {
            Watcher::Recorder(recorder) => recorder,
            Watcher::Narrator(_) => unreachable!("the other study"),
        }
    }

    pub(crate) fn recorder_mut(&mut self) -> &mut Recorder {
        match self {
            Watcher::Recorder(recorder) => recorder,
            Watcher::Narrator(_) => unreachable!("the other study"),
        }
    }

    /// The observer of `explain`, which has no other.
    pub(crate) fn narrator(&self) -> &Narrator<'a> {
        match self {
            Watcher::Narrator(narrator) => narrator,
            Watcher::Recorder(_) => unreachable!("the other study"),
        }
    }

    pub(crate) fn narrator_mut(&mut self) -> &mut Narrator<'a> {
        match self {
            Watcher::Narrator(narrator) => narrator,
            Watcher::Recorder(_) => unreachable!("the other study"),
        }
    }
}

/// A replication at the start; its policy explains why it chooses the job `about`.
pub(crate) fn start<'a>(
    scenario: &'a Scenario,
    replication: u32,
    watcher: Watcher<'a>,
    about: Option<JobId>,
) -> WatchedRun<'a> {
    let policy = |streams: &Streams| ExplainingPolicy::new(scenario.policy.start(&scenario.system, streams), about);
    Replication::new(scenario, u64::from(replication)).simulation(policy, watcher)
}
