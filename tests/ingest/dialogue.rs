//! The matter of a letter, what it is about, what it answers, and the sender's contact point: every field.

use lettermill::letter::{
    About, AddressForm, Classification, ContactPoint, EarlierMessage, Matter, MatterStatus,
    ReceiptWish, ReplyWish, Representative,
};

use super::{CONTENT, codes, letter, on_disk, open, read};

const RECIPIENT: &str = "<recipient><cpr>6101400001</cpr><name>Åse Ærø</name></recipient>";

/// A Danish mailing of one letter: what stands behind the sender's support, and behind the letter's content.
fn mailing(sender: &str, inside: &str) -> String {
    let letter = letter(
        "L1",
        &format!("{RECIPIENT}<subject>Brev</subject>{CONTENT}{inside}"),
    );
    format!(
        r#"<mailing xmlns="urn:lettermill:mailing:1">
  <header>
    <mailingId>dialogue</mailingId><created>2026-03-02T23:30:00+01:00</created><environment>test</environment>
    <sender><country>DK</country><organisationNumber>00010103</organisationNumber><name>Lilleø Kommune</name>
      <returnAddress><street>Vej 1</street><postalCode>9999</postalCode><city>Lilleø</city></returnAddress>
      <support><text>Ring.</text></support>{sender}
    </sender>
    <letterCount>1</letterCount>
  </header>
{letter}</mailing>
"#
    )
}

const SENDER: &str = r#"
      <attention> Jura  og Ret </attention>
      <contactPoint id="cp-1" group="Breve" label="Borgerservice">
        <info label="Sagsnummer">FO-</info><info label="Telefon"/>
      </contactPoint>
      <representative cvr="00020133" label="Ravnholt ApS"/>"#;

const DIALOGUE: &str = r#"
    <reply>not-allowed</reply>
    <receipt>signed</receipt>
    <messageCode> KODE 7 </messageCode>
    <matter>
      <caseId>SAG-1</caseId>
      <caseSystem>Arkiv</caseSystem>
      <eventId>E-2</eventId>
      <precedingEventId>E-1</precedingEventId>
      <matterSubject>Byggesag &amp; nabo</matterSubject>
      <eventType>Afgørelse</eventType>
      <status>recipient</status>
    </matter>
    <about>
      <citizen cpr="610140-0001" name="Åse Ærø"/>
      <company cvr="00020133" name="Ravnholt ApS"/>
      <vehicle licence="AB00123" chassis="STEL-1"/>
      <property number="0000001234"/>
      <kle key="02.34.02" version="2.4" facet="G01" label="Byggesag"/>
      <form key="11.22.33" version="1.0" label="Opgave"/>
      <productionUnit number="0000012345" name="Værkstedet"/>
      <education code="1234" name="Uddannelse"/>
      <address country="GL"><careOf>c/o Lund</careOf><street>Vej 7</street><postalCode>3900</postalCode><city>Nuuk</city></address>
    </about>
    <inReplyTo messageUuid="9b1f6a20-4c3d-4e8b-b2a7-6d5e4f3c2b1a" messageId="M-1"
        replyUuid="0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d" senderId="00020133" recipientId="00010103" caseId="SAG-0"
        contactPointId="cp-0" systemId="Arkiv">
      <comment>Svar på brev</comment>
      <data name="emne">nabo</data><data name="tom"/>
    </inReplyTo>
    <inReplyTo messageUuid="00000000-0000-4000-8000-000000000000"/>"#;

#[test]
fn every_field_is_filled() {
    let file = on_disk(mailing(SENDER, DIALOGUE));
    let source = open(&file.path).unwrap();

    let contact = &source.header().sender.contact;
    assert_eq!(contact.attention.as_deref(), Some("Jura og Ret"));
    let point = ContactPoint {
        id: "cp-1".into(),
        group: Some("Breve".into()),
        label: Some("Borgerservice".into()),
        info: vec![
            ("Sagsnummer".into(), "FO-".into()),
            ("Telefon".into(), String::new()),
        ],
    };
    assert_eq!(contact.contact_point, Some(point));
    let representative = Representative {
        id: "00020133".into(),
        label: Some("Ravnholt ApS".into()),
    };
    assert_eq!(contact.representative, Some(representative));

    let (letters, _) = read(&source).unwrap();
    assert_eq!(codes(&letters[0].findings), [""; 0]);
    let dialogue = &letters[0].letter.as_ref().unwrap().dialogue;
    assert_eq!(dialogue.reply, Some(ReplyWish::NotAllowed));
    assert_eq!(dialogue.receipt, Some(ReceiptWish::Signed));
    assert_eq!(dialogue.message_code.as_deref(), Some("KODE 7"));

    // Taken apart by name, so that a new field must be thought of here.
    let Matter {
        case_id,
        case_system,
        event_id,
        preceding_event_id,
        subject,
        event_type,
        status,
    } = dialogue.matter.as_ref().unwrap();
    let texts = [
        (case_id, "SAG-1"),
        (case_system, "Arkiv"),
        (event_id, "E-2"),
        (preceding_event_id, "E-1"),
        (subject, "Byggesag & nabo"),
        (event_type, "Afgørelse"),
    ];
    for (found, expected) in texts {
        assert_eq!(found.as_deref(), Some(expected));
    }
    assert_eq!(*status, Some(MatterStatus::RecipientInitiative));

    about_is_filled(dialogue.about.as_ref().unwrap());

    let [answered, least] = dialogue.in_reply_to.as_slice() else {
        panic!("{} messages", dialogue.in_reply_to.len());
    };
    let EarlierMessage {
        message_uuid,
        message_id,
        reply_uuid,
        sender_id,
        recipient_id,
        case_id,
        contact_point_id,
        system_id,
        comment,
        data,
    } = answered;
    assert_eq!(message_uuid, "9b1f6a20-4c3d-4e8b-b2a7-6d5e4f3c2b1a");
    let texts = [
        (message_id, "M-1"),
        (reply_uuid, "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"),
        (sender_id, "00020133"),
        (recipient_id, "00010103"),
        (case_id, "SAG-0"),
        (contact_point_id, "cp-0"),
        (system_id, "Arkiv"),
        (comment, "Svar på brev"),
    ];
    for (found, expected) in texts {
        assert_eq!(found.as_deref(), Some(expected));
    }
    assert_eq!(
        *data,
        [("emne".into(), "nabo".into()), ("tom".into(), "".into())]
    );
    assert_eq!(least.message_uuid, "00000000-0000-4000-8000-000000000000");
    assert!(least.message_id.is_none() && least.comment.is_none() && least.data.is_empty());
}

