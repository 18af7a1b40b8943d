//! The time axis: calendar times in UTC at round steps, from nanoseconds to centuries.

use chrono::{DateTime, Datelike, Days, Months, SecondsFormat, Utc};

use super::axis::Axis;
use super::canvas::PLOT_WIDTH;
use crate::model::time::{Epoch, NANOS, Span, Time};

/// The width of a letter in pixels, with a wide font.
const LETTER: i32 = 8;

/// The distance between ticks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// A length that divides the day.
    Fixed(Span),
    /// A number of days; weeks begin on Mondays.
    Days(u32),
    /// A number of months; a year has twelve.
    Months(u32),
}

/// The axis from instant 0 to the horizon, in seconds, and its name.
pub(crate) fn axis(epoch: Epoch, horizon: Time) -> (Axis, String) {
    let high = horizon.max(Time(1));
    let axis = Axis { low: 0.0, high: high.as_secs_f64(), ticks: ticks(epoch, high) };
    (axis, format!("Time (UTC), from {}", epoch.rfc3339(Time::ZERO, SecondsFormat::AutoSi)))
}

/// An instant with its weekday, as exact as a length of time needs.
pub(crate) fn words(epoch: Epoch, at: Time, length: Span) -> String {
    let Some(calendar) = epoch.calendar_of(at) else { return String::new() };
    let (minute, midnight) = (60 * NANOS, calendar.time() == chrono::NaiveTime::MIN);
    let format = match length.0 {
        nanos if nanos % (86_400 * NANOS) == 0 && midnight => "%a %b %-d",
        nanos if nanos >= minute => "%a %b %-d %H:%M",
        nanos if nanos >= NANOS => "%H:%M:%S",
        _ => "%H:%M:%S%.9f",
    };
    calendar.format(format).to_string()
}

/// Ticks at the finest step whose labels fit.
fn ticks(epoch: Epoch, high: Time) -> Vec<(f64, String)> {
    for step in steps() {
        let most = PLOT_WIDTH / (LETTER * (step.letters() + 1));
        if step.fits(high, most) {
            let instants = instants(epoch, high, step);
            return instants.into_iter().map(|(at, calendar)| (at.as_secs_f64(), step.label(calendar))).collect();
        }
    }
    Vec::new()
}

/// All steps, from the finest.
fn steps() -> impl Iterator<Item = Step> {
    let decimals = (0..9).flat_map(|power| [1, 2, 5].map(|factor| factor * 10_i64.pow(power)));
    let minute = 60 * NANOS;
    let fixed = [1, 2, 5, 10, 15, 30].map(|seconds| seconds * NANOS).into_iter();
    let fixed = fixed.chain([1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720].map(|minutes| minutes * minute));
    let months = [1, 2, 3, 6].into_iter().chain([1, 2, 5, 10, 20, 50, 100].map(|years| 12 * years));
    decimals
        .chain(fixed)
        .map(|nanos| Step::Fixed(Span(nanos)))
        .chain([1, 2, 7, 14].map(Step::Days))
        .chain(months.map(Step::Months))
}

impl Step {
    /// Its approximate length.
    fn nanos(self) -> i64 {
        match self {
            Step::Fixed(span) => span.0,
            Step::Days(days) => i64::from(days) * 86_400 * NANOS,
            Step::Months(months) => i64::from(months) * 30 * 86_400 * NANOS,
        }
    }

    /// Whether at most `most` ticks are between 0 and `high`.
    fn fits(self, high: Time, most: i32) -> bool {
        high.0 / self.nanos() < i64::from(most)
    }

    /// Length of its labels.
    fn letters(self) -> i32 {
        match self {
            Step::Fixed(span) if span.0 < NANOS => 9 + digits(span) as i32,
            Step::Fixed(span) if span.0 < 60 * NANOS => 8,
            // A date of ten letters between times of five.
            Step::Fixed(_) => 8,
            Step::Days(_) => 10,
            Step::Months(months) if months < 12 => 8,
            Step::Months(_) => 6,
        }
    }

    fn label(self, at: DateTime<Utc>) -> String {
        let midnight = at.time() == chrono::NaiveTime::MIN;
        match self {
            Step::Fixed(span) if span.0 < NANOS => {
                let text = at.format("%H:%M:%S%.9f").to_string();
                text[..9 + digits(span)].to_owned()
            }
            Step::Fixed(_) | Step::Days(_) if midnight => at.format("%a %b %-d").to_string(),
            Step::Fixed(span) if span.0 < 60 * NANOS => at.format("%H:%M:%S").to_string(),
            Step::Fixed(_) | Step::Days(_) => at.format("%H:%M").to_string(),
            Step::Months(months) if months < 12 => at.format("%b %Y").to_string(),
            Step::Months(_) => at.format("%Y").to_string(),
        }
    }
}

