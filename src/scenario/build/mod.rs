//! Spec -> [`Scenario`]: names become ids, and all that contradicts itself is complained about, not only the first thing.
//!
//! Each file builds one part and adds its complaints to the [`Build`]; a part that cannot be built is left out, so that the
//! others still get their complaints. Only when there is none are the parts put together.

mod actions;
mod arrivals;
mod availability;
mod backoff;
mod cancels;
mod checks;
mod claim;
mod crons;
mod distribution;
mod jobs;
mod needs;
mod offers;
mod policy;
mod registry;
mod run;
mod spawns;
mod swf;
mod trace;
mod warmup;
mod workers;

use std::collections::BTreeMap;
use std::ops::Range;

use super::diagnostic::{Complaint, Report, nearest};
use super::source::{Place, Sources};
use super::spec::{At, Spec};
use super::tree::Holes;
use super::{Files, Input, Loaded, Scenario};
use crate::arrival::ArrivalModel;
use crate::arrival::swf::SwfLog;
use crate::engine::{InitialRow, System};
use crate::model::action::ActionId;
use crate::model::capacity::NeedId;
use crate::model::time::Span;
use crate::registry::Originals;
use actions::DraftAction;
use availability::DraftAvailability;
use needs::{Needs, Units};
use run::Settings;
use workers::DraftWorker;

/// The parts that are there so far, and what was wrong with the rest.
struct Build<'a> {
    sources: &'a Sources,
    holes: &'a Holes,
    files: &'a dyn Files,
    complaints: Vec<Complaint>,
    notes: Vec<String>,
    inputs: Vec<Input>,
    /// The logs that actions name, by file; `None` if one cannot be read, which has been complained about.
    logs: BTreeMap<String, Option<SwfLog>>,
    settings: Settings,
    needs: Needs,
    /// Where a need of an action comes from first, for the complaint that no worker can meet it.
    uses: BTreeMap<(NeedId, ActionId), Place>,
    workers: Vec<DraftWorker>,
    /// By the name of a group: the numbers of its workers.
    groups: BTreeMap<String, Range<usize>>,
    /// What happens to workers.
    availability: DraftAvailability,
    /// Whether nothing that says what workers there are, or what they offer, was unreadable.
    has_all_workers: bool,
    actions: Vec<DraftAction>,
    /// Where jobs come from, with the place that says so: they are ordered by it.
    arrivals: Vec<(Place, ArrivalModel)>,
    initial: Vec<InitialRow>,
    originals: Originals,
}

/// Builds the scenario that `spec` describes; `complaints` are those that reading it gave.
pub(super) fn build(
    spec: &Spec,
    holes: &Holes,
    sources: Sources,
    complaints: Vec<Complaint>,
    files: &dyn Files,
) -> Result<Loaded, Report> {
    let mut build = Build::new(spec, holes, &sources, complaints, files);
    build.logs(spec);
    build.workers(spec);
    build.actions(spec);
    build.spawns(spec);
    build.arrivals(spec);
    build.crons(spec);
    build.jobs(&spec.job);
    if let Some(registry) = &spec.registry {
        build.registry(&registry.value, registry.place, spec);
    }
    build.availability(spec);
    let cancels = build.cancels(&spec.cancel);
    let claim = build.claim(&spec.claim);
    build.check(spec);
    build.check_warm_up(spec);
    let Build {
        complaints,
        notes,
        inputs,
        settings,
        needs,
        workers,
        availability,
        actions,
        mut arrivals,
        initial,
        originals,
        ..
    } = build;
    let report = Report::new(sources, complaints);
    let (Some((claim, policy)), Some(window), 0) = (claim, settings.window, report.errors()) else {
        return Err(report);
    };
    arrivals.sort_by_key(|(place, _)| *place);
    let system = System {
        workers: workers.into_iter().map(|worker| worker.finish(&needs)).collect(),
        actions: actions.into_iter().map(DraftAction::finish).collect(),
        needs: needs.all_dense(),
        resources: needs.names().to_vec(),
        claim,
        queue_limit: spec.queue.limit.as_ref().map(|limit| limit.value),
        availability: availability.finish(&needs),
        cancels,
        window,
        initial,
    };
    let scenario = Scenario {
        name: settings.name,
        epoch: settings.epoch,
        seed: spec.seed.value,
        replications: spec.replications.value,
        slo: settings.slo,
        slowdown_bound: spec.slowdown_bound.value,
        policy_label: policy.label(&system.actions),
        policy,
        warm_up: spec.warmup.value.rule(),
        system,
        sources: arrivals.into_iter().map(|(_, source)| source).collect(),
        originals,
    };
    Ok(Loaded { scenario, warnings: report, notes, inputs })
}

