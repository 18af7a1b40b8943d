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
use crate::model::action::ActionId;
use crate::model::time::Span;
use crate::stats::{CensoredValue, Measurements, Request, RequestedFigure, ShareWithin};
use crate::stats::{JobScope, Metric, MetricValue};
use crate::stats::{ReplicationStats, StatsObserver, WaitQuantiles};
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
        let values = outcome.metrics.iter().map(|figure| figure.value).chain(outcome.requested.iter().copied());
        names.iter().zip(values).flat_map(move |(names, value)| {
            let upper =
                value.filter(|value| !value.is_exact()).map(|value| (replication, names, AT_MOST, Some(value.upper)));
            iter::once((replication, names, "", value.map(|value| value.lower))).chain(upper)
        })
    });
    csv(&columns, rows)
}

/// The names of all figures of a replication.
fn names<'a>(context: &RunContext<'a>, asked: &ResolvedQuantities, figures: &[MetricValue]) -> Vec<Names<'a>> {
    let figures = figures.iter().map(|figure| figure_names(context, figure.metric));
    figures.chain(asked.measurements().requests.iter().map(|request| request_names(context, request))).collect()
}

/// An outcome of this scenario in which nothing has been measured yet.
fn template(context: &RunContext, measurements: &Measurements) -> ReplicationStats {
    let observer = StatsObserver::new(context.system, context.slo, Span::secs(1));
    observer.with(measurements, context.system, context.epoch).finish()
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
    let ids = (0..context.system.actions.len()).map(|index| JobScope::One(ActionId(index as u16)));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{self, Shape, WEEK};
    use crate::run::tables;

    /// A run's tables; each replication has figures of its own.
    fn tables(context: &RunContext, outcomes: &[ReplicationStats]) -> [Vec<u8>; 4] {
        let results = crate::experiment::Results::of(outcomes.to_vec());
        let [waits, series] = [tables::wait_times(context, &results), tables::utilization(context, &results)];
        let over_time = super::over_time::write(outcomes).unwrap();
        [write(context, &quantities(), outcomes), waits, series, over_time]
    }

    /// What runs of a week measure.
    fn quantities() -> ResolvedQuantities {
        ResolvedQuantities::default().over_time(true)
    }

    /// The number of buckets of a run of that length.
    fn buckets(context: &RunContext) -> u16 {
        template(context, quantities().measurements()).series.queue_length.len() as u16
    }

    fn outcomes(context: &RunContext, shape: Shape) -> Vec<ReplicationStats> {
        let mut outcomes = fixtures::results(shape).replications;
        let places = template(context, quantities().measurements());
        for (index, outcome) in outcomes.iter_mut().enumerate() {
            let value = |number: usize| {
                let lower = 0.1 * (index + number) as f64;
                let upper = [lower, lower * 3.0, f64::INFINITY][number % 3];
                (!number.is_multiple_of(5)).then_some(CensoredValue { lower, upper })
            };
            outcome.metrics.iter_mut().enumerate().for_each(|(number, figure)| figure.value = value(number));
            (outcome.by_hour, outcome.queue_course) = (places.by_hour.clone(), places.queue_course.clone());
            let hours = outcome.by_hour.iter_mut().flat_map(|hours| &mut hours.values);
            hours.enumerate().for_each(|(number, place)| *place = value(number));
            let queue = outcome.queue_course.iter_mut().flat_map(|course| course.lines.iter_mut().flatten());
            queue.enumerate().for_each(|(number, place)| *place = (number * (index + 1)) as f32 / 1000.0);
            // Series as they are measured.
            let series = &mut outcome.series;
            let round = |value: &mut f64| *value = (*value * 1e9).round() / 1e9;
            series.queue_length.iter_mut().for_each(round);
            for line in &mut series.lines {
                line.busy.iter_mut().chain(&mut line.offered).chain(&mut line.queue_length).for_each(round);
            }
        }
        outcomes
    }

    #[test]
    fn what_is_written_reads_back_to_the_very_same_numbers() {
        let system = fixtures::system(WEEK);
        let context = fixtures::context(&system);
        let buckets = buckets(&context);
        for shape in [Shape { buckets, ..WEEK }, Shape { buckets, wait: None, ..WEEK }] {
            let outcomes = outcomes(&context, shape);
            let [replications, wait_times, utilization, over_time] = &tables(&context, &outcomes);
            let saved = SavedTables { replications, wait_times, utilization, over_time: Some(over_time) };
            let read = read(&context, &quantities(), &saved).unwrap();
            assert_eq!(read.len(), outcomes.len());
            for (read, outcome) in read.iter().zip(&outcomes) {
                assert_eq!(read.metrics, outcome.metrics);
                assert_eq!(read.waits, outcome.waits);
                assert_eq!(read.series.queue_length, outcome.series.queue_length);
                assert_eq!((&read.by_hour, &read.queue_course), (&outcome.by_hour, &outcome.queue_course));
            }
        }
    }

    #[test]
    fn tables_of_another_run_are_refused() {
        let system = fixtures::system(WEEK);
        let context = fixtures::context(&system);
        let shape = Shape { buckets: buckets(&context), ..WEEK };
        let [replications, wait_times, utilization, over_time] = &tables(&context, &outcomes(&context, shape));
        let read = |tables: SavedTables| read(&context, &quantities(), &tables);
        let whole = SavedTables { replications, wait_times, utilization, over_time: Some(over_time) };
        assert!(read(whole).is_ok());
        assert_eq!(read(SavedTables { replications: b"a,b\n1,2\n", ..whole }), Err(ReadError::OtherFigures));
        let wide = b"replication,mean(wait_s),p95(wait_s)\n0,1.5,3\n";
        assert_eq!(read(SavedTables { replications: wide, ..whole }), Err(ReadError::Wide));
        let text = String::from_utf8(replications.clone()).unwrap();
        let renamed = text.replacen(",mean,", ",meen,", 1);
        assert_eq!(read(SavedTables { replications: renamed.as_bytes(), ..whole }), Err(ReadError::OtherFigures));
        let lines: Vec<&str> = text.lines().collect();
        let cut = lines[..lines.len() - 3].join("\n");
        let cut = read(SavedTables { replications: cut.as_bytes(), ..whole }).err();
        assert!(matches!(cut, Some(ReadError::Damaged(PATH, _))), "{cut:?}");
        assert_eq!(read(SavedTables { replications: b"", ..whole }), Err(ReadError::OtherFigures));
        // Within the first cells of the last row.
        let last = utilization[..utilization.len() - 1].iter().rposition(|byte| *byte == b'\n').unwrap() + 4;
        let headless = SavedTables { utilization: &utilization[..1], ..whole };
        assert!(matches!(read(headless), Err(ReadError::NoColumn(UTILIZATION, "busy"))));
        for end in [utilization.len() / 2, last] {
            let cut = read(SavedTables { utilization: &utilization[..end], ..whole }).map(|outcomes| outcomes.len());
            assert!(matches!(cut, Err(ReadError::Damaged(UTILIZATION, _))), "{end} bytes: {cut:?}");
        }
        assert_eq!(read(SavedTables { over_time: None, ..whole }), Err(ReadError::NoFile("extend.gz")));
        let text = String::from_utf8(crate::model::input_file::text(over_time).unwrap().into_owned()).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        for (damaged, line) in [
            (text.replacen("1 hours ", "1 horus ", 1), 5),
            (text.replacen("0 queue 0 ", "0 queue ", 1), 2),
            (text.replacen("0.1", "0..1..2", 1), 1),
            (lines[..lines.len() - 1].join("\n"), 20),
            (format!("{text}5 queue 1"), 21),
        ] {
            let found = read(SavedTables { over_time: Some(damaged.as_bytes()), ..whole }).err();
            assert_eq!(found, Some(ReadError::Damaged("extend.gz", line)));
        }
        let more = [wait_times, &b"first-fit,all,99,0,0\n"[..]].concat();
        let more = read(SavedTables { wait_times: &more, ..whole });
        assert!(matches!(more, Err(ReadError::DamagedCell(WAIT_TIMES, _, "replication"))), "{:?}", more.err());
    }
}
