//! The matter a letter belongs to, what it is about and what it answers; the sender's contact point.

use super::super::cursor::{Cursor, Stop};
use super::super::vocabulary::{self as words, Element, attribute};
use super::{bad_value, missing, parts, word};
use crate::letter::{
    About, Classification, ContactPoint, Cpr, Cvr, Dialogue, EarlierMessage, Matter,
    Representative, Text,
};

/// A child of `letter` that belongs to its dialogue; any other is skipped.
pub(super) fn part<'a>(
    c: &mut Cursor<'a, '_, '_>,
    child: Element,
    dialogue: &mut Dialogue<'a>,
) -> Result<(), Stop> {
    match child {
        Element::Reply => {
            dialogue.reply = word(c, words::reply, "`requested`, `accepted` or `not-allowed`")?
        }
        Element::Receipt => {
            dialogue.receipt = word(c, words::receipt, "`none`, `simple` or `signed`")?
        }
        Element::MessageCode => dialogue.message_code = Some(c.token()?),
        Element::Matter => dialogue.matter = Some(matter(c)?),
        Element::About => dialogue.about = Some(Box::new(about(c)?)),
        Element::InReplyTo => dialogue.in_reply_to.extend(earlier_message(c)?),
        _ => c.skip()?,
    }
    Ok(())
}

/// An element with a name in an attribute and a value in its text.
pub(super) fn named_value<'a>(
    c: &mut Cursor<'a, '_, '_>,
    name: &str,
) -> Result<Option<(Text<'a>, Text<'a>)>, Stop> {
    let found = c.attribute(name);
    let value = c.token()?;
    if found.is_none() {
        missing(c, name);
    }
    Ok(found.map(|name| (name, value)))
}

fn matter<'a>(c: &mut Cursor<'a, '_, '_>) -> Result<Matter<'a>, Stop> {
    let mut matter = Matter::default();
    while let Some(child) = c.child()? {
        match child {
            Element::CaseId => matter.case_id = Some(c.token()?),
            Element::CaseSystem => matter.case_system = Some(c.token()?),
            Element::EventId => matter.event_id = Some(c.token()?),
            Element::PrecedingEventId => matter.preceding_event_id = Some(c.token()?),
            Element::MatterSubject => matter.subject = Some(c.token()?),
            Element::EventType => matter.event_type = Some(c.token()?),
            Element::MatterStatus => {
                let allowed = "`sender`, `recipient` or `closed`";
                matter.status = word(c, words::matter_status, allowed)?;
            }
            _ => c.skip()?,
        }
    }
    Ok(matter)
}

fn about<'a>(c: &mut Cursor<'a, '_, '_>) -> Result<About<'a>, Stop> {
    let mut about = About::default();
    while let Some(child) = c.child()? {
        match child {
            Element::Citizen => {
                about.citizen = pair(c, attribute::CPR, attribute::NAME)?
                    .map(|(cpr, name)| (Text::from(cpr.replace('-', "")), name))
                    .filter(|(cpr, _)| {
                        digits(c, cpr, Cpr::from_digits(cpr).is_some(), "ten digits")
                    });
            }
            Element::Company => {
                about.company = pair(c, attribute::CVR, attribute::NAME)?.filter(|(cvr, _)| {
                    digits(c, cvr, Cvr::from_digits(cvr).is_some(), "eight digits")
                });
            }
            Element::Vehicle => about.vehicle = pair(c, attribute::LICENCE, attribute::CHASSIS)?,
            Element::Property => {
                about.property =
                    pair(c, attribute::NUMBER, attribute::NAME)?.map(|(number, _)| number);
            }
            Element::Kle => about.kle = classification(c)?,
            Element::Form => about.form = classification(c)?,
            Element::ProductionUnit => {
                about.production_unit = pair(c, attribute::NUMBER, attribute::NAME)?;
            }
            Element::Education => about.education = pair(c, attribute::CODE, attribute::NAME)?,
            Element::Address => about.address = parts::address(c)?,
            _ => c.skip()?,
        }
    }
    Ok(about)
}

