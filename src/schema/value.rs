//! Simple types: the table of facets, and the check of one value against it.
//!
//! In: the text of an element or attribute. Out: nothing, or the [`Breach`] that names the first facet it breaks.
//! A value that fits costs no allocation, unless white space must be folded (into a buffer that is used again).

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::Arc;

use super::builtin::{Builtin, Family, WhiteSpace};
use super::moment::{Duration, Moment};
use super::number::{Decimal, float};
use super::pattern::Pattern;

/// Which simple type; the built-in atomic ones come first, in the order of [`Builtin`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct SimpleId(pub u32);

impl From<Builtin> for SimpleId {
    fn from(builtin: Builtin) -> Self {
        Self(builtin as u32)
    }
}

/// How values of a type are made up.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Variety {
    Atomic(Builtin),
    /// Items between white space.
    List(SimpleId),
    /// The first member that fits.
    Union(Arc<[SimpleId]>),
}

/// A simple type, its own facets and those it inherits.
#[derive(Clone, Debug)]
pub(super) struct SimpleType {
    pub base: Option<SimpleId>,
    pub variety: Variety,
    pub white_space: WhiteSpace,
    pub length_min: u64,
    pub length_max: u64,
    pub lower: Option<Bound>,
    pub upper: Option<Bound>,
    pub total_digits: Option<usize>,
    pub fraction_digits: Option<usize>,
    /// One for each derivation step that has any; all must match.
    pub patterns: Vec<Arc<Pattern>>,
    pub allowed: Option<Arc<Enumeration>>,
}

/// A bound of the value, `min…` or `max…`.
#[derive(Clone, Debug)]
pub(super) struct Bound {
    pub value: Value,
    pub shown: String,
    pub inclusive: bool,
}

/// The values of an enumeration.
#[derive(Debug)]
pub(super) struct Enumeration {
    /// As the schema writes them.
    pub shown: Vec<String>,
    pub values: Vec<Value>,
}

/// A value that two texts may share.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Text(Box<str>),
    Boolean(bool),
    /// A decimal in text; compared through [`Decimal`].
    Decimal(Box<str>),
    Float(f64),
    Moment(Moment),
    Duration(Duration),
    Octets(Box<[u8]>),
    List(Vec<Value>),
}

/// Which facet a value breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Breach {
    Form(Builtin),
    Length(SimpleId),
    Lower(SimpleId),
    Upper(SimpleId),
    TotalDigits(SimpleId),
    FractionDigits(SimpleId),
    /// Which of the type's patterns.
    Pattern(SimpleId, usize),
    Enumeration(SimpleId),
    Union(SimpleId),
    /// The value is longer than can be checked.
    TooLong,
}

/// What a check needs beside the value: where IDs go, what prefixes mean.
pub(super) trait Surroundings {
    /// An ID; false if another element has it.
    fn id(&mut self, value: &str) -> bool;
    /// A reference to an ID, looked up when the document ends.
    fn id_reference(&mut self, value: &str);
    /// True if the prefix is bound.
    fn knows_prefix(&self, prefix: &str) -> bool;
}

/// For values that stand alone, such as those in the schema itself.
pub(super) struct Alone;

impl Surroundings for Alone {
    fn id(&mut self, _: &str) -> bool {
        true
    }
    fn id_reference(&mut self, _: &str) {}
    fn knows_prefix(&self, _: &str) -> bool {
        true
    }
}

/// All simple types of a schema.
#[derive(Debug, Default)]
pub(super) struct SimpleTypes(pub Vec<SimpleType>);

impl std::ops::Index<SimpleId> for SimpleTypes {
    type Output = SimpleType;
    fn index(&self, id: SimpleId) -> &SimpleType {
        &self.0[id.0 as usize]
    }
}

impl SimpleType {
    /// A type without facets of its own.
    pub fn plain(base: Option<SimpleId>, variety: Variety, white_space: WhiteSpace) -> Self {
        Self {
            base,
            variety,
            white_space,
            length_min: 0,
            length_max: u64::MAX,
            lower: None,
            upper: None,
            total_digits: None,
            fraction_digits: None,
            patterns: Vec::new(),
            allowed: None,
        }
    }

    /// True when any text fits.
    pub fn takes_anything(&self) -> bool {
        matches!(self.variety, Variety::Atomic(builtin) if builtin.takes_anything())
            && (self.length_min, self.length_max) == (0, u64::MAX)
            && self.patterns.is_empty()
            && self.allowed.is_none()
    }

    /// The binary type whose text can be checked in pieces, if this is one: only lengths to look at.
    pub fn scanned_as(&self) -> Option<Builtin> {
        match self.variety {
            Variety::Atomic(builtin @ (Builtin::Base64 | Builtin::Hex))
                if self.patterns.is_empty() && self.allowed.is_none() =>
            {
                Some(builtin)
            }
            _ => None,
        }
    }

