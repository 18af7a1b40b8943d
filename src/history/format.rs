//! The formats of histories.

use std::fmt;
use std::str::FromStr;

use crate::model::catalogue::CatalogueEntry;
use crate::model::name::nearest;

/// Declares the formats: name, columns or keys that are read, description.
macro_rules! formats {
    ($($(#[doc = $doc:literal])* $variant:ident = $name:literal [$($key:literal),*];)*) => {
        /// A format of histories.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Format {
            $($(#[doc = $doc])* $variant,)*
        }

        impl Format {
            /// All formats, in the order of [`CATALOGUE`].
            pub const ALL: &[Format] = &[$(Format::$variant),*];

            /// The word of `--from`.
            pub fn name(self) -> &'static str {
                match self {
                    $(Format::$variant => $name,)*
                }
            }
        }

        /// All formats, as `claimsim list` shows them.
        pub const CATALOGUE: &[CatalogueEntry] = &[
            $(CatalogueEntry { name: $name, parameters: &[$($key),*], summary: concat!($($doc),*).trim_ascii() },)*
        ];
    };
}

formats! {
    /// A table with commas or semicolons, and a header.
    Csv = "csv" [];
    /// A table with tabs, and a header.
    Tsv = "tsv" [];
    /// One JSON object a line.
    Ndjson = "ndjson" [];
    /// An array of JSON objects, alone or in a page such as {"data": [...]}.
    Json = "json" [];
    /// The jobs.csv of `claimsim run --jobs`.
    Claimsim = "claimsim" ["scheduled_at_s", "claimed_at_s", "ended_at_s"];
    /// Slurm: `sacct --allocations --parsable2 --format=...`.
    Slurm = "slurm" ["Submit", "Eligible", "Start", "End", "State", "AllocTRES"];
    /// GitHub: the jobs of a workflow run, from the REST API.
    GithubActions = "github-actions" ["created_at", "started_at", "completed_at"];
    /// GitLab: the jobs of a project or a pipeline, from the REST API.
    Gitlab = "gitlab" ["queued_duration", "started_at", "finished_at"];
    /// Airflow: task instances, from the REST API or from the table task_instance.
    Airflow = "airflow" ["scheduled_when", "queued_when", "start_date", "end_date"];
    /// Kubernetes: `kubectl get jobs,pods -o json`.
    Kubernetes = "kubernetes" ["creationTimestamp", "startedAt", "finishedAt"];
    /// A log in the Standard Workload Format of the Parallel Workloads Archive.
    Swf = "swf" ["submit", "wait", "run"];
    /// The registry's job rows; they do not contain starts.
    Registry = "registry" ["scheduledAt", "lastUpdated"];
}

impl Format {
    /// Whether its columns have a meaning of their own, so that no mapping is proposed.
    pub fn is_named(self) -> bool {
        !matches!(self, Format::Csv | Format::Tsv | Format::Ndjson | Format::Json)
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Format, String> {
        let names = || Format::ALL.iter().map(|format| format.name());
        if let Some(format) = Format::ALL.iter().find(|format| format.name() == text) {
            return Ok(*format);
        }
        let meant = nearest(text, names()).map_or(String::new(), |name| format!("did you mean `{name}`? "));
        let names: Vec<&str> = names().collect();
        Err(format!("{meant}The formats are {}", names.join(", ")))
    }
}
