//! The registry's API documents (jobs, workers, crons) <-> the model.
//!
//! An administrator gets them from `GET /api/v0/jobs`, `/workers` and `/crons`. A scenario takes
//! them as they come ([`document`]), and an audit shows a simulated system in the same form
//! ([`audit`]).

use claimsim_engine as engine;
use claimsim_model as model;
use claimsim_random as random;

pub mod audit;
pub mod document;
mod source_documents;

pub use source_documents::SourceDocuments;
