//! The lines of a postal address, as the post wants them.

use std::borrow::Cow;

use super::countries;
use super::text::shown;
use crate::letter::{Address, AddressForm, Country, Recipient};

/// A line of the block, and what may be done with it when it is too wide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressLine {
    /// As set.
    pub text: String,
    /// A name may go on in a second line; a street or a town may not.
    pub wraps: bool,
    /// The post wants two spaces behind the postal code.
    pub wide_gap: bool,
}

/// Why there is no address block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressFault {
    /// The recipient has no address.
    None,
    /// Nothing is seen of the recipient's name.
    NoName,
    /// ISO 3166 does not know the code.
    Country,
    /// Name and one line do not find anybody.
    TooShort,
}

/// Fewest lines, the name included (facts/print.md §8).
pub const LINES_MIN: usize = 3;

/// Name, attention, address, and the country when it is another than the sender's. `attention` stands before the name
/// of the person or unit. What shows nothing is taken out first: a line is what is seen of it.
pub fn lines(
    recipient: &Recipient<'_>,
    home: Country,
    attention: &'static str,
) -> Result<Vec<AddressLine>, AddressFault> {
    let address = recipient.address.as_ref().ok_or(AddressFault::None)?;
    let mut lines = Vec::with_capacity(7);
    let mut add = |text: &str, wraps: bool, wide_gap: bool| {
        let text = shown(text);
        if !text.is_empty() {
            lines.push(AddressLine {
                text,
                wraps,
                wide_gap,
            });
        }
    };
    let name = shown(&recipient.name);
    if name.is_empty() {
        return Err(AddressFault::NoName);
    }
    add(&name, true, false);
    if let Some(unit) = &recipient.attention {
        let unit = shown(unit);
        add(
            &with_prefix(attention, &["att", "attn"], &unit),
            true,
            false,
        );
    }
    let code = address.country.as_deref().unwrap_or(home.code());
    match &address.form {
        AddressForm::Parts {
            care_of,
            street,
            postal_code,
            city,
        } => {
            if let Some(care_of) = care_of {
                let care_of = shown(care_of);
                add(&with_prefix("c/o ", &["c/o"], &care_of), true, false);
            }
            add(street, false, false);
            add(&town(code, postal_code, city), false, code == "SE");
        }
        AddressForm::Lines(free) => {
            for line in free {
                add(line, false, false);
            }
        }
    }
    if code != home.code() {
        let name = countries::name(code).ok_or(AddressFault::Country)?;
        if lines
            .last()
            .is_none_or(|last| last.text.to_uppercase() != name)
        {
            lines.push(AddressLine {
                text: name.to_owned(),
                wraps: false,
                wide_gap: false,
            });
        }
    }
    if lines.len() < LINES_MIN {
        return Err(AddressFault::TooShort);
    }
    Ok(lines)
}

/// An address in one line, for the return address.
pub fn one_line(name: Option<&str>, address: &Address<'_>, home: Country) -> String {
    let code = address.country.as_deref().unwrap_or(home.code());
    let mut parts: Vec<String> = name.map(str::to_owned).into_iter().collect();
    match &address.form {
        AddressForm::Parts {
            care_of,
            street,
            postal_code,
            city,
        } => {
            parts.extend(
                care_of
                    .as_ref()
                    .map(|c| with_prefix("c/o ", &["c/o"], &shown(c)).into_owned()),
            );
            parts.push(shown(street));
            parts.push(shown(&town(code, postal_code, city)));
        }
        // Often the first line is the sender's name once more.
        AddressForm::Lines(lines) => parts.extend(
            lines
                .iter()
                .filter(|line| name != Some(line.trim()))
                .map(|line| shown(line)),
        ),
    }
    parts.retain(|part| !part.is_empty());
    parts.join(", ")
}

/// Postal code and town. Sweden: the code as `123 45` and the town in capitals (PostNord, "Så skriver du adressen");
/// the gap of two spaces between them is made in [`AddressLine::wide_gap`]. Denmark: as written. Abroad the town is in
/// capitals (UPU, addressing guidelines).
fn town(country: &str, postal_code: &str, city: &str) -> String {
    let digits: String = postal_code.chars().filter(char::is_ascii_digit).collect();
    // Figures of another script stay as they are written.
    let other = |c: char| c.is_numeric() && !c.is_ascii_digit();
    let digits = if digits.is_empty() || postal_code.contains(other) {
        postal_code.to_owned()
    } else {
        digits
    };
    let code = match (country, digits.split_at_checked(3)) {
        ("SE" | "CZ" | "SK" | "GR", Some((area, place))) if digits.len() == 5 => {
            format!("{area} {place}")
        }
        ("DK" | "NO" | "FI" | "DE" | "FR" | "IT" | "ES", _) => digits,
        _ => postal_code.to_owned(),
    };
    match country {
        "DK" => format!("{code} {city}"),
        _ => format!("{code} {}", city.to_uppercase()),
    }
}

