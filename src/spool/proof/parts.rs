//! The proof of a part that is PDF/VT-1: its document parts, and what it says of itself.
//!
//! The tree is one root with a leaf for each row of the CSV, in the same order. A leaf begins and ends with the pages of its
//! row, each of those pages names it, and its metadata say what the row says. The digest of a page leaves its `/DPart`
//! out: it is proved here.

use std::path::Path;

use super::dictionary::Dictionary;
use super::reader::{Fault, Part, get, leading_number, reference, references};
use super::tree::Leaf;
use super::{CONTENT_BYTES_MAX, Discrepancy, Proof, Row, flate};
use crate::letter::Sides;
use crate::preflight::icc_head;

/// The document parts of a part of a spool.
pub(super) struct Parts {
    root: u32,
    /// A leaf for each piece.
    leaves: Vec<u32>,
}

impl Parts {
    /// Reads them, if there are any; what is wrong with the part as a whole is added. Its metadata say which part of the
    /// class it is, as the name of its file does.
    pub(super) fn read(
        part: &Part<'_>,
        rows: &[Row],
        pdf: &Path,
        proof: &mut Proof,
    ) -> Option<Self> {
        let mut wrong = Vec::new();
        let parts = whole(part, rows, number_of(pdf), &mut wrong).unwrap_or_else(|fault| {
            proof.miss(0, None, Discrepancy::Unreadable(fault));
            None
        });
        for what in wrong {
            proof.miss(0, None, Discrepancy::DocumentParts(what));
        }
        parts
    }
}

/// A piece in the part.
pub(super) struct Place<'p> {
    /// The place of its row.
    pub(super) index: usize,
    pub(super) pages: &'p [Leaf],
    /// The document parts that its pages name.
    pub(super) named: &'p [Option<u32>],
}

/// What is wrong with the document part of a piece.
pub(super) fn of_piece(
    parts: Option<&Parts>,
    part: &Part<'_>,
    row: &Row,
    place: &Place<'_>,
) -> Result<Option<&'static str>, Fault> {
    let leaf = parts.and_then(|parts| parts.leaves.get(place.index).copied());
    if place.named.iter().any(|named| *named != leaf) {
        return Ok(Some("a page names another one than its piece has"));
    }
    let (Some(parts), Some(leaf)) = (parts, leaf) else {
        return Ok(None); // That there are too few leaves has been said.
    };
    let leaf = Dictionary::read(part.object(leaf)?.text, leaf)?;
    let refers = |key| leaf.get(key).and_then(reference);
    let keys: &[&[u8]] = &[b"/Type", b"/Parent", b"/Start", b"/DPM"];
    if !leaf.has(keys, &[b"/End"])
        || !leaf.says(b"/Type", b"/DPart")
        || refers(b"/Parent") != Some(parts.root)
    {
        return Ok(Some("a leaf that is none of the tree"));
    }
    let numbers = |page: Option<&Leaf>| page.map(|page| page.number);
    let (first, last) = (numbers(place.pages.first()), numbers(place.pages.last()));
    if refers(b"/Start") != first || refers(b"/End") != last.filter(|_| place.pages.len() > 1) {
        return Ok(Some("the one of the piece has other pages"));
    }
    let says = leaf.says(b"/DPM", metadata(row).as_bytes());
    Ok((!says).then_some("the metadata of the piece's are not what its CSV row says"))
}

/// What the document part of a piece must say, in full.
fn metadata(row: &Row) -> String {
    format!(
        "<</CIP4_Root<</CIP4_Production<</CIP4_CopyCount 1>>>>/Lettermill<</Job {}/Child {}/Piece {}/Sheets {}/Class({})/Envelope({})/Postage({})/Stations {}>>>>",
        row.job,
        row.child,
        row.piece,
        row.sheets,
        row.class(),
        row.envelope.name(),
        row.postage.name(),
        row.stations
    )
}

/// What the root must say, but for the weight of the paper, which the CSV does not know.
fn root_metadata(rows: &[Row], number: u32, paper_grams_m2: u64) -> Option<String> {
    let first = rows.first()?;
    let (job, child, class) = (first.job, first.child, first.class());
    let sides = match first.sides {
        Sides::Duplex => "TwoSidedHeadToHead",
        Sides::Simplex => "OneSided",
    };
    let sheets: u64 = rows.iter().map(|row| u64::from(row.sheets)).sum();
    Some(format!(
        "<</CIP4_Root<</CIP4_DescriptiveName(Print job {job}.{child}, {class}, part {number})/CIP4_Intent<</CIP4_ProductType(Letter)/CIP4_LayoutIntent<</CIP4_Sides({sides})/CIP4_FinishedDimensions[595.276 841.89 0]>>/CIP4_MediaIntent<</CIP4_Weight {paper_grams_m2}>>>>>>/Lettermill<</Job {job}/Child {child}/Class({class})/Part {number}/FirstPiece {}/Pieces {}/Sheets {sheets}>>>>",
        first.piece,
        rows.len()
    ))
}

/// Which part of its class a file is: `0001.pdf`, or `0001.r01.pdf` of a reprint.
fn number_of(pdf: &Path) -> u32 {
    let name = pdf.file_name().and_then(|name| name.to_str());
    let number = name.and_then(|name| name.split('.').next()?.parse().ok());
    number.unwrap_or(0)
}

