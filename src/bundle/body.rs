//! The text of a letter as a mailbox shows it: a complete HTML document, or plain text.
//!
//! The HTML is valid HTML5 that is well-formed XML too, with named end tags, no script and nothing fetched from
//! elsewhere: facts/sweden.md §1 ("must be complete, valid HTML"; "links to images on the internet not allowed").

use crate::letter::{Align, Block, ListKind, Run, Table, Text};

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
                        if row.total {
                            wrapped("strong", out, |out| html_runs(runs, out));
                        } else {
                            html_runs(runs, out);
                        }
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
    wrapped(name, out, |out| html_runs(runs, out));
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

fn html_runs(runs: &[Run<'_>], out: &mut String) {
    for run in runs {
        if run.text == "\n" {
            out.push_str("<br/>");
            continue;
        }
        let text = |out: &mut String| escape_into(&run.text, out);
        match (run.bold, run.italic) {
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
            c => out.push(c),
        }
    }
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
/// (facts/sweden.md §1), so it says at least what it is about and where the rest is.
pub(super) fn pointer(language: &str, subject: &str, file_name: &str) -> String {
    let sentence = match language {
        "en" => "The letter is in the attached file",
        "da" => "Brevet findes i den vedhæftede fil",
        "fi" => "Kirje on liitetiedostossa",
        "nb" | "nn" | "no" => "Brevet ligger i den vedlagte filen",
        _ => "Brevet finns i den bifogade filen",
    };
    format!("{subject}\n\n{sentence} {file_name}.\n")
}
