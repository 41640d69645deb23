//! The kind of PDF that the parts of a spool are: its version, how its objects are found, and PDF/VT-1.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::icc::{OutputProfile, PROFILE_BYTES_MAX};
use super::options::{Options, OptionsError};
use crate::preflight::Target;

/// Characters of what a printing condition is called.
const CONDITION_CHARS_MAX: usize = 127;
/// Our own profile, and what is said of both.
const SRGB_BYTES_MAX: u64 = 8_192;

/// The kind of PDF that a part is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Flavour {
    /// PDF 1.6.
    #[default]
    #[serde(rename = "pdf-1.6")]
    Pdf16,
    /// PDF 1.5, for old printers: nothing in it is newer.
    #[serde(rename = "pdf-1.5")]
    Pdf15,
    /// PDF/VT-1 (ISO 16612-2) on PDF/X-4 (ISO 15930-7): a tree of document parts says what belongs to which piece.
    #[serde(rename = "pdf-vt-1")]
    PdfVt1,
}

impl Flavour {
    /// The version in the head of the file.
    pub(super) fn version(self) -> &'static str {
        match self {
            Self::Pdf15 => "1.5",
            Self::Pdf16 | Self::PdfVt1 => "1.6",
        }
    }

    /// Whether it is PDF/VT-1.
    pub(super) fn is_vt(self) -> bool {
        self == Self::PdfVt1
    }
}

/// How the objects of a part are found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Xref {
    /// A table as PDF has had it from the beginning; every reader takes it.
    #[default]
    Table,
    /// A cross-reference stream.
    Stream,
    /// A cross-reference stream, and small objects packed together in object streams.
    ObjectStreams,
}

/// Both, as the writer of a part needs them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Form {
    pub(super) flavour: Flavour,
    pub(super) xref: Xref,
    /// What profiles take in each part, at most.
    pub(super) profiles_bytes: u64,
}

/// What PDF/VT-1 must say of the printing condition.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PdfVt {
    /// An ICC profile of class `prtr` for grey, RGB or CMYK.
    pub output_profile: PathBuf,
    /// Its `OutputConditionIdentifier`, such as `FOGRA51`.
    pub output_condition: String,
    /// Where that name is registered, such as `http://www.color.org`.
    #[serde(default)]
    pub output_registry: Option<String>,
    /// The profile, once [`Options::load`] has read it.
    #[serde(skip)]
    pub(super) profile: Option<Arc<OutputProfile>>,
}

impl Options {
    /// Reads the files that the profile names; `at` says where a path leads. Gives their bytes.
    ///
    /// # Errors
    /// A file that cannot be read, or is no profile of a printer.
    pub fn load(&mut self, at: impl Fn(&Path) -> PathBuf) -> Result<Vec<u8>, OptionsError> {
        let Some(vt) = self.pdf_vt.as_mut().filter(|_| self.pdf_flavour.is_vt()) else {
            return Ok(Vec::new());
        };
        let path = at(&vt.output_profile);
        let fault = |what: String| OptionsError {
            field: "pdf_vt.output_profile",
            found: format!("`{}`: {what}", path.display()),
            allowed: "an ICC profile of class `prtr` for grey, RGB or CMYK, at most 8 MiB",
        };
        let bytes = fs::metadata(&path)
            .and_then(|about| match about.len() <= PROFILE_BYTES_MAX {
                true => fs::read(&path),
                false => Err(std::io::Error::other(format!("{} bytes", about.len()))),
            })
            .map_err(|error| fault(error.to_string()))?;
        let profile = OutputProfile::read(bytes.clone()).map_err(|what| fault(what.into()))?;
        vt.profile = Some(Arc::new(profile));
        Ok(bytes)
    }

    /// What kind of file pages are put into, for the rules of given PDFs.
    pub fn target(&self) -> Target {
        match self.pdf_flavour {
            Flavour::Pdf16 => Target::Pdf16,
            Flavour::Pdf15 => Target::Pdf15,
            // Without its profile nothing is written: `check_loaded`.
            Flavour::PdfVt1 => self
                .profile()
                .map_or(Target::Pdf16, |profile| Target::PdfX4 {
                    inks: profile.inks,
                    profile: profile.sha256,
                }),
        }
    }

    /// The profile of the printing condition, for PDF/VT-1.
    pub(super) fn profile(&self) -> Option<&Arc<OutputProfile>> {
        let vt = self.pdf_vt.as_ref().filter(|_| self.pdf_flavour.is_vt())?;
        vt.profile.as_ref()
    }

    /// The same for letters that each become a PDF of their own ([`Binder`](super::Binder)): PDF 1.6, whatever the parts of
    /// a spool would be.
    pub fn bound(&self) -> Self {
        Self {
            pdf_flavour: Flavour::Pdf16,
            ..self.clone()
        }
    }

    pub(super) fn form(&self) -> Form {
        Form {
            flavour: self.pdf_flavour,
            xref: self.pdf_xref,
            profiles_bytes: self.profile().map_or(0, |profile| {
                let len = profile.bytes.len() as u64;
                len + len / 64 + SRGB_BYTES_MAX
            }),
        }
    }

    /// Whether what is said of the flavour can be written.
    pub(super) fn check_flavour(
        &self,
        ask: &mut impl FnMut(bool, &'static str, String, &'static str),
    ) {
        let named = self.pdf_vt.as_ref();
        ask(
            !self.pdf_flavour.is_vt() || named.is_some(),
            "pdf_flavour",
            "pdf-vt-1".into(),
            "another one, or a printing condition in [print.pdf_vt]",
        );
        let texts = named.into_iter().flat_map(|vt| {
            let registry = vt.output_registry.iter().map(String::as_str);
            registry.chain([vt.output_condition.as_str()])
        });
        for text in texts {
            let good = |c: char| c.is_ascii_graphic() || c == ' ';
            ask(
                !text.trim().is_empty()
                    && text.len() <= CONDITION_CHARS_MAX
                    && text.chars().all(good),
                "pdf_vt",
                format!("a text of {} bytes", text.len()),
                "a name of 1 to 127 ASCII characters",
            );
        }
    }

    /// Whether all that is written can be: the files were read.
    ///
    /// # Errors
    /// PDF/VT-1 without its profile.
    pub(super) fn check_loaded(&self) -> Result<(), OptionsError> {
        match self.pdf_flavour.is_vt() && self.profile().is_none() {
            true => Err(OptionsError {
                field: "pdf_vt.output_profile",
                found: "not read".into(),
                allowed: "a profile that was read before",
            }),
            false => Ok(()),
        }
    }
}
