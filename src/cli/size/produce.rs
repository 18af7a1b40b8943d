//! Producing a search: simulates settings and fills a folder with everything that it leaves, manifest last.

use std::path::Path;

use super::super::manner::pool;
use super::super::order::Order;
use super::super::produce::{write, write_inputs};
use super::super::progress::Bar;
use super::super::verdict::Failure;
use super::prepare::Prepared;
use crate::experiment::Progress;
use crate::experiment::sizing::{Sizing, SizingWithOutage, UnsupportedTarget, WorstCaseOutage, size, size_with_outage};
use crate::report::manifest::{self, Manifest};
use crate::report::sizing::{LostWorker, SizingReport};

/// What a search has come to.
#[derive(Debug)]
pub(super) enum Found {
    Plain(Sizing),
    WithLoss(Box<SizingWithOutage>),
}

impl Found {
    /// The search for those who report on it.
    pub(super) fn study<'a>(&'a self, prepared: &'a Prepared) -> SizingReport<'a> {
        let (sizing, lost) = match self {
            Found::Plain(sizing) => (sizing, None),
            Found::WithLoss(lost) => (&lost.with, Some(lost.as_ref())),
        };
        SizingReport {
            title: &prepared.title,
            keys: prepared.keys.iter().map(String::as_str).collect(),
            settings: &prepared.settings,
            targets: &prepared.targets,
            sizing,
            lost: lost.map(|lost| lost_worker(lost, prepared)),
            cost_unit: &prepared.cost_unit,
            seed: prepared.seed,
        }
    }
}

fn lost_worker<'a>(lost: &'a SizingWithOutage, prepared: &Prepared) -> LostWorker<'a> {
    let WorstCaseOutage { group, duration } =
        prepared.loss.as_ref().expect("a worker is lost only if it was asked for");
    let at = prepared.settings[0].scenario.epoch.rfc3339(lost.at, chrono::SecondsFormat::Secs);
    let words = format!("a worker of {group} dies at {at} and is out for {duration}");
    LostWorker { words, at: lost.at, without: &lost.without, is_worst: lost.is_worst }
}

/// Simulates and fills `folder`; gives what was found and the manifest, which stands there too.
pub(super) fn produce(order: &Order, prepared: &Prepared, folder: &Path) -> Result<(Found, Manifest), Failure> {
    let pool = pool(order.threads)?;
    let quiet = order.quiet;
    let found = pool.install(|| search(prepared, quiet)).expect("targets have been checked against all settings");
    let outputs = found.study(prepared).files();
    for file in &outputs {
        write(folder, &file.path, &file.bytes)?;
    }
    let (scenario, inputs) = write_inputs(&prepared.title, &order.given.text, &prepared.brought.inputs, folder)?;
    let manifest = Manifest {
        claimsim: env!("CARGO_PKG_VERSION").to_owned(),
        command: "size".to_owned(),
        scenario,
        inputs,
        notes: prepared.brought.notes.clone(),
        others: Vec::new(),
        seed: prepared.seed,
        options: order.options.clone(),
        outputs: manifest::outputs(&outputs),
    };
    write(folder, manifest::PATH, &manifest.to_bytes())?;
    Ok((found, manifest))
}

fn search(prepared: &Prepared, quiet: bool) -> Result<Found, UnsupportedTarget> {
    let Prepared { settings, targets, loss, .. } = prepared;
    let bar = |replications| -> Box<dyn Progress> { Box::new(Bar::new(replications, quiet)) };
    Ok(match loss {
        None => Found::Plain(size(settings, targets, &bar)?),
        Some(loss) => Found::WithLoss(Box::new(size_with_outage(settings, targets, loss, &bar)?)),
    })
}
