//! Whether a name in a certificate is a person's: then it holds a personal number, a name, or both, and is not shown.

use x509_cert::name::Name;

/// What stands in its place.
pub(super) const SHOWN: &str = "a person (not shown)";

/// X.520: surname and given name, which organisations have not.
const OF_PERSONS: [&str; 2] = ["2.5.4.4", "2.5.4.42"];
/// ETSI EN 319 412-1 §5.1.4, always of an organisation.
const ORGANISATION_IDENTIFIER: &str = "2.5.4.97";

/// True for the name of a person, as far as its attributes tell.
pub(super) fn is_named(name: &Name) -> bool {
    name.iter().any(|attribute| {
        let kind = attribute.oid.to_string();
        let value = String::from_utf8_lossy(attribute.value.value());
        OF_PERSONS.contains(&kind.as_str())
            || kind != ORGANISATION_IDENTIFIER && is_personal(&value)
    })
}

/// True for a value that is or holds an identifier of a person. When in doubt it is one.
fn is_personal(value: &str) -> bool {
    // ETSI EN 319 412-1 §5.1.3 (natural persons, legal persons); Danish OCES: PID a person, RID one of a firm's staff.
    const PERSONS: [&str; 7] = ["PNO", "PAS", "IDC", "TIN", "PID:", "UI:DK-P", "UI:DK-E"];
    const ORGANISATIONS: [&str; 4] = ["NTR", "VAT", "CVR:", "UI:DK-O"];
    let begins = |starts: &[&str]| starts.iter().any(|start| value.starts_with(start));
    if begins(&PERSONS) || value.contains("RID:") {
        return true;
    }
    if begins(&ORGANISATIONS) {
        return false;
    }
    let runs = value.split(|c: char| !(c.is_ascii_digit() || matches!(c, '-' | '+')));
    runs.map(|run| run.replace(['-', '+'], ""))
        .any(|digits| is_personal_number(&digits))
}

/// Swedish person and coordination numbers with and without century, and as a sole trader's organisation number; Danish
/// CPR numbers. Ten digits are never shown: who has them is not told by them.
fn is_personal_number(digits: &str) -> bool {
    match digits.len() {
        10 => true,
        12 => match digits.get(..2) {
            Some("18" | "19" | "20") => true,
            Some("16") => digits.as_bytes().get(4).is_some_and(|third| *third < b'2'),
            _ => false,
        },
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_persons_are_told_from_those_of_organisations() {
        for value in [
            "198101239876",
            "19810123-9876",
            "8101239876",
            "810123-9876",
            "810123+9876",
            "168101239876",
            "0101904242",
            "PNOSE-198101239876",
            "PNODK-0101904242",
            "IDCDK-1",
            "PID:9208-2002-2-123456789012",
            "CVR:34051178-RID:12345678",
            "UI:DK-P:G:b9ac0a4c-1a7c-4f4b-8f4e-000000000001",
            "Ada Exempel 198101239876",
        ] {
            assert!(is_personal(value), "{value}");
        }
        for value in [
            "162021004748",
            "165568402266",
            "NTRSE-2021004748",
            "CVR:34051178-UID:1234567890123",
            "UI:DK-O:G:b9ac0a4c-1a7c-4f4b-8f4e-000000000001",
            "34051178",
            "Kommun A",
            "DEVELOPMENT KEY - NOT FOR PRODUCTION",
            "ExpiTrust test CA v7",
        ] {
            assert!(!is_personal(value), "{value}");
        }
    }
}
