//! What a warm-up does not go together with: a backlog whose end is the question, and arrivals that come in rounds.

use super::Build;
use crate::arrival::ArrivalModel;
use crate::diagnostic::Complaint;
use crate::model::time::{Span, Time};
use crate::source::Place;
use crate::spec::{Spec, Warmup};

/// Of so many rounds in a run, the part of one by which a warm-up may miss their begin no longer matters.
const MANY_ROUNDS: i64 = 20;

impl Build<'_> {
    /// Warns of a warm-up that takes away what is asked about, or that cannot be found.
    pub(super) fn check_warm_up(&mut self, spec: &Spec) {
        let is_auto = spec.warmup.value == Warmup::Auto;
        let lasts = self.settings.window.is_some_and(|window| window.warmup > Time::ZERO);
        if (is_auto || lasts) && !self.initial.is_empty() {
            let title = "the warm-up leaves out the backlog that `registry` brings";
            let complaint = Complaint::warning(spec.warmup.place, title);
            let place = spec.registry.as_ref().map_or(Place::NOWHERE, |registry| registry.place);
            let complaint = complaint.context(place, "waiting and running jobs come from here");
            self.complain(complaint.help(
                "leave `warmup` out to see the backlog drain; keep it if only what comes after that is asked about",
            ));
        }
        if let Some(round) = self.longest_round().filter(|_| is_auto) {
            let complaint = Complaint::warning(
                spec.warmup.place,
                format!("arrivals come in rounds of {round}, which never become steady"),
            );
            self.complain(complaint.help(format!(
                "write a fixed warm-up and a horizon of whole rounds, or a horizon of at least {}, {MANY_ROUNDS} rounds",
                Span(round.0.saturating_mul(MANY_ROUNDS))
            )));
        }
    }

    /// The longest round of arrivals that is not run through many times.
    fn longest_round(&self) -> Option<Span> {
        let horizon = self.settings.window?.horizon;
        let rounds = self.arrivals.iter().filter_map(|(_, source)| self.round(source));
        rounds.filter(|round| round.0 > horizon.0 / MANY_ROUNDS).max()
    }

    /// After how long a source begins anew.
    fn round(&self, source: &ArrivalModel) -> Option<Span> {
        let epoch = self.settings.epoch;
        match source {
            ArrivalModel::Profile { rates, .. } => rates.round(),
            ArrivalModel::Cron { schedule, .. } => {
                let mut firings = schedule.firings(epoch.0).map_while(|instant| epoch.time_of(instant));
                let (first, second) = (firings.next()?, firings.next()?);
                Some(second - first)
            }
            _ => None,
        }
    }
}
