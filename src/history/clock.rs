//! Local times of a zone, fast: most rows fall into a quarter of an hour that was asked for before.

use std::collections::BTreeMap;

use chrono::DateTime;

use crate::model::time::NANOS;
use crate::model::time_zone::{LocalInstants, TimeZone};

/// The instants at which clocks show a local time, in nanoseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LocalTime {
    /// None.
    Skipped,
    /// One.
    Once(i64),
    /// Two.
    Twice(i64, i64),
}

/// Clocks are changed at whole quarters of an hour, if at all.
const BLOCK: i64 = 900 * NANOS;

/// The clocks of a zone.
#[derive(Clone, Debug)]
pub(crate) struct LocalClocks {
    zone: TimeZone,
    /// By quarter of an hour of local time: nanoseconds from UTC to local time if they are the same
    /// throughout.
    offsets: BTreeMap<i64, Option<i64>>,
    last: Option<(i64, Option<i64>)>,
}

impl LocalClocks {
    pub(crate) fn new(zone: TimeZone) -> LocalClocks {
        LocalClocks { zone, offsets: BTreeMap::new(), last: None }
    }

    /// The instants of a local time, which is in nanoseconds as if the clocks showed UTC.
    pub(crate) fn instants(&mut self, local: i64) -> LocalTime {
        let block = local.div_euclid(BLOCK);
        let offset = match self.last {
            Some((last, offset)) if last == block => offset,
            _ => {
                let zone = self.zone;
                let offset = *self.offsets.entry(block).or_insert_with(|| offset_throughout(zone, block));
                self.last = Some((block, offset));
                offset
            }
        };
        match offset {
            Some(offset) => local.checked_sub(offset).map_or(LocalTime::Skipped, LocalTime::Once),
            None => instants(self.zone, local),
        }
    }
}

/// The offset that clocks have in a whole block of local time; `None` if they are changed in it.
fn offset_throughout(zone: TimeZone, block: i64) -> Option<i64> {
    let from = block.checked_mul(BLOCK)?;
    let offset = |local: i64| match instants(zone, local) {
        LocalTime::Once(at) => Some(local - at),
        _ => None,
    };
    let first = offset(from)?;
    (offset(from.checked_add(BLOCK - 1)?)? == first).then_some(first)
}

fn instants(zone: TimeZone, local: i64) -> LocalTime {
    let at = |instant: DateTime<chrono::Utc>| instant.timestamp_nanos_opt();
    let found = match zone.instants(DateTime::from_timestamp_nanos(local).naive_utc()) {
        LocalInstants::Skipped(_) => None,
        LocalInstants::Once(only) => at(only).map(LocalTime::Once),
        LocalInstants::Twice(first, second) => at(first).zip(at(second)).map(|(a, b)| LocalTime::Twice(a, b)),
    };
    found.unwrap_or(LocalTime::Skipped)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stamp;

    fn berlin(local: &str) -> LocalTime {
        let (_, nanos) = stamp::read(local).unwrap();
        LocalClocks::new("Europe/Berlin".parse().unwrap()).instants(nanos)
    }

    fn utc(text: &str) -> i64 {
        stamp::read(text).unwrap().1
    }

    #[test]
    fn clock_changes_are_seen() {
        assert_eq!(berlin("2026-01-15 12:00:00"), LocalTime::Once(utc("2026-01-15T11:00:00Z")));
        assert_eq!(berlin("2026-07-15 12:00:00"), LocalTime::Once(utc("2026-07-15T10:00:00Z")));
        assert_eq!(berlin("2026-03-29 01:59:59"), LocalTime::Once(utc("2026-03-29T00:59:59Z")));
        assert_eq!(berlin("2026-03-29 02:30:00"), LocalTime::Skipped);
        assert_eq!(berlin("2026-03-29 03:00:00"), LocalTime::Once(utc("2026-03-29T01:00:00Z")));
        let twice = LocalTime::Twice(utc("2026-10-25T00:30:00Z"), utc("2026-10-25T01:30:00Z"));
        assert_eq!(berlin("2026-10-25 02:30:00"), twice);
        assert_eq!(berlin("2026-10-25 03:00:00"), LocalTime::Once(utc("2026-10-25T02:00:00Z")));
    }
}
