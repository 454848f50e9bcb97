//! The square that a phone's camera reads.

use qrcode::{EcLevel, QrCode, render::svg};

/// A QR code as SVG without inline style, or nothing when the text is too long for one. Its name says what it opens.
pub(crate) fn svg(text: &str) -> String {
    let Ok(code) = QrCode::with_error_correction_level(text, EcLevel::M) else {
        return String::new();
    };
    let image = code
        .render::<svg::Color>()
        .min_dimensions(120, 120)
        .dark_color(svg::Color("#000"))
        .light_color(svg::Color("#fff"))
        .build();
    let svg = image.find("<svg").map_or("", |start| &image[start..]);
    svg.replacen("<svg ", "<svg role=\"img\" aria-label=\"A code that opens the list on a phone\" ", 1)
}
