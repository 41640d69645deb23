//! Puts a letter together: what surrounds the text on the first page, the text, the later pages.

mod slip;
mod surround;

use jiff::civil::Date;

use super::galley::{Galley, Style, Text};
use super::hyphen;
use super::options::{FooterOn, Payment, PaymentPage};
use super::page::{Mpt, mpt};
use super::paginate::{self, Page};
use super::paragraph::Setter;
use super::shape::Fault;
use super::sheet::{Dress, Foot, Press, Which};
use super::stationery::{Scratch, Stationery, millimetres};
use super::words::Language;
use super::{FirstPage, LaidLetter};
use crate::finding::{Code, Finding, Place};
use crate::letter::{Block, Channel, Content, Header, Letter, ListKind, Micrometres, Run, Sides};
use slip::Slip;
use surround::Show;

const MM: Mpt = mpt(Micrometres(1000));
/// What the reference must leave of a page to the text: a subject and some lines. A footer leaves more, the 24 mm above an
/// area for a payment slip at least.
const TEXT_HEIGHT_MIN: Mpt = 20 * MM;

/// Sets a letter.
pub fn lay_out(
    letter: &Letter<'_>,
    header: &Header,
    date: Date,
    stationery: &Stationery,
    sheet: FirstPage,
    scratch: &mut Scratch,
) -> Result<LaidLetter, Vec<Finding>> {
    scratch.setter.clear();
    scratch.galley.clear();
    scratch.cover.clear();
    scratch.used.clear();
    let mut job = Job {
        letter,
        header,
        stationery,
        language: Language::of(&letter.language),
        findings: Vec::new(),
    };
    let laid = job.lay_out(date, sheet, scratch);
    job.unprintable(&scratch.setter);
    if job.findings.is_empty() {
        Ok(laid)
    } else {
        Err(job.findings)
    }
}

struct Job<'a, 'b> {
    letter: &'a Letter<'b>,
    header: &'a Header,
    stationery: &'a Stationery,
    language: Language,
    findings: Vec<Finding>,
}

/// Lines that have been broken and have a place on the page.
type Placed = Vec<Text>;

