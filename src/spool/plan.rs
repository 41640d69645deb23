//! How many sheets a letter takes, which envelope holds it, and what it weighs.

use super::options::Options;
use crate::letter::{Colour, Envelope, Postage, PrintOptions, Sides};

/// How a piece will be printed and enveloped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PiecePlan {
    /// Sheets of paper.
    pub sheets: u16,
    /// Pages with content; blank backs are not counted.
    pub pages: u32,
    /// One side or both.
    pub sides: Sides,
    /// Ink.
    pub colour: Colour,
    /// The smallest envelope that holds it, at least the one wished.
    pub envelope: Envelope,
    /// Postage class.
    pub postage: Postage,
    /// Upper end of the postage step, in grams.
    pub postage_step_g: u32,
    /// Which of the profile's postage steps that is, from 0.
    pub postage_step: u8,
    /// Paper, envelope and inserts.
    pub weight_mg: u32,
    /// Feeders that give an insert: station n is bit n-1.
    pub stations: u8,
    /// Of the ids of its letters with a space between two, where a control file asks for them.
    pub letter_ids_bytes: u32,
}

impl PiecePlan {
    /// The print class and folder name, for example `c5-duplex-mono`.
    pub fn class_name(&self) -> String {
        class_name(self.envelope, self.sides, self.colour)
    }

    /// This one and another in one envelope; both have the same sides, ink and postage. `None` where it would have too many
    /// pages, need a larger envelope than both, weigh too much, or have more ids than a control file takes. What both get from a feeder lies in it once.
    pub(super) fn with(&self, other: &Self, options: &Options) -> Option<Self> {
        let pages = self.pages.saturating_add(other.pages);
        let sheets = self.sheets.checked_add(other.sheets)?;
        let stations = self.stations | other.stations;
        let content_mg = options.paper_mg(sheets.into()) + options.inserts_mg(stations);
        let ids = self.letter_ids_bytes.saturating_add(other.letter_ids_bytes);
        let letter_ids_bytes = ids.saturating_add(1);
        if options
            .letter_ids_bytes_max
            .is_some_and(|most| letter_ids_bytes > most)
        {
            return None;
        }
        let least = self.envelope.max(other.envelope);
        let (envelope, weight_mg) =
            options
                .envelopes
                .smallest(sheets.into(), content_mg, Some(least))?;
        let (postage_step_g, postage_step) = options.postage_step(weight_mg)?;
        (envelope == least && pages <= options.pages_max).then_some(Self {
            sheets,
            pages,
            postage_step_g,
            postage_step,
            weight_mg: u32::try_from(weight_mg).ok()?,
            envelope,
            stations,
            letter_ids_bytes,
            ..*self
        })
    }

    /// Order of classes in a spool: C5 before C4, simplex before duplex, mono before colour.
    pub(super) fn class_rank(&self) -> u8 {
        (self.envelope as u8) << 2 | (self.sides as u8) << 1 | self.colour as u8
    }
}

/// Why a letter cannot become a piece.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// More sheets than the largest envelope takes.
    #[error("{sheets} sheets; the largest envelope takes {sheets_max}")]
    TooThick {
        /// Sheets of the letter.
        sheets: u32,
        /// Sheets that the largest envelope takes.
        sheets_max: u16,
    },
    /// More pages than allowed.
    #[error("{pages} pages; at most {pages_max} are allowed in a letter")]
    TooManyPages {
        /// Pages of the letter with all that it encloses.
        pages: u32,
        /// Pages allowed.
        pages_max: u32,
    },
    /// Heavier than the last postage step, or than any envelope for so many sheets may be.
    #[error("{weight_g} g; the plant takes at most {weight_g_max} g")]
    TooHeavy {
        /// Weight, rounded up.
        weight_g: u32,
        /// End of the last step, or what the largest envelope may weigh when it is filled.
        weight_g_max: u32,
    },
    /// A postage class that the plant does not have.
    #[error("the plant has no postage class `{}`", postage.name())]
    Postage {
        /// The one wished.
        postage: Postage,
    },
    /// An insert that the vendor profile does not have; its place in the letter's list, from one.
    #[error("insert number {position} of the letter is not in the vendor profile")]
    UnknownInsert {
        /// From one.
        position: usize,
    },
}

