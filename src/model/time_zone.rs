//! Time zones: what the clocks of a place show at an instant, and at which instants they show a
//! local time. The rules come from the IANA time zone database, compiled in by `chrono-tz`.
//!
//! Clock changes make two kinds of local times special: one that is *skipped* when clocks are put
//! forward, and one that comes *twice* when they are put back.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, NaiveDateTime, Offset as _, TimeDelta, TimeZone as _, Utc};
use chrono_tz::{TZ_VARIANTS, Tz};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error};
use serde::{Serialize, Serializer};

use super::name::nearest;
use super::time::{Epoch, NANOS, Time};

/// The version of the time zone database, such as `2025b`.
pub const DATABASE: &str = chrono_tz::IANA_TZDB_VERSION;

/// A time zone of the IANA database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TimeZone(Tz);

/// The instants at which the clocks of a zone show a local time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LocalInstants {
    /// None: the clocks are put forward past it, at this instant.
    Skipped(DateTime<Utc>),
    /// One.
    Once(DateTime<Utc>),
    /// Two: the clocks are put back in between.
    Twice(DateTime<Utc>, DateTime<Utc>),
}

/// A time during which a zone's clocks are not changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// Its beginning, or the instant from which on it was looked at.
    pub from: Time,
    /// Nanoseconds from the beginning of a local week, Monday at 00:00, to instant 0 of the run, as
    /// if the clocks had never been changed; less than a week.
    pub week_offset: i64,
    /// Its end, which is not part of it; [`Time::NEVER`] if there is none.
    pub until: Time,
}

/// Clock changes are looked for at such steps: in the database there are never two within one.
const STEP: i64 = 12 * 3_600;
/// A stretch ends after this time, even if no clock is changed then.
const LONGEST: i64 = 370 * 86_400;
/// No offset from UTC is longer.
const MOST_OFFSET: i64 = 26 * 3_600;
const WEEK: i64 = 7 * 86_400;

impl TimeZone {
    /// Coordinated universal time, the default of scenarios and the rule of the registry.
    pub const UTC: TimeZone = TimeZone(Tz::UTC);

    /// Its name in the database, such as `Europe/Berlin`.
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// Whether local times are those of UTC, by definition.
    pub fn is_utc(self) -> bool {
        matches!(self.name(), "UTC" | "Etc/UTC" | "GMT" | "Etc/GMT")
    }

    /// Seconds from UTC to local time at an instant, in seconds since 1970; positive in the east.
    pub fn offset_at(self, seconds: i64) -> i64 {
        let Some(at) = DateTime::from_timestamp(seconds, 0) else { return 0 };
        i64::from(self.0.offset_from_utc_datetime(&at.naive_utc()).fix().local_minus_utc())
    }

    /// What the clocks show at an instant.
    pub fn local(self, at: DateTime<Utc>) -> NaiveDateTime {
        let local = at.naive_utc();
        local.checked_add_signed(TimeDelta::seconds(self.offset_at(at.timestamp()))).unwrap_or(local)
    }

