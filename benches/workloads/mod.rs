//! The workloads that are measured, as texts of scenarios: they take the ordinary path.

use claimsim::internals::scenario::Scenario;

/// Reads a scenario as a run does.
pub(crate) fn load(text: &str) -> Scenario {
    Scenario::parse(text).unwrap_or_else(|error| panic!("{error}"))
}

/// W1: M/M/16 at load 0.9, first come first served.
pub(crate) fn w1(jobs: u64) -> String {
    format!(
        r#"
        horizon = "{horizon}s"
        claim = {{ delay = "none", placement = "first" }}
        worker.w = {{ count = 1, capacity = {{ slot = 16 }} }}
        [action.job]
        capacity = {{ slot = 1 }}
        arrival = {{ poisson = {{ rate = "14.4/s" }} }}
        service = {{ exponential = {{ mean = "1s" }} }}
        "#,
        horizon = (jobs as f64 / 14.4).ceil()
    )
}

/// How much W3 overloads W2's system: scans come at 1.5 times what their capacity can do.
pub(crate) const OVERLOAD: f64 = 1.5 / 0.86;

/// W2 (`load` 1): ten workers {scan 2, scanCheck 4} and three classes. W3 (`load` [`OVERLOAD`]):
/// scans pile up.
pub(crate) fn w2(seconds: u64, load: f64) -> String {
    let class = |name: &str, need: &str, rate: f64, mean: u32| {
        format!(
            r#"
            [action.{name}]
            capacity = {{ {need} }}
            arrival = {{ poisson = {{ rate = "{}/s" }} }}
            service = {{ exponential = {{ mean = "{mean}s" }} }}
            "#,
            rate * load
        )
    };
    format!(
        r#"
        horizon = "{seconds}s"
        claim = {{ delay = "none", placement = "first" }}
        worker.w = {{ count = 10, capacity = {{ scan = 2, scanCheck = 4 }} }}
        {}{}{}
        "#,
        class("scan", "scan = 1", 2.0, 8),
        class("check", "scanCheck = 1", 10.0, 2),
        class("both", "scan = 1, scanCheck = 2", 0.3, 4)
    )
}

/// W4: a number of workers {scan 2} at load 0.95 under instant claiming.
pub(crate) fn w4(jobs: u64, workers: u64) -> String {
    let rate = 1.9 * workers as f64;
    format!(
        r#"
        horizon = "{:.3}s"
        claim = {{ delay = "none", placement = "first" }}
        worker.w = {{ count = {workers}, capacity = {{ scan = 2 }} }}
        [action.scan]
        capacity = {{ scan = 1 }}
        arrival = {{ poisson = {{ rate = "{rate}/s" }} }}
        service = {{ exponential = {{ mean = "1s" }} }}
        "#,
        jobs as f64 / rate
    )
}

/// One scan a second in a pool of mostly idle workers under the registry's race.
pub(crate) fn race(jobs: u64, workers: u64) -> String {
    format!(
        r#"
        horizon = "{jobs}s"
        worker.w = {{ count = {workers}, capacity = {{ scan = 1 }} }}
        [action.scan]
        capacity = {{ scan = 1 }}
        arrival = {{ poisson = {{ rate = "1/s" }} }}
        service = {{ exponential = {{ mean = "26s" }} }}
        "#
    )
}

/// A machine with 128 processors and jobs that need 1 to 128 of them, about one and a half times as
/// many as it can do: one more of them waits every second.
pub(crate) fn shapes(seconds: u64) -> String {
    let class = |processors: u32| {
        format!(
            r#"
            [action.p{processors}]
            capacity = {{ proc = {processors} }}
            arrival = {{ poisson = {{ rate = "0.0234/s" }} }}
            service = {{ exponential = {{ mean = "1s" }} }}
            "#
        )
    };
    format!(
        r#"
        horizon = "{seconds}s"
        claim = {{ delay = "none", placement = "first" }}
        worker.w = {{ count = 1, capacity = {{ proc = 128 }} }}
        {}
        "#,
        (1..=128).map(class).collect::<String>()
    )
}
