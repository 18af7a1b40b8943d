//! Schedules have the meaning of the registry (robfig/cron v1), not that of the crate that computes
//! them.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeDelta, Timelike, Utc};
use claimsim::internals::arrival::cron::{Schedule, ScheduleError};
use claimsim::internals::model::time_zone::TimeZone;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

/// A Saturday.
const REFERENCE: &str = "2018-04-21T11:40:00Z";

fn instant(text: &str) -> DateTime<Utc> {
    text.parse().expect("RFC 3339")
}

/// The first firings after the reference instant, in RFC 3339 without zone.
fn firings(schedule: &str, count: usize) -> Vec<String> {
    let parsed = Schedule::parse(schedule).unwrap_or_else(|error| panic!("{schedule} must be accepted: {error}"));
    parsed.firings(instant(REFERENCE)).take(count).map(|at| at.format("%Y-%m-%dT%H:%M:%S").to_string()).collect()
}

/// The days of the first firings (`04-28`), which must all come at the given time of day.
fn days(schedule: &str, time: &str, count: usize) -> Vec<String> {
    let firings = firings(schedule, count);
    assert!(firings.iter().all(|at| at.ends_with(time)), "{schedule} fires at {time}: {firings:?}");
    firings.iter().map(|at| at[5..10].to_owned()).collect()
}

