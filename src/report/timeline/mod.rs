//! The timeline of one replication, in the trace-event format, which the Perfetto UI and
//! chrome://tracing show.

mod counters;
mod lanes;
mod observer;
mod trace;

pub use observer::{TimelineObserver, TimelineSubject};
pub use trace::BEGINNING;
