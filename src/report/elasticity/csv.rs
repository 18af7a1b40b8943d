//! `elasticity.csv`: the effect of every key on every shown quantity, one a row.

use serde::Serialize;

use super::ElasticityReport;
use crate::run::tables::{Cell, file};

#[derive(Serialize)]
struct Line<'a> {
    key: &'a str,
    value: &'a str,
    low: &'a str,
    high: &'a str,
    action: &'a str,
    resource: &'a str,
    measure: &'a str,
    statistic: String,
    base: Cell,
    effect: Cell,
    ci_low: Cell,
    ci_high: Cell,
    replications: u64,
}

/// The table. `effect` is by how many percent the quantity changes for 1 % more of the key.
pub(super) fn effects(report: &ElasticityReport) -> Vec<u8> {
    let header = [
        "key",
        "value",
        "low",
        "high",
        "action",
        "resource",
        "measure",
        "statistic",
        "base",
        "effect",
        "ci_low",
        "ci_high",
        "replications",
    ];
    let context = report.context();
    let lines = report.effects.iter().map(|effect| {
        let nudge = &report.nudges[effect.nudge];
        let quantity = &report.shown[effect.shown];
        let target = report.trials[0].target(effect.shown);
        Line {
            key: &nudge.key,
            value: &nudge.value,
            low: &nudge.low,
            high: &nudge.high,
            action: context.action(target.action()),
            resource: context.resource(target.resource()),
            measure: quantity.measure.name(),
            statistic: quantity.statistic(),
            base: Cell(effect.base),
            effect: Cell(effect.effect),
            ci_low: Cell(effect.interval.map(|(low, _)| low)),
            ci_high: Cell(effect.interval.map(|(_, high)| high)),
            replications: effect.replications,
        }
    });
    file(&header, lines)
}