fn with_prefix<'a>(prefix: &str, known: &[&str], text: &'a str) -> Cow<'a, str> {
    let text = text.trim();
    let has = known.iter().any(|known| {
        let start = text.get(..known.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(known))
            && text
                .get(known.len()..)
                .is_some_and(|rest| !rest.starts_with(char::is_alphabetic))
    });
    if has || text.is_empty() {
        text.into()
    } else {
        format!("{prefix}{text}").into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::letter::RecipientId;

    fn parts(country: Option<&'static str>, code: &'static str) -> Address<'static> {
        Address {
            country: country.map(Into::into),
            form: AddressForm::Parts {
                care_of: Some("Lo Ek".into()),
                street: "Storgatan 1".into(),
                postal_code: code.into(),
                city: "Växjö".into(),
            },
        }
    }

    fn set(address: Option<Address<'static>>, home: Country) -> Result<String, AddressFault> {
        let recipient = Recipient {
            id: RecipientId::None,
            name: "Ann  Prov".into(),
            attention: Some("Inköp".into()),
            address,
            address_protected: false,
        };
        let lines = lines(&recipient, home, "Att: ")?;
        let lines: Vec<_> = lines.iter().map(|line| line.text.as_str()).collect();
        Ok(lines.join("|"))
    }

    #[test]
    fn each_country_its_form() {
        let ask = |country, code, home| set(Some(parts(country, code)), home).unwrap();
        assert_eq!(
            ask(None, "12345", Country::Sweden),
            "Ann Prov|Att: Inköp|c/o Lo Ek|Storgatan 1|123 45 VÄXJÖ"
        );
        assert!(ask(None, "1234", Country::Denmark).ends_with("|1234 Växjö"));
        assert!(ask(Some("DK"), "1234", Country::Sweden).ends_with("|1234 Växjö|DENMARK"));
        assert!(ask(Some("DE"), "123 45", Country::Sweden).ends_with("|12345 VÄXJÖ|GERMANY"));
        assert!(ask(Some("SE"), "12345", Country::Sweden).ends_with("|123 45 VÄXJÖ"));
    }

    #[test]
    fn free_lines_stay_and_the_country_is_not_said_twice() {
        let free = |lines: &[&'static str]| {
            let form = AddressForm::Lines(lines.iter().map(|&line| line.into()).collect());
            let country = Some("PL".into());
            set(Some(Address { country, form }), Country::Sweden).unwrap()
        };
        assert_eq!(
            free(&["ul. Długa 1", " ", "00-001 Warszawa"]),
            "Ann Prov|Att: Inköp|ul. Długa 1|00-001 Warszawa|POLAND"
        );
        assert!(free(&["ul. Długa 1", "Poland"]).ends_with("|ul. Długa 1|Poland"));
    }

    #[test]
    fn a_postal_code_in_other_figures_stays_as_it_is_written() {
        for (country, code) in [("FI", "００１００"), ("NO", "०१२३"), ("DE", "X")] {
            let set = set(Some(parts(Some(country), code)), Country::Sweden).unwrap();
            assert!(set.contains(&format!("|{code} VÄXJÖ|")), "{set}");
        }
        let set = set(Some(parts(Some("SE"), "１２３４５")), Country::Denmark).unwrap();
        assert!(set.ends_with("|１２３４５ VÄXJÖ|SWEDEN"), "{set}");
    }

    #[test]
    fn what_shows_nothing_is_no_line_and_gets_no_prefix() {
        let lines = [
            " ",
            "Gata\u{34f}n 1",
            "\u{200b}",
            "\u{ad}\u{a0}",
            "123 45 Stad",
        ];
        let recipient = |name: &'static str| Recipient {
            id: RecipientId::None,
            name: name.into(),
            attention: Some("\u{feff}".into()),
            address: Some(Address {
                country: None,
                form: AddressForm::Lines(lines.map(Into::into).into()),
            }),
            address_protected: false,
        };
        let set = super::lines(&recipient("An\u{ad}n"), Country::Sweden, "Att: ").unwrap();
        let set: Vec<_> = set.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(set, ["Ann", "Gatan 1", "123 45 Stad"]);
        let nameless = super::lines(&recipient("\u{200b}"), Country::Sweden, "Att: ");
        assert_eq!(nameless, Err(AddressFault::NoName));
        let mut careful = parts(None, "12345");
        if let AddressForm::Parts { care_of, .. } = &mut careful.form {
            *care_of = Some("\u{ad}".into());
        }
        assert_eq!(
            one_line(None, &careful, Country::Sweden),
            "Storgatan 1, 123 45 VÄXJÖ"
        );
    }

    #[test]
    fn what_is_no_address_is_said() {
        assert_eq!(set(None, Country::Sweden), Err(AddressFault::None));
        let unknown = set(Some(parts(Some("QQ"), "12345")), Country::Sweden);
        assert_eq!(unknown, Err(AddressFault::Country));
    }

    #[test]
    fn a_prefix_is_not_set_twice() {
        assert_eq!(with_prefix("c/o ", &["c/o"], "C/O Ek"), "C/O Ek");
        let attention = |text| with_prefix("Att: ", &["att", "attn"], text);
        assert_eq!(attention("Att. Ek"), "Att. Ek");
        assert_eq!(attention("ATTN: Ek"), "ATTN: Ek");
        assert_eq!(attention("Attila"), "Att: Attila");
    }
}
