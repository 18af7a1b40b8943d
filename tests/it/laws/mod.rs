//! Laws that hold in every run, whatever the scenario, checked on what an observer is told.

mod common_numbers;
mod ledger;
mod measures;
mod order;
mod policies;
