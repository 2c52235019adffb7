use image::codecs::jpeg::JpegEncoder;
use image::codecs::webp::WebPEncoder;
use image::{Rgb, RgbImage, Rgba, RgbaImage};

use super::*;

const RED: Rgb<u8> = Rgb([200, 30, 30]);
const BLUE: Rgb<u8> = Rgb([30, 30, 200]);

/// Red on the left, blue on the right.
fn halves(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, _| if x < width / 2 { RED } else { BLUE })
}

fn png(picture: &RgbImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    let encoder = PngEncoder::new(&mut bytes);
    picture.write_with_encoder(encoder).unwrap();
    bytes
}

fn jpeg(picture: &RgbImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    let encoder = JpegEncoder::new(&mut bytes);
    picture.write_with_encoder(encoder).unwrap();
    bytes
}

fn webp(picture: &RgbImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    let encoder = WebPEncoder::new_lossless(&mut bytes);
    picture.write_with_encoder(encoder).unwrap();
    bytes
}

/// The square, looked at by a decoder.
fn drawn(upload: &[u8]) -> RgbaImage {
    let square = square(upload).unwrap();
    let picture = image::load_from_memory_with_format(&square, ImageFormat::Png).unwrap();
    assert_eq!((picture.width(), picture.height()), (SIDE, SIDE));
    picture.to_rgba8()
}

fn is_near(pixel: Rgba<u8>, wanted: Rgb<u8>) -> bool {
    let pairs = pixel.0.into_iter().zip(wanted.0);
    pairs.into_iter().all(|(is, want)| is.abs_diff(want) < 12)
}

/// The kinds of the chunks of a PNG.
fn chunks(png: &[u8]) -> Vec<String> {
    let (mut kinds, mut rest) = (Vec::new(), &png[8..]);
    while !rest.is_empty() {
        let length = u32::from_be_bytes(rest[..4].try_into().unwrap());
        kinds.push(String::from_utf8(rest[4..8].to_vec()).unwrap());
        rest = &rest[12 + usize::try_from(length).unwrap()..];
    }
    kinds.dedup();
    kinds
}

/// An EXIF segment with this orientation, and a place on earth.
fn exif(orientation: u8) -> Vec<u8> {
    let mut tiff = b"II*\0\x08\0\0\0\x02\0".to_vec();
    tiff.extend([0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0]);
    // The GPS directory, right after this one.
    tiff.extend([0x25, 0x88, 4, 0, 1, 0, 0, 0, 38, 0, 0, 0, 0, 0, 0, 0]);
    tiff.extend([1, 0, 1, 0, 2, 0, 2, 0, 0, 0, b'N', 0, 0, 0, 0, 0, 0, 0]);
    tiff.extend(b"GPS-CANARY 52.5200N 13.4050E");
    tiff
}

/// A JPEG with this EXIF segment after its beginning.
fn with_exif(jpeg: &[u8], exif: &[u8]) -> Vec<u8> {
    let length = u16::try_from(exif.len() + 8).unwrap();
    let mut bytes = jpeg[..2].to_vec();
    bytes.extend([0xff, 0xe1]);
    bytes.extend(length.to_be_bytes());
    bytes.extend(b"Exif\0\0");
    bytes.extend(exif);
    bytes.extend(&jpeg[2..]);
    bytes
}

fn contains(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}

#[test]
fn every_format_becomes_a_square_of_its_middle() {
    // The outer thirds are cut away, and the two halves meet in the middle.
    let picture = halves(900, 300);
    for upload in [png(&picture), jpeg(&picture), webp(&picture)] {
        let square = drawn(&upload);
        assert!(is_near(*square.get_pixel(5, 256), RED));
        assert!(is_near(*square.get_pixel(506, 256), BLUE));
    }
}

#[test]
fn metadata_stays_behind_and_the_picture_upright() {
    let upload = with_exif(&jpeg(&halves(600, 600)), &exif(6));
    assert!(contains(&upload, b"GPS-CANARY"));
    let square_png = square(&upload).unwrap();
    assert!(!contains(&square_png, b"GPS-CANARY"));
    assert!(!contains(&square_png, b"Exif") && !contains(&square_png, b"eXIf"));
    assert_eq!(chunks(&square_png), ["IHDR", "IDAT", "IEND"]);
    // Orientation 6: what is left in the file is on top when it is shown.
    let square = drawn(&upload);
    assert!(is_near(*square.get_pixel(256, 5), RED));
    assert!(is_near(*square.get_pixel(256, 506), BLUE));
}

#[test]
fn what_stands_behind_or_inside_a_picture_stays_behind() {
    let script = b"<script>alert(1)</script>PK\x03\x04";
    for mut upload in [
        png(&halves(64, 64)),
        jpeg(&halves(64, 64)),
        webp(&halves(64, 64)),
    ] {
        upload.extend(script);
        assert!(!contains(&square(&upload).unwrap(), b"script"));
    }
    // In a comment of a JPEG.
    let jpeg = jpeg(&halves(64, 64));
    let mut upload = jpeg[..2].to_vec();
    upload.extend([0xff, 0xfe, 0, 27]);
    upload.extend(&script[..25]);
    upload.extend(&jpeg[2..]);
    assert!(!contains(&square(&upload).unwrap(), b"script"));
}

