//! Scenarios that a warm-up does not suit: a backlog that the question is about, and periodic
//! arrivals.

use super::lowering::Lowering;
use crate::diagnostic::Diagnostic;
use crate::model::time::{Span, Time};
use crate::scenario::period;
use crate::source::SourceSpan;
use crate::spec::{Spec, Warmup};

/// With this number of periods in a run, it does not matter where in a period the warm-up ends.
const MIN_PERIODS: i64 = 20;

impl Lowering<'_> {
    /// Warns of a warm-up that removes what the question is about, or that cannot be determined.
    pub(super) fn check_warm_up(&mut self, spec: &Spec) {
        let is_auto = spec.warmup.value == Warmup::Auto;
        let lasts = self.settings.window.is_some_and(|window| window.warmup > Time::ZERO);
        if (is_auto || lasts) && !self.initial.is_empty() {
            let title = "the warm-up leaves out the backlog that `registry` brings";
            let diagnostic = Diagnostic::warning(spec.warmup.span, title);
            let span = spec.registry.as_ref().map_or(SourceSpan::NOWHERE, |registry| registry.span);
            let diagnostic = diagnostic.context(span, "waiting and running jobs come from here");
            self.report(diagnostic.help(
                "leave `warmup` out to see the backlog drain; keep it if the question is only about the time after it",
            ));
        }
        if let Some(period) = self.longest_period().filter(|_| is_auto) {
            let diagnostic = Diagnostic::warning(
                spec.warmup.span,
                format!("arrivals repeat every {period}, so they never become steady"),
            );
            self.report(diagnostic.help(format!(
                "write a fixed warm-up and a horizon of whole periods, or a horizon of at least {}, {MIN_PERIODS} periods",
                Span(period.0.saturating_mul(MIN_PERIODS))
            )));
        }
    }

    /// The longest period of arrivals that the run does not repeat many times.
    fn longest_period(&self) -> Option<Span> {
        let horizon = self.settings.window?.horizon;
        let rounds = self.arrivals.iter().filter_map(|(_, source)| period(source, self.settings.epoch));
        rounds.filter(|round| round.0 > horizon.0 / MIN_PERIODS).max()
    }
}
