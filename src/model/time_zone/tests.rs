//! Clock changes by hand, names that are wrong, and laws over all zones of the database.

use proptest::prelude::*;

use super::*;

const HOUR: i64 = 3_600 * NANOS;

fn zone(name: &str) -> TimeZone {
    name.parse().unwrap_or_else(|error| panic!("{error}"))
}

fn utc(text: &str) -> DateTime<Utc> {
    format!("{text}Z").parse().expect("a calendar time")
}

fn local(text: &str) -> NaiveDateTime {
    text.parse().expect("a local time")
}

/// Clock changes in zones of the north, of the south, with half an hour, at midnight, and of a
/// whole day.
#[test]
fn local_times_around_clock_changes() {
    use LocalInstants::{Once, Skipped, Twice};
    for (name, time, expected) in [
        ("UTC", "2026-03-29T02:30:00", Once(utc("2026-03-29T02:30:00"))),
        ("Asia/Kolkata", "2026-03-29T02:30:00", Once(utc("2026-03-28T21:00:00"))),
        ("Europe/Berlin", "2026-03-29T01:59:59", Once(utc("2026-03-29T00:59:59"))),
        ("Europe/Berlin", "2026-03-29T02:00:00", Skipped(utc("2026-03-29T01:00:00"))),
        ("Europe/Berlin", "2026-03-29T02:59:59.5", Skipped(utc("2026-03-29T01:00:00"))),
        ("Europe/Berlin", "2026-03-29T03:00:00", Once(utc("2026-03-29T01:00:00"))),
        ("Europe/Berlin", "2026-10-25T01:59:59", Once(utc("2026-10-24T23:59:59"))),
        ("Europe/Berlin", "2026-10-25T02:00:00", Twice(utc("2026-10-25T00:00:00"), utc("2026-10-25T01:00:00"))),
        ("Europe/Berlin", "2026-10-25T02:59:59", Twice(utc("2026-10-25T00:59:59"), utc("2026-10-25T01:59:59"))),
        ("Europe/Berlin", "2026-10-25T03:00:00", Once(utc("2026-10-25T02:00:00"))),
        // Santiago: forward at midnight of 6 September, back at midnight of 5 April.
        ("America/Santiago", "2026-09-06T00:30:00", Skipped(utc("2026-09-06T04:00:00"))),
        ("America/Santiago", "2026-09-06T01:00:00", Once(utc("2026-09-06T04:00:00"))),
        ("America/Santiago", "2026-04-04T23:30:00", Twice(utc("2026-04-05T02:30:00"), utc("2026-04-05T03:30:00"))),
        ("America/Santiago", "2026-04-05T00:00:00", Once(utc("2026-04-05T04:00:00"))),
        // Lord Howe: half an hour back on 5 April at 2, forward on 4 October at 2.
        ("Australia/Lord_Howe", "2026-04-05T01:45:00", Twice(utc("2026-04-04T14:45:00"), utc("2026-04-04T15:15:00"))),
        ("Australia/Lord_Howe", "2026-04-05T02:00:00", Once(utc("2026-04-04T15:30:00"))),
        ("Australia/Lord_Howe", "2026-10-04T02:15:00", Skipped(utc("2026-10-03T15:30:00"))),
        ("Australia/Lord_Howe", "2026-10-04T02:30:00", Once(utc("2026-10-03T15:30:00"))),
        // Samoa left out a day when it crossed the date line.
        ("Pacific/Apia", "2011-12-30T12:00:00", Skipped(utc("2011-12-30T10:00:00"))),
    ] {
        assert_eq!(zone(name).instants(local(time)), expected, "{name} {time}");
        let (Skipped(first) | Once(first) | Twice(first, _)) = expected;
        assert_eq!(zone(name).resolve(local(time)), first);
    }
}

#[test]
fn instants_are_shown_with_their_offset() {
    let at = utc("2026-07-01T22:30:00");
    assert_eq!(zone("Europe/Berlin").rfc3339(at), "2026-07-02T00:30:00+02:00");
    assert_eq!(zone("Etc/UTC").rfc3339(at), "2026-07-01T22:30:00Z");
    assert_eq!(zone("Australia/Lord_Howe").rfc3339(at), "2026-07-02T09:00:00+10:30");
}

