//! The full fixtures hold every element and every attribute that the schema of mailings declares; and what the newest of
//! them may not hold is refused.

use std::collections::HashSet;
use std::path::Path;

use lettermill::schema::{Schema, document};
use roxmltree::{Document, Node, NodeId};

use super::{MAILING, fixture, oracle};
use crate::support::tools::has;

/// The schema as a document, and which of its declarations were met.
struct Declared<'d> {
    document: &'d Document<'d>,
    met: HashSet<NodeId>,
}

impl<'d> Declared<'d> {
    fn is(node: Node<'_, '_>, name: &str) -> bool {
        node.tag_name().name() == name
    }

    fn named(&self, kind: &str, name: &str) -> Option<Node<'d, 'd>> {
        let mut all = self.document.root_element().children();
        all.find(|n| Self::is(*n, kind) && n.attribute("name") == Some(name))
    }

    /// The complex type of an element or extension, if it has one.
    fn type_of(&self, node: Node<'d, 'd>, attribute: &str) -> Option<Node<'d, 'd>> {
        node.attribute(attribute)
            .and_then(|name| self.named("complexType", name))
            .or_else(|| node.children().find(|n| Self::is(*n, "complexType")))
    }

    /// The declarations that hold directly in a complex type, those of its base included.
    fn inside(&self, of: Node<'d, 'd>, kind: &str, found: &mut Vec<Node<'d, 'd>>) {
        for child in of.children().filter(Node::is_element) {
            match child.tag_name().name() {
                name if name == kind => found.push(child),
                "extension" => {
                    if let Some(base) = self.type_of(child, "base") {
                        self.inside(base, kind, found);
                    }
                    self.inside(child, kind, found);
                }
                "sequence" | "choice" | "complexContent" | "simpleContent" => {
                    self.inside(child, kind, found);
                }
                _ => {}
            }
        }
    }

    /// Notes what `element`, declared by `declaration`, uses.
    fn meet(&mut self, element: Node<'_, '_>, declaration: Node<'d, 'd>) {
        self.met.insert(declaration.id());
        let Some(of) = self.type_of(declaration, "type") else {
            return;
        };
        let (mut elements, mut attributes) = (Vec::new(), Vec::new());
        self.inside(of, "element", &mut elements);
        self.inside(of, "attribute", &mut attributes);
        for attribute in element.attributes().filter(|a| a.namespace().is_none()) {
            let found = attributes
                .iter()
                .find(|n| n.attribute("name") == Some(attribute.name()));
            self.met.insert(found.unwrap().id());
        }
        for child in element.children().filter(Node::is_element) {
            let name = Some(child.tag_name().name());
            let found = elements.iter().find(|n| n.attribute("name") == name);
            self.meet(child, *found.unwrap());
        }
    }
}

#[test]
fn the_full_fixtures_hold_everything_that_is_declared() {
    let text = std::fs::read_to_string(MAILING).unwrap();
    let document = Document::parse(&text).unwrap();
    let mut declared = Declared {
        document: &document,
        met: HashSet::new(),
    };
    let root = declared.named("element", "mailing").unwrap();
    for name in ["se-full", "dk-full"] {
        let text = fixture(name);
        let mailing = Document::parse(&text).unwrap();
        declared.meet(mailing.root_element(), root);
    }
    let mut declarations = 0;
    let mut missing = Vec::new();
    for node in document.descendants() {
        if Declared::is(node, "element") || Declared::is(node, "attribute") {
            declarations += 1;
            if !declared.met.contains(&node.id()) {
                let line = document.text_pos_at(node.range().start).row;
                missing.push(format!("line {line}: {:?}", node.attribute("name")));
            }
        }
    }
    assert!(declarations > 150, "{declarations}");
    assert_eq!(missing, [""; 0], "in no full fixture");
}

#[test]
fn what_a_matter_or_an_answer_may_not_hold_is_refused() {
    let good = fixture("dk-full");
    let swedish = fixture("se-full");
    let uuid = "9b1f6a20-4c3d-4e8b-b2a7-6d5e4f3c2b1a";
    let info = "<m:info label=\"Telefon\"/>";
    let empty_data = "<m:data name=\"tom\"/>";
    let mut bad = Vec::new();
    let mut change = |text: &str, from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        bad.push((to.to_owned(), text.replacen(from, to, 1)));
    };
    // Version 1, another variant, too short.
    change(&good, uuid, "9b1f6a20-4c3d-1e8b-b2a7-6d5e4f3c2b1a");
    change(&good, uuid, "9b1f6a20-4c3d-4e8b-c2a7-6d5e4f3c2b1a");
    change(&good, uuid, "9b1f6a20-4c3d-4e8b-b2a7-6d5e4f3c2b1");
    change(&good, info, &info.repeat(2));
    change(&good, empty_data, &empty_data.repeat(4));
    change(&good, "cpr=\"610190-0019\"", "cpr=\"61019-00019\"");
    change(&good, "cvr=\"13585628\"", "cvr=\"1358562\"");
    change(&good, "licence=\"AB00123\"", "licence=\"AB001234\"");
    change(&good, "number=\"0000012345\"", "number=\"00000123456\"");
    change(&good, " version=\"2.4\"", "");
    change(&good, ">requested<", ">perhaps<");
    change(&swedish, ">simple<", ">maybe<");
    change(&swedish, ">closed<", ">open<");
    let schema = Schema::mailing();
    for (change, text) in &bad {
        let found = document::validate(&schema, text.as_bytes()).unwrap();
        assert!(!found.is_empty(), "{change} is taken");
    }
    if has("xmllint") {
        let texts: Vec<&str> = bad.iter().map(|(_, text)| text.as_str()).collect();
        let verdicts = oracle::xmllint(Path::new(MAILING), &texts);
        assert_eq!(verdicts, vec![false; texts.len()]);
    }
}
