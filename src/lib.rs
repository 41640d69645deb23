//! Lettermill turns a night's mass mailing into signed digital mail and a print spool, and accounts for every letter.
//!
//! `docs/architecture.md` shows how the rooms below hang together; `tests/rooms.rs` keeps it true.

pub mod clock;
pub mod compose;
pub mod disk;
pub mod finding;
pub mod ingest;
pub mod letter;
pub mod registry;
pub mod route;
pub mod sample;
pub mod schema;
pub mod validate;
