//! The proof of a part that is PDF/VT-1: its document parts, and what it says of itself.
//!
//! The tree is one root with a leaf for each row of the CSV, in the same order. A leaf begins and ends with the pages of its
//! row, each of those pages names it, and its metadata say what the row says. The digest of a page leaves its `/DPart`
//! out: it is proved here.

use super::reader::{Fault, Part, get, leading_number, reference, references};
use super::{CONTENT_BYTES_MAX, Discrepancy, Proof, Row, flate};
use crate::preflight::icc_head;

/// The document parts of a part of a spool.
pub(super) struct Parts {
    root: u32,
    /// A leaf for each piece.
    leaves: Vec<u32>,
}

impl Parts {
    /// Reads them, if there are any; what is wrong with the part as a whole is added.
    pub(super) fn read(part: &Part<'_>, rows: &[Row], proof: &mut Proof) -> Option<Self> {
        let mut wrong = Vec::new();
        let parts = whole(part, rows, &mut wrong).unwrap_or_else(|fault| {
            proof.miss(0, None, Discrepancy::Unreadable(fault));
            None
        });
        for what in wrong {
            proof.miss(0, None, Discrepancy::DocumentParts(what));
        }
        parts
    }
}

/// What is wrong with the document part of a piece; `index` is the place of its row.
pub(super) fn of_piece(
    parts: Option<&Parts>,
    part: &Part<'_>,
    row: &Row,
    index: usize,
    pages: &[u32],
) -> Result<Option<&'static str>, Fault> {
    let leaf = parts.and_then(|parts| parts.leaves.get(index).copied());
    for &page in pages {
        let text = part.object(page)?.text;
        if get(text, b"/DPart").and_then(reference) != leaf {
            return Ok(Some("a page names another one than its piece has"));
        }
        let boxes = (get(text, b"/TrimBox"), get(text, b"/MediaBox"));
        if leaf.is_some() && boxes.0 != boxes.1 {
            return Ok(Some("a page without trim box, or with another one"));
        }
    }
    let (Some(parts), Some(leaf)) = (parts, leaf) else {
        return Ok(None); // That there are too few leaves has been said.
    };
    let text = part.object(leaf)?.text;
    let refers = |key| get(text, key).and_then(reference);
    let (first, last) = (pages.first().copied(), pages.last().copied());
    if get(text, b"/Type") != Some(b"/DPart") || refers(b"/Parent") != Some(parts.root) {
        return Ok(Some("a leaf that is none of the tree"));
    }
    if refers(b"/Start") != first || refers(b"/End") != last.filter(|_| pages.len() > 1) {
        return Ok(Some("the one of the piece has other pages"));
    }
    let says = private(text).is_some_and(|said| {
        number(said, b"/Job") == Some(row.job.into())
            && number(said, b"/Child") == Some(row.child.into())
            && number(said, b"/Piece") == Some(row.piece.into())
            && number(said, b"/Sheets") == Some(row.sheets.into())
            && number(said, b"/Stations") == Some(row.stations.into())
            && is_text(said, b"/Envelope", row.envelope.name())
            && is_text(said, b"/Class", &row.class())
    });
    Ok((!says).then_some("the metadata of the piece's are not what its CSV row says"))
}

fn whole(
    part: &Part<'_>,
    rows: &[Row],
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
            && get(info, b"/ModDate") == date.as_deref().map(str::as_bytes),
        "its Info dictionary says something else than its XMP",
    );
    ask(
        profile(part, catalog.text)?,
        "no profile of a printing condition",
    );

    let text = part.object(top)?.text;
    let root = get(text, b"/DPartRootNode").and_then(reference);
    let Some(root) = root.filter(|_| get(text, b"/Type") == Some(b"/DPartRoot")) else {
        ask(false, "no root");
        return Ok(None);
    };
    ask(
        number(text, b"/RecordLevel") == Some(1)
            && get(text, b"/NodeNameList") == Some(b"[/job/piece]"),
        "the root names other levels",
    );
    let text = part.object(root)?.text;
    ask(
        get(text, b"/Type") == Some(b"/DPart")
            && get(text, b"/Parent").and_then(reference) == Some(top),
        "no root",
    );
    let leaves = get(text, b"/DParts").map(references).unwrap_or_default();
    ask(leaves.len() == rows.len(), "not one for each piece");
    let sheets: u64 = rows.iter().map(|row| u64::from(row.sheets)).sum();
    let said = private(text).unwrap_or_default();
    let first = rows.first();
    ask(
        number(said, b"/Pieces") == Some(rows.len() as u64)
            && number(said, b"/Sheets") == Some(sheets)
            && number(said, b"/FirstPiece") == first.map(|row| row.piece.into())
            && number(said, b"/Job") == first.map(|row| row.job.into())
            && number(said, b"/Child") == first.map(|row| row.child.into())
            && first.is_some_and(|row| is_text(said, b"/Class", &row.class())),
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
    let profile = part.object(profile)?;
    let bytes = flate::inflated(profile, CONTENT_BYTES_MAX);
    let head = bytes.as_deref().and_then(icc_head);
    let components = head.and_then(|head| head.components()).map(u64::from);
    Ok(head.is_some_and(|head| &head.class == b"prtr")
        && components.is_some()
        && number(profile.text, b"/N") == components
        && get(intent, b"/OutputConditionIdentifier").is_some_and(|text| text.len() > 2))
}

/// What metadata say that only we know.
fn private(text: &[u8]) -> Option<&[u8]> {
    get(get(text, b"/DPM")?, b"/Lettermill")
}

fn number(text: &[u8], key: &[u8]) -> Option<u64> {
    let (number, rest) = leading_number(get(text, key)?)?;
    rest.is_empty().then_some(number)
}

fn is_text(text: &[u8], key: &[u8], wanted: &str) -> bool {
    let found = get(text, key).and_then(|found| found.strip_prefix(b"(")?.strip_suffix(b")"));
    found == Some(wanted.as_bytes())
}
