//! Time zones by hand: clock changes written out, and crons, profiles and windows from them.
//!
//! The zones are one of the north, one of the south that changes at midnight, one of the south that
//! changes at 2 o'clock, and one that changes by half an hour.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike, Utc};
use claimsim::internals::arrival::cron::Schedule;
use claimsim::internals::arrival::{HOURS, HourlyRates, NonhomogeneousPoisson, WEEKDAYS};
use claimsim::internals::engine::{ArrivalProcess, ArrivalStart};
use claimsim::internals::model::action::ActionId;
use claimsim::internals::model::capacity::ResourceId;
use claimsim::internals::model::time::{Epoch, NANOS, Time};
use claimsim::internals::model::time_zone::{LocalInstants, TimeZone};
use claimsim::internals::model::unit::Rate;
use claimsim::internals::random::stream::Streams;
use claimsim::internals::replication::Replication;
use claimsim::internals::scenario::{NoFiles, load};
use claimsim::internals::stats::{
    HoursOfWeek, JobScope, Measure, Measurements, Metric, Request, RequestedFigure, Statistic, TimeWindow,
};
use proptest::prelude::*;

use super::check;

/// The clocks of a place from 2026 to 2028, by hand.
#[derive(Debug)]
struct Place {
    name: &'static str,
    /// Minutes ahead of UTC at the beginning of 2026.
    first: i64,
    /// Instants in UTC, and the minutes ahead of UTC from then on.
    changes: [(&'static str, i64); 6],
}

/// From 1 o'clock UTC on the last Sundays of March and October.
const BERLIN: Place = Place {
    name: "Europe/Berlin",
    first: 60,
    changes: [
        ("2026-03-29T01:00:00Z", 120),
        ("2026-10-25T01:00:00Z", 60),
        ("2027-03-28T01:00:00Z", 120),
        ("2027-10-31T01:00:00Z", 60),
        ("2028-03-26T01:00:00Z", 120),
        ("2028-10-29T01:00:00Z", 60),
    ],
};

/// Summer time ends at midnight after the first Saturday of April (the Sunday from the 2nd on), and
/// begins after the first one of September.
const SANTIAGO: Place = Place {
    name: "America/Santiago",
    first: -180,
    changes: [
        ("2026-04-05T03:00:00Z", -240),
        ("2026-09-06T04:00:00Z", -180),
        ("2027-04-04T03:00:00Z", -240),
        ("2027-09-05T04:00:00Z", -180),
        ("2028-04-02T03:00:00Z", -240),
        ("2028-09-03T04:00:00Z", -180),
    ],
};

/// On the first Sundays of April and October, at 2 o'clock standard time.
const SYDNEY: Place = Place {
    name: "Australia/Sydney",
    first: 660,
    changes: [
        ("2026-04-04T16:00:00Z", 600),
        ("2026-10-03T16:00:00Z", 660),
        ("2027-04-03T16:00:00Z", 600),
        ("2027-10-02T16:00:00Z", 660),
        ("2028-04-01T16:00:00Z", 600),
        ("2028-09-30T16:00:00Z", 660),
    ],
};

/// On the same days, at 2 o'clock local time, by half an hour.
const LORD_HOWE: Place = Place {
    name: "Australia/Lord_Howe",
    first: 660,
    changes: [
        ("2026-04-04T15:00:00Z", 630),
        ("2026-10-03T15:30:00Z", 660),
        ("2027-04-03T15:00:00Z", 630),
        ("2027-10-02T15:30:00Z", 660),
        ("2028-04-01T15:00:00Z", 630),
        ("2028-09-30T15:30:00Z", 660),
    ],
};

const PLACES: [&Place; 4] = [&BERLIN, &SANTIAGO, &SYDNEY, &LORD_HOWE];

fn instant(text: &str) -> DateTime<Utc> {
    text.parse().expect("RFC 3339")
}

impl Place {
    fn zone(&self) -> TimeZone {
        self.name.parse().expect("a zone of the database")
    }

    /// Minutes ahead of UTC.
    fn ahead(&self, at: DateTime<Utc>) -> i64 {
        let made = self.changes.iter().rfind(|(change, _)| instant(change) <= at);
        made.map_or(self.first, |(_, ahead)| *ahead)
    }

    fn local(&self, at: DateTime<Utc>) -> NaiveDateTime {
        at.naive_utc() + TimeDelta::minutes(self.ahead(at))
    }

    /// All offsets that the place ever has.
    fn offsets(&self) -> Vec<i64> {
        let mut offsets: Vec<i64> = self.changes.iter().map(|(_, ahead)| *ahead).chain([self.first]).collect();
        offsets.sort_unstable();
        offsets.dedup();
        offsets
    }

    /// The instants at which clocks show a time, earliest first.
    fn instants(&self, local: NaiveDateTime) -> Vec<DateTime<Utc>> {
        let candidates = self.offsets().into_iter().rev().map(|ahead| local.and_utc() - TimeDelta::minutes(ahead));
        candidates.filter(|at| self.local(*at) == local).collect()
    }
}

/// Instants of 2026 to 2028; half of them close to a clock change.
fn any_instant() -> impl Strategy<Value = (usize, DateTime<Utc>)> {
    let near = (0..PLACES.len(), 0..6_usize, -40_000_i64..40_000).prop_map(|(place, change, seconds)| {
        (place, instant(PLACES[place].changes[change].0) + TimeDelta::seconds(seconds))
    });
    let any = (0..PLACES.len(), 0..90_000_000_i64)
        .prop_map(|(place, seconds)| (place, instant("2026-01-02T00:00:00Z") + TimeDelta::seconds(seconds)));
    prop_oneof![near, any]
}

#[test]
fn clocks_show_what_the_changes_by_hand_say() {
    check("zones", 4000, any_instant(), |(place, at)| {
        let (place, zone) = (PLACES[*place], PLACES[*place].zone());
        assert_eq!(zone.local(*at), place.local(*at), "{} at {at}", place.name);
        // The same number as a local time.
        let local = at.naive_utc();
        let found = match zone.instants(local) {
            LocalInstants::Skipped(_) => vec![],
            LocalInstants::Once(at) => vec![at],
            LocalInstants::Twice(first, second) => vec![first, second],
        };
        assert_eq!(found, place.instants(local), "{} {local}", place.name);
        // A bound is the first instant at which clocks show it or something later.
        let mut later = zone.resolve(local);
        assert!(place.local(later) >= local);
        later -= TimeDelta::seconds(1);
        assert!(place.local(later) < local, "{} {local}", place.name);
    });
}

fn firings(text: &str, place: &Place, after: &str, count: usize) -> Vec<String> {
    let schedule = Schedule::parse_in(text, place.zone()).unwrap();
    let firings = schedule.firings(instant(after)).take(count);
    firings.map(|at| place.local(at).format("%m-%d %H:%M").to_string()).collect()
}

/// Days of clock changes, worked by hand from the algorithm of robfig/cron v3.
#[test]
fn crons_on_days_of_clock_changes() {
    // Forward at 2: what would come between 2 and 3 does not come on that day.
    let spring = "2026-03-28T12:00:00Z";
    assert_eq!(firings("0 30 2 * * *", &BERLIN, spring, 2), ["03-30 02:30", "03-31 02:30"]);
    assert_eq!(firings("0 0 3 * * *", &BERLIN, spring, 2), ["03-29 03:00", "03-30 03:00"]);
    assert_eq!(firings("0 0 2 29 3 *", &BERLIN, spring, 1), ["03-29 02:00"], "a year later");
    let hourly = ["03-29 00:15", "03-29 01:15", "03-29 03:15", "03-29 04:15"];
    assert_eq!(firings("0 15 * * * *", &BERLIN, "2026-03-28T22:30:00Z", 4), hourly);
    // Back at 3: what comes between 2 and 3 comes twice.
    let autumn = "2026-10-24T12:00:00Z";
    assert_eq!(firings("0 30 2 * * *", &BERLIN, autumn, 3), ["10-25 02:30", "10-25 02:30", "10-26 02:30"]);
    assert_eq!(firings("0 0 3 * * *", &BERLIN, autumn, 2), ["10-25 03:00", "10-26 03:00"]);
    assert_eq!(firings("@daily", &BERLIN, autumn, 2), ["10-25 00:00", "10-26 00:00"]);
    let south = ["04-05 02:30", "04-05 02:30", "04-06 02:30"];
    assert_eq!(firings("0 30 2 * * *", &SYDNEY, "2026-04-04T12:00:00Z", 3), south);
    assert_eq!(firings("0 30 2 * * *", &SYDNEY, "2026-10-03T12:00:00Z", 2), ["10-05 02:30", "10-06 02:30"]);
    // Forward at midnight: Sunday begins at 1 o'clock, without a firing at midnight.
    assert_eq!(firings("@daily", &SANTIAGO, "2026-09-05T12:00:00Z", 2), ["09-07 00:00", "09-08 00:00"]);
    assert_eq!(firings("0 0 1 * * 0", &SANTIAGO, "2026-09-05T12:00:00Z", 2), ["09-06 01:00", "09-13 01:00"]);
    assert_eq!(firings("0 0 0 6 9 *", &SANTIAGO, "2026-09-01T12:00:00Z", 1), ["09-06 00:00"], "a year later");
    // The search passes 23 o'clock, then 1 o'clock, and so does not look at the day again.
    assert_eq!(
        firings("0 0 12 * * 6", &SANTIAGO, "2026-09-05T14:00:00Z", 3),
        ["09-05 12:00", "09-06 12:00", "09-12 12:00"]
    );
    // Back at midnight: Saturday has 23 o'clock twice.
    let twice = ["04-04 23:30", "04-04 23:30", "04-05 23:30"];
    assert_eq!(firings("0 30 23 * * *", &SANTIAGO, "2026-04-04T12:00:00Z", 3), twice);
    // By half an hour: 1:30 to 2 comes twice in April, 2 to 2:30 not at all in October.
    let april = "2026-04-04T12:00:00Z";
    assert_eq!(firings("0 45 1 * * *", &LORD_HOWE, april, 3), ["04-05 01:45", "04-05 01:45", "04-06 01:45"]);
    assert_eq!(firings("0 15 1 * * *", &LORD_HOWE, april, 2), ["04-05 01:15", "04-06 01:15"]);
    let october = "2026-10-03T12:00:00Z";
    assert_eq!(firings("0 15 2 * * *", &LORD_HOWE, october, 2), ["10-05 02:15", "10-06 02:15"]);
    assert_eq!(firings("0 45 2 * * *", &LORD_HOWE, october, 2), ["10-04 02:45", "10-05 02:45"]);
    // Hours are added from midnight on: after the change the search meets 5:30 and not 5:00.
    assert_eq!(firings("0 0 5 * * *", &LORD_HOWE, october, 2), ["10-05 05:00", "10-06 05:00"]);
    assert_eq!(firings("0 30 5 * * *", &LORD_HOWE, october, 2), ["10-04 05:30", "10-05 05:30"]);
    let every = ["10-04 00:00", "10-04 01:00", "10-04 03:00", "10-04 04:00"];
    assert_eq!(firings("0 0 * * * *", &LORD_HOWE, "2026-10-03T13:00:00Z", 4), every);
}

/// A schedule in the zone of a prefix, or without one.
#[test]
fn prefixes_name_the_zone() {
    let next = |text: &str| {
        let schedule = Schedule::parse_in(text, BERLIN.zone())?;
        Ok::<_, claimsim::internals::arrival::cron::ScheduleError>((
            schedule.to_string(),
            schedule.firings(instant("2026-07-01T12:00:00Z")).next().unwrap().to_string(),
        ))
    };
    for (text, shown, first) in [
        ("0 0 3 * * *", "CRON_TZ=Europe/Berlin 0 0 3 * * *", "2026-07-02 01:00:00 UTC"),
        ("CRON_TZ=Asia/Tokyo 0 0 3 * * *", "CRON_TZ=Asia/Tokyo 0 0 3 * * *", "2026-07-01 18:00:00 UTC"),
        ("TZ=America/New_York  @daily", "CRON_TZ=America/New_York @daily", "2026-07-02 04:00:00 UTC"),
        ("TZ=UTC 0 30 * * *", "0 30 * * *", "2026-07-01 12:30:00 UTC"),
        ("TZ= @hourly", "@hourly", "2026-07-01 13:00:00 UTC"),
        ("CRON_TZ=Asia/Tokyo @every 90m", "@every 90m", "2026-07-01 13:30:00 UTC"),
    ] {
        assert_eq!(next(text).unwrap(), (shown.to_owned(), first.to_owned()), "{text}");
    }
    for (text, words) in [
        ("CRON_TZ=Europe/Berln 0 0 3 * * *", "did you mean `Europe/Berlin`?"),
        ("TZ=CET 0 0 3 * * *", "abbreviation"),
        ("TZ=+02:00 0 0 3 * * *", "offset"),
        ("CRON_TZ=Asia/Tokyo", "has a time zone and no schedule"),
        ("CRON_TZ=Asia/Tokyo 0 0 25 * * *", "hour `25`"),
        ("CRON_TZ=Asia/Tokyo TZ=UTC @daily", "has 2"),
    ] {
        let error = next(text).unwrap_err().to_string();
        assert!(error.contains(words), "{text}: {error}");
    }
}

/// `SpecSchedule.Next` of robfig/cron v3.0.1, statement by statement, on clocks by hand.
struct RobfigSearch<'a> {
    place: &'a Place,
    second: u32,
    minute: u32,
    hour: u32,
    days: &'a [u32],
    weekdays: &'a [u32],
    months: &'a [u32],
}

impl RobfigSearch<'_> {
    /// `time.Date` of Go.
    fn date(&self, local: NaiveDateTime) -> DateTime<Utc> {
        let unix = local.and_utc();
        let first = self.place.ahead(unix);
        let ahead = self.place.ahead(unix - TimeDelta::minutes(first));
        unix - TimeDelta::minutes(ahead)
    }

