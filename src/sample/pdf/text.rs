//! What the enclosed PDFs say.

use super::{Paper, Weight};
use crate::letter::Country;
use crate::sample::markup::{kroner, kronor};

mod denmark;
mod sweden;

/// The PDFs of a country's letters.
pub struct Texts {
    /// Those that letters enclose.
    pub enclosures: &'static [Text],
    /// In front of the letter's number on each of their pages.
    pub label: &'static str,
    /// Those that letters share.
    pub shared: &'static [Shared],
    /// How an amount in hundredths is written.
    pub amount: fn(u32) -> String,
}

impl Texts {
    /// Those of a country.
    pub fn of(country: Country) -> &'static Self {
        match country {
            Country::Sweden => &Self {
                enclosures: &sweden::ENCLOSURES,
                label: "Bilaga till brev nr ",
                shared: &sweden::SHARED,
                amount: kronor,
            },
            Country::Denmark => &Self {
                enclosures: &denmark::ENCLOSURES,
                label: "Bilag til brev nr. ",
                shared: &denmark::SHARED,
                amount: kroner,
            },
        }
    }
}

/// A document that many letters enclose.
pub struct Shared {
    /// Its id in the mailing.
    pub id: &'static str,
    /// What it says.
    pub text: Text,
}

/// One PDF.
pub struct Text {
    /// The name the recipient sees.
    pub file_name: &'static str,
    /// In bold at the top.
    pub title: &'static str,
    /// Running text.
    pub paragraphs: &'static [&'static str],
    /// Heading of each column of the closing table; none: no table.
    pub columns: &'static [&'static str],
    /// Rows of the table.
    pub rows: u32,
}

impl Text {
    /// Sets it.
    pub fn write(&self, paper: &mut Paper, amount: fn(u32) -> String) {
        paper.text(Weight::Bold, 16.0, self.title);
        for paragraph in self.paragraphs {
            match paragraph.strip_prefix("# ") {
                Some(heading) => paper.text(Weight::Bold, 11.5, heading),
                None => paper.text(Weight::Regular, 10.5, paragraph),
            }
        }
        if self.columns.is_empty() {
            return;
        }
        let headings: Vec<String> = self.columns.iter().map(|c| (*c).to_owned()).collect();
        paper.row(Weight::Bold, &headings);
        for row in 1..=self.rows {
            let cells: Vec<String> = (0..self.columns.len() as u32)
                .map(|column| match column {
                    0 => format!("{row}"),
                    _ => amount((row * 7919 + column * 104_729) % 900_000 + 1000),
                })
                .collect();
            paper.row(Weight::Regular, &cells);
        }
    }
}
