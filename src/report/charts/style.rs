//! What a user chooses about charts: their colours and their size.
//!
//! Charts are drawn once, for any page; this changes finished charts.

use super::png;
use crate::OutputFile;
use crate::plot::theme::{self, Theme};

/// The look of all charts of a study.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChartStyle {
    /// The colours.
    pub theme: Theme,
    /// The width and the height in pixels into which charts are scaled, keeping their proportions.
    pub size: Option<(u32, u32)>,
    /// Whether each chart has a picture beside it, light if the colours are automatic.
    pub has_png: bool,
}

impl ChartStyle {
    /// The files, with all charts in this style.
    ///
    /// # Errors
    ///
    /// Why a picture cannot be drawn: the build has no feature `png`, or the picture is too large.
    pub fn apply(self, mut files: Vec<OutputFile>) -> Result<Vec<OutputFile>, String> {
        let mut pictures = Vec::new();
        for file in
            files.iter_mut().filter(|file| file.path.rsplit_once('.').is_some_and(|(_, ending)| ending == "svg"))
        {
            if self.has_png {
                pictures.push(self.picture(file)?);
            }
            if let Some(restyled) = str::from_utf8(&file.bytes).ok().and_then(|svg| self.restyle(svg)) {
                file.bytes = restyled.into_bytes();
            }
        }
        files.extend(pictures);
        Ok(files)
    }

    /// The picture of a chart, beside it.
    fn picture(self, chart: &OutputFile) -> Result<OutputFile, String> {
        let theme = if self.theme == Theme::Auto { Theme::Light } else { self.theme };
        let svg = str::from_utf8(&chart.bytes).ok().and_then(|svg| ChartStyle { theme, ..self }.restyle(svg));
        let svg = svg.ok_or_else(|| format!("{} is no chart", chart.path))?;
        let side = |name: &str| {
            let (_, rest) = svg.split_once(&format!(" {name}=\""))?;
            rest.split('"').next()?.parse().ok()
        };
        let pixels = (side("width").unwrap_or(1), side("height").unwrap_or(1));
        let path = format!("{}.png", chart.path.trim_end_matches(".svg"));
        Ok(OutputFile { path, bytes: png::of_svg(&svg, pixels)? })
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
        let files =
            ChartStyle { theme, size, has_png: false }.apply(vec![chart(), file("x.csv", b"a".to_vec())]).unwrap();
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

    #[cfg(feature = "png")]
    #[test]
    fn pictures_have_the_size_and_the_words_of_their_charts() {
        let png = |title: &str, theme: Theme| {
            let chart = file("charts/x.svg", canvas::sheet(450, title, "s", |_| Ok(())));
            let style = ChartStyle { theme, size: Some((300, 300)), has_png: true };
            let files = style.apply(vec![chart]).unwrap();
            assert_eq!(files[1].path, "charts/x.png");
            files[1].bytes.clone()
        };
        let light = png("a title", Theme::Auto);
        assert_eq!(&light[1..4], b"PNG");
        // Width and height are in the header.
        assert_eq!((&light[16..20], &light[20..24]), (&[0, 0, 1, 44][..], &[0, 0, 0, 150][..]));
        assert_eq!(light, png("a title", Theme::Light));
        assert!(light != png("a title", Theme::Dark) && light != png("another", Theme::Light));
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
