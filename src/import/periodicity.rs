//! The schedule behind regular times, if no crons document gives it.

use chrono::{DateTime, Datelike, Timelike, Utc};

use crate::arrival::cron::Schedule;

/// Fewer distinct times may be regular by chance.
const MIN_TIMES: usize = 4;
const MINUTE: i64 = 60;
const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;

/// A schedule in the registry's dialect that fires at all of these sorted times; some firings may
/// be missing. `None` unless the times are whole seconds that lie minutes, hours, a day or a week
/// apart, without many gaps. Other jobs than those of crons have milliseconds.
pub(super) fn periodic_schedule(times: &[DateTime<Utc>]) -> Option<Schedule> {
    let gaps: Vec<i64> =
        times.windows(2).map(|pair| (pair[1] - pair[0]).num_seconds()).filter(|gap| *gap > 0).collect();
    if gaps.len() + 1 < MIN_TIMES || times.iter().any(|at| at.timestamp_subsec_nanos() > 0) {
        return None;
    }
    let period = gaps.iter().copied().reduce(common_divisor)?;
    // Most firings of a daily cron are present. A monthly cron would match a daily schedule with
    // most firings missing.
    if gaps.iter().sum::<i64>() / period > 2 * gaps.len() as i64 {
        return None;
    }
    let text = expression(*times.first()?, period)?;
    let schedule = Schedule::parse(&text).ok()?;
    times.iter().all(|at| fires_at(&schedule, *at)).then_some(schedule)
}

/// Whether the schedule fires at exactly that time.
pub(super) fn fires_at(schedule: &Schedule, at: DateTime<Utc>) -> bool {
    let before = at.checked_sub_signed(chrono::TimeDelta::nanoseconds(1));
    before.and_then(|before| schedule.firings(before).next()) == Some(at)
}

fn common_divisor(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { common_divisor(b, a % b) }
}

/// Six fields that fire at `first` and every `period` seconds, if a calendar schedule can express
/// that.
fn expression(first: DateTime<Utc>, period: i64) -> Option<String> {
    let (second, minute, hour) = (first.second(), i64::from(first.minute()), i64::from(first.hour()));
    Some(match period {
        MINUTE => format!("{second} * * * * *"),
        p if p > MINUTE && p < HOUR && p % MINUTE == 0 && HOUR % p == 0 => {
            let step = p / MINUTE;
            format!("{second} {}/{step} * * * *", minute % step).replace(" 0/", " */")
        }
        HOUR => format!("{second} {minute} * * * *"),
        p if p > HOUR && p < DAY && p % HOUR == 0 && DAY % p == 0 => {
            let step = p / HOUR;
            format!("{second} {minute} {}/{step} * * *", hour % step).replace(" 0/", " */")
        }
        DAY => format!("{second} {minute} {hour} * * *"),
        p if p == 7 * DAY => format!("{second} {minute} {hour} * * {}", first.weekday().num_days_from_sunday()),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The firings of a schedule, with every `skip`-th one missing.
    fn firings(text: &str, skip: usize) -> Vec<DateTime<Utc>> {
        let from = "2017-02-17T00:20:00Z".parse().unwrap();
        let all = Schedule::parse(text).unwrap().firings(from).take(30);
        all.enumerate().filter(|(index, _)| index % skip != 1).map(|(_, at)| at).collect()
    }

    #[test]
    fn crons_are_recognized_even_if_some_firings_are_missing() {
        for text in [
            "0 */15 * * * *",
            "7 3/20 * * * *",
            "30 * * * * *",
            "59 41 * * * *",
            "0 0 */6 * * *",
            "57 54 3 * * *",
            "0 0 1 * * 6",
        ] {
            for skip in [5, usize::MAX] {
                let found =
                    periodic_schedule(&firings(text, skip)).unwrap_or_else(|| panic!("{text} is not recognized"));
                assert_eq!(found.to_string(), text);
            }
        }
    }

    #[test]
    fn irregular_times_are_no_cron() {
        let times = firings("0 */15 * * * *", usize::MAX);
        assert!(periodic_schedule(&times[..3]).is_none(), "three times may be regular by chance");
        let moved = |nanos| times.iter().map(|at| *at + chrono::TimeDelta::nanoseconds(nanos)).collect::<Vec<_>>();
        assert!(periodic_schedule(&moved(1_000_000)).is_none(), "crons fire on whole seconds");
        let mut one_off = times.clone();
        one_off[7] += chrono::TimeDelta::seconds(1);
        assert!(periodic_schedule(&one_off).is_none());
        assert!(periodic_schedule(&firings("0 0 2 1 * *", usize::MAX)).is_none(), "months have no common length");
    }
}
