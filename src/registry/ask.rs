//! Whom to ask the registries about, and the requests that ask.
//!
//! In: the recipient of each letter of a mailing ([`Questions::letter`]). Out: a folder of requests, for FaR or for the
//! contact registry of Digital Post ([`Questions::write`]). What always holds: each identifier is asked about once and
//! only if the registry can be asked about it; requests are sorted by identifier, so that the order of the letters
//! leaves no trace; the folder appears whole or not at all, for its owner only (0700, files 0600).
//!
//! Memory: eight bytes for each identifier, and half as much again at most while letters are read.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rayon::slice::ParallelSliceMut;

use crate::disk;
use crate::letter::{Country, DeliveryWish, OrganisationNumber, RecipientId};

mod denmark;
mod sweden;

/// Most identifiers in a request: the limit of the schema of FaR (facts/sweden.md §3). The contact registry names none.
pub const BATCH_SIZE_MAX: usize = 1000;
/// Identifiers kept before the first time that repeated ones are taken out.
const IDS_FIRST_MAX: usize = 1 << 20;

/// How to ask.
#[derive(Clone, Copy, Debug)]
pub struct AskOptions {
    /// Identifiers in a request; 1 to [`BATCH_SIZE_MAX`].
    pub batch_size: usize,
}

impl Default for AskOptions {
    fn default() -> Self {
        Self {
            batch_size: BATCH_SIZE_MAX,
        }
    }
}

/// Who asks, and so which registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asker {
    /// FaR; it wants to know for which sender.
    Sweden(OrganisationNumber),
    /// The contact registry of Digital Post.
    Denmark,
}

impl Asker {
    fn country(self) -> Country {
        match self {
            Self::Sweden(_) => Country::Sweden,
            Self::Denmark => Country::Denmark,
        }
    }
}

/// Why nobody is asked about the recipient of a letter. The first that holds, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NotAsked {
    /// A finding rejects the letter.
    Rejected,
    /// The recipient has no identifier.
    NoIdentifier,
    /// The identifier is of another country than the sender.
    Foreign,
    /// The registry cannot be asked about the identifier (a coordination number with month 00).
    NotRepresentable,
    /// The sender wishes paper. Not so in Denmark: there the registry also knows whose letter must not go on paper.
    PrintWished,
}

impl NotAsked {
    /// All of them, in their order.
    pub const ALL: [Self; 5] = [
        Self::Rejected,
        Self::NoIdentifier,
        Self::Foreign,
        Self::NotRepresentable,
        Self::PrintWished,
    ];

    /// Its name; where a letter that is routed gets the same reason, that one.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rejected => "rejected",
            Self::NoIdentifier => "no-identifier",
            Self::Foreign => "foreign-identifier",
            Self::NotRepresentable => "id-not-representable",
            Self::PrintWished => "print-wished",
        }
    }
}

/// What was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Letters of the mailing.
    pub letters: u64,
    /// Letters whose recipient is asked about.
    pub letters_asked: u64,
    /// Different identifiers in letters that are not rejected.
    pub ids: u64,
    /// Different identifiers that are asked about.
    pub ids_asked: u64,
    /// Letters by why nobody is asked about their recipient; reasons that do not occur are left out.
    pub not_asked: Vec<(NotAsked, u64)>,
    /// Requests written.
    pub requests: u64,
}

/// Why no requests were written.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// The folder is not free.
    #[error(
        "`{}` is not an empty folder; requests of two mailings must not mix\n\
         hint: name a folder that does not exist yet, or empty it",
        path.display()
    )]
    NotEmpty {
        /// Which.
        path: PathBuf,
    },
    /// A file or folder cannot be read or written.
    #[error("`{}`: {source}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

impl AskError {
    fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }
}

/// Gathers whom to ask about.
#[derive(Debug)]
pub struct Questions {
    asker: Asker,
    /// Keys, each with a lowest bit that is zero if it is asked about; sorted and without repetition at times.
    ids: Vec<u64>,
    letters: u64,
    not_asked: [u64; NotAsked::ALL.len()],
}

impl Questions {
    /// None yet.
    pub fn new(asker: Asker) -> Self {
        Self {
            asker,
            ids: Vec::new(),
            letters: 0,
            not_asked: [0; _],
        }
    }

    /// Makes sure that [`write`](Self::write) can begin, before a long mailing is read.
    ///
    /// # Errors
    /// There is something in the folder, or it cannot be read.
    pub fn check_folder(folder: &Path) -> Result<(), AskError> {
        match fs::read_dir(folder).map(|mut entries| entries.next().is_none()) {
            Ok(true) => Ok(()),
            Ok(false) => Err(AskError::NotEmpty {
                path: folder.into(),
            }),
            Err(error)
                if error.kind() == io::ErrorKind::NotFound && folder.file_name().is_some() =>
            {
                Ok(())
            }
            Err(error) => Err(AskError::io(folder)(error)),
        }
    }