/// Digits of a second that a step below a second needs.
fn digits(step: Span) -> usize {
    (1..9).find(|&digits| step.0 % 10_i64.pow(9 - digits) == 0).unwrap_or(9) as usize
}

/// The round calendar times of a step from instant 0 to `high`.
fn instants(epoch: Epoch, high: Time, step: Step) -> Vec<(Time, DateTime<Utc>)> {
    let start = epoch.0;
    let midnight = start.date_naive().and_time(chrono::NaiveTime::MIN).and_utc();
    let next: Box<dyn Fn(DateTime<Utc>) -> Option<DateTime<Utc>>>;
    let mut at = match step {
        Step::Fixed(span) => {
            next = Box::new(move |at| at.checked_add_signed(chrono::TimeDelta::nanoseconds(span.0)));
            // The last whole step of this day before the start.
            let since = (start - midnight).num_nanoseconds().unwrap_or(0);
            midnight.checked_add_signed(chrono::TimeDelta::nanoseconds(since / span.0 * span.0))
        }
        Step::Days(days) => {
            next = Box::new(move |at| at.checked_add_days(Days::new(days.into())));
            // All steps count from a Monday, so ticks do not depend on the weekday of the start.
            midnight.checked_sub_days(Days::new(start.weekday().num_days_from_monday().into()))
        }
        Step::Months(months) => {
            next = Box::new(move |at| at.checked_add_months(Months::new(months)));
            // Whole years and quarters.
            let years = (months / 12).max(1) as i32;
            midnight.with_day(1).and_then(|at| at.with_month(1)).and_then(|at| at.with_year(at.year() / years * years))
        }
    };
    let mut found = Vec::new();
    while let Some(calendar) = at {
        match epoch.time_of(calendar) {
            Some(time) if time > high => break,
            Some(time) if time >= Time::ZERO => found.push((time, calendar)),
            _ => {}
        }
        at = next(calendar);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(start: &str, horizon: Span) -> Vec<String> {
        let epoch = Epoch(start.parse().unwrap());
        axis(epoch, Time::ZERO + horizon).0.ticks.into_iter().map(|(_, label)| label).collect()
    }

    #[test]
    fn ticks_are_round_calendar_times() {
        let day = Span::secs(86_400);
        assert_eq!(
            labels("2017-02-17T00:00:00Z", Span(7 * day.0)),
            [
                "Fri Feb 17",
                "Sat Feb 18",
                "Sun Feb 19",
                "Mon Feb 20",
                "Tue Feb 21",
                "Wed Feb 22",
                "Thu Feb 23",
                "Fri Feb 24"
            ]
        );
        assert_eq!(
            labels("2017-02-17T22:30:00Z", Span::secs(4 * 3_600)),
            ["22:30", "23:00", "23:30", "Sat Feb 18", "00:30", "01:00", "01:30", "02:00", "02:30"]
        );
        assert_eq!(
            labels("2017-02-17T00:00:00Z", Span(3_653 * day.0)),
            ["2018", "2019", "2020", "2021", "2022", "2023", "2024", "2025", "2026", "2027"]
        );
        assert_eq!(
            labels("2017-02-17T00:00:00.5Z", Span(NANOS)),
            ["00:00:00.6", "00:00:00.8", "00:00:01.0", "00:00:01.2", "00:00:01.4"]
        );
    }

    #[test]
    fn every_horizon_has_a_few_ticks_in_order_and_in_range() {
        for start in ["2017-02-17T00:00:00Z", "1999-12-31T23:59:59.999999999Z", "2024-02-29T13:37:11Z"] {
            let mut nanos = 1_i64;
            while nanos < i64::MAX / 3 {
                let axis = axis(Epoch(start.parse().unwrap()), Time(nanos)).0;
                assert!(axis.ticks.len() <= 12, "{start} {nanos}: {:?}", axis.ticks);
                assert!(nanos < 1_000 || axis.ticks.len() >= 2, "{start} {nanos}: {:?}", axis.ticks);
                assert!(axis.ticks.is_sorted_by(|a, b| a.0 < b.0));
                assert!(axis.ticks.iter().all(|(at, _)| (axis.low..=axis.high).contains(at)));
                nanos *= 3;
            }
        }
    }
}
