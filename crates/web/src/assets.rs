//! What `scripts/assets` built: style, script, icons. Inside the binary in a release, read from disk in debug. Each
//! is served under a name that carries its content's hash, for a year, already compressed.

use axum::{
    extract::Path,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use rust_embed::{EmbeddedFile, RustEmbed};
use std::{collections::HashMap, fmt, sync::OnceLock};

#[derive(RustEmbed)]
#[folder = "../../web-assets/dist"]
#[allow_missing = true]
struct Dist;

/// Whether `scripts/assets` has run: the server refuses to start without its style sheet.
pub fn built() -> bool {
    Dist::get("assets.json").is_some()
}

/// The address of an asset by its plain name, such as `hearth.css`.
pub fn address(name: &str) -> &'static str {
    static ADDRESSES: OnceLock<HashMap<String, String>> = OnceLock::new();
    let addresses = ADDRESSES.get_or_init(|| {
        let index = Dist::get("assets.json").map(|file| file.data).unwrap_or_default();
        let names: HashMap<String, String> = serde_json::from_slice(&index).unwrap_or_default();
        names.into_iter().map(|(plain, hashed)| (plain, format!("/assets/{hashed}"))).collect()
    });
    addresses.get(name).map_or("/assets/missing", String::as_str)
}

/// Where the icons are: a page of results asks some eighty times.
fn sprite() -> &'static str {
    static SPRITE: OnceLock<&str> = OnceLock::new();
    SPRITE.get_or_init(|| address("icons.svg"))
}

/// The text of an asset that is served under a name of its own, such as `sw.js`.
pub fn text(name: &str) -> Option<String> {
    Dist::get(name).and_then(|file| String::from_utf8(file.data.into_owned()).ok())
}

/// An icon of the sprite. The word stands beside it: an icon is never alone.
pub fn icon(name: &str) -> Icon<'_> {
    Icon { name, class: "i" }
}

/// A small icon.
pub fn small_icon(name: &str) -> Icon<'_> {
    Icon { name, class: "i i-s" }
}

/// A small icon that turns round in a right-to-left language.
pub fn turning_icon(name: &str) -> Icon<'_> {
    Icon { name, class: "i i-s i-flip" }
}

/// Markup of one icon.
pub struct Icon<'a> {
    name: &'a str,
    class: &'static str,
}

impl fmt::Display for Icon<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sprite = sprite();
        write!(
            f,
            "<svg class=\"{}\" aria-hidden=\"true\"><use href=\"{sprite}#{}\"/></svg>",
            self.class, self.name
        )
    }
}
impl askama::filters::HtmlSafe for Icon<'_> {}
impl askama::FastWritable for Icon<'_> {
    fn write_into(&self, out: &mut dyn fmt::Write, _: &dyn askama::Values) -> askama::Result<()> {
        out.write_str("<svg class=\"")?;
        out.write_str(self.class)?;
        out.write_str("\" aria-hidden=\"true\"><use href=\"")?;
        out.write_str(sprite())?;
        out.write_str("#")?;
        out.write_str(self.name)?;
        out.write_str("\"/></svg>")?;
        Ok(())
    }
}

/// `GET /assets/{name}`.
pub async fn get(Path(name): Path<String>, headers: HeaderMap) -> Response {
    serve(&name, &headers, "public, max-age=31536000, immutable")
}

/// Serves a built file, smallest form first that the browser takes.
pub fn serve(name: &str, headers: &HeaderMap, cache: &'static str) -> Response {
    if name.starts_with('.')
        || name.contains(['/', '\\'])
        || name.contains("..")
        || name.ends_with(".br")
        || name.ends_with(".gz")
        || name == "assets.json"
    {
        return StatusCode::NOT_FOUND.into_response();
    }
    let Some((file, encoding)) = smallest(name, headers) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let mut response = file.data.into_owned().into_response();
    let out = response.headers_mut();
    out.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type(name)));
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    out.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(encoding) = encoding {
        out.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}

fn smallest(name: &str, headers: &HeaderMap) -> Option<(EmbeddedFile, Option<&'static str>)> {
    let takes = |coding: &str| accepts(headers, coding);
    if takes("br")
        && let Some(file) = Dist::get(&format!("{name}.br"))
    {
        return Some((file, Some("br")));
    }
    if takes("gzip")
        && let Some(file) = Dist::get(&format!("{name}.gz"))
    {
        return Some((file, Some("gzip")));
    }
    Dist::get(name).map(|file| (file, None))
}

/// Whether the browser says it can read a coding (RFC 9110, 12.5.3); a weight of zero is a no.
pub fn accepts(headers: &HeaderMap, coding: &str) -> bool {
    let Some(offered) = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()) else {
        return false;
    };
    offered.split(',').any(|part| {
        let mut pieces = part.split(';').map(str::trim);
        pieces.next().is_some_and(|name| name.eq_ignore_ascii_case(coding))
            && !pieces.any(|weight| matches!(weight.trim_start_matches("q="), "0" | "0.0" | "0.00" | "0.000"))
    })
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "json" | "webmanifest" => "application/manifest+json",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_coding_is_taken_only_where_the_browser_says_so() {
        let asks = |value: &'static str| {
            HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(value))])
        };
        assert!(accepts(&asks("gzip, deflate, br"), "br"));
        assert!(accepts(&asks("GZIP;q=0.5"), "gzip"));
        assert!(!accepts(&asks("br;q=0, gzip"), "br"));
        assert!(!accepts(&HeaderMap::new(), "gzip"));
    }
}