/// Plans a piece of so many own pages and enclosures, each of which starts on a front.
///
/// # Errors
/// [`Unfit`]: no envelope, postage step or feeder for it.
pub fn plan(
    own_pages: u32,
    enclosure_pages: &[u32],
    wish: &PrintOptions<'_>,
    options: &Options,
) -> Result<PiecePlan, Unfit> {
    let sides = wish.sides.unwrap_or(options.sides);
    let documents = || std::iter::once(own_pages).chain(enclosure_pages.iter().copied());
    let pages = documents().fold(0, u32::saturating_add);
    if pages > options.pages_max {
        return Err(Unfit::TooManyPages {
            pages,
            pages_max: options.pages_max,
        });
    }
    let sheets: u32 = documents().map(|pages| sheets_of(pages, sides)).sum();
    let too_thick = || Unfit::TooThick {
        sheets,
        sheets_max: options.envelopes.sheets_max(),
    };
    let sheets_u16 = u16::try_from(sheets).map_err(|_| too_thick())?;

    let mut stations = 0;
    for (i, name) in wish.inserts.iter().enumerate() {
        let insert = options.inserts.iter().find(|insert| insert.name == *name);
        let insert = insert.ok_or(Unfit::UnknownInsert { position: i + 1 })?;
        stations |= 1_u8 << (insert.station.wrapping_sub(1) & 7); // `Options::check` keeps it within 1 to 8.
    }
    let content_mg = options.paper_mg(sheets) + options.inserts_mg(stations);
    let postage = wish.postage.unwrap_or(options.postage);
    if !options.postage_classes.contains(&postage) {
        return Err(Unfit::Postage { postage });
    }
    let (envelope, weight_mg) = options
        .envelopes
        .smallest(sheets, content_mg, wish.envelope)
        .ok_or_else(|| match options.envelopes.overweight(sheets, content_mg) {
            Some((weight_g, weight_g_max)) => too_heavy(weight_g, weight_g_max),
            None => too_thick(),
        })?;
    let (postage_step_g, postage_step) = options.postage_step(weight_mg).ok_or_else(|| {
        let weight_g_max = options.postage_steps_g.last().copied().unwrap_or_default();
        too_heavy(weight_mg.div_ceil(1000), weight_g_max)
    })?;
    Ok(PiecePlan {
        sheets: sheets_u16,
        pages,
        sides,
        colour: wish.colour.unwrap_or(options.colour),
        envelope,
        postage,
        postage_step_g,
        postage_step,
        weight_mg: u32::try_from(weight_mg).unwrap_or(u32::MAX),
        stations,
        letter_ids_bytes: 0,
    })
}

fn too_heavy(weight_g: u64, weight_g_max: u32) -> Unfit {
    Unfit::TooHeavy {
        weight_g: u32::try_from(weight_g).unwrap_or(u32::MAX),
        weight_g_max,
    }
}

/// Sheets that a document of so many pages takes when it starts on a front.
pub(super) fn sheets_of(pages: u32, sides: Sides) -> u32 {
    match sides {
        Sides::Simplex => pages,
        Sides::Duplex => pages.div_ceil(2),
    }
}

/// The print class, for example `c5-duplex-mono`.
pub(super) fn class_name(envelope: Envelope, sides: Sides, colour: Colour) -> String {
    format!("{}-{}-{}", envelope.name(), sides.name(), colour.name())
}

#[cfg(test)]
mod tests {
    use super::super::options::{EnvelopeClass, Envelopes, Insert};
    use super::*;

