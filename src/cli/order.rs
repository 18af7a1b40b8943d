//! What a command makes of many variants of one scenario from: the scenario, and what the command line asked for.

use super::given::Given;
use crate::report::manifest::Options;

/// What a sweep or a search is made from.
pub(super) struct Order<'a> {
    /// The scenario.
    pub(super) given: &'a Given,
    /// What the command line asked for.
    pub(super) options: Options,
    /// Of all variants, if it was asked for.
    pub(super) seed: Option<u64>,
    /// How many replications run at once; as many as there are cores if `None`.
    pub(super) threads: Option<u16>,
    /// Whether there is no progress bar.
    pub(super) quiet: bool,
}
