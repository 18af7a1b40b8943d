//! Claim policies: the order in which a scenario claims waiting jobs, and what starts each policy
//! for a run.
//!
//! The engine is generic over the policy. `first-fit`, the rule of the registry, is compiled into
//! the engine; all others are called through a pointer ([`AnyPolicy`]), so the number of compiled
//! engines does not grow with the number of policies.

use claimsim_engine as engine;
use claimsim_model as model;

/// Shows a parameter that is one of several words in labels.
macro_rules! choice {
    ($choice:ty) => {
        impl crate::Parameter for $choice {
            fn labels(&self, key: &str, _: &[crate::engine::ActionModel]) -> Vec<String> {
                if *self == <$choice>::default() { Vec::new() } else { vec![format!("{key}={}", self.name())] }
            }
        }
    };
}

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
mod synonyms;
mod worst_fit;

pub use backfill_queue::BackfillOrder;
pub use job_size::JobLength;
pub use max_weight::MAX_STEPS;

use crate::engine::{ActionModel, ClaimPolicy, System};
use crate::model::catalogue::CatalogueEntry;
use crate::model::time::Span;
use claimsim_random::stream::Streams;

/// Any policy of the catalogue, in one replication.
pub type AnyPolicy = Box<dyn ClaimPolicy<Rank = i128>>;

/// Declares every policy once: summary, type, scenario key, parameters and constructor.
///
/// The rows go to the macro `$callback`: here it makes [`Policy`], in the scenario crate the keys,
/// the schema and the checks. The types of parameters are `Duration`, `Choice` (one of several
/// words) and `ActionWeights`, which both crates define. A `"?"` marks an optional parameter, a
/// `Required` one has no default. The constructor is given the system and the random streams.
#[macro_export]
macro_rules! policies {
    ($callback:ident) => {
        $callback! {
            /// The rule of the registry: the oldest waiting job that fits; a job that does not fit
            /// is skipped and blocks no other job.
            first_fit::FirstFit = "first-fit", |_, _| first_fit::UnitRankFirstFit;
            /// The oldest waiting job, or none: a job that does not fit blocks all others.
            strict_fifo::StrictFifo = "strict-fifo", |system, _| StrictFifo::new(system);
            /// The highest priority first, of the jobs that fit; with aging, waiting counts too.
            priority::Priority = "priority" PriorityRule {
                /// The time of waiting that counts like one level of priority. Without it, waiting
                /// does not count.
                aging "?": Option<Duration>,
            }, |_, _| Priority { aging: *aging };
            /// The shortest job first, of the jobs that fit, by its service time or its estimate.
            shortest_first::ShortestFirst = "shortest-first" ShortestFirstRule {
                /// The length of a job.
                by "?": Choice<JobLength>,
            }, |_, _| ShortestFirst { by: *by };
            /// The longest job first, of the jobs that fit, by its service time or its estimate.
            longest_first::LongestFirst = "longest-first" LongestFirstRule {
                /// The length of a job.
                by "?": Choice<JobLength>,
            }, |_, _| LongestFirst { by: *by };
            /// The job that needs the least capacity, of the jobs that fit (least servers first).
            smallest_first::SmallestFirst = "smallest-first", |system, _| SmallestFirst::new(system);
            /// The job that needs the most capacity, of the jobs that fit (most servers first).
            largest_first::LargestFirst = "largest-first", |system, _| LargestFirst::new(system);
            /// The job that leaves the least of a worker free.
            best_fit::BestFit = "best-fit", |system, _| BestFit::new(system);
            /// The job that leaves the most of a worker free.
            worst_fit::WorstFit = "worst-fit", |system, _| WorstFit::new(system);
            /// The earliest `scheduledAt` + `deadline`, of the jobs that fit.
            earliest_deadline::EarliestDeadline = "earliest-deadline", |_, _| EarliestDeadline;
            /// A job of the action with the smallest dominant share of all capacity, by weight.
            fair_share::FairShare = "fair-share" FairShareRule {
                /// By action, the divisor of its share: a whole number; 1 by default.
                weights "?": ActionWeights,
            }, |system, _| FairShare::new(system, weights);
            /// A job of the packing of a worker that helps the longest queues most.
            max_weight::MaxWeight = "max-weight", |system, _| MaxWeight::new(system);
            /// The oldest job that fits, but capacity is put aside for a job that has waited too
            /// long.
            reserve_after::ReserveAfter = "reserve-after" ReserveAfterRule {
                /// The wait after which capacity is put aside for a job. Required.
                patience: Required<Duration>,
            }, |system, _| ReserveAfter::new(system, *patience);
            /// The oldest job; others only if they do not delay it by the estimates.
            easy_backfill::EasyBackfill = "easy-backfill" EasyBackfillRule {
                /// The order in which jobs that may go before the head are considered.
                order "?": Choice<BackfillOrder>,
            }, |system, _| EasyBackfill::new(system, *order);
            /// Every job has a reservation from its arrival, by the estimates; others may only fill
            /// gaps.
            conservative_backfill::ConservativeBackfill = "conservative-backfill",
                |system, _| ConservativeBackfill::new(system);
            /// Any job that fits, with equal probability.
            random::Random = "random", |system, streams| Random::new(system, streams);
        }
    };
}

