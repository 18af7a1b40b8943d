//! Queueing theory, which the simulator is held to: per case no bias beyond chance, and over all cases no more of it than
//! chance has.

mod case;
mod coverage;
mod formula;
