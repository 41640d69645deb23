//! What postage costs, as a plant or the post charges it: a price for each class and step.

use std::collections::BTreeMap;

use super::options::Options;
use super::plan::PiecePlan;
use crate::letter::Postage;

/// More than this, in hundredths, is no postage.
const PRICE_MAX: u64 = 10_000_000;

/// Prices of postage.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PostagePrices {
    /// ISO 4217: `SEK`, `DKK`, …
    pub currency: String,
    /// In hundredths of it (öre, øre, cent, pence): for each of `postage_classes`, one price a step of `postage_steps_g`.
    pub hundredths: BTreeMap<Postage, Vec<u64>>,
}

impl PostagePrices {
    /// Of a piece.
    pub fn of(&self, plan: &PiecePlan) -> Option<u64> {
        let steps = self.hundredths.get(&plan.postage)?;
        steps.get(usize::from(plan.postage_step)).copied()
    }

    /// The least that a letter costs by this class.
    pub fn least(&self, postage: Postage) -> Option<u64> {
        self.hundredths.get(&postage)?.first().copied()
    }

    /// What is wrong with them beside these options: what was found, and what is allowed.
    pub(super) fn fault(&self, options: &Options) -> Option<(String, &'static str)> {
        if self.currency.len() != 3 || !self.currency.bytes().all(|b| b.is_ascii_uppercase()) {
            let found = format!("`{}`", self.currency.chars().take(20).collect::<String>());
            return Some((found, "a currency of three capitals, such as SEK"));
        }
        if !self
            .hundredths
            .keys()
            .eq(std::collections::BTreeSet::from_iter(
                &options.postage_classes,
            ))
        {
            let named: Vec<_> = self.hundredths.keys().map(|class| class.name()).collect();
            let found = format!("for {}", named.join(", "));
            return Some((found, "prices for each of `postage_classes`, and no other"));
        }
        let steps = options.postage_steps_g.len();
        let wrong = |prices: &&Vec<u64>| {
            prices.len() != steps || prices.iter().any(|price| *price > PRICE_MAX)
        };
        let (class, prices) = self.hundredths.iter().find(|(_, prices)| wrong(prices))?;
        let found = format!("{prices:?} for {}", class.name());
        Some((
            found,
            "one price a step of `postage_steps_g`, each at most 10,000,000",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::super::plan::plan;
    use super::*;
    use crate::letter::PrintOptions;

    fn options(prices: &str) -> Options {
        let text = format!(
            "postage_classes = [\"economy\", \"standard\"]\npostage_steps_g = [10, 50, 100]\n[postage_prices]\n{prices}"
        );
        toml::from_str(&text).unwrap()
    }

    #[test]
    fn a_piece_costs_what_its_class_and_step_do() {
        let options = options(
            "currency = \"SEK\"\nhundredths = { economy = [1, 2, 3], standard = [10, 20, 30] }",
        );
        assert_eq!(options.check(), Ok(()));
        let price = |pages, postage| {
            let wish = PrintOptions {
                postage,
                ..PrintOptions::default()
            };
            options.postage_hundredths(&plan(pages, &[], &wish, &options).unwrap())
        };
        // A sheet weighs 5 g, the envelope 7 g.
        assert_eq!(price(1, None), 20);
        assert_eq!(price(1, Some(Postage::Economy)), 2);
        assert_eq!(price(13, Some(Postage::Economy)), 3);
        let prices = options.postage_prices.as_ref().unwrap();
        assert_eq!(prices.least(Postage::Standard), Some(10));
        assert_eq!(
            Options::default()
                .postage_hundredths(&plan(1, &[], &PrintOptions::default(), &options).unwrap()),
            0
        );
    }

    #[test]
    fn prices_that_do_not_fit_are_named() {
        for (prices, said) in [
            ("currency = \"kr\"\nhundredths = {}", "`kr`"),
            (
                "currency = \"SEK\"\nhundredths = { standard = [1, 2, 3] }",
                "for standard",
            ),
            (
                "currency = \"SEK\"\nhundredths = { economy = [1, 2], standard = [1, 2, 3] }",
                "[1, 2] for economy",
            ),
            (
                "currency = \"SEK\"\nhundredths = { economy = [1, 2, 3], standard = [1, 2, 10000001] }",
                "for standard",
            ),
        ] {
            let faults = options(prices).check().unwrap_err();
            assert_eq!(faults.len(), 1, "{faults:?}");
            assert_eq!(faults[0].field, "postage_prices");
            assert!(faults[0].found.contains(said), "{faults:?}");
        }
    }
}
