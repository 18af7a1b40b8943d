//! The keys of the run itself: name, start, horizon, warm-up, replications, targets.

use super::Build;
use crate::diagnostic::Complaint;
use crate::engine::{LAST_INSTANT, Window};
use crate::model::time::{Epoch, Span, Time};
use crate::source::Place;
use crate::spec::{At, Moment, Spec, Warmup};

/// What the other parts have to know of the run.
#[derive(Debug, Default)]
pub(super) struct Settings {
    pub(super) name: String,
    pub(super) epoch: Epoch,
    pub(super) window: Option<Window>,
    pub(super) slo: Option<Span>,
}

impl Build<'_> {
    /// Checks the keys of the run.
    pub(super) fn settings(&mut self, spec: &Spec) {
        self.settings.name = self.name(spec);
        if let Some(start) = &spec.start {
            self.settings.epoch = Epoch(start.value.0);
        }
        self.settings.window = self.window(spec);
        self.settings.slo = spec.slo.as_ref().and_then(|slo| slo.wait.as_ref()).map(|wait| wait.value);
        self.positive("slowdown_bound", Some(&spec.slowdown_bound));
        if spec.replications.value == 0 {
            let complaint = Complaint::error(spec.replications.place, "`replications` cannot be 0");
            self.complain(complaint.help("write how many independent runs are wanted: 1 or more"));
        }
    }

    /// The name, or that of the file without its ending.
    fn name(&mut self, spec: &Spec) -> String {
        let Some(name) = &spec.name else {
            let file = self.sources.file().map_or("", |file| file.name.as_str());
            let base = file.rsplit(['/', '\\']).next().unwrap_or(file);
            let stem = base.strip_suffix(".toml").unwrap_or(base);
            return if stem.is_empty() { "scenario".to_owned() } else { stem.to_owned() };
        };
        let is_path = name.value.contains(['/', '\\', ':']) || name.value.chars().any(char::is_control);
        if is_path || ["", ".", ".."].contains(&name.value.trim()) {
            let complaint = Complaint::error(name.place, "`name` must be usable as the name of a folder");
            self.complain(complaint.help("write letters, digits, `-` and `_`, such as \"registry-week\""));
        }
        name.value.clone()
    }

    fn window(&mut self, spec: &Spec) -> Option<Window> {
        let Some(horizon) = &spec.horizon else {
            if !self.holes.has(Place::NOWHERE, "horizon") {
                let complaint = Complaint::error(Place::NOWHERE, "`horizon` is missing");
                self.complain(complaint.help("write how long the run lasts, such as horizon = \"7d\""));
            }
            return None;
        };
        self.positive("horizon", Some(horizon));
        if Time::ZERO + horizon.value > LAST_INSTANT {
            let complaint = Complaint::error(horizon.place, "`horizon` is beyond what the simulation clock can hold");
            self.complain(complaint.help("write at most \"53000d\", 145 years"));
        }
        let warmup = match spec.warmup.value {
            Warmup::Lasts(span) => span,
            // Until the run has found it.
            Warmup::Auto => Span::ZERO,
        };
        if warmup > Span::ZERO && warmup >= horizon.value {
            let complaint = Complaint::error(spec.warmup.place, "the warm-up leaves nothing of the run to be measured");
            self.complain(
                complaint.context(horizon.place, "the run ends here").help("write a warm-up shorter than the horizon"),
            );
        }
        Some(Window { warmup: Time::ZERO + warmup, horizon: Time::ZERO + horizon.value })
    }

    /// The simulated instant that a moment means; a complaint, if it lies before the start or too far away.
    pub(super) fn instant(&mut self, moment: &At<Moment>) -> Option<Time> {
        let Some(time) = moment.value.after(self.settings.epoch) else {
            self.complain(Complaint::error(moment.place, "this is more than 292 years away from `start`"));
            return None;
        };
        if time < Time::ZERO {
            let start = self.settings.epoch.rfc3339(Time::ZERO, chrono::SecondsFormat::AutoSi);
            let complaint = Complaint::error(moment.place, "this lies before the start of the run");
            self.complain(complaint.help(format!("the run starts at {start}")));
            return None;
        }
        if self.settings.window.is_some_and(|window| time > window.horizon) {
            self.complain(Complaint::warning(moment.place, "this lies beyond the horizon and never happens"));
        }
        Some(time)
    }
}
