//! The official examples and counter-examples, as tables.

use jiff::civil::date;

use super::*;

const ON: Date = date(2026, 11, 22);

fn person(digits: &str) -> RecipientId {
    RecipientId::Person(PersonNumber::from_digits(digits).unwrap())
}

fn organisation(digits: &str) -> RecipientId {
    RecipientId::Organisation(OrganisationNumber::from_digits(digits).unwrap())
}

fn cpr(digits: &str) -> RecipientId {
    RecipientId::Cpr(Cpr::from_digits(digits).unwrap())
}

fn cvr(digits: &str) -> RecipientId {
    RecipientId::Cvr(Cvr::from_digits(digits).unwrap())
}

/// Any eleven digits, completed with the right check digit.
fn checked(eleven: &str) -> RecipientId {
    let check = char::from(luhn_digit(&eleven.as_bytes()[2..]));
    person(&format!("{eleven}{check}"))
}

#[test]
fn official_swedish_test_numbers_are_good() {
    // Test recipients of the acceptance environment and senders, facts/sweden.md §5.
    for digits in [
        "198101052382",
        "195303231855",
        "197710182382",
        "192705178354",
        "199001012385",
        "196403722397", // A coordination number.
    ] {
        assert_eq!(person(digits).faults(Environment::Production, ON), []);
    }
    for digits in [
        "162021004748",
        "162021003898",
        "165568402266",
        "162021006883",
    ] {
        assert_eq!(organisation(digits).faults(Environment::Production, ON), []);
    }
}

#[test]
fn wrong_swedish_numbers_say_why() {
    let faults = |id: RecipientId| id.faults(Environment::Production, ON);
    assert_eq!(faults(person("198101052383")), [Fault::CheckDigit]);
    // Stands among the test recipients of the acceptance environment all the same.
    assert_eq!(faults(person("197810182382")), [Fault::CheckDigit]);
    assert_eq!(faults(checked("19810229238")), [Fault::Date]);
    assert_eq!(faults(checked("20000229238")), []);
    assert_eq!(faults(checked("19000229238")), [Fault::Date]);
    assert_eq!(faults(checked("19811305238")), [Fault::Date]);
    assert_eq!(faults(checked("19810005238")), [Fault::Date]); // Month 00, but no coordination number.
    assert_eq!(faults(checked("19810100238")), [Fault::Date]);
    assert_eq!(faults(checked("20270101238")), [Fault::FutureDate]);
    assert_eq!(faults(checked("17810105238")), [Fault::Form]);
    assert_eq!(faults(checked("16202100474")), [Fault::Form]);
    assert_eq!(faults(organisation("162021004749")), [Fault::CheckDigit]);
    assert_eq!(faults(organisation("192021004748")), [Fault::Form]);
}

/// `RecipientId` of FaR (facts/sweden.md §5), as its schema has it.
const FAR_PATTERN: &str = r"^(?:(16\d{10})|((18|19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d{4})|((18|19|20)\d{2}(0[1-9]|1[0-2])(\d{2})\d{4}))$";

#[test]
fn what_can_be_asked_of_far_is_what_its_pattern_allows() {
    let pattern = regex_automata::meta::Regex::new(FAR_PATTERN).unwrap();
    let mut allowed = 0;
    for century in (0..100).filter(|century| *century != 16) {
        for (month, day) in (0..100).flat_map(|month| (0..100).map(move |day| (month, day))) {
            let digits = format!("{century:02}05{month:02}{day:02}0001");
            let representable = person(&digits).representable();
            assert_eq!(representable, pattern.is_match(&digits), "{digits}");
            allowed += u32::from(representable);
        }
    }
    assert_eq!(allowed, 3 * 12 * 100);
    for digits in ["160000000000", "165568402266", "169999999999"] {
        assert!(organisation(digits).representable() && pattern.is_match(digits));
    }
    assert!(!organisation("195568402266").representable());
    assert!(!RecipientId::None.representable());
}

