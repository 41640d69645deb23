//! Declarations of elements and attributes.

use super::builtin::Builtin;
use super::compile::{Compiler, Kind};
use super::model::{ANY_TYPE, AttributeUse, Blocked, Element, Given, TypeRef};
use super::names::NameId;
use super::node::{At, QName};
use super::value::{Alone, SimpleId, Value};
use super::{DeclId, SchemaError};

/// An attribute of a type, or the name of one it does without.
pub(super) enum Use {
    Is(AttributeUse),
    Prohibited(NameId),
}

impl<'a> Compiler<'a> {
    /// Makes the declaration of a global element; its type comes later.
    pub fn global_element(&mut self, at: At<'a>) -> Result<(), SchemaError> {
        let name = at.own_name()?;
        let decl = self.element(at, &name)?;
        self.global_elements.insert(name, decl);
        Ok(())
    }

    /// The declaration of an element inside a type: its own, or the global one it refers to.
    pub fn local_element(&mut self, at: At<'a>) -> Result<(NameId, DeclId), SchemaError> {
        let decl = match at.reference("ref")? {
            Some(name) => {
                if at.attribute("type").is_some()
                    || at.attribute("name").is_some()
                    || !at.children()?.is_empty()
                {
                    return Err(at.error("an element with `ref` has neither name nor type".into()));
                }
                self.global(Kind::Element, &name, at)?;
                match self.global_elements.get(&name) {
                    Some(decl) => *decl,
                    None => return Err(at.error(format!("element {name} is not defined"))),
                }
            }
            None => {
                let name = self.local_name(at, "elementFormDefault")?;
                self.element(at, &name)?
            }
        };
        Ok((self.elements[decl.0 as usize].name, decl))
    }

    fn element(&mut self, at: At<'a>, name: &QName) -> Result<DeclId, SchemaError> {
        if at.flag("abstract")? {
            return Err(at.error(format!("abstract element {name} is not supported")));
        }
        if at.attribute("substitutionGroup").is_some() {
            return Err(at.error(format!(
                "`substitutionGroup` of element {name} is not supported"
            )));
        }
        let decl = DeclId(self.elements.len() as u32);
        let name = self.names.add(&name.namespace, &name.local);
        self.elements.push(Element {
            name,
            ty: TypeRef::Complex(ANY_TYPE),
            nillable: at.flag("nillable")?,
            blocked: blocked(at),
            value: None,
        });
        self.pending.push_back((decl, at));
        Ok(decl)
    }

    /// Finds the type of a declaration, and looks at the value it gives.
    pub fn complete_element(&mut self, decl: DeclId, at: At<'a>) -> Result<(), SchemaError> {
        let children = at.children()?;
        let ty = match (at.reference("type")?, children.as_slice()) {
            (Some(name), []) => self.type_of(&name, at)?,
            (None, []) => TypeRef::Complex(ANY_TYPE),
            (None, [child]) if child.tag() == "simpleType" => {
                TypeRef::Simple(self.simple_type(*child)?)
            }
            (None, [child]) if child.tag() == "complexType" => {
                TypeRef::Complex(self.complex_type(*child)?)
            }
            (Some(_), [child, ..]) | (None, [_, child, ..] | [child]) => {
                return Err(child.misplaced());
            }
        };
        let text_type = match ty {
            TypeRef::Simple(id) => Some(id),
            TypeRef::Complex(id) => self.complex[id.0 as usize].simple,
        };
        let value = self.given(at, text_type)?;
        let element = &mut self.elements[decl.0 as usize];
        element.ty = ty;
        element.value = value;
        Ok(())
    }

