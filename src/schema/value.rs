//! Simple types: the table of facets, and the check of one value against it.
//!
//! In: the text of an element or attribute. Out: nothing, or the [`Breach`] that names the first facet it breaks.
//! A value that fits costs no allocation, unless white space must be folded (into a buffer that is used again).

use std::cmp::Ordering;
use std::sync::Arc;

use super::builtin::{Builtin, Family};
use super::moment::{Duration, Moment};
use super::number::{Decimal, float};
use super::pattern::Pattern;
use super::white::{WhiteSpace, normalise};

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
