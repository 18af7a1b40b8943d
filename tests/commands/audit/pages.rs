//! Filters and pages of the job table: each requested row once and in order, for any page size.

use claimsim::internals::experiment;
use claimsim::internals::model::action::ActionId;
use claimsim::internals::model::job::Status;
use claimsim::internals::model::worker::WorkerId;
use claimsim::internals::registry::audit::{Audit, JobQuery};
use claimsim::internals::registry::document::{JobDocument, JobStatus};
use proptest::prelude::*;

use super::load;
use super::recipe::{instant, recipe};
use crate::random_cases::random_cases;

/// Whether a printed row matches a page's filter.
fn is_meant(row: &JobDocument, page: &JobQuery, audit: &Audit, actions: &[&str]) -> bool {
    let text =
        |field: &claimsim::internals::registry::document::Field<String>| field.get().cloned().unwrap_or_default();
    let runs = matches!(row.status.get(), Some(JobStatus::Known(Status::Running | Status::CancelRequest)));
    page.action.is_none_or(|action| text(&row.action) == actions[usize::from(action.0)])
        && page.worker.is_none_or(|worker| audit.worker(&text(&row.worker_id)) == Some(worker))
        && page.running.is_none_or(|running| running == runs)
}

/// Later `scheduledAt` first, and then by id.
fn is_in_order(rows: &[JobDocument]) -> bool {
    let key = |row: &JobDocument| (std::cmp::Reverse(row.scheduled_at.get().copied()), row.id.get().cloned());
    rows.windows(2).all(|pair| key(&pair[0]) < key(&pair[1]))
}

proptest! {
    #![proptest_config(random_cases(60, 7))]

    #[test]
    fn pages_add_up(
        recipe in recipe(), at in instant(), action in prop::option::of(0_u16..4), worker in prop::option::of(0_u32..2),
        running in prop::option::of(any::<bool>()), size in 1_usize..9,
    ) {
        let scenario = load(&recipe.text(), None).scenario;
        let audit = experiment::audit(&scenario, 0, at);
        let filter = JobQuery { action: action.map(ActionId), worker: worker.map(WorkerId), running, ..JobQuery::default() };
        let (all, meant) = (audit.jobs(&JobQuery::default()), audit.jobs(&filter));
        prop_assert_eq!(all.len(), audit.all_jobs().count());
        prop_assert!(audit.all_jobs().all(|row| all.contains(&row)), "all rows are there, in another order");
        prop_assert!(is_in_order(&all), "the table is in order, and no two rows are one");
        let expected: Vec<&JobDocument> = all.iter().filter(|row| is_meant(row, &filter, &audit, &["a", "b", "c", "d"])).collect();
        prop_assert_eq!(meant.iter().collect::<Vec<_>>(), expected);

        let page = |start| audit.jobs(&JobQuery { start, limit: Some(size), ..filter });
        let pages: Vec<Vec<JobDocument>> = (0..).step_by(size).map(page).take_while(|page| !page.is_empty()).collect();
        prop_assert!(pages.iter().rev().skip(1).all(|page| page.len() == size), "only the last page may be short");
        prop_assert_eq!(pages.concat(), meant);
    }
}
