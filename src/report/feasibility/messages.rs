//! The findings of the feasibility analysis in sentences: a title, and lines with the consequence
//! and the remedy.

use super::format as phrases;
use crate::experiment::feasibility::{Bottleneck, Excess, Feasibility, Finding, StuckWorkers, WorkerType};
use crate::format::{count, duration};
use crate::model::action::ActionId;
use crate::model::time::Time;
use crate::scenario::Scenario;

/// An action with at least this share of a load is named.
const SMALLEST_SHARE: f64 = 0.005;

/// A sentence lists at most this number of worker types.
const MOST_TYPES: usize = 4;

/// A finding in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The finding.
    pub title: String,
    /// Its consequence, and the remedy; a line each.
    pub help: Vec<String>,
}

impl Notice {
    /// The finding with its consequence and the remedy.
    pub fn in_a_line(&self) -> String {
        std::iter::once(&self.title).chain(&self.help).map(String::as_str).collect::<Vec<_>>().join("; ")
    }
}

/// What a user should know before the run, the most severe first.
pub fn warnings(scenario: &Scenario, analysis: &Feasibility) -> Vec<Notice> {
    notices(scenario, analysis, Finding::is_warning)
}

/// The findings that `keep` selects, in words.
pub fn notices(scenario: &Scenario, analysis: &Feasibility, keep: impl Fn(&Finding) -> bool) -> Vec<Notice> {
    let words = Words { scenario, analysis };
    analysis.findings.iter().filter(|finding| keep(finding)).map(|finding| words.remark(finding)).collect()
}

/// Further remarks, which only `check` shows.
pub fn notes(scenario: &Scenario, analysis: &Feasibility) -> Vec<Notice> {
    notices(scenario, analysis, |finding| !finding.is_warning())
}

struct Words<'a> {
    scenario: &'a Scenario,
    analysis: &'a Feasibility,
}

