//! What several tests need.

#![allow(dead_code, clippy::unwrap_used)] // Each test uses some of it; helpers of tests are tests too.

pub mod bare;
pub mod files;
pub mod icc;
pub mod program;
pub mod tools;
