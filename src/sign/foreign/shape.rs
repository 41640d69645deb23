//! The parts of a `Signature` element, taken only in the one accepted shape: one reference, to the element that holds
//! the signature, with the enveloped-signature transform and at most a canonicalisation behind it.

use roxmltree::Node;

use super::super::c14n::Form;
use super::algorithm::{self, DigestMethod, ENVELOPED, SignatureMethod};
use super::{Fault, NAMESPACE, Signed};

/// A `Signature` as read; nothing in it is checked yet.
pub struct Shape<'a, 'input> {
    pub element: Node<'a, 'input>,
    pub signed_info: Node<'a, 'input>,
    /// The form of `SignedInfo` as it stands.
    pub signed_info_form: Form,
    /// The form of the document as it stands.
    pub document_form: Form,
    /// The reference is to the whole document, not to the element by its id.
    pub whole_document: bool,
    pub method: SignatureMethod,
    pub digest: DigestMethod,
    pub digest_value: Vec<u8>,
    pub signature_value: Vec<u8>,
    /// Base64, with white space.
    pub certificates: Vec<String>,
}

/// The one `Signature` directly in an element.
pub fn find<'a, 'input>(element: Node<'a, 'input>) -> Result<Node<'a, 'input>, Fault> {
    let named = |n: &Node<'_, '_>| n.is_element() && n.tag_name().name() == "Signature";
    let is_signature = |n: &Node<'_, '_>| named(n) && n.tag_name().namespace() == Some(NAMESPACE);
    let mut found = element.children().filter(is_signature);
    match (found.next(), found.count()) {
        (Some(signature), 0) => Ok(signature),
        (Some(_), more) => Err(Fault::Several(more + 1)),
        // Programs of 2013 left forms in other namespaces.
        (None, _) if element.children().any(|n| named(&n)) => Err(Fault::Empty),
        (None, _) => Err(Fault::Absent),
    }
}

/// Takes a `Signature` apart.
pub fn read<'a, 'input>(
    signed: &Signed<'a, 'input>,
    element: Node<'a, 'input>,
) -> Result<Shape<'a, 'input>, Fault> {
    if element.descendants().all(|n| !n.is_text() || is_white(n)) {
        return Err(Fault::Empty);
    }
    let [signed_info, value, key_info] = match elements(element)?.as_slice() {
        [signed_info, value] => [Some(*signed_info), Some(*value), None],
        [signed_info, value, key_info] => [Some(*signed_info), Some(*value), Some(*key_info)],
        _ => return Err(form("`Signature` holds other elements")),
    };
    let signed_info = named(signed_info, "SignedInfo")?;
    let value = named(value, "SignatureValue")?;
    let [canonicalization, method, reference] = elements(signed_info)?
        .try_into()
        .map_err(|_| form("`SignedInfo` holds more or less than one reference"))?;
    let canonicalization = named(Some(canonicalization), "CanonicalizationMethod")?;
    let method = named(Some(method), "SignatureMethod")?;
    let reference = named(Some(reference), "Reference")?;
    let [transforms, digest, digest_value] = elements(reference)?
        .try_into()
        .map_err(|_| form("`Reference` holds other elements"))?;
    let transforms = named(Some(transforms), "Transforms")?;
    let digest = named(Some(digest), "DigestMethod")?;
    let digest_value = named(Some(digest_value), "DigestValue")?;

    let whole_document = reference_to(signed.element, reference)?;
    Ok(Shape {
        element,
        signed_info,
        signed_info_form: canonical_form(canonicalization)?,
        document_form: transformed(transforms)?,
        whole_document,
        method: SignatureMethod::from_uri(algorithm_of(method)?).ok_or(Fault::Algorithm {
            kind: "the signature",
            allowed: "rsa-sha256 and, for reading only, rsa-sha1 are",
        })?,
        digest: DigestMethod::from_uri(algorithm_of(digest)?).ok_or(Fault::Algorithm {
            kind: "the digest",
            allowed: "sha256 and, for reading only, sha1 are",
        })?,
        digest_value: decode(&text(digest_value))
            .ok_or_else(|| form("`DigestValue` is not base64"))?,
        signature_value: decode(&text(value))
            .ok_or_else(|| form("`SignatureValue` is not base64"))?,
        certificates: match key_info {
            Some(key_info) => certificates(named(Some(key_info), "KeyInfo")?),
            None => Vec::new(),
        },
    })
}

