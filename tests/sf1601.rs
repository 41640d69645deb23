//! Requests to SF1601 and the PDFs in them, with the second opinion of xmllint and the official schemas, openssl, qpdf and
//! poppler.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

#[path = "sf1601/common.rs"]
mod common;
#[path = "compose/letters.rs"]
#[expect(dead_code, reason = "helpers of another test")]
mod letters;
#[path = "sf1601/papers.rs"]
mod papers;
#[path = "sf1601/readers.rs"]
mod readers;
#[path = "sf1601/requests.rs"]
mod requests;
mod support;
#[path = "seal/common.rs"]
#[expect(dead_code, reason = "helpers of another test")]
mod tools;
