//! Writes the elements of a mailing's text content, indented as case systems indent them.

use super::people::push_number;

/// Where the body of a letter is written to. Texts are markup already: inline elements may stand in them.
pub struct Markup<'o>(pub &'o mut String);

/// In front of the blocks of `text`.
const BLOCK: &str = "\n        ";
/// In front of what is inside a block.
const INNER: &str = "\n          ";

impl Markup<'_> {
    /// A heading of level 2.
    pub fn heading(&mut self, text: &str) {
        self.put(&[BLOCK, "<heading level=\"2\">", text, "</heading>"]);
    }

    /// A paragraph.
    pub fn paragraph(&mut self, text: &str) {
        self.put(&[BLOCK, "<paragraph>", text, "</paragraph>"]);
    }

    /// A paragraph of several pieces.
    pub fn paragraph_of(&mut self, pieces: &[&str]) {
        self.put(&[BLOCK, "<paragraph>"]);
        self.put(pieces);
        self.put(&["</paragraph>"]);
    }

    /// A list; `kind` is `bullet` or `number`.
    pub fn list(&mut self, kind: &str, items: &[&str]) {
        self.put(&[BLOCK, "<list kind=\"", kind, "\">"]);
        for item in items {
            self.put(&[INNER, "<item>", item, "</item>"]);
        }
        self.put(&[BLOCK, "</list>"]);
    }

    /// Names and values.
    pub fn key_values(&mut self, entries: &[(&str, &str)]) {
        self.put(&[BLOCK, "<keyValues>"]);
        for (key, value) in entries {
            self.put(&[
                INNER,
                "<entry><key>",
                key,
                "</key><value>",
                value,
                "</value></entry>",
            ]);
        }
        self.put(&[BLOCK, "</keyValues>"]);
    }

    /// Begins a table: alignment and heading of each column.
    pub fn table(&mut self, columns: &[(&str, &str)]) {
        self.put(&[BLOCK, "<table>"]);
        for (align, heading) in columns {
            self.put(&[
                INNER,
                "<column align=\"",
                align,
                "\" heading=\"",
                heading,
                "\"/>",
            ]);
        }
    }

    /// A row of the table that was begun.
    pub fn row(&mut self, cells: &[&str]) {
        self.put(&[INNER, "<row>"]);
        self.cells(cells);
    }

    /// The closing row of the table that was begun.
    pub fn total(&mut self, cells: &[&str]) {
        self.put(&[INNER, "<row kind=\"total\">"]);
        self.cells(cells);
    }

    /// Ends the table that was begun.
    pub fn end_table(&mut self) {
        self.put(&[BLOCK, "</table>"]);
    }

    /// What follows starts a new page.
    pub fn page_break(&mut self) {
        self.put(&[BLOCK, "<pageBreak/>"]);
    }

    fn cells(&mut self, cells: &[&str]) {
        for cell in cells {
            self.put(&["<cell>", cell, "</cell>"]);
        }
        self.put(&["</row>"]);
    }

    fn put(&mut self, pieces: &[&str]) {
        for piece in pieces {
            self.0.push_str(piece);
        }
    }
}

/// Appends text with the characters escaped that markup would swallow.
pub fn push_escaped(out: &mut String, text: &str) {
    for part in text.split_inclusive(['&', '<', '>', '"']) {
        let (plain, last) =
            part.split_at(part.len() - usize::from(part.ends_with(['&', '<', '>', '"'])));
        out.push_str(plain);
        out.push_str(match last {
            "&" => "&amp;",
            "<" => "&lt;",
            ">" => "&gt;",
            "\"" => "&quot;",
            _ => "",
        });
    }
}

/// An amount in öre as Swedish letters write it: `1 234,50`, with a no-break space.
pub fn kronor(ore: u32) -> String {
    let mut out = String::with_capacity(16);
    let (whole, rest) = (ore / 100, ore % 100);
    if whole >= 1000 {
        push_number(&mut out, whole / 1000);
        out.push('\u{a0}');
        push_padded(&mut out, whole % 1000, 3);
    } else {
        push_number(&mut out, whole);
    }
    out.push(',');
    push_padded(&mut out, rest, 2);
    out
}

/// An amount in øre as Danish letters write it: `1.234,50`.
pub fn kroner(oere: u32) -> String {
    kronor(oere).replace('\u{a0}', ".")
}

/// Appends a number with leading zeros.
pub fn push_padded(out: &mut String, number: u32, digits: u32) {
    for place in (0..digits).rev() {
        out.push(char::from(b'0' + (number / 10u32.pow(place) % 10) as u8));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_read_as_in_each_country() {
        assert_eq!(kronor(5), "0,05");
        assert_eq!(kronor(99_950), "999,50");
        assert_eq!(kronor(123_400), "1\u{a0}234,00");
        assert_eq!(kroner(123_450), "1.234,50");
    }

    #[test]
    fn markup_characters_are_escaped() {
        let mut out = String::new();
        push_escaped(&mut out, "Lind & Söner <\"AB\">");
        assert_eq!(out, "Lind &amp; Söner &lt;&quot;AB&quot;&gt;");
    }
}
