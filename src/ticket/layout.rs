//! The layout compiler: from what a profile writes down to fields with their bytes, every fault named.

use super::options::{Control, Encoding, Format, LineEnd, Options, Per, Quote, Style, Unfit};
use super::slot::Slot;
use super::value::{Scope, Value};

mod fields;

use fields::Compiler;

/// Endings by which other files are known.
const TAKEN: [&str; 4] = ["pdf", "xjdf", "sha256", "part"];
const FORMATS: &str = "\"fixed\", \"delimited\" or \"xml\" with other keys; \"none\" if there shall be no control file";
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
        match is_time(&self.due_time) {
            Some(()) => Ok(()),
            None => Err(OptionsError {
                place: "[ticket]: `due_time`".into(),
                found: format!("{:?}", self.due_time),
                allowed: "hh:mm:ss with Z or an offset, as \"17:00:00+01:00\"".into(),
            }),
        }
    }
}

/// A time with its offset as xs:dateTime has it (XML Schema 1.0, part 2, 3.2.7): the ticket holds it as it stands here.
fn is_time(text: &str) -> Option<()> {
    let (time, offset) = text.split_at_checked(8)?;
    let numbers = |text: &str, most: &[u8]| {
        let mut parts = text.split(':');
        let mut number = |most| {
            let digits = parts.next()?;
            let two = digits.len() == 2 && digits.bytes().all(|b| b.is_ascii_digit());
            (two && digits.parse::<u8>().ok()? <= most).then_some(())
        };
        most.iter().try_for_each(|most| number(*most))?;
        parts.next().is_none().then_some(())
    };
    numbers(time, &[23, 59, 59])?;
    match offset.strip_prefix(['+', '-']) {
        None => (offset == "Z").then_some(()),
        Some("14:00") => Some(()),
        Some(offset) => numbers(offset, &[13, 59]),
    }
}

impl Layout {
    /// Makes a layout of what is written down; `None` where that says that there is no control file.
    ///
    /// # Errors
    /// Every fault.
    pub fn compile(control: &Control) -> Result<Option<Self>, Vec<OptionsError>> {
        let mut faults = Faults(Vec::new());
        let format = control.format.unwrap_or_default();
        if format == Format::None {
            let said = control.format.is_some() || *control == Control::default();
            faults.ask(said, "format", "absent", FORMATS);
            return if said { Ok(None) } else { Err(faults.0) };
        }
        let compiler = Compiler { control, format };
        let scope = match control.record {
            Per::Piece => Scope::Piece,
            Per::Sheet => Scope::Sheet,
        };
        let mut record = compiler.line("fields", &control.fields, scope, &mut faults);
        let (header, trailer) = (&control.header.fields, &control.trailer.fields);
        let mut header = compiler.line("header.fields", header, Scope::Part, &mut faults);
        let mut trailer = compiler.line("trailer.fields", trailer, Scope::Part, &mut faults);
        let mut lines = [&mut record, &mut header, &mut trailer];
        let longest = lines.iter().map(|line| line.bytes).max().unwrap_or(0);
        lines.iter_mut().for_each(|line| line.bytes = longest);
        faults.ask(!control.fields.is_empty(), "fields", "empty", "one or more");
        let extension = control.extension.as_deref().unwrap_or(match format {
            Format::None | Format::Fixed => "txt",
            Format::Delimited => "csv",
            Format::Xml => "xml",
        });
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        faults.ask(
            (1..=EXTENSION_MAX).contains(&extension.len())
                && extension.chars().all(plain)
                && !TAKEN.contains(&extension),
            "extension",
            &format!("{extension:?}"),
            "1 to 8 of a to z and 0 to 9; not pdf, xjdf, sha256 or part, as other files end",
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
            control.line_end != LineEnd::None || format == Format::Fixed,
            "line_end",
            "\"none\"",
            "\"lf\" or \"crlf\"; \"none\" with fixed records only",
        );
        let root = control.root.as_deref().unwrap_or("control");
        let element = control.element.as_deref().unwrap_or(control.record.name());
        for (key, name) in [("root", root), ("element", element)] {
            faults.ask(is_name(name), key, &format!("{name:?}"), NAME);
        }
        for (name, line) in [("header", &header), ("trailer", &trailer)] {
            let mistaken = format == Format::Xml && element == name && !line.slots.is_empty();
            let allowed = "another name than that of the record before or behind";
            faults.ask(!mistaken, "element", &format!("{element:?}"), allowed);
        }
        let fill = faults.character("fill", control.fill, b' ');
        if !faults.0.is_empty() {
            return Err(faults.0);
        }
        Ok(Some(Self {
            format,
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
