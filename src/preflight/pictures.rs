//! How many pixels a packed picture says it has, from its own header: what its dictionary says is only a claim.

/// Pixels of a picture packed as DCT, JPX or JBIG2; `None` where its header cannot be read or the packing is another.
pub(super) fn pixels(filter: &[u8], bytes: &[u8]) -> Option<u64> {
    match filter {
        b"DCTDecode" | b"DCT" => jpeg(bytes),
        b"JPXDecode" => jpeg_2000(bytes),
        b"JBIG2Decode" => jbig2(bytes),
        _ => None,
    }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u64> {
    let two = bytes.get(at..at.checked_add(2)?)?;
    Some(two.iter().fold(0, |n, &b| n << 8 | u64::from(b)))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u16_at(bytes, at)? << 16 | u16_at(bytes, at.checked_add(2)?)?)
}

/// The largest frame (ITU-T T.81 B.2.2).
fn jpeg(bytes: &[u8]) -> Option<u64> {
    let mut at = memchr::memmem::find(bytes, b"\xff\xd8")? + 2;
    let mut most = None;
    loop {
        at += memchr::memchr(0xff, bytes.get(at..)?)?;
        let &marker = match bytes.get(at + 1) {
            Some(marker) => marker,
            None => return most,
        };
        at += 2;
        match marker {
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                let size = u16_at(bytes, at + 3)? * u16_at(bytes, at + 5)?;
                most = most.max(Some(size));
                at += usize::try_from(u16_at(bytes, at)?).ok()?;
            }
            0xda | 0xd9 => return most,
            0x00 | 0x01 | 0xd0..=0xd8 | 0xff => {}
            _ => at += usize::try_from(u16_at(bytes, at)?).ok()?,
        }
    }
}

/// From the SIZ marker (ITU-T T.800 A.5.1).
fn jpeg_2000(bytes: &[u8]) -> Option<u64> {
    let at = memchr::memmem::find(bytes, b"\xff\x4f\xff\x51")? + 4;
    let components = u16_at(bytes, at + 36)?.max(1);
    u32_at(bytes, at + 4)?
        .checked_mul(u32_at(bytes, at + 8)?)?
        .checked_mul(components)
}

/// The sum of all regions and pages (ITU-T T.88 7.2).
fn jbig2(bytes: &[u8]) -> Option<u64> {
    const PAGE: u8 = 48;
    const REGIONS: [u8; 10] = [4, 6, 7, 20, 22, 23, 36, 38, 39, 40];
    const REGIONS_MORE: [u8; 2] = [42, 43];
    let mut at = 0_usize;
    let mut sum = 0_u64;
    while at < bytes.len() {
        let number = u32_at(bytes, at)?;
        let &flags = bytes.get(at + 4)?;
        let &count = bytes.get(at + 5)?;
        at += 6;
        let mut referred = usize::from(count >> 5);
        if referred == 7 {
            referred = usize::try_from(u32_at(bytes, at - 1)? & 0x1fff_ffff).ok()?;
            at = at.checked_add(3 + (referred + 8) / 8)?;
        }
        let wide = match number {
            0..=256 => 1,
            257..=65_536 => 2,
            _ => 4,
        };
        at = at.checked_add(referred.checked_mul(wide)?)?;
        at = at.checked_add(if flags & 0x40 != 0 { 4 } else { 1 })?;
        let length = u32_at(bytes, at)?;
        at += 4;
        let kind = flags & 0x3f;
        if kind == PAGE || REGIONS.contains(&kind) || REGIONS_MORE.contains(&kind) {
            let height = match u32_at(bytes, at + 4)? {
                0xffff_ffff => 0, // Told stripe by stripe.
                height => height,
            };
            sum = sum.saturating_add(u32_at(bytes, at)?.saturating_mul(height));
        }
        if length == 0xffff_ffff {
            break; // Unknown: the last one.
        }
        at = at.checked_add(usize::try_from(length).ok()?)?;
    }
    Some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn headers_are_believed() {
        let jpeg = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x0b\x08\x00\x10\x00\x20\x01\x01\x11\x00\xff\xda";
        assert_eq!(pixels(b"DCTDecode", jpeg), Some(16 * 32));
        let mut siz =
            b"junk\xff\x4f\xff\x51\x00\x29\x00\x00\x00\x01\x00\x00\x00\x00\x00\x10".to_vec();
        siz.extend([0; 24]);
        siz.extend([0, 3]);
        assert_eq!(pixels(b"JPXDecode", &siz), Some(65_536 * 16 * 3));
        let page = b"\0\0\0\x01\x30\0\x01\0\0\0\x13\0\0\x01\0\0\0\0\x02\0\0\0\0\0\0\0\0\0\0\0";
        assert_eq!(pixels(b"JBIG2Decode", page), Some(512));
        assert_eq!(pixels(b"FlateDecode", page), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(bytes: Vec<u8>) {
            for filter in [b"DCTDecode".as_slice(), b"JPXDecode", b"JBIG2Decode"] {
                pixels(filter, &bytes);
            }
        }
    }
}