#[test]
fn wrong_names_get_what_would_be_right() {
    for (name, words) in [
        ("Europe/Berln", "did you mean `Europe/Berlin`?"),
        ("europe/berlin", "did you mean `Europe/Berlin`?"),
        ("Berlin", "did you mean `Europe/Berlin`?"),
        ("New York", "did you mean `America/New_York`?"),
        ("utc", "did you mean `UTC`?"),
        ("Z", "did you mean `UTC`?"),
        ("", "did you mean `UTC`?"),
        ("CET", "an abbreviation, which does not tell when clocks change; write a place, such as \"Europe/Berlin\""),
        ("MESZ", "\"Europe/Berlin\""),
        ("pst", "\"America/Los_Angeles\""),
        ("EST5EDT", "\"America/New_York\""),
        ("+02:00", "an offset and no time zone; write a place, such as \"Europe/Berlin\", or \"Etc/GMT-2\""),
        ("-0500", "\"Etc/GMT+5\""),
        ("UTC+2", "\"Etc/GMT-2\""),
        ("GMT-3", "\"Etc/GMT+3\""),
        ("+00:00", "or \"UTC\""),
        ("+05:30", "write a place, such as \"Asia/Kolkata\""),
        ("+99", "write a place"),
        ("12", "a name of the IANA time zone database"),
        ("\u{1f30d}", "a name of the IANA time zone database"),
    ] {
        let error = TimeZone::from_str(name).expect_err(name).to_string();
        assert!(error.contains(words) && error.contains(&format!("`{name}`")), "{name}: {error}");
    }
    assert_eq!(zone("Etc/GMT-2").offset_at(0), 7_200);
}

#[test]
fn a_run_has_a_stretch_for_each_time_without_clock_changes() {
    // From Friday 2026-10-23 at 22:30 UTC, half past midnight of Saturday in Berlin.
    let epoch = Epoch(utc("2026-10-23T22:30:00"));
    let clock = LocalClock::new(zone("Europe/Berlin"), epoch, Time(10 * 24 * HOUR));
    let change = Time(26 * HOUR + HOUR / 2);
    let before = Stretch { from: Time(i64::MIN), week_offset: (5 * 24 * 2 + 1) * HOUR / 2, until: change };
    assert_eq!(clock.stretch(Time::ZERO), before);
    assert_eq!(clock.stretch(Time(change.0 - 1)), before);
    let after = Stretch { from: change, week_offset: before.week_offset - HOUR, until: Time::NEVER };
    assert_eq!(clock.stretch(change), after);
    assert_eq!(clock.stretch(Time(i64::MAX)), after);
    let utc = LocalClock::new(TimeZone::UTC, epoch, Time::NEVER).stretch(Time(5));
    assert_eq!((utc.week_offset, utc.until), ((4 * 24 * 2 + 45) * HOUR / 2, Time::NEVER));
}

fn any_zone() -> impl Strategy<Value = TimeZone> {
    (0..TZ_VARIANTS.len()).prop_map(|index| TimeZone(TZ_VARIANTS[index]))
}

proptest! {
    /// An instant is among the instants of its local time, in every zone.
    #[test]
    fn local_times_lead_back_to_their_instant(zone in any_zone(), seconds in -2_000_000_000_i64..6_000_000_000) {
        let at = DateTime::from_timestamp(seconds, 0).unwrap();
        match zone.instants(zone.local(at)) {
            LocalInstants::Once(only) => prop_assert_eq!(only, at),
            LocalInstants::Twice(first, second) => prop_assert!((first == at || second == at) && first < second),
            LocalInstants::Skipped(_) => prop_assert!(false, "{} has a local time", at),
        }
    }

    /// Every instant that a local time has shows that time; a skipped time is shown by none, and
    /// the clocks are right after it when they have been put forward.
    #[test]
    fn instants_show_their_local_time(zone in any_zone(), seconds in -2_000_000_000_i64..6_000_000_000) {
        let time = DateTime::from_timestamp(seconds, 0).unwrap().naive_utc();
        match zone.instants(time) {
            LocalInstants::Once(at) => prop_assert_eq!(zone.local(at), time),
            LocalInstants::Twice(first, second) => {
                prop_assert_eq!((zone.local(first), zone.local(second)), (time, time));
            }
            LocalInstants::Skipped(at) => {
                prop_assert!(zone.local(at) > time && zone.local(at - TimeDelta::seconds(1)) < time);
            }
        }
    }

    /// Stretches follow each other, and within one the clocks run evenly.
    #[test]
    fn stretches_are_even(zone in any_zone(), start in 0_i64..4_000_000_000, part in 0.0..1.0) {
        let epoch = Epoch(DateTime::from_timestamp(start, 0).unwrap());
        let Stretch { week_offset, until, .. } = zone.stretch(epoch, Time::ZERO);
        prop_assert!(until > Time::ZERO);
        let at = Time((until.min(Time(400 * 24 * HOUR)).0 as f64 * part) as i64);
        let shown = zone.local(epoch.calendar_of(at).unwrap()).and_utc();
        let since_monday = (shown.timestamp() - 4 * 86_400).rem_euclid(WEEK) * NANOS
            + i64::from(shown.timestamp_subsec_nanos());
        prop_assert_eq!((at.0 + week_offset).rem_euclid(WEEK * NANOS), since_monday);
    }
}
