//! `replications.csv`: every figure of every replication, one row per figure; and a finished run's
//! replications, read back from its tables.
//!
//! `claimsim run --extend` adds replications to those of a saved run. The tables hold all it needs
//! of the old ones: figures here, waits in `wait_times.csv`, series in `utilization.csv`, and the
//! rest in `extend.gz`. All numbers read back to the same bits.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::iter;

use ::csv::{Reader, ReaderBuilder, StringRecord};

use super::over_time;
use super::tables::{UTILIZATION, WAIT_TIMES};
use crate::RunContext;
use crate::experiment::ResolvedQuantities;
use crate::model::time::Span;
use crate::scenario::Scenario;
use crate::stats::{
    CensoredValue, JobScope, Measure, Measurements, Metric, MetricValue, RESPONSE_PARTS, ReplicationStats, Request,
    RequestedFigure, ShareWithin, Statistic, StatsObserver, WAIT_PARTS, WaitQuantiles,
};
use crate::table::{Column, csv};

/// The file in a run's folder.
pub const PATH: &str = "replications.csv";

/// The tables of a run from which its replications are read.
#[derive(Clone, Copy, Debug)]
pub struct SavedTables<'a> {
    /// `replications.csv`.
    pub replications: &'a [u8],
    /// `wait_times.csv`.
    pub wait_times: &'a [u8],
    /// `utilization.csv`.
    pub utilization: &'a [u8],
    /// `extend.gz`, if the run has one.
    pub over_time: Option<&'a [u8]>,
}

/// Why a run's replications cannot be read from its tables.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The run has other figures: its scenario, options or version differ.
    #[error("replications.csv has other figures than this run; begin a new run instead")]
    OtherFigures,
    /// The table has a row per replication and a column per figure, as it had before November 2026.
    #[error("replications.csv has the form of an earlier version, a column for each figure; begin a new run instead")]
    Wide,
    /// A table is not as the run left it.
    #[error("{0} is damaged at line {1}")]
    Damaged(&'static str, u64),
    /// A cell is not as the run left it.
    #[error("{0} is damaged at line {1}, column `{2}`")]
    DamagedCell(&'static str, u64, &'static str),
    /// A file is missing, as in runs of earlier versions.
    #[error("it has no {0}, as runs of earlier versions; begin a new run instead")]
    NoFile(&'static str),
    /// A table lacks a column.
    #[error("{0} is damaged: it has no column `{1}`")]
    NoColumn(&'static str, &'static str),
}

/// The names of a figure: action, resource, worker, measure and statistic.
type Names<'a> = [Cow<'a, str>; 5];

/// The columns before the value.
const HEADER: [&str; 7] = ["replication", "action", "resource", "worker", "measure", "statistic", "value"];

/// The end of the statistic in the second row of a figure that is known only by its bounds. Such a
/// figure has its lower bound in the first row, and its upper bound here, empty if there is none.
const AT_MOST: &str = "_at_most";

/// The bytes of the table, with a row for each figure of each replication; a value is empty where
/// nothing was measured.
pub(crate) fn write(context: &RunContext, asked: &ResolvedQuantities, outcomes: &[ReplicationStats]) -> Vec<u8> {
    type Col<'a> = Column<'a, (usize, &'a Names<'a>, &'a str, Option<f64>)>;
    let names = names(context, asked, outcomes.first().map_or(&[], |outcome| &outcome.metrics[..]));
    let blame_names = blame_names(context, outcomes.first());
    let columns = [
        Col::new(HEADER[0], |row| row.0),
        Col::new(HEADER[1], |row| row.1[0].as_ref()),
        Col::new(HEADER[2], |row| row.1[1].as_ref()),
        Col::new(HEADER[3], |row| row.1[2].as_ref()),
        Col::new(HEADER[4], |row| row.1[3].as_ref()),
        Col::new(HEADER[5], |row| match row.2 {
            "" => Cow::Borrowed(row.1[4].as_ref()),
            end => Cow::Owned(format!("{}{end}", row.1[4])),
        }),
        Col::new(HEADER[6], |row| row.3).exact(),
    ];
    let rows = outcomes.iter().enumerate().flat_map(|(replication, outcome)| {
        let parts = blame_names.iter().zip(blame_parts(outcome));
        let parts = parts.filter_map(move |(names, part)| {
            let part = part.filter(|part| **part != 0.0)?;
            Some((replication, names, "", Some(*part)))
        });
        let values = outcome.metrics.iter().map(|figure| figure.value).chain(outcome.requested.iter().copied());
        names
            .iter()
            .zip(values)
            .flat_map(move |(names, value)| {
                let upper = value
                    .filter(|value| !value.is_exact())
                    .map(|value| (replication, names, AT_MOST, Some(value.upper)));
                iter::once((replication, names, "", value.map(|value| value.lower))).chain(upper)
            })
            .chain(parts)
    });
    csv(&columns, rows)
}

/// The names of all figures of a replication.
fn names<'a>(context: &RunContext<'a>, asked: &ResolvedQuantities, figures: &[MetricValue]) -> Vec<Names<'a>> {
    let figures = figures.iter().map(|figure| figure_names(context, figure.metric));
    figures.chain(asked.measurements().requests.iter().map(|request| request_names(context, request))).collect()
}