fn whole(
    part: &Part<'_>,
    rows: &[Row],
    number_of_part: u32,
    wrong: &mut Vec<&'static str>,
) -> Result<Option<Parts>, Fault> {
    let mut ask = |good: bool, what| {
        if !good {
            wrong.push(what);
        }
    };
    let catalog = part.catalog()?;
    let xmp = get(catalog.text, b"/Metadata").and_then(reference);
    let xmp = match xmp {
        Some(xmp) => part.object(xmp)?.data.unwrap_or_default(),
        None => &[],
    };
    let property = |name: &str| -> Option<&[u8]> {
        let (open, close) = (format!("<{name}>"), format!("</{name}>"));
        let from = memchr::memmem::find(xmp, open.as_bytes())? + open.len();
        let len = memchr::memmem::find(xmp.get(from..)?, close.as_bytes())?;
        xmp.get(from..from + len)
    };
    let Some(top) = get(catalog.text, b"/DPartRoot").and_then(reference) else {
        ask(
            property("pdfvtid:GTS_PDFVTVersion").is_none(),
            "it says that it is PDF/VT-1 and has none",
        );
        return Ok(None);
    };
    let modified = property("xmp:ModifyDate");
    ask(
        part.is_of_1_6()
            && property("pdfxid:GTS_PDFXVersion") == Some(b"PDF/X-4")
            && property("pdfvtid:GTS_PDFVTVersion") == Some(b"PDF/VT-1")
            && modified.is_some()
            && property("pdfvtid:GTS_PDFVTModDate") == modified
            && get(catalog.text, b"/Metadata").is_some(),
        "the file does not say that it is PDF/VT-1 on PDF/X-4",
    );
    let info = get(part.trailer, b"/Info").and_then(reference);
    let info = match info {
        Some(info) => part.object(info)?.text,
        None => &[],
    };
    let date = modified.map(|date| {
        let digits: String = date
            .iter()
            .filter(|b| b.is_ascii_digit())
            .map(|&b| char::from(b))
            .collect();
        format!("(D:{digits}Z)")
    });
    ask(
        get(info, b"/Trapped") == Some(b"/False")
            && get(info, b"/GTS_PDFXVersion") == Some(b"(PDF/X-4)")
            && get(info, b"/ModDate") == date.as_deref().map(str::as_bytes),
        "its Info dictionary says something else than its XMP",
    );
    ask(
        profile(part, catalog.text)?,
        "no profile of a printing condition",
    );

    let above = Dictionary::read(part.object(top)?.text, top)?;
    let root = above.get(b"/DPartRootNode").and_then(reference);
    let Some(root) = root.filter(|_| above.says(b"/Type", b"/DPartRoot")) else {
        ask(false, "no root");
        return Ok(None);
    };
    ask(
        above.says(b"/RecordLevel", b"1") && above.says(b"/NodeNameList", b"[/job/piece]"),
        "the root names other levels",
    );
    let node = Dictionary::read(part.object(root)?.text, root)?;
    ask(
        node.has(&[b"/Type", b"/Parent", b"/DParts", b"/DPM"], &[])
            && node.says(b"/Type", b"/DPart")
            && node.get(b"/Parent").and_then(reference) == Some(top),
        "no root",
    );
    let leaves = node.get(b"/DParts").map(references).unwrap_or_default();
    ask(leaves.len() == rows.len(), "not one for each piece");
    let said = node.get(b"/DPM").unwrap_or_default();
    let paper = get(said, b"/CIP4_Root")
        .and_then(|root| get(get(root, b"/CIP4_Intent")?, b"/CIP4_MediaIntent"))
        .and_then(|paper| number(paper, b"/CIP4_Weight"));
    let expected = paper.and_then(|paper| root_metadata(rows, number_of_part, paper));
    ask(
        expected.is_some_and(|expected| expected.as_bytes() == said),
        "the metadata of the root are not what the CSV says",
    );
    Ok(Some(Parts { root, leaves }))
}

/// Whether the catalog names one printing condition, with the profile of a printer.
fn profile(part: &Part<'_>, catalog: &[u8]) -> Result<bool, Fault> {
    let intents = get(catalog, b"/OutputIntents");
    let intent = intents.and_then(|intents| intents.strip_prefix(b"[")?.strip_suffix(b"]"));
    let Some(intent) = intent.filter(|intent| get(intent, b"/S") == Some(b"/GTS_PDFX")) else {
        return Ok(false);
    };
    let Some(profile) = get(intent, b"/DestOutputProfile").and_then(reference) else {
        return Ok(false);
    };
    let condition = get(intent, b"/OutputConditionIdentifier");
    let profile = part.object(profile)?;
    let bytes = flate::inflated(profile, CONTENT_BYTES_MAX);
    let head = bytes.as_deref().and_then(icc_head);
    let components = head.and_then(|head| head.components()).map(u64::from);
    Ok(head.is_some_and(|head| &head.class == b"prtr")
        && components.is_some()
        && number(profile.text, b"/N") == components
        && condition.is_some_and(|text| text.len() > 2)
        && condition == get(intent, b"/Info"))
}

fn number(text: &[u8], key: &[u8]) -> Option<u64> {
    let (number, rest) = leading_number(get(text, key)?)?;
    rest.is_empty().then_some(number)
}
