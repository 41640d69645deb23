//! Objects that all pages share, digested as they are written (`docs/formats-spool.md`): what is in the file later is
//! compared with it.

use std::collections::BTreeMap;
use std::io;

use super::{FIRST_FREE, OWN_RESOURCES, PARTS, PARTS_ROOT, PartWriter, stream_dictionary};
use crate::disk::{self, Sha256};
use crate::spool::sink::Sink;

/// The digests so far, by object number.
#[derive(Default)]
pub(super) struct Common(BTreeMap<u32, Sha256>);

impl<S: Sink> PartWriter<S> {
    /// Writes such an object. Those that it refers to were written before, or every part has them.
    pub(in crate::spool) fn common(&mut self, number: u32, text: &str) -> io::Result<()> {
        self.common.add(number, text, None);
        self.object(number, text.as_bytes())
    }

    /// Writes such a stream.
    pub(in crate::spool) fn common_stream(
        &mut self,
        number: u32,
        entries: &str,
        data: &[u8],
    ) -> io::Result<()> {
        let text = stream_dictionary(entries, data.len());
        self.common.add(number, &text, Some(data));
        self.stream(number, entries, data)
    }
}

impl Common {
    fn add(&mut self, number: u32, text: &str, data: Option<&[u8]>) {
        let mut context = ring::digest::Context::new(&ring::digest::SHA256);
        let mut rest = text;
        while let Some((before, after)) = rest.split_once(" 0 R") {
            let digits = before.trim_end_matches(|c: char| c.is_ascii_digit());
            let target = before.get(digits.len()..).and_then(|n| n.parse().ok());
            let target: u32 = target.unwrap_or_default();
            context.update(digits.as_bytes());
            match self.0.get(&target).filter(|_| target >= FIRST_FREE) {
                Some(digest) => {
                    context.update(b"R");
                    context.update(digest);
                }
                None => context.update(format!("P{target}").as_bytes()),
            }
            rest = after;
        }
        context.update(rest.as_bytes());
        if let Some(data) = data {
            context.update(b"\nstream\n");
            context.update(data);
        }
        self.0.insert(number, disk::finished(context));
    }

    /// Of all that pages show: document parts are none of it.
    pub(super) fn digest(&self) -> Sha256 {
        let shown = self.0.range(OWN_RESOURCES..FIRST_FREE);
        let shown = shown.filter(|(number, _)| !(PARTS..=PARTS_ROOT).contains(*number));
        let digests: Vec<Sha256> = shown.map(|(_, digest)| *digest).collect();
        disk::sha256(digests.as_flattened())
    }
}
