//! What is asked of each object: what its own entries say that the target does not allow.

use lopdf::{Dictionary, Object};

use super::super::contents::unpacked;
use super::super::document::deref;
use super::super::icc;
use super::super::scan::words;
use super::{Inks, Look, Target};
use crate::disk;

/// A profile that a picture carries; those of printers have up to two megabytes.
const PROFILE_BYTES_MAX: usize = 8 << 20;
/// The newest version of ICC profiles that PDF 1.5 knows (ISO 32000-1 table 67: ICC.1:2001-12).
const ICC_OF_PDF_1_5: (u8, u8) = (4, 0);
/// And that PDF/X-4 knows (ISO 15930-7: ICC.1:2004-10).
const ICC_OF_PDF_X4: (u8, u8) = (4, 2);
/// ISO 32000-1 tables 136 and 137, and the old name of Normal.
const BLEND_MODES: [&[u8]; 17] = [
    b"Normal",
    b"Compatible",
    b"Multiply",
    b"Screen",
    b"Overlay",
    b"Darken",
    b"Lighten",
    b"ColorDodge",
    b"ColorBurn",
    b"HardLight",
    b"SoftLight",
    b"Difference",
    b"Exclusion",
    b"Hue",
    b"Saturation",
    b"Color",
    b"Luminosity",
];
/// ISO 32000-1 table 70.
const INTENTS: [&[u8]; 4] = [
    b"AbsoluteColorimetric",
    b"RelativeColorimetric",
    b"Saturation",
    b"Perceptual",
];

impl<'d> Look<'d> {
    /// What a dictionary is not allowed to be, told from its own entries.
    pub(super) fn typed(&mut self, dictionary: &'d Dictionary) {
        let exchange = matches!(self.target, Target::PdfX4 { .. });
        let subtype = self.named(dictionary, b"Subtype");
        if !exchange {
            let program = dictionary.get_deref(b"FontFile3", self.document).ok();
            let program = program.and_then(|program| program.as_stream().ok());
            if program.is_some_and(|p| self.named(&p.dict, b"Subtype") == Some(b"OpenType")) {
                self.refuse("an OpenType font");
            }
            if subtype == Some(b"NChannel") {
                self.refuse("colours of many inks (NChannel)");
            }
            if dictionary.has(b"VE") && self.named(dictionary, b"Type") == Some(b"OCMD") {
                self.refuse("layers with conditions");
            }
            return;
        }
        let kind = self.named(dictionary, b"Type");
        if dictionary.has(b"OC") || matches!(kind, Some(b"OCG" | b"OCMD")) {
            self.refuse("layers");
        }
        let simple: [&[u8]; 5] = [
            b"Type1",
            b"MMType1",
            b"TrueType",
            b"CIDFontType0",
            b"CIDFontType2",
        ];
        if subtype.is_some_and(|subtype| simple.contains(&subtype)) && !self.embedded(dictionary) {
            self.refuse("a font that is not embedded");
        }
        let intent = self.named(dictionary, b"Intent");
        if subtype == Some(b"Image") && intent.is_some_and(|intent| !INTENTS.contains(&intent)) {
            self.refuse("an unknown rendering intent");
        }
    }

    fn embedded(&self, font: &'d Dictionary) -> bool {
        let descriptor = font.get_deref(b"FontDescriptor", self.document);
        descriptor.and_then(Object::as_dict).is_ok_and(|found| {
            let files: [&[u8]; 3] = [b"FontFile", b"FontFile2", b"FontFile3"];
            let program = |key: &&[u8]| found.get_deref(key, self.document).ok();
            files
                .iter()
                .filter_map(program)
                .any(|program| program.as_stream().is_ok())
        })
    }

    /// ISO 15930-7 6.2.4 ff.: halftones and transfer functions belong to the press.
    pub(super) fn state(&mut self, state: &'d Dictionary) {
        if state.has(b"UseBlackPtComp") || state.has(b"HTO") {
            self.refuse("graphics states of PDF 2.0");
        }
        if matches!(self.target, Target::Pdf15 | Target::Pdf16) {
            return;
        }
        let other_than_default =
            |key| state.has(key) && self.named(state, key) != Some(b"Default".as_slice());
        if state.has(b"TR")
            || state.has(b"HTP")
            || other_than_default(b"TR2")
            || other_than_default(b"HT")
        {
            self.refuse("a halftone or transfer function");
        }
        let modes = match state.get_deref(b"BM", self.document) {
            Ok(Object::Array(modes)) => modes.iter().collect(),
            Ok(mode) => vec![mode],
            Err(_) => Vec::new(),
        };
        let known = |mode: &&Object| {
            let mode = deref(self.document, mode).and_then(|mode| mode.as_name().ok());
            mode.is_some_and(|mode| BLEND_MODES.contains(&mode))
        };
        if !modes.iter().all(known) {
            self.refuse("an unknown blend mode");
        }
        let intent = self.named(state, b"RI");
        if state.has(b"RI") && intent.is_none_or(|intent| !INTENTS.contains(&intent)) {
            self.refuse("an unknown rendering intent");
        }
    }

