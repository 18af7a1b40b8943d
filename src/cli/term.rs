//! The terminal: text and JSON on standard output; warnings, diagnostics and a progress bar on
//! standard error.

use std::borrow::Cow;
use std::cell::Cell;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::sync::atomic::{AtomicU64, Ordering};

use console::{Term, measure_text_width, strip_ansi_codes};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::Value;

use crate::exit::CliError;
use crate::experiment::Progress;
use crate::interrupt::stop;
use crate::model::name::{is_hidden, visible};
use crate::report::in_color;
use crate::scenario::Diagnostics;

/// Prints text on standard output. A closed output is no error: the reader of
/// `claimsim list | head` has seen enough, and the exit code is that of the command.
pub(crate) fn print(text: &str) -> Result<(), CliError> {
    unless_closed(print_part(text))
}

/// Prints the text of a study on standard output: its sentences in lines that fit, and its verdicts
/// in colour where that is allowed.
pub(crate) fn print_report(text: &str) -> Result<(), CliError> {
    let (text, terminal) = (visible(text), Term::stdout());
    let text = if has_color(&io::stdout()) { in_color(&text).into() } else { text };
    unless_closed(write(&wrapped(&text, width(&terminal, io::stdout().is_terminal()))))
}

/// Prints a part of a long text on standard output. The error is a broken pipe if nobody reads on.
pub(crate) fn print_part(text: &str) -> Result<(), CliError> {
    write(&visible(text))
}

/// Prints a JSON document on standard output.
pub(crate) fn print_json(document: &Value) -> Result<(), CliError> {
    print_json_text(&format!("{document:#}\n"))
}

/// Prints the text of a JSON document on standard output. Hidden characters, which are within
/// strings, become escapes of JSON.
pub(crate) fn print_json_text(text: &str) -> Result<(), CliError> {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if is_hidden(c) && c != '\n' {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(shown, "\\u{unit:04x}");
            }
        } else {
            shown.push(c);
        }
    }
    unless_closed(write(&shown))
}

fn unless_closed(printed: Result<(), CliError>) -> Result<(), CliError> {
    match printed {
        Err(CliError::Io { source, .. }) if source.kind() == ErrorKind::BrokenPipe => Ok(()),
        printed => printed,
    }
}

fn write(text: &str) -> Result<(), CliError> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(CliError::io("cannot write to standard output"))
}

/// Prints a line on standard error. If standard error is closed, the line is lost: no reader is
/// left.
pub(crate) fn warn(line: &str) {
    let width = width(&Term::stderr(), io::stderr().is_terminal());
    let _ = writeln!(io::stderr().lock(), "{}", wrapped(&visible(line), width));
}

/// Prints rendered diagnostics, which may have colours, on standard error.
pub(crate) fn warn_rendered(text: &str) {
    let width = width(&Term::stderr(), io::stderr().is_terminal());
    let _ = writeln!(io::stderr().lock(), "{}", wrapped(text, width));
}

/// Renders diagnostics for standard error: in colour where that is allowed.
pub(crate) fn render(report: &Diagnostics) -> String {
    report.render(has_color(&io::stderr()))
}

/// Whether an output may have colours: on a terminal that shows them, or if `CLICOLOR_FORCE` is
/// set, but never if `NO_COLOR` is.
fn has_color(output: &impl IsTerminal) -> bool {
    let shows_colors = output.is_terminal() && value("TERM").is_none_or(|kind| kind != "dumb");
    value("NO_COLOR").is_none() && (is_forced() || shows_colors)
}

/// Whether `CLICOLOR_FORCE` asks for the output of a terminal where none is.
fn is_forced() -> bool {
    value("CLICOLOR_FORCE").is_some_and(|value| value != "0")
}

/// The value of a variable of the environment, if it has one.
fn value(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// The columns of a terminal, or those of `COLUMNS` where the output is forced; `None` for a file
/// or a program, which gets each sentence in a line.
fn width(terminal: &Term, is_terminal: bool) -> Option<usize> {
    let columns = terminal.size_checked().filter(|_| is_terminal).map(|(_, columns)| usize::from(columns));
    let asked = || value("COLUMNS").filter(|_| is_terminal || is_forced())?.to_str()?.parse().ok();
    columns.or_else(asked).map(|columns| columns.max(LEAST_COLUMNS))
}

/// The columns below which lines are not broken further.
const LEAST_COLUMNS: usize = 20;

/// A text with line breaks between words where sentences are longer than a line. Rows of tables,
/// lines of files and commands, which are indented, stay as they are.
fn wrapped(text: &str, width: Option<usize>) -> Cow<'_, str> {
    let Some(width) = width else { return Cow::Borrowed(text) };
    let mut lines = String::with_capacity(text.len() + text.len() / 40);
    for line in text.split_inclusive('\n') {
        let plain = strip_ansi_codes(line);
        // The help of a diagnostic, `  = help: ...`, goes on below its first word.
        let indent = plain.find("= help: ").filter(|start| plain[..*start].trim().is_empty()).map(|start| start + 8);
        let stays = indent.is_none() && plain.starts_with([' ', '\u{2500}', '`']);
        if stays || measure_text_width(line) <= width {
            lines += line;
            continue;
        }
        let (mut used, indent) = (0, indent.unwrap_or(0));
        for word in line.split_inclusive(' ') {
            let length = measure_text_width(word.trim_end());
            if used > indent && used + length > width {
                lines.truncate(lines.trim_end_matches(' ').len());
                lines.push('\n');
                lines += &" ".repeat(indent);
                used = indent;
            }
            lines += word;
            used += measure_text_width(word.trim_end_matches('\n'));
        }
    }
    Cow::Owned(lines)
}

