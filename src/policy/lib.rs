//! The catalogue of claim policies: which of them a scenario may ask for, and what makes each for a run.
//!
//! The engine is generic over the policy. `first-fit`, the registry's own, is compiled into the engine; all others are asked through a
//! pointer ([`AnyPolicy`]), so that there are two engines to compile and not twenty.

use claimsim_model as model;

use claimsim_engine as engine;

mod availability_profile;
mod backfill_queue;
mod best_fit;
mod class_queues;
mod completion_estimates;
mod conservative_backfill;
mod earliest_deadline;
mod easy_backfill;
mod fair_share;
mod feasible;
mod first_fit;
mod job_size;
mod largest_first;
mod longest_first;
mod max_weight;
mod priority;
mod random;
mod reserve_after;
mod shortest_first;
mod slack;
mod smallest_first;
mod strict_fifo;
mod worst_fit;

pub use best_fit::BestFit;
pub use conservative_backfill::ConservativeBackfill;
pub use earliest_deadline::EarliestDeadline;
pub use easy_backfill::{BackfillOrder, EasyBackfill};
pub use fair_share::FairShare;
pub use first_fit::FirstFit;
pub use job_size::JobLength;
pub use largest_first::LargestFirst;
pub use longest_first::LongestFirst;
pub use max_weight::{MAX_STEPS, MaxWeight};
pub use priority::Priority;
pub use random::Random;
pub use reserve_after::ReserveAfter;
pub use shortest_first::ShortestFirst;
pub use smallest_first::SmallestFirst;
pub use strict_fifo::StrictFifo;
pub use worst_fit::WorstFit;

use crate::engine::{ActionModel, ClaimPolicy, System};
use crate::model::time::Span;
use claimsim_random::stream::Streams;

/// Any policy of the catalogue, in one replication.
pub type AnyPolicy = Box<dyn ClaimPolicy<Rank = i128>>;

/// Which waiting job goes next, as a scenario says it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Policy {
    /// The oldest that fits.
    #[default]
    FirstFit,
    /// The oldest, or nobody.
    StrictFifo,
    /// The most urgent that fits.
    Priority {
        /// The time of waiting that counts like one level, if any does.
        aging: Option<Span>,
    },
    /// The shortest that fits.
    ShortestFirst {
        /// What counts as its length.
        by: JobLength,
    },
    /// The longest that fits.
    LongestFirst {
        /// What counts as its length.
        by: JobLength,
    },
    /// The one that needs least, of those that fit.
    SmallestFirst,
    /// The one that needs most, of those that fit.
    LargestFirst,
    /// The one that leaves least free.
    BestFit,
    /// The one that leaves most free.
    WorstFit,
    /// The one with the earliest due date, of those that fit.
    EarliestDeadline,
    /// One of the action with the smallest share of what there is.
    FairShare {
        /// By action: its weight.
        weights: Box<[u32]>,
    },
    /// One of the best packing by queue lengths.
    MaxWeight,
    /// The oldest that fits, until one has waited too long.
    ReserveAfter {
        /// How long that is.
        patience: Span,
    },
    /// The oldest, and others if they do not delay it by the estimates.
    EasyBackfill {
        /// In which order the others are looked at.
        order: BackfillOrder,
    },
    /// Everybody by a plan that is made on arrival.
    ConservativeBackfill,
    /// Any one that fits.
    Random,
}

/// A policy of the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The word in scenarios, options and tables.
    pub name: &'static str,
    /// Its parameters as scenarios write them; `?` marks those that may be left out.
    pub parameters: &'static [&'static str],
    /// One line on what it does.
    pub about: &'static str,
}

