//! Regular arrivals among random ones: a cron whose rows come at its firings or some time after.
//!
//! Times are folded by each period that a cron can have. If a cron is among them, nearly all
//! periods of the hours and days in which it fires have an arrival within the same short part. The
//! shortest part that does is looked for, and compared with what the arrivals beside it would
//! explain by chance.

use std::collections::BTreeSet;

use super::calendar::{Calendar, HOURS, WEEKDAYS};
use crate::arrival::cron::Schedule;
use crate::model::math;
use crate::model::time::{NANOS, Span, Time};
use crate::model::time_zone::TimeZone;

const MINUTE: i64 = 60 * NANOS;
const HOUR: i64 = 3_600 * NANOS;
const DAY: i64 = 24 * HOUR;
/// The periods, in minutes.
const PERIODS: [i64; 19] = [1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60, 120, 180, 240, 360, 480, 720, 1_440];
/// The lengths of the part of a period in which arrivals come, in seconds.
const PARTS: [i64; 10] = [0, 1, 2, 5, 10, 30, 60, 120, 300, 600];
/// The share of firings with an arrival: of an hour on a day of the week, and of all.
const OF_CELL: f64 = 0.75;
const OF_ALL: f64 = 0.85;
/// The fewest firings that may be regular.
const MIN_FIRINGS: usize = 4;
/// Arrivals that fill a part by chance more often than this cannot be told from a cron.
const MOST_CHANCE: f64 = 0.25;
/// The logarithm of the probability of taking chance for a cron.
const LN_LEVEL: f64 = -9.2;
/// Of more arrivals, only those in the busiest part of a period are looked at.
const MANY: usize = 20_000;
/// Standard deviations by which the busiest part has more arrivals than the time around it.
const BEYOND: f64 = 4.0;

/// A cron among arrivals.
#[derive(Clone, Debug)]
pub(super) struct RegularSource {
    /// In six fields, in the zone of the arrivals.
    pub(super) schedule: String,
    /// Firings with an arrival and without one.
    pub(super) firings: usize,
    pub(super) missing: usize,
    /// Seconds from the firings to the arrivals: mean and largest.
    pub(super) delay: (f64, f64),
}

/// Arrivals folded by a period.
struct Folded {
    period: i64,
    /// Phase, number of the period, and index of the arrival, by phase.
    events: Vec<(i64, usize, usize)>,
    /// Local time of period 0.
    origin: i64,
    periods: usize,
}

/// A part of the period, and the firings in it.
struct Candidate {
    /// From and to, as phases.
    from: i64,
    to: i64,
    hours: BTreeSet<usize>,
    weekdays: BTreeSet<usize>,
    /// Indices of the arrivals, with their local time after the firing.
    hits: Vec<usize>,
    possible: usize,
    period: i64,
    /// Local time of period 0.
    origin: i64,
}

/// The most frequent cron among sorted arrivals of a window, and the arrivals that are not its own.
pub(super) fn split(
    times: &[Time],
    calendar: &Calendar,
    zone: TimeZone,
    (from, to): (Time, Time),
    step: Span,
) -> Option<(RegularSource, Vec<Time>)> {
    if times.len() < MIN_FIRINGS {
        return None;
    }
    let local: Vec<i64> = times.iter().map(|at| calendar.local_nanos(*at)).collect();
    let span = (calendar.local_nanos(from), calendar.local_nanos(to));
    let density = times.len() as f64 / (to - from).as_secs_f64().max(1.0);
    for minutes in PERIODS {
        let period = minutes * MINUTE;
        let periods = ((span.1 - span.0) / period) as usize;
        let least = if period <= HOUR { periods / (HOURS * WEEKDAYS) } else { periods / WEEKDAYS };
        let is_dense = density * step.as_secs_f64().max(1e-3) > MOST_CHANCE;
        if periods < MIN_FIRINGS || times.len() < least.max(MIN_FIRINGS) || is_dense {
            continue;
        }
        let all = if times.len() > MANY { None } else { Some(Folded::new(&local, span, period, None)) };
        let seconds = all.is_none().then(|| Seconds::new(&local, period));
        let mut candidates: Vec<Candidate> = Vec::new();
        for part in PARTS.map(|seconds| seconds * NANOS) {
            if part > period / 4 || density * (part as f64 / NANOS as f64) > 4.0 {
                break;
            }
            let found = match (&all, &seconds) {
                (Some(all), _) => all.candidate(&local, span, part, step.0),
                (None, Some(seconds)) => seconds.busiest(part).and_then(|near| {
                    Folded::new(&local, span, period, Some(near)).candidate(&local, span, part, step.0)
                }),
                (None, None) => None,
            };
            candidates.extend(found);
        }
        // A part that is too short has some of the arrivals of a cron with jitter.
        let most = candidates.iter().map(|candidate| candidate.hits.len()).max().unwrap_or(0);
        let enough = candidates.into_iter().find(|candidate| candidate.hits.len() * 10 >= most * 9);
        let Some(candidate) = enough.map(|candidate| candidate.starting_at_whole_minute(&local)) else { continue };
        if let Some(found) = finish(&candidate, &local, zone) {
            let of_cron: BTreeSet<usize> = candidate.hits.iter().copied().collect();
            let rest = times.iter().enumerate().filter(|(index, _)| !of_cron.contains(index));
            return Some((found, rest.map(|(_, at)| *at).collect()));
        }
    }
    None
}