    fn wish() -> PrintOptions<'static> {
        PrintOptions::default()
    }

    #[test]
    fn each_enclosure_starts_on_a_front() {
        let options = Options::default();
        let duplex = plan(1, &[1, 3], &wish(), &options).unwrap();
        assert_eq!((duplex.sheets, duplex.pages), (4, 5));
        assert_eq!(duplex.class_name(), "c5-duplex-mono");
        let simplex = PrintOptions {
            sides: Some(Sides::Simplex),
            ..wish()
        };
        assert_eq!(plan(1, &[1, 3], &simplex, &options).unwrap().sheets, 5);
    }

    #[test]
    fn the_envelope_is_the_smallest_that_holds_it_and_at_least_the_one_wished() {
        let options = Options::default();
        assert_eq!(
            plan(12, &[], &wish(), &options).unwrap().envelope,
            Envelope::C5
        );
        assert_eq!(
            plan(13, &[], &wish(), &options).unwrap().envelope,
            Envelope::C4
        );
        let flat = PrintOptions {
            envelope: Some(Envelope::C4),
            ..wish()
        };
        assert_eq!(
            plan(1, &[], &flat, &options).unwrap().envelope,
            Envelope::C4
        );
        let thick = plan(
            79,
            &[1, 1],
            &wish(),
            &Options {
                pages_max: 100,
                ..options
            },
        );
        assert_eq!(
            thick,
            Err(Unfit::TooThick {
                sheets: 42,
                sheets_max: 40
            })
        );
    }

    #[test]
    fn weights_and_steps_follow_the_table() {
        let options = Options::default(); // facts/print.md §4.2: C4 80 g, 50 g step ends at 6 sheets.
        let flat = PrintOptions {
            envelope: Some(Envelope::C4),
            ..wish()
        };
        assert_eq!(plan(12, &[], &flat, &options).unwrap().postage_step_g, 50);
        let seven = plan(14, &[], &flat, &options).unwrap();
        assert_eq!((seven.postage_step_g, seven.weight_mg), (100, 54_927));
    }

    #[test]
    fn inserts_come_from_stations() {
        let options = Options {
            inserts: vec![Insert {
                name: "reply".into(),
                station: 3,
                weight_mg: 4_000,
            }],
            ..Options::default()
        };
        let with = |name: &'static str| PrintOptions {
            inserts: vec![name.into()],
            ..wish()
        };
        let planned = plan(1, &[], &with("reply"), &options).unwrap();
        assert_eq!((planned.stations, planned.weight_mg), (0b100, 15_990));
        assert_eq!(
            plan(1, &[], &with("other"), &options),
            Err(Unfit::UnknownInsert { position: 1 })
        );
    }

    #[test]
    fn a_sheet_with_several_names_is_given_once_and_weighs_as_the_heaviest() {
        let insert = |name: &str, weight_mg| Insert {
            name: name.into(),
            station: 1,
            weight_mg,
        };
        let options = Options {
            inserts: vec![insert("a", 30_000), insert("b", 4_000)],
            ..Options::default()
        };
        let of = |names: &[&'static str]| {
            let wish = PrintOptions {
                inserts: names.iter().map(|name| (*name).into()).collect(),
                ..wish()
            };
            plan(1, &[], &wish, &options).unwrap()
        };
        for names in [&["a"][..], &["b"], &["a", "b"], &["a", "a"]] {
            assert_eq!((of(names).stations, of(names).weight_mg), (1, 41_990));
        }
        let joint = of(&["a"]).with(&of(&["b"]), &options).unwrap();
        assert_eq!(u64::from(joint.weight_mg), options.paper_mg(2) + 37_000);
    }

    #[test]
    fn a_letter_too_heavy_for_the_envelope_that_takes_its_sheets_is_not_called_too_thick() {
        let class = |sheets_max, filled_g_max| {
            Some(EnvelopeClass {
                sheets_max,
                weight_mg: 7_000,
                filled_g_max,
            })
        };
        let options = Options {
            envelopes: Envelopes {
                c65: None,
                c5: class(1, None),
                c4: class(6, Some(16)),
            },
            ..Options::default()
        };
        let planned = |pages| plan(pages, &[], &wish(), &options);
        assert_eq!(planned(2).unwrap().envelope, Envelope::C5);
        assert_eq!(planned(4), Err(too_heavy(17, 16)));
        let thick = Unfit::TooThick {
            sheets: 7,
            sheets_max: 6,
        };
        assert_eq!(planned(14), Err(thick));
    }

    #[test]
    fn a_plant_has_the_envelopes_that_its_profile_names() {
        let class = |sheets_max, filled_g_max| {
            Some(EnvelopeClass {
                sheets_max,
                weight_mg: 5_000,
                filled_g_max,
            })
        };
        let options = Options {
            envelopes: Envelopes {
                c65: class(3, Some(15)),
                c5: class(0, None),
                c4: class(20, None),
            },
            ..Options::default()
        };
        let envelope = |pages, wished| {
            let wish = PrintOptions {
                envelope: wished,
                ..wish()
            };
            plan(pages, &[], &wish, &options).map(|planned| planned.envelope)
        };
        assert_eq!(envelope(4, None), Ok(Envelope::C65));
        assert_eq!(envelope(6, None), Ok(Envelope::C4)); // 3 sheets and the envelope weigh 20 g.
        assert_eq!(envelope(1, Some(Envelope::C5)), Ok(Envelope::C4));
        let small = Options {
            envelopes: Envelopes {
                c4: None,
                ..options.envelopes.clone()
            },
            ..options.clone()
        };
        let flat = PrintOptions {
            envelope: Some(Envelope::C4),
            ..wish()
        };
        assert_eq!(plan(1, &[], &flat, &small).unwrap().envelope, Envelope::C65);
    }

    #[test]
    fn a_postage_class_that_the_plant_does_not_have_makes_a_letter_unfit() {
        let options = Options {
            postage_classes: vec![Postage::Standard],
            ..Options::default()
        };
        let wish = PrintOptions {
            postage: Some(Postage::Legal),
            ..wish()
        };
        let postage = Postage::Legal;
        assert_eq!(
            plan(1, &[], &wish, &options),
            Err(Unfit::Postage { postage })
        );
    }

    #[test]
    fn two_letters_share_an_envelope_that_is_not_larger_for_it() {
        let options = Options {
            inserts: vec![Insert {
                name: "reply".into(),
                station: 3,
                weight_mg: 4_000,
            }],
            ..Options::default()
        };
        let of = |pages, envelope| {
            let wish = PrintOptions {
                inserts: vec!["reply".into()],
                envelope,
                ..wish()
            };
            plan(pages, &[], &wish, &options).unwrap()
        };
        let joint = of(3, None).with(&of(7, None), &options).unwrap();
        assert_eq!((joint.sheets, joint.pages, joint.stations), (6, 10, 0b100));
        assert_eq!(joint.weight_mg, 6 * 4_990 - 2 + 4_000 + 7_000); // 62,370 mm² of 80 g/m² are 4,989.6 mg.
        assert_eq!((joint.envelope, joint.postage_step_g), (Envelope::C5, 50));
        assert_eq!(of(3, None).with(&of(9, None), &options), None);
        let flat = of(3, None).with(&of(9, Some(Envelope::C4)), &options);
        assert_eq!(flat.map(|plan| plan.sheets), Some(7));
        let named = |bytes| PiecePlan {
            letter_ids_bytes: bytes,
            ..of(3, None)
        };
        let short = Options {
            letter_ids_bytes_max: Some(10),
            ..options.clone()
        };
        let ids = |a, b| {
            named(a)
                .with(&named(b), &short)
                .map(|plan| plan.letter_ids_bytes)
        };
        assert_eq!((ids(4, 5), ids(5, 5)), (Some(10), None));
        let few = Options {
            pages_max: 9,
            ..options.clone()
        };
        assert_eq!(of(3, None).with(&of(7, None), &few), None);
    }

    #[test]
    fn a_letter_heavier_than_the_last_step_is_unfit() {
        let options = Options {
            postage_steps_g: vec![20],
            ..Options::default()
        };
        assert_eq!(
            plan(6, &[], &wish(), &options),
            Err(Unfit::TooHeavy {
                weight_g: 22,
                weight_g_max: 20
            })
        );
    }
}
