//! What a letter says beside its text: whether an answer is wished, the matter it belongs to, what it is about. Not all
//! letters say it, as not all case systems know it.

use super::draft::{Draft, Whom};
use super::element;
use crate::letter::{Country, RecipientId};
use crate::sample::chance::Chance;
use crate::sample::markup::push_padded;
use crate::sample::people::denmark::{child, street};
use crate::sample::texts::denmark::plate;
use crate::sample::texts::{Case, Kind};

/// Appends `data`, `reply`, `receipt` and `matter` of a letter in Sweden.
pub fn sweden(out: &mut String, chance: &mut Chance, draft: &Draft, case: &Case) {
    if chance.happens(30) {
        out.push_str("    <data name=\"handlingstyp\">utgående brev</data>\n");
    }
    let reply = match draft.kind {
        Kind::Appointment if chance.happens(500) => Some("requested"),
        Kind::Childcare | Kind::CarePlan if chance.happens(100) => Some("accepted"),
        Kind::Bill | Kind::Reminder if chance.happens(150) => Some("not-allowed"),
        _ => None,
    };
    if let Some(reply) = reply {
        element(out, "reply", reply);
    }
    let receipt = match draft.kind {
        Kind::CarePlan if chance.happens(200) => Some("simple"),
        Kind::Summons => Some("signed"),
        _ => None,
    };
    if let Some(receipt) = receipt {
        element(out, "receipt", receipt);
    }
    let (subject, event, status) = match draft.kind {
        Kind::Childcare => ("Plats i förskola", "Beslut", "recipient"),
        Kind::Building => ("Bygglov", "Beslut", "closed"),
        Kind::Summons => ("Tillsyn av enskilt avlopp", "Föreläggande", "recipient"),
        Kind::CarePlan => ("Stöd i hemmet", "Plan", "sender"),
        _ => return,
    };
    if chance.happens(350) {
        let event_id = |step: u32| format!("162021004748:{}:{step}", case.number);
        let preceding = chance.happens(400);
        out.push_str("    <matter>\n");
        inner(out, "caseId", &case.reference);
        inner(out, "eventId", &event_id(if preceding { 2 } else { 1 }));
        if preceding {
            inner(out, "precedingEventId", &event_id(1));
        }
        inner(out, "matterSubject", subject);
        inner(out, "eventType", event);
        inner(out, "status", status);
        out.push_str("    </matter>\n");
    }
}

/// Appends everything from `data` to `inReplyTo` of a letter in Denmark.
pub fn denmark(out: &mut String, chance: &mut Chance, draft: &Draft, case: &Case) {
    if chance.happens(50) {
        out.push_str("    <data name=\"dokumenttype\">udgående brev</data>\n");
    }
    let reply = match draft.kind {
        Kind::Appointment => Some("requested"),
        Kind::Summons => None,
        Kind::Bill | Kind::Reminder if chance.happens(300) => Some("not-allowed"),
        _ if chance.happens(400) => Some("accepted"),
        _ => None,
    };
    if let Some(reply) = reply {
        element(out, "reply", reply);
    }
    if chance.happens(600) {
        element(
            out,
            "messageCode",
            draft.kind.face(Country::Denmark).process,
        );
    }
    if chance.happens(600) {
        out.push_str("    <matter>\n");
        inner(out, "caseId", &case.reference);
        if chance.happens(500) {
            inner(out, "caseSystem", "Lilleø Sagsarkiv");
        }
        out.push_str("    </matter>\n");
    }
    if chance.happens(550) {
        out.push_str("    <about>\n");
        about(out, chance, draft, case);
        out.push_str("    </about>\n");
    }
    let answers = match draft.kind {
        Kind::Appointment => chance.happens(200),
        Kind::CarePlan | Kind::Building => chance.happens(80),
        _ => false,
    };
    if answers {
        earlier_message(out, chance, case);
    }
}

/// The children of `about`, in the order of the schema.
fn about(out: &mut String, chance: &mut Chance, draft: &Draft, case: &Case) {
    if draft.kind == Kind::Childcare {
        out.push_str(&format!("      <citizen cpr=\"{}\"/>\n", child(chance)));
    }
    if let (Whom::Organisation, RecipientId::Cvr(cvr)) = (draft.who.whom, draft.who.id) {
        out.push_str(&format!("      <company cvr=\"{}\"/>\n", cvr.as_str()));
    }
    if draft.kind == Kind::Parking {
        out.push_str(&format!("      <vehicle licence=\"{}\"/>\n", plate(case)));
    }
    if draft.kind == Kind::Building {
        out.push_str("      <property number=\"");
        push_padded(out, chance.below(10_000_000), 10);
        out.push_str("\"/>\n");
    }
    // Groups of KL Emnesystematik.
    let (key, label) = match draft.kind {
        Kind::Childcare => ("28.00.00", "Dagtilbud til børn og unge"),
        Kind::Bill => ("07.00.00", "Affald og genanvendelse"),
        Kind::Reminder => ("00.32.00", "Regnskab"),
        Kind::Parking => ("05.00.00", "Veje og trafik"),
        Kind::Building => ("02.00.00", "Byggeri"),
        Kind::CarePlan => ("27.00.00", "Social service"),
        Kind::Appointment => ("15.00.00", "Beskæftigelse"),
        Kind::Summons => ("06.00.00", "Spildevand og vandløb"),
    };
    out.push_str(&format!(
        "      <kle key=\"{key}\" version=\"2.4\" facet=\"G01\" label=\"{label}\"/>\n"
    ));
    if draft.who.whom == Whom::Organisation && chance.happens(300) {
        out.push_str("      <productionUnit number=\"");
        push_padded(out, chance.below(1_000_000), 10); // Real ones begin at a thousand millions.
        out.push_str("\"/>\n");
    }
    if draft.kind == Kind::Building {
        out.push_str("      <address>\n        <street>");
        street(out, chance);
        out.push_str("</street>\n        <postalCode>9999</postalCode>\n        <city>Lilleø</city>\n      </address>\n");
    }
}

/// What the recipient had written.
fn earlier_message(out: &mut String, chance: &mut Chance, case: &Case) {
    let (a, b) = (chance.next(), chance.next());
    out.push_str(&format!(
        "    <inReplyTo messageUuid=\"{:08x}-{:04x}-4{:03x}-{:x}{:03x}-{:012x}\" caseId=\"{}\"",
        a >> 32,
        a >> 16 & 0xffff,
        a & 0xfff,
        8 + (b >> 62),
        b >> 48 & 0xfff,
        b & 0xffff_ffff_ffff,
        case.reference
    ));
    if chance.happens(500) {
        out.push_str(">\n      <comment>Svar på din henvendelse</comment>\n    </inReplyTo>\n");
    } else {
        out.push_str("/>\n");
    }
}

/// A child of `matter`.
fn inner(out: &mut String, name: &str, text: &str) {
    super::element_in(out, 6, name, text);
}
