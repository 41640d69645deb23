//! The end of a part: letterhead, resources, catalog, cross-reference table.

use std::io;

use jiff::civil::Date;

use super::{
    CATALOG, FIRST_FREE, INFO, LETTERHEAD, LOGO, METADATA, OUTPUT_PROFILE, OWN_RESOURCES, PARTS,
    PartWriter, SRGB_DEFAULT, SRGB_PROFILE, xmp,
};
use crate::disk::{Sha256, hex};
use crate::letter::Colour;
use crate::spool::face::Faces;
use crate::spool::flavour::PdfVt;
use crate::spool::icc::{self, OutputProfile};
use crate::spool::prepare::deflate;
use crate::spool::sink::Sink;

/// Deflate level of profiles.
const DEFLATE_LEVEL: u8 = 6;

/// What is said of a part at its end.
pub(in crate::spool) struct Ending<'a> {
    /// Letterhead and logo in colour, or in black.
    pub(in crate::spool) colour: Colour,
    /// ISO 639-1 code of the language of all pages, if they have one.
    pub(in crate::spool) language: Option<&'a str>,
    /// Of the batch.
    pub(in crate::spool) date: Date,
    /// Of the file.
    pub(in crate::spool) id: &'a Sha256,
    /// What it says as PDF/VT-1.
    pub(in crate::spool) conformance: Option<Conformance<'a>>,
}

/// What a part says of itself as PDF/VT-1.
pub(in crate::spool) struct Conformance<'a> {
    /// ASCII.
    pub(in crate::spool) title: String,
    /// Metadata of the root of its document parts.
    pub(in crate::spool) metadata: String,
    /// The printing condition.
    pub(in crate::spool) condition: &'a PdfVt,
    /// And its profile.
    pub(in crate::spool) profile: &'a OutputProfile,
}

impl<S: Sink> PartWriter<S> {
    /// Writes the letterhead with its picture, if a page has it; gives what the resources of pages say of it.
    pub(super) fn letterhead(
        &mut self,
        faces: &Faces,
        colour: Colour,
        fonts: &str,
    ) -> io::Result<String> {
        let logo = faces.logo(colour).filter(|_| self.letterhead);
        let picture = match logo {
            Some(image) => {
                self.common_stream(LOGO, &image.entries, &image.data)?;
                format!("/XObject<</LG {LOGO} 0 R>>")
            }
            None => {
                self.common(LOGO, "null")?;
                String::new()
            }
        };
        if !self.letterhead {
            self.common(LETTERHEAD, "null")?;
            return Ok(String::new());
        }
        let colours = self.colours();
        let entries = format!(
            "/Filter/FlateDecode/Type/XObject/Subtype/Form/BBox[0 0 595.276 841.89]/Resources<</Font<<{fonts}>>{picture}{colours}>>"
        );
        self.common_stream(LETTERHEAD, &entries, faces.letterhead(colour))?;
        Ok(format!("/XObject<</LH {LETTERHEAD} 0 R>>"))
    }

    /// What resources of our own say of colours.
    fn colours(&self) -> &'static str {
        match self.form.flavour.is_vt() {
            true => SRGB_DEFAULT,
            false => "",
        }
    }

    pub(super) fn frame(&mut self, ending: &Ending<'_>, fonts: &str, form: &str) -> io::Result<()> {
        let colours = self.colours();
        let resources = format!("<</Font<<{fonts}>>{form}{colours}>>");
        self.common(OWN_RESOURCES, &resources)?;
        let root = self.close_tree()?;
        let conformance = ending.conformance.as_ref();
        let (info, metadata) = match conformance {
            Some(conformance) => (
                xmp::conforming_info(ending.date, conformance),
                xmp::conforming(ending.date, conformance, ending.id),
            ),
            None => {
                let day = ending.date.strftime("%Y%m%d");
                let info = format!("<</Producer(Lettermill)/CreationDate(D:{day})>>");
                (info, xmp::plain(ending.date))
            }
        };
        self.object(INFO, info.as_bytes())?;
        self.stream(METADATA, "/Type/Metadata/Subtype/XML", metadata.as_bytes())?;
        let standard = match conformance {
            Some(conformance) => self.conformance(conformance)?,
            None => {
                for number in PARTS..FIRST_FREE {
                    self.common(number, "null")?;
                }
                String::new()
            }
        };
        // Readers aloud need it (ISO 32000-1, 14.9.2).
        let code = |code: &&str| code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        let language = ending.language.filter(|text| !text.is_empty()).filter(code);
        let language = language.map_or_else(String::new, |code| format!("/Lang({code})"));
        self.object(
            CATALOG,
            format!(
                "<</Type/Catalog/Pages {root} 0 R/Metadata {METADATA} 0 R{language}{standard}>>"
            )
            .as_bytes(),
        )?;
        self.table(&hex(&ending.id[..16]))
    }

    /// Writes document parts and profiles; gives what the catalog says of them.
    fn conformance(&mut self, conformance: &Conformance<'_>) -> io::Result<String> {
        self.write_parts(&conformance.metadata)?;
        let profiles = [
            (
                OUTPUT_PROFILE,
                conformance.profile.components(),
                &conformance.profile.bytes,
            ),
            (SRGB_PROFILE, 3, &icc::srgb()),
        ];
        for (number, components, profile) in profiles {
            let entries = format!("/N {components}/Filter/FlateDecode");
            self.common_stream(number, &entries, &deflate(profile, DEFLATE_LEVEL))?;
        }
        let condition = xmp::literal(&conformance.condition.output_condition);
        let registry = conformance.condition.output_registry.as_deref();
        let registry = registry.map_or_else(String::new, |registry| {
            format!("/RegistryName({})", xmp::literal(registry))
        });
        Ok(format!(
            "/OutputIntents[<</Type/OutputIntent/S/GTS_PDFX/OutputConditionIdentifier({condition})/Info({condition}){registry}/DestOutputProfile {OUTPUT_PROFILE} 0 R>>]/DPartRoot {PARTS} 0 R"
        ))
    }
}
