//! The nouns of the simulator, free of behaviour; and [`math`], the one door to `libm`.

pub mod action;
pub mod capacity;
pub mod catalogue;
pub mod claim;
pub mod job;
pub mod math;
pub mod time;
pub mod unit;
pub mod worker;