fn refusal(schedule: &str) -> String {
    match Schedule::parse(schedule) {
        Ok(_) => panic!("{schedule} must be refused"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn weekdays_count_from_sunday_as_0() {
    assert_eq!(days("0 0 1 * * 6", "T01:00:00", 3), ["04-28", "05-05", "05-12"], "Saturdays");
    assert_eq!(days("0 0 1 * * SAT", "T01:00:00", 3), ["04-28", "05-05", "05-12"], "Saturdays");
    assert_eq!(days("0 0 1 * * 1", "T01:00:00", 3), ["04-23", "04-30", "05-07"], "Mondays");
    assert_eq!(days("0 0 1 * * 0", "T01:00:00", 3), ["04-22", "04-29", "05-06"], "Sundays");
    let working_days = ["04-23", "04-24", "04-25", "04-26", "04-27", "04-30"];
    for schedule in ["0 0 1 * * 1-5", "0 0 1 * * mon-5", "0 0 1 * * Mon-FRI"] {
        assert_eq!(days(schedule, "T01:00:00", 6), working_days, "{schedule}");
    }
    for schedule in ["0 0 1 * * 1/2", "0 0 1 * * mon/2"] {
        assert_eq!(days(schedule, "T01:00:00", 4), ["04-23", "04-25", "04-27", "04-30"], "{schedule}: Mon, Wed, Fri");
    }
    assert_eq!(days("0 0 1 * * */2", "T01:00:00", 5), ["04-22", "04-24", "04-26", "04-28", "04-29"], "Sun Tue Thu Sat");
}

#[test]
fn day_of_month_or_day_of_week_unless_one_has_a_star() {
    let fridays_and_13ths = ["04-27", "05-04", "05-11", "05-13", "05-18", "05-25", "06-01", "06-08", "06-13"];
    assert_eq!(days("0 0 0 13 * FRI", "T00:00:00", 9), fridays_and_13ths);
    let every_day = ["04-22", "04-23", "04-24", "04-25", "04-26"];
    assert_eq!(days("0 0 0 1-31 * MON", "T00:00:00", 5), every_day);
    assert_eq!(days("0 0 0 13 * 0-6", "T00:00:00", 5), every_day);
    assert_eq!(days("0 0 0 1-31/2 * MON", "T00:00:00", 6), ["04-23", "04-25", "04-27", "04-29", "04-30", "05-01"]);
    // A step leaves the star its mark: odd days that are Mondays.
    assert_eq!(days("0 0 0 */2 * MON", "T00:00:00", 4), ["04-23", "05-07", "05-21", "06-11"]);
    assert_eq!(
        firings("0 0 0 29 2 MON", 7),
        ["2019-02-04", "2019-02-11", "2019-02-18", "2019-02-25", "2020-02-03", "2020-02-10", "2020-02-17"]
            .map(|day| format!("{day}T00:00:00"))
    );
    assert!(firings("0 0 0 29 2 MON", 20).contains(&"2020-02-29T00:00:00".to_owned()));
    // Every Sunday and the 29th of February must coincide; 2032 is more than five years away.
    assert_eq!(firings("0 0 0 29 2 */7", 1), [""; 0]);
}

#[test]
fn a_missing_field_is_the_day_of_week() {
    assert_eq!(firings("0 3 * * *", 3), ["2018-04-21T12:03:00", "2018-04-21T13:03:00", "2018-04-21T14:03:00"]);
}

#[test]
fn a_question_mark_is_a_star_in_every_field() {
    let once_a_second = firings("? 0 3 * * *", 61);
    assert_eq!(once_a_second[0], "2018-04-22T03:00:00");
    assert_eq!(once_a_second[59], "2018-04-22T03:00:59");
    assert_eq!(once_a_second[60], "2018-04-23T03:00:00");
    assert_eq!(firings("0 0 ? ? ? ?", 1), ["2018-04-21T12:00:00"]);
}

#[test]
fn a_step_beyond_the_field_leaves_its_first_value() {
    for schedule in ["0 */60 * * * *", "0 */90 * * * *"] {
        assert_eq!(firings(schedule, 2), ["2018-04-21T12:00:00", "2018-04-21T13:00:00"], "{schedule}");
    }
    assert_eq!(days("0 0 */24 * * *", "T00:00:00", 2), ["04-22", "04-23"]);
    assert_eq!(days("0 0 0 5/99999999999 * *", "T00:00:00", 2), ["05-05", "06-05"]);
}

#[test]
fn steps_restart_in_each_period() {
    assert_eq!(
        firings("0 */7 * * * *", 5),
        ["11:42:00", "11:49:00", "11:56:00", "12:00:00", "12:07:00"].map(|time| format!("2018-04-21T{time}"))
    );
}

#[test]
fn oddities_are_read_as_the_registry_reads_them() {
    let minutes_1_and_2 = ["2018-04-21T12:01:00", "2018-04-21T12:02:00", "2018-04-21T13:01:00"];
    for schedule in ["0 1,,2 * * * *", "0 ,1,2, * * * *", "\t0  1,2 * * *\n", "0 1-2 * * jan-DEC *"] {
        assert_eq!(firings(schedule, 3), minutes_1_and_2, "{schedule}");
    }
    assert_eq!(firings("0 *-5 * * * *", 2), ["2018-04-21T11:41:00", "2018-04-21T11:42:00"]);
    assert_eq!(firings("0 *-5-x/30 * * * *", 2), ["2018-04-21T12:00:00", "2018-04-21T12:30:00"]);
    assert_eq!(firings("0 +5 * * * *", 1), ["2018-04-21T12:05:00"]);
    assert_eq!(firings("0 005 * * * *", 1), ["2018-04-21T12:05:00"]);
    for never in [", * * * * *", "0 0 0 , * *", "0 0 0 31 2 *", "0 0 0 30 feb ?"] {
        assert_eq!(firings(never, 1), [""; 0], "{never} never fires");
    }
    assert_eq!(days("0 0 0 , * MON", "T00:00:00", 2), ["04-23", "04-30"], "no day of month has a star here, so either");
}

#[test]
fn descriptors() {
    assert_eq!(firings("@yearly", 2), ["2019-01-01T00:00:00", "2020-01-01T00:00:00"]);
    assert_eq!(firings("@annually", 2), ["2019-01-01T00:00:00", "2020-01-01T00:00:00"]);
    assert_eq!(days("@monthly", "T00:00:00", 2), ["05-01", "06-01"]);
    assert_eq!(days("@weekly", "T00:00:00", 2), ["04-22", "04-29"], "Sundays");
    assert_eq!(days("@daily", "T00:00:00", 2), ["04-22", "04-23"]);
    assert_eq!(days("@midnight", "T00:00:00", 2), ["04-22", "04-23"]);
    assert_eq!(firings("@hourly", 2), ["2018-04-21T12:00:00", "2018-04-21T13:00:00"]);
    assert_eq!(firings("@every 90m", 2), ["2018-04-21T13:10:00", "2018-04-21T14:40:00"]);
}

#[test]
fn every_counts_whole_seconds_from_the_last_firing() {
    for schedule in ["@every 1s", "@every 1ms", "@every 0", "@every 1.9s", "@every -5m"] {
        assert_eq!(firings(schedule, 2), ["2018-04-21T11:40:01", "2018-04-21T11:40:02"], "{schedule}");
    }
    let after = instant("2018-04-21T11:40:00.7Z");
    let next = Schedule::parse("@every 1h0.5s").unwrap().firings(after).next();
    assert_eq!(next, Some(instant("2018-04-21T12:40:00Z")));
}

#[test]
fn every_keeps_step_with_a_known_firing_before_and_after_it() {
    let known = instant("2018-04-21T11:40:00.9Z");
    let in_step = |schedule: &str| Schedule::parse(schedule).unwrap().in_step_with(known);
    for (after, next) in [
        ("2018-04-21T11:39:59.9Z", "2018-04-21T11:40:00Z"),
        ("2018-04-21T11:40:00Z", "2018-04-21T13:10:00Z"),
        ("2018-04-21T10:10:00Z", "2018-04-21T11:40:00Z"),
        ("2018-04-21T10:09:59.999Z", "2018-04-21T10:10:00Z"),
        ("2018-04-20T11:40:00Z", "2018-04-20T13:10:00Z"),
        ("2019-04-21T11:40:00Z", "2019-04-21T13:10:00Z"),
    ] {
        let mut firings = in_step("@every 90m").firings(instant(after));
        assert_eq!(firings.next(), Some(instant(next)), "after {after}");
        assert_eq!(firings.next(), Some(instant(next) + chrono::TimeDelta::minutes(90)));
    }
    let daily = in_step("0 0 3 * * *").firings(known).next();
    assert_eq!(daily, Some(instant("2018-04-22T03:00:00Z")), "any other schedule is in step with the calendar");
}

#[test]
fn next_firing_is_strictly_later_and_within_five_years() {
    let daily = Schedule::parse("0 0 3 * * *").unwrap();
    for (after, next) in [
        ("2018-04-21T03:00:00Z", "2018-04-22T03:00:00Z"),
        ("2018-04-21T02:59:59Z", "2018-04-21T03:00:00Z"),
        ("2018-04-21T02:59:59.999999999Z", "2018-04-21T03:00:00Z"),
        ("2018-12-31T23:59:59.5Z", "2019-01-01T03:00:00Z"),
    ] {
        assert_eq!(daily.firings(instant(after)).next(), Some(instant(next)), "after {after}");
    }
    let leap_days = Schedule::parse("0 0 0 29 2 *").unwrap();
    assert_eq!(
        leap_days.firings(instant("2018-04-21T11:40:00Z")).take(3).last(),
        Some(instant("2028-02-29T00:00:00Z"))
    );
    // Seven years without a leap day, as in Go: the fifth year after 2092 ends before the next one,
    // 2096 being the last.
    assert_eq!(leap_days.firings(instant("2092-03-01T00:00:00Z")).count(), 1);
    // The crate's calendar is 1970 to 2100; firings go on beyond it.
    for (after, next) in [
        ("1960-01-01T00:00:00Z", "1960-01-01T03:00:00Z"),
        ("1969-12-31T03:00:00Z", "1970-01-01T03:00:00Z"),
        ("2100-12-31T23:59:59Z", "2101-01-01T03:00:00Z"),
        ("2240-02-28T04:00:00Z", "2240-02-29T03:00:00Z"),
        ("2300-02-28T04:00:00Z", "2300-03-01T03:00:00Z"),
    ] {
        assert_eq!(daily.firings(instant(after)).next(), Some(instant(next)), "after {after}");
    }
    // The 29th of February 2104 is the first one after that of 2096.
    assert_eq!(leap_days.firings(instant("2100-01-01T00:00:00Z")).next(), Some(instant("2104-02-29T00:00:00Z")));
    assert_eq!(daily.firings(DateTime::<Utc>::MAX_UTC).next(), None, "the calendar ends");
    assert!(daily.firings(DateTime::<Utc>::MIN_UTC).next().is_some());
}

#[test]
fn a_firing_comes_strictly_after_the_instant_asked_from() {
    let start = instant("2018-04-21T03:00:00Z");
    let first = |schedule: &str, start| Schedule::parse(schedule).unwrap().firings(start).next();
    assert_eq!(first("0 0 3 * * *", start), Some(instant("2018-04-22T03:00:00Z")));
    assert_eq!(first("@every 90m", start), Some(instant("2018-04-21T04:30:00Z")));
    assert_eq!(first("* * * * * *", instant("2018-04-21T03:00:00.25Z")), Some(instant("2018-04-21T03:00:01Z")));
}

#[test]
fn a_crontab_line_gets_its_reading_and_the_form_with_six_fields() {
    let start = instant("2018-04-21T00:00:00Z");
    let note = |text: &str| Schedule::parse(text).unwrap().five_field_note(start).unwrap_or_default();
    for (text, parts) in [
        (
            "30 6 * * *",
            &["at 2018-04-21T00:06:30Z, then at 2018-04-21T01:06:30Z", "06:30 every day write `0 30 6 * * *`"][..],
        ),
        ("*/5 * * * *", &["at 2018-04-21T00:00:05Z", "write `0 */5 * * * *`"]),
        ("0 3 1 * 1", &["at 2019-01-01T01:03:00Z", "write `0 0 3 1 * 1`"]),
        ("0 0 1 1 7", &["2018-07-01T01:00:00Z", "write `0 0 0 1 1 0`"]),
    ] {
        let note = note(text);
        assert!(parts.iter().all(|part| note.contains(part)), "{text}: {note}");
    }
    for text in ["0 30 6 * * *", "@daily", "45 50 3 1 *"] {
        assert_eq!(note(text), "", "{text}");
    }
    // The form with six fields fires when a crontab does: on Sundays of February at 06:30.
    let note = note("30 6 * 2 7");
    let (_, line) = note.trim_end_matches('`').rsplit_once('`').unwrap();
    assert_eq!(Schedule::parse(line).unwrap().firings(start).next(), Some(instant("2019-02-03T06:30:00Z")));
    for (text, parts) in [
        ("30 6 * * 0", &["month `0`", "five fields begin with the second", "write `0 30 6 * * 0`"][..]),
        ("30 18 * * mon-fri", &["month `mon-fri`", "write `0 30 18 * * mon-fri`"]),
        ("0 0 99 * *", &["hour `99`"]),
        ("CRON_TZ=Europe/Berlin 0 0 3 * * *", &["in UTC", "write `0 0 3 * * *` with the times of day in UTC"]),
        ("TZ=UTC 0 0 3 * *", &["in UTC; write `0 0 3 * *`"]),
        ("TZ=Asia/Tokyo", &["no time zones"]),
        ("0 0 3 * * * 2018", &["no field for the year"]),
    ] {
        let error = Schedule::parse(text).unwrap_err().to_string();
        assert!(parts.iter().all(|part| error.contains(part)), "{text}: {error}");
    }
}

#[test]
fn refusals_name_the_field_and_say_what_would_be_right() {
    for (schedule, parts) in [
        ("0 0 1 * * 7", &["day of week `7`", "0 for Sunday"][..]),
        ("0 0 1 * * 8", &["day of week `8`", "0-6"]),
        ("0 0 1 * * saturday", &["day of week `saturday`", "`sat`"]),
        ("0 0 1 * * TUES", &["day of week `TUES`", "`tue`"]),
        ("0 0 3 * * * 2019", &["has 7", "year"]),
        ("0 0 22-2 * * *", &["hour `22-2`", "`22-23,0-2`"]),
        ("0 0 0 * * fri-mon", &["day of week `fri-mon`", "`5-6,0-1`"]),
        ("@HOURLY", &["`@HOURLY`", "`@hourly`"]),
        ("@fortnightly", &["`@fortnightly`", "@weekly", "@every"]),
        ("@every", &["`@every`"]),
        ("@every 90", &["@every", "`90`", "90m"]),
        ("@every  5s", &["` 5s`"]),
        ("0 0 0 L * *", &["day of month `L`", "1-31"]),
        ("0 0 0 * * 5L", &["day of week `5L`", "sun mon tue"]),
        ("0 0 0 * * mon#2", &["day of week `mon#2`"]),
        ("0 0 0 15W * *", &["day of month `15W`"]),
        ("0 0 0 0 * *", &["day of month `0`", "1-31"]),
        ("0 0 0 * 13 *", &["month `13`", "1-12"]),
        ("60 * * * * *", &["second `60`", "0-59"]),
        ("0 1,60,2 * * * *", &["minute `60`"]),
        ("0 0 24 * * *", &["hour `24`", "0-23"]),
        ("0 */0 * * * *", &["minute `*/0`", "1 or more"]),
        ("0 */-2 * * * *", &["minute `*/-2`", "step"]),
        ("0 1/2/3 * * * *", &["minute `1/2/3`", "slash"]),
        ("0 1-2-3 * * * *", &["minute `1-2-3`", "hyphen"]),
        ("0 -5 * * * *", &["minute `-5`", "missing"]),
        ("0 5- * * * *", &["minute `5-`", "missing"]),
        ("0 **  * * * *", &["minute `**`"]),
        ("", &["has 0"]),
        ("* * * *", &["has 4"]),
        (" @daily", &["has 1"]),
        ("CRON_TZ=UTC", &["UTC"]),
    ] {
        let refusal = refusal(schedule);
        for part in parts {
            assert!(refusal.contains(part), "{schedule}: `{refusal}` must say {part}");
        }
    }
    assert!(matches!(Schedule::parse("0 0 3"), Err(ScheduleError::FieldCount { count: 3, .. })));
}

/// One item of a list, before it is written out.
#[derive(Clone, Debug)]
struct Item {
    star: bool,
    first: u32,
    last: Option<u32>,
    step: Option<u32>,
}

/// A field: its bounds, and its items.
#[derive(Clone, Debug)]
struct Field {
    least: u32,
    most: u32,
    items: Vec<Item>,
}

impl Field {
    fn text(&self, names: &[&str]) -> String {
        let value = |value: u32| match names.get((value - self.least) as usize) {
            // Some by name, some by number.
            Some(name) if value.is_multiple_of(2) => (*name).to_owned(),
            _ => value.to_string(),
        };
        let item = |item: &Item| {
            let head = if item.star {
                if item.first.is_multiple_of(2) { "*" } else { "?" }.to_owned()
            } else {
                value(item.first)
            };
            let tail = item.last.filter(|_| !item.star).map_or(String::new(), |last| format!("-{}", value(last)));
            head + &tail + &item.step.map_or(String::new(), |step| format!("/{step}"))
        };
        self.items.iter().map(item).collect::<Vec<_>>().join(",")
    }

    /// Whether one of the items contains the value, by the documentation of the dialect.
    fn matches(&self, value: u32) -> bool {
        self.items.iter().any(|item| {
            let step = item.step.unwrap_or(1);
            let (first, last) = match (item.star, item.last) {
                (true, _) => (self.least, self.most),
                (false, Some(last)) => (item.first, last),
                (false, None) if item.step.is_some() => (item.first, self.most),
                (false, None) => (item.first, item.first),
            };
            first <= value && value <= last && (value - first).is_multiple_of(step)
        })
    }

    fn star(&self) -> bool {
        self.items.iter().any(|item| item.star)
    }
}

fn field(least: u32, most: u32) -> impl Strategy<Value = Field> {
    let item = (0..4_u8, least..=most, least..=most, prop::option::of(1..most + 3)).prop_map(|(kind, a, b, step)| {
        Item { star: kind == 0, first: a.min(b), last: (kind == 1).then_some(a.max(b)), step }
    });
    prop::collection::vec(item, 1..4).prop_map(move |items| Field { least, most, items })
}

fn all_fields() -> impl Strategy<Value = [Field; 6]> {
    let fields = (field(0, 59), field(0, 59), field(0, 23), field(1, 31), field(1, 12), field(0, 6));
    fields.prop_map(<[Field; 6]>::from)
}

const MONTHS: [&str; 12] = ["Jan", "FEB", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS: [&str; 7] = ["sun", "Mon", "TUE", "wed", "thu", "fri", "sat"];

/// The first firing after `after`, found by testing each day and each time of day.
fn naive_next(fields: &[Field; 6], after: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let [second, minute, hour, day, month, weekday] = fields;
    let day_matches = |date: NaiveDate| {
        let by_day = day.matches(date.day());
        let by_weekday = weekday.matches(date.weekday().num_days_from_sunday());
        let either = if day.star() || weekday.star() { by_day && by_weekday } else { by_day || by_weekday };
        month.matches(date.month()) && either
    };
    let last_year = (after + TimeDelta::seconds(1)).year() + 5;
    let mut date = after.date_naive();
    while date.year() <= last_year {
        if day_matches(date) {
            for second_of_day in 0..86_400 {
                let time = NaiveTime::from_num_seconds_from_midnight_opt(second_of_day, 0).unwrap();
                let at = date.and_time(time).and_utc();
                if at > after
                    && hour.matches(time.hour())
                    && minute.matches(time.minute())
                    && second.matches(time.second())
                {
                    return Some(at);
                }
            }
        }
        date = date + Days::new(1);
    }
    None
}

/// Compares the first firings with those of the naive search.
fn check_against_naive(fields: &[Field; 6], after: DateTime<Utc>, count: usize) -> Result<(), TestCaseError> {
    let names: [&[&str]; 6] = [&[], &[], &[], &[], &MONTHS, &WEEKDAYS];
    let text: Vec<String> = fields.iter().zip(names).map(|(field, names)| field.text(names)).collect();
    let text = text.join(" ");
    let mut firings = Schedule::parse(&text).map_err(|error| TestCaseError::fail(error.to_string()))?.firings(after);
    let mut last = after;
    for _ in 0..count {
        let next = firings.next();
        prop_assert_eq!(next, naive_next(fields, last), "{} after {}", text, last);
        match next {
            Some(at) => last = at,
            None => break,
        }
    }
    Ok(())
}

/// An instant of the years 1970 to 2093, or of 1860 to 2330: beyond the crate's.
fn any_instant() -> impl Strategy<Value = DateTime<Utc>> {
    let nanos = prop_oneof![Just(0), 0_u32..1_000_000_000];
    let seconds = prop_oneof![0_i64..3_900_000_000, -3_471_000_000_i64..11_360_000_000];
    (seconds, nanos).prop_map(|(seconds, nanos)| DateTime::from_timestamp(seconds, nanos).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 500_u32.div_ceil(crate::divisor()),
        rng_seed: RngSeed::Fixed(1),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn firings_are_those_of_a_naive_search(fields in all_fields(), after in any_instant()) {
        check_against_naive(&fields, after, 6)?;
    }

    #[test]
    fn days_are_those_of_a_naive_search(
        day in field(1, 31),
        month in field(1, 12),
        weekday in field(0, 6),
        after in any_instant(),
    ) {
        let zero = |most| {
            Field { least: 0, most, items: vec![Item { star: false, first: 0, last: None, step: None }] }
        };
        check_against_naive(&[zero(59), zero(59), zero(23), day, month, weekday], after, 30)?;
    }

    #[test]
    fn no_text_panics(text in "[-+*?/,@0-9a-zA-Z. \u{b5}\t]{0,24}") {
        if let Ok(schedule) = Schedule::parse(&text) {
            let _ = schedule.firings(instant(REFERENCE)).take(3).count();
        }
        if let Ok(schedule) = Schedule::parse(&format!("@every {text}")) {
            let _ = schedule.firings(instant(REFERENCE)).take(3).count();
        }
        for text in [format!("CRON_TZ=Europe/Berlin {text}"), format!("TZ={text}")] {
            if let Ok(schedule) = Schedule::parse_in(&text, TimeZone::UTC) {
                let _ = schedule.firings(instant(REFERENCE)).take(3).count();
            }
        }
    }
}
