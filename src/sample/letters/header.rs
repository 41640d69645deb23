//! Everything in front of the letters.

use crate::letter::Country;
use crate::sample::pdf::shared_documents;
use crate::sample::{CREATED, Error, Options};

/// Who sends in Sweden: the official test number of "Kommun A" (facts/sweden.md §5).
const SENDER_SE: &str = r#"    <sender>
      <country>SE</country>
      <organisationNumber>162021004748</organisationNumber>
      <name>Granåsa kommun</name>
      <returnAddress>
        <street>Storgatan 1</street>
        <postalCode>999 01</postalCode>
        <city>Granåsa</city>
      </returnAddress>
      <support>
        <text>Granåsa kommun, servicecenter. Vi svarar vardagar klockan 8 till 16. Uppge ärendets nummer.</text>
        <url>https://www.granasa.example</url>
        <phone>0999-10 00 00</phone>
        <email>servicecenter@granasa.example</email>
      </support>
      <attention>Servicecenter</attention>
    </sender>
"#;

/// Who sends in Denmark: a CVR number with zeros in front, which is nobody's (`people::denmark`).
const SENDER_DK: &str = r#"    <sender>
      <country>DK</country>
      <organisationNumber>00010103</organisationNumber>
      <name>Lilleø Kommune</name>
      <returnAddress>
        <street>Rådhuspladsen 1</street>
        <postalCode>9999</postalCode>
        <city>Lilleø</city>
      </returnAddress>
      <support>
        <text>Lilleø Kommune, Borgerservice. Åbent mandag til fredag kl. 9-15.</text>
        <url>https://www.lilleoe.example</url>
        <phone>+45 99 99 00 00</phone>
        <email>borgerservice@lilleoe.example</email>
      </support>
      <attention>Borgerservice</attention>
      <contactPoint id="10a4b6c2-7d1e-4f3a-9b58-2c6e0d7f1a35" group="Breve" label="Borgerservice">
        <info label="Telefon, hvor du kan træffes">+45</info>
      </contactPoint>
    </sender>
"#;

/// Appends the declaration, the root's start tag and the header.
pub fn write(out: &mut String, options: &Options) -> Result<(), Error> {
    let Options {
        country,
        letters,
        seed,
        digital_percent,
        pdf_percent,
        held_permille,
    } = options;
    let (mark, sender, language) = match country {
        Country::Sweden => ("", SENDER_SE, "sv"),
        Country::Denmark => ("dk-", SENDER_DK, "da"),
    };
    out.push_str(&format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<mailing xmlns="urn:lettermill:mailing:1">
  <header>
    <mailingId>sample-{mark}{letters}-{seed}-{digital_percent}-{pdf_percent}-{held_permille}</mailingId>
    <created>{CREATED}</created>
    <environment>test</environment>
{sender}    <defaults>
      <delivery>auto</delivery>
      <language>{language}</language>
      <print sides="duplex" colour="mono" postage="standard"/>
    </defaults>
"#
    ));
    if *pdf_percent > 0 {
        out.push_str("    <sharedDocuments>\n");
        for document in shared_documents(*country)? {
            out.push_str(&format!(
                "      <document id=\"{}\" fileName=\"{}\">\n        <base64>",
                document.id, document.file_name
            ));
            base64_simd::STANDARD.encode_append(document.bytes, out);
            out.push_str("</base64>\n      </document>\n");
        }
        out.push_str("    </sharedDocuments>\n");
    }
    out.push_str(&format!(
        "    <letterCount>{letters}</letterCount>\n  </header>\n"
    ));
    Ok(())
}
