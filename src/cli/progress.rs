//! The progress bar on standard error, on a terminal only: jobs done of expected, rate, time left.

use std::sync::atomic::{AtomicU64, Ordering};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::experiment::Progress;

/// Steps of the bar per replication.
const STEPS: f64 = 10_000.0;

/// A bar over all replications; it vanishes when dropped.
#[derive(Debug)]
pub(super) struct Bar {
    drawn: ProgressBar,
    all: f64,
    rows: AtomicU64,
}

impl Bar {
    /// A bar for so many replications. indicatif itself draws nothing where standard error is no terminal.
    pub(super) fn new(replications: u32, hidden: bool) -> Bar {
        let all = f64::from(replications) * STEPS;
        let target = if hidden { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        let style = ProgressStyle::with_template("{bar:40} {percent:>3} %  {msg}  {eta} left");
        let bar = ProgressBar::with_draw_target(Some(all as u64), target);
        Bar { drawn: bar.with_style(style.expect("a valid template")), all, rows: AtomicU64::new(0) }
    }
}

impl Progress for Bar {
    fn advanced(&self, rows: u64, from: f64, to: f64) {
        let done = self.rows.fetch_add(rows, Ordering::Relaxed) + rows;
        // Whole steps of both ends, so that no part of a step is lost between two tellings.
        self.drawn.inc((to * STEPS) as u64 - (from * STEPS) as u64);
        let part = (self.drawn.position() as f64 / self.all).max(f64::MIN_POSITIVE);
        let seconds = self.drawn.elapsed().as_secs_f64().max(1e-3);
        let (expected, rate) = (done as f64 / part, done as f64 / seconds);
        self.drawn.set_message(format!("{} of about {} jobs, {}/s", short(done as f64), short(expected), short(rate)));
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.drawn.finish_and_clear();
    }
}

/// A count with three digits and a suffix: `999`, `12.3k`, `4.56M`.
fn short(count: f64) -> String {
    let (value, suffix) = [(1e9, "G"), (1e6, "M"), (1e3, "k")]
        .into_iter()
        .find(|(unit, _)| count >= *unit)
        .map_or((count, ""), |(unit, suffix)| (count / unit, suffix));
    let digits = if suffix.is_empty() || value >= 100.0 {
        0
    } else if value >= 10.0 {
        1
    } else {
        2
    };
    format!("{value:.digits$}{suffix}")
}
