//! A field of a record, compiled: which bytes it has at a [`Moment`].

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::encode::encode;
use super::options::{Align, Encoding, Unfit};
use super::value::{Kind, Moment, Value};

/// How a date is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DateForm {
    Iso,
    Basic,
    Short,
    Points,
}

impl DateForm {
    pub const ALL: [(&'static str, Self); 4] = [
        ("YYYY-MM-DD", Self::Iso),
        ("YYYYMMDD", Self::Basic),
        ("YYMMDD", Self::Short),
        ("DD.MM.YYYY", Self::Points),
    ];

    pub fn write(self, date: Date) -> String {
        let (year, month, day) = (date.year(), date.month(), date.day());
        match self {
            Self::Iso => format!("{year:04}-{month:02}-{day:02}"),
            Self::Basic => format!("{year:04}{month:02}{day:02}"),
            Self::Short => format!("{:02}{month:02}{day:02}", year.rem_euclid(100)),
            Self::Points => format!("{day:02}.{month:02}.{year:04}"),
        }
    }
}

/// A compiled field.
#[derive(Clone, Debug)]
pub(super) struct Slot {
    pub name: String,
    pub value: Value,
    pub kind: Kind,
    /// Of a constant.
    pub text: String,
    /// First byte in a fixed record, from zero.
    pub at: usize,
    /// Bytes; as long as its value if `None`.
    pub length: Option<usize>,
    pub pad: u8,
    pub align: Align,
    pub date: DateForm,
    pub on: String,
    pub off: String,
    pub count: u8,
    pub map: BTreeMap<String, String>,
    pub otherwise: Option<String>,
}

/// Why a value cannot stand in its field: what was found, what is allowed. Neither shows the value.
pub(super) type Misfit = (String, String);

impl Slot {
    /// The first of its bytes, and how many, in a fixed record.
    pub fn range(&self) -> std::ops::Range<usize> {
        self.at..self.at + self.length.unwrap_or_default()
    }

    /// Writes the bytes of the field, padded to its length.
    pub fn fill(
        &self,
        moment: &Moment<'_>,
        characters: (Encoding, Unfit),
        said: &mut String,
        out: &mut Vec<u8>,
    ) -> Result<(), Misfit> {
        said.clear();
        self.say(moment, said);
        self.set(said, characters, out)
    }

    /// Makes the bytes of the field of what it says.
    pub fn set(
        &self,
        said: &mut String,
        (encoding, unfit): (Encoding, Unfit),
        out: &mut Vec<u8>,
    ) -> Result<(), Misfit> {
        if let Some(words) = self.translated(said)? {
            said.clear();
            said.push_str(words);
        }
        out.clear();
        encode(said, encoding, unfit, out).map_err(|at| {
            let found = format!("character {at} is not in {}", encoding.name());
            let allowed = "characters of the encoding, or a policy in `unfit`";
            (found, allowed.to_owned())
        })?;
        let Some(length) = self.length else {
            return Ok(());
        };
        if out.len() > length {
            let found = format!("a value of {} bytes", out.len());
            return Err((found, format!("at most {length}")));
        }
        match self.align {
            Align::Left => out.resize(length, self.pad),
            Align::Right => {
                let padding = length - out.len();
                out.splice(..0, std::iter::repeat_n(self.pad, padding));
            }
        }
        Ok(())
    }

    fn say(&self, moment: &Moment<'_>, said: &mut String) {
        let flag = |on| if on { &self.on } else { &self.off };
        match self.kind {
            _ if self.value == Value::Text => said.push_str(&self.text),
            Kind::Date => said.push_str(&self.date.write(moment.order.job.date)),
            Kind::Flag => said.push_str(flag(moment.flag(self.value))),
            Kind::Flags => {
                let flags = (1..=self.count).map(|n| flag(moment.station(n)).as_str());
                said.extend(flags);
            }
            Kind::Text | Kind::Number => moment.say(self.value, said),
        }
    }

    /// The plant's word for a value, if it has words of its own.
    fn translated(&self, said: &str) -> Result<Option<&str>, Misfit> {
        if self.map.is_empty() && self.otherwise.is_none() {
            return Ok(None);
        }
        let word = self.map.get(said).or(self.otherwise.as_ref());
        match word {
            Some(word) => Ok(Some(word)),
            None => Err((
                "a value that `map` does not name".into(),
                "those in `map`, or any with `otherwise`".into(),
            )),
        }
    }
}
