//! Charts as PNG, in builds with the feature `png`.
//!
//! Text needs a font. It is part of the program, so the same chart is the same picture on every
//! machine: DejaVu Sans, which the widths that charts leave for words suit.

/// Whether this build can draw PNG.
pub const CAN_DRAW_PNG: bool = cfg!(feature = "png");

/// The picture of a chart in this many pixels.
#[cfg(not(feature = "png"))]
pub(super) fn of_svg(_: &str, _: (u32, u32)) -> Result<Vec<u8>, String> {
    Err("this build of claimsim cannot draw PNG".to_owned())
}

/// The picture of a chart in this many pixels.
#[cfg(feature = "png")]
pub(super) fn of_svg(svg: &str, (width, height): (u32, u32)) -> Result<Vec<u8>, String> {
    use std::sync::Arc;

    use resvg::{tiny_skia, usvg};

    let mut fonts = usvg::fontdb::Database::new();
    fonts.load_font_data(dejavu::sans::regular().to_vec());
    fonts.load_font_data(dejavu::sans::bold().to_vec());
    fonts.set_sans_serif_family("DejaVu Sans");
    let options =
        usvg::Options { fontdb: Arc::new(fonts), font_family: "DejaVu Sans".to_owned(), ..usvg::Options::default() };
    let failed = |reason: String| format!("cannot draw a chart as PNG: {reason}");
    let tree = usvg::Tree::from_str(svg, &options).map_err(|fault| failed(fault.to_string()))?;
    let mut picture = tiny_skia::Pixmap::new(width, height).ok_or_else(|| failed("it is too large".to_owned()))?;
    let scale = |pixels: u32, of: f32| pixels as f32 / of;
    let transform =
        tiny_skia::Transform::from_scale(scale(width, tree.size().width()), scale(height, tree.size().height()));
    resvg::render(&tree, transform, &mut picture.as_mut());
    picture.encode_png().map_err(|fault| failed(fault.to_string()))
}