impl Candidate {
    /// The same from a whole minute on, if hardly any arrival comes before it: crons fire on whole
    /// minutes, and other arrivals just before them are not theirs.
    fn starting_at_whole_minute(mut self, local: &[i64]) -> Candidate {
        let minute = (self.from + MINUTE - 1) / MINUTE * MINUTE;
        let phase = |index: usize| self.from + (local[index] - self.origin - self.from).rem_euclid(self.period);
        let (own, early): (Vec<usize>, Vec<usize>) = self.hits.iter().partition(|index| phase(**index) >= minute);
        if minute < self.to && early.len() <= 1 + self.hits.len() / 20 {
            if self.period >= HOUR && minute / HOUR > self.from / HOUR {
                let is_midnight = self.hours.contains(&(HOURS - 1));
                self.hours = self.hours.iter().map(|hour| (hour + 1) % HOURS).collect();
                if is_midnight && self.hours.len() == 1 {
                    self.weekdays = self.weekdays.iter().map(|day| (day + 1) % WEEKDAYS).collect();
                }
            }
            (self.hits, self.from) = (own, minute);
        }
        self
    }
}

impl Folded {
    /// All arrivals, or those whose phase is at most the second number after the first one.
    fn new(local: &[i64], (from, to): (i64, i64), period: i64, near: Option<(i64, i64)>) -> Folded {
        let origin = from.div_euclid(period) * period;
        let is_near = |at: &i64| near.is_none_or(|(first, length)| (at - first).rem_euclid(period) <= length);
        let fold = |(index, at): (usize, &i64)| {
            let since = at - origin;
            (since.rem_euclid(period), since.div_euclid(period).max(0) as usize, index)
        };
        let events = local.iter().enumerate().filter(|(_, at)| is_near(at)).map(fold);
        let mut events: Vec<(i64, usize, usize)> = events.collect();
        events.sort_unstable();
        // A part may reach beyond the end of the period.
        let wrapped = events.iter().take_while(|(phase, ..)| *phase < period / 4);
        let wrapped: Vec<_> = wrapped
            .filter(|(_, number, _)| *number > 0)
            .map(|(phase, number, index)| (phase + period, number - 1, *index))
            .collect();
        events.extend(wrapped);
        Folded { period, events, origin, periods: ((to - origin) / period + 1) as usize }
    }

    /// The part of this length that the most periods have an arrival in.
    fn best_part(&self, length: i64) -> (usize, usize, usize) {
        let mut counts = vec![0_u32; self.periods + 1];
        let (mut first, mut distinct, mut best) = (0, 0_usize, (0, 0, 0));
        for (last, (phase, number, _)) in self.events.iter().enumerate() {
            let count = &mut counts[(*number).min(self.periods)];
            distinct += usize::from(*count == 0);
            *count += 1;
            while self.events[first].0 < phase - length {
                let count = &mut counts[self.events[first].1.min(self.periods)];
                *count -= 1;
                distinct -= usize::from(*count == 0);
                first += 1;
            }
            if distinct > best.0 {
                best = (distinct, first, last);
            }
        }
        best
    }

