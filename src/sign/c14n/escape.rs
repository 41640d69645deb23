//! Text and attribute values as canonical XML writes them (Canonical XML 1.0 §2.3, "Text Nodes" and "Attribute Nodes").

/// Where a text stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Text,
    Attribute,
}

/// Hands out a text piece by piece, escaped.
pub(super) fn escape(text: &str, place: Place, put: &mut impl FnMut(&[u8])) {
    let bytes = text.as_bytes();
    let mut done = 0;
    for (at, byte) in bytes.iter().enumerate() {
        let escaped: &[u8] = match (byte, place) {
            (b'&', _) => b"&amp;",
            (b'<', _) => b"&lt;",
            (b'\r', _) => b"&#xD;",
            (b'>', Place::Text) => b"&gt;",
            (b'"', Place::Attribute) => b"&quot;",
            (b'\t', Place::Attribute) => b"&#x9;",
            (b'\n', Place::Attribute) => b"&#xA;",
            _ => continue,
        };
        put(bytes.get(done..at).unwrap_or_default());
        put(escaped);
        done = at + 1;
    }
    put(bytes.get(done..).unwrap_or_default());
}

/// Appends the text of an element, escaped: `&`, `<`, `>` and CR, and nothing else.
pub fn escape_into(text: &str, out: &mut Vec<u8>) {
    escape(text, Place::Text, &mut |piece| out.extend_from_slice(piece));
}
