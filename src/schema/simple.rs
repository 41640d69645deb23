//! Definitions of simple types: restriction, list, union, and facets.

use std::sync::Arc;

use super::SchemaError;
use super::builtin::{Builtin, Family};
use super::compile::Compiler;
use super::node::At;
use super::pattern::Pattern;
use super::value::{Alone, Bound, Enumeration, SimpleId, SimpleType, Variety};
use super::white::WhiteSpace;

impl<'a> Compiler<'a> {
    /// A definition, named or not.
    pub fn simple_type(&mut self, at: At<'a>) -> Result<SimpleId, SchemaError> {
        let children = at.children()?;
        let [step] = children.as_slice() else {
            return Err(
                at.error("a simple type needs one of xs:restriction, xs:list, xs:union".into())
            );
        };
        self.nested(at, |compiler| match step.tag() {
            "restriction" => compiler.restriction(*step),
            "list" => compiler.list(*step),
            "union" => compiler.union(*step),
            _ => Err(step.misplaced()),
        })
    }

    fn restriction(&mut self, step: At<'a>) -> Result<SimpleId, SchemaError> {
        let children = step.children()?;
        let (base, facets) = match (step.reference("base")?, children.as_slice()) {
            (Some(name), facets) => (self.simple_type_of(&name, step)?, facets),
            (None, [inline, facets @ ..]) if inline.tag() == "simpleType" => {
                (self.simple_type(*inline)?, facets)
            }
            _ => return Err(step.error("`xs:restriction` needs `base` or a type inside".into())),
        };
        self.restrict(step, base, facets)
    }

    fn list(&mut self, step: At<'a>) -> Result<SimpleId, SchemaError> {
        let children = step.children()?;
        let item = match (step.reference("itemType")?, children.as_slice()) {
            (Some(name), []) => self.simple_type_of(&name, step)?,
            (None, [inline]) if inline.tag() == "simpleType" => self.simple_type(*inline)?,
            _ => return Err(step.error("`xs:list` needs `itemType` or a type inside".into())),
        };
        if matches!(self.simple[item].variety, Variety::List(_)) {
            return Err(step.error("a list of lists is not allowed".into()));
        }
        let base = Some(Builtin::AnySimple.into());
        Ok(self.add_simple(SimpleType::plain(
            base,
            Variety::List(item),
            WhiteSpace::Collapse,
        )))
    }

    fn union(&mut self, step: At<'a>) -> Result<SimpleId, SchemaError> {
        let mut members = Vec::new();
        for name in step
            .attribute("memberTypes")
            .unwrap_or_default()
            .split_ascii_whitespace()
        {
            let name = step.resolve(name)?;
            members.push(self.simple_type_of(&name, step)?);
        }
        for child in step.children()? {
            if child.tag() != "simpleType" {
                return Err(child.misplaced());
            }
            members.push(self.simple_type(child)?);
        }
        if members.is_empty() {
            return Err(step.error("`xs:union` has no members".into()));
        }
        let base = Some(Builtin::AnySimple.into());
        Ok(self.add_simple(SimpleType::plain(
            base,
            Variety::Union(members.into()),
            WhiteSpace::Preserve,
        )))
    }

