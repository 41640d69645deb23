//! A page of a part: its dictionary, read once.
//!
//! A page has the keys that this program writes and no other, each with a value that can be read where it stands: a crop
//! box, an annotation or a rotation from elsewhere would show another page than the one that was judged.

use super::content::Frame;
use super::dictionary::Dictionary;
use super::reader::{Fault, Part, reference, reference_list};
use super::tree::Leaf;
use crate::spool::flavour::Flavour;
use crate::spool::part::a4_boxes;

/// Where what a page shows comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// Set by this program.
    Own,
    /// A back that was left empty.
    Blank,
    /// A page of a PDF that was given.
    Given,
}

/// A page.
#[derive(Clone, Debug)]
pub(super) struct Page<'t> {
    pub(super) dictionary: Dictionary<'t>,
    pub(super) origin: Origin,
    /// How it lies.
    pub(super) frame: Frame,
    /// Object numbers of its content streams.
    pub(super) contents: Vec<u32>,
    /// Object number of its document part.
    pub(super) part: Option<u32>,
}

impl<'t> Page<'t> {
    /// Reads a page of the tree.
    pub(super) fn read(part: &'t Part<'_>, leaf: Leaf) -> Result<Self, Fault> {
        let text = part.object(leaf.number)?.text;
        let dictionary = Dictionary::read(text, leaf.number)?;
        Self::of(dictionary, leaf, part.is_vt()).map_err(|what| Fault {
            object: leaf.number,
            what,
        })
    }

