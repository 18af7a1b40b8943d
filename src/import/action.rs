//! Writes the table of an action: each number with the rows that it was estimated from.

use super::arrival_text;
use super::arrivals::Arrivals;
use super::crons::Crons;
use super::document_history::{DocumentHistory, Units, stated_need};
use super::documents::ASSUMPTION;
use super::interval;
use super::mode::ValueCounts;
use super::observation_window::ObservationWindow;
use super::service::{FinishedRows, Service, ServiceShape, finished};
use super::start_bounds::{BoundBasis, StartBound};
use super::toml_text::{self, TomlBuilder, count, number, seconds};
use crate::model::time::Span;
use crate::registry::document::Field;

/// The only published run times, for actions without finished rows.
const PUBLISHED_RUN_TIMES: [(&str, &str); 8] = [
    ("scan_check_single", "26s"),
    ("nautilus_scan_check_single", "26s"),
    ("update_db", "4m"),
    ("nautilus_update_db", "4m"),
    ("update_vuln_db", "4m"),
    ("poll_mirror", "2.7s"),
    ("sleep", "60s"),
    ("false", "0s"),
];

/// Actions whose jobs start jobs of another action.
const PARENTS: [(&str, &str); 2] =
    [("scan_check", "scan_check_single"), ("nautilus_scan_check", "nautilus_scan_check_single")];

/// The evidence from which tables of actions are written.
pub(super) struct ActionWriter<'a> {
    pub(super) history: &'a DocumentHistory<'a>,
    pub(super) crons: &'a Crons<'a>,
    pub(super) window: Option<ObservationWindow>,
    pub(super) start_bounds: &'a [Option<StartBound>],
}

