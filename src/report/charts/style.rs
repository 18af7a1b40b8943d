//! What a user chooses about charts: their colours and their size.
//!
//! Charts are drawn once, for any page; this changes finished charts.

use crate::OutputFile;
use crate::plot::theme::{self, Theme};

/// The look of all charts of a study.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChartStyle {
    /// The colours.
    pub theme: Theme,
    /// The width and the height in pixels into which charts are scaled, keeping their proportions.
    pub size: Option<(u32, u32)>,
}

impl ChartStyle {
    /// The files, with all charts in this style.
    pub fn apply(self, mut files: Vec<OutputFile>) -> Vec<OutputFile> {
        for file in
            files.iter_mut().filter(|file| file.path.rsplit_once('.').is_some_and(|(_, ending)| ending == "svg"))
        {
            if let Some(restyled) = str::from_utf8(&file.bytes).ok().and_then(|svg| self.restyle(svg)) {
                file.bytes = restyled.into_bytes();
            }
        }
        files
    }

    /// A chart in this style; `None` if the text is no chart of this program, or needs no change.
    fn restyle(self, svg: &str) -> Option<String> {
        if self == ChartStyle::default() {
            return None;
        }
        let (begin, rest) = svg.split_once(" width=\"")?;
        let (width, rest) = rest.split_once("\" height=\"")?;
        let (height, rest) = rest.split_once('"')?;
        let (own, automatic) = ((width.parse().ok()?, height.parse().ok()?), theme::style(Theme::Auto));
        let (width, height) = self.size.map_or(own, |room| fitted(own, room));
        let (before, after) = rest.split_once(&automatic)?;
        let (style, paper) = (theme::style(self.theme), theme::paper(self.theme));
        Some(format!("{begin} width=\"{width}\" height=\"{height}\"{before}{style}{paper}{after}"))
    }
}

/// The largest size with these proportions in a room; at least one pixel.
fn fitted((width, height): (u32, u32), (most_width, most_height): (u32, u32)) -> (u32, u32) {
    let of =
        |length: u32, most: u32, by: u32| (u64::from(length) * u64::from(most) / u64::from(by).max(1)).max(1) as u32;
    let at_full_width = of(height, most_width, width);
    if at_full_width <= most_height {
        (most_width, at_full_width)
    } else {
        (of(width, most_height, height), most_height)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file;
    use crate::plot::canvas;

    fn chart() -> OutputFile {
        file("charts/x.svg", canvas::sheet(450, "a title", "a subtitle", |_| Ok(())))
    }

    fn styled(theme: Theme, size: Option<(u32, u32)>) -> String {
        let files = ChartStyle { theme, size }.apply(vec![chart(), file("x.csv", b"a".to_vec())]);
        assert_eq!(files[1].bytes, b"a");
        String::from_utf8(files[0].bytes.clone()).unwrap()
    }

    #[test]
    fn charts_are_scaled_into_their_room_with_their_proportions() {
        assert!(
            styled(Theme::Auto, Some((1_800, 2_000))).contains("width=\"1800\" height=\"900\" viewBox=\"0 0 900 450\"")
        );
        assert!(
            styled(Theme::Auto, Some((1_800, 100))).contains("width=\"200\" height=\"100\" viewBox=\"0 0 900 450\"")
        );
        assert!(styled(Theme::Auto, Some((1, 1))).contains("width=\"1\" height=\"1\""));
        assert_eq!(styled(Theme::Auto, None).as_bytes(), chart().bytes);
    }

    #[test]
    fn a_theme_has_one_set_of_colours_and_a_background() {
        let (light, dark) = (styled(Theme::Light, None), styled(Theme::Dark, None));
        for svg in [&light, &dark] {
            assert!(!svg.contains("@media") && svg.contains("<rect class=\"f p\" width=\"100%\" height=\"100%\"/>"));
        }
        assert!(light.contains(".cs .p{color:#ffffff}") && dark.contains(".cs .k{color:#e4e4e4}"));
        assert!(styled(Theme::Auto, None).contains("@media (prefers-color-scheme:dark)"));
    }
}
