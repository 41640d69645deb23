//! What is asked of the nodes of a tree. roxmltree keeps no prefixes, so they are read from the text where a name stands.

use roxmltree::{Attribute, Node};

const XML_NAMESPACE: &str = "http://www.w3.org/XML/1998/namespace";

/// `xml:…` attributes of the elements around, which the first element takes over (Canonical XML 1.0 §2.4), the nearest
/// of each name, unless it has one of its own.
pub(super) fn inherited<'a, 'input>(
    apex: Node<'a, 'input>,
) -> Vec<(&'a str, &'input str, Attribute<'a, 'input>)> {
    let mut found: Vec<(&str, &str, Attribute<'a, 'input>)> = Vec::new();
    for element in apex.ancestors().skip(1) {
        for attribute in element.attributes() {
            let is_xml = attribute.namespace() == Some(XML_NAMESPACE);
            let known = apex.has_attribute((XML_NAMESPACE, attribute.name()))
                || found.iter().any(|(_, _, a)| a.name() == attribute.name());
            if is_xml && !known {
                found.push((XML_NAMESPACE, "xml", attribute));
            }
        }
    }
    found
}

/// The prefix of an element, as it stands in the text; empty for none.
pub(super) fn element_prefix<'input>(element: Node<'_, 'input>) -> &'input str {
    let text = element.document().input_text();
    let name = text
        .get(element.range().start + 1..) // Behind `<`.
        .unwrap_or_default();
    let end = name.find([' ', '\t', '\n', '\r', '/', '>']);
    prefix_of(name.get(..end.unwrap_or_default()).unwrap_or_default())
}

pub(super) fn attribute_prefix<'input>(
    element: Node<'_, 'input>,
    attribute: &Attribute<'_, 'input>,
) -> &'input str {
    let text = element.document().input_text();
    prefix_of(text.get(attribute.range_qname()).unwrap_or_default())
}

fn prefix_of(name: &str) -> &str {
    name.split_once(':').map_or("", |(prefix, _)| prefix)
}

/// True when the same declarations are in scope as at its parent. Equal ones are kept once in a tree, so that they need not
/// be compared by their texts.
pub(super) fn adds_no_declaration(element: Node<'_, '_>) -> bool {
    let parent = element.parent_element();
    parent.is_some_and(|parent| {
        let (own, above) = (element.namespaces(), parent.namespaces());
        own.len() == above.len() && own.zip(above).all(|(own, above)| std::ptr::eq(own, above))
    })
}

/// `xmlns=""` reads as an empty name.
pub(super) fn namespace_of(namespace: Option<&str>) -> &str {
    namespace.unwrap_or_default()
}

pub(super) fn is_blank(text: &str) -> bool {
    text.bytes()
        .all(|b| matches!(b, b' ' | b'\t' | b'\n' | b'\r'))
}
