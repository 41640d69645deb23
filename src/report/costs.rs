//! What a batch costs, at the prices of the job.

use serde::Serialize;

use super::{Options, Tally};
use crate::letter::Country;

/// How postage is counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Postage {
    /// ISO 4217.
    pub currency: String,
    /// What a digital letter would have cost at least, in hundredths: the first step of the class that letters have by
    /// default.
    pub least_hundredths: u64,
}

/// What a batch costs, in hundredths of the currency. Held and rejected letters cost nothing yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Costs {
    /// `SEK` or `DKK`.
    pub currency: &'static str,
    /// Price of a letter on paper.
    pub paper_price_hundredths: u64,
    /// Price of a digital letter.
    pub digital_price_hundredths: u64,
    /// Letters on paper.
    pub paper_hundredths: u64,
    /// Digital letters.
    pub digital_hundredths: u64,
    /// Postage of the letters on paper, where prices are known and the letters were set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postage: Option<PostageCost>,
    /// All of these.
    pub total_hundredths: u64,
    /// Had all of them gone on paper.
    pub all_paper_hundredths: u64,
    /// The difference; negative if digital is dearer.
    pub saved_hundredths: i64,
}

/// What postage costs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PostageCost {
    /// ISO 4217.
    pub currency: String,
    /// In hundredths of it.
    pub hundredths: u64,
    /// Whether it is part of the sums: it is in the currency of the others.
    pub in_total: bool,
}

/// Adds up what was counted.
pub(super) fn costs(country: Country, tally: &Tally, options: &Options) -> Costs {
    let totals = tally.totals();
    let currency = match country {
        Country::Sweden => "SEK",
        Country::Denmark => "DKK",
    };
    // A quick dry run sets no letters, so it knows no pieces.
    let measured = totals.print == 0 || tally.print_summary().pieces > 0;
    let postage = options.postage.as_ref().filter(|_| measured);
    let postage = postage.map(|postage| PostageCost {
        currency: postage.currency.clone(),
        hundredths: tally.postage_hundredths,
        in_total: postage.currency == currency,
    });
    let counted = postage.as_ref().filter(|postage| postage.in_total);
    let postage_paid = counted.map_or(0, |postage| postage.hundredths);
    let least = options.postage.as_ref().filter(|_| counted.is_some());
    let postage_saved = least.map_or(0, |postage| {
        totals.digital.saturating_mul(postage.least_hundredths)
    });
    let times = |letters: u64, price: u64| letters.saturating_mul(price);
    let paper = times(totals.print, options.paper_price_hundredths);
    let digital = times(totals.digital, options.digital_price_hundredths);
    let total = paper.saturating_add(digital).saturating_add(postage_paid);
    let all_paper = times(
        totals.print.saturating_add(totals.digital),
        options.paper_price_hundredths,
    );
    let all_paper = all_paper
        .saturating_add(postage_paid)
        .saturating_add(postage_saved);
    let saved = i128::from(all_paper) - i128::from(total);
    Costs {
        currency,
        paper_price_hundredths: options.paper_price_hundredths,
        digital_price_hundredths: options.digital_price_hundredths,
        paper_hundredths: paper,
        digital_hundredths: digital,
        postage,
        total_hundredths: total,
        all_paper_hundredths: all_paper,
        saved_hundredths: i64::try_from(saved).unwrap_or(i64::MAX),
    }
}
