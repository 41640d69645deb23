//! Sets the foot of a page: the sender's details, in the columns of the job or in two of our own.

use super::Face;
use super::galley::{HAIRLINE, baseline};
use super::letterhead::{Desk, Draft};
use super::options::{FooterOn, Payment, PaymentPage};
use super::page::{Mpt, mpt};
use super::paragraph::{Lines, Setter};
use super::stationery::{Error, Part};
use super::words::Language;
use crate::letter::{Country, Micrometres, Sender};

const MM: Mpt = mpt(Micrometres(1000));
/// A footer with more lines is a letter of its own.
const LINES_MAX: usize = 40;
/// Between columns.
const GUTTER: Mpt = 5 * MM;
/// Of the first page that must be left to the text, and above an area for a payment slip.
const TEXT_HEIGHT_MIN: [Mpt; 2] = [60 * MM, 30 * MM];

/// A column of the footer: where it stands and what it says.
struct Column {
    x: Mpt,
    measure: Mpt,
    texts: Vec<(String, Face)>,
}

impl Desk<'_> {
    /// The footer whose lowest line stands at `bottom`; the last line at the right is left to the page number.
    pub fn footer(&self, language: Language, bottom: Mpt) -> Result<Part, Error> {
        let frame = &self.frame;
        let footer = &self.options.footer;
        let size = self.options.type_sizes.small;
        let height = size.0 * 10 * 134 / 100;
        let mut draft = Draft::new("the footer");
        if footer.on == FooterOn::None {
            // As far from the text as a page number is.
            return draft.finish(bottom - 2 * MM);
        }
        let columns = if footer.columns.is_empty() {
            self.columns_of_sender(language)
        } else {
            self.columns_of_job(&mut draft.setter)?
        };
        let mut set: Vec<(Mpt, Vec<Lines>)> = Vec::with_capacity(columns.len());
        for column in &columns {
            let lines = column.texts.iter().map(|(text, face)| {
                let copy = draft.setter.read_text(self.fonts, text, *face, size);
                draft.setter.lines(self.fonts, &copy, column.measure)
            });
            set.push((column.x, lines.collect()));
        }
        let last = set.len().saturating_sub(1);
        let rows = set.iter().enumerate().map(|(at, (_, lines))| {
            let rows: usize = lines.iter().map(Lines::len).sum();
            rows + usize::from(at == last)
        });
        let rows = rows.max().unwrap_or(1).min(LINES_MAX + 1);
        let lines = Mpt::try_from(rows.saturating_sub(1)).unwrap_or(0);
        // Half a line keeps the page number apart.
        let top = bottom - baseline(height, size) - height * lines - height / 2;
        let rule = top - 2 * MM;
        let [alone, above_slip] = TEXT_HEIGHT_MIN;
        let raised = bottom < frame.bottom;
        // A slip that finds no room below the text of a last page gets a page of its own, where no such footer stands.
        let slip_first = |payment: &Payment| payment.page == PaymentPage::First;
        let raised_first = raised
            && (footer.on == FooterOn::AllPages
                || self.options.payment.as_ref().is_some_and(slip_first));
        let room = rule - frame.body_top;
        if rows <= LINES_MAX && raised_first && room < above_slip {
            return Err(Error::Option {
                option: "payment.height_mm",
                found: "so much that a first page has no room for text above the footer".into(),
                allowed: "less, or a shorter footer, or none",
            });
        }
        if rows > LINES_MAX || (!raised && room < alone) {
            return Err(if footer.columns.is_empty() {
                Error::TooLong {
                    place: "the sender's support text",
                    option: "header/sender/support",
                }
            } else {
                Error::TooLong {
                    place: "the footer",
                    option: "footer.columns",
                }
            });
        }
        draft.ink.rule(frame.left, rule, frame.measure(), HAIRLINE);
        for (x, column) in set {
            let mut y = top;
            for lines in column {
                y = draft.lines(self.fonts, lines, x, y, height);
            }
        }
        draft.finish(rule)
    }

    /// Name and support text; telephone and addresses.
    fn columns_of_sender(&self, language: Language) -> Vec<Column> {
        let frame = &self.frame;
        let support = &self.sender.support;
        let phone = support
            .phone
            .as_deref()
            .map(|phone| format!("{} {phone}", language.labels().phone));
        let contacts = [&phone, &support.email, &support.url];
        vec![
            Column {
                x: frame.left,
                measure: frame.info_x - frame.left - 8 * MM,
                texts: vec![
                    (self.name().to_owned(), Face::Bold),
                    (support.text.clone(), Face::Regular),
                ],
            },
            Column {
                x: frame.info_x,
                measure: frame.right - frame.info_x,
                texts: contacts
                    .into_iter()
                    .flatten()
                    .map(|text| (text.clone(), Face::Regular))
                    .collect(),
            },
        ]
    }

    /// The job's, each as wide as its lines, the rest shared; a column that wants more than its share is broken.
    fn columns_of_job(&self, setter: &mut Setter) -> Result<Vec<Column>, Error> {
        let frame = &self.frame;
        let size = self.options.type_sizes.small;
        let mut out = Vec::new();
        let mut wide = Vec::new();
        for column in &self.options.footer.columns {
            let title = column.title.iter().map(|title| (title.clone(), Face::Bold));
            let mut texts: Vec<(String, Face)> = title.collect();
            for line in &column.lines {
                let filled = filled(line, |key| self.value(key))?;
                texts.extend(filled.map(|text| (text, Face::Regular)));
            }
            let widths = texts.iter().map(|(text, face)| {
                let copy = setter.read_text(self.fonts, text, *face, size);
                setter.widths(&copy).1
            });
            wide.push(widths.max().unwrap_or(0));
            out.push(Column {
                x: frame.left,
                measure: 0,
                texts,
            });
        }
        let mut x = frame.left;
        let widths = shares(&wide, frame.measure() + GUTTER);
        for (column, width) in out.iter_mut().zip(widths) {
            column.x = x;
            column.measure = width - GUTTER;
            x += width;
        }
        Ok(out)
    }

    /// What a name in braces stands for; `None`: we know no such name.
    fn value(&self, key: &str) -> Option<Option<String>> {
        let support = &self.sender.support;
        Some(match key {
            "name" => Some(self.name().to_owned()),
            "organisation_number" => Some(organisation_number(self.sender)),
            "phone" => support.phone.clone(),
            "email" => support.email.clone(),
            "url" => support.url.clone(),
            "support" => Some(support.text.clone()),
            _ => return None,
        })
    }
}

