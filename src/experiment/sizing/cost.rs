//! The cost of a design: prices of workers, of units that they offer, or of any other number in the
//! scenario.
//!
//! ```text
//! worker.replica=1.0/h               each worker of the group costs 1.0/h
//! worker.replica.capacity.scan=0.2/h each unit that a worker offers costs 0.2/h, on each of the workers
//! KEY=PRICE                          the key's value, as the scenario writes it, times the price
//! ```

use std::collections::BTreeMap;

use super::target::Design;
use crate::engine::{Price, Staffing, Window, WorkerGroup};
use crate::model::time::Time;
use crate::scenario::Scenario;
use crate::stats::Measure;

/// The price of a worker, a unit, or a number in a scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Cost {
    /// The dotted path of what has the price.
    pub key: String,
    /// The price of one.
    pub price: f64,
    /// The unit of prices, such as `/h`; may be empty.
    pub unit: String,
}

/// Prices the groups of all designs. A scenario has prices of its own (`price`), and prices of
/// workers for each hour may be added. Where an autoscaler decides how many workers there are, the
/// cost is the mean of a measure over replications, which is returned.
///
/// # Errors
/// If a group has both prices, or if the prices that are added are not those of workers for each
/// hour.
pub fn price_groups(designs: &mut [Design], costs: &Costs, is_given: bool) -> Result<Option<Measure>, CostError> {
    let all: Vec<&WorkerGroup> = designs.iter().flat_map(|design| &design.scenario.system.groups).collect();
    let has_prices = all.iter().any(|group| group.price.is_some());
    let is_measured = all.iter().any(|group| group.is_autoscaled());
    if !has_prices && !is_measured {
        return Ok(None);
    }
    let mut added = BTreeMap::new();
    for cost in costs.prices.iter().filter(|_| is_given) {
        let group = cost.key.strip_prefix("worker.").filter(|name| all.iter().any(|group| group.name == *name));
        let Some(name) = group.filter(|_| cost.unit == "/h") else {
            return Err(CostError::NotHourly(cost.key.clone()));
        };
        if all.iter().any(|group| group.name == name && group.price.is_some()) {
            return Err(CostError::Twice(name.to_owned()));
        }
        added.insert(name.to_owned(), Price { per_hour: cost.price, billing: None });
    }
    for design in designs {
        for group in &mut design.scenario.system.groups {
            group.price = group.price.or_else(|| added.get(&group.name).copied());
        }
        design.cost = planned_cost(&design.scenario);
    }
    let is_priced = has_prices || !added.is_empty();
    let measure = if is_priced { Measure::Cost } else { Measure::WorkerHours };
    Ok(is_measured.then_some(measure))
}

/// What the workers cost for each hour, on average over the measured window, without an autoscaler
/// and without rounding to units of billing.
fn planned_cost(scenario: &Scenario) -> f64 {
    let Window { warmup, horizon, .. } = scenario.system.window;
    let of_group = |group: &WorkerGroup| {
        let Some(price) = group.price else { return 0.0 };
        let (mut since, mut count, mut hours) = (warmup, group.initial, 0.0);
        let mut stay = |until: Time, count: u32| {
            hours += f64::from(count) * (until.min(horizon) - since).0.max(0) as f64;
            since = since.max(until.min(horizon));
        };
        if let Staffing::Shifts(changes) = &group.staffing {
            for change in changes {
                stay(change.at, count);
                count = change.count;
            }
        }
        stay(horizon, count);
        price.per_hour * hours / (horizon - warmup).0 as f64
    };
    scenario.system.groups.iter().map(of_group).sum()
}

/// All prices, in one unit.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Costs {
    prices: Vec<Cost>,
}

/// Why prices are refused.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CostError {
    /// It is not written as a price.
    #[error("`{0}` is not a price; write KEY=PRICE, such as worker.replica=1.0/h")]
    Unreadable(String),
    /// Two prices are in different units.
    #[error("`{0}` is in another unit than `{1}`; write all prices in one unit")]
    Units(String, String),
    /// The scenario has no such group or key, or no number there.
    #[error("nothing has a price at `{0}`: the scenario has no such group of workers, and no number at such a key")]
    Absent(String),
    /// A group has a price in the scenario, too.
    #[error("group `{0}` has a `price` in the scenario, too; leave one of them out")]
    Twice(String),
    /// It is not a price of workers by the hour, where groups of the scenario have such.
    #[error(
        "`{0}` cannot have this price where workers are paid by the hour (`price`, or an autoscaler); write \
         worker.GROUP=PRICE/h for a group of the scenario"
    )]
    NotHourly(String),
}

impl Cost {
    /// Reads `KEY=PRICE`.
    ///
    /// # Errors
    /// If it is not written so, or the price is negative.
    pub fn parse(text: &str) -> Result<Cost, CostError> {
        let wrong = || CostError::Unreadable(text.to_owned());
        let (key, price) = text.rsplit_once('=').ok_or_else(wrong)?;
        let (key, price) = (key.trim(), price.trim());
        let digits = price.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(price.len());
        let (number, unit) = price.split_at(digits);
        let number = number.parse().ok().filter(|number: &f64| number.is_finite()).ok_or_else(wrong)?;
        let unit = unit.trim();
        let is_unit = unit.is_empty() || (unit.len() > 1 && unit.starts_with('/'));
        if key.is_empty() || !is_unit {
            return Err(wrong());
        }
        Ok(Cost { key: key.to_owned(), price: number, unit: unit.to_owned() })
    }
}

