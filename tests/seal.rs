//! Signing and bundling, with real keys and the second opinion of openssl, xmlsec1, xmllint, tidy and tar.

#![allow(clippy::unwrap_used)]

#[path = "seal/bodies.rs"]
mod bodies;
#[path = "seal/bundles.rs"]
mod bundles;
#[path = "seal/common.rs"]
mod common;
#[path = "seal/hostile.rs"]
mod hostile;
#[path = "seal/joined.rs"]
mod joined;
#[path = "seal/keys.rs"]
mod keys;
#[path = "seal/limits.rs"]
mod limits;
#[path = "seal/messages.rs"]
mod messages;
#[path = "seal/requests.rs"]
mod requests;
mod support;