impl ActionWriter<'_> {
    /// Writes the table of an action.
    pub(super) fn write(&self, toml: &mut TomlBuilder, action: usize) {
        let arrivals = Arrivals::of(self.history, self.crons, self.window, action);
        toml.gap();
        self.write_rows(toml, action, &arrivals);
        self.write_parent_child_notes(toml, action, &arrivals);
        toml.table("action", self.history.action_name(action));
        self.write_capacity(toml, action);
        self.write_arrivals(toml, action, &arrivals);
        let (deadline, deadlines) = self.durations(action, |row| &row.deadline);
        let finished = finished(self.history, self.start_bounds, action, deadline);
        self.write_service(toml, action, &finished);
        write_errors(toml, &finished);
        self.write_retries(toml, action);
        self.write_deadline(toml, action, deadline, &deadlines, &finished);
        if let Some(process) = &arrivals.process {
            arrival_text::write_profile(toml, self.history.action_name(action), process, "UTC");
        }
    }

    fn write_rows(&self, toml: &mut TomlBuilder, action: usize, arrivals: &Arrivals) {
        let rows = self.history.of(action).count();
        let active = self.history.of(action).filter(|(_, row)| row.is_active()).count();
        if rows == 0 {
            return toml.comment(if self.crons.has(action) { "No rows: only its cron is known." } else { "No rows." });
        }
        let mut words = Vec::new();
        for (number, what) in [
            (arrivals.by_cron, "by its cron"),
            (arrivals.retries, "further attempts (by retryFromID), which are not arrivals"),
            (active, "not finished, so their run times are unknown"),
        ] {
            if number > 0 {
                words.push(format!("{number} {what}"));
            }
        }
        let but = if words.is_empty() { "" } else { ": " };
        toml.comment(&format!("{}{but}{}.", count(rows, "row"), words.join(", ")));
    }

    /// Notes that the jobs of one action may be children of jobs of another.
    fn write_parent_child_notes(&self, toml: &mut TomlBuilder, action: usize, arrivals: &Arrivals) {
        let name = self.history.actions[action].unwrap_or_default();
        if let Some((_, child)) = PARENTS.iter().find(|(parent, _)| *parent == name) {
            let children = self.history.actions.binary_search(&Some(child)).ok();
            let jobs = children.map(|index| Arrivals::of(self.history, self.crons, self.window, index).jobs());
            let Some(jobs) = jobs.filter(|jobs| *jobs > 0 && arrivals.jobs() > 0) else { return };
            toml.comment(&format!(
                "A {name} starts {child} jobs and runs until they have ended, so its run times below include theirs. To simulate \
                 that, add the line below with the service time of its own work alone, and remove the arrivals of {child}: \
                 {jobs} arrived in the same time as {} of these."
            , arrivals.jobs()));
            toml.comment(&format!(
                "spawns = {{ action = {}, count = {} }}",
                toml_text::string(child),
                number(jobs as f64 / arrivals.jobs() as f64)
            ));
        }
        if let Some((parent, _)) = PARENTS.iter().find(|(_, child)| *child == name) {
            let Ok(parents) = self.history.actions.binary_search(&Some(parent)) else { return };
            let (inside, all) = self.count_during(action, parents);
            toml.comment(&format!(
                "{inside} of {all} first attempts were scheduled while a {parent} waited or ran: documents do not tell which are \
                 its children and which arrived independently. Here all arrive independently; see {parent}."
            ));
        }
    }

    /// The number of first attempts of an action that were scheduled between the schedule and the
    /// end of a row of another action, and of all first attempts.
    fn count_during(&self, action: usize, other: usize) -> (usize, usize) {
        let mut spans: Vec<_> = self
            .history
            .of(other)
            .filter_map(|(_, row)| Some((row.scheduled_at?, row.updated_at.filter(|_| !row.is_active()))))
            .collect();
        spans.sort_unstable();
        // The latest end of the rows that were scheduled up to each one; an active row has no end
        // yet.
        let mut latest = Vec::with_capacity(spans.len());
        for (_, end) in &spans {
            let end = end.unwrap_or(crate::model::time::Time::NEVER);
            latest.push(latest.last().map_or(end, |last| end.max(*last)));
        }
        let times: Vec<_> = self
            .history
            .of(action)
            .filter(|(_, row)| !row.is_retry())
            .filter_map(|(_, row)| row.scheduled_at)
            .collect();
        let is_inside = |at: &&crate::model::time::Time| {
            let before = spans.partition_point(|(scheduled, _)| scheduled <= *at);
            before > 0 && latest[before - 1] >= **at
        };
        (times.iter().filter(is_inside).count(), times.len())
    }

    fn write_capacity(&self, toml: &mut TomlBuilder, action: usize) {
        let counts =
            ValueCounts::of(self.history.of(action).filter_map(|(_, row)| stated_need(&row.document.capacity_map)));
        let show = |units: &Units| toml_text::units(&self.history.renamed(units));
        if let Some(units) = counts.mode() {
            toml.pair("capacity", &show(units), &format!("in {}", counts.in_words(show)));
        } else if self.history.of(action).next().is_some() {
            toml.comment(&format!("{ASSUMPTION}: no row gives its capacity map, so it needs nothing."));
        }
    }

    fn write_arrivals(&self, toml: &mut TomlBuilder, action: usize, arrivals: &Arrivals) {
        let Some(process) = &arrivals.process else {
            let by_cron = self.crons.has(action);
            if by_cron && self.history.of(action).next().is_some() {
                toml.comment("All jobs came from its cron, see below.");
            } else if !by_cron {
                toml.comment(&format!(
                    "{ASSUMPTION}: no jobs arrive, because no row has a time. For example: arrival = {{ poisson = {{ rate = \
                     \"1/h\" }} }}"
                ));
            }
            return;
        };
        arrival_text::write(toml, process);
    }

    fn write_service(&self, toml: &mut TomlBuilder, action: usize, finished: &FinishedRows) {
        let Some(service) = &finished.service else {
            let name = self.history.actions[action].unwrap_or_default();
            let published = PUBLISHED_RUN_TIMES.iter().find(|(known, _)| *known == name);
            let why = if published.is_some() { "the only published figure" } else { "a guess" };
            toml.comment(&format!("{ASSUMPTION}: no row tells how long it runs; this is {why}."));
            return toml.pair("service", &toml_text::string(published.map_or("1m", |(_, time)| time)), "");
        };
        explain(toml, service);
        toml.pair("service", &distribution(service), "");
    }

    fn write_retries(&self, toml: &mut TomlBuilder, action: usize) {
        let total =
            ValueCounts::of(self.history.of(action).filter_map(|(_, row)| row.document.retries_total.get().copied()));
        let left = self.history.of(action).filter(|(_, row)| !row.is_retry());
        let left = ValueCounts::of(left.filter_map(|(_, row)| row.document.retries_left.get().copied()));
        let counts = if total.rows() > 0 { total } else { left };
        if let Some(retries) = counts.mode() {
            toml.pair("retries", &retries.to_string(), &format!("in {}", counts.in_words(ToString::to_string)));
        }
    }

    /// The most frequent duration in a field, and the counts of all. A missing field, `null` and
    /// `""` are no duration.
    fn durations(
        &self,
        action: usize,
        field: impl Fn(&crate::registry::document::JobDocument) -> &Field<Span>,
    ) -> (Option<Span>, ValueCounts<Option<Span>>) {
        let stated = self.history.of(action).map(|(_, row)| field(row.document)).filter(|field| !field.is_absent());
        let counts = ValueCounts::of(stated.map(|field| field.get().copied().filter(|span| *span > Span::ZERO)));
        (counts.mode().copied().flatten(), counts)
    }

    fn write_deadline(
        &self,
        toml: &mut TomlBuilder,
        action: usize,
        deadline: Option<Span>,
        deadlines: &ValueCounts<Option<Span>>,
        finished: &FinishedRows,
    ) {
        let show = |span: &Option<Span>| span.map_or("none".to_owned(), |span| span.to_string());
        let (timeout, timeouts) = self.durations(action, |row| &row.stop_timeout);
        let Some(deadline) = deadline else {
            if deadlines.0.len() > 1 {
                toml.comment(&format!("No deadline in {}.", deadlines.in_words(show)));
            }
            return;
        };
        toml.pair("deadline", &toml_text::string(&deadline.to_string()), &format!("in {}", deadlines.in_words(show)));
        if let Some(timeout) = timeout {
            toml.pair(
                "stop_timeout",
                &toml_text::string(&timeout.to_string()),
                &format!("in {}", timeouts.in_words(show)),
            );
        }
        if finished.at_deadline > 0 {
            toml.comment(&format!(
                "Stopped by the deadline: {}. They are not counted in `error`; `service` counts them as one second longer than the deadline, which is too short.",
                count(finished.at_deadline, "row")
            ));
        }
    }
}

