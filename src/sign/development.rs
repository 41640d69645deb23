//! The development key: made on first use, so that a first run needs no key, and named as such everywhere.
//!
//! It is one PEM file, key and certificate together, `development-<sender>.pem`. The file appears whole or not at all
//! and is never replaced: of two processes that make it at once, the second finds the first one's and loads that.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair, RsaKeySize};
use zeroize::Zeroizing;

use super::{Error, KeyFiles, Signer, key};
use crate::disk;

/// Common name of the certificate.
pub(super) const COMMON_NAME: &str = "DEVELOPMENT KEY - NOT FOR PRODUCTION";
/// RFC 5280 appendix A.1, ub-organization-name.
const ORGANISATION_CHARACTERS_MAX: usize = 64;
/// The validity is fixed, so that the key does for any mailing one tries.
const VALID_FROM: (i32, u8, u8) = (2020, 1, 1);
const VALID_TO: (i32, u8, u8) = (2045, 1, 1);

pub(super) fn open_or_make(
    folder: &Path,
    sender_id: &str,
    sender_name: &str,
) -> Result<Signer, Error> {
    let path = folder.join(format!("development-{}.pem", digits(sender_id)));
    let failed = |source| Error::Io {
        path: path.clone(),
        source,
    };
    if !path.try_exists().map_err(failed)? {
        disk::create_private_folder(folder).map_err(failed)?;
        let pem = make(sender_id, sender_name).map_err(|e| failed(io::Error::other(e)))?;
        place(folder, &path, &pem).map_err(failed)?;
    }
    load(path)
}

fn load(path: PathBuf) -> Result<Signer, Error> {
    let signer = key::load(&KeyFiles {
        key: path.clone(),
        certificate: None,
        password: None,
    })?;
    if signer.is_development() {
        return Ok(signer);
    }
    Err(Error::KeyForm {
        path,
        found: "its certificate is not that of a development key".into(),
        allowed: "move it elsewhere and name it in the job file",
    })
}

/// The name of a file holds digits only, whatever the sender's id is.
fn digits(sender_id: &str) -> String {
    sender_id
        .chars()
        .filter(char::is_ascii_digit)
        .take(12)
        .collect()
}

/// Key and certificate, PEM.
fn make(sender_id: &str, sender_name: &str) -> Result<Zeroizing<String>, rcgen::Error> {
    let key = KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, RsaKeySize::_2048)?;
    let mut params = CertificateParams::new(Vec::new())?;
    params.not_before = rcgen::date_time_ymd(VALID_FROM.0, VALID_FROM.1, VALID_FROM.2);
    params.not_after = rcgen::date_time_ymd(VALID_TO.0, VALID_TO.1, VALID_TO.2);
    params.distinguished_name = DistinguishedName::new();
    let organisation: String = sender_name
        .chars()
        .filter(|c| !c.is_control())
        .take(ORGANISATION_CHARACTERS_MAX)
        .collect();
    let name = &mut params.distinguished_name;
    if !organisation.is_empty() {
        name.push(DnType::OrganizationName, organisation);
    }
    // X.520 serialNumber, where Swedish organisation certificates hold the organisation number (facts/sweden.md §2).
    name.push(DnType::CustomDnType(vec![2, 5, 4, 5]), digits(sender_id));
    name.push(DnType::CommonName, COMMON_NAME);
    let certificate = params.self_signed(&key)?.pem();
    let key_pem = Zeroizing::new(key.serialize_pem());
    Ok(Zeroizing::new(format!("{}{certificate}", key_pem.as_str())))
}

fn place(folder: &Path, path: &Path, pem: &str) -> io::Result<()> {
    let mut file = tempfile::NamedTempFile::new_in(folder)?; // Mode 0600.
    file.write_all(pem.as_bytes())?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        Ok(_) => disk::sync_parent(path),
        Err(e) if e.error.kind() == io::ErrorKind::AlreadyExists => Ok(()), // Another process was first.
        Err(e) => Err(e.error),
    }
}
