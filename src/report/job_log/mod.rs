//! `jobs.csv`, the job log: its rows and their text, and the observer that writes them during a
//! replication.

mod observer;
mod writer;

pub use observer::{DeferredRow, JobLogObserver};
pub use writer::{JobLog, JobRow};

/// The path of the job log in the folder of a run.
pub const PATH: &str = "jobs.csv";