type Duration = Span;
type Choice<T> = T;
type Required<T> = T;
/// By action.
type ActionWeights = Box<[u32]>;

macro_rules! define {
    ($($(#[doc = $summary:literal])+ $module:ident::$policy:ident = $name:literal
        $($rule:ident { $($(#[doc = $doc:literal])+ $key:ident $($optional:literal)?: $type:ty,)+ })?, |$system:tt, $streams:tt| $start:expr;)+) => {
        $(pub use $module::$policy;)+

        /// The order in which waiting jobs are claimed.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Policy {
            $($(#[doc = $summary])+ $policy $({ $($(#[doc = $doc])+ $key: $type,)+ })?,)+
        }

        /// All policies, in the order of lists.
        pub const CATALOGUE: &[CatalogueEntry] = &[
            $(CatalogueEntry {
                name: $name,
                parameters: &[$($(concat!(stringify!($key) $(, $optional)?)),+)?],
                summary: concat!($($summary),+).trim_ascii(),
            },)+
        ];

        impl Policy {
            /// The name in scenarios, options and tables.
            pub fn name(&self) -> &'static str {
                match self { $(Policy::$policy { .. } => $name,)+ }
            }

            /// The parameters that differ from their defaults, as tables show them.
            fn parameters(&self, actions: &[ActionModel]) -> Vec<String> {
                let labels: Vec<Vec<String>> = match self {
                    $(Policy::$policy $({ $($key),+ })? => vec![$($($key.labels(stringify!($key), actions)),+)?],)+
                };
                labels.concat()
            }

            /// Starts the policy in a replication.
            pub fn start(&self, system: &System, streams: &Streams) -> AnyPolicy {
                match self {
                    $(Policy::$policy $({ $($key),+ })? => {
                        let ($system, $streams) = (system, streams);
                        Box::new($start)
                    })+
                }
            }
        }
    };
}

policies!(define);

#[allow(clippy::derivable_impls, reason = "the variants come from a macro")]
impl Default for Policy {
    fn default() -> Policy {
        Policy::FirstFit
    }
}

impl Policy {
    /// The policy as tables show it: its name, and the parameters that differ from their defaults.
    pub fn label(&self, actions: &[ActionModel]) -> String {
        match self.parameters(actions).join(", ") {
            parameters if parameters.is_empty() => self.name().to_owned(),
            parameters => format!("{}({parameters})", self.name()),
        }
    }
}

impl Policy {
    /// Whether the priorities of jobs matter.
    pub fn reads_priorities(&self) -> bool {
        matches!(self, Policy::Priority { .. })
    }

    /// Whether the estimates of jobs matter.
    pub fn reads_estimates(&self) -> bool {
        match self {
            Policy::ShortestFirst { by } | Policy::LongestFirst { by } => *by == JobLength::Estimate,
            policy => matches!(policy, Policy::EasyBackfill { .. } | Policy::ConservativeBackfill),
        }
    }
}

/// A parameter of a policy, as tables show it.
trait Parameter {
    /// `key=value`; nothing for a default.
    fn labels(&self, key: &str, actions: &[ActionModel]) -> Vec<String>;
}

impl Parameter for Span {
    fn labels(&self, key: &str, _: &[ActionModel]) -> Vec<String> {
        vec![format!("{key}={self}")]
    }
}

impl<T: Parameter> Parameter for Option<T> {
    fn labels(&self, key: &str, actions: &[ActionModel]) -> Vec<String> {
        self.as_ref().map_or_else(Vec::new, |value| value.labels(key, actions))
    }
}

impl Parameter for ActionWeights {
    fn labels(&self, key: &str, actions: &[ActionModel]) -> Vec<String> {
        let weighted = actions.iter().zip(self).filter(|(_, weight)| **weight != 1);
        weighted.map(|(action, weight)| format!("{key}.{}={weight}", action.name)).collect()
    }
}

/// The policies that a name from elsewhere, such as `fifo`, may mean; none if it is not known.
pub fn synonyms(name: &str) -> impl Iterator<Item = &'static str> {
    let is_known = |policy: &&str| CATALOGUE.iter().any(|entry| entry.name == *policy);
    synonyms::meant(name).iter().copied().filter(is_known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_policy_has_a_name_of_its_own() {
        let names: std::collections::BTreeSet<&str> = CATALOGUE.iter().map(|entry| entry.name).collect();
        assert_eq!(names.len(), CATALOGUE.len());
        assert!(CATALOGUE.iter().all(|entry| entry.summary.ends_with('.')));
    }
}
