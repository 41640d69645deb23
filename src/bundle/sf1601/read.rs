//! Reads our own requests back, strictly: only the form that the writer gives is accepted, byte for byte, so that a
//! request that reads here is well-formed and in the order of the schemas without a parser's help.
//!
//! In: the bytes of a request. Out: what it says of itself; the MeMo in it is handed out for its own reader. Requests of
//! others (prefixes, white space, other order) are for [`inspect`](super::inspect).

use memchr::{memchr, memmem};

use super::table::{self, Child, Content, Element};
use super::values::{self, Kind};
use super::write::{CHOICE_CLOSE, CLOSING, OPENING, shipment_close, shipment_open};
use super::{Choice, MEMO_CLOSE, MEMO_OPEN, judge};
use crate::bundle::canonical;
use crate::bundle::cursor::Cursor;

/// A request of ours, read strictly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified<'d> {
    /// Who chooses the way.
    pub choice: Choice,
    /// `messageUUID` of the MeMo and `AfsendelseIdentifikator` of the paper form; where there are both, they are equal.
    pub message_uuid: String,
    /// `MasseForsendelseIdentifikator`: the mailing, where its id is short enough.
    pub mailing_id: Option<String>,
    /// The element `memo:Message`; only its ends, its type and its id were looked at.
    pub memo: Option<&'d [u8]>,
    /// The paper form.
    pub paper: Option<VerifiedPaper>,
}

/// The paper form of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerifiedPaper {
    /// Bytes of the PDF, before base64.
    pub pdf_bytes: u64,
    /// `SideKvantitet`.
    pub pages: u64,
}

/// Reads a request in the form that [`Sealer`](super::Sealer) writes.
///
/// # Errors
/// The first thing that is wrong with it, in words that hold none of its contents.
pub fn verify(document: &[u8]) -> Result<Verified<'_>, String> {
    if simdutf8::basic::from_utf8(document).is_err() {
        return Err("it is not UTF-8".into());
    }
    let cursor = Cursor {
        bytes: document,
        at: 0,
    };
    let mut reading = Reading {
        cursor,
        facts: Facts::default(),
    };
    reading.cursor.expect(OPENING)?;
    let choice = reading.cursor.text_up_to(CHOICE_CLOSE)?;
    let choice = Choice::from_code(choice).ok_or("`KombiValgKode` is none of the four choices")?;
    let memo = match choice.message_type() {
        Some(message_type) => Some(reading.memo(message_type)?),
        None => None,
    };
    let paper = match choice.has_paper() {
        true => Some(reading.paper()?),
        false => None,
    };
    reading.cursor.expect(CLOSING)?;
    if reading.cursor.at != document.len() {
        return Err("something stands behind its end".into());
    }
    let facts = reading.facts;
    let of_paper = paper.is_some().then_some(facts.shipment_id);
    let memo_id = memo.map(|memo| memo.id.to_owned());
    if let (Some(a), Some(b)) = (&of_paper, &memo_id)
        && a != b
    {
        return Err("`AfsendelseIdentifikator` is not the `messageUUID` of the MeMo".into());
    }
    let message_uuid = of_paper.or(memo_id).unwrap_or_default(); // There is one: every choice has a part.
    if !is_uuid(&message_uuid) {
        return Err("its id is no UUID in lower case".into());
    }
    Ok(Verified {
        choice,
        message_uuid,
        mailing_id: facts.mailing_id,
        memo: memo.map(|memo| memo.bytes),
        paper,
    })
}

/// What the texts of the paper form say.
#[derive(Default)]
struct Facts {
    shipment_id: String,
    mailing_id: Option<String>,
    pages: u64,
    pdf_bytes: u64,
}

#[derive(Clone, Copy)]
struct FoundMemo<'d> {
    bytes: &'d [u8],
    id: &'d str,
}

struct Reading<'d> {
    cursor: Cursor<'d>,
    facts: Facts,
}