impl Costs {
    /// Reads prices.
    ///
    /// # Errors
    /// If one is not written as a price, or they are not in one unit.
    pub fn parse(texts: &[String]) -> Result<Costs, CostError> {
        let prices = texts.iter().map(|text| Cost::parse(text)).collect::<Result<Vec<_>, _>>()?;
        if let Some(other) = prices.iter().position(|price| price.unit != prices[0].unit) {
            return Err(CostError::Units(texts[other].clone(), texts[0].clone()));
        }
        Ok(Costs { prices })
    }

    /// The default prices: a worker of a group whose number varies costs 1, and so does a unit of a
    /// capacity that varies.
    pub fn of_keys<'a>(keys: impl Iterator<Item = &'a str>) -> Costs {
        let paid = |key: &'a str| match key.split('.').collect::<Vec<_>>().as_slice() {
            ["worker", group, "count"] => Some(format!("worker.{group}")),
            ["worker", _, "capacity", _] => Some(key.to_owned()),
            _ => None,
        };
        Costs { prices: keys.filter_map(paid).map(|key| Cost { key, price: 1.0, unit: String::new() }).collect() }
    }

    /// The unit of prices: `/h`, or nothing.
    pub fn unit(&self) -> &str {
        self.prices.first().map_or("", |price| &price.unit)
    }

    /// The cost of a scenario, given as its keys with their values as text.
    ///
    /// # Errors
    /// If the scenario does not have one of the priced things.
    pub fn of(&self, settings: &[(String, String)]) -> Result<f64, CostError> {
        self.prices.iter().map(|cost| Ok(cost.price * amount(&cost.key, settings)?)).sum()
    }
}

/// The quantity of something that has a price.
fn amount(key: &str, settings: &[(String, String)]) -> Result<f64, CostError> {
    let absent = || CostError::Absent(key.to_owned());
    match key.split('.').collect::<Vec<_>>().as_slice() {
        ["worker", group] => workers(group, settings).ok_or_else(absent),
        ["worker", group, "capacity", _] => {
            let units = number(key, settings).ok_or_else(absent)?;
            Ok(units * workers(group, settings).ok_or_else(absent)?)
        }
        _ => number(key, settings).ok_or_else(absent),
    }
}

/// The number of workers of a group.
fn workers(group: &str, settings: &[(String, String)]) -> Option<f64> {
    let prefix = format!("worker.{group}.");
    let is_there = settings.iter().any(|(key, _)| key.starts_with(&prefix));
    let ids = || value(&format!("{prefix}ids"), settings).map(|ids| ids.split(',').count() as f64);
    is_there.then(|| number(&format!("{prefix}count"), settings).or_else(ids).unwrap_or(1.0))
}

fn value<'a>(key: &str, settings: &'a [(String, String)]) -> Option<&'a str> {
    settings.iter().find(|(known, _)| known == key).map(|(_, value)| value.as_str())
}

/// The number at a key, without a unit behind it.
fn number(key: &str, settings: &[(String, String)]) -> Option<f64> {
    let value = value(key, settings)?;
    let digits = value.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(value.len());
    value[..digits].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn costs(texts: &[&str]) -> Result<Costs, CostError> {
        Costs::parse(&texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>())
    }

    const SETTINGS: [(&str, &str); 6] = [
        ("worker.big.count", "3"),
        ("worker.big.capacity.scan", "4"),
        ("worker.small.capacity.scan", "1"),
        ("worker.named.ids", "[a, b]"),
        ("action.a.service.exponential.mean", "8s"),
        ("claim.policy", "first-fit"),
    ];

    fn cost(texts: &[&str]) -> Result<f64, CostError> {
        let settings = SETTINGS.map(|(key, value)| (key.to_owned(), value.to_owned()));
        costs(texts)?.of(&settings)
    }

    #[test]
    fn workers_cost_by_number_and_units_on_each_of_them() {
        assert_eq!(cost(&[]), Ok(0.0));
        assert_eq!(cost(&["worker.big=1.5/h", "worker.small=1/h", "worker.named=0.25/h"]), Ok(4.5 + 1.0 + 0.5));
        assert_eq!(cost(&["worker.big.capacity.scan=0.5"]), Ok(6.0));
        assert_eq!(cost(&["action.a.service.exponential.mean=2"]), Ok(16.0));
        assert_eq!(costs(&["worker.big=1.5/h"]).unwrap().unit(), "/h");
    }

    #[test]
    fn keys_that_vary_have_default_prices() {
        let of = |keys: &[&str]| {
            let costs = Costs::of_keys(keys.iter().copied());
            costs.prices.into_iter().map(|cost| cost.key).collect::<Vec<_>>()
        };
        assert_eq!(of(&["worker.big.count", "claim.policy"]), ["worker.big"]);
        assert_eq!(of(&["worker.big.capacity.scan"]), ["worker.big.capacity.scan"]);
    }

    #[test]
    fn other_texts_are_refused() {
        for text in
            ["", "worker.big", "=1", "worker.big=", "worker.big=x", "worker.big=-1", "worker.big=1h", "worker.big=1/"]
        {
            assert_eq!(cost(&[text]), Err(CostError::Unreadable(text.to_owned())), "{text}");
        }
        assert!(matches!(cost(&["worker.big=1/h", "worker.small=1"]), Err(CostError::Units(..))));
        for text in ["worker.none=1", "worker.big.capacity.disk=1", "claim.policy=1", "action.a=1"] {
            assert!(matches!(cost(&[text]), Err(CostError::Absent(_))), "{text}");
        }
    }
}
