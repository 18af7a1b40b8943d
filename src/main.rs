//! The `claimsim` binary: runs the command line and returns its exit code to the shell.

fn main() -> std::process::ExitCode {
    claimsim_cli::main()
}
