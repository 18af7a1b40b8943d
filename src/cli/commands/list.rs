//! `claimsim list`: the words that scenarios and quantities are made of.

use std::io::IsTerminal as _;

use clap::{Args, ValueEnum};
use comfy_table::{ContentArrangement, Table, TableStyle};
use serde_json::{Value, json};

use crate::arrival;
use crate::exit::CliError;
use crate::history;
use crate::model::catalogue::CatalogueEntry;
use crate::policy;
use crate::random::dist;
use crate::stats::Measure;
use crate::term::{COLUMNS, print, print_json};

/// List claim policies, distributions, arrival processes, measures and formats of histories
///
/// `claimsim list measures` also explains how to write a quantity for --meet, --gate, --judge,
/// --show and --precision.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct List {
    /// List only these
    what: Option<Catalogue>,

    /// Print the lists as one JSON document
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  claimsim list policies
  claimsim list measures";

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Catalogue {
    Policies,
    Distributions,
    Arrivals,
    Measures,
    Histories,
}

/// The forms of a quantity, each with an example and its meaning.
const QUANTITIES: [[&str; 3]; 14] = [
    ["STATISTIC(MEASURE)", "p95(wait)", "over all jobs"],
    ["STATISTIC(MEASURE, ACTION)", "mean(response, scan)", "over the jobs of one action"],
    ["STATISTIC(jobs)", "error(jobs)", "number of jobs that ended in error"],
    ["share(MEASURE < BOUND)", "share(wait < 1m)", "share of all waits (or responses, service times) below a bound"],
    ["share(MEASURE < BOUND, ACTION)", "share(wait <= 5m, scan)", "the same for the jobs of one action"],
    ["MEASURE", "throughput", "a measure with only one statistic"],
    ["MEASURE(ACTION)", "deadline_misses(scan)", "the same for one action"],
    ["MEASURE(RESOURCE)", "utilization(scan)", "the same for one resource"],
    ["MEASURE(resource NAME)", "queue_length(resource scan)", "if an action and a resource have the same name"],
    ["MEASURE(action NAME)", "mean(wait, action mon-fri)", "if an action is named like a window"],
    ["STATISTIC(MEASURE, ACTION, WINDOW)", "p95(wait, scan, 09:00..11:00)", "of the jobs that fall due in these hours"],
    ["share(MEASURE < BOUND, WINDOW)", "share(wait < 5m, sat-sun)", "or on these days; a window is the last part"],
    ["MEASURE(RESOURCE, WINDOW)", "utilization(scan, mon-fri 08:00..18:00)", "an average over the time of the window"],
    ["STATISTIC(MEASURE, worst 1h)", "p95(wait, worst 1h)", "in the worst hour of the day"],
];

/// What options make of quantities, each with an example and its meaning.
const EXPRESSIONS: [[&str; 3]; 6] = [
    ["--meet, --gate", "p95(wait, scan) < 5m", "a bound in the unit of the measure; <, <=, > or >="],
    ["--gate", "p95(wait) <= +5%", "a signed bound is relative to the baseline, in percent"],
    ["--gate", "mean(wait) <= +10s", "or in the unit of the measure"],
    ["--judge, --show", "p95(wait, scan)", "a quantity"],
    ["--precision", "mean(wait) ±5%", "the half-width of the 95 % interval, in percent"],
    ["--precision", "p95(wait, scan) ±10s", "or in the unit of the measure"],
];

impl List {
    pub(super) fn execute(self) -> Result<(), CliError> {
        let is_wanted = |catalogue: &&Catalogue| self.what.is_none_or(|what| what == **catalogue);
        if self.json {
            let lists = Catalogue::value_variants().iter().filter(is_wanted);
            let name = |list: &Catalogue| {
                list.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
            };
            let lists = lists.map(|list| (name(list), list.json()));
            return print_json(&Value::Object(lists.collect()));
        }
        let parts: Vec<String> = Catalogue::value_variants().iter().filter(is_wanted).map(|part| part.text()).collect();
        print(&parts.join("\n"))
    }
}

