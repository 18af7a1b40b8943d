//! Arrival rates by hour of the day and by class of day, as far as the arrivals show differences.
//!
//! Arrivals are counted by day and local hour. Four questions are asked of the counts in turn: do
//! weekdays and weekends have different totals; does each day of the week; do hours differ; and do
//! the hours differ in another way on weekends, or on each day of the week? Each is a quasi-Poisson
//! F test of nested models (McCullagh & Nelder, Generalized Linear Models, 1989, section 9.2) on
//! Pearson's statistic. Chance is measured by what the largest model leaves unexplained: for totals
//! of days, by the differences between days of the same class, so that days that are busy by
//! themselves make no class; for hours, by those between days within the same hour, so that clumps
//! of arrivals make no profile.

use super::calendar::{Calendar, HOURS, WEEKDAYS};
use crate::stats::fisher;

/// The chance of finding a difference between days where there is none.
const LEVEL_OF_DAYS: f64 = 0.005;
/// The same for hours.
const LEVEL_OF_HOURS: f64 = 0.001;
/// The fewest arrivals for each hour of the day with which hours are compared.
const MIN_PER_HOUR: f64 = 5.0;
/// The fewest arrivals with which days are compared.
const MIN_FOR_DAYS: f64 = 30.0;
/// The fewest days with which hours are compared, and with which classes of days are.
const MIN_DAYS: f64 = 3.0;
const WEEK: f64 = 7.0;
/// Rounds of fitting the rates of a product model; each reduces the error by a large factor.
const ROUNDS: usize = 50;
/// Hours and days of which less lies in the window are not tested.
const MIN_PART: f64 = 0.5;

/// Which days have the same rates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum DayClasses {
    /// All.
    #[default]
    Pooled,
    /// Monday to Friday, and Saturday with Sunday.
    Weekends,
    /// None: each has its own.
    Seven,
}

impl DayClasses {
    /// The class of a day of the week, Monday first.
    fn of(self, weekday: usize) -> usize {
        match self {
            DayClasses::Pooled => 0,
            DayClasses::Weekends => usize::from(weekday >= 5),
            DayClasses::Seven => weekday,
        }
    }

    fn count(self) -> usize {
        match self {
            DayClasses::Pooled => 1,
            DayClasses::Weekends => 2,
            DayClasses::Seven => WEEKDAYS,
        }
    }

    /// The name in tables.
    pub(super) fn name(self) -> &'static str {
        match self {
            DayClasses::Pooled => "pooled",
            DayClasses::Weekends => "weekday-weekend",
            DayClasses::Seven => "seven-days",
        }
    }
}

/// The result of a test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct RateTest {
    /// What differs if it rejects.
    pub(super) question: &'static str,
    /// The F statistic.
    pub(super) statistic: f64,
    /// The probability of a larger one if nothing differs.
    pub(super) chance: f64,
    pub(super) is_rejected: bool,
}

/// The rates of a week.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct WeeklyRates {
    /// Days with the same totals.
    pub(super) days: DayClasses,
    /// Days with the same course over the hours; `None` if hours do not differ.
    pub(super) hours: Option<DayClasses>,
    /// Arrivals per second, Monday first.
    pub(super) rates: [[f64; HOURS]; WEEKDAYS],
    /// Arrivals, and hours of the window, by weekday and hour; holidays are Sundays.
    pub(super) counts: [[f64; HOURS]; WEEKDAYS],
    pub(super) seconds: [[f64; HOURS]; WEEKDAYS],
    pub(super) tests: Vec<RateTest>,
    /// Variance of the totals of days over that of a Poisson process, at least 1; `None` if there
    /// are too few days.
    pub(super) dispersion: Option<f64>,
    /// The same for the counts of hours.
    pub(super) hourly_dispersion: Option<f64>,
    /// Whether there are enough days of both kinds to tell weekdays from weekends.
    pub(super) can_tell_weekends: bool,
}

impl WeeklyRates {
    /// Whether all hours have the same rate.
    pub(super) fn is_constant(&self) -> bool {
        self.hours.is_none() && self.is_pooled()
    }

