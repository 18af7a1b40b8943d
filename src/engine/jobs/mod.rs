//! The rows that exist: what is drawn for them, what their chains remember, and which of them run.

pub(crate) mod active_counts;
pub(crate) mod active_job;
pub(crate) mod lifecycle;
pub(crate) mod running;
pub(crate) mod sampling;
