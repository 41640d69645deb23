//! Dictionaries of a part, each read once from its front to its end.

use super::reader::{Fault, reference_len, regular, spaces, value_end};

/// Entries of a dictionary that is read here; ours have 13 at most.
const ENTRIES_MAX: usize = 32;

/// A dictionary. No key stands in it twice, for programs differ in which of the two values they take.
#[derive(Clone, Debug)]
pub(super) struct Dictionary<'t> {
    text: &'t [u8],
    entries: Vec<Entry<'t>>,
}

#[derive(Clone, Copy, Debug)]
struct Entry<'t> {
    key: &'t [u8],
    value: &'t [u8],
    /// Where both begin and end in the text.
    span: (usize, usize),
}

impl<'t> Dictionary<'t> {
    /// Reads the dictionary that a text is; `object` is its number.
    pub(super) fn read(text: &'t [u8], object: u32) -> Result<Self, Fault> {
        Self::parsed(text).map_err(|what| Fault { object, what })
    }

    fn parsed(text: &'t [u8]) -> Result<Self, &'static str> {
        const NONE: &str = "no dictionary";
        let rest = |at: usize| text.get(at..).unwrap_or_default();
        let mut entries = Vec::with_capacity(8);
        let mut at = 2;
        text.strip_prefix(b"<<").ok_or(NONE)?;
        loop {
            at += spaces(rest(at));
            let name = match rest(at) {
                b">>" => return Ok(Self { text, entries }),
                [b'/', name @ ..] => name,
                _ => return Err(NONE),
            };
            let key_end = at + 1 + regular(name);
            let from = key_end + spaces(rest(key_end));
            let end = match reference_len(rest(from)) {
                Some((len, _)) => from + len,
                None => value_end(text, from).ok_or(NONE)?,
            };
            let key = text.get(at..key_end).unwrap_or_default();
            if key.contains(&b'#') {
                return Err("a key that is not written plainly");
            }
            if entries.len() >= ENTRIES_MAX {
                return Err("a dictionary with more keys than any of ours");
            }
            if entries.iter().any(|entry: &Entry<'_>| entry.key == key) {
                return Err("a key that stands twice");
            }
            entries.push(Entry {
                key,
                value: text.get(from..end).unwrap_or_default(),
                span: (at, end),
            });
            at = end;
        }
    }

    /// The value of a key, which begins with its slash.
    pub(super) fn get(&self, key: &[u8]) -> Option<&'t [u8]> {
        let entry = self.entries.iter().find(|entry| entry.key == key)?;
        Some(entry.value)
    }

    /// Whether a key has just this value.
    pub(super) fn says(&self, key: &[u8], value: &[u8]) -> bool {
        self.get(key) == Some(value)
    }

    /// Whether it has all of these keys, perhaps some of those, and no other.
    pub(super) fn has(&self, needed: &[&[u8]], allowed: &[&[u8]]) -> bool {
        let found = |key: &&[u8]| needed.contains(key) || allowed.contains(key);
        let mut keys = self.entries.iter().map(|entry| entry.key);
        keys.all(|key| found(&key)) && needed.iter().all(|key| self.get(key).is_some())
    }

    /// The text without some of its entries.
    pub(super) fn without(&self, keys: &[&[u8]]) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.text.len());
        let mut copied = 0;
        for entry in self.entries.iter().filter(|e| keys.contains(&e.key)) {
            let (from, end) = entry.span;
            out.extend_from_slice(self.text.get(copied..from).unwrap_or_default());
            copied = end;
        }
        out.extend_from_slice(self.text.get(copied..).unwrap_or_default());
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn entries_are_found_and_left_out() {
        let text = b"<</Type/Page/Contents[1 0 R(x\\)>>)2 0 R]/A <</B 1>> /Parent 2 0 R>>";
        let page = Dictionary::read(text, 7).unwrap();
        assert!(page.says(b"/Type", b"/Page") && page.says(b"/Parent", b"2 0 R"));
        assert_eq!(page.get(b"/B"), None);
        let keys: [&[u8]; 4] = [b"/Type", b"/Contents", b"/A", b"/Parent"];
        assert!(page.has(&keys, &[]) && page.has(&keys[1..], &[b"/Type"]));
        assert!(!page.has(&keys[1..], &[]) && !page.has(&[b"/C"], &keys));
        assert_eq!(
            page.without(&[b"/Parent", b"/Contents"]),
            b"<</Type/Page/A <</B 1>> >>"
        );
    }

    #[test]
    fn what_programs_read_differently_is_refused() {
        for text in [
            "[1]",
            "<</A 1>>x",
            "<</A 1",
            "<</A>>",
            "<<1>>",
            "<</A 1/B 2/A 3>>",
            "<</A#20 1>>",
            "<</A 1%>>\n>>",
        ] {
            assert!(Dictionary::read(text.as_bytes(), 1).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "<<(/[A-C#]| |[0-9] 0 R|\\[|\\]|<<|>>|\\(|\\)|%)*>>") {
            let read = Dictionary::read(text.as_bytes(), 1);
            let _ = read.map(|read| read.without(&[b"/A"]));
        }
    }
}