    fn at(&self, t: DateTime<Utc>) -> NaiveDateTime {
        self.place.local(t)
    }

    fn day_matches(&self, t: DateTime<Utc>) -> bool {
        let local = self.at(t);
        let day = self.days.contains(&local.day());
        let weekday = self.weekdays.contains(&local.weekday().num_days_from_sunday());
        // A list of all days is written as a star.
        if self.days.len() == 31 || self.weekdays.len() == 7 { day && weekday } else { day || weekday }
    }

    fn next(&self, after: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let midnight = |date: NaiveDate| self.date(date.and_time(NaiveTime::MIN));
        let mut t = DateTime::from_timestamp(after.timestamp() + 1, 0).unwrap();
        let mut added = false;
        let year_limit = self.at(t).year() + 5;
        'wrap: loop {
            if self.at(t).year() > year_limit {
                return None;
            }
            while !self.months.contains(&self.at(t).month()) {
                if !added {
                    added = true;
                    t = midnight(self.at(t).date().with_day(1).unwrap());
                }
                // The day is the first, so that no month is too short.
                assert_eq!(self.at(t).day(), 1);
                t = self.date(self.at(t) + Months::new(1));
                if self.at(t).month() == 1 {
                    continue 'wrap;
                }
            }
            while !self.day_matches(t) {
                if !added {
                    added = true;
                    t = midnight(self.at(t).date());
                }
                t = self.date(self.at(t) + Days::new(1));
                let hour = i64::from(self.at(t).hour());
                if hour != 0 {
                    t += TimeDelta::hours(if hour > 12 { 24 - hour } else { -hour });
                }
                if self.at(t).day() == 1 {
                    continue 'wrap;
                }
            }
            while self.at(t).hour() != self.hour {
                if !added {
                    added = true;
                    t = self.date(self.at(t).date().and_hms_opt(self.at(t).hour(), 0, 0).unwrap());
                }
                t += TimeDelta::hours(1);
                if self.at(t).hour() == 0 {
                    continue 'wrap;
                }
            }
            while self.at(t).minute() != self.minute {
                if !added {
                    added = true;
                    t -= TimeDelta::seconds(t.timestamp().rem_euclid(60));
                }
                t += TimeDelta::minutes(1);
                if self.at(t).minute() == 0 {
                    continue 'wrap;
                }
            }
            while self.at(t).second() != self.second {
                added = true;
                t += TimeDelta::seconds(1);
                if self.at(t).second() == 0 {
                    continue 'wrap;
                }
            }
            return Some(t);
        }
    }
}

