//! Cuts pages out of a finished part, with all that they show and nothing else.
//!
//! In: a part as the reader sees it. Out: its pages in another part, object for object as they lie there; what several pages
//! share is copied once. Only what is wanted is read, so that a few pages of a large part take no time.

use std::collections::HashMap;
use std::io;
use std::ops::Range;

use super::CONTENT_BYTES_MAX;
use super::content::Frame;
use super::dictionary::Dictionary;
use super::digests::{Digests, Large};
use super::flate::inflated;
use super::page::frame_of;
use super::reader::{self, Fault, Object, Part};
use super::symbol;
use super::tree::TREE_DEPTH_MAX;
use crate::disk::{Sha256, sha256};
use crate::spool::flavour::{Flavour, Form};
use crate::spool::mark::Payload;
use crate::spool::part::{FIRST_FREE, PartWriter, stream_dictionary};
use crate::spool::sink::Sink;

mod balance;
mod vt;

pub(in crate::spool) use balance::Balance;
pub(in crate::spool) use vt::VtFacts;

/// What is said of a stream that is written anew.
const DEFLATED: &str = "/Filter/FlateDecode";

/// Why pages cannot be cut out.
#[derive(Debug)]
pub(in crate::spool) enum CutError {
    /// The part is not what was written.
    Fault(Fault),
    /// The other part cannot be written.
    Io(io::Error),
}

impl From<Fault> for CutError {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<io::Error> for CutError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// A part that pages are to be cut out of.
pub(in crate::spool) struct Opened<'m>(Part<'m>, Large);

impl<'m> Opened<'m> {
    /// Opens it; looks at its ends only.
    pub(in crate::spool) fn new(bytes: &'m [u8]) -> Result<Self, Fault> {
        Part::open_as_is(bytes).map(|part| Self(part, Large::default()))
    }

    /// How its pages are to be written that are printed again.
    pub(in crate::spool) fn form(&self) -> Form {
        Form {
            flavour: match (self.0.is_vt(), self.0.is_of_1_6()) {
                (true, _) => Flavour::PdfVt1,
                (false, true) => Flavour::Pdf16,
                (false, false) => Flavour::Pdf15,
            },
            xref: self.0.xref(),
            profiles_bytes: 0,
        }
    }
}

/// Takes pages out of one part and puts them into another.
pub(in crate::spool) struct Cut<'p, 'm> {
    part: &'p Part<'m>,
    /// Numbers of all pages, in order.
    pages: Vec<u32>,
    digests: Digests<'p, 'm>,
    /// Numbers in the other part.
    numbers: HashMap<u32, u32>,
    /// Copied are still to be: old numbers and new ones.
    waiting: Vec<(u32, u32)>,
    /// Objects below this number keep it: those that every part has.
    fixed_below: u32,
}

/// A page.
pub(in crate::spool) struct CutPage {
    /// Its dictionary without parent, contents and end.
    rest: Vec<u8>,
    contents: Option<Vec<u32>>,
    frame: Frame,
    text: Vec<u8>,
}

impl CutPage {
    fn contents(&self) -> &[u32] {
        self.contents.as_deref().unwrap_or_default()
    }
}

/// What becomes of the contents of a page.
#[derive(Clone, Copy, Default)]
pub(in crate::spool) struct NewPage<'a> {
    /// Before all others, deflated.
    pub(in crate::spool) before: Option<&'a [u8]>,
    /// In place of the last, deflated.
    pub(in crate::spool) last: Option<&'a [u8]>,
    /// Behind all others, deflated.
    pub(in crate::spool) behind: Option<&'a [u8]>,
    /// Number of its document part, in PDF/VT-1.
    pub(in crate::spool) part: Option<u32>,
}

impl<'p, 'm> Cut<'p, 'm> {
    /// Into a part with the same fixed objects.
    pub(in crate::spool) fn alike(opened: &'p Opened<'m>) -> Result<Self, Fault> {
        Self::new(opened, FIRST_FREE)
    }

    /// Into one with others.
    pub(in crate::spool) fn mixed(opened: &'p Opened<'m>) -> Result<Self, Fault> {
        Self::new(opened, 0)
    }

    fn new(opened: &'p Opened<'m>, fixed_below: u32) -> Result<Self, Fault> {
        let part = &opened.0;
        let root = reader::get(part.catalog()?.text, b"/Pages").and_then(reader::reference);
        let mut pages = Vec::new();
        if let Some(root) = root {
            descend(part, root, 0, &mut part.size(), &mut pages)?;
        }
        Ok(Self {
            part,
            pages,
            digests: Digests::new(part, &opened.1),
            numbers: HashMap::new(),
            waiting: Vec::new(),
            fixed_below,
        })
    }

    /// Some of its pages, counted from zero.
    pub(in crate::spool) fn pages(&self, wanted: Range<u32>) -> Result<Vec<CutPage>, Fault> {
        let numbers = self
            .pages
            .get(wanted.start as usize..wanted.end as usize)
            .ok_or(Fault {
                object: 0,
                what: "fewer pages than its CSV says",
            })?;
        numbers.iter().map(|&number| self.page(number)).collect()
    }

