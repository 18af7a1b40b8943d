//! What a command may use: memory, and files of others.

use std::fs;
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use clap::Args;

use crate::exit::CliError;
use crate::experiment::feasibility::{Excess, Finding, analyze};
use crate::experiment::replicate;
use crate::inputs::MAY_READ_OUTSIDE;
use crate::interrupt::stop;
use crate::model::input_file;
use crate::scenario::Scenario;
use crate::stats::Measurements;

/// What a file becomes in memory is at most this number of times as large.
const GROWTH_OF_FILES: u64 = 24;

/// The time between two looks at the memory in use.
const BETWEEN_LOOKS: Duration = Duration::from_millis(20);

/// The number of replications below which nothing is estimated.
const CERTAINLY_FIT: u32 = 2000;

/// The memory that a waiting job takes at least.
const BYTES_PER_JOB: f64 = 40.0;

/// The bound in force.
static MEMORY: AtomicU64 = AtomicU64::new(u64::MAX);

/// What a command may use.
#[derive(Debug, Args)]
#[command(next_help_heading = "Limits")]
pub(crate) struct Limits {
    /// Memory that the command may use, such as 4GB; beyond it, it stops [default: three quarters
    /// of what is available]
    #[arg(long, value_name = "SIZE", global = true)]
    memory: Option<Size>,

    /// Let scenarios name files that are not below their own folder
    #[arg(long, global = true)]
    allow_outside: bool,
}

/// A number of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Size(u64);

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Size, String> {
        let wrong = || "write a size of at least 64MB, such as 500MB or 4GB".to_owned();
        let text = text.trim();
        let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let (number, unit) = text.split_at(end);
        let factor: u64 = match unit.trim().to_ascii_lowercase().as_str() {
            "kb" | "k" => 1000,
            "kib" => 1 << 10,
            "mb" | "m" => 1_000_000,
            "mib" => 1 << 20,
            "gb" | "g" => 1_000_000_000,
            "gib" => 1 << 30,
            "tb" | "t" => 1_000_000_000_000,
            "tib" => 1 << 40,
            _ => return Err(wrong()),
        };
        let bytes = number.parse::<f64>().map_err(|_| wrong())? * factor as f64;
        if (64e6..1e18).contains(&bytes) { Ok(Size(bytes as u64)) } else { Err(wrong()) }
    }
}

impl Limits {
    /// Puts the limits in force, for the whole process.
    pub(crate) fn apply(&self) {
        MAY_READ_OUTSIDE.store(self.allow_outside, Ordering::Relaxed);
        let bound = self.memory.map(|size| size.0).or_else(|| Some(available()? / 4 * 3));
        let Some(bound) = bound else { return };
        MEMORY.store(bound, Ordering::Relaxed);
        input_file::limit_size(bound / GROWTH_OF_FILES);
        drop(std::thread::Builder::new().name("memory".to_owned()).spawn(move || watch(bound)));
    }
}

/// Refuses replications that do not fit into memory together. If they are many, one is simulated to
/// see what it takes.
pub(crate) fn refuse_large(scenario: &Scenario, number: u32, with_series: bool) -> Result<(), CliError> {
    refuse_queue(scenario)?;
    if number < CERTAINLY_FIT {
        return Ok(());
    }
    let measurements = Measurements { queue_course: with_series, ..Measurements::default() };
    let one = replicate(scenario, &measurements, 0..1, &())[0].bytes(with_series) as u64;
    let (needed, bound) = (one.saturating_mul(number.into()), MEMORY.load(Ordering::Relaxed));
    if needed <= bound {
        return Ok(());
    }
    Err(CliError::Failed(format!(
        "{number} replications need about {} of memory, more than {}; take at most --replications {}, or allow more \
         with --memory",
        size(needed),
        size(bound),
        bound / one
    )))
}

/// Refuses a scenario whose queue certainly grows beyond the memory.
fn refuse_queue(scenario: &Scenario) -> Result<(), CliError> {
    let hours = scenario.system.window.horizon.as_secs_f64() / 3600.0;
    let findings = analyze(scenario).findings;
    let left = findings.iter().filter_map(|finding| match finding {
        Finding::Overload { excess: Excess::Grows { per_hour }, .. } => Some(per_hour * hours),
        Finding::Overload { excess: Excess::Left { jobs }, .. } => Some(*jobs),
        _ => None,
    });
    let (left, bound) = (left.fold(0.0, f64::max), MEMORY.load(Ordering::Relaxed));
    let needed = (left * BYTES_PER_JOB) as u64;
    if needed <= bound {
        return Ok(());
    }
    Err(CliError::Failed(format!(
        "jobs arrive faster than the workers can do them (`claimsim check` shows the load): at least {left:.2e} jobs \
         wait at the end of the run, which take {} of memory, more than {}. Add workers, limit the queue ([queue] \
         limit), shorten the horizon, or allow more with --memory",
        size(needed),
        size(bound)
    )))
}

/// A number of bytes in words.
fn size(bytes: u64) -> String {
    if bytes < 10_000_000_000 { format!("{} MB", bytes / 1_000_000) } else { format!("{} GB", bytes / 1_000_000_000) }
}

/// The memory that is available to the process, as far as the operating system tells.
fn available() -> Option<u64> {
    let free = fs::read_to_string("/proc/meminfo").ok().and_then(|text| kilobytes(&text, "MemAvailable:"));
    // Half of the address space: memory is reserved before it is used.
    [free, address_space().map(|bytes| bytes / 2), control_group()].into_iter().flatten().min()
}

/// The value of a line of `/proc/meminfo`, in bytes.
fn kilobytes(text: &str, key: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(key))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? * 1024)
}

/// What a container may still use.
fn control_group() -> Option<u64> {
    let number = |file: &str| fs::read_to_string(format!("/sys/fs/cgroup/{file}")).ok()?.trim().parse::<u64>().ok();
    Some(number("memory.max")?.saturating_sub(number("memory.current")?))
}

#[cfg(unix)]
fn address_space() -> Option<u64> {
    rustix::process::getrlimit(rustix::process::Resource::As).current
}

#[cfg(not(unix))]
fn address_space() -> Option<u64> {
    None
}

/// Stops the process as soon as it uses more than `bound` bytes.
fn watch(bound: u64) {
    let in_use = || {
        let status = fs::read_to_string("/proc/self/status").ok()?;
        kilobytes(&status, "VmRSS:")
    };
    while let Some(bytes) = in_use() {
        if bytes > bound {
            stop(&format!(
                "the command needs more than {} of memory. Usual reasons: jobs arrive faster than the workers can do \
                 them, so the queue grows without bound (`claimsim check` tells; [queue] limit bounds it), or there \
                 are too many replications or points at once (fewer --replications, --threads, --vary); --memory \
                 allows more",
                size(bound)
            ));
        }
        std::thread::sleep(BETWEEN_LOOKS);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units() {
        for (text, bytes) in
            [("4GB", 4_000_000_000), ("0.5 GiB", 1 << 29), ("64mb", 64_000_000), ("1T", 1_000_000_000_000)]
        {
            assert_eq!(text.parse(), Ok(Size(bytes)), "{text}");
        }
        for text in ["", "4", "4GBs", "-1GB", "1KB", "1e3GB", "GB", "1..2GB", "99999999TB"] {
            assert!(text.parse::<Size>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_available_memory_is_read() {
        let text = "MemTotal:  24000 kB\nMemFree: 7 kB\nMemAvailable:    1024 kB\n";
        assert_eq!(kilobytes(text, "MemAvailable:"), Some(1 << 20));
        assert_eq!(kilobytes(text, "SwapFree:"), None);
    }
}
