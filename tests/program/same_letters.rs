//! The night's letters come once more under another mailing id.

use std::fs;

use super::support::program::{Bench, code, errors, said};
use super::{EXAMPLE, outbox};

#[test]
fn letters_that_went_out_do_not_go_out_under_another_mailing_id() {
    let bench = Bench::new();
    let first = bench.run("home", EXAMPLE, &[]);
    assert_eq!(code(&first), 0, "{}", errors(&first));
    let mailing = fs::read_to_string(EXAMPLE).unwrap();
    let id = mailing
        .split_once("<mailingId>")
        .and_then(|(_, rest)| rest.split_once("</mailingId>"))
        .unwrap()
        .0;
    fs::create_dir(bench.path("next")).unwrap();
    for name in ["lettermill.toml", "registry.snapshot"] {
        let from = format!("fixtures/example/{name}");
        let _ = fs::copy(from, bench.path(&format!("next/{name}"))); // As far as the example has it.
    }
    let renamed = mailing.replacen(id, "another-1", 1);
    let renamed = bench.write("next/mailing.xml", renamed);

    let home = bench.text("home");
    let checked = bench.lettermill(&["check", "--out", &home, &renamed]);
    assert_eq!(code(&checked), 0, "{}", errors(&checked));
    let told = said(&checked) + &errors(&checked);
    assert!(told.contains("a run would refuse it"), "{told}");

    let second = bench.run("home", &renamed, &[]);
    assert_eq!(code(&second), 12, "{}", errors(&second));
    assert!(errors(&second).contains(id), "{}", errors(&second));
    let again = bench.run("home", &renamed, &["--again", "the plant lost the first"]);
    assert_eq!(code(&again), 0, "{}", errors(&again));
    assert!(outbox(&again).is_dir());
    let third = bench.run("home", &renamed, &["--again", "by mistake"]);
    assert_eq!(code(&third), 12, "{}", errors(&third));
}
