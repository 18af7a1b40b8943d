//! `claimsim audit`: its documents against the field lists of the API and the job log, its pages,
//! and warm starts from its output.

mod command;
mod documents;
mod log;
mod pages;
pub(crate) mod recipe;
mod warm_start;

use std::collections::BTreeMap;

use claimsim::internals::model::time::Time;
use claimsim::internals::registry::audit::{Audit, JobQuery};
use claimsim::internals::registry::document;
use claimsim::internals::scenario::{self, LoadedScenario, Scenario};
use serde_json::Value;

/// A scenario with the documents that it names.
fn load(text: &str, documents: Option<&Documents>) -> LoadedScenario {
    let files = documents.map_or_else(BTreeMap::new, |documents| {
        BTreeMap::from([
            ("jobs.json", documents.jobs.clone()),
            ("workers.json", documents.workers.clone()),
            ("crons.json", documents.crons.clone()),
        ])
    });
    scenario::load("audited.toml", text, &[], &files).unwrap_or_else(|report| panic!("{text}\n{report}"))
}

/// All three documents as they are printed.
#[derive(Debug, PartialEq, Eq)]
struct Documents {
    jobs: String,
    workers: String,
    crons: String,
}

impl Documents {
    fn of(audit: &Audit) -> Documents {
        Documents {
            jobs: document::print(&audit.jobs(&JobQuery::default())),
            workers: document::print(&audit.workers()),
            crons: document::print(&audit.crons()),
        }
    }

    fn at(scenario: &Scenario, at: Time) -> Documents {
        Documents::of(&claimsim::internals::experiment::audit(scenario, 0, at))
    }

    fn jobs(&self) -> Vec<Value> {
        rows(&self.jobs, "jobs")
    }

    fn workers(&self) -> Vec<Value> {
        rows(&self.workers, "workers")
    }

    fn crons(&self) -> Vec<Value> {
        rows(&self.crons, "crons")
    }
}

/// The rows of a page.
fn rows(text: &str, list: &str) -> Vec<Value> {
    let page: Value = serde_json::from_str(text).expect("an audit prints JSON");
    page[list].as_array().unwrap_or_else(|| panic!("no {list} in {text}")).clone()
}

/// A field that is text.
fn word<'a>(row: &'a Value, field: &str) -> &'a str {
    row[field].as_str().unwrap_or_else(|| panic!("{field} is no text in {row}"))
}