impl Catalogue {
    fn json(self) -> Value {
        let entries = match self {
            Catalogue::Policies => policy::CATALOGUE,
            Catalogue::Distributions => dist::CATALOGUE,
            Catalogue::Arrivals => arrival::CATALOGUE,
            Catalogue::Histories => history::CATALOGUE,
            Catalogue::Measures => {
                let measure = |measure: Measure| {
                    let statistics: Vec<&str> = measure.statistics().iter().map(|statistic| statistic.name()).collect();
                    json!({ "name": measure.name(), "statistics": statistics, "summary": measure.summary() })
                };
                return Measure::ALL.into_iter().map(measure).collect();
            }
        };
        let entry = |entry: &CatalogueEntry| json!({ "name": entry.name, "parameters": entry.parameters, "summary": entry.summary });
        entries.iter().map(entry).collect()
    }

    fn text(self) -> String {
        let (title, entries) = match self {
            Catalogue::Policies => ("Claim policies: policy = NAME or { NAME = { PARAMETERS } };\n", policy::CATALOGUE),
            Catalogue::Distributions => ("Distributions: service = { NAME = { PARAMETERS } }; ", dist::CATALOGUE),
            Catalogue::Arrivals => ("Arrivals: arrival = { NAME = { PARAMETERS } }; ", arrival::CATALOGUE),
            Catalogue::Histories => return histories(),
            Catalogue::Measures => return measures(),
        };
        let row = |entry: &CatalogueEntry| [entry.name, &entry.parameters.join(", "), entry.summary].map(str::to_owned);
        table(&format!("{title}? marks optional parameters"), entries.iter().map(row))
    }
}

/// The formats of histories, with the columns that say when jobs fell due, started and ended.
fn histories() -> String {
    let row = |entry: &CatalogueEntry| [entry.name, &entry.parameters.join(" "), entry.summary].map(str::to_owned);
    table("Histories: import --history FILE --from NAME; columns of times", history::CATALOGUE.iter().map(row))
}

/// The measures, and the grammar of the quantities that options make of them.
fn measures() -> String {
    let row = |measure: &Measure| {
        let statistics: Vec<&str> = measure.statistics().iter().map(|statistic| statistic.name()).collect();
        [measure.name(), &statistics.join(" "), measure.summary()].map(str::to_owned)
    };
    let rows = |rows: &[[&str; 3]]| rows.iter().map(|row| row.map(str::to_owned)).collect::<Vec<_>>();
    let measures = table("Measures and their statistics: rows of summary.csv", Measure::ALL.iter().map(row));
    let title = "Quantities: names without their unit, as in wait for wait_s;\nnames with spaces or commas in quotes";
    let quantities = table(title, rows(&QUANTITIES));
    let expressions = table("Options that take quantities", rows(&EXPRESSIONS));
    format!("{measures}\n{quantities}\n{expressions}")
}

fn table(title: &str, rows: impl IntoIterator<Item = [String; 3]>) -> String {
    let mut table = Table::new();
    table.load_style(TableStyle::new()).set_content_arrangement(ContentArrangement::Dynamic);
    table.add_rows(rows);
    if !std::io::stdout().is_terminal() {
        table.set_width(COLUMNS as u16);
    }
    format!("{title}\n{}\n", table.trim_fmt())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::expression::{Condition, PrecisionGoal, Quantity};

    #[test]
    fn all_examples_parse() {
        for [_, example, _] in QUANTITIES {
            example.parse::<Quantity>().unwrap();
        }
        for [option, example, _] in EXPRESSIONS {
            match option {
                "--precision" => drop(example.parse::<PrecisionGoal>().unwrap()),
                "--judge, --show" => drop(example.parse::<Quantity>().unwrap()),
                _ => drop(example.parse::<Condition>().unwrap()),
            }
        }
    }
}
