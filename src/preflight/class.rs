//! Everything that can be remarked on a PDF, and what follows from it where the rules do not say otherwise.

use super::area::Area;

/// What becomes of a PDF with a remark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It is not printed.
    Refuse,
    /// It is printed; the report tells.
    Note,
}

/// One kind of remark: its variant, its code, what follows, and the sentence.
macro_rules! classes {
    ($($(#[doc = $doc:literal])* $name:ident $code:literal $fixed:ident $default:ident $sentence:literal;)*) => {
        /// A kind of remark. The code is what reports print and what `verdicts` names; it keeps its meaning.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum Class {
            $($(#[doc = $doc])* #[serde(rename = $code)] $name,)*
        }

        impl Class {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Its stable name.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code),* }
            }

            /// What follows where the rules say nothing.
            pub fn usual(self) -> Verdict {
                match self { $(Self::$name => Verdict::$default),* }
            }

            /// Whether rules cannot change what follows: such a PDF cannot be read or taken apart.
            pub fn is_fixed(self) -> bool {
                match self { $(Self::$name => fixed!($fixed)),* }
            }

            /// What is wrong and what to do. `{}` stands for the detail.
            fn sentence(self) -> &'static str {
                match self { $(Self::$name => $sentence),* }
            }
        }
    };
}

macro_rules! fixed {
    (always) => {
        true
    };
    (usually) => {
        false
    };
}

