//! Key files: PKCS#8, PKCS#1, encrypted PKCS#8 and PKCS#12, read into a [`Signer`]. Every buffer that held a key is
//! wiped.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use p12_keystore::{KeyStore, KeyStoreEntry, Pkcs12ImportPolicy};
use pkcs8::{EncryptedPrivateKeyInfoRef, PrivateKeyInfoRef};
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RsaKeyPair,
};
use x509_cert::der::asn1::UintRef;
use x509_cert::der::{self, Decode, Reader, SliceReader};
use zeroize::Zeroizing;

use super::certificate::{OID_EC, OID_ED25519, OID_P256, OID_RSA, bits};
use super::pem::{self, Secret};
use super::{
    Algorithm, Certificate, Error, KEY_FILE_BYTES_MAX, KeyFiles, Pair, Password, Signer, kind,
};

const ALLOWED_FORMS: &str = "PKCS#8 or PKCS#1 as PEM or DER, or PKCS#12, with RSA of 2048, 3072 or 4096 bits, ECDSA \
                             P-256 or Ed25519, is needed";
const HINT_TO_PKCS8: &str = "hint: openssl pkcs8 -topk8 -in OLD -out NEW";

enum PrivateKey {
    Pkcs8(Secret),
    Pkcs1(Secret),
}

/// What a key file holds.
struct Content {
    key: PrivateKey,
    certificates: Vec<Vec<u8>>,
}

pub(super) fn load(files: &KeyFiles) -> Result<Signer, Error> {
    let bytes = read(&files.key, FileKind::Key)?;
    let content = content(&files.key, &bytes, files.password.as_ref())?;
    let pair = pair(&files.key, content.key)?;
    let certificate_path = files.certificate.as_ref().unwrap_or(&files.key);
    let ders = match &files.certificate {
        Some(path) => certificates(path, &read(path, FileKind::Certificate)?)?,
        None => content.certificates,
    };
    if ders.is_empty() {
        return Err(Error::CertificateForm {
            path: certificate_path.clone(),
            found: "no certificate in it".into(),
        });
    }
    let certificate = matching(certificate_path, &ders, &pair)?;
    let Some(certificate) = certificate else {
        return Err(Error::KeyMismatch {
            key: files.key.clone(),
            certificate: certificate_path.clone(),
        });
    };
    Ok(Signer {
        pair,
        random: SystemRandom::new(),
        certificate,
    })
}

/// A file may hold a chain; ours is the one that names the key. A chain's other members need not be of a kind we know.
fn matching(path: &Path, ders: &[Vec<u8>], pair: &Pair) -> Result<Option<Certificate>, Error> {
    let (algorithm, public_key) = public_half(pair);
    let mut first_fault = None;
    for der in ders {
        match Certificate::from_der(der) {
            Ok(c) if c.algorithm() == algorithm && c.public_key() == public_key => {
                return Ok(Some(c));
            }
            Ok(_) => {}
            Err(fault) => first_fault = first_fault.or(Some(fault)),
        }
    }
    match first_fault {
        Some(fault) => Err(Error::CertificateForm {
            path: path.to_owned(),
            found: fault.to_string(),
        }),
        None => Ok(None),
    }
}