    fn of(page: Dictionary<'t>, leaf: Leaf, vt: bool) -> Result<Self, &'static str> {
        const FOREIGN: &str = "a page with entries that none of ours has";
        let origin = match page.get(b"/Resources") {
            Some(b"4 0 R") => Origin::Own,
            Some(b"<<>>") => Origin::Blank,
            Some([b'<', b'<', ..]) => Origin::Given,
            _ => return Err("a page whose resources are none of ours"),
        };
        let needed: &[&[u8]] = &[b"/Type", b"/MediaBox", b"/Resources", b"/Parent"];
        let more: &[&[u8]] = if vt { &[b"/TrimBox", b"/DPart"] } else { &[] };
        let allowed: &[&[u8]] = match origin {
            Origin::Own => &[b"/Contents"],
            Origin::Blank => &[],
            Origin::Given => &[b"/Contents", b"/Rotate", b"/UserUnit", b"/Group"],
        };
        let known = page.has(&[needed, more].concat(), allowed);
        if !known || !page.says(b"/Type", b"/Page") {
            return Err(FOREIGN);
        }
        if page.get(b"/Parent").and_then(reference) != Some(leaf.parent) {
            return Err("another parent than the node above it");
        }
        let boxed = page.get(b"/MediaBox").unwrap_or_default();
        let a4 = a4_boxes(Flavour::Pdf16).as_bytes();
        if origin != Origin::Given && a4.strip_prefix(b"/MediaBox") != Some(boxed) {
            return Err("a page of another size than ours have");
        }
        if vt && !page.says(b"/TrimBox", boxed) {
            return Err("a page without trim box, or with another one");
        }
        let contents = match page.get(b"/Contents") {
            Some(list) => reference_list(list).ok_or(FOREIGN)?,
            None => Vec::new(),
        };
        Ok(Self {
            origin,
            frame: frame_of(&page).ok_or("a page whose place cannot be told")?,
            contents,
            part: page.get(b"/DPart").and_then(reference),
            dictionary: page,
        })
    }
}

/// How a page lies: its box has four numbers and an extent, it is turned by quarters.
pub(super) fn frame_of(page: &Dictionary<'_>) -> Option<Frame> {
    let media_box = page.get(b"/MediaBox")?;
    let media_box = media_box.strip_prefix(b"[")?.strip_suffix(b"]")?;
    let numbers: Option<Vec<f64>> = media_box.split(|&b| b == b' ').map(number).collect();
    let media_box: [f64; 4] = numbers?.try_into().ok()?;
    let [left, bottom, right, top] = media_box;
    let rotate = match page.get(b"/Rotate") {
        None | Some(b"0") => 0,
        Some(b"90") => 90,
        Some(b"180") => 180,
        Some(b"270") => 270,
        Some(_) => return None,
    };
    let unit = match page.get(b"/UserUnit") {
        None => 1.0,
        Some(unit) => number(unit)?,
    };
    let frame = Frame {
        media_box,
        rotate,
        unit,
    };
    (left < right && bottom < top && unit > 0.0).then_some(frame)
}

/// A number that stands where it is wanted: no reference, no exponent.
fn number(text: &[u8]) -> Option<f64> {
    let plain = |b: &u8| b.is_ascii_digit() || matches!(b, b'-' | b'.');
    let text = std::str::from_utf8(text).ok()?;
    text.bytes().all(|b| plain(&b)).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEAF: Leaf = Leaf {
        number: 9,
        parent: 8,
    };

    fn read(text: &str, vt: bool) -> Result<Page<'_>, &'static str> {
        Page::of(
            Dictionary::read(text.as_bytes(), 9).map_err(|fault| fault.what)?,
            LEAF,
            vt,
        )
    }

    #[test]
    fn pages_as_they_are_written_are_read() {
        let own = "<</Type/Page/MediaBox[0 0 595.276 841.89]/Resources 4 0 R/Contents[20 0 R 21 0 R]/Parent 8 0 R>>";
        let page = read(own, false).unwrap();
        assert_eq!(
            (page.origin, &page.contents[..]),
            (Origin::Own, &[20, 21][..])
        );
        assert_eq!(
            (page.frame.rotate, page.frame.unit, page.part),
            (0, 1.0, None)
        );
        let blank = "<</Type/Page/MediaBox[0 0 595.276 841.89]/TrimBox[0 0 595.276 841.89]/Resources<<>>/Parent 8 0 R/DPart 7 0 R>>";
        let page = read(blank, true).unwrap();
        assert_eq!((page.origin, page.part), (Origin::Blank, Some(7)));
        let given = "<</Type/Page/MediaBox[-10 0 831.9 595]/Rotate 270/UserUnit 1.5/Group<</S/Transparency>>/Resources<</Font<</LM0 6 0 R>>>>/Contents[]/Parent 8 0 R>>";
        let page = read(given, false).unwrap();
        assert_eq!((page.origin, page.frame.rotate), (Origin::Given, 270));
        assert_eq!((page.frame.media_box[0], page.frame.unit), (-10.0, 1.5));
        // Neither kind of part has the other's pages.
        assert!(read(own, true).is_err() && read(blank, false).is_err());
    }

    #[test]
    fn pages_that_would_show_something_else_are_refused() {
        let own = "<</Type/Page/MediaBox[0 0 595.276 841.89]/Resources 4 0 R/Contents[20 0 R]/Parent 8 0 R>>";
        let given = "<</Type/Page/MediaBox[0 0 595 842]/Resources<</Font<</LM0 6 0 R>>>>/Contents[20 0 R]/Parent 8 0 R>>";
        for (from, to) in [
            ("/Type/Page/", "/Type/Page/CropBox[300 300 400 400]/"),
            ("/Type/Page/", "/Type/Page/Annots[]/"),
            ("/Type/Page/", "/Type/Page/AA<<>>/"),
            ("/Type/Page/", "/Type/Page/Rotate -180/"),
            ("/Type/Page/", "/Type/Page/Rotate 540/"),
            ("/Type/Page/", "/Type/Page/Rotate 30 0 R/"),
            ("/Type/Page/", "/Type/Page/UserUnit 0/"),
            ("/Type/Page/", "/Type/Page/UserUnit 30 0 R/"),
            ("/Type/Page/", "/Type/Page/TrimBox[0 0 595.276 841.89]/"),
            ("/Type/Page/", "/Type/Page/MediaBox[0 0 300 300]/"),
            ("/Type/Page/", "/Type/Pages/"),
            ("/Parent 8", "/Parent 7"),
            ("[20 0 R]", "[20 0 R/X]"),
            ("[20 0 R]", " 20 0 R"),
            ("MediaBox[0 0", "MediaBox[0 1e2"),
            ("MediaBox[0 0", "MediaBox[0 9 0"),
            ("MediaBox[0 0", "MediaBox[900 0"),
            ("MediaBox[0 0", "CropBox[0 0"),
        ] {
            for page in [own, given] {
                let changed = page.replace(from, to);
                assert_ne!(changed, page);
                assert!(read(&changed, false).is_err(), "{changed}");
            }
        }
        for (from, to) in [
            ("595.276", "1190.55"),
            ("[0 0 595.276 841.89]", " 30 0 R"),
            ("/Resources 4 0 R", "/Resources 5 0 R"),
            ("/Resources 4 0 R", "/Resources<<>>"),
            ("/Type/Page/", "/Type/Page/Rotate 180/"),
        ] {
            let changed = own.replace(from, to);
            assert_ne!(changed, own);
            assert!(read(&changed, false).is_err(), "{changed}");
        }
    }
}
