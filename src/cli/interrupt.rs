//! Interruptions: Ctrl-C and SIGTERM end the program within a second, with nothing half-done left
//! behind, and with a line that tells how to continue.

/// Handles the signals from now on, on a thread of its own.
#[cfg(unix)]
pub(crate) fn watch() {
    use signal_hook::consts::{SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;

    use crate::run_dir::abandon;
    use crate::term::warn;

    // Without the handler a signal ends the process as usual, and the next command tidies up.
    let Ok(mut signals) = Signals::new([SIGINT, SIGTERM]) else { return };
    let wait = move || {
        let Some(signal) = signals.forever().next() else { return };
        let advice = abandon();
        warn(format!("interrupted. {advice}").trim_end());
        std::process::exit(128 + signal);
    };
    drop(std::thread::Builder::new().name("signals".to_owned()).spawn(wait));
}

/// Other systems end the process; the next command tidies up.
#[cfg(not(unix))]
pub(crate) fn watch() {}
