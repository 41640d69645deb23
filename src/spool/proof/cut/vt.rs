//! What a part that is PDF/VT-1 says of itself.

use super::super::reader::{self, Fault, reference};
use super::{Cut, CutPage};

/// What a part that is PDF/VT-1 says of itself.
pub(in crate::spool) struct VtFacts {
    /// Metadata of the root of its document parts.
    pub(in crate::spool) root: String,
    /// Its Info dictionary.
    pub(in crate::spool) info: String,
    /// Its XMP packet.
    pub(in crate::spool) xmp: String,
}

impl Cut<'_, '_> {
    /// What the part says of itself as PDF/VT-1, if it is that.
    pub(in crate::spool) fn vt_facts(&self) -> Result<Option<VtFacts>, Fault> {
        let catalog = self.part.catalog()?.text;
        let object = |text: &[u8], key: &[u8]| {
            let number = reader::get(text, key).and_then(reader::reference);
            number.map(|number| self.part.object(number)).transpose()
        };
        let Some(root) = object(catalog, b"/DPartRoot")? else {
            return Ok(None);
        };
        let fault = |what| Fault { object: 0, what };
        let text = |bytes: Option<&[u8]>| {
            let text = bytes.and_then(|bytes| std::str::from_utf8(bytes).ok());
            text.map(str::to_owned)
                .ok_or(fault("it does not say what PDF/VT-1 says"))
        };
        let root = object(root.text, b"/DPartRootNode")?;
        let xmp = object(catalog, b"/Metadata")?.and_then(|xmp| xmp.data);
        let info = object(self.part.trailer, b"/Info")?;
        Ok(Some(VtFacts {
            root: text(root.and_then(|root| reader::get(root.text, b"/DPM")))?,
            info: text(info.map(|info| info.text))?,
            xmp: text(xmp)?,
        }))
    }

    /// Metadata of the document part that a page is in.
    pub(in crate::spool) fn part_metadata(&self, page: &CutPage) -> Result<String, Fault> {
        let fault = Fault {
            object: 0,
            what: "a page without document part",
        };
        let part = reader::get(&page.text, b"/DPart")
            .and_then(reference)
            .ok_or(fault)?;
        let metadata = reader::get(self.part.object(part)?.text, b"/DPM");
        let metadata = metadata.and_then(|metadata| std::str::from_utf8(metadata).ok());
        metadata.map(str::to_owned).ok_or(fault)
    }
}