/// Writes an example action if the documents have none: a scenario needs one.
pub(super) fn write_placeholder(toml: &mut TomlBuilder) {
    toml.gap();
    toml.comment(&format!("{ASSUMPTION}: the documents have no jobs and no crons, so this action is an example."));
    toml.table("action", "example");
    toml.comment("For example: arrival = { poisson = { rate = \"1/h\" } }");
    toml.pair("service", "\"1m\"", "");
}

/// Writes what a service time was estimated from, and how.
fn explain(toml: &mut TomlBuilder, service: &Service) {
    let half = service.half.map(|half| format!(" ± {}", toml_text::about(half))).unwrap_or_default();
    toml.comment(&format!(
        "Run time {}{half} on average, of {}{}: p50 {}, p95 {}, max {}.",
        seconds(service.mean),
        count(service.values.len(), "row"),
        if service.failed { " that ended in error, because there are no others" } else { "" },
        seconds(service.quantile(0.5)),
        seconds(service.quantile(0.95)),
        seconds(service.quantile(1.0))
    ));
    let rows = service.values.len();
    match &service.shape {
        ServiceShape::Lognormal(far) | ServiceShape::Gamma(far) => toml.comment(&format!(
            "Its coefficient of variation is {}; of lognormal and gamma, this one is nearer to the rows, at most {} off.",
            number(service.cv),
            toml_text::short(*far)
        )),
        ServiceShape::Values(values) if values.len() < rows || rows > 9 => toml.comment(&format!(
            "Neither lognormal nor gamma is near, so these are {}, each the mean of an equal number of rows.",
            count(values.len(), "value")
        )),
        ServiceShape::Constant | ServiceShape::Values(_) => {}
    }
    let (delay, whole) = (seconds(service.delay), seconds(service.wait_and_run));
    toml.comment(&match service.basis {
        BoundBasis::NeedsNothing => format!(
            "Rows give only wait + run, {whole} on average. It needs nothing, so it waits only for its claim, {delay} on average; \
             this is subtracted."
        ),
        BoundBasis::Slots => format!(
            "Rows give only wait + run, {whole} on average. The earlier rows of its workers bound the starts, and a claim delay of \
             {delay} on average is subtracted. This is right if the workers offered then what they offer now, and all their \
             rows are here."
        ),
        BoundBasis::AssumedSlots => format!(
            "{ASSUMPTION}: this is right if its workers offered what is assumed above, since rows give only wait + run, {whole} on \
             average. If they offered more, it is longer, up to {whole}. Import again with a workers document. A claim delay of \
             {delay} on average is subtracted."
        ),
        BoundBasis::ScheduleOnly => format!(
            "{ASSUMPTION}: this is an upper bound, wait + run ({whole}) minus a claim delay of {delay}, because these rows ran on \
             workers that are not in the workers document, or that offer less now."
        ),
    });
}

/// Writes the share of attempts that ended in error.
fn write_errors(toml: &mut TomlBuilder, finished: &FinishedRows) {
    let whole = finished.done + finished.errors;
    if whole == 0 {
        return;
    }
    let (low, high) = interval::wilson_interval(finished.errors, whole);
    let share = number(finished.errors as f64 / whole as f64);
    let of = count(whole, "finished attempt");
    let remark =
        format!("{} of {of}; 95 % interval {} to {}", finished.errors, toml_text::short(low), toml_text::short(high));
    toml.pair("error", &share, &remark);
}

/// Run times as a distribution.
fn distribution(service: &Service) -> String {
    let mean = toml_text::string(&seconds(service.mean));
    match &service.shape {
        _ if service.mean < 1e-6 => toml_text::string("0s"),
        ServiceShape::Constant => mean,
        ServiceShape::Lognormal(_) => format!("{{ lognormal = {{ mean = {mean}, cv = {} }} }}", number(service.cv)),
        ServiceShape::Gamma(_) => {
            format!("{{ gamma = {{ shape = {}, mean = {mean} }} }}", number(1.0 / (service.cv * service.cv)))
        }
        ServiceShape::Values(values) => {
            let values = values.iter().map(|value| toml_text::string(&seconds(value.max(0.0))));
            let values: Vec<String> = values.collect();
            let all_alike = values.iter().all(|value| *value == values[0]);
            if all_alike { mean } else { format!("{{ empirical = {{ values = [{}] }} }}", values.join(", ")) }
        }
    }
}
