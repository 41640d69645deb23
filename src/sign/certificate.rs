//! Certificates: the public half of a key, read with x509-cert, and checking of signatures with ring.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey,
    VerificationAlgorithm,
};
use x509_cert::Certificate as X509;
use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::der::asn1::UintRef;
use x509_cert::der::oid::ObjectIdentifier;
use x509_cert::der::{Decode, Encode, Reader, SliceReader};

use super::{Algorithm, Error, kind, person};
use crate::disk::{Sha256, sha256};

/// RFC 8017 appendix C.
pub(super) const OID_RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
/// RFC 5480 section 2.1.1.
pub(super) const OID_EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
/// RFC 5480 section 2.1.1.1, secp256r1.
pub(super) const OID_P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
/// RFC 8410 section 3.
pub(super) const OID_ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");

const OID_COMMON_NAME: &str = "2.5.4.3";
const OID_SERIAL_NUMBER: &str = "2.5.4.5";

/// Attribute names as OpenSSL spells them, because xmlsec1 looks them up there: `serialNumber=` is silent where
/// `SERIALNUMBER=` is logged as unknown (facts/sweden.md §2).
const ATTRIBUTE_NAMES: &[(&str, &str)] = &[
    (OID_COMMON_NAME, "CN"),
    ("2.5.4.4", "SN"),
    (OID_SERIAL_NUMBER, "serialNumber"),
    ("2.5.4.6", "C"),
    ("2.5.4.7", "L"),
    ("2.5.4.8", "ST"),
    ("2.5.4.9", "street"),
    ("2.5.4.10", "O"),
    ("2.5.4.11", "OU"),
    ("2.5.4.12", "title"),
    ("2.5.4.42", "GN"),
    ("2.5.4.97", "organizationIdentifier"),
    ("0.9.2342.19200300.100.1.1", "UID"),
    ("0.9.2342.19200300.100.1.25", "DC"),
    ("1.2.840.113549.1.9.1", "emailAddress"),
];

/// A certificate, read once. Its `Debug` shows what [`Certificate::shown_subject`] shows.
#[derive(Clone, PartialEq, Eq)]
pub struct Certificate {
    der: Vec<u8>,
    base64: String,
    sha256: Sha256,
    subject: String,
    issuer: String,
    common_name: Option<String>,
    serial_number: Option<String>,
    valid: std::ops::RangeInclusive<i64>, // Seconds since 1970, UTC.
    algorithm: Algorithm,
    public_key: Vec<u8>,
    subject_is_person: bool,
    issuer_is_person: bool,
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate")
            .field("subject", &self.shown_subject())
            .field("sha256", &crate::disk::hex(&self.sha256))
            .finish_non_exhaustive()
    }
}