fn about_is_filled(about: &About<'_>) {
    let About {
        citizen,
        company,
        vehicle,
        property,
        kle,
        form,
        production_unit,
        education,
        address,
    } = about;
    let pairs = [
        (citizen, ("6101400001", "Åse Ærø")), // The hyphen is taken out.
        (company, ("00020133", "Ravnholt ApS")),
        (vehicle, ("AB00123", "STEL-1")),
        (production_unit, ("0000012345", "Værkstedet")),
        (education, ("1234", "Uddannelse")),
    ];
    for (found, (key, name)) in pairs {
        assert_eq!(*found, Some((key.into(), Some(name.into()))));
    }
    assert_eq!(property.as_deref(), Some("0000001234"));
    let classified = |key: &'static str,
                      version: &'static str,
                      facet: Option<&'static str>,
                      label: &'static str| {
        Some(Classification {
            key: key.into(),
            version: version.into(),
            facet: facet.map(Into::into),
            label: label.into(),
        })
    };
    assert_eq!(*kle, classified("02.34.02", "2.4", Some("G01"), "Byggesag"));
    assert_eq!(*form, classified("11.22.33", "1.0", None, "Opgave"));
    let address = address.as_ref().unwrap();
    assert_eq!(address.country.as_deref(), Some("GL"));
    let AddressForm::Parts {
        care_of,
        street,
        postal_code,
        city,
    } = &address.form
    else {
        panic!("free lines");
    };
    assert_eq!(care_of.as_deref(), Some("c/o Lund"));
    assert_eq!(
        (street.as_ref(), postal_code.as_ref(), city.as_ref()),
        ("Vej 7", "3900", "Nuuk")
    );
}

#[test]
fn every_word_has_its_meaning() {
    let read_one = |inside: &str| {
        let file = on_disk(mailing("", inside));
        let source = open(&file.path).unwrap();
        let (mut letters, _) = read(&source).unwrap();
        let dialogue = letters.remove(0).letter.unwrap().dialogue;
        let status = dialogue.matter.as_ref().and_then(|m| m.status);
        (dialogue.reply, dialogue.receipt, status)
    };
    let (reply, receipt, status) = (
        ReplyWish::Requested,
        ReceiptWish::None,
        MatterStatus::Closed,
    );
    assert_eq!(
        read_one(
            "<reply>requested</reply><receipt>none</receipt><matter><status>closed</status></matter>"
        ),
        (Some(reply), Some(receipt), Some(status))
    );
    let (reply, receipt) = (ReplyWish::Accepted, ReceiptWish::Simple);
    let status = MatterStatus::SenderInitiative;
    assert_eq!(
        read_one(
            "<reply>accepted</reply><receipt>simple</receipt><matter><status>sender</status></matter>"
        ),
        (Some(reply), Some(receipt), Some(status))
    );
    assert_eq!(read_one(""), (None, None, None));
}

#[test]
fn without_them_nothing_is_filled_and_a_mask_shows_nothing() {
    let file = on_disk(mailing("", ""));
    let source = open(&file.path).unwrap();
    let contact = &source.header().sender.contact;
    assert!(contact.attention.is_none() && contact.contact_point.is_none());
    assert!(contact.representative.is_none());
    let (letters, _) = read(&source).unwrap();
    let dialogue = &letters[0].letter.as_ref().unwrap().dialogue;
    assert!(dialogue.message_code.is_none() && dialogue.matter.is_none());
    assert!(dialogue.about.is_none() && dialogue.in_reply_to.is_empty());

    let file = on_disk(mailing(SENDER, DIALOGUE));
    let source = open(&file.path).unwrap();
    let (letters, _) = read(&source).unwrap();
    let shown = format!("{:?}", letters[0].letter.as_ref().unwrap().dialogue);
    for secret in ["6101400001", "Åse", "AB00123", "Lund", "Svar", "00020133"] {
        assert!(!shown.contains(secret), "{secret}");
    }
}
