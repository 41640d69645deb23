//! The words that values are chosen from.

use crate::letter::{
    Align, Channel, Colour, Country, DeliveryWish, Envelope, Environment, ListKind, MatterStatus,
    Postage, ReceiptWish, ReplyWish, Sides,
};

pub(crate) fn country(word: &str) -> Option<Country> {
    match word {
        "SE" => Some(Country::Sweden),
        "DK" => Some(Country::Denmark),
        _ => None,
    }
}

pub(crate) fn environment(word: &str) -> Option<Environment> {
    match word {
        "test" => Some(Environment::Test),
        "production" => Some(Environment::Production),
        _ => None,
    }
}

pub(crate) fn delivery(word: &str) -> Option<DeliveryWish> {
    match word {
        "auto" => Some(DeliveryWish::Auto),
        "digital" => Some(DeliveryWish::Digital),
        "print" => Some(DeliveryWish::Print),
        _ => None,
    }
}

pub(crate) fn reply(word: &str) -> Option<ReplyWish> {
    match word {
        "requested" => Some(ReplyWish::Requested),
        "accepted" => Some(ReplyWish::Accepted),
        "not-allowed" => Some(ReplyWish::NotAllowed),
        _ => None,
    }
}

pub(crate) fn receipt(word: &str) -> Option<ReceiptWish> {
    match word {
        "none" => Some(ReceiptWish::None),
        "simple" => Some(ReceiptWish::Simple),
        "signed" => Some(ReceiptWish::Signed),
        _ => None,
    }
}

pub(crate) fn matter_status(word: &str) -> Option<MatterStatus> {
    match word {
        "sender" => Some(MatterStatus::SenderInitiative),
        "recipient" => Some(MatterStatus::RecipientInitiative),
        "closed" => Some(MatterStatus::Closed),
        _ => None,
    }
}

/// `xs:boolean`.
pub(crate) fn boolean(word: &str) -> Option<bool> {
    match word {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

/// The channel an attachment is kept to; `any` is none.
pub(crate) fn only(word: &str) -> Option<Option<Channel>> {
    match word {
        "any" => Some(None),
        "digital" => Some(Some(Channel::Digital)),
        "print" => Some(Some(Channel::Print)),
        _ => None,
    }
}

pub(crate) fn list_kind(word: &str) -> Option<ListKind> {
    match word {
        "bullet" => Some(ListKind::Bullet),
        "number" => Some(ListKind::Number),
        _ => None,
    }
}

/// Level of a heading, 1 to 3; `xs:positiveInteger` may have a sign and leading zeros.
pub(crate) fn level(word: &str) -> Option<u8> {
    word.parse().ok().filter(|level| (1..=3).contains(level))
}

pub(crate) fn align(word: &str) -> Option<Align> {
    match word {
        "left" => Some(Align::Left),
        "right" => Some(Align::Right),
        "centre" => Some(Align::Centre),
        _ => None,
    }
}

/// Whether a row is a closing row.
pub(crate) fn row_is_total(word: &str) -> Option<bool> {
    match word {
        "plain" => Some(false),
        "total" => Some(true),
        _ => None,
    }
}

pub(crate) fn sides(word: &str) -> Option<Sides> {
    match word {
        "simplex" => Some(Sides::Simplex),
        "duplex" => Some(Sides::Duplex),
        _ => None,
    }
}

pub(crate) fn colour(word: &str) -> Option<Colour> {
    match word {
        "mono" => Some(Colour::Mono),
        "colour" => Some(Colour::Colour),
        _ => None,
    }
}

pub(crate) fn postage(word: &str) -> Option<Postage> {
    match word {
        "economy" => Some(Postage::Economy),
        "standard" => Some(Postage::Standard),
        "priority" => Some(Postage::Priority),
        "registered" => Some(Postage::Registered),
        "legal" => Some(Postage::Legal),
        _ => None,
    }
}

pub(crate) fn envelope(word: &str) -> Option<Envelope> {
    match word {
        "C65" => Some(Envelope::C65),
        "C5" => Some(Envelope::C5),
        "C4" => Some(Envelope::C4),
        _ => None,
    }
}