    /// True for a length (characters, octets or items) within the facets.
    pub fn length_fits(&self, length: u64) -> bool {
        (self.length_min..=self.length_max).contains(&length)
    }

    fn text_length_fits(&self, value: &str) -> bool {
        // Between a quarter and all of the bytes are characters: most values are decided without counting.
        let bytes = value.len() as u64;
        (bytes <= self.length_max && bytes / 4 >= self.length_min)
            || (self.length_min <= 1 && bytes >= self.length_min && bytes <= self.length_max)
            || self.length_fits(value.chars().count() as u64)
    }
}

impl SimpleTypes {
    /// Checks a value as it stands in the document.
    pub fn check(
        &self,
        id: SimpleId,
        raw: &str,
        scratch: &mut String,
        around: &mut impl Surroundings,
    ) -> Result<(), Breach> {
        let ty = &self[id];
        if let Variety::Union(members) = &ty.variety {
            let mut own = String::new(); // Members fold white space in their own way.
            let fits = |&member: &SimpleId| self.check(member, raw, &mut own, around).is_ok();
            if !members.iter().any(fits) {
                return Err(Breach::Union(id));
            }
            return self.check_set(id, normalise(WhiteSpace::Collapse, raw, scratch));
        }
        let value = normalise(ty.white_space, raw, scratch);
        match &ty.variety {
            Variety::Atomic(builtin) => self.check_atomic(id, *builtin, value, around),
            Variety::List(item) => {
                let mut own = String::new();
                let mut length = 0;
                for part in value.split(' ').filter(|part| !part.is_empty()) {
                    self.check(*item, part, &mut own, around)?;
                    length += 1;
                }
                if !ty.length_fits(length) {
                    return Err(Breach::Length(id));
                }
                self.check_set(id, value)
            }
            Variety::Union(_) => Ok(()),
        }
    }

    fn check_atomic(
        &self,
        id: SimpleId,
        builtin: Builtin,
        value: &str,
        around: &mut impl Surroundings,
    ) -> Result<(), Breach> {
        let ty = &self[id];
        let family = builtin.family();
        match family {
            Family::Octets => {
                let octets = builtin.octets(value).ok_or(Breach::Form(builtin))?;
                if !ty.length_fits(octets) {
                    return Err(Breach::Length(id));
                }
            }
            _ if !builtin.accepts(value) => return Err(Breach::Form(builtin)),
            Family::Text if !ty.text_length_fits(value) => return Err(Breach::Length(id)),
            Family::Decimal => self.check_decimal(id, value)?,
            _ => self.check_bounds(id, family, value)?,
        }
        self.check_set(id, value)?;
        let fits = match builtin {
            Builtin::Id => around.id(value),
            Builtin::IdRef => {
                around.id_reference(value);
                true
            }
            Builtin::Entity => false, // Would have to be declared in a DTD, and those are refused.
            Builtin::QName => value
                .split_once(':')
                .is_none_or(|(prefix, _)| around.knows_prefix(prefix)),
            _ => true,
        };
        if fits {
            Ok(())
        } else {
            Err(Breach::Form(builtin))
        }
    }

    fn check_decimal(&self, id: SimpleId, value: &str) -> Result<(), Breach> {
        let ty = &self[id];
        if ty.lower.is_none()
            && ty.upper.is_none()
            && ty.total_digits.is_none()
            && ty.fraction_digits.is_none()
        {
            return Ok(());
        }
        let Some(number) = Decimal::read(value) else {
            return Ok(()); // The form was checked before.
        };
        if ty
            .total_digits
            .is_some_and(|max| number.total_digits() > max)
        {
            return Err(Breach::TotalDigits(id));
        }
        if ty
            .fraction_digits
            .is_some_and(|max| number.fraction_digits() > max)
        {
            return Err(Breach::FractionDigits(id));
        }
        let against = |bound: &Bound| match &bound.value {
            Value::Decimal(text) => Decimal::read(text).map(|bound| number.cmp(&bound)),
            _ => None,
        };
        self.within(id, against)
    }

    fn check_bounds(&self, id: SimpleId, family: Family, value: &str) -> Result<(), Breach> {
        let ty = &self[id];
        if ty.lower.is_none() && ty.upper.is_none() {
            return Ok(());
        }
        let Some(value) = value_in(family, value) else {
            return Ok(()); // The form was checked before.
        };
        self.within(id, |bound| value.order(&bound.value))
    }

