//! A proof sample: the first pieces of each print class as one PDF for people, with the zones of the vendor profile drawn over
//! the pages (`facts/print.md` §7.4).
//!
//! In: parts as they lie in a batch's folder, released or held back, and what the plant takes. Out: a PDF that no plant can
//! send: **a proof in an envelope is a letter sent twice.** Its marks have no modules, are struck through, and every page
//! says that it is a proof. The letters are real: it is for the eyes that may see them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::flavour::Form;
use super::layout::Layout;
use super::options::MarkKind;
use super::part::{INFO, PartWriter};
use super::prepare::deflate;
use super::proof::{Cut, CutError, CutPage, NewPage, Opened};
use super::reprint::{ReprintError, Row, before_bars, modules, read_layout, read_rows};
use super::{Error, Options};
use crate::disk::{self, HashingWriter};
use crate::preflight::Area;

mod outline;
mod overlay;

use overlay::{Overlay, Sheet};

const DEFLATE_LEVEL: u8 = 6;
/// Pieces of a class; a sample is looked at page by page.
pub const PIECES_MAX: u32 = 1_000;
/// A rectangle without extent, in place of the modules: what fills them must have a path.
const NOTHING: &[u8] = b"1 1 0 0 re\n";

/// What a sample is made of.
#[derive(Clone, Copy, Debug)]
pub struct Sample<'a> {
    /// Parts, those of a class one behind the other.
    pub parts: &'a [PathBuf],
    /// Pieces of each class.
    pub pieces: u32,
    /// What the plant takes.
    pub options: &'a Options,
    /// The box of the address in letters that we typeset, where the profile says nothing of the window.
    pub address: Area,
}

/// What a sample holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sampled {
    /// Parts that pieces were taken from.
    pub parts: Vec<PathBuf>,
    /// Print classes.
    pub classes: u32,
    /// Pieces.
    pub pieces: u32,
    /// Pages.
    pub pages: u32,
}

/// Writes a sample; the file appears whole or not at all.
///
/// # Errors
/// A part that cannot be read, or any I/O error.
pub fn sample(sample: &Sample<'_>, out: &Path) -> Result<Sampled, ReprintError> {
    let part = out.with_added_extension("part");
    let written = write(sample, &part).and_then(|sampled| {
        let named = fs::rename(&part, out).and_then(|()| disk::sync_parent(out));
        named.map_err(|source| Error::io(out, source))?;
        Ok(sampled)
    });
    if written.is_err() {
        let _ = fs::remove_file(&part); // It holds letters, and is worth nothing.
    }
    written
}

fn write(sample: &Sample<'_>, out: &Path) -> Result<Sampled, ReprintError> {
    let mut to = PartWriter::create(out, Form::default())?;
    let mut sampled = Sampled::default();
    let mut digest = ring::digest::Context::new(&ring::digest::SHA256);
    let overlay = Overlay::new(sample.options, sample.address);
    let (mut class_before, mut left) = (None, 0);
    for path in sample.parts {
        let folder = path.parent();
        if class_before != Some(folder) {
            (class_before, left) = (Some(folder), sample.pieces as usize);
            sampled.classes += 1;
        }
        if left == 0 {
            continue;
        }
        sampled.parts.push(path.clone());
        let no_part = |fault| ReprintError::Part {
            path: path.clone(),
            fault,
        };
        let rows: Vec<Row> = read_rows(&path.with_extension("pieces.csv"))?;
        let map = disk::Map::open(path).map_err(|source| ReprintError::Read {
            path: path.clone(),
            source,
        })?;
        let opened = Opened::new(&map).map_err(no_part)?;
        let layout = read_layout(path)?;
        let mut cut = Cut::mixed(&opened).map_err(no_part)?;
        let class = folder.and_then(Path::file_name);
        let class = class
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        for row in rows.iter().take(left) {
            digest.update(row.sha256.as_bytes());
            let first = row.first_page.saturating_sub(1);
            let pages = cut
                .pages(first..first.saturating_add(row.pages))
                .map_err(no_part)?;
            let on_sheet = row.sides.pages_of_a_sheet() as usize;
            let first = row.collation.address_page(pages.len(), on_sheet);
            for (n, page) in pages.iter().enumerate() {
                let sheet = Sheet {
                    front: n % on_sheet == 0,
                    first: n == first,
                    title: format!(
                        "{class}, piece {}, page {} of {}",
                        row.piece,
                        n + 1,
                        pages.len()
                    ),
                };
                put(&mut cut, page, &sheet, &layout, &overlay, &mut to).map_err(
                    |error| match error {
                        CutError::Fault(fault) => no_part(fault),
                        CutError::Io(source) => to.error(source).into(),
                    },
                )?;
                sampled.pages += 1;
            }
            sampled.pieces += 1;
        }
        left = left.saturating_sub(rows.len());
    }
    let fixed = |to: &mut PartWriter<HashingWriter>, number| match number {
        INFO => to.object(
            INFO,
            b"<</Producer(Lettermill)/Title(Proof, not to be sent)>>",
        ),
        _ => to.object(number, b"null"),
    };
    let ended = to.end_copied(&disk::finished(digest), b"<</Type/Catalog", fixed);
    let finished: io::Result<_> = ended.and_then(|file| file.finish(out.to_owned()));
    finished.map_err(|source| Error::io(out, source))?;
    Ok(sampled)
}