    /// A letter that a finding rejects.
    pub fn rejected(&mut self) {
        self.letters += 1;
        self.not_asked[NotAsked::Rejected as usize] += 1;
    }

    /// A letter to this recipient.
    pub fn letter(&mut self, id: &RecipientId, wish: DeliveryWish) {
        self.letters += 1;
        let why_not = self.why_not(id, wish);
        if let Some(why) = why_not {
            self.not_asked[why as usize] += 1;
        }
        if let Some(key) = id.key() {
            self.make_room();
            self.ids.push(key << 1 | u64::from(why_not.is_some()));
        }
    }

    fn why_not(&self, id: &RecipientId, wish: DeliveryWish) -> Option<NotAsked> {
        let country = self.asker.country();
        if matches!(id, RecipientId::None) {
            Some(NotAsked::NoIdentifier)
        } else if id.country() != Some(country) {
            Some(NotAsked::Foreign)
        } else if !id.representable() {
            Some(NotAsked::NotRepresentable)
        } else if wish == DeliveryWish::Print && country == Country::Sweden {
            Some(NotAsked::PrintWished)
        } else {
            None
        }
    }

    /// Takes repeated identifiers out before the list grows, and grows it by half at a time.
    fn make_room(&mut self) {
        if self.ids.len() < self.ids.capacity().max(IDS_FIRST_MAX) {
            return;
        }
        self.unite();
        let room = self.ids.capacity() - self.ids.len();
        if room < self.ids.capacity() / 4 {
            self.ids.reserve_exact(self.ids.capacity() / 2);
        }
    }

    /// Sorts, and keeps each identifier once; asked about if any of its letters asks.
    fn unite(&mut self) {
        self.ids.par_sort_unstable();
        self.ids.dedup_by_key(|id| *id >> 1);
    }

    /// Writes the requests into `folder`, which appears whole or not at all.
    ///
    /// # Errors
    /// There is something in the folder, or it cannot be written.
    pub fn write(mut self, folder: &Path, options: AskOptions) -> Result<Asked, AskError> {
        Self::check_folder(folder)?;
        self.unite();
        let ids = self.ids.len() as u64;
        self.ids.retain(|id| id & 1 == 0);
        for id in &mut self.ids {
            *id >>= 1;
        }
        let part = folder.with_added_extension("part");
        clear(&part).map_err(AskError::io(&part))?;
        disk::create_private_folder(&part).map_err(AskError::io(&part))?;
        let requests = self.fill(&part, options).inspect_err(|_| {
            let _ = clear(&part); // Else the next command does.
        })?;
        fs::rename(&part, folder)
            .and_then(|()| disk::sync_parent(folder))
            .map_err(AskError::io(folder))?;
        let count = |why| self.not_asked[why as usize];
        Ok(Asked {
            letters: self.letters,
            letters_asked: self.letters - self.not_asked.iter().sum::<u64>(),
            ids,
            ids_asked: self.ids.len() as u64,
            not_asked: NotAsked::ALL
                .into_iter()
                .map(|why| (why, count(why)))
                .filter(|(_, letters)| *letters > 0)
                .collect(),
            requests,
        })
    }

    fn fill(&self, part: &Path, options: AskOptions) -> Result<u64, AskError> {
        let batch_size = options.batch_size.clamp(1, BATCH_SIZE_MAX);
        match &self.asker {
            Asker::Sweden(sender) => sweden::write(part, sender, &self.ids, batch_size),
            Asker::Denmark => denmark::write(part, &self.ids, batch_size),
        }
    }
}

/// Removes what an interrupted command left: files only, so that nothing else than a folder of requests can go.
fn clear(part: &Path) -> io::Result<()> {
    let entries = match fs::read_dir(part) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let path = entry?.path();
        if !is_ours(&path) {
            let found = format!("holds `{}`, which is no request", path.display());
            return Err(io::Error::new(io::ErrorKind::DirectoryNotEmpty, found));
        }
        fs::remove_file(path)?;
    }
    fs::remove_dir(part)
}

fn is_ours(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    name.is_some_and(|name| {
        ["far-", "cpr", "cvr"]
            .iter()
            .any(|start| name.starts_with(start))
            && [".xml", ".json", ".csv"]
                .iter()
                .any(|end| name.ends_with(end))
    })
}

/// Names `start-0001.end` …, all of one length, so that their order is the alphabet's.
fn numbered(start: &str, end: &str, files: usize) -> impl Fn(usize) -> String {
    let digits = files.to_string().len().max(4);
    move |at| format!("{start}-{:0digits$}.{end}", at + 1)
}

fn write_file(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), AskError> {
    let path = folder.join(name);
    disk::create_private(&path)
        .and_then(|mut file| {
            io::Write::write_all(&mut file, bytes)?;
            file.sync_all() // The bytes are durable before the folder has its name.
        })
        .map_err(AskError::io(&path))
}

#[cfg(test)]
mod tests;
