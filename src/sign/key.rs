//! Key files: PKCS#8, PKCS#1, encrypted PKCS#8 and PKCS#12, read into a [`Signer`]. Every buffer that held a key is
//! wiped.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use memchr::memmem;
use p12_keystore::{KeyStore, KeyStoreEntry, Pkcs12ImportPolicy};
use pkcs8::{EncryptedPrivateKeyInfoRef, PrivateKeyInfoRef};
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RsaKeyPair,
};
use x509_cert::der::pem;
use zeroize::{Zeroize, Zeroizing};

use super::certificate::{OID_EC, OID_ED25519, OID_RSA};
use super::{
    Algorithm, Certificate, Error, KEY_FILE_BYTES_MAX, KeyFiles, Pair, Password, RSA_BITS_MAX,
    RSA_BITS_MIN, Signer,
};

const ALLOWED_FORMS: &str =
    "PKCS#8 or PKCS#1 as PEM or DER, or PKCS#12, with RSA, ECDSA P-256 or Ed25519, is needed";
const HINT_TO_PKCS8: &str = "hint: openssl pkcs8 -topk8 -in OLD -out NEW";

type Secret = Zeroizing<Vec<u8>>;

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
    check_size(&files.key, certificate.rsa_bits())?;
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
    if memmem::find(bytes, b"-----BEGIN ").is_some() {
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
    for (label, der) in pem_blocks(bytes).map_err(|found| form(path, &found, ALLOWED_FORMS))? {
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
    let der = match key {
        PrivateKey::Pkcs1(der) => {
            let pair = RsaKeyPair::from_der(&der).map_err(|e| rejected(path, e))?;
            return Ok(Pair::Rsa(pair));
        }
        PrivateKey::Pkcs8(der) => der,
    };
    let info = PrivateKeyInfoRef::try_from(der.as_slice())
        .map_err(|_| form(path, "not a PKCS#8 private key", ALLOWED_FORMS))?;
    match info.algorithm.oid {
        OID_RSA => RsaKeyPair::from_pkcs8(&der).map(Pair::Rsa),
        OID_EC => {
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &der, &SystemRandom::new())
                .map(Pair::Ecdsa)
        }
        // openssl writes version 1 without the public half; the half is compared with the certificate afterwards.
        OID_ED25519 => Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der).map(Pair::Ed25519),
        other => return Err(form(path, &format!("a key of kind {other}"), ALLOWED_FORMS)),
    }
    .map_err(|e| rejected(path, e))
}

fn rejected(path: &Path, reason: ring::error::KeyRejected) -> Error {
    let found = match reason.to_string().as_str() {
        "TooSmall" => format!("RSA key has fewer than {RSA_BITS_MIN} bits"),
        "TooLarge" => format!("RSA key has more than {RSA_BITS_MAX} bits"),
        other => format!("the key was rejected ({other})"),
    };
    form(path, &found, ALLOWED_FORMS)
}

fn check_size(path: &Path, bits: Option<usize>) -> Result<(), Error> {
    match bits {
        Some(bits) if !(RSA_BITS_MIN..=RSA_BITS_MAX).contains(&bits) => Err(Error::KeySize {
            path: path.to_owned(),
            bits,
        }),
        _ => Ok(()),
    }
}

/// Reads the certificates of a file: one as DER, or any number as PEM.
///
/// # Errors
/// A file that cannot be read, that has no certificate, or one of a kind that is not supported.
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
    ders.iter()
        .map(|der| Certificate::from_der(der).map_err(|fault| form(fault.to_string())))
        .collect()
}

fn certificates(path: &Path, bytes: &[u8]) -> Result<Vec<Vec<u8>>, Error> {
    if memmem::find(bytes, b"-----BEGIN ").is_none() {
        return Ok(vec![bytes.to_vec()]);
    }
    let blocks = pem_blocks(bytes).map_err(|found| Error::CertificateForm {
        path: path.to_owned(),
        found,
    })?;
    let certificates = blocks
        .into_iter()
        .filter(|(label, _)| label == "CERTIFICATE");
    Ok(certificates.map(|(_, der)| der.to_vec()).collect())
}

/// All PEM blocks of a file, in order; text between them is skipped (`openssl pkcs12` writes some).
fn pem_blocks(bytes: &[u8]) -> Result<Vec<(String, Secret)>, String> {
    let mut blocks = Vec::new();
    let mut rest = bytes;
    while let Some(start) = memmem::find(rest, b"-----BEGIN ") {
        let block = &rest[start..];
        let end = memmem::find(block, b"-----END ").ok_or("a PEM block has no end")?;
        let after = memmem::find(&block[end + 9..], b"-----").ok_or("a PEM block has no end")?;
        let length = end + 9 + after + 5;
        let (block, behind) = block.split_at(length);
        if memmem::find(block, b"Proc-Type:").is_some() {
            return Err(format!("PEM encryption of before PKCS#8; {HINT_TO_PKCS8}"));
        }
        let mut decoder = pem::Decoder::new_detect_wrap(block).map_err(|e| e.to_string())?;
        let label = decoder.type_label().to_owned();
        let mut der = Zeroizing::new(Vec::with_capacity(block.len()));
        if let Err(e) = decoder.decode_to_end(&mut der) {
            der.zeroize();
            return Err(e.to_string());
        }
        blocks.push((label, der));
        rest = behind;
    }
    Ok(blocks)
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
