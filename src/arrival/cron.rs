//! The cron dialect of the registry (robfig/cron v1) and its firing times.

/// A parsed schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {}
