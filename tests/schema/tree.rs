//! A document as a tree that can be changed and written again.

/// An element or text.
#[derive(Clone, Debug)]
pub enum Node {
    Element(Element),
    Text(String),
}

/// An element; names are namespace and local name.
#[derive(Clone, Debug)]
pub struct Element {
    pub namespace: String,
    pub local: String,
    pub attributes: Vec<(String, String, String)>,
    pub children: Vec<Node>,
}

/// Namespace of `xsi:type` and its like.
pub const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";

impl Element {
    /// Reads a document.
    pub fn read(text: &str) -> Self {
        let document = roxmltree::Document::parse(text).unwrap();
        Self::of(document.root_element())
    }

    fn of(node: roxmltree::Node<'_, '_>) -> Self {
        let attribute = |attribute: roxmltree::Attribute<'_, '_>| {
            let namespace = attribute.namespace().unwrap_or_default().to_owned();
            (
                namespace,
                attribute.name().to_owned(),
                attribute.value().to_owned(),
            )
        };
        let child = |node: roxmltree::Node<'_, '_>| match (node.is_element(), node.is_text()) {
            (true, _) => Some(Node::Element(Self::of(node))),
            (_, true) => Some(Node::Text(node.text().unwrap_or_default().to_owned())),
            _ => None,
        };
        Self {
            namespace: node.tag_name().namespace().unwrap_or_default().to_owned(),
            local: node.tag_name().name().to_owned(),
            attributes: node.attributes().map(attribute).collect(),
            children: node.children().filter_map(child).collect(),
        }
    }

    /// All elements, this one first.
    pub fn walk<'a>(&'a self, into: &mut Vec<&'a Self>) {
        into.push(self);
        for child in &self.children {
            if let Node::Element(element) = child {
                element.walk(into);
            }
        }
    }

    /// The element with that number in the order of [`Self::walk`].
    pub fn nth(&mut self, number: &mut usize) -> Option<&mut Self> {
        if *number == 0 {
            return Some(self);
        }
        *number -= 1;
        self.children.iter_mut().find_map(|child| match child {
            Node::Element(element) => element.nth(number),
            Node::Text(_) => None,
        })
    }

    /// Applies `change` to every element.
    pub fn each(&mut self, change: &mut impl FnMut(&mut Self)) {
        change(self);
        for child in &mut self.children {
            if let Node::Element(element) = child {
                element.each(change);
            }
        }
    }

    /// Places of the children that are elements.
    pub fn element_places(&self) -> Vec<usize> {
        let places = self.children.iter().enumerate();
        places
            .filter(|(_, child)| matches!(child, Node::Element(_)))
            .map(|(place, _)| place)
            .collect()
    }

    /// True without elements inside.
    pub fn is_leaf(&self) -> bool {
        self.element_places().is_empty()
    }

    /// All text directly inside.
    pub fn text(&self) -> String {
        let texts = self.children.iter().filter_map(|child| match child {
            Node::Text(text) => Some(text.as_str()),
            Node::Element(_) => None,
        });
        texts.collect()
    }

    /// Writes the document; a prefix for each namespace, declared on the root.
    pub fn write(&self) -> String {
        let mut all = Vec::new();
        self.walk(&mut all);
        let mut namespaces: Vec<&str> = Vec::new();
        let used = all.iter().flat_map(|element| {
            let attributes = element
                .attributes
                .iter()
                .map(|attribute| attribute.0.as_str());
            attributes.chain([element.namespace.as_str()])
        });
        for namespace in used {
            if !namespace.is_empty() && !namespaces.contains(&namespace) {
                namespaces.push(namespace);
            }
        }
        let mut out = String::new();
        self.write_into(&mut out, &namespaces, true);
        out
    }

    fn write_into(&self, out: &mut String, namespaces: &[&str], is_root: bool) {
        let name = |namespace: &str, local: &str| match namespaces
            .iter()
            .position(|known| *known == namespace)
        {
            Some(_) if namespace == "http://www.w3.org/XML/1998/namespace" => {
                format!("xml:{local}")
            }
            Some(place) => format!("n{place}:{local}"),
            None => local.to_owned(),
        };
        let own = name(&self.namespace, &self.local);
        out.push('<');
        out.push_str(&own);
        if is_root {
            for (place, namespace) in namespaces.iter().enumerate() {
                if *namespace != "http://www.w3.org/XML/1998/namespace" {
                    out.push_str(&format!(" xmlns:n{place}=\"{namespace}\""));
                }
            }
        }
        for (namespace, local, value) in &self.attributes {
            out.push_str(&format!(
                " {}=\"{}\"",
                name(namespace, local),
                escaped(value)
            ));
        }
        out.push('>');
        for child in &self.children {
            match child {
                Node::Element(element) => element.write_into(out, namespaces, false),
                Node::Text(text) => out.push_str(&escaped(text)),
            }
        }
        out.push_str(&format!("</{own}>"));
    }
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\r' => out.push_str("&#13;"),
            '\n' => out.push_str("&#10;"),
            '\t' => out.push_str("&#9;"),
            _ => out.push(c),
        }
    }
    out
}
