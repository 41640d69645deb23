//! The real program, over letters and jobs that must not stop the others, or not begin.

use crate::support::program::{Bench, code, errors, json, outbox, said};

/// A letter: its id, the name of its recipient and the lines of the address.
type Sent<'a> = (&'a str, &'a str, &'a [&'a str]);

fn mailing(letters: &[Sent<'_>]) -> String {
    let one = |(id, name, lines): &Sent<'_>| {
        let lines: String = lines
            .iter()
            .map(|line| format!("<line>{line}</line>"))
            .collect();
        format!(
            "<letter id=\"{id}\"><recipient><name>{name}</name><address>{lines}</address></recipient>\
             <delivery>print</delivery><language>sv</language><subject>Beslut</subject>\
             <content><text><paragraph>Hej.</paragraph></text></content></letter>"
        )
    };
    let all: String = letters.iter().map(one).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><mailing xmlns=\"urn:lettermill:mailing:1\"><header>\
         <mailingId>m-1</mailingId><created>2026-11-20T21:30:00+01:00</created><environment>test</environment>\
         <sender><country>SE</country><organisationNumber>162021004748</organisationNumber><name>Kommun A</name>\
         <returnAddress><line>Box 1</line><line>123 45 Stad</line></returnAddress>\
         <support><text>Ring oss.</text></support></sender><letterCount>{}</letterCount></header>{all}</mailing>",
        letters.len()
    )
}

/// What a run with this job says; the mailing has one letter.
fn refused(bench: &Bench, job: &str) -> String {
    let job = bench.write("job.toml", job);
    let one = mailing(&[("L-1", "Ann Prov", &["Gata 1", "123 45 Stad"])]);
    let one = bench.write("mailing.xml", one);
    let run = bench.run("home", &one, &["--job", &job]);
    assert_eq!(code(&run), 10, "{}", said(&run));
    errors(&run)
}

#[test]
fn a_letter_to_nobody_is_held_and_the_others_are_printed() {
    let bench = Bench::new();
    let letters: &[Sent<'_>] = &[
        ("L-1", "Ann Prov", &["Gata 1", "123 45 Stad"]),
        ("L-2", "Ann Prov", &["Gata 1", "&#x200B;", "123 45 Stad"]),
        (
            "L-3",
            "a&#x34F;b&#xE0100;",
            &["Ga&#x206A;ta 1", "&#x3164;", "&#x2065;123 45 Stad"],
        ),
        ("L-4", "&#x200B;", &["Gata 1", "123 45 Stad"]),
        ("L-5", "Ann Prov", &["&#xFEFF;", "123 45 Stad"]),
    ];
    let file = bench.write("mailing.xml", mailing(letters));
    let job = bench.write("job.toml", "[release]\nmax_rejected_percent = 100\n");
    let run = bench.run("home", &file, &["--job", &job]);
    assert_eq!(code(&run), 3, "{}", said(&run));
    let told = std::fs::read_to_string(outbox(&json(&run)).join("findings.csv")).unwrap();
    for (id, held) in [
        ("L-1", false),
        ("L-2", false),
        ("L-3", false),
        ("L-4", true),
        ("L-5", true),
    ] {
        let of_letter = told.lines().filter(|line| line.contains(id));
        let codes = of_letter
            .filter(|line| line.contains("print.address"))
            .count();
        assert_eq!(codes > 0, held, "{id}: {told}");
    }
}

#[test]
fn a_job_that_sets_the_address_behind_the_stamp_does_not_begin() {
    let said = refused(
        &Bench::new(),
        "vendor = \"din-5008\"\n[letter.geometry]\nreturn_line = \"above\"\n\
         address = { x_mm = 24.6, y_mm = 45, width_mm = 80, height_mm = 21 }\n",
    );
    assert!(
        said.contains("`letter.geometry.address`")
            && said.contains("`franking` of `print.pdf.empty`"),
        "{said}"
    );
}

#[test]
fn a_damaged_font_or_logo_is_named_before_the_first_letter() {
    let bench = Bench::new();
    for (name, bytes) in [
        ("bold.ttf", notosans::BOLD_TTF),
        ("italic.ttf", notosans::ITALIC_TTF),
        ("both.ttf", notosans::BOLD_ITALIC_TTF),
    ] {
        bench.write(name, bytes);
    }
    let mut regular = notosans::REGULAR_TTF.to_vec();
    let at = regular.windows(4).position(|name| name == b"hhea").unwrap();
    regular[at] = b'~';
    bench.write("regular.ttf", regular);
    let said = refused(
        &bench,
        "[letter.fonts]\nregular = \"regular.ttf\"\nbold = \"bold.ttf\"\nitalic = \"italic.ttf\"\nbold_italic = \"both.ttf\"\n",
    );
    assert!(
        said.contains("regular.ttf") && said.contains("`hhea`"),
        "{said}"
    );

    bench.write(
        "logo.jpg",
        b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x11\x08\x00\x10\x00\x20\x03rest",
    );
    let said = refused(
        &bench,
        "[letter.letterhead]\nlogo = { file = \"logo.jpg\", width_mm = 20 }\n",
    );
    assert!(
        said.contains("logo.jpg") && said.contains("damaged"),
        "{said}"
    );
}

/// What ends a page with two numbers is not its number.
#[test]
fn two_numbers_at_the_end_of_a_page_are_not_taken_for_its_number() {
    let bench = Bench::new();
    let letter = mailing(&[("L-1", "Ann Prov", &["Gata 1", "123 45 Stad"])])
        .replace("Hej.", "Ring oss på 20 eller 30.");
    let letter = bench.write("mailing.xml", letter);
    for (form, footer) in [
        ("words", "none"),
        ("brackets", "first-page"),
        ("slash", "all-pages"),
        ("none", "first-page"),
    ] {
        for single in [true, false] {
            let job = format!(
                "[letter.page_number]\nform = \"{form}\"\nnot_on_single_page = {single}\n\
                 [letter.footer]\non = \"{footer}\"\n\
                 [[letter.footer.columns]]\ntitle = \"Betala\"\nlines = [\"Bankgiro 900-0001\"]\n"
            );
            let job = bench.write("job.toml", job);
            let home = format!("{form}-{single}");
            let run = bench.run(&home, &letter, &["--job", &job]);
            assert_eq!(code(&run), 0, "{form}, {single}: {}", errors(&run));
        }
    }
}
