//! The text of a letter: tables with a cell for each column.

use crate::finding::Code;
use crate::letter::{Block, Content, Letter, Table};

use super::Findings;

pub fn judge(letter: &Letter<'_>, findings: &mut Findings<'_>) {
    let Content::Text(blocks) = &letter.content else {
        return;
    };
    let tables = blocks.iter().filter_map(|block| match block {
        Block::Table(table) => Some(table),
        _ => None,
    });
    for (at, table) in tables.enumerate() {
        judge_table(table, at + 1, findings);
    }
}

/// One finding for each row with another number of cells.
fn judge_table(table: &Table<'_>, number: usize, findings: &mut Findings<'_>) {
    for (at, row) in table.rows.iter().enumerate() {
        if row.cells.len() != table.columns.len() {
            findings.add(
                Code::ContentTableCells,
                format!("letter/content/text/table[{number}]/row[{}]", at + 1),
                format!("{} cells", row.cells.len()),
                format!("{}, one for each column", table.columns.len()),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{found, letter};
    use super::*;
    use crate::letter::{Align, Column, Row};

    #[test]
    fn every_row_has_a_cell_for_each_column() {
        let column = Column {
            align: Align::Left,
            heading: None,
        };
        let row = |cells| Row {
            total: false,
            cells: vec![Vec::new(); cells],
        };
        let mut letter = letter();
        letter.content = Content::Text(vec![
            Block::PageBreak,
            Block::Table(Table {
                columns: vec![column.clone(); 2],
                rows: vec![row(2), row(2)],
            }),
            Block::Table(Table {
                columns: vec![column; 2],
                rows: vec![row(1), row(2), row(3)],
            }),
        ]);
        let path = |n| {
            (
                Code::ContentTableCells,
                format!("letter/content/text/table[2]/row[{n}]"),
            )
        };
        assert_eq!(found(&letter), [path(1), path(3)]);
    }
}
