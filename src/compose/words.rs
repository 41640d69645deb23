//! The words that a letter carries besides its own, in the language of the letter, and its date.

use jiff::civil::Date;

/// Languages of the words; all others get English.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Swedish.
    Swedish,
    /// Danish.
    Danish,
    /// Norwegian, bokmål.
    Norwegian,
    /// Norwegian, nynorsk.
    Nynorsk,
    /// Finnish.
    Finnish,
    /// English.
    English,
}

impl Language {
    /// All, in the order of their numbers.
    pub const ALL: [Self; 6] = [
        Self::Swedish,
        Self::Danish,
        Self::Norwegian,
        Self::Nynorsk,
        Self::Finnish,
        Self::English,
    ];

    /// From ISO 639-1.
    pub fn of(code: &str) -> Self {
        match code {
            "sv" => Self::Swedish,
            "da" => Self::Danish,
            "nb" | "no" => Self::Norwegian,
            "nn" => Self::Nynorsk,
            "fi" => Self::Finnish,
            _ => Self::English,
        }
    }

    /// Its labels.
    pub fn labels(self) -> &'static Labels {
        match self {
            Self::Swedish => &SWEDISH,
            Self::Danish => &DANISH,
            Self::Norwegian => &NORWEGIAN,
            Self::Nynorsk => &NYNORSK,
            Self::Finnish => &FINNISH,
            Self::English => &ENGLISH,
        }
    }

    /// `Sida 2 av 3`.
    pub fn page(self, page: usize, pages: usize) -> String {
        match self {
            Self::Swedish => format!("Sida {page} av {pages}"),
            Self::Danish => format!("Side {page} af {pages}"),
            Self::Norwegian | Self::Nynorsk => format!("Side {page} av {pages}"),
            Self::Finnish => format!("Sivu {page}/{pages}"),
            Self::English => format!("Page {page} of {pages}"),
        }
    }

    /// `Brev, 2 sidor`.
    pub fn letter_of(self, pages: usize) -> String {
        let labels = self.labels();
        let word = if pages == 1 {
            labels.page
        } else {
            labels.pages
        };
        format!("{}, {pages} {word}", labels.letter)
    }

    /// `2 bilagor`.
    pub fn enclosures(self, count: usize) -> String {
        let labels = self.labels();
        let word = if count == 1 {
            labels.enclosure
        } else {
            labels.enclosures
        };
        format!("{count} {word}")
    }

    /// As it is written at the head of a letter.
    pub fn date(self, date: Date) -> String {
        let (day, year) = (date.day(), date.year());
        let month = |names: [&'static str; 12]| {
            usize::try_from(date.month() - 1)
                .ok()
                .and_then(|at| names.get(at).copied())
                .unwrap_or_default()
        };
        match self {
            Self::Swedish => format!("{day} {} {year}", month(MONTHS_SV)),
            Self::Danish => format!("{day}. {} {year}", month(MONTHS_DA)),
            Self::Norwegian | Self::Nynorsk => format!("{day}. {} {year}", month(MONTHS_NO)),
            Self::Finnish => format!("{day}.{}.{year}", date.month()),
            Self::English => format!("{day} {} {year}", month(MONTHS_EN)),
        }
    }
}

/// Labels of one language.
pub struct Labels {
    pub date: &'static str,
    pub reference: &'static str,
    pub department: &'static str,
    pub reply_by: &'static str,
    pub phone: &'static str,
    pub email: &'static str,
    pub web: &'static str,
    /// Before the name of the person or unit that a letter is for, in the address.
    pub attention: &'static str,
    pub cover: &'static str,
    pub enclosed: &'static str,
    pub letter: &'static str,
    page: &'static str,
    pages: &'static str,
    enclosure: &'static str,
    enclosures: &'static str,
}

