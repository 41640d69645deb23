//! What a layout, a due time or a letter cannot be: named before anything is written.

use super::super::{Control, Layout, Options, Trial};
use super::layout;

fn faults(control: &str) -> Vec<String> {
    let control: Control = toml::from_str(control).unwrap();
    let faults = Layout::compile(&control).unwrap_err();
    faults.iter().map(ToString::to_string).collect()
}

#[test]
fn every_fault_of_a_layout_is_named() {
    let field = |field: &str| format!("format = \"fixed\"\nfields = [{{ {field} }}]");
    for (control, named) in [
        (field("value = \"name\", length = 3"), "recipient-line-1 to recipient-line-7"),
        (field("value = \"piece\""), "without `length`"),
        (field("value = \"piece\", length = 0"), "0 bytes long"),
        (field("value = \"piece\", length = 8, start = 0"), "at byte 0"),
        (field("value = \"piece\", length = 32761"), "32760"),
        (field("value = \"sheet\", length = 8"), "not known there"),
        (field("value = \"text\", length = 8"), "without `text`"),
        (field("value = \"text\", text = \"ab\", length = 1"), "to say \"ab\""),
        (field("value = \"piece\", length = 8, on = \"Y\""), "given `on`"),
        (field("value = \"piece\", length = 8, pad = \"å\""), "one ASCII character"),
        (field("value = \"station-flags\", length = 7"), "8 or more"),
        (field("value = \"station-flags\", length = 99, count = 17"), "17 flags"),
        (field("value = \"date\", length = 6"), "10 or more"),
        (field("value = \"date\", length = 10, format = \"D\""), "YYYYMMDD"),
        (field("value = \"envelope\", length = 9, map = { c6 = \"1\" }"), "c65, c5, c4"),
        (
            field("value = \"piece\", length = 8 }, { value = \"sheets\", start = 8, length = 3"),
            "bytes 8 to 10, over those of \"piece\"",
        ),
        (field("value = \"piece\", length = 8, align = \"left\", pad = \"0\""), "no digit but"),
        (field("value = \"station-flags\", length = 16, on = \"YY\""), "flags of 1 and of 2 bytes"),
        ("fields = [{ value = \"piece\" }]".into(), "`format` is absent"),
        ("format = \"fixed\"".into(), "`fields` is empty"),
        ("format = \"delimited\"\nextension = \"pdf\"\nfields = [{ value = \"piece\" }]".into(), "not pdf"),
        (
            "format = \"delimited\"\nquote = \"never\"\nfields = [{ value = \"text\", text = \"a,b\" }]".into(),
            "a constant with the delimiter",
        ),
        (
            "format = \"delimited\"\nquote = \"never\"\ncolumn_names = true\nfields = [{ name = \"a,b\", value = \"piece\" }]".into(),
            "a constant with the delimiter",
        ),
        (
            "format = \"xml\"\nelement = \"header\"\nfields = [{ value = \"piece\" }]\nheader.fields = [{ value = \"job\" }]".into(),
            "`element` is \"header\"",
        ),
        ("format = \"xml\"\nfields = [{ value = \"piece\" }, { value = \"piece\" }]".into(), "a second"),
        ("format = \"xml\"\nroot = \"a b\"\nfields = [{ value = \"piece\" }]".into(), "\"a b\""),
        ("format = \"xml\"\nfields = [{ name = \"XmlX\", value = \"piece\" }]".into(), "XmlX"),
        ("format = \"delimited\"\ndelimiter = \"\\\"\"\nfields = [{ value = \"piece\" }]".into(), "`delimiter`"),
        ("format = \"delimited\"\nline_end = \"none\"\nfields = [{ value = \"piece\" }]".into(), "`line_end`"),
        ("format = \"delimited\"\nextension = \"../x\"\nfields = [{ value = \"piece\" }]".into(), "`extension`"),
        (
            "format = \"fixed\"\nrecord_length = 7\nfields = [{ value = \"piece\", length = 8 }]".into(),
            "`record_length` is 7",
        ),
        (
            "format = \"xml\"\nfields = [{ value = \"piece\" }]\nheader.fields = [{ value = \"piece\" }]".into(),
            "header.fields[1] piece",
        ),
    ] {
        let faults = faults(&control);
        assert!(faults.len() == 1 && faults[0].contains(named), "{control}\n{faults:?}");
    }
}

