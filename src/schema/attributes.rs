//! Attributes of an element: those of its type, those of the instance namespace (`xsi:type`, `xsi:nil`), and wildcards.

use super::automaton::Process;
use super::builtin::Builtin;
use super::model::{ANY_TYPE, AttributeUse, Blocked, ComplexType, Derivation, TypeRef};
use super::names::{NameId, XSI, XSI_ID};
use super::validator::Validator;
use super::value::{Breach, Variety};
use super::words;
use super::{Attribute, DeclId, Schema};

impl<'s> Validator<'s> {
    /// `xsi:type` and `xsi:nil`.
    pub(super) fn instance_attributes(
        &mut self,
        decl: DeclId,
        attributes: &[Attribute<'_>],
    ) -> (TypeRef, bool) {
        let schema = self.schema;
        let element = &schema.elements[decl.0 as usize];
        let name = schema.decl_name(decl);
        let (mut ty, mut nil) = (element.ty, false);
        let instance = |attribute: &&Attribute<'_>| attribute.namespace == XSI.as_bytes();
        for attribute in attributes.iter().filter(instance) {
            let value = attribute.value.trim_matches([' ', '\t', '\r', '\n']);
            match attribute.local {
                b"type" => match self.derived(element.ty, element.blocked, value) {
                    Ok(named) => ty = named,
                    Err(allowed) => self.note(format!("xsi:type of element `{name}`"), allowed),
                },
                b"nil" if !element.nillable => {
                    self.note(
                        format!("xsi:nil on element `{name}`, which is not nillable"),
                        "no xsi:nil".into(),
                    );
                }
                b"nil" => match value {
                    "true" | "1" => nil = true,
                    "false" | "0" => {}
                    _ => self.note(
                        format!("xsi:nil of element `{name}`"),
                        Builtin::Boolean.wanted().into(),
                    ),
                },
                b"schemaLocation" | b"noNamespaceSchemaLocation" => {}
                other => {
                    let other = words::shorten(other);
                    self.note(
                        format!("attribute `xsi:{other}` on element `{name}`"),
                        "no such attribute".into(),
                    );
                }
            }
        }
        if nil && element.value.as_ref().is_some_and(|given| given.fixed) {
            self.note(
                format!("xsi:nil on element `{name}`, which has a fixed value"),
                "the fixed value".into(),
            );
        }
        (ty, nil)
    }

    /// The type that `xsi:type` names, if it comes from the declared one by steps that are not blocked.
    fn derived(&self, declared: TypeRef, blocked: Blocked, value: &str) -> Result<TypeRef, String> {
        let schema = self.schema;
        let Some(name) = self.scope.resolve(value) else {
            return Err("a type whose prefix is declared".into());
        };
        let Some(&named) = schema.named_types.get(&name) else {
            return Err("a type of the schema".into());
        };
        let blocked = match declared {
            TypeRef::Complex(id) => blocked.and(schema.complex[id.0 as usize].blocked),
            TypeRef::Simple(_) => blocked,
        };
        if schema.is_derived(named, declared, blocked) {
            Ok(named)
        } else {
            Err("a type derived from that of the element".into())
        }
    }

    pub(super) fn no_attributes(&mut self, attributes: &[Attribute<'_>]) {
        for attribute in attributes {
            if attribute.namespace != XSI.as_bytes() {
                self.unknown_attribute(attribute, "no attributes".into());
            }
        }
    }

    pub(super) fn attributes(&mut self, ty: &'s ComplexType, attributes: &[Attribute<'_>]) {
        let mut seen = 0_u128;
        for attribute in attributes {
            let namespace = self.schema.names.namespace(attribute.namespace);
            if namespace == Some(XSI_ID) {
                continue;
            }
            let name =
                namespace.and_then(|namespace| self.schema.names.get(namespace, attribute.local));
            let place = ty
                .attributes
                .iter()
                .position(|known| Some(known.name) == name);
            if let Some(place) = place {
                seen |= 1 << place;
                self.attribute(&ty.attributes[place], attribute);
            } else {
                self.wild_attribute(ty, name, attribute);
            }
        }
        let missing = ty.required & !seen;
        if missing != 0 {
            for (place, known) in ty.attributes.iter().enumerate() {
                if missing & (1 << place) != 0 {
                    let (attribute, element) =
                        (self.schema.names.local(known.name), self.element_name());
                    let found = format!("element `{element}` without attribute `{attribute}`");
                    self.note(found, format!("attribute `{attribute}`"));
                }
            }
        }
    }

    fn attribute(&mut self, known: &AttributeUse, attribute: &Attribute<'_>) {
        let schema = self.schema;
        let fits = schema.simple.check(
            known.ty,
            attribute.value,
            &mut self.scratch,
            &mut self.scope,
        );
        let (found, allowed) = match (&fits, &known.value) {
            (Err(breach), _) => {
                let whose = format!(
                    "attribute `{}` of element `{}`",
                    schema.names.local(known.name),
                    self.element_name()
                );
                (
                    words::value(&whose, attribute.value, *breach),
                    schema.simple.allowed(*breach),
                )
            }
            (Ok(()), Some(given))
                if given.fixed && !schema.is_value(known.ty, attribute.value, given) =>
            {
                let whose = format!(
                    "attribute `{}` of element `{}`",
                    schema.names.local(known.name),
                    self.element_name()
                );
                (
                    words::value(&whose, attribute.value, Breach::Enumeration(known.ty)),
                    given.shown.clone(),
                )
            }
            _ => return,
        };
        self.note(found, allowed);
    }

    fn wild_attribute(
        &mut self,
        ty: &ComplexType,
        name: Option<NameId>,
        attribute: &Attribute<'_>,
    ) {
        let schema = self.schema;
        let wildcard = ty.any_attribute.map(|id| &schema.wildcards[id.0 as usize]);
        let admitted = wildcard.filter(|wildcard| wildcard.namespaces.admit(attribute.namespace));
        let global =
            name.and_then(|name| schema.attributes.iter().find(|global| global.name == name));
        match (admitted.map(|wildcard| wildcard.process), global) {
            (Some(Process::Skip), _) | (Some(Process::Lax), None) => {}
            (Some(_), Some(global)) => self.attribute(global, attribute),
            (Some(Process::Strict), None) => {
                self.unknown_attribute(attribute, "an attribute that the schema declares".into())
            }
            (None, _) => {
                let names: Vec<_> = ty
                    .attributes
                    .iter()
                    .map(|known| schema.names.local(known.name))
                    .collect();
                self.unknown_attribute(attribute, words::attributes(&names));
            }
        }
    }

    fn unknown_attribute(&mut self, attribute: &Attribute<'_>, allowed: String) {
        let element = self.element_name();
        let name = words::shorten(attribute.local);
        let place = words::foreign(self.schema, attribute.namespace);
        self.note(
            format!("attribute `{name}`{place} on element `{element}`"),
            allowed,
        );
    }
}

impl Schema {
    /// True if `ty` is `base`, or comes from it by steps that are not blocked.
    fn is_derived(&self, ty: TypeRef, base: TypeRef, blocked: Blocked) -> bool {
        if ty == base {
            return true;
        }
        if let TypeRef::Simple(base) = base
            && let Variety::Union(members) = &self.simple[base].variety
            && members
                .iter()
                .any(|&member| self.is_derived(ty, TypeRef::Simple(member), blocked))
        {
            return true;
        }
        let (next, derivation) = match ty {
            TypeRef::Simple(id) => match self.simple[id].base {
                Some(next) => (TypeRef::Simple(next), Derivation::Restriction),
                None => (TypeRef::Complex(ANY_TYPE), Derivation::Restriction),
            },
            TypeRef::Complex(id) => match self.complex[id.0 as usize].base {
                Some(step) => step,
                None => return false,
            },
        };
        !blocked.forbids(derivation) && self.is_derived(next, base, blocked)
    }
}
