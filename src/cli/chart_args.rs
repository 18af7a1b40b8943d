//! The options about charts, which all commands that leave charts share.

use clap::{Args, ValueEnum};
use serde::{Deserialize, Serialize};

use crate::exit::CliError;
use crate::report::{CAN_DRAW_PNG, ChartStyle, OutputFile, Theme};

/// The longest side of a chart in pixels.
const LONGEST: u32 = 16_000;

/// How charts look. A manifest keeps it, so that a repetition leaves the same bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Args, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ChartArgs {
    /// Colours of charts: auto suits a light or a dark page and has no background [default: auto]
    #[arg(id = "chart_theme", long = "chart-theme", value_name = "THEME")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) theme: Option<ChartTheme>,

    /// Scale charts into this number of pixels, keeping their proportions, as in 1600x1200
    /// [default: 900 pixels wide]
    #[arg(id = "chart_size", long = "chart-size", value_name = "WIDTHxHEIGHT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) size: Option<ChartSize>,

    /// Write each chart as PNG, too; needs a build with the feature png
    #[arg(id = "chart_png", long = "chart-png")]
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) png: bool,
}

/// The colours of charts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ChartTheme {
    /// Those that suit the page, without a background.
    Auto,
    /// Dark on white.
    Light,
    /// Light on black.
    Dark,
}

/// Width and height: `1600x1200`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct ChartSize(u32, u32);

impl std::str::FromStr for ChartSize {
    type Err = String;

    fn from_str(text: &str) -> Result<ChartSize, String> {
        let side = |text: &str| text.parse::<u32>().ok().filter(|side| (1..=LONGEST).contains(side));
        let sides = text.split_once('x').and_then(|(width, height)| Some((side(width)?, side(height)?)));
        let (width, height) = sides
            .ok_or_else(|| format!("write width and height in pixels, each from 1 to {LONGEST}, as in 1600x1200"))?;
        Ok(ChartSize(width, height))
    }
}

impl TryFrom<String> for ChartSize {
    type Error = String;

    fn try_from(text: String) -> Result<ChartSize, String> {
        text.parse()
    }
}

impl From<ChartSize> for String {
    fn from(ChartSize(width, height): ChartSize) -> String {
        format!("{width}x{height}")
    }
}

impl ChartArgs {
    /// Refuses what this build cannot draw.
    pub(crate) fn check(self) -> Result<(), CliError> {
        if !self.png || CAN_DRAW_PNG {
            return Ok(());
        }
        Err(CliError::Input(
            "--chart-png needs a claimsim that was built with the feature `png`: cargo build --release --features png"
                .to_owned(),
        ))
    }

    /// What is not given here, as there.
    pub(crate) fn or(self, other: ChartArgs) -> ChartArgs {
        ChartArgs { theme: self.theme.or(other.theme), size: self.size.or(other.size), png: self.png || other.png }
    }

    /// Whether charts are as they are without options.
    pub(crate) fn is_default(&self) -> bool {
        *self == ChartArgs::default()
    }

    /// The files, with all charts as these options say.
    pub(crate) fn apply(self, files: Vec<OutputFile>) -> Result<Vec<OutputFile>, CliError> {
        let theme = match self.theme {
            None | Some(ChartTheme::Auto) => Theme::Auto,
            Some(ChartTheme::Light) => Theme::Light,
            Some(ChartTheme::Dark) => Theme::Dark,
        };
        let size = self.size.map(|ChartSize(width, height)| (width, height));
        ChartStyle { theme, size, has_png: self.png }.apply(files).map_err(CliError::Failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_two_numbers_of_pixels() {
        assert_eq!("1600x900".parse(), Ok(ChartSize(1_600, 900)));
        for wrong in ["", "x", "1600", "0x5", "5x0", "1600X900", "1600x900x1", "-1x2", "99999x1", "1e3x2", "1.5x2"] {
            assert!(wrong.parse::<ChartSize>().is_err_and(|fault| fault.contains("1600x1200")), "{wrong}");
        }
    }

    #[test]
    fn a_manifest_keeps_the_options_that_were_given() {
        let args = ChartArgs { size: Some(ChartSize(640, 480)), ..ChartArgs::default() };
        let text = serde_json::to_string(&args).unwrap();
        assert_eq!(text, r#"{"size":"640x480"}"#);
        assert_eq!(serde_json::from_str::<ChartArgs>(&text).unwrap(), args);
        assert!(serde_json::from_str::<ChartArgs>(r#"{"size":"640"}"#).is_err());
    }
}