#[test]
fn a_layout_of_no_format_is_none() {
    assert!(Layout::compile(&Control::default()).unwrap().is_none());
    let none = "format = \"none\"\nfields = [{ value = \"piece\" }]"; // A job that wants none over a profile that has one.
    assert!(
        Layout::compile(&toml::from_str(none).unwrap())
            .unwrap()
            .is_none()
    );
}

#[test]
fn a_due_time_is_as_the_schema_of_tickets_has_it() {
    let checked = |due_time: &str| {
        let options = Options {
            due_time: due_time.into(),
            ..Options::default()
        };
        options.check().map_err(|fault| fault.to_string())
    };
    for good in [
        "17:00:00+01:00",
        "00:00:00Z",
        "23:59:59-14:00",
        "08:30:00+13:59",
    ] {
        assert_eq!(checked(good), Ok(()));
    }
    for wrong in [
        "",
        "Z",
        "17:00:00",
        "17:00+01:00",
        "17:00:00+01",
        "170000+0100",
        "17Z",
        "17:00:00z",
        "17:00:00,5+01:00",
        "23:59:60Z",
        "24:00:00Z",
        "17:00:00+01:00:30",
        "17:00:00+25:00",
        "17:00:00+14:30",
        "17:00:00+01:00[Europe/Stockholm]",
        "17:00:00å",
    ] {
        assert!(
            checked(wrong).unwrap_err().contains("`due_time`"),
            "{wrong}"
        );
    }
}

#[test]
fn a_letter_that_does_not_fit_is_known_before_there_is_a_control_file() {
    let options = crate::spool::Options::default();
    let wish = crate::letter::PrintOptions::default();
    let plan = crate::spool::plan(14, &[], &wish, &options).unwrap(); // C4.
    let letter = Trial {
        letter_id: "B-12",
        plan: &plan,
        enclosures: 0,
        postal_code: "12345",
        country: "SE",
        address: &["Νίκη, Prov".to_owned(), "Inventvej 2".to_owned()],
    };
    let misfit = |more: &str, field: &str| {
        let fields = format!("{more}\nfields = [{{ {field} }}]");
        layout(&fields)
            .misfit(&letter)
            .map(|(found, allowed)| format!("{found}; {allowed}"))
    };
    let fixed = "format = \"fixed\"";
    let delimited = "format = \"delimited\"\nquote = \"never\"";
    let latin = "format = \"xml\"\nencoding = \"iso-8859-1\"";
    for (more, field, said) in [
        (
            fixed,
            "value = \"letter-id\", length = 3",
            "field `letter-id`: a value of 4 bytes; at most 3",
        ),
        (
            latin,
            "name = \"TO\", value = \"recipient-line-1\"",
            "field `TO`: character 1 is not in",
        ),
        (
            delimited,
            "value = \"recipient-line-1\"",
            "with the delimiter",
        ),
        (
            fixed,
            "value = \"envelope\", length = 1, map = { c5 = \"5\" }",
            "`map`",
        ),
        (
            fixed,
            "value = \"sheet\", length = 1, map = { 1 = \"1\" }",
            "`map`",
        ),
    ] {
        let more = more.replace(fixed, &format!("{fixed}\nrecord = \"sheet\""));
        let found = misfit(&more, field).unwrap();
        assert!(found.contains(said), "{found}");
    }
    for field in [
        "letter-id",
        "recipient-line-2",
        "piece",
        "mark",
        "is-last-sheet",
        "envelope",
    ] {
        assert_eq!(
            misfit(
                "format = \"fixed\"\nrecord = \"sheet\"",
                &format!("value = \"{field}\", length = 19")
            ),
            None
        );
    }
}
