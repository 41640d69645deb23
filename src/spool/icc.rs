//! Colour profiles: that of the printing condition, which the job names, and that of colours told in red, green and blue.

use crate::disk::{self, Sha256};
use crate::preflight::{Inks, icc_head, icc_tag};

/// A profile of the printing condition; those in use have half a megabyte to two.
pub(super) const PROFILE_BYTES_MAX: u64 = 8 << 20;
/// The newest version that PDF/X-4 knows (ICC.1:2004-10).
const VERSION_MAX: (u8, u8) = (4, 2);
/// Points of the curve of sRGB.
const CURVE_POINTS: usize = 1024;

/// The profile of a printing condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct OutputProfile {
    /// The profile.
    pub(super) bytes: Vec<u8>,
    /// What is printed with.
    pub(super) inks: Inks,
    /// Digest of the profile.
    pub(super) sha256: Sha256,
}

impl OutputProfile {
    /// Takes the bytes of a file.
    ///
    /// # Errors
    /// What is wrong with it: it must be a whole profile of a printer (`prtr`) for grey, RGB or CMYK, with the tags that
    /// such a one has (ICC.1:2004-10, 8.4).
    pub(super) fn read(bytes: Vec<u8>) -> Result<Self, &'static str> {
        let head = icc_head(&bytes).ok_or("it is no ICC profile, or cut off")?;
        if &head.class != b"prtr" {
            return Err("it is no profile of a printer (class `prtr`)");
        }
        if head.version > VERSION_MAX {
            return Err("it is of a newer version than 4.2");
        }
        let inks = match &head.space {
            b"GRAY" => Inks::Grey,
            b"RGB " => Inks::Rgb,
            b"CMYK" => Inks::Cmyk,
            _ => return Err("it is for other inks than grey, RGB or CMYK"),
        };
        if ![b"XYZ ", b"Lab "].contains(&&head.connection) {
            return Err("it does not lead to XYZ or Lab");
        }
        let has = |tags: &[&[u8; 4]]| tags.iter().all(|tag| icc_tag(&bytes, tag).is_some());
        let tables = has(&[b"A2B0", b"B2A0"]) || (inks == Inks::Grey && has(&[b"kTRC"]));
        if !has(&[b"desc", b"cprt", b"wtpt"]) || !tables {
            return Err("it lacks tags that a profile of a printer must have");
        }
        let sha256 = disk::sha256(&bytes);
        Ok(Self {
            bytes,
            inks,
            sha256,
        })
    }

    /// Numbers of a colour.
    pub(super) fn components(&self) -> u8 {
        match self.inks {
            Inks::Grey => 1,
            Inks::Rgb => 3,
            Inks::Cmyk => 4,
        }
    }
}

/// A profile of sRGB (IEC 61966-2-1), ICC version 2: primaries adapted to D50, and the curve as a table.
pub(super) fn srgb() -> Vec<u8> {
    const D50: [f64; 3] = [0.9642, 1.0, 0.8249];
    // IEC 61966-2-1 primaries, adapted from D65 to D50 by the Bradford method.
    const RED: [f64; 3] = [0.436_07, 0.222_49, 0.013_92];
    const GREEN: [f64; 3] = [0.385_15, 0.716_87, 0.097_08];
    const BLUE: [f64; 3] = [0.143_07, 0.060_61, 0.714_10];
    let name = b"sRGB";
    let mut description = b"desc\0\0\0\0".to_vec();
    description.extend_from_slice(&(name.len() as u32 + 1).to_be_bytes());
    description.extend_from_slice(name);
    description.extend_from_slice(&[0; 1 + 4 + 4 + 2 + 1 + 67]); // No name in Unicode, none for the Macintosh.
    let copyright = b"text\0\0\0\0No copyright, use freely\0".to_vec();
    let curve = curve();
    let tags: [(&[u8; 4], Vec<u8>); 9] = [
        (b"desc", description),
        (b"cprt", copyright),
        (b"wtpt", xyz(D50)),
        (b"rXYZ", xyz(RED)),
        (b"gXYZ", xyz(GREEN)),
        (b"bXYZ", xyz(BLUE)),
        (b"rTRC", curve.clone()),
        (b"gTRC", curve.clone()),
        (b"bTRC", curve),
    ];
    let mut head = [0; 128];
    head[8..12].copy_from_slice(&[2, 0x10, 0, 0]);
    head[12..24].copy_from_slice(b"mntrRGB XYZ ");
    head[24..36].copy_from_slice(&[7, 0xdc, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0]); // 2012-01-01
    head[36..40].copy_from_slice(b"acsp");
    head[68..80].copy_from_slice(&xyz(D50)[8..]);
    assemble(head, &tags)
}

