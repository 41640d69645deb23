//! What the recipient of a Danish letter can do about it in the mailbox, and the short text to the telephone.

use super::element;
use crate::sample::chance::Chance;
use crate::sample::texts::denmark::{Meeting, pay_by};
use crate::sample::texts::{Case, Kind};

/// Where the municipality's services are.
const SERVICES: &str = "https://selvbetjening.lilleoe.example";

/// Appends `actions` and `notification`, where the letter has them.
pub fn write(out: &mut String, chance: &mut Chance, kind: Kind, case: &Case) {
    if chance.happens(700) {
        let mut actions = String::new();
        of_kind(&mut actions, chance, kind, case);
        if !actions.is_empty() {
            out.push_str("    <actions>\n");
            out.push_str(&actions);
            out.push_str("    </actions>\n");
        }
    }
    if chance.happens(600) {
        element(out, "notification", &notification(kind, case));
    }
}

fn of_kind(out: &mut String, chance: &mut Chance, kind: Kind, case: &Case) {
    match kind {
        Kind::Bill | Kind::Reminder | Kind::Parking => {
            let times = format!(
                "        <starts>2026-11-21T08:00:00+01:00</starts>\n        <ends>{}T23:59:00+01:00</ends>\n",
                pay_by(case).1
            );
            action(out, "BETALING", "Betal nu", &times, "betaling");
            if kind == Kind::Parking {
                action(out, "INFORMATION", "Sådan klager du", "", "parkering");
            }
        }
        Kind::Childcare => {
            let times = "        <ends>2026-11-28T23:59:00+01:00</ends>\n";
            action(out, "BEKRAEFT", "Bekræft pladsen", times, "dagtilbud/plads");
            action(
                out,
                "SELVBETJENING",
                "Søg om fripladstilskud",
                "",
                "dagtilbud/friplads",
            );
        }
        Kind::Building => action(out, "INFORMATION", "Følg din byggesag", "", "byggesag"),
        Kind::CarePlan => {
            action(
                out,
                "TILMELDING",
                "Tilmeld dig madservice",
                "",
                "madservice",
            );
            if chance.happens(400) {
                action(out, "UNDERSKRIV", "Underskriv samtykke", "", "samtykke");
            }
        }
        Kind::Appointment => {
            reservation(out, case);
            let label = if case.english {
                "Prepare for the meeting"
            } else {
                "Forbered mødet"
            };
            action(out, "FORBEREDELSE", label, "", "moede");
        }
        Kind::Summons => {}
    }
}

/// An action with an address on the net; `times` is markup.
fn action(out: &mut String, code: &str, label: &str, times: &str, path: &str) {
    out.push_str(&format!(
        "      <action code=\"{code}\">\n        <label>{label}</label>\n"
    ));
    out.push_str(times);
    out.push_str(&format!(
        "        <url>{SERVICES}/{path}</url>\n      </action>\n"
    ));
}

/// The meeting for the recipient's calendar.
fn reservation(out: &mut String, case: &Case) {
    let Meeting {
        day,
        hour,
        minute,
        place,
    } = Meeting::of(case);
    let (label, description) = if case.english {
        (
            "Add the meeting to your calendar",
            "Meeting about your plan",
        )
    } else {
        ("Læg mødet i kalenderen", "Møde om din plan")
    };
    out.push_str(&format!(
        r#"      <action code="AFTALE">
        <label>{label}</label>
        <reservation>
          <description>{description}</description>
          <abstract>{description}</abstract>
          <location>{place}</location>
          <starts>{date}T{hour:02}:{minute:02}:00+01:00</starts>
          <ends>{date}T{end:02}:{minute:02}:00+01:00</ends>
          <organiserEmail>moede@lilleoe.example</organiserEmail>
          <organiserName>Jobcentret</organiserName>
        </reservation>
      </action>
"#,
        date = day.2,
        end = hour + 1,
    ));
}

/// At most 160 characters.
fn notification(kind: Kind, case: &Case) -> String {
    let what = match kind {
        Kind::Childcare => "Dit barn har fået plads i dagtilbud. Bekræft pladsen",
        Kind::Bill => "Du har fået en opkrævning",
        Kind::Reminder => "Du mangler at betale en opkrævning. Se rykkeren",
        Kind::Parking => "Du har fået en parkeringsafgift",
        Kind::Building => "Du har fået en byggetilladelse",
        Kind::CarePlan => "Du har fået en afgørelse om hjælp i hjemmet",
        Kind::Appointment => return meeting(case),
        Kind::Summons => "Du har fået et påbud, der bliver forkyndt. Læs det",
    };
    format!("Lilleø Kommune: {what} i Digital Post.")
}

fn meeting(case: &Case) -> String {
    let Meeting {
        day, hour, minute, ..
    } = Meeting::of(case);
    if case.english {
        format!(
            "Lilleø Kommune: You are invited to a meeting on {} at {hour}:{minute:02}. See Digital Post.",
            day.1
        )
    } else {
        format!(
            "Lilleø Kommune: Du er indkaldt til møde {} kl. {hour}.{minute:02}. Se Digital Post.",
            day.0
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_texts_fit_a_telephone() {
        for kind in [
            Kind::Childcare,
            Kind::Bill,
            Kind::Reminder,
            Kind::Parking,
            Kind::Building,
            Kind::CarePlan,
            Kind::Appointment,
            Kind::Summons,
        ] {
            for (number, english) in (0..40).zip([false, true].into_iter().cycle()) {
                let case = Case {
                    number,
                    reference: String::new(),
                    officer: String::new(),
                    english,
                    common: Chance::new(1, 5, u64::from(number)),
                };
                let text = notification(kind, &case);
                assert!(text.chars().count() <= 160, "{text}");
            }
        }
    }
}