    /// `default` or `fixed`, which must fit the type; `None` is the text of mixed content.
    fn given(&mut self, at: At<'_>, ty: Option<SimpleId>) -> Result<Option<Given>, SchemaError> {
        let (text, fixed) = match (at.attribute("default"), at.attribute("fixed")) {
            (None, None) => return Ok(None),
            (Some(text), None) => (text, false),
            (None, Some(text)) => (text, true),
            (Some(_), Some(_)) => {
                return Err(at.error("`default` and `fixed` exclude each other".into()));
            }
        };
        let value = match ty {
            None if fixed => {
                return Err(at.error(
                    "`fixed` on an element without simple content is not supported".into(),
                ));
            }
            None => Some(Value::Text(text.into())),
            Some(ty) => {
                if let Err(breach) = self.simple.check(ty, text, &mut String::new(), &mut Alone) {
                    let allowed = self.simple.allowed(breach);
                    return Err(at.error(format!(
                        "the value `{text}` does not fit the type: {allowed}"
                    )));
                }
                self.simple.value(ty, text)
            }
        };
        let value =
            value.ok_or_else(|| at.error(format!("the value `{text}` does not fit the type")))?;
        Ok(Some(Given {
            fixed,
            shown: text.to_owned(),
            value,
        }))
    }

    /// The global attribute of that name.
    pub fn global_attribute(
        &mut self,
        name: &QName,
        from: At<'_>,
    ) -> Result<AttributeUse, SchemaError> {
        if let Some(known) = self.global_attributes.get(name) {
            return Ok(known.clone());
        }
        let at = self.global(Kind::Attribute, name, from)?;
        let made = self.attribute(at, name)?;
        self.global_attributes.insert(name.clone(), made.clone());
        Ok(made)
    }

    /// An attribute inside a type.
    pub fn attribute_use(&mut self, at: At<'a>) -> Result<Use, SchemaError> {
        let mut made = match at.reference("ref")? {
            Some(name) => {
                if at.attribute("type").is_some() || at.attribute("name").is_some() {
                    return Err(
                        at.error("an attribute with `ref` has neither name nor type".into())
                    );
                }
                let mut made = self.global_attribute(&name, at)?;
                if let Some(given) = self.given(at, Some(made.ty))? {
                    made.value = Some(given);
                }
                made
            }
            None => {
                let name = self.local_name(at, "attributeFormDefault")?;
                self.attribute(at, &name)?
            }
        };
        made.required = match at.token("use") {
            None | Some("optional") => false,
            Some("required") => true,
            Some("prohibited") => return Ok(Use::Prohibited(made.name)),
            Some(other) => return Err(at.error(format!("`use` is `{other}`"))),
        };
        Ok(Use::Is(made))
    }

    fn attribute(&mut self, at: At<'a>, name: &QName) -> Result<AttributeUse, SchemaError> {
        if name.local == "xmlns" {
            return Err(at.error("an attribute cannot be named `xmlns`".into()));
        }
        let children = at.children()?;
        let ty = match (at.reference("type")?, children.as_slice()) {
            (Some(name), []) => self.simple_type_of(&name, at)?,
            (None, []) => Builtin::AnySimple.into(),
            (None, [child]) if child.tag() == "simpleType" => self.simple_type(*child)?,
            (Some(_), [child, ..]) | (None, [_, child, ..] | [child]) => {
                return Err(child.misplaced());
            }
        };
        let name = self.names.add(&name.namespace, &name.local);
        let mut made = AttributeUse::optional(name, ty);
        made.value = self.given(at, Some(ty))?;
        Ok(made)
    }

    /// The name of a local declaration: with the target namespace if it, or else its document, says qualified.
    fn local_name(&self, at: At<'_>, default: &str) -> Result<QName, SchemaError> {
        let mut name = at.own_name()?;
        match at.token("form").or(at.of_schema(default)) {
            Some("qualified") => {}
            None | Some("unqualified") => name.namespace.clear(),
            Some(other) => return Err(at.error(format!("`form` is `{other}`"))),
        }
        Ok(name)
    }
}

/// What `block` says, or `blockDefault` of the document.
pub(super) fn blocked(at: At<'_>) -> Blocked {
    let text = at
        .attribute("block")
        .or(at.of_schema("blockDefault"))
        .unwrap_or_default();
    let says = |word: &str| {
        text.split_ascii_whitespace()
            .any(|part| part == word || part == "#all")
    };
    Blocked {
        extension: says("extension"),
        restriction: says("restriction"),
    }
}
