//! The commands of the program.

mod audit;
mod check;
mod compare;
mod completions;
mod cron;
mod diff;
mod import;
mod init;
mod list;
mod reproduce;
mod run;
mod schema;
mod size;
mod sweep;

use clap::Subcommand;

use crate::exit::{CliError, ExitStatus};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Init(init::Init),
    Run(run::Run),
    Compare(compare::Compare),
    Sweep(sweep::Sweep),
    Size(size::Size),
    Check(check::Check),
    Reproduce(reproduce::Reproduce),
    Diff(diff::Diff),
    Audit(audit::Audit),
    Import(import::Import),
    Cron(cron::Cron),
    List(list::List),
    Schema(schema::Schema),
    Completions(completions::Completions),
}

impl Command {
    /// Runs the command; `program` describes all of them.
    pub(crate) fn execute(self, program: clap::Command) -> Result<ExitStatus, CliError> {
        let done = |result: Result<(), CliError>| result.map(|()| ExitStatus::Done);
        match self {
            Command::Run(run) => run.execute(),
            Command::Compare(compare) => compare.execute(),
            Command::Sweep(sweep) => sweep.execute(),
            Command::Size(size) => size.execute(),
            Command::Reproduce(reproduce) => reproduce.execute(),
            Command::Diff(diff) => diff.execute(),
            Command::Init(init) => done(init.execute()),
            Command::Check(check) => done(check.execute()),
            Command::Audit(audit) => done(audit.execute()),
            Command::Import(import) => done(import.execute()),
            Command::Cron(cron) => done(cron.execute()),
            Command::List(list) => done(list.execute()),
            Command::Schema(schema) => done(schema.execute()),
            Command::Completions(completions) => done(completions.execute(program)),
        }
    }
}
