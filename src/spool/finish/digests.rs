//! Digests of pages, as `proof` computes them from the finished part.

use crate::disk::{self, Sha256};
use crate::spool::flavour::Flavour;
use crate::spool::part::{SAVE, a4_boxes, saves_content, stream_dictionary};
use crate::spool::sheaf::{PageView, View, digest, page_rest_digest};

/// Digest of a page as `proof` computes it: of its dictionary's rest, and of its list of contents.
pub(super) fn page_digest(
    sheaf: &View<'_>,
    page: &PageView<'_>,
    mark: Option<&[u8]>,
) -> Option<Sha256> {
    let stream = |entries: &str, data: &[u8]| {
        digest(
            stream_dictionary(entries, data.len()).as_bytes(),
            Some(data),
            |_| None,
        )
    };
    let mut list = Vec::with_capacity(40 * (page.contents.len() + 2));
    let mut add = |item: &[&[u8]]| {
        list.push(if list.is_empty() { b'[' } else { b' ' });
        item.iter().for_each(|bytes| list.extend_from_slice(bytes));
    };
    match (mark, page.saves) {
        (None, _) | (_, 0) => {}
        (Some(_), 1) => add(&[format!("P{SAVE}").as_bytes()]),
        (Some(_), saves) => add(&[b"R", &stream("", &saves_content(saves))]),
    }
    for &index in &page.contents {
        add(&[b"R", &sheaf.objects.get(index as usize)?.digest?]);
    }
    if let Some(mark) = mark {
        add(&[b"R", &stream("/Filter/FlateDecode", mark)]);
    }
    if list.is_empty() {
        list.push(b'[');
    }
    list.push(b']');
    Some(disk::sha256(
        &[page.rest_digest, disk::sha256(&list)].concat(),
    ))
}

/// Of an empty back.
pub(super) fn blank_digest(flavour: Flavour) -> Sha256 {
    let rest = format!("{}/Resources<<>>", a4_boxes(flavour));
    disk::sha256(&page_rest_digest(rest.as_bytes(), |_| None))
}