impl Certificate {
    /// Reads a certificate.
    ///
    /// # Errors
    /// [`Error::Certificate`]: not DER of an X.509 certificate; [`Error::CertificateKey`]: a kind of key that is not
    /// supported.
    pub fn from_der(der: &[u8]) -> Result<Self, Error> {
        let x509 = X509::from_der(der).map_err(|e| Error::Certificate(e.to_string()))?;
        let tbs = x509.tbs_certificate();
        let spki = tbs.subject_public_key_info();
        let algorithm = algorithm(&spki.algorithm)?;
        let public_key = spki.subject_public_key.as_bytes().unwrap_or_default();
        let text = |oid| {
            tbs.subject()
                .iter()
                .find(|a| a.oid.to_string() == oid)
                .map(|a| String::from_utf8_lossy(a.value.value()).into_owned())
        };
        let seconds = |time: x509_cert::time::Time| {
            i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX)
        };
        Ok(Self {
            der: der.to_vec(),
            base64: base64_simd::STANDARD.encode_to_string(der),
            sha256: sha256(der),
            subject: subject(tbs.subject())?,
            issuer: subject(tbs.issuer())?,
            common_name: text(OID_COMMON_NAME),
            serial_number: text(OID_SERIAL_NUMBER),
            valid: seconds(tbs.validity().not_before)..=seconds(tbs.validity().not_after),
            algorithm,
            public_key: public_key.to_vec(),
            subject_is_person: person::is_named(tbs.subject()),
            issuer_is_person: person::is_named(tbs.issuer()),
        })
    }

    /// As it was read.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// In one line.
    pub fn base64(&self) -> &str {
        &self.base64
    }

    /// Of the DER.
    pub fn sha256(&self) -> Sha256 {
        self.sha256
    }

    /// RFC 4514 form: most specific part first, `CN=…,serialNumber=…,O=…,C=SE`. It may name a person: people are told
    /// [`Certificate::shown_subject`].
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// Who issued it, in the form of [`Certificate::subject`]. Nothing is verified by that.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The subject, unless it is a person: for whatever people and programs read.
    pub fn shown_subject(&self) -> &str {
        shown(&self.subject, self.subject_is_person)
    }

    /// The issuer, unless it is a person.
    pub fn shown_issuer(&self) -> &str {
        shown(&self.issuer, self.issuer_is_person)
    }

    /// First and last second of its validity.
    pub fn validity(&self) -> (Timestamp, Timestamp) {
        let time = |second: i64| Timestamp::from_second(second).unwrap_or(Timestamp::MAX);
        (time(*self.valid.start()), time(*self.valid.end()))
    }

    /// What its key signs with.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The subject's serial number, where Swedish organisation certificates hold the organisation number.
    pub fn serial_number(&self) -> Option<&str> {
        self.serial_number.as_deref()
    }

    /// The organisation number in the subject's serial number: 16 and ten more digits, of which the third is 2 or more
    /// (below, they are a sole trader's person number).
    pub fn organisation(&self) -> Option<&str> {
        let number = self.serial_number().filter(|_| !self.subject_is_person)?;
        let is_one = number.len() == 12
            && number.starts_with("16")
            && number.bytes().all(|b| b.is_ascii_digit());
        is_one.then_some(number)
    }

    /// True when the common name says that it is a development key.
    pub fn is_development(&self) -> bool {
        let name = self.common_name.as_deref();
        name.is_some_and(|name| name.starts_with(super::development::COMMON_NAME))
    }

    /// Checks that it is valid at the end of the batch date (23:59:59 UTC): mail made on a day is delivered on that
    /// day, and receivers look at the dates too (facts/sweden.md §2).
    ///
    /// # Errors
    /// [`Error::CertificateDate`].
    pub fn check_date(&self, date: Date) -> Result<(), Error> {
        let end_of_day = date.at(23, 59, 59, 0).to_zoned(TimeZone::UTC);
        let second = end_of_day.map_or(i64::MAX, |zoned| zoned.timestamp().as_second());
        if self.valid.contains(&second) {
            return Ok(());
        }
        let text = |second: i64| {
            jiff::Timestamp::from_second(second).map_or_else(|_| "?".into(), |t| t.to_string())
        };
        Err(Error::CertificateDate {
            subject: self.shown_subject().to_owned(),
            state: if second < *self.valid.start() {
                "not yet valid"
            } else {
                "expired"
            },
            date,
            not_before: text(*self.valid.start()),
            not_after: text(*self.valid.end()),
        })
    }

    /// Checks a signature that its key should have made.
    ///
    /// # Errors
    /// [`Error::Verification`].
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), Error> {
        let algorithm: &'static dyn VerificationAlgorithm = match self.algorithm {
            Algorithm::RsaSha256 => &RSA_PKCS1_2048_8192_SHA256,
            Algorithm::EcdsaP256Sha256 => &ECDSA_P256_SHA256_ASN1,
            Algorithm::Ed25519 => &ED25519,
        };
        self.verify_as(algorithm, message, signature)
    }

    /// Checks a signature of any algorithm that ring knows, weak ones too: only for reading what others made.
    pub(super) fn verify_as(
        &self,
        algorithm: &'static dyn VerificationAlgorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), Error> {
        UnparsedPublicKey::new(algorithm, &self.public_key)
            .verify(message, signature)
            .map_err(|_| Error::Verification)
    }

    /// The bits of the subject's public key, as ring gives those of a key pair.
    pub(super) fn public_key(&self) -> &[u8] {
        &self.public_key
    }

    /// Bits of the modulus of an RSA key.
    pub fn rsa_bits(&self) -> Option<usize> {
        (self.algorithm == Algorithm::RsaSha256).then(|| rsa_modulus_bits(&self.public_key))?
    }
}

fn shown(name: &str, is_person: bool) -> &str {
    if is_person { person::SHOWN } else { name }
}

fn algorithm(id: &x509_cert::spki::AlgorithmIdentifierOwned) -> Result<Algorithm, Error> {
    let parameters = id.parameters.as_ref();
    let curve = parameters.and_then(|p| p.decode_as::<ObjectIdentifier>().ok());
    match (id.oid, curve) {
        (OID_RSA, _) => Ok(Algorithm::RsaSha256),
        (OID_EC, Some(OID_P256)) => Ok(Algorithm::EcdsaP256Sha256),
        (OID_ED25519, _) => Ok(Algorithm::Ed25519),
        (other, curve) => Err(Error::CertificateKey {
            kind: kind::name(other, curve),
        }),
    }
}

