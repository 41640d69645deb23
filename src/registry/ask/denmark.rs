//! Look-ups in the contact registry of Digital Post (facts/denmark.md §3.1): the body of a query for many numbers, and
//! the numbers alone as a list.
//!
//! Of the body it is known that it is JSON; its form is described nowhere. It is written as the parameters of the query,
//! each with the list of its values; docs/formats-registry.md says so to whoever sends it.

use std::io::Write;
use std::path::Path;

use super::{AskError, numbered, write_file};
use crate::disk;
use crate::letter::identifier::Kind;
use crate::registry::key;

/// Writes `cpr-0001.json` …, `cvr-0001.json` …, `cpr.csv` and `cvr.csv`; how many look-ups.
pub fn write(folder: &Path, keys: &[u64], batch_size: usize) -> Result<u64, AskError> {
    let border = keys.partition_point(|key| key::kind_of(*key) == Some(Kind::Cpr));
    let (citizens, companies) = keys.split_at(border);
    let cpr = Numbers {
        name: "cpr",
        parameter: "cprNumber",
        digits: 10,
        keys: citizens,
    };
    let cvr = Numbers {
        name: "cvr",
        parameter: "cvrNumber",
        digits: 8,
        keys: companies,
    };
    Ok(cpr.write(folder, batch_size)? + cvr.write(folder, batch_size)?)
}

/// Numbers of one kind.
struct Numbers<'k> {
    name: &'static str,
    /// Of the query, and the heading of the list.
    parameter: &'static str,
    digits: usize,
    keys: &'k [u64],
}

impl Numbers<'_> {
    fn write(&self, folder: &Path, batch_size: usize) -> Result<u64, AskError> {
        if self.keys.is_empty() {
            return Ok(0);
        }
        let requests = self.keys.len().div_ceil(batch_size);
        let name = numbered(self.name, "json", requests);
        for (at, batch) in self.keys.chunks(batch_size).enumerate() {
            write_file(folder, &name(at), self.query(batch).as_bytes())?;
        }
        self.write_list(folder)?;
        Ok(requests as u64)
    }

    fn query(&self, keys: &[u64]) -> String {
        let numbers: Vec<String> = keys
            .iter()
            .map(|key| format!("\"{}\"", self.number(*key)))
            .collect();
        format!("{{\"{}\":[{}]}}\n", self.parameter, numbers.join(","))
    }

    fn write_list(&self, folder: &Path) -> Result<(), AskError> {
        let path = folder.join(format!("{}.csv", self.name));
        let write = || {
            let mut file = std::io::BufWriter::new(disk::create_private(&path)?);
            writeln!(file, "{}", self.parameter)?;
            for key in self.keys {
                writeln!(file, "{}", self.number(*key))?;
            }
            file.into_inner()
                .map_err(std::io::IntoInnerError::into_error)?
                .sync_all()
        };
        write().map_err(AskError::io(&path))
    }

    fn number(&self, key: u64) -> String {
        format!("{:0width$}", key::digits_of(key), width = self.digits)
    }
}