/// The content of marks without anything that an inserter could read.
fn without_marks(content: Vec<u8>, layout: &Layout) -> Vec<u8> {
    let mut content = content;
    if layout.omr.is_some() {
        content = before_bars(&content).map_or(Vec::new(), |(rest, _)| rest.to_vec());
    }
    if layout.mark.kind == MarkKind::None {
        return content;
    }
    let cut = modules(&content).and_then(|(from, end)| {
        Some([content.get(..from)?, NOTHING, content.get(end..)?].concat())
    });
    cut.unwrap_or_default() // Rather no mark at all than one that counts.
}

/// Writes a page with what is drawn over it.
fn put(
    cut: &mut Cut<'_, '_>,
    page: &CutPage,
    sheet: &Sheet,
    layout: &Layout,
    overlay: &Overlay,
    to: &mut PartWriter<HashingWriter>,
) -> Result<(), CutError> {
    let last = match sheet.front {
        true => cut.last(page)?,
        false => None,
    };
    let unmarked = last.map(|content| without_marks(content, layout));
    let unmarked = unmarked.map(|content| deflate(&content, DEFLATE_LEVEL));
    let balance = cut.balance(page)?;
    let before = b"q\n".repeat(balance.before as usize);
    let mut behind = balance.behind();
    overlay.draw(sheet, cut.upright(page), &mut behind);
    let change = NewPage {
        before: Some(&deflate(&before, DEFLATE_LEVEL)),
        last: unmarked.as_deref(),
        behind: Some(&deflate(&behind, DEFLATE_LEVEL)),
        part: None,
    };
    cut.write(page, change, to)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::letter::{Envelope, Postage};
    use crate::spool::mark::{PageKind, Payload, paint_modules};
    use crate::spool::omr::{self, Bars, Omr};
    use crate::spool::{MarkPlace, datamatrix};

    #[test]
    fn a_proof_has_neither_modules_nor_bars() {
        let omr: Omr = toml::from_str("layout = \"pb-d1500\"").unwrap();
        let bars = Bars::new(&omr);
        let sheet = omr::Sheet {
            piece: 7,
            place: 0,
            sheets: 1,
            ordinal: 0,
            stations: 0,
            postage: Postage::Standard,
        };
        for kind in [MarkKind::DataMatrix, MarkKind::None] {
            for (omr, matrix) in [(None, ""), (Some(&omr), ""), (Some(&omr), "0 1 -1 0 595 0")] {
                let mut content = b"Q\nq q 1 0 0 1 3 4 cm\n".to_vec();
                if kind == MarkKind::DataMatrix {
                    paint_modules(&mut content, &datamatrix::encode(&digits()));
                }
                content.extend_from_slice(b"f Q BT (00000007-1/1) Tj ET Q\n");
                if omr.is_some() {
                    bars.paint(&mut content, &sheet, matrix);
                }
                let layout = Layout::of(
                    &Options {
                        omr: omr.cloned(),
                        mark: MarkPlace {
                            kind,
                            ..MarkPlace::default()
                        },
                        ..Options::default()
                    },
                    0,
                );
                let left = without_marks(content, &layout);
                let left = String::from_utf8(left).unwrap();
                assert!(left.contains("(00000007-1/1)"), "{left}");
                assert!(modules(left.as_bytes()).is_none(), "{left}");
                let boxes = left.matches(" re\n").count();
                assert_eq!(boxes, usize::from(kind == MarkKind::DataMatrix), "{left}");
            }
        }
        assert_eq!(
            without_marks(b"f Q".to_vec(), &Layout::of(&Options::default(), 0)),
            b""
        );
    }

    fn digits() -> [u8; 36] {
        let payload = Payload {
            job: 1,
            child: 0,
            piece: 7,
            sheet: 1,
            sheets: 1,
            stations: 0,
            envelope: Envelope::C5,
            kind: PageKind::Letter,
        };
        payload.digits()
    }
}