fn list(values: &[u32], all: usize) -> String {
    if values.len() == all {
        return "*".to_owned();
    }
    values.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

#[test]
fn crons_in_zones_fire_as_robfig_cron_searches() {
    let some = |least: u32, most: u32| {
        prop_oneof![
            Just((least..=most).collect::<Vec<u32>>()),
            prop::collection::btree_set(least..=most, 1..5).prop_map(|set| set.into_iter().collect()),
        ]
    };
    let time = (0..60_u32, prop_oneof![Just(0_u32), Just(30), 0..60_u32], 0..24_u32);
    let cases = (any_instant(), time, some(1, 31), some(0, 6), some(1, 12));
    check("crons in zones", 300, cases, |((place, after), (second, minute, hour), days, weekdays, months)| {
        let (place, after) = (PLACES[*place], *after - TimeDelta::days(3));
        let search = RobfigSearch { place, second: *second, minute: *minute, hour: *hour, days, weekdays, months };
        let (days, weekdays, months) = (list(days, 31), list(weekdays, 7), list(months, 12));
        let text = format!("{second} {minute} {hour} {days} {months} {weekdays}");
        let last = instant("2028-11-30T00:00:00Z");
        let mut expected = Vec::new();
        while expected.len() < 6 && expected.last().copied().unwrap_or(after) < last {
            let Some(next) = search.next(expected.last().copied().unwrap_or(after)) else { break };
            expected.push(next);
        }
        // Later changes are not written out.
        expected.retain(|at| *at < last);
        let found = Schedule::parse_in(&text, place.zone()).unwrap().firings(after);
        let found: Vec<_> = found.take(expected.len()).collect();
        assert_eq!(found, expected, "{text} in {} after {after}", place.name);
    });
}

/// In a zone that is never changed, the search finds what the schedule in UTC does.
#[test]
fn a_zone_without_clock_changes_only_shifts_firings() {
    let fields = ("[0-5]?[0-9]|\\*/7", "[0-5]?[0-9]|\\*|\\*/20", "1?[0-9]|\\*|2-5", "1?[0-9]|\\*|30", "1?[1-2]|\\*");
    check("fixed zones", 300, (fields, 1_700_000_000_i64..1_800_000_000), |((s, m, h, d, mon), seconds)| {
        let text = format!("{s} {m} {h} {d} {mon} *");
        let Ok(utc) = Schedule::parse(&text) else { return };
        let after = DateTime::from_timestamp(*seconds, 0).unwrap();
        for (zone, hours) in [("Etc/GMT-3", 3), ("Etc/GMT+8", -8)] {
            let ahead = TimeDelta::hours(hours);
            let zoned = Schedule::parse_in(&text, zone.parse().unwrap()).unwrap();
            let shifted: Vec<_> = utc.firings(after + ahead).take(50).map(|at| at - ahead).collect();
            assert_eq!(zoned.firings(after).take(50).collect::<Vec<_>>(), shifted, "{text} in {zone}");
        }
    });
}

fn rates(numbers: &[u32]) -> HourlyRates {
    let rate = |hour: usize| Rate::per_second(f64::from(numbers[hour]) / 3_600.0).unwrap();
    HourlyRates::weekly(std::array::from_fn(|day| std::array::from_fn(|hour| rate(day * HOURS + hour))))
}

/// The expected arrivals of a profile by clocks by hand, quarter by quarter of an hour.
fn expected(place: &Place, numbers: &[u32], from: DateTime<Utc>, to: DateTime<Utc>) -> f64 {
    let (mut at, mut sum) = (from, 0.0);
    while at < to {
        let quarter = at + TimeDelta::seconds(900 - at.timestamp().rem_euclid(900))
            - TimeDelta::nanoseconds(i64::from(at.timestamp_subsec_nanos()));
        let end = quarter.min(to);
        let local = place.local(at);
        let hour = local.weekday().num_days_from_monday() as usize * HOURS + local.hour() as usize;
        sum += f64::from(numbers[hour]) * (end - at).num_nanoseconds().unwrap() as f64 / 3_600e9;
        at = end;
    }
    sum
}

#[test]
fn profiles_follow_the_clocks() {
    let numbers = prop::collection::vec(prop_oneof![Just(0_u32), 1..9_u32], HOURS * WEEKDAYS);
    check("profiles", 200, (any_instant(), numbers, 0..2_000_000_i64), |((place, start), numbers, length)| {
        let place = PLACES[*place];
        let (epoch, zoned) = (Epoch(*start - TimeDelta::days(1)), rates(numbers).in_zone(place.zone()));
        let (from, to) = (Time(1_000 * NANOS), Time((1_000 + length) * NANOS));
        let calendar = |time| epoch.calendar_of(time).unwrap();
        let by_hand = expected(place, numbers, calendar(from), calendar(to));
        let found = zoned.expected(epoch, from, to);
        assert!((found - by_hand).abs() < 1e-6, "{found}, not {by_hand}");
        // The n-th arrival comes when the cumulative rate reaches a sum that no rate changes.
        let streams = Streams::new(5, 0);
        let start = |rates: HourlyRates| {
            let start = ArrivalStart { streams: &streams, epoch };
            NonhomogeneousPoisson::new(ActionId(0), "a", rates.into(), None, start)
        };
        let constant = HourlyRates::daily([Rate::per_second(1.0).unwrap(); HOURS]);
        let (mut process, mut unit) = (start(zoned), start(constant));
        for _ in 0..40 {
            let (Some(arrival), Some(mass)) = (process.next(), unit.next()) else { return };
            let reached = expected(place, numbers, epoch.0, calendar(arrival.at));
            assert!((reached - mass.at.as_secs_f64()).abs() < 1e-5, "{reached}, not {}", mass.at.as_secs_f64());
        }
    });
}

/// The days of the clock changes have an hour less and an hour more.
#[test]
fn a_profile_loses_an_hour_in_spring_and_gains_one_in_autumn() {
    let mut hours = [Rate::per_second(0.0).unwrap(); HOURS];
    hours[2] = Rate::per_second(10.0 / 3_600.0).unwrap();
    let arrivals = |place: &Place, midnight: &str| {
        let epoch = Epoch(place.zone().resolve(midnight.parse::<NaiveDate>().unwrap().and_time(NaiveTime::MIN)));
        HourlyRates::daily(hours).in_zone(place.zone()).expected(epoch, Time::ZERO, Time(20 * 3_600 * NANOS))
    };
    for (place, midnight, expected) in [
        (&BERLIN, "2026-03-28", 10.0),
        (&BERLIN, "2026-03-29", 0.0),
        (&BERLIN, "2026-10-25", 20.0),
        (&SYDNEY, "2026-04-05", 20.0),
        (&SYDNEY, "2026-10-04", 0.0),
        // The hour from 2 to 3 has lost its first half; in April it is 1 o'clock that gains one.
        (&LORD_HOWE, "2026-10-04", 5.0),
        (&LORD_HOWE, "2026-04-05", 10.0),
    ] {
        let found = arrivals(place, midnight);
        assert!((found - expected).abs() < 1e-9, "{} {midnight}: {found}", place.name);
    }
}

/// Whether a window of the week contains a local time, minute by minute.
fn contains(hours: HoursOfWeek, local: NaiveDateTime) -> bool {
    let day = local.weekday().num_days_from_monday() as usize;
    let (minute, HoursOfWeek { days, from, until }) = ((local.hour() * 60 + local.minute()) as u16, hours);
    if until > from {
        return days[day] && from <= minute && minute < until;
    }
    days[day] && minute >= from || days[(day + 6) % 7] && minute < until
}

#[test]
fn windows_are_those_of_the_local_clock() {
    let job = (0..60 * 80_u32, 1..60 * 9_u32);
    let hours = (prop::collection::vec(any::<bool>(), 7), 0..48_u16, 1..=48_u16);
    let cases = (0..PLACES.len(), 0..6_usize, 0..60 * 24_i64, prop::collection::vec(job, 1..30), hours);
    check("windows", 150, cases, |(place, change, before, jobs, (days, from, until))| {
        let place = PLACES[*place];
        let start = instant(place.changes[*change].0) - TimeDelta::minutes(*before + 24 * 60);
        let hours = HoursOfWeek { days: days.clone().try_into().unwrap(), from: from * 30, until: until * 30 };
        let each = jobs
            .iter()
            .map(|(at, minutes)| format!("[[job]]\naction = \"a\"\nat = \"{at}m\"\nservice = \"{minutes}m\"\n"));
        let text = format!(
            "time_zone = \"{}\"\nstart = \"{}\"\nhorizon = \"90h\"\nclaim = {{ delay = \"none\" }}\n\
             [worker.w]\ncount = 40\ncapacity = {{ slot = 1 }}\n[action.a]\ncapacity = {{ slot = 1 }}\n{}",
            place.name,
            start.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
            each.collect::<String>()
        );
        let scenario = load("zones.toml", &text, &[], &NoFiles).unwrap_or_else(|report| panic!("{report}")).scenario;
        let resource = Some(ResourceId(0));
        let utilization = (JobScope::None, resource, Measure::Utilization, Statistic::Mean);
        let arrived = (JobScope::All, None, Measure::Jobs, Statistic::Arrived);
        let requests = [utilization, arrived].map(|(action, resource, measure, statistic)| Request {
            figure: RequestedFigure::Metric(Metric { action, resource, worker: None, measure, statistic }),
            window: Some(TimeWindow::Hours(hours)),
        });
        let stats = Replication::new(&scenario, 0).measure(&Measurements::of(requests), &());
        // Minute by minute. Each job starts at once, because there are more workers than jobs.
        let is_within = |minute: u32| contains(hours, place.local(start + TimeDelta::minutes(minute.into())));
        let minutes = (0..90 * 60).filter(|minute| is_within(*minute)).count();
        let due = jobs.iter().filter(|(at, _)| is_within(*at)).count();
        let busy: usize =
            jobs.iter().map(|(at, length)| (*at..at + length).filter(|minute| is_within(*minute)).count()).sum();
        let found: Vec<Option<f64>> = stats.requested.iter().map(|value| value.map(|value| value.lower)).collect();
        let share = (minutes > 0).then(|| busy as f64 / (40 * minutes) as f64);
        let is_close = match (found[0], share) {
            (Some(found), Some(share)) => (found - share).abs() < 1e-9,
            (found, share) => found == share,
        };
        assert!(is_close, "{hours} in {}: {:?}, not {share:?}", place.name, found[0]);
        assert_eq!(found[1].unwrap_or(0.0), due as f64, "{hours} in {}", place.name);
    });
}
