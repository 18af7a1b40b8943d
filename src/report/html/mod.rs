//! `report.html`: a study's folder as one page that needs nothing else: no network, no other file.
//!
//! The page is a function of the files in the folder, so that `claimsim report DIR` and the study
//! itself make the same bytes. Everything from a scenario is text of strangers: it passes through
//! `maud`, which escapes it, and a policy in the page's head allows only our own script.

mod blame;
mod chart;
mod command;
mod folder;
mod heat_map;
mod table;
mod words;

use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::key_results::{self, KeyResults};
pub use folder::Folder;
use words::prose;

/// The file in the folder of a study.
pub const PATH: &str = "report.html";

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Charts are in the page up to this number of bytes; the others are named.
const MOST_CHART_BYTES: usize = 640 << 10;

/// The charts of the reasons of waits, which stand with their table.
const BLAME_CHARTS: [&str; 2] = ["charts/blame.svg", "charts/wait_reasons.svg"];

/// The page.
pub fn page(folder: &Folder) -> Vec<u8> {
    let (name, command) = (folder.text("/scenario/name"), folder.text("/command"));
    let found = folder.key_results();
    let title = format!("{name}: {command}");
    let policy = format!(
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        base64(&Sha256::digest(SCRIPT.as_bytes()))
    );
    let parts = sections(folder, found.as_ref());
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy);
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    h1 { (title) }
                    @if let Some(found) = &found { p.note { (found.heading) } }
                    nav aria-label="Sections" {
                        @for (id, heading, _) in &parts { a href={ "#" (id) } { (heading) } " " }
                    }
                }
                main {
                    @for (id, heading, content) in &parts {
                        section aria-labelledby=(id) {
                            h2 id=(id) { (heading) }
                            (content)
                        }
                    }
                }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    page.into_string().into_bytes()
}

/// The sections that have a content, each with its anchor and its heading.
fn sections(folder: &Folder, found: Option<&KeyResults>) -> Vec<(&'static str, &'static str, Markup)> {
    let (blame, charts) = charts(folder);
    let reasons = folder.file("blame.csv");
    // The table says the same as the sentences.
    let sentences = found.filter(|_| reasons.is_none()).map_or(&[][..], |found| &found.reasons);
    let blame = (!blame.is_empty() || reasons.is_some() || !sentences.is_empty()).then(|| {
        html! {
            p { "Each instant of a wait, from when a job falls due to its claim, has one reason; the parts add up to the wait." }
            @for sentence in sentences { p { (prose(sentence)) } }
            @for chart in &blame { (chart) }
            @if let Some(bytes) = reasons {
                @if let Some(table) = blame::of_reasons(bytes) { (table) }
                (table::of_csv("blame.csv", bytes))
            }
        }
    });
    let parts = [
        ("question", "Question", question(folder)),
        ("answer", "Answer", Some(answer(folder, found))),
        ("warnings", "Warnings", warnings(folder, found)),
        ("figures", "Key figures", found.map(figures)),
        ("blame", "Why jobs waited", blame),
        ("charts", "Charts", charts),
        ("hours", "By hour of the day", folder.file("by_hour.csv").and_then(heat_map::of_hours)),
        ("tables", "Tables", tables(folder)),
        ("reproduce", "How to reproduce", Some(command::section(folder))),
    ];
    parts.into_iter().filter_map(|(id, heading, content)| Some((id, heading, content?))).collect()
}

/// The comment at the beginning of the scenario.
fn question(folder: &Folder) -> Option<Markup> {
    let paragraphs = words::header(folder.scenario);
    (!paragraphs.is_empty()).then(|| {
        html! { @for paragraph in &paragraphs { p { (prose(paragraph)) } } }
    })
}

fn answer(folder: &Folder, found: Option<&KeyResults>) -> Markup {
    let Some(found) = found else {
        return html! {
            div.answer {
                p {
                    "This folder has no " code { (key_results::PATH) } ": claimsim " (folder.text("/claimsim"))
                    " wrote it before studies kept their answer. The charts and tables below have its figures; the "
                    "command at the end, run again, has the answer and the warnings."
                }
            }
        };
    };
    html! {
        div.answer {
            p.sentence { (prose(&found.answer)) }
            @if !found.confidence.is_empty() { p { (prose(&found.confidence)) } }
            @if !found.limits.is_empty() {
                p { "What this answer does not see:" }
                ul { @for limit in &found.limits { li { (prose(limit)) } } }
            }
        }
    }
}

