//! A layout that can be read by: everything that `[results]` says, checked.

use std::collections::BTreeMap;
use std::ops::Range;

use super::options::{Column, Encoding, Format, List, Locator, Options};
use crate::letter::Handling;

/// Bytes of a fixed line, as control files have them at most.
const LINE_BYTES_MAX: u32 = 32_760;
/// Columns of a delimited line.
const COLUMNS_MAX: u32 = 1_000;
/// Lines that may be passed over at either end.
const SKIP_MAX: u32 = 1_000;

/// What is wrong with `[results]`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("[results] `{key}`: {found}; allowed: {allowed}")]
pub struct OptionsError {
    /// The key.
    pub key: &'static str,
    /// What was found.
    pub found: String,
    /// What is allowed.
    pub allowed: &'static str,
}

/// Where a field stands in a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Column, from zero.
    Column(usize),
    /// Column of that name; it may be missing if the profile did not ask for it.
    Named { name: String, needed: bool },
    /// Bytes.
    Bytes(Range<usize>),
    /// The file does not say it.
    Nowhere,
}

/// The fields of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Places {
    pub piece: Place,
    pub job: Place,
    pub child: Place,
    pub mark: Place,
    pub status: Place,
    pub at: Place,
    pub station: Place,
    pub by: Place,
    pub by_2: Place,
    pub only: Place,
}

impl Places {
    /// Each.
    pub fn each_mut(&mut self) -> [&mut Place; 10] {
        [
            &mut self.piece,
            &mut self.job,
            &mut self.child,
            &mut self.mark,
            &mut self.status,
            &mut self.at,
            &mut self.station,
            &mut self.by,
            &mut self.by_2,
            &mut self.only,
        ]
    }
}

/// How to read a results file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    pub(super) format: Format,
    pub(super) list: List,
    pub(super) encoding: Encoding,
    pub(super) delimiter: u8,
    pub(super) column_names: bool,
    pub(super) skip_first: usize,
    pub(super) skip_last: usize,
    pub(super) places: Places,
    pub(super) only: Vec<String>,
    pub(super) statuses: BTreeMap<String, Handling>,
    pub(super) otherwise: Option<Handling>,
}

impl Layout {
    /// Checks what is written down.
    ///
    /// # Errors
    /// Every fault.
    pub fn compile(options: &Options) -> Result<Self, Vec<OptionsError>> {
        let mut faults = Vec::new();
        let mut ask = |good: bool, key, found: String, allowed| {
            if !good {
                faults.push(OptionsError {
                    key,
                    found,
                    allowed,
                });
            }
        };
        let delimiter = options.delimiter;
        ask(
            delimiter.is_ascii()
                && !delimiter.is_ascii_alphanumeric()
                && !matches!(delimiter, '"' | '\n' | '\r' | '\0'),
            "delimiter",
            format!("{delimiter:?}"),
            "one ASCII character, no letter, digit or quote",
        );
        for (key, skip) in [
            ("skip_first", options.skip_first),
            ("skip_last", options.skip_last),
        ] {
            ask(skip <= SKIP_MAX, key, skip.to_string(), "0 to 1,000");
        }
        let by_name = options.format == Format::Delimited && options.column_names;
        let mut place = |key: &'static str, locator: Option<&Locator>| {
            let (place, fault) = match locator {
                None if by_name && key != "only" => {
                    let name = key.to_owned();
                    return Place::Named {
                        name,
                        needed: false,
                    };
                }
                None => return Place::Nowhere,
                Some(locator) => place(options.format, by_name, locator),
            };
            if let Some((found, allowed)) = fault {
                ask(false, key, found, allowed);
            }
            place
        };
        let places = Places {
            piece: place("piece", options.piece.as_ref()),
            job: place("job", options.job.as_ref()),
            child: place("child", options.child.as_ref()),
            mark: place("mark", options.mark.as_ref()),
            status: place("status", options.status.as_ref()),
            at: place("at", options.at.as_ref()),
            station: place("station", options.station.as_ref()),
            by: place("by", options.by.as_ref()),
            by_2: place("by_2", options.by_2.as_ref()),
            only: place("only", options.only.as_ref().map(|only| &only.field)),
        };
        ask(
            places.piece != Place::Nowhere || places.mark != Place::Nowhere,
            "piece",
            "absent".into(),
            "where a line names its piece, or the digits of its mark (`mark`)",
        );
        ask(
            places.status != Place::Nowhere || options.list == List::Again,
            "status",
            "absent".into(),
            "where a line says what became of the piece; only a `list = \"again\"` goes without",
        );
        let only = options.only.as_ref().map(|only| only.is.clone());
        ask(
            only.as_ref().is_none_or(|words| !words.is_empty()),
            "only",
            "`is` without a word".into(),
            "what the field says in lines about pieces",
        );
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(Self {
            format: options.format,
            list: options.list,
            encoding: options.encoding,
            delimiter: u8::try_from(delimiter).unwrap_or(b','), // It is ASCII.
            column_names: by_name,
            skip_first: options.skip_first as usize,
            skip_last: options.skip_last as usize,
            places,
            only: only.unwrap_or_default(),
            statuses: options.statuses.clone(),
            otherwise: options.otherwise,
        })
    }
}

/// Where a field stands, and what is wrong with how that is said.
fn place(
    format: Format,
    by_name: bool,
    locator: &Locator,
) -> (Place, Option<(String, &'static str)>) {
    let wrong = |found: &str, allowed| (Place::Nowhere, Some((found.to_owned(), allowed)));
    match (format, locator) {
        (
            Format::Fixed,
            &Locator {
                column: None,
                start: Some(start),
                length: Some(length),
            },
        ) => {
            let end = start.saturating_add(length);
            if start == 0 || length == 0 || end > LINE_BYTES_MAX + 1 {
                let found = format!("start {start}, length {length}");
                return wrong(&found, "bytes 1 to 32,760 of the line");
            }
            (Place::Bytes(start as usize - 1..end as usize - 1), None)
        }
        (Format::Fixed, _) => wrong(
            "no `start` and `length`",
            "{ start = …, length = … } where the format is fixed",
        ),
        (
            Format::Delimited,
            Locator {
                column: Some(column),
                start: None,
                length: None,
            },
        ) => match column {
            Column::Number(number) if (1..=COLUMNS_MAX).contains(number) => {
                (Place::Column(*number as usize - 1), None)
            }
            Column::Number(number) => wrong(&format!("column {number}"), "1 to 1,000"),
            Column::Name(name) if by_name && !name.is_empty() => (
                Place::Named {
                    name: name.clone(),
                    needed: true,
                },
                None,
            ),
            Column::Name(_) => wrong(
                "a column by its name",
                "its number, or `column_names = true`",
            ),
        },
        (Format::Delimited, _) => wrong(
            "no `column`",
            "{ column = \"name\" } or { column = 3 } where the format is delimited",
        ),
    }
}
