//! A sizing in a terminal: all settings that were simulated, then the answer, and what limits it.

use std::collections::BTreeSet;

use super::SizingReport;
use crate::engine::WorkerGroup;
use crate::experiment::blame::differences;
use crate::experiment::growth::QueueGrowth;
use crate::experiment::sizing::{EvaluatedDesign, Sizing, TargetTest};
use crate::experiment::unserved::UnservedJobs;
use crate::format::{ValueFormat, of_hour, percent};
use crate::messages;
use crate::run::blame::difference_sentence;
use crate::stats::bound_test::BoundStatus;
use crate::stats::{HoursOfWeek, Measure};
use crate::table::TextTable;

impl SizingReport<'_> {
    /// The heading, the table, the answer, the commands that run it, and `place` (where the files
    /// are).
    pub(crate) fn for_terminal(&self, place: &str) -> String {
        let mut lines = vec![self.heading()];
        if let Some(lost) = &self.lost {
            lines.push("Without a loss:".to_owned());
            lines.push(self.terminal_table(lost.without));
            lines.extend(self.answer(lost.without));
            lines.push(format!("\nWith a loss at the worst instant: {}", lost.words));
        }
        lines.extend(self.warnings(self.sizing).into_iter().map(|warning| format!("warning: {warning}")));
        lines.push(self.terminal_table(self.sizing));
        lines.extend(self.answer(self.sizing));
        lines.extend(self.remarks());
        let commands = self.run_commands(self.run_command);
        if !commands.is_empty() {
            lines.push("For all tables and charts of these runs:".to_owned());
            lines.extend(commands);
        }
        lines.push(place.to_owned());
        lines.join("\n") + "\n"
    }

    /// The commands that run the answer and the next cheaper design, with all their tables and
    /// charts; none if a worker is lost in them.
    pub(super) fn run_commands(&self, begin: &str) -> Vec<String> {
        let command = |place: usize| {
            let evaluated = &self.sizing.evaluated[place];
            let mut words = vec![format!("  {begin}")];
            let settings = self.setting(evaluated).point.settings.iter();
            words.extend(settings.map(|(key, value)| format!("--set {}", quoted(&format!("{key}={value}")))));
            words.push(format!("--replications {}", evaluated.results.replications.len()));
            words.join(" ")
        };
        let places = self.sizing.answer.into_iter().chain(self.sizing.next_cheaper);
        places.filter(|_| self.lost.is_none()).map(command).collect()
    }

    pub(super) fn heading(&self) -> String {
        let (settings, keys) = (self.settings.len(), self.keys.join(", "));
        let of = if settings == 1 { "one setting" } else { &format!("the cheapest of {settings} settings") };
        format!("{}: {of} of {keys}, seed {}", self.title, self.seed)
    }

    /// The settings that were simulated, with the last column, the verdict, aligned to the left.
    fn terminal_table(&self, sizing: &Sizing) -> String {
        let table = self.table("", sizing);
        table.terminal(|index| index == table.header.len() - 1)
    }

    pub(super) fn table(&self, title: &str, sizing: &Sizing) -> TextTable {
        let conditions = self.targets.conditions.iter().map(|condition| condition.text.as_str());
        let mut header = self.keys.clone();
        header.push("cost");
        header.extend(conditions);
        header.extend(["replications", "verdict"]);
        let row = |(place, evaluated): (usize, &EvaluatedDesign)| {
            let mut cells: Vec<String> = self.values(evaluated).into_iter().map(str::to_owned).collect();
            cells.push(self.cost(evaluated));
            cells.extend(evaluated.tests.iter().enumerate().map(|(target, test)| {
                let format = self.format(target);
                format.value_with_interval(test.value, test.is_exact, test.interval)
                    + &of_hour(test.hour)
                    + &whole_run(format, test)
            }));
            cells.push(evaluated.results.replications.len().to_string());
            let mark = if sizing.answer == Some(place) { " (answer)" } else { "" };
            let overload = self.setting(evaluated).overload;
            let overload = overload.map_or_else(String::new, |load| format!(", overload {}", percent(load)));
            cells.push(format!("{}{mark}{overload}", evaluated.status.target_word()));
            cells
        };
        let rows: Vec<Vec<String>> = sizing.evaluated.iter().enumerate().map(row).collect();
        TextTable::new(title, header, rows)
    }

    /// The result of a search, in lines.
    pub fn answer(&self, sizing: &Sizing) -> Vec<String> {
        let mut lines = Vec::new();
        match sizing.answer {
            Some(place) => lines.push(self.line(&sizing.evaluated[place])),
            None if sizing.evaluated.iter().any(|evaluated| evaluated.status == BoundStatus::Undecided) => lines.push(
                "No setting in the range is shown to meet the targets; some are undecided, and --max-replications \
                 allows more."
                    .to_owned(),
            ),
            None => lines.push("No setting in the range meets the targets.".to_owned()),
        }
        if !sizing.as_cheap.is_empty() {
            lines.push("Met as well, and not shown to cost more (5 % level, same jobs):".to_owned());
            lines.extend(sizing.as_cheap.iter().map(|place| self.line(&sizing.evaluated[*place])));
        }
        if let Some(place) = sizing.next_cheaper {
            lines.push(self.line(&sizing.evaluated[place]));
            lines.extend(self.blame(sizing, place));
        } else if sizing.answer.is_some() && sizing.skipped == 0 {
            lines.push("There is no cheaper setting in the range.".to_owned());
        }
        lines
    }

    /// Which reasons to wait the answer removes, in comparison with the setting at `place`, the
    /// next cheaper one. Without an answer, which ones that setting removes, in comparison with the
    /// one before it.
    fn blame(&self, sizing: &Sizing, place: usize) -> Option<String> {
        let pair = sizing.answer.map_or_else(|| Some([place.checked_sub(1)?, place]), |answer| Some([place, answer]));
        let [less, more] = pair?.map(|place| &sizing.evaluated[place]);
        let between = format!("{} against {}", self.name(more), self.name(less));
        difference_sentence(&between, &differences(&less.results.replications, &more.results.replications))
    }

    /// All workers of a setting: `4 workers: 3 `replica` and 1 from the documents`.
    fn workers(&self, evaluated: &EvaluatedDesign) -> String {
        let system = &self.setting(evaluated).scenario.system;
        let all = system.workers.len();
        let groups = system.groups.iter().filter(|group| !group.places.is_empty());
        let mut parts: Vec<String> = groups
            .map(|group| {
                let up_to = if group.changes() { "up to " } else { "" };
                format!("{up_to}{} `{}`", group.places.len(), group.name)
            })
            .collect();
        let listed = all - system.groups.iter().map(|group| group.places.len()).sum::<usize>();
        parts.extend((listed > 0).then(|| format!("{listed} from the documents")));
        let up_to = if system.groups.iter().any(WorkerGroup::changes) { "up to " } else { "" };
        let total = if all == 1 { format!("{up_to}1 worker") } else { format!("{up_to}{all} workers") };
        match parts.as_slice() {
            [first @ .., last] if !first.is_empty() => format!("{total}: {} and {last}", first.join(", ")),
            _ => total,
        }
    }

    /// A setting in a line: `worker.replica.count=3 (3 workers), cost 3: met (p95(wait) 3m41s,
    /// interval 3m30s to 3m52s; 40 replications)`.
    fn line(&self, evaluated: &EvaluatedDesign) -> String {
        let targets = self.targets.conditions.iter().zip(&evaluated.tests).enumerate();
        let targets = targets.map(|(target, (condition, test))| {
            let format = self.format(target);
            let interval = test.interval.map_or_else(String::new, |(low, high)| {
                format!(", interval {} to {}", format.value(Some(low)), format.value(Some(high)))
            });
            let value = format.bounded(test.value, test.is_exact) + &of_hour(test.hour);
            let why = self.why(evaluated, test).map_or_else(String::new, |why| format!(", {why}"));
            let whole = whole_run(format, test);
            format!("{} {value}{interval}{whole}{why}", condition.quantity.text)
        });
        format!(
            "{} ({}), cost {}: {} ({}; {} replications)",
            self.name(evaluated),
            self.workers(evaluated),
            self.cost(evaluated),
            evaluated.status.target_word(),
            targets.collect::<Vec<String>>().join("; "),
            evaluated.results.replications.len()
        )
    }

    /// Why a target is undecided, in the jobs that it does not see: `812 jobs of `low` were never
    /// claimed`.
    pub(super) fn why(&self, evaluated: &EvaluatedDesign, test: &TargetTest) -> Option<String> {
        let why = |jobs: &UnservedJobs| {
            let context = self.context(evaluated);
            let action = context.action(jobs.action);
            messages::why_undecided(jobs, action) + &messages::how_to_decide(jobs, action)
        };
        let unserved = test.unserved.as_ref().map(why);
        let growth = test.growth.map(|_| "the queue still grows at the horizon".to_owned());
        unserved.or(growth).filter(|_| test.status == BoundStatus::Undecided)
    }

    /// What the reader has to know before the figures, setting by setting.
    pub(super) fn warnings(&self, sizing: &Sizing) -> Vec<String> {
        let of_setting = |evaluated: &EvaluatedDesign| {
            let results = &evaluated.results;
            let growth = QueueGrowth::of_scenario(&self.setting(evaluated).scenario, &results.replications);
            let context = self.context(evaluated);
            (self.name(evaluated), messages::unserved_warnings(&results.summary, &context), growth)
        };
        messages::joint_warnings(&sizing.evaluated.iter().map(of_setting).collect::<Vec<_>>())
    }

    /// The error rate, and what limits the answer.
    pub(super) fn remarks(&self) -> Vec<String> {
        let level = percent(self.targets.level);
        let settings = match self.settings.len() {
            1 => "the setting".to_owned(),
            settings => format!("any of the {settings} settings"),
        };
        let mut lines = vec![format!(
            "The probability that {settings} is reported as met although it is not: at most {level}. \
             Intervals are those from which the verdicts were taken."
        )];
        if let Some(measure) = self.targets.measured_cost {
            let what = if measure == Measure::Cost { "what the workers cost" } else { "the worker-hours" };
            lines.push(format!("Costs are means over replications of {what} in the measured window."));
        }
        lines.extend(self.backtest.map(|verdicts| format!("{verdicts}.")));
        lines.extend(self.unpriced());
        if let Some((met, not_met)) = self.sizing.anomaly {
            let name = |place: usize| self.name(&self.sizing.evaluated[place]);
            lines.push(format!("More is not better here: {} is met, and {} is not.", name(met), name(not_met)));
        }
        if self.sizing.skipped > 0 {
            lines.push(format!(
                "{} cheaper settings were not simulated: a setting with at least as much of everything is not met.",
                self.sizing.skipped
            ));
        }
        lines.extend(self.unjudged());
        if let Some(lost) = self.lost.as_ref().filter(|lost| !lost.is_worst) {
            lines.push(format!("For the answer another instant may be worse than {}.", lost.words));
        }
        lines
    }

    /// The groups that no cost sees, where others have a price.
    fn unpriced(&self) -> Option<String> {
        let groups = || self.settings.iter().flat_map(|setting| &setting.scenario.system.groups);
        let without = groups().filter(|group| group.price.is_none() && !group.places.is_empty());
        let names: BTreeSet<String> = without.map(|group| format!("`{}`", group.name)).collect();
        let names: Vec<String> = names.into_iter().collect();
        (groups().any(|group| group.price.is_some()) && !names.is_empty())
            .then(|| format!("No cost includes the workers of {}, which have no `price`.", names.join(", ")))
    }

    /// The hours of the answer, or else of the next cheaper setting, that are not judged; hours
    /// that follow each other as one.
    fn unjudged(&self) -> Option<String> {
        let place = self.sizing.answer.or(self.sizing.next_cheaper)?;
        let mut parts: Vec<HoursOfWeek> = Vec::new();
        for hour in self.sizing.evaluated[place].tests.iter().flat_map(|test| &test.unjudged) {
            match parts.last_mut() {
                Some(last) if follows(*hour, *last) => last.until = hour.until,
                _ => parts.push(*hour),
            }
        }
        let names: BTreeSet<String> = parts.iter().map(ToString::to_string).collect();
        let names: Vec<String> = names.into_iter().collect();
        (!names.is_empty()).then(|| {
            format!("Not judged, because fewer than two replications have a job in them: {}.", names.join(", "))
        })
    }
}

/// Whether an hour follows another one on the same days.
fn follows(next: HoursOfWeek, hour: HoursOfWeek) -> bool {
    next.days == hour.days && next.from == hour.until
}

/// The figure of the whole run beside that of the jobs that a loss concerns.
fn whole_run(format: ValueFormat, test: &TargetTest) -> String {
    test.whole_run.map_or_else(String::new, |value| format!("; whole run {}", format.value(Some(value))))
}

/// Quotes a word for a shell.
pub fn quoted(word: &str) -> String {
    let is_plain = word.chars().all(|c| c.is_ascii_alphanumeric() || "_-./=:,+".contains(c));
    if is_plain { word.to_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}
