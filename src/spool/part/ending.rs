//! The end of a part: letterhead, resources, catalog, cross-reference table.

use std::io;

use jiff::civil::Date;

use super::{CATALOG, FIRST_FREE, INFO, LETTERHEAD, LOGO, METADATA, OWN_RESOURCES, PartWriter};
use crate::disk::{Sha256, hex};
use crate::letter::Colour;
use crate::spool::face::Faces;
use crate::spool::sink::Sink;

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
                self.stream(LOGO, &image.entries, &image.data)?;
                format!("/XObject<</LG {LOGO} 0 R>>")
            }
            None => {
                self.object(LOGO, b"null")?;
                String::new()
            }
        };
        if !self.letterhead {
            self.object(LETTERHEAD, b"null")?;
            return Ok(String::new());
        }
        let entries = format!(
            "/Filter/FlateDecode/Type/XObject/Subtype/Form/BBox[0 0 595.276 841.89]/Resources<</Font<<{fonts}>>{picture}>>"
        );
        self.stream(LETTERHEAD, &entries, faces.letterhead(colour))?;
        Ok(format!("/XObject<</LH {LETTERHEAD} 0 R>>"))
    }

    pub(super) fn frame(&mut self, ending: &Ending<'_>, fonts: &str, form: &str) -> io::Result<()> {
        self.object(
            OWN_RESOURCES,
            format!("<</Font<<{fonts}>>{form}>>").as_bytes(),
        )?;
        let root = self.close_tree()?;
        let day = ending.date.strftime("%Y%m%d");
        self.object(
            INFO,
            format!("<</Producer(Lettermill)/CreationDate(D:{day})>>").as_bytes(),
        )?;
        self.stream(
            METADATA,
            "/Type/Metadata/Subtype/XML",
            metadata(ending.date).as_bytes(),
        )?;
        // Readers aloud need it (ISO 32000-1, 14.9.2).
        let code = |code: &&str| code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        let language = ending.language.filter(|text| !text.is_empty()).filter(code);
        let language = language.map_or_else(String::new, |code| format!("/Lang({code})"));
        self.object(
            CATALOG,
            format!("<</Type/Catalog/Pages {root} 0 R/Metadata {METADATA} 0 R{language}>>")
                .as_bytes(),
        )?;
        for number in LOGO + 1..FIRST_FREE {
            self.object(number, b"null")?;
        }

        self.table(&hex(&ending.id[..16]))
    }

    /// Writes the cross-reference table and the trailer.
    pub(super) fn table(&mut self, id: &str) -> io::Result<()> {
        let xref = self.out.size();
        write!(
            self.out,
            "xref\n0 {}\n0000000000 65535 f \n",
            self.offsets.len()
        )?;
        for offset in &self.offsets[1..] {
            writeln!(self.out, "{offset:010} 00000 n ")?;
        }
        write!(
            self.out,
            "trailer\n<</Size {}/Root {CATALOG} 0 R/Info {INFO} 0 R/ID[<{id}><{id}>]>>\nstartxref\n{xref}\n%%EOF\n",
            self.offsets.len()
        )
    }
}

/// XMP packet (ISO 16684-1) that says what the Info dictionary says.
fn metadata(date: Date) -> String {
    format!(
        "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"><rdf:Description rdf:about=\"\" xmlns:pdf=\"http://ns.adobe.com/pdf/1.3/\" xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\"><pdf:Producer>Lettermill</pdf:Producer><xmp:CreateDate>{date}</xmp:CreateDate></rdf:Description></rdf:RDF></x:xmpmeta>\n<?xpacket end=\"r\"?>"
    )
}
