//! Text of scenarios and studies in a page.

use maud::{Markup, html};

/// A text in which names stand between backticks.
pub(super) fn prose(text: &str) -> Markup {
    let parts: Vec<&str> = text.split('`').collect();
    // An odd backtick is one of a name; the text is shown as it is.
    if parts.len().is_multiple_of(2) {
        return html! { (text) };
    }
    html! {
        @for (number, part) in parts.iter().enumerate() {
            @if number.is_multiple_of(2) { (part) } @else { code { (part) } }
        }
    }
}

/// The paragraphs of the comment at the beginning of a scenario, without the commands in it.
pub(super) fn header(scenario: &str) -> Vec<String> {
    let lines = scenario.trim_start_matches('\u{feff}').lines().map(str::trim);
    let comment = lines.skip_while(|line| line.is_empty()).map_while(|line| line.strip_prefix('#')).map(str::trim);
    let mut paragraphs = vec![String::new()];
    for line in comment {
        let last = paragraphs.last_mut().expect("there is always one");
        if line.is_empty() || line.starts_with("$ ") {
            paragraphs.push(String::new());
        } else {
            if !last.is_empty() {
                last.push(' ');
            }
            last.push_str(line);
        }
    }
    paragraphs.retain(|paragraph| !paragraph.is_empty());
    paragraphs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_is_read_by_paragraphs_without_commands() {
        let text = "\u{feff}\n# Who waits,\r\n# and why?\n#\n# Look at `wait_s`.\n#\n# $ claimsim run x.toml\n\n# later\nname = 1";
        assert_eq!(header(text), ["Who waits, and why?", "Look at `wait_s`."]);
        assert!(header("name = \"a\" # not a header\n# nor this").is_empty());
        assert!(header("").is_empty());
    }

    #[test]
    fn names_become_code_and_nothing_becomes_markup() {
        assert_eq!(prose("a `<b>` & c").into_string(), "a <code>&lt;b&gt;</code> &amp; c");
        assert_eq!(prose("a ` <b>").into_string(), "a ` &lt;b&gt;");
    }
}