    fn within(
        &self,
        id: SimpleId,
        order: impl Fn(&Bound) -> Option<Ordering>,
    ) -> Result<(), Breach> {
        let ty = &self[id];
        let inside = |bound: &Option<Bound>, side: Ordering| {
            bound.as_ref().is_none_or(|bound| match order(bound) {
                Some(Ordering::Equal) => bound.inclusive,
                Some(found) => found == side,
                None => false, // Incomparable: a date without a zone beside one with, NaN.
            })
        };
        if !inside(&ty.lower, Ordering::Greater) {
            return Err(Breach::Lower(id));
        }
        if !inside(&ty.upper, Ordering::Less) {
            return Err(Breach::Upper(id));
        }
        Ok(())
    }

    /// Patterns and enumeration: what every variety has.
    fn check_set(&self, id: SimpleId, value: &str) -> Result<(), Breach> {
        let ty = &self[id];
        if let Some(broken) = ty
            .patterns
            .iter()
            .position(|pattern| !pattern.matches(value))
        {
            return Err(Breach::Pattern(id, broken));
        }
        match &ty.allowed {
            Some(allowed) if !self.is_among(id, &allowed.values, value) => {
                Err(Breach::Enumeration(id))
            }
            _ => Ok(()),
        }
    }

    fn is_among(&self, id: SimpleId, values: &[Value], value: &str) -> bool {
        if let Variety::Atomic(builtin) = self[id].variety
            && builtin.family() == Family::Text
        {
            return values
                .iter()
                .any(|known| matches!(known, Value::Text(text) if **text == *value));
        }
        self.value(id, value)
            .is_some_and(|value| values.iter().any(|known| known.equals(&value)))
    }

    /// The value of a text that was found to fit.
    pub fn value(&self, id: SimpleId, raw: &str) -> Option<Value> {
        let ty = &self[id];
        let mut scratch = String::new();
        let text = normalise(ty.white_space, raw, &mut scratch);
        match &ty.variety {
            Variety::Atomic(builtin) if builtin.family() == Family::Octets => {
                Some(Value::Octets(octets(*builtin, text)))
            }
            Variety::Atomic(builtin) => value_in(builtin.family(), text),
            Variety::List(item) => text
                .split(' ')
                .filter(|part| !part.is_empty())
                .map(|part| self.value(*item, part))
                .collect::<Option<_>>()
                .map(Value::List),
            Variety::Union(members) => {
                let mut scratch = String::new();
                let active = members
                    .iter()
                    .find(|&&member| self.check(member, raw, &mut scratch, &mut Alone).is_ok())?;
                self.value(*active, raw)
            }
        }
    }

    /// What a facet allows, for people.
    pub fn allowed(&self, breach: Breach) -> String {
        let (Breach::Length(id)
        | Breach::Lower(id)
        | Breach::Upper(id)
        | Breach::TotalDigits(id)
        | Breach::FractionDigits(id)
        | Breach::Pattern(id, _)
        | Breach::Enumeration(id)
        | Breach::Union(id)) = breach
        else {
            return match breach {
                Breach::Form(builtin) => builtin.wanted().to_owned(),
                _ => format!("at most {} bytes", super::VALUE_BYTES_MAX),
            };
        };
        let ty = &self[id];
        match breach {
            Breach::Length(_) => self.lengths(ty),
            Breach::Lower(_) => bound_text(&ty.lower, "at least", "more than"),
            Breach::Upper(_) => bound_text(&ty.upper, "at most", "less than"),
            Breach::TotalDigits(_) => format!("at most {} digits", ty.total_digits.unwrap_or(0)),
            Breach::FractionDigits(_) => {
                format!(
                    "at most {} digits behind the point",
                    ty.fraction_digits.unwrap_or(0)
                )
            }
            Breach::Pattern(_, which) => format!("pattern {}", ty.patterns[which].shown),
            Breach::Enumeration(_) => {
                let shown = ty.allowed.as_ref().map(|allowed| allowed.shown.join(", "));
                format!("one of: {}", shown.unwrap_or_default())
            }
            _ => self.members(ty),
        }
    }

    fn lengths(&self, ty: &SimpleType) -> String {
        let unit = match &ty.variety {
            Variety::List(_) => "items",
            Variety::Atomic(builtin) if builtin.family() == Family::Octets => "octets",
            _ => "characters",
        };
        match (ty.length_min, ty.length_max) {
            (min, max) if min == max => format!("exactly {min} {unit}"),
            (min, u64::MAX) => format!("at least {min} {unit}"),
            (0, max) => format!("at most {max} {unit}"),
            (min, max) => format!("{min} to {max} {unit}"),
        }
    }

