//! What the ticket of a part says of its job, for those who print pieces of it again.

use std::path::Path;

use roxmltree::{Document, Node};

use super::{package, xjdf};
use crate::spool::Insert;

/// What a ticket says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Who sends the letters.
    pub customer_name: String,
    /// Weight of the paper.
    pub paper_grams_m2: u32,
    /// What lies in the stations that give something in this part, one a station; their weights it does not say.
    pub inserts: Vec<Insert>,
}

/// Reads the ticket of a part; `None` if there is none, or it is not as a run writes it.
pub fn told_by(ticket: &Path) -> Option<Told> {
    told(&package::small(ticket).ok()?)
}

fn told(text: &str) -> Option<Told> {
    let document = Document::parse(text).ok()?;
    let named = |name| {
        let all = document.descendants();
        all.filter(move |node| node.has_tag_name((xjdf::NAMESPACE, name)))
    };
    let said = |name, key| named(name).find_map(move |node| node.attribute(key));
    let inserts =
        named("Product").filter(|product| product.attribute("ProductType") == Some("Insert"));
    Some(Told {
        customer_name: said("CustomerInfo", "CustomerJobName")?.to_owned(),
        paper_grams_m2: said("Media", "Weight")?.parse().ok()?,
        inserts: inserts.map(insert).collect::<Option<_>>()?,
    })
}

fn insert(product: Node<'_, '_>) -> Option<Insert> {
    let station = product.attribute("ExternalID")?.strip_prefix("STATION-")?;
    Some(Insert {
        name: product.attribute("DescriptiveName")?.to_owned(),
        station: station.parse().ok()?,
        weight_mg: 0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_ticket_says_nothing() {
        for text in [
            "",
            "<XJDF/>",
            "<XJDF xmlns=\"http://www.CIP4.org/JDFSchema_2_0\"><Media Weight=\"90\"/></XJDF>",
        ] {
            assert_eq!(told(text), None);
        }
    }
}
