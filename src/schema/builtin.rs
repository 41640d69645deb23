//! The built-in simple types of XML Schema part 2: names, families, and what their values may look like.

use super::binary::{Base64Scan, HexScan};
use super::moment::{Duration, Kind, Moment};
use super::names::{is_name, is_nc_name, is_nm_token, q_name_prefix};
use super::number::{Decimal, float, is_integer, is_integer_within};
use super::uri;
use super::white::WhiteSpace;

/// What facets apply to a type, and how its values compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    Text,
    Boolean,
    Decimal,
    Float,
    Duration,
    Moment(Kind),
    Octets,
    QName,
}

macro_rules! builtins {
    ($($variant:ident = $name:literal, $base:ident, $family:expr, $white:ident;)+) => {
        /// A built-in atomic type. Its number is also its place in the table of simple types.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Builtin { $($variant,)+ }

        impl Builtin {
            /// All of them, each behind its base.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// Local name in the namespace of XML Schema.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// The type it is derived from; `anySimpleType` from itself.
            pub fn base(self) -> Self {
                match self { $(Self::$variant => Self::$base,)+ }
            }

            /// What facets apply.
            pub fn family(self) -> Family {
                match self { $(Self::$variant => $family,)+ }
            }

            /// Its white space.
            pub fn white_space(self) -> WhiteSpace {
                match self { $(Self::$variant => WhiteSpace::$white,)+ }
            }
        }
    };
}

builtins! {
    AnySimple = "anySimpleType", AnySimple, Family::Text, Preserve;
    String = "string", AnySimple, Family::Text, Preserve;
    NormalizedString = "normalizedString", String, Family::Text, Replace;
    Token = "token", NormalizedString, Family::Text, Collapse;
    Language = "language", Token, Family::Text, Collapse;
    NmToken = "NMTOKEN", Token, Family::Text, Collapse;
    Name = "Name", Token, Family::Text, Collapse;
    NcName = "NCName", Name, Family::Text, Collapse;
    Id = "ID", NcName, Family::Text, Collapse;
    IdRef = "IDREF", NcName, Family::Text, Collapse;
    Entity = "ENTITY", NcName, Family::Text, Collapse;
    AnyUri = "anyURI", AnySimple, Family::Text, Collapse;
    QName = "QName", AnySimple, Family::QName, Collapse;
    Boolean = "boolean", AnySimple, Family::Boolean, Collapse;
    Base64 = "base64Binary", AnySimple, Family::Octets, Collapse;
    Hex = "hexBinary", AnySimple, Family::Octets, Collapse;
    Float = "float", AnySimple, Family::Float, Collapse;
    Double = "double", AnySimple, Family::Float, Collapse;
    Duration = "duration", AnySimple, Family::Duration, Collapse;
    DateTime = "dateTime", AnySimple, Family::Moment(Kind::DateTime), Collapse;
    Date = "date", AnySimple, Family::Moment(Kind::Date), Collapse;
    Time = "time", AnySimple, Family::Moment(Kind::Time), Collapse;
    GYear = "gYear", AnySimple, Family::Moment(Kind::GYear), Collapse;
    GYearMonth = "gYearMonth", AnySimple, Family::Moment(Kind::GYearMonth), Collapse;
    GMonth = "gMonth", AnySimple, Family::Moment(Kind::GMonth), Collapse;
    GMonthDay = "gMonthDay", AnySimple, Family::Moment(Kind::GMonthDay), Collapse;
    GDay = "gDay", AnySimple, Family::Moment(Kind::GDay), Collapse;
    Decimal = "decimal", AnySimple, Family::Decimal, Collapse;
    Integer = "integer", Decimal, Family::Decimal, Collapse;
    NonPositiveInteger = "nonPositiveInteger", Integer, Family::Decimal, Collapse;
    NegativeInteger = "negativeInteger", NonPositiveInteger, Family::Decimal, Collapse;
    Long = "long", Integer, Family::Decimal, Collapse;
    Int = "int", Long, Family::Decimal, Collapse;
    Short = "short", Int, Family::Decimal, Collapse;
    Byte = "byte", Short, Family::Decimal, Collapse;
    NonNegativeInteger = "nonNegativeInteger", Integer, Family::Decimal, Collapse;
    UnsignedLong = "unsignedLong", NonNegativeInteger, Family::Decimal, Collapse;
    UnsignedInt = "unsignedInt", UnsignedLong, Family::Decimal, Collapse;
    UnsignedShort = "unsignedShort", UnsignedInt, Family::Decimal, Collapse;
    UnsignedByte = "unsignedByte", UnsignedShort, Family::Decimal, Collapse;
    PositiveInteger = "positiveInteger", NonNegativeInteger, Family::Decimal, Collapse;
}

impl Builtin {
    /// True when the type takes any text, so that a value need not be looked at.
    pub fn takes_anything(self) -> bool {
        matches!(
            self,
            Self::AnySimple | Self::String | Self::NormalizedString | Self::Token
        )
    }

