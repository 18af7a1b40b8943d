//! The grammar of the registry's cron dialect: from text to one set of numbers per field, and the
//! two star marks.
//!
//! The rules are those of robfig/cron v1: <https://pkg.go.dev/github.com/robfig/cron>. Unlike
//! there, every error names the field and the fix.

use chrono::{Datelike, NaiveDate};

use crate::model::time_zone::{TimeZone, TimeZoneError};

/// A schedule without a firing up to the end of this number of calendar years never fires.
pub(super) const SEARCHED_YEARS: i32 = 5;

/// A field of a schedule.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Field {
    name: &'static str,
    least: u32,
    most: u32,
    /// Names of the values, from the least one on.
    names: &'static [&'static str],
}

const SECOND: Field = Field { name: "second", least: 0, most: 59, names: &[] };
const MINUTE: Field = Field { name: "minute", least: 0, most: 59, names: &[] };
const HOUR: Field = Field { name: "hour", least: 0, most: 23, names: &[] };
/// The day of month.
pub(super) const DAY: Field = Field { name: "day of month", least: 1, most: 31, names: &[] };
/// The month.
pub(super) const MONTH: Field = Field { name: "month", least: 1, most: 12, names: &MONTHS };
/// The day of week, Sunday first.
pub(super) const WEEKDAY: Field = Field { name: "day of week", least: 0, most: 6, names: &WEEKDAYS };

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/// The values of one field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FieldSet {
    /// Bit `n` stands for the value `n`.
    pub(super) bits: u64,
    /// Whether one of its items begins with `*` or `?`; a step does not remove the mark.
    pub(super) star: bool,
}

/// The values of all six fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fields {
    pub(super) second: FieldSet,
    pub(super) minute: FieldSet,
    pub(super) hour: FieldSet,
    pub(super) day: FieldSet,
    pub(super) month: FieldSet,
    pub(super) weekday: FieldSet,
}

impl Fields {
    /// The rule of days: if day of month or day of week has the star mark, both must match;
    /// otherwise one is sufficient.
    pub(super) fn includes_day(&self, date: NaiveDate) -> bool {
        let by_day = self.day.contains(date.day());
        let by_weekday = self.weekday.contains(date.weekday().num_days_from_sunday());
        if self.day.star || self.weekday.star { by_day && by_weekday } else { by_day || by_weekday }
    }
}

/// A text that is not a schedule of the registry's dialect.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleError {
    /// Too many or too few fields.
    #[error(
        "a schedule has six fields (second minute hour day-of-month month day-of-week) or, without the day of week, five; \
         `{text}` has {count}{hint}"
    )]
    FieldCount {
        /// The schedule.
        text: String,
        /// The number of its fields.
        count: usize,
        /// The likely intention.
        hint: &'static str,
    },
    /// A time zone before the fields, in a document of the registry.
    #[error("there are no time zones here, all schedules are in UTC; write {rest}")]
    NoTimeZones {
        /// The schedule without it.
        rest: String,
    },
    /// The time zone before the fields is none.
    #[error(transparent)]
    TimeZone(#[from] TimeZoneError),
    /// Only a time zone.
    #[error("`{0}` has a time zone and no schedule; write one after it, such as `{0} 0 0 3 * * *`")]
    OnlyTimeZone(String),
    /// An item of a field is wrong.
    #[error("{field} `{item}` {reason}{hint}")]
    Item {
        /// The field's name.
        field: &'static str,
        /// The item, as it is written.
        item: String,
        /// The problem and the fix.
        reason: String,
        /// What was probably meant.
        hint: String,
    },
    /// An unknown word after `@`.
    #[error("`{text}` is no descriptor; write {hint}")]
    Descriptor {
        /// The descriptor, as it is written.
        text: String,
        /// The fix.
        hint: String,
    },
    /// No duration after `@every`.
    #[error("`@every` needs a duration such as 90m, 1h30m or 45s; `{text}` is none")]
    Every {
        /// The text instead.
        text: String,
    },
}

impl FieldSet {
    /// The value 0, without the star mark.
    pub(super) const ZERO: FieldSet = FieldSet { bits: 1, star: false };

    /// All values of a field, with the star mark.
    pub(super) fn all(field: &Field) -> FieldSet {
        FieldSet { bits: range(field.least, field.most, 1), star: true }
    }