/// Widths of columns with a gutter behind each, `available` all together: those that need less than their share leave it
/// to the others; what is left over goes to all.
fn shares(wide: &[Mpt], available: Mpt) -> Vec<Mpt> {
    let wanted = wide
        .iter()
        .map(|&wide| wide.saturating_add(GUTTER).min(available));
    let mut widths: Vec<Mpt> = wanted.collect();
    let mut by_width: Vec<usize> = (0..widths.len()).collect();
    by_width.sort_by_key(|&at| widths.get(at).copied());
    let mut left = available;
    let mut count = Mpt::try_from(widths.len()).unwrap_or(Mpt::MAX);
    for at in by_width {
        if let Some(width) = widths.get_mut(at) {
            *width = (*width).min(left / count.max(1));
            left -= *width;
            count -= 1;
        }
    }
    let more = left / Mpt::try_from(widths.len()).unwrap_or(1).max(1);
    widths.iter().map(|width| width + more).collect()
}

/// Puts values in place of names in braces; `None` where one has no value.
fn filled(
    line: &str,
    value: impl Fn(&str) -> Option<Option<String>>,
) -> Result<Option<String>, Error> {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, behind)) = rest.split_once('{') {
        out.push_str(before);
        let (key, behind) = behind.split_once('}').unwrap_or((behind, ""));
        match value(key) {
            Some(Some(value)) => out.push_str(&value),
            Some(None) => return Ok(None),
            None => {
                return Err(Error::Option {
                    option: "footer.columns.lines",
                    found: format!("`{{{}}}`", key.chars().take(30).collect::<String>()),
                    allowed: "{name}, {organisation_number}, {phone}, {email}, {url}, {support}",
                });
            }
        }
        rest = behind;
    }
    out.push_str(rest);
    Ok(Some(out))
}

/// As it is written in the sender's country: `202100-4748` in Sweden, eight digits in Denmark.
fn organisation_number(sender: &Sender) -> String {
    let number = &sender.organisation_number;
    match (sender.country, number.len().checked_sub(10)) {
        (Country::Sweden, Some(start)) => {
            let ten = number.get(start..).unwrap_or(number);
            ten.split_at_checked(6)
                .map_or_else(|| number.clone(), |(a, b)| format!("{a}-{b}"))
        }
        _ => number.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_share_the_line_as_they_need_it() {
        let mm = |wide: &[Mpt]| -> Vec<Mpt> {
            let wide: Vec<Mpt> = wide.iter().map(|wide| wide * MM).collect();
            let widths = shares(&wide, 165 * MM);
            assert!(widths.iter().sum::<Mpt>() <= 165 * MM);
            widths.iter().map(|width| width / MM - 5).collect()
        };
        assert_eq!(mm(&[30, 30, 30]), [50, 50, 50]);
        assert_eq!(mm(&[20, 20, 60, 20]), [26, 26, 66, 26]);
        assert_eq!(mm(&[10, 300, 10]), [10, 130, 10]);
        assert_eq!(mm(&[300, 300]), [77, 77]);
        assert!(mm(&[]).is_empty());
    }

    #[test]
    fn names_in_braces_are_filled_or_the_line_is_left_out() {
        let value = |key: &str| match key {
            "phone" => Some(Some("010-1".to_owned())),
            "email" => Some(None),
            _ => None,
        };
        let fill = |line| filled(line, value);
        assert_eq!(fill("Tel {phone}.").unwrap().as_deref(), Some("Tel 010-1."));
        assert_eq!(
            fill("{phone}/{phone}").unwrap().as_deref(),
            Some("010-1/010-1")
        );
        assert_eq!(fill("{email}").unwrap(), None);
        assert_eq!(fill("Box 1").unwrap().as_deref(), Some("Box 1"));
        for wrong in ["{fax}", "{", "{}"] {
            assert!(fill(wrong).is_err(), "{wrong}");
        }
    }
}