impl Job<'_, '_> {
    fn lay_out(&mut self, date: Date, sheet: FirstPage, scratch: &mut Scratch) -> LaidLetter {
        let stationery = self.stationery;
        let frame = &stationery.frame;
        let style = Style {
            fonts: &stationery.fonts,
            sizes: &stationery.options.type_sizes,
            headings: &stationery.options.headings,
            left: frame.left,
            measure: frame.measure(),
        };
        let has_text = matches!(self.letter.content, Content::Text(_));
        let cover = sheet == FirstPage::CoverSheet || !has_text;
        let (address, address_lines) = self.address(&mut scratch.setter);
        let items = self.info(date, Show::All);
        scratch.setter.path = "letter";
        let beside = if cover && self.letter.recipient.address_protected {
            self.info(date, Show::Reference)
        } else {
            items.clone()
        };
        let (info, info_bottom) = self.info_column(&mut scratch.setter, &beside);
        let (running, running_bottom) = self.running_head(&mut scratch.setter, date);
        let mut tops = Tops {
            first: frame.body_top.max(info_bottom + 6 * MM),
            next: frame.body_top_next.max(running_bottom + 6 * MM),
            text_after_cover: None,
        };

        let blocks: &[Block<'_>] = match &self.letter.content {
            Content::Text(blocks) => blocks,
            Content::Pdf(_) => &[],
        };
        let mut row = Placed::new();
        if has_text {
            scratch.setter.path = "letter/subject";
            scratch
                .galley
                .subject(&style, &mut scratch.setter, &self.letter.subject);
            scratch.setter.path = "letter/content/text";
            if stationery.options.hyphenate {
                scratch.setter.hyphens = hyphen::rules(&self.letter.language);
            }
            scratch.galley.blocks(&style, &mut scratch.setter, blocks);
            scratch.setter.hyphens = None;
            if cover {
                scratch.setter.path = "letter";
                let bottom;
                (row, bottom) = self.info_row(&mut scratch.setter, &items);
                tops.text_after_cover = Some(bottom + 9 * MM);
            }
        }
        let payment = self.payment();
        let slip_first = payment.is_some_and(|payment| payment.page == PaymentPage::First);
        let text_pages = self.paginate(&mut scratch.galley, &tops, slip_first);
        let slip = payment.map(|payment| {
            let last = text_pages.len().saturating_sub(1);
            let room = self.height(&tops, last, true);
            let used = text_pages
                .last()
                .map_or(0, |page| paginate::height(&scratch.galley, page));
            Slip {
                page: payment.page,
                fits_on_last: used <= room,
                back_blank: payment.back_blank && self.duplex(),
            }
        });
        if cover {
            let extra = slip.map_or(0, |slip| slip.pages_of_its_own(&text_pages, cover));
            self.cover(&style, scratch, text_pages.len() + extra);
        }
        let cover_pages = if cover {
            let tops = Tops {
                text_after_cover: None,
                ..tops
            };
            self.paginate(&mut scratch.cover, &tops, false)
        } else {
            Vec::new()
        };
        if !self.findings.is_empty() {
            // Nothing to draw; the caller reports what was found.
            return LaidLetter {
                pages: Vec::new(),
                glyphs: super::GlyphsUsed::default(),
                address_lines: Vec::new(),
                language: String::new(),
            };
        }
        let sides = slip::bind(&cover_pages, text_pages, slip);
        let count = sides.iter().filter(|side| side.page.is_some()).count();
        let mut press = Press {
            stationery,
            language: self.language,
            pages: Vec::with_capacity(sides.len()),
            scratch,
        };
        let window = Dress::Window([address, info].concat());
        let windowless = Dress::Windowless(row);
        let later = Dress::Later(running);
        let mut number = 0;
        for side in &sides {
            let Some(page) = &side.page else {
                press.blank();
                continue;
            };
            number += 1;
            let (dress, top) = match (side.which, side.first, tops.text_after_cover) {
                (Which::Text, true, Some(top)) => (&windowless, top),
                (_, true, _) => (&window, tops.first),
                _ => (&later, tops.next),
            };
            let footer = match stationery.options.footer.on {
                FooterOn::FirstPage => side.first,
                FooterOn::AllPages => true,
                FooterOn::None => false,
            };
            let setter = &mut press.scratch.setter;
            let number = self.page_number(setter, number, count, side.raised);
            let foot = Foot {
                footer,
                raised: side.raised,
                number,
            };
            press.page(side.which, page, dress, top, foot);
        }
        let pages = press.pages;
        LaidLetter {
            pages,
            glyphs: scratch.used.glyphs(),
            address_lines,
            language: self.letter.language.to_string(),
        }
    }

    fn paginate(&mut self, galley: &mut Galley, tops: &Tops, slip_first: bool) -> Vec<Page> {
        let stationery = self.stationery;
        let pages_max = stationery.options.pages_max;
        let max = usize::try_from(pages_max).unwrap_or(usize::MAX);
        let height = |page: usize| self.height(tops, page, slip_first && page == 0);
        let first = height(0);
        if first < TEXT_HEIGHT_MIN {
            self.no_room(first);
            return Vec::new();
        }
        let Ok(pages) = paginate::fitted(galley, height, max) else {
            self.find(
                Code::PrintPages,
                "letter/content/text",
                format!("more than {pages_max} pages"),
                format!("at most {pages_max} pages"),
            );
            return Vec::new();
        };
        // A line that is higher than its page is cut off by nobody: it would stand in the footer.
        let over = |(at, page): (usize, &Page)| paginate::height(galley, page) > height(at);
        if pages.iter().enumerate().any(over) {
            self.no_room(height(1));
        }
        pages
    }

    /// The reference beside the address, or at the head of later pages, leaves too little to the text.
    fn no_room(&mut self, height: Mpt) {
        self.find(
            Code::PrintPages,
            "letter/reference",
            format!(
                "{} of the page left to the text by the values of the reference",
                millimetres(height.max(0))
            ),
            format!(
                "at least {}; shorten them, or name fewer in `reference.fields` of the job",
                millimetres(TEXT_HEIGHT_MIN)
            ),
        );
    }

