//! The lists that Swedish names and addresses are combined from.

use super::super::Abroad;
use super::super::lists::{IN_AMERICA, IN_BRITAIN, IN_FINLAND, IN_GERMANY, IN_NORWAY, IN_POLAND};

/// Invented addresses abroad.
pub const ABROAD: [Abroad; 8] = [
    IN_NORWAY,
    Abroad {
        country: "DK",
        lines: ["Bøgehaven 3, 2. tv.", "9990 LILLEØ", "DANMARK"],
    },
    IN_FINLAND,
    IN_GERMANY,
    IN_POLAND,
    Abroad {
        country: "TR",
        lines: ["Çınarlı Sokağı No: 9", "99999 GÜZELKÖY", "TURKIET"],
    },
    IN_BRITAIN,
    IN_AMERICA,
];

pub const SWEDISH_FIRST: &[&str] = &[
    "Agneta", "Åke", "Alva", "Anders", "Anna", "Åsa", "Astrid", "Axel", "Birgitta", "Björn", "Bo",
    "Britt", "Cecilia", "Edvin", "Ebba", "Elsa", "Emil", "Erik", "Eva", "Folke", "Göran",
    "Gunilla", "Gösta", "Hanna", "Henrik", "Håkan", "Ida", "Inga", "Ingrid", "Jan", "Jörgen",
    "Karin", "Karl", "Kerstin", "Lars", "Lena", "Linnéa", "Maj", "Malin", "Mårten", "Märta",
    "Nils", "Ola", "Olle", "Per", "Pär", "Ragnhild", "Rut", "Sara", "Selma", "Sigrid", "Sixten",
    "Sofia", "Sören", "Stig", "Sven", "Tage", "Tyra", "Ulla", "Viktor", "Wilma", "Örjan",
];
pub const SWEDISH_SECOND: &[&str] = &[
    "Erik", "Karin", "Lena", "Marie", "Olof", "Britt", "Göran", "Åke", "Louise",
];
pub const SWEDISH_FATHERS: &[&str] = &[
    "Ander", "Arvid", "Bengt", "Eling", "Fredrik", "Gudmund", "Halvar", "Ivar", "Jon", "Månn",
    "Pål", "Sigvard", "Torkel", "Ulf", "Åskel", "Östen",
];
pub const SWEDISH_LAST: &[&str] = &[
    "Alm", "Asp", "Berg", "Björk", "Dal", "Ek", "Fors", "Gran", "Hall", "Hed", "Häll", "Kvarn",
    "Lind", "Ljung", "Lönn", "Mossa", "Myr", "Norr", "Ny", "Rosen", "Rönn", "Sand", "Sjö", "Skog",
    "Ström", "Söder", "Tall", "Vall", "Väster", "Ås", "Äng", "Öst",
];
pub const SWEDISH_LAST_END: &[&str] = &[
    "berga", "bo", "crantz", "fjäll", "gärde", "helm", "klint", "krona", "lycka", "löv", "qvist",
    "rot", "stigh", "vret", "åker", "ö",
];
pub const FINNISH_FIRST: &[&str] = &[
    "Päivi", "Väinö", "Jyrki", "Sirkka", "Hilkka", "Eero", "Aino", "Kyösti", "Mörri",
];
pub const FINNISH_LAST: &[&str] = &[
    "Järvelänpää",
    "Hämäläisoja",
    "Koskiranta",
    "Mäkikylä",
    "Yli-Rantala",
    "Pääskysaari",
    "Törmänperä",
];
pub const SAMI_FIRST: &[&str] = &[
    "Áilu",
    "Biret-Ánne",
    "Máhtte",
    "Risten",
    "Niilas",
    "Ánte",
    "Sárá",
    "Ijahkis",
];
pub const SAMI_LAST: &[&str] = &[
    "Čállinjárga",
    "Duottarmuotki",
    "Guhkesjávri",
    "Boazovázzi",
    "Šluvgečorru",
    "Ŋárgavuotna",
];
pub const TRADES: &[&str] = &[
    "Bygg",
    "El",
    "Måleri",
    "Rör",
    "Transport",
    "Städ",
    "Plåt",
    "Trädgård",
    "Bageri",
];
pub const STREET_FIRST: &[&str] = &[
    "Björk",
    "Blåbärs",
    "Ek",
    "Fågel",
    "Gran",
    "Hagtorns",
    "Humle",
    "Kyrk",
    "Kvarn",
    "Lind",
    "Ljung",
    "Lärk",
    "Mjölnar",
    "Norra Ås",
    "Plommon",
    "Rosen",
    "Rönnbärs",
    "Sjö",
    "Skogs",
    "Slån",
    "Smultron",
    "Stations",
    "Sångar",
    "Södra Berg",
    "Tall",
    "Tråg",
    "Vinter",
    "Ängs",
    "Äppel",
    "Östra Tegel",
];
pub const STREET_LAST: &[&str] = &["vägen", "gatan", "stigen", "gränd", "backen", "gången"];
pub const TOWN_FIRST: &[&str] = &[
    "Alm", "Björn", "Dunder", "Ek", "Fager", "Gran", "Ham", "Järn", "Kull", "Lilla ", "Mell",
    "Norr", "Ren", "Sten", "Stor", "Tveg", "Vinter", "Åker", "Älv", "Öster",
];
pub const TOWN_LAST: &[&str] = &[
    "åsa", "vattnet", "bruka", "hålsby", "märke", "fjorden", "rydet", "sundet",
];