    fn page(&self, number: u32) -> Result<CutPage, Fault> {
        let fault = |what| Fault {
            object: number,
            what,
        };
        let text = self.part.object(number)?.text;
        let page = Dictionary::read(text, number)?;
        if !page.says(b"/Type", b"/Page") {
            return Err(fault("no page"));
        }
        let rest = page.without(&[b"/Parent", b"/Contents", b"/DPart"]);
        Ok(CutPage {
            rest: open_ended(&rest).ok_or(fault("no page"))?,
            contents: page.get(b"/Contents").map(reader::references),
            frame: frame_of(&page).ok_or(fault("a page whose place cannot be told"))?,
            text: text.to_vec(),
        })
    }

    /// Digest of a page as it lies there.
    pub(in crate::spool) fn digest(&mut self, page: &CutPage) -> Result<Sha256, Fault> {
        self.digests.page(&Dictionary::read(&page.text, 0)?)
    }

    /// Digest of a page with another last content, deflated; ask for that of the page as it lies there before.
    pub(in crate::spool) fn digest_with(
        &mut self,
        page: &CutPage,
        last: &[u8],
    ) -> Result<Sha256, Fault> {
        if let Some(&number) = page.contents().last() {
            let mut text = stream_dictionary(DEFLATED, last.len()).into_bytes();
            text.extend_from_slice(b"\nstream\n");
            text.extend_from_slice(last);
            self.digests.suppose(number, sha256(&text));
        }
        self.digest(page)
    }

    /// What the mark says that a content of a page draws, if it can be read.
    pub(in crate::spool) fn payload(&self, page: &CutPage, content: &[u8]) -> Option<Payload> {
        let symbol = symbol::marks(content, page.frame, false).symbols.pop()?;
        symbol.digits.as_deref().and_then(Payload::read)
    }

    /// The last content of a page, unpacked.
    pub(in crate::spool) fn last(&self, page: &CutPage) -> Result<Option<Vec<u8>>, Fault> {
        let last = page.contents().last().map(|&last| self.part.object(last));
        Ok(last
            .transpose()?
            .and_then(|last| inflated(last, CONTENT_BYTES_MAX)))
    }

    /// What its contents leave open.
    pub(in crate::spool) fn balance(&self, page: &CutPage) -> Result<Balance, Fault> {
        let mut all = Vec::new();
        for &number in page.contents() {
            let left = CONTENT_BYTES_MAX.saturating_sub(all.len());
            let content = inflated(self.part.object(number)?, left);
            // Our own streams are deflated; one packed otherwise closes what it opens, or the spool had not taken it.
            all.extend_from_slice(&content.unwrap_or_default());
            all.push(b'\n');
        }
        Ok(Balance::of(&all))
    }

    /// The matrix that leads from the upright A4 page, origin at its lower left corner, to the page's own coordinates.
    pub(in crate::spool) fn upright(&self, page: &CutPage) -> [f64; 6] {
        let Frame {
            media_box: [left, bottom, right, top],
            rotate,
            unit,
        } = page.frame;
        let s = 1.0 / unit;
        match rotate {
            90 => [0.0, s, -s, 0.0, right, bottom],
            180 => [-s, 0.0, 0.0, -s, right, top],
            270 => [0.0, -s, s, 0.0, left, top],
            _ => [s, 0.0, 0.0, s, left, bottom],
        }
    }

    /// Writes a page, and before it what it needs; gives its number.
    pub(in crate::spool) fn write<S: Sink>(
        &mut self,
        page: &CutPage,
        new: NewPage<'_>,
        to: &mut PartWriter<S>,
    ) -> Result<u32, CutError> {
        let mut text = self.renumbered(&page.rest, to);
        let mut contents = Vec::with_capacity(page.contents().len() + 2);
        if let Some(data) = new.before {
            contents.push(to.allocate());
            to.stream(contents[0], DEFLATED, data)?;
        }
        let (kept, replaced) = match (new.last, page.contents().split_last()) {
            (Some(data), Some((_, kept))) => (kept, Some(data)),
            _ => (page.contents(), None),
        };
        for &content in kept {
            contents.push(self.number_of(content, to));
        }
        for data in replaced.into_iter().chain(new.behind) {
            let number = to.allocate();
            contents.push(number);
            to.stream(number, DEFLATED, data)?;
        }
        self.drain(to)?;
        if page.contents.is_some() || !contents.is_empty() {
            let list: Vec<String> = contents
                .iter()
                .map(|number| format!("{number} 0 R"))
                .collect();
            text.extend_from_slice(format!("/Contents[{}]", list.join(" ")).as_bytes());
        }
        if let Some(part) = new.part {
            text.extend_from_slice(format!("/DPart {part} 0 R").as_bytes());
        }
        Ok(to.copied_page(&text)?)
    }

    /// Copies an object that every part has, under its number.
    pub(in crate::spool) fn fixed<S: Sink>(
        &mut self,
        number: u32,
        to: &mut PartWriter<S>,
    ) -> Result<(), CutError> {
        self.copy(number, number, to)?;
        self.drain(to)
    }

