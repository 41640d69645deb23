//! Running text: white space folded to single spaces, cut at the ends of the block and around line breaks, in stretches
//! of one style.

use std::borrow::Cow;

use super::super::cursor::{Cursor, Node, Stop};
use super::super::vocabulary::Element;
use super::super::white_space::folded;
use crate::letter::{Run, Text};

#[derive(Clone, Copy, PartialEq, Eq)]
struct Style {
    bold: bool,
    italic: bool,
}

/// The element at hand, up to its end, as running text.
pub(super) fn runs<'a>(c: &mut Cursor<'a, '_, '_>) -> Result<Vec<Run<'a>>, Stop> {
    let mut gathered = Gathered::default();
    gather(
        c,
        Style {
            bold: false,
            italic: false,
        },
        &mut gathered,
    )?;
    gathered.cut_trailing_space();
    Ok(gathered.runs)
}

/// Goes as deep as elements nest, which the cursor bounds.
fn gather<'a>(
    c: &mut Cursor<'a, '_, '_>,
    style: Style,
    out: &mut Gathered<'a>,
) -> Result<(), Stop> {
    loop {
        match c.next()? {
            Node::End => return Ok(()),
            Node::Text(text) => out.push(text, style),
            Node::Start(Element::Bold) => gather(
                c,
                Style {
                    bold: true,
                    ..style
                },
                out,
            )?,
            Node::Start(Element::Italic) => gather(
                c,
                Style {
                    italic: true,
                    ..style
                },
                out,
            )?,
            Node::Start(Element::LineBreak) => {
                c.skip()?;
                out.break_line();
            }
            Node::Start(_) => c.skip()?,
        }
    }
}

#[derive(Default)]
struct Gathered<'a> {
    runs: Vec<Run<'a>>,
}

impl<'a> Gathered<'a> {
    /// True where a space would be the first on its line, or the second in a row.
    fn takes_no_space(&self) -> bool {
        self.runs
            .last()
            .is_none_or(|run| run.text.ends_with([' ', '\n']))
    }

    fn push(&mut self, text: Text<'a>, style: Style) {
        let text = folded(text, self.takes_no_space());
        if text.is_empty() {
            return;
        }
        match self.runs.last_mut() {
            Some(last)
                if last.text != "\n"
                    && style
                        == (Style {
                            bold: last.bold,
                            italic: last.italic,
                        }) =>
            {
                last.text.to_mut().push_str(&text);
            }
            _ => self.runs.push(Run {
                text,
                bold: style.bold,
                italic: style.italic,
            }),
        }
    }

    fn break_line(&mut self) {
        self.cut_trailing_space();
        self.runs.push(Run {
            text: Cow::Borrowed("\n"),
            bold: false,
            italic: false,
        });
    }

    fn cut_trailing_space(&mut self) {
        if let Some(last) = self.runs.last_mut() {
            match &mut last.text {
                Cow::Borrowed(text) => *text = text.strip_suffix(' ').unwrap_or(text),
                Cow::Owned(text) => {
                    if text.ends_with(' ') {
                        text.pop();
                    }
                }
            }
            if last.text.is_empty() {
                self.runs.pop();
            }
        }
    }
}