    /// Whether all days have the same rates.
    pub(super) fn is_pooled(&self) -> bool {
        self.days == DayClasses::Pooled
    }
}

type Table = [[f64; HOURS]; WEEKDAYS];

/// A cell of a table: weekday and hour.
fn cells() -> impl Iterator<Item = (usize, usize)> {
    (0..WEEKDAYS).flat_map(|weekday| (0..HOURS).map(move |hour| (weekday, hour)))
}

/// A product model: a course over the hours for each class of `hours`, times a level for each class
/// of `levels`.
#[derive(Clone, Copy)]
struct Model {
    hours: Option<DayClasses>,
    levels: DayClasses,
}

impl Model {
    fn row(self, weekday: usize, hour: usize) -> (usize, usize) {
        self.hours.map_or((0, 0), |classes| (classes.of(weekday), hour))
    }

    /// The maximum-likelihood rates, by alternating between hours and levels.
    fn fit(self, counts: &Table, seconds: &Table) -> Table {
        let mut levels = [1.0; WEEKDAYS];
        let mut courses = [[0.0; HOURS]; WEEKDAYS];
        let ratio = |above: f64, below: f64| if below > 0.0 { above / below } else { 0.0 };
        for _ in 0..ROUNDS {
            let (mut above, mut below) = ([[0.0; HOURS]; WEEKDAYS], [[0.0; HOURS]; WEEKDAYS]);
            for (day, hour) in cells() {
                let (class, column) = self.row(day, hour);
                above[class][column] += counts[day][hour];
                below[class][column] += seconds[day][hour] * levels[self.levels.of(day)];
            }
            for (day, hour) in cells() {
                courses[day][hour] = ratio(above[day][hour], below[day][hour]);
            }
            let (mut above, mut below) = ([0.0; WEEKDAYS], [0.0; WEEKDAYS]);
            for (day, hour) in cells() {
                let (class, column) = self.row(day, hour);
                above[self.levels.of(day)] += counts[day][hour];
                below[self.levels.of(day)] += seconds[day][hour] * courses[class][column];
            }
            let updated = std::array::from_fn(|level| ratio(above[level], below[level]));
            if updated == levels || self.levels.count() == 1 {
                break;
            }
            levels = updated;
        }
        std::array::from_fn(|day| {
            std::array::from_fn(|hour| {
                let (class, column) = self.row(day, hour);
                courses[class][column] * levels[self.levels.of(day)]
            })
        })
    }
}

/// The counts of one action, and what is tested on them.
struct Evidence<'a> {
    calendar: &'a Calendar,
    counts: &'a [u32],
    /// Sums over whole hours, for tests.
    table: Table,
    seconds: Table,
    tests: Vec<RateTest>,
}

/// The rates of arrivals that were counted by hour of the calendar.
pub(super) fn weekly_rates(calendar: &Calendar, counts: &[u32]) -> WeeklyRates {
    let (mut all, mut all_seconds) = ([[0.0; HOURS]; WEEKDAYS], [[0.0; HOURS]; WEEKDAYS]);
    let mut evidence = Evidence { calendar, counts, table: all, seconds: all, tests: Vec::new() };
    for (cell, count) in calendar.hours().zip(counts) {
        all[cell.weekday][cell.hour] += f64::from(*count);
        all_seconds[cell.weekday][cell.hour] += cell.seconds;
        if cell.seconds >= MIN_PART * 3_600.0 {
            evidence.table[cell.weekday][cell.hour] += f64::from(*count);
            evidence.seconds[cell.weekday][cell.hour] += cell.seconds;
        }
    }
    let total: f64 = evidence.table.iter().flatten().sum();
    let enough_hours = total >= MIN_PER_HOUR * HOURS as f64 && calendar.days() >= MIN_DAYS;
    let differ = enough_hours && evidence.hours_differ();
    let base = Model { hours: differ.then_some(DayClasses::Pooled), levels: DayClasses::Pooled };
    let (mut days, dispersion, finest) = evidence.classes_of_totals(base, total);
    let mut hours = base.hours;
    if enough_hours && finest >= DayClasses::Weekends {
        for classes in [DayClasses::Weekends, DayClasses::Seven] {
            if classes <= finest && evidence.courses_differ(Model { hours, levels: days.max(classes) }, classes, finest)
            {
                (hours, days) = (Some(classes), days.max(classes));
            }
        }
    }
    let rates = Model { hours, levels: days }.fit(&all, &all_seconds);
    let (square, freedom) = evidence.within(finest);
    let hourly_dispersion = (freedom >= HOURS as f64).then(|| square / freedom);
    WeeklyRates {
        days,
        hours,
        rates,
        counts: all,
        seconds: all_seconds,
        tests: evidence.tests,
        dispersion,
        hourly_dispersion,
        can_tell_weekends: finest >= DayClasses::Weekends,
    }
}