    /// What stands for colours of a device must not be of a device itself.
    pub(super) fn defaults(&mut self, spaces: &'d Dictionary) {
        if matches!(self.target, Target::Pdf15 | Target::Pdf16) {
            return;
        }
        for (key, kinds) in [
            (
                b"DefaultGray".as_slice(),
                [b"ICCBased".as_slice(), b"CalGray"],
            ),
            (b"DefaultRGB", [b"ICCBased", b"CalRGB"]),
            (b"DefaultCMYK", [b"ICCBased", b"ICCBased"]),
        ] {
            let Ok(space) = spaces.get_deref(key, self.document) else {
                continue;
            };
            let kind = space.as_array().ok().and_then(|space| space.first());
            let kind = kind.and_then(|kind| kind.as_name().ok());
            if kind.is_none_or(|kind| !kinds.contains(&kind)) {
                self.refuse("a default colour space that is none");
            }
        }
    }

    /// A name that may be that of a colour space.
    pub(super) fn name(&mut self, name: &[u8]) {
        if name == b"DeviceCMYK" {
            self.cmyk();
        }
    }

    fn cmyk(&mut self) {
        if matches!(self.target, Target::PdfX4 { inks, .. } if inks != Inks::Cmyk) {
            self.refuse("colours in cyan, magenta, yellow and black");
        }
    }

    /// How a stream is packed.
    pub(super) fn filters(&mut self, dictionary: &'d Dictionary) {
        let filters = match dictionary.get_deref(b"Filter", self.document) {
            Ok(Object::Array(names)) => names.iter().collect(),
            Ok(name) => vec![name],
            Err(_) => Vec::new(),
        };
        for filter in filters {
            let name = deref(self.document, filter).and_then(|name| name.as_name().ok());
            match name {
                Some(b"LZWDecode" | b"LZW") => self.refuse("LZW packing"),
                Some(b"JPXDecode") => self.refuse("a JPEG 2000 picture"),
                Some(b"Crypt") => self.refuse("encrypted data"),
                _ => {}
            }
        }
    }

    /// The profile of a colour space.
    pub(super) fn profile(&mut self, profile: &'d Object) {
        let id = profile.as_reference();
        if id.is_ok_and(|id| !self.profiles.insert(id)) {
            return;
        }
        let stream = deref(self.document, profile).and_then(|profile| profile.as_stream().ok());
        let bytes = stream.and_then(|stream| unpacked(stream, PROFILE_BYTES_MAX));
        let head = bytes.as_deref().and_then(icc::head);
        match self.target {
            Target::Pdf16 => {}
            Target::Pdf15 => {
                if head.is_some_and(|head| head.version > ICC_OF_PDF_1_5) {
                    self.refuse("a colour profile of a newer version than 4.0");
                }
            }
            Target::PdfX4 { profile, .. } => {
                let said = stream.and_then(|stream| {
                    let said = stream.dict.get_deref(b"N", self.document).ok()?;
                    said.as_i64().ok()
                });
                let good = head.is_some_and(|head| {
                    head.version <= ICC_OF_PDF_X4
                        && [b"scnr", b"mntr", b"prtr", b"spac"].contains(&&head.class)
                        && head.components().map(i64::from) == said
                });
                if !good {
                    self.refuse("a colour profile that cannot be used");
                }
                // Colours of the printing condition itself are told without a profile.
                if bytes.is_some_and(|bytes| disk::sha256(&bytes) == profile) {
                    self.refuse("colours in the profile of the printing condition itself");
                }
            }
        }
    }

    /// The operators of a content stream, and the names among their operands.
    pub(super) fn content(&mut self, content: &[u8]) {
        let (mut cmyk, mut packed, mut intent) = (false, false, false);
        words(content, |operator, name| {
            let name = name.map(plain_name);
            match operator {
                None => match name.as_deref() {
                    Some(b"DeviceCMYK" | b"CMYK") => cmyk = true,
                    Some(b"LZWDecode" | b"LZW") => packed = true,
                    _ => {}
                },
                Some(b"k" | b"K") => cmyk = true,
                Some(b"ri") => {
                    intent |= name.is_none_or(|name| !INTENTS.contains(&name.as_slice()));
                }
                Some(_) => {}
            }
        });
        if cmyk {
            self.cmyk();
        }
        if packed {
            self.refuse("LZW packing");
        }
        if intent {
            self.refuse("an unknown rendering intent");
        }
    }
}

/// A name without `#` (ISO 32000-1 7.3.5).
fn plain_name(written: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(written.len());
    let mut rest = written;
    while let Some((&byte, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        let code = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match code {
            Some(code) if byte == b'#' => {
                out.push(code);
                rest = after.get(2..).unwrap_or_default();
            }
            _ => {
                out.push(byte);
                rest = after;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_meant() {
        assert_eq!(plain_name(b"Device#43MYK"), b"DeviceCMYK");
        assert_eq!(plain_name(b"A#4"), b"A#4");
        assert_eq!(plain_name(b"#zz#20"), b"#zz ");
    }
}
