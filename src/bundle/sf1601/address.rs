//! Postal addresses as a `ForsendelseI` writes them: in parts where a street splits surely, else as lines.
//!
//! In: a name and an address of the mailing. Out: what goes into `ModtagerAdresse` or `AfsenderAdresse`. What always
//! holds: nothing is cut, nothing is guessed; what fits neither form is refused by the name of the element.

use super::table::{self, Element, LINES};
use super::values::{is_floor, is_house};
use super::write::Writer;
use crate::bundle::Refusal;
use crate::letter::{Address, AddressForm};

/// Doors by their side: to the left, in the middle, to the right.
const DOORS: [&str; 3] = ["tv", "mf", "th"];
/// First words of a street that is a box and no street.
const BOXES: [&str; 3] = ["postboks", "boks", "box"];

/// A street in its parts.
#[derive(Debug, PartialEq, Eq)]
struct Street<'a> {
    name: &'a str,
    house: &'a str,
    floor: Option<&'a str>,
    door: Option<&'a str>,
}

/// Writes the children of an address element.
pub(super) fn write(
    out: &mut Writer,
    name: &str,
    attention: Option<&str>,
    address: &Address<'_>,
) -> Result<(), Refusal> {
    let country = address.country.as_deref().unwrap_or("DK");
    out.leaf(&table::NAME, name)?;
    let domestic = country.eq_ignore_ascii_case("DK");
    match &address.form {
        AddressForm::Parts {
            care_of,
            street,
            postal_code,
            city,
        } => {
            let parts = split(street).filter(|_| domestic && attention.is_none());
            if let Some(parts) = parts {
                out.optional(&table::CO_NAME, care_of.as_deref().map(without_prefix))?;
                out.leaf(&table::STREET, parts.name)?;
                out.leaf(&table::HOUSE, parts.house)?;
                out.optional(&table::FLOOR, parts.floor)?;
                out.optional(&table::DOOR, parts.door)?;
                out.leaf(&table::POST_CODE, postal_code)?;
            } else {
                let care_of = care_of
                    .as_deref()
                    .map(|name| format!("c/o {}", without_prefix(name)));
                let town = format!("{postal_code} {city}");
                let above = attention.into_iter().chain(care_of.as_deref());
                lines(out, above.chain([street.as_ref(), town.as_str()]))?;
                out.optional(&table::POST_CODE, domestic.then_some(postal_code))?;
            }
        }
        AddressForm::Lines(free) => {
            lines(
                out,
                attention.into_iter().chain(free.iter().map(AsRef::as_ref)),
            )?;
        }
    }
    out.country(country)
}

/// The name alone: some write `c/o` before it themselves.
fn without_prefix(care_of: &str) -> &str {
    let text = care_of.trim();
    let prefix = text.get(..3).filter(|p| p.eq_ignore_ascii_case("c/o"));
    let rest = prefix.and_then(|_| text.get(3..)).unwrap_or(text);
    let rest = rest.trim_start_matches([':', ' ', '\u{a0}']);
    if rest.is_empty() { text } else { rest }
}

fn lines<'t>(out: &mut Writer, texts: impl Iterator<Item = &'t str>) -> Result<(), Refusal> {
    let texts: Vec<&str> = texts.collect();
    let line = |(element, text): (&&'static Element, &&str)| out.leaf(element, text);
    if texts.is_empty() || texts.len() > LINES.len() {
        return Err(Refusal::ContentNotAllowed {
            found: format!("the address has {} lines", texts.len()),
            allowed: format!("SF1601 takes 1 to {}", LINES.len()),
        });
    }
    LINES.iter().zip(&texts).try_for_each(line)
}

/// Splits `Prøvevej 7A, 3. th`; `None` where there is a doubt.
fn split(street: &str) -> Option<Street<'_>> {
    let (front, behind) = match street.split_once(',') {
        Some((front, behind)) => (front, Some(behind)),
        None => (street, None),
    };
    let (name, house) = front.trim().rsplit_once(' ')?;
    let name = name.trim_end();
    let last_word = name.rsplit(' ').next()?;
    let first_word = name.split(' ').next()?;
    let sure = is_house(house)
        && last_word.chars().any(char::is_alphabetic) // Not `33 – 35`, nor `Vej 5 12`.
        && !last_word.starts_with(|c: char| c.is_ascii_digit()) // Nor `Vej 5A 12`.
        && !BOXES.contains(&first_word.to_lowercase().as_str())
        && name.chars().count() <= 40;
    if !sure {
        return None;
    }
    let (floor, door) = match behind {
        Some(behind) => floor_and_door(behind)?,
        None => (None, None),
    };
    Some(Street {
        name,
        house,
        floor,
        door,
    })
}

type FloorAndDoor<'a> = (Option<&'a str>, Option<&'a str>);

/// `3. th`, `st. tv.`, `kl`, `2. 4`.
fn floor_and_door(text: &str) -> Option<FloorAndDoor<'_>> {
    let bare = |word: &'_ str| word.len() - usize::from(word.ends_with('.'));
    let mut words = text.split_whitespace();
    let floor = words.next()?;
    let floor = floor.get(..bare(floor)).filter(|floor| is_floor(floor))?;
    let door = match words.next() {
        Some(word) => {
            let number = |word: &str| word.bytes().all(|b| b.is_ascii_digit()) && word.len() <= 4;
            let known = |word: &&str| DOORS.contains(word) || !word.is_empty() && number(word);
            Some(word.get(..bare(word)).filter(known)?)
        }
        None => None,
    };
    words.next().is_none().then_some((Some(floor), door))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(street: &str) -> Option<(&str, &str, &str, &str)> {
        let found = split(street)?;
        Some((
            found.name,
            found.house,
            found.floor.unwrap_or_default(),
            found.door.unwrap_or_default(),
        ))
    }

    #[test]
    fn a_street_is_split_where_there_is_no_doubt() {
        for (street, expected) in [
            ("Prøvevej 7A, 3. th", ("Prøvevej", "7A", "3", "th")),
            ("Prøvevej 7A, 3. th.", ("Prøvevej", "7A", "3", "th")),
            (
                "Ny Prøvevej 999Z,st tv",
                ("Ny Prøvevej", "999Z", "st", "tv"),
            ),
            ("10. Februar Vej 5", ("10. Februar Vej", "5", "", "")),
            ("Prøvevej 12, kl.", ("Prøvevej", "12", "kl", "")),
            ("Prøvevej 12, 99. 1234", ("Prøvevej", "12", "99", "1234")),
        ] {
            assert_eq!(parts(street), Some(expected), "{street}");
        }
        for street in [
            "",
            "Prøvevej",
            "7A",
            "Prøvevej 7a",
            "Prøvevej 7 A",
            "Prøvevej 07",
            "Prøvevej 1000",
            "Prøvevej 33 – 35",
            "Prøvevej 5 12",
            "Prøvevej 5A 12",
            "Prøvevej 7 3. th",
            "Prøvevej 7,",
            "Prøvevej 7, 3. th, bagh.",
            "Prøvevej 7, 3. 12345",
            "Prøvevej 7, bagh.",
            "Prøvevej 7, 0. th",
            "Postboks 12",
            "Prøvevejen med et navn som er længere end 40 7",
        ] {
            assert_eq!(parts(street), None, "{street}");
        }
    }
}