const fn entry(name: &'static str, parameters: &'static [&'static str], about: &'static str) -> Entry {
    Entry { name, parameters, about }
}

/// All policies, in the order in which they are listed.
pub const CATALOGUE: &[Entry] = &[
    entry(
        "first-fit",
        &[],
        "the registry's rule: the oldest waiting job that fits; one that does not fit blocks nobody",
    ),
    entry("strict-fifo", &[], "the oldest waiting job or nobody: one that does not fit blocks all others"),
    entry("priority", &["aging?"], "the largest priority first; with aging, waiting counts too"),
    entry("shortest-first", &["by?"], "the shortest that fits, by its service time or its estimate"),
    entry("longest-first", &["by?"], "the longest that fits, by its service time or its estimate"),
    entry("smallest-first", &[], "the job that needs least, of those that fit (least servers first)"),
    entry("largest-first", &[], "the job that needs most, of those that fit (most servers first)"),
    entry("best-fit", &[], "the job that leaves the least of a worker free"),
    entry("worst-fit", &[], "the job that leaves the most of a worker free"),
    entry("earliest-deadline", &[], "the earliest scheduledAt + deadline, of those that fit"),
    entry("fair-share", &["weights?"], "the action with the smallest dominant share of all capacity, by weight"),
    entry("max-weight", &[], "the packing of a worker that helps the longest queues most"),
    entry("reserve-after", &["patience"], "first-fit, but capacity is put aside for a job that has waited too long"),
    entry("easy-backfill", &["order?"], "the oldest; others only if they do not delay it by the estimates"),
    entry("conservative-backfill", &[], "every job has a reservation by the estimates; others may only fill gaps"),
    entry("random", &[], "any of those that fit, with equal probability"),
];

impl Policy {
    /// The word in scenarios, options and tables.
    pub fn name(&self) -> &'static str {
        match self {
            Policy::FirstFit => "first-fit",
            Policy::StrictFifo => "strict-fifo",
            Policy::Priority { .. } => "priority",
            Policy::ShortestFirst { .. } => "shortest-first",
            Policy::LongestFirst { .. } => "longest-first",
            Policy::SmallestFirst => "smallest-first",
            Policy::LargestFirst => "largest-first",
            Policy::BestFit => "best-fit",
            Policy::WorstFit => "worst-fit",
            Policy::EarliestDeadline => "earliest-deadline",
            Policy::FairShare { .. } => "fair-share",
            Policy::MaxWeight => "max-weight",
            Policy::ReserveAfter { .. } => "reserve-after",
            Policy::EasyBackfill { .. } => "easy-backfill",
            Policy::ConservativeBackfill => "conservative-backfill",
            Policy::Random => "random",
        }
    }

    /// The policy as tables show it: its name, and the parameters that are not what they would be if left out.
    pub fn label(&self, actions: &[ActionModel]) -> String {
        let by = |by: JobLength| (by != JobLength::default()).then(|| format!("by={}", by.name()));
        let parameters: Vec<String> = match self {
            Policy::Priority { aging } => aging.iter().map(|aging| format!("aging={aging}")).collect(),
            Policy::ShortestFirst { by: length } | Policy::LongestFirst { by: length } => {
                by(*length).into_iter().collect()
            }
            Policy::ReserveAfter { patience } => vec![format!("patience={patience}")],
            Policy::EasyBackfill { order } if *order != BackfillOrder::default() => {
                vec![format!("order={}", order.name())]
            }
            Policy::FairShare { weights } => {
                let weighted = actions.iter().zip(weights).filter(|(_, weight)| **weight != 1);
                weighted.map(|(action, weight)| format!("weights.{}={weight}", action.name)).collect()
            }
            _ => Vec::new(),
        };
        if parameters.is_empty() {
            self.name().to_owned()
        } else {
            format!("{}({})", self.name(), parameters.join(", "))
        }
    }

    /// The policy at the start of a replication.
    pub fn start(&self, system: &System, streams: &Streams) -> AnyPolicy {
        match self {
            Policy::FirstFit => Box::new(first_fit::UnitRankFirstFit),
            Policy::StrictFifo => Box::new(StrictFifo::new(system)),
            Policy::Priority { aging } => Box::new(Priority { aging: *aging }),
            Policy::ShortestFirst { by } => Box::new(ShortestFirst { by: *by }),
            Policy::LongestFirst { by } => Box::new(LongestFirst { by: *by }),
            Policy::SmallestFirst => Box::new(SmallestFirst::new(system)),
            Policy::LargestFirst => Box::new(LargestFirst::new(system)),
            Policy::BestFit => Box::new(BestFit::new(system)),
            Policy::WorstFit => Box::new(WorstFit::new(system)),
            Policy::EarliestDeadline => Box::new(EarliestDeadline),
            Policy::FairShare { weights } => Box::new(FairShare::new(system, weights)),
            Policy::MaxWeight => Box::new(MaxWeight::new(system)),
            Policy::ReserveAfter { patience } => Box::new(ReserveAfter::new(system, *patience)),
            Policy::EasyBackfill { order } => Box::new(EasyBackfill::new(system, *order)),
            Policy::ConservativeBackfill => Box::new(ConservativeBackfill::new(system)),
            Policy::Random => Box::new(Random::new(streams)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_policy_has_a_name_of_its_own() {
        let names: std::collections::BTreeSet<&str> = CATALOGUE.iter().map(|entry| entry.name).collect();
        assert_eq!(names.len(), CATALOGUE.len());
        assert!(CATALOGUE.iter().all(|entry| !entry.about.is_empty()));
    }
}
