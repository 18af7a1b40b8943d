//! How a command that simulates runs, and how it tells: on how many threads, in words, as JSON or not at all.

use anyhow::Context as _;
use clap::Args;
use rayon::{ThreadPool, ThreadPoolBuilder};

use super::verdict::Failure;

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

/// So many threads; as many as there are cores if `None`.
pub(super) fn pool(threads: Option<u16>) -> Result<ThreadPool, Failure> {
    let pool = ThreadPoolBuilder::new().num_threads(threads.map_or(0, usize::from)).build();
    Ok(pool.context("cannot start the threads")?)
}
