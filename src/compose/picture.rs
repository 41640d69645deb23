//! A logo: a PNG or JPEG file made ready to stand in a PDF, once a part.
//!
//! What is transparent becomes white, since plants do not like transparency (facts/print.md §2, iMail); for a plant that
//! prints in black only a PNG becomes black and white without grey (eBREV, the same section). A JPEG goes into the PDF
//! as it is.

use std::io::Cursor;
use std::path::Path;

use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::stationery::Error;

/// Most bytes of the file. A logo stands in every part, and in every letter that travels alone.
const FILE_BYTES_MAX: usize = 8 << 20;
/// Most pixels: 160 by 25 mm at 1200 dpi are 9 million.
const PIXELS_MAX: u64 = 16_000_000;
/// Bytes at the end of a JPEG in which its image must have ended.
const JPEG_PADDING_MAX: usize = 64;
/// Luminance, in thousandths of white, below which a pixel is black where there is only black.
const BLACK_BELOW: u32 = 600;

/// A picture ready for a PDF.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// What a pixel is made of.
    pub pixel: Pixel,
    /// It is a JPEG file; else rows of pixels from the top, each row beginning with a new byte.
    pub jpeg: bool,
    /// Not compressed any further.
    pub data: Vec<u8>,
}

/// What a pixel is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pixel {
    /// One bit, 0 for black.
    Bit,
    /// A byte of grey.
    Grey,
    /// Three bytes.
    Rgb,
}

impl Picture {
    /// Reads a file.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let refused = |found: String| Error::Logo {
            path: path.to_owned(),
            found,
            allowed: "a PNG, or a JPEG in grey or RGB, of at most 8 MiB and 16 million pixels",
        };
        let bytes =
            std::fs::read(path).map_err(|error| refused(format!("cannot be read: {error}")))?;
        if bytes.len() > FILE_BYTES_MAX {
            return Err(refused(format!("has {} bytes", bytes.len())));
        }
        let picture = if bytes.starts_with(b"\x89PNG") {
            png(&bytes)
        } else if bytes.starts_with(&[0xff, 0xd8]) {
            jpeg(bytes)
        } else {
            Err("is no picture that we know".into())
        };
        picture.map_err(refused)
    }

    /// In black and white; `None` for a JPEG.
    pub fn in_black(&self) -> Option<Self> {
        let bytes = match self.pixel {
            _ if self.jpeg => return None,
            Pixel::Bit => return Some(self.clone()),
            Pixel::Grey => 1,
            Pixel::Rgb => 3,
        };
        let mut data = Vec::new();
        for row in self.data.chunks_exact(bytes * self.width as usize) {
            for eight in row.chunks(bytes * 8) {
                let mut bits = 0xff_u8;
                for (at, pixel) in eight.chunks(bytes).enumerate() {
                    if luminance(pixel) < BLACK_BELOW {
                        bits &= !(0x80 >> at);
                    }
                }
                data.push(bits);
            }
        }
        Some(Self {
            pixel: Pixel::Bit,
            data,
            ..*self
        })
    }
}

/// In thousandths of white (ITU-R BT.601, 2.5.1).
fn luminance(pixel: &[u8]) -> u32 {
    let sum = match *pixel {
        [r, g, b] => u32::from(r) * 299 + u32::from(g) * 587 + u32::from(b) * 114,
        [grey, ..] => u32::from(grey) * 1000,
        [] => 255_000,
    };
    sum / 255
}

fn png(bytes: &[u8]) -> Result<Picture, String> {
    let damaged = |error: png::DecodingError| format!("is a PNG that cannot be read: {error}");
    let mut decoder = png::Decoder::new(Cursor::new(bytes));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().map_err(damaged)?;
    let (width, height) = (reader.info().width, reader.info().height);
    let pixels = u64::from(width) * u64::from(height);
    if pixels > PIXELS_MAX {
        return Err(format!("has {width} × {height} pixels"));
    }
    let size = reader.output_buffer_size().ok_or("has too many pixels")?;
    let mut data = vec![0; size];
    let info = reader.next_frame(&mut data).map_err(damaged)?;
    data.truncate(info.buffer_size());
    let (pixel, data) = match info.color_type {
        png::ColorType::Grayscale => (Pixel::Grey, data),
        png::ColorType::Rgb => (Pixel::Rgb, data),
        png::ColorType::GrayscaleAlpha => (Pixel::Grey, on_white::<1>(&data)),
        png::ColorType::Rgba => (Pixel::Rgb, on_white::<3>(&data)),
        png::ColorType::Indexed => return Err("has colours by number".into()),
    };
    Ok(Picture {
        width,
        height,
        pixel,
        jpeg: false,
        data,
    })
}

