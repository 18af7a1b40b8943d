//! Parts of a scenario that wait for others: actions until it is known whether their jobs bring
//! service times, workers until all resources are known.

use super::needs::{Needs, Units};
use crate::engine::{ActionModel, Availability, CapacityChange, Window};
use crate::model::time::{Epoch, Span, Time};
use crate::model::time_zone::TimeZone;
use crate::model::worker::{LabelSet, Worker, WorkerId};
use crate::source::SourceSpan;

/// The keys of the run that other parts need.
#[derive(Debug)]
pub(super) struct RunSettings {
    pub(super) name: String,
    pub(super) epoch: Epoch,
    pub(super) time_zone: TimeZone,
    /// The factor of the rates of arrivals.
    pub(super) load: f64,
    pub(super) window: Option<Window>,
    pub(super) slo: Option<Span>,
}

impl Default for RunSettings {
    fn default() -> RunSettings {
        let (epoch, time_zone) = (Epoch::default(), TimeZone::UTC);
        RunSettings { name: String::new(), epoch, time_zone, load: 1.0, window: None, slo: None }
    }
}

/// An action, and what is still open about its jobs.
#[derive(Clone, Debug)]
pub(super) struct DraftAction {
    pub(super) model: ActionModel,
    /// The number of the scenario's action that describes it.
    pub(super) described: usize,
    pub(super) span: SourceSpan,
    /// Whether it has a service time; otherwise every job must bring one.
    pub(super) has_service: bool,
    /// What first draws from its service time, if anything does.
    pub(super) draws: Option<SourceSpan>,
    /// Whether any job of it ever comes.
    pub(super) is_used: bool,
    /// Whether any of its jobs may be asked to cancel.
    pub(super) is_cancelled: bool,
}

impl DraftAction {
    /// An unused action that differs in its name only.
    pub(super) fn with_name(&self, name: &str) -> DraftAction {
        let model = ActionModel { name: name.to_owned(), ..self.model.clone() };
        DraftAction { model, draws: None, is_used: false, ..self.clone() }
    }
}

/// A worker, before all resources are known.
#[derive(Debug)]
pub(super) struct DraftWorker {
    pub(super) id: String,
    pub(super) offers: Units,
    pub(super) speed: f64,
    pub(super) labels: LabelSet,
    /// The span that describes it.
    pub(super) span: SourceSpan,
}

impl DraftWorker {
    pub(super) fn finish(self, needs: &Needs) -> Worker {
        let DraftWorker { id, offers, speed, labels, .. } = self;
        Worker { id, capacity: needs.dense(&offers), speed, labels }
    }

    /// The number of resources of which it offers less than these units.
    pub(super) fn shortfall(&self, units: &Units) -> usize {
        shortfall(&self.offers, units)
    }
}

/// The number of resources of which an offer has less than these units.
pub(super) fn shortfall(offers: &Units, units: &Units) -> usize {
    let offers = |resource| offers.get(resource).copied().unwrap_or(0);
    units.iter().filter(|(resource, units)| **units > offers(resource)).count()
}

/// The availability of workers, before all resources are known.
#[derive(Debug, Default)]
pub(super) struct DraftAvailability {
    pub(super) known: Availability,
    pub(super) changes: Vec<DraftCapacityChange>,
}

/// A change of the units that a worker offers.
#[derive(Debug)]
pub(super) struct DraftCapacityChange {
    pub(super) worker: WorkerId,
    pub(super) at: Time,
    pub(super) offers: Units,
}

impl DraftAvailability {
    pub(super) fn finish(self, needs: &Needs) -> Availability {
        let dense = |change: DraftCapacityChange| CapacityChange {
            worker: change.worker,
            at: change.at,
            capacity: needs.dense(&change.offers),
        };
        Availability { capacity_changes: self.changes.into_iter().map(dense).collect(), ..self.known }
    }

    /// What workers offer after the start.
    pub(super) fn changes(&self) -> &[DraftCapacityChange] {
        &self.changes
    }
}