/// The most reports without progress, each after 65,536 events: more than any run has jobs at one
/// instant.
const MOST_STANDSTILL: u32 = 1 << 9;

thread_local! {
    /// The latest reports without progress of the replication that runs on this thread.
    static STANDSTILL: Cell<u32> = const { Cell::new(0) };
}

/// Steps of the progress bar per replication.
const STEPS: f64 = 10_000.0;

/// A progress bar over all replications: jobs done of jobs expected, rate, time left. It vanishes
/// when dropped. Without a terminal it prints a line a minute.
#[derive(Debug)]
pub(crate) struct Bar {
    drawn: ProgressBar,
    label: String,
    is_quiet: bool,
    total: f64,
    jobs: AtomicU64,
}

/// The time of all bars that have been dropped, in milliseconds.
static TIME_BEFORE: AtomicU64 = AtomicU64::new(0);
/// The minutes of all bars for which a line has been printed.
static MINUTES: AtomicU64 = AtomicU64::new(0);

/// The columns of a terminal that everything fits into.
pub(crate) const COLUMNS: usize = 80;

impl Bar {
    /// A bar for this number of replications.
    pub(crate) fn new(replications: u32, hidden: bool) -> Bar {
        Bar::of("", replications, hidden)
    }

    /// A bar that says what is run. indicatif draws nothing if standard error is no terminal.
    pub(crate) fn of(label: &str, replications: u32, hidden: bool) -> Bar {
        let total = f64::from(replications) * STEPS;
        let target = if hidden { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        let bar = ProgressBar::with_draw_target(Some(total as u64), target);
        let style = ProgressStyle::with_template(if label.is_empty() { BAR } else { LABELLED_BAR });
        let label: String = label.chars().take(COLUMNS - 1).collect();
        let drawn = bar.with_style(style.expect("a valid template")).with_prefix(label.clone());
        Bar { drawn, label, is_quiet: hidden, total, jobs: AtomicU64::new(0) }
    }

    /// Prints a line if a minute has passed since the last one.
    fn print_minute(&self, message: &str) {
        let millis = TIME_BEFORE.load(Ordering::Relaxed) + self.drawn.elapsed().as_millis() as u64;
        let minute = millis / 60_000;
        if MINUTES.fetch_max(minute, Ordering::Relaxed) < minute {
            let share = (self.drawn.position() as f64 / self.total * 100.0).floor();
            let of = if self.label.is_empty() { String::new() } else { format!("{}: ", self.label) };
            warn(&format!("{minute} min: {of}{share} %, {message}"));
        }
    }
}

/// At most 79 columns: the message takes up to 35 of them.
const BAR: &str = "{bar:16} {percent:>3} %  {msg}  {eta:>3} left";
const LABELLED_BAR: &str = "{prefix}\n{bar:16} {percent:>3} %  {msg}  {eta:>3} left";

impl Progress for Bar {
    fn advanced(&self, rows: u64, from: f64, to: f64) {
        STANDSTILL.with(|calls| calls.set(if to > from { 0 } else { calls.get() + 1 }));
        if STANDSTILL.get() > MOST_STANDSTILL {
            stop(&format!(
                "the simulated time stands still at {:.3} % of the run: jobs that take no time end and come again at \
                 one instant, for ever. Give them a service time, a backoff or a think time above 0s",
                from * 100.0
            ));
        }
        let done = self.jobs.fetch_add(rows, Ordering::Relaxed) + rows;
        // Both ends are rounded down to whole steps, so that no part of a step is lost between two
        // calls.
        self.drawn.inc((to * STEPS) as u64 - (from * STEPS) as u64);
        let share = (self.drawn.position() as f64 / self.total).max(f64::MIN_POSITIVE);
        let seconds = self.drawn.elapsed().as_secs_f64().max(1e-3);
        let (expected, rate) = (done as f64 / share, done as f64 / seconds);
        let message = format!("{} of about {} jobs, {}/s", short(done as f64), short(expected), short(rate));
        if self.drawn.is_hidden() && !self.is_quiet {
            self.print_minute(&message);
        }
        self.drawn.set_message(message);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        TIME_BEFORE.fetch_add(self.drawn.elapsed().as_millis() as u64, Ordering::Relaxed);
        self.drawn.finish_and_clear();
    }
}

/// A count with three digits and a suffix: `999`, `12.3k`, `4.56M`.
fn short(count: f64) -> String {
    let (value, suffix) = [(1e9, "G"), (1e6, "M"), (1e3, "k")]
        .into_iter()
        .find(|(unit, _)| count >= *unit)
        .map_or((count, ""), |(unit, suffix)| (count / unit, suffix));
    // Three digits: none, one or two after the point.
    let digits = if suffix.is_empty() { 0 } else { usize::from(value < 100.0) + usize::from(value < 10.0) };
    format!("{value:.digits$}{suffix}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_broken_between_words() {
        let text = "a sentence that is too long\n a row of a table that stays\n\u{1b}[32mshort\u{1b}[0m line\n";
        let broken = "a sentence\nthat is too\nlong\n a row of a table that stays\n\u{1b}[32mshort\u{1b}[0m line\n";
        assert_eq!(wrapped(text, Some(11)), broken);
        assert_eq!(wrapped(text, None), text);
        assert_eq!(wrapped("averyveryverylongword and\n", Some(11)), "averyveryverylongword\nand\n");
        assert_eq!(wrapped("", Some(11)), "");
        let help = "  = help: take one of these\n --> file with a long name\n";
        assert_eq!(wrapped(help, Some(20)), "  = help: take one\n          of these\n --> file with a long name\n");
    }
}