impl<'d> Reading<'d> {
    /// A text of MeMo cannot hold its end tag: `<` is escaped in it.
    fn memo(&mut self, message_type: &str) -> Result<FoundMemo<'d>, String> {
        let from = self.cursor.at;
        let rest = self.cursor.rest();
        let end = memmem::find(rest, MEMO_CLOSE).filter(|_| rest.starts_with(MEMO_OPEN));
        let end = end.ok_or_else(|| format!("byte {from}: a `memo:Message` was expected"))?;
        let bytes = rest.get(..end + MEMO_CLOSE.len()).unwrap_or_default();
        self.cursor.at += bytes.len();
        if leaf_of(bytes, "memo:messageType") != Some(message_type) {
            return Err(format!(
                "`memo:messageType` is not {message_type}, as the choice asks"
            ));
        }
        let id = leaf_of(bytes, "memo:messageUUID").ok_or("the MeMo has no `messageUUID`")?;
        Ok(FoundMemo { bytes, id })
    }

    fn paper(&mut self) -> Result<VerifiedPaper, String> {
        self.cursor.expect(&shipment_open())?;
        self.children(&table::SHIPMENT)?;
        self.cursor.expect(&shipment_close())?;
        Ok(VerifiedPaper {
            pdf_bytes: self.facts.pdf_bytes,
            pages: self.facts.pages,
        })
    }

    fn element(&mut self, element: &'static Element) -> Result<(), String> {
        self.cursor.expect(&open_tag(element))?;
        match element.content {
            Content::Text(kind) => {
                let from = self.cursor.at;
                let text = self.cursor.text_up_to(&close_tag(element))?;
                self.leaf(element, kind, text)
                    .map_err(|fault| format!("byte {from}: `{element}`: {fault}"))
            }
            Content::OneOf(_) => {
                let from = self.cursor.at;
                self.children(element)?;
                if from == self.cursor.at {
                    return Err(format!("byte {from}: `{element}` is empty"));
                }
                self.cursor.expect(&close_tag(element))
            }
            Content::Anything => Err(format!(
                "byte {}: `{element}` is none of ours",
                self.cursor.at
            )),
        }
    }

    /// The children of an element, in one of the sequences it may have. Only addresses and ids have more than one, so
    /// little is read twice.
    fn children(&mut self, element: &'static Element) -> Result<(), String> {
        let Content::OneOf(forms) = element.content else {
            return Ok(());
        };
        let from = self.cursor.at;
        let mut furthest = (from, String::new());
        for form in forms {
            self.cursor.at = from;
            let read = self.sequence(form);
            let ended = forms.len() == 1
                || self
                    .cursor
                    .rest()
                    .starts_with(close_tag(element).as_bytes());
            let fault = match read {
                Ok(()) if ended => return Ok(()),
                Ok(()) => format!(
                    "byte {}: the end of `{element}` was expected",
                    self.cursor.at
                ),
                Err(fault) => fault,
            };
            if self.cursor.at >= furthest.0 {
                furthest = (self.cursor.at, fault);
            }
        }
        Err(furthest.1)
    }

    fn sequence(&mut self, form: &'static [Child]) -> Result<(), String> {
        for child in form {
            let begins = self
                .cursor
                .rest()
                .starts_with(open_tag(child.element).as_bytes());
            if begins || child.least > 0 {
                self.element(child.element)?;
            }
        }
        Ok(())
    }

    fn leaf(&mut self, element: &'static Element, kind: Kind, text: &str) -> Result<(), String> {
        let is = |other: &'static Element| std::ptr::eq(element, other);
        if kind == Kind::Base64 {
            let pdf = base64_simd::STANDARD.decode_to_vec(text.as_bytes());
            let pdf = pdf.map_err(|_| "not base64 without line breaks".to_owned())?;
            if !judge::begins_as_pdf(&pdf) || !judge::ends_as_pdf(&pdf) {
                return Err("it does not begin and end as a PDF".into());
            }
            self.facts.pdf_bytes = pdf.len() as u64;
            return Ok(());
        }
        if !canonical::is_canonical_text(text) {
            return Err("its text is not canonical".into());
        }
        let text = canonical::unescape(text);
        if let Some(allowed) = values::fault(kind, &text) {
            return Err(format!("{allowed} is allowed"));
        }
        if is(&table::SHIPMENT_ID) {
            self.facts.shipment_id = text.into_owned();
        } else if is(&table::UUID) && text != self.facts.shipment_id {
            return Err("it is not the `AfsendelseIdentifikator`".into());
        } else if is(&table::MAILING_ID) {
            self.facts.mailing_id = Some(text.into_owned());
        } else if is(&table::PAGES) {
            self.facts.pages = text.parse().unwrap_or_default();
        } else if is(&table::CPR_NUMBER) && text.bytes().any(|b| b != b'0') {
            return Err("a person's number stands in it; ten zeros are allowed".into());
        }
        Ok(())
    }
}

fn open_tag(element: &Element) -> String {
    let attribute = match element.content {
        Content::Text(Kind::Country) => table::COUNTRY_SCHEME,
        _ => "",
    };
    format!("<{element}{attribute}>")
}

fn close_tag(element: &Element) -> String {
    format!("</{element}>")
}

/// The text of the first element of this name.
fn leaf_of<'d>(bytes: &'d [u8], name: &str) -> Option<&'d str> {
    let open = format!("<{name}>");
    let from = memmem::find(bytes, open.as_bytes())? + open.len();
    let rest = bytes.get(from..)?;
    let text = rest.get(..memchr(b'<', rest)?)?;
    std::str::from_utf8(text).ok()
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36 && uuid::Uuid::try_parse(text).is_ok_and(|id| id.to_string() == text)
}
