//! A swarm of random scenarios: the engine against the naive reference simulator, and all laws of
//! `tests/reference`, under new seeds until the time is over.
//!
//! ```text
//! cargo run --release --example swarm -- --seconds S [--seed N]
//! ```
//!
//! Each round runs the tests of the reference with the seed N, N + 1 and so on, in a build with
//! debug assertions, which check the laws that the engine states of itself. It ends with the number
//! of scenarios; or, with exit code 1, with the failed test, its smallest scenario and the command
//! that repeats it.

#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "it prints what it finds and takes its time")]

use std::process::{Command, ExitCode, Output, Stdio};
use std::time::{Duration, Instant};

const USAGE: &str = "usage: swarm --seconds S [--seed N]";

/// A round has this part of the random cases of the tests.
const PART: &str = "4";

fn main() -> ExitCode {
    let Some((seconds, first)) = read_arguments() else {
        println!("{USAGE}");
        return ExitCode::from(2);
    };
    // The time to compile does not count.
    let compiled = test(&["--no-run"]).stdout(Stdio::inherit()).stderr(Stdio::inherit()).status();
    if !compiled.is_ok_and(|status| status.success()) {
        return ExitCode::from(2);
    }
    let (start, mut scenarios) = (Instant::now(), 0);
    for seed in first.. {
        match round(seed) {
            Ok(count) => scenarios += count,
            Err(report) => {
                println!(
                    "{report}\nrepeat: CLAIMSIM_SEED={seed} CLAIMSIM_CASES={PART} cargo test -p claimsim-reference"
                );
                return ExitCode::FAILURE;
            }
        }
        let elapsed = start.elapsed();
        println!("seeds {first} to {seed}: {scenarios} scenarios in {} s, no difference", elapsed.as_secs());
        if elapsed >= seconds {
            break;
        }
    }
    ExitCode::SUCCESS
}

/// The seconds and the first seed.
fn read_arguments() -> Option<(Duration, u64)> {
    let (mut seconds, mut seed) = (None, 1);
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        let value = arguments.next()?.parse().ok()?;
        match name.as_str() {
            "--seconds" => seconds = Some(Duration::from_secs(value)),
            "--seed" => seed = value,
            _ => return None,
        }
    }
    Some((seconds?, seed))
}

/// The command that runs the tests of the reference.
fn test(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO"));
    command.args(["test", "--quiet", "--package", "claimsim-reference"]).args(arguments);
    command
}

/// Runs all tests with a seed. Returns the number of their random scenarios, or what has failed.
fn round(seed: u64) -> Result<u64, String> {
    // The statistics of the claim race have no random scenarios. A few scenarios need not show that
    // every policy holds jobs back.
    let mut command = test(&["--", "--nocapture", "--skip", "race::", "--skip", "lets_something_wait"]);
    let Output { status, stdout, stderr } = command
        .env("CLAIMSIM_SEED", seed.to_string())
        .env("CLAIMSIM_CASES", PART)
        .env("RUST_BACKTRACE", "0")
        .output()
        .map_err(|error| format!("cargo test: {error}"))?;
    let text = String::from_utf8_lossy(&stdout);
    if status.success() {
        let counts =
            text.lines().filter_map(|line| line.split_once("random cases: ")?.1.split(' ').next()?.parse::<u64>().ok());
        Ok(counts.sum::<u64>())
    } else {
        Err(format!("{text}{}", String::from_utf8_lossy(&stderr)))
    }
}
