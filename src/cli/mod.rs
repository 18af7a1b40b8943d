//! The command line: the only floor that touches files, terminal, wall clock and the number of threads.

use std::process::ExitCode;

/// Runs the program on the arguments of the process.
pub fn main() -> ExitCode {
    ExitCode::SUCCESS
}
