//! The page tree of a part, balanced while the pages stream by.

use std::io::{self, Write};

use super::PartWriter;
use crate::spool::sink::Sink;

/// Kids of a node of the page tree: flat trees kill viewers (`facts/print.md` §5.2).
const KIDS_MAX: usize = 256;

/// A node that is being filled.
#[derive(Default)]
pub(super) struct Node {
    number: u32,
    kids: Vec<u32>,
    pages: u32,
}

impl<S: Sink> PartWriter<S> {
    /// The node that the next page will be a kid of.
    pub(super) fn parent_of_next_page(&mut self) -> u32 {
        self.node(0).number
    }

    fn node(&mut self, level: usize) -> &mut Node {
        while self.levels.len() <= level {
            self.levels.push(None);
        }
        if self.levels[level].is_none() {
            let number = self.allocate();
            self.levels[level] = Some(Node {
                number,
                ..Node::default()
            });
        }
        self.levels[level].get_or_insert_default()
    }

    /// Hangs a page in.
    pub(super) fn page_written(&mut self, number: u32) -> io::Result<()> {
        self.kid_written(0, number, 1)
    }

    fn kid_written(&mut self, level: usize, number: u32, pages: u32) -> io::Result<()> {
        let node = self.node(level);
        node.kids.push(number);
        node.pages += pages;
        if node.kids.len() == KIDS_MAX {
            self.close_node(level)
        } else {
            Ok(())
        }
    }

    fn close_node(&mut self, level: usize) -> io::Result<()> {
        let Some(node) = self.levels[level].take() else {
            return Ok(());
        };
        let parent = self.node(level + 1).number;
        self.write_node(&node, &format!("/Parent {parent} 0 R"))?;
        self.kid_written(level + 1, node.number, node.pages)
    }

    fn write_node(&mut self, node: &Node, parent: &str) -> io::Result<()> {
        let mut text = std::mem::take(&mut self.buffer);
        text.clear();
        write!(text, "<</Type/Pages/Count {}{parent}/Kids[", node.pages)?;
        for (i, kid) in node.kids.iter().enumerate() {
            write!(text, "{}{kid} 0 R", if i == 0 { "" } else { " " })?;
        }
        text.extend_from_slice(b"]>>");
        self.object(node.number, &text)?;
        self.buffer = text;
        Ok(())
    }

    /// Closes the page tree; gives the number of its root.
    pub(super) fn close_tree(&mut self) -> io::Result<u32> {
        if self.levels.is_empty() {
            self.node(0); // A part without pages is still a PDF.
        }
        let mut level = 0;
        loop {
            if level + 1 == self.levels.len() {
                let root = self.levels[level].take().unwrap_or_default();
                self.write_node(&root, "")?;
                return Ok(root.number);
            }
            self.close_node(level)?;
            level += 1;
        }
    }
}
