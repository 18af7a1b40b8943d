//! Classes of jobs: an action of a scenario has one need, an action of a history may have many.

use std::collections::{BTreeMap, BTreeSet};

use crate::history::{JobHistory, Need};
use crate::model::math;
use crate::names::Names;

/// The most needs of an action that are kept apart.
const MOST_NEEDS: usize = 8;

/// A class of jobs, which becomes an action of the scenario.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Class {
    /// Its name in the scenario.
    pub(super) name: String,
    /// An index into [`JobHistory::actions`].
    pub(super) action: usize,
    /// An index into [`JobHistory::needs`].
    pub(super) need: usize,
    pub(super) records: usize,
    /// Records with another need, which is nearest to this one.
    pub(super) merged: usize,
}

/// The classes, and which one each record belongs to.
#[derive(Debug)]
pub(super) struct Classes {
    pub(super) all: Vec<Class>,
    /// By record.
    pub(super) of: Vec<u32>,
    pub(super) resource_names: Vec<String>,
}

/// What the scenario calls the resource of rows that name none.
pub(super) const SLOT: &str = "slot";

impl Classes {
    /// The classes of a history. The most frequent need of an action has the name of the action.
    pub(super) fn new(history: &JobHistory) -> Classes {
        let mut counts: BTreeMap<(u32, u32), usize> = BTreeMap::new();
        for record in &history.records {
            *counts.entry((record.action, record.need)).or_default() += 1;
        }
        let actions = Names::new(history.actions.iter().map(|name| Some(name.as_str())));
        let resources = Names::new(history.resources.iter().map(|name| Some(name.as_str())));
        let resource = |name: &String| resources.get(Some(name)).to_owned();
        let resource_names: Vec<String> = history.resources.iter().map(resource).collect();
        let mut taken: BTreeSet<String> =
            history.actions.iter().map(|name| actions.get(Some(name)).to_owned()).collect();
        let mut classes = Classes { all: Vec::new(), of: Vec::new(), resource_names };
        let mut class_of: BTreeMap<(u32, u32), u32> = BTreeMap::new();
        for (action, name) in history.actions.iter().enumerate() {
            let of_action = counts.range((action as u32, 0)..=(action as u32, u32::MAX));
            let mut needs: Vec<(u32, usize)> = of_action.map(|((_, need), count)| (*need, *count)).collect();
            needs.sort_by_key(|(need, count)| (std::cmp::Reverse(*count), *need));
            let first = classes.all.len();
            for (place, (need, count)) in needs.iter().enumerate() {
                if place < MOST_NEEDS {
                    let own = actions.get(Some(name)).to_owned();
                    let name = if place == 0 { own } else { classes.name(&own, history, *need as usize, &mut taken) };
                    class_of.insert((action as u32, *need), classes.all.len() as u32);
                    let class = Class { name, action, need: *need as usize, records: *count, merged: 0 };
                    classes.all.push(class);
                    continue;
                }
                let far = |class: &Class| distance(&history.needs[class.need], &history.needs[*need as usize]);
                let all = classes.all[first..].iter().enumerate();
                let nearest =
                    all.min_by(|(_, a), (_, b)| far(a).total_cmp(&far(b))).map_or(first, |(at, _)| first + at);
                classes.all[nearest].records += count;
                classes.all[nearest].merged += count;
                class_of.insert((action as u32, *need), nearest as u32);
            }
        }
        classes.of = history.records.iter().map(|record| class_of[&(record.action, record.need)]).collect();
        classes
    }

    /// A name for a further need of an action: `build-cpu4`.
    fn name(&self, action: &str, history: &JobHistory, need: usize, taken: &mut BTreeSet<String>) -> String {
        let mut name = action.to_owned();
        for (resource, units) in &history.needs[need] {
            name = format!("{name}-{}{units}", self.resource_names[*resource as usize]);
        }
        if history.needs[need].is_empty() {
            name += "-nothing";
        }
        let (stem, mut number) = (name.clone(), 2);
        while !taken.insert(name.clone()) {
            name = format!("{stem}-{number}");
            number += 1;
        }
        name
    }
}

/// How far two needs are apart: the logarithms of the ratios of their units.
fn distance(a: &Need, b: &Need) -> f64 {
    let units = |need: &Need, resource: u32| {
        need.iter().find(|(of, _)| *of == resource).map_or(0.0, |(_, units)| *units as f64) + 1.0
    };
    let resources: BTreeSet<u32> = a.iter().chain(b).map(|(resource, _)| *resource).collect();
    resources.iter().map(|resource| math::ln(units(a, *resource) / units(b, *resource)).abs()).sum()
}
