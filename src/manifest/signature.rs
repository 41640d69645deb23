//! `manifest.sig`: three header lines, the signature and the certificate, armoured like PEM, so that plain openssl can
//! check it (`docs/formats-ledger.md` has the commands).

use serde::{Deserialize, Serialize};

use super::Error;
use crate::sign::pem;

/// First line of the file.
const FIRST_LINE: &str = "Lettermill-Signature: 1";
/// Largest signature file read: a signature of 512 bytes and a certificate of a few thousand are real.
pub(super) const BYTES_MAX: u64 = 1 << 20;

/// Whose key signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyKind {
    /// Made by this program on first use; proves nothing to anybody.
    Development,
    /// The agency's own.
    Own,
}

/// Signs a message (not its digest); the error says why not.
pub type Sign<'a> = dyn Fn(&[u8]) -> Result<Vec<u8>, String> + 'a;

/// Checks a signature over a message; gives the subject of its certificate, or says why the signature is not good.
pub type Check<'a> = dyn Fn(&Detached, &[u8]) -> Result<String, String> + 'a;

/// A key that signs, seen from outside.
pub struct Signer<'a> {
    /// `rsa-sha256` (PKCS #1 v1.5), `ecdsa-p256-sha256` (ASN.1 DER) or `ed25519`.
    pub algorithm: &'a str,
    /// Its certificate, DER.
    pub certificate_der: &'a [u8],
    /// Whose key it is.
    pub kind: KeyKind,
    /// What it does.
    pub sign: &'a Sign<'a>,
}

/// A detached signature, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detached {
    /// As in [`Signer::algorithm`].
    pub algorithm: String,
    /// The signer's certificate, DER.
    pub certificate_der: Vec<u8>,
    /// The signature.
    pub signature: Vec<u8>,
}

impl Signer<'_> {
    /// The text of `manifest.sig` for a message.
    pub(super) fn sign_detached(&self, message: &[u8]) -> Result<String, Error> {
        let signature = (self.sign)(message).map_err(Error::Sign)?;
        Ok(format!(
            "{FIRST_LINE}\nAlgorithm: {}\nSigned-File: {}\n\n{}{}",
            self.algorithm,
            super::MANIFEST,
            pem::armour("SIGNATURE", &signature),
            pem::armour("CERTIFICATE", self.certificate_der),
        ))
    }
}

impl Detached {
    /// Takes `manifest.sig` apart.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut lines = text.lines();
        if lines.next() != Some(FIRST_LINE) {
            return Err(format!("its first line is not `{FIRST_LINE}`"));
        }
        let algorithm = lines
            .take_while(|line| !line.is_empty())
            .find_map(|line| line.strip_prefix("Algorithm: "))
            .ok_or("it names no algorithm")?
            .to_owned();
        Ok(Self {
            algorithm,
            signature: pem::block(text.as_bytes(), "SIGNATURE")?,
            certificate_der: pem::block(text.as_bytes(), "CERTIFICATE")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_armoured_comes_back(
            signature in proptest::collection::vec(any::<u8>(), 1..600),
            certificate_der in proptest::collection::vec(any::<u8>(), 1..2000),
        ) {
            let sign = |_: &[u8]| Ok(signature.clone());
            let signer = Signer {
                algorithm: "ed25519", certificate_der: &certificate_der, kind: KeyKind::Own, sign: &sign,
            };
            let text = signer.sign_detached(b"").unwrap();
            let back = Detached::parse(&text).unwrap();
            prop_assert_eq!(back.algorithm, "ed25519");
            prop_assert_eq!(back.signature, signature);
            prop_assert_eq!(back.certificate_der, certificate_der);
        }

        #[test]
        fn nothing_makes_the_reader_fall_over(text: String) {
            let _ = Detached::parse(&text);
            let _ = Detached::parse(&format!("{FIRST_LINE}\nAlgorithm: x\n-----BEGIN SIGNATURE-----\n{text}"));
        }
    }
}
