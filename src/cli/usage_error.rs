//! Errors of the argument parser, in plain words.

use std::error::Error as _;
use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::Error;
use clap::error::{ContextKind, ErrorKind};

/// Prints the error, or the help that was asked for, and returns the exit code.
pub(crate) fn exit(mut error: Error) -> ExitCode {
    // The parser's tip to pass an unknown option as a value would make it a file name.
    if error.kind() == ErrorKind::UnknownArgument {
        error.remove(ContextKind::Suggested);
    }
    let words = error.source().map(ToString::to_string).and_then(|reason| Some((in_words(&reason)?, reason)));
    match words {
        Some((words, reason)) => {
            let text = error.render().to_string().replace(&reason, &words);
            let _ = io::stderr().lock().write_all(text.as_bytes());
        }
        None => drop(error.print()),
    }
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}

/// What would be right instead of a value that is no number, or a number out of range.
fn in_words(reason: &str) -> Option<String> {
    if let Some((low, high)) = reason.split_once(" is not in ").and_then(|(_, range)| range.split_once("..")) {
        return Some(format!("write a whole number from {low} to {}", high.trim_start_matches('=')));
    }
    match reason {
        "invalid digit found in string" | "cannot parse integer from empty string" => {
            Some("write a whole number of 0 or more, such as 5".to_owned())
        }
        "number too large to fit in target type" => Some(format!("write a whole number of at most {}", u64::MAX)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::in_words;

    #[test]
    fn numbers_are_refused_with_what_would_be_right() {
        assert_eq!(in_words("0 is not in 1..=65535").as_deref(), Some("write a whole number from 1 to 65535"));
        assert!(in_words("invalid digit found in string").unwrap().contains("a whole number"));
        assert_eq!(in_words("write an instant"), None);
    }
}
