//! `claimsim compare`: its files, output, exit codes and errors.

mod errors;
mod files;
mod gates;
