//! The text of a letter as a mailbox shows it: a complete HTML document, or plain text.
//!
//! The HTML is valid HTML5 that is well-formed XML too, with named end tags, no script and nothing fetched from
//! elsewhere: facts/sweden.md §1 ("must be complete, valid HTML"; "links to images on the internet not allowed").

use crate::letter::{Align, Block, ListKind, Run, Support, Table, Text};

/// Tables are readable without it; a mailbox may drop it.
const STYLE: &str = "body{font-family:sans-serif;line-height:1.4}table{border-collapse:collapse;margin:1em 0}\
th,td{padding:.2em 1em .2em 0;text-align:left;vertical-align:top}";

/// A complete HTML document.
pub(super) fn html(language: &str, subject: &str, blocks: &[Block<'_>]) -> String {
    let mut out = String::with_capacity(4096);
    out.push_str("<!DOCTYPE html>\n<html lang=\"");
    escape_into(language, &mut out);
    out.push_str("\"><head><meta charset=\"utf-8\"/><title>");
    escape_into(subject, &mut out);
    out.push_str("</title><style>");
    out.push_str(STYLE);
    out.push_str("</style></head><body>\n");
    for block in blocks {
        html_block(block, &mut out);
    }
    out.push_str("</body></html>\n");
    out
}

fn html_block(block: &Block<'_>, out: &mut String) {
    match block {
        Block::Heading(level, runs) => {
            let level = (*level).clamp(1, 6).to_string();
            element(&format!("h{level}"), runs, out);
            out.push('\n');
        }
        Block::Paragraph(runs) => {
            element("p", runs, out);
            out.push('\n');
        }
        Block::List(kind, items) => {
            let name = match kind {
                ListKind::Bullet => "ul",
                ListKind::Number => "ol",
            };
            wrapped(name, out, |out| {
                for item in items {
                    element("li", item, out);
                }
            });
            out.push('\n');
        }
        Block::Table(table) => html_table(table, out),
        Block::KeyValues(pairs) => html_key_values(pairs, out),
        Block::PageBreak => {} // Of paper only.
    }
}

fn html_table(table: &Table<'_>, out: &mut String) {
    wrapped("table", out, |out| {
        if table.columns.iter().any(|column| column.heading.is_some()) {
            wrapped("thead", out, |out| {
                wrapped("tr", out, |out| {
                    for column in &table.columns {
                        cell("th", " scope=\"col\"", column.align, out);
                        escape_into(column.heading.as_deref().unwrap_or_default(), out);
                        out.push_str("</th>");
                    }
                });
            });
        }
        wrapped("tbody", out, |out| {
            for row in &table.rows {
                wrapped("tr", out, |out| {
                    for (at, runs) in row.cells.iter().enumerate() {
                        let align = table.columns.get(at).map_or(Align::Left, |c| c.align);
                        cell("td", "", align, out);
                        html_runs(runs, row.total, out);
                        out.push_str("</td>");
                    }
                });
            }
        });
    });
    out.push('\n');
}

fn html_key_values(pairs: &[(Text<'_>, Vec<Run<'_>>)], out: &mut String) {
    wrapped("table", out, |out| {
        wrapped("tbody", out, |out| {
            for (key, runs) in pairs {
                wrapped("tr", out, |out| {
                    cell("th", " scope=\"row\"", Align::Left, out);
                    escape_into(key, out);
                    out.push_str("</th>");
                    element("td", runs, out);
                });
            }
        });
    });
    out.push('\n');
}

/// The start tag of a table cell.
fn cell(name: &str, attributes: &str, align: Align, out: &mut String) {
    let style = match align {
        Align::Left => "",
        Align::Right => " style=\"text-align:right\"",
        Align::Centre => " style=\"text-align:center\"",
    };
    for part in ["<", name, attributes, style, ">"] {
        out.push_str(part);
    }
}

fn element(name: &str, runs: &[Run<'_>], out: &mut String) {
    wrapped(name, out, |out| html_runs(runs, false, out));
}

fn wrapped(name: &str, out: &mut String, inside: impl FnOnce(&mut String)) {
    out.push('<');
    out.push_str(name);
    out.push('>');
    inside(out);
    out.push_str("</");
    out.push_str(name);
    out.push('>');
}

/// Runs in their style; all are bold in a row of totals.
fn html_runs(runs: &[Run<'_>], total: bool, out: &mut String) {
    for run in runs {
        if run.text == "\n" {
            out.push_str("<br/>");
            continue;
        }
        let text = |out: &mut String| escape_into(&run.text, out);
        match (run.bold || total, run.italic) {
            (false, false) => text(out),
            (true, false) => wrapped("strong", out, text),
            (false, true) => wrapped("em", out, text),
            (true, true) => wrapped("strong", out, |out| wrapped("em", out, text)),
        }
    }
}

fn escape_into(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\r' => out.push(' '), // Newline normalisation would change it.
            c if !is_html_character(c) => out.push(char::REPLACEMENT_CHARACTER),
            c => out.push(c),
        }
    }
}

/// XML allows more than HTML: the controls U+007F to U+009F and most noncharacters are errors there (HTML, §13.2.3.5).
fn is_html_character(c: char) -> bool {
    let code = u32::from(c);
    let noncharacter =
        matches!(c, '\u{fdd0}'..='\u{fdef}') || code > 0xffff && code & 0xfffe == 0xfffe;
    !noncharacter && !matches!(c, '\u{7f}'..='\u{9f}')
}

/// Plain text: blocks apart by an empty line.
pub(super) fn plain(blocks: &[Block<'_>]) -> String {
    let mut out = String::with_capacity(2048);
    for block in blocks {
        if !out.is_empty() && !matches!(block, Block::PageBreak) {
            out.push('\n');
        }
        match block {
            Block::Heading(_, runs) | Block::Paragraph(runs) => {
                plain_runs(runs, &mut out);
                out.push('\n');
            }
            Block::List(kind, items) => {
                for (at, item) in items.iter().enumerate() {
                    match kind {
                        ListKind::Bullet => out.push_str("- "),
                        ListKind::Number => out.push_str(&format!("{}. ", at + 1)),
                    }
                    plain_runs(item, &mut out);
                    out.push('\n');
                }
            }
            Block::Table(table) => plain_table(table, &mut out),
            Block::KeyValues(pairs) => {
                for (key, runs) in pairs {
                    out.push_str(key);
                    out.push_str(": ");
                    plain_runs(runs, &mut out);
                    out.push('\n');
                }
            }
            Block::PageBreak => {}
        }
    }
    out
}

/// Columns apart by tabs: widths mean nothing in the proportional type of a mailbox.
fn plain_table(table: &Table<'_>, out: &mut String) {
    if table.columns.iter().any(|column| column.heading.is_some()) {
        let headings = table.columns.iter().map(|c| c.heading.as_deref());
        let headings: Vec<&str> = headings.map(Option::unwrap_or_default).collect();
        out.push_str(&headings.join("\t"));
        out.push('\n');
    }
    for row in &table.rows {
        for (at, runs) in row.cells.iter().enumerate() {
            if at > 0 {
                out.push('\t');
            }
            plain_runs(runs, out);
        }
        out.push('\n');
    }
}

fn plain_runs(runs: &[Run<'_>], out: &mut String) {
    for run in runs {
        out.push_str(&run.text);
    }
}

/// What stands in the body when the letter is a PDF: a message must be readable without opening its attachment
/// (facts/sweden.md §1), so it says what it is about, who sends it, where the letter is and whom to ask.
pub(super) struct Pointer<'a> {
    pub(super) subject: &'a str,
    /// The name of the file that holds the letter.
    pub(super) file_name: &'a str,
    /// The sender's name.
    pub(super) sender: &'a str,
    pub(super) support: &'a Support,
}

impl Pointer<'_> {
    /// Plain text in a language, ISO 639-1; Swedish where there are no words for it.
    pub(super) fn text(&self, language: &str) -> String {
        let [sentence, from, telephone] = match language {
            "en" => ["The letter is in the attached file", "From", "Telephone"],
            "da" => ["Brevet findes i den vedhæftede fil", "Fra", "Telefon"],
            "fi" => ["Kirje on liitetiedostossa", "Lähettäjä", "Puhelin"],
            "nb" | "nn" | "no" => ["Brevet ligger i den vedlagte filen", "Fra", "Telefon"],
            _ => ["Brevet finns i den bifogade filen", "Från", "Telefon"],
        };
        let (subject, file_name, sender) = (self.subject, self.file_name, self.sender);
        let mut out = format!("{subject}\n\n{from}: {sender}\n\n{sentence} {file_name}.\n\n");
        let support = self.support;
        let telephone = support.phone.as_ref().map(|n| format!("{telephone}: {n}"));
        let lines = [
            Some(support.text.as_str()),
            support.url.as_deref(),
            telephone.as_deref(),
            support.email.as_deref(),
        ];
        for line in lines.into_iter().flatten().filter(|line| !line.is_empty()) {
            out.push_str(line);
            out.push('\n');
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_says_who_sends_what_and_whom_to_ask() {
        let support = Support {
            text: "Fråga oss.".into(),
            url: Some("https://example.com/".into()),
            phone: Some("060-123456".into()),
            email: Some("fraga@example.com".into()),
        };
        let pointer = Pointer {
            subject: "Beslut",
            file_name: "beslut.pdf",
            sender: "Kommun A",
            support: &support,
        };
        assert_eq!(
            pointer.text("sv"),
            "Beslut\n\nFrån: Kommun A\n\nBrevet finns i den bifogade filen beslut.pdf.\n\n\
             Fråga oss.\nhttps://example.com/\nTelefon: 060-123456\nfraga@example.com\n"
        );
        let bare = Pointer {
            support: &Support::default(),
            ..pointer
        };
        assert_eq!(
            bare.text("en"),
            "Beslut\n\nFrom: Kommun A\n\nThe letter is in the attached file beslut.pdf.\n\n"
        );
    }

    #[test]
    fn characters_that_html_refuses_are_replaced() {
        let run = Run {
            text: "a\u{80}b\u{9f}c\u{fdd0}d\u{1fffe}e\u{10ffff}\u{a0}\t".into(),
            bold: false,
            italic: false,
        };
        let html = html("sv", "Ämne", &[Block::Paragraph(vec![run])]);
        assert!(html.contains("<p>a\u{fffd}b\u{fffd}c\u{fffd}d\u{fffd}e\u{fffd}\u{a0}\t</p>"));
    }
}