/// RFC 8017 appendix A.1.1: SEQUENCE { modulus, publicExponent }.
fn rsa_modulus_bits(public_key: &[u8]) -> Option<usize> {
    let mut reader = SliceReader::new(public_key).ok()?;
    let modulus: x509_cert::der::Result<Vec<u8>> = reader.sequence(|inner| {
        let modulus = UintRef::decode(inner)?.as_bytes().to_vec();
        UintRef::decode(inner)?;
        Ok(modulus)
    });
    bits(&modulus.ok()?)
}

/// Bits of a number.
pub(super) fn bits(number: &[u8]) -> Option<usize> {
    let leading = number.first()?.leading_zeros() as usize;
    Some(number.len() * 8 - leading)
}

fn subject(name: &x509_cert::name::Name) -> Result<String, Error> {
    let parts: Vec<String> = name
        .iter_rdn()
        .map(|rdn| {
            let attributes: Result<Vec<String>, Error> = rdn.iter().map(attribute).collect();
            Ok(attributes?.join("+"))
        })
        .collect::<Result<_, Error>>()?;
    Ok(parts.into_iter().rev().collect::<Vec<_>>().join(","))
}

/// x509-cert escapes the value as RFC 4514 asks; it writes all names in capitals, so they are set here.
fn attribute(attribute: &AttributeTypeAndValue) -> Result<String, Error> {
    let oid = attribute.oid.to_string();
    let known = ATTRIBUTE_NAMES.iter().find(|(known, _)| *known == oid);
    let text = attribute.to_string();
    match (known, text.split_once('=')) {
        (Some((_, name)), Some((_, value))) if !value.starts_with('#') => {
            Ok(format!("{name}={value}"))
        }
        _ => {
            let value = attribute.value.to_der();
            let value = value.map_err(|e| Error::Certificate(e.to_string()))?;
            Ok(format!("{oid}=#{}", crate::disk::hex(&value)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(params: impl FnOnce(&mut rcgen::CertificateParams)) -> Vec<u8> {
        let key = rcgen::KeyPair::generate().unwrap();
        let mut certificate = rcgen::CertificateParams::new(Vec::new()).unwrap();
        certificate.not_before = rcgen::date_time_ymd(2020, 1, 1);
        certificate.not_after = rcgen::date_time_ymd(2026, 11, 23);
        params(&mut certificate);
        certificate.self_signed(&key).unwrap().der().to_vec()
    }

    fn named(pairs: &[(rcgen::DnType, &str)]) -> String {
        let der = made(|p| {
            p.distinguished_name = rcgen::DistinguishedName::new();
            for (kind, value) in pairs {
                p.distinguished_name.push(kind.clone(), *value);
            }
        });
        Certificate::from_der(&der).unwrap().subject().to_owned()
    }

    #[test]
    fn a_subject_is_written_most_specific_part_first_and_escaped() {
        use rcgen::DnType::{CommonName, CountryName, CustomDnType, OrganizationName};
        let name = named(&[
            (CountryName, "SE"),
            (OrganizationName, "Kommun A, \"norra\" + <södra>"),
            (CustomDnType(vec![2, 5, 4, 5]), "162021004748"),
            (CommonName, " #Kommun A"),
        ]);
        assert_eq!(
            name,
            "CN=\\ #Kommun A,serialNumber=162021004748,O=Kommun A\\, \\\"norra\\\" \\+ \\<södra\\>,C=SE"
        );
        assert_eq!(
            named(&[(CustomDnType(vec![1, 2, 3, 4]), "x")]),
            "1.2.3.4=#0c0178"
        );
    }

    #[test]
    fn a_certificate_is_valid_at_the_end_of_the_batch_date() {
        let certificate = Certificate::from_der(&made(|_| {})).unwrap();
        let on = |y, m, d| certificate.check_date(Date::constant(y, m, d));
        assert!(on(2020, 1, 1).is_ok());
        assert!(on(2026, 11, 22).is_ok()); // Its last second is 2026-11-23T00:00:00Z.
        let late = on(2026, 11, 23).unwrap_err().to_string();
        assert!(
            late.contains("expired on the batch date 2026-11-23"),
            "{late}"
        );
        let early = on(2019, 12, 31).unwrap_err().to_string();
        assert!(early.contains("not yet valid"), "{early}");
        assert!(on(9999, 12, 31).is_err());
        assert!(on(-9999, 1, 1).is_err());
    }

    #[test]
    fn what_is_no_certificate_is_refused() {
        assert!(Certificate::from_der(b"").is_err());
        assert!(Certificate::from_der(b"-----BEGIN CERTIFICATE-----").is_err());
        let der = made(|_| {});
        for end in 0..der.len() {
            assert!(Certificate::from_der(&der[..end]).is_err(), "{end} bytes");
        }
    }
}
