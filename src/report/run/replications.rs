//! `replications.csv`: every figure of every replication, one row per replication; and a finished
//! run's replications, read back from its tables.
//!
//! `claimsim run --extend` adds replications to those of a saved run. The tables hold all it needs
//! of the old ones: figures here, waits in `wait_times.csv`, series in `utilization.csv`. All
//! numbers read back to the same bits.

use std::collections::BTreeMap;
use std::iter;

use ::csv::{Reader, ReaderBuilder, StringRecord};

use super::tables::{UTILIZATION, WAIT_TIMES};
use crate::RunContext;
use crate::experiment::ResolvedQuantities;
use crate::model::action::ActionId;
use crate::model::time::Span;
use crate::stats::ShareWithin;
use crate::stats::{JobScope, Metric};
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
}

/// Why a run's replications cannot be read from its tables.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The run has other figures: its scenario, options or version differ.
    #[error("replications.csv has other figures than this run; begin a new run instead")]
    OtherFigures,
    /// A table is not as the run left it.
    #[error("{0} is damaged at line {1}")]
    Damaged(&'static str, u64),
}

/// The bytes of the table. Columns are named as `--judge` and other options write quantities; a
/// cell is empty where nothing was measured.
pub(crate) fn write(context: &RunContext, asked: &ResolvedQuantities, outcomes: &[ReplicationStats]) -> Vec<u8> {
    type Row = (usize, Vec<Option<f64>>);
    let names = header(context, asked);
    let values = names.iter().enumerate().skip(1);
    let columns: Vec<Column<Row>> = std::iter::once(Column::new(&names[0], |row: &Row| row.0))
        .chain(values.map(|(place, name)| Column::new(name, move |row: &Row| row.1[place - 1])))
        .collect();
    let rows = outcomes.iter().enumerate().map(|(replication, outcome)| {
        let figures = outcome.metrics.iter().map(|figure| figure.value);
        (replication, figures.chain(outcome.shares.iter().copied()).collect())
    });
    csv(&columns, rows)
}

fn header(context: &RunContext, asked: &ResolvedQuantities) -> Vec<String> {
    let figures = template(context, asked).metrics;
    let figures = figures.iter().map(|figure| figure_name(context, figure.metric));
    let shares = asked.shares().iter().map(|share| share_name(context, share));
    iter::once("replication".to_owned()).chain(figures).chain(shares).collect()
}

/// An outcome of this scenario in which nothing has been measured yet.
fn template(context: &RunContext, asked: &ResolvedQuantities) -> ReplicationStats {
    StatsObserver::new(context.system, context.slo, Span::secs(1)).with_shares(asked.shares()).finish()
}

/// The name as expressions write it: `p95(wait_s, scan)`; a worker's name is the last argument.
fn figure_name(context: &RunContext, metric: Metric) -> String {
    let Metric { action, resource, worker, measure, statistic } = metric;
    let action = Some(context.action(action)).filter(|_| !matches!(action, JobScope::All | JobScope::None));
    let resource = resource.map(|resource| format!("resource {}", context.resource(Some(resource))));
    let worker = worker.map(|worker| context.worker(Some(worker)));
    let words = [action, resource.as_deref(), worker].into_iter().flatten();
    words.fold(format!("{}({}", statistic.name(), measure.name()), |name, word| name + ", " + word) + ")"
}

fn share_name(context: &RunContext, share: &ShareWithin) -> String {
    let sign = if share.inclusive { "<=" } else { "<" };
    let of = match share.action {
        JobScope::One(_) => format!(", {}", context.action(share.action)),
        JobScope::All | JobScope::None => String::new(),
    };
    format!("share({} {sign} {}{of})", share.measure.name(), share.limit)
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
    if figures.next()?.is_none_or(|found| !found.iter().eq(header(context, asked).iter().map(String::as_str))) {
        return Err(ReadError::OtherFigures);
    }
    let empty = template(context, asked);
    let mut outcomes = Vec::new();
    while let Some(row) = figures.next()? {
        let mut outcome = empty.clone();
        let places = outcome.metrics.iter_mut().map(|figure| &mut figure.value).chain(&mut outcome.shares);
        for (place, cell) in places.zip(row.iter().skip(1)) {
            *place = if cell.is_empty() { None } else { Some(cell.parse().map_err(|_| figures.damage())?) };
        }
        outcomes.push(outcome);
    }
    read_waits(context, tables.wait_times, &mut outcomes)?;
    read_series(tables.utilization, &mut outcomes)?;
    Ok(outcomes)
}

