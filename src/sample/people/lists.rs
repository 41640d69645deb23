//! Names of people from abroad, who live in both countries.

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
