//! Mutants: a document that is valid, changed in one or two places. The same seed gives the same mutants.

use super::tree::{Element, Node, XSI};

/// xorshift64*.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed | 1)
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16
    }

    /// Less than `bound`.
    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        from.get(self.below(from.len()))
    }
}

/// Values that are right somewhere and wrong elsewhere.
const VALUES: &[&str] = &[
    "",
    " ",
    "0",
    "1",
    "-1",
    "+1",
    "01",
    "true",
    "false",
    "TRUE",
    "2026-02-29",
    "2024-02-29",
    "2026-04-31",
    "2026-01-01",
    "26-01-01",
    "2026-1-1",
    "0000-01-01",
    "-0001-01-01",
    "12345-01-01",
    "2026-01-01Z",
    "2026-01-01+14:00",
    "2026-01-01+14:01",
    "2026-01-01+15:00",
    "2026-01-01T00:00:00",
    "2026-01-01T24:00:00Z",
    "2026-01-01T24:00:01Z",
    "2026-01-01T23:59:60Z",
    "2026-01-01T00:00:00.",
    "2026-01-01T00:00:00.123456+02:00",
    "2026-01-01 00:00:00",
    "2026-02-30T00:00:00Z",
    "sv",
    "SV",
    "sve",
    "sv-SE",
    "s",
    "a@b.c",
    "@.",
    "a@b",
    "ab.c@d.e",
    "http://x",
    "https://x/å",
    "https://",
    "https://a b",
    "https://[",
    "https://%zz",
    "ftp://x",
    "http:/x",
    "SE",
    "se",
    "DK",
    "DKK",
    "auto",
    " auto ",
    "print",
    "digital",
    "test",
    "any",
    "bullet",
    "number",
    "123 45",
    "1234 5",
    "12345",
    "1234",
    "123",
    "१२३४",
    "18120304-2393",
    "181203042393",
    "1812030423930",
    "16551012-3457",
    "551012-3457",
    "6101900019",
    "13585628",
    "a:b",
    "x_y",
    "-a",
    "a|b",
    "fil<1>.pdf",
    "a&b",
    "QUJD",
    "QUI=",
    "QUJ=",
    "Q",
    "QUJD QUJD",
    "QUJD\nQUJD",
    "QU-D",
    "QUJDå",
    "=",
    "====",
    "QQ==QQ==",
    "QQ= =",
    "100000000",
    "100000001",
    "99999999999999999999",
    "1.0",
    "1e1",
    "application/pdf",
    "Application/PDF",
    "text/",
    "\u{a0}",
    "é",
    "😀",
    "1\t2",
    "a  b",
    "C5",
    "C6",
    "mono",
    "total",
    "BETALING",
    "Betaling",
    "left",
    "2",
    "3",
    "4",
    "letter id",
    "ffff",
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
];

/// Lengths about the limits of the schemas.
const LENGTHS: &[usize] = &[
    1, 2, 20, 32, 33, 50, 51, 64, 65, 100, 101, 160, 161, 200, 201, 255, 256, 257, 512, 513, 1024,
    1025,
];

/// How many of an element in a row.
const COPIES: &[usize] = &[1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 20, 21, 100, 101];

/// One or two changes of the document.
pub fn mutant(original: &Element, dice: &mut Dice) -> Element {
    let mut mutant = original.clone();
    change(&mut mutant, dice);
    if dice.below(5) == 0 {
        change(&mut mutant, dice);
    }
    mutant
}

fn change(root: &mut Element, dice: &mut Dice) {
    let mut all = Vec::new();
    root.walk(&mut all);
    let count = all.len();
    let other = all[dice.below(count)].clone();
    let name = all[dice.below(count)].local.clone();
    let namespaces: Vec<_> = all
        .iter()
        .map(|element| element.namespace.clone())
        .collect();
    let namespace = namespaces[dice.below(count)].clone();
    let mut number = dice.below(count);
    let Some(element) = root.nth(&mut number) else {
        return;
    };
    match dice.below(10) {
        0..3 => value(element, dice),
        3 => attributes(element, dice),
        4 => renamed(element, name, namespace, dice),
        _ => children(element, other, dice),
    }
}

/// The text of a leaf, or the value of an attribute.
fn value(element: &mut Element, dice: &mut Dice) {
    let attribute = dice.below(3) == 0 && !element.attributes.is_empty();
    if attribute {
        let place = dice.below(element.attributes.len());
        let value = &element.attributes[place].2;
        element.attributes[place].2 = changed(value, dice);
    } else {
        let text = changed(&element.text(), dice);
        if element.is_leaf() {
            element.children = vec![Node::Text(text)];
        } else {
            let place = dice.below(element.children.len() + 1);
            element.children.insert(place, Node::Text(text));
        }
    }
}

