//! Why waiting jobs wait: at each instant of a wait exactly one reason.
//!
//! The reason is a function of what the job needs and of the state of the workers, so it is kept by
//! need and not by job. The kernel reviews the needs with waiting jobs whenever time moves on, and
//! reports each change as an [`Event::WaitReason`](crate::Event::WaitReason). An observer that
//! integrates the reasons of each need over time needs two look-ups for the reasons of a job: one
//! when it falls due and one when it is claimed.
//!
//! Most systems under instant claiming never leave the reason `busy`: a job that asks for one unit
//! fits as soon as one is free. Nothing is reviewed for such needs.

mod classes;
mod standing;

use crate::model::capacity::NeedId;
use crate::model::wait_reason::WaitReason;
use crate::policy::PolicyKind;
use crate::system::{ClaimRule, System};

pub(crate) use classes::{Capable, WorkerClasses, WorkerStage};
use standing::SingleUnits;
pub(crate) use standing::Standing;

/// The reason of each need as reported last, and which needs have to be reviewed.
#[derive(Debug)]
pub(crate) struct WaitReasons {
    /// By need.
    pub(crate) reported: Vec<WaitReason>,
    /// Bit `n`: may the reason of need `n` change?
    pub(crate) varies: Vec<u64>,
    /// By need: whether its units may be free in sum and on no single worker.
    pub(crate) may_be_fragmented: Vec<bool>,
    pub(crate) classes: WorkerClasses,
    /// Empty unless workers always stay the same.
    single_units: SingleUnits,
}

impl WaitReasons {
    /// The reasons at the start, before anything has been reviewed.
    pub(crate) fn new(system: &System, policy: PolicyKind) -> WaitReasons {
        let classes = WorkerClasses::new(system);
        let needs = || (0..system.needs.len()).map(|need| NeedId(need as u16));
        let is_plain = is_plain(system, policy);
        let may_be_fragmented: Vec<bool> = needs().map(|need| classes.may_be_fragmented(need)).collect();
        let mut varies = vec![0; system.needs.len().div_ceil(64).max(1)];
        for need in 0..system.needs.len() {
            varies[need / 64] |= u64::from(!is_plain || may_be_fragmented[need]) << (need % 64);
        }
        let first = |need: NeedId| match classes.first_resource(need) {
            // Where it may change, it is reviewed before it counts.
            _ if is_plain && !may_be_fragmented[usize::from(need)] && !system.is_feasible(need) => WaitReason::NoWorker,
            Some(resource) => WaitReason::Busy(resource),
            None => WaitReason::ClaimDelay,
        };
        let single_units = if is_plain { SingleUnits::new(system, &classes) } else { SingleUnits::default() };
        WaitReasons { reported: needs().map(first).collect(), varies, may_be_fragmented, classes, single_units }
    }

    /// Adds what the reason of a need stands on, now that jobs with the needs `fitting` fit.
    pub(crate) fn extend(&self, standing: &mut Standing, need: usize, reason: WaitReason, fitting: u64) {
        self.single_units.extend(standing, NeedId(need as u16), reason, &self.classes, fitting);
    }

    /// Whether any reason may change.
    pub(crate) fn vary(&self) -> bool {
        self.varies.iter().any(|word| *word != 0)
    }
}

/// Whether a job that waits is always one that fits nowhere, on workers that are always the same.
fn is_plain(system: &System, policy: PolicyKind) -> bool {
    let is_instant = matches!(system.claim, ClaimRule::Instant { .. });
    let availability = &system.availability;
    let changes = availability.has_outages() || !availability.capacity_changes.is_empty() || system.has_places();
    is_instant && policy != PolicyKind::Reserving && !changes
}
