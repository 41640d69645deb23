//! PDFs that are given to us: what is refused and what is noted, where, and whether others agree.
//!
//! A program that is missing is named on stderr and its check is left out, unless `LETTERMILL_REQUIRE_TOOLS=1`.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

#[path = "preflight/cover.rs"]
mod cover;
#[path = "preflight/drawn.rs"]
mod drawn;
#[path = "preflight/hostile.rs"]
mod hostile;
#[path = "preflight/made.rs"]
mod made;
#[path = "preflight/noted.rs"]
mod noted;
#[path = "preflight/official.rs"]
mod official;
#[path = "preflight/plants.rs"]
mod plants;
#[path = "preflight/refused.rs"]
mod refused;
#[path = "preflight/seen.rs"]
mod seen;
#[path = "preflight/target.rs"]
mod target;
#[path = "preflight/whole.rs"]
mod whole;