    fn candidate(&self, local: &[i64], (from, to): (i64, i64), length: i64, step: i64) -> Option<Candidate> {
        let (distinct, first, last) = self.best_part(length);
        let expected = local.len() as f64 * (length + step) as f64 / self.period as f64;
        let is_chance = self.period <= HOUR && (distinct as f64) < expected + 3.5 * (expected + 1.0).sqrt();
        if distinct < MIN_FIRINGS || is_chance {
            return None;
        }
        let (phase, end) = (self.events[first].0, self.events[last].0);
        // The first arrival of each period in the part.
        let mut hit: Vec<Option<usize>> = vec![None; self.periods + 1];
        for (_, number, index) in self.events[first..=last].iter().rev() {
            hit[(*number).min(self.periods)] = Some(*index);
        }
        let slot = self.period.max(HOUR);
        let slots = (DAY / slot) as usize;
        let cell = |number: usize| {
            let at = self.origin + number as i64 * self.period + phase;
            (Calendar::weekday_by_clock(at.div_euclid(NANOS)), (at.rem_euclid(DAY) / slot) as usize, at)
        };
        let mut cells = vec![(0_usize, 0_usize); WEEKDAYS * slots];
        for (number, hit) in hit.iter().enumerate().take(self.periods) {
            let (weekday, place, at) = cell(number);
            if from < at && at + (end - phase) < to {
                let counts = &mut cells[weekday * slots + place];
                *counts = (counts.0 + 1, counts.1 + usize::from(hit.is_some()));
            }
        }
        let is_active = |(possible, hits): (usize, usize)| possible > 0 && hits as f64 >= OF_CELL * possible as f64;
        let active: Vec<usize> = (0..cells.len()).filter(|index| is_active(cells[*index])).collect();
        let weekdays: BTreeSet<usize> = active.iter().map(|index| index / slots).collect();
        let places: BTreeSet<usize> = active.iter().map(|index| index % slots).collect();
        // All hours on all days that fire: a schedule cannot have other hours on some of its days.
        let inside = |index: usize| weekdays.contains(&(index / slots)) && places.contains(&(index % slots));
        let sum = |is_inside: bool| {
            let chosen = cells.iter().enumerate().filter(|(index, _)| inside(*index) == is_inside);
            chosen.fold((0, 0), |sum, (_, cell)| (sum.0 + cell.0, sum.1 + cell.1))
        };
        let ((possible, hits), outside) = (sum(true), sum(false));
        if hits < MIN_FIRINGS || (hits as f64) < OF_ALL * possible as f64 {
            return None;
        }
        let fires = |number: usize| {
            let (weekday, place, _) = cell(number);
            inside(weekday * slots + place)
        };
        let chance = self.chance(local, (phase, end), step, possible, fires);
        let expected = chance * outside.0 as f64;
        let is_alone = outside.1 as f64 <= expected + 2.0 * (expected + 1.0).sqrt() + 0.1 * hits as f64;
        let choice = math::ln(24.0) * places.len().min(slots - places.len()) as f64
            + if weekdays.len() < WEEKDAYS { 7.0 * math::ln(2.0) } else { 0.0 };
        let tries = math::ln(200.0 * local.len() as f64);
        let is_significant =
            choice + tries - possible as f64 * divergence(hits as f64 / possible as f64, chance) < LN_LEVEL;
        if chance > MOST_CHANCE || !is_alone || !is_significant {
            return None;
        }
        let own = hit.iter().enumerate().take(self.periods).filter(|(number, _)| fires(*number));
        let hits: Vec<usize> = own.filter_map(|(_, index)| *index).collect();
        let hour = |place: &usize| *place * (slot / HOUR) as usize + (phase % slot / HOUR) as usize;
        let hours = places.iter().map(hour).collect();
        let (period, origin) = (self.period, self.origin);
        Some(Candidate { from: phase, to: end, hours, weekdays, hits, possible, period, origin })
    }

    /// The probability that other arrivals fill the part, from those shortly before and after it.
    fn chance(
        &self,
        local: &[i64],
        (phase, end): (i64, i64),
        step: i64,
        possible: usize,
        fires: impl Fn(usize) -> bool,
    ) -> f64 {
        let length = (end - phase).max(step).max(NANOS / 1_000);
        let beside = (2 * length).max(60 * NANOS).min(self.period / 4);
        let near = |at: &&i64| {
            let since = **at - self.origin - phase;
            // Before its firing or after it: the nearest one decides.
            let number = (since + beside).div_euclid(self.period);
            let offset = since - number * self.period;
            let is_beside = (-beside..0).contains(&offset) || (end - phase + 1..end - phase + beside).contains(&offset);
            is_beside && number >= 0 && fires(number as usize)
        };
        let count = local.iter().filter(near).count() as f64;
        let density = (count + 0.5) / (2.0 * beside as f64 * possible as f64);
        (1.0 - math::exp(-density * length as f64)).max(1e-9)
    }
}

/// Arrivals by whole second of a period: where many are folded, only the busiest part is looked at.
struct Seconds {
    period: i64,
    /// The number of arrivals before each second of two periods.
    before: Vec<u32>,
}

