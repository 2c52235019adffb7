//! From the bytes of an upload to the bytes of a square PNG.

use std::io::Cursor;

use image::codecs::png::{CompressionType, FilterType as RowFilter, PngEncoder};
use image::error::{ImageError, LimitErrorKind};
use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};
use sealpost_domain::ports::PictureError;

/// The side of what comes out, in pixels.
pub(crate) const SIDE: u32 = 512;
/// The longest side of what is decoded.
const MAX_SIDE: u32 = 4_096;
/// The most memory that its pixels may take: 4 bytes for each, when both sides are as long as they may be.
const MAX_PIXEL_BYTES: u64 = 64 * 1024 * 1024;

/// The middle of the upload, upright, as a PNG without anything else in it.
pub(crate) fn square(upload: &[u8]) -> Result<Vec<u8>, PictureError> {
    let (mut picture, orientation) = decode(upload)?;
    let side = picture.width().min(picture.height());
    let (x, y) = ((picture.width() - side) / 2, (picture.height() - side) / 2);
    // Cut before it is scaled: a picture of 4096 × 1 scaled first would be two million pixels wide.
    picture = picture.crop_imm(x, y, side, side);
    picture = picture.resize_exact(SIDE, SIDE, FilterType::CatmullRom);
    picture.apply_orientation(orientation);
    encode(&picture)
}

/// What these first bytes begin, if it is taken. What the upload calls itself does not matter.
fn format(upload: &[u8]) -> Option<ImageFormat> {
    if upload.starts_with(b"\x89PNG\r\n\x1a\n") {
        return Some(ImageFormat::Png);
    }
    if upload.starts_with(b"\xff\xd8\xff") {
        return Some(ImageFormat::Jpeg);
    }
    let webp = upload.starts_with(b"RIFF") && upload.get(8..12) == Some(b"WEBP");
    webp.then_some(ImageFormat::WebP)
}

fn decode(upload: &[u8]) -> Result<(DynamicImage, Orientation), PictureError> {
    let format = format(upload).ok_or(PictureError::Unsupported)?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_PIXEL_BYTES);
    let mut reader = ImageReader::with_format(Cursor::new(upload), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(refusal)?;
    // The head alone is read by now.
    let (width, height) = decoder.dimensions();
    if width > MAX_SIDE || height > MAX_SIDE || decoder.total_bytes() > MAX_PIXEL_BYTES {
        return Err(PictureError::TooLarge);
    }
    if width == 0 || height == 0 {
        return Err(PictureError::Damaged);
    }
    // A camera's note of how it was held; it would be lost with all other metadata. If it is damaged, so be it.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let picture = DynamicImage::from_decoder(decoder).map_err(refusal)?;
    Ok((picture, orientation))
}

fn refusal(error: ImageError) -> PictureError {
    match error {
        ImageError::Limits(limit) => match limit.kind() {
            LimitErrorKind::DimensionError | LimitErrorKind::InsufficientMemory => {
                PictureError::TooLarge
            }
            _ => PictureError::Internal(limit.into()),
        },
        ImageError::Decoding(_) | ImageError::IoError(_) | ImageError::Unsupported(_) => {
            PictureError::Damaged
        }
        other => PictureError::Internal(other.into()),
    }
}

fn encode(picture: &DynamicImage) -> Result<Vec<u8>, PictureError> {
    let mut png = Vec::new();
    let encoder =
        PngEncoder::new_with_quality(&mut png, CompressionType::Default, RowFilter::Adaptive);
    let written = if picture.color().has_alpha() {
        picture.to_rgba8().write_with_encoder(encoder)
    } else {
        picture.to_rgb8().write_with_encoder(encoder)
    };
    written.map_err(|error| PictureError::Internal(error.into()))?;
    Ok(png)
}

#[cfg(test)]
mod tests;
