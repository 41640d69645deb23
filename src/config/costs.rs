//! `[costs]`: what letters cost.

use serde::Deserialize;

use super::JobError;
use crate::{report, spool};

/// `[costs]`, in the currency of the sender's country
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Costs {
    /// A letter on paper, alone in its envelope or not.
    pub paper: f64,
    /// A digital letter.
    pub digital: f64,
}

impl Default for Costs {
    fn default() -> Self {
        Self {
            paper: 7.00,
            digital: 1.50,
        }
    }
}

impl Costs {
    /// What letters cost, for the report; `print` has the prices of postage.
    pub(super) fn options(
        &self,
        print: &spool::Options,
        faults: &mut Vec<JobError>,
    ) -> report::Options {
        let Self { paper, digital } = *self;
        let mut hundredths = |key, price: f64| {
            let rest = price * 100.0 - (price * 100.0).round();
            if !(0.0..=100_000.0).contains(&price) || rest.abs() > 1e-4 {
                faults.push(JobError::Value {
                    key,
                    found: price.to_string(),
                    allowed: "0 to 100000, with at most two decimals".into(),
                });
                return 0;
            }
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "bounded above"
            )]
            let hundredths = (price * 100.0).round() as u64;
            hundredths
        };
        let postage = print.postage_prices.as_ref();
        report::Options {
            paper_price_hundredths: hundredths("costs.paper", paper),
            digital_price_hundredths: hundredths("costs.digital", digital),
            postage: postage.map(|prices| report::Postage {
                currency: prices.currency.clone(),
                least_hundredths: prices.least(print.postage).unwrap_or(0),
            }),
            ..report::Options::default()
        }
    }
}
