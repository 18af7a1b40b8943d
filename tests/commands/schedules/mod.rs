//! Schedules worked out by hand, like those in the literature on parallel job scheduling: every
//! job's start to the second, through the program, from a trace file to the log of jobs.

mod fourteen;
mod orders;
mod workers;

use std::collections::BTreeMap;

use crate::support::Sandbox;

/// A trace on some workers, to run under several policies.
struct Case {
    sandbox: Sandbox,
}

/// The time of a claim in whole seconds, and the worker.
type Start = (i64, String);

impl Case {
    /// The workers and actions of a scenario, under instant claiming, and the trace of
    /// `action.job`.
    fn new(body: &str, trace: &str) -> Case {
        let sandbox = Sandbox::new();
        let head = "horizon = \"1000s\"\nclaim = { delay = \"none\", placement = \"first\" }\n";
        let source = "[action.job]\nservice = \"1s\"\narrival = { trace = { file = \"jobs.csv\" } }\n";
        sandbox.write("case.toml", &format!("{head}{source}{body}"));
        sandbox.write("jobs.csv", trace);
        Case { sandbox }
    }

    /// The job log under a policy, with other values for some keys.
    fn log(&self, policy: &str, settings: &[&str]) -> Vec<BTreeMap<String, String>> {
        let policy = format!("claim.policy={policy}");
        let mut arguments = vec!["run", "case.toml", "--jobs", "--quiet", "--out", "run", "--set", &policy];
        for setting in settings {
            arguments.extend(["--set", setting]);
        }
        self.sandbox.claimsim(&arguments).assert().success();
        let mut reader = csv::Reader::from_path(self.sandbox.path("run/jobs.csv")).expect("there is a log of jobs");
        reader.deserialize().map(|row| row.expect("a row")).collect()
    }

    /// The start of each job under a policy, with its worker.
    fn starts(&self, policy: &str, settings: &[&str]) -> Vec<Start> {
        let start = |row: BTreeMap<String, String>| {
            let whole = row["claimed_at_s"].strip_suffix(".000000000").expect("whole seconds");
            (whole.parse().expect("a number"), row["worker"].clone())
        };
        self.log(policy, settings).into_iter().map(start).collect()
    }

    /// The start of each job under a policy, the same for either pass.
    #[track_caller]
    fn has(&self, policy: &str, starts: &[i64]) {
        for pass in ["instant", "event"] {
            self.has_by(policy, pass, starts);
        }
    }

    /// The start of each job under a policy, where it depends on the pass.
    #[track_caller]
    fn has_by(&self, policy: &str, pass: &str, starts: &[i64]) {
        let set = format!("claim.pass={pass}");
        let came: Vec<i64> = self.starts(policy, &[&set]).into_iter().map(|(at, _)| at).collect();
        assert_eq!(came, starts, "{policy}, pass {pass}");
    }

    /// The start and worker of each job under a policy: `"6@1"` is at 6 s on the second worker.
    #[track_caller]
    fn has_at(&self, policy: &str, starts: &str) {
        let sandbox =
            |(at, worker): Start| format!("{at}@{}", worker.rsplit('-').next().expect("a name with a number"));
        let came: Vec<_> = self.starts(policy, &[]).into_iter().map(sandbox).collect();
        assert_eq!(came.join(" "), starts, "{policy}");
    }
}
