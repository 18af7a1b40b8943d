//! The registry's API documents (jobs, workers, crons) <-> the model.
//!
//! An administrator gets them from `GET /api/v0/jobs`, `/workers` and `/crons`; a scenario takes them as they come
//! ([`document`]), and a simulated system can be looked at through them ([`audit`]).

use claimsim_engine as engine;
use claimsim_model as model;
use claimsim_random as random;

pub mod audit;
pub mod document;
mod originals;

pub use originals::Originals;
