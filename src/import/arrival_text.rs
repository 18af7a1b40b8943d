//! Writes the arrivals of an action.

use super::arrival_process::ArrivalEstimate;
use super::calendar::HOURS;
use super::rates::{DayClasses, RateTest};
use super::toml_text::{self, TomlBuilder, count, number, rate, rate_like};

/// From this variance over that of a Poisson process on, arrivals count as bursts.
const BURSTS: f64 = 2.0;

/// The keys of days in a profile, from Monday on.
const DAY_KEYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// Writes what was counted, and `arrival` unless it is a profile.
pub(super) fn write(toml: &mut TomlBuilder, arrivals: &ArrivalEstimate) {
    let (low, high) = arrivals.interval;
    toml.comment(&format!(
        "{}{}; 95 % interval of the rate {} to {}.",
        if arrivals.sizes.is_empty() {
            count(arrivals.times, "arrival")
        } else {
            format!("{} batches of {} jobs that came together", arrivals.times, arrivals.jobs)
        },
        if arrivals.weekly.is_constant() { "" } else { ", more in some hours or on some days than in others" },
        rate_like(low, arrivals.rate),
        rate_like(high, arrivals.rate)
    ));
    if let Some(bursts) = arrivals.clumping().filter(|bursts| *bursts > BURSTS) {
        let what = if arrivals.burstiness.is_some() { "times between them" } else { "counts of an hour" };
        toml.comment(&format!(
            "They come in bursts: the variance of the {what} is {} times that of a Poisson process, so real waits are longer than \
             simulated ones.",
            number(bursts)
        ));
    }
    if let Some(days) = arrivals.weekly.dispersion.filter(|days| *days > BURSTS) {
        toml.comment(&format!(
            "Some days are busier than others of their class: the variance of their totals is {} times that of a Poisson process.",
            number(days)
        ));
    }
    if arrivals.weekly.is_constant() {
        let batch = batch(arrivals).map(|batch| format!(", batch = {batch}")).unwrap_or_default();
        let rate = toml_text::string(&rate(arrivals.rate));
        toml.pair("arrival", &format!("{{ poisson = {{ rate = {rate}{batch} }} }}"), "");
    }
}

/// Writes the profile, which is a separate table after all keys of the action. `zone` is where its
/// hours are shown.
pub(super) fn write_profile(toml: &mut TomlBuilder, action: &str, arrivals: &ArrivalEstimate, zone: &str) {
    if arrivals.weekly.is_constant() {
        return;
    }
    toml.gap();
    toml.comment(&explanation(arrivals, zone));
    toml.line(&format!("[action.{}.arrival.profile]", toml_text::key(action)));
    let rates = &arrivals.weekly.rates;
    write_day(toml, "rates", &rates[0]);
    for (day, key) in DAY_KEYS.iter().enumerate().skip(1) {
        if rates[day] != rates[0] {
            write_day(toml, key, &rates[day]);
        }
    }
    if let Some(batch) = batch(arrivals) {
        toml.pair("batch", &batch, "");
    }
}

fn write_day(toml: &mut TomlBuilder, key: &str, rates: &[f64; HOURS]) {
    toml.line(&format!("{key} = ["));
    for (quarter, rates) in rates.chunks(6).enumerate() {
        let rates: Vec<String> = rates.iter().map(|rate| toml_text::string(&toml_text::rate(*rate))).collect();
        toml.line(&format!("  {},  # {:02}:00", rates.join(", "), quarter * 6));
    }
    toml.line("]");
}

/// Why the rates are what they are, in words.
fn explanation(arrivals: &ArrivalEstimate, zone: &str) -> String {
    let weekly = &arrivals.weekly;
    let test = |question: &str| weekly.tests.iter().find(|test| test.question == question);
    let times = |test: Option<&RateTest>| test.map_or(String::new(), |test| number(test.statistic));
    let hours = match weekly.hours {
        None => "hours do not differ".to_owned(),
        Some(_) => match test("hours").filter(|test| test.is_rejected) {
            Some(hours) => format!("the hours differ {} times as much as chance explains", number(hours.statistic)),
            None => "the hours differ on some days".to_owned(),
        },
    };
    let totals = |question| test(question).filter(|test| test.is_rejected);
    let days = match weekly.days {
        DayClasses::Pooled if weekly.can_tell_weekends => {
            "All days have the same profile, because their totals do not differ more than chance explains.".to_owned()
        }
        DayClasses::Pooled => {
            "ASSUMPTION: all days have the same profile, because there are too few to tell weekdays from weekends."
                .to_owned()
        }
        DayClasses::Weekends if totals("totals of weekends").is_some() => format!(
            "Saturdays and Sundays have rates of their own: totals of days differ {} times as much as chance explains.",
            times(test("totals of weekends"))
        ),
        DayClasses::Weekends => "Saturdays and Sundays have other hours than weekdays.".to_owned(),
        DayClasses::Seven if totals("totals of weekdays").is_some() => format!(
            "Each day of the week has rates of its own: totals of days of the same kind differ {} times as much as chance explains.",
            times(test("totals of weekdays"))
        ),
        DayClasses::Seven => "Each day of the week has other hours.".to_owned(),
    };
    let shared = if weekly.days > DayClasses::Pooled && weekly.hours == Some(DayClasses::Pooled) {
        " They share the course over the hours."
    } else {
        ""
    };
    format!("By hour of the day, in {zone}: {hours}. {days}{shared}")
}

/// The sizes of batches as a distribution.
fn batch(arrivals: &ArrivalEstimate) -> Option<String> {
    let sizes = &arrivals.sizes;
    let first = sizes.first()?;
    if sizes.iter().all(|size| size == first) {
        return Some(first.to_string());
    }
    let sizes: Vec<String> = sizes.iter().map(ToString::to_string).collect();
    Some(format!("{{ empirical = {{ values = [{}] }} }}", sizes.join(", ")))
}