#[test]
fn organisations_that_can_belong_to_no_one_are_for_tests() {
    let check = char::from(luhn_digit(b"210100001"));
    let id = organisation(&format!("16210100001{check}"));
    assert_eq!(id.faults(Environment::Test, ON), []);
    assert_eq!(id.faults(Environment::Production, ON), [Fault::TestRange]);
}

#[test]
fn coordination_numbers_may_lack_day_and_month() {
    for (eleven, faults, in_far) in [
        ("19640372239", vec![], true),
        ("19640360239", vec![], true),             // Day unknown.
        ("19640060239", vec![], false),            // Day and month unknown.
        ("19640061239", vec![], false),            // Month unknown.
        ("19640291239", vec![Fault::Date], true),  // 31 February.
        ("19640392239", vec![Fault::Date], true),  // Day 32.
        ("19641361239", vec![Fault::Date], false), // Month 13.
    ] {
        let id = checked(eleven);
        assert_eq!(id.faults(Environment::Production, ON), faults, "{eleven}");
        assert_eq!(id.representable(), in_far, "{eleven}");
        assert_eq!(id.kind(), Kind::Coordination);
    }
}

#[test]
fn danish_official_examples_get_a_note_only() {
    for id in [cpr("2211771212"), cpr("2512169996"), cvr("12345678")] {
        assert_eq!(id.faults(Environment::Test, ON), [Fault::Modulus11]);
    }
    assert_eq!(
        cpr("2211771212").faults(Environment::Production, ON),
        [Fault::Modulus11]
    );
    assert_eq!(
        cvr("12345678").faults(Environment::Production, ON),
        [Fault::CheckDigit]
    );
    for digits in ["13585628", "27355021", "24256790", "55133018"] {
        assert_eq!(cvr(digits).faults(Environment::Production, ON), []);
        // Every other last digit is wrong.
        for last in ('0'..='9').filter(|last| !digits.ends_with(*last)) {
            let wrong = cvr(&format!("{}{last}", &digits[..7]));
            assert_eq!(
                wrong.faults(Environment::Production, ON),
                [Fault::CheckDigit]
            );
        }
    }
}

/// Modulus 11 is no rule for CPR since 2007; such numbers were given to those born on 1 January of these years
/// (facts/denmark.md §5.1).
#[test]
fn cpr_numbers_without_a_control_digit_are_valid() {
    let years = [
        60, 62, 64, 65, 66, 67, 69, 70, 74, 75, 78, 80, 81, 82, 83, 84, 85, 86, 87, 88, 89, 90, 91,
        92, 94, 95,
    ];
    for year in years {
        let faults: Vec<_> = (0..22)
            .map(|serial| cpr(&format!("0101{year}{serial:04}")))
            .map(|id| id.faults(Environment::Production, ON))
            .collect();
        let without = faults
            .iter()
            .filter(|faults| **faults == [Fault::Modulus11])
            .count();
        let with = faults.iter().filter(|faults| faults.is_empty()).count();
        assert_eq!(without + with, faults.len(), "{year}");
        assert!(without > with && with > 0, "{year}");
    }
}

#[test]
fn cpr_dates_and_centuries() {
    // Digit 7 and year against the century, every border of the table in facts/denmark.md §5.1.
    for (digits, year) in [
        ("0101000001", 1900),
        ("0101993001", 1999),
        ("0101004001", 2000),
        ("0101364001", 2036),
        ("0101374001", 1937),
        ("0101369001", 2036),
        ("0101379001", 1937),
        ("0101005001", 2000),
        ("0101578001", 2057),
        ("0101585001", 1858),
        ("0101998001", 1899),
    ] {
        let number = Cpr::from_digits(digits).unwrap();
        assert_eq!(number.birth().year, year, "{digits}");
    }
    let faults = |digits| cpr(digits).faults(Environment::Test, ON);
    assert!(faults("3002800000").contains(&Fault::Date));
    assert!(faults("0000000000").contains(&Fault::Date));
    assert!(faults("0101404001").iter().all(|f| *f == Fault::Modulus11)); // 1940.
    assert!(faults("0101364001").contains(&Fault::FutureDate)); // 2036.
    assert!(faults("6000800000").contains(&Fault::Date)); // Day 60 means nothing in Denmark.
}

