//! One binary of integration tests; each module says what it holds the simulator to.

mod arrival_laws;
mod audit;
mod cli;
mod compare;
mod cron_dialect;
mod determinism;
mod diff;
mod import;
mod laws;
mod precision;
mod program;
mod published;
mod readme;
mod reference;
mod scenario;
mod scenario_build;
mod scenarios;
mod schedules;
mod size;
mod statistics;
mod sweep;
mod swf_files;
mod theory;
mod tidy;
mod trace_files;
mod warmup;