impl<'a> Build<'a> {
    fn new(
        spec: &Spec,
        holes: &'a Holes,
        sources: &'a Sources,
        complaints: Vec<Complaint>,
        files: &'a dyn Files,
    ) -> Build<'a> {
        let mut build = Build {
            sources,
            holes,
            files,
            complaints,
            notes: Vec::new(),
            inputs: Vec::new(),
            logs: BTreeMap::new(),
            settings: Settings::default(),
            needs: Needs::default(),
            uses: BTreeMap::new(),
            workers: Vec::new(),
            groups: BTreeMap::new(),
            availability: DraftAvailability::default(),
            has_all_workers: true,
            actions: Vec::new(),
            arrivals: Vec::new(),
            initial: Vec::new(),
            originals: Originals::default(),
        };
        build.settings(spec);
        build
    }

    /// Adds a complaint.
    fn complain(&mut self, complaint: Complaint) {
        self.complaints.push(complaint);
    }

    /// What the scenario says at a place, as it is written.
    fn written(&self, place: Place) -> &'a str {
        self.sources.text(place)
    }

    /// The action that a name means; a complaint, if it means none.
    fn action(&mut self, name: &At<String>) -> Option<ActionId> {
        let found = self.find_action(&name.value);
        if found.is_none() {
            let complaint = Complaint::error(name.place, format!("there is no action `{}`", name.value));
            let complaint = self.suggest_action(complaint, &name.value);
            self.complain(complaint);
        }
        found
    }

    /// The action of that name.
    fn find_action(&self, name: &str) -> Option<ActionId> {
        self.actions.iter().position(|action| action.name == name).map(|index| ActionId(index as u16))
    }

    /// Says which action a wrong name probably means, or that it wants a table of its own.
    fn suggest_action(&self, complaint: Complaint, name: &str) -> Complaint {
        match nearest(name, self.actions.iter().map(|action| action.name.as_str())) {
            Some(meant) => complaint.label(format!("did you mean `{meant}`?")),
            None => complaint.help(format!("describe it in a table of its own, [action.{name}]")),
        }
    }

    /// Complains about keys that a table must have: each with whether it is missing, and an example of it.
    fn required(&mut self, what: &str, table: Place, keys: &[(&str, bool, &str)]) {
        for (key, is_missing, example) in keys {
            if *is_missing && !self.holes.has(table, key) {
                let complaint = Complaint::error(table, format!("{what} needs `{key}`"));
                self.complain(complaint.help(format!("write it, such as {example}")));
            }
        }
    }

    /// A duration that must be longer than nothing.
    fn positive(&mut self, key: &str, span: Option<&At<Span>>) -> Option<Span> {
        let span = span?;
        if span.value <= Span::ZERO {
            let written = self.written(span.place);
            self.complain(
                Complaint::error(span.place, format!("`{key}` cannot be {written}")).help("write a duration above 0s"),
            );
        }
        Some(span.value)
    }

    /// The bytes of a file that the scenario names; a complaint, if it cannot be read.
    fn read(&mut self, path: &At<String>) -> Option<Vec<u8>> {
        if let Some(input) = self.inputs.iter().find(|input| input.name == path.value) {
            return Some(input.bytes.clone());
        }
        match self.files.read(&path.value) {
            Ok(bytes) => {
                self.inputs.push(Input { name: path.value.clone(), bytes: bytes.clone() });
                Some(bytes)
            }
            Err(why) => {
                let complaint = Complaint::error(path.place, format!("`{}` cannot be read: {why}", path.value));
                self.complain(complaint.help("paths are relative to the scenario file"));
                None
            }
        }
    }
}
