//! Signing and bundling, with real keys and the second opinion of openssl, xmlsec1, xmllint and tar.

#![allow(clippy::unwrap_used)]

#[path = "seal/bundles.rs"]
mod bundles;
#[path = "seal/common.rs"]
mod common;
#[path = "seal/keys.rs"]
mod keys;
#[path = "seal/messages.rs"]
mod messages;
