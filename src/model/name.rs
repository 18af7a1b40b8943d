//! Names that are safe wherever they are printed: in a terminal, a spreadsheet, a document.

use std::borrow::Cow;

/// Why a name is refused, if it is: a sentence's end, such as ``begins with `=` ``.
pub fn fault(name: &str) -> Option<String> {
    if name.trim().is_empty() {
        return Some("is blank".to_owned());
    }
    if let Some(c) = name.chars().find(|c| is_hidden(*c)) {
        let what = if c.is_control() { "a control character" } else { "an invisible character" };
        return Some(format!("has {what}, {}", c.escape_unicode()));
    }
    // A spreadsheet takes the cell for a formula.
    let first = name.trim_start().chars().next().filter(|c| "=+-@".contains(*c))?;
    Some(format!("begins with `{first}`"))
}

/// A text in which characters that change how others are shown are written as escapes. Line breaks
/// and tabs stay.
pub fn visible(text: &str) -> Cow<'_, str> {
    let is_escaped = |c: char| is_hidden(c) && !matches!(c, '\n' | '\t');
    if !text.contains(is_escaped) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if is_escaped(c) { shown.extend(c.escape_unicode()) } else { shown.push(c) }
    }
    Cow::Owned(shown)
}

/// Whether a character shows nothing itself but changes how others are shown, or is none: control
/// characters, marks of the writing direction, line separators, byte-order marks, non-characters.
pub fn is_hidden(c: char) -> bool {
    let is_mark = matches!(c, '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}');
    let is_isolate = matches!(c, '\u{2066}'..='\u{2069}' | '\u{feff}');
    let is_no_character = matches!(c, '\u{fdd0}'..='\u{fdef}') || u32::from(c) & 0xfffe == 0xfffe;
    c.is_control() || is_mark || is_isolate || is_no_character
}

/// The name among `known` that a misspelt one probably stands for.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = name.to_lowercase();
    known
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_hide_something_or_are_formulas_are_refused() {
        for (name, words) in [
            ("", "blank"),
            (" \u{a0}", "blank"),
            ("a\u{1b}[2J", "a control character, \\u{1b}"),
            ("a\u{9b}31m", "control"),
            ("a\n", "control"),
            ("\u{202e}gpj", "invisible character, \\u{202e}"),
            ("a\u{2067}", "invisible"),
            ("a\u{200f}b", "invisible"),
            ("\u{fffe}", "invisible"),
            ("x\u{1ffff}", "invisible"),
            ("=1+1", "begins with `=`"),
            ("+5", "`+`"),
            ("-x", "`-`"),
            (" @SUM(A1)", "`@`"),
        ] {
            assert!(fault(name).is_some_and(|fault| fault.contains(words)), "{name:?}: {:?}", fault(name));
        }
    }

    #[test]
    fn names_of_all_languages_are_kept() {
        for name in ["scan", "a=b", "x-1", "<script>", "a,b", "\"q\"", "日本", "עברית", "naïve", "👩\u{200d}🔬"]
        {
            assert_eq!(fault(name), None, "{name}");
            assert_eq!(visible(name), name);
        }
    }

    #[test]
    fn what_is_hidden_is_shown() {
        assert_eq!(visible("a\u{1b}[2J\tb\n\u{202e}c"), "a\\u{1b}[2J\tb\n\\u{202e}c");
    }

    #[test]
    fn misspelt_names_are_recognized_and_others_are_not() {
        let known = ["retries", "service", "priority"];
        for (word, meant) in [("retires", Some("retries")), ("Service", Some("service")), ("gpu", None), ("", None)] {
            assert_eq!(nearest(word, known), meant, "{word}");
        }
    }
}