impl Evidence<'_> {
    /// Adds a test of `statistic` = the mean square between over that within.
    fn test(&mut self, question: &'static str, between: (f64, f64), within: (f64, f64), level: f64) -> bool {
        let dispersion = (within.0 / within.1).max(1.0);
        let statistic = between.0 / between.1 / dispersion;
        let chance = fisher::upper_tail(statistic, between.1, within.1);
        self.tests.push(RateTest { question, statistic, chance, is_rejected: chance < level });
        chance < level
    }

    /// Pearson's statistic of single hours within the same hour of the same class, and its degrees
    /// of freedom. A class without arrivals has none.
    fn within(&self, classes: DayClasses) -> (f64, f64) {
        let (mut sums, mut parts) = ([[0.0; HOURS]; WEEKDAYS], [[0.0; HOURS]; WEEKDAYS]);
        for (day, hour) in cells() {
            sums[classes.of(day)][hour] += self.table[day][hour];
            parts[classes.of(day)][hour] += self.seconds[day][hour];
        }
        let (mut square, mut freedom) = (0.0, 0.0);
        let mut seen = [[false; HOURS]; WEEKDAYS];
        for (cell, count) in self.calendar.hours().zip(self.counts) {
            let class = classes.of(cell.weekday);
            if cell.seconds < MIN_PART * 3_600.0 || sums[class][cell.hour] == 0.0 {
                continue;
            }
            let mean = sums[class][cell.hour] / parts[class][cell.hour] * cell.seconds;
            square += (f64::from(*count) - mean) * (f64::from(*count) - mean) / mean;
            freedom += f64::from(u8::from(seen[class][cell.hour]));
            seen[class][cell.hour] = true;
        }
        (square, freedom)
    }

    fn hours_differ(&mut self) -> bool {
        let flat = Model { hours: None, levels: DayClasses::Pooled };
        let within = self.within(DayClasses::Pooled);
        let between = self.between(flat, DayClasses::Pooled);
        within.1 >= 2.0 * HOURS as f64 && self.test("hours", between, within, LEVEL_OF_HOURS)
    }

    /// Pearson's statistic of the hours of each class under a smaller model, and its degrees of
    /// freedom.
    fn between(&self, smaller: Model, classes: DayClasses) -> (f64, f64) {
        let rates = smaller.fit(&self.table, &self.seconds);
        let (mut sums, mut means) = ([[0.0; HOURS]; WEEKDAYS], [[0.0; HOURS]; WEEKDAYS]);
        for (day, hour) in cells() {
            sums[classes.of(day)][hour] += self.table[day][hour];
            means[classes.of(day)][hour] += self.seconds[day][hour] * rates[day][hour];
        }
        let square = |(day, hour): (usize, usize)| {
            let (sum, mean): (f64, f64) = (sums[day][hour], means[day][hour]);
            if mean > 0.0 { (sum - mean) * (sum - mean) / mean } else { 0.0 }
        };
        let rows = smaller.hours.map_or(0, DayClasses::count);
        (cells().map(square).sum(), ((classes.count() - rows) * (HOURS - 1)) as f64)
    }

    /// Whether classes of days have other courses over the hours than a model says, whose levels
    /// are those of the classes at least.
    fn courses_differ(&mut self, smaller: Model, classes: DayClasses, finest: DayClasses) -> bool {
        let within = self.within(finest);
        let between = self.between(smaller, classes);
        let question = if classes == DayClasses::Seven { "hours of each weekday" } else { "hours of weekends" };
        within.1 >= 2.0 * HOURS as f64 && self.test(question, between, within, LEVEL_OF_HOURS)
    }

    /// The classes of days with different totals, the dispersion of totals within the finest
    /// classes that the window distinguishes, and these.
    fn classes_of_totals(&mut self, base: Model, total: f64) -> (DayClasses, Option<f64>, DayClasses) {
        let course = base.fit(&self.table, &self.seconds)[0];
        let days = self.totals(&course);
        let mut of_weekday = [0_usize; WEEKDAYS];
        for (weekday, ..) in &days {
            of_weekday[*weekday] += 1;
        }
        let (weekdays, weekends): (usize, usize) = (of_weekday[..5].iter().sum(), of_weekday[5..].iter().sum());
        let finest = match () {
            () if of_weekday.iter().all(|count| *count >= 2) => DayClasses::Seven,
            () if weekdays >= 2 && weekends >= 2 && days.len() as f64 >= WEEK - 1.0 => DayClasses::Weekends,
            () => DayClasses::Pooled,
        };
        if total < MIN_FOR_DAYS || days.len() < 2 {
            return (DayClasses::Pooled, None, finest);
        }
        let sums = |classes: DayClasses| {
            let mut sums = [(0.0, 0.0); WEEKDAYS];
            for (weekday, count, expected) in &days {
                let sum = &mut sums[classes.of(*weekday)];
                *sum = (sum.0 + count, sum.1 + expected);
            }
            sums
        };
        let level = |sum: (f64, f64)| if sum.1 > 0.0 { sum.0 / sum.1 } else { 0.0 };
        let pearson = |count: f64, mean: f64| if mean > 0.0 { (count - mean) * (count - mean) / mean } else { 0.0 };
        let of_finest = sums(finest);
        let within: f64 = days
            .iter()
            .map(|(weekday, count, expected)| pearson(*count, expected * level(of_finest[finest.of(*weekday)])))
            .sum();
        let freedom = days.len() as f64 - finest.count() as f64;
        let dispersion = (freedom > 0.0).then(|| (within / freedom).max(1.0));
        let mut found = DayClasses::Pooled;
        for (classes, question) in
            [(DayClasses::Weekends, "totals of weekends"), (DayClasses::Seven, "totals of weekdays")]
        {
            if classes > finest || freedom < 4.0 {
                break;
            }
            let (small, large) = (sums(found), sums(classes));
            let mut between = 0.0;
            // The class of the smaller model that a class lies in, by its first day.
            for (class, (count, expected)) in large.into_iter().enumerate().take(classes.count()) {
                let weekday = (0..WEEKDAYS).find(|day| classes.of(*day) == class).unwrap_or(0);
                between += pearson(count, expected * level(small[found.of(weekday)]));
            }
            let above = (classes.count() - found.count()) as f64;
            if self.test(question, (between, above), (within, freedom), LEVEL_OF_DAYS) {
                found = classes;
            }
        }
        (found, dispersion, finest)
    }

    /// The days of which at least half lies in the window: weekday, arrivals, and those expected
    /// under a course over the hours.
    fn totals(&self, course: &[f64; HOURS]) -> Vec<(usize, f64, f64)> {
        let whole: f64 = course.iter().map(|rate| rate * 3_600.0).sum();
        let mut days: Vec<(i64, usize, f64, f64)> = Vec::new();
        for (cell, count) in self.calendar.hours().zip(self.counts) {
            let expected = course[cell.hour] * cell.seconds;
            match days.last_mut() {
                Some((day, _, sum, mean)) if *day == cell.day => {
                    *sum += f64::from(*count);
                    *mean += expected;
                }
                _ => days.push((cell.day, cell.weekday, f64::from(*count), expected)),
            }
        }
        days.retain(|(.., expected)| *expected >= MIN_PART * whole && *expected > 0.0);
        days.into_iter().map(|(_, weekday, count, expected)| (weekday, count, expected)).collect()
    }
}

#[cfg(test)]
mod tests;