/// Pixels of `N` bytes and their opacity, laid on white.
fn on_white<const N: usize>(data: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(data.len());
    for pixel in data.chunks_exact(N + 1) {
        if let Some((&opacity, colours)) = pixel.split_last() {
            let opacity = u32::from(opacity);
            out.extend(colours.iter().map(|&colour| {
                let mixed = u32::from(colour) * opacity + 255 * (255 - opacity);
                u8::try_from((mixed + 127) / 255).unwrap_or(u8::MAX)
            }));
        }
    }
    out
}

/// Reads the frame header, and the whole file once: what cannot be decoded would be a grey box on paper, and a part that
/// a strict plant refuses.
fn jpeg(data: Vec<u8>) -> Result<Picture, String> {
    let picture = framed(data)?;
    let options = DecoderOptions::default().set_strict_mode(true);
    let decoded = JpegDecoder::new_with_options(ZCursor::new(&picture.data), options).decode();
    match decoded {
        Ok(_) if ends(&picture.data) => Ok(picture),
        _ => Err("is a JPEG that is damaged or cut short".into()),
    }
}

/// Whether the end of the image stands in the last bytes (ITU-T T.81, B.1.1.3 EOI); some writers pad behind it.
fn ends(data: &[u8]) -> bool {
    let last = data.len().saturating_sub(JPEG_PADDING_MAX);
    let mut pairs = data.get(last..).unwrap_or_default().windows(2);
    pairs.any(|pair| pair == [0xff, 0xd9])
}