    /// The instant in RFC 3339, as the clocks show it and with their offset from UTC.
    pub fn rfc3339(self, at: DateTime<Utc>) -> String {
        if self.is_utc() {
            return at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true);
        }
        at.with_timezone(&self.0).to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)
    }

    /// The instants at which the clocks show a local time.
    pub fn instants(self, local: NaiveDateTime) -> LocalInstants {
        let as_utc = local.and_utc().timestamp();
        let shifted = |seconds: i64| local.and_utc().checked_add_signed(TimeDelta::seconds(seconds - as_utc));
        let instant = |seconds: i64| shifted(seconds).unwrap_or(local.and_utc());
        let (mut from, end) = (as_utc - MOST_OFFSET, as_utc + MOST_OFFSET);
        let mut first = None;
        while from < end {
            let (offset, until) = (self.offset_at(from), self.constant_until(from, end));
            let at = as_utc - offset;
            match first {
                // Later stretches begin after the local time.
                None if at < from => {
                    return LocalInstants::Skipped(DateTime::from_timestamp(from, 0).unwrap_or(local.and_utc()));
                }
                None if at < until => first = Some(at),
                Some(first) if (from..until).contains(&at) => {
                    return LocalInstants::Twice(instant(first), instant(at));
                }
                _ => {}
            }
            from = until;
        }
        LocalInstants::Once(instant(first.unwrap_or(as_utc)))
    }

    /// The instant that a local time stands for as a bound: right after the gap if clocks skip it,
    /// the first of two.
    pub fn resolve(self, local: NaiveDateTime) -> DateTime<Utc> {
        match self.instants(local) {
            LocalInstants::Skipped(at) | LocalInstants::Once(at) | LocalInstants::Twice(at, _) => at,
        }
    }

    /// The stretch without clock changes that begins at an instant of a run, up to the next change
    /// or for a year.
    pub fn stretch(self, epoch: Epoch, at: Time) -> Stretch {
        let start = epoch.0.timestamp();
        let second =
            start.saturating_add((at.0.saturating_add(i64::from(epoch.0.timestamp_subsec_nanos()))).div_euclid(NANOS));
        let until = if self.is_utc() { None } else { Some(self.constant_until(second, second + LONGEST)) };
        let until = until.and_then(|until| DateTime::from_timestamp(until, 0)).and_then(|until| epoch.time_of(until));
        // 1970-01-01 was a Thursday.
        let since_monday = (3 * 86_400 + start + self.offset_at(second)).rem_euclid(WEEK);
        let week_offset = since_monday * NANOS + i64::from(epoch.0.timestamp_subsec_nanos());
        Stretch { from: at, week_offset, until: until.unwrap_or(Time::NEVER) }
    }

    /// The first second after `from` with another offset; `end` if there is none before.
    fn constant_until(self, from: i64, end: i64) -> i64 {
        let offset = self.offset_at(from);
        let (mut same, mut other) = (from, from);
        while other == same {
            if same >= end {
                return end;
            }
            other = same.saturating_add(STEP).min(end);
            if self.offset_at(other) == offset {
                same = other;
            }
        }
        while other - same > 1 {
            let middle = same + (other - same) / 2;
            if self.offset_at(middle) == offset { same = middle } else { other = middle }
        }
        other
    }
}

impl Default for TimeZone {
    fn default() -> TimeZone {
        TimeZone::UTC
    }
}

