//! `claimsim sweep`: what its grids mean, a point as a run of its own, and interrupted sweeps.

mod command;
mod elasticity;
mod grid;
mod resume;
