//! What the contents of a page leave open.

use super::super::content::scan;

/// What it takes to draw behind a page as if nothing had been drawn before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::spool) struct Balance {
    /// `q` before all contents.
    pub(in crate::spool) before: u32,
    /// `Q` behind them.
    after: u32,
    /// A text object is open at the end.
    in_text: bool,
}

impl Balance {
    pub(super) fn of(content: &[u8]) -> Self {
        let (mut depth, mut lowest, mut in_text) = (0_i32, 0_i32, false);
        scan(content, |operator, _| match operator {
            b"q" => depth += 1,
            b"Q" => {
                depth -= 1;
                lowest = lowest.min(depth);
            }
            b"BT" => in_text = true,
            b"ET" => in_text = false,
            _ => {}
        });
        Self {
            before: lowest.unsigned_abs() + 1,
            after: (depth - lowest).unsigned_abs() + 1,
            in_text,
        }
    }

    /// The content that brings the first state back.
    pub(in crate::spool) fn behind(self) -> Vec<u8> {
        let mut content = if self.in_text {
            b"ET\n".to_vec()
        } else {
            Vec::new()
        };
        content.extend_from_slice(&b"Q\n".repeat(self.after as usize));
        content
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_page_leaves_open_is_closed() {
        for (content, before, after, in_text) in [
            ("q 1 0 0 1 0 0 cm Q", 1, 1, false),
            ("2 0 0 2 0 0 cm q q BT", 1, 3, true),
            ("Q Q q", 3, 2, false),
            ("q Q Q q q", 2, 3, false),
            ("", 1, 1, false),
        ] {
            let expected = Balance {
                before,
                after,
                in_text,
            };
            assert_eq!(Balance::of(content.as_bytes()), expected, "{content}");
        }
    }
}