/// Base64 with white space anywhere, as signers wrap it. Strict otherwise: one way to write each value.
pub fn decode(base64: &str) -> Option<Vec<u8>> {
    let white = |b: &u8| matches!(b, b' ' | b'\t' | b'\n' | b'\r');
    let packed: Vec<u8> = base64.bytes().filter(|b| !white(b)).collect();
    let value = base64_simd::STANDARD.decode_to_vec(&packed).ok()?;
    (base64_simd::STANDARD.encode_to_string(&value).as_bytes() == packed).then_some(value)
}

/// Whether the reference is to the whole document (true) or to the element by its id (false).
fn reference_to(element: Node<'_, '_>, reference: Node<'_, '_>) -> Result<bool, Fault> {
    match reference.attribute("URI") {
        Some("") => Ok(true),
        Some(uri)
            if uri
                .strip_prefix('#')
                .is_some_and(|id| element.attribute("Id") == Some(id)) =>
        {
            Ok(false)
        }
        _ => Err(form(
            "its reference is not to the element that it stands in",
        )),
    }
}

/// The form that the transforms ask for; XML-DSig §4.4.3.2 has inclusive C14N where none does.
fn transformed(transforms: Node<'_, '_>) -> Result<Form, Fault> {
    let transforms = elements(transforms)?;
    let mut transforms = transforms.into_iter();
    let enveloped = named(transforms.next(), "Transform")?;
    let canonical = match transforms.next() {
        Some(second) => canonical_form(named(Some(second), "Transform")?)?,
        None => Form::Inclusive,
    };
    if algorithm_of(enveloped)? != ENVELOPED || transforms.next().is_some() {
        return Err(Fault::Algorithm {
            kind: "a transform",
            allowed: "enveloped-signature is, and C14N 1.0 or exclusive C14N behind it",
        });
    }
    Ok(canonical)
}

fn canonical_form(method: Node<'_, '_>) -> Result<Form, Fault> {
    algorithm::canonical_form(algorithm_of(method)?).ok_or(Fault::Algorithm {
        kind: "a canonicalisation",
        allowed: "exclusive C14N and C14N 1.0, both without comments, are",
    })
}

/// The algorithm of an element that has no parameters.
fn algorithm_of<'a>(method: Node<'a, '_>) -> Result<&'a str, Fault> {
    if method.first_element_child().is_some() {
        return Err(form(format!(
            "`{}` has parameters",
            method.tag_name().name()
        )));
    }
    method
        .attribute("Algorithm")
        .ok_or_else(|| form(format!("`{}` names no algorithm", method.tag_name().name())))
}

fn certificates(key_info: Node<'_, '_>) -> Vec<String> {
    let of = |node: Node<'_, '_>, name| {
        node.is_element()
            && node.tag_name().namespace() == Some(NAMESPACE)
            && node.tag_name().name() == name
    };
    key_info
        .children()
        .filter(|n| of(*n, "X509Data"))
        .flat_map(|data| data.children())
        .filter(|n| of(*n, "X509Certificate"))
        .map(text)
        .collect()
}

/// The child elements; text beside them is at fault.
fn elements<'a, 'input>(parent: Node<'a, 'input>) -> Result<Vec<Node<'a, 'input>>, Fault> {
    if parent.children().any(|n| n.is_text() && !is_white(n)) {
        return Err(form("text stands between its elements"));
    }
    Ok(parent.children().filter(Node::is_element).collect())
}

fn named<'a, 'input>(
    node: Option<Node<'a, 'input>>,
    name: &'static str,
) -> Result<Node<'a, 'input>, Fault> {
    node.filter(|n| n.tag_name().namespace() == Some(NAMESPACE) && n.tag_name().name() == name)
        .ok_or_else(|| form(format!("`{name}` is not in its place")))
}

/// All text directly in an element; comments may stand between its parts.
fn text(element: Node<'_, '_>) -> String {
    element
        .children()
        .filter(Node::is_text)
        .filter_map(|n| n.text())
        .collect()
}

fn is_white(text: Node<'_, '_>) -> bool {
    let white = |c| matches!(c, ' ' | '\t' | '\n' | '\r');
    text.text().unwrap_or_default().chars().all(white)
}

fn form(what: impl Into<String>) -> Fault {
    Fault::Form(what.into())
}
