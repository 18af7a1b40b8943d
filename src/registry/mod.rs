//! The registry's API documents (jobs, workers, crons) <-> the model.
