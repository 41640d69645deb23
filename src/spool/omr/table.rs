//! The table `[print.omr]` of a profile, and the layouts that it can name.

use serde::{Deserialize, Deserializer};

use super::{Collation, FeedOn, Omr, Parity, Position, Read, Sequence};
use crate::letter::Postage;

/// Layouts that come with the program, by name; `docs/marks.md` says where each comes from.
const LAYOUTS: [(&str, &str); 4] = [
    ("pb-di380", include_str!("pb-di380.toml")),
    ("pb-d1500", include_str!("pb-d1500.toml")),
    ("neopost-ds95i", include_str!("neopost-ds95i.toml")),
    ("formax-6606", include_str!("formax-6606.toml")),
];

/// Where the code stands, unless the profile says otherwise: in the middle of a margin of 18 mm, and so high that the white
/// below 14 positions ends before y 95 mm.
const X_MM: f64 = 4.0;
const Y_MM: f64 = 22.0;
const LENGTH_MM: f64 = 10.0;
const THICKNESS_MM: f64 = 0.5;
/// Within what every maker of `facts/print.md` §4.3 reads.
const PITCH_MM: f64 = 4.0;
/// Positions that cannot be left out (`facts/print.md` §4.3).
const ALWAYS: [&str; 3] = ["start", "safety", "retiming"];

/// A code as the layout file of a part has it: positions written out, and no key that would change them.
pub(in crate::spool) fn written<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<Omr>, D::Error> {
    let Some(table) = Option::<Table>::deserialize(from)? else {
        return Ok(None);
    };
    let changed = [
        ("layout", table.layout.is_some()),
        ("suppress", !table.suppress.is_empty()),
        ("close_up", table.close_up.is_some()),
    ];
    if let Some((key, _)) = changed.iter().find(|(_, said)| *said) {
        let text = format!("`{key}` has no place in the layout file of a part");
        return Err(serde::de::Error::custom(text));
    }
    Omr::try_from(table)
        .map(Some)
        .map_err(serde::de::Error::custom)
}

/// Name and text of each layout that comes with the program.
pub(in crate::spool) fn layouts() -> impl Iterator<Item = (&'static str, &'static str)> {
    LAYOUTS.into_iter()
}

/// What a profile, or a layout, says; what it leaves out has the value of its layout, or the usual one.
#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Table {
    layout: Option<String>,
    /// Positions that are not used.
    suppress: Vec<String>,
    /// Whether a position that is not used lets the rest move up, or stays empty.
    close_up: Option<bool>,
    x_mm: Option<f64>,
    y_mm: Option<f64>,
    length_mm: Option<f64>,
    thickness_mm: Option<f64>,
    pitch_mm: Option<f64>,
    read: Option<Read>,
    positions: Option<Vec<Position>>,
    parity: Option<Parity>,
    sequence: Option<Sequence>,
    feed_on: Option<FeedOn>,
    batch_every: Option<u32>,
    divert: Option<Vec<Postage>>,
    /// Only layouts that come with the program say it.
    collation: Option<Collation>,
}

impl TryFrom<Table> for Omr {
    type Error = String;

    fn try_from(own: Table) -> Result<Self, String> {
        let base = match &own.layout {
            None => Table::default(),
            Some(name) => named(name)?,
        };
        if own.collation.is_some() {
            return Err("`collation` stands in [print], not in [print.omr]".into());
        }
        let own_order = own.positions.is_some();
        let mut positions = own.positions.or(base.positions).unwrap_or_default();
        let close_up = own.close_up.or(base.close_up).unwrap_or(false);
        for name in &own.suppress {
            if !positions.iter().any(|position| position.is_named(name)) {
                return Err(format!(
                    "`suppress` names `{name}`, and no position is called so"
                ));
            }
            if ALWAYS.contains(&&**name) {
                return Err(format!(
                    "`suppress` names `{name}`, and a reader needs its bar on every sheet"
                ));
            }
            if close_up {
                positions.retain(|position| !position.is_named(name));
            } else {
                let named = positions.iter_mut().filter(|p| p.is_named(name));
                named.for_each(|position| *position = Position::Blank);
            }
        }
        Ok(Self {
            x_mm: own.x_mm.or(base.x_mm).unwrap_or(X_MM),
            y_mm: own.y_mm.or(base.y_mm).unwrap_or(Y_MM),
            length_mm: own.length_mm.or(base.length_mm).unwrap_or(LENGTH_MM),
            thickness_mm: own
                .thickness_mm
                .or(base.thickness_mm)
                .unwrap_or(THICKNESS_MM),
            pitch_mm: own.pitch_mm.or(base.pitch_mm).unwrap_or(PITCH_MM),
            read: own.read.or(base.read).unwrap_or_default(),
            positions,
            parity: own.parity.or(base.parity).unwrap_or_default(),
            sequence: own.sequence.or(base.sequence).unwrap_or_default(),
            feed_on: own.feed_on.or(base.feed_on).unwrap_or_default(),
            batch_every: own.batch_every.or(base.batch_every).unwrap_or_default(),
            divert: own.divert.or(base.divert).unwrap_or_default(),
            collation: base.collation.filter(|_| !own_order),
        })
    }
}

fn named(name: &str) -> Result<Table, String> {
    let Some((_, text)) = layouts().find(|(known, _)| *known == name) else {
        let names: Vec<_> = layouts().map(|(name, _)| name).collect();
        let names = names.join(", ");
        return Err(format!(
            "there is no OMR layout `{name}`; those that come with the program are {names}; any other is a list of `positions`"
        ));
    };
    toml::from_str(text).map_err(|error| format!("OMR layout `{name}`: {error}"))
}
