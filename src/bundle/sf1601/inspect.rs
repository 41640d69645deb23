//! Looks at any `kombi_request`, whoever made it.
//!
//! In: the bytes of a file. Out: what it says of itself, every fault by the path of its element, and notes on what is
//! unusual; never a value. The MeMo in it is looked at only as far as the choice asks; it has a reader of its own.

use super::Choice;
use super::judge;
use super::options::PDF_BYTES_MAX;
use super::table::{self, COUNTRY_SCHEMES, Child, Content, Element, Prefix};
use super::tree::{self, Home, Node};
use super::values::{self, Kind};

pub use super::tree::INSPECT_BYTES_MAX;

/// Faults kept; more are counted.
const FAULTS_MAX: usize = 100;
const ROOT: &str = "kombi_request";
const CHOICE: &str = "KombiValgKode";
const WHITE: [char; 4] = [' ', '\t', '\r', '\n'];

/// What was found in a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inspection {
    /// `KombiValgKode`, where it is one of the four.
    pub choice: Option<Choice>,
    /// There is a MeMo.
    pub memo: bool,
    /// There is a `ForsendelseI`.
    pub paper: bool,
    /// Bytes of the request.
    pub request_bytes: u64,
    /// Bytes of the letter's PDF, before base64.
    pub pdf_bytes: u64,
    /// `SideKvantitet`.
    pub pages: Option<u64>,
    /// `Bilag` elements.
    pub enclosures: usize,
    /// What is wrong, in the order of the file, without contents.
    pub faults: Vec<String>,
    /// All faults, kept or not.
    pub faults_total: u64,
    /// What the platform may refuse, and what is unusual.
    pub notes: Vec<String>,
}

impl Inspection {
    /// True when nothing is wrong.
    pub fn is_sound(&self) -> bool {
        self.faults_total == 0
    }

    fn fault(&mut self, place: &str, what: &str) {
        self.faults_total += 1;
        if self.faults.len() < FAULTS_MAX {
            self.faults.push(format!("`{place}`: {what}"));
        }
    }

    fn note(&mut self, place: &str, what: &str) {
        if self.notes.len() < FAULTS_MAX {
            self.notes.push(format!("`{place}`: {what}"));
        }
    }
}

/// True when the root is `kombi_request` without a namespace. What is in it may be anything.
pub fn is_kombi_request(bytes: &[u8]) -> bool {
    tree::root(bytes).is_some_and(|(home, name)| home == Home::Nowhere && name == ROOT)
}

/// Looks at a request.
pub fn inspect(bytes: &[u8]) -> Inspection {
    let mut found = Inspection {
        request_bytes: bytes.len() as u64,
        ..Inspection::default()
    };
    match tree::read(bytes) {
        Ok(root) => request(&root, &mut found),
        Err(error) => found.fault(ROOT, &error.to_string()),
    }
    found
}

fn request(root: &Node, found: &mut Inspection) {
    if root.home != Home::Nowhere || root.name != ROOT {
        return found.fault(
            ROOT,
            "the root is another element; it has this name and no namespace",
        );
    }
    // 0: the choice, 1: the MeMo, 2: the paper form.
    let mut behind = 0;
    for node in &root.children {
        let place = match node.home {
            Home::Nowhere if node.name == CHOICE => 0,
            Home::Memo if node.name == "Message" => 1,
            Home::Table(Prefix::Fp) if node.name == table::COLLECTION.name => 2,
            Home::Nowhere | Home::Memo | Home::Table(_) | Home::Elsewhere => {
                let what = format!("`{}`, which is not known here", node.shown());
                found.fault(ROOT, &what);
                continue;
            }
        };
        if place < behind {
            let what = format!("`{}` stands too late, or twice", node.shown());
            found.fault(ROOT, &what);
        }
        behind = place + 1;
        match place {
            0 => match Choice::from_code(&node.text) {
                Some(choice) => found.choice = Some(choice),
                None => {
                    let codes = Choice::ALL.map(Choice::code).join(" | ");
                    found.fault(CHOICE, &format!("another choice; allowed is {codes}"));
                }
            },
            1 => memo(node, found),
            _ => {
                found.paper = true;
                element(node, &table::COLLECTION, table::COLLECTION.name, found);
            }
        }
    }
    if root.child(Home::Nowhere, CHOICE).is_none() {
        found.fault(ROOT, &format!("no `{CHOICE}`"));
    }
    parts(root, found);
}

fn memo(node: &Node, found: &mut Inspection) {
    found.memo = true;
    if !node.is_prefixed_memo {
        let what = "its prefix is not `memo`, which the platform may ask for";
        found.note("Message", what);
    }
}

