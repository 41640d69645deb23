//! The layout compiler: from what a profile writes down to fields with their bytes, every fault named.

use super::options::{Control, Encoding, Format, LineEnd, Options, Per, Quote, Style, Unfit};
use super::slot::Slot;
use super::value::{Scope, Value};

mod fields;

use fields::Compiler;

/// Characters of a file's ending.
const EXTENSION_MAX: usize = 8;

/// A layout of control files that can be written.
#[derive(Clone, Debug)]
pub struct Layout {
    pub(super) format: Format,
    pub(super) per: Per,
    pub(super) characters: (Encoding, Unfit),
    pub(super) line_end: LineEnd,
    pub(super) extension: String,
    pub(super) delimiter: u8,
    pub(super) quote: Quote,
    pub(super) column_names: bool,
    pub(super) fill: u8,
    pub(super) style: Style,
    pub(super) root: String,
    pub(super) element: String,
    pub(super) record: Line,
    pub(super) header: Line,
    pub(super) trailer: Line,
}

/// The fields of one kind of record; none: there is no such record.
#[derive(Clone, Debug, Default)]
pub(super) struct Line {
    pub slots: Vec<Slot>,
    /// Of a fixed record.
    pub bytes: usize,
}

/// What is wrong with a layout or with what is said of tickets.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place} is {found}; allowed is {allowed}")]
pub struct OptionsError {
    /// Table and key.
    pub place: String,
    /// What was found.
    pub found: String,
    /// What is allowed.
    pub allowed: String,
}

impl Options {
    /// Finds every value that a ticket cannot have.
    ///
    /// # Errors
    /// The fault.
    pub fn check(&self) -> Result<(), OptionsError> {
        let time = format!("2000-01-01T{}", self.due_time);
        match time.parse::<jiff::Timestamp>() {
            Ok(_) => Ok(()),
            Err(_) => Err(OptionsError {
                place: "[ticket]: `due_time`".into(),
                found: format!("{:?}", self.due_time),
                allowed: "a time with its offset, as \"17:00:00+01:00\"".into(),
            }),
        }
    }
}

impl Layout {
    /// Makes a layout of what is written down; `None` where that says that there is no control file.
    ///
    /// # Errors
    /// Every fault.
    pub fn compile(control: &Control) -> Result<Option<Self>, Vec<OptionsError>> {
        if control.format == Format::None {
            return Ok(None);
        }
        let mut faults = Faults(Vec::new());
        let compiler = Compiler {
            control,
            scope: match control.record {
                Per::Piece => Scope::Piece,
                Per::Sheet => Scope::Sheet,
            },
        };
        let mut record = compiler.line("fields", &control.fields, compiler.scope, &mut faults);
        let (header, trailer) = (&control.header.fields, &control.trailer.fields);
        let mut header = compiler.line("header.fields", header, Scope::Part, &mut faults);
        let mut trailer = compiler.line("trailer.fields", trailer, Scope::Part, &mut faults);
        let mut lines = [&mut record, &mut header, &mut trailer];
        let longest = lines.iter().map(|line| line.bytes).max().unwrap_or(0);
        lines.iter_mut().for_each(|line| line.bytes = longest);
        faults.ask(!control.fields.is_empty(), "fields", "empty", "one or more");
        let extension = control
            .extension
            .as_deref()
            .unwrap_or(match control.format {
                Format::None | Format::Fixed => "txt",
                Format::Delimited => "csv",
                Format::Xml => "xml",
            });
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        faults.ask(
            (1..=EXTENSION_MAX).contains(&extension.len()) && extension.chars().all(plain),
            "extension",
            &format!("{extension:?}"),
            "1 to 8 of a to z and 0 to 9",
        );
        let delimiter = control.delimiter.unwrap_or(',');
        faults.ask(
            matches!(delimiter, '\t' | ' '..='~')
                && !matches!(delimiter, '"' | '0'..='9' | 'A'..='Z' | 'a'..='z'),
            "delimiter",
            &format!("{delimiter:?}"),
            "a tab, a space, or an ASCII character that is no letter, digit or quote",
        );
        faults.ask(
            control.line_end != LineEnd::None || control.format == Format::Fixed,
            "line_end",
            "\"none\"",
            "\"lf\" or \"crlf\"; \"none\" with fixed records only",
        );
        let root = control.root.as_deref().unwrap_or("control");
        let element = control.element.as_deref().unwrap_or(control.record.name());
        for (key, name) in [("root", root), ("element", element)] {
            faults.ask(is_name(name), key, &format!("{name:?}"), NAME);
        }
        let fill = faults.character("fill", control.fill, b' ');
        if !faults.0.is_empty() {
            return Err(faults.0);
        }
        Ok(Some(Self {
            format: control.format,
            per: control.record,
            characters: (control.encoding, control.unfit),
            line_end: control.line_end,
            extension: extension.into(),
            delimiter: delimiter as u8,
            quote: control.quote,
            column_names: control.column_names,
            fill,
            style: control.style,
            root: root.into(),
            element: element.into(),
            record,
            header,
            trailer,
        }))
    }

    /// Whether any field is a line of the recipient's address.
    pub fn wants_addresses(&self) -> bool {
        let slots = &self.record.slots;
        slots
            .iter()
            .any(|slot| matches!(slot.value, Value::RecipientLine(_)))
    }
}

const NAME: &str = "a letter or _, then letters, digits, _, - and .; not xml";

/// A name that an element can have, of ASCII only.
fn is_name(name: &str) -> bool {
    let start = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let rest = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    start && name.chars().all(rest) && !name.to_ascii_lowercase().starts_with("xml")
}

struct Faults(Vec<OptionsError>);

impl Faults {
    fn ask(&mut self, good: bool, key: &str, found: &str, allowed: &str) {
        if !good {
            self.0.push(OptionsError {
                place: format!("[control]: `{key}`"),
                found: found.into(),
                allowed: allowed.into(),
            });
        }
    }

    fn character(&mut self, key: &str, found: Option<char>, default: u8) -> u8 {
        let Some(found) = found else {
            return default;
        };
        let printable = matches!(found, ' '..='~');
        self.ask(printable, key, &format!("{found:?}"), "one ASCII character");
        if printable { found as u8 } else { default }
    }
}
