//! The head of an ICC profile (ICC.1:2004-10, 7.2): what it is of, and in which colours.

/// Bytes of a head, and of the count of tags behind it.
const HEAD_BYTES: usize = 132;
/// An entry of the table of tags.
const ENTRY_BYTES: usize = 12;

/// What the head of a profile says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    /// Major and minor version.
    pub(crate) version: (u8, u8),
    /// `prtr` of a printer, `mntr` of a screen, `scnr` of a scanner, `spac` a colour space …
    pub(crate) class: [u8; 4],
    /// `GRAY`, `RGB `, `CMYK`, `Lab ` …
    pub(crate) space: [u8; 4],
    /// What its numbers lead to: `XYZ ` or `Lab `.
    pub(crate) connection: [u8; 4],
}

impl Head {
    /// Numbers of a colour, where it is one that PDF takes.
    pub(crate) fn components(&self) -> Option<u8> {
        match &self.space {
            b"GRAY" => Some(1),
            b"RGB " | b"Lab " => Some(3),
            b"CMYK" => Some(4),
            _ => None,
        }
    }
}

/// Reads the head of a profile; `None` where the bytes are no whole profile.
pub(crate) fn head(bytes: &[u8]) -> Option<Head> {
    let field = |at: usize| bytes.get(at..at + 4)?.try_into().ok();
    let len = u32::from_be_bytes(field(0)?);
    let whole = usize::try_from(len) == Ok(bytes.len()) && bytes.len() >= HEAD_BYTES;
    let head = Head {
        version: (*bytes.get(8)?, bytes.get(9)? >> 4),
        class: field(12)?,
        space: field(16)?,
        connection: field(20)?,
    };
    (whole && bytes.get(36..40)? == b"acsp").then_some(head)
}

/// The bytes of a tag; `None` where it is absent or does not lie within the profile.
pub(crate) fn tag<'b>(bytes: &'b [u8], name: &[u8; 4]) -> Option<&'b [u8]> {
    let number = |bytes: &[u8]| -> Option<usize> {
        usize::try_from(u32::from_be_bytes(bytes.try_into().ok()?)).ok()
    };
    let count = number(bytes.get(128..HEAD_BYTES)?)?;
    let table = bytes.get(HEAD_BYTES..)?.chunks_exact(ENTRY_BYTES);
    let mut entries = table.take(count).filter_map(|entry| {
        let (found, place) = entry.split_first_chunk::<4>()?;
        let (offset, len) = place.split_at_checked(4)?;
        Some((found, number(offset)?, number(len)?))
    });
    let (_, offset, len) = entries.find(|(found, ..)| *found == name)?;
    bytes.get(offset..offset.checked_add(len)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_bytes_are_read(mut bytes: Vec<u8>, count in 0_u32..9, long in any::<bool>()) {
            let _ = (head(&bytes), tag(&bytes, b"A2B0"));
            if long {
                bytes.resize(bytes.len() + 200, 1);
                bytes[128..132].copy_from_slice(&count.to_be_bytes());
                let len = bytes.len() as u32;
                bytes[..4].copy_from_slice(&len.to_be_bytes());
                let _ = (head(&bytes), tag(&bytes, b"\x01\x01\x01\x01"));
            }
        }
    }
}
