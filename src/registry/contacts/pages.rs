//! Whether all pages of a look-up were given.
//!
//! A page says how many pages and contacts its look-up has, but not which look-up it is of. Look-ups of one size are
//! counted together: the page number that came most often says how many they are.

use std::collections::{BTreeMap, BTreeSet};

use crate::disk::{self, Sha256};

/// What a page says of itself, and what was found in it.
#[derive(Debug, Default)]
pub struct Page {
    digest: Sha256,
    /// Counted from zero.
    pub current_page: Option<u64>,
    pub total_pages: Option<u64>,
    pub elements_on_page: Option<u64>,
    pub total_elements: Option<u64>,
    /// There is a list of contacts, if an empty one.
    pub is_of_contacts: bool,
    /// Contacts read so far.
    pub contacts: u64,
    /// Those that have a mailbox subscription.
    pub mailboxes: u64,
    /// Those without a number, so that nothing can be said of anyone.
    pub without_number: u64,
}

impl Page {
    /// A page with these bytes, not read yet.
    pub fn of(bytes: &[u8]) -> Self {
        Self {
            digest: disk::sha256(bytes),
            ..Self::default()
        }
    }
}

/// The pages read so far.
#[derive(Debug, Default)]
pub struct Pages {
    seen: BTreeSet<Sha256>, // A page given twice is one page.
    lookups: BTreeMap<(u64, u64), Lookups>,
    contacts: u64,
    mailboxes: u64,
    without_number: u64,
}

/// Look-ups with the same number of pages and of contacts.
#[derive(Debug, Default)]
struct Lookups {
    pages: u64,
    contacts: u64,
    by_number: BTreeMap<u64, u64>,
}

impl Pages {
    pub fn add(&mut self, page: Page) {
        if !self.seen.insert(page.digest) {
            return;
        }
        self.contacts += page.contacts;
        self.mailboxes += page.mailboxes;
        self.without_number += page.without_number;
        if let Some(total_pages) = page.total_pages {
            let size = (total_pages, page.total_elements.unwrap_or_default());
            let lookups = self.lookups.entry(size).or_default();
            lookups.pages += 1;
            lookups.contacts += page.contacts;
            *lookups
                .by_number
                .entry(page.current_page.unwrap_or_default())
                .or_default() += 1;
        }
    }

    /// What a person should know, as sentences.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        for ((total_pages, total_elements), given) in &self.lookups {
            let lookups = given.by_number.values().max().copied().unwrap_or_default();
            let pages = total_pages.saturating_mul(lookups);
            let contacts = total_elements.saturating_mul(lookups);
            if given.pages < pages {
                notes.push(format!(
                    "pages of the contact registry are missing: {} of {pages} were given, with {} of {contacts} contacts; \
                     whoever is on the others counts as not in the registry: fetch them and build again",
                    given.pages, given.contacts
                ));
            } else if given.contacts < contacts {
                notes.push(format!(
                    "the contact registry says {contacts} contacts in all, its {pages} pages hold {}: it may have changed \
                     between them; fetch them again",
                    given.contacts
                ));
            }
        }
        if self.without_number > 0 {
            notes.push(format!(
                "{} contacts have neither cprNumber nor cvrNumber and were left out: ask for these fields too",
                self.without_number
            ));
        }
        if self.contacts > 0 && self.mailboxes == 0 {
            notes.push(
                "no contact has a mailboxSubscription, so nobody is reachable: ask for this field too".into(),
            );
        }
        notes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(current: u64, total_pages: u64, contacts: u64, total_elements: u64, mark: u8) -> Page {
        Page {
            current_page: Some(current),
            total_pages: Some(total_pages),
            total_elements: Some(total_elements),
            contacts,
            mailboxes: contacts,
            ..Page::of(&[mark])
        }
    }

    fn notes(pages: impl IntoIterator<Item = Page>) -> Vec<String> {
        let mut all = Pages::default();
        pages.into_iter().for_each(|page| all.add(page));
        all.notes()
    }

    #[test]
    fn whole_lookups_need_no_note() {
        let two = [page(0, 2, 3, 5, 1), page(1, 2, 2, 5, 2)];
        assert_eq!(notes(two), [""; 0]);
        // Two look-ups of the same size, one page given twice, one look-up that found nobody.
        let more = [
            page(1, 2, 2, 5, 4),
            page(0, 2, 3, 5, 1),
            page(0, 2, 3, 5, 1),
            page(0, 2, 3, 5, 3),
            page(1, 2, 2, 5, 2),
            page(0, 0, 0, 0, 5),
        ];
        assert_eq!(notes(more), [""; 0]);
        assert_eq!(notes([Page::of(b"a bare list")]), [""; 0]);
    }

    #[test]
    fn missing_pages_and_contacts_are_noted() {
        let first_of_two = notes([page(0, 2, 3, 5, 1)]);
        assert!(first_of_two[0].contains("1 of 2 were given, with 3 of 5 contacts"));
        let three_of_four = [
            page(0, 2, 3, 5, 1),
            page(1, 2, 2, 5, 2),
            page(0, 2, 3, 5, 3),
        ];
        assert!(notes(three_of_four)[0].contains("3 of 4 were given, with 8 of 10"));
        let last = notes([page(8, 9, 1, u64::MAX, 1)]);
        assert!(last[0].contains("1 of 9 were given"));
        let fewer = notes([page(0, 2, 3, 6, 1), page(1, 2, 2, 6, 2)]);
        assert!(
            fewer[0].contains("6 contacts in all, its 2 pages hold 5"),
            "{fewer:?}"
        );
    }

    #[test]
    fn fields_that_were_not_asked_for_are_noted() {
        let bare = Page {
            contacts: 4,
            without_number: 1,
            ..Page::of(b"bare")
        };
        let notes = notes([bare]);
        assert!(notes[0].contains("1 contacts have neither cprNumber nor cvrNumber"));
        assert!(notes[1].contains("no contact has a mailboxSubscription"));
    }
}
