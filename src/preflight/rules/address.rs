//! What the window of an envelope shows of page one, and what an address in it must be like (`facts/print.md` §4.1).

use super::Area;

/// The window of the envelope over page one.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AddressRules {
    /// What the window shows of the page while the sheet lies where it should.
    pub window: Area,
    /// How far the sheet can slip from there.
    pub slack: Slack,
    /// Where a sender line may stand in the window: what lies wholly in it is no part of the address, and not private.
    pub sender_line: Option<Area>,
    /// Where besides the window nothing but the address may stand: a plant may print there.
    pub kept_free: Option<Area>,
    /// Text this far around the window is read as part of the address.
    pub reach_mm: f64,
    /// Fewest lines.
    pub lines_min: u8,
    /// Most lines.
    pub lines_max: u8,
    /// Characters in a line.
    pub line_chars_max: u16,
    /// Characters that no line may start with.
    pub line_start_forbidden: String,
    /// So many of the first lines must each have a letter or digit.
    pub lines_alphanumeric: u8,
}

/// How far a sheet can slip in its envelope, each way. Where `window` was measured on a sheet that was pushed into the
/// upper left corner, it slips to the right and down only.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Slack {
    /// To the left: the window then shows what lies further right.
    pub left_mm: f64,
    /// To the right: the window then shows what lies further left.
    pub right_mm: f64,
    /// Up: the window then shows what lies further down.
    pub up_mm: f64,
    /// Down: the window then shows what lies further up.
    pub down_mm: f64,
}

impl Default for AddressRules {
    /// The box that the common envelopes share, and DVLA's rules for lines (`facts/print.md` §1.2, §8).
    fn default() -> Self {
        Self {
            window: Area::between(24.6, 45.0, 105.0, 66.3),
            slack: Slack::default(),
            sender_line: None,
            kept_free: None,
            reach_mm: 3.0,
            lines_min: 3,
            lines_max: 7,
            line_chars_max: 45,
            line_start_forbidden: "@()=[]\"\\/,<>~".into(),
            lines_alphanumeric: 2,
        }
    }
}

impl AddressRules {
    /// What every position of the sheet shows: what the window has in common in all of them. The address must lie in it.
    pub fn always_seen(&self) -> Area {
        let slack = &self.slack;
        Area::between(
            self.window.x_mm + slack.left_mm,
            self.window.y_mm + slack.up_mm,
            self.window.right() - slack.right_mm,
            self.window.bottom() - slack.down_mm,
        )
    }

    /// What some position of the sheet shows: all of them together. Nothing else may lie in it.
    pub fn ever_seen(&self) -> Area {
        let slack = &self.slack;
        Area::between(
            self.window.x_mm - slack.right_mm,
            self.window.y_mm - slack.down_mm,
            self.window.right() + slack.left_mm,
            self.window.bottom() + slack.up_mm,
        )
    }
}

impl AddressRules {
    /// Where nothing but the address may stand: what some position shows, and what is to be kept free.
    pub fn nothing_else(&self) -> Area {
        let seen = self.ever_seen();
        self.kept_free.map_or(seen, |free| free.around(&seen))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What the window shows of a sheet that slipped so far to the right and down.
    fn seen(window: &Area, right: f64, down: f64) -> Area {
        Area::between(
            window.x_mm - right,
            window.y_mm - down,
            window.right() - right,
            window.bottom() - down,
        )
    }

    proptest! {
        #[test]
        fn every_position_shows_the_one_and_none_shows_more_than_the_other(
            (left_mm, right_mm, up_mm, down_mm) in (0.0..9.0, 0.0..9.0, 0.0..6.0, 0.0..6.0),
            (x, y) in (0.0..=1.0, 0.0..=1.0),
        ) {
            let rules = AddressRules {
                slack: Slack { left_mm, right_mm, up_mm, down_mm },
                ..AddressRules::default()
            };
            let at = |x: f64, y: f64| {
                let (right, down) = (x * (right_mm + left_mm) - left_mm, y * (down_mm + up_mm) - up_mm);
                seen(&rules.window, right, down)
            };
            prop_assert!(at(x, y).holds(&rules.always_seen()));
            prop_assert!(rules.ever_seen().holds(&at(x, y)));
            // Neither is smaller or larger than it must be.
            let (first, last) = (at(0.0, 0.0), at(1.0, 1.0));
            prop_assert!(first.common(&last).unwrap().grown(1e-9).holds(&rules.always_seen()));
            prop_assert!(rules.always_seen().holds(&first.common(&last).unwrap()));
            prop_assert!(first.around(&last).holds(&rules.ever_seen()));
        }
    }

    #[test]
    fn a_sheet_pushed_to_the_upper_left_shows_more_to_the_left_when_it_slips() {
        // C5: 19.0 × 13.5 mm (`facts/print.md` §4.1).
        let rules = AddressRules {
            window: Area::between(20.0, 45.0, 105.0, 90.0),
            slack: Slack {
                right_mm: 19.0,
                down_mm: 13.5,
                ..Slack::default()
            },
            ..AddressRules::default()
        };
        assert_eq!(rules.always_seen(), Area::between(20.0, 45.0, 86.0, 76.5));
        assert_eq!(rules.ever_seen(), Area::between(1.0, 31.5, 105.0, 90.0));
    }
}