/// Puts head, table of tags, and tags together; equal tags stand once.
fn assemble(mut head: [u8; 128], tags: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
    let mut body: Vec<u8> = Vec::new();
    let mut table = (tags.len() as u32).to_be_bytes().to_vec();
    let begin = head.len() + 4 + tags.len() * 12;
    let mut places: Vec<(usize, usize)> = Vec::new();
    for (i, (name, bytes)) in tags.iter().enumerate() {
        let same = tags[..i].iter().position(|(_, before)| before == bytes);
        let place = match same {
            Some(at) => places[at],
            None => {
                let place = (begin + body.len(), bytes.len());
                body.extend_from_slice(bytes);
                body.resize(body.len().next_multiple_of(4), 0);
                place
            }
        };
        places.push(place);
        table.extend_from_slice(*name);
        table.extend_from_slice(&(place.0 as u32).to_be_bytes());
        table.extend_from_slice(&(place.1 as u32).to_be_bytes());
    }
    let len = begin + body.len();
    head[..4].copy_from_slice(&(len as u32).to_be_bytes());
    [head.as_slice(), &table, &body].concat()
}

fn xyz(numbers: [f64; 3]) -> Vec<u8> {
    let mut out = b"XYZ \0\0\0\0".to_vec();
    for number in numbers {
        out.extend_from_slice(&((number * 65_536.0).round() as i32).to_be_bytes());
    }
    out
}

fn curve() -> Vec<u8> {
    let mut out = b"curv\0\0\0\0".to_vec();
    out.extend_from_slice(&(CURVE_POINTS as u32).to_be_bytes());
    for i in 0..CURVE_POINTS {
        let x = i as f64 / (CURVE_POINTS - 1) as f64;
        let y = match x <= 0.040_45 {
            true => x / 12.92,
            false => ((x + 0.055) / 1.055).powf(2.4),
        };
        out.extend_from_slice(&((y * 65_535.0).round() as u16).to_be_bytes());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_profile_of_srgb_is_whole_and_no_printers() {
        let bytes = srgb();
        let head = icc_head(&bytes).unwrap();
        assert_eq!((&head.class, &head.space), (b"mntr", b"RGB "));
        assert_eq!(icc_tag(&bytes, b"rTRC"), icc_tag(&bytes, b"bTRC"));
        assert_eq!(icc_tag(&bytes, b"rTRC").unwrap().len(), 12 + 2048);
        // White is the sum of the primaries.
        let white = |tag| {
            let tag = icc_tag(&bytes, tag).unwrap();
            i32::from_be_bytes(tag[12..16].try_into().unwrap())
        };
        let sum = white(b"rXYZ") + white(b"gXYZ") + white(b"bXYZ");
        assert!((sum - white(b"wtpt")).abs() < 4, "{sum}");
        let fault = OutputProfile::read(bytes).unwrap_err();
        assert!(fault.contains("prtr"), "{fault}");
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_profile_or_not(bytes: Vec<u8>) {
            prop_assert!(OutputProfile::read(bytes).is_err());
        }
    }
}