/// Whether the parts are those that the choice asks for.
fn parts(root: &Node, found: &mut Inspection) {
    let Some(choice) = found.choice else {
        return;
    };
    let code = choice.code();
    for (there, asked, name) in [
        (found.memo, choice.has_memo(), "memo:Message"),
        (found.paper, choice.has_paper(), "fp:ForsendelseISamling"),
    ] {
        match (there, asked) {
            (false, true) => found.fault(ROOT, &format!("no `{name}`, which {code} asks for")),
            (true, false) => found.note(ROOT, &format!("`{name}`, which {code} does not use")),
            (true, true) | (false, false) => {}
        }
    }
    let Some(expected) = choice.message_type() else {
        return;
    };
    let kind = root
        .child(Home::Memo, "Message")
        .and_then(|message| message.child(Home::Memo, "MessageHeader"))
        .and_then(|header| header.child(Home::Memo, "messageType"));
    if found.memo && kind.is_none_or(|kind| kind.text != expected) {
        let place = "Message/MessageHeader/messageType";
        found.fault(place, &format!("{code} asks for {expected}"));
    }
}

/// Judges an element by the table.
fn element(node: &Node, element: &'static Element, path: &str, found: &mut Inspection) {
    match element.content {
        Content::Anything => {}
        Content::Text(kind) => leaf(node, element, kind, path, found),
        Content::OneOf(forms) => {
            if !node.text.trim_matches(WHITE).is_empty() {
                found.fault(path, "text between its elements");
            }
            let known = |form: &&&[Child]| {
                let in_form = |node: &&Node| form.iter().any(|child| is(node, child.element));
                node.children.iter().filter(in_form).count()
            };
            // Of two that know as many, the first.
            if let Some(form) = forms.iter().rev().max_by_key(known) {
                children(node, form, path, found);
            }
        }
    }
}

fn is(node: &Node, element: &Element) -> bool {
    node.home == Home::Table(element.prefix) && node.name == element.name
}

fn children(node: &Node, form: &'static [Child], path: &str, found: &mut Inspection) {
    let mut counts = vec![0_usize; form.len()];
    let mut at = 0;
    for child in &node.children {
        let Some(place) = form.iter().position(|c| is(child, c.element)) else {
            let what = format!("`{}`, which is not known here", child.shown());
            found.fault(path, &what);
            continue;
        };
        if place < at {
            let before = form.get(at).map_or("", |c| c.element.name);
            found.fault(
                path,
                &format!("`{}` behind `{before}`; the order is fixed", child.name),
            );
        }
        at = at.max(place);
        let (Some(count), Some(known)) = (counts.get_mut(place), form.get(place)) else {
            continue; // Both are as long as the form.
        };
        *count += 1;
        let number = *count;
        if number == known.most + 1 {
            let what = format!("more than {} `{}`", known.most, child.name);
            found.fault(path, &what);
        }
        let mut below = format!("{path}/{}", child.name);
        if number > 1 {
            below.push_str(&format!("[{number}]"));
        }
        element(child, known.element, &below, found);
    }
    for (child, count) in form.iter().zip(counts) {
        if count < child.least {
            found.fault(path, &format!("no `{}`", child.element));
        }
        if std::ptr::eq(child.element, &table::ENCLOSURE) {
            found.enclosures += count;
        }
    }
}

fn leaf(node: &Node, element: &'static Element, kind: Kind, path: &str, found: &mut Inspection) {
    if !node.children.is_empty() {
        found.fault(path, "elements within it; text alone is allowed");
    }
    if kind == Kind::Base64 {
        return file(node, element, path, found);
    }
    let text = match kind.is_collapsed() {
        true => node.text.trim_matches(WHITE),
        false => node.text.as_str(),
    };
    if let Some(allowed) = values::fault(kind, text) {
        let characters = text.chars().count();
        found.fault(
            path,
            &format!("a text of {characters} characters; allowed is {allowed}"),
        );
    }
    let is = |other: &'static Element| std::ptr::eq(element, other);
    if is(&table::COUNTRY) {
        let known = |scheme: &str| COUNTRY_SCHEMES.contains(&scheme);
        if !node.scheme.as_deref().is_some_and(known) {
            let schemes = COUNTRY_SCHEMES.join(" | ");
            found.fault(path, &format!("its `scheme` is none of {schemes}"));
        }
    } else if is(&table::CPR_NUMBER) && text.bytes().any(|b| b != b'0') {
        found.note(path, "a person's number; a physical letter says ten zeros");
    } else if is(&table::FILE_FORMAT) && !text.eq_ignore_ascii_case("pdf") {
        found.note(path, "another format than pdf");
    } else if is(&table::PAGES) {
        found.pages = text.parse().ok();
    }
}

fn file(node: &Node, element: &'static Element, path: &str, found: &mut Inspection) {
    let text: String = node.text.split(WHITE).collect();
    let Ok(bytes) = base64_simd::STANDARD.decode_to_vec(text.as_bytes()) else {
        return found.fault(path, "it is not base64");
    };
    if bytes.is_empty() {
        found.fault(path, "an empty file");
    } else if !judge::begins_as_pdf(&bytes) {
        found.fault(path, "it does not begin as a PDF");
    } else if !judge::ends_as_pdf(&bytes) {
        found.note(path, "it does not end as a PDF: it may be truncated");
    }
    if std::ptr::eq(element, &table::FILE_DATA) {
        found.pdf_bytes = bytes.len() as u64;
        if found.pdf_bytes > PDF_BYTES_MAX {
            let what = format!(
                "{} bytes; more than {PDF_BYTES_MAX} may be refused",
                bytes.len()
            );
            found.note(path, &what);
        }
    }
}