/// The names of all parts of waits and responses: the statistic is `mean busy`.
fn blame_names<'a>(context: &RunContext<'a>, outcome: Option<&ReplicationStats>) -> Vec<Names<'a>> {
    let measures: [(Measure, &[&str]); 2] = [(Measure::WaitS, &WAIT_PARTS), (Measure::ResponseS, &RESPONSE_PARTS)];
    let actions = outcome.iter().flat_map(|outcome| &outcome.blame).map(|blame| blame.action);
    let of = |action: JobScope| {
        measures.into_iter().flat_map(move |(measure, parts)| {
            let name = move |part: &&str| {
                let (action, statistic) = (context.action(action), format!("mean {part}"));
                [action.into(), "".into(), "".into(), measure.name().into(), statistic.into()]
            };
            parts.iter().map(name)
        })
    };
    actions.flat_map(of).collect()
}

/// All parts of waits and responses, in the order of their names.
fn blame_parts(outcome: &ReplicationStats) -> impl Iterator<Item = Option<&f64>> {
    outcome.blame.iter().flat_map(|blame| {
        let wait = (0..WAIT_PARTS.len()).map(|part| blame.wait_s.as_ref().map(|parts| &parts[part]));
        wait.chain((0..RESPONSE_PARTS.len()).map(|part| blame.response_s.as_ref().map(|parts| &parts[part])))
    })
}

/// The parts of an outcome whose figures have been read: all 0 where jobs waited or responded.
fn start_blame(outcome: &mut ReplicationStats) {
    for blame in &mut outcome.blame {
        let has_mean = |measure: Measure| {
            let is_it = |figure: &&MetricValue| {
                let Metric { action, measure: of, statistic, .. } = figure.metric;
                (action, of, statistic) == (blame.action, measure, Statistic::Mean)
            };
            outcome.metrics.iter().find(is_it).is_some_and(|figure| figure.value.is_some())
        };
        blame.wait_s = has_mean(Measure::WaitS).then_some([0.0; WAIT_PARTS.len()]);
        blame.response_s = has_mean(Measure::ResponseS).then_some([0.0; RESPONSE_PARTS.len()]);
    }
}

/// The places of all parts, in the order of their names.
fn blame_places(outcome: &mut ReplicationStats) -> impl Iterator<Item = Option<&mut f64>> {
    outcome.blame.iter_mut().flat_map(|blame| {
        let mut wait: Vec<Option<&mut f64>> = Vec::new();
        match &mut blame.wait_s {
            Some(parts) => wait.extend(parts.iter_mut().map(Some)),
            None => wait.extend(WAIT_PARTS.iter().map(|_| None)),
        }
        match &mut blame.response_s {
            Some(parts) => wait.extend(parts.iter_mut().map(Some)),
            None => wait.extend(RESPONSE_PARTS.iter().map(|_| None)),
        }
        wait
    })
}

/// An outcome of this scenario in which nothing has been measured yet.
fn template(context: &RunContext, measurements: &Measurements) -> ReplicationStats {
    let Scenario { system, slo, epoch, time_zone, .. } = context.scenario;
    StatsObserver::new(system, *slo, Span::secs(1)).with(measurements, system, *epoch, *time_zone).finish()
}

fn figure_names<'a>(context: &RunContext<'a>, metric: Metric) -> Names<'a> {
    let Metric { action, resource, worker, measure, statistic } = metric;
    let of = [context.action(action), context.resource(resource), context.worker(worker)];
    let [action, resource, worker] = of.map(Cow::Borrowed);
    [action, resource, worker, measure.name().into(), statistic.name().into()]
}

