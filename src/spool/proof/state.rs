//! What the content of a page leaves behind for the mark that is drawn after it: counted from what stands in the part,
//! whatever those counted who put it there.
//!
//! A front begins with `q`, and the mark is drawn when as many `Q` have come back. So it is drawn in the state in which a
//! page begins, however long the content before it is and whatever it sets, if nothing but `q` stands outside of them, no
//! `Q` is one too many, and no text, path or marked content is open.

use super::content::scan;

/// Saved states within each other: preflight takes no more.
const DEPTH_MAX: u32 = u16::MAX as u32;

/// What is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Left {
    /// `q` without `Q`.
    depth: u32,
    /// `BMC` or `BDC` without `EMC`.
    marked: u32,
    text: bool,
    path: bool,
    /// Something else than `q` stood outside of all `q`, or a `Q` was one too many.
    stray: bool,
    /// Text, a path, a picture or a form is drawn.
    pub(super) draws: bool,
}

impl Left {
    /// After these bytes.
    pub(super) fn after(content: &[u8]) -> Self {
        let mut left = Self::default();
        scan(content, |operator, _| left.see(operator));
        left
    }

    /// After this operator too.
    pub(super) fn see(&mut self, operator: &[u8]) {
        match operator {
            b"q" => {
                self.depth += 1;
                self.stray |= self.depth > DEPTH_MAX;
            }
            _ if self.depth == 0 => self.stray = true,
            b"Q" => self.depth -= 1,
            b"BT" => self.text = true,
            b"ET" => self.text = false,
            b"BMC" | b"BDC" => self.marked = self.marked.saturating_add(1),
            b"EMC" => self.marked = self.marked.saturating_sub(1),
            b"m" | b"re" | b"l" | b"c" | b"v" | b"y" | b"h" | b"W" | b"W*" => self.path = true,
            b"n" => self.path = false,
            b"S" | b"s" | b"f" | b"F" | b"f*" | b"B" | b"B*" | b"b" | b"b*" => {
                self.path = false;
                self.draws = true;
            }
            b"Tj" | b"TJ" | b"'" | b"\"" | b"Do" | b"sh" | b"ID" => self.draws = true,
            _ => {}
        }
    }

    /// Whether the next operator finds the state in which a page begins.
    pub(super) fn is_nothing(&self) -> bool {
        let open = self.text || self.path || self.stray;
        self.depth == 0 && self.marked == 0 && !open
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_behind_is_seen() {
        for closed in [
            "",
            "q 2 0 0 2 0 0 cm Q",
            "q q Q BT ET 0 0 9 9 re f /x BMC EMC Q q Q",
        ] {
            assert!(Left::after(closed.as_bytes()).is_nothing(), "{closed}");
        }
        for open in [
            "q",
            "q Q Q",
            "1 0 0 1 9 9 cm",
            "q Q 3 Tr",
            "q BT Q",
            "q 0 0 9 9 re Q",
            "q 0 0 9 9 re W Q",
            "q /x BMC Q",
            "q BI /W 1 /H 1 /BPC 8 /CS /G ID \u{1}EI q Q",
        ] {
            assert!(!Left::after(open.as_bytes()).is_nothing(), "{open}");
        }
    }
}
