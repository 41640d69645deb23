//! Lettermill turns a night's mass mailing into signed digital mail and a print spool, and accounts for every letter.
//!
//! `docs/architecture.md` shows how the rooms below hang together; `tests/rooms.rs` keeps it true.

pub mod bundle;
pub mod cli;
pub mod clock;
pub mod compose;
pub mod config;
pub mod disk;
pub mod finding;
pub mod ingest;
pub mod ledger;
pub mod letter;
pub mod manifest;
pub mod preflight;
pub mod receipt;
pub mod registry;
pub mod report;
pub mod results;
pub mod route;
pub mod run;
pub mod sample;
pub mod schema;
pub mod sign;
pub mod spool;
pub mod ticket;
pub mod validate;
pub mod vendor;
pub mod verify;
pub mod xml;
