//! The `claimsim` binary: hands its arguments to [`claimsim::cli`] and its verdict to the shell.

fn main() -> std::process::ExitCode {
    claimsim::cli::main()
}
