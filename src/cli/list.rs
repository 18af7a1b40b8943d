//! `claimsim list`: what scenarios can say and runs measure.

use clap::{Args, ValueEnum};
use comfy_table::{ContentArrangement, Table, TableStyle};

use super::verdict::{Failure, print};
use crate::arrival;
use crate::random::dist;
use crate::stats::Measure;
use claimsim_policy as policy;

/// List claim policies, distributions, arrival processes and measures
#[derive(Debug, Args)]
pub(super) struct List {
    /// Only these
    what: Option<Catalogue>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Catalogue {
    Policies,
    Distributions,
    Arrivals,
    Measures,
}

impl List {
    pub(super) fn execute(self) -> Result<(), Failure> {
        let wanted = |catalogue: &&Catalogue| self.what.is_none_or(|what| what == **catalogue);
        let parts: Vec<String> = Catalogue::value_variants().iter().filter(wanted).map(|part| part.to_text()).collect();
        print(&parts.join("\n"))
    }
}

impl Catalogue {
    fn to_text(self) -> String {
        let (title, rows) = match self {
            Catalogue::Policies => {
                ("Claim policies: policy = NAME or { NAME = { PARAMETERS } }; ? may be left out", policies())
            }
            Catalogue::Distributions => {
                ("Distributions: service = { NAME = { PARAMETERS } }; ? may be left out", distributions())
            }
            Catalogue::Arrivals => ("Arrivals: arrival = { NAME = { PARAMETERS } }; ? may be left out", arrivals()),
            Catalogue::Measures => ("Measures: rows of summary.csv", measures()),
        };
        let mut table = Table::new();
        table.load_style(TableStyle::new()).set_content_arrangement(ContentArrangement::Dynamic);
        table.add_rows(rows);
        format!("{title}\n{}\n", table.trim_fmt())
    }
}

fn policies() -> Vec<Vec<String>> {
    let row = |entry: &policy::Entry| vec![entry.name.to_owned(), entry.parameters.join(", "), entry.about.to_owned()];
    policy::CATALOGUE.iter().map(row).collect()
}

fn distributions() -> Vec<Vec<String>> {
    let row = |entry: &dist::Entry| vec![entry.name.to_owned(), entry.parameters.join(", "), entry.summary.to_owned()];
    dist::CATALOGUE.iter().map(row).collect()
}

fn arrivals() -> Vec<Vec<String>> {
    let row =
        |entry: &arrival::Entry| vec![entry.name.to_owned(), entry.parameters.join(", "), entry.summary.to_owned()];
    arrival::CATALOGUE.iter().map(row).collect()
}

fn measures() -> Vec<Vec<String>> {
    let statistics =
        |measure: &Measure| -> Vec<&str> { measure.statistics().iter().map(|statistic| statistic.name()).collect() };
    let row = |measure: &Measure| {
        vec![measure.name().to_owned(), statistics(measure).join(" "), measure.summary().to_owned()]
    };
    Measure::ALL.iter().map(row).collect()
}
