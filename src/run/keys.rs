//! The keys of a run: loaded, and refused where they are not for this mailing.

use std::path::PathBuf;
use std::sync::Arc;

use jiff::civil::Date;

use super::mill::Depth;
use super::{Error, KeySource, Keys};
use crate::letter::{Country, Environment, Header, Sender};
use crate::sign::{self, Signer};

/// The keys of a run; `None` in a dry run with a development key, which makes none.
pub struct Loaded {
    /// The agency's.
    pub signer: Option<Arc<Signer>>,
    /// The relay's; the agency's where the job names none.
    pub relay: Option<Arc<Signer>>,
}

/// Loads the keys.
///
/// # Errors
/// A key that cannot be used; a sender's key that is another organisation's.
pub fn load(keys: &Keys, header: &Header, date: Date, depth: Depth) -> Result<Loaded, Error> {
    let signer = load_key(&keys.sender, header, date, depth)?;
    let own_relay = match &keys.relay {
        Some(key) => load_key(key, header, date, depth)?,
        None => None,
    };
    if let Some(signer) = &signer {
        check_sender(&header.sender, signer, own_relay.as_deref())?;
    }
    let relay = own_relay.or_else(|| signer.clone());
    Ok(Loaded { signer, relay })
}

/// A Swedish sender signs with its own key, whose certificate has its organisation number; some relays sign for senders
/// with theirs (facts/sweden.md §2). That must be said: then the relay's key is named as the relay's too. A certificate
/// without an organisation number cannot be compared, and a development key proves nothing anyway.
fn check_sender(sender: &Sender, signer: &Signer, relay: Option<&Signer>) -> Result<(), Error> {
    let Some(found) = signer.certificate().organisation() else {
        return Ok(());
    };
    let is_own = found == sender.organisation_number;
    let is_relay = relay.is_some_and(|relay| relay.certificate().organisation() == Some(found));
    if sender.country != Country::Sweden || signer.is_development() || is_own || is_relay {
        return Ok(());
    }
    Err(sign::Error::OtherSender {
        subject: signer.shown_subject().to_owned(),
        found: found.to_owned(),
        sender: sender.organisation_number.clone(),
    }
    .into())
}

/// The key that signs a folder which is made of another: the job's, or the development key of this organisation.
///
/// # Errors
/// A key that cannot be used; a development key for real mail, unless `at_plant`: its word there is not the sender's.
pub fn of_folder(
    keys: &Keys,
    [organisation, name]: [&str; 2],
    environment: Environment,
    date: Date,
    at_plant: bool,
) -> Result<Signer, Error> {
    let signer = match &keys.sender {
        KeySource::Files(files) => Signer::load(files, date)?,
        KeySource::Development(_) if environment == Environment::Production && !at_plant => {
            return Err(sign::Error::DevelopmentInProduction.into());
        }
        KeySource::Development(folders) => development_key(folders, organisation, name)?,
    };
    if !at_plant {
        signer.check_environment(environment)?;
    }
    Ok(signer)
}

fn development_key(
    folders: &[PathBuf],
    organisation: &str,
    name: &str,
) -> Result<Signer, sign::Error> {
    let mut refused = None;
    for folder in folders {
        match Signer::development(folder, organisation, name) {
            Err(error @ sign::Error::Io { .. }) => refused = refused.or(Some(error)),
            done => return done,
        }
    }
    Err(refused.unwrap_or(sign::Error::Signing)) // There is always a folder.
}

fn load_key(
    source: &KeySource,
    header: &Header,
    date: Date,
    depth: Depth,
) -> Result<Option<Arc<Signer>>, Error> {
    let sender = &header.sender;
    let signer = match source {
        KeySource::Files(files) => Signer::load(files, date)?,
        KeySource::Development(_) if header.environment == Environment::Production => {
            return Err(sign::Error::DevelopmentInProduction.into());
        }
        KeySource::Development(folders) if depth == Depth::Finished => {
            development_key(folders, &sender.organisation_number, &sender.name)?
        }
        KeySource::Development(_) => return Ok(None), // A dry run makes none.
    };
    signer.check_environment(header.environment)?;
    Ok(Some(Arc::new(signer)))
}
