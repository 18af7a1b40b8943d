//! The page as a whole.

use serde_json::json;

use super::*;
use crate::{TextTable, file};

const HOSTILE: &str = "<script>alert(1)</script>\"&'</style>-->";

fn manifest(name: &str) -> Value {
    json!({
        "claimsim": "0.1.0",
        "command": "run",
        "options": { "set": [format!("a={name}")] },
        "scenario": { "name": name, "file": "inputs/scenario.toml", "sha256": "00" },
        "inputs": [],
        "notes": [name],
        "seed": 1,
    })
}

fn found(name: &str) -> KeyResults {
    let table = TextTable { title: name.into(), header: vec![name.into()], rows: vec![vec![name.into()]] };
    let text = || format!("`{name}` {name}");
    KeyResults {
        heading: text(),
        answer: text(),
        confidence: text(),
        limits: vec![text()],
        warnings: vec![text()],
        tables: vec![table],
        reasons: vec![text()],
        remarks: vec![text()],
    }
}

fn drawn(name: &str) -> Vec<u8> {
    let hours = format!(
        "action,resource,days,measure,statistic,hour,value\n\"{}\",,all,wait_s,mean,3,1\n",
        name.replace('"', "\"\"")
    );
    let files = [
        found(name).file(),
        file("by_hour.csv", hours.clone().into_bytes()),
        file("blame.csv", hours.into_bytes()),
        file("charts/blame.svg", b"<svg viewBox=\"0 0 1 1\"><rect><title>a</title></rect></svg>".to_vec()),
        file("charts/other.svg", b"<svg><script>alert(2)</script></svg>".to_vec()),
    ];
    let scenario = format!("# {name}\nname = 1\n");
    let unread = ["jobs.csv".to_owned()];
    page(&Folder { manifest: &manifest(name), scenario: &scenario, files: &files, unread: &unread })
}

#[test]
fn names_are_text_wherever_they_stand() {
    let text = String::from_utf8(drawn(HOSTILE)).unwrap();
    assert_eq!(text.matches("<script").count(), 1, "only our own script");
    assert!(text.contains("<script>// Tables that sort"));
    assert_eq!(text.matches("</style>").count(), 1);
    assert!(!text.contains("alert(2)") && !text.contains("-->\""));
    assert!(text.contains("charts/other.svg"), "a chart that is left out is named");
    // Title, heading, question, answer, notes, tables, hours, command.
    assert!(text.matches("&lt;script&gt;alert(1)").count() > 12);
}

#[test]
fn the_same_folder_gives_the_same_page_with_its_sections_in_order() {
    let page = drawn("a");
    assert_eq!(page, drawn("a"));
    let text = String::from_utf8(page).unwrap();
    let ids = ["question", "answer", "warnings", "figures", "blame", "charts", "hours", "tables", "reproduce"];
    let places = ids.map(|id| text.find(&format!("<h2 id=\"{id}\">")));
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?}");
    let place = |words: &str| text.find(words).unwrap();
    assert!(
        place("figures-1") < place("<title>a</title></rect>")
            && place("<title>a</title></rect>") < place("id=\"charts\"")
    );
    assert!(!text.contains("http:") && !text.contains("https:"), "nothing comes from elsewhere");
}

#[test]
fn the_policy_of_the_page_allows_its_own_script_only() {
    assert_eq!(
        ["", "f", "fo", "foo", "foob"].map(|text| base64(text.as_bytes())),
        ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg=="]
    );
    assert!(!SCRIPT.contains("</") && !SCRIPT.contains("<!--"), "it would end its element");
    assert!(!STYLE.contains("</"));
}

#[test]
fn a_folder_without_key_results_says_so() {
    let text = page(&Folder { manifest: &manifest("a"), scenario: "", files: &[], unread: &[] });
    let text = String::from_utf8(text).unwrap();
    assert!(text.contains("claimsim 0.1.0 wrote it before") && !text.contains("id=\"figures\""), "{text}");
}

/// The colour of a variable in the rules of a theme, as red, green and blue.
fn color(theme: &str, name: &str) -> [f64; 3] {
    let (_, rest) = theme.split_once(&format!("--{name}: #")).unwrap();
    [0, 2, 4].map(|at| f64::from(u8::from_str_radix(&rest[at..at + 2], 16).unwrap()) / 255.0)
}

/// The contrast ratio of two colours (WCAG 2.2, "contrast ratio" and "relative luminance").
fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
    use crate::model::math::pow;
    let linear = |part: f64| if part <= 0.040_45 { part / 12.92 } else { pow((part + 0.055) / 1.055, 2.4) };
    let luminance = |[r, g, b]: [f64; 3]| 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn text_can_be_read_in_every_theme() {
    assert!((contrast([0.0; 3], [1.0; 3]) - 21.0).abs() < 1e-9 && (contrast([0.5; 3], [0.5; 3]) - 1.0).abs() < 1e-9);
    let themes: Vec<&str> = STYLE.split(":root").skip(1).collect();
    assert_eq!(themes.len(), 3, "light, dark and print");
    for theme in themes {
        for (text, behind) in [
            ("ink", "paper"),
            ("ink", "box"),
            ("grey", "paper"),
            ("grey", "box"),
            ("accent", "paper"),
            ("ink", "warn-box"),
            // Values that charts show at the pointer.
            ("paper", "ink"),
        ] {
            let ratio = contrast(color(theme, text), color(theme, behind));
            assert!(ratio >= 4.5, "--{text} on --{behind}: {ratio:.2}, which WCAG AA refuses");
        }
        // The darkest cell of a table by hour.
        let (heat, paper) = (color(theme, "heat"), color(theme, "paper"));
        let cell = [0, 1, 2].map(|part| 0.7 * heat[part] + 0.3 * paper[part]);
        assert!(contrast(color(theme, "ink"), cell) >= 4.5);
    }
}
