//! Instants in documents: RFC 3339 in UTC, with milliseconds unless they are zero, as in published
//! samples.

use chrono::{DateTime, Datelike, SecondsFormat, Utc};
use serde::ser::Serializer;

use super::field::{Field, FieldValue};

impl FieldValue for DateTime<Utc> {
    const EXPECTED: &'static str = "a time in RFC 3339, such as \"2017-02-17T01:09:47.771Z\"";

    /// The API prints Go's zero time, 0001-01-01T00:00:00Z, for an instant that is not set.
    fn from_text(text: &str) -> Option<Field<Self>> {
        let instant = DateTime::parse_from_rfc3339(text).ok()?.to_utc();
        // In UTC, an instant at the edge of the calendar may have a year that RFC 3339 cannot
        // express.
        let written = (0..=9999).contains(&instant.year());
        let zero = instant.timestamp() == -62_135_596_800 && instant.timestamp_subsec_nanos() == 0;
        written.then_some(if zero { Field::Empty } else { Field::Given(instant) })
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Only other programs write finer fractions; those are printed with six or nine digits.
        serializer.collect_str(&self.to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
