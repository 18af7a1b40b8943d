//! The table of a comparison: every figure of a contender beside the baseline's, named by words, for two scenarios may number
//! their actions differently.

use std::collections::{BTreeMap, BTreeSet};

use super::Judgement;
use crate::Results;
use crate::engine::System;
use crate::stats::paired::Paired;
use crate::stats::student;
use crate::stats::{JobScope, Metric};

/// One figure of a contender against the baseline's.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The contender, by its number.
    pub contender: usize,
    /// The action, `all`, or nothing where jobs have no part in it.
    pub action: String,
    /// The resource, or nothing.
    pub resource: String,
    /// The measure, as tables call it.
    pub measure: &'static str,
    /// What of it.
    pub statistic: String,
    /// The unit of its values; `1` for a share or a ratio.
    pub unit: &'static str,
    /// The baseline's mean over the replications in which both had the figure.
    pub baseline: Option<f64>,
    /// The contender's.
    pub value: Option<f64>,
    /// Contender minus baseline.
    pub difference: Option<f64>,
    /// Its interval, valid at whatever look replications end.
    pub interval: Option<(f64, f64)>,
    /// The difference as a share of the baseline's mean.
    pub relative: Option<f64>,
    /// Its interval, by Fieller's theorem.
    pub relative_interval: Option<(f64, f64)>,
    /// The variance of the difference over that without common random numbers.
    pub variance_ratio: Option<f64>,
    /// How likely so large a difference is by chance, for this row and these replications alone.
    pub p: Option<f64>,
    /// Replications in which both had the figure.
    pub replications: u64,
    /// Those in which one of them had nothing to measure.
    pub missing: u64,
    /// What is said about it, if it is judged.
    pub judgement: Option<Judgement>,
}

/// What a row is of, in words.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Heading {
    pub(super) action: String,
    pub(super) resource: String,
    pub(super) measure: &'static str,
    pub(super) statistic: String,
}

impl Heading {
    pub(super) fn of(metric: Metric, system: &System) -> Heading {
        let resource = metric.resource.map_or("", |id| &system.resources[usize::from(id.0)]);
        Heading {
            action: action(metric.action, system),
            resource: resource.to_owned(),
            measure: metric.measure.name(),
            statistic: metric.statistic.name().to_owned(),
        }
    }
}

/// The name of an action in tables.
pub(super) fn action(action: JobScope, system: &System) -> String {
    match action {
        JobScope::None => String::new(),
        JobScope::One(id) => system.action(id).name.clone(),
        JobScope::All => "all".to_owned(),
    }
}

/// The figures of one contender by what they are of: those of single workers are not compared.
#[derive(Debug)]
pub(super) struct Figures<'a> {
    results: &'a Results,
    /// In the order of the summary.
    headings: Vec<(Heading, usize, &'static str)>,
    places: BTreeMap<Heading, usize>,
}

impl<'a> Figures<'a> {
    pub(super) fn of(results: &'a Results, system: &System) -> Figures<'a> {
        let rows = results.summary.iter().enumerate().filter(|(_, row)| row.metric.worker.is_none());
        let headings: Vec<_> =
            rows.map(|(place, row)| (Heading::of(row.metric, system), place, row.metric.measure.unit())).collect();
        let places = headings.iter().map(|(heading, place, _)| (heading.clone(), *place)).collect();
        Figures { results, headings, places }
    }

    /// What the figure was in each replication; nothing if there is no such figure.
    fn values(&self, heading: &Heading) -> Vec<Option<f64>> {
        let Some(&place) = self.places.get(heading) else { return Vec::new() };
        self.results.replications.iter().map(|outcome| outcome.metrics[place].value).collect()
    }
}

/// All figures of a contender against the baseline's: in the order of the baseline's summary, then what only the contender has.
pub(super) fn rows(
    contender: usize,
    baseline: &Figures,
    figures: &Figures,
    point: &mut impl FnMut(u64) -> f64,
) -> Vec<Row> {
    let known: BTreeSet<&Heading> = baseline.headings.iter().map(|(heading, ..)| heading).collect();
    let further = figures.headings.iter().filter(|(heading, ..)| !known.contains(heading));
    let all = baseline.headings.iter().chain(further);
    let row = |(heading, _, unit): &(Heading, usize, &'static str)| {
        let paired = Paired::of(&baseline.values(heading), &figures.values(heading));
        Row::new(contender, heading.clone(), unit, &paired, point)
    };
    all.map(row).collect()
}

impl Row {
    pub(super) fn new(
        contender: usize,
        heading: Heading,
        unit: &'static str,
        paired: &Paired,
        point: &mut impl FnMut(u64) -> f64,
    ) -> Row {
        let difference = paired.difference();
        let point = difference.degrees_of_freedom().map(point);
        Row {
            contender,
            action: heading.action,
            resource: heading.resource,
            measure: heading.measure,
            statistic: heading.statistic,
            unit,
            baseline: paired.baseline().mean,
            value: paired.alternative().mean,
            difference: difference.mean,
            interval: point.and_then(|point| difference.interval(point)),
            relative: paired.relative(),
            relative_interval: point.and_then(|point| paired.relative_interval(point)),
            variance_ratio: paired.variance_ratio(),
            p: difference.p_two_sided(),
            replications: paired.replications(),
            missing: paired.missing(),
            judgement: None,
        }
    }

    pub(super) fn heading(&self) -> Heading {
        Heading {
            action: self.action.clone(),
            resource: self.resource.clone(),
            measure: self.measure,
            statistic: self.statistic.clone(),
        }
    }
}

/// Points of Student's t distribution for intervals at a level, each computed once.
pub(super) fn points(level: f64) -> impl FnMut(u64) -> f64 {
    let mut known = BTreeMap::new();
    move |freedom| *known.entry(freedom).or_insert_with(|| student::critical_value(level / 2.0, freedom))
}
