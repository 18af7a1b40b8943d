//! Arrivals by hour of the day and class of days, as charts show them: what was counted beside what
//! was fitted.

use super::estimates::{ArrivalFigures, HourFigures, Interval};
use crate::interval;

const HOURS: usize = 24;
const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// Arrivals in an hour of the days of a class.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClassHour {
    /// From 0 to 23, in the time zone of the scenario.
    pub hour: usize,
    /// The rate of the scenario per hour, on average over the days of the class.
    pub fitted_per_h: f64,
    /// The observed rate per hour, with the interval of a count with the variance of hours; `None`
    /// if the window has no such hour.
    pub observed_per_h: Option<Interval>,
}

/// The days of a class.
#[derive(Clone, Debug, PartialEq)]
pub struct DayClassHours {
    /// Their name.
    pub days: &'static str,
    /// Their hours, from 0 to 23.
    pub hours: Vec<ClassHour>,
}

impl ArrivalFigures {
    /// The hours of each class of days.
    pub fn by_day_class(&self) -> Vec<DayClassHours> {
        match self.day_classes {
            "pooled" => vec![self.class("all days", |_| true)],
            "weekday-weekend" => vec![self.class("Mon-Fri", |day| day < 5), self.class("Sat-Sun", |day| day >= 5)],
            _ => DAYS.iter().enumerate().map(|(day, name)| self.class(name, |other| other == day)).collect(),
        }
    }

    fn class(&self, days: &'static str, has: impl Fn(usize) -> bool) -> DayClassHours {
        let dispersion = self.dispersion_of_hours.or(self.dispersion_of_days).unwrap_or(1.0).max(1.0);
        let hour = |hour: usize| {
            let of = || self.hours.iter().filter(|figures| figures.hour == hour && has(figures.weekday));
            let sum = |value: fn(&HourFigures) -> f64| of().map(value).sum::<f64>();
            let (observed, hours) = (sum(|hour| hour.observed), sum(|hour| hour.hours));
            let fitted_per_h = if hours > 0.0 {
                sum(|hour| hour.fitted_per_h * hour.hours) / hours
            } else {
                sum(|hour| hour.fitted_per_h) / of().count().max(1) as f64
            };
            let (low, high) = interval::dispersed_interval(observed as usize, dispersion);
            let observed_per_h = (hours > 0.0).then(|| Interval::of(observed / hours, (low / hours, high / hours)));
            ClassHour { hour, fitted_per_h, observed_per_h }
        };
        DayClassHours { days, hours: (0..HOURS).map(hour).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two weeks with 2 arrivals in each hour of weekdays and 1 at weekends.
    fn figures(day_classes: &'static str) -> ArrivalFigures {
        let hour = |index: usize| {
            let (weekday, hour) = (index / HOURS, index % HOURS);
            let rate = if weekday < 5 { 2.0 } else { 1.0 };
            HourFigures { weekday, hour, observed: 2.0 * rate, hours: 2.0, fitted_per_h: rate, observed_per_h: None }
        };
        ArrivalFigures {
            jobs: 576,
            batches: 576,
            rate_per_s: Interval::alone(576.0 / 1_209_600.0),
            batch_mean: 1.0,
            pattern: "by-day",
            day_classes,
            dispersion_of_days: None,
            dispersion_of_hours: None,
            tests: Vec::new(),
            hours: (0..7 * HOURS).map(hour).collect(),
        }
    }

    #[test]
    fn hours_of_a_class_are_added_up() {
        let of = |classes| {
            let hours = figures(classes).by_day_class();
            hours.iter().map(|class| (class.days, class.hours[3].observed_per_h.unwrap().value)).collect::<Vec<_>>()
        };
        assert_eq!(of("pooled"), [("all days", 24.0 / 14.0)]);
        assert_eq!(of("weekday-weekend"), [("Mon-Fri", 2.0), ("Sat-Sun", 1.0)]);
        assert_eq!(of("seven-days").len(), 7);
        let weekdays = &figures("weekday-weekend").by_day_class()[0].hours[5];
        assert_eq!((weekdays.hour, weekdays.fitted_per_h), (5, 2.0));
        // 20 arrivals in 10 hours: 12.2 to 30.9 are the exact limits.
        let observed = weekdays.observed_per_h.unwrap();
        assert!((observed.low.unwrap() - 1.22).abs() < 0.01 && (observed.high.unwrap() - 3.09).abs() < 0.01);
    }
}
