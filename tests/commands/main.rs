//! The program and its files from the outside: commands, formats, documents and house rules.

#[path = "../support/mod.rs"]
mod support;

mod audit;
mod backtest;
mod batches;
mod bystanders;
mod charts;
mod check;
mod compare;
mod data_files;
mod determinism;
mod diff;
mod document_times;
mod exit_codes;
mod explain;
mod feasibility;
mod files;
mod hostile;
mod hours;
mod import;
mod inputs;
mod load;
mod many_needs;
mod page;
mod parquet;
mod precision;
mod published_example;
mod random_cases;
mod readme;
mod run_folders;
mod scenario_errors;
mod scenario_values;
mod schedules;
mod shipped_scenarios;
mod size;
mod staffing;
mod sweep;
mod swf_files;
mod terminal;
mod tidy;
mod timeline;
mod trace_files;
mod unfinished_jobs;
mod warmup;
mod zones;
