//! Names of files in the Danish infrastructure, and the types that it carries.

/// Characters that the service refuses in a file name (facts/denmark.md §1.7), and controls, which it cannot show.
pub fn is_refused_in_file_name(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '<' | '>' | ':' | '"' | '/' | '\\' | '|' | '?' | '*' | '\u{a0}' | '\u{2000}'
                ..='\u{200a}' | '\u{2028}' | '\u{205f}' | '\u{2060}' | '\u{3000}'
        )
}

/// Endings of file names by media type (facts/denmark.md §1.6); the first is the one to give.
const ENDINGS: &[(&str, &[&str])] = &[
    ("application/msword", &["doc", "rtf"]),
    ("application/pdf", &["pdf"]),
    ("application/rtf", &["rtf"]),
    ("application/vnd.ms-excel", &["xls"]),
    ("application/vnd.oasis.opendocument.spreadsheet", &["ods"]),
    ("application/vnd.oasis.opendocument.text", &["odt"]),
    (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        &["xlsx"],
    ),
    (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        &["docx"],
    ),
    ("image/bmp", &["bmp"]),
    ("image/gif", &["gif"]),
    ("image/jpeg", &["jpg", "jpeg"]),
    ("image/png", &["png"]),
    ("image/tiff", &["tif", "tiff"]),
    ("text/html", &["html", "htm"]),
    ("text/plain", &["txt"]),
];

/// Media types that Digital Post carries (facts/denmark.md §1.6).
pub fn media_types() -> impl Iterator<Item = &'static str> {
    ENDINGS.iter().map(|(media_type, _)| *media_type)
}

/// The endings that go with a media type; `None` for one that we know nothing of.
pub fn endings(media_type: &str) -> Option<&'static [&'static str]> {
    let known = ENDINGS.iter().find(|(known, _)| *known == media_type);
    known.map(|(_, endings)| *endings)
}

/// True when the file name ends as its media type does; the service refuses others (`file.extension.not.allowed`,
/// facts/denmark.md §2.4).
pub fn has_ending(file_name: &str, endings: &[&str]) -> bool {
    let Some((stem, ending)) = file_name.rsplit_once('.') else {
        return false;
    };
    !stem.is_empty() && endings.iter().any(|e| e.eq_ignore_ascii_case(ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_end_as_their_type() {
        let ends = |name, media_type| has_ending(name, endings(media_type).unwrap());
        assert!(ends("brev.PDF", "application/pdf"));
        assert!(ends("a.b.jpeg", "image/jpeg"));
        for name in ["brev", "brev.", ".pdf", "brev.pdf.exe", "pdf"] {
            assert!(!ends(name, "application/pdf"), "{name}");
        }
        assert_eq!(endings("application/zip"), None);
    }

    #[test]
    fn characters_of_file_names_are_those_the_service_takes() {
        let refused = "<>:\"/\\|?*\r\n\t\u{a0}\u{2000}\u{200a}\u{2028}\u{205f}\u{2060}\u{3000}";
        assert!(refused.chars().all(is_refused_in_file_name));
        assert!(
            !"Afgørelse & bilag (1), 'kopi'.pdf"
                .chars()
                .any(is_refused_in_file_name)
        );
    }
}
