//! `claimsim completions`: a script with which a shell completes commands and options.

use clap::Args;
use clap_complete::Shell;

use crate::exit::CliError;
use crate::term::print;

/// Print a completion script for a shell
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  claimsim completions bash > claimsim.bash\n  claimsim completions zsh > _claimsim"
)]
pub(crate) struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    pub(super) fn execute(self, mut program: clap::Command) -> Result<(), CliError> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut program, "claimsim", &mut script);
        print(&String::from_utf8_lossy(&script))
    }
}
