//! An entry in 64 bits: kind 3, digits 40, status 5, operator 16, from the highest bit.
//!
//! The 43 bits of kind and digits are [`RecipientId::key`](crate::letter::RecipientId::key). Entries stand in the order of [`place`], an even spread of the keys, so
//! that a bucket's position in the file follows from a key's highest bits and a look-up touches two cache lines.

use crate::letter::identifier::{KEY_DIGIT_BITS, Kind};

use super::{Entry, OperatorIndex, Status};

/// Status and operator.
pub const VALUE_BITS: u32 = 21;
const OPERATOR_BITS: u32 = 16;
/// Stands for "no operator".
pub const OPERATOR_NONE: u16 = u16::MAX;
/// Stands for "no operator, but NemSMS": in Denmark there are no operators to name. The table never has so many rows, so
/// a reader that does not know this number finds no operator, as it should.
pub const OPERATOR_NEM_SMS: u16 = u16::MAX - 1;

/// An entry as it stands in the file.
pub fn pack(key: u64, entry: Entry) -> u64 {
    let operator = match (entry.operator, entry.nem_sms) {
        (Some(index), _) => index.0,
        (None, true) => OPERATOR_NEM_SMS,
        (None, false) => OPERATOR_NONE,
    };
    key << VALUE_BITS | u64::from(entry.status as u8) << OPERATOR_BITS | u64::from(operator)
}

/// The key of a packed entry.
pub fn key_of(packed: u64) -> u64 {
    packed >> VALUE_BITS
}

/// The kind of identifier that a key is of; `None` for one of a later version.
pub fn kind_of(key: u64) -> Option<Kind> {
    let day = digits_of(key) / 10_000 % 100; // YYYYMMDDnnnC
    Some(match key >> KEY_DIGIT_BITS {
        1 if day >= 60 => Kind::Coordination,
        1 => Kind::Person,
        2 => Kind::Organisation,
        3 => Kind::Cpr,
        4 => Kind::Cvr,
        _ => return None,
    })
}

/// The digits of a key, as a number.
pub fn digits_of(key: u64) -> u64 {
    key % (1 << KEY_DIGIT_BITS)
}

/// Status and operator of a packed entry; `None` for a status of a later version.
pub fn entry_of(packed: u64) -> Option<Entry> {
    let status = Status::from_number((packed >> OPERATOR_BITS & 0x1f) as u8)?;
    let operator = (packed & 0xffff) as u16;
    Some(Entry {
        status,
        operator: (operator < OPERATOR_NEM_SMS).then_some(OperatorIndex(operator)),
        nem_sms: operator == OPERATOR_NEM_SMS,
    })
}

/// Where a key stands among all keys: the finaliser of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014), a bijection that
/// spreads birth dates evenly.
pub fn place(key: u64) -> u64 {
    let z = (key ^ key >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ z >> 31
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::letter::{Cpr, Cvr, OrganisationNumber, PersonNumber, RecipientId};

    #[test]
    fn packed_entries_come_back() {
        let ids = [
            RecipientId::Person(PersonNumber::from_digits("999999999999").unwrap()),
            RecipientId::Organisation(OrganisationNumber::from_digits("162021004748").unwrap()),
            RecipientId::Cpr(Cpr::from_digits("0000000000").unwrap()),
            RecipientId::Cvr(Cvr::from_digits("00000000").unwrap()),
        ];
        let mut keys: Vec<u64> = ids.iter().filter_map(RecipientId::key).collect();
        for key in &keys {
            for status in Status::ALL {
                for (operator, nem_sms) in [
                    (None, false),
                    (None, true),
                    (Some(OperatorIndex(0)), false),
                    (Some(OperatorIndex(0xfffd)), false),
                ] {
                    let entry = Entry {
                        status: *status,
                        operator,
                        nem_sms,
                    };
                    let packed = pack(*key, entry);
                    assert!(kind_of(key_of(packed)).is_some());
                    assert_eq!(key_of(packed), *key);
                    assert_eq!(entry_of(packed), Some(entry));
                }
            }
        }
        keys.dedup();
        assert_eq!(keys.len(), ids.len(), "kinds do not share keys");
        assert_eq!(RecipientId::None.key(), None);
    }

    #[test]
    fn the_spread_is_the_published_one() {
        // First output of SplitMix64 with seed 0: the finaliser of the golden ratio constant.
        assert_eq!(place(0x9e37_79b9_7f4a_7c15), 0xe220_a839_7b1d_cdaf);
    }
}
