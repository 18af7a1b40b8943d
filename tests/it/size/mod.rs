//! `claimsim size`: the search finds what formulas and plain enumeration say, errs no more often than it says, and tells all about it.

mod command;
mod rates;
mod search;
