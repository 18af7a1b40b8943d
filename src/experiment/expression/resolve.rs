//! What an expression means in one scenario: names become ids, or an error that lists what exists.

use super::error::ExpressionError;
use super::quantity::{Aggregate, NameKind, Quantity, QuantityWindow, SubjectName};
use crate::engine::System;
use crate::model::action::ActionId;
use crate::model::capacity::ResourceId;
use crate::scenario::nearest;
use crate::stats::{JobScope, Measure, Metric, Request, RequestedFigure, ShareWithin, TimeWindow};

/// A quantity in one scenario: where to find it in a replication's outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResolvedQuantity {
    /// Among its figures.
    Metric(Metric),
    /// Among the figures that the replication was asked to measure.
    Requested(Request),
    /// The worst of the hours of the day, on weekdays and at weekends, all of which the replication
    /// was asked to measure.
    WorstHour(RequestedFigure),
}

impl ResolvedQuantity {
    /// The figure, whatever hours it is of.
    pub fn figure(self) -> RequestedFigure {
        match self {
            ResolvedQuantity::Metric(metric) => RequestedFigure::Metric(metric),
            ResolvedQuantity::Requested(Request { figure, .. }) | ResolvedQuantity::WorstHour(figure) => figure,
        }
    }

    /// The measure.
    pub fn measure(self) -> Measure {
        match self.figure() {
            RequestedFigure::Metric(metric) => metric.measure,
            RequestedFigure::Share(share) => share.measure,
        }
    }

    /// The action whose jobs it is of.
    pub fn action(self) -> JobScope {
        match self.figure() {
            RequestedFigure::Metric(metric) => metric.action,
            RequestedFigure::Share(share) => share.action,
        }
    }

    /// The resource it is of.
    pub fn resource(self) -> Option<ResourceId> {
        match self.figure() {
            RequestedFigure::Metric(metric) => metric.resource,
            RequestedFigure::Share(_) => None,
        }
    }
}

impl Quantity {
    /// Finds it in a scenario.
    ///
    /// # Errors
    /// If the scenario has no action or resource of that name, or the quantity does not name one of
    /// several resources.
    pub fn resolve(&self, system: &System) -> Result<ResolvedQuantity, ExpressionError> {
        let (action, resource) = self.owner(system)?;
        let figure = match self.aggregate {
            Aggregate::Statistic(statistic) => {
                RequestedFigure::Metric(Metric { action, resource, worker: None, measure: self.measure, statistic })
            }
            Aggregate::Share { limit, inclusive } => {
                RequestedFigure::Share(ShareWithin { action, measure: self.measure, limit, inclusive })
            }
        };
        if self.window.is_some() && !self.measure.has_hours() {
            let title = format!("`{}` is of the whole run and has no hours", self.measure.name());
            return Err(ExpressionError::new(0..self.text.len(), title).help("leave the window out"));
        }
        if self.window.is_some() && self.measure == Measure::QueueLength && resource.is_some() {
            let title = "a queue of jobs that need a resource has no hours of its own";
            return Err(ExpressionError::new(0..self.text.len(), title)
                .help("name an action, or see by_hour.csv, which has the queue of every resource by hour"));
        }
        Ok(match (self.window, figure) {
            (None, RequestedFigure::Metric(metric)) => ResolvedQuantity::Metric(metric),
            (None, figure) => ResolvedQuantity::Requested(Request { figure, window: None }),
            (Some(QuantityWindow::Hours(hours)), figure) => {
                ResolvedQuantity::Requested(Request { figure, window: Some(TimeWindow::Hours(hours)) })
            }
            (Some(QuantityWindow::WorstHour), figure) => ResolvedQuantity::WorstHour(figure),
        })
    }