#[test]
fn synthetic_cpr_numbers_are_for_tests() {
    assert_eq!(cpr("6101800000").faults(Environment::Test, ON), []);
    assert_eq!(
        cpr("6101800000").faults(Environment::Production, ON),
        [Fault::TestRange]
    );
    assert_eq!(
        cpr("9102800000").faults(Environment::Test, ON),
        [Fault::Date]
    );
}

#[test]
fn ages_by_country_and_day() {
    assert_eq!(checked("20081122238").age_on(ON), Some(18));
    assert_eq!(checked("20081123238").age_on(ON), Some(17));
    assert!(checked("20081123238").is_minor_on(ON));
    assert!(!checked("20081122238").is_minor_on(ON));
    assert_eq!(checked("20081160238").age_on(ON), Some(17)); // Day unknown: the last it can be.
    assert_eq!(cpr("2211114000").age_on(ON), Some(15));
    assert!(!cpr("2211114000").is_minor_on(ON));
    assert!(cpr("2311114000").is_minor_on(ON));
    assert_eq!(checked("20040229238").age_on(date(2022, 2, 28)), Some(17));
    assert_eq!(checked("20040229238").age_on(date(2022, 3, 1)), Some(18));
    assert_eq!(organisation("162021004748").age_on(ON), None);
    assert!(!checked("18000101001").is_minor_on(ON));
}

#[test]
fn forms_are_read_with_or_without_hyphen() {
    for text in ["198101052382", "19810105-2382"] {
        assert_eq!(PersonNumber::parse(text).unwrap().as_str(), "198101052382");
    }
    for text in ["2021004748", "202100-4748", "162021004748", "16202100-4748"] {
        assert_eq!(
            OrganisationNumber::parse(text).unwrap().as_str(),
            "162021004748"
        );
    }
    for text in ["202100-6883", "2021006883", "162021006883"] {
        let number = OrganisationNumber::parse(text).unwrap();
        assert_eq!(number.as_str(), "162021006883");
    }
    let number = OrganisationNumber::parse("5568402266").unwrap();
    assert_eq!(number.as_str(), "165568402266");
    for text in [
        "",
        "810105-2382",
        "810105+2382", // A hundred years or older: no century, so no one number.
        "8101052382",
        "1981-01052382",
        "19810105238x",
        "19810105-2382-",
        "１98101052382",
    ] {
        assert!(PersonNumber::parse(text).is_none(), "{text}");
    }
    assert!(OrganisationNumber::parse("192021004748").is_none());
    assert!(OrganisationNumber::parse("202100-68833").is_none());
    assert!(Cpr::parse("22117-71212").is_none() && Cpr::parse("221177121").is_none());
    assert!(Cvr::from_digits("1358562").is_none() && Cvr::from_digits("13585628 ").is_none());
    assert_eq!(Cpr::parse("221177-1212").unwrap().as_str(), "2211771212");
}

#[test]
fn debug_is_a_mask() {
    let shown = format!("{:?} {:?}", person("198101052382"), cvr("13585628"));
    assert!(!shown.contains(|c: char| c.is_ascii_digit()), "{shown}");
}

#[test]
fn sender_numbers_are_checked_by_country() {
    let faults = |country, number| sender_faults(country, number, Environment::Production, ON);
    assert_eq!(faults(Country::Sweden, "162021004748"), []);
    assert_eq!(faults(Country::Denmark, "13585628"), []);
    assert_eq!(faults(Country::Denmark, "162021004748"), [Fault::Form]);
    assert_eq!(faults(Country::Sweden, "13585628"), [Fault::Form]);
}
