//! Tables and blocks of names and values.
//!
//! Columns get the width of their content and share what is left of the measure; when the contents are wider than the
//! measure, cells are broken into lines; when their longest words are, the type gets smaller; when that is not enough,
//! words are broken. Nothing reaches beyond the measure.

use super::Face;
use super::font::Fonts;
use super::galley::{Galley, HAIRLINE, RULE, Style, Text, Top, baseline, short};
use super::options::Points;
use super::page::Mpt;
use super::paragraph::{Copy, Lines, Setter};
use crate::letter::{Align, Row, Run, Table, Text as Label};

/// Smaller type for wide tables, in percent of the size chosen.
const SHRINK_PERCENT: [i32; 4] = [100, 90, 80, 70];
/// Type is not made smaller than this: as small as any size that can be chosen.
const SIZE_MIN: Points = Points(600);
/// Rows with no more lines than this stay on one page.
const ROW_LINES_TOGETHER: usize = 6;
/// Blocks of names and values with no more lines than this stay on one page.
const KEY_VALUE_LINES_TOGETHER: usize = 14;

struct Column {
    align: Align,
    /// Widest stretch that should not be broken.
    narrow: Mpt,
    /// Width without breaks.
    wide: Mpt,
    x: Mpt,
    width: Mpt,
}

/// Cells that have been read, row by row; the head first, when there is one.
struct Cells {
    size: Points,
    has_head: bool,
    copies: Vec<Copy>,
    columns: Vec<Column>,
}

/// Sets a table.
pub fn set(galley: &mut Galley, style: &Style<'_>, setter: &mut Setter, table: &Table<'_>) {
    let Some(mut cells) = read_to_fit(style, setter, table) else {
        return;
    };
    let gutter = gutter(cells.size);
    widths(&mut cells.columns, style.measure, gutter);
    place(&mut cells.columns, style.left, gutter);

    let first = galley.strips.len();
    let mut rows = cells.copies.chunks(cells.columns.len());
    let mut head = 0;
    galley.leave(style.leading() * 6 / 10);
    if cells.has_head
        && let Some(copies) = rows.next()
    {
        row(
            galley,
            style.fonts,
            style.leading_of(cells.size),
            setter,
            &cells,
            copies,
        );
        galley.keep_all_from(first + 1);
        if let Some(last) = galley.strips.last_mut() {
            last.rules.1 = RULE;
        }
        galley.heads.push(first..galley.strips.len());
        head = short(galley.heads.len());
    }
    for (at, (copies, source)) in rows.zip(&table.rows).enumerate() {
        let start = galley.strips.len();
        row(
            galley,
            style.fonts,
            style.leading_of(cells.size),
            setter,
            &cells,
            copies,
        );
        let after_head = at == 0 && head > 0;
        for strip in galley.strips.iter_mut().skip(start) {
            strip.head = head;
        }
        if let Some(strip) = galley.strips.get_mut(start) {
            strip.rules.0 = match (at, source.total) {
                (0, _) => 0,
                (_, true) => RULE,
                (_, false) => HAIRLINE,
            };
            // A sum stays with what it sums up, the first row with the head.
            if (after_head || source.total) && strip.top == Top::Allowed {
                strip.top = Top::Avoided;
            }
        }
    }
    if let Some(last) = galley.strips.get_mut(first..).and_then(<[_]>::last_mut) {
        last.rules.1 = last.rules.1.max(HAIRLINE);
    }
    galley.leave(style.leading() * 4 / 10);
}

