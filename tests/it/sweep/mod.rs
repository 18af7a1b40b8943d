//! `claimsim sweep`: grids mean what they say, a point is what a run by itself is, interruption changes nothing, elasticities agree with theory.

mod command;
mod elasticity;
mod grid;
mod resume;
