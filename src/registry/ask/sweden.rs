//! Requests to FaR: `isReachable` of version 3, in SOAP 1.1 (facts/sweden.md §3).

use std::path::Path;

use super::{AskError, numbered, write_file};
use crate::letter::OrganisationNumber;
use crate::registry::key;

/// Writes `far-0001.xml` …; how many.
pub fn write(
    folder: &Path,
    sender: &OrganisationNumber,
    keys: &[u64],
    batch_size: usize,
) -> Result<u64, AskError> {
    let requests = keys.len().div_ceil(batch_size);
    let name = numbered("far", "xml", requests);
    for (at, batch) in keys.chunks(batch_size).enumerate() {
        write_file(folder, &name(at), request(sender, batch).as_bytes())?;
    }
    Ok(requests as u64)
}

/// Digits only, so that nothing needs escaping.
fn request(sender: &OrganisationNumber, keys: &[u64]) -> String {
    let mut out = String::with_capacity(512 + keys.len() * 48);
    out += "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
        <soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\">\n<soap:Body>\n\
        <isReachable xmlns=\"http://minameddelanden.gov.se/schema/Recipient/v3\">\n";
    out += "<senderOrgNr>";
    out += sender.as_str();
    out += "</senderOrgNr>\n";
    for key in keys {
        out += &format!("<recipientId>{:012}</recipientId>\n", key::digits_of(*key));
    }
    out += "</isReachable>\n</soap:Body>\n</soap:Envelope>\n";
    out
}
