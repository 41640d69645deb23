//! The body text of a letter: its blocks.

use super::super::cursor::{Cursor, Stop};
use super::super::vocabulary::{self as words, Element, attribute};
use super::runs::runs;
use super::{missing, word_attribute};
use crate::letter::{Align, Block, Column, ListKind, Row, Table, Text};

/// The blocks of the element at hand.
pub(super) fn blocks<'a>(c: &mut Cursor<'a, '_, '_>) -> Result<Vec<Block<'a>>, Stop> {
    let mut out = Vec::new();
    while let Some(child) = c.child()? {
        match child {
            Element::Heading => {
                let level =
                    word_attribute(c, attribute::LEVEL, words::level, "1 to 3").unwrap_or(1);
                out.push(Block::Heading(level, runs(c)?));
            }
            Element::Paragraph => out.push(Block::Paragraph(runs(c)?)),
            Element::List => out.push(list(c)?),
            Element::Table => out.push(Block::Table(table(c)?)),
            Element::KeyValues => out.push(key_values(c)?),
            Element::PageBreak => {
                c.skip()?;
                out.push(Block::PageBreak);
            }
            _ => c.skip()?,
        }
    }
    Ok(out)
}

fn list<'a>(c: &mut Cursor<'a, '_, '_>) -> Result<Block<'a>, Stop> {
    let kind = word_attribute(c, attribute::KIND, words::list_kind, "`bullet` or `number`");
    let mut items = Vec::new();
    while let Some(child) = c.child()? {
        match child {
            Element::Item => items.push(runs(c)?),
            _ => c.skip()?,
        }
    }
    Ok(Block::List(kind.unwrap_or(ListKind::Bullet), items))
}

fn table<'a>(c: &mut Cursor<'a, '_, '_>) -> Result<Table<'a>, Stop> {
    let (mut columns, mut rows) = (Vec::new(), Vec::new());
    while let Some(child) = c.child()? {
        match child {
            Element::Column => {
                let align = word_attribute(
                    c,
                    attribute::ALIGN,
                    words::align,
                    "`left`, `right` or `centre`",
                );
                columns.push(Column {
                    align: align.unwrap_or(Align::Left),
                    heading: c.attribute(attribute::HEADING),
                });
                c.skip()?;
            }
            Element::Row => {
                let total = word_attribute(
                    c,
                    attribute::KIND,
                    words::row_is_total,
                    "`plain` or `total`",
                );
                let mut row = Row {
                    total: total.unwrap_or(false),
                    cells: Vec::new(),
                };
                while let Some(child) = c.child()? {
                    match child {
                        Element::Cell => row.cells.push(runs(c)?),
                        _ => c.skip()?,
                    }
                }
                rows.push(row);
            }
            _ => c.skip()?,
        }
    }
    Ok(Table { columns, rows })
}

fn key_values<'a>(c: &mut Cursor<'a, '_, '_>) -> Result<Block<'a>, Stop> {
    let mut entries = Vec::new();
    while let Some(child) = c.child()? {
        if child != Element::Entry {
            c.skip()?;
            continue;
        }
        let (mut key, mut value): (Option<Text<'a>>, _) = (None, None);
        while let Some(child) = c.child()? {
            match child {
                Element::Key => key = Some(c.token()?),
                Element::Value => value = Some(runs(c)?),
                _ => c.skip()?,
            }
        }
        match (key, value) {
            (Some(key), Some(value)) => entries.push((key, value)),
            _ => missing(c, "key and value"),
        }
    }
    Ok(Block::KeyValues(entries))
}