classes! {
    /// It cannot be read.
    Damaged "damaged" always Refuse "the PDF is damaged ({}); write it anew";
    /// Encrypted, with or without a password.
    Encrypted "encrypted" always Refuse "the PDF is encrypted; remove the protection";
    /// Nothing to print.
    NoPages "no-pages" always Refuse "the PDF has no pages";
    /// More pages than allowed.
    TooManyPages "too-many-pages" always Refuse "the PDF has more than {} pages; split it";
    /// More objects than allowed.
    TooManyObjects "too-many-objects" always Refuse "the PDF has more than {} objects; write it anew";
    /// A file larger than allowed.
    TooLarge "too-large" usually Refuse "the PDF has {}; make its pictures smaller";
    /// More to draw than allowed.
    TooComplex "too-complex" always Refuse "the pages have more to draw than allowed ({}); simplify or rasterise them";
    /// References too deep, or too many rings of them.
    Entangled "entangled" always Refuse "the objects of the page are too entangled; write it anew";
    /// Something that is not in the file.
    External "external-data" always Refuse "the PDF takes data from outside; include it";
    /// PostScript code.
    PostScript "postscript" always Refuse "the PDF holds PostScript code; convert it";
    /// A version that is not allowed.
    Version "version" usually Refuse "the PDF is of version {}; save it as an allowed one";
    /// Something that the version of the spool's files does not know.
    NewerFeature "newer-feature" usually Refuse "the PDF has {}, which a spool of PDF 1.5 cannot hold; save it as an older version";
    /// Something that the print standard of the spool's files forbids.
    PrintStandard "print-standard" always Refuse "the PDF has {}, which a PDF/X-4 file for this printing condition must not have; convert it";
    /// Made by a program whose PDFs the plant does not take.
    Producer "producer-refused" usually Refuse "the PDF was made with `{}`, whose files the plant does not take; make it with another program";
    /// Not the size of the sheet. In whole millimetres, as the page is shown.
    PageSize "page-size" usually Refuse "the page is {}; set the page up in the sheet's size";
    /// On its side, and the rules neither accept nor turn it.
    Landscape "landscape" usually Refuse "the page is landscape; only portrait is taken";
    /// A script, or something that acts by itself.
    Active "active-content" usually Refuse "the PDF holds {}; remove it";
    /// Files in the file.
    EmbeddedFiles "embedded-files" usually Refuse "the PDF holds embedded files; send them as documents of their own";
    /// A form that is no PDF.
    Xfa "xfa" usually Refuse "the PDF holds an XFA form; print it to a PDF";
    /// A form field or remark that would be printed.
    PrintingAnnotation "printing-annotation" usually Refuse "the PDF holds {} that would be printed; flatten it into the page";
    /// Layers that are hidden on screen or on paper.
    HiddenLayer "hidden-layer" usually Refuse "the PDF has hidden layers; flatten it";
    /// A font whose program is not in the file.
    FontNotEmbedded "font-not-embedded" usually Refuse "font `{}` is not embedded; embed all fonts";
    /// One of the standard fonts, not embedded.
    StandardFont "standard-font" usually Refuse "font `{}` is not embedded; embed all fonts, or the printer uses its own";
    /// Ink at an edge of the page.
    InkInMargin "ink-in-margin" usually Refuse "something is printed in the {} margin; move it inwards";
    /// Ink where a zone must be empty.
    InkInZone "ink-in-zone" usually Refuse "something is printed in the zone `{}`, which must be empty; move it";
    /// Ink outside every allowed box.
    InkOutside "ink-outside-allowed" usually Refuse "something is printed outside the boxes that may be printed; move it";
    /// A picture that reaches into such a place and cannot be read.
    UnreadablePicture "unreadable-picture" usually Refuse "a picture that reaches into a place that must be empty cannot be read; save it anew";
    /// Ink where the mark will stand.
    InkUnderMark "ink-under-mark" usually Refuse "something is printed where the mark stands; move it";
    /// A figure like a two-dimensional mark or like the bars of one.
    MarkLookAlike "mark-look-alike" usually Refuse "{} stands in the strip of the marks; a machine could take it for one; remove it";
    /// Text that steers a plant.
    TagLookAlike "tag-look-alike" usually Refuse "the text `{}` stands where a plant looks for it; remove it";
    /// No text in the window.
    AddressEmpty "address-is-empty" usually Note "there is no address in the window";
    /// Fewer lines than needed.
    AddressTooShort "address-too-few-lines" usually Note "the address in the window has {}";
    /// More lines than allowed.
    AddressTooLong "address-too-many-lines" usually Note "the address in the window has {}";
    /// A line longer than allowed.
    AddressLineTooLong "address-line-too-long" usually Note "the address in the window has {}";
    /// A line with a character at its start that steers a sorter.
    AddressLineStart "address-line-start" usually Note "{} of the address starts with a character that is not allowed there";
    /// A line without letter or digit, where one must be.
    AddressLineBare "address-line-bare" usually Note "{} of the address has neither letter nor digit";
    /// An address that the window does not show in every position of the sheet.
    AddressOutside "address-outside-window" usually Note "the address does not lie inside the window in every position of the sheet";
    /// Text that the window can show besides the address.
    TextInWindow "text-in-window" usually Note "text that is no address can be seen in the window";
    /// Something else than plain text in the window.
    WindowObscured "window-obscured" usually Note "something other than plain text stands in the window, or the text in it is hidden, cut or faint";
    /// Its cross-reference table was rebuilt.
    Repaired "repaired" usually Note "the cross-reference table was damaged and has been rebuilt";
    /// A landscape page was turned.
    Turned "turned" usually Note "the page is landscape and is turned a quarter";
    /// Links, remarks and the like are left out.
    AnnotationsLeftOut "annotations-left-out" usually Note "remarks, form fields or links that do not print are left out";
    /// A font that is not embedded and that no text is seen in.
    FontNotUsed "font-not-used" usually Note "font `{}` is named and not embedded; no text is seen in it";
    /// Type 3 fonts can look coarse.
    Type3 "type3-font" usually Note "a Type 3 font is used; it can look coarse";
    /// Text that is hidden on screen; some printers show it.
    HiddenText "hidden-text" usually Note "the page has hidden text; some printers show it";
    /// Text in white; it shows on coloured paper, and to machines.
    WhiteText "white-text" usually Note "the page has white text";
    /// Text too small to read.
    TinyText "tiny-text" usually Note "the page has text smaller than {} pt";
    /// Text beyond the edge of the page.
    TextOutside "text-outside-page" usually Note "the page has text outside of what is shown";
    /// Alpha, soft masks, blend modes.
    Transparency "transparency" usually Note "the page uses transparency ({}); some printers flatten it badly";
    /// Colours of their own ink.
    SpotColour "spot-colour" usually Note "the page uses spot colours; they are printed as their substitutes";
    /// Colour, in a job without: the caller decides whether that is worth a remark.
    Colour "colour" usually Note "the page is in colour; it is printed in grey";
    /// Overprint.
    Overprint "overprint" usually Note "the page sets overprint; printers differ in it";
    /// JPEG 2000.
    Jpx "jpx-picture" usually Note "the page has a JPEG 2000 picture; old printers cannot show it";
    /// JBIG2.
    Jbig2 "jbig2-picture" usually Note "the page has a JBIG2 picture; old printers cannot show it";
    /// A unit other than a point.
    UserUnit "user-unit" usually Refuse "the page has a unit of its own, which many printers and viewers ignore: they show it in another size; save it without";
    /// A font that the interpreter cannot read: its text was judged in another.
    UnreadableFont "unreadable-font" usually Note "a font of the page cannot be read; look at the page";
    /// Saves nested deeper than some printers take.
    DeepSaves "deep-saves" usually Note "the page nests graphics states deeper than 28";
    /// Refers to objects that the file does not have; they print as nothing.
    Dangling "dangling" usually Note "the page refers to objects that the file does not have; they print as nothing";
}