/// A figure of some hours has these at the end of its statistic: `p95, mon-fri 09:00..11:00`.
fn request_names<'a>(context: &RunContext<'a>, request: &Request) -> Names<'a> {
    let [action, resource, worker, measure, statistic] = match request.figure {
        RequestedFigure::Metric(metric) => figure_names(context, metric),
        RequestedFigure::Share(share) => share_names(context, &share),
    };
    let statistic = request.window.map_or_else(|| statistic.clone(), |hours| format!("{statistic}, {hours}").into());
    [action, resource, worker, measure, statistic]
}

/// The share within a limit is a statistic such as `share < 5m`.
fn share_names<'a>(context: &RunContext<'a>, share: &ShareWithin) -> Names<'a> {
    let sign = if share.inclusive { "<=" } else { "<" };
    let (action, measure) = (context.action(share.action).into(), share.measure.name().into());
    [action, "".into(), "".into(), measure, format!("share {sign} {}", share.limit).into()]
}

/// Reads the replications of a run.
///
/// # Errors
/// If the tables are of another scenario, or not as a run leaves them.
pub fn read(
    context: &RunContext,
    asked: &ResolvedQuantities,
    tables: &SavedTables,
) -> Result<Vec<ReplicationStats>, ReadError> {
    let mut figures = TableReader::new(PATH, tables.replications);
    let header = figures.next()?.unwrap_or_default();
    if header.iter().skip(1).any(|name| name.contains('(')) {
        return Err(ReadError::Wide);
    }
    if !header.iter().eq(HEADER) {
        return Err(ReadError::OtherFigures);
    }
    let empty = template(context, asked.measurements());
    let names = names(context, asked, &empty.metrics);
    let blame_names = blame_names(context, Some(&empty));
    let mut outcomes: Vec<ReplicationStats> = Vec::new();
    let mut row = figures.next()?;
    while row.is_some() {
        let mut outcome = empty.clone();
        let places = outcome.metrics.iter_mut().map(|figure| &mut figure.value).chain(&mut outcome.requested);
        for (place, names) in places.zip(&names) {
            let cells = row.take().ok_or_else(|| figures.damage())?;
            let lower = figures.figure(&cells, outcomes.len(), names, "")?.ok_or(ReadError::OtherFigures)?;
            row = figures.next()?;
            *place = figures.optional(&lower)?.map(CensoredValue::exact);
            let Some(value) = place else { continue };
            let Some(cells) = row.as_ref() else { continue };
            if let Some(upper) = figures.figure(cells, outcomes.len(), names, AT_MOST)? {
                value.upper = figures.optional(&upper)?.unwrap_or(f64::INFINITY);
                row = figures.next()?;
            }
        }
        start_blame(&mut outcome);
        for (place, names) in blame_places(&mut outcome).zip(&blame_names) {
            let (Some(place), Some(cells)) = (place, row.as_ref()) else { continue };
            if let Some(part) = figures.figure(cells, outcomes.len(), names, "").ok().flatten() {
                *place = figures.optional(&part)?.unwrap_or(0.0);
                row = figures.next()?;
            }
        }
        outcomes.push(outcome);
    }
    read_waits(context, tables.wait_times, &mut outcomes)?;
    read_series(tables.utilization, &mut outcomes)?;
    let has_places = empty.by_hour.is_some() || empty.queue_course.is_some();
    match tables.over_time {
        Some(packed) => {
            over_time::read(packed, &mut outcomes).map_err(|line| ReadError::Damaged(over_time::PATH, line))?;
        }
        None if has_places => return Err(ReadError::NoFile(over_time::PATH)),
        None => {}
    }
    Ok(outcomes)
}

fn read_waits(context: &RunContext, bytes: &[u8], outcomes: &mut [ReplicationStats]) -> Result<(), ReadError> {
    let mut rows = TableReader::new(WAIT_TIMES, bytes);
    let [action_name, replication, p, wait] = rows.columns(["action", "replication", "p", "wait_s"])?;
    let ids = context.actions();
    let actions = iter::once(JobScope::All).chain(ids).map(|action| (context.action(action), action));
    let actions: BTreeMap<&str, JobScope> = actions.collect();
    while let Some(row) = rows.next()? {
        let action = actions.get(action_name.of(&row)).copied().ok_or_else(|| rows.damage_of(action_name))?;
        let number = replication.of(&row).parse::<usize>().map_err(|_| rows.damage_of(replication))?;
        let (p, wait) = (rows.number(&row, p)?, Span::from_secs_f64(rows.number(&row, wait)?));
        let waits = &mut outcomes.get_mut(number).ok_or_else(|| rows.damage_of(replication))?.waits;
        // A table begins at 0. The table of an action named `all` comes after that of all jobs.
        if p == 0.0 {
            let is_first = waits.is_empty();
            waits.push(WaitQuantiles { action: if is_first { JobScope::All } else { action }, quantiles: Vec::new() });
        }
        waits.last_mut().ok_or_else(|| rows.damage())?.quantiles.push((p, wait));
    }
    Ok(())
}

