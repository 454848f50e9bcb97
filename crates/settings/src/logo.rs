use std::fmt;

/// The most bytes a logo may have: more would weigh on every first view.
const BYTES_MAX: usize = 60 * 1024;

/// A council's logo, fit to be shown as a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logo {
    /// `image/svg+xml` or `image/png`.
    pub content_type: &'static str,
    /// The picture.
    pub bytes: Vec<u8>,
}

/// Why a picture cannot be a logo.
#[derive(Debug)]
pub struct LogoRefused(&'static str);

impl fmt::Display for LogoRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}
impl std::error::Error for LogoRefused {}

impl Logo {
    /// Reads a picture. A drawing that could run script or fetch something is refused, though as a picture it could do
    /// neither: it may be saved and opened by itself.
    pub fn read(bytes: Vec<u8>) -> Result<Logo, LogoRefused> {
        if bytes.len() > BYTES_MAX {
            return Err(LogoRefused("The logo is larger than 60 KB. Save it smaller"));
        }
        if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            return Ok(Logo { content_type: "image/png", bytes });
        }
        let text = std::str::from_utf8(&bytes)
            .map_err(|_| LogoRefused("The logo is neither SVG nor PNG"))?
            .to_lowercase();
        if !text.contains("<svg") {
            return Err(LogoRefused("The logo is neither SVG nor PNG"));
        }
        let active = [
            "<script",
            "<foreignobject",
            "<!entity",
            "javascript:",
            "href=\"http",
            "href=\'http",
            "url(http",
            "@import",
        ];
        let handler = |text: &str| {
            text.split(" on").skip(1).any(|rest| {
                rest.trim_start_matches(|c: char| c.is_ascii_alphabetic()).trim_start().starts_with('=')
            })
        };
        if active.iter().any(|bad| text.contains(bad)) || handler(&text) {
            return Err(LogoRefused(
                "The logo holds script or fetches something. Save it as a plain drawing",
            ));
        }
        Ok(Logo { content_type: "image/svg+xml", bytes })
    }

    /// `svg` or `png`.
    pub fn ending(&self) -> &'static str {
        if self.content_type == "image/png" { "png" } else { "svg" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_picture_is_taken_and_an_active_one_is_not() {
        let read = |text: &str| Logo::read(text.as_bytes().to_vec());
        assert_eq!(read("<svg viewBox=\"0 0 1 1\"><path d=\"M0 0h1\"/></svg>").unwrap().ending(), "svg");
        assert_eq!(Logo::read(b"\x89PNG\r\n\x1a\nrest".to_vec()).unwrap().ending(), "png");
        for bad in [
            "<svg onload=\"x()\"/>",
            "<svg><script>x</script></svg>",
            "<svg><image href=\"https://a.test/b\"/></svg>",
            "GIF89a",
            "",
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
        assert!(Logo::read(vec![b' '; 70_000]).is_err());
    }
}
