//! What a facet allows, for people.

use super::builtin::Family;
use super::value::{Bound, Breach, SimpleType, SimpleTypes, Variety};

impl SimpleTypes {
    /// What a facet allows, for people.
    pub fn allowed(&self, breach: Breach) -> String {
        let (Breach::Length(id)
        | Breach::Lower(id)
        | Breach::Upper(id)
        | Breach::TotalDigits(id)
        | Breach::FractionDigits(id)
        | Breach::Pattern(id, _)
        | Breach::Enumeration(id)
        | Breach::Union(id)) = breach
        else {
            return match breach {
                Breach::Form(builtin) => builtin.wanted().to_owned(),
                _ => format!("at most {} bytes", super::VALUE_BYTES_MAX),
            };
        };
        let ty = &self[id];
        match breach {
            Breach::Length(_) => self.lengths(ty),
            Breach::Lower(_) => bound_text(&ty.lower, "at least", "more than"),
            Breach::Upper(_) => bound_text(&ty.upper, "at most", "less than"),
            Breach::TotalDigits(_) => format!("at most {} digits", ty.total_digits.unwrap_or(0)),
            Breach::FractionDigits(_) => {
                format!(
                    "at most {} digits behind the point",
                    ty.fraction_digits.unwrap_or(0)
                )
            }
            Breach::Pattern(_, which) => format!("pattern {}", ty.patterns[which].shown),
            Breach::Enumeration(_) => {
                let shown = ty.allowed.as_ref().map(|allowed| allowed.shown.join(", "));
                format!("one of: {}", shown.unwrap_or_default())
            }
            _ => self.members(ty),
        }
    }

    fn lengths(&self, ty: &SimpleType) -> String {
        let unit = match &ty.variety {
            Variety::List(_) => "items",
            Variety::Atomic(builtin) if builtin.family() == Family::Octets => "octets",
            _ => "characters",
        };
        match (ty.length_min, ty.length_max) {
            (min, max) if min == max => format!("exactly {min} {unit}"),
            (min, u64::MAX) => format!("at least {min} {unit}"),
            (0, max) => format!("at most {max} {unit}"),
            (min, max) => format!("{min} to {max} {unit}"),
        }
    }

    fn members(&self, ty: &SimpleType) -> String {
        let Variety::Union(members) = &ty.variety else {
            return String::new();
        };
        let texts: Vec<_> = members
            .iter()
            .map(
                |&member| match (&self[member].allowed, &self[member].variety) {
                    (Some(_), _) => self.allowed(Breach::Enumeration(member)),
                    (None, _) if !self[member].patterns.is_empty() => {
                        self.allowed(Breach::Pattern(member, 0))
                    }
                    (None, Variety::Atomic(builtin)) => builtin.wanted().to_owned(),
                    (None, Variety::List(_)) => "a list".to_owned(),
                    (None, Variety::Union(_)) => self.members(&self[member]),
                },
            )
            .collect();
        texts.join(", or ")
    }
}

fn bound_text(bound: &Option<Bound>, inclusive: &str, exclusive: &str) -> String {
    bound.as_ref().map_or(String::new(), |bound| {
        let word = if bound.inclusive {
            inclusive
        } else {
            exclusive
        };
        format!("{word} {}", bound.shown)
    })
}