/// Says so when an identifier is none: the schema's `\d` takes the digits of every script.
fn digits(c: &mut Cursor<'_, '_, '_>, text: &str, good: bool, allowed: &str) -> bool {
    if !good {
        bad_value(c, text, allowed);
    }
    good
}

/// An empty element with a key and perhaps a name.
fn pair<'a>(
    c: &mut Cursor<'a, '_, '_>,
    key: &str,
    name: &str,
) -> Result<Option<(Text<'a>, Option<Text<'a>>)>, Stop> {
    let (found, name) = (c.attribute(key), c.attribute(name));
    c.skip()?;
    if found.is_none() {
        missing(c, key);
    }
    Ok(found.map(|key| (key, name)))
}

fn classification<'a>(c: &mut Cursor<'a, '_, '_>) -> Result<Option<Classification<'a>>, Stop> {
    let (key, version) = (c.attribute(attribute::KEY), c.attribute(attribute::VERSION));
    let (facet, label) = (c.attribute(attribute::FACET), c.attribute(attribute::LABEL));
    c.skip()?;
    let (Some(key), Some(version), Some(label)) = (key, version, label) else {
        missing(c, "key, version and label");
        return Ok(None);
    };
    Ok(Some(Classification {
        key,
        version,
        facet,
        label,
    }))
}

fn earlier_message<'a>(c: &mut Cursor<'a, '_, '_>) -> Result<Option<EarlierMessage<'a>>, Stop> {
    let uuid = c.attribute(attribute::MESSAGE_UUID);
    let mut message = EarlierMessage {
        message_id: c.attribute(attribute::MESSAGE_ID),
        reply_uuid: c.attribute(attribute::REPLY_UUID),
        sender_id: c.attribute(attribute::SENDER_ID),
        recipient_id: c.attribute(attribute::RECIPIENT_ID),
        case_id: c.attribute(attribute::CASE_ID),
        contact_point_id: c.attribute(attribute::CONTACT_POINT_ID),
        system_id: c.attribute(attribute::SYSTEM_ID),
        ..EarlierMessage::default()
    };
    while let Some(child) = c.child()? {
        match child {
            Element::Comment => message.comment = Some(c.token()?),
            Element::Data => message.data.extend(named_value(c, attribute::NAME)?),
            _ => c.skip()?,
        }
    }
    let Some(uuid) = uuid else {
        missing(c, attribute::MESSAGE_UUID);
        return Ok(None);
    };
    message.message_uuid = uuid;
    Ok(Some(message))
}

/// The sender's contact point.
pub(super) fn contact_point(c: &mut Cursor<'_, '_, '_>) -> Result<Option<ContactPoint>, Stop> {
    let owned = |text: Option<Text<'_>>| text.map(Text::into_owned);
    let id = owned(c.attribute(attribute::ID));
    let group = owned(c.attribute(attribute::GROUP));
    let label = owned(c.attribute(attribute::LABEL));
    let mut info = Vec::new();
    while let Some(child) = c.child()? {
        match child {
            Element::ContactInfo => {
                let found = named_value(c, attribute::LABEL)?;
                info.extend(found.map(|(label, value)| (label.into_owned(), value.into_owned())));
            }
            _ => c.skip()?,
        }
    }
    let Some(id) = id else {
        missing(c, attribute::ID);
        return Ok(None);
    };
    Ok(Some(ContactPoint {
        id,
        group,
        label,
        info,
    }))
}

/// In whose place the sender sends.
pub(super) fn representative(c: &mut Cursor<'_, '_, '_>) -> Result<Option<Representative>, Stop> {
    let found = pair(c, attribute::CVR, attribute::LABEL)?
        .filter(|(cvr, _)| digits(c, cvr, Cvr::from_digits(cvr).is_some(), "eight digits"));
    Ok(found.map(|(id, label)| Representative {
        id: id.into_owned(),
        label: label.map(Text::into_owned),
    }))
}