impl fmt::Display for TimeZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A text that names no time zone.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` {problem}")]
pub struct TimeZoneError {
    name: String,
    problem: String,
}

/// Abbreviations, and a zone whose clocks show them. Some are names of the database, too; but a
/// reader takes `EST` for the time of New York, and it has no summer time there.
const ABBREVIATIONS: [(&str, &[&str]); 24] = [
    ("CET CEST MET MEST MEZ MESZ", &["Europe/Berlin", "Europe/Paris"]),
    ("EET EEST", &["Europe/Helsinki", "Europe/Athens"]),
    ("WET WEST", &["Europe/Lisbon"]),
    ("BST", &["Europe/London"]),
    ("MSK", &["Europe/Moscow"]),
    ("EST EDT ET EST5EDT", &["America/New_York"]),
    ("CST CDT CT CST6CDT", &["America/Chicago", "Asia/Shanghai"]),
    ("MST MDT MT MST7MDT", &["America/Denver", "America/Phoenix"]),
    ("PST PDT PT PST8PDT", &["America/Los_Angeles"]),
    ("AKST AKDT", &["America/Anchorage"]),
    ("AST ADT", &["America/Halifax", "Asia/Riyadh"]),
    ("HST", &["Pacific/Honolulu"]),
    ("NST NDT", &["America/St_Johns"]),
    ("BRT", &["America/Sao_Paulo"]),
    ("ART", &["America/Argentina/Buenos_Aires"]),
    ("CLT CLST", &["America/Santiago"]),
    ("IST", &["Asia/Kolkata", "Europe/Dublin", "Asia/Jerusalem"]),
    ("JST", &["Asia/Tokyo"]),
    ("KST", &["Asia/Seoul"]),
    ("SGT", &["Asia/Singapore"]),
    ("HKT", &["Asia/Hong_Kong"]),
    ("AEST AEDT AET", &["Australia/Sydney", "Australia/Brisbane"]),
    ("ACST ACDT AWST", &["Australia/Adelaide", "Australia/Perth"]),
    ("NZST NZDT", &["Pacific/Auckland"]),
];

impl FromStr for TimeZone {
    type Err = TimeZoneError;

    fn from_str(name: &str) -> Result<TimeZone, TimeZoneError> {
        let wrong = |problem: String| Err(TimeZoneError { name: name.to_owned(), problem });
        let upper = name.trim().to_uppercase();
        if let Some((_, zones)) = ABBREVIATIONS.iter().find(|(all, _)| all.split(' ').any(|short| short == upper)) {
            return wrong(format!(
                "is an abbreviation, which does not tell when clocks change; write a place, such as {}",
                quoted(zones)
            ));
        }
        if let Ok(zone) = name.parse() {
            return Ok(TimeZone(zone));
        }
        if let Some(hours) = offset(&upper) {
            return wrong(hours);
        }
        match meant(name.trim()) {
            Some(meant) => wrong(format!("is not a time zone; did you mean `{meant}`?")),
            None => wrong(
                "is not a time zone; write a name of the IANA time zone database, such as \"Europe/Berlin\", \
                 \"America/New_York\" or \"UTC\""
                    .to_owned(),
            ),
        }
    }
}

fn quoted(zones: &[&str]) -> String {
    zones.iter().map(|zone| format!("\"{zone}\"")).collect::<Vec<_>>().join(" or ")
}

/// What is wrong with an offset from UTC, such as `+02:00` or `UTC+2`; `None` if it is none.
fn offset(upper: &str) -> Option<String> {
    let text = ["UTC", "GMT"].into_iter().find_map(|prefix| upper.strip_prefix(prefix)).unwrap_or(upper);
    let is_east = text.starts_with('+');
    let digits = text.strip_prefix(['+', '-', '\u{2212}'])?;
    let (hours, minutes) = match digits.split_once(':') {
        Some(parts) => parts,
        None if digits.len() == 4 && digits.is_ascii() => digits.split_at(2),
        None => (digits, "0"),
    };
    let (hours, minutes) = (hours.parse::<u8>().ok()?, minutes.parse::<u8>().ok()?);
    let most = if is_east { 14 } else { 12 };
    let fixed = match (hours, minutes) {
        (0, 0) => "\"UTC\"".to_owned(),
        // The names of the database have the sign of POSIX: positive in the west.
        (1.., 0) if hours <= most => {
            format!("\"Etc/GMT{}{hours}\" for clocks that are never changed", if is_east { '-' } else { '+' })
        }
        _ => return Some("is an offset and no time zone; write a place, such as \"Asia/Kolkata\"".to_owned()),
    };
    Some(format!("is an offset and no time zone; write a place, such as \"Europe/Berlin\", or {fixed}"))
}

/// The zone that a wrong name probably stands for: in other letters, its city alone, or misspelt.
fn meant(name: &str) -> Option<&'static str> {
    let key = |name: &str| name.to_lowercase().replace([' ', '-'], "_");
    let (all, written) = (TZ_VARIANTS.iter().map(|zone| zone.name()), key(name));
    if ["z", "zulu", "utc", "gmt", ""].contains(&written.as_str()) {
        return Some("UTC");
    }
    let city = |zone: &str| zone.rsplit('/').next().map(key);
    let exact = all.clone().find(|zone| key(zone) == written);
    exact.or_else(|| all.clone().find(|zone| city(zone).as_deref() == Some(&written))).or_else(|| nearest(name, all))
}

impl<'de> Deserialize<'de> for TimeZone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<TimeZone, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

impl Serialize for TimeZone {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl JsonSchema for TimeZone {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "TimeZone".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "time-zone", "examples": ["Europe/Berlin", "America/New_York"] })
    }
}

/// The local clocks of a run: what a zone's clocks show from its start on.
#[derive(Clone, Debug)]
pub struct LocalClock {
    /// When each stretch begins, the first at the beginning of time, and its
    /// [`week_offset`](Stretch::week_offset).
    changes: Box<[(Time, i64)]>,
}

impl LocalClock {
    /// The clocks of a zone up to an instant of a run.
    pub fn new(zone: TimeZone, epoch: Epoch, until: Time) -> LocalClock {
        let mut changes: Vec<(Time, i64)> = Vec::new();
        let mut at = Time::ZERO;
        loop {
            let Stretch { week_offset, until: end, .. } = zone.stretch(epoch, at);
            match changes.last() {
                None => changes.push((Time(i64::MIN), week_offset)),
                Some((_, last)) if *last == week_offset => {}
                Some(_) => changes.push((at, week_offset)),
            }
            if end >= until || end <= at {
                return LocalClock { changes: changes.into() };
            }
            at = end;
        }
    }

    /// The stretch that contains an instant.
    #[inline]
    pub fn stretch(&self, at: Time) -> Stretch {
        let next = match self.changes.len() {
            1 => 1,
            _ => self.changes.partition_point(|(from, _)| *from <= at),
        };
        let until = self.changes.get(next).map_or(Time::NEVER, |(from, _)| *from);
        let (from, week_offset) = self.changes[next - 1];
        Stretch { from, week_offset, until }
    }
}

#[cfg(test)]
mod tests;
