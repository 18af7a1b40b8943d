//! How a command that simulates runs, and how it tells: on how many threads, in words, as JSON or not at all.

use clap::Args;

/// What all commands that simulate take.
#[derive(Clone, Copy, Debug, Args)]
pub(super) struct Manner {
    /// How many replications run at once; the results are the same [default: the number of cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(super) threads: Option<u16>,

    /// Print nothing but errors
    #[arg(long, short)]
    pub(super) quiet: bool,

    /// Print what came of it as a JSON document, and nothing else, on standard output
    #[arg(long)]
    pub(super) json: bool,
}
