//! Reads an answer of FaR to `isReachable` (facts/sweden.md §3), with any prefixes, inside a SOAP envelope or bare.
//!
//! FaR gives no reasons; the first of these that holds is ours: `Type` `Not` → no mailbox; `SenderAccepted` false →
//! opted out; `Pending` → pending; no `ServiceSupplier` → no operator; empty `ServiceAdress` → no address; else
//! reachable. `Type` `Anonymous` counts as a mailbox, as it does for others who ask FaR.

use std::path::Path;

use crate::finding::shape;
use crate::letter::{OrganisationNumber, PersonNumber, RecipientId};
use crate::xml::{self, Event, Limits, Reader, SOAP_NAMESPACES};

use super::build::{Origin, Unit};
use super::{Builder, Entry, Error, Operator, Status, input};

/// An answer holds a thousand recipients at most, of some 600 bytes and a dozen elements each; this is a hundred times
/// that. It is eight elements deep.
const LIMITS: Limits = Limits {
    bytes: 64 << 20,
    depth: 32,
    elements: 1_200_000,
};
/// Versions add `/v2`, `/v3`; types of the first version are used in all.
const FAR_NAMESPACE: &str = "http://minameddelanden.gov.se/schema/Recipient";

/// The elements that mean something to us, by their place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Node {
    Response,
    /// Of an answer, but the question to it.
    Request,
    Return,
    Account,
    RecipientId,
    Type,
    Pending,
    Supplier,
    SupplierId,
    SupplierName,
    SupplierUrl,
    Accepted,
    Fault,
    FaultCode,
    /// Around an answer: the envelope.
    Around,
    /// Inside an answer, and not looked into.
    Ignored,
}

impl Node {
    fn of(parent: Option<Self>, namespace: &str, local: &str) -> Self {
        let far = namespace.starts_with(FAR_NAMESPACE);
        match (parent.unwrap_or(Self::Around), local) {
            (Self::Around, "Fault") if SOAP_NAMESPACES.contains(&namespace) => Self::Fault,
            (Self::Fault, "ErrorCode") => Self::FaultCode,
            (Self::Fault, _) => Self::Fault,
            (Self::Around, "isReachableResponse") if far => Self::Response,
            (Self::Around, "isReachable") if far => Self::Request,
            (Self::Around, _) => Self::Around,
            _ if !far => Self::Ignored,
            (Self::Response, "return") => Self::Return,
            (Self::Return, "AccountStatus") => Self::Account,
            (Self::Return, "SenderAccepted") => Self::Accepted,
            (Self::Account, "RecipientId") => Self::RecipientId,
            (Self::Account, "Type") => Self::Type,
            (Self::Account, "Pending") => Self::Pending,
            (Self::Account, "ServiceSupplier") => Self::Supplier,
            (Self::Supplier, "Id") => Self::SupplierId,
            (Self::Supplier, "Name") => Self::SupplierName,
            (Self::Supplier, "ServiceAdress") => Self::SupplierUrl,
            _ => Self::Ignored,
        }
    }
}

/// One `return`, as text.
#[derive(Default)]
struct Answer {
    id: String,
    kind: String,
    pending: String,
    accepted: String,
    supplier: Option<Operator>,
}

pub fn read_answer(path: &Path, builder: &mut Builder) -> Result<(), Error> {
    let bytes = input::read_whole(
        path,
        LIMITS.bytes,
        "an answer to isReachable, at most 64 MiB",
    )?;
    Reading {
        path,
        line: 1,
        answers: false,
        asks: false,
        fault: None,
        nodes: Vec::new(),
        text: String::new(),
        answer: Answer::default(),
    }
    .read(&bytes, builder)
}

struct Reading<'f> {
    path: &'f Path,
    line: u64,
    answers: bool,
    asks: bool,
    fault: Option<String>,
    nodes: Vec<Node>,
    text: String,
    answer: Answer,
}