    /// True when `value`, white space already treated, has the form of the type. That an ID is unique, a prefix
    /// bound, an entity declared is not looked at here.
    pub fn accepts(self, value: &str) -> bool {
        let within = |min, max| is_integer_within(value, min, max);
        // Part 2 §3.3.21 to §3.3.24 of XML Schema 1.0: digits only, no sign.
        let unsigned = |max| !value.starts_with(['+', '-']) && within(Some(0), Some(max));
        match self {
            Self::AnySimple | Self::String | Self::NormalizedString | Self::Token => true,
            Self::Language => is_language(value),
            Self::NmToken => is_nm_token(value),
            Self::Name => is_name(value),
            Self::NcName | Self::Id | Self::IdRef | Self::Entity => is_nc_name(value),
            Self::AnyUri => uri::is_reference(value),
            Self::QName => q_name_prefix(value).is_some(),
            Self::Boolean => matches!(value, "true" | "false" | "1" | "0"),
            Self::Base64 | Self::Hex => self.octets(value).is_some(),
            Self::Float | Self::Double => float(value).is_some(),
            Self::Duration => Duration::read(value).is_some(),
            Self::Decimal => Decimal::read(value).is_some(),
            Self::Integer => is_integer(value),
            Self::NonPositiveInteger => within(None, Some(0)),
            Self::NegativeInteger => within(None, Some(-1)),
            Self::NonNegativeInteger => within(Some(0), None),
            Self::PositiveInteger => within(Some(1), None),
            Self::Long => within(Some(i64::MIN.into()), Some(i64::MAX.into())),
            Self::Int => within(Some(i32::MIN.into()), Some(i32::MAX.into())),
            Self::Short => within(Some(i16::MIN.into()), Some(i16::MAX.into())),
            Self::Byte => within(Some(i8::MIN.into()), Some(i8::MAX.into())),
            Self::UnsignedLong => unsigned(u64::MAX.into()),
            Self::UnsignedInt => unsigned(u32::MAX.into()),
            Self::UnsignedShort => unsigned(u16::MAX.into()),
            Self::UnsignedByte => unsigned(u8::MAX.into()),
            _ => match self.family() {
                Family::Moment(kind) => Moment::read(kind, value).is_some(),
                _ => false,
            },
        }
    }

    /// Octets that a binary value stands for.
    pub fn octets(self, value: &str) -> Option<u64> {
        match self {
            Self::Base64 => {
                let mut scan = Base64Scan::default();
                scan.feed(value.as_bytes());
                scan.octets()
            }
            Self::Hex => {
                let mut scan = HexScan::default();
                scan.feed(value.as_bytes());
                scan.octets()
            }
            _ => None,
        }
    }

    /// What a value looks like, for people.
    pub fn wanted(self) -> &'static str {
        match self {
            Self::AnySimple | Self::String | Self::NormalizedString | Self::Token => "any text",
            Self::Language => "a language tag such as sv or en-GB",
            Self::NmToken => "a name token",
            Self::Name | Self::NcName => "a name",
            Self::Id => "a name that no other ID of the document has",
            Self::IdRef => "an ID of the document",
            Self::Entity => {
                "an unparsed entity; none can be declared, as document type declarations are refused"
            }
            Self::AnyUri => "a URI",
            Self::QName => "a qualified name whose prefix is declared",
            Self::Boolean => "one of: true, false, 1, 0",
            Self::Base64 => "base64",
            Self::Hex => "pairs of hexadecimal digits",
            Self::Float | Self::Double => "a number such as 1.5 or 1.5E3, INF, -INF or NaN",
            Self::Duration => "a duration such as P30D",
            Self::DateTime => "a date and time that exist, such as 2026-01-31T22:00:00+01:00",
            Self::Date => "a date that exists, such as 2026-01-31",
            Self::Time => "a time of day such as 22:00:00",
            Self::GYear => "a year such as 2026",
            Self::GYearMonth => "a month such as 2026-01",
            Self::GMonth => "a month such as --01",
            Self::GMonthDay => "a day such as --01-31",
            Self::GDay => "a day such as ---31",
            Self::Decimal => "a decimal such as 12.50",
            Self::Integer => "a whole number",
            Self::NonPositiveInteger => "a whole number, at most 0",
            Self::NegativeInteger => "a whole number below 0",
            Self::NonNegativeInteger => "a whole number, at least 0",
            Self::PositiveInteger => "a whole number, at least 1",
            Self::Long => "a whole number from -9223372036854775808 to 9223372036854775807",
            Self::Int => "a whole number from -2147483648 to 2147483647",
            Self::Short => "a whole number from -32768 to 32767",
            Self::Byte => "a whole number from -128 to 127",
            Self::UnsignedLong => "a whole number from 0 to 18446744073709551615",
            Self::UnsignedInt => "a whole number from 0 to 4294967295",
            Self::UnsignedShort => "a whole number from 0 to 65535",
            Self::UnsignedByte => "a whole number from 0 to 255",
        }
    }
}

/// RFC 3066: parts of one to eight letters or digits, the first of letters only.
fn is_language(value: &str) -> bool {
    value.split('-').enumerate().all(|(place, part)| {
        (1..=8).contains(&part.len())
            && part
                .bytes()
                .all(|b| b.is_ascii_alphabetic() || place > 0 && b.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_base_comes_before_what_is_derived_from_it() {
        for (place, builtin) in Builtin::ALL.iter().enumerate() {
            assert_eq!(*builtin as usize, place);
            assert!(builtin.base() as usize <= place);
        }
    }

    #[test]
    fn forms() {
        for (builtin, good, bad) in [
            (Builtin::Language, "sv", "sv_SE"),
            (Builtin::Language, "zh-Hant-TW", "1v"),
            (Builtin::Language, "abcdefgh", "abcdefghi"),
            (Builtin::Boolean, "1", "True"),
            (Builtin::Int, "2147483647", "2147483648"),
            (Builtin::Byte, "-128", "-129"),
            (Builtin::UnsignedByte, "255", "+1"),
            (Builtin::PositiveInteger, "1", "0"),
            (Builtin::NegativeInteger, "-1", "-0"),
            (Builtin::NonPositiveInteger, "-0", "1"),
            (Builtin::NmToken, "1a", "a b"),
            (Builtin::QName, "a:b", "a:"),
            (Builtin::GDay, "---01", "---32"),
        ] {
            assert!(builtin.accepts(good), "{builtin:?} {good}");
            assert!(!builtin.accepts(bad), "{builtin:?} {bad}");
        }
    }
}
