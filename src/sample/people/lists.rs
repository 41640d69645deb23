//! What both countries have: names of people from abroad, and addresses there.

use super::Abroad;

pub const POLISH_FIRST: &[&str] = &[
    "Łukasz",
    "Małgorzata",
    "Grzegorz",
    "Żaneta",
    "Wojciech",
    "Bożena",
    "Święcisław",
];
pub const POLISH_LAST: &[&str] = &[
    "Brzęczykowski",
    "Śliwińczak",
    "Źdźbłowicz",
    "Gąsieniczka",
    "Łąkoćwierz",
    "Wrzesińczuk",
];
pub const TURKISH_FIRST: &[&str] = &[
    "Gülşen",
    "İbrahim",
    "Çağla",
    "Oğuz",
    "Ayşegül",
    "Ömer",
    "Işıl",
    "Şükrü",
];
pub const TURKISH_LAST: &[&str] = &[
    "Yıldızoğlu",
    "Çınarlıdağ",
    "Gümüşsoy",
    "Kırmızıtaş",
    "Öztürkeli",
    "Bağcıoğlu",
];

pub const IN_NORWAY: Abroad = Abroad {
    country: "NO",
    lines: ["Granveien 14", "0999 LILLEVIK", "NORGE"],
};

pub const IN_FINLAND: Abroad = Abroad {
    country: "FI",
    lines: ["Koivukuja 8 A 12", "99990 PIKKULAHTI", "FINLAND"],
};

pub const IN_GERMANY: Abroad = Abroad {
    country: "DE",
    lines: ["Lindenweg 27", "00999 MUSTERHAUSEN", "TYSKLAND"],
};

pub const IN_POLAND: Abroad = Abroad {
    country: "PL",
    lines: ["ul. Brzozowa 5/18", "00-999 ŁĄKOWICE", "POLEN"],
};

pub const IN_BRITAIN: Abroad = Abroad {
    country: "GB",
    lines: [
        "9 Larch Lane",
        "LITTLE EXAMPLEBY ZZ99 9ZZ",
        "STORBRITANNIEN",
    ],
};

pub const IN_AMERICA: Abroad = Abroad {
    country: "US",
    lines: ["1200 Birch Street Apt 4", "SAMPLEVILLE MN 00000", "USA"],
};
