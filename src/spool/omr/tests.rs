use super::*;
use crate::spool::{Insert, MarkKind, MarkPlace, Options};

fn omr(text: &str) -> Omr {
    toml::from_str(text).unwrap()
}

fn sheet(place: u16, sheets: u16) -> Sheet {
    Sheet {
        piece: 1,
        place,
        sheets,
        ordinal: place.into(),
        stations: 0,
        postage: Postage::Standard,
    }
}

/// The code of a sheet: 1 for a bar, in the order of the positions.
fn code(omr: &Omr, sheet: &Sheet) -> String {
    let bars = omr.bars(sheet);
    (0..omr.positions.len())
        .map(|n| if bars >> n & 1 == 1 { '1' } else { '0' })
        .collect()
}

#[test]
fn eight_sheets_with_one_selective_feed_and_three_sequence_marks() {
    // facts/print.md §4.3: start, insert on the last, one feed on the last, three of the sequence, parity, safety.
    for layout in ["neopost-ds95i", "formax-6606"] {
        let omr = omr(&format!("layout = \"{layout}\"\nsuppress = [\"feeder-2\"]"));
        let codes: Vec<_> = (0..8)
            .map(|place| Sheet {
                stations: 1,
                ..sheet(place, 8)
            })
            .map(|sheet| code(&omr, &sheet))
            .collect();
        assert_eq!(
            codes,
            [
                "10000001", "10010011", "10001011", "10011001", "10000111", "10010101", "10001101",
                "11111111"
            ]
        );
    }
}

#[test]
fn a_set_of_three_as_pitney_bowes_read_it() {
    let omr = omr("layout = \"pb-di380\"");
    let of = |place, stations| {
        let sheet = Sheet {
            ordinal: 6 + u64::from(place),
            stations,
            ..sheet(place, 3)
        };
        code(&omr, &sheet)
    };
    // Benchmark, safety, not EOC, not BOC, parity, retiming | feeds, batch, retiming | WAS 3 2 1, retiming.
    let codes = [of(0, 0), of(1, 0), of(2, 0)];
    assert_eq!(
        codes,
        ["11100100011101", "11110100011111", "11010100010001"]
    );
    assert_eq!(of(0, 0b10), "11101101011101");
    let alone = code(&omr, &sheet(0, 1));
    assert_eq!(alone, "11001100010001");
}

#[test]
fn a_code_of_the_d1500_has_its_own_order() {
    let omr = omr("layout = \"pb-d1500\"\ndivert = [\"registered\"]\nparity = \"odd\"");
    let registered = Sheet {
        ordinal: 64 + 37,
        postage: Postage::Registered,
        ..sheet(0, 2)
    };
    // 37 is 100101, its least significant bit nearest to the benchmark.
    assert_eq!(code(&omr, &registered), "10100110100101");
}

#[test]
fn sequences_count_as_the_machine_is_set() {
    let positions = "positions = [\"start\", \"sequence-1\", \"sequence-2\"]\n[sequence]\n";
    let values = |text: &str| -> Vec<u64> {
        let omr = omr(&format!("{positions}{text}"));
        (0..6).map(|place| omr.value(&sheet(place, 6))).collect()
    };
    assert_eq!(values(""), [0, 1, 2, 3, 0, 1]);
    assert_eq!(values("zero = false"), [1, 2, 3, 1, 2, 3]);
    assert_eq!(values("count = \"down\""), [3, 2, 1, 0, 3, 2]);
    assert_eq!(values("count = \"down\"\nzero = false"), [3, 2, 1, 3, 2, 1]);
    assert_eq!(values("restart = \"piece\""), [1, 2, 3, 0, 1, 2]);
    assert_eq!(
        values("restart = \"piece\"\nzero = false"),
        [1, 2, 3, 1, 2, 3]
    );
    assert_eq!(
        values("restart = \"piece\"\ncount = \"down\""),
        [1, 0, 3, 2, 1, 0]
    );
}

#[test]
fn batches_groups_and_match_bits_are_marked() {
    let omr = omr(
        "batch_every = 3\npositions = [\"begin\", \"end\", \"batch\", \"match-1\", \"match-2\", \"blank\"]",
    );
    let of = |piece| {
        code(
            &omr,
            &Sheet {
                piece,
                ..sheet(0, 2)
            },
        )
    };
    assert_eq!([of(2), of(3), of(4)], ["100010", "101110", "100000"]);
}

#[test]
fn what_is_not_used_moves_the_rest_up_or_stays_empty() {
    let moved = omr("layout = \"neopost-ds95i\"\nsuppress = [\"feeder\", \"sequence\"]");
    let names: Vec<_> = moved.positions.iter().map(Position::to_string).collect();
    assert_eq!(names, ["start", "end", "parity", "safety"]);
    let kept = omr("layout = \"pb-di380\"\nsuppress = [\"batch\"]");
    assert_eq!(kept.positions.len(), 14);
    assert_eq!(kept.positions[8], Position::Blank);
}

#[test]
fn each_layout_that_comes_with_the_program_can_be_read() {
    for (name, _) in layouts() {
        let omr = omr(&format!("layout = \"{name}\""));
        assert_eq!(omr.faults(&[]), [], "{name}");
        let again: Omr = serde_json::from_str(&serde_json::to_string(&omr).unwrap()).unwrap();
        let told = Omr {
            collation: None,
            ..omr
        };
        assert_eq!(again, told); // A layout file says how sheets lie in the pieces CSV.
    }
}

