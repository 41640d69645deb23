//! The envelopes of a plant, and which of them takes a letter.

use crate::letter::Envelope;

/// The envelopes of a plant; it has none of those that are absent.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Envelopes {
    /// A4 folded twice: C6/C5, DL, E65.
    pub c65: Option<EnvelopeClass>,
    /// A4 folded once.
    pub c5: Option<EnvelopeClass>,
    /// A4 flat.
    pub c4: Option<EnvelopeClass>,
}

/// What one kind of envelope takes.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EnvelopeClass {
    /// Sheets that the inserter puts into it, 1 to 999; 0 as if it were absent.
    pub sheets_max: u16,
    /// What it weighs when it is empty, in milligrams.
    pub weight_mg: u32,
    /// What it may weigh when it is filled, in grams; a heavier piece takes the next one. No limit of its own if absent.
    pub filled_g_max: Option<u32>,
}

impl EnvelopeClass {
    fn takes(&self, sheets: u32, weight_mg: u64) -> bool {
        let light = |g| weight_mg <= u64::from(g) * 1000;
        sheets <= u32::from(self.sheets_max) && self.filled_g_max.is_none_or(light)
    }
}

impl Envelopes {
    /// The class of an envelope, if the plant has it.
    pub fn of(&self, envelope: Envelope) -> Option<&EnvelopeClass> {
        let class = match envelope {
            Envelope::C65 => &self.c65,
            Envelope::C5 => &self.c5,
            Envelope::C4 => &self.c4,
        };
        class.as_ref().filter(|class| class.sheets_max > 0)
    }

    /// Those that the plant has, from the smallest.
    pub fn classes(&self) -> impl DoubleEndedIterator<Item = (Envelope, &EnvelopeClass)> {
        Envelope::ALL
            .into_iter()
            .filter_map(|envelope| Some((envelope, self.of(envelope)?)))
    }

    /// The smallest, at least `wished`, that takes so many sheets; `content_mg` is what goes into it. Where the plant has none
    /// as large as the one wished, its largest.
    pub(in crate::spool) fn smallest(
        &self,
        sheets: u32,
        content_mg: u64,
        wished: Option<Envelope>,
    ) -> Option<(Envelope, u64)> {
        let largest = self.classes().next_back()?.0;
        let least = wished.unwrap_or(Envelope::C65).min(largest);
        self.classes()
            .filter(|(envelope, _)| *envelope >= least)
            .map(|(envelope, class)| (envelope, class, content_mg + u64::from(class.weight_mg)))
            .find(|(_, class, weight_mg)| class.takes(sheets, *weight_mg))
            .map(|(envelope, _, weight_mg)| (envelope, weight_mg))
    }

    /// The largest of those that take so many sheets, if it takes nothing as heavy: what it would weigh, and what it may, in grams.
    pub(in crate::spool) fn overweight(&self, sheets: u32, content_mg: u64) -> Option<(u64, u32)> {
        let mut thick_enough = self
            .classes()
            .filter(|(_, class)| sheets <= u32::from(class.sheets_max));
        let (_, class) = thick_enough.next_back()?;
        let weight_mg = content_mg + u64::from(class.weight_mg);
        Some((weight_mg.div_ceil(1000), class.filled_g_max?))
    }

    /// The most sheets that any takes.
    pub fn sheets_max(&self) -> u16 {
        let sheets = self.classes().map(|(_, class)| class.sheets_max);
        sheets.max().unwrap_or(0)
    }
}
