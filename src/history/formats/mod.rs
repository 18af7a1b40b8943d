//! The named formats: their columns, and what is special about them.

mod airflow;
mod claimsim;
mod generic;
mod github_actions;
mod gitlab;
pub(crate) mod kubernetes;
mod registry;
mod slurm;
pub(crate) mod swf;

use crate::dialect::Dialect;
use crate::format::Format;

/// What a format knows about its columns.
pub(crate) fn dialect(format: Format) -> &'static Dialect {
    match format {
        Format::Csv | Format::Tsv | Format::Ndjson | Format::Json => &generic::DIALECT,
        Format::Claimsim => &claimsim::DIALECT,
        Format::Slurm => &slurm::DIALECT,
        Format::GithubActions => &github_actions::DIALECT,
        Format::Gitlab => &gitlab::DIALECT,
        Format::Airflow => &airflow::DIALECT,
        Format::Kubernetes => &kubernetes::DIALECT,
        Format::Swf => &swf::DIALECT,
        Format::Registry => &registry::DIALECT,
    }
}