#[test]
fn what_no_inserter_reads_is_refused_by_name() {
    let fields = |text: &str| -> Vec<&str> {
        let omr = omr(&format!("layout = \"pb-di380\"\n{text}"));
        let mark = crate::spool::MarkPlace::default().area();
        let faults = omr.faults(&[mark]);
        faults.iter().map(|fault| fault.field).collect()
    };
    assert_eq!(fields(""), [""; 0]);
    assert_eq!(fields("thickness_mm = 0.3"), ["omr.thickness_mm"]);
    assert_eq!(fields("length_mm = 9"), ["omr.length_mm"]);
    assert_eq!(fields("x_mm = 2"), ["omr.x_mm"]);
    assert_eq!(fields("x_mm = 6"), ["omr.x_mm"]);
    assert_eq!(fields("pitch_mm = 2.5"), ["omr.pitch_mm"]);
    assert_eq!(fields("y_mm = 20"), ["omr.y_mm"]);
    assert_eq!(fields("read = \"up\""), ["omr.y_mm"]); // What leads is the lower edge then.
    assert_eq!(fields("read = \"up\"\ny_mm = 31"), [""; 0]);
    assert_eq!(fields("y_mm = 60"), ["omr.y_mm"]); // Into the strip that a plant keeps.
    assert_eq!(fields("y_mm = 200"), ["omr.y_mm"]); // Over the mark.
    assert_eq!(fields("pitch_mm = 5.5"), ["omr.pitch_mm"]);
    assert_eq!(fields("positions = [\"start\"]"), ["omr.positions"]);
    assert_eq!(
        fields("positions = [\"start\", \"end\", \"end\"]"),
        ["omr.positions"]
    );
    assert_eq!(
        fields("positions = [\"start\", \"sequence-2\"]"),
        ["omr.positions"]
    );
    let alone = "positions = [\"start\", \"sequence-1\"]\nsequence = { zero = false }";
    assert_eq!(fields(alone), ["omr.sequence.zero"]);

    let said = |text: &str| toml::from_str::<Omr>(text).unwrap_err().to_string();
    assert!(said("layout = \"kern\"").contains("pb-di380"));
    assert!(said("positions = [\"feeder-9\"]").contains("feeder-1 to feeder-8"));
    assert!(said("layout = \"pb-di380\"\nsuppress = [\"match\"]").contains("`match`"));
    assert!(said("lenght_mm = 10").contains("lenght_mm"));
    for always in ["start", "safety", "retiming"] {
        let text = format!("layout = \"pb-di380\"\nsuppress = [\"{always}\"]");
        assert!(said(&text).contains("every sheet"), "{always}");
    }
}

#[test]
fn a_code_that_would_say_nothing_is_refused_by_name() {
    let fields = |text: &str, options: &Options| -> Vec<&str> {
        let faults = omr(text).idle(options);
        faults.iter().map(|fault| fault.field).collect()
    };
    let marked = Options::default();
    let plain = Options {
        mark: MarkPlace {
            kind: MarkKind::None,
            ..MarkPlace::default()
        },
        ..Options::default()
    };
    let reverse = Options {
        collation: Collation::Reverse,
        ..Options::default()
    };
    let d1500 = "layout = \"pb-d1500\"\n";
    for options in [&marked, &plain] {
        assert_eq!(fields(d1500, options), [""; 0]);
        let divert = "divert = [\"legal\"]";
        assert_eq!(fields(&format!("{d1500}{divert}"), options), [""; 0]);
        let neopost = "layout = \"neopost-ds95i\"\n";
        assert_eq!(
            fields(&format!("{neopost}{divert}"), options),
            ["omr.divert"]
        );
        let every = format!("{neopost}batch_every = 500");
        assert_eq!(fields(&every, options), ["omr.batch_every"]);
    }
    for positions in [
        "\"blank\", \"blank\"",
        "\"start\", \"safety\"",
        "\"end\", \"safety\"",
    ] {
        let text = format!("positions = [{positions}]");
        assert_eq!(fields(&text, &plain), ["omr.positions"]);
        assert_eq!(fields(&text, &marked), [""; 0]); // The mark tells pieces apart.
    }
    let inserts = vec![Insert {
        name: "svar".into(),
        station: 3,
        weight_mg: 0,
    }];
    let third = Options { inserts, ..plain };
    assert_eq!(fields(d1500, &third), ["omr.positions"]);

    let di380 = "layout = \"pb-di380\"\n";
    assert_eq!(fields(di380, &reverse), [""; 0]);
    assert_eq!(fields(di380, &marked), ["collation"]);
    let own = format!("{di380}positions = [\"start\", \"end\", \"safety\"]");
    assert_eq!(fields(&own, &marked), [""; 0]);
}

#[test]
fn no_value_of_a_table_panics() {
    // A layout file is read from outside before its faults are told.
    let omr = Omr {
        positions: Vec::new(),
        pitch_mm: f64::INFINITY,
        ..omr("layout = \"pb-di380\"")
    };
    assert!(!omr.faults(&[]).is_empty());
    assert_eq!(omr.bars(&sheet(0, 1)), 0);
}
