//! Pages in a real browser, headless Chromium, where there is one: nothing is reported on its
//! console, tables sort and copy, charts zoom and show values, and printing works.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::page::HOSTILE;
use crate::support::{Sandbox, text};

/// What runs after the page's own script. Its last step writes what it found into the page.
const PROBE: &str = include_str!("browser.js");

/// The browser, if it is installed; otherwise a line says that the test is skipped.
fn browser() -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let found = std::env::split_paths(&folders).flat_map(|folder| names.map(|name| folder.join(name)));
    let found = found.into_iter().find(|path| path.is_file());
    if found.is_none() {
        #[expect(clippy::print_stderr, reason = "the reason for skipping")]
        {
            eprintln!("skipped: there is no Chromium; on Debian `apt-get install chromium` brings it");
        }
    }
    found
}

/// Starts the browser with a page; returns its output and what it logs.
fn open(browser: &Path, sandbox: &Sandbox, page: &str, arguments: &[&str]) -> (String, String) {
    let profile = format!("--user-data-dir={}", sandbox.path("profile").display());
    let output = Command::new(browser)
        .current_dir(sandbox.path(""))
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", &profile])
        .args(arguments)
        .arg(format!("file://{}", sandbox.path(page).display()))
        .output()
        .expect("the browser starts");
    (text(&output.stdout), text(&output.stderr))
}

/// The messages on the page's console.
fn console(log: &str) -> Vec<&str> {
    log.lines().filter(|line| line.contains("CONSOLE")).collect()
}

/// A run, and its page with the probe at its end. The policy of the page stays in force.
fn probed() -> Sandbox {
    let sandbox = Sandbox::with("s.toml", HOSTILE);
    sandbox.stdout(&["run", "s.toml", "--quiet", "--out", "o"]);
    let page = fs::read_to_string(sandbox.path("o/report.html")).unwrap();
    let page = page.replacen("script-src ", "script-src 'nonce-probe' ", 1);
    let probe = format!("<script nonce=\"probe\">{PROBE}</script></body>");
    sandbox.write("probed.html", &page.replacen("</body>", &probe, 1));
    sandbox
}

#[test]
fn a_page_works_in_a_browser() {
    let Some(browser) = browser() else { return };
    let sandbox = probed();
    let (_, log) = open(&browser, &sandbox, "o/report.html", &["--dump-dom"]);
    assert_eq!(console(&log), [""; 0], "the page as it is");
    for width in ["1200", "360"] {
        let size = format!("--window-size={width},900");
        let more = ["--dump-dom", "--virtual-time-budget=5000", &size];
        let (dom, log) = open(&browser, &sandbox, "probed.html", &more);
        assert_eq!(console(&log), [""; 0]);
        let found = dom.split("<pre id=\"probe\">").nth(1).and_then(|rest| rest.split("</pre>").next());
        let found = found.unwrap_or_else(|| panic!("the probe did not end: {log}"));
        let found: Value = serde_json::from_str(&found.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
            .unwrap_or_else(|error| panic!("{error}: {found}"));
        let all = found.as_object().unwrap();
        assert!(all.len() > 10, "{found:#}");
        let failed: Vec<_> = all.iter().filter(|(_, held)| **held != Value::Bool(true)).collect();
        assert!(failed.is_empty(), "at {width} pixels: {failed:#?}");
    }
}

#[test]
fn a_page_is_printed() {
    let Some(browser) = browser() else { return };
    let sandbox = Sandbox::with("s.toml", HOSTILE);
    sandbox.stdout(&["run", "s.toml", "--quiet", "--out", "o"]);
    let (_, log) = open(&browser, &sandbox, "o/report.html", &["--no-pdf-header-footer", "--print-to-pdf=page.pdf"]);
    assert_eq!(console(&log), [""; 0]);
    let pdf = fs::read(sandbox.path("page.pdf")).unwrap();
    assert!(pdf.starts_with(b"%PDF") && pdf.len() > 20_000, "{} bytes", pdf.len());
}