    /// Height of the column on a page, counted from zero; `raised`: above the area for a payment slip.
    fn height(&self, tops: &Tops, page: usize, raised: bool) -> Mpt {
        let stationery = self.stationery;
        let bottom = if raised {
            stationery.frame.bottom_raised
        } else {
            stationery.frame.bottom
        };
        let footer = stationery.footer(self.language, raised).edge - 6 * MM;
        let top = match page {
            0 => tops.text_after_cover.unwrap_or(tops.first),
            _ => tops.next,
        };
        let foot = match (stationery.options.footer.on, page) {
            (FooterOn::AllPages, _) | (FooterOn::FirstPage, 0) => footer,
            _ => bottom - 8 * MM,
        };
        foot - top
    }

    /// Whether the letter is printed on both sides; where nobody says it, it may be.
    fn duplex(&self) -> bool {
        let sides = self.letter.print.sides.or(self.stationery.options.sides);
        sides != Some(Sides::Simplex)
    }

    /// What the envelope holds. For a protected recipient nothing is named: the sheet is meant to be seen
    /// (facts/denmark.md §5.3).
    fn cover(&self, style: &Style<'_>, scratch: &mut Scratch, text_pages: usize) {
        let labels = self.language.labels();
        let protected = self.letter.recipient.address_protected;
        let enclosed: Vec<&str> = self
            .letter
            .attachments
            .iter()
            .filter(|attachment| attachment.only != Some(Channel::Digital))
            .map(|attachment| title(&attachment.document.file_name))
            .collect();
        let mut items: Vec<String> = Vec::with_capacity(enclosed.len() + 1);
        match &self.letter.content {
            Content::Text(_) => items.push(self.language.letter_of(text_pages)),
            Content::Pdf(_) if protected => items.push(labels.letter.to_owned()),
            Content::Pdf(document) => items.push(title(&document.file_name).to_owned()),
        }
        if !protected {
            items.extend(enclosed.into_iter().map(str::to_owned));
        } else if !enclosed.is_empty() {
            items.push(self.language.enclosures(enclosed.len()));
        }
        let setter = &mut scratch.setter;
        setter.path = "letter/subject";
        let subject = if protected {
            labels.cover
        } else {
            &self.letter.subject
        };
        scratch.cover.subject(style, setter, subject);
        setter.path = "letter/attachments";
        let run = |text: String| {
            vec![Run {
                text: text.into(),
                bold: false,
                italic: false,
            }]
        };
        let blocks = [
            Block::Paragraph(run(format!("{}:", labels.enclosed))),
            Block::List(ListKind::Bullet, items.into_iter().map(run).collect()),
        ];
        scratch.cover.blocks(style, setter, &blocks);
    }

    /// Says what could not be set: code points only, never the words around them.
    fn unprintable(&mut self, setter: &Setter) {
        for &(path, fault) in &setter.faults {
            let (c, found) = fault.told();
            let allowed = match fault {
                Fault::NoGlyph(_) => "characters of the job's fonts",
                Fault::RightToLeft(_) => "text from left to right",
                Fault::Marks(_) => "at most four",
                Fault::Another(_) => "in an address, characters with a glyph of their own",
            };
            let found = format!("U+{:04X}, {found}", u32::from(c));
            self.find(Code::ContentUnprintable, path, found, allowed.into());
        }
    }

    fn find(&mut self, code: Code, path: &str, found: String, allowed: String) {
        self.findings.push(Finding {
            letter: self.letter.seq,
            place: Place {
                line: self.letter.line,
                column: 0,
                path: path.to_owned(),
            },
            code,
            found,
            allowed,
        });
    }
}

impl<'a> Job<'a, '_> {
    /// The area for a payment slip, if this letter has one.
    fn payment(&self) -> Option<&'a Payment> {
        let payment = self.stationery.options.payment.as_ref()?;
        let process = self.letter.process.as_deref().unwrap_or_default();
        let named = payment.processes.iter().any(|name| name == process);
        let text = matches!(self.letter.content, Content::Text(_));
        (text && (named || payment.processes.is_empty())).then_some(payment)
    }
}

/// Where the text begins.
#[derive(Clone, Copy)]
struct Tops {
    first: Mpt,
    next: Mpt,
    /// First page of text behind a cover sheet.
    text_after_cover: Option<Mpt>,
}

/// A file name as a title: without `.pdf`.
fn title(file_name: &str) -> &str {
    let stem = file_name.len().saturating_sub(4);
    match (file_name.get(..stem), file_name.get(stem..)) {
        (Some(stem), Some(end)) if end.eq_ignore_ascii_case(".pdf") && !stem.is_empty() => stem,
        _ => file_name,
    }
}
