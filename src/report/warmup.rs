//! A warm-up that was found, in words: for tables and notes, and what to do where the run is too short.

use crate::experiment::warmup::{EstimatedWarmUp, PILOTS};
use crate::model::time::{Span, Time};

/// Of a run, so many times its warm-up is a usual length (Banks, Carson, Nelson and Nicol, "Discrete-event system simulation").
const TIMES: i64 = 10;

/// How long it is, and where that comes from.
pub fn words(warm_up: &EstimatedWarmUp) -> String {
    let length = warm_up.length.rounded();
    if warm_up.is_too_short {
        return format!("warm-up {length}, half of the run, which is too short for MSER-5 to tell");
    }
    format!("warm-up {length}, by MSER-5 over {PILOTS} replications")
}

/// What there is to say if the run is too short to tell.
pub fn warning(warm_up: &EstimatedWarmUp, horizon: Time) -> Option<String> {
    let longer = Span((horizon.0 / 2).saturating_mul(TIMES)).rounded();
    warm_up.is_too_short.then(|| {
        format!(
            "the run is too short to tell from when on it is steady: the number of jobs in the system, averaged over {PILOTS} \
             replications, has not settled by the middle of it, and only its second half is measured. Try a horizon of {longer}, or a \
             fixed warm-up. If it does not find_warm_up then either, jobs come faster than they are done, or in rounds, and there is no \
             steady state"
        )
    })
}
