//! What workers offer and what is free: the pool of workers, the placement of jobs, and the sets
//! and packed words below them.

pub(crate) mod bit_set;
mod packed;
pub(crate) mod placement;
pub(crate) mod pool;
pub(crate) mod share;
