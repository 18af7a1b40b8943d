//! Spec -> [`Scenario`]: names become ids, and every contradiction is reported, not only the first.
//!
//! Each file lowers one part into the [`Lowering`]. A part with a mistake is left out, so that the
//! others still get their diagnostics. The parts are put together only if there is no error.

mod actions;
mod arrivals;
mod availability;
mod checks;
mod claim;
mod crons;
mod distribution;
mod document_times;
mod draft;
mod jobs;
mod log_headers;
mod lowering;
mod needs;
mod policy;
mod registry;
mod run;
mod spawns;
mod staffing;
mod swf;
mod trace;
mod warmup;
mod workers;

use crate::context::Context;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::engine::System;
use crate::files::Files;
use crate::model::time_zone::TimeZone;
use crate::scenario::{LoadedScenario, Scenario, WarmUpRule, zone};
use crate::source::Sources;
use crate::spec::{Spec, Warmup};
use crate::tree::RecoveredKeys;
use lowering::Lowering;

/// Lowers a spec to a scenario; `diagnostics` are those from reading it.
pub(super) fn lower(
    spec: &Spec,
    recovered: &RecoveredKeys,
    sources: Sources,
    diagnostics: Vec<Diagnostic>,
    files: &dyn Files,
) -> Result<LoadedScenario, Diagnostics> {
    let mut lowering = Lowering::new(Context::new(&sources, recovered, files, diagnostics));
    lowering.settings(spec);
    lowering.logs(spec);
    lowering.workers(spec);
    lowering.actions(spec);
    lowering.labels(spec);
    lowering.spawns(spec);
    lowering.arrivals(spec);
    lowering.crons(spec);
    lowering.jobs(&spec.job);
    if let Some(registry) = &spec.registry {
        lowering.registry(&registry.value, registry.span, spec);
    }
    lowering.availability(spec);
    let cancels = lowering.cancels(&spec.cancel);
    let claim = lowering.claim(&spec.claim);
    lowering.check(spec);
    lowering.check_warm_up(spec);
    let Lowering {
        context: Context { diagnostics, notes, inputs, .. },
        settings,
        needs,
        workers,
        staffed,
        availability,
        actions,
        mut arrivals,
        initial,
        source_documents,
        ..
    } = lowering;
    let diagnostics = Diagnostics::new(sources, diagnostics);
    let (Some((claim, policy)), Some(window), 0) = (claim, settings.window, diagnostics.errors()) else {
        return Err(diagnostics);
    };
    arrivals.sort_by_key(|(span, _)| *span);
    let zones = arrivals.iter().filter_map(|(_, source)| zone(source)).chain([settings.time_zone]);
    let zones: Vec<TimeZone> = zones.chain(spec.worker.iter().filter_map(|(_, group)| group.time_zone)).collect();
    let system = System {
        workers: workers.into_iter().map(|worker| worker.finish(&needs)).collect(),
        actions: actions.into_iter().map(|action| action.model).collect(),
        needs: needs.all_dense(),
        groups: staffed,
        runs_on: needs.all_runs_on(),
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
        time_zone: settings.time_zone,
        load: settings.load,
        has_time_zones: zones.into_iter().any(|zone| !zone.is_utc()),
        seed: spec.seed.value,
        replications: spec.replications.value,
        slo: settings.slo,
        slowdown_bound: spec.slowdown_bound.value,
        policy_label: policy.label(&system.actions),
        policy,
        warm_up: match spec.warmup.value {
            Warmup::Auto => WarmUpRule::Auto,
            Warmup::Lasts(_) => WarmUpRule::Fixed,
        },
        system,
        sources: arrivals.into_iter().map(|(_, source)| source).collect(),
        source_documents,
    };
    Ok(LoadedScenario { scenario, warnings: diagnostics, notes, inputs })
}
