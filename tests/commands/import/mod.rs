//! `claimsim import`: the scenario that it writes, from any documents at all, and its errors.

mod any_documents;
mod command;
mod history;
mod written;
