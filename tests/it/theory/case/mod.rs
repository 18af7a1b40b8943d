//! The cases: scenarios that theory can say something of.

pub(crate) mod claims;
pub(crate) mod losses;
pub(crate) mod servers;
pub(crate) mod single;
