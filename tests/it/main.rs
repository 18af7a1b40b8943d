//! One binary of integration tests; each module says what it holds the simulator to.
mod theory;
