//! Starter scenarios: complete files with a comment on every key, for `claimsim init` to write.

/// A scenario to begin with.
#[derive(Clone, Copy, Debug)]
pub struct Starter {
    /// Its name: the word that selects it, and the stem of its file.
    pub name: &'static str,
    /// What it models, in one line.
    pub about: &'static str,
    /// The whole file.
    pub text: &'static str,
}

/// All starter scenarios.
pub const ALL: &[Starter] = &[
    Starter {
        name: "registry",
        about: "A container registry: replicas scan pushed layers by the hour of the day; crons run at night",
        text: include_str!("registry.toml"),
    },
    Starter {
        name: "worker-pool",
        about: "A background job queue: identical workers, urgent short jobs, patient long ones, retries",
        text: include_str!("worker-pool.toml"),
    },
    Starter {
        name: "batch-cluster",
        about: "An HPC cluster: narrow and wide jobs on one pool of processors, backfilling by estimates",
        text: include_str!("batch-cluster.toml"),
    },
    Starter {
        name: "ci-runners",
        about: "Continuous integration: pipelines start tests, runners fail, releases need the only Mac",
        text: include_str!("ci-runners.toml"),
    },
];

/// The starter scenario of that name.
pub fn find(name: &str) -> Option<&'static Starter> {
    ALL.iter().find(|starter| starter.name == name)
}