    fn owner(&self, system: &System) -> Result<(JobScope, Option<ResourceId>), ExpressionError> {
        let of_resource = |id| (JobScope::None, Some(id));
        match (self.measure, &self.of) {
            (Measure::Utilization, Some(name)) => Ok(of_resource(self.resource(name, system)?)),
            (Measure::Utilization, None) => Ok(of_resource(self.only_resource(system)?)),
            (_, None) => Ok((JobScope::All, None)),
            (Measure::QueueLength, Some(name)) => self.action_or_resource(name, system),
            (measure, Some(name)) if measure.is_of_jobs() => Ok((self.action(name, system)?, None)),
            (measure, Some(name)) => {
                let title = format!("`{}` is over all jobs, not of one action", measure.name());
                Err(ExpressionError::new(name.span.clone(), title).help(format!("write {} alone", measure.name())))
            }
        }
    }

    /// Queues are measured by action and by resource.
    fn action_or_resource(
        &self,
        name: &SubjectName,
        system: &System,
    ) -> Result<(JobScope, Option<ResourceId>), ExpressionError> {
        let (action, resource) = (find_action(&name.text, system), find_resource(&name.text, system));
        match (name.kind, action, resource) {
            (None, Some(_), Some(_)) => {
                let title = format!("`{}` is both an action and a resource", name.text);
                let help = format!("write action {0}, or resource {0}", name.text);
                Err(ExpressionError::new(name.span.clone(), title).help(help))
            }
            (Some(NameKind::Resource), ..) | (None, None, Some(_)) => {
                Ok((JobScope::None, Some(self.resource(name, system)?)))
            }
            _ => Ok((self.action(name, system)?, None)),
        }
    }

    fn action(&self, name: &SubjectName, system: &System) -> Result<JobScope, ExpressionError> {
        self.refuse(name, NameKind::Resource, "resources")?;
        if name.text == "all" && find_action("all", system).is_none() {
            return Ok(JobScope::All);
        }
        find_action(&name.text, system).map(JobScope::One).ok_or_else(|| {
            let known: Vec<&str> = system.actions.iter().map(|action| action.name.as_str()).collect();
            absent("action", name, &known)
        })
    }

    /// Refuses a name of that kind, which the measure is not of.
    fn refuse(&self, name: &SubjectName, kind: NameKind, kinds: &str) -> Result<(), ExpressionError> {
        let title = || format!("`{}` is not of {kinds}", self.measure.name());
        if name.kind == Some(kind) { Err(ExpressionError::new(name.span.clone(), title())) } else { Ok(()) }
    }

    fn resource(&self, name: &SubjectName, system: &System) -> Result<ResourceId, ExpressionError> {
        self.refuse(name, NameKind::Action, "actions")?;
        find_resource(&name.text, system).ok_or_else(|| {
            let known: Vec<&str> = system.resources.iter().map(String::as_str).collect();
            absent("resource", name, &known)
        })
    }

    fn only_resource(&self, system: &System) -> Result<ResourceId, ExpressionError> {
        match system.resources.as_slice() {
            [_] => Ok(ResourceId(0)),
            several => {
                let title = format!("`{}` of which resource?", self.text);
                let help = match several.first() {
                    Some(first) => format!("write {}({first}); there are: {}", self.text, several.join(", ")),
                    None => "the scenario has no resources".to_owned(),
                };
                Err(ExpressionError::new(0..self.text.len(), title).help(help))
            }
        }
    }
}

fn find_action(name: &str, system: &System) -> Option<ActionId> {
    system.actions.iter().position(|action| action.name == name).map(|index| ActionId(index as u16))
}

fn find_resource(name: &str, system: &System) -> Option<ResourceId> {
    system.resources.iter().position(|resource| resource == name).map(|index| ResourceId(index as u16))
}

fn absent(kind: &str, name: &SubjectName, known: &[&str]) -> ExpressionError {
    let meant = nearest(&name.text, known.iter().copied());
    let error = ExpressionError::new(name.span.clone(), format!("the scenario has no {kind} `{}`", name.text));
    error.suggest(meant, format!("it has: {}", known.join(", ")))
}
