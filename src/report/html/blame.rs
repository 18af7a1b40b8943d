//! The reasons of waits: a row for each action, a column for each reason, coloured by its share.

use std::collections::BTreeMap;

use maud::{Markup, html};

use crate::format::{duration, percent};

/// The actions with the longest waits that have rows of their own.
const MOST_ACTIONS: usize = 12;
/// The holders of units that a cell names.
const MOST_HOLDERS: usize = 3;

/// What a table of reasons says about an action.
#[derive(Default)]
struct Waits {
    /// Mean wait and share of each reason, by its place among the columns.
    parts: BTreeMap<usize, (f64, f64)>,
    /// The shares of the actions that hold the units, of the whole wait.
    holders: Vec<(f64, String)>,
}

impl Waits {
    fn mean(&self) -> f64 {
        self.parts.values().map(|(mean, _)| mean).sum()
    }
}

/// The table; `None` if the file has no reasons of waits.
pub(super) fn of_reasons(bytes: &[u8]) -> Option<Markup> {
    let (reasons, actions) = read(bytes)?;
    let mut rows: Vec<(String, Waits)> = actions.into_iter().filter(|(_, waits)| waits.mean() > 0.0).collect();
    rows.sort_by(|a, b| (b.0 == "all", b.1.mean()).partial_cmp(&(a.0 == "all", a.1.mean())).unwrap_or(a.0.cmp(&b.0)));
    // With one action, that of all jobs says the same.
    if rows.len() == 2 && rows[0].0 == "all" {
        rows.remove(0);
    }
    let left_out = rows.len().saturating_sub(MOST_ACTIONS + 1);
    rows.truncate(MOST_ACTIONS + 1);
    let has_holders = rows.iter().any(|(_, waits)| !waits.holders.is_empty());
    (!rows.is_empty()).then(|| {
        html! {
            div.scroll tabindex="0" role="region" aria-label="Reasons of waits" {
                table.heat {
                    thead { tr {
                        th scope="col" { "action" }
                        th scope="col" { "mean wait" }
                        @for reason in &reasons { th scope="col" { (reason) } }
                        @if has_holders { th scope="col" { "units held by" } }
                    } }
                    tbody { @for (action, waits) in &rows { tr {
                        th scope="row" title=(action) { (action) }
                        td { (duration(waits.mean())) }
                        @for place in 0..reasons.len() {
                            @match waits.parts.get(&place) {
                                Some((mean, share)) if *mean > 0.0 => td style={ "--h:" (shade(*share)) } {
                                    (percent(*share)) " (" (duration(*mean)) ")"
                                },
                                _ => td {},
                            }
                        }
                        @if has_holders { td.w { (holders(waits)) } }
                    } } }
                }
            }
            p.note {
                "Shares of the mean wait over the replications, and the part of it. "
                @if left_out > 0 { (left_out) " more actions wait less; " code { "blame.csv" } " has them, and the intervals." }
                @else { code { "blame.csv" } " has the intervals." }
            }
        }
    })
}

fn shade(share: f64) -> u32 {
    (70.0 * share.clamp(0.0, 1.0)).round() as u32
}

/// The actions that hold most of the units that jobs lack.
fn holders(waits: &Waits) -> String {
    let mut all: Vec<&(f64, String)> = waits.holders.iter().collect();
    all.sort_by(|a, b| b.0.total_cmp(&a.0));
    let more = all.len().saturating_sub(MOST_HOLDERS);
    let named = all.iter().take(MOST_HOLDERS).map(|(share, name)| format!("{name} {}", percent(*share)));
    let more = (more > 0).then(|| format!("{more} more"));
    named.chain(more).collect::<Vec<_>>().join(", ")
}

/// The reasons in the order of the file, and what each action waited for.
fn read(bytes: &[u8]) -> Option<(Vec<String>, BTreeMap<String, Waits>)> {
    let mut reader = csv::Reader::from_reader(bytes);
    let header = reader.headers().ok()?.clone();
    let column = |name: &str| header.iter().position(|other| other == name);
    let (action, reason, holder) = (column("action")?, column("reason")?, column("holder")?);
    let (statistic, value) = (column("statistic")?, column("value")?);
    let (mut reasons, mut actions) = (Vec::<String>::new(), BTreeMap::<String, Waits>::new());
    for record in reader.records() {
        let record = record.ok()?;
        let cell = |at: usize| record.get(at).unwrap_or_default();
        let Some(number) = cell(value).parse::<f64>().ok().filter(|number| number.is_finite()) else { continue };
        let waits = actions.entry(cell(action).to_owned()).or_default();
        match (cell(statistic), cell(holder)) {
            (kind @ ("mean_wait_s" | "share"), "") => {
                let known = reasons.iter().position(|other| other == cell(reason));
                let place = known.unwrap_or_else(|| {
                    reasons.push(cell(reason).to_owned());
                    reasons.len() - 1
                });
                let part = waits.parts.entry(place).or_default();
                if kind == "share" { part.1 = number } else { part.0 = number }
            }
            ("share", name) if number > 0.0 => waits.holders.push((number, name.to_owned())),
            _ => {}
        }
    }
    Some((reasons, actions))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_columns_and_the_longest_waits_come_first() {
        let text = "policy,action,reason,holder,statistic,value\n\
                    p,all,busy,,mean_wait_s,6\np,all,busy,,share,0.75\np,all,claim-delay,,mean_wait_s,2\n\
                    p,all,claim-delay,,share,0.25\np,a,busy,,mean_wait_s,1\np,a,busy,,share,1\n\
                    p,<b>,busy,,mean_wait_s,9\np,<b>,busy,,share,1\np,<b>,busy,a,share,0.4\np,<b>,busy,<b>,share,0.6\n\
                    p,<b>,wait,,mean_response_s,9\np,idle,busy,,mean_wait_s,0\n";
        let page = of_reasons(text.as_bytes()).unwrap().into_string();
        let place = |words: &str| page.find(words);
        let order = [">all</th>", ">&lt;b&gt;</th>", ">a</th>"].map(place);
        assert!(order.is_sorted() && order[0].is_some(), "{page}");
        for words in ["<td>8.00 s</td>", "--h:53\">75.0 % (6.00 s)", "&lt;b&gt; 60.0 %, a 40.0 %"] {
            assert!(page.contains(words), "{words} is missing in {page}");
        }
        assert_eq!([place("idle"), place("mean_response")], [None, None]);
        assert!(of_reasons(b"a,b\n1,2\n").is_none() && of_reasons(b"").is_none());
    }
}