    /// Whether `value`, below 64, is in it.
    pub(super) fn contains(self, value: u32) -> bool {
        self.bits >> value & 1 == 1
    }

    /// Its smallest value from `least` on, which is at most 63.
    pub(super) fn from(self, least: u32) -> Option<u32> {
        let rest = self.bits >> least << least;
        (rest != 0).then(|| rest.trailing_zeros())
    }

    /// Its values with `shift` added, in order, with commas between.
    pub(super) fn list(self, shift: u32) -> String {
        let values = (0..u64::BITS).filter(|&value| self.contains(value));
        values.map(|value| (value + shift).to_string()).collect::<Vec<_>>().join(",")
    }
}

/// Reads the five or six fields of a schedule; a missing one is the day of week, and means every
/// day.
pub(super) fn fields(text: &str) -> Result<Fields, ScheduleError> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let (second, minute, hour, day, month, weekday) = match *words {
        [second, minute, hour, day, month] => (second, minute, hour, day, month, "*"),
        [second, minute, hour, day, month, weekday] => (second, minute, hour, day, month, weekday),
        _ => return Err(ScheduleError::FieldCount { text: text.to_owned(), count: words.len(), hint: hint(&words) }),
    };
    let hint = || match crontab(text) {
        Some(crontab) => format!("; five fields begin with the second, {crontab}"),
        None => String::new(),
    };
    let set = |field: &Field, text| {
        let wrong = |(item, reason)| ScheduleError::Item { field: field.name, item, reason, hint: hint() };
        field.set(text).map_err(wrong)
    };
    Ok(Fields {
        second: set(&SECOND, second)?,
        minute: set(&MINUTE, minute)?,
        hour: set(&HOUR, hour)?,
        day: set(&DAY, day)?,
        month: set(&MONTH, month)?,
        weekday: set(&WEEKDAY, weekday)?,
    })
}

/// The word before a schedule that names its time zone, the name, and the schedule; as robfig/cron
/// v3 separates them.
pub(super) fn zone_prefix(text: &str) -> Option<(&str, &str, &str)> {
    let text = text.trim();
    let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let name = word.strip_prefix("CRON_TZ=").or_else(|| word.strip_prefix("TZ="))?;
    Some((word, name, rest.trim()))
}

/// Reads the time zone before a schedule: the zone, if there is one, and the rest of the text.
pub(super) fn zone(text: &str) -> Result<(Option<TimeZone>, &str), ScheduleError> {
    match zone_prefix(text) {
        None => Ok((None, text)),
        Some((word, _, "")) => Err(ScheduleError::OnlyTimeZone(word.to_owned())),
        // Without a name, it is UTC.
        Some((_, "", rest)) => Ok((Some(TimeZone::UTC), rest)),
        Some((_, name, rest)) => Ok((Some(name.parse()?), rest)),
    }
}

/// The error for a time zone before a schedule of the registry, which has none.
pub(super) fn no_time_zones(name: &str, rest: &str) -> ScheduleError {
    let is_utc = ["UTC", "Etc/UTC", "GMT", "Z"].contains(&name);
    let example = if rest.is_empty() { "0 0 3 * * *" } else { rest };
    let rest = if is_utc { format!("`{example}`") } else { format!("`{example}` with the times of day in UTC") };
    ScheduleError::NoTimeZones { rest }
}

/// How to write a text of five fields if it is a line of a crontab, which begins with the minute:
/// the most frequent mistake. `None` if it has another number of fields, or is no such line.
pub(super) fn crontab(text: &str) -> Option<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let [minute, hour, day, month, weekday] = *words else { return None };
    // In a crontab, 7 is Sunday too.
    let weekday = if weekday == "7" { "0" } else { weekday };
    let line = format!("0 {minute} {hour} {day} {month} {weekday}");
    fields(&line).ok()?;
    let daily = match (minute.parse::<u32>(), hour.parse::<u32>(), [day, month, weekday]) {
        (Ok(minute), Ok(hour), ["*", "*", "*"]) => format!("{hour:02}:{minute:02} every day"),
        _ => "the line of a crontab, which begins with the minute,".to_owned(),
    };
    Some(format!("for {daily} write `{line}`"))
}

/// The likely intention of a wrong number of fields.
fn hint(words: &[&str]) -> &'static str {
    match words.len() {
        7 => "; there is no field for the year, leave it out",
        _ => "",
    }
}

