//! The registry's API documents (jobs, workers, crons) <-> the model.
//!
//! An administrator gets them from `GET /api/v0/jobs`, `/workers` and `/crons`; a scenario takes them as they come.

pub mod document;
