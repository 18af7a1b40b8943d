//! One binary of integration tests; each module says what it holds the simulator to.

mod arrival_laws;
mod cron_dialect;
mod laws;
mod reference;
mod scenario;
mod scenario_build;
mod scenarios;
mod statistics;
mod theory;
mod trace_files;
