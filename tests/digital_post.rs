//! Digital Post: MeMo messages, their containers, and the check that reads them back, with the second opinion of xmllint,
//! the official schemas and examples, tar, xz and openssl.

#![allow(clippy::unwrap_used)]

#[path = "digital_post/bundles.rs"]
mod bundles;
#[path = "digital_post/common.rs"]
mod common;
#[path = "digital_post/foreign.rs"]
mod foreign;
#[path = "digital_post/letters.rs"]
mod letters;
#[path = "digital_post/messages.rs"]
mod messages;
mod support;
#[path = "seal/common.rs"]
#[allow(dead_code)]
mod tools;
