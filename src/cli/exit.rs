//! How a command ends: an exit code, or an error that is printed on standard error.

use std::fmt::Display;
use std::io::{self, ErrorKind, Write as _};
use std::process::ExitCode;

use crate::model::name::visible;

/// How a command that ran to its end went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExitStatus {
    /// It did what it was asked to do. Exit code 0.
    Done,
    /// Runs differ, a gate is broken, or no configuration meets the targets. Exit code 1.
    Failed,
    /// A gate or a target is neither shown to hold nor shown to be broken. Exit code 3.
    Undecided,
}

/// Why a command could not run to its end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    /// The arguments or the input are wrong. Exit code 2.
    #[error("error: {}", visible(.0))]
    Input(String),
    /// The input is wrong, and rendered diagnostics show where. Exit code 2.
    #[error("{0}")]
    Diagnostics(String),
    /// The command failed. Exit code 1.
    #[error("error: {}", visible(.0))]
    Failed(String),
    /// A file or a stream could not be written. Exit code 1.
    #[error("error: {}: {source}", visible(.what))]
    Io {
        /// What could not be done.
        what: String,
        /// The reason.
        source: io::Error,
    },
}

impl CliError {
    /// Adds what could not be done to an error of the operating system.
    pub(crate) fn io(what: impl Display) -> impl FnOnce(io::Error) -> CliError {
        move |source| CliError::Io { what: what.to_string(), source }
    }
}

/// Prints the error, if there is one, and returns the exit code.
pub(crate) fn exit(result: Result<ExitStatus, CliError>) -> ExitCode {
    match result {
        Ok(ExitStatus::Done) => ExitCode::SUCCESS,
        Ok(ExitStatus::Failed) => ExitCode::from(1),
        Ok(ExitStatus::Undecided) => ExitCode::from(3),
        Err(CliError::Io { source, .. }) if source.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr().lock(), "{error}");
            ExitCode::from(match error {
                CliError::Input(_) | CliError::Diagnostics(_) => 2,
                CliError::Failed(_) | CliError::Io { .. } => 1,
            })
        }
    }
}
