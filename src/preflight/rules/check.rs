//! Rules that make no sense, found before they are used.

use super::{PageSize, Rules};

/// What is wrong with rules.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("rules for PDFs: `{field}` is {found}; allowed is {allowed}")]
pub struct RulesError {
    /// The field.
    pub field: &'static str,
    /// What was found.
    pub found: String,
    /// What is allowed.
    pub allowed: &'static str,
}

impl Rules {
    /// Finds every value that makes no sense.
    ///
    /// # Errors
    /// All faults, in the order of the fields.
    pub fn check(&self) -> Result<(), Vec<RulesError>> {
        let mut faults = Vec::new();
        let mut ask = |good: bool, field, found: String, allowed| {
            if !good {
                faults.push(RulesError {
                    field,
                    found,
                    allowed,
                });
            }
        };
        let PageSize {
            width_mm,
            height_mm,
            smaller_mm,
            larger_mm,
        } = self.page;
        ask(
            (50.0..=500.0).contains(&width_mm) && (width_mm..=1000.0).contains(&height_mm),
            "page",
            format!("{width_mm} × {height_mm} mm"),
            "50 to 500 mm wide, at most 1000 mm high, not wider than high",
        );
        for (field, mm) in [
            ("page.smaller_mm", smaller_mm),
            ("page.larger_mm", larger_mm),
        ] {
            ask((0.0..=20.0).contains(&mm), field, mm.to_string(), "0 to 20");
        }
        ask(
            self.version_min <= self.version_max,
            "version_min",
            self.version_min.to_string(),
            "not newer than version_max",
        );
        ask(
            (1..=1998).contains(&self.limits.pages_max),
            "limits.pages_max",
            self.limits.pages_max.to_string(),
            "1 to 1998",
        );
        ask(
            self.limits.bytes_max > 0,
            "limits.bytes_max",
            "0".into(),
            "1 or more",
        );
        for (field, found, most, allowed) in [
            ("allowed_grow_mm", self.allowed_grow_mm, 100.0, "0 to 100"),
            ("tiny_text_pt", self.tiny_text_pt, 1000.0, "0 to 1000"),
        ] {
            ask(
                (0.0..=most).contains(&found),
                field,
                found.to_string(),
                allowed,
            );
        }
        ask(self.ink_below > 0, "ink_below", "0".into(), "1 to 255");
        for margins in [&self.margins_first, &self.margins_later] {
            let all = [
                margins.left_mm,
                margins.right_mm,
                margins.top_mm,
                margins.bottom_mm,
            ];
            ask(
                all.iter().all(|mm| (0.0..=100.0).contains(mm)),
                "margins",
                format!("{all:?} mm"),
                "0 to 100 each",
            );
        }
        let zones = self.empty.iter().chain(&self.allowed).map(|zone| zone.area);
        let address = self.address.iter();
        let address = address.flat_map(|a| {
            [
                Some(a.window),
                Some(a.ever_seen()),
                a.sender_line,
                a.kept_free,
            ]
        });
        let areas = zones
            .chain(self.marks.iter().copied())
            .chain([self.mark_strip])
            .chain(self.tags.iter().map(|tag| tag.area))
            .chain(address.flatten());
        for area in areas {
            ask(
                area.is_sane(),
                "a box",
                area.to_string(),
                "one that can be on a sheet",
            );
        }
        if let Some(address) = &self.address {
            ask(
                address.lines_min <= address.lines_max,
                "address.lines_min",
                address.lines_min.to_string(),
                "not more than lines_max",
            );
            let slack = &address.slack;
            let each = [slack.left_mm, slack.right_mm, slack.up_mm, slack.down_mm];
            ask(
                each.iter().all(|mm| (0.0..=100.0).contains(mm)),
                "address.slack",
                format!("{each:?} mm"),
                "0 to 100 each",
            );
            let seen = address.always_seen();
            ask(
                seen.width_mm > 0.0 && seen.height_mm > 0.0,
                "address.window",
                seen.to_string(),
                "a window that is larger than its slack",
            );
        }
        for text in &self.producers_refused {
            ask(
                !text.trim().is_empty(),
                "producers_refused",
                "an empty text".into(),
                "a part of the name of a program",
            );
        }
        for (class, verdict) in &self.verdicts {
            ask(
                !class.is_fixed() || *verdict == class.usual(),
                "verdicts",
                format!("{verdict:?} for `{}`", class.code()),
                "refuse: such a PDF cannot be printed",
            );
        }
        if faults.is_empty() {
            Ok(())
        } else {
            Err(faults)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_that_would_take_all_or_nothing_are_refused() {
        let mut rules = Rules {
            allowed_grow_mm: f64::NAN,
            tiny_text_pt: 1e308,
            ..Rules::default()
        };
        rules.limits.bytes_max = 0;
        let faults = rules.check().unwrap_err();
        let fields: Vec<_> = faults.iter().map(|fault| fault.field).collect();
        assert_eq!(
            fields,
            ["limits.bytes_max", "allowed_grow_mm", "tiny_text_pt"]
        );
        assert_eq!(Rules::default().check(), Ok(()));
    }
}
