//! An element of a schema document, with its place for messages.

use roxmltree::Node;

use super::SchemaError;
use super::names::{XML, XS};
use super::source::Source;

/// Namespace name and local name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct QName {
    pub namespace: String,
    pub local: String,
}

impl QName {
    pub fn new(namespace: &str, local: &str) -> Self {
        Self {
            namespace: namespace.to_owned(),
            local: local.to_owned(),
        }
    }
}

impl std::fmt::Display for QName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.namespace.as_str() {
            "" => write!(f, "`{}`", self.local),
            namespace => write!(f, "`{}` of `{namespace}`", self.local),
        }
    }
}

/// An element of the schema language.
#[derive(Clone, Copy)]
pub(super) struct At<'a> {
    node: Node<'a, 'a>,
    source: &'a Source,
}

/// What may stand on which element; anything else is refused, so that a slip of the pen does not pass for nothing.
const ATTRIBUTES: &[(&str, &str)] = &[
    (
        "schema",
        " targetNamespace elementFormDefault attributeFormDefault version id blockDefault finalDefault ",
    ),
    ("import", " namespace schemaLocation id "),
    ("include", " schemaLocation id "),
    (
        "element",
        " name type ref minOccurs maxOccurs form nillable default fixed abstract substitutionGroup block final id ",
    ),
    ("attribute", " name type ref use form default fixed id "),
    ("complexType", " name mixed abstract block final id "),
    ("simpleType", " name final id "),
    ("group", " name ref minOccurs maxOccurs id "),
    ("attributeGroup", " name ref id "),
    ("sequence", " minOccurs maxOccurs id "),
    ("choice", " minOccurs maxOccurs id "),
    ("all", " minOccurs maxOccurs id "),
    ("any", " namespace processContents minOccurs maxOccurs id "),
    ("anyAttribute", " namespace processContents id "),
    ("simpleContent", " id "),
    ("complexContent", " mixed id "),
    ("extension", " base id "),
    ("restriction", " base id "),
    ("list", " itemType id "),
    ("union", " memberTypes id "),
];
const FACET_ATTRIBUTES: &str = " value fixed id ";

/// The facets of XML Schema 1.0.
pub(super) const FACETS: [&str; 12] = [
    "length",
    "minLength",
    "maxLength",
    "pattern",
    "enumeration",
    "whiteSpace",
    "minInclusive",
    "minExclusive",
    "maxInclusive",
    "maxExclusive",
    "totalDigits",
    "fractionDigits",
];

impl<'a> At<'a> {
    /// The root of a document.
    pub fn root(node: Node<'a, 'a>, source: &'a Source) -> Result<Self, SchemaError> {
        let root = Self { node, source };
        root.check_attributes()?;
        Ok(root)
    }

    /// Local name of the element.
    pub fn tag(&self) -> &'a str {
        self.node.tag_name().name()
    }

    /// The value of an attribute without a namespace.
    pub fn attribute(&self, name: &str) -> Option<&'a str> {
        self.node.attribute(name)
    }

    /// As [`Self::attribute`], without white space around it.
    pub fn token(&self, name: &str) -> Option<&'a str> {
        self.attribute(name)
            .map(|value| value.trim_matches([' ', '\t', '\r', '\n']))
    }

    /// An attribute that must be there.
    pub fn required(&self, name: &str) -> Result<&'a str, SchemaError> {
        self.token(name)
            .ok_or_else(|| self.error(format!("`xs:{}` has no `{name}`", self.tag())))
    }

    /// `true` or `false`; absent is false.
    pub fn flag(&self, name: &str) -> Result<bool, SchemaError> {
        match self.token(name) {
            Some("true" | "1") => Ok(true),
            None | Some("false" | "0") => Ok(false),
            Some(other) => {
                Err(self.error(format!("`{name}` is `{other}`, neither true nor false")))
            }
        }
    }

    /// Target namespace of its document.
    pub fn target(&self) -> &'a str {
        &self.source.namespace
    }

    /// The name that it declares.
    pub fn own_name(&self) -> Result<QName, SchemaError> {
        let name = self.required("name")?;
        if !super::names::is_nc_name(name) {
            return Err(self.error(format!("`{name}` is not a name")));
        }
        Ok(QName::new(self.target(), name))
    }

    /// Attribute of the root, such as `elementFormDefault`.
    pub fn of_schema(&self, name: &str) -> Option<&'a str> {
        self.node.document().root_element().attribute(name)
    }

    /// A name written with a prefix, by the declarations in force here.
    pub fn resolve(&self, text: &str) -> Result<QName, SchemaError> {
        let (prefix, local) = match text.split_once(':') {
            Some((prefix, local)) => (Some(prefix), local),
            None => (None, text),
        };
        let namespace = match (prefix, self.node.lookup_namespace_uri(prefix)) {
            (_, Some(namespace)) => namespace,
            (Some("xml"), None) => XML,
            (None, None) if self.source.adopted => self.target(),
            (None, None) => "",
            (Some(prefix), None) => {
                return Err(self.error(format!("prefix `{prefix}` is not declared")));
            }
        };
        Ok(QName::new(namespace, local))
    }

    /// The name that an attribute refers to.
    pub fn reference(&self, attribute: &str) -> Result<Option<QName>, SchemaError> {
        self.token(attribute)
            .map(|text| self.resolve(text))
            .transpose()
    }

    /// Children in the language, annotations left out; anything else is refused.
    pub fn children(&self) -> Result<Vec<At<'a>>, SchemaError> {
        let mut children = Vec::new();
        for node in self.node.children() {
            let child = Self {
                node,
                source: self.source,
            };
            let is_text = node.is_text() && !node.text().unwrap_or_default().trim().is_empty();
            if is_text {
                return Err(child.error("text where only elements may stand".into()));
            }
            if !node.is_element() || node.has_tag_name((XS, "annotation")) {
                continue;
            }
            if node.tag_name().namespace() != Some(XS) {
                return Err(
                    child.error(format!("`{}` is not of XML Schema", node.tag_name().name()))
                );
            }
            child.check_attributes()?;
            children.push(child);
        }
        Ok(children)
    }

    fn check_attributes(&self) -> Result<(), SchemaError> {
        let tag = self.tag();
        let known = match ATTRIBUTES.iter().find(|(name, _)| *name == tag) {
            Some((_, known)) => known,
            None if FACETS.contains(&tag) => FACET_ATTRIBUTES,
            None => return Err(self.refused()),
        };
        for attribute in self.node.attributes() {
            let name = attribute.name();
            match attribute.namespace() {
                None if !known.contains(&format!(" {name} ")) => {
                    return Err(self.error(format!("`xs:{tag}` has no attribute `{name}`")));
                }
                Some(XS) => {
                    return Err(
                        self.error(format!("attribute `{name}` must stand without a prefix"))
                    );
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// This construct is not compiled.
    pub fn refused(&self) -> SchemaError {
        self.error(format!("`xs:{}` is not supported", self.tag()))
    }

    /// This construct may not stand here.
    pub fn misplaced(&self) -> SchemaError {
        self.error(format!("`xs:{}` may not stand here", self.tag()))
    }

    /// `file`:line: what is wrong.
    pub fn error(&self, text: String) -> SchemaError {
        let line = self
            .node
            .document()
            .text_pos_at(self.node.range().start)
            .row;
        SchemaError(format!("`{}`:{line}: {text}", self.source.shown))
    }
}
