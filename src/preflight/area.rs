//! Boxes on a page.

/// A box on a page as shown, in millimetres from its upper left corner.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Area {
    /// Left edge.
    pub x_mm: f64,
    /// Upper edge.
    pub y_mm: f64,
    /// Width.
    pub width_mm: f64,
    /// Height.
    pub height_mm: f64,
}

impl Area {
    /// From left, top, right and bottom.
    pub fn between(left: f64, top: f64, right: f64, bottom: f64) -> Self {
        Self {
            x_mm: left,
            y_mm: top,
            width_mm: right - left,
            height_mm: bottom - top,
        }
    }

    /// Right edge.
    pub fn right(&self) -> f64 {
        self.x_mm + self.width_mm
    }

    /// Lower edge.
    pub fn bottom(&self) -> f64 {
        self.y_mm + self.height_mm
    }

    /// Larger by so much on every side.
    pub fn grown(&self, mm: f64) -> Self {
        Self::between(
            self.x_mm - mm,
            self.y_mm - mm,
            self.right() + mm,
            self.bottom() + mm,
        )
    }

    /// Whether they share more than an edge.
    pub fn meets(&self, other: &Self) -> bool {
        self.x_mm < other.right()
            && other.x_mm < self.right()
            && self.y_mm < other.bottom()
            && other.y_mm < self.bottom()
    }

    /// Whether `other` lies in it, edges counted, within a hair of rounding.
    pub fn holds(&self, other: &Self) -> bool {
        const HAIR_MM: f64 = 1e-6;
        self.x_mm <= other.x_mm + HAIR_MM
            && self.y_mm <= other.y_mm + HAIR_MM
            && other.right() <= self.right() + HAIR_MM
            && other.bottom() <= self.bottom() + HAIR_MM
    }

    /// What they share.
    pub fn common(&self, other: &Self) -> Option<Self> {
        self.meets(other).then(|| {
            Self::between(
                self.x_mm.max(other.x_mm),
                self.y_mm.max(other.y_mm),
                self.right().min(other.right()),
                self.bottom().min(other.bottom()),
            )
        })
    }

    /// The smallest box around both.
    pub fn around(&self, other: &Self) -> Self {
        Self::between(
            self.x_mm.min(other.x_mm),
            self.y_mm.min(other.y_mm),
            self.right().max(other.right()),
            self.bottom().max(other.bottom()),
        )
    }

    /// Whether its numbers are such that can be on paper.
    pub(super) fn is_sane(&self) -> bool {
        [self.x_mm, self.y_mm, self.right(), self.bottom()]
            .iter()
            .all(|mm| (-1000.0..=2000.0).contains(mm))
            && self.width_mm >= 0.0
            && self.height_mm >= 0.0
    }
}

impl std::fmt::Display for Area {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (right, bottom) = (self.right(), self.bottom());
        let (x, y) = (self.x_mm, self.y_mm);
        write!(f, "x {x:.1}–{right:.1} y {y:.1}–{bottom:.1} mm")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_meet_hold_and_join() {
        let a = Area::between(10.0, 20.0, 30.0, 40.0);
        let b = Area::between(30.0, 20.0, 35.0, 40.0);
        assert!(!a.meets(&b), "an edge is not enough");
        assert!(a.meets(&b.grown(0.1)));
        assert!(a.holds(&Area::between(10.0, 20.0, 30.0, 25.0)));
        assert!(!a.holds(&a.grown(0.01)));
        assert_eq!(a.around(&b), Area::between(10.0, 20.0, 35.0, 40.0));
        assert_eq!(
            a.common(&b.grown(1.0)),
            Some(Area::between(29.0, 20.0, 30.0, 40.0))
        );
        assert_eq!(a.to_string(), "x 10.0–30.0 y 20.0–40.0 mm");
    }
}
