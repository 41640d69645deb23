//! A letter that is a PDF goes without a cover sheet where its first page shows the address, and only there.

use std::fs;
use std::path::Path;
use std::process::Command;

use base64_simd::STANDARD;
use lopdf::dictionary;

use super::made::{line, written};

/// A finished letter whose first page has these lines in the window.
fn pdf(address: &[&str]) -> String {
    let mut text = line(11.0, 30.0, 120.0, "Beslut");
    for (i, words) in address.iter().enumerate() {
        text += &line(10.0, 30.0, 50.0 + 5.0 * i as f64, words);
    }
    STANDARD.encode_to_string(written(&text, |_| dictionary! {}))
}

fn letter(id: &str, protected: bool, address: &[&str]) -> String {
    let protected = if protected {
        " addressProtected=\"true\""
    } else {
        ""
    };
    format!(
        "<letter id=\"{id}\">
    <recipient{protected}>
      <name>Test Testsson</name>
      <address>
        <street>Storgatan 1</street>
        <postalCode>123 45</postalCode>
        <city>Ingenstans</city>
      </address>
    </recipient>
    <delivery>print</delivery>
    <subject>Beslut</subject>
    <content><pdf fileName=\"Beslut.pdf\"><base64>{}</base64></pdf></content>
  </letter>
  ",
        pdf(address)
    )
}

/// Pages of each letter in the spool, by its id.
fn pages(job: &str) -> Vec<(String, String)> {
    let folder = tempfile::tempdir().unwrap();
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/sweden/pdf-content.xml");
    let sample = fs::read_to_string(sample).unwrap();
    let (start, end) = (
        sample.find("<letter ").unwrap(),
        sample.find("<trailer>").unwrap(),
    );
    let right = ["Test Testsson", "Storgatan 1", "123 45 Ingenstans"];
    let letters = [
        letter("right", false, &right),
        letter(
            "other",
            false,
            &["Test Testsson", "Storgatan 2", "123 45 Ingenstans"],
        ),
        letter("none", false, &[]),
        letter("protected", true, &right),
    ];
    let mailing = format!("{}{}</mailing>", &sample[..start], letters.concat()).replace(
        "<letterCount>2</letterCount>",
        "<letterCount>4</letterCount>",
    );
    assert!(end > start);
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    fs::write(path("mailing.xml"), mailing).unwrap();
    fs::write(path("job.toml"), job).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_lettermill"))
        .args([
            "run",
            "--json",
            "--out",
            &path("out"),
            "--job",
            &path("job.toml"),
            &path("mailing.xml"),
        ])
        .env("HOME", folder.path())
        .env_remove("XDG_DATA_HOME")
        .output()
        .unwrap();
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}{}",
        String::from_utf8_lossy(&output.stderr),
        String::from_utf8_lossy(&output.stdout)
    );
    let outbox: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let csv =
        Path::new(outbox["outbox"].as_str().unwrap()).join("print/c5-duplex-mono/0001.pieces.csv");
    let mut reader = csv::Reader::from_path(csv).unwrap();
    let headers = reader.headers().unwrap().clone();
    let column = |name: &str| headers.iter().position(|header| header == name).unwrap();
    let (id, pages) = (column("letter_id"), column("pages"));
    let mut found: Vec<_> = reader
        .records()
        .map(Result::unwrap)
        .map(|row| (row[id].to_owned(), row[pages].to_owned()))
        .collect();
    found.sort();
    found
}

fn told(found: &[(String, String)]) -> Vec<(&str, &str)> {
    found
        .iter()
        .map(|(id, pages)| (id.as_str(), pages.as_str()))
        .collect()
}

#[test]
fn a_cover_sheet_is_left_out_where_the_window_shows_the_address() {
    // Duplex: a sheet has two pages.
    let always = pages("");
    assert_eq!(
        told(&always),
        [
            ("none", "4"),
            ("other", "4"),
            ("protected", "4"),
            ("right", "4")
        ]
    );
    let needed = pages("[print]\ncover_sheet = \"when-needed\"\n[print.pdf.address]\n");
    assert_eq!(
        told(&needed),
        [
            ("none", "4"),
            ("other", "4"),
            ("protected", "4"),
            ("right", "2")
        ]
    );
}
