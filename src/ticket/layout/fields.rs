//! The fields of a record, compiled and checked.

use std::ops::RangeInclusive;

use super::{Faults, Line, NAME, is_name};
use crate::ticket::encode::encode;
use crate::ticket::options::{Align, Control, Field, Format, Quote};
use crate::ticket::slot::{DateForm, Slot};
use crate::ticket::value::{self, Kind, Scope, Value};

/// Fields of one record.
const FIELDS_MAX: usize = 200;
/// Bytes of one record: the longest of a mainframe data set (z/OS, LRECL of RECFM=FB).
const RECORD_BYTES_MAX: u32 = 32_760;
/// Flags in `station-flags`.
const FLAGS_MAX: u8 = 16;

/// Compiles records of a layout.
pub(super) struct Compiler<'c> {
    pub control: &'c Control,
    pub format: Format,
}

impl Compiler<'_> {
    /// The fields of a record, each at its place.
    pub fn line(&self, list: &str, fields: &[Field], scope: Scope, faults: &mut Faults) -> Line {
        if fields.len() > FIELDS_MAX {
            faults.ask(
                false,
                list,
                &format!("{} fields", fields.len()),
                "at most 200",
            );
            return Line::default();
        }
        let mut line = Line::default();
        let mut end = 0;
        for (n, field) in fields.iter().enumerate() {
            let at = format!("{list}[{}] {}", n + 1, field.value);
            let Some(mut slot) = self.slot((list, &at), field, scope, faults) else {
                continue;
            };
            if let (Format::Xml, Some(_)) = (
                self.format,
                line.slots.iter().find(|other| other.name == slot.name),
            ) {
                faults.ask(
                    false,
                    &at,
                    &format!("a second {:?}", slot.name),
                    "one of each name",
                );
            }
            if self.format == Format::Fixed {
                slot.at = field
                    .start
                    .map_or(end, |start| start.saturating_sub(1) as usize);
                let range = slot.range();
                end = range.end;
                let over = |other: &&Slot| {
                    let other = other.range();
                    other.start < range.end && range.start < other.end
                };
                if let Some(other) = line.slots.iter().find(over) {
                    let found = format!(
                        "bytes {} to {}, over those of {:?}",
                        range.start + 1,
                        range.end,
                        other.name
                    );
                    faults.ask(false, &at, &found, "bytes of its own");
                }
                line.bytes = line.bytes.max(range.end);
            }
            line.slots.push(slot);
        }
        if let (Format::Fixed, Some(length)) = (self.format, self.control.record_length) {
            let length = length as usize;
            let allowed = format!(
                "{} (where the last field of `{list}` ends) or more",
                line.bytes
            );
            faults.ask(
                length >= line.bytes,
                "record_length",
                &length.to_string(),
                &allowed,
            );
            line.bytes = length.max(line.bytes);
        }
        faults.ask(
            line.bytes <= RECORD_BYTES_MAX as usize,
            list,
            &format!("{} bytes", line.bytes),
            "at most 32760",
        );
        line
    }

    fn slot(
        &self,
        (list, at): (&str, &str),
        field: &Field,
        scope: Scope,
        faults: &mut Faults,
    ) -> Option<Slot> {
        let Some((value, kind, known)) = value::named(&field.value) else {
            let allowed = format!("one of: {}", value::names());
            faults.ask(false, at, "no value that there is", &allowed);
            return None;
        };
        let before = faults.0.len();
        faults.ask(
            known <= scope,
            at,
            "not known there",
            match scope {
                Scope::Part => "in header and trailer, what is known of the part",
                Scope::Piece | Scope::Sheet => "values of a sheet, with record = \"sheet\" only",
            },
        );
        let name = field.name.as_deref().unwrap_or(&field.value);
        let xml = self.format == Format::Xml;
        faults.ask(!xml || is_name(name), at, &format!("named {name:?}"), NAME);
        faults.ask(
            xml || (!name.is_empty()
                && name.is_ascii()
                && !name.contains(|c: char| c.is_ascii_control())),
            at,
            &format!("named {name:?}"),
            "a name of ASCII characters",
        );
        only(
            faults,
            at,
            "text",
            field.text.is_some(),
            value == Value::Text,
            true,
        );
        only(
            faults,
            at,
            "format",
            field.format.is_some(),
            kind == Kind::Date,
            false,
        );
        let flags = matches!(kind, Kind::Flag | Kind::Flags);
        only(faults, at, "on", field.on.is_some(), flags, false);
        only(faults, at, "off", field.off.is_some(), flags, false);
        only(
            faults,
            at,
            "count",
            field.count.is_some(),
            kind == Kind::Flags,
            false,
        );
        let words = matches!(kind, Kind::Text | Kind::Number) && value != Value::Text;
        let mapped = !field.map.is_empty() || field.otherwise.is_some();
        only(faults, at, "map", mapped, words, false);
        if let Some(words) = value::words(value) {
            let strange = field.map.keys().find(|key| !words.contains(&key.as_str()));
            let found = strange.map_or(String::new(), |key| format!("mapped from {key:?}"));
            faults.ask(strange.is_none(), at, &found, &words.join(", "));
        }
        let number = kind == Kind::Number && !mapped;
        let fixed = self.format == Format::Fixed;
        let sound = |bytes: RangeInclusive<u32>, found: Option<u32>| {
            found.is_none_or(|found| bytes.contains(&found))
        };
        faults.ask(
            (field.length.is_some() || !fixed) && sound(1..=RECORD_BYTES_MAX, field.length),
            at,
            &field
                .length
                .map_or("without `length`".into(), |n| format!("{n} bytes long")),
            "1 to 32760 bytes",
        );
        faults.ask(
            (field.start.is_none() || fixed) && sound(1..=RECORD_BYTES_MAX, field.start),
            at,
            &field
                .start
                .map_or(String::new(), |start| format!("at byte {start}")),
            "1 to 32760, in fixed records only",
        );
        let count = field.count.unwrap_or(8);
        let found = format!("{count} flags");
        faults.ask((1..=FLAGS_MAX).contains(&count), at, &found, "1 to 16");
        let align = field
            .align
            .unwrap_or(if number { Align::Right } else { Align::Left });
        let before_number = number && align == Align::Right;
        let pad = if before_number { b'0' } else { b' ' };
        let digit = field.pad.filter(|pad| number && pad.is_ascii_digit());
        faults.ask(
            digit.is_none_or(|digit| before_number && digit == '0'),
            at,
            &format!("padded with {:?}", digit.unwrap_or_default()),
            "no digit but `0` before a number: it would be another",
        );
        let default = |of_one: &str, of_many: &str| {
            String::from(if kind == Kind::Flags { of_many } else { of_one })
        };
        let slot = Slot {
            name: name.into(),
            value,
            kind,
            text: field.text.clone().unwrap_or_default(),
            at: 0,
            length: field.length.map(|length| length as usize),
            pad: faults.character(&format!("{at}.pad"), field.pad, pad),
            align,
            date: date_form(at, field.format.as_deref(), faults),
            on: field.on.clone().unwrap_or_else(|| default("1", "Y")),
            off: field.off.clone().unwrap_or_else(|| default("0", "N")),
            count,
            map: field.map.clone(),
            otherwise: field.otherwise.clone(),
        };
        if self.control.column_names && list == "fields" {
            self.undelimited(at, slot.name.as_bytes(), faults);
        }
        if faults.0.len() == before {
            self.constants_fit(at, &slot, faults);
        }
        (faults.0.len() == before).then_some(slot) // One fault of a field is enough said of its place.
    }

    /// A constant without quotes has no delimiter in it.
    fn undelimited(&self, at: &str, text: &[u8], faults: &mut Faults) {
        let unquoted = self.format == Format::Delimited && self.control.quote == Quote::Never;
        let delimiter = self.control.delimiter.unwrap_or(',') as u8;
        faults.ask(
            !unquoted || !text.contains(&delimiter),
            at,
            "a constant with the delimiter",
            "one without it, or `quote = \"needed\"`",
        );
    }

    /// What a field can say and is known beforehand fits into it.
    fn constants_fit(&self, at: &str, slot: &Slot, faults: &mut Faults) {
        let (encoding, unfit) = (self.control.encoding, self.control.unfit);
        let own: &[&String] = match slot.kind {
            Kind::Flag | Kind::Flags => &[&slot.on, &slot.off],
            Kind::Text | Kind::Number | Kind::Date => &[&slot.text],
        };
        let words = own.iter().copied();
        let (mut shortest, mut longest) = (usize::MAX, 0);
        for text in words.chain(slot.map.values()).chain(&slot.otherwise) {
            let mut bytes = Vec::new();
            let encoded = encode(text, encoding, unfit, &mut bytes).is_ok();
            shortest = shortest.min(bytes.len());
            longest = longest.max(bytes.len());
            self.undelimited(at, &bytes, faults);
            let allowed = format!("characters of {}", encoding.name());
            faults.ask(encoded, at, &format!("to say {text:?}"), &allowed);
            let of_one = slot.kind != Kind::Flags; // Of many: together, below.
            let fits = !of_one || slot.length.is_none_or(|length| bytes.len() <= length);
            let found = format!(
                "to say {text:?} in {} bytes",
                slot.length.unwrap_or_default()
            );
            faults.ask(fits, at, &found, "words that fit into the field");
        }
        let longest = match slot.kind {
            Kind::Flags => {
                let found = format!("flags of {shortest} and of {longest} bytes");
                let allowed = "`on` and `off` of one length: each flag has its place";
                faults.ask(shortest == longest, at, &found, allowed);
                longest * usize::from(slot.count)
            }
            Kind::Date => slot.date.write(jiff::civil::date(2000, 1, 1)).len(),
            Kind::Text | Kind::Number | Kind::Flag => return,
        };
        let fits = slot.length.is_none_or(|length| longest <= length);
        let found = format!("{} bytes long", slot.length.unwrap_or_default());
        faults.ask(fits, at, &found, &format!("{longest} or more"));
    }
}

/// A key that has a meaning with some values only, and is needed there.
fn only(faults: &mut Faults, at: &str, key: &str, there: bool, meant: bool, needed: bool) {
    faults.ask(
        !there || meant,
        at,
        &format!("given `{key}`"),
        "that key with other values only",
    );
    faults.ask(
        there || !meant || !needed,
        at,
        &format!("without `{key}`"),
        "that key as well",
    );
}

fn date_form(at: &str, found: Option<&str>, faults: &mut Faults) -> DateForm {
    let Some(found) = found else {
        return DateForm::Iso;
    };
    let form = DateForm::ALL.iter().find(|(name, _)| *name == found);
    let allowed = DateForm::ALL.map(|(name, _)| name).join(", ");
    faults.ask(
        form.is_some(),
        at,
        &format!("a date in the form {found:?}"),
        &allowed,
    );
    form.map_or(DateForm::Iso, |(_, form)| *form)
}
