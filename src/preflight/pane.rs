//! What the window shows besides text, and what keeps its text from being seen.
//!
//! In: what is painted, in its order. White paint under the address is paper; over it, it hides something.

use hayro::kurbo::Rect;

use super::area::Area;
use super::ink::{area_of, dots_of};
use super::rules::AddressRules;

/// The window, in dots.
pub(super) struct Pane {
    area: Rect,
    /// Where the sender's line may stand, and a rule below it.
    sender: Option<Rect>,
    /// Whether some letter stands in it.
    begun: bool,
    found: Option<Rect>,
}

impl Pane {
    pub(super) fn of(rules: &AddressRules) -> Self {
        Self {
            area: dots_of(&rules.nothing_else()),
            sender: rules.sender_line.as_ref().map(dots_of),
            begun: false,
            found: None,
        }
    }

    /// A letter within this box; `is_plain` where it stands dark and whole over what was painted before.
    pub(super) fn letter(&mut self, letter: Rect, is_plain: bool) {
        match is_plain {
            true => self.begun |= self.area.overlaps(letter),
            false => self.add(letter),
        }
    }

    /// White letters within this box.
    pub(super) fn white(&mut self, letter: Rect) {
        if self.begun {
            self.add(letter);
        }
    }

    /// Paint within this box; `is_ink` where it is not white.
    pub(super) fn paint(&mut self, found: Rect, is_ink: bool) {
        if is_ink || self.begun {
            self.add(found);
        }
    }

    fn add(&mut self, found: Rect) {
        let of_sender = self
            .sender
            .is_some_and(|sender| sender.contains_rect(found));
        if self.area.overlaps(found) && !of_sender {
            let seen = found.intersect(self.area);
            self.found = Some(self.found.map_or(seen, |known| known.union(seen)));
        }
    }

    /// The smallest box around all of that.
    pub(super) fn found(&self) -> Option<Area> {
        self.found.map(area_of)
    }
}
