//! The waits and the load by hour of the day, as a table whose cells have colours.

use std::collections::BTreeMap;

use maud::{Markup, html};

use crate::format::{count, duration, percent};
use crate::model::math;

const HOURS: usize = 24;
/// The most actions that have rows of their own.
const MOST_ACTIONS: usize = 10;

type Cells = [Option<f64>; HOURS];

/// A measure by hour.
struct HourTable {
    title: &'static str,
    measure: &'static str,
    statistic: &'static str,
    /// Whether its rows are of resources.
    is_of_resources: bool,
    format: fn(f64) -> String,
    /// What a darker cell means.
    more: &'static str,
}

const TABLES: [HourTable; 5] = [
    HourTable {
        title: "Mean wait",
        measure: "wait_s",
        statistic: "mean",
        is_of_resources: false,
        format: duration,
        more: "longer",
    },
    HourTable {
        title: "95th percentile of waits",
        measure: "wait_s",
        statistic: "p95",
        is_of_resources: false,
        format: duration,
        more: "longer",
    },
    HourTable {
        title: "Jobs that fall due",
        measure: "jobs",
        statistic: "arrived",
        is_of_resources: false,
        format: count,
        more: "more",
    },
    HourTable {
        title: "Queue length",
        measure: "queue_length",
        statistic: "mean",
        is_of_resources: false,
        format: count,
        more: "longer",
    },
    HourTable {
        title: "Utilization",
        measure: "utilization",
        statistic: "mean",
        is_of_resources: true,
        format: percent,
        more: "higher",
    },
];

/// A row of `by_hour.csv`.
struct HourRow {
    name: String,
    days: String,
    measure: String,
    statistic: String,
    is_of_resource: bool,
    hour: usize,
    value: f64,
}

/// The section of a page; `None` if the file has no values that it shows.
pub(super) fn of_hours(bytes: &[u8]) -> Option<Markup> {
    let rows = read(bytes)?;
    let tables: Vec<Markup> = TABLES.iter().filter_map(|table| draw(table, &rows)).collect();
    (!tables.is_empty()).then(|| {
        html! {
            p.note {
                "Each job counts in the hour in which it falls due. Rows without a class of days are of all days, and rows of "
                "days are of all jobs. "
                "An empty cell has no job. " code { "by_hour.csv" } " has all rows and the intervals."
            }
            @for table in &tables { (table) }
        }
    })
}

fn read(bytes: &[u8]) -> Option<Vec<HourRow>> {
    let mut reader = csv::Reader::from_reader(bytes);
    let header = reader.headers().ok()?.clone();
    let column = |name: &str| header.iter().position(|other| other == name);
    let (action, resource, days) = (column("action")?, column("resource")?, column("days")?);
    let (measure, statistic, hour, value) =
        (column("measure")?, column("statistic")?, column("hour")?, column("value")?);
    let row = |record: csv::StringRecord| {
        let cell = |at: usize| record.get(at).unwrap_or_default();
        let is_of_resource = !cell(resource).is_empty();
        Some(HourRow {
            name: cell(if is_of_resource { resource } else { action }).to_owned(),
            days: cell(days).to_owned(),
            measure: cell(measure).to_owned(),
            statistic: cell(statistic).to_owned(),
            is_of_resource,
            hour: cell(hour).parse().ok().filter(|hour| *hour < HOURS)?,
            value: cell(value).parse().ok().filter(|value: &f64| value.is_finite())?,
        })
    };
    Some(reader.records().filter_map(|record| row(record.ok()?)).collect())
}