impl Words<'_> {
    fn remark(&self, finding: &Finding) -> Notice {
        let (title, help) = match finding {
            Finding::Overload { load, excess, bottleneck, delay_s } => {
                self.overload(*load, *excess, bottleneck, *delay_s)
            }
            Finding::ClaimOverload { load, delay_s, is_permanent } => self.claims(*load, *delay_s, *is_permanent),
            Finding::LikelyOverload { load, delay_s, bottleneck, is_permanent } => {
                self.about_overload(*load, *delay_s, bottleneck, *is_permanent)
            }
            Finding::Deadlock { workers, roots, children, parents, running } => {
                self.deadlock(workers, roots, children, *parents, *running)
            }
            Finding::DeadlockNotExcluded { actions } => self.deadlock_not_excluded(actions),
            Finding::InfiniteMean { action } => self.no_mean(*action),
            Finding::CronCollision { crons, first, times } => self.collision(crons, *first, *times),
            Finding::CronOverrun { cron, gap, held_s } => self.overtaken(*cron, &gap.to_string(), *held_s),
            Finding::UnreadPriorities { actions } => self.unread(actions, "priority", "the policy `priority` does"),
            Finding::UnreadEstimates { actions } => self.unread(
                actions,
                "estimate",
                "backfilling, `shortest-first` and `longest-first` with `by = \"estimate\"`, and `kill_at_estimate` do",
            ),
            Finding::LongJobs { action, held_s } => self.long_jobs(*action, *held_s),
            Finding::SlowRelaxation { load, relaxation_s, warmup } => self.memory(*load, *relaxation_s, *warmup),
            Finding::FewJobs { action, jobs } => self.few_jobs(*action, *jobs),
            Finding::BusiestHour { at, load, bottleneck } => self.busiest_hour(*at, *load, bottleneck),
        };
        Notice { title, help }
    }

    fn overload(
        &self,
        load: f64,
        excess: Excess,
        bottleneck: &Bottleneck,
        delay_s: Option<f64>,
    ) -> (String, Vec<String>) {
        let (load, jobs) = (phrases::load(load), self.jobs(bottleneck));
        let of = "of what the workers can do";
        let (title, follows) = match excess {
            Excess::Balanced => (
                format!("unstable: {jobs} at {load} {of}"),
                "the queue has no steady state: the work that waits grows with the length of the run, under any \
                 policy"
                    .to_owned(),
            ),
            Excess::Grows { per_hour } if per_hour < 5e-3 => (
                format!("unstable: {jobs} at {load} {of}"),
                "under any policy the work that waits grows without limit".to_owned(),
            ),
            Excess::Grows { per_hour } => (
                format!("unstable: {jobs} at {load} {of}"),
                format!(
                    "under any policy the queue grows without limit, by at least {} jobs an hour on average",
                    phrases::about_at_most(per_hour)
                ),
            ),
            Excess::Left { jobs: left } if left < 1.0 => (
                format!("overload: {jobs} at {load} {of} within the run"),
                "under any policy part of this work is unfinished at its end".to_owned(),
            ),
            Excess::Left { jobs: left } => (
                format!("overload: {jobs} at {load} {of} within the run"),
                format!(
                    "under any policy at least {:.0} jobs are unfinished at its end, on average",
                    (left + 1e-6).floor()
                ),
            ),
            Excess::Leaves { share, is_within_run } => (
                format!("overload: {jobs} at {load} {of}{}", if is_within_run { " within the run" } else { "" }),
                format!(
                    "at least {} of that work {}",
                    phrases::load(share),
                    if is_within_run {
                        "is abandoned, rejected, cancelled, lost, skipped, or unfinished at its end"
                    } else {
                        "must be abandoned, rejected, cancelled, lost with a worker, or never arrive"
                    }
                ),
            ),
        };
        let help = vec![follows, self.limit(bottleneck, delay_s)];
        (title, help)
    }

    fn claims(&self, load: f64, delay_s: f64, is_permanent: bool) -> (String, Vec<String>) {
        let workers: f64 = self.analysis.workers.iter().map(|kind| kind.workers).sum();
        let most = phrases::about(workers / delay_s * 3_600.0);
        let what = if is_permanent { "unstable" } else { "overload" };
        let title =
            format!("{what}: jobs arrive at {} of the rate at which the workers can claim them", phrases::load(load));
        let help = format!(
            "a worker makes one claim at a time, each after {} on average: {most} an hour by all of them; \
             more workers can make more, or one claim can take several jobs (batch = \"all\")",
            duration(delay_s)
        );
        (title, vec![help])
    }

    fn about_overload(
        &self,
        load: f64,
        delay_s: f64,
        bottleneck: &Bottleneck,
        is_permanent: bool,
    ) -> (String, Vec<String>) {
        let jobs = self.jobs(bottleneck);
        let what = if is_permanent { "unstable" } else { "an overload within the run" };
        let title = format!(
            "probably {what}: with claim delays {jobs} at about {} of what the workers can do",
            phrases::load(load)
        );
        let without = self.analysis.load().map_or_else(String::new, phrases::load);
        let help = format!("without claim delays the load is {without}; run the scenario to see their cost");
        (title, vec![help, self.limit(bottleneck, Some(delay_s))])
    }

    /// The actions that make up a load, except those with a negligible share.
    fn jobs(&self, bottleneck: &Bottleneck) -> String {
        let seen = bottleneck.jobs.iter().filter(|(.., share)| *share > SMALLEST_SHARE);
        let names = phrases::actions(&self.scenario.system, seen.map(|(action, ..)| *action));
        let together = if names.len() > 1 { " together" } else { "" };
        format!("{}{together}", phrases::list(&names))
    }

    /// The limit: units of a resource, or the number of jobs that fit on a worker; with the claim
    /// delay, if it is part of the load.
    fn limit(&self, bottleneck: &Bottleneck, delay_s: Option<f64>) -> String {
        let system = &self.scenario.system;
        if let Some(load) = bottleneck.resource {
            let delay = delay_s.map_or_else(String::new, |delay| {
                format!(" (with {} of claim delay before each job, while the units are idle)", duration(delay))
            });
            return format!(
                "{} units of {} would be in use on average{delay}, of {} offered",
                phrases::about(load.demand),
                system.resources[usize::from(load.resource.0)],
                count(load.offered)
            );
        }
        let Some(&(action, need, _)) = bottleneck.jobs.first() else { return String::new() };
        let (name, need) = (self.name(action), system.need(need));
        let on = |kind: &WorkerType| {
            format!("{:.0} on a worker with {{{}}}", kind.slots(need), phrases::units(system, &kind.capacity))
        };
        let kinds: Vec<String> = self.analysis.workers.iter().take(MOST_TYPES).map(on).collect();
        let is_full = self.analysis.resources.iter().any(|resource| resource.load().is_some_and(|load| load > 1.0));
        let but = if is_full { "more than the units alone suggest:" } else { "no resource is full by itself, but" };
        format!(
            "{but} few jobs of `{name}` with {{{}}} fit at once: {}",
            phrases::units(system, need),
            kinds.join(", ")
        )
    }

    fn deadlock(
        &self,
        workers: &[StuckWorkers],
        roots: &[ActionId],
        children: &[ActionId],
        parents: f64,
        running: f64,
    ) -> (String, Vec<String>) {
        let (system, all) = (&self.scenario.system, workers.iter().flat_map(|group| &group.parents));
        let holders = phrases::actions(system, all.map(|(action, _)| *action));
        let waiting = phrases::actions(system, children.iter().copied());
        let title = format!(
            "deadlock: jobs of {} can hold all that their children {} need, and then no job ends any more",
            phrases::list(&holders),
            phrases::list(&waiting)
        );
        let group = |StuckWorkers { workers, parents }: &StuckWorkers| {
            let ids: Vec<String> = workers.iter().map(|worker| system.worker(*worker).id.clone()).collect();
            let jobs = parents.iter().map(|(action, jobs)| format!("{jobs} of `{}`", self.name(*action)));
            let jobs: Vec<String> = jobs.collect();
            let jobs = if jobs.is_empty() { "no parent".to_owned() } else { jobs.join(" and ") };
            format!("{} {jobs}", phrases::list(&ids))
        };
        let shown: Vec<String> = workers.iter().take(MOST_TYPES).map(group).collect();
        let more = workers.len().saturating_sub(MOST_TYPES);
        let more = if more > 0 { format!("; and {more} more groups of workers") } else { String::new() };
        let roots = phrases::list(&phrases::actions(system, roots.iter().copied()));
        (
            title,
            vec![
                format!("for example: on each of {}{more}", shown.join("; on each of ")),
                format!(
                    "it takes {parents:.0} jobs of {roots} at once; about {} run on average if no child waits",
                    phrases::about(running)
                ),
                "let children need a resource that parents leave free, or limit the number of parents".to_owned(),
            ],
        )
    }

    fn deadlock_not_excluded(&self, actions: &[ActionId]) -> (String, Vec<String>) {
        let names = phrases::list(&phrases::actions(&self.scenario.system, actions.iter().copied()));
        let title = format!("a deadlock of {names} and their children is not excluded");
        (title, vec!["there are too many ways to place the parents to try all of them".to_owned()])
    }

    fn no_mean(&self, action: ActionId) -> (String, Vec<String>) {
        let title = format!("the service time of `{}` has no finite mean", self.name(action));
        let help = "no run is long enough for its averages: set a largest value, such as `high` of a pareto";
        (title, vec![help.to_owned()])
    }

    fn collision(&self, crons: &[ActionId], first: Time, times: u64) -> (String, Vec<String>) {
        let names = phrases::actions(&self.scenario.system, crons.iter().copied());
        let title = format!(
            "crons {} fire at the same instant, and their jobs cannot run at the same time",
            phrases::list(&names)
        );
        let times = if times == 1 { "once".to_owned() } else { format!("{times} times") };
        let first = self.instant(first);
        (
            title,
            vec![format!(
                "{times} within the run, first at {first}: then one job waits for another; shift one of the schedules"
            )],
        )
    }

    fn overtaken(&self, cron: ActionId, gap: &str, held_s: f64) -> (String, Vec<String>) {
        let name = self.name(cron);
        let title =
            format!("cron `{name}` fires again after {gap}, and its job runs for {} on average", duration(held_s));
        (
            title,
            vec![
                "jobs of several firings can be active at once; `overlap` of the cron can limit them to one".to_owned(),
            ],
        )
    }

    fn unread(&self, actions: &[ActionId], key: &str, readers: &str) -> (String, Vec<String>) {
        let names = phrases::list(&phrases::actions(&self.scenario.system, actions.iter().copied()));
        let title = format!(
            "the `{key}` of {names} has no effect: the policy `{}` does not read it",
            self.scenario.policy_label
        );
        (title, vec![format!("{readers}; or leave it out")])
    }

    fn long_jobs(&self, action: ActionId, held_s: f64) -> (String, Vec<String>) {
        let (name, window) = (self.name(action), duration(self.analysis.seconds));
        let title = format!(
            "a job of `{name}` runs for {} on average, longer than the {window} that are measured",
            duration(held_s)
        );
        (title, vec!["jobs that last longer than the run do not end in it: use a longer horizon".to_owned()])
    }

    fn memory(&self, load: f64, relaxation_s: f64, warmup: bool) -> (String, Vec<String>) {
        let (load, window) = (phrases::load(load), self.scenario.system.window);
        let forgets =
            format!("at a load of {load} the queue takes about {} to forget its initial state", duration(relaxation_s));
        if warmup {
            let has = duration(window.warmup.as_secs_f64());
            let help = format!(
                "a warm-up of {} would leave a twentieth of the initial effect",
                phrases::at_least(3.0 * relaxation_s)
            );
            return (format!("{forgets}, and the warm-up is {has}"), vec![help]);
        }
        let help = format!(
            "ten such times are {}: use a longer horizon, or more replications",
            phrases::at_least(10.0 * relaxation_s)
        );
        let all = self.analysis.seconds * f64::from(self.scenario.replications);
        (format!("{forgets}, and all replications measure {}", duration(all)), vec![help])
    }

    fn few_jobs(&self, action: ActionId, jobs: f64) -> (String, Vec<String>) {
        let name = self.name(action);
        let jobs_in_words = if jobs < 1.0 { phrases::about(jobs) } else { format!("{jobs:.0}") };
        let title = format!(
            "a replication counts about {jobs_in_words} jobs of `{name}`: their p95 and p99 are close to the longest waits"
        );
        let window = self.scenario.system.window;
        let needed = window.warmup.as_secs_f64() + self.analysis.seconds * 100.0 / jobs;
        (title, vec![format!("a horizon of {} would count 100", phrases::at_least(needed))])
    }

    fn busiest_hour(&self, at: Time, load: f64, bottleneck: &Bottleneck) -> (String, Vec<String>) {
        let (jobs, load, at) = (self.jobs(bottleneck), phrases::load(load), self.instant(at));
        let title = format!("in the busiest hour, from {at} on, {jobs} at {load} of what the workers can do");
        (title, vec!["expect a queue to build up then".to_owned()])
    }

    fn name(&self, action: ActionId) -> &str {
        &self.scenario.system.action(action).name
    }

    fn instant(&self, time: Time) -> String {
        self.scenario.local(time)
    }
}
