//! How the program ends: what it says at last, and its exit code.

use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

/// Why a command did not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// The caller has to change something: arguments or input. Exit code 2.
    #[error("{0}")]
    Input(String),
    /// The run or a write failed, or a check says no. Exit code 1.
    #[error("{0:#}")]
    Run(#[from] anyhow::Error),
    /// What was compared is not the same, which has been said already. Exit code 1.
    #[error("there are differences")]
    Differs,
    /// A gate does not pass, which has been said already. Exit code 1 if one is shown to be broken, 3 if that is not known.
    #[error("a gate does not pass")]
    Gate {
        /// Whether one is shown to be broken.
        broken: bool,
    },
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        Failure::Run(error.into())
    }
}

/// What the shell is told.
#[derive(Debug)]
pub(super) struct Verdict(Result<(), Failure>);

impl Verdict {
    /// The verdict on a command. A reader that has closed our standard output (`claimsim list | head`) has had enough.
    pub(super) fn of(result: Result<(), Failure>) -> Verdict {
        Verdict(match result {
            Err(Failure::Run(error)) if is_broken_pipe(&error) => Ok(()),
            other => other,
        })
    }

    /// Says what went wrong on standard error.
    pub(super) fn tell(self) -> ExitCode {
        let Err(failure) = self.0 else { return ExitCode::SUCCESS };
        if let Failure::Differs = failure {
            return ExitCode::from(1);
        }
        if let Failure::Gate { broken } = failure {
            return ExitCode::from(if broken { 1 } else { 3 });
        }
        say(&match &failure {
            // A report of complaints has its own headings.
            Failure::Input(text) if text.trim_start_matches(|c: char| !c.is_alphabetic()).starts_with("error") => {
                text.clone()
            }
            other => format!("error: {other}"),
        });
        ExitCode::from(match failure {
            Failure::Input(_) => 2,
            Failure::Run(_) | Failure::Differs | Failure::Gate { .. } => 1,
        })
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
}

/// Prints text on standard output.
pub(super) fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}

/// Prints a line on standard error; where that is closed there is nobody to tell.
pub(super) fn say(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}