const SWEDISH: Labels = Labels {
    date: "Datum",
    reference: "Vår referens",
    department: "Enhet",
    reply_by: "Svara senast",
    phone: "Telefon",
    email: "E-post",
    web: "Webbplats",
    attention: "Att: ",
    cover: "Försättsblad",
    enclosed: "Kuvertet innehåller",
    letter: "Brev",
    page: "sida",
    pages: "sidor",
    enclosure: "bilaga",
    enclosures: "bilagor",
};

const DANISH: Labels = Labels {
    date: "Dato",
    reference: "Vores reference",
    department: "Afdeling",
    reply_by: "Svar senest",
    phone: "Telefon",
    email: "E-mail",
    web: "Websted",
    attention: "Att.: ",
    cover: "Forside",
    enclosed: "Kuverten indeholder",
    letter: "Brev",
    page: "side",
    pages: "sider",
    enclosure: "bilag",
    enclosures: "bilag",
};

const NORWEGIAN: Labels = Labels {
    date: "Dato",
    reference: "Vår referanse",
    department: "Avdeling",
    reply_by: "Svarfrist",
    phone: "Telefon",
    email: "E-post",
    web: "Nettsted",
    attention: "Att: ",
    cover: "Forside",
    enclosed: "Konvolutten inneholder",
    letter: "Brev",
    page: "side",
    pages: "sider",
    enclosure: "vedlegg",
    enclosures: "vedlegg",
};

const NYNORSK: Labels = Labels {
    cover: "Framside",
    enclosed: "Konvolutten inneheld",
    ..NORWEGIAN
};

const FINNISH: Labels = Labels {
    date: "Päiväys",
    reference: "Viitteemme",
    department: "Yksikkö",
    reply_by: "Vastattava viimeistään",
    phone: "Puhelin",
    email: "Sähköposti",
    web: "Verkkosivut",
    attention: "Att: ",
    cover: "Kansilehti",
    enclosed: "Kirjekuoren sisältö",
    letter: "Kirje",
    page: "sivu",
    pages: "sivua",
    enclosure: "liite",
    enclosures: "liitettä",
};

const ENGLISH: Labels = Labels {
    date: "Date",
    reference: "Our reference",
    department: "Department",
    reply_by: "Reply by",
    phone: "Phone",
    email: "Email",
    web: "Website",
    attention: "Attn: ",
    cover: "Cover sheet",
    enclosed: "This envelope contains",
    letter: "Letter",
    page: "page",
    pages: "pages",
    enclosure: "enclosure",
    enclosures: "enclosures",
};

const MONTHS_SV: [&str; 12] = [
    "januari",
    "februari",
    "mars",
    "april",
    "maj",
    "juni",
    "juli",
    "augusti",
    "september",
    "oktober",
    "november",
    "december",
];
const MONTHS_DA: [&str; 12] = [
    "januar",
    "februar",
    "marts",
    "april",
    "maj",
    "juni",
    "juli",
    "august",
    "september",
    "oktober",
    "november",
    "december",
];
const MONTHS_NO: [&str; 12] = [
    "januar",
    "februar",
    "mars",
    "april",
    "mai",
    "juni",
    "juli",
    "august",
    "september",
    "oktober",
    "november",
    "desember",
];
const MONTHS_EN: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_pages_as_each_language_writes_them() {
        let date = jiff::civil::date(2026, 5, 3);
        let written = Language::ALL.map(|language| language.date(date));
        assert_eq!(
            written,
            [
                "3 maj 2026",
                "3. maj 2026",
                "3. mai 2026",
                "3. mai 2026",
                "3.5.2026",
                "3 May 2026"
            ]
        );
        assert_eq!(Language::of("da").page(2, 3), "Side 2 af 3");
        assert_eq!(Language::of("nn").page(2, 3), "Side 2 av 3");
        assert_eq!(Language::of("fi").page(2, 3), "Sivu 2/3");
        assert_eq!(Language::of("se").page(1, 1), "Page 1 of 1");
        assert_eq!(Language::Swedish.letter_of(1), "Brev, 1 sida");
        assert_eq!(Language::Finnish.enclosures(2), "2 liitettä");
    }
}
