//! What a vendor profile says of control file and ticket: `[control]` and `[ticket]`. `docs/formats-print.md` explains
//! every key.

use std::collections::BTreeMap;

use serde::Deserialize;

/// `[control]`: the layout of a control file, as it is written down. [`Layout::compile`](super::Layout::compile) makes one of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Control {
    /// How records are written; no control file if absent. A job says none over a profile that has one.
    pub format: Option<Format>,
    /// What a record is about.
    pub record: Per,
    /// Of the characters.
    pub encoding: Encoding,
    /// What becomes of a character that the encoding does not have, and of a control character.
    pub unfit: Unfit,
    /// Between records, and after the last. XML: between lines.
    pub line_end: LineEnd,
    /// Of the file's name; `txt`, `csv` or `xml` if absent.
    pub extension: Option<String>,
    /// Delimited: between fields; a comma if absent.
    pub delimiter: Option<char>,
    /// Delimited: which values stand in quotes.
    pub quote: Quote,
    /// Delimited: the first line has the names of the fields.
    pub column_names: bool,
    /// Fixed: bytes of a record without its line end; up to the end of its last field if absent.
    pub record_length: Option<u32>,
    /// Fixed: what stands where no field is; a space if absent.
    pub fill: Option<char>,
    /// XML: fields as elements or attributes.
    pub style: Style,
    /// XML: the outermost element; `control` if absent.
    pub root: Option<String>,
    /// XML: the element of a record; `piece` or `sheet` if absent.
    pub element: Option<String>,
    /// Of each record.
    pub fields: Vec<Field>,
    /// One record before them.
    pub header: Record,
    /// One record after them.
    pub trailer: Record,
}

/// A record of its own kind: `[control.header]`, `[control.trailer]`. Without fields there is none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Record {
    /// Its fields.
    pub fields: Vec<Field>,
}

/// A field of a record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Field {
    /// Column, element or attribute; the name of the value if absent.
    pub name: Option<String>,
    /// Which value: a name of the list in `docs/formats-print.md`.
    pub value: String,
    /// With `value = "text"`: the text.
    pub text: Option<String>,
    /// Fixed: its first byte, from 1; behind the field before it if absent.
    pub start: Option<u32>,
    /// Bytes; the value is padded to it. Fixed: needed.
    pub length: Option<u32>,
    /// What it is padded with; `0` for numbers and else a space if absent.
    pub pad: Option<char>,
    /// Where the value stands in its field; right for numbers and else left if absent.
    pub align: Option<Align>,
    /// Of a date; `YYYY-MM-DD` if absent.
    pub format: Option<String>,
    /// What a flag says when it is true; `1`, and `Y` in `station-flags`, if absent.
    pub on: Option<String>,
    /// What a flag says when it is not; `0`, and `N` in `station-flags`, if absent.
    pub off: Option<String>,
    /// Flags in `station-flags`; 8 if absent.
    pub count: Option<u8>,
    /// The plant's words for values.
    pub map: BTreeMap<String, String>,
    /// The plant's word for every value that `map` does not name.
    pub otherwise: Option<String>,
}

/// How records are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// There is no control file.
    #[default]
    None,
    /// Each field at its place, each record of the same length.
    Fixed,
    /// Fields with something between them.
    Delimited,
    /// Elements.
    Xml,
}

/// What a record is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Per {
    /// An envelope with all in it.
    #[default]
    Piece,
    /// A sheet.
    Sheet,
}

impl Per {
    /// `piece` or `sheet`.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Piece => "piece",
            Self::Sheet => "sheet",
        }
    }
}

/// Of the characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    /// All of Unicode.
    #[default]
    #[serde(rename = "utf-8")]
    Utf8,
    /// U+0020 to U+007E.
    Ascii,
    /// U+0020 to U+007E and U+00A0 to U+00FF (ISO/IEC 8859-1; not Windows-1252).
    #[serde(rename = "iso-8859-1")]
    Latin1,
}

impl Encoding {
    /// As an XML declaration names it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Ascii => "US-ASCII",
            Self::Latin1 => "ISO-8859-1",
        }
    }
}

/// What becomes of a character that the encoding does not have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unfit {
    /// The run stops.
    #[default]
    Refuse,
    /// `?`
    Replace,
    /// The Latin letters nearest to it; `?` where there are none.
    Transliterate,
}

/// After a record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LineEnd {
    /// Line feed.
    #[default]
    Lf,
    /// Carriage return, line feed.
    Crlf,
    /// Nothing: fixed records only.
    None,
}

impl LineEnd {
    pub(super) const fn bytes(self) -> &'static [u8] {
        match self {
            Self::Lf => b"\n",
            Self::Crlf => b"\r\n",
            Self::None => b"",
        }
    }
}

/// Which values of a delimited record stand in quotes; a quote in a value is written twice (RFC 4180).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Quote {
    /// Those with the delimiter or a quote in them.
    #[default]
    Needed,
    /// All.
    Always,
    /// None; a value with the delimiter in it stops the run.
    Never,
}

/// How XML holds fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Style {
    /// Each in an element.
    #[default]
    Elements,
    /// Each in an attribute of the record's element.
    Attributes,
}

/// Where a value stands in a field that is longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Align {
    /// Padded behind it.
    Left,
    /// Padded before it.
    Right,
}

/// `[ticket]`: the job ticket.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Whether a ticket goes with each part.
    pub xjdf: bool,
    /// Days after the date of the batch on which the plant must be done; no time is named if absent.
    pub due_days: Option<u16>,
    /// The time on that day, with its offset.
    pub due_time: String,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            xjdf: true,
            due_days: None,
            due_time: "17:00:00+01:00".into(),
        }
    }
}