/// One remark on a PDF: what, where. Never holds text of the document; a detail is a number, the name of a font or one
/// of our own words.
#[derive(Clone, Debug, PartialEq)]
pub struct Remark {
    /// Its kind.
    pub class: Class,
    /// From one; `None` for the whole file.
    pub page: Option<u32>,
    /// Where on the page as shown.
    pub area: Option<Area>,
    /// What the sentence has a gap for.
    pub detail: String,
}

impl Remark {
    /// On the file.
    pub(crate) fn of_file(class: Class, detail: impl Into<String>) -> Self {
        Self {
            class,
            page: None,
            area: None,
            detail: detail.into(),
        }
    }

    /// On a page.
    pub(crate) fn on_page(page: u32, class: Class, detail: impl Into<String>) -> Self {
        Self {
            page: Some(page),
            ..Self::of_file(class, detail)
        }
    }

    /// On a place of a page.
    pub(crate) fn at(page: u32, area: Area, class: Class, detail: impl Into<String>) -> Self {
        Self {
            area: Some(area),
            ..Self::on_page(page, class, detail)
        }
    }

    /// The same, on a page.
    pub(crate) fn on(self, page: u32) -> Self {
        Self {
            page: Some(page),
            ..self
        }
    }

    /// That it cannot be read.
    pub(crate) fn damaged(what: &str) -> Self {
        Self::of_file(Class::Damaged, what)
    }
}

impl std::fmt::Display for Remark {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: ", self.class.code())?;
        if let Some(page) = self.page {
            write!(f, "page {page}")?;
            if let Some(area) = self.area {
                write!(f, ", {area}")?;
            }
            f.write_str(": ")?;
        }
        f.write_str(&self.class.sentence().replace("{}", &self.detail))
    }
}

/// Why a PDF is refused: at least one remark, in the order of the pages.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{first}{}", more(rest))]
pub struct PdfFault {
    /// The first reason.
    pub first: Remark,
    /// The others.
    pub rest: Vec<Remark>,
    /// What was remarked besides, as far as it was looked at.
    pub notes: Box<[Remark]>,
}

impl PdfFault {
    /// All reasons.
    pub fn remarks(&self) -> impl Iterator<Item = &Remark> {
        std::iter::once(&self.first).chain(&self.rest)
    }

    /// Whether one of them is of this kind.
    pub fn has(&self, class: Class) -> bool {
        self.remarks().any(|remark| remark.class == class)
    }
}

impl From<Remark> for PdfFault {
    fn from(first: Remark) -> Self {
        Self {
            first,
            rest: Vec::new(),
            notes: Box::default(),
        }
    }
}

fn more(rest: &[Remark]) -> String {
    match rest.len() {
        0 => String::new(),
        n => format!(" (and {n} more)"),
    }
}