fn warnings(folder: &Folder, found: Option<&KeyResults>) -> Option<Markup> {
    let warnings = found.map_or(&[][..], |found| &found.warnings);
    let notes = folder.manifest.get("notes").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let notes: Vec<&str> = notes.iter().filter_map(Value::as_str).collect();
    (!(warnings.is_empty() && notes.is_empty())).then(|| {
        html! {
            @if !warnings.is_empty() { ul.warnings { @for warning in warnings { li { (prose(warning)) } } } }
            @if !notes.is_empty() {
                p { "Notes:" }
                ul { @for note in notes { li { (prose(note)) } } }
            }
        }
    })
}

fn figures(found: &KeyResults) -> Markup {
    html! {
        @for (number, shown) in found.tables.iter().enumerate() { (table::of_text(number, shown)) }
        @for remark in &found.remarks { p { (prose(remark)) } }
    }
}

/// The charts of blame, and all others.
fn charts(folder: &Folder) -> (Vec<Markup>, Option<Markup>) {
    let (mut blame, mut others, mut left_out, mut bytes) = (Vec::new(), Vec::new(), Vec::new(), 0);
    for file in folder.files("charts/", ".svg") {
        bytes += file.bytes.len();
        let drawn = std::str::from_utf8(&file.bytes).ok().filter(|_| bytes <= MOST_CHART_BYTES);
        let Some(drawn) = drawn.and_then(|svg| chart::of_svg(&file.path, svg)) else {
            left_out.push(file.path.as_str());
            continue;
        };
        if BLAME_CHARTS.contains(&file.path.as_str()) { blame.push(drawn) } else { others.push(drawn) }
    }
    let all = (!others.is_empty() || !left_out.is_empty()).then(|| {
        html! {
            p.note.screen {
                "Point at a chart for its values. Zoom with the buttons, with Ctrl and the wheel, or with the keys + - 0; "
                "the arrow keys go from value to value, with Shift they move a zoomed chart."
            }
            @for chart in &others { (chart) }
            @if !left_out.is_empty() {
                p { "Further charts, which would make this page too large: "
                    @for (number, path) in left_out.iter().enumerate() { @if number > 0 { ", " } code { (path) } } "." }
            }
        }
    });
    (blame, all)
}

fn tables(folder: &Folder) -> Option<Markup> {
    let shown = folder.files("", ".csv").into_iter().filter(|file| file.path != "blame.csv");
    let shown: Vec<Markup> = shown.map(|file| table::of_csv(&file.path, &file.bytes)).collect();
    let unread = folder.unread;
    let packed: Vec<&str> = folder.files("", ".parquet").into_iter().map(|file| file.path.as_str()).collect();
    (!(shown.is_empty() && unread.is_empty() && packed.is_empty())).then(|| {
        html! {
            @for table in &shown { (table) }
            @for path in unread { p { code { (path) } " is not shown: it has a row for each attempt of each job." } }
            @if !packed.is_empty() {
                p { "The tables are Parquet files, which this page does not show: "
                    @for (number, path) in packed.iter().enumerate() { @if number > 0 { ", " } code { (path) } } "." }
            }
            p.note { "docs/files.md explains every column." }
        }
    })
}

/// Bytes in base64 (RFC 4648, section 4).
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let group = |bytes: &[u8]| {
        let bits = (0..3).fold(0, |bits, at| bits << 8 | usize::from(bytes.get(at).copied().unwrap_or(0)));
        let digit = move |at: usize| {
            if at <= bytes.len() { char::from(DIGITS[bits >> (18 - 6 * at) & 63]) } else { '=' }
        };
        (0..4).map(digit).collect::<String>()
    };
    bytes.chunks(3).map(group).collect()
}

#[cfg(test)]
mod tests;
