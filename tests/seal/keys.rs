//! Keys and certificates, most of them made by openssl.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

use jiff::civil::{Date, date};
use lettermill::bundle::mina_meddelanden as mm;
use lettermill::disk::{hex, sha256};
use lettermill::letter::*;
use lettermill::sign::{self, Algorithm, Certificate, KeyFiles, Password, Signer};

use proptest::prelude::*;

use crate::common::*;

/// A folder with keys and certificates made by openssl.
fn key_folder() -> Option<tempfile::TempDir> {
    if !has("openssl") {
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    openssl(
        at,
        "genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out rsa.pem",
    );
    openssl(
        at,
        "genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ec.pem",
    );
    openssl(at, "genpkey -algorithm ED25519 -out ed.pem");
    for name in ["rsa", "ec", "ed"] {
        openssl(
            at,
            &format!(
                "req -x509 -new -key {name}.pem -days 3650 -subj /C=SE/O=Kommun~A/serialNumber={SENDER}/CN=Kommun~A -out {name}.crt"
            ),
        );
    }
    Some(folder)
}

/// Today, which openssl writes into the certificates it makes.
fn today() -> Date {
    jiff::Timestamp::now()
        .to_zoned(jiff::tz::TimeZone::UTC)
        .date()
}

fn load(
    folder: &Path,
    key: &str,
    certificate: Option<&str>,
    password: Option<&str>,
) -> Result<Signer, sign::Error> {
    let key = folder.join(key);
    if key.exists() {
        keep_private(&key);
    }
    let files = KeyFiles {
        key,
        certificate: certificate.map(|c| folder.join(c)),
        password: password.map(|p| Password::new(p.to_owned())),
    };
    Signer::load(&files, today())
}

#[test]
fn keys_in_all_forms_sign_what_openssl_verifies() {
    let Some(folder) = key_folder() else { return };
    let at = folder.path();
    for name in ["rsa", "ec", "ed"] {
        openssl(
            at,
            &format!("pkcs8 -topk8 -nocrypt -in {name}.pem -outform DER -out {name}.der"),
        );
        openssl(
            at,
            &format!("pkcs8 -topk8 -in {name}.pem -passout pass:hemligt -out {name}.enc.pem"),
        );
        openssl(
            at,
            &format!(
                "pkcs8 -topk8 -in {name}.pem -passout pass:hemligt -outform DER -out {name}.enc.der"
            ),
        );
        openssl(
            at,
            &format!(
                "pkcs8 -topk8 -scrypt -in {name}.pem -passout pass:hemligt -out {name}.scrypt.pem"
            ),
        );
        openssl(
            at,
            &format!("x509 -in {name}.crt -outform DER -out {name}.crt.der"),
        );
        openssl(
            at,
            &format!(
                "pkcs12 -export -inkey {name}.pem -in {name}.crt -name kommun -passout pass:hemligt -out {name}.p12"
            ),
        );
        openssl(
            at,
            &format!("x509 -in {name}.crt -pubkey -noout -out {name}.pub"),
        );
        let both = [
            fs::read(at.join(format!("{name}.pem"))).unwrap(),
            fs::read(at.join(format!("{name}.crt"))).unwrap(),
        ];
        fs::write(at.join(format!("{name}.both.pem")), both.concat()).unwrap();
    }
    openssl(at, "rsa -in rsa.pem -traditional -out rsa.pkcs1.pem");
    openssl(
        at,
        "rsa -in rsa.pem -traditional -outform DER -out rsa.pkcs1.der",
    );
    openssl(
        at,
        "pkcs12 -export -legacy -inkey rsa.pem -in rsa.crt -passout pass:hemligt -out rsa.legacy.p12",
    );
    let crt = Some("crt");
    let mut forms = vec![
        ("rsa", "rsa.pkcs1.pem".to_owned(), crt, None),
        ("rsa", "rsa.pkcs1.der".to_owned(), crt, None),
        ("rsa", "rsa.legacy.p12".to_owned(), None, Some("hemligt")),
    ];
    for name in ["rsa", "ec", "ed"] {
        let file = |end: &str| format!("{name}.{end}");
        forms.extend([
            (name, file("pem"), crt, None),
            (name, file("der"), Some("crt.der"), None),
            (name, file("enc.pem"), crt, Some("hemligt")),
            (name, file("enc.der"), crt, Some("hemligt")),
            (name, file("scrypt.pem"), crt, Some("hemligt")),
            (name, file("p12"), None, Some("hemligt")),
            (name, file("p12"), crt, Some("hemligt")),
            (name, file("both.pem"), None, None),
        ]);
    }
    fs::write(at.join("message"), b"a message").unwrap();
    for (name, key, certificate, password) in forms {
        let certificate = certificate.map(|end| format!("{name}.{end}"));
        let signer = load(at, &key, certificate.as_deref(), password);
        let signer = signer.unwrap_or_else(|e| panic!("{key}: {e}"));
        let algorithm = match name {
            "rsa" => Algorithm::RsaSha256,
            "ec" => Algorithm::EcdsaP256Sha256,
            _ => Algorithm::Ed25519,
        };
        assert_eq!(signer.algorithm(), algorithm);
        assert_eq!(Algorithm::from_name(algorithm.name()), Some(algorithm));
        assert_eq!(
            signer.certificate().subject(),
            format!("CN=Kommun A,serialNumber={SENDER},O=Kommun A,C=SE")
        );
        assert_eq!(signer.certificate().serial_number(), Some(SENDER));
        assert!(!signer.is_development());
        signer.check_environment(Environment::Production).unwrap();
        let signature = signer.sign(b"a message").unwrap();
        fs::write(at.join("signature"), &signature).unwrap();
        match algorithm {
            Algorithm::Ed25519 => openssl(
                at,
                "pkeyutl -verify -pubin -inkey ed.pub -rawin -in message -sigfile signature",
            ),
            _ => openssl(
                at,
                &format!("dgst -sha256 -verify {name}.pub -signature signature message"),
            ),
        }
        let der = signer.certificate_der();
        let certificate = Certificate::from_der(der).unwrap();
        certificate.verify(b"a message", &signature).unwrap();
        assert!(certificate.verify(b"another", &signature).is_err());
        assert_eq!(hex(&sha256(der)), hex(&signer.certificate_sha256()));
    }
}

#[test]
fn mina_meddelanden_needs_rsa() {
    let Some(folder) = key_folder() else { return };
    for name in ["ec", "ed"] {
        let signer = load(
            folder.path(),
            &format!("{name}.pem"),
            Some(&format!("{name}.crt")),
            None,
        );
        let other = Arc::new(signer.unwrap());
        let sealer = mm::Sealer::new(
            mm::Options::default(),
            Arc::clone(&other),
            other,
            &header(),
            DAY,
        );
        let error = sealer.unwrap_err().to_string();
        assert!(error.contains("XML signatures need an RSA key"), "{error}");
    }
}

#[test]
fn a_key_of_openssl_seals_what_xmlsec1_verifies() {
    let Some(folder) = key_folder() else { return };
    let signer = Arc::new(load(folder.path(), "rsa.pem", Some("rsa.crt"), None).unwrap());
    let sealer = mm::Sealer::new(
        mm::Options::default(),
        Arc::clone(&signer),
        relay(),
        &header(),
        DAY,
    );
    let sealed = seal(&sealer.unwrap(), &letter("L-1"));
    if has("xmlsec1") {
        let document = renamed_back(&sealed.bytes);
        assert!(xmlsec1_verifies(&document));
        assert!(xmlsec1_verifies(&signed_delivery(&document)));
    }
}

#[test]
fn keys_that_must_not_be_used_are_refused() {
    let Some(folder) = key_folder() else { return };
    let at = folder.path();
    let said = |key: &str, certificate: Option<&str>, password: Option<&str>| {
        let error = load(at, key, certificate, password).unwrap_err();
        let said = error.to_string();
        assert!(!said.contains("hemligt"));
        said
    };
    // Of others.
    for mode in [0o640, 0o604, 0o660, 0o601] {
        load(at, "rsa.pem", Some("rsa.crt"), None).unwrap();
        let path = at.join("rsa.pem");
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let files = KeyFiles {
            key: path,
            certificate: Some(at.join("rsa.crt")),
            password: None,
        };
        let error = Signer::load(&files, today()).unwrap_err().to_string();
        assert!(
            error.contains("chmod 600") && error.contains(&format!("{mode:03o}")),
            "{error}"
        );
    }
    // Of another certificate, of the same and of another kind.
    openssl(
        at,
        "genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out other.pem",
    );
    assert!(said("other.pem", Some("rsa.crt"), None).contains("does not belong to"));
    assert!(said("ed.pem", Some("ec.crt"), None).contains("does not belong to"));
    // Too small, or of a kind or form not supported.
    openssl(
        at,
        "genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:1024 -out small.pem",
    );
    openssl(
        at,
        "req -x509 -new -key small.pem -days 3 -subj /CN=Liten -out small.crt",
    );
    let allowed = "RSA of 2048, 3072 or 4096 bits, ECDSA P-256 or Ed25519, is needed";
    let small = said("small.pem", Some("small.crt"), None);
    assert!(
        small.contains("an RSA key of 1024 bits") && small.contains(allowed),
        "{small}"
    );
    // ring signs with primes of whole 512 bits only.
    for bits in [2304, 2560] {
        openssl(
            at,
            &format!("genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:{bits} -out odd.pem"),
        );
        openssl(at, "rsa -in odd.pem -traditional -out odd.pkcs1.pem");
        for name in ["odd.pem", "odd.pkcs1.pem"] {
            let odd = said(name, Some("rsa.crt"), None);
            assert!(odd.contains(&format!("an RSA key of {bits} bits")), "{odd}");
            assert!(odd.contains(allowed), "{odd}");
        }
    }
    openssl(
        at,
        "genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_keygen_pubexp:3 -out three.pem",
    );
    assert!(said("three.pem", Some("rsa.crt"), None).contains("public exponent below 65537"));
    for (curve, name) in [
        ("P-384", "ECDSA P-384"),
        ("P-521", "ECDSA P-521"),
        ("secp256k1", "ECDSA secp256k1"),
    ] {
        openssl(
            at,
            &format!(
                "genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:{curve} -out curve.pem"
            ),
        );
        let curve = said("curve.pem", Some("ec.crt"), None);
        assert!(
            curve.contains(&format!("a key of another kind, {name};")),
            "{curve}"
        );
        assert!(curve.contains(allowed), "{curve}");
    }
    openssl(at, "ec -in ec.pem -out sec1.pem");
    assert!(said("sec1.pem", Some("ec.crt"), None).contains("SEC 1"));
    openssl(at, "ec -in ec.pem -outform DER -out sec1.der");
    assert!(said("sec1.der", Some("ec.crt"), None).contains("SEC 1"));
    openssl(
        at,
        "rsa -in rsa.pem -traditional -aes128 -passout pass:hemligt -out old.pem",
    );
    assert!(said("old.pem", Some("rsa.crt"), Some("hemligt")).contains("openssl pkcs8 -topk8"));
    // Passwords.
    openssl(
        at,
        "pkcs8 -topk8 -in rsa.pem -passout pass:hemligt -out enc.pem",
    );
    openssl(
        at,
        "pkcs12 -export -inkey rsa.pem -in rsa.crt -passout pass:hemligt -out rsa.p12",
    );
    assert!(said("enc.pem", Some("rsa.crt"), None).contains("no password"));
    assert!(said("enc.pem", Some("rsa.crt"), Some("fel")).contains("wrong password"));
    assert!(said("rsa.p12", None, None).contains("no password"));
    assert!(said("rsa.p12", None, Some("fel")).contains("wrong password"));
    // No key, no certificate, nothing.
    assert!(said("rsa.crt", None, None).contains("no private key"));
    assert!(said("rsa.pem", None, None).contains("no certificate"));
    assert!(said("missing.pem", None, None).contains("No such file"));
    fs::write(at.join("noise"), [0x30; 100]).unwrap();
    assert!(said("noise", None, None).contains("is needed"));
    fs::write(at.join("empty"), b"").unwrap();
    assert!(said("empty", None, None).contains("not a private key"));
    fs::write(
        at.join("cut.pem"),
        &fs::read(at.join("rsa.pem")).unwrap()[..900],
    )
    .unwrap();
    assert!(said("cut.pem", None, None).contains("no end"));
    let two = [
        fs::read(at.join("rsa.pem")).unwrap(),
        fs::read(at.join("ec.pem")).unwrap(),
    ];
    fs::write(at.join("two.pem"), two.concat()).unwrap();
    assert!(said("two.pem", Some("rsa.crt"), None).contains("more than one"));
    assert!(said("other.pem", Some("noise"), None).contains("certificate file"));
    fs::write(at.join("large.pem"), vec![b'x'; (1 << 20) + 1]).unwrap();
    assert!(said("large.pem", None, None).contains("at most 1048576"));
}

#[test]
fn trusted_certificates_of_a_kind_not_known_are_left_out() {
    let Some(folder) = key_folder() else { return };
    let at = folder.path();
    openssl(
        at,
        "genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out p384.pem",
    );
    openssl(
        at,
        "req -x509 -new -key p384.pem -days 3650 -subj /CN=Rot -out p384.crt",
    );
    let read = |names: &[&str]| {
        let pem: Vec<u8> = names
            .iter()
            .flat_map(|n| fs::read(at.join(n)).unwrap())
            .collect();
        fs::write(at.join("trusted.pem"), pem).unwrap();
        sign::read_certificates(&at.join("trusted.pem"))
    };
    let found = read(&["p384.crt", "rsa.crt", "ed.crt"]).unwrap();
    let kinds: Vec<_> = found.iter().map(sign::Certificate::algorithm).collect();
    assert_eq!(kinds, [Algorithm::RsaSha256, Algorithm::Ed25519]);
    let none = read(&["p384.crt", "p384.crt"]).unwrap_err().to_string();
    let both = "certificate 1: its key is ECDSA P-384; RSA, ECDSA P-256 and Ed25519 are supported; certificate 2: its";
    assert!(none.contains(both), "{none}");
    fs::write(
        at.join("noise.crt"),
        "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n",
    )
    .unwrap();
    let noise = read(&["rsa.crt", "noise.crt"]).unwrap_err().to_string();
    assert!(
        noise.contains("certificate 2: not a usable certificate"),
        "{noise}"
    );
}

#[test]
fn nothing_of_a_person_is_shown_of_a_certificate() {
    let Some(folder) = key_folder() else { return };
    let at = folder.path();
    for (subject, hidden) in [
        ("/C=SE/GN=Ada/SN=Exempel/CN=Ada~Exempel", "Exempel"),
        ("/C=SE/serialNumber=181501019806/CN=Ada", "181501019806"),
        ("/C=SE/serialNumber=150101-9806/CN=Ada", "150101-9806"),
        ("/C=SE/serialNumber=1501019806/CN=Ada", "1501019806"),
        ("/C=SE/serialNumber=161501019806/CN=Ada", "161501019806"),
        ("/C=SE/CN=Ada~181501019806", "181501019806"),
        ("/C=DK/serialNumber=PNODK-0101904242/CN=Ada", "0101904242"),
        ("/C=DK/serialNumber=CVR:34051178-RID:12345678/CN=Ada", "Ada"),
    ] {
        openssl(
            at,
            &format!("req -x509 -new -key rsa.pem -days 1 -subj {subject} -out person.crt"),
        );
        let signer = load(at, "rsa.pem", Some("person.crt"), None).unwrap();
        let certificate = signer.certificate();
        assert_eq!(
            certificate.shown_subject(),
            "a person (not shown)",
            "{subject}"
        );
        assert_eq!(
            certificate.shown_issuer(),
            "a person (not shown)",
            "{subject}"
        );
        let files = KeyFiles {
            key: at.join("rsa.pem"),
            certificate: Some(at.join("person.crt")),
            password: None,
        };
        let late = Signer::load(&files, date(2199, 1, 1)).unwrap_err();
        for said in [
            format!("{certificate:?}"),
            format!("{signer:?}"),
            format!("{late} {late:?}"),
        ] {
            assert!(said.contains("a person (not shown)"), "{said}");
            assert!(!said.contains(hidden), "{said}");
        }
    }
    let organisation = load(at, "rsa.pem", Some("rsa.crt"), None).unwrap();
    assert_eq!(
        organisation.shown_subject(),
        format!("CN=Kommun A,serialNumber={SENDER},O=Kommun A,C=SE")
    );
    assert_eq!(organisation.certificate().organisation(), Some(SENDER));
}

#[test]
fn a_certificate_outside_its_dates_is_refused() {
    let Some(folder) = key_folder() else { return };
    let at = folder.path();
    load(at, "rsa.pem", Some("rsa.crt"), None).unwrap();
    let on = |date| {
        let files = KeyFiles {
            key: at.join("rsa.pem"),
            certificate: Some(at.join("rsa.crt")),
            password: None,
        };
        Signer::load(&files, date).unwrap_err().to_string()
    };
    assert!(on(date(1999, 1, 1)).contains("not yet valid on the batch date 1999-01-01"));
    assert!(on(date(2199, 1, 1)).contains("expired on the batch date 2199-01-01"));
}

#[test]
fn a_certificate_file_may_hold_a_chain_in_any_order() {
    let Some(folder) = key_folder() else { return };
    let at = folder.path();
    let chain = ["ec.crt", "rsa.crt"].map(|name| fs::read(at.join(name)).unwrap());
    fs::write(at.join("chain.crt"), chain.concat()).unwrap();
    let signer = load(at, "rsa.pem", Some("chain.crt"), None).unwrap();
    let alone = load(at, "rsa.pem", Some("rsa.crt"), None).unwrap();
    assert_eq!(signer.certificate_der(), alone.certificate_der());
}

#[test]
fn the_development_key_is_made_once_and_named_as_such() {
    let folder = tempfile::tempdir().unwrap();
    let keys = folder.path().join("home/keys");
    let made: Vec<Vec<u8>> = std::thread::scope(|scope| {
        let make = || {
            let signer = Signer::development(&keys, SENDER, "Kommun A").unwrap();
            signer.certificate_der().to_vec()
        };
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(make)).collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    });
    assert!(made.iter().all(|der| *der == made[0]));
    let names: Vec<_> = fs::read_dir(&keys)
        .unwrap()
        .map(|e| e.unwrap().file_name())
        .collect();
    assert_eq!(names, [format!("development-{SENDER}.pem").as_str()]);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&keys), mode(&keys.join(&names[0]))), (0o700, 0o600));

    let signer = Signer::development(&keys, SENDER, "Kommun A").unwrap();
    assert_eq!(signer.certificate_der(), made[0]);
    assert!(signer.is_development());
    assert_eq!(
        signer.certificate().subject(),
        format!("CN=DEVELOPMENT KEY - NOT FOR PRODUCTION,serialNumber={SENDER},O=Kommun A")
    );
    signer.check_environment(Environment::Test).unwrap();
    let refused = signer.check_environment(Environment::Production);
    assert!(matches!(refused, Err(sign::Error::DevelopmentInProduction)));
    signer.certificate().check_date(date(2020, 1, 1)).unwrap();
    signer.certificate().check_date(date(2044, 12, 31)).unwrap();
    // Named in the job file, it is still what it is.
    let files = KeyFiles {
        key: keys.join(&names[0]),
        certificate: None,
        password: None,
    };
    assert!(Signer::load(&files, DAY).unwrap().is_development());
    let other = Signer::development(&keys, OPERATOR, "Kommun B").unwrap();
    assert_ne!(other.certificate_der(), made[0]);
}

#[test]
fn nothing_secret_is_shown() {
    let password = Password::new("hemligt".into());
    assert_eq!(format!("{password:?}"), "Password(masked)");
    let shown = format!("{:?} {:?}", signer(), sealer());
    assert!(shown.len() < 2000, "{shown}");
    let sealed = seal(&sealer(), &letter("L-1"));
    assert!(!format!("{sealed:?}").contains("181501019806"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn what_is_no_key_is_refused_without_a_panic(
        start in prop::sample::select(vec![
            &b""[..], b"\x30", b"\x30\x82\x04\xbd", b"\x30\x82\x01\x01\x02\x01\x00\x30", b"\x30\x10\x02\x01\x03", b"\x30\x10\x30",
            b"-----BEGIN ", b"-----BEGIN PRIVATE KEY-----\n", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        ]),
        noise in proptest::collection::vec(any::<u8>(), 0..300),
        end in prop::sample::select(vec!["", "\n-----END PRIVATE KEY-----", "-----END ", "-----"]),
    ) {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("key"), [start, &noise, end.as_bytes()].concat()).unwrap();
        prop_assert!(load(folder.path(), "key", None, Some("x")).is_err());
        prop_assert!(load(folder.path(), "key", Some("key"), None).is_err());
    }
}
