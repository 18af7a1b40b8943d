//! `policy`: which waiting job goes next.

use schemars::{JsonSchema, Schema};
use serde::{Deserialize, Serialize};

use crate::model::time::Span;
use crate::policy::{BackfillOrder, JobLength};
use crate::spanned::{Named, Spanned};

/// Which waiting job goes next. A policy with parameters may be a word too, if all of them may be
/// left out.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(transform = words_too)]
pub(crate) enum Policy {
    /// The registry's rule: the oldest waiting job that fits; a job that does not fit is skipped
    /// and blocks nobody.
    #[default]
    FirstFit,
    /// The oldest waiting job, or nobody: one that does not fit blocks all others.
    StrictFifo,
    /// The largest priority first, of those that fit.
    Priority(PriorityRule),
    /// The shortest first, of those that fit.
    ShortestFirst(LengthRule),
    /// The longest first, of those that fit.
    LongestFirst(LengthRule),
    /// The one that needs the least capacity, of those that fit.
    SmallestFirst,
    /// The one that needs the most capacity, of those that fit.
    LargestFirst,
    /// The one that leaves the least of a worker free.
    BestFit,
    /// The one that leaves the most of a worker free.
    WorstFit,
    /// The earliest `scheduledAt` + `deadline`, of those that fit.
    EarliestDeadline,
    /// One of the action with the smallest dominant share of all capacity, by weight.
    FairShare(FairShareRule),
    /// One of the packing of a worker that helps the longest queues most.
    MaxWeight,
    /// The oldest that fits, but capacity is put aside for a job that has waited too long.
    ReserveAfter(ReserveAfterRule),
    /// The oldest, and others if they do not delay it by the estimates.
    EasyBackfill(EasyBackfillRule),
    /// Everybody by a reservation that is given on arrival, by the estimates.
    ConservativeBackfill,
    /// Any that fits, with equal probability.
    Random,
}

/// The parameters of `priority`.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct PriorityRule {
    /// The time of waiting that counts like one level of priority. Waiting does not count, if left
    /// out.
    pub(crate) aging: Option<Spanned<Span>>,
}

/// The parameters of `shortest-first` and `longest-first`.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct LengthRule {
    /// What counts as a job's length.
    pub(crate) by: JobLength,
}

/// The parameters of `fair-share`.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct FairShareRule {
    /// By action, what its share is divided by: a whole number; 1, if left out.
    pub(crate) weights: Named<Spanned<u32>>,
}

/// The parameters of `reserve-after`.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ReserveAfterRule {
    /// How long a job waits before capacity is put aside for it. Needed.
    #[schemars(required)]
    pub(crate) patience: Option<Spanned<Span>>,
}

/// The parameters of `easy-backfill`.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct EasyBackfillRule {
    /// In which order jobs are looked at that may go before the head.
    pub(crate) order: BackfillOrder,
}

/// Lets the policies whose parameters may all be left out be words.
fn words_too(schema: &mut Schema) {
    let Some(choices) = schema.get_mut("oneOf").and_then(|choices| choices.as_array_mut()) else { return };
    let words = choices.iter().filter_map(|choice| {
        let name = choice["required"].get(0)?.as_str().filter(|name| *name != "reserve-after")?;
        Some(serde_json::json!({ "type": "string", "const": name, "description": choice["description"] }))
    });
    let words: Vec<_> = words.collect();
    choices.extend(words);
}