fn read_waits(context: &RunContext, bytes: &[u8], outcomes: &mut [ReplicationStats]) -> Result<(), ReadError> {
    let mut rows = TableReader::new(WAIT_TIMES, bytes);
    rows.next()?;
    let ids = (0..context.system.actions.len()).map(|index| JobScope::One(ActionId(index as u16)));
    let actions = iter::once(JobScope::All).chain(ids).map(|action| (context.action(action), action));
    let actions: BTreeMap<&str, JobScope> = actions.collect();
    while let Some(row) = rows.next()? {
        let action = actions.get(&row[1]).copied();
        let (Some(action), Ok(replication)) = (action, row[2].parse::<usize>()) else { return Err(rows.damage()) };
        let (p, wait) = (rows.number(&row[3])?, Span::from_secs_f64(rows.number(&row[4])?));
        let waits = &mut outcomes.get_mut(replication).ok_or_else(|| rows.damage())?.waits;
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
    rows.next()?;
    for outcome in outcomes {
        for bucket in 0..outcome.series.queue_length.len() {
            let row = rows.next()?.ok_or_else(|| rows.damage())?;
            outcome.series.queue_length[bucket] = rows.number(&row[7])?;
            for line in &mut outcome.series.lines {
                let row = rows.next()?.ok_or_else(|| rows.damage())?;
                line.busy[bucket] = rows.number(&row[4])?;
                line.offered[bucket] = rows.number(&row[5])?;
                if let Some(place) = line.queue_length.get_mut(bucket) {
                    *place = rows.number(&row[7])?;
                }
            }
        }
    }
    if rows.next()?.is_some() { Err(rows.damage()) } else { Ok(()) }
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

    fn number(&self, cell: &str) -> Result<f64, ReadError> {
        cell.parse().ok().filter(|value: &f64| value.is_finite()).ok_or_else(|| self.damage())
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
    fn tables(context: &RunContext, outcomes: &[ReplicationStats]) -> [Vec<u8>; 3] {
        let results = crate::experiment::Results::of(outcomes.to_vec());
        let [waits, series] = [tables::wait_times(context, &results), tables::utilization(context, &results)];
        [write(context, &ResolvedQuantities::default(), outcomes), waits, series]
    }

    fn outcomes(shape: Shape) -> Vec<ReplicationStats> {
        let mut outcomes = fixtures::results(shape).replications;
        for (index, outcome) in outcomes.iter_mut().enumerate() {
            for (number, figure) in outcome.metrics.iter_mut().enumerate() {
                figure.value = (number % 5 > 0).then_some(0.1 * (index + number) as f64);
            }
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
        // The number of buckets of a run of that length.
        let buckets = template(&context, &ResolvedQuantities::default()).series.queue_length.len() as u16;
        for shape in [Shape { buckets, ..WEEK }, Shape { buckets, wait: None, ..WEEK }] {
            let outcomes = outcomes(shape);
            let [replications, wait_times, utilization] = &tables(&context, &outcomes);
            let read =
                read(&context, &ResolvedQuantities::default(), &SavedTables { replications, wait_times, utilization })
                    .unwrap();
            assert_eq!(read.len(), outcomes.len());
            for (read, outcome) in read.iter().zip(&outcomes) {
                assert_eq!(read.metrics, outcome.metrics);
                assert_eq!(read.waits, outcome.waits);
                assert_eq!(read.series.queue_length, outcome.series.queue_length);
            }
        }
    }

    #[test]
    fn tables_of_another_run_are_refused() {
        let system = fixtures::system(WEEK);
        let context = fixtures::context(&system);
        let buckets = template(&context, &ResolvedQuantities::default()).series.queue_length.len() as u16;
        let [replications, wait_times, utilization] = &tables(&context, &outcomes(Shape { buckets, ..WEEK }));
        let read = |tables: SavedTables| read(&context, &ResolvedQuantities::default(), &tables);
        let whole = SavedTables { replications, wait_times, utilization };
        assert!(read(whole).is_ok());
        assert_eq!(read(SavedTables { replications: b"a,b\n1,2\n", ..whole }), Err(ReadError::OtherFigures));
        assert_eq!(read(SavedTables { replications: b"", ..whole }), Err(ReadError::OtherFigures));
        for end in [1, utilization.len() / 2, utilization.len() - 3] {
            assert!(matches!(
                read(SavedTables { utilization: &utilization[..end], ..whole }),
                Err(ReadError::Damaged(UTILIZATION, _))
            ));
        }
        let more = [wait_times, &b"first-fit,all,99,0,0\n"[..]].concat();
        assert!(matches!(read(SavedTables { wait_times: &more, ..whole }), Err(ReadError::Damaged(WAIT_TIMES, _))));
    }
}
