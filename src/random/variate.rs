//! Base variates without parameters: the standard exponential and the standard normal.
