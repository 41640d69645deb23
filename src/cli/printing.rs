//! `print package`.

use serde_json::json;

use super::args::PrintCommand;
use super::{Exit, Failure, print};
use crate::ticket;

/// Does what is asked of the print spool.
pub fn printing(command: &PrintCommand) -> Result<Exit, Failure> {
    let PrintCommand::Package { json, part, out } = command;
    let packed = ticket::package(part, out).map_err(Failure::Package)?;
    let text = if *json {
        let told = json!({ "package": out, "bytes": packed.bytes, "files": packed.files });
        format!("{told}\n")
    } else {
        let files = packed.files.join("\n  ");
        format!("`{}`, {} bytes:\n  {files}\n", out.display(), packed.bytes)
    };
    print(&text)?;
    Ok(Exit::Done)
}
