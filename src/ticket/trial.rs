//! Whether what is known of a letter fits into the control file, before there is one: a letter that does not fit is held alone,
//! and stops nobody else's.

use super::layout::Layout;
use super::row::Row;
use super::slot::Misfit;
use super::value::{Value, say_of};
use crate::spool::PiecePlan;

/// What control files can say of a letter that travels alone.
#[derive(Clone, Copy, Debug)]
pub struct Trial<'a> {
    /// The sender's business key.
    pub letter_id: &'a str,
    /// How it will be printed.
    pub plan: &'a PiecePlan,
    /// Documents enclosed.
    pub enclosures: u32,
    /// Digits, or empty.
    pub postal_code: &'a str,
    /// ISO 3166-1 alpha-2.
    pub country: &'a str,
    /// Its lines, as they are set.
    pub address: &'a [String],
}

impl Layout {
    /// Why the letter cannot stand in the control file: what was found, without any value, and what is allowed. Numbers that only
    /// the part has are not tried.
    pub fn misfit(&self, letter: &Trial<'_>) -> Option<(String, String)> {
        let plan = letter.plan;
        let sheets = u32::from(plan.sheets);
        let row = Row {
            piece: 1,
            letter_id: letter.letter_id,
            first_page: 1,
            pages: sheets * plan.sides.pages_of_a_sheet(),
            first_sheet: 1,
            sheets,
            sides: plan.sides,
            collation: "forward",
            postage: plan.postage.name(),
            postage_step_g: plan.postage_step_g,
            weight_mg: plan.weight_mg,
            postal_code: letter.postal_code,
            country: letter.country,
            stations: plan.stations,
            enclosures: letter.enclosures,
            mark: "",
            sha256: "",
        };
        let address = letter.address.join("\n");
        let (mut said, mut field) = (String::new(), Vec::new());
        let lines = [&self.record, &self.header, &self.trailer];
        lines
            .into_iter()
            .flat_map(|line| &line.slots)
            .find_map(|slot| {
                said.clear();
                match slot.value {
                    Value::Class => said.push_str(&plan.class_name()),
                    Value::Envelope => said.push_str(plan.envelope.name()),
                    Value::Sides => said.push_str(plan.sides.name()),
                    Value::Colour => said.push_str(plan.colour.name()),
                    value if value.is_of_letter() => {
                        say_of(&row, sheets, &address, value, &mut said);
                    }
                    _ => return None,
                }
                let set = slot.set(&mut said, self.characters, &mut field);
                let misfit: Option<Misfit> = set.and_then(|()| self.quoted(&field)).err();
                let (found, allowed) = misfit?;
                Some((format!("field `{}`: {found}", slot.name), allowed))
            })
    }

    /// How many bytes the ids of letters in one envelope may have together, spaces between them counted; `None`: any number.
    pub fn letter_ids_bytes_max(&self) -> Option<u32> {
        let slots = self.record.slots.iter();
        let ids = slots.filter(|slot| slot.value == Value::LetterId);
        let longest = ids.filter_map(|slot| slot.length).min()?;
        u32::try_from(longest).ok()
    }
}