fn public_half(pair: &Pair) -> (Algorithm, &[u8]) {
    match pair {
        Pair::Rsa(pair) => (Algorithm::RsaSha256, pair.public_key().as_ref()),
        Pair::Ecdsa(pair) => (Algorithm::EcdsaP256Sha256, pair.public_key().as_ref()),
        Pair::Ed25519(pair) => (Algorithm::Ed25519, pair.public_key().as_ref()),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum FileKind {
    Key,
    Certificate,
}

/// Reads a small file, through the handle whose rights were checked.
fn read(path: &Path, kind: FileKind) -> Result<Secret, Error> {
    let failed = |source| Error::Io {
        path: path.to_owned(),
        source,
    };
    let mut file = File::open(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    if !metadata.is_file() {
        return Err(failed(io::Error::other("not a regular file")));
    }
    #[cfg(unix)]
    if kind == FileKind::Key {
        let mode = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o777;
        if mode & 0o077 != 0 {
            return Err(Error::KeyOpenToOthers {
                path: path.to_owned(),
                mode,
            });
        }
    }
    if metadata.len() > KEY_FILE_BYTES_MAX {
        let found = format!(
            "{} bytes; at most {KEY_FILE_BYTES_MAX} are allowed",
            metadata.len()
        );
        return Err(failed(io::Error::other(found)));
    }
    // Room for all of it, so that no half-filled buffer is moved and left behind.
    let capacity = usize::try_from(metadata.len()).unwrap_or_default() + 1;
    let mut bytes = Zeroizing::new(Vec::with_capacity(capacity));
    (&mut file)
        .take(KEY_FILE_BYTES_MAX)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    Ok(bytes)
}

fn content(path: &Path, bytes: &[u8], password: Option<&Password>) -> Result<Content, Error> {
    if pem::is_pem(bytes) {
        return from_pem(path, bytes, password);
    }
    let key = match der_kind(bytes) {
        DerKind::Pkcs8 => PrivateKey::Pkcs8(Zeroizing::new(bytes.to_vec())),
        DerKind::Pkcs1 => PrivateKey::Pkcs1(Zeroizing::new(bytes.to_vec())),
        DerKind::EncryptedPkcs8 => PrivateKey::Pkcs8(decrypt(path, bytes, password)?),
        DerKind::Pkcs12 => return from_pkcs12(path, bytes, password),
        DerKind::Sec1 => return Err(sec1(path)),
        DerKind::Other => return Err(form(path, "not a private key", ALLOWED_FORMS)),
    };
    Ok(Content {
        key,
        certificates: Vec::new(),
    })
}

fn from_pem(path: &Path, bytes: &[u8], password: Option<&Password>) -> Result<Content, Error> {
    let mut key = None;
    let mut certificates = Vec::new();
    for (label, der) in pem::blocks(bytes).map_err(|found| form(path, &found, ALLOWED_FORMS))? {
        let found = match label.as_str() {
            "PRIVATE KEY" => PrivateKey::Pkcs8(der),
            "RSA PRIVATE KEY" => PrivateKey::Pkcs1(der),
            "ENCRYPTED PRIVATE KEY" => PrivateKey::Pkcs8(decrypt(path, &der, password)?),
            "EC PRIVATE KEY" => return Err(sec1(path)),
            "CERTIFICATE" => {
                certificates.push(der.to_vec());
                continue;
            }
            _ => continue, // Parameters, public keys, certificate requests.
        };
        if key.replace(found).is_some() {
            return Err(form(
                path,
                "more than one private key",
                "one is needed: leave the others out",
            ));
        }
    }
    match key {
        Some(key) => Ok(Content { key, certificates }),
        None => Err(form(path, "no private key in it", ALLOWED_FORMS)),
    }
}

fn from_pkcs12(path: &Path, bytes: &[u8], password: Option<&Password>) -> Result<Content, Error> {
    let wrong = |_| Error::PasswordWrong {
        path: path.to_owned(),
    };
    let password = needed(path, password)?;
    let store = KeyStore::from_pkcs12(bytes, password.as_str(), Pkcs12ImportPolicy::Relaxed)
        .map_err(wrong)?;
    let mut chains = store.entries().filter_map(|(_, entry)| match entry {
        KeyStoreEntry::PrivateKeyChain(chain) => Some(chain),
        _ => None,
    });
    let Some(chain) = chains.next() else {
        return Err(form(path, "no private key in it", ALLOWED_FORMS));
    };
    if chains.next().is_some() {
        return Err(form(
            path,
            "more than one private key",
            "one is needed: export that one alone",
        ));
    }
    Ok(Content {
        key: PrivateKey::Pkcs8(Zeroizing::new(chain.key().as_der().to_vec())),
        certificates: chain.certs().iter().map(|c| c.as_der().to_vec()).collect(),
    })
}

fn decrypt(path: &Path, der: &[u8], password: Option<&Password>) -> Result<Secret, Error> {
    let info = EncryptedPrivateKeyInfoRef::try_from(der)
        .map_err(|_| form(path, "not a private key", ALLOWED_FORMS))?;
    let password = needed(path, password)?;
    let document = info
        .decrypt(password.as_str())
        .map_err(|_| Error::PasswordWrong {
            path: path.to_owned(),
        })?;
    Ok(Zeroizing::new(document.as_bytes().to_vec()))
}

fn needed<'a>(path: &Path, password: Option<&'a Password>) -> Result<&'a Password, Error> {
    password.ok_or_else(|| Error::PasswordMissing {
        path: path.to_owned(),
    })
}

fn pair(path: &Path, key: PrivateKey) -> Result<Pair, Error> {
    let refused = |reason, bits| form(path, &kind::rejected(reason, bits), ALLOWED_FORMS);
    let der = match key {
        PrivateKey::Pkcs1(der) => {
            let pair = RsaKeyPair::from_der(&der).map_err(|e| refused(e, modulus_bits(&der)))?;
            return Ok(Pair::Rsa(pair));
        }
        PrivateKey::Pkcs8(der) => der,
    };
    let info = PrivateKeyInfoRef::try_from(der.as_slice())
        .map_err(|_| form(path, "not a PKCS#8 private key", ALLOWED_FORMS))?;
    let curve = info.algorithm.parameters_oid().ok();
    match (info.algorithm.oid, curve) {
        (OID_RSA, _) => RsaKeyPair::from_pkcs8(&der)
            .map(Pair::Rsa)
            .map_err(|e| refused(e, modulus_bits(info.private_key.as_bytes()))),
        (OID_EC, Some(OID_P256)) => {
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &der, &SystemRandom::new())
                .map(Pair::Ecdsa)
                .map_err(|e| refused(e, None))
        }
        // openssl writes version 1 without the public half; the half is compared with the certificate afterwards.
        (OID_ED25519, _) => Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der)
            .map(Pair::Ed25519)
            .map_err(|e| refused(e, None)),
        (other, curve) => {
            let found = format!("a key of another kind, {}", kind::name(other, curve));
            Err(form(path, &found, ALLOWED_FORMS))
        }
    }
}

