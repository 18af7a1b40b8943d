//! One binary of integration tests; each module says what it holds the simulator to.

mod cron_dialect;
mod scenarios;
mod statistics;
mod trace_files;