/// Finds the frame header (ITU-T T.81, B.2.2).
fn framed(data: Vec<u8>) -> Result<Picture, String> {
    let damaged = || "is a JPEG without a frame header".to_owned();
    let mut at = 2;
    loop {
        let [0xff, marker, high, low] = *data.get(at..at + 4).ok_or_else(damaged)? else {
            return Err(damaged());
        };
        let length = usize::from(u16::from_be_bytes([high, low]));
        // SOF0 to SOF2: baseline, extended sequential and progressive; the decoder of PDF knows these (ISO 32000-1,
        // 7.4.8). The other SOF are lossless, differential or arithmetic.
        match marker {
            0xff => {
                at += 1; // Fill byte.
                continue;
            }
            0xc0..=0xc2 => {
                let Some(&[bits, h1, h2, w1, w2, components]) =
                    data.get(at + 4..at + 10).and_then(<[u8]>::first_chunk::<6>)
                else {
                    return Err(damaged());
                };
                let height = u32::from(u16::from_be_bytes([h1, h2]));
                let width = u32::from(u16::from_be_bytes([w1, w2]));
                if u64::from(width) * u64::from(height) > PIXELS_MAX || width == 0 || height == 0 {
                    return Err(format!("has {width} × {height} pixels"));
                }
                let pixel = match (bits, components) {
                    (8, 1) => Pixel::Grey,
                    (8, 3) => Pixel::Rgb,
                    _ => {
                        return Err(format!("is a JPEG of {components} colours and {bits} bits"));
                    }
                };
                return Ok(Picture {
                    width,
                    height,
                    pixel,
                    jpeg: true,
                    data,
                });
            }
            0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                return Err("is a JPEG of a kind that PDF does not know".into());
            }
            _ => at += 2 + length.max(2),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn encoded(colour: png::ColorType, width: u32, data: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        let height = u32::try_from(data.len()).unwrap() / width / colour.samples() as u32;
        let mut encoder = png::Encoder::new(&mut out, width, height);
        encoder.set_color(colour);
        encoder.set_depth(png::BitDepth::Eight);
        let mut writer = encoder.write_header().unwrap();
        writer.write_image_data(data).unwrap();
        drop(writer);
        out
    }

    #[test]
    fn what_is_transparent_becomes_white_and_what_is_dark_black() {
        let rgba = [200, 0, 0, 255, 0, 0, 0, 0, 0, 0, 0, 255, 250, 250, 10, 255];
        let picture = png(&encoded(png::ColorType::Rgba, 2, &rgba)).unwrap();
        assert_eq!(
            (picture.width, picture.height, picture.pixel),
            (2, 2, Pixel::Rgb)
        );
        assert_eq!(
            picture.data,
            [200, 0, 0, 255, 255, 255, 0, 0, 0, 250, 250, 10]
        );
        // Red is dark, yellow is light.
        assert_eq!(picture.in_black().unwrap().data, [0b0111_1111, 0b0111_1111]);
        let grey = png(&encoded(png::ColorType::Grayscale, 9, &[0; 9])).unwrap();
        assert_eq!(grey.in_black().unwrap().data, [0, 0x7f]);
    }

    /// 32 × 16 pixels in RGB.
    fn small_jpeg() -> Vec<u8> {
        let digits = "ffd8ffe000104a46494600010100000100010000ffdb00430050373c463c32504641465a55505f78c882786e6e78f5afb991c8ff\
        ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffdb004301555a5a786978\
        eb8282ebffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff\
        ffffffffffffffc00011080010002003012200021101031101ffc400160001010100000000000000000000000000000103ffc400\
        17100003010000000000000000000000000000112131ffc400160101010100000000000000000000000000000103ffc400141101\
        00000000000000000000000000000000ffda000c03010002110311003f00c92c81ad85046e02259035b00fffd9";
        let byte = |at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
        (0..digits.len()).step_by(2).map(byte).collect()
    }

    #[test]
    fn a_jpeg_is_read_whole_and_goes_in_as_it_is() {
        let file = small_jpeg();
        let picture = jpeg(file.clone()).unwrap();
        assert_eq!((picture.width, picture.height), (32, 16));
        assert_eq!((picture.pixel, picture.in_black()), (Pixel::Rgb, None));
        assert!(picture.jpeg && picture.data == file);
        let padded = jpeg([&file[..], &[0; 20]].concat());
        assert!(padded.is_ok(), "{padded:?}");
    }

    #[test]
    fn a_jpeg_of_another_kind_or_damaged_is_refused() {
        let head = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x11\x08\x00\x10\x00\x20\x03rest";
        assert!(jpeg(head.to_vec()).unwrap_err().contains("damaged"));
        let mut cmyk = head.to_vec();
        cmyk[17] = 4;
        assert!(jpeg(cmyk).unwrap_err().contains("4 colours"));
        let whole = small_jpeg();
        for length in 2..whole.len() {
            assert!(jpeg(whole[..length].to_vec()).is_err(), "{length}");
        }
        // Nothing that makes sense from the tables on.
        let scan = whole
            .windows(2)
            .position(|pair| pair == [0xff, 0xda])
            .unwrap();
        let noise = (0..600_u32).map(|n| (n * n * 37 + n * 11) as u8);
        let garbled: Vec<u8> = whole[..scan].iter().copied().chain(noise).collect();
        assert!(jpeg(garbled).unwrap_err().contains("damaged"));
    }

    #[test]
    fn other_files_are_refused_by_what_they_are() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("logo.svg");
        std::fs::write(&path, "<svg/>").unwrap();
        let error = Picture::read(&path).unwrap_err().to_string();
        assert!(
            error.contains("logo.svg` is no picture") && error.contains("PNG"),
            "{error}"
        );
        let error = Picture::read(&folder.path().join("none")).unwrap_err();
        assert!(error.to_string().contains("cannot be read"));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300), at in 0..60_usize, byte: u8) {
            let _ = png(&bytes);
            let _ = jpeg([vec![0xff, 0xd8, 0xff], bytes].concat());
            let mut whole = encoded(png::ColorType::Rgba, 2, &[9; 32]);
            if let Some(slot) = whole.get_mut(at) {
                *slot = byte;
            }
            let _ = png(&whole);
        }
    }
}