/// Reads all cells in the largest type in which no word must be broken.
fn read_to_fit(style: &Style<'_>, setter: &mut Setter, table: &Table<'_>) -> Option<Cells> {
    let count = table.columns.len().max(
        table
            .rows
            .iter()
            .map(|row| row.cells.len())
            .max()
            .unwrap_or(0),
    );
    if count == 0 || (table.rows.is_empty() && table.columns.iter().all(|c| c.heading.is_none())) {
        return None;
    }
    let mut cells = None;
    for percent in SHRINK_PERCENT {
        let chosen = style.sizes.table;
        let size = Points(chosen.0 * percent / 100).max(chosen.min(SIZE_MIN));
        let read = read(style.fonts, setter, table, count, size);
        let gutters = gutter(size) * gutters(count);
        let narrow: i64 = read.columns.iter().map(|c| i64::from(c.narrow)).sum();
        cells = Some(read);
        if narrow + i64::from(gutters) <= i64::from(style.measure) {
            break;
        }
    }
    cells
}

fn read(
    fonts: &Fonts,
    setter: &mut Setter,
    table: &Table<'_>,
    count: usize,
    size: Points,
) -> Cells {
    let has_head = table.columns.iter().any(|column| column.heading.is_some());
    let mut cells = Cells {
        size,
        has_head,
        copies: Vec::with_capacity((table.rows.len() + 1) * count),
        columns: (0..count)
            .map(|at| Column {
                align: table
                    .columns
                    .get(at)
                    .map_or(Align::Left, |column| column.align),
                narrow: 0,
                wide: 0,
                x: 0,
                width: 0,
            })
            .collect(),
    };
    if has_head {
        for at in 0..count {
            let heading = table.columns.get(at).and_then(|c| c.heading.as_deref());
            let copy = setter.read_text(fonts, heading.unwrap_or_default(), Face::Bold, size);
            cells.add(setter, at, copy);
        }
    }
    for Row { total, cells: row } in &table.rows {
        for at in 0..count {
            let runs: &[Run<'_>] = row.get(at).map_or(&[], Vec::as_slice);
            let face = if *total { Face::Bold } else { Face::Regular };
            let copy = setter.read(fonts, runs, face, size);
            cells.add(setter, at, copy);
        }
    }
    cells
}

impl Cells {
    fn add(&mut self, setter: &Setter, at: usize, copy: Copy) {
        let (narrow, wide) = setter.widths(&copy);
        if let Some(column) = self.columns.get_mut(at) {
            column.narrow = column.narrow.max(narrow);
            column.wide = column.wide.max(wide);
        }
        self.copies.push(copy);
    }
}

fn gutter(size: Points) -> Mpt {
    size.0 * 10 * 14 / 10
}

fn gutters(columns: usize) -> Mpt {
    Mpt::try_from(columns.saturating_sub(1)).unwrap_or(0)
}

/// Shares the measure out among the columns.
fn widths(columns: &mut [Column], measure: Mpt, gutter: Mpt) {
    let count = i64::try_from(columns.len().max(1)).unwrap_or(1);
    let available = i64::from(measure) - i64::from(gutter * gutters(columns.len()));
    let narrow: i64 = columns.iter().map(|column| i64::from(column.narrow)).sum();
    let wide: i64 = columns.iter().map(|column| i64::from(column.wide)).sum();
    let width = |column: &Column| -> i64 {
        let (min, max) = (i64::from(column.narrow), i64::from(column.wide));
        if wide == 0 {
            available / count
        } else if wide <= available {
            max + (available - wide) * max / wide
        } else if narrow <= available {
            min + (available - narrow) * (max - min) / (wide - narrow).max(1)
        } else {
            min.min(level(columns, available))
        }
    };
    let widths: Vec<i64> = columns.iter().map(width).collect();
    for (column, width) in columns.iter_mut().zip(widths) {
        column.width = Mpt::try_from(width).unwrap_or(0);
    }
}

/// The width to which the widest columns are cut down so that all fit.
fn level(columns: &[Column], available: i64) -> i64 {
    let mut narrow: Vec<i64> = columns.iter().map(|c| i64::from(c.narrow)).collect();
    narrow.sort_unstable();
    let mut left = available;
    let mut count = i64::try_from(narrow.len()).unwrap_or(1);
    for width in narrow {
        if width * count > left {
            break;
        }
        left -= width;
        count -= 1;
    }
    left / count.max(1)
}

fn place(columns: &mut [Column], left: Mpt, gutter: Mpt) {
    let mut x = left;
    for column in columns {
        column.x = x;
        x += column.width + gutter;
    }
}

/// Sets one row: as many strips as its highest cell has lines.
fn row(
    galley: &mut Galley,
    fonts: &Fonts,
    leading: Mpt,
    setter: &mut Setter,
    cells: &Cells,
    copies: &[Copy],
) {
    let lines: Vec<Lines> = copies
        .iter()
        .zip(&cells.columns)
        .map(|(copy, column)| setter.lines(fonts, copy, column.width))
        .collect();
    let count = lines.iter().map(Lines::len).max().unwrap_or(0).max(1);
    let pad = leading / 5;
    for at in 0..count {
        let top_pad = if at == 0 { pad } else { 0 };
        let bottom_pad = if at + 1 == count { pad } else { 0 };
        let texts = lines
            .iter()
            .zip(&cells.columns)
            .filter_map(|(lines, column)| {
                let number = lines.clone().nth(at)?;
                let spare = column.width - setter.line_at(number)?.width;
                let indent = match column.align {
                    Align::Left => 0,
                    Align::Right => spare,
                    Align::Centre => spare / 2,
                };
                Some(Text {
                    line: short(number),
                    x: column.x + indent.max(0),
                    y: top_pad + baseline(leading, cells.size),
                })
            });
        galley.strip(0, leading + top_pad + bottom_pad, top_of(at, count), texts);
    }
}

/// Whether a page may begin inside a row.
fn top_of(line: usize, lines: usize) -> Top {
    let edge = line == 1 || line + 1 == lines;
    if line > 0 && (edge || lines <= ROW_LINES_TOGETHER) {
        Top::Avoided
    } else {
        Top::Allowed
    }
}

/// Sets a block of names and values: two columns between two thin rules.
pub fn set_key_values(
    galley: &mut Galley,
    style: &Style<'_>,
    setter: &mut Setter,
    entries: &[(Label<'_>, Vec<Run<'_>>)],
) {
    let size = style.sizes.table;
    let mut cells = Cells {
        size,
        has_head: false,
        copies: Vec::with_capacity(entries.len() * 2),
        columns: [0, 1]
            .map(|_| Column {
                align: Align::Left,
                narrow: 0,
                wide: 0,
                x: 0,
                width: 0,
            })
            .into(),
    };
    for (key, value) in entries {
        let copy = setter.read_text(style.fonts, key, Face::Regular, size);
        cells.add(setter, 0, copy);
        let copy = setter.read(style.fonts, value, Face::Bold, size);
        cells.add(setter, 1, copy);
    }
    let gutter = gutter(size) * 2;
    if let [keys, values] = cells.columns.as_mut_slice() {
        keys.width = keys.wide.clamp(style.measure / 5, style.measure * 42 / 100);
        values.width = style.measure - gutter - keys.width;
    }
    place(&mut cells.columns, style.left, gutter);

    let first = galley.strips.len();
    galley.leave(style.leading() * 7 / 10);
    for copies in cells.copies.chunks(2) {
        row(
            galley,
            style.fonts,
            style.leading_of(size),
            setter,
            &cells,
            copies,
        );
    }
    if galley.strips.len() - first <= KEY_VALUE_LINES_TOGETHER {
        galley.keep_all_from(first + 1);
    }
    let pad = style.leading() / 4;
    if let Some(strip) = galley.strips.get_mut(first) {
        strip.rules.0 = HAIRLINE;
        strip.height += pad;
    }
    let texts = galley
        .strips
        .get(first)
        .map_or(0..0, |strip| strip.texts.0 as usize..strip.texts.1 as usize);
    for text in galley.texts.get_mut(texts).unwrap_or_default() {
        text.y += pad;
    }
    if let Some(strip) = galley.strips.get_mut(first..).and_then(<[_]>::last_mut) {
        strip.rules.1 = HAIRLINE;
        strip.height += pad;
    }
    galley.leave(style.leading() * 4 / 10);
}
