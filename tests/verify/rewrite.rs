//! The same document in other bytes: what other programs write, and what does no harm to a signature.

use std::fmt::Write;

use roxmltree::{Document, Node};

/// How a document is written. The default is the form of Mina meddelanden: default namespaces, nothing else.
#[derive(Clone, Copy, Default)]
pub struct Style {
    /// All elements with prefixes, declared at the top.
    pub prefixes: bool,
    /// Comments around every element and inside of every text.
    pub comments: bool,
    /// Texts as CDATA and numbered references by turns, empty elements with one tag, `'` around values.
    pub spelling: bool,
    /// White space between elements: this does harm.
    pub indented: bool,
}

/// Prefixes of namespaces, by their order.
const PREFIXES: [&str; 8] = ["ns0", "ns1", "a", "soapenv", "x-y", "_", "m", "ö"];

/// Writes a document in another style.
pub fn rewritten(document: &[u8], style: Style) -> String {
    let text = std::str::from_utf8(document).unwrap();
    let tree = Document::parse(text).unwrap();
    let mut namespaces: Vec<&str> = Vec::new();
    for node in tree.descendants().filter(Node::is_element) {
        let namespace = node.tag_name().namespace().unwrap();
        if !namespaces.contains(&namespace) {
            namespaces.push(namespace);
        }
    }
    let mut writer = Writer {
        style,
        namespaces: &namespaces,
        out: String::new(),
        texts: 0,
    };
    writer.element(tree.root_element(), None, 0);
    writer.out
}

struct Writer<'a> {
    style: Style,
    namespaces: &'a [&'a str],
    out: String,
    texts: usize,
}

impl Writer<'_> {
    fn element(&mut self, element: Node<'_, '_>, around: Option<&str>, depth: usize) {
        let namespace = element.tag_name().namespace().unwrap();
        let name = self.name(namespace, element.tag_name().name());
        let quote = if self.style.spelling { '\'' } else { '"' };
        self.comment();
        write!(self.out, "<{name}").unwrap();
        if self.style.prefixes && depth == 0 {
            for (namespace, prefix) in self.namespaces.iter().zip(PREFIXES).rev() {
                write!(self.out, "\n  xmlns:{prefix}={quote}{namespace}{quote}").unwrap();
            }
        } else if !self.style.prefixes && around != Some(namespace) {
            write!(self.out, " xmlns={quote}{namespace}{quote}").unwrap();
        }
        for attribute in element.attributes() {
            let (name, value) = (attribute.name(), attribute.value());
            write!(self.out, " {name}={quote}{value}{quote}").unwrap();
        }
        if self.style.spelling && element.first_child().is_none() {
            self.out.push_str(" />");
            return;
        }
        self.out
            .push_str(if self.style.spelling { "\t>" } else { ">" });
        let indents = self.style.indented && element.first_element_child().is_some();
        for child in element.children() {
            if indents {
                write!(self.out, "\n{:1$}", "", depth * 2 + 2).unwrap();
            }
            if child.is_element() {
                self.element(child, Some(namespace), depth + 1);
            } else if let Some(text) = child.text() {
                self.text(text);
            }
        }
        if indents {
            write!(self.out, "\n{:1$}", "", depth * 2).unwrap();
        }
        write!(self.out, "</{name}>").unwrap();
        self.comment();
    }

    fn text(&mut self, text: &str) {
        self.texts += 1;
        self.comment();
        if self.style.spelling && self.texts.is_multiple_of(2) && !text.contains(['\r', ']']) {
            write!(self.out, "<![CDATA[{text}]]>").unwrap();
            return;
        }
        for (at, c) in text.chars().enumerate() {
            match c {
                '&' | '<' | '>' | '\r' => write!(self.out, "&#{};", u32::from(c)).unwrap(),
                _ if self.style.spelling && at % 50 == 0 => {
                    write!(self.out, "&#x{:X};", u32::from(c)).unwrap();
                }
                _ => self.out.push(c),
            }
        }
    }

    fn comment(&mut self) {
        if self.style.comments {
            self.out.push_str("<!-- > & ' -->");
        }
    }

    fn name(&self, namespace: &str, local: &str) -> String {
        let at = self.namespaces.iter().position(|n| *n == namespace);
        if self.style.prefixes {
            format!("{}:{local}", PREFIXES[at.unwrap()])
        } else {
            local.to_owned()
        }
    }
}
