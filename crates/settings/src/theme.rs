use std::fmt::{self, Write};

/// The council's colours, worked out once from its two hues. Lightness is fixed for each role, so no hue can make a
/// page unreadable; the sums are still done again on every save, and a theme that fails is refused.
#[derive(Clone, Debug)]
pub struct Theme {
    light: Vec<(&'static str, Rgb)>,
    dark: Vec<(&'static str, Rgb)>,
}

/// Which pair of colours is too close, and by how much.
#[derive(Debug)]
pub struct ThemeRefused(String);

impl fmt::Display for ThemeRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl std::error::Error for ThemeRefused {}

/// What a role takes its hue from.
#[derive(Clone, Copy)]
enum Hue {
    Brand,
    Lamp,
}
use Hue::{Brand, Lamp};

/// Role, lightness, chroma, hue: the table of the look.
type Role = (&'static str, f64, f64, Hue);

const LIGHT: &[Role] = &[
    ("paper", 0.984, 0.007, Lamp),
    ("sunk", 0.957, 0.013, Lamp),
    ("ink", 0.25, 0.03, Brand),
    ("ink-soft", 0.44, 0.025, Brand),
    ("line", 0.885, 0.016, Lamp),
    ("edge", 0.56, 0.025, Brand),
    ("brand", 0.42, 0.085, Brand),
    ("link", 0.42, 0.085, Brand),
    ("brand-soft", 0.948, 0.022, Brand),
    ("dusk", 0.29, 0.055, Brand),
    ("dusk-2", 0.375, 0.06, Brand),
    ("glow", 0.82, 0.14, Lamp),
    ("on-glow", 0.25, 0.03, Brand),
    ("glow-soft", 0.95, 0.045, Lamp),
    ("focus", 0.25, 0.03, Brand),
    ("halo", 0.82, 0.14, Lamp),
];

const DARK: &[Role] = &[
    ("paper", 0.195, 0.02, Brand),
    ("card", 0.24, 0.024, Brand),
    ("sunk", 0.285, 0.026, Brand),
    ("ink", 0.94, 0.012, Lamp),
    ("ink-soft", 0.80, 0.018, Lamp),
    ("line", 0.37, 0.025, Brand),
    ("edge", 0.66, 0.025, Brand),
    ("brand", 0.82, 0.085, Brand),
    ("on-brand", 0.195, 0.02, Brand),
    ("link", 0.85, 0.075, Brand),
    ("brand-soft", 0.31, 0.04, Brand),
    ("dusk", 0.25, 0.045, Brand),
    ("dusk-2", 0.34, 0.05, Brand),
    ("glow", 0.82, 0.13, Lamp),
    ("on-glow", 0.22, 0.03, Brand),
    ("glow-soft", 0.30, 0.028, Lamp),
    ("halo", 0.195, 0.02, Brand),
];

/// Never themed: emergency, error, good, warning are the same in every council.
const LIGHT_FIXED: &str = "--card:#fff;--on-brand:#fff;--on-dusk:#fff;--red:#a81e1e;--on-red:#fff;--red-soft:#fdeeec;--red-ink:#97190f;--nhs:#0b4f9c;--on-nhs:#fff;--nhs-soft:#eaf2fb;--ok:#1c6439;--ok-soft:#e8f4ea;--warn:#7a4700;--warn-soft:#fdf0d6;--lift:0 1px 2px rgba(14,38,40,.06),0 4px 14px rgba(14,38,40,.06)";
const DARK_FIXED: &str = "--on-dusk:#fff;--red:#b3261e;--red-soft:#43201f;--red-ink:#ffb3ab;--nhs:#1a5fae;--nhs-soft:#1b3350;--ok:#9ad9ae;--ok-soft:#1d3a29;--warn:#f3c477;--warn-soft:#423115;--focus:#fff;--lift:none";

/// Text, what it stands on, and the contrast WCAG 2.2 AA asks: 4.5 for text, 3 for the edge of a control.
const PAIRS: &[(&str, &str, f64)] = &[
    ("ink", "paper", 4.5),
    ("ink", "sunk", 4.5),
    ("ink-soft", "paper", 4.5),
    ("ink-soft", "sunk", 4.5),
    ("ink-soft", "glow-soft", 4.5),
    ("link", "paper", 4.5),
    ("link", "sunk", 4.5),
    ("link", "brand-soft", 4.5),
    ("link", "glow-soft", 4.5),
    ("on-brand", "brand", 4.5),
    ("ink", "brand-soft", 4.5),
    ("ink", "glow-soft", 4.5),
    ("on-glow", "glow", 4.5),
    ("on-dusk", "dusk", 4.5),
    ("on-dusk", "dusk-2", 4.5),
    ("glow", "dusk", 4.5),
    ("edge", "paper", 3.0),
    ("edge", "card", 3.0),
    ("edge", "sunk", 3.0),
];

impl Theme {
    /// The theme of two hues in degrees; 360 is 0 again.
    pub fn from_hues(brand: u16, lamp: u16) -> Result<Theme, ThemeRefused> {
        let theme = Theme { light: colours(LIGHT, brand, lamp), dark: colours(DARK, brand, lamp) };
        let (name, ratio, wanted) = theme.worst();
        if ratio < wanted {
            return Err(ThemeRefused(format!(
                "These colours cannot be read: {name} has a contrast of {ratio:.1}, and needs {wanted}. Choose another hue"
            )));
        }
        Ok(theme)
    }

    /// The style sheet's first lines: plain hex, so that an old phone needs no new CSS.
    pub fn css(&self) -> String {
        let mut css = String::from(":root{color-scheme:light dark;");
        write_colours(&mut css, &self.light);
        let _ = write!(css, "{LIGHT_FIXED}}}@media (prefers-color-scheme:dark){{:root{{");
        write_colours(&mut css, &self.dark);
        let _ = write!(css, "{DARK_FIXED}}}}}");
        // A printed page is black on white whatever the device shows.
        css.push_str("@media print{:root{color-scheme:light;--paper:#fff;--card:#fff;--sunk:#fff;--brand-soft:#fff;--glow-soft:#fff;--ok-soft:#fff;--warn-soft:#fff;--ink:#000;--ink-soft:#333;--link:#000;--brand:#000;--line:#999;--edge:#666;--ok:#000;--warn:#000;--lift:none}}\n");
        css
    }

    /// The evening colour of the header, for the browser's own bar.
    pub fn dusk(&self) -> String {
        self.light
            .iter()
            .find(|(role, _)| *role == "dusk")
            .map_or_else(String::new, |(_, colour)| colour.hex())
    }

    /// The pair nearest to failing: its name, its contrast, and what it needs.
    fn worst(&self) -> (String, f64, f64) {
        let white = ("", Rgb(255, 255, 255));
        let of = |set: &[(&'static str, Rgb)], role: &str| {
            set.iter().find(|(name, _)| *name == role).unwrap_or(&white).1
        };
        let each = [("light", &self.light), ("dark", &self.dark)].into_iter().flat_map(|(mode, set)| {
            PAIRS.iter().map(move |(above, below, wanted)| {
                (format!("{above} on {below}, {mode}"), of(set, above).contrast(of(set, below)), *wanted)
            })
        });
        each.min_by(|a, b| (a.1 / a.2).total_cmp(&(b.1 / b.2))).unwrap_or_default()
    }
}

fn colours(roles: &[Role], brand: u16, lamp: u16) -> Vec<(&'static str, Rgb)> {
    let colour = |(role, lightness, chroma, hue): &Role| {
        // A lamp that is not lamp-coloured is calmer, so that it does not read as a warning.
        let strong_lamp = role.starts_with("glow") && !role.ends_with("soft") || *role == "halo";
        let (degrees, chroma) = match hue {
            Brand => (brand, *chroma),
            Lamp if strong_lamp && *chroma > 0.09 && !(40..=110).contains(&(lamp % 360)) => (lamp, 0.09),
            Lamp => (lamp, *chroma),
        };
        (*role, fit(*lightness, chroma, f64::from(degrees % 360)))
    };
    roles.iter().map(colour).collect()
}

fn write_colours(css: &mut String, set: &[(&'static str, Rgb)]) {
    for (role, colour) in set {
        let _ = write!(css, "--{role}:{};", colour.hex());
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Rgb(u8, u8, u8);

impl Rgb {
    fn hex(self) -> String {
        format!("#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }

    /// Relative luminance, WCAG 2.2.
    fn luminance(self) -> f64 {
        let part = |byte: u8| {
            let value = f64::from(byte) / 255.0;
            if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(self.0) + 0.7152 * part(self.1) + 0.0722 * part(self.2)
    }

    fn contrast(self, other: Rgb) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }
}

/// An OKLCH colour in sRGB: chroma is lowered, lightness and hue kept, until it fits.
fn fit(lightness: f64, chroma: f64, hue: f64) -> Rgb {
    let mut chroma = chroma;
    loop {
        let [r, g, b] = linear(lightness, chroma, hue);
        let inside = [r, g, b].iter().all(|part| (0.0..=1.0).contains(part));
        if inside || chroma <= 0.0 {
            return Rgb(byte(r), byte(g), byte(b));
        }
        chroma = (chroma - 0.001).max(0.0);
    }
}

/// OKLab to linear sRGB; the matrices are Ottosson's, 2020.
fn linear(lightness: f64, chroma: f64, hue: f64) -> [f64; 3] {
    let (a, b) = (chroma * hue.to_radians().cos(), chroma * hue.to_radians().sin());
    let l = (lightness + 0.396_337_777_4 * a + 0.215_803_757_3 * b).powi(3);
    let m = (lightness - 0.105_561_345_8 * a - 0.063_854_172_8 * b).powi(3);
    let s = (lightness - 0.089_484_177_5 * a - 1.291_485_548 * b).powi(3);
    [
        4.076_741_662_1 * l - 3.307_711_591_3 * m + 0.230_969_929_2 * s,
        -1.268_438_004_6 * l + 2.609_757_401_1 * m - 0.341_319_396_5 * s,
        -0.004_196_086_3 * l - 0.703_418_614_7 * m + 1.707_614_701 * s,
    ]
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0..=255 first")]
fn byte(part: f64) -> u8 {
    let part = part.clamp(0.0, 1.0);
    let gamma = if part <= 0.003_130_8 { part * 12.92 } else { 1.055 * part.powf(1.0 / 2.4) - 0.055 };
    (gamma * 255.0).round().clamp(0.0, 255.0) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_of_hues_can_be_read() {
        for brand in 0..360 {
            for lamp in (0..360).step_by(10) {
                let theme = Theme::from_hues(brand, lamp).unwrap();
                assert!(!theme.css().contains('\''));
            }
        }
    }

    #[test]
    fn the_default_theme_is_the_one_in_the_look() {
        let css = Theme::from_hues(205, 78).unwrap().css();
        for wanted in ["--dusk:#0132", "--brand:#0258", "--glow:#f6b8", "--paper:#fcf9f5"] {
            assert!(css.contains(wanted), "{wanted} in {css}");
        }
    }

    #[test]
    fn a_pair_that_cannot_be_read_would_be_refused() {
        let mut theme = Theme::from_hues(205, 78).unwrap();
        let paper = theme.light[0].1;
        theme.light.iter_mut().find(|(role, _)| *role == "ink").unwrap().1 = paper;
        let (name, ratio, wanted) = theme.worst();
        assert!(ratio < wanted && name.contains("ink on paper"), "{name} {ratio}");
    }
}
