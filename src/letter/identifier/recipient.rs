//! `RecipientId` as a number, and as the text that Mina meddelanden and FaR use.

use super::RecipientId;

/// Bits of a [`RecipientId::key`] that hold the digits; twelve digits fit.
pub const KEY_DIGIT_BITS: u32 = 40;

impl RecipientId {
    /// A number that no other identifier has, of 43 bits: its kind above its digits. `None` for no identifier. Snapshots
    /// of the registry hold such numbers, so that they stay as they are.
    pub fn key(&self) -> Option<u64> {
        let (kind, number): (u64, u64) = match self {
            Self::None => return None,
            Self::Person(n) => (1, n.to_number()),
            Self::Organisation(n) => (2, n.to_number()),
            Self::Cpr(n) => (3, n.to_number()),
            Self::Cvr(n) => (4, n.to_number()),
        };
        Some(kind << KEY_DIGIT_BITS | number)
    }
}

/// What stands against a text as a `RecipientId` (facts/sweden.md §5): twelve digits that begin with 16, or with a century
/// and a month. Any day is admitted, as coordination numbers have; month 00, which some of them have too, is not.
pub fn recipient_id_fault(text: &str) -> Option<&'static str> {
    const DIGITS: usize = 12;
    if text.len() != DIGITS || !text.bytes().all(|b| b.is_ascii_digit()) {
        return Some("it is not twelve digits");
    }
    let month = text.get(4..6).and_then(|month| month.parse::<u8>().ok());
    match (text.get(..2), month) {
        (Some("16"), _) | (Some("18" | "19" | "20"), Some(1..=12)) => None,
        (Some("18" | "19" | "20"), _) => Some("its month is not 01 to 12"),
        _ => Some("its century is not 18, 19 or 20, nor its prefix 16"),
    }
}
