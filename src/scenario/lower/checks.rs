//! Checks of the whole scenario: actions without a service time, jobs that no worker can ever run,
//! no jobs at all.

use std::collections::{BTreeMap, BTreeSet};

use super::draft::shortfall;
use super::lowering::Lowering;
use crate::diagnostic::{Diagnostic, nearest};
use crate::model::action::ActionId;
use crate::model::capacity::ResourceId;
use crate::model::worker::LabelSet;
use crate::source::SourceSpan;
use crate::spanned::Spanned;
use crate::spec::{Arrival, Spec, Worker};

impl Lowering<'_> {
    /// Runs all checks.
    pub(super) fn check(&mut self, spec: &Spec) {
        self.check_services(spec);
        self.check_presence(spec);
        let mut refused = self.check_resources(spec);
        refused.extend(self.check_labels(spec));
        self.check_needs(&refused);
        if self.needs.is_too_many() {
            self.report_too_many_needs(spec);
        }
    }

    /// Ids of needs have 16 bits. Only files of rows bring more than that.
    fn report_too_many_needs(&mut self, spec: &Spec) {
        let most = usize::from(u16::MAX) + 1;
        let (needs, resources) = self.needs.counts();
        let (count, what) = if needs > most { (needs, "capacity maps") } else { (resources, "resources") };
        let files = spec.action.iter().filter_map(|(_, action)| match &action.arrival.as_ref()?.value {
            Arrival::Trace(trace) => Some(&trace.file),
            Arrival::Swf(swf) => Some(&swf.file),
            _ => None,
        });
        let jobs = spec.registry.as_ref().and_then(|registry| registry.value.jobs.as_ref());
        let files: Vec<_> = files.chain(jobs).collect();
        let span = files.first().map_or(SourceSpan::NOWHERE, |file| file.span);
        let title = format!("there are {count} different {what}, and a scenario has at most {most}");
        let remedy = "round the units of the rows, such as memory to whole GB, or leave out a column `need.RESOURCE`";
        let names: BTreeSet<&str> = files.iter().map(|file| file.value.as_str()).collect();
        let names: Vec<&str> = names.into_iter().collect();
        let help = match &names[..] {
            [] => "let actions share capacity maps".to_owned(),
            [name] => format!("`{name}` brings most of them: {remedy}"),
            names => format!("the rows of `{}` bring most of them: {remedy}", names.join("`, `")),
        };
        self.report(Diagnostic::error(span, title).help(help));
    }

    /// An action must have a service time if its jobs draw one, or if it has no jobs.
    fn check_services(&mut self, spec: &Spec) {
        for index in 0..self.actions.len() {
            let draft = &self.actions[index];
            let is_recovered = |key| self.recovered.has(draft.span, key);
            // A trace or log that could not be read may bring the service times.
            let is_given = spec.action.0[draft.described].1.service.is_some()
                || is_recovered("service")
                || is_recovered("arrival");
            let may_be_brought = draft.is_used || !self.has_all_jobs;
            if is_given || (may_be_brought && draft.draws.is_none()) {
                continue;
            }
            let diagnostic =
                Diagnostic::error(draft.span, format!("action `{}` has no service time", draft.model.name));
            let diagnostic = match draft.draws.filter(|span| *span != draft.span) {
                Some(span) => diagnostic.context(span, "these jobs do not bring one"),
                None => diagnostic,
            };
            self.report(diagnostic.help("write how long an attempt runs, such as service = \"4m\""));
        }
    }

    /// A run needs workers, actions and jobs.
    fn check_presence(&mut self, spec: &Spec) {
        let reads = |key| {
            spec.registry.as_ref().is_some_and(|registry| match key {
                "worker" => registry.value.workers.is_some(),
                _ => registry.value.jobs.is_some() || registry.value.crons.is_some(),
            })
        };
        let is_recovered =
            |key| self.recovered.has(SourceSpan::NOWHERE, key) || self.recovered.has(SourceSpan::NOWHERE, "registry");
        let mut diagnostics = Vec::new();
        let empty = |group: &Worker| {
            let none = group.count.as_ref().filter(|count| count.value == 0 && group.shifts.is_empty());
            none.map(|count| count.span)
        };
        let mut groups = spec.worker.iter().map(|(_, group)| empty(group));
        let first = groups.clone().flatten().next();
        let has_none = self.workers.is_empty() && groups.all(|group| group.is_some()) && self.has_all_workers;
        if has_none && !is_recovered("worker") && (!reads("worker") || first.is_some()) {
            let diagnostic = Diagnostic::error(first.unwrap_or(SourceSpan::NOWHERE), "there are no workers");
            diagnostics.push(match first {
                Some(_) => diagnostic.help("a group may have 0 workers if another one has some"),
                None => diagnostic
                    .help("describe them, such as [worker.replica] with count = 3 and capacity = { scan = 1 }"),
            });
        }
        if self.actions.is_empty() && !is_recovered("action") {
            let diagnostic = Diagnostic::error(SourceSpan::NOWHERE, "there are no actions");
            diagnostics.push(diagnostic.help("describe the jobs, such as [action.scan] with arrival and service"));
        } else if self.actions.iter().all(|action| !action.is_used)
            && !reads("job")
            && self.recovered.is_empty()
            && self.has_all_jobs
        {
            let diagnostic = Diagnostic::warning(SourceSpan::NOWHERE, "no job ever arrives");
            diagnostics.push(diagnostic.help("give an action an `arrival`, or write a [cron.ACTION] or a [[job]]"));
        }
        self.diagnostics.extend(diagnostics);
    }

    /// Rejects resources of actions that nothing ever offers, and returns the actions.
    fn check_resources(&mut self, spec: &Spec) -> BTreeSet<usize> {
        // A part that could not be read may offer them.
        if (self.workers.is_empty() && spec.worker.0.is_empty()) || !self.has_all_workers || !self.recovered.is_empty()
        {
            return BTreeSet::new();
        }
        let groups = spec.worker.iter().flat_map(|(_, group)| group.capacity.names());
        let later = spec.capacity.iter().filter_map(|change| change.value.capacity.as_ref());
        let later = later.flat_map(|capacity| capacity.value.names());
        let documents = self.documented.iter().map(String::as_str);
        let offered: BTreeSet<&str> = groups.chain(later).chain(documents).collect();
        let (mut actions, mut diagnostics) = (BTreeSet::new(), Vec::new());
        for (index, (name, action)) in spec.action.iter().enumerate() {
            let is_unoffered = |(name, units): &&(Spanned<String>, Spanned<i64>)| {
                units.value > 0 && !offered.contains(name.value.as_str())
            };
            for (resource, _) in action.capacity.iter().filter(is_unoffered) {
                actions.insert(index);
                let (name, wanted) = (&name.value, &resource.value);
                let title = format!("action `{name}` needs `{wanted}`, which no worker ever offers");
                let diagnostic = Diagnostic::error(resource.span, title);
                let listed = offered.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
                diagnostics.push(match nearest(wanted, offered.iter().copied()) {
                    Some(meant) => diagnostic.label(format!("did you mean `{meant}`?")),
                    None if offered.is_empty() => {
                        diagnostic.help(format!("write it in the capacity of a [worker.NAME], such as {wanted} = 1"))
                    }
                    None => diagnostic.help(format!("workers offer {listed}")),
                });
            }
        }
        self.diagnostics.extend(diagnostics);
        actions
    }

    /// Rejects labels that an action asks for and no worker has, and returns the actions.
    fn check_labels(&mut self, spec: &Spec) -> BTreeSet<usize> {
        if self.needs.label_count() > LabelSet::MOST {
            let title = format!("actions ask for {} different labels", self.needs.label_count());
            let help = format!("a scenario has at most {}", LabelSet::MOST);
            self.report(Diagnostic::error(SourceSpan::NOWHERE, title).help(help));
        }
        let mut actions = BTreeSet::new();
        if !self.has_all_workers || !self.recovered.is_empty() {
            return actions;
        }
        let offered: BTreeSet<(&str, &str)> = spec
            .worker
            .iter()
            .flat_map(|(_, group)| group.labels.iter().map(|(name, value)| (name.value.as_str(), value.value.as_str())))
            .collect();
        for (index, (action, spec)) in spec.action.iter().enumerate() {
            for (name, value) in spec.runs_on.iter() {
                if offered.contains(&(name.value.as_str(), value.value.as_str())) {
                    continue;
                }
                actions.insert(index);
                let wanted = format!("{} = \"{}\"", name.value, value.value);
                let title = format!("action `{}` runs on {wanted}, a label that no worker has", action.value);
                let diagnostic = Diagnostic::error(value.span, title);
                let values = offered.iter().filter(|(offered, _)| *offered == name.value).map(|(_, value)| *value);
                let diagnostic = match nearest(&value.value, values.clone()) {
                    Some(meant) => diagnostic.label(format!("did you mean `{meant}`?")),
                    None if values.clone().next().is_some() => {
                        let listed: Vec<&str> = values.collect();
                        diagnostic.help(format!("workers have {} = {}", name.value, listed.join(", ")))
                    }
                    None => diagnostic.help(format!("give it to a group: labels = {{ {wanted} }}")),
                };
                self.report(diagnostic);
            }
        }
        actions
    }

    /// Warns of jobs that no worker can ever run: they wait for ever. There is one warning per
    /// span, even for a file of many rows.
    fn check_needs(&mut self, refused: &BTreeSet<usize>) {
        // A part that could not be read may be what these jobs need.
        if self.workers.is_empty() || !self.has_all_workers || !self.recovered.is_empty() {
            return;
        }
        let unoffered = self.unoffered();
        let mut warnings: BTreeMap<(SourceSpan, ActionId), Diagnostic> = BTreeMap::new();
        for ((need, action), span) in &self.need_origins {
            if refused.contains(&self.actions[usize::from(action.0)].described) {
                continue;
            }
            let units = self.needs.get(*need);
            if units.keys().any(|resource| unoffered.contains(resource)) {
                continue;
            }
            let runs_on = self.needs.runs_on(*need);
            let at_start = self.workers.iter().map(|worker| (worker, &worker.offers));
            let later = self.availability.changes().iter();
            let later = later.map(|change| (&self.workers[change.worker.0 as usize], &change.offers));
            let labelled = at_start.chain(later).filter(|(worker, _)| worker.labels.contains(runs_on));
            let best = labelled.map(|(worker, offers)| (&worker.id, offers));
            let best = best.min_by_key(|(_, offers)| shortfall(offers, units));
            if best.is_none() {
                let name = &self.actions[usize::from(action.0)].model.name;
                let title = format!("no worker has all labels that a job of `{name}` asks for");
                let help = format!("give a group all of them: {}", self.needs.labels_in_words(runs_on));
                let warning = Diagnostic::warning(*span, title).label("waits for ever").help(help);
                warnings.entry((*span, *action)).or_insert(warning);
            }
            if let Some((best, offers)) = best.filter(|(_, offers)| shortfall(offers, units) > 0) {
                let name = &self.actions[usize::from(action.0)].model.name;
                let title =
                    format!("no worker can ever run a job of `{name}` that needs {}", self.needs.in_words(units));
                let help = format!("the best worker for it, `{best}`, offers {}", self.needs.in_words(offers));
                let warning = Diagnostic::warning(*span, title).label("waits for ever").help(help);
                warnings.entry((*span, *action)).or_insert(warning);
            }
        }
        self.diagnostics.extend(warnings.into_values());
        for resource in unoffered {
            self.warn_unoffered(resource);
        }
    }

    /// The resources that files of rows name and nothing ever offers.
    fn unoffered(&self) -> BTreeSet<ResourceId> {
        let at_start = self.workers.iter().map(|worker| &worker.offers);
        let offers = at_start.chain(self.availability.changes().iter().map(|change| &change.offers));
        let offered: BTreeSet<ResourceId> = offers.flat_map(|units| units.keys().copied()).collect();
        self.file_resources.keys().copied().filter(|resource| !offered.contains(resource)).collect()
    }

    /// Warns of a resource that rows of a file need, and nothing ever offers.
    fn warn_unoffered(&mut self, resource: ResourceId) {
        let Some(file) = self.file_resources.get(&resource) else { return };
        let name = |resource: &ResourceId| self.needs.names()[usize::from(resource.0)].as_str();
        let offered = self.workers.iter().flat_map(|worker| worker.offers.keys().map(name));
        let title = format!("rows of `{}` need `{}`, which no worker ever offers", file.value, name(&resource));
        let diagnostic = Diagnostic::warning(file.span, title).label("these jobs wait for ever");
        let offered: BTreeSet<&str> = offered.collect();
        let diagnostic = match nearest(name(&resource), offered.iter().copied()) {
            Some(meant) => diagnostic.help(format!("did you mean `{meant}`?")),
            None if offered.is_empty() => diagnostic.help("the workers offer nothing"),
            None => diagnostic.help(format!("the workers offer {}", Vec::from_iter(offered).join(", "))),
        };
        self.report(diagnostic);
    }
}
