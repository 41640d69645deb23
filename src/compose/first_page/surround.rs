//! What stands around the text: address, date and reference, running head, page number.

use jiff::civil::Date;

use super::{Job, MM, Placed};
use crate::compose::Face;
use crate::compose::address::{self, AddressFault, LINES_MIN};
use crate::compose::galley::{Text, baseline, short};
use crate::compose::letterhead::RUNNING_TOP;
use crate::compose::options::{Field, PageNumberForm, Points};
use crate::compose::page::Mpt;
use crate::compose::paragraph::Setter;
use crate::compose::stationery::millimetres;
use crate::finding::{Code, shape};

/// Most lines of an address, whatever the height of the box (facts/print.md §8).
const ADDRESS_LINES_MAX: usize = 7;
/// More lines than this in one value of the information column are no reference but a text.
const INFO_LINES_MAX: usize = 12;
/// Values of the reference side by side, at most.
const INFO_ROW_MAX: usize = 5;

/// How much stands beside the address.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Show {
    /// Whatever is known.
    All,
    /// Date, reference and how to reach the sender: on the cover sheet of a protected recipient
    /// (facts/denmark.md §5.3).
    Reference,
}

impl Job<'_, '_> {
    /// The address block in its box: one size, straight left edge, no blank lines.
    pub(super) fn address(&mut self, setter: &mut Setter) -> (Placed, Vec<String>) {
        let stationery = self.stationery;
        let path = "letter/recipient/address";
        setter.path = path;
        let lines = match address::lines(
            &self.letter.recipient,
            self.header.sender.country,
            self.language.labels().attention,
        ) {
            Ok(lines) => lines,
            Err(fault) => {
                let (found, allowed) = match fault {
                    AddressFault::None => ("no address", "an address, or digital delivery".into()),
                    AddressFault::NoName => (
                        "a name of which nothing is seen",
                        "the name of the recipient".into(),
                    ),
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
            setter.compare(fonts, line); // The proof of a spool reads it by its glyphs.
            texts.push(setter.line_text(line));
            placed.push(place(line, x, y));
            y += leading;
        }
        (placed, texts)
    }

    /// Date, reference … : label and value.
    pub(super) fn info(&self, date: Date, show: Show) -> Vec<(&'static str, String)> {
        let labels = self.language.labels();
        let letter = self.letter;
        let support = &self.header.sender.support;
        let text = |label, value: Option<&str>| value.map(|value| (label, value.to_owned()));
        let all = show == Show::All;
        let fields = &self.stationery.options.reference.fields;
        let item = |field: &Field| match field {
            Field::Date => Some((labels.date, self.language.date(date))),
            Field::Reference => text(labels.reference, letter.reference.as_deref()),
            Field::Department => {
                let department = letter.department.as_deref();
                text(labels.department, department.filter(|_| all))
            }
            Field::ReplyBy => {
                let date = letter.reply_by.filter(|_| all);
                date.map(|date| (labels.reply_by, self.language.date(date)))
            }
            Field::Phone => text(labels.phone, support.phone.as_deref()),
            Field::Email => text(labels.email, support.email.as_deref()),
            Field::Web => text(labels.web, support.url.as_deref()),
        };
        fields.iter().filter_map(item).collect()
    }

    /// Date, reference … below each other, right of the address. Returns the lower edge.
    pub(super) fn info_column(
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

    /// The same side by side, at the head of a page without an address; more than five in rows below each other.
    pub(super) fn info_row(
        &mut self,
        setter: &mut Setter,
        items: &[(&'static str, String)],
    ) -> (Placed, Mpt) {
        let frame = &self.stationery.frame;
        let rows = items.len().div_ceil(INFO_ROW_MAX).max(1);
        let count = items.len().div_ceil(rows).max(1);
        let column = frame.measure() / Mpt::try_from(count).unwrap_or(1);
        let mut placed = Placed::new();
        let mut bottom = frame.info_y;
        for (row, items) in items.chunks(count).enumerate() {
            let top = if row == 0 { bottom } else { bottom + 4000 };
            let mut x = frame.left;
            for item in items {
                let low = self.info_item(setter, item, x, top, column - 4 * MM, &mut placed);
                bottom = bottom.max(low);
                x += column;
            }
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
                    self.path_of(label),
                    format!("`{label}` of {} lines", lines.len()),
                    format!(
                        "at most {INFO_LINES_MAX} lines; shorten it, or leave it out of `reference.fields` of the job"
                    ),
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

    /// Where a value of the reference comes from, by its label.
    fn path_of(&self, label: &str) -> &'static str {
        let labels = self.language.labels();
        if label == labels.reference {
            "letter/reference"
        } else if label == labels.department {
            "letter/department"
        } else {
            "header/sender/support"
        }
    }

    /// Date and reference at the head of later pages, flush right. The sender's name is part of the stationery.
    pub(super) fn running_head(&mut self, setter: &mut Setter, date: Date) -> (Placed, Mpt) {
        let stationery = self.stationery;
        let frame = &stationery.frame;
        if !stationery.options.later_pages.head {
            return (Placed::new(), 0);
        }
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
        if lines.len() > INFO_LINES_MAX {
            self.find(
                Code::ContentUnprintable,
                "letter/reference",
                format!("a reference of {} lines", lines.len()),
                format!("at most {INFO_LINES_MAX} lines at the head of later pages"),
            );
            return (placed, y);
        }
        for line in lines {
            let width = setter.line_at(line).map_or(0, |line| line.width);
            placed.push(place(line, frame.right - width, y + baseline(height, size)));
            y += height;
        }
        (placed, y.max(stationery.running_head.edge))
    }

    /// Flush right, in the lowest line; `raised`: above the area for a payment slip.
    pub(super) fn page_number(
        &self,
        setter: &mut Setter,
        page: usize,
        pages: usize,
        raised: bool,
    ) -> Option<Text> {
        let stationery = self.stationery;
        let frame = &stationery.frame;
        let size = stationery.options.type_sizes.small;
        let options = &stationery.options.page_number;
        if options.not_on_single_page && pages == 1 {
            return None;
        }
        let text = match options.form {
            PageNumberForm::Words => self.language.page(page, pages),
            PageNumberForm::Brackets => format!("{page} ({pages})"),
            PageNumberForm::Slash => format!("{page}/{pages}"),
            PageNumberForm::None => return None,
        };
        let copy = setter.read_text(&stationery.fonts, &text, Face::Regular, size);
        let lines = setter.lines(&stationery.fonts, &copy, frame.measure());
        let width = setter.line_at(lines.start).map_or(0, |line| line.width);
        let bottom = if raised {
            frame.bottom_raised
        } else {
            frame.bottom
        };
        Some(place(lines.start, frame.right - width, bottom))
    }
}

fn place(line: usize, x: Mpt, y: Mpt) -> Text {
    Text {
        line: short(line),
        x,
        y,
    }
}
