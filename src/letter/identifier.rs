//! National identifiers, in the one form we keep: digits only, full length. Their `Debug` is a mask.
//!
//! A value of these types has the right length and holds digits only; whether its date and check digit are right is
//! asked of it ([`RecipientId::faults`]), because a wrong one is a finding and not an error.

use std::fmt;

macro_rules! digits {
    ($(#[$doc:meta])* $name:ident, $len:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; $len]);

        impl $name {
            /// From exactly this many ASCII digits.
            pub fn from_digits(digits: &str) -> Option<Self> {
                let bytes: [u8; $len] = digits.as_bytes().try_into().ok()?;
                bytes.iter().all(u8::is_ascii_digit).then_some(Self(bytes))
            }

            /// The digits.
            pub fn as_str(&self) -> &str {
                std::str::from_utf8(&self.0).unwrap_or_default()
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(masked)"))
            }
        }
    };
}

digits! {
    /// Swedish person or coordination number, `YYYYMMDDnnnC`.
    PersonNumber, 12
}
digits! {
    /// Swedish organisation number with its prefix 16.
    OrganisationNumber, 12
}
digits! {
    /// Danish CPR number, `DDMMYYnnnn`.
    Cpr, 10
}
digits! {
    /// Danish CVR number.
    Cvr, 8
}

/// Who the recipient is to a national registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RecipientId {
    /// Not known: paper only.
    None,
    /// Swedish person.
    Person(PersonNumber),
    /// Swedish organisation.
    Organisation(OrganisationNumber),
    /// Danish person.
    Cpr(Cpr),
    /// Danish company.
    Cvr(Cvr),
}