fn draw(table: &HourTable, rows: &[HourRow]) -> Option<Markup> {
    let of_table = rows.iter().filter(|row| {
        row.measure == table.measure && row.statistic == table.statistic && row.is_of_resource == table.is_of_resources
    });
    let mut found: BTreeMap<(&str, &str), Cells> = BTreeMap::new();
    for row in of_table {
        found.entry((&row.name, &row.days)).or_default()[row.hour] = Some(row.value);
    }
    let all_jobs = |days: &str| found.get(&("all", days)).or_else(|| found.get(&("", days))).copied();
    let mut shown: Vec<(String, Cells)> = Vec::new();
    for (days, title) in [("all", "all jobs"), ("mon-fri", "mon-fri"), ("sat-sun", "sat-sun")] {
        shown.extend(all_jobs(days).map(|cells| (title.to_owned(), cells)));
    }
    let peak = |cells: &Cells| cells.iter().flatten().copied().fold(f64::NEG_INFINITY, f64::max);
    let is_named = |(name, days): &(&str, &str)| !["all", ""].contains(name) && *days == "all";
    let mut named: Vec<_> = found.iter().filter(|(key, _)| is_named(key)).collect();
    // The order of names breaks ties.
    named.sort_by(|a, b| peak(b.1).total_cmp(&peak(a.1)));
    let left_out = named.len().saturating_sub(MOST_ACTIONS);
    shown.extend(named.into_iter().take(MOST_ACTIONS).map(|((name, _), cells)| ((*name).to_owned(), *cells)));
    let scale = Scale::of(shown.iter().flat_map(|(_, cells)| cells.iter().flatten().copied()))?;
    let title = table.title;
    Some(html! {
        h3 { (title) }
        div.scroll tabindex="0" role="region" aria-label={ (title) " by hour" } {
            table.heat.hours {
                thead { tr { th scope="col" { "hour" } @for hour in 0..HOURS { th scope="col" { (hour) } } } }
                tbody { @for (name, cells) in &shown { tr {
                    th scope="row" title=(name) { (name) }
                    @for cell in cells {
                        @match cell {
                            Some(value) => td style={ "--h:" (scale.shade(*value)) } { ((table.format)(*value)) },
                            None => td {},
                        }
                    }
                } } }
            }
        }
        p.note {
            "Darker is " (table.more) @if scale.is_logarithmic { ", in equal steps of ratios" } "."
            @if left_out > 0 {
                " Shown are the " (MOST_ACTIONS) " with the highest hours; " (left_out) " more are in "
                code { "by_hour.csv" } "."
            }
        }
    })
}

/// From values to shades in percent.
struct Scale {
    low: f64,
    high: f64,
    is_logarithmic: bool,
}

impl Scale {
    /// Values that differ much are seen by their ratios; a zero has no shade.
    fn of(values: impl Iterator<Item = f64>) -> Option<Scale> {
        let (mut high, mut least) = (f64::NEG_INFINITY, f64::INFINITY);
        for value in values {
            high = high.max(value);
            if value > 0.0 {
                least = least.min(value);
            }
        }
        let is_logarithmic = least.is_finite() && high / least > 20.0;
        let low = if is_logarithmic { least } else { 0.0 };
        high.is_finite().then_some(Scale { low, high, is_logarithmic })
    }

    fn shade(&self, value: f64) -> u32 {
        const MOST: f64 = 70.0;
        if value <= 0.0 || self.high <= 0.0 {
            return 0;
        }
        let share = if self.is_logarithmic {
            // The least positive value can be told from none.
            0.08 + 0.92 * math::ln(value / self.low) / math::ln(self.high / self.low)
        } else {
            value / self.high
        };
        (MOST * share.clamp(0.0, 1.0)).round() as u32
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    #[test]
    fn hours_are_shaded_by_ratios_where_they_differ_much() {
        let scale = Scale::of([0.0, 1.0, 10.0, 100.0].into_iter()).unwrap();
        assert!(scale.is_logarithmic);
        assert_eq!([0.0, 1.0, 10.0, 100.0].map(|value| scale.shade(value)), [0, 6, 38, 70]);
        let linear = Scale::of([0.0, 5.0, 10.0].into_iter()).unwrap();
        assert_eq!([0.0, 5.0, 10.0].map(|value| linear.shade(value)), [0, 35, 70]);
        assert_eq!(Scale::of([0.0].into_iter()).unwrap().shade(0.0), 0);
        assert!(Scale::of(std::iter::empty()).is_none());
    }

    #[test]
    fn all_jobs_come_first_then_the_actions_with_the_highest_hours() {
        let mut text = "action,resource,days,measure,statistic,hour,value\n".to_owned();
        for action in 0..12 {
            writeln!(text, "a{action:02},,all,wait_s,mean,3,{action}").unwrap();
        }
        text += "all,,all,wait_s,mean,3,60\nall,,mon-fri,wait_s,mean,4,1\n,cpu,all,utilization,mean,0,0.5\nbad,,all,wait_s,mean,99,1\n";
        let page = of_hours(text.as_bytes()).unwrap().into_string();
        let place = |name: &str| page.find(&format!(">{name}</th>"));
        let order = ["all jobs", "mon-fri", "a11", "a02", "cpu"].map(place);
        assert!(order.is_sorted() && order[0].is_some(), "{order:?}");
        assert_eq!([place("a01"), place("bad")], [None, None]);
        for words in ["1m00s", "50.0 %", "2 more are in"] {
            assert!(page.contains(words), "{words}");
        }
        assert!(of_hours(b"x\n1\n").is_none() && of_hours(b"").is_none());
    }
}
