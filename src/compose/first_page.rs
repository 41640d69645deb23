//! Puts a letter together: what surrounds the text on the first page, the text, the later pages.

use jiff::civil::Date;

use super::address::{self, AddressFault, LINES_MIN};
use super::galley::{Galley, Style, Text, baseline, short};
use super::letterhead::RUNNING_TOP;
use super::options::Points;
use super::page::{Mpt, mpt};
use super::paginate::{self, Page};
use super::paragraph::Setter;
use super::shape::Fault;
use super::sheet::{Dress, Press, Which};
use super::stationery::{Scratch, Stationery, millimetres};
use super::words::Language;
use super::{Face, FirstPage, LaidLetter};
use crate::finding::{Code, Finding, Place, shape};
use crate::letter::{Block, Channel, Content, Header, Letter, ListKind, Micrometres, Run};

/// Most lines of an address, whatever the height of the box (facts/print.md §8).
const ADDRESS_LINES_MAX: usize = 7;
/// More lines than this in one value of the information column are no reference but a text.
const INFO_LINES_MAX: usize = 12;

const MM: Mpt = mpt(Micrometres(1000));

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
            left: frame.left,
            measure: frame.measure(),
        };
        let (address, address_lines) = self.address(&mut scratch.setter);
        let items = self.info(date);
        scratch.setter.path = "letter";
        let (info, info_bottom) = self.info_column(&mut scratch.setter, &items);
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
        let has_text = matches!(self.letter.content, Content::Text(_));
        let cover = sheet == FirstPage::CoverSheet || !has_text;
        let mut row = Placed::new();
        if has_text {
            scratch.setter.path = "letter/subject";
            scratch
                .galley
                .subject(&style, &mut scratch.setter, &self.letter.subject);
            scratch.setter.path = "letter/content/text";
            scratch.galley.blocks(&style, &mut scratch.setter, blocks);
            if cover {
                scratch.setter.path = "letter";
                let bottom;
                (row, bottom) = self.info_row(&mut scratch.setter, &items);
                tops.text_after_cover = Some(bottom + 9 * MM);
            }
        }
        let text_pages = self.paginate(&scratch.galley, &tops);
        if cover {
            self.cover(&style, scratch, text_pages.len());
        }
        let cover_pages = if cover {
            let tops = Tops {
                text_after_cover: None,
                ..tops
            };
            self.paginate(&scratch.cover, &tops)
        } else {
            Vec::new()
        };
        if !self.findings.is_empty() {
            // Nothing to draw; the caller reports what was found.
            return LaidLetter {
                pages: Vec::new(),
                glyphs: super::GlyphsUsed::default(),
                address_lines: Vec::new(),
            };
        }
        let count = text_pages.len() + cover_pages.len();
        let numbers: Vec<Text> = (1..=count)
            .map(|page| self.page_number(&mut scratch.setter, page, count))
            .collect();

        let mut press = Press {
            stationery,
            language: self.language,
            scratch,
            numbers,
            pages: Vec::with_capacity(count),
        };
        let window = Dress::Window([address, info].concat());
        let windowless = Dress::Windowless(row);
        let later = Dress::Later(running);
        for (at, page) in cover_pages.iter().enumerate() {
            let (dress, top) = if at == 0 {
                (&window, tops.first)
            } else {
                (&later, tops.next)
            };
            press.page(Which::Cover, page, dress, top);
        }
        for (at, page) in text_pages.iter().enumerate() {
            let (dress, top) = match (at, tops.text_after_cover) {
                (0, Some(top)) => (&windowless, top),
                (0, None) => (&window, tops.first),
                _ => (&later, tops.next),
            };
            press.page(Which::Text, page, dress, top);
        }
        let pages = press.pages;
        LaidLetter {
            pages,
            glyphs: scratch.used.glyphs(),
            address_lines,
        }
    }

    /// The address block in its box: one size, straight left edge, no blank lines.
    fn address(&mut self, setter: &mut Setter) -> (Placed, Vec<String>) {
        let stationery = self.stationery;
        let path = "letter/recipient/address";
        setter.path = path;
        let lines = match address::lines(&self.letter.recipient, self.header.sender.country) {
            Ok(lines) => lines,
            Err(fault) => {
                let (found, allowed) = match fault {
                    AddressFault::None => ("no address", "an address, or digital delivery".into()),
                    AddressFault::Country => (
                        "a country code that ISO 3166 does not know",
                        "the code of a country".into(),
                    ),
                    AddressFault::TooShort => (
                        "an address with too few lines",
                        format!("at least {LINES_MIN} lines with the name"),
                    ),
                };
                self.find(Code::PrintAddress, path, found.into(), allowed);
                return Default::default();
            }
        };
        let [_, top, right, bottom] = stationery.frame.address;
        let x = stationery.frame.address_x();
        let size = stationery.options.type_sizes.address;
        let fonts = &stationery.fonts;
        let mut set = Vec::new();
        for line in &lines {
            let copy = setter.read_text(fonts, &line.text, Face::Regular, size);
            let (narrow, wide) = setter.widths(&copy);
            let gap = if line.wide_gap {
                fonts.space(Face::Regular, size)
            } else {
                0
            };
            if (wide + gap > right - x && !line.wraps) || narrow > right - x {
                self.find(
                    Code::PrintAddress,
                    path,
                    format!(
                        "an address line {} wide, of the shape `{}`",
                        millimetres(wide),
                        shape(&line.text)
                    ),
                    format!(
                        "at most {} in {} pt",
                        millimetres(right - x),
                        f64::from(size.0) / 100.0
                    ),
                );
                continue;
            }
            let broken = setter.lines(fonts, &copy, right - x);
            if line.wide_gap {
                // One space in the text, two on paper: behind the last figure of the code.
                let em = i16::try_from(fonts.space(Face::Regular, Points(100))).unwrap_or(0);
                setter.widen_space(broken.start, 1, -em);
            }
            set.extend(broken);
        }
        // A capital with its ring reaches 0.95 em above the line, a g 0.24 em below (Noto Sans).
        let (ascent, descent) = (size.0 * 95 / 10, size.0 * 24 / 10);
        let room = bottom - top - ascent - descent;
        let spaces = Mpt::try_from(set.len().saturating_sub(1))
            .unwrap_or(Mpt::MAX)
            .max(1);
        let leading = (size.0 * 12).min(room / spaces);
        if set.len() > ADDRESS_LINES_MAX || leading < size.0 * 96 / 10 {
            let fit = room / (size.0 * 96 / 10) + 1;
            let fit = usize::try_from(fit).unwrap_or(0).min(ADDRESS_LINES_MAX);
            self.find(
                Code::PrintAddress,
                path,
                format!("an address of {} lines", set.len()),
                format!(
                    "at most {fit} lines in a box {} high",
                    millimetres(bottom - top)
                ),
            );
        }
        let mut texts = Vec::with_capacity(set.len());
        let mut placed = Placed::new();
        let mut y = top + ascent;
        for line in set {
            texts.push(setter.line_text(line));
            placed.push(place(line, x, y));
            y += leading;
        }
        (placed, texts)
    }

    /// Date, reference … : label and value.
    fn info(&self, date: Date) -> Vec<(&'static str, String)> {
        let labels = self.language.labels();
        let letter = self.letter;
        let phone = self.header.sender.support.phone.as_deref();
        let text = |label, value: Option<&str>| value.map(|value| (label, value.to_owned()));
        [
            Some((labels.date, self.language.date(date))),
            text(labels.reference, letter.reference.as_deref()),
            text(labels.department, letter.department.as_deref()),
            letter
                .reply_by
                .map(|date| (labels.reply_by, self.language.date(date))),
            text(labels.phone, phone),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// Date, reference … below each other, right of the address. Returns the lower edge.
    fn info_column(
        &mut self,
        setter: &mut Setter,
        items: &[(&'static str, String)],
    ) -> (Placed, Mpt) {
        let frame = &self.stationery.frame;
        let mut placed = Placed::new();
        let mut y = frame.info_y;
        for item in items {
            y = self.info_item(
                setter,
                item,
                frame.info_x,
                y,
                frame.right - frame.info_x,
                &mut placed,
            ) + 4000;
        }
        (placed, y)
    }

    /// The same side by side, at the head of a page without an address.
    fn info_row(&mut self, setter: &mut Setter, items: &[(&'static str, String)]) -> (Placed, Mpt) {
        let frame = &self.stationery.frame;
        let count = Mpt::try_from(items.len()).unwrap_or(1).max(1);
        let column = frame.measure() / count;
        let mut placed = Placed::new();
        let (mut x, mut bottom) = (frame.left, frame.info_y);
        for item in items {
            let low = self.info_item(setter, item, x, frame.info_y, column - 4 * MM, &mut placed);
            bottom = bottom.max(low);
            x += column;
        }
        (placed, bottom)
    }

    fn info_item(
        &mut self,
        setter: &mut Setter,
        (label, value): &(&'static str, String),
        x: Mpt,
        top: Mpt,
        measure: Mpt,
        placed: &mut Placed,
    ) -> Mpt {
        let fonts = &self.stationery.fonts;
        let sizes = &self.stationery.options.type_sizes;
        let mut y = top;
        for (text, size) in [(*label, sizes.small), (value.as_str(), sizes.table)] {
            let copy = setter.read_text(fonts, text, Face::Regular, size);
            let lines = setter.lines(fonts, &copy, measure);
            if lines.len() > INFO_LINES_MAX {
                self.find(
                    Code::ContentUnprintable,
                    "letter/reference",
                    format!("a reference or department of {} lines", lines.len()),
                    format!("at most {INFO_LINES_MAX} lines beside the address"),
                );
                return y;
            }
            let height = size.0 * 128 / 10;
            for line in lines {
                placed.push(place(line, x, y + baseline(height, size)));
                y += height;
            }
        }
        y
    }

    /// Date and reference at the head of later pages, flush right. The sender's name is part of the stationery.
    fn running_head(&mut self, setter: &mut Setter, date: Date) -> (Placed, Mpt) {
        let stationery = self.stationery;
        let frame = &stationery.frame;
        let size = stationery.options.type_sizes.small;
        let date = self.language.date(date);
        let text = match &self.letter.reference {
            Some(reference) => format!("{date}  ·  {reference}"),
            None => date,
        };
        let copy = setter.read_text(&stationery.fonts, &text, Face::Regular, size);
        let lines = setter.lines(&stationery.fonts, &copy, frame.measure() * 40 / 100);
        let height = size.0 * 134 / 10;
        let mut placed = Placed::new();
        let mut y = RUNNING_TOP;
        for line in lines.take(INFO_LINES_MAX) {
            let width = setter.line_at(line).map_or(0, |line| line.width);
            placed.push(place(line, frame.right - width, y + baseline(height, size)));
            y += height;
        }
        (placed, y.max(stationery.running_head.edge))
    }

    fn page_number(&self, setter: &mut Setter, page: usize, pages: usize) -> Text {
        let stationery = self.stationery;
        let frame = &stationery.frame;
        let size = stationery.options.type_sizes.small;
        let text = self.language.page(page, pages);
        let copy = setter.read_text(&stationery.fonts, &text, Face::Regular, size);
        let lines = setter.lines(&stationery.fonts, &copy, frame.measure());
        let width = setter.line_at(lines.start).map_or(0, |line| line.width);
        place(lines.start, frame.right - width, frame.bottom)
    }

    fn paginate(&mut self, galley: &Galley, tops: &Tops) -> Vec<Page> {
        let stationery = self.stationery;
        let foot = stationery.footer(self.language).edge - 6 * MM;
        let plain_foot = stationery.frame.bottom - 8 * MM;
        let height = |page: usize| match page {
            0 => foot - tops.text_after_cover.unwrap_or(tops.first),
            _ => plain_foot - tops.next,
        };
        let pages_max = stationery.options.pages_max;
        let max = usize::try_from(pages_max).unwrap_or(usize::MAX);
        paginate::pages(galley, height, max).unwrap_or_else(|_| {
            self.find(
                Code::PrintPages,
                "letter/content/text",
                format!("more than {pages_max} pages"),
                format!("at most {pages_max} pages"),
            );
            Vec::new()
        })
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
            let (c, found, allowed) = match fault {
                Fault::NoGlyph(c) => (
                    c,
                    "for which the font has no glyph",
                    "characters of the job's fonts",
                ),
                Fault::RightToLeft(c) => (
                    c,
                    "which belongs to text from right to left",
                    "text from left to right",
                ),
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

fn place(line: usize, x: Mpt, y: Mpt) -> Text {
    Text {
        line: short(line),
        x,
        y,
    }
}
