//! Mailings of a few letters, each written for one case, and the program that runs them.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// Test numbers of persons with addresses of nobody.
pub const SWEDES: [&str; 4] = [
    "182702110772",
    "182702120797",
    "182702130812",
    "182702140837",
];
pub const DANE: &str = "0104585000";
/// A child on the date of the mailings.
pub const YOUNG_DANE: &str = "6101154007";

/// A letter: its id, its recipient's number, and what stands around its subject.
pub struct Brief<'b> {
    pub id: &'b str,
    pub to: &'b str,
    /// `<delivery>`, `<mandatory>`, `<legalNotification>`.
    pub wishes: &'b str,
    /// What comes behind the contents.
    pub behind: &'b str,
}

pub fn brief<'b>(id: &'b str, to: &'b str) -> Brief<'b> {
    Brief {
        id,
        to,
        wishes: "",
        behind: "",
    }
}

/// A mailing of a Swedish or Danish sender.
pub fn mailing(country: &str, mailing_id: &str, letters: &[Brief<'_>]) -> String {
    let (number, language) = match country {
        "SE" => ("162021004748", "sv"),
        _ => ("00010103", "da"),
    };
    let mut text = format!(
        "<mailing xmlns=\"urn:lettermill:mailing:1\"><header><mailingId>{mailing_id}</mailingId>\
         <created>2026-11-20T21:30:00+01:00</created><environment>test</environment><sender><country>{country}</country>\
         <organisationNumber>{number}</organisationNumber><name>Lilleby</name><returnAddress><street>Storgatan 1</street>\
         <postalCode>9999</postalCode><city>Lilleby</city></returnAddress><support><text>Spørg</text>\
         <url>https://lilleby.example</url><phone>0999-10 00 00</phone><email>a@lilleby.example</email></support></sender>\
         <defaults><delivery>auto</delivery><language>{language}</language></defaults>\
         <letterCount>{}</letterCount></header>\n",
        letters.len()
    );
    for letter in letters {
        let element = if country == "SE" {
            "personNumber"
        } else {
            "cpr"
        };
        let code = if country == "SE" { "312 34" } else { "9997" };
        writeln!(
            text,
            "<letter id=\"{}\"><recipient><{element}>{}</{element}><name>Karin Ekvret</name><address><street>Ekgatan 1</street>\
             <postalCode>{code}</postalCode><city>Ekrydet</city></address></recipient>{}<subject>Ett brev</subject>\
             <content><text><paragraph>Det här är ett kort brev.</paragraph></text></content>{}</letter>",
            letter.id, letter.to, letter.wishes, letter.behind
        )
        .unwrap();
    }
    text + "</mailing>\n"
}

/// A folder with a mailing, a job file, a snapshot and a home.
pub struct Nights(TempDir);

impl Nights {
    /// `registry`: number and status of each recipient; nobody else is in the registry.
    pub fn new(mailing: &str, job: &str, registry: &[(&str, &str)]) -> Self {
        let nights = Self(tempfile::tempdir().unwrap());
        nights.file("mailing.xml", mailing);
        nights.file("lettermill.toml", job);
        nights.ask(registry);
        nights
    }

    /// Another answer of the registries; without recipients there is no snapshot.
    pub fn ask(&self, registry: &[(&str, &str)]) {
        if registry.is_empty() {
            return;
        }
        let mut csv = "id_type,id,status,operator_id\n".to_owned();
        for (number, status) in registry {
            let kind = if number.len() == 12 { "person" } else { "cpr" };
            let operator = match (kind, *status) {
                ("person", "reachable") => "165568402266",
                _ => "",
            };
            writeln!(csv, "{kind},{number},{status},{operator}").unwrap();
        }
        let csv = self.file("registry.csv", &csv);
        let _ = fs::remove_file(self.path("registry.snapshot"));
        let snapshot = self.text("registry.snapshot");
        let built = self.call(&[
            "registry",
            "build",
            "--out",
            &snapshot,
            "--date",
            "2026-11-20",
            &csv,
        ]);
        assert_eq!(code(&built), 0, "{}", said(&built));
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn text(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    pub fn file(&self, name: &str, text: &str) -> String {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    pub fn call(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_lettermill"))
            .args(arguments)
            .env("HOME", self.0.path())
            .env_remove("XDG_DATA_HOME")
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    /// A command on the home of the nights.
    pub fn at_home(&self, command: &[&str], more: &[&str]) -> Output {
        let home = self.text("home");
        let mut arguments = command.to_vec();
        arguments.extend(["--out", &home]);
        arguments.extend(more);
        self.call(&arguments)
    }

    pub fn run(&self, more: &[&str]) -> Output {
        let mailing = self.text("mailing.xml");
        let mut arguments = vec!["--json"];
        arguments.extend(more);
        arguments.push(&mailing);
        self.at_home(&["run"], &arguments)
    }

    pub fn rerun(&self, batch: &str, more: &[&str]) -> Output {
        let job = self.text("lettermill.toml");
        let mut arguments = vec!["--json", "--job", &job];
        arguments.extend(more);
        arguments.push(batch);
        self.at_home(&["rerun"], &arguments)
    }

    /// Takes in a file of what came back.
    pub fn back(&self, name: &str, text: &str) -> Output {
        let path = self.file(&format!("back/{name}"), text);
        self.at_home(&["receipts", "import"], &["--json", &path])
    }

    /// Takes in a remark of Digital Post.
    pub fn receipt(&self, message_id: &str, status: &str, error: &str, time: &str) -> Output {
        let text = format!(
            "{{\"messageUUID\":\"{message_id}\",\"receiptStatus\":\"{status}\",\"errorCode\":\"{error}\",\
             \"timeStamp\":\"{time}\"}}"
        );
        self.back("receipt.json", &text)
    }

    /// Takes in the answer of a Swedish operator, which has no time.
    pub fn answer(&self, message_id: &str, delivered: bool, transaction: &str) -> Output {
        let text = format!(
            "<a xmlns=\"http://minameddelanden.gov.se/schema/Service/v3\"><deliverSecureResponse><return>\
             <TransId>{transaction}</TransId><Status><RecipientId>{}</RecipientId><Delivered>{delivered}</Delivered>\
             </Status></return></deliverSecureResponse></a>",
            SWEDES[0]
        );
        self.back(&format!("{message_id}.xml"), &text)
    }

    /// Takes in a fault of a Swedish operator that tells nothing of the outcome.
    pub fn fault(&self, message_id: &str) -> Output {
        let text = "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><s:Fault>\
                    <faultcode>s:Server</faultcode><faultstring>busy</faultstring></s:Fault></s:Body></s:Envelope>";
        self.back(&format!("{message_id}.fault.xml"), text)
    }

    /// What the ledger says of a letter: `batch fate reason`, the oldest first.
    pub fn history(&self, letter: &str) -> Vec<String> {
        let shown = json(&self.at_home(&["show"], &["--json", letter]));
        let history = shown["history"].as_array().unwrap().iter();
        let line = |one: &Value| {
            let word = |key: &str| one[key].as_str().unwrap().to_owned();
            format!("{} {} {}", word("batch"), word("fate"), word("reason"))
        };
        history.map(line).collect()
    }

    /// State of a letter's delivery in its newest batch.
    pub fn state(&self, letter: &str) -> Value {
        let shown = json(&self.at_home(&["show"], &["--json", letter]));
        shown["history"].as_array().unwrap().last().unwrap()["delivery"]["state"].clone()
    }

    /// Id of a letter's message in its first batch.
    pub fn message(&self, letter: &str) -> String {
        let shown = json(&self.at_home(&["show"], &["--json", letter]));
        shown["history"][0]["message_id"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    pub fn home(&self) -> PathBuf {
        self.path("home")
    }
}

pub fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

/// All that was said to people.
pub fn said(output: &Output) -> String {
    let both = [&output.stdout[..], &output.stderr[..]].concat();
    String::from_utf8(both).unwrap()
}

pub fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(output)))
}

/// What a run came to: digital, print, held, rejected.
pub fn fates(output: &Output) -> [u64; 4] {
    let said = json(output);
    ["digital", "print", "held", "rejected"].map(|fate| said[fate].as_u64().unwrap())
}

/// Files below a folder, in order.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}
