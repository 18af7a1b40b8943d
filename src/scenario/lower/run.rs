//! The keys of the run itself: name, start, horizon, warm-up, replications, targets.

use super::lowering::Lowering;
use crate::arrival::trace::TimeScale;
use crate::diagnostic::Diagnostic;
use crate::engine::{LAST_INSTANT, Window};
use crate::model::name;
use crate::model::time::{Epoch, Span, Time};
use crate::source::SourceSpan;
use crate::spanned::Spanned;
use crate::spec::{Cooldown, Spec, TimePoint, Warmup};

/// The most bytes of a scenario's name: with `-elasticity` after it, it names a folder.
const MAX_NAME: usize = 200;

/// Why a name is too long, if it is.
fn too_long(name: &str) -> Option<String> {
    (name.len() > MAX_NAME).then(|| format!("has {} bytes, and may have {MAX_NAME}", name.len()))
}

impl Lowering<'_> {
    /// Checks the keys of the run.
    pub(super) fn settings(&mut self, spec: &Spec) {
        self.settings.name = self.name(spec);
        if let Some(start) = &spec.start {
            self.settings.epoch = Epoch(start.value.0);
        }
        self.settings.time_zone = spec.time_zone.value;
        if let Some(load) = self.load(&spec.load) {
            self.settings.load = load;
        }
        self.settings.window = self.window(spec);
        self.settings.slo = spec.slo.as_ref().and_then(|slo| slo.wait.as_ref()).map(|wait| wait.value);
        self.positive("slowdown_bound", Some(&spec.slowdown_bound));
        if spec.replications.value == 0 {
            let diagnostic = Diagnostic::error(spec.replications.span, "`replications` cannot be 0");
            self.report(diagnostic.help("write the number of independent runs, 1 or more"));
        }
    }

    /// The factor of the rates of arrivals; `None` and a diagnostic, if it is out of range.
    fn load(&mut self, load: &Spanned<f64>) -> Option<f64> {
        let is_possible = TimeScale::new(load.value).is_some();
        if !is_possible {
            let written = self.source_text(load.span);
            let diagnostic = Diagnostic::error(load.span, format!("`load` cannot be {written}"));
            self.report(diagnostic.help("write a number from 1e-9 to 1e9, such as 1.2 for a fifth more arrivals"));
        }
        is_possible.then_some(load.value)
    }

    /// The name, or that of the file without its extension.
    fn name(&mut self, spec: &Spec) -> String {
        let Some(name) = &spec.name else {
            let file = self.sources.file().map_or("", |file| file.name.as_str());
            let base = file.rsplit(['/', '\\']).next().unwrap_or(file);
            // Standard input is `<stdin>`.
            let stem = base.strip_suffix(".toml").unwrap_or(base).trim_matches(['<', '>']);
            let stem = if stem.is_empty() { "scenario" } else { stem };
            let fault = name::fault(stem).or_else(|| too_long(stem));
            if let Some(fault) = fault {
                let title = format!("the scenario has no name, and the name of its file {fault}");
                self.report(Diagnostic::error(SourceSpan::NOWHERE, title).help("write one, such as name = \"week\""));
            }
            return stem.to_owned();
        };
        let is_path = name.value.contains(['/', '\\', ':']) || [".", ".."].contains(&name.value.trim());
        let fault = name::fault(&name.value).or_else(|| too_long(&name.value));
        if let Some(fault) = fault.or_else(|| is_path.then(|| "is a path".to_owned())) {
            let title = format!("`name` must be usable as the name of a folder; it {fault}");
            let diagnostic = Diagnostic::error(name.span, title);
            self.report(diagnostic.help("write letters, digits, `-` and `_`, such as \"registry-week\""));
        }
        name.value.clone()
    }

    fn window(&mut self, spec: &Spec) -> Option<Window> {
        let Some(horizon) = &spec.horizon else {
            if !self.recovered.has(SourceSpan::NOWHERE, "horizon") {
                let diagnostic = Diagnostic::error(SourceSpan::NOWHERE, "`horizon` is missing");
                self.report(diagnostic.help("write how long the run lasts, such as horizon = \"7d\""));
            }
            return None;
        };
        self.positive("horizon", Some(horizon));
        if Time::ZERO + horizon.value > LAST_INSTANT {
            let diagnostic = Diagnostic::error(horizon.span, "`horizon` exceeds the range of the simulation clock");
            self.report(diagnostic.help("write at most \"53000d\", 145 years"));
        }
        let warmup = match spec.warmup.value {
            Warmup::Lasts(duration) => duration,
            // It is zero until the run has determined it.
            Warmup::Auto => Span::ZERO,
        };
        if warmup > Span::ZERO && warmup >= horizon.value {
            let diagnostic = Diagnostic::error(spec.warmup.span, "the warm-up leaves no part of the run to measure");
            self.report(
                diagnostic.context(horizon.span, "the run ends here").help("write a warm-up shorter than the horizon"),
            );
        }
        let cooldown = match spec.cooldown.value {
            Cooldown::Auto => horizon.value,
            Cooldown::None => Span::ZERO,
            Cooldown::Lasts(duration) => duration,
        };
        Some(Window { warmup: Time::ZERO + warmup, horizon: Time::ZERO + horizon.value, cooldown })
    }

    /// The simulated instant of a point in time; `None` and a diagnostic, if it lies before the
    /// start or too far away.
    pub(super) fn instant(&mut self, point: &Spanned<TimePoint>) -> Option<Time> {
        let Some(time) = point.value.after(self.settings.epoch) else {
            self.report(Diagnostic::error(point.span, "this is more than 292 years away from `start`"));
            return None;
        };
        if time < Time::ZERO {
            let start = self.settings.epoch.rfc3339(Time::ZERO, chrono::SecondsFormat::AutoSi);
            let diagnostic = Diagnostic::error(point.span, "this lies before the start of the run");
            self.report(diagnostic.help(format!("the run starts at {start}")));
            return None;
        }
        if let Some(window) = self.settings.window.filter(|window| time > window.horizon) {
            let title = if time > window.end() {
                "this lies beyond the horizon and never happens"
            } else {
                "this lies beyond the horizon: it is load for jobs that are followed, and counts nowhere"
            };
            self.report(Diagnostic::warning(point.span, title));
        }
        Some(time)
    }
}
