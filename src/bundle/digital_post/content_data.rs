//! `ContentData`: what a letter is about, the case it belongs to, data that the recipient's systems sort it by.

use super::super::Refusal;
use super::grammar as g;
use super::xml::{Writer, refused};
use crate::letter::{
    About, Address, AddressForm, Classification, Country, Header, Letter, Recipient, Text,
};

/// What a letter leaves to its sender.
pub(super) struct ContentData {
    sender_name: String,
    country: Country,
}

impl ContentData {
    pub(super) fn new(header: &Header) -> Self {
        Self {
            sender_name: header.sender.name.clone(),
            country: header.sender.country,
        }
    }

    /// `ContentData`, where there is something to say.
    pub(super) fn write(&self, out: &mut Writer, letter: &Letter<'_>) -> Result<(), Refusal> {
        let about = letter.dialogue.about.as_deref();
        let matter = letter.dialogue.matter.as_ref();
        let case_id = matter.and_then(|m| m.case_id.as_deref());
        let case_id = case_id.or(letter.reference.as_deref());
        if about.is_none() && case_id.is_none() && letter.data.is_empty() {
            return Ok(());
        }
        let data_max = 10; // facts/denmark.md §1.3, AdditionalContentData{0..10}.
        if letter.data.len() > data_max {
            let found = format!("{} of them", letter.data.len());
            return Err(refused(&g::ADDITIONAL_CONTENT_DATA, found, "10 at most"));
        }
        out.node(&g::CONTENT_DATA, |out| {
            if let Some(about) = about {
                self.about_before_case(out, about)?;
            }
            if let Some(case_id) = case_id {
                let system = matter.and_then(|m| m.case_system.as_deref());
                out.node(&g::CASE_ID, |out| {
                    out.leaf(&g::CASE_ID_TEXT, case_id)?;
                    out.leaf(&g::CASE_SYSTEM, system.unwrap_or(&self.sender_name))
                })?;
            }
            if let Some(about) = about {
                self.about_behind_case(out, about, &letter.recipient)?;
            }
            for (name, value) in &letter.data {
                out.node(&g::ADDITIONAL_CONTENT_DATA, |out| {
                    out.leaf(&g::CONTENT_DATA_NAME, name)?;
                    out.leaf(&g::CONTENT_DATA_VALUE, value)
                })?;
            }
            Ok(())
        })
    }

    fn about_before_case(&self, out: &mut Writer, about: &About<'_>) -> Result<(), Refusal> {
        pair(
            out,
            [&g::CPR_DATA, &g::CPR_NUMBER, &g::GRD_NAME],
            &about.citizen,
        )?;
        pair(
            out,
            [&g::CVR_DATA, &g::CVR_NUMBER, &g::COMPANY_NAME],
            &about.company,
        )?;
        let vehicle = [&g::MOTOR_VEHICLE, &g::LICENSE_NUMBER, &g::CHASSIS_NUMBER];
        pair(out, vehicle, &about.vehicle)?;
        match about.property.as_deref() {
            Some(number) => out.node(&g::PROPERTY_NUMBER, |out| {
                out.leaf(&g::PROPERTY_NUMBER_TEXT, number)
            }),
            None => Ok(()),
        }
    }

    fn about_behind_case(
        &self,
        out: &mut Writer,
        about: &About<'_>,
        recipient: &Recipient<'_>,
    ) -> Result<(), Refusal> {
        let kle = [
            &g::SUBJECT_KEY,
            &g::KLE_VERSION,
            &g::KLE_FACET,
            &g::KLE_LABEL,
        ];
        classification(out, &g::KLE_DATA, kle, about.kle.as_ref())?;
        let form = [
            &g::TASK_KEY,
            &g::FORM_VERSION,
            &g::FORM_FACET,
            &g::FORM_LABEL,
        ];
        classification(out, &g::FORM_DATA, form, about.form.as_ref())?;
        let unit = [
            &g::PRODUCTION_UNIT,
            &g::PRODUCTION_UNIT_NUMBER,
            &g::PRODUCTION_UNIT_NAME,
        ];
        pair(out, unit, &about.production_unit)?;
        let education = [&g::EDUCATION, &g::EDUCATION_CODE, &g::EDUCATION_NAME];
        pair(out, education, &about.education)?;
        let Some(address) = &about.address else {
            return Ok(());
        };
        if recipient.address_protected {
            // facts/denmark.md §5.3: a protected address is in no message, and one address can be written in many ways.
            return Err(refused(
                &g::CONTENT_DATA,
                "an address in a letter to a recipient whose address is protected".into(),
                "none is written into such messages",
            ));
        }
        self.place(out, address)
    }

    fn place(&self, out: &mut Writer, address: &Address<'_>) -> Result<(), Refusal> {
        match &address.form {
            AddressForm::Parts {
                care_of,
                street,
                postal_code,
                city,
            } => {
                let country = address.country.as_deref().unwrap_or(self.country.code());
                out.node(&g::ADDRESS, |out| {
                    // Street and number are one text in a mailing; they are not taken apart by guessing.
                    out.leaf(&g::ADDRESS_LABEL, street)?;
                    out.optional(&g::CO, care_of.as_deref())?;
                    out.leaf(&g::ZIP_CODE, postal_code)?;
                    out.leaf(&g::CITY, city)?;
                    out.leaf(&g::COUNTRY, country)
                })
            }
            AddressForm::Lines(lines) => {
                let mut lines: Vec<&str> = lines.iter().map(|line| &**line).collect();
                lines.extend(address.country.as_deref());
                out.node(&g::UNSTRUCTURED_ADDRESS, |out| {
                    out.leaf(&g::UNSTRUCTURED, &lines.join(", "))
                })
            }
        }
    }
}

/// A key and perhaps a name: the element, and the two in it.
fn pair(
    out: &mut Writer,
    [element, key, name]: [&g::Element; 3],
    pair: &Option<(Text<'_>, Option<Text<'_>>)>,
) -> Result<(), Refusal> {
    let Some((key_text, name_text)) = pair else {
        return Ok(());
    };
    out.node(element, |out| {
        out.leaf(key, key_text)?;
        out.optional(name, name_text.as_deref())
    })
}

fn classification(
    out: &mut Writer,
    element: &g::Element,
    [key, version, facet, label]: [&g::Element; 4],
    found: Option<&Classification<'_>>,
) -> Result<(), Refusal> {
    let Some(found) = found else { return Ok(()) };
    out.node(element, |out| {
        out.leaf(key, &found.key)?;
        out.leaf(version, &found.version)?;
        out.optional(facet, found.facet.as_deref())?;
        out.leaf(label, &found.label)
    })
}
