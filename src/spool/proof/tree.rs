//! The page tree of a part.

use super::dictionary::Dictionary;
use super::reader::{Fault, Part, leading_number, reference, reference_list};

/// Levels of the page tree; 256 kids a node make 100,000 pages fit three.
pub(super) const TREE_DEPTH_MAX: u32 = 16;

/// A page in the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Leaf {
    /// Object number.
    pub(super) number: u32,
    /// The node above it.
    pub(super) parent: u32,
}

/// The tree on the way through it.
struct Walk<'p, 'm> {
    part: &'p Part<'m>,
    /// Objects that were met: each of them once.
    met: Vec<bool>,
    leaves: Vec<Leaf>,
}

impl Part<'_> {
    /// All pages, in order. Nodes must have the right counts and parents and nothing that pages would inherit; what stands
    /// in a page is not looked at.
    pub(super) fn pages(&self) -> Result<Vec<Leaf>, Fault> {
        let catalog = Dictionary::read(self.catalog()?.text, 1)?;
        let root = catalog.get(b"/Pages").and_then(reference);
        let mut walk = Walk {
            part: self,
            met: vec![false; self.size() as usize],
            leaves: Vec::new(),
        };
        walk.node(
            root.ok_or(Fault {
                object: 0,
                what: "no page tree",
            })?,
            None,
            0,
        )?;
        Ok(walk.leaves)
    }
}

impl Walk<'_, '_> {
    fn node(&mut self, number: u32, parent: Option<u32>, depth: u32) -> Result<(), Fault> {
        let fault = |what| Fault {
            object: number,
            what,
        };
        match self.met.get_mut(number as usize) {
            Some(met) if !*met => *met = true,
            _ => return Err(fault("the page tree has it twice")),
        }
        let text = self.part.object(number)?.text;
        if let (true, Some(parent)) = (text.starts_with(b"<</Type/Page/"), parent) {
            self.leaves.push(Leaf { number, parent });
            return Ok(());
        }
        let node = Dictionary::read(text, number)?;
        let above: &[&[u8]] = match parent {
            Some(_) => &[b"/Parent"],
            None => &[],
        };
        let keys: [&[u8]; 3] = [b"/Type", b"/Count", b"/Kids"];
        if !node.says(b"/Type", b"/Pages") || !node.has(&[&keys, above].concat(), &[]) {
            return Err(fault("a node of the page tree that is none of ours"));
        }
        if node.get(b"/Parent").and_then(reference) != parent {
            return Err(fault("another parent than the node above it"));
        }
        if depth > TREE_DEPTH_MAX {
            return Err(fault("the page tree is too deep"));
        }
        let before = self.leaves.len();
        let kids = node.get(b"/Kids").and_then(reference_list);
        for kid in kids.ok_or(fault("a node without kids"))? {
            self.node(kid, Some(number), depth + 1)?;
        }
        let count = node.get(b"/Count").and_then(leading_number);
        if count != Some(((self.leaves.len() - before) as u64, b"")) {
            return Err(fault("a count that is not that of its pages"));
        }
        Ok(())
    }
}
