//! When the reasons that were reported last are still right, told from the sets of needs that fit.
//!
//! A unit of a resource is free somewhere exactly when a job that asks for one such unit and
//! nothing else would fit. So a reason `busy` stands while no such job fits; and the resources
//! before the scarce one are not scarce while such jobs fit, where one unit of each is needed.
//!
//! Fast path: equals a review of all reasons whenever time moves on.

use super::classes::WorkerClasses;
use crate::model::capacity::{NeedId, ResourceId};
use crate::model::wait_reason::WaitReason;
use crate::model::worker::LabelSet;
use crate::system::System;

/// What has to stay as it is for reasons to stand. Needs are bits of one word.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Standing {
    /// The needs whose reasons stand.
    pub(crate) needs: u64,
    /// The needs of which jobs have to fit as now, or not to fit as now.
    pub(crate) asked: u64,
}

/// By resource, the need that asks for one unit of it and for nothing else.
#[derive(Debug, Default)]
pub(crate) struct SingleUnits(Vec<Option<u32>>);

impl SingleUnits {
    /// None if there are more needs than one word has bits.
    pub(crate) fn new(system: &System, classes: &WorkerClasses) -> SingleUnits {
        let mut of = vec![None; system.resources.len()];
        for need in (0..system.needs.len()).map(|need| NeedId(need as u16)) {
            if let [(resource, 1)] = *classes.units(need)
                && system.runs_on(need) == LabelSet::default()
                && system.needs.len() <= 64
            {
                of[usize::from(resource.0)] = Some(u32::from(need.0));
            }
        }
        SingleUnits(of)
    }

    /// Adds what the reason of a need stands on, if that can be told from the needs that fit.
    pub(crate) fn extend(
        &self,
        standing: &mut Standing,
        need: NeedId,
        reason: WaitReason,
        classes: &WorkerClasses,
        fitting: u64,
    ) {
        let WaitReason::Busy(scarce) = reason else { return };
        let mut asked = 0;
        for &(resource, units) in classes.units(need) {
            let Some(single) = self.of(resource) else { return };
            let fits = fitting >> single & 1 == 1;
            // Of the scarce resource nothing is free; of those before it, all that is needed.
            if fits == (resource == scarce) || fits && (units > 1 || !classes.are_alike()) {
                return;
            }
            asked |= 1 << single;
            if resource == scarce {
                break;
            }
        }
        standing.needs |= 1 << need.0;
        standing.asked |= asked;
    }

    fn of(&self, resource: ResourceId) -> Option<u32> {
        self.0.get(usize::from(resource.0)).copied().flatten()
    }
}
