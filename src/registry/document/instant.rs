//! Instants in documents: RFC 3339 in UTC, with milliseconds unless they are zero, as in published
//! samples. Exports of databases have seconds or milliseconds since 1970 instead.

use chrono::{DateTime, Datelike, SecondsFormat, Utc};
use serde::ser::Serializer;

use super::field::{Field, FieldValue};

impl FieldValue for DateTime<Utc> {
    const EXPECTED: &'static str = "a time in RFC 3339, such as \"2017-02-17T01:09:47.771Z\"";

    /// The API prints Go's zero time, 0001-01-01T00:00:00Z, for an instant that is not set.
    fn from_text(text: &str) -> Option<Field<Self>> {
        if text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Self::from_integer(text.parse().ok()?);
        }
        let instant = DateTime::parse_from_rfc3339(text).ok()?.to_utc();
        // In UTC, an instant at the edge of the calendar may have a year that RFC 3339 cannot
        // express.
        let written = (0..=9999).contains(&instant.year());
        let zero = instant.timestamp() == -62_135_596_800 && instant.timestamp_subsec_nanos() == 0;
        written.then_some(if zero { Field::Empty } else { Field::Given(instant) })
    }

    /// Seconds or milliseconds since 1970; no plausible time is both. 0 is not set.
    fn from_integer(number: i64) -> Option<Field<Self>> {
        match number {
            0 => Some(Field::Empty),
            1..MOST_SECONDS => DateTime::from_timestamp(number, 0).map(Field::Given),
            MOST_SECONDS..MOST_MILLIS => DateTime::from_timestamp_millis(number).map(Field::Given),
            _ => None,
        }
    }

    /// Seconds with a fraction, to the microsecond; or milliseconds.
    fn from_decimal(number: f64) -> Option<Field<Self>> {
        let micros = if number < MOST_SECONDS as f64 { number * 1e6 } else { number * 1e3 };
        let is_valid = (1.0..MOST_MILLIS as f64).contains(&number);
        is_valid.then(|| DateTime::from_timestamp_micros((micros + 0.5) as i64).map(Field::Given)).flatten()
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Only other programs write finer fractions; those are printed with six or nine digits.
        serializer.collect_str(&self.to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

/// From here on, numbers are milliseconds: as seconds, this is the year 5138; as milliseconds, the
/// year 1973.
const MOST_SECONDS: i64 = 100_000_000_000;
/// The year 5138 in milliseconds.
const MOST_MILLIS: i64 = MOST_SECONDS * 1_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_and_milliseconds_since_1970_are_instants() {
        for (json, shown) in [
            ("1487293787", "2017-02-17T01:09:47Z"),
            ("1487293787771", "2017-02-17T01:09:47.771Z"),
            ("1487293787.771", "2017-02-17T01:09:47.771Z"),
            ("1487293787771.0", "2017-02-17T01:09:47.771Z"),
            ("\"1487293787\"", "2017-02-17T01:09:47Z"),
            ("0", ""),
        ] {
            let field: Field<DateTime<Utc>> = serde_json::from_str(json).unwrap();
            assert_eq!(serde_json::to_value(field).unwrap(), shown, "{json}");
        }
        for json in ["-1", "1487293787771000", "1e30", "true", "-0.5"] {
            assert!(serde_json::from_str::<Field<DateTime<Utc>>>(json).is_err(), "{json}");
        }
    }

    fn printed(text: &str) -> Option<String> {
        let field: Field<DateTime<Utc>> = serde_json::from_value(text.into()).ok()?;
        Some(serde_json::to_value(field).unwrap().as_str().unwrap().to_owned())
    }

    #[test]
    fn prints_milliseconds_where_there_are_any() {
        for (read, shown) in [
            ("2017-02-17T01:09:47.771Z", "2017-02-17T01:09:47.771Z"),
            ("2017-02-17T01:09:47.770Z", "2017-02-17T01:09:47.770Z"),
            ("2017-02-17T01:09:47.77Z", "2017-02-17T01:09:47.770Z"),
            ("2017-02-17T01:09:47.7712Z", "2017-02-17T01:09:47.771200Z"),
            ("2017-02-22T03:54:57Z", "2017-02-22T03:54:57Z"),
            ("2017-02-22T03:54:50.000Z", "2017-02-22T03:54:50Z"),
            ("2017-02-22T04:54:57+01:00", "2017-02-22T03:54:57Z"),
            ("0001-01-01T00:00:00Z", ""),
        ] {
            assert_eq!(printed(read).as_deref(), Some(shown));
        }
    }

    #[test]
    fn rejects_invalid_instants() {
        for text in [
            "yesterday",
            "2017-02-17",
            "2017-02-30T00:00:00Z",
            "0000-01-01T00:00:00+01:00",
            "9999-12-31T23:59:59-01:00",
        ] {
            assert_eq!(printed(text), None, "{text}");
        }
    }
}