impl Field {
    /// A list: items separated by commas; empty items are ignored. The error is an item and its
    /// problem.
    fn set(&self, text: &str) -> Result<FieldSet, (String, String)> {
        let mut set = FieldSet { bits: 0, star: false };
        for item in text.split(',').filter(|item| !item.is_empty()) {
            let (bits, star) = self.item(item).map_err(|reason| (item.to_owned(), reason))?;
            set.bits |= bits;
            set.star |= star;
        }
        Ok(set)
    }

    /// An item: `*` or `?`, `n` or `a-b`, each with an optional `/step`. `n/step` runs to the end
    /// of the field. Returns the bits and the star mark, or the problem.
    fn item(&self, item: &str) -> Result<(u64, bool), String> {
        let (bounds, step) = match item.split_once('/') {
            None => (item, None),
            Some((_, step)) if step.contains('/') => return Err("has more than one slash; write one step".to_owned()),
            Some((bounds, step)) => (bounds, Some(self.step(step)?)),
        };
        let (first, last) = bounds.split_once('-').map_or((bounds, None), |(first, last)| (first, Some(last)));
        if matches!(first, "*" | "?") {
            // Whatever follows a hyphen here is ignored: `*-5` is `*`.
            return Ok((range(self.least, self.most, step.unwrap_or(1)), true));
        }
        let first = self.value(first)?;
        let last = match last {
            Some(last) if last.contains('-') => return Err("has more than one hyphen; write first-last".to_owned()),
            Some(last) => self.value(last)?,
            None if step.is_some() => self.most,
            None => first,
        };
        if first > last {
            return Err(self.backwards(first, last));
        }
        Ok((range(first, last, step.unwrap_or(1)), false))
    }

    /// A step: a number from 1 on; one larger than the field leaves its first value alone.
    fn step(&self, text: &str) -> Result<u32, String> {
        match number(text) {
            None => Err(format!("has the step `{text}`; a step is a number from 1 on")),
            Some(0) => Err("has the step 0, which never advances; write 1 or more".to_owned()),
            Some(step) => Ok(u32::try_from(step).map_or(u32::MAX, |step| step.min(self.most + 1))),
        }
    }

    /// A number in range, or a name of three letters in any case.
    fn value(&self, text: &str) -> Result<u32, String> {
        let lower = text.to_lowercase();
        if let Some(place) = self.names.iter().position(|name| *name == lower) {
            return Ok(self.least + place as u32);
        }
        let Some(number) = number(text) else { return Err(self.no_value(text, &lower)) };
        match u32::try_from(number) {
            Ok(value) if (self.least..=self.most).contains(&value) => Ok(value),
            Ok(7) if *self == WEEKDAY => Err("is out of range 0-6; write 0 for Sunday".to_owned()),
            _ => Err(format!("is out of range {}-{}", self.least, self.most)),
        }
    }

    /// The problem of a value that is neither a number nor a name.
    fn no_value(&self, text: &str, lower: &str) -> String {
        let numbers = format!("a number {}-{}", self.least, self.most);
        if text.is_empty() {
            return format!("is incomplete: {numbers} is missing");
        }
        match self.names.iter().find(|name| lower.starts_with(**name)) {
            Some(name) => format!("is wrong: names have three letters; write `{name}`"),
            None if self.names.is_empty() => format!("is wrong: `{text}` is neither {numbers} nor `*`"),
            None => format!("is wrong: `{text}` is neither {numbers} nor one of {}", self.names.join(" ")),
        }
    }

    /// The problem of a range that would wrap, and the fix.
    fn backwards(&self, first: u32, last: u32) -> String {
        let part = |from: u32, to: u32| if from == to { from.to_string() } else { format!("{from}-{to}") };
        let wrapped = format!("{},{}", part(first, self.most), part(self.least, last));
        format!("runs backwards, and ranges do not wrap; write `{wrapped}`, or `{}`", part(last, first))
    }
}

/// A whole number as the registry reads it: leading zeros and a plus sign are allowed.
fn number(text: &str) -> Option<u64> {
    text.parse::<i64>().ok().and_then(|number| u64::try_from(number).ok())
}

/// The bits of every `step`-th number from `first` to `last`.
fn range(first: u32, last: u32, step: u32) -> u64 {
    (first..=last).step_by(step as usize).fold(0, |bits, value| bits | 1 << value)
}
