//! What comes back: files read, the ledger's books of deliveries, reruns, and the program that ties them together.

#![allow(clippy::unwrap_used)]

#[path = "receipts/again.rs"]
mod again;
#[path = "receipts/books.rs"]
mod books;
#[path = "receipts/common.rs"]
mod common;
#[path = "receipts/nights.rs"]
mod nights;
#[path = "receipts/program.rs"]
mod program;
#[path = "receipts/read.rs"]
mod read;
#[path = "receipts/rerun.rs"]
mod rerun;
mod support;
