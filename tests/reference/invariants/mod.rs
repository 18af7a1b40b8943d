//! Invariants that hold in every run, whatever the scenario, checked on the events that an observer
//! receives.

mod claim_order;
mod common_random_numbers;
mod ledger;
mod measures;
mod places;
mod policies;
