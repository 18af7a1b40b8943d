//! The cases: scenarios with a theory.

pub(crate) mod capacities;
pub(crate) mod claims;
pub(crate) mod joins;
pub(crate) mod limits;
pub(crate) mod losses;
pub(crate) mod orders;
pub(crate) mod outages;
pub(crate) mod servers;
pub(crate) mod single;
pub(crate) mod staffing;
pub(crate) mod units;
pub(crate) mod workers;
