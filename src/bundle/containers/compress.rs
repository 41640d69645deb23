//! Full tars on their way to `.lzma`, each a task of the pool.
//!
//! The file is the legacy form, "LZMA alone" (facts/denmark.md §2.3): properties `5d`, the dictionary's size, eight bytes
//! `ff` for a size that is not said, the stream, its end marker.

use std::any::Any;
use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crossbeam::channel::{Receiver, Sender, TryRecvError, unbounded};
use lzma_rust2::{LzmaOptions, LzmaWriter};

use super::super::{Error, failed};
use crate::disk::{HashingWriter, WrittenFile};

/// For all compressors that work at once; one always may.
pub(super) const MEMORY_BYTES_MAX: u64 = 256 << 20;
/// How long an idle thread of the pool waits before it looks for other work.
const PAUSE: Duration = Duration::from_millis(1);

/// Of what goes in and what comes out.
const BUFFER_BYTES: usize = 1 << 16;

/// A tar to compress.
pub(super) struct Job {
    pub(super) tar: File,
    /// What it becomes, relative to the batch's folder, and in full.
    pub(super) path: PathBuf,
    pub(super) full: PathBuf,
}

type Done = Result<Result<WrittenFile, Error>, Box<dyn Any + Send>>;

/// What is being compressed, and how.
pub(super) struct Compressors {
    encoder: LzmaOptions,
    at_once_max: usize,
    at_work: usize,
    done: (Sender<Done>, Receiver<Done>),
}

impl Compressors {
    pub(super) fn new(encoder: LzmaOptions) -> Self {
        let each = u64::from(encoder.get_memory_usage()) << 10;
        let room = usize::try_from(MEMORY_BYTES_MAX / each.max(1)).unwrap_or(1);
        Self {
            encoder,
            at_once_max: room.max(1),
            at_work: 0,
            done: unbounded(),
        }
    }

    /// Hands a tar to the pool, once there is room for it; gives what has been made meanwhile.
    pub(super) fn start(&mut self, job: Job) -> Result<Vec<WrittenFile>, Error> {
        let at_once = self.at_once_max.min(rayon::current_num_threads());
        let mut written = Vec::new();
        while self.at_work >= at_once.max(1) {
            written.push(self.wait()?);
        }
        let encoder = self.encoder.clone();
        let done = self.done.0.clone();
        self.at_work += 1;
        rayon::spawn(move || {
            let result = panic::catch_unwind(AssertUnwindSafe(|| compress(job, &encoder)));
            let _ = done.send(result); // Nobody waits any more after an error elsewhere.
        });
        Ok(written)
    }

    /// Waits for all.
    pub(super) fn finish(&mut self) -> Result<Vec<WrittenFile>, Error> {
        let mut written = Vec::new();
        while self.at_work > 0 {
            written.push(self.wait()?);
        }
        Ok(written)
    }

    fn wait(&mut self) -> Result<WrittenFile, Error> {
        let done = self.next();
        self.at_work -= 1;
        match done {
            Ok(result) => result,
            Err(panic) => panic::resume_unwind(panic),
        }
    }

    /// The caller may be a thread of the pool, perhaps its only one: it works while it waits.
    fn next(&self) -> Done {
        loop {
            match self.done.1.try_recv() {
                Ok(done) => return done,
                // We hold a sender ourselves.
                Err(TryRecvError::Empty | TryRecvError::Disconnected) => {}
            }
            match rayon::yield_now() {
                Some(rayon::Yield::Executed) => {}
                Some(rayon::Yield::Idle) | None => {
                    if let Ok(done) = self.done.1.recv_timeout(PAUSE) {
                        return done;
                    }
                }
            }
        }
    }
}

/// Nothing is written any more once the bundler is gone, also after an error.
impl Drop for Compressors {
    fn drop(&mut self) {
        while self.at_work > 0 {
            let _ = self.next();
            self.at_work -= 1;
        }
    }
}

fn compress(job: Job, encoder: &LzmaOptions) -> Result<WrittenFile, Error> {
    let Job { tar, path, full } = job;
    let written = compressed(tar, &full, encoder).and_then(|file| file.finish(path));
    written.map_err(|e| failed(&full, e))
}

fn compressed(mut tar: File, full: &Path, encoder: &LzmaOptions) -> io::Result<HashingWriter> {
    // The encoder gives its bytes one by one, which are digested together.
    let file = BufWriter::with_capacity(BUFFER_BYTES, HashingWriter::create(full)?);
    let mut lzma = LzmaWriter::new_use_header(file, encoder, None)?;
    let mut buffer = vec![0; BUFFER_BYTES];
    loop {
        let read = tar.read(&mut buffer)?;
        let Some(bytes) = buffer.get(..read).filter(|bytes| !bytes.is_empty()) else {
            break;
        };
        lzma.write_all(bytes)?;
    }
    lzma.finish()?.into_inner().map_err(|e| e.into_error())
}
