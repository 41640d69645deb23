//! The folders of a home, and who owns it.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};

use super::State;
use super::error::{Error, at};
use crate::disk;

/// Where the folder of a batch can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Work,
    Outbox,
    Held,
    Withdrawn,
}

impl Place {
    const ALL: [Self; 4] = [Self::Work, Self::Outbox, Self::Held, Self::Withdrawn];

    fn folder(self) -> &'static str {
        match self {
            Self::Work => "work",
            Self::Outbox => "outbox",
            Self::Held => "held",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// A job's home.
#[derive(Clone, Debug)]
pub(super) struct Home(PathBuf);

/// A process that is just starting another has copies of its files for some milliseconds, the lock of one that has let go
/// among them.
const LOCK_TRIES: u32 = 10;
const LOCK_PAUSE: std::time::Duration = std::time::Duration::from_millis(10);

impl Home {
    /// Looks at nothing.
    pub(super) fn at(home: &Path) -> Self {
        Self(home.to_path_buf())
    }

    /// Makes the folders that are missing.
    pub(super) fn make(home: &Path) -> Result<Self, Error> {
        for place in Place::ALL {
            let folder = home.join(place.folder());
            disk::create_private_folder(&folder).map_err(at(&folder))?;
        }
        refuse_other_file_systems(home)?;
        disk::sync_parent(&home.join("work")).map_err(at(home))?;
        Ok(Self::at(home))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    pub(super) fn database(&self) -> PathBuf {
        self.0.join("ledger.sqlite")
    }

    /// The folder of a batch in one of the places.
    pub(super) fn place(&self, place: Place, batch: &str) -> PathBuf {
        self.0.join(place.folder()).join(batch)
    }

    /// Takes the lock, which the kernel gives back when the file is closed, however the process ends.
    pub(super) fn lock(&self) -> Result<File, Error> {
        let path = self.0.join("ledger.lock");
        let mut file = open_private(&path).map_err(at(&path))?;
        let mut taken = flock(&file, FlockOperation::NonBlockingLockExclusive);
        for _ in 0..LOCK_TRIES {
            if taken != Err(rustix::io::Errno::WOULDBLOCK) {
                break;
            }
            std::thread::sleep(LOCK_PAUSE);
            taken = flock(&file, FlockOperation::NonBlockingLockExclusive);
        }
        match taken {
            Ok(()) => {}
            Err(rustix::io::Errno::WOULDBLOCK) => {
                let mut text = String::new();
                let _ = file.read_to_string(&mut text); // Only for the message.
                return Err(Error::Busy {
                    home: self.0.clone(),
                    pid: text.trim().parse().ok(),
                });
            }
            Err(errno) => return Err(at(&path)(errno.into())),
        }
        let pid = format!("{}\n", std::process::id());
        file.set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| file.write_all(pid.as_bytes()))
            .map_err(at(&path))?;
        Ok(file)
    }

    /// Makes an empty work folder for a batch. What is in the way there belongs to nobody.
    pub(super) fn make_work(&self, batch: &str) -> Result<(), Error> {
        self.clear_work(batch)?;
        let folder = self.place(Place::Work, batch);
        disk::create_private_folder(&folder).map_err(at(&folder))
    }

    /// Removes the work folder of a batch, durably.
    pub(super) fn clear_work(&self, batch: &str) -> Result<(), Error> {
        let folder = self.place(Place::Work, batch);
        match fs::remove_dir_all(&folder) {
            Ok(()) => disk::sync_parent(&folder).map_err(at(&folder)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(at(&folder)(error)),
        }
    }

    /// Refuses a batch name under which something lies already where only the ledger puts things.
    pub(super) fn refuse_unknown(&self, batch: &str) -> Result<(), Error> {
        for place in [Place::Outbox, Place::Held, Place::Withdrawn] {
            let folder = self.place(place, batch);
            if folder.symlink_metadata().is_ok() {
                return Err(Error::Unknown(folder));
            }
        }
        Ok(())
    }

    /// Moves the folder of a batch: one rename.
    pub(super) fn rename(&self, batch: &str, from: Place, to: Place) -> Result<(), Error> {
        let (from, to) = (self.place(from, batch), self.place(to, batch));
        if to.symlink_metadata().is_ok() {
            return Err(Error::Unknown(to));
        }
        fs::rename(&from, &to).map_err(at(&from))
    }

    /// Makes a rename durable; the new name first, so that a crash between the two never loses the folder.
    pub(super) fn sync_renamed(&self, batch: &str, from: Place, to: Place) -> Result<(), Error> {
        for place in [to, from] {
            let folder = self.place(place, batch);
            disk::sync_parent(&folder).map_err(at(&folder))?;
        }
        Ok(())
    }
}

/// A batch moves between the places by one rename.
#[cfg(unix)]
fn refuse_other_file_systems(home: &Path) -> Result<(), Error> {
    let device = |folder: &Path| {
        let facts = fs::metadata(folder).map_err(at(folder))?;
        Ok::<_, Error>(std::os::unix::fs::MetadataExt::dev(&facts))
    };
    let work = home.join(Place::Work.folder());
    for place in Place::ALL {
        let folder = home.join(place.folder());
        if device(&folder)? != device(&work)? {
            return Err(Error::OtherFileSystem {
                folder,
                other: work,
            });
        }
    }
    Ok(())
}

#[cfg(not(unix))]
fn refuse_other_file_systems(_: &Path) -> Result<(), Error> {
    Ok(())
}

/// Refuses the folder of a batch that lies in a home and not in its outbox: nobody may send what is in it. Of a folder
/// elsewhere, as at a plant, nothing is known.
///
/// # Errors
/// The batch is in no state that allows it.
pub fn check_released(folder: &Path) -> Result<(), Error> {
    let name = |path: &Path| Some(path.file_name()?.to_string_lossy().into_owned());
    let place = folder.parent();
    let home = place.and_then(Path::parent).map(Home::at);
    let (Some(home), Some(lies_in)) = (home, place.and_then(name)) else {
        return Ok(());
    };
    let known = Place::ALL
        .into_iter()
        .find(|place| place.folder() == lies_in);
    let state = match known.filter(|_| home.database().is_file()) {
        None | Some(Place::Outbox) => return Ok(()),
        Some(Place::Work) => State::Begun,
        Some(Place::Held) => State::Held,
        Some(Place::Withdrawn) => State::Withdrawn,
    };
    Err(Error::NotInState {
        batch: name(folder).unwrap_or_default(),
        found: Some(state),
        allowed: State::Sent.name(),
    })
}

/// Opens for reading and writing, makes it 0600 if it is missing, keeps what is in it.
pub(super) fn open_private(path: &Path) -> io::Result<File> {
    let mut options = fs::OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Refuses files in the folder of a batch that are not among those listed (relative to it).
///
/// # Errors
/// [`Error::Unlisted`], or a folder that cannot be read.
pub fn refuse_unlisted(folder: &Path, listed: &BTreeSet<&Path>) -> Result<(), Error> {
    walk(folder, &mut |path, is_folder| {
        let relative = path.strip_prefix(folder).unwrap_or(path);
        if is_folder || listed.contains(relative) {
            Ok(())
        } else {
            Err(Error::Unlisted(path.to_path_buf()))
        }
    })
}

/// Visits what lies under a folder, folders after what is in them.
pub(super) fn walk(
    folder: &Path,
    visit: &mut dyn FnMut(&Path, bool) -> Result<(), Error>,
) -> Result<(), Error> {
    for entry in fs::read_dir(folder).map_err(at(folder))? {
        let entry = entry.map_err(at(folder))?;
        let path = entry.path();
        let is_folder = entry.file_type().map_err(at(&path))?.is_dir();
        if is_folder {
            walk(&path, visit)?;
        }
        visit(&path, is_folder)?;
    }
    Ok(())
}
