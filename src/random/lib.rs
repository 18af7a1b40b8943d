//! Random numbers: keyed streams, parameter-free base variates, and distributions that scale them.

use claimsim_model as model;

pub mod buffered_sampler;
pub mod dist;
pub mod keyed_bits;
pub mod stream;
pub mod variate;
mod ziggurat;