/// Bits of the modulus, which is public, in `RSAPrivateKey`: version, modulus … (RFC 8017 appendix A.1.2).
fn modulus_bits(private_key: &[u8]) -> Option<usize> {
    let mut reader = SliceReader::new(private_key).ok()?;
    let modulus = reader.sequence(|inner| -> der::Result<Option<usize>> {
        UintRef::decode(inner)?;
        let modulus = bits(UintRef::decode(inner)?.as_bytes());
        while !inner.is_finished() {
            inner.tlv_bytes()?;
        }
        Ok(modulus)
    });
    modulus.ok().flatten()
}

/// Reads the certificates of a file: one as DER, or any number as PEM. Those whose key is of a kind that is not supported are
/// left out: nothing that could be read was signed with it.
///
/// # Errors
/// A file that cannot be read, with something that is no certificate, or with none that is left.
pub fn read_certificates(path: &Path) -> Result<Vec<Certificate>, Error> {
    let form = |found| Error::CertificateForm {
        path: path.to_owned(),
        found,
    };
    let bytes = read(path, FileKind::Certificate)?;
    let ders = certificates(path, &bytes)?;
    if ders.is_empty() {
        return Err(form("no certificate in it".into()));
    }
    let (mut found, mut left_out) = (Vec::new(), Vec::new());
    for (number, der) in (1..).zip(&ders) {
        match Certificate::from_der(der) {
            Ok(certificate) => found.push(certificate),
            Err(fault @ Error::CertificateKey { .. }) => {
                left_out.push(format!("certificate {number}: {fault}"));
            }
            Err(fault) => return Err(form(format!("certificate {number}: {fault}"))),
        }
    }
    if found.is_empty() {
        return Err(form(left_out.join("; ")));
    }
    Ok(found)
}

fn certificates(path: &Path, bytes: &[u8]) -> Result<Vec<Vec<u8>>, Error> {
    if !pem::is_pem(bytes) {
        return Ok(vec![bytes.to_vec()]);
    }
    let blocks = pem::blocks(bytes).map_err(|found| Error::CertificateForm {
        path: path.to_owned(),
        found,
    })?;
    let certificates = blocks
        .into_iter()
        .filter(|(label, _)| label == "CERTIFICATE");
    Ok(certificates.map(|(_, der)| der.to_vec()).collect())
}

enum DerKind {
    Pkcs1,
    Pkcs8,
    EncryptedPkcs8,
    Pkcs12,
    Sec1,
    Other,
}

/// Told apart by what follows the outer SEQUENCE: the version, and the tag behind it.
fn der_kind(bytes: &[u8]) -> DerKind {
    let header_length = match bytes {
        [0x30, length, ..] if *length < 0x80 => 2,
        [0x30, length, ..] => 2 + usize::from(length & 0x7f),
        _ => return DerKind::Other,
    };
    match bytes.get(header_length..).unwrap_or_default() {
        [0x02, 1, 3, ..] => DerKind::Pkcs12, // RFC 7292 §4: version 3.
        [0x02, 1, 0, 0x02, ..] => DerKind::Pkcs1, // RFC 8017 A.1.2: version, modulus.
        [0x02, 1, 0 | 1, 0x30, ..] => DerKind::Pkcs8, // RFC 5958 §2: version, algorithm.
        [0x02, 1, 1, 0x04, ..] => DerKind::Sec1, // RFC 5915 §3: version 1, octets.
        [0x30, ..] => DerKind::EncryptedPkcs8, // RFC 5958 §3: algorithm.
        _ => DerKind::Other,
    }
}

fn sec1(path: &Path) -> Error {
    form(path, "an EC key in the form of SEC 1", HINT_TO_PKCS8)
}

fn form(path: &Path, found: &str, allowed: &'static str) -> Error {
    Error::KeyForm {
        path: path.to_owned(),
        found: found.to_owned(),
        allowed,
    }
}
