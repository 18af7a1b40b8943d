//! Splits lists of the command line. Brackets, braces and quotes hold a value together.

use std::ops::Range;

/// The parts between separators, as bytes of the text; separators within brackets, braces and
/// quotes belong to a part.
pub fn parts(text: &str, separator: char) -> Vec<Range<usize>> {
    let (mut parts, mut start, mut depth, mut quote) = (Vec::new(), 0, 0_i32, None);
    for (at, sign) in text.char_indices() {
        match (quote, sign) {
            (Some(open), _) => quote = Some(open).filter(|open| *open != sign),
            (None, '"' | '\'') => quote = Some(sign),
            (None, '{' | '[' | '(') => depth += 1,
            (None, '}' | ']' | ')') => depth -= 1,
            (None, sign) if sign == separator && depth <= 0 => {
                parts.push(start..at);
                start = at + sign.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(start..text.len());
    parts
}

/// A part of a text without the spaces at its ends.
pub(super) fn trimmed(text: &str, part: Range<usize>) -> Range<usize> {
    let inside = &text[part.clone()];
    let start = part.start + (inside.len() - inside.trim_start().len());
    start..start + inside.trim().len()
}