fn changed(value: &str, dice: &mut Dice) -> String {
    let mut characters: Vec<char> = value.chars().collect();
    let place = dice.below(characters.len() + 1);
    let foreign = [
        'a', 'Z', '0', '9', ' ', '\n', '\t', '-', '.', ':', '=', '/', '@', 'å', 'Ж', '😀', '+', 'T',
    ];
    match dice.below(8) {
        0..3 => return dice.pick(VALUES).unwrap_or(&"").to_string(),
        3 => {
            let letter = ['x', 'Ö', '7', ' '][dice.below(4)];
            let length = LENGTHS[dice.below(LENGTHS.len())];
            return std::iter::repeat_n(letter, length).collect();
        }
        4 => characters.insert(place, foreign[dice.below(foreign.len())]),
        5 if !characters.is_empty() => drop(characters.remove(place.min(characters.len() - 1))),
        6 if !characters.is_empty() => {
            let last = characters.len() - 1;
            characters[place.min(last)] = foreign[dice.below(foreign.len())];
        }
        _ => {
            let blank = [' ', '\n', '\t', '\r'][dice.below(4)];
            let place = if dice.below(2) == 0 {
                0
            } else {
                characters.len()
            };
            characters.insert(place, blank);
        }
    }
    characters.into_iter().collect()
}

fn attributes(element: &mut Element, dice: &mut Dice) {
    let place = dice.below(element.attributes.len());
    let mut added = match dice.below(9) {
        0 | 1 if !element.attributes.is_empty() => {
            element.attributes.remove(place);
            return;
        }
        2 if !element.attributes.is_empty() => {
            element.attributes[place].1.push('x');
            return;
        }
        3 if !element.attributes.is_empty() => {
            element.attributes[place].0 = "urn:elsewhere".into();
            return;
        }
        4 => (XSI.to_owned(), "nil".to_owned(), "true".to_owned()),
        5 => (
            XSI.to_owned(),
            "schemaLocation".to_owned(),
            "a b".to_owned(),
        ),
        6 => (
            "http://www.w3.org/XML/1998/namespace".to_owned(),
            "lang".to_owned(),
            "sv".to_owned(),
        ),
        7 => ("urn:elsewhere".to_owned(), "id".to_owned(), "1".to_owned()),
        _ => (String::new(), "id".to_owned(), "1".to_owned()),
    };
    let same = |known: &(String, String, String)| (&known.0, &known.1) == (&added.0, &added.1);
    if element.attributes.iter().any(same) {
        added.1 = "andra".into();
    }
    if !element
        .attributes
        .iter()
        .any(|known| (&known.0, &known.1) == (&added.0, &added.1))
    {
        element.attributes.push(added);
    }
}

fn renamed(element: &mut Element, name: String, namespace: String, dice: &mut Dice) {
    match dice.below(5) {
        0 | 1 => element.local = name,
        2 => element.local = "okänd".into(),
        3 => {
            element.namespace = if dice.below(2) == 0 {
                String::new()
            } else {
                "urn:elsewhere".into()
            }
        }
        _ => element.namespace = namespace,
    }
}

/// Drops, doubles, moves, wraps.
fn children(element: &mut Element, other: Element, dice: &mut Dice) {
    let places = element.element_places();
    let Some(&place) = dice.pick(&places) else {
        if dice.below(4) == 0 {
            element.children.push(Node::Element(other));
        }
        return;
    };
    let anywhere = dice.below(element.children.len() + 1);
    match dice.below(9) {
        0 | 1 => drop(element.children.remove(place)),
        2 => element
            .children
            .insert(place, element.children[place].clone()),
        3 => {
            let moved = element.children.remove(place);
            element
                .children
                .insert(anywhere.min(element.children.len()), moved);
        }
        4 => element.children.insert(anywhere, Node::Element(other)),
        5 => element.children[place] = Node::Element(other),
        6 => {
            let copies = COPIES[dice.below(COPIES.len())];
            let copied = element.children[place].clone();
            // Large parts stay within reason.
            let size = |node: &Node| match node {
                Node::Element(element) => element.write().len(),
                Node::Text(text) => text.len(),
            };
            if copies * size(&copied) < 60_000 {
                element
                    .children
                    .splice(place..=place, std::iter::repeat_n(copied, copies));
            }
        }
        7 => {
            if let Node::Element(inner) = element.children.remove(place) {
                element.children.splice(place..place, inner.children);
            }
        }
        _ => {
            if let Node::Element(inner) = &mut element.children[place] {
                inner.children.clear();
            }
        }
    }
}