impl Reading<'_> {
    fn read(&mut self, bytes: &[u8], builder: &mut Builder) -> Result<(), Error> {
        let wrong =
            |error: xml::Error| Error::line(self.path, error.line, error.found, &error.allowed);
        let mut reader = Reader::new(bytes, LIMITS).map_err(wrong)?;
        while let Some(event) = reader.event().map_err(wrong)? {
            match event {
                Event::Start(start) => self.start(start.namespace(), start.local()),
                Event::Text(text) => self.text.push_str(&text),
                Event::End => {
                    self.line = reader.line();
                    self.end(builder)?;
                }
            }
        }
        self.line = reader.line();
        self.whole()
    }

    fn start(&mut self, namespace: &str, local: &str) {
        let node = Node::of(self.nodes.last().copied(), namespace, local);
        match node {
            Node::Response => self.answers = true,
            Node::Request => self.asks = true,
            Node::Return => self.answer = Answer::default(),
            Node::Supplier => {
                self.answer.supplier = Some(Operator {
                    id: String::new(),
                    name: String::new(),
                    url: String::new(),
                });
            }
            Node::Fault => {
                self.fault.get_or_insert_with(|| "unknown".into());
            }
            _ => {}
        }
        self.nodes.push(node);
        self.text.clear();
    }

    fn end(&mut self, builder: &mut Builder) -> Result<(), Error> {
        let text = self.text.trim_ascii().to_owned();
        self.text.clear();
        let supplier = self.answer.supplier.as_mut();
        match (self.nodes.pop(), supplier) {
            (Some(Node::RecipientId), _) => self.answer.id = text,
            (Some(Node::Type), _) => self.answer.kind = text,
            (Some(Node::Pending), _) => self.answer.pending = text,
            (Some(Node::Accepted), _) => self.answer.accepted = text,
            (Some(Node::SupplierId), Some(supplier)) => supplier.id = text,
            (Some(Node::SupplierName), Some(supplier)) => supplier.name = text,
            (Some(Node::SupplierUrl), Some(supplier)) => supplier.url = text,
            (Some(Node::FaultCode), _) if text.len() <= 4 && is_digits(&text) => {
                self.fault = Some(text);
            }
            (Some(Node::Return), _) => self.take_answer(builder)?,
            _ => {}
        }
        Ok(())
    }

    fn take_answer(&mut self, builder: &mut Builder) -> Result<(), Error> {
        let answer = std::mem::take(&mut self.answer);
        let id = identifier(&answer.id).ok_or_else(|| {
            let found = format!("a RecipientId of the form `{}`", shape(&answer.id));
            self.wrong(&found, "twelve digits")
        })?;
        let has_mailbox = match answer.kind.as_str() {
            "Secure" | "Anonymous" => true,
            "Not" => false,
            other => {
                let found = format!("a Type of the form `{}`", shape(other));
                return Err(self.wrong(&found, "Secure, Anonymous, Not"));
            }
        };
        let pending = self.boolean("Pending", &answer.pending)?;
        let accepted = self.boolean("SenderAccepted", &answer.accepted)?;
        let status = match &answer.supplier {
            _ if !has_mailbox => Status::NoMailbox,
            _ if !accepted => Status::OptedOut,
            _ if pending => Status::Pending,
            None => Status::NoOperator,
            Some(supplier) if supplier.url.is_empty() => Status::NoAddressUrl,
            Some(_) => Status::Reachable,
        };
        let operator = match answer.supplier {
            None => None,
            Some(supplier) => Some(builder.operator(supplier).map_err(|found| {
                self.wrong(
                    found,
                    "one ServiceSupplier with Id, Name and ServiceAdress for each operator",
                )
            })?),
        };
        let entry = Entry {
            status,
            operator,
            nem_sms: false,
        };
        builder.push_line(&id, entry, self.line);
        Ok(())
    }

    fn boolean(&self, element: &str, text: &str) -> Result<bool, Error> {
        match text {
            "true" | "1" => Ok(true),
            "false" | "0" => Ok(false),
            _ => Err(self.wrong(&format!("{element} `{}`", shape(text)), "true, false")),
        }
    }

    /// What an answer must have.
    fn whole(&mut self) -> Result<(), Error> {
        if let Some(code) = self.fault.take() {
            return Err(Error::Fault {
                origin: Origin {
                    path: self.path.into(),
                    line: self.line,
                    unit: Unit::Line,
                },
                code,
            });
        }
        if self.asks && !self.answers {
            return Err(self.wrong("a request, isReachable", "the answer to it"));
        }
        if !self.answers {
            return Err(self.wrong("no isReachableResponse", "an answer of FaR to isReachable"));
        }
        Ok(())
    }

    fn wrong(&self, found: &str, allowed: &str) -> Error {
        Error::line(self.path, self.line, found, allowed)
    }
}

/// The prefix 16 means an organisation (facts/sweden.md §5).
fn identifier(digits: &str) -> Option<RecipientId> {
    if digits.len() == 12 && digits.starts_with("16") {
        return OrganisationNumber::from_digits(digits).map(RecipientId::Organisation);
    }
    PersonNumber::from_digits(digits).map(RecipientId::Person)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}