    /// A type with the facets of `base` and those given here.
    pub fn restrict(
        &mut self,
        step: At<'a>,
        base: SimpleId,
        facets: &[At<'a>],
    ) -> Result<SimpleId, SchemaError> {
        let mut ty = self.simple[base].clone();
        ty.base = Some(base);
        let (mut patterns, mut allowed) = (Vec::new(), Vec::new());
        for &facet in facets {
            if let Some(child) = facet.children()?.first() {
                return Err(child.misplaced());
            }
            let Some(value) = facet.attribute("value") else {
                return Err(facet.error(format!("`xs:{}` has no `value`", facet.tag())));
            };
            match facet.tag() {
                "pattern" => patterns.push(value.to_owned()),
                "enumeration" => allowed.push((facet, value)),
                _ => self.facet(facet, value.trim(), base, &mut ty)?,
            }
        }
        if !patterns.is_empty() {
            let pattern = Pattern::new(&patterns).map_err(|error| {
                step.error(format!("pattern `{}`: {error}", patterns.join("` or `")))
            })?;
            ty.patterns.push(Arc::new(pattern));
        }
        if !allowed.is_empty() {
            ty.allowed = Some(Arc::new(self.enumeration(base, &allowed)?));
        }
        Self::check_facets(step, &ty)?;
        Ok(self.add_simple(ty))
    }

    fn facet(
        &self,
        at: At<'_>,
        text: &str,
        base: SimpleId,
        ty: &mut SimpleType,
    ) -> Result<(), SchemaError> {
        let number = || -> Result<u64, SchemaError> {
            let digits = text.strip_prefix('+').unwrap_or(text);
            digits
                .parse()
                .map_err(|_| at.error(format!("`xs:{}` is `{text}`, not a number", at.tag())))
        };
        let family = match &ty.variety {
            Variety::Atomic(builtin) => Some(builtin.family()),
            _ => None,
        };
        let is_list = matches!(ty.variety, Variety::List(_));
        let has_length =
            is_list || matches!(family, Some(Family::Text | Family::Octets | Family::QName));
        let has_order = matches!(
            family,
            Some(Family::Decimal | Family::Float | Family::Duration | Family::Moment(_))
        );
        match at.tag() {
            "length" if has_length => (ty.length_min, ty.length_max) = (number()?, number()?),
            "minLength" if has_length => ty.length_min = number()?,
            "maxLength" if has_length => ty.length_max = number()?,
            "totalDigits" if family == Some(Family::Decimal) => {
                ty.total_digits = Some(number()? as usize)
            }
            "fractionDigits" if family == Some(Family::Decimal) => {
                ty.fraction_digits = Some(number()? as usize)
            }
            "minInclusive" if has_order => ty.lower = Some(self.bound(at, text, base, true)?),
            "minExclusive" if has_order => ty.lower = Some(self.bound(at, text, base, false)?),
            "maxInclusive" if has_order => ty.upper = Some(self.bound(at, text, base, true)?),
            "maxExclusive" if has_order => ty.upper = Some(self.bound(at, text, base, false)?),
            "whiteSpace" if family.is_some() || is_list => {
                let wanted = match text {
                    "preserve" => WhiteSpace::Preserve,
                    "replace" => WhiteSpace::Replace,
                    "collapse" => WhiteSpace::Collapse,
                    _ => return Err(at.error(format!("`xs:whiteSpace` is `{text}`"))),
                };
                if wanted < ty.white_space {
                    return Err(
                        at.error("`xs:whiteSpace` is looser than that of the base type".into())
                    );
                }
                ty.white_space = wanted;
            }
            "length" | "minLength" | "maxLength" | "totalDigits" | "fractionDigits"
            | "minInclusive" | "minExclusive" | "maxInclusive" | "maxExclusive" | "whiteSpace" => {
                return Err(at.error(format!(
                    "facet `xs:{}` does not apply to this type",
                    at.tag()
                )));
            }
            _ => return Err(at.misplaced()),
        }
        Ok(())
    }

    fn bound(
        &self,
        at: At<'_>,
        text: &str,
        base: SimpleId,
        inclusive: bool,
    ) -> Result<Bound, SchemaError> {
        // The form alone must fit: an exclusive bound may equal the one it takes the place of.
        let Variety::Atomic(builtin) = self.simple[base].variety else {
            return Err(at.misplaced());
        };
        let value = builtin
            .accepts(text)
            .then(|| self.simple.value(base, text))
            .flatten();
        let value = value.ok_or_else(|| {
            at.error(format!(
                "`xs:{}` is `{text}`, not a value of the type",
                at.tag()
            ))
        })?;
        Ok(Bound {
            value,
            shown: text.to_owned(),
            inclusive,
        })
    }

    fn enumeration(
        &self,
        base: SimpleId,
        listed: &[(At<'_>, &str)],
    ) -> Result<Enumeration, SchemaError> {
        let mut made = Enumeration {
            shown: Vec::new(),
            values: Vec::new(),
        };
        for &(at, text) in listed {
            if matches!(self.simple[base].variety, Variety::Atomic(Builtin::QName)) {
                return Err(at.error("an enumeration of xs:QName is not supported".into()));
            }
            let fits = self
                .simple
                .check(base, text, &mut String::new(), &mut Alone);
            let value = match fits {
                Ok(()) => self.simple.value(base, text),
                Err(_) => None,
            };
            let value =
                value.ok_or_else(|| at.error(format!("`{text}` is not a value of the type")))?;
            made.shown.push(text.to_owned());
            made.values.push(value);
        }
        Ok(made)
    }

    fn check_facets(step: At<'_>, ty: &SimpleType) -> Result<(), SchemaError> {
        if ty.length_min > ty.length_max {
            return Err(step.error("the least length is above the greatest".into()));
        }
        if let (Some(lower), Some(upper)) = (&ty.lower, &ty.upper)
            && lower.value.order(&upper.value) == Some(std::cmp::Ordering::Greater)
        {
            return Err(step.error("the lower bound is above the upper one".into()));
        }
        Ok(())
    }
}
