//! `claimsim compare`: what it leaves and says, its exit codes, and how often it errs.

mod errors;
mod files;
mod gates;
mod rates;