    /// The catalog's dictionary without pages and end.
    pub(in crate::spool) fn catalog<S: Sink>(
        &mut self,
        to: &mut PartWriter<S>,
    ) -> Result<Vec<u8>, CutError> {
        let fault = |what| Fault { object: 1, what };
        let catalog = Dictionary::read(self.part.catalog()?.text, 1)?;
        let rest = open_ended(&catalog.without(&[b"/Pages"])).ok_or(fault("no catalog"))?;
        let text = self.renumbered(&rest, to);
        self.drain(to)?;
        Ok(text)
    }

    fn copy<S: Sink>(
        &mut self,
        old: u32,
        new: u32,
        to: &mut PartWriter<S>,
    ) -> Result<(), CutError> {
        let Object { text, data } = self.part.object(old)?;
        let text = self.renumbered(text, to);
        Ok(to.copied(new, &text, data)?)
    }

    fn drain<S: Sink>(&mut self, to: &mut PartWriter<S>) -> Result<(), CutError> {
        while let Some((old, new)) = self.waiting.pop() {
            self.copy(old, new, to)?;
        }
        Ok(())
    }

    /// Text with the numbers of the other part.
    fn renumbered<S: Sink>(&mut self, text: &[u8], to: &mut PartWriter<S>) -> Vec<u8> {
        let mut out = Vec::with_capacity(text.len() + 32);
        let mut copied = 0;
        for (from, end, target) in reader::reference_spans(text) {
            out.extend_from_slice(text.get(copied..from).unwrap_or_default());
            copied = end;
            let number = self.number_of(target, to);
            out.extend_from_slice(format!("{number} 0 R").as_bytes());
        }
        out.extend_from_slice(text.get(copied..).unwrap_or_default());
        out
    }

    fn number_of<S: Sink>(&mut self, old: u32, to: &mut PartWriter<S>) -> u32 {
        if old < self.fixed_below {
            return old;
        }
        *self.numbers.entry(old).or_insert_with(|| {
            let new = to.allocate();
            self.waiting.push((old, new));
            new
        })
    }
}

/// Finds the numbers of the pages below a node; of the pages only the first of each node is looked at. A part has fewer
/// nodes than objects, and fewer pages: who asks for more goes round in a ring, or the same way twice.
fn descend(
    part: &Part<'_>,
    node: u32,
    depth: u32,
    nodes_left: &mut u32,
    pages: &mut Vec<u32>,
) -> Result<(), Fault> {
    let fault = |what| Fault { object: node, what };
    let left = nodes_left
        .checked_sub(1)
        .filter(|_| depth <= TREE_DEPTH_MAX);
    let no_tree = fault("the page tree is no tree");
    *nodes_left = left.ok_or(no_tree)?;
    let kids =
        reader::get(part.object(node)?.text, b"/Kids").ok_or(fault("a node without kids"))?;
    let kids = reader::references(kids);
    if pages.len() + kids.len() > part.size() as usize {
        return Err(no_tree);
    }
    let Some(&eldest) = kids.first() else {
        return Ok(());
    };
    if reader::get(part.object(eldest)?.text, b"/Type") == Some(b"/Page") {
        pages.extend(kids);
        return Ok(());
    }
    let mut kids = kids.into_iter();
    kids.try_for_each(|kid| descend(part, kid, depth + 1, nodes_left, pages))
}

/// A dictionary without its end.
fn open_ended(text: &[u8]) -> Option<Vec<u8>> {
    let text = text.trim_ascii_end().strip_suffix(b">>");
    text.map(<[u8]>::to_vec)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A part of these objects, from number 1 on.
    fn part(objects: &[String]) -> Vec<u8> {
        let mut out = String::from("%PDF-1.6\n");
        let mut table = String::from("0000000000 65535 f \n");
        for (object, number) in objects.iter().zip(1..) {
            table += &format!("{:010} 00000 n \n", out.len());
            out += &format!("{number} 0 obj\n{object}\nendobj\n");
        }
        let (xref, size) = (out.len(), objects.len() + 1);
        out += &format!("xref\n0 {size}\n{table}trailer\n<</Size {size}/Root 1 0 R>>\n");
        out += &format!("startxref\n{xref}\n%%EOF\n");
        out.into_bytes()
    }

    #[test]
    fn a_part_has_no_more_pages_than_objects() {
        let kids = |kid: u32, count| {
            format!(
                "<</Type/Pages/Kids[{}]>>",
                format!("{kid} 0 R ").repeat(count)
            )
        };
        let of = |root: usize, node: usize| {
            let page = "<</Type/Page>>".to_owned();
            let catalog = "<</Type/Catalog/Pages 2 0 R>>".to_owned();
            let mut objects = vec![catalog, kids(3, root), kids(4, node), page];
            objects.resize(1_000, "null".into());
            let bytes = part(&objects);
            let opened = Opened::new(&bytes).unwrap();
            Cut::alike(&opened).map(|cut| cut.pages.len()).ok()
        };
        assert_eq!(of(1, 600), Some(600));
        assert_eq!(of(2, 600), None);
        assert_eq!(of(1, 1_200), None);
    }
}