fn read_series(bytes: &[u8], outcomes: &mut [ReplicationStats]) -> Result<(), ReadError> {
    let mut rows = TableReader::new(UTILIZATION, bytes);
    let [busy, offered, queue_length] = rows.columns(["busy", "offered", "queue_length"])?;
    for outcome in outcomes {
        for bucket in 0..outcome.series.queue_length.len() {
            let row = rows.next()?.ok_or_else(|| rows.damage())?;
            outcome.series.queue_length[bucket] = rows.number(&row, queue_length)?;
            for line in &mut outcome.series.lines {
                let row = rows.next()?.ok_or_else(|| rows.damage())?;
                line.busy[bucket] = rows.number(&row, busy)?;
                line.offered[bucket] = rows.number(&row, offered)?;
                if let Some(place) = line.queue_length.get_mut(bucket) {
                    *place = rows.number(&row, queue_length)?;
                }
            }
        }
    }
    if rows.next()?.is_some() { Err(rows.damage()) } else { Ok(()) }
}

/// A column of a saved table.
#[derive(Clone, Copy, Debug)]
struct SavedColumn {
    name: &'static str,
    place: usize,
}

impl SavedColumn {
    /// The cell of a row, which has a cell for each column of the header.
    fn of<'a>(&self, row: &'a StringRecord) -> &'a str {
        row.get(self.place).unwrap_or_default()
    }
}

/// The rows of a table; the first is the header.
struct TableReader<'a> {
    table: &'static str,
    reader: Reader<&'a [u8]>,
}

impl<'a> TableReader<'a> {
    fn new(table: &'static str, bytes: &'a [u8]) -> TableReader<'a> {
        TableReader { table, reader: ReaderBuilder::new().has_headers(false).from_reader(bytes) }
    }

    /// The next row; it has the same number of cells as the header.
    fn next(&mut self) -> Result<Option<StringRecord>, ReadError> {
        let mut record = StringRecord::new();
        match self.reader.read_record(&mut record) {
            Ok(true) => Ok(Some(record)),
            Ok(false) => Ok(None),
            Err(_) => Err(self.damage()),
        }
    }

    /// The last cell of a row of `replications.csv`; `None` if it is a row of another figure.
    fn figure(
        &self,
        cells: &StringRecord,
        replication: usize,
        names: &Names,
        end: &str,
    ) -> Result<Option<String>, ReadError> {
        if cells.get(0) != Some(replication.to_string().as_str()) {
            return if end.is_empty() { Err(self.damage()) } else { Ok(None) };
        }
        let [of @ .., statistic] = names;
        let is_it = cells.iter().skip(1).take(of.len()).eq(of.iter().map(AsRef::<str>::as_ref))
            && cells.get(HEADER.len() - 2).and_then(|cell| cell.strip_suffix(end)) == Some(statistic.as_ref());
        let value = cells.get(HEADER.len() - 1).unwrap_or_default();
        Ok(is_it.then(|| value.to_owned()))
    }

    /// The number in a cell that may be empty.
    fn optional(&self, cell: &str) -> Result<Option<f64>, ReadError> {
        if cell.is_empty() { Ok(None) } else { cell.parse().map(Some).map_err(|_| self.damage()) }
    }

    /// The columns with these names in the header, which is the next row.
    fn columns<const N: usize>(&mut self, names: [&'static str; N]) -> Result<[SavedColumn; N], ReadError> {
        let header = self.next()?.unwrap_or_default();
        let mut columns = names.map(|name| SavedColumn { name, place: 0 });
        for column in &mut columns {
            let place = header.iter().position(|name| name == column.name);
            column.place = place.ok_or(ReadError::NoColumn(self.table, column.name))?;
        }
        Ok(columns)
    }

    fn number(&self, row: &StringRecord, column: SavedColumn) -> Result<f64, ReadError> {
        let number = column.of(row).parse().ok().filter(|value: &f64| value.is_finite());
        number.ok_or_else(|| self.damage_of(column))
    }

    fn damage_of(&self, column: SavedColumn) -> ReadError {
        ReadError::DamagedCell(self.table, self.reader.position().line(), column.name)
    }

    fn damage(&self) -> ReadError {
        ReadError::Damaged(self.table, self.reader.position().line())
    }
}
