//! A picture from outside, made anew: looked at for what it is and not what it is called, opened within limits,
//! made smaller, and written again, so that nothing hides in it and no place or name comes along.

use image::{ImageFormat, ImageReader, Limits, codecs::jpeg::JpegEncoder, imageops::FilterType};
use std::io::Cursor;

/// The largest file that is taken.
pub(crate) const BYTES_MAX: usize = 5 * 1024 * 1024;
/// The longest side of what is kept.
const SIDE_MAX: u32 = 1_200;
/// The longest side that is opened: a phone's camera makes about 8,000.
const SIDE_OPENED_MAX: u32 = 12_000;
/// The most memory that opening may take. A small file can unfold into gigabytes.
const MEMORY_MAX: u64 = 256 * 1024 * 1024;

/// What a picture shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shows {
    /// A photograph: kept as JPEG.
    Photo,
    /// A logo: kept as PNG, with its clear parts.
    Logo,
}

/// A picture that is safe to show.
#[derive(Clone, Debug)]
pub(crate) struct Picture {
    pub bytes: Vec<u8>,
    pub media_type: &'static str,
    pub width: u32,
    pub height: u32,
}

/// Makes a picture anew, or says what to send instead.
pub(crate) fn remake(bytes: &[u8], shows: Shows) -> Result<Picture, String> {
    if bytes.is_empty() {
        return Err("Choose a picture".to_owned());
    }
    if bytes.len() > BYTES_MAX {
        return Err("Choose a picture of up to 5 MB".to_owned());
    }
    let not_one = || "That is not a picture we can take. Send a JPEG, PNG or WebP picture".to_owned();
    let format = image::guess_format(bytes).map_err(|_| not_one())?;
    if !matches!(format, ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP) {
        return Err(not_one());
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE_OPENED_MAX);
    limits.max_image_height = Some(SIDE_OPENED_MAX);
    limits.max_alloc = Some(MEMORY_MAX);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let opened = reader.decode().map_err(|error| match error {
        image::ImageError::Limits(_) => "That picture is too large to open. Send a smaller one".to_owned(),
        _ => not_one(),
    })?;
    let opened = if opened.width().max(opened.height()) > SIDE_MAX {
        opened.resize(SIDE_MAX, SIDE_MAX, FilterType::Triangle)
    } else {
        opened
    };
    let (width, height) = (opened.width(), opened.height());
    let mut out = Vec::new();
    let (written, media_type) = match shows {
        Shows::Photo => {
            let encoder = JpegEncoder::new_with_quality(&mut out, 82);
            (opened.to_rgb8().write_with_encoder(encoder), "image/jpeg")
        }
        Shows::Logo => {
            (opened.to_rgba8().write_to(&mut Cursor::new(&mut out), ImageFormat::Png), "image/png")
        }
    };
    written.map_err(|_| not_one())?;
    Ok(Picture { bytes: out, media_type, width, height })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use image::{DynamicImage, RgbImage};

    pub(crate) fn photo(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
        let mut out = Vec::new();
        let image =
            RgbImage::from_fn(width, height, |x, y| image::Rgb([(x % 256) as u8, (y % 256) as u8, 99]));
        DynamicImage::from(image).write_to(&mut Cursor::new(&mut out), format).unwrap();
        out
    }

    /// A JPEG that says where it was taken, as a phone writes it.
    pub(crate) fn photo_with_place() -> Vec<u8> {
        let plain = photo(40, 30, ImageFormat::Jpeg);
        let mut exif =
            b"Exif\0\0MM\0*\0\0\0\x08GPSLatitude 53.3628 GPSLongitude -2.7335 Demonstration owner".to_vec();
        let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
        let mut out = vec![0xFF, 0xD8, 0xFF, 0xE1, length[0], length[1]];
        out.append(&mut exif);
        out.extend(&plain[2..]);
        out
    }

    /// A PNG of a few hundred bytes that says it is 60,000 by 60,000.
    pub(crate) fn bomb() -> Vec<u8> {
        let mut png = photo(1, 1, ImageFormat::Png);
        png[16..20].copy_from_slice(&60_000u32.to_be_bytes());
        png[20..24].copy_from_slice(&60_000u32.to_be_bytes());
        let crc = crc32(&png[12..29]);
        png[29..33].copy_from_slice(&crc.to_be_bytes());
        png
    }

    fn crc32(bytes: &[u8]) -> u32 {
        let step = |crc: u32, byte: &u8| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
                if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 }
            })
        };
        !bytes.iter().fold(u32::MAX, step)
    }

    #[test]
    fn a_photograph_is_made_anew_without_the_place_it_was_taken() {
        let with_place = photo_with_place();
        let holds = |bytes: &[u8], words: &[u8]| bytes.windows(words.len()).any(|window| window == words);
        assert!(holds(&with_place, b"GPSLatitude") && image::load_from_memory(&with_place).is_ok());
        let kept = remake(&with_place, Shows::Photo).unwrap();
        assert!(!holds(&kept.bytes, b"GPS") && !holds(&kept.bytes, b"Exif") && !holds(&kept.bytes, b"owner"));
        assert_eq!((kept.width, kept.height, kept.media_type), (40, 30, "image/jpeg"));
    }

    #[test]
    fn a_large_picture_is_made_smaller_and_keeps_its_shape() {
        let kept = remake(&photo(2_400, 600, ImageFormat::Png), Shows::Logo).unwrap();
        assert_eq!((kept.width, kept.height, kept.media_type), (1_200, 300, "image/png"));
        assert_eq!(image::guess_format(&kept.bytes).unwrap(), ImageFormat::Png);
    }

    #[test]
    fn what_is_no_picture_or_too_much_of_one_is_refused() {
        let sentence = |bytes: &[u8]| remake(bytes, Shows::Photo).unwrap_err();
        assert!(sentence(&bomb()).contains("too large to open"), "{}", sentence(&bomb()));
        assert!(sentence(b"<html><script>alert(1)</script></html>").contains("not a picture"));
        assert!(sentence(b"<svg xmlns='http://www.w3.org/2000/svg'/>").contains("not a picture"));
        assert!(sentence(b"GIF89a......").contains("not a picture"));
        assert!(sentence(&vec![0xFF; BYTES_MAX + 1]).contains("5 MB"));
        assert!(sentence(&photo(9, 9, ImageFormat::Jpeg)[..40]).contains("not a picture"), "cut short");
        assert!(sentence(b"").contains("Choose a picture"));
    }
}
