//! Where in a file the signed delivery is, and under which name it was signed.
//!
//! On the way a sealed delivery is called `deliverSecure` in the namespace of the service, or `arg0` in version 1, and a
//! signed one `signedDelivery` or `arg0`; it was signed under its own name, which is put back.

use roxmltree::Node;

use super::super::only;
use crate::sign::c14n::Name;
use crate::sign::foreign::Signed;

/// All namespaces of the format begin so.
pub const NAMESPACES: &str = "http://minameddelanden.gov.se/";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    V1,
    V2,
    V3,
}

impl Version {
    const ALL: [Self; 3] = [Self::V1, Self::V2, Self::V3];

    pub fn name(self) -> &'static str {
        match self {
            Self::V1 => "1",
            Self::V2 => "2",
            Self::V3 => "3",
        }
    }

    /// Of `SignedDelivery`, `SealedDelivery` and, from version 2 on, `distributeSecure`.
    fn message(self) -> &'static str {
        match self {
            Self::V1 => "http://minameddelanden.gov.se/schema/Message",
            Self::V2 => "http://minameddelanden.gov.se/schema/Message/v2",
            Self::V3 => "http://minameddelanden.gov.se/schema/Message/v3",
        }
    }

    /// Of `deliverSecure`.
    fn service(self) -> &'static str {
        match self {
            Self::V1 => "http://minameddelanden.gov.se/Service",
            Self::V2 => "http://minameddelanden.gov.se/schema/Service/v2",
            Self::V3 => "http://minameddelanden.gov.se/schema/Service/v3",
        }
    }

    /// Of `distributeSecure`.
    fn distribution(self) -> &'static str {
        match self {
            Self::V1 => "http://minameddelanden.gov.se/Message",
            Self::V2 | Self::V3 => self.message(),
        }
    }
}

/// What was signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    Signed,
    Sealed,
}

impl Delivery {
    pub fn name(self) -> &'static str {
        match self {
            Self::Signed => "SignedDelivery",
            Self::Sealed => "SealedDelivery",
        }
    }
}

/// Where a delivery was found.
pub struct Found<'a, 'input> {
    pub version: Version,
    pub delivery: Delivery,
    pub element: Node<'a, 'input>,
}

impl<'a, 'input> Found<'a, 'input> {
    /// Under the name that it was signed by. Elements without a namespace occur in version 1 alone, where some programs
    /// left it out below `arg0` and put it in for signing.
    pub fn signed(&self) -> Signed<'a, 'input> {
        Signed {
            element: self.element,
            named: Some(Name {
                namespace: self.version.message(),
                local: self.delivery.name(),
            }),
            unqualified: self.unqualified(),
        }
    }

    pub fn unqualified(&self) -> &'static str {
        if is_argument(self.element) {
            self.version.message()
        } else {
            ""
        }
    }

    /// The one child of that name in the namespace of the format; what else stands there is no matter of ours.
    pub fn only_child(
        &self,
        parent: Node<'a, 'input>,
        name: &str,
    ) -> Result<Node<'a, 'input>, String> {
        let mut children = parent.children().filter(|n| {
            let namespace = n.tag_name().namespace().unwrap_or_default();
            let known = namespace == self.version.message()
                || namespace.is_empty() && !self.unqualified().is_empty();
            known && n.tag_name().name() == name
        });
        match (children.next(), children.count()) {
            (Some(child), 0) => Ok(child),
            (None, _) => Err(format!("there is no `{name}` where one is needed")),
            (Some(_), more) => Err(format!("there are {} `{name}`; one is allowed", more + 1)),
        }
    }
}

/// Whether an element can be one of the format's.
pub fn is_one(element: Node<'_, '_>) -> bool {
    let namespace = element.tag_name().namespace().unwrap_or_default();
    namespace.starts_with(NAMESPACES) || is_argument(element)
}

/// `arg0` has no namespace.
fn is_argument(element: Node<'_, '_>) -> bool {
    let name = element.tag_name();
    name.name() == "arg0" && name.namespace().unwrap_or_default().is_empty()
}

/// The delivery that an element is, or that the call of an operation holds.
pub fn find<'a, 'input>(content: Node<'a, 'input>) -> Option<Found<'a, 'input>> {
    if is_argument(content) {
        return argument(content);
    }
    let namespace = content.tag_name().namespace().unwrap_or_default();
    let name = content.tag_name().name();
    for version in Version::ALL {
        let delivery = match name {
            "SignedDelivery" => Delivery::Signed,
            "SealedDelivery" | "deliverSecure" => Delivery::Sealed,
            "distributeSecure" => Delivery::Signed,
            _ => continue,
        };
        let (home, inner) = match (name, version) {
            ("deliverSecure", Version::V1) => (version.service(), Some(("arg0", ""))),
            ("deliverSecure", _) => (version.service(), Some((name, version.service()))),
            ("distributeSecure", Version::V1) => (version.distribution(), Some(("arg0", ""))),
            ("distributeSecure", _) => {
                let inner = ("signedDelivery", version.distribution());
                (version.distribution(), Some(inner))
            }
            _ => (version.message(), None),
        };
        if namespace != home {
            continue;
        }
        let element = match inner {
            None => content,
            Some((inner, home)) => {
                only(content.children().filter(Node::is_element)).filter(|n| {
                    n.tag_name().name() == inner
                        && n.tag_name().namespace().unwrap_or_default() == home
                })?
            }
        };
        return Some(Found {
            version,
            delivery,
            element,
        });
    }
    None
}

/// An `arg0` on its own is known by what it holds.
fn argument<'a, 'input>(element: Node<'a, 'input>) -> Option<Found<'a, 'input>> {
    let holds = |name| element.children().any(|n| n.tag_name().name() == name);
    let delivery = match (holds("SignedDelivery"), holds("Delivery")) {
        (true, _) => Delivery::Sealed,
        (false, true) => Delivery::Signed,
        (false, false) => return None,
    };
    Some(Found {
        version: Version::V1,
        delivery,
        element,
    })
}
