//! Charts in a page: the SVG files themselves, so that the script finds their values, with a frame
//! of buttons around each.

use maud::{Markup, PreEscaped, html};

/// What no chart of ours holds: a folder may come from anywhere.
const FORBIDDEN: [&str; 6] = ["<script", "<foreignobject", "<iframe", "<!", "<?", "javascript:"];

/// A chart; `None` if it is no SVG, or holds what no chart of ours does.
pub(super) fn of_svg(path: &str, svg: &str) -> Option<Markup> {
    let svg = svg.trim();
    let lower = svg.to_ascii_lowercase();
    let (root, rest) = svg.strip_prefix("<svg")?.split_once('>')?;
    let is_whole = svg.ends_with("</svg>") && lower.matches("<svg").count() == 1 && !root.ends_with('/');
    if !is_whole || FORBIDDEN.iter().any(|word| lower.contains(word)) || has_handlers(&lower) {
        return None;
    }
    let name = path.trim_start_matches("charts/").trim_end_matches(".svg");
    let title = name.replace(['_', '-'], " ");
    let (role, label) = (!root.contains(" role="), !root.contains(" aria-label"));
    let mut head = format!("<svg{root}");
    if role {
        head += " role=\"img\"";
    }
    if label {
        let words = element(rest, "title").map_or_else(|| escaped(&title), str::to_owned);
        head += &[" aria-label=\"", &words.replace('"', "&quot;"), "\""].concat();
    }
    let drawn = format!("{head}>{rest}");
    Some(html! {
        figure.chart {
            div.tools role="group" aria-label={ "Zoom of " (title) } {
                button type="button" data-zoom="1.5" aria-label="Zoom in" { "+" }
                button type="button" data-zoom="0.667" aria-label="Zoom out" { "\u{2212}" }
                button type="button" data-zoom="0" { "Whole chart" }
            }
            div.sheet tabindex="0" role="group" aria-label={ "Chart: " (title) } { (PreEscaped(drawn)) }
            p.value aria-live="polite" {}
        }
    })
}

/// The text of the first such element before any shape, as it is written there.
fn element<'a>(svg: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = svg.split_once(&format!("<{name}>"))?;
    let (text, _) = rest.split_once(&format!("</{name}>"))?;
    (!text.contains('<')).then_some(text)
}

fn escaped(text: &str) -> String {
    html! { (text) }.into_string()
}

/// Whether an attribute is an event handler.
fn has_handlers(lower: &str) -> bool {
    lower.match_indices(" on").any(|(at, _)| {
        let rest = &lower[at + 3..];
        let end = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
        let inside_tag = lower[..at].rfind('<') > lower[..at].rfind('>');
        end > 0 && inside_tag && rest[end..].trim_start().starts_with('=')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_gets_a_name() {
        let svg = "<svg width=\"1\" viewBox=\"0 0 1 1\">\n<title>Waits &amp; \"more\"</title><desc>3 of 4</desc>\
                   <clipPath id=\"a\"/><g clip-path=\"url(#a)\"/></svg>\n";
        let page = of_svg("charts/a_b.svg", svg).unwrap().into_string();
        for words in ["role=\"img\" aria-label=\"Waits &amp; &quot;more&quot;\"", "Chart: a b"] {
            assert!(page.contains(words), "{words} is missing in {page}");
        }
        let named = svg.replace("<svg", "<svg role=\"img\" aria-labelledby=\"t d\"");
        assert!(of_svg("a", &named).unwrap().into_string().contains(named.trim()), "a chart with a name keeps it");
    }

    #[test]
    fn what_no_chart_holds_is_left_out() {
        for svg in [
            "",
            "<p>",
            "<svg>",
            "<svg/>",
            "<svg></svg><p></svg>x",
            "<svg><SCRIPT>1</script></svg>",
            "<svg onload=\"x()\"></svg>",
            "<svg><a href=\"javascript:x()\"></a></svg>",
            "<svg><svg></svg></svg>",
        ] {
            assert!(of_svg("charts/a.svg", svg).is_none(), "{svg}");
        }
        assert!(of_svg("charts/a.svg", "<svg><text>depends on = nothing</text></svg>").is_some());
    }
}