    fn members(&self, ty: &SimpleType) -> String {
        let Variety::Union(members) = &ty.variety else {
            return String::new();
        };
        let texts: Vec<_> = members
            .iter()
            .map(
                |&member| match (&self[member].allowed, &self[member].variety) {
                    (Some(_), _) => self.allowed(Breach::Enumeration(member)),
                    (None, _) if !self[member].patterns.is_empty() => {
                        self.allowed(Breach::Pattern(member, 0))
                    }
                    (None, Variety::Atomic(builtin)) => builtin.wanted().to_owned(),
                    (None, Variety::List(_)) => "a list".to_owned(),
                    (None, Variety::Union(_)) => self.members(&self[member]),
                },
            )
            .collect();
        texts.join(", or ")
    }
}

impl Value {
    /// Equality in the value space.
    pub fn equals(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Text(a), Self::Text(b)) => a == b,
            (Self::Boolean(a), Self::Boolean(b)) => a == b,
            (Self::Octets(a), Self::Octets(b)) => a == b,
            (Self::Float(a), Self::Float(b)) => a == b || a.is_nan() && b.is_nan(),
            (Self::List(a), Self::List(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.equals(b))
            }
            _ => self.order(other) == Some(Ordering::Equal),
        }
    }

    /// Order in the value space, where there is one.
    pub fn order(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Decimal(a), Self::Decimal(b)) => Some(Decimal::read(a)?.cmp(&Decimal::read(b)?)),
            (Self::Float(a), Self::Float(b)) => a.partial_cmp(b),
            (Self::Moment(a), Self::Moment(b)) => a.order(b),
            (Self::Duration(a), Self::Duration(b)) => a.order(b),
            _ => None,
        }
    }
}

fn value_in(family: Family, text: &str) -> Option<Value> {
    Some(match family {
        Family::Text | Family::QName => Value::Text(text.into()),
        Family::Boolean => Value::Boolean(matches!(text, "true" | "1")),
        Family::Decimal => Value::Decimal(text.into()),
        Family::Float => Value::Float(float(text)?),
        Family::Duration => Value::Duration(Duration::read(text)?),
        Family::Moment(kind) => Value::Moment(Moment::read(kind, text)?),
        Family::Octets => return None,
    })
}

/// A binary value in one form that is the same for all its texts.
fn octets(builtin: Builtin, text: &str) -> Box<[u8]> {
    let solid = text.bytes().filter(|byte| !byte.is_ascii_whitespace());
    match builtin {
        Builtin::Hex => solid.map(|byte| byte.to_ascii_uppercase()).collect(),
        _ => solid.collect(),
    }
}

fn bound_text(bound: &Option<Bound>, inclusive: &str, exclusive: &str) -> String {
    bound.as_ref().map_or(String::new(), |bound| {
        let word = if bound.inclusive {
            inclusive
        } else {
            exclusive
        };
        format!("{word} {}", bound.shown)
    })
}

/// The value with its white space treated; `scratch` is used only where something changes inside.
#[inline]
pub(super) fn normalise<'a>(
    white_space: WhiteSpace,
    raw: &'a str,
    scratch: &'a mut String,
) -> &'a str {
    match part_of(white_space, raw) {
        Some(part) => part,
        None => {
            fold(white_space, raw, scratch);
            scratch
        }
    }
}

/// A value as its type sees it: white space treated, and borrowed where that changes nothing inside.
pub fn normalised(white_space: WhiteSpace, value: &str) -> Cow<'_, str> {
    match part_of(white_space, value) {
        Some(part) => Cow::Borrowed(part),
        None => {
            let mut folded = String::new();
            fold(white_space, value, &mut folded);
            Cow::Owned(folded)
        }
    }
}

/// The part of `raw` that is its value; `None` if something inside must change.
#[inline]
fn part_of(white_space: WhiteSpace, raw: &str) -> Option<&str> {
    match white_space {
        WhiteSpace::Preserve => Some(raw),
        WhiteSpace::Replace => {
            (!raw.bytes().any(|b| matches!(b, b'\t' | b'\n' | b'\r'))).then_some(raw)
        }
        WhiteSpace::Collapse => {
            let trimmed = raw.trim_matches(is_space);
            is_collapsed(trimmed.as_bytes()).then_some(trimmed)
        }
    }
}

fn fold(white_space: WhiteSpace, raw: &str, folded: &mut String) {
    folded.clear();
    if white_space == WhiteSpace::Replace {
        folded.extend(raw.chars().map(|c| if is_space(c) { ' ' } else { c }));
        return;
    }
    for word in raw.split(is_space).filter(|word| !word.is_empty()) {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.push_str(word);
    }
}

/// White space of XML, which is less than that of Unicode.
fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

/// No tab or line end and no two spaces in a row, in text without spaces at its ends.
fn is_collapsed(text: &[u8]) -> bool {
    let mut before = 0_u8;
    let mut folded = true;
    for &byte in text {
        folded &= !(byte == b' ' && before == b' ') & !matches!(byte, b'\t' | b'\n' | b'\r');
        before = byte;
    }
    folded
}