impl Seconds {
    fn new(local: &[i64], period: i64) -> Seconds {
        let length = (period / NANOS) as usize;
        let mut counts = vec![0_u32; length];
        for at in local {
            counts[(at.rem_euclid(period) / NANOS) as usize] += 1;
        }
        let mut before = vec![0];
        let mut sum = 0;
        for count in counts.iter().chain(&counts) {
            sum += count;
            before.push(sum);
        }
        Seconds { period, before }
    }

    /// The part of this length with the most arrivals beyond those of the time around it, as its
    /// begin and its length, with a second more on both sides; `None` if chance explains it.
    fn busiest(&self, part: i64) -> Option<(i64, i64)> {
        let all = self.before.len() / 2;
        let (length, margin) = ((part / NANOS) as usize + 1, (10 * (part / NANOS) as usize + 30).min(all / 2 - 1));
        let surplus = |first: usize| {
            let inside = f64::from(self.before[first + length] - self.before[first]);
            let (low, high) = (first.saturating_sub(margin), (first + length + margin).min(2 * all));
            let around = f64::from(self.before[high] - self.before[low]) - inside;
            let expected = around * length as f64 / (high - low - length) as f64;
            (inside - expected) / (expected + 1.0).sqrt()
        };
        let begin = all / 2;
        let best = (begin..begin + all).map(|first| (surplus(first), first)).max_by(|a, b| a.0.total_cmp(&b.0))?;
        let first = (best.1 as i64 - 1) * NANOS;
        (best.0 >= BEYOND).then_some((first.rem_euclid(self.period), (length as i64 + 2) * NANOS))
    }
}

/// Kullback's divergence of a share from a probability.
fn divergence(share: f64, chance: f64) -> f64 {
    if share <= chance {
        return 0.0;
    }
    let other = 1.0 - share;
    share * math::ln(share / chance) + if other > 0.0 { other * math::ln(other / (1.0 - chance)) } else { 0.0 }
}

fn finish(candidate: &Candidate, local: &[i64], zone: TimeZone) -> Option<RegularSource> {
    let length = candidate.to - candidate.from;
    let minute = candidate.from / MINUTE * MINUTE;
    let is_exact = length == 0 && candidate.from % NANOS == 0;
    let near = if length == 0 { 2 * NANOS } else { length.max(10 * NANOS) };
    let nominal = if !is_exact && candidate.from - minute <= near { minute } else { candidate.from / NANOS * NANOS };
    let schedule = expression(candidate, nominal);
    Schedule::parse_in(&schedule, zone).ok()?;
    let delays: Vec<f64> = candidate
        .hits
        .iter()
        .map(|index| {
            let phase = (local[*index] - candidate.origin - nominal).rem_euclid(candidate.period);
            phase as f64 / NANOS as f64
        })
        .collect();
    let mean = delays.iter().sum::<f64>() / delays.len() as f64;
    Some(RegularSource {
        schedule,
        firings: candidate.hits.len(),
        missing: candidate.possible.saturating_sub(candidate.hits.len()),
        delay: (mean, delays.iter().copied().fold(0.0, f64::max)),
    })
}

/// The schedule in six fields.
fn expression(candidate: &Candidate, nominal: i64) -> String {
    let second = nominal / NANOS % 60;
    let minute = nominal / MINUTE % 60;
    let step = candidate.period / MINUTE;
    let minutes = match step {
        1 => "*".to_owned(),
        2..60 if minute % step == 0 => format!("*/{step}"),
        2..60 => format!("{}/{step}", minute % step),
        _ => minute.to_string(),
    };
    let days: Vec<usize> = candidate.weekdays.iter().map(|day| (day + 1) % 7).collect();
    format!("{second} {minutes} {} * * {}", field(&candidate.hours, 24), field(&days.into_iter().collect(), 7))
}

/// Numbers as a field of a schedule: all, a step, a range or a list.
fn field(numbers: &BTreeSet<usize>, all: usize) -> String {
    let list: Vec<usize> = numbers.iter().copied().collect();
    let steps: BTreeSet<usize> = list.windows(2).map(|pair| pair[1] - pair[0]).collect();
    match (list.as_slice(), steps.first()) {
        _ if list.len() == all => "*".to_owned(),
        ([first, .., end], Some(1)) if steps.len() == 1 => format!("{first}-{end}"),
        ([first, ..], Some(step)) if steps.len() == 1 && all.is_multiple_of(*step) && list.len() == all / step => {
            if *first == 0 {
                format!("*/{step}")
            } else {
                format!("{first}/{step}")
            }
        }
        _ => list.iter().map(ToString::to_string).collect::<Vec<_>>().join(","),
    }
}

#[cfg(test)]
mod tests;