#[test]
fn only_three_formats_are_taken_whatever_they_are_called() {
    for upload in [
        &b""[..],
        b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>",
        b"<?xml version=\"1.0\"?><svg/>",
        b"GIF89a\x01\0\x01\0\0\0\0;",
        b"BM\0\0\0\0",
        b"RIFF\0\0\0\0WAVEfmt ",
        b"RIFF",
        b"\x89PNG\r\n",
        b"<html><img src=x onerror=alert(1)></html>",
    ] {
        assert!(
            matches!(square(upload), Err(PictureError::Unsupported)),
            "{upload:?}"
        );
    }
}

#[test]
fn what_is_cut_off_or_garbled_is_damaged() {
    for upload in [
        png(&halves(64, 64)),
        jpeg(&halves(64, 64)),
        webp(&halves(64, 64)),
    ] {
        let refused = square(&upload[..30]);
        assert!(matches!(refused, Err(PictureError::Damaged)), "{refused:?}");
    }
    let mut garbled = png(&halves(64, 64));
    garbled[45] ^= 0xff;
    assert!(matches!(square(&garbled), Err(PictureError::Damaged)));
}

/// A PNG whose head promises this size and whose pixels are a few compressed bytes.
fn bomb(width: u32, height: u32, bits: u8) -> Vec<u8> {
    let mut header = Vec::new();
    header.extend(width.to_be_bytes());
    header.extend(height.to_be_bytes());
    header.extend([bits, 6, 0, 0, 0]);
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, data) in [(b"IHDR", header), (b"IDAT", vec![0x78, 0x9c, 3, 0])] {
        bytes.extend(u32::try_from(data.len()).unwrap().to_be_bytes());
        let start = bytes.len();
        bytes.extend(kind);
        bytes.extend(data);
        let sum = crc32(&bytes[start..]);
        bytes.extend(sum.to_be_bytes());
    }
    bytes
}

/// As in the PNG specification, annex D.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            (sum >> 1) ^ (0xedb8_8320 & (sum & 1).wrapping_neg())
        })
    })
}

#[test]
fn a_picture_that_unpacks_to_too_much_is_refused_by_its_head() {
    for (width, height, bits) in [
        (50_000, 50_000, 8),
        (4_097, 1, 8),
        (1, 4_097, 8),
        (u32::MAX >> 1, 2, 8),
        (4_096, 4_096, 16),
    ] {
        let refused = square(&bomb(width, height, bits));
        assert!(
            matches!(refused, Err(PictureError::TooLarge)),
            "{width} × {height}: {refused:?}"
        );
    }
}

#[test]
fn the_largest_picture_and_the_thinnest_strip_are_drawn() {
    drawn(&png(&halves(4_096, 4_096)));
    drawn(&png(&halves(4_096, 1)));
    drawn(&png(&halves(1, 4_096)));
    drawn(&png(&halves(1, 1)));
}

/// One picture as a frame of an animation (RFC 9649, section 2.7.1.1), from a still WebP.
fn frame(still: &[u8], side: u32) -> Vec<u8> {
    let u24 = |number: u32| number.to_le_bytes()[..3].to_vec();
    let mut data = [u24(0), u24(0), u24(side - 1), u24(side - 1), u24(100)].concat();
    data.push(0);
    data.extend(&still[12..]);
    riff_chunk(b"ANMF", &data)
}

fn riff_chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let mut bytes = kind.to_vec();
    bytes.extend(u32::try_from(data.len()).unwrap().to_le_bytes());
    bytes.extend(data);
    bytes.resize(bytes.len().next_multiple_of(2), 0);
    bytes
}

#[test]
fn of_an_animation_the_first_frame_is_drawn() {
    let side = 64;
    let plain = |colour| webp(&RgbImage::from_pixel(side, side, colour));
    let mut body = b"WEBP".to_vec();
    let size = (side - 1).to_le_bytes();
    let head = [[2, 0, 0, 0].as_slice(), &size[..3], &size[..3]].concat();
    body.extend(riff_chunk(b"VP8X", &head));
    body.extend(riff_chunk(b"ANIM", &[0; 6]));
    body.extend(frame(&plain(RED), side));
    body.extend(frame(&plain(BLUE), side));
    let upload = riff_chunk(b"RIFF", &body);
    let square = drawn(&upload);
    assert!(is_near(*square.get_pixel(256, 256), RED));
}

#[test]
fn transparency_is_kept() {
    let clear = RgbaImage::from_pixel(20, 20, Rgba([1, 2, 3, 0]));
    let mut upload = Vec::new();
    let encoder = PngEncoder::new(&mut upload);
    clear.write_with_encoder(encoder).unwrap();
    assert_eq!(drawn(&upload).get_pixel(9, 9).0[3], 0);
}
